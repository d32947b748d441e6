//! The Merkle tree of RFC 6962 §2.1 (RFC 9162 §2.1) over all entries in admission
//! order. Must not know what a leaf says.
//!
//! A leaf is an entry's header line, a line feed and its signature line
//! ([`Entry::leaf`](crate::Entry::leaf)): the body is not in it, so that taking a
//! body out of an export changes no root. [`Tree`] is the right edge alone and
//! takes one hash for each bit of its size; what proofs and tiles need besides is
//! read through [`Nodes`].

mod proof;
mod tile;

use sha2::{Digest, Sha256};

use crate::id::TreeHash;

pub use proof::{Consistency, Inclusion, ProofError};
pub use tile::{TILE_WIDTH, TileError, TileId, TileNodes, bundle};

/// The hash of a leaf's bytes: SHA-256 over 0x00 and the bytes.
pub fn leaf_hash(leaf: &[u8]) -> TreeHash {
    let mut sha = Sha256::new();
    sha.update([0]);
    sha.update(leaf);
    TreeHash::from_bytes(sha.finalize().into())
}

/// The hash of a node: SHA-256 over 0x01, the left and the right half.
pub fn node_hash(left: TreeHash, right: TreeHash) -> TreeHash {
    let mut sha = Sha256::new();
    sha.update([1]);
    sha.update(left.as_bytes());
    sha.update(right.as_bytes());
    TreeHash::from_bytes(sha.finalize().into())
}

/// The root over no leaves at all: SHA-256 of nothing.
pub fn empty_root() -> TreeHash {
    TreeHash::from_bytes(Sha256::digest([]).into())
}

/// A node over a full subtree, which never changes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// 0 for a leaf; a node of level `l` is over 2^l leaves.
    pub level: u8,
    /// The number of the node in its level, from 0, from the left.
    pub index: u64,
    /// Its hash.
    pub hash: TreeHash,
}

/// Where the hashes of full subtrees come from: memory, a table, tiles.
pub trait Nodes {
    /// The hash over the leaves from `index * 2^level` up to `(index + 1) * 2^level`,
    /// exclusive; `None` when it is not at hand.
    fn node(&self, level: u8, index: u64) -> Option<TreeHash>;
}

/// A hash that a proof or a tile needs is not at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("node {index} of level {level} of the tree is not at hand")]
pub struct MissingNode {
    /// Its level.
    pub level: u8,
    /// Its number in the level.
    pub index: u64,
}

/// Peaks that do not belong to the size given with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a tree of {size} leaves has {} peaks, not {found}", .size.count_ones())]
pub struct PeaksError {
    /// The number of leaves.
    pub size: u64,
    /// How many peaks were given.
    pub found: usize,
}

/// A tree that grows at its right end. It keeps its size and one hash for each full
/// subtree of different height, so it can be stored in a few bytes and resumed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    size: u64,
    peaks: Vec<TreeHash>,
}

impl Tree {
    /// Without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// With `size` leaves, from what [`Tree::peaks`] said at that size.
    ///
    /// # Errors
    /// The number of peaks is not the one of that size. Whether the hashes are right
    /// is seen by comparing [`Tree::root`] with a signed one.
    pub fn resume(size: u64, peaks: Vec<TreeHash>) -> Result<Self, PeaksError> {
        match peaks.len() == size.count_ones() as usize {
            true => Ok(Self { size, peaks }),
            false => Err(PeaksError {
                size,
                found: peaks.len(),
            }),
        }
    }

    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the full subtrees, the largest first.
    pub fn peaks(&self) -> &[TreeHash] {
        &self.peaks
    }

    /// Takes the hash of the next leaf.
    pub fn push(&mut self, leaf: TreeHash) {
        self.push_noting(leaf, |_| ());
    }

    /// Takes the hash of the next leaf and tells every node that it completes, the
    /// leaf first: who keeps them all has [`Nodes`].
    pub fn push_noting(&mut self, leaf: TreeHash, mut note: impl FnMut(Node)) {
        let mut index = self.size;
        let mut hash = leaf;
        note(Node {
            level: 0,
            index,
            hash,
        });
        for level in 1.. {
            if index & 1 == 0 {
                break;
            }
            let Some(left) = self.peaks.pop() else { break };
            hash = node_hash(left, hash);
            index >>= 1;
            note(Node { level, index, hash });
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// The hash over all leaves.
    pub fn root(&self) -> TreeHash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else {
            return empty_root();
        };
        peaks.fold(*last, |right, left| node_hash(*left, right))
    }
}

/// All nodes of a tree in memory: 64 bytes a leaf.
#[derive(Debug, Clone, Default)]
pub struct TreeNodes {
    tree: Tree,
    levels: Vec<Vec<TreeHash>>,
}

impl TreeNodes {
    /// Without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the hash of the next leaf.
    pub fn push(&mut self, leaf: TreeHash) {
        let levels = &mut self.levels;
        self.tree.push_noting(leaf, |node| {
            let level = usize::from(node.level);
            if levels.len() == level {
                levels.push(Vec::new());
            }
            levels[level].push(node.hash);
        });
    }

    /// The tree with as many leaves.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }
}

impl FromIterator<TreeHash> for TreeNodes {
    /// From the hashes of the leaves in their order.
    fn from_iter<I: IntoIterator<Item = TreeHash>>(leaves: I) -> Self {
        let mut nodes = Self::new();
        leaves.into_iter().for_each(|leaf| nodes.push(leaf));
        nodes
    }
}

impl Nodes for TreeNodes {
    fn node(&self, level: u8, index: u64) -> Option<TreeHash> {
        let level = self.levels.get(usize::from(level))?;
        level.get(usize::try_from(index).ok()?).copied()
    }
}

/// The root of the first `size` leaves.
///
/// # Errors
/// A node is not at hand.
pub fn root_at(nodes: &impl Nodes, size: u64) -> Result<TreeHash, MissingNode> {
    match size {
        0 => Ok(empty_root()),
        _ => range(nodes, 0, size),
    }
}

/// The hash over the leaves from `from` to `to`, exclusive, where `from` is a
/// multiple of the next power of two: a subtree that the splits of RFC 6962 make.
fn range(nodes: &impl Nodes, from: u64, to: u64) -> Result<TreeHash, MissingNode> {
    let width = to - from;
    if width.is_power_of_two() {
        let level = width.trailing_zeros() as u8;
        let index = from >> level;
        return nodes.node(level, index).ok_or(MissingNode { level, index });
    }
    let split = from + split(width);
    Ok(node_hash(
        range(nodes, from, split)?,
        range(nodes, split, to)?,
    ))
}

/// The largest power of two below `width`, which is at least 2.
fn split(width: u64) -> u64 {
    1 << (width - 1).ilog2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_roots() {
        // The first leaves and roots of RFC 6962's reference implementation.
        let leaves: [&[u8]; 4] = [b"", b"\x00", b"\x10", b"\x20\x21"];
        let roots = [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ];
        let mut tree = Tree::new();
        assert_eq!(tree.root().to_string(), roots[0]);
        for (leaf, root) in leaves.iter().zip(&roots[1..]) {
            tree.push(leaf_hash(leaf));
            assert_eq!(tree.root().to_string(), *root);
        }
    }

    #[test]
    fn wrong_peaks_are_refused() {
        assert_eq!(
            Tree::resume(5, vec![TreeHash::ZERO]),
            Err(PeaksError { size: 5, found: 1 })
        );
        assert_eq!(Tree::resume(0, Vec::new()), Ok(Tree::new()));
    }
}
