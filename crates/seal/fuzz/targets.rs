//! What must hold of any bytes whatever. Must not know where the bytes come from: a
//! bounded run in the tests, or libFuzzer for as long as one likes:
//!
//! ```sh
//! cargo +nightly fuzz run --fuzz-dir crates/seal/fuzz slot
//! ```

use std::collections::BTreeMap;
use std::io::{self, BufRead};

use cockpit_seal::checkpoint::{Checkpoint, SignedCheckpoint, cosigner_key, writer_key};
use cockpit_seal::note::{Note, NoteKey};
use cockpit_seal::pack;
use cockpit_seal::slot::{AnyKnownDevice, Slot, SlotVerifier, Verdict};
use cockpit_seal::tree::TileId;
use cockpit_seal::{DeviceKey, Entry, Head, SignedHeader, Verifier};

/// An entry that is read is written back byte for byte, and no chain takes it unseen.
pub fn entry(bytes: &[u8]) {
    let Ok(entry) = Entry::parse(bytes) else {
        return;
    };
    assert_eq!(entry.lines().as_bytes(), bytes);
    let header = SignedHeader::from(&entry);
    let again = SignedHeader::from_lines(
        entry.header_line().as_bytes(),
        entry.signature_line().as_bytes(),
    );
    assert_eq!(again.as_ref(), Ok(&header));
    assert_eq!(header.to_string().as_bytes(), entry.leaf());
    let _ = entry.key_brought_in();
    let stranger = DeviceKey::from_seed(&[0xa5; 32]).public();
    assert!(entry.verify(&stranger).is_err());
    let first = Head::first(entry.ledger(), entry.header().device);
    let follows = first.admits(&entry).is_ok();
    assert!(!follows || entry.header().seq == 0);
    // Alone, only a genesis under its own key is a ledger.
    if Verifier::new().feed(&entry).is_ok() {
        assert!(entry.is_genesis());
    }
}

/// A slot that is read is written back byte for byte, and a verifier says the same of
/// it twice, and takes in as much as it says.
pub fn slot(bytes: &[u8]) {
    let read = Slot::parse(bytes);
    if let Ok(slot) = &read {
        assert_eq!(slot.bytes(), bytes);
        assert_eq!(slot.entries().len() as u64, slot.header().count);
    }
    let ledger = read.as_ref().ok().and_then(|slot| slot.entries().first());
    let ledger = ledger.map_or(cockpit_seal::LedgerId::ZERO, Entry::ledger);
    let mut verifier = SlotVerifier::new(ledger);
    let before = verifier.head().clone();
    let verdict = verifier.feed(bytes, &AnyKnownDevice);
    assert_eq!(
        verdict,
        SlotVerifier::new(ledger).feed(bytes, &AnyKnownDevice)
    );
    match verdict {
        Ok(Verdict::Admitted(admitted)) => {
            let tree = &verifier.head().tree;
            let checkpoint = admitted.checkpoint.checkpoint();
            assert_eq!(tree.size(), admitted.entries.len() as u64);
            assert_eq!(
                (checkpoint.size, checkpoint.root),
                (tree.size(), tree.root())
            );
            assert_eq!(verifier.head().prev, admitted.hash);
            // Its own bytes a second time are another slot's.
            let again = verifier.feed(bytes, &AnyKnownDevice);
            assert!(matches!(again, Ok(Verdict::Void(_))));
        }
        Ok(Verdict::Void(void)) => {
            assert_eq!(verifier.head().tree, before.tree);
            assert_eq!((verifier.head().next, verifier.head().prev), (1, void.link));
        }
        Err(_) => assert_eq!(*verifier.head(), before),
    }
}

/// A whole log, slots with a zero byte between them: what is admitted grows by what each slot says,
/// a void slot changes nothing but the link, and a reader that was stopped and resumed
/// before any slot says the same of it.
pub fn log(bytes: &[u8]) {
    let slots = || bytes.split(|byte| *byte == 0);
    let first = slots().find_map(|slot| Slot::parse(slot).ok());
    let ledger = first.map_or(cockpit_seal::LedgerId::ZERO, |slot| {
        slot.entries()[0].ledger()
    });
    let mut verifier = SlotVerifier::new(ledger);
    for slot in slots() {
        let before = verifier.head().clone();
        let known = verifier.clone().finish().expect("nothing was expected");
        let (devices, heads) = (known.devices.into_values(), known.heads.into_values());
        let mut resumed = SlotVerifier::resume(before.clone(), devices, heads);
        let verdict = verifier.feed(slot, &AnyKnownDevice);
        assert_eq!(verdict, resumed.feed(slot, &AnyKnownDevice));
        assert_eq!(verifier.head(), resumed.head());
        match verdict {
            Ok(Verdict::Admitted(admitted)) => {
                assert_eq!(admitted.first_leaf, before.tree.size());
                let grown = before.tree.size() + admitted.entries.len() as u64;
                assert_eq!(verifier.head().tree.size(), grown);
            }
            Ok(Verdict::Void(_)) => {
                assert_eq!(verifier.head().tree, before.tree);
                assert_ne!(verifier.head().prev, before.prev);
            }
            Err(_) => {
                assert_eq!(*verifier.head(), before);
                return;
            }
        }
    }
}

/// A note, a checkpoint, a verifier key and a tile's path that are read are written back
/// byte for byte.
pub fn note(bytes: &[u8]) {
    if let Ok(note) = Note::parse(bytes) {
        assert_eq!(note.to_string().as_bytes(), bytes);
        let text = Checkpoint::parse(note.text());
        let signed = SignedCheckpoint::parse(bytes);
        assert_eq!(
            text.as_ref(),
            signed.as_ref().map(SignedCheckpoint::checkpoint)
        );
        if let Ok(signed) = signed {
            assert_eq!(signed.checkpoint().to_string(), note.text());
            merge(signed);
        }
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(key) = text.parse::<NoteKey>() {
        assert_eq!(key.to_string(), text);
    }
    if let Ok(tile) = text.parse::<TileId>() {
        assert_eq!(tile.to_string(), text);
    }
}

/// Files of a pack, each as a line with its name and its length, then its bytes. Whatever they
/// are, a check ends, says the same twice, and finds nothing to hold that nobody signed.
pub fn pack(bytes: &[u8]) {
    let files = Files::read(bytes);
    let check = || pack::verify(&files, &mut |_| {}).expect("memory can be read");
    let found = check();
    assert_eq!(found, check());
    if found.faults.is_empty() {
        let signer = found.signer.expect("it is signed");
        assert!(found.ledger.is_some() && found.entries > 0);
        assert!(
            files
                .0
                .contains_key(&format!("keys/{}.pem", signer.device_id()))
        );
    }
}

struct Files(BTreeMap<String, Vec<u8>>);

impl Files {
    fn read(mut bytes: &[u8]) -> Self {
        let mut files = BTreeMap::new();
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            let line = String::from_utf8_lossy(&bytes[..end]).into_owned();
            bytes = &bytes[end + 1..];
            let Some((name, length)) = line.rsplit_once(' ') else {
                break;
            };
            let length: usize = length.parse().unwrap_or(0);
            let (content, rest) = bytes.split_at(length.min(bytes.len()));
            files.insert(name.to_owned(), content.to_vec());
            bytes = rest;
        }
        Self(files)
    }
}

impl pack::Source for Files {
    fn names(&self) -> io::Result<Vec<String>> {
        Ok(self.0.keys().cloned().collect())
    }

    fn open(&self, name: &str) -> io::Result<Option<Box<dyn BufRead + '_>>> {
        let bytes = self.0.get(name);
        Ok(bytes.map(|bytes| Box::new(&bytes[..]) as Box<dyn BufRead>))
    }
}

/// A stranger's cosignature is counted once, whatever the note holds.
fn merge(signed: SignedCheckpoint) {
    let key = DeviceKey::from_seed(&[0xa5; 32]);
    let ledger = cockpit_seal::LedgerId::ZERO;
    let mut other = signed.clone();
    let mut merged = signed.clone();
    if other.cosign(ledger, &key, 7).is_err() {
        return;
    }
    if merged.merge(&other, ledger, [key.public()]).is_ok() {
        let counted = merged.cosigners(ledger, [key.public()]);
        assert_eq!(counted.map(|it| it.len()), Ok(1));
        assert_eq!(merged.merge(&other, ledger, [key.public()]), Ok(()));
        assert_eq!(merged.note().signatures(), other.note().signatures());
    }
    assert_eq!(signed.is_written_by(ledger, key.public()), Ok(false));
    let names = [
        writer_key(ledger, key.public()),
        cosigner_key(ledger, key.public()),
    ];
    assert_ne!(names[0].id(), names[1].id());
}
