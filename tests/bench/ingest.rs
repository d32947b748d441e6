//! Entries of others taken in from slots, against their bare operations: parse, SHA-256,
//! strict verification. Knows nothing of where slots come from.

use cockpit_seal::slot::{AnyKnownDevice, Slot, SlotVerifier, Verdict};
use cockpit_seal::{
    DeviceKey, Draft, ENTRY_PREFIX, Entry, Head, KIND_DEVICE_ADD, Seen, Timestamp, seal,
};
use ed25519_dalek::{Signature, VerifyingKey};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::{
    sample::Sample,
    table::{Row, Target},
};

const SLOTS: usize = 16;
const ENTRIES_A_SLOT: usize = 256;
const ROUNDS: usize = 15;
const NOW_MS: i64 = 1_795_458_605_123;
const RATIO_MIN: f64 = 0.8;

/// Measures in memory.
pub fn measure() -> Vec<Row> {
    let log = Log::write();
    let [mut ours, mut peers] = [const { Sample::new() }; 2];
    for round in 0..=ROUNDS {
        if round == 1 {
            [ours, peers] = [const { Sample::new() }; 2]; // the first does not count
        }
        ours.time_ms(|| log.take_in());
        peers.time_ms(|| log.bare());
    }
    let entries = log.entries.len() as f64;
    let [ours, peers] = [ours, peers].map(|sample| entries / sample.median() * 1e3);
    let ratio = ours / peers;
    println!(
        "\nTaking in {entries} entries of two devices from {SLOTS} slots (strict form, chains, tree,\n\
         checkpoints) against parsing their JSON, hashing header, body and leaf with SHA-256, and\n\
         verifying their signatures strictly, and nothing else, {ROUNDS} tries each in turns"
    );
    vec![Row {
        what: "ingest, entries a second",
        measured: format!("{ours:.0}"),
        peer: format!("{peers:.0}"),
        ratio,
        target: Some(Target {
            words: format!("{RATIO_MIN:.2} at least"),
            met: ratio >= RATIO_MIN,
        }),
    }]
}

/// A log, and the same entries as the bare operations take them.
struct Log {
    slots: Vec<Vec<u8>>,
    verifier: SlotVerifier,
    entries: Vec<(Entry, [u8; 64], usize)>,
    keys: [VerifyingKey; 2],
}

impl Log {
    fn write() -> Self {
        let keys = [7, 8].map(|seed| DeviceKey::from_seed(&[seed; 32]));
        let publics = keys.each_ref().map(DeviceKey::public);
        let brings = |n: usize| object(json!({ "key": publics[n].to_string() }));
        let genesis = Head::genesis(keys[0].device_id());
        let genesis = sealed(&keys[0], &genesis, 0, "genesis", brings(0));
        let add = sealed(&keys[0], &genesis.head(), 1, KIND_DEVICE_ADD, brings(1));
        let ledger = genesis.ledger();
        let mut heads = [add.head(), Head::first(ledger, keys[1].device_id())];
        let mut verifier = SlotVerifier::new(ledger);
        let founding = write(&mut verifier, &keys[0], vec![genesis, add]);
        take(&mut verifier, &founding);

        let mut log = Self {
            slots: Vec::new(),
            verifier: verifier.clone(),
            entries: Vec::new(),
            keys: publics
                .map(|key| VerifyingKey::from_bytes(key.as_bytes()).expect("a key of ours")),
        };
        for slot in 0..SLOTS {
            let mut entries = Vec::new();
            for n in 0..ENTRIES_A_SLOT {
                let number = 2 + slot * ENTRIES_A_SLOT + n;
                let body = object(json!({
                    "intent": "0".repeat(64),
                    "reason": format!("checkout fails {number}"),
                    "verdict": "approve",
                }));
                let device = number % 2;
                let entry = sealed(&keys[device], &heads[device], number, "stop.approve", body);
                heads[device] = entry.head();
                let signature = *entry.signature().as_bytes();
                log.entries.push((entry.clone(), signature, device));
                entries.push(entry);
            }
            let bytes = write(&mut verifier, &keys[slot % 2], entries);
            take(&mut verifier, &bytes);
            log.slots.push(bytes);
        }
        log
    }

    fn take_in(&self) {
        let mut verifier = self.verifier.clone();
        for slot in &self.slots {
            take(&mut verifier, slot);
        }
    }

    fn bare(&self) {
        for (entry, signature, device) in &self.entries {
            let (header, body) = (entry.header_line(), entry.body_line());
            let header_json = &header[ENTRY_PREFIX.len()..];
            for json in [header_json, body] {
                let value: Value = serde_json::from_str(json).expect("an entry is JSON");
                std::hint::black_box(value);
            }
            std::hint::black_box(Sha256::digest(header));
            std::hint::black_box(Sha256::digest(body));
            let mut leaf = Sha256::new_with_prefix([0]);
            leaf.update(header);
            leaf.update("\n");
            leaf.update(entry.signature_line());
            std::hint::black_box(leaf.finalize());
            self.keys[*device]
                .verify_strict(header.as_bytes(), &Signature::from_bytes(signature))
                .expect("the signature holds");
        }
    }
}

fn write(verifier: &mut SlotVerifier, key: &DeviceKey, entries: Vec<Entry>) -> Vec<u8> {
    let at = Timestamp::from_ms(NOW_MS).expect("a time of this century");
    Slot::build(key, verifier.head(), at, entries)
        .expect("they go into one slot")
        .bytes()
}

fn take(verifier: &mut SlotVerifier, bytes: &[u8]) {
    let verdict = verifier.feed(bytes, &AnyKnownDevice);
    assert!(matches!(verdict, Ok(Verdict::Admitted(_))));
}

fn sealed(key: &DeviceKey, head: &Head, n: usize, kind: &str, body: Map<String, Value>) -> Entry {
    let ms = NOW_MS + i64::try_from(n).expect("a small number");
    let at = Timestamp::from_ms(ms)
        .expect("a time of this century")
        .to_string();
    let draft = Draft {
        at: &at,
        kind,
        body,
        salt: (n as u128).to_be_bytes(),
        seen: Seen::default(),
    };
    seal(key, head, draft).expect("a small body is sealed")
}

fn object(value: Value) -> Map<String, Value> {
    let Value::Object(map) = value else {
        unreachable!("written as an object above")
    };
    map
}
