//! What a pack holds: the chain line by line, what was told, what does not hold, and hashes of
//! all of it. Must not know how any tool reads it.

mod tampering;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io::{self, BufRead};

use cockpit_seal::pack::{
    About, BODIES, CHECKPOINT, DECISIONS_CSV, DECISIONS_JSONL, HEADERS, Made, NAMESPACE,
    PackVerified, PackWriter, README, RawLines, RawSlot, Row, SIGNATURES, SLOTS, SUMS,
    SUMS_SIGNATURE, Sink, Source, VERIFICATION, verify,
};
use cockpit_seal::slot::{Slot, SlotHead};
use cockpit_seal::tree::leaf_hash;
use cockpit_seal::{
    DeviceKey, Draft, Entry, Head, KIND_DEVICE_ADD, Seen, SlotHash, Timestamp, seal, sshsig,
};
use serde_json::{Map, Value, json};

type Files = BTreeMap<String, Vec<u8>>;

#[derive(Default)]
struct Memory(Files);

impl Sink for Memory {
    type Error = Infallible;

    fn put(&mut self, file: &str, bytes: &[u8]) -> Result<(), Infallible> {
        self.0.entry(file.to_owned()).or_default().extend(bytes);
        Ok(())
    }

    fn close(&mut self, _file: &str) -> Result<(), Infallible> {
        Ok(())
    }
}

impl Source for Memory {
    fn names(&self) -> io::Result<Vec<String>> {
        Ok(self.0.keys().cloned().collect())
    }

    fn open(&self, name: &str) -> io::Result<Option<Box<dyn BufRead + '_>>> {
        let bytes = self.0.get(name);
        Ok(bytes.map(|bytes| Box::new(&bytes[..]) as Box<dyn BufRead>))
    }
}

fn found_in(files: &Files) -> PackVerified {
    verify(&Memory(files.clone()), &mut |_| {}).unwrap()
}

/// What does not hold in these files, each in a sentence.
fn faults(files: &Files) -> Vec<String> {
    found_in(files)
        .faults
        .iter()
        .map(ToString::to_string)
        .collect()
}

fn key() -> DeviceKey {
    DeviceKey::from_seed(&[7; 32])
}

/// Another device of the ledger, which cosigns.
fn second() -> DeviceKey {
    DeviceKey::from_seed(&[8; 32])
}

fn entries(count: usize) -> Vec<Entry> {
    entries_of(&key(), count)
}

fn entries_of(key: &DeviceKey, count: usize) -> Vec<Entry> {
    let mut head = Head::genesis(key.device_id());
    (0..count)
        .map(|n| {
            let mut body = Map::new();
            body.insert("reason".to_owned(), json!(format!("reason {n}")));
            let brought = [key.public(), second().public()];
            if let Some(key) = brought.get(n) {
                body.insert("key".to_owned(), json!(key.to_string()));
            }
            let draft = Draft {
                at: &format!("2026-11-23T18:30:{n:02}.123Z"),
                kind: if n == 1 { KIND_DEVICE_ADD } else { "note" },
                body,
                salt: [n as u8; 16],
                seen: Seen::default(),
            };
            let entry = seal(key, &head, draft).unwrap();
            head = entry.head();
            entry
        })
        .collect()
}

type Lines = Vec<[Vec<u8>; 3]>;

fn lines(entries: &[Entry]) -> Lines {
    entries
        .iter()
        .map(|it| {
            [
                it.header_line().into(),
                it.body_line().into(),
                it.signature_line().into(),
            ]
        })
        .collect()
}

/// A slot with its number, and how many entries stand before it.
struct Told {
    n: u64,
    before: usize,
    slot: Option<Slot>,
    junk: &'static [u8],
}

/// Slots over these entries, three in each, the third void; the last entry is in none.
fn slots(entries: &[Entry], key: &DeviceKey) -> Vec<Told> {
    let mut head = SlotHead::first(entries[0].ledger());
    let at = Timestamp::from_ms(1_795_458_605_123).unwrap();
    let mut told = Vec::new();
    let (_, admitted) = entries.split_last().unwrap();
    for chunk in admitted.chunks(3) {
        if head.next == 2 {
            let junk: &[u8] = b"no slot\n";
            let link = [
                &head.prev.as_bytes()[..],
                SlotHash::of_bytes(junk).as_bytes(),
            ]
            .concat();
            head.prev = SlotHash::of_bytes(&link);
            told.push(Told {
                n: 2,
                before: 6,
                slot: None,
                junk,
            });
            head.next += 1;
        }
        let slot = Slot::build(key, &head, at, chunk.to_vec()).unwrap();
        let before = usize::try_from(head.tree.size()).unwrap();
        (head.prev, head.next) = (slot.hash(), head.next + 1);
        for entry in chunk {
            head.tree.push(leaf_hash(&entry.leaf()));
        }
        let n = slot.header().n;
        told.push(Told {
            n,
            before,
            slot: Some(slot),
            junk: b"",
        });
    }
    told
}

impl Told {
    fn tell(&self, pack: &mut PackWriter<Memory>) -> Option<String> {
        let Some(slot) = &self.slot else {
            let raw = RawSlot::Void {
                n: self.n,
                hash: SlotHash::of_bytes(self.junk),
                why: "It cannot be read.",
            };
            return pack.slot(raw).unwrap();
        };
        let raw = RawSlot::Admitting {
            header: &slot.header_line(),
            checkpoint: &slot.checkpoint().to_string(),
            hash: slot.hash(),
        };
        pack.slot(raw).unwrap()
    }
}

/// Packs lines; an empty header stands for a row that is gone.
fn pack(lines: &Lines, withheld: &[usize], signed: bool) -> (Made, Files) {
    pack_cosigned(lines, withheld, signed, &[])
}

/// With heads that the second device cosigned.
fn pack_cosigned(
    lines: &Lines,
    withheld: &[usize],
    signed: bool,
    cosigned: &[u64],
) -> (Made, Files) {
    let mut pack = PackWriter::begin(Memory::default()).unwrap();
    let whole: Result<Vec<Entry>, _> = lines
        .iter()
        .map(|[header, body, signature]| Entry::from_lines(header, body, signature))
        .collect();
    let told = whole
        .map(|entries| slots(&entries, &key()))
        .unwrap_or_default();
    let mut waiting = told.iter().peekable();
    for (n, [header, body, signature]) in lines.iter().enumerate() {
        while let Some(slot) = waiting.next_if(|it| it.before == n) {
            assert_eq!(slot.tell(&mut pack), None);
        }
        if header.is_empty() {
            pack.removed().unwrap();
            continue;
        }
        let raw = RawLines {
            header,
            body,
            signature,
        };
        let hidden = withheld.contains(&n);
        let (entry, fault) = pack.entry(raw, |_| hidden).unwrap();
        let row = Row {
            decision: "Noted".into(),
            reason: "=1+1".into(),
            does_not_hold: fault.unwrap_or_default().into(),
            ..Row::of(n as u64 + 1, entry.as_ref())
        };
        let row = if hidden { row.redact() } else { row };
        pack.tell(&row).unwrap();
    }
    let about = About {
        workspace: "Wallet".to_owned(),
        selection: "everything".to_owned(),
        cosigned: cosigned
            .iter()
            .map(|n| {
                let slot = told.iter().find(|it| it.n == *n).unwrap();
                let slot = slot.slot.as_ref().unwrap();
                let mut head = slot.checkpoint().clone();
                let ledger = slot.entries()[0].ledger();
                head.cosign(ledger, &second(), 1_795_458_700 + n).unwrap();
                (*n, head)
            })
            .collect(),
        ..About::default()
    };
    let key = key();
    let (made, sink) = pack.finish(&about, signed.then_some(&key)).unwrap();
    (made, sink.0)
}

fn text<'a>(files: &'a Files, name: &str) -> &'a str {
    std::str::from_utf8(&files[name]).unwrap()
}

fn found(files: &Files) -> Value {
    serde_json::from_slice(&files[VERIFICATION]).unwrap()
}

#[test]
fn line_i_is_entry_i_and_every_file_is_hashed_and_signed() {
    let entries = entries(4);
    let (made, files) = pack(&lines(&entries), &[2], true);
    for (n, entry) in entries.iter().enumerate() {
        let line = |name: &str| text(&files, name).lines().nth(n).unwrap().to_owned();
        assert_eq!(line(HEADERS), entry.header_line());
        assert_eq!(line(SIGNATURES), entry.signature_line());
        let body = if n == 2 { "-" } else { entry.body_line() };
        assert_eq!(line(BODIES), body);
    }
    let device = key().device_id();
    let expected: Vec<String> = files
        .keys()
        .filter(|name| ![SUMS, SUMS_SIGNATURE].contains(&name.as_str()))
        .cloned()
        .collect();
    let hashed: Vec<&str> = text(&files, SUMS)
        .lines()
        .map(|line| line.split_once("  ").unwrap().1)
        .collect();
    assert_eq!(hashed, expected);
    assert!(expected.contains(&format!("keys/{device}.pem")));
    let signer = sshsig::signer(text(&files, SUMS_SIGNATURE), NAMESPACE, &files[SUMS]);
    assert_eq!(signer, Some(key().public()));
    assert_eq!((made.entries, made.told, made.redacted), (4, 4, 1));
    assert_eq!(made.first_fault, None);
    assert_eq!(found(&files)["holds"], true);
    assert!(text(&files, README).contains("Bodies that stayed behind: 1 "));
    assert!(!text(&files, README).contains("DOES NOT HOLD"));
    assert_eq!(faults(&files), [""; 0]);
}

#[test]
fn the_same_entries_give_the_same_bytes() {
    let lines = lines(&entries(5));
    assert_eq!(pack(&lines, &[3], true), pack(&lines, &[3], true));
}

#[test]
fn a_redacted_row_tells_nothing_of_the_body() {
    let (_, files) = pack(&lines(&entries(4)), &[2], true);
    let rows: Vec<Value> = text(&files, DECISIONS_JSONL)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rows[2]["redacted"], true);
    assert_eq!(
        (&rows[2]["decision"], &rows[2]["reason"]),
        (&json!(""), &json!(""))
    );
    assert_eq!(rows[3]["reason"], "=1+1");
    for (name, bytes) in &files {
        let text = String::from_utf8_lossy(bytes);
        assert!(!text.contains("reason 2"), "{name}");
    }
    // The spreadsheet gets text, not a formula.
    assert!(text(&files, DECISIONS_CSV).contains("\"'=1+1\""));
}

#[test]
fn a_body_with_a_key_never_stays_behind() {
    let (made, files) = pack(&lines(&entries(3)), &[0, 1, 2], true);
    assert!(text(&files, BODIES).starts_with('{'));
    assert_eq!(text(&files, BODIES).lines().nth(2), Some("-"));
    assert_eq!(made.first_fault, None);
}

#[test]
fn what_does_not_hold_is_said_first_and_leaves_as_it_was_found() {
    let mut lines = lines(&entries(6));
    lines[2][1] = b"{\"reason\":\n\xff".to_vec();
    lines[4][0] = Vec::new();
    let (made, files) = pack(&lines, &[], true);
    assert!(made.first_fault.unwrap().starts_with("Entry 3 "));
    assert!(text(&files, README).contains("THIS LOG DOES NOT HOLD"));
    let body = text(&files, BODIES).lines().nth(2).unwrap();
    assert_eq!(body, format!("!hex:{}", hex::encode(&lines[2][1])));
    assert_eq!(text(&files, HEADERS).lines().nth(4), Some("!removed"));
    let found = found(&files);
    assert_eq!(found["holds"], false);
    let faults: Vec<(u64, &str)> = found["first_faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            (
                it["position"].as_u64().unwrap(),
                it["code"].as_str().unwrap(),
            )
        })
        .collect();
    // What follows an entry that is gone has nothing to stand on; what follows a text that was
    // changed stands on its header.
    assert_eq!(
        faults,
        [(3, "not_three_lines"), (5, "removed"), (6, "missing")]
    );
}

#[test]
fn without_a_key_it_says_that_nobody_signed() {
    let (made, files) = pack(&lines(&entries(2)), &[], false);
    assert!(!files.contains_key(SUMS_SIGNATURE));
    assert_eq!(made.allowed_signer, None);
    assert!(text(&files, README).contains("NOBODY SIGNED THIS PACK"));
    assert_eq!(found(&files)["signed_by"], Value::Null);
    assert_eq!(
        faults(&files),
        ["SHA256SUMS.sshsig: Nobody signed this pack."]
    );
}

#[test]
fn its_head_is_the_one_of_the_log_with_all_cosignatures() {
    let entries = entries(11);
    let (_, files) = pack_cosigned(&lines(&entries), &[4], true, &[1, 4]);
    let told = slots(&entries, &key());
    let rows: Vec<&str> = text(&files, SLOTS).lines().skip(1).collect();
    assert_eq!(rows.len(), 5);
    assert!(rows[2].ends_with("\"It cannot be read.\""));
    let last = told.last().unwrap().slot.as_ref().unwrap();
    let written = last.checkpoint().to_string();
    assert!(text(&files, CHECKPOINT).starts_with(&written));
    assert_eq!(
        text(&files, CHECKPOINT).lines().count(),
        written.lines().count() + 1
    );
    assert!(files.contains_key("checkpoints/0000000000000001"));
    let found = found_in(&files);
    assert_eq!(found.faults, []);
    assert_eq!((found.entries, found.admitted, found.slots), (11, 10, 5));
    let newest = found.cosigners.get(&second().device_id());
    assert_eq!(newest, Some(&(4, 1_795_458_704)));
}

#[test]
fn a_slot_that_was_kept_wrongly_is_said_when_the_pack_is_made() {
    let entries = entries(6);
    let all = lines(&entries);
    let told = slots(&entries, &key());
    let slot = told[0].slot.as_ref().unwrap();
    let dated = slot.header_line().replace("5.123Z", "6.123Z");
    let head = slot.checkpoint().to_string();
    for (header, checkpoint) in [
        (dated.as_str(), head.as_str()),
        (&slot.header_line(), "no note"),
    ] {
        let mut pack = PackWriter::begin(Memory::default()).unwrap();
        let raw = RawSlot::Admitting {
            header,
            checkpoint,
            hash: slot.hash(),
        };
        let _ = pack.slot(raw).unwrap();
        for [header, body, signature] in &all {
            let raw = RawLines {
                header,
                body,
                signature,
            };
            let _ = pack.entry(raw, |_| false).unwrap();
        }
        let (made, _) = pack.finish(&About::default(), Some(&key())).unwrap();
        assert!(made.first_fault.unwrap().starts_with("Slot 0 "));
    }
}
