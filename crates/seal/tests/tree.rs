//! The tree, its proofs and its tiles, beside another implementation of the same
//! documents: a port of Go's `sumdb/tlog` and `sumdb/note`. Must not make an
//! expectation of its own where that one has a word.

use cockpit_seal::checkpoint::{Checkpoint, SignedCheckpoint, origin, writer_key};
use cockpit_seal::note::Note;
use cockpit_seal::tree::{
    Consistency, Inclusion, MissingNode, Nodes, ProofError, TileId, TileNodes, Tree, TreeNodes,
    bundle, leaf_hash, root_at,
};
use cockpit_seal::{DeviceKey, LedgerId, TreeHash};
use proptest::prelude::*;
use signed_note::{StandardVerifier, VerifierList};
use tlog_tiles::{Hash, HashReader, TileReader};

/// Every (m, n) up to here.
const PAIRS: u64 = 300;

fn leaf(n: u64) -> Vec<u8> {
    format!("leaf {n}").into_bytes()
}

fn nodes(size: u64) -> TreeNodes {
    (0..size).map(|n| leaf_hash(&leaf(n))).collect()
}

fn theirs(hash: TreeHash) -> Hash {
    Hash(*hash.as_bytes())
}

fn path(hashes: &[TreeHash]) -> Vec<Hash> {
    hashes.iter().copied().map(theirs).collect()
}

/// The other implementation's store, filled by itself.
struct Store(Vec<Hash>);

impl Store {
    fn of(size: u64) -> Self {
        let mut store = Self(Vec::new());
        for n in 0..size {
            let hashes = tlog_tiles::stored_hashes(n, &leaf(n), &store).unwrap();
            store.0.extend(hashes);
        }
        store
    }
}

impl HashReader for Store {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog_tiles::Error> {
        let read = |index: &u64| self.0.get(usize::try_from(*index).unwrap()).copied();
        let hashes: Option<_> = indexes.iter().map(read).collect();
        hashes.ok_or(tlog_tiles::Error::IndexesNotInTree)
    }
}

#[test]
fn all_roots_and_proofs_up_to_300_are_those_of_the_other_implementation() {
    let (ours, other) = (nodes(PAIRS), Store::of(PAIRS));
    let mut tree = Tree::new();
    let roots: Vec<TreeHash> = (0..=PAIRS)
        .map(|size| {
            let root = tree.root();
            assert_eq!(root_at(&ours, size), Ok(root));
            assert!(tlog_tiles::tree_hash(size, &other).unwrap() == theirs(root));
            tree.push(leaf_hash(&leaf(size)));
            root
        })
        .collect();
    for n in 1..=PAIRS {
        let root = roots[n as usize];
        for m in 0..n {
            let inclusion = Inclusion::prove(&ours, m, n).unwrap();
            let expected = tlog_tiles::prove_record(n, m, &other).unwrap();
            assert!(path(&inclusion.path) == expected, "leaf {m} of {n}");
            inclusion.verify(leaf_hash(&leaf(m)), root).unwrap();
        }
        for m in 1..=n {
            let consistency = Consistency::prove(&ours, m, n).unwrap();
            let expected = tlog_tiles::prove_tree(n, m, &other).unwrap();
            assert!(path(&consistency.path) == expected, "from {m} to {n}");
            consistency.verify(roots[m as usize], root).unwrap();
        }
        let from_nothing = Consistency::prove(&ours, 0, n).unwrap();
        from_nothing.verify(roots[0], root).unwrap();
    }
}

/// Every bit pattern is tried on one byte, and one on every byte, of all that is given.
fn flipped(hash: TreeHash) -> impl Iterator<Item = TreeHash> {
    (0..32).map(move |byte| {
        let mut bytes = *hash.as_bytes();
        bytes[byte] ^= 1 << (byte % 8);
        TreeHash::from_bytes(bytes)
    })
}

#[test]
fn a_proof_with_any_byte_flipped_fails() {
    let all = nodes(33);
    for n in 1..=33 {
        let root = root_at(&all, n).unwrap();
        for m in 0..n {
            let good = Inclusion::prove(&all, m, n).unwrap();
            let hash = leaf_hash(&leaf(m));
            assert!(flipped(hash).all(|bad| good.verify(bad, root).is_err()));
            assert!(flipped(root).all(|bad| good.verify(hash, bad).is_err()));
            for place in 0..good.path.len() {
                for bad in flipped(good.path[place]) {
                    let mut proof = good.clone();
                    proof.path[place] = bad;
                    assert_eq!(proof.verify(hash, root), Err(ProofError::OtherRoot));
                }
            }
        }
        for m in 1..n {
            let good = Consistency::prove(&all, m, n).unwrap();
            let earlier = root_at(&all, m).unwrap();
            assert!(flipped(earlier).all(|bad| good.verify(bad, root).is_err()));
            assert!(flipped(root).all(|bad| good.verify(earlier, bad).is_err()));
            for place in 0..good.path.len() {
                for bad in flipped(good.path[place]) {
                    let mut proof = good.clone();
                    proof.path[place] = bad;
                    assert_eq!(proof.verify(earlier, root), Err(ProofError::OtherRoot));
                }
            }
        }
    }
}

#[test]
fn a_proof_for_another_place_fails() {
    let all = nodes(24);
    for n in 1..=24 {
        let root = root_at(&all, n).unwrap();
        for m in 0..n {
            let good = Inclusion::prove(&all, m, n).unwrap();
            let hash = leaf_hash(&leaf(m));
            for (index, size) in (0..=25).flat_map(|i| (0..=25).map(move |s| (i, s))) {
                let path = good.path.clone();
                let moved = Inclusion { index, size, path };
                // A path may fit a tree of another size with the same shape above the
                // leaf; the signed size is what excludes it.
                let holds = moved.verify(hash, root).is_ok();
                assert!(
                    !holds || index == m || size != n,
                    "{m} of {n} as {index} of {size}"
                );
                assert!(index < size || !holds);
            }
            let [mut longer, mut shorter] = [good.clone(), good.clone()];
            longer.path.push(hash);
            assert!(longer.verify(hash, root).is_err());
            if shorter.path.pop().is_some() {
                assert!(shorter.verify(hash, root).is_err());
            }
        }
        for m in 1..=n {
            let good = Consistency::prove(&all, m, n).unwrap();
            let earlier = root_at(&all, m).unwrap();
            for from in (0..=n).filter(|from| *from != m) {
                let other = root_at(&all, from).unwrap();
                assert!(good.verify(other, root).is_err(), "{from} as {m} of {n}");
            }
            let [mut longer, mut shorter] = [good.clone(), good.clone()];
            longer.path.push(earlier);
            assert!(longer.verify(earlier, root).is_err());
            if shorter.path.pop().is_some() {
                assert!(shorter.verify(earlier, root).is_err());
            }
        }
    }
    let root = root_at(&all, 4).unwrap();
    let backwards = Consistency {
        from: 5,
        to: 4,
        path: Vec::new(),
    };
    assert_eq!(backwards.verify(root, root), Err(ProofError::OutOfRange));
    assert_eq!(Consistency::prove(&all, 5, 4), Err(ProofError::OutOfRange));
    assert_eq!(Inclusion::prove(&all, 4, 4), Err(ProofError::OutOfRange));
    let missing = ProofError::Missing(MissingNode { level: 5, index: 1 });
    assert_eq!(Inclusion::prove(&all, 0, 64), Err(missing));
    let unrelated = Consistency {
        from: 0,
        to: 4,
        path: Vec::new(),
    };
    assert_eq!(unrelated.verify(root, root), Err(ProofError::OtherRoot));
}

/// The other implementation reads our tiles and checks each against the root.
struct OurTiles<'a>(&'a TreeNodes);

impl TileReader for OurTiles<'_> {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[tlog_tiles::Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        let size = self.0.tree().size();
        let read = |tile: &tlog_tiles::Tile| {
            let ours = TileId::at(tile.level(), tile.level_index(), size).unwrap();
            assert_eq!(u32::from(ours.width()), tile.width());
            Ok(ours.bytes(self.0).unwrap())
        };
        tiles.iter().map(read).collect()
    }

    fn save_tiles(&self, _: &[tlog_tiles::Tile], _: &[Vec<u8>]) {}
}

#[test]
fn tiles_are_those_of_the_other_implementation() {
    const SIZE: u64 = 66_200; // three levels
    let (ours, other) = (nodes(SIZE), Store::of(SIZE));
    let sizes = [
        0, 1, 2, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, SIZE,
    ];
    for (n, from) in sizes.into_iter().enumerate() {
        for to in sizes.into_iter().skip(n) {
            let tiles: Vec<_> = TileId::between(from, to).collect();
            let expected = tlog_tiles::Tile::new_tiles(8, from, to);
            assert_eq!(tiles.len(), expected.len(), "{from} to {to}");
            for (tile, expected) in tiles.iter().zip(expected) {
                let path = expected.path();
                let path = path.strip_prefix("tile/8/").unwrap();
                assert_eq!(tile.to_string(), format!("tile/{path}"));
                assert_eq!(tile.to_string().parse(), Ok(*tile));
                if from == 0 && to == SIZE {
                    let bytes = tile.bytes(&ours).unwrap();
                    assert_eq!(bytes, expected.read_data(&other).unwrap());
                }
            }
        }
    }
    let root = theirs(ours.tree().root());
    let tiles = OurTiles(&ours);
    let reader = tlog_tiles::TileHashReader::new(SIZE, root, &tiles);
    for index in [0, 1, 255, 256, 65_535, 65_536, SIZE - 1] {
        let proof = tlog_tiles::prove_record(SIZE, index, &reader).unwrap();
        let hash = theirs(leaf_hash(&leaf(index)));
        tlog_tiles::check_record(&proof, SIZE, root, index, hash).unwrap();
    }
}

#[test]
fn proofs_come_out_of_tiles_alone() {
    const SIZE: u64 = 66_200;
    let all = nodes(SIZE);
    let tiles = TileNodes::new(SIZE, |tile: TileId| tile.bytes(&all).ok());
    assert_eq!(root_at(&tiles, SIZE), Ok(all.tree().root()));
    for index in (0..SIZE).step_by(6_007).chain([SIZE - 1]) {
        let proof = Inclusion::prove(&tiles, index, SIZE);
        assert_eq!(proof, Inclusion::prove(&all, index, SIZE));
        let grown = Consistency::prove(&tiles, index, SIZE);
        assert_eq!(grown, Consistency::prove(&all, index, SIZE));
    }
    assert_eq!(tiles.node(0, SIZE), None);
    assert_eq!(tiles.node(17, 0), None);
    let cut = TileNodes::new(SIZE, |tile: TileId| {
        tile.bytes(&all).ok().map(|bytes| bytes[1..].to_vec())
    });
    assert_eq!(cut.node(0, 0), None);
    let bundled = bundle([&b"ab"[..], b"", b"c"]).unwrap();
    assert_eq!(bundled, b"\0\x02ab\0\0\0\x01c");
    assert_eq!(bundle([&[0; 65_536][..]]), None);
}

#[test]
fn a_note_and_a_checkpoint_are_read_by_the_other_implementation() {
    let ledger = LedgerId::from_bytes([7; 32]);
    let keys = [1, 2].map(|n| DeviceKey::from_seed(&[n; 32]));
    let checkpoint = Checkpoint {
        origin: origin(ledger),
        size: 20_852_163,
        root: TreeHash::from_bytes([9; 32]),
        extensions: vec!["slot 4 ab".to_owned()],
    };
    let mut signed = SignedCheckpoint::sign(checkpoint.clone(), &keys[0]).unwrap();
    signed.cosign(ledger, &keys[1], 1_679_315_147).unwrap();

    let vkey = writer_key(ledger, keys[0].public()).to_string();
    let known = || VerifierList::new(vec![Box::new(StandardVerifier::new(&vkey).unwrap())]);
    let text = signed.to_string();
    let read = signed_note::Note::from_bytes(text.as_bytes()).unwrap();
    let (verified, ignored) = read.verify(&known()).unwrap();
    assert_eq!((verified.len(), ignored.len()), (1, 1));
    assert_eq!(read.to_bytes(), text.as_bytes());
    let id = u32::from_be_bytes(writer_key(ledger, keys[0].public()).id());
    assert_eq!(verified[0].id(), id);

    let other = tlog_tiles::Checkpoint::from_bytes(read.text()).unwrap();
    assert_eq!(
        (other.origin(), other.size()),
        (&*checkpoint.origin, checkpoint.size)
    );
    assert!(*other.hash() == theirs(checkpoint.root));
    assert_eq!(other.extension(), "slot 4 ab\n");
    assert_eq!(other.to_bytes(), checkpoint.to_string().as_bytes());
    // And the other way round.
    assert_eq!(SignedCheckpoint::parse(read.to_bytes()), Ok(signed));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn a_stored_tree_grows_on_like_one_that_was_not(size in 0..700u64, stop: prop::sample::Index) {
        let stop = stop.index(size as usize + 1) as u64;
        let mut start = Tree::new();
        (0..stop).for_each(|n| start.push(leaf_hash(&leaf(n))));
        let mut rest = Tree::resume(start.size(), start.peaks().to_vec()).unwrap();
        (stop..size).for_each(|n| rest.push(leaf_hash(&leaf(n))));
        let whole = nodes(size);
        prop_assert_eq!(&rest, whole.tree());
        prop_assert!(rest.peaks().len() <= 10);
        let proof = Consistency::prove(&whole, stop, size).unwrap();
        prop_assert_eq!(proof.verify(start.root(), rest.root()), Ok(()));
    }

    /// What one of the two reads the other reads, and alike; but ours refuses a few
    /// spellings more.
    #[test]
    fn notes_are_read_alike(
        text in "[a-z\\n ]{0,12}",
        tail in "(\u{2014} [a-z+ ]{1,3} (AAAAAA==|AAAAAAA=|AAAAAAAA|x)\\n){0,3}[a\\n]?",
    ) {
        let bytes = format!("{text}\n\n{tail}");
        let ours = Note::parse(&bytes);
        let other = signed_note::Note::from_bytes(bytes.as_bytes());
        if let Ok(ours) = &ours {
            let other = other.as_ref().map(signed_note::Note::to_bytes);
            prop_assert_eq!(ours.to_string().into_bytes(), bytes.clone().into_bytes());
            prop_assert_eq!(other.ok(), Some(bytes.into_bytes()));
        } else {
            prop_assert!(other.is_err(), "{:?}: {:?}", bytes, ours);
        }
    }
}
