//! What a pack holds: the chain line by line, what was told, what does not hold, and hashes of
//! all of it. Must not know how any tool reads it.

mod tampering;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io::{self, BufRead};

use cockpit_seal::pack::{
    About, BODIES, DECISIONS_CSV, DECISIONS_JSONL, HEADERS, Made, NAMESPACE, PackWriter, README,
    RawLines, Row, SIGNATURES, SUMS, SUMS_SIGNATURE, Sink, Source, VERIFICATION, verify,
};
use cockpit_seal::{DeviceKey, Draft, Entry, Head, Seen, seal, sshsig};
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

/// What does not hold in these files, each in a sentence.
fn faults(files: &Files) -> Vec<String> {
    let found = verify(&Memory(files.clone()), &mut |_| {}).unwrap();
    found.faults.iter().map(ToString::to_string).collect()
}

fn key() -> DeviceKey {
    DeviceKey::from_seed(&[7; 32])
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
            if n == 0 {
                body.insert("key".to_owned(), json!(key.public().to_string()));
            }
            let draft = Draft {
                at: &format!("2026-11-23T18:30:{n:02}.123Z"),
                kind: "note",
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

/// Packs lines; an empty header stands for a row that is gone.
fn pack(lines: &Lines, withheld: &[usize], signed: bool) -> (Made, Files) {
    let mut pack = PackWriter::begin(Memory::default()).unwrap();
    for (n, [header, body, signature]) in lines.iter().enumerate() {
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
        let read = entry.map(|it| (it.id().to_string(), it.header().clone()));
        let row = Row {
            position: n as u64 + 1,
            id: read.as_ref().map(|(id, _)| id.clone()).unwrap_or_default(),
            at: read
                .as_ref()
                .map(|(_, it)| it.at.to_string())
                .unwrap_or_default(),
            device: read
                .as_ref()
                .map(|(_, it)| it.device.to_string())
                .unwrap_or_default(),
            kind: read
                .as_ref()
                .map(|(_, it)| it.kind.clone())
                .unwrap_or_default(),
            seq: read.as_ref().map(|(_, it)| it.seq),
            decision: "Noted".to_owned(),
            reason: "=1+1".to_owned(),
            does_not_hold: fault.unwrap_or_default(),
            ..Row::default()
        };
        let row = if hidden { row.redact() } else { row };
        pack.tell(&row).unwrap();
    }
    let about = About {
        workspace: "Wallet".to_owned(),
        selection: "everything".to_owned(),
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
    let (_, files) = pack(&lines(&entries(3)), &[1], true);
    let rows: Vec<Value> = text(&files, DECISIONS_JSONL)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rows[1]["redacted"], true);
    assert_eq!(
        (&rows[1]["decision"], &rows[1]["reason"]),
        (&json!(""), &json!(""))
    );
    assert_eq!(rows[2]["reason"], "=1+1");
    for (name, bytes) in &files {
        let text = String::from_utf8_lossy(bytes);
        assert!(!text.contains("reason 1"), "{name}");
    }
    // The spreadsheet gets text, not a formula.
    assert!(text(&files, DECISIONS_CSV).contains("\"'=1+1\""));
}

#[test]
fn a_body_with_a_key_never_stays_behind() {
    let (made, files) = pack(&lines(&entries(2)), &[0, 1], true);
    assert!(text(&files, BODIES).starts_with('{'));
    assert_eq!(text(&files, BODIES).lines().nth(1), Some("-"));
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
