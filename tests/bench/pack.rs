//! An evidence pack checked as `cockpit verify PACK` checks it, against its signatures alone.
//! Knows nothing of how a pack is checked.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use cockpit_seal::pack::{About, PackWriter, RawLines, RawSlot, Row as Told, RowFact, Sink};
use cockpit_seal::slot::{Slot, SlotHead};
use cockpit_seal::tree::leaf_hash;
use cockpit_seal::{DeviceKey, Draft, Entry, Head, Seen, Timestamp, seal};
use serde_json::{Map, json};
use tokio::runtime;

use crate::{
    sample::Sample,
    table::{Row, Target},
};

const ENTRIES: usize = 100_000;
/// Entries that a slot admits.
const SLOT: usize = 256;
/// Entries after which the check says how far it is.
const TURN: usize = 1_000;
const ROUNDS: usize = 9;
/// The stack of each round begins a ninth of a page of 4,096 bytes further down. Where it lies
/// decides how fast a signature is verified: a processor that takes a constant for what was just
/// written to the stack, because their addresses agree in the last twelve bits, waits for it. One
/// place would measure luck, and the same luck again and again.
const STACK_SHIFT: usize = 4_096 / ROUNDS + 1;
const STACK: usize = 2 * 1024 * 1024;
const RATIO_MAX: f64 = 1.3;

/// Measures in a folder below this one.
pub fn measure(folder: &Path) -> Vec<Row> {
    let place = folder.join("pack");
    let key = DeviceKey::from_seed(&[7; 32]);
    let entries = Arc::new(entries(&key));
    write(&place, &entries, &key).expect("the folder can be written");
    let public = key.public();
    let [mut ours, mut peers] = [const { Sample::new() }; 2];
    for round in 0..=ROUNDS {
        let peer = Arc::new(Mutex::new(Sample::new()));
        let signatures = {
            let (entries, peer) = (Arc::clone(&entries), Arc::clone(&peer));
            let mut verified = 0;
            // Each time that the check says how far it is, the peer goes as far: a machine that
            // gets slower for a second makes both slower.
            move |checked: u64| {
                let checked = checked as usize;
                peer.lock().expect("nothing panicked").time_ms(|| {
                    for entry in &entries[verified..checked] {
                        entry.verify(&public).expect("the signature holds");
                    }
                });
                verified = checked;
            }
        };
        let mut both = Sample::new();
        // A page larger than the one before, so that no thread's stack is used again.
        let stack = STACK + round * (4_096 + STACK_SHIFT);
        let runtime = runtime::Builder::new_current_thread()
            .thread_stack_size(stack)
            .build()
            .expect("a runtime starts");
        let check = cockpit_engine::verify_pack(place.clone(), None, signatures);
        let check = both
            .time_ms(|| runtime.block_on(check))
            .expect("the pack can be read");
        assert!(check.holds(), "{}", check.sentence);
        let peer = peer.lock().expect("nothing panicked");
        assert_eq!(peer.tries() * TURN, ENTRIES, "the peer took as many");
        let peer = peer.sum();
        let one = both.sum() - peer;
        // The first round does not count.
        if round > 0 {
            ours.add(one);
            peers.add(peer);
        }
    }
    // Each place of the stack counts once.
    let ratio = ours.sum() / peers.sum();
    let [ours, peers] = [ours, peers].map(|sample| sample.sum() / ROUNDS as f64 / 1e3);
    println!(
        "\nAn evidence pack of {ENTRIES} entries: every hash, signature, link, slot, text, row, tile and key\n\
         of it, against its signatures alone, on one core, in turns of {TURN} entries, {ROUNDS} times, the\n\
         stack of each beginning elsewhere"
    );
    vec![Row {
        what: "pack verified, seconds",
        measured: format!("{ours:.2}"),
        peer: format!("{peers:.2}"),
        ratio,
        target: Target::ratio(RATIO_MAX, ratio),
    }]
}

fn entries(key: &DeviceKey) -> Vec<Entry> {
    let mut head = Head::genesis(key.device_id());
    let sealed = (0..ENTRIES).map(|n| {
        let mut body = Map::new();
        body.insert("intent".to_owned(), json!("0".repeat(64)));
        body.insert("reason".to_owned(), json!(format!("checkout fails {n}")));
        if n == 0 {
            body.insert("key".to_owned(), json!(key.public().to_string()));
        }
        let draft = Draft {
            at: "2026-11-23T18:30:05.123Z",
            kind: "intent.withdraw",
            body,
            salt: (n as u128).to_be_bytes(),
            seen: Seen::default(),
        };
        let entry = seal(key, &head, draft).expect("a small body is sealed");
        head = entry.head();
        entry
    });
    sealed.collect()
}

fn write(place: &Path, entries: &[Entry], key: &DeviceKey) -> io::Result<()> {
    let mut pack = PackWriter::begin(Folder {
        place: place.to_owned(),
        files: BTreeMap::new(),
    })?;
    let mut head = SlotHead::first(entries[0].ledger());
    let at = Timestamp::from_ms(1_795_458_605_123).expect("it is a date");
    for (entry, position) in entries.iter().zip(1..) {
        if (position - 1) % SLOT as u64 == 0 {
            let begin = head.tree.size() as usize;
            let admitted = &entries[begin..entries.len().min(begin + SLOT)];
            let slot = Slot::build(key, &head, at, admitted.to_vec()).expect("it is not empty");
            pack.slot(RawSlot::Admitting {
                header: &slot.header_line(),
                checkpoint: &slot.checkpoint().to_string(),
                hash: slot.hash(),
            })?;
            (head.prev, head.next) = (slot.hash(), head.next + 1);
            for entry in admitted {
                head.tree.push(leaf_hash(&entry.leaf()));
            }
        }
        let signature = entry.signature_line();
        let raw = RawLines {
            header: entry.header_line().as_bytes(),
            body: entry.body_line().as_bytes(),
            signature: signature.as_bytes(),
        };
        pack.entry(raw, |_| false)?;
        pack.tell(&Told {
            person: "Mara Lindqvist".into(),
            decision: "Took back".into(),
            target: "Google Play · production · 8.4.0".into(),
            reason: "checkout fails".into(),
            facts: vec![RowFact {
                name: "About".into(),
                value: "Google Play · production · 8.4.0".into(),
            }],
            ..Told::of(position, Some(entry))
        })?;
    }
    let (_, folder) = pack.finish(&About::default(), Some(key))?;
    let mut files = folder.files.into_values();
    files.try_for_each(|mut file| file.flush())
}

struct Folder {
    place: PathBuf,
    files: BTreeMap<String, BufWriter<File>>,
}

impl Sink for Folder {
    type Error = io::Error;

    fn put(&mut self, file: &str, bytes: &[u8]) -> io::Result<()> {
        if let Some(open) = self.files.get_mut(file) {
            return open.write_all(bytes);
        }
        let path = self.place.join(file);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut open = BufWriter::new(File::create_new(path)?);
        open.write_all(bytes)?;
        self.files.insert(file.to_owned(), open);
        Ok(())
    }

    fn close(&mut self, file: &str) -> io::Result<()> {
        self.files
            .remove(file)
            .map_or(Ok(()), |mut file| file.flush())
    }
}
