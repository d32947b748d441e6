//! Golden slots, trees and checkpoints, made by a script that shares no code with this
//! crate. Must not make an expectation of its own: what is right stands in the file.

#[path = "support/log.rs"]
mod log;

use std::collections::BTreeMap;
use std::path::Path;

use cockpit_seal::checkpoint::{SignedCheckpoint, cosigner_key, origin, writer_key};
use cockpit_seal::note::NoteKey;
use cockpit_seal::slot::{Slot, Verdict};
use cockpit_seal::tree::{Consistency, Inclusion, TileId, TreeNodes, leaf_hash, root_at};
use cockpit_seal::{DeviceKey, LedgerId, SlotHash, TreeHash};
use log::Reader;
use serde::Deserialize;

const GOLDEN: &str = include_str!("../../../tests/golden/slots.json");

#[derive(Deserialize)]
struct Golden {
    ledger: LedgerId,
    devices: Vec<Device>,
    slots: Vec<GoldenSlot>,
    cases: Vec<Case>,
    checkpoint: GoldenCheckpoint,
    tree: GoldenTree,
}

#[derive(Deserialize)]
struct Device {
    seed: String,
    device: String,
    vkey: String,
}

#[derive(Deserialize)]
struct GoldenSlot {
    name: String,
    text: String,
    hash: SlotHash,
    void: Option<String>,
    by: Option<usize>,
    at: String,
    entries: usize,
    first_leaf: u64,
    size: u64,
    root: TreeHash,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    after: usize,
    code: String,
    text: Option<String>,
    hex: Option<String>,
}

#[derive(Deserialize)]
struct GoldenCheckpoint {
    text: String,
    note: String,
    size: u64,
    root: TreeHash,
    cosigners: Vec<Cosigner>,
}

#[derive(Deserialize)]
struct Cosigner {
    device: usize,
    seconds: u64,
    vkey: String,
}

#[derive(Deserialize)]
struct GoldenTree {
    size: u64,
    roots: Vec<Root>,
    inclusion: Vec<InclusionCase>,
    consistency: Vec<ConsistencyCase>,
    tiles: Vec<Tile>,
}

#[derive(Deserialize)]
struct Root {
    size: u64,
    root: TreeHash,
}

#[derive(Deserialize)]
struct InclusionCase {
    index: u64,
    size: u64,
    path: Vec<TreeHash>,
}

#[derive(Deserialize)]
struct ConsistencyCase {
    from: u64,
    to: u64,
    path: Vec<TreeHash>,
}

#[derive(Deserialize)]
struct Tile {
    path: String,
    sha256: SlotHash,
}

impl Golden {
    fn read() -> Self {
        serde_json::from_str(GOLDEN).unwrap()
    }

    fn key(&self, device: usize) -> DeviceKey {
        let seed = hex::decode(&self.devices[device].seed).unwrap();
        DeviceKey::from_seed(&seed.try_into().unwrap())
    }
}

#[test]
fn every_slot_admits_or_is_void_as_the_file_says() {
    let golden = Golden::read();
    let mut reader = Reader::new(golden.ledger);
    for slot in &golden.slots {
        let verdict = reader.feed(slot.text.as_bytes());
        match (&verdict, &slot.void) {
            (Verdict::Admitted(admitted), None) => {
                assert_eq!(admitted.entries.len(), slot.entries, "{}", slot.name);
                assert_eq!(admitted.first_leaf, slot.first_leaf, "{}", slot.name);
                assert_eq!(admitted.hash, slot.hash, "{}", slot.name);
                assert_eq!(admitted.other_views, [], "{}", slot.name);
            }
            (Verdict::Void(void), Some(code)) => {
                assert_eq!(void.reason.code(), code, "{}", slot.name);
                assert_eq!(void.hash, slot.hash, "{}", slot.name);
            }
            (verdict, expected) => panic!("{}: {verdict:?}, expected {expected:?}", slot.name),
        }
        let tree = &reader.verifier.head().tree;
        assert_eq!((tree.size(), tree.root()), (slot.size, slot.root));
    }
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let golden = Golden::read();
    let mut reader = Reader::new(golden.ledger);
    for slot in &golden.slots {
        if let Some(by) = slot.by {
            let read = Slot::parse(&slot.text).unwrap();
            let entries = read.entries().to_vec();
            let at = slot.at.parse().unwrap();
            let built = Slot::build(&golden.key(by), reader.verifier.head(), at, entries);
            assert_eq!(built.unwrap().to_string(), slot.text, "{}", slot.name);
            assert_eq!(read.to_string(), slot.text, "{}", slot.name);
        }
        reader.feed(slot.text.as_bytes());
    }
}

#[test]
fn every_bad_slot_is_void_for_its_reason() {
    let golden = Golden::read();
    for case in &golden.cases {
        let mut reader = Reader::new(golden.ledger);
        for slot in &golden.slots[..case.after] {
            reader.feed(slot.text.as_bytes());
        }
        let bytes = match (&case.text, &case.hex) {
            (Some(text), _) => text.clone().into_bytes(),
            (None, Some(hex)) => hex::decode(hex).unwrap(),
            (None, None) => panic!("{} has no bytes", case.name),
        };
        let code = match reader.verifier.feed(&bytes, &reader.memory) {
            Ok(Verdict::Void(void)) => void.reason.code(),
            Ok(Verdict::Admitted(_)) => "admitted",
            Err(_) => "newer_app",
        };
        assert_eq!(code, case.code, "{}", case.name);
    }
}

#[test]
fn the_checkpoint_and_its_cosignatures_are_the_same_bytes() {
    let golden = Golden::read();
    let expected = &golden.checkpoint;
    let read = SignedCheckpoint::parse(&expected.note).unwrap();
    assert_eq!(read.to_string(), expected.note);
    let checkpoint = read.checkpoint().clone();
    assert_eq!(checkpoint.to_string(), expected.text);
    assert_eq!(
        (checkpoint.size, checkpoint.root),
        (expected.size, expected.root)
    );
    assert_eq!(checkpoint.origin, origin(golden.ledger));

    let mut made = SignedCheckpoint::sign(checkpoint, &golden.key(0)).unwrap();
    let written = made.is_written_by(golden.ledger, golden.key(0).public());
    assert_eq!(written, Ok(true));
    let mut times = BTreeMap::new();
    let mut keys = Vec::new();
    for cosigner in &expected.cosigners {
        let key = golden.key(cosigner.device);
        made.cosign(golden.ledger, &key, cosigner.seconds).unwrap();
        let vkey = cosigner_key(golden.ledger, key.public()).to_string();
        assert_eq!(vkey, cosigner.vkey);
        times.insert(key.device_id(), cosigner.seconds);
        keys.push(key.public());
    }
    assert_eq!(made.to_string(), expected.note);
    assert_eq!(read.cosigners(golden.ledger, keys), Ok(times));
    for (n, device) in golden.devices.iter().enumerate() {
        let key = writer_key(golden.ledger, golden.key(n).public());
        assert_eq!(key.to_string(), device.vkey);
        assert_eq!(device.vkey.parse::<NoteKey>(), Ok(key.clone()));
        assert_eq!(key.device_id().to_string(), device.device);
    }
}

#[test]
fn roots_proofs_and_tiles_are_the_same_bytes() {
    let golden = Golden::read().tree;
    let leaves = (0..golden.size).map(|n| leaf_hash(format!("leaf {n}").as_bytes()));
    let nodes: TreeNodes = leaves.collect();
    for root in &golden.roots {
        assert_eq!(root_at(&nodes, root.size), Ok(root.root));
    }
    for case in golden.inclusion {
        let made = Inclusion::prove(&nodes, case.index, case.size).unwrap();
        assert_eq!(made.path, case.path, "{} of {}", case.index, case.size);
    }
    for case in golden.consistency {
        let made = Consistency::prove(&nodes, case.from, case.to).unwrap();
        assert_eq!(made.path, case.path, "{} to {}", case.from, case.to);
    }
    let tiles: Vec<_> = TileId::between(0, golden.size).collect();
    assert_eq!(tiles.len(), golden.tiles.len());
    for (tile, expected) in tiles.iter().zip(&golden.tiles) {
        assert_eq!(tile.to_string(), expected.path);
        let bytes = tile.bytes(&nodes).unwrap();
        assert_eq!(
            SlotHash::of_bytes(&bytes),
            expected.sha256,
            "{}",
            expected.path
        );
    }
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the test asks the script; the crate starts nothing"
)]
fn the_file_is_what_the_script_makes() {
    let python = if cfg!(windows) { "python" } else { "python3" };
    // Asked for at run time: another clone with the same target folder may have built us.
    let here = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo says where the package is");
    let script = Path::new(&here).join("../../tests/golden/make_slots.py");
    let output = std::process::Command::new(python)
        .arg("-B")
        .arg(script)
        .arg("--check")
        .output()
        .expect("Python 3 is needed for this test, without any package");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
