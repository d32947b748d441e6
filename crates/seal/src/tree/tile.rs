//! Tiles of C2SP tlog-tiles: 256 hashes beside each other as one immutable file. Must
//! not know where the files lie or who asks for them.

use std::fmt;
use std::str::FromStr;

use super::{MissingNode, Nodes, node_hash};
use crate::id::TreeHash;

/// The number of hashes in a full tile.
pub const TILE_WIDTH: u16 = 256;
const HASH_BYTES: usize = 32;
const WIDTH_BITS: u8 = 8;
/// Enough for 2^64 leaves: a tile of level 7 is over 2^64.
const LEVELS: u8 = 8;

/// Why bytes or a path are not a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TileError {
    /// The path is not one that a tile has.
    #[error("this is not the path of a tile")]
    Path,
    /// The bytes are not as many hashes as the tile has.
    #[error("the tile has {found} bytes, not {expected}")]
    Length {
        /// 32 times its width.
        expected: usize,
        /// The bytes given.
        found: usize,
    },
}

/// Which tile. Written as its path below the log's folder, such as
/// `tile/0/x001/234` or `tile/1/000.p/17`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TileId {
    level: u8,
    index: u64,
    width: u16,
}

impl TileId {
    /// The tile `index` of `level` in a tree of `size` leaves, full or partial;
    /// `None` when the tree has no such tile.
    pub fn at(level: u8, index: u64, size: u64) -> Option<Self> {
        let hashes = hashes(level, size);
        let left = hashes.checked_sub(index.checked_mul(u64::from(TILE_WIDTH))?)?;
        let width = u16::try_from(left).unwrap_or(TILE_WIDTH).min(TILE_WIDTH);
        (width > 0).then_some(Self {
            level,
            index,
            width,
        })
    }

    /// The tiles of a tree of `to` leaves that one of `from` leaves did not have,
    /// level by level. From 0 they are all.
    pub fn between(from: u64, to: u64) -> impl Iterator<Item = Self> {
        (0..LEVELS).flat_map(move |level| {
            let [old, new] = [from, to].map(|size| hashes(level, size));
            let width = u64::from(TILE_WIDTH);
            let end = if old < new { new.div_ceil(width) } else { 0 };
            (old / width..end).filter_map(move |index| Self::at(level, index, to))
        })
    }

    /// 0 when its hashes are those of leaves, 1 when they are those of full tiles of level 0.
    pub fn level(&self) -> u8 {
        self.level
    }

    /// The number of the tile in its level, from 0.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// How many hashes it has: 256, or fewer at the right edge.
    pub fn width(&self) -> u16 {
        self.width
    }

    /// Whether nothing can be added to it any more.
    pub fn is_full(&self) -> bool {
        self.width == TILE_WIDTH
    }

    /// The path of the bundle with the leaves of a tile of level 0
    /// (C2SP tlog-tiles, "Log entries"); see [`bundle`].
    pub fn bundle_path(&self) -> Option<String> {
        (self.level == 0).then(|| format!("tile/entries/{}", self.place()))
    }

    /// The tile's bytes: its hashes, one after the other.
    ///
    /// # Errors
    /// A node is not at hand.
    pub fn bytes(&self, nodes: &impl Nodes) -> Result<Vec<u8>, MissingNode> {
        let level = self.level * WIDTH_BITS;
        let first = self.index * u64::from(TILE_WIDTH);
        let mut bytes = Vec::with_capacity(usize::from(self.width) * HASH_BYTES);
        for index in first..first + u64::from(self.width) {
            let hash = nodes
                .node(level, index)
                .ok_or(MissingNode { level, index })?;
            bytes.extend_from_slice(hash.as_bytes());
        }
        Ok(bytes)
    }

    /// The hashes in the bytes of this tile.
    ///
    /// # Errors
    /// [`TileError::Length`]
    pub fn hashes(&self, bytes: &[u8]) -> Result<Vec<TreeHash>, TileError> {
        let expected = usize::from(self.width) * HASH_BYTES;
        let (hashes, rest) = bytes.as_chunks::<HASH_BYTES>();
        if bytes.len() != expected || !rest.is_empty() {
            return Err(TileError::Length {
                expected,
                found: bytes.len(),
            });
        }
        Ok(hashes.iter().copied().map(TreeHash::from_bytes).collect())
    }

    fn place(&self) -> String {
        let mut groups = vec![format!("{:03}", self.index % 1000)];
        let mut rest = self.index / 1000;
        while rest > 0 {
            groups.push(format!("x{:03}", rest % 1000));
            rest /= 1000;
        }
        groups.reverse();
        let place = groups.join("/");
        match self.is_full() {
            true => place,
            false => format!("{place}.p/{}", self.width),
        }
    }
}

impl fmt::Display for TileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tile/{}/{}", self.level, self.place())
    }
}

impl FromStr for TileId {
    type Err = TileError;

    fn from_str(path: &str) -> Result<Self, TileError> {
        read(path)
            .filter(|tile| tile.to_string() == path)
            .ok_or(TileError::Path)
    }
}

/// Reads a path leniently; the caller compares the spelling.
fn read(path: &str) -> Option<TileId> {
    let (level, place) = path.strip_prefix("tile/")?.split_once('/')?;
    let level = level.parse().ok().filter(|level| *level < LEVELS)?;
    let (place, width) = match place.split_once(".p/") {
        Some((place, width)) => (place, width.parse().ok()?),
        None => (place, TILE_WIDTH),
    };
    if !(1..=TILE_WIDTH).contains(&width) {
        return None;
    }
    let index = place.split('/').try_fold(0u64, |index, group| {
        let digits: u64 = group.trim_start_matches('x').parse().ok()?;
        index.checked_mul(1000)?.checked_add(digits)
    })?;
    // The last leaf of the tile must have a number, too.
    let shift = u32::from((level + 1) * WIDTH_BITS);
    let bits = u64::BITS - index.leading_zeros();
    (bits + shift <= u64::BITS).then_some(TileId {
        level,
        index,
        width,
    })
}

/// The nodes of a tree of a known size, read from its tiles.
///
/// A tile is believed as it is: proofs made from tiles are checked like any others,
/// against a signed root.
pub struct TileNodes<F> {
    size: u64,
    read: F,
}

impl<F: Fn(TileId) -> Option<Vec<u8>>> TileNodes<F> {
    /// Reads tiles of a tree of `size` leaves through `read`, which gives the bytes
    /// of a tile or `None`.
    pub fn new(size: u64, read: F) -> Self {
        Self { size, read }
    }
}

impl<F: Fn(TileId) -> Option<Vec<u8>>> Nodes for TileNodes<F> {
    fn node(&self, level: u8, index: u64) -> Option<TreeHash> {
        let within = level % WIDTH_BITS;
        let first = index.checked_mul(1 << within)?;
        let width = u64::from(TILE_WIDTH);
        let tile = TileId::at(level / WIDTH_BITS, first / width, self.size)?;
        let hashes = tile.hashes(&(self.read)(tile)?).ok()?;
        let start = usize::try_from(first % width).ok()?;
        let mut hashes = hashes.get(start..start + (1 << within))?.to_vec();
        while hashes.len() > 1 {
            let pairs = hashes.chunks_exact(2);
            hashes = pairs.map(|pair| node_hash(pair[0], pair[1])).collect();
        }
        hashes.first().copied()
    }
}

/// A bundle of leaves (C2SP tlog-tiles, "Log entries"): each with its length in two
/// bytes before it. `None` when a leaf has 64 KiB or more; a leaf of ours has little
/// more than 1 KiB.
pub fn bundle<'a>(leaves: impl IntoIterator<Item = &'a [u8]>) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for leaf in leaves {
        bytes.extend_from_slice(&u16::try_from(leaf.len()).ok()?.to_be_bytes());
        bytes.extend_from_slice(leaf);
    }
    Some(bytes)
}

/// How many hashes the tiles of a level hold together.
fn hashes(level: u8, size: u64) -> u64 {
    match level < LEVELS {
        true => size >> (level * WIDTH_BITS),
        false => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_have_one_spelling() {
        let at = |level, index, size| TileId::at(level, index, size).unwrap();
        for (tile, path) in [
            (at(0, 1_234_067, 1 << 40), "tile/0/x001/x234/067"),
            (at(0, 0, 1), "tile/0/000.p/1"),
            (at(0, 273, 70_000), "tile/0/273.p/112"),
            (at(1, 0, 70_000), "tile/1/000"),
            (at(1, 1, 70_000), "tile/1/001.p/17"),
            (at(2, 0, 70_000), "tile/2/000.p/1"),
        ] {
            assert_eq!(tile.to_string(), path);
            assert_eq!(path.parse(), Ok(tile));
        }
        for bad in [
            "",
            "tile/0",
            "tile/00/000",
            "tile/8/000",
            "tile/0/0",
            "tile/0/x000/000",
            "tile/0/001/234",
            "tile/0/x001/x234",
            "tile/0/000.p/0",
            "tile/0/000.p/01",
            "tile/0/000.p/256",
            "tile/0/+00",
            "tile/7/001",
            "tile/0/x999/x999/x999/x999/x999/x999/999",
            "Tile/0/000",
        ] {
            assert_eq!(bad.parse::<TileId>(), Err(TileError::Path), "{bad}");
        }
        assert_eq!(TileId::at(0, 1, 256), None);
        assert_eq!(TileId::at(1, 0, 255), None);
    }

    #[test]
    fn a_tree_of_70_000_leaves_has_the_tiles_of_the_specification() {
        let tiles: Vec<_> = TileId::between(0, 70_000).collect();
        let count = |level, full| {
            let of = |tile: &&TileId| tile.level() == level && tile.is_full() == full;
            tiles.iter().filter(of).count()
        };
        assert_eq!((count(0, true), count(0, false)), (273, 1));
        assert_eq!((count(1, true), count(1, false)), (1, 1));
        assert_eq!((count(2, true), count(2, false)), (0, 1));
        assert_eq!(tiles.len(), 277);
        assert_eq!(TileId::between(70_000, 70_000).count(), 0);
        let paths: Vec<_> = TileId::between(255, 257).map(|t| t.to_string()).collect();
        assert_eq!(paths, ["tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1"]);
    }
}
