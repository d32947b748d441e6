//! Shared by the tests of this crate: a small world of devices and drafts. Must
//! not hide what a test is about.

use cockpit_seal::{DeviceKey, Draft, Entry, Head, Seen, Timestamp, seal};
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::{Append, Ledger, LogIndex};

pub(crate) const NOW_MS: i64 = 1_795_458_605_123;

pub(crate) struct World {
    pub folder: TempDir,
    pub keys: Vec<DeviceKey>,
}

impl World {
    pub fn new() -> Self {
        let keys = (1..=3).map(|n| DeviceKey::from_seed(&[n; 32])).collect();
        Self {
            folder: TempDir::new().unwrap(),
            keys,
        }
    }

    pub fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("ledger.db")
    }

    pub fn open(&self) -> Ledger {
        Ledger::open(self.path(), NOW_MS).unwrap()
    }

    /// Seals the next entry of a device without appending it.
    pub fn seal(&self, head: &Head, device: usize, kind: &str, body: Value, n: i64) -> Entry {
        let Value::Object(body) = body else {
            panic!("a body is an object")
        };
        let at = Timestamp::from_ms(NOW_MS + n * 1000).unwrap().to_string();
        let salt = u128::try_from(n).unwrap().to_be_bytes();
        let draft = Draft {
            at: &at,
            kind,
            body,
            salt,
            seen: Seen::default(),
        };
        seal(&self.keys[device], head, draft).unwrap()
    }

    /// Appends one entry of a device.
    pub fn add(&self, ledger: &Ledger, device: usize, kind: &str, body: Value) -> i64 {
        let head = ledger.head(self.keys[device].device_id()).unwrap();
        let n = ledger.count().unwrap();
        let entry = self.seal(&head, device, kind, body, n);
        ledger
            .append(
                &[Append {
                    index: index(&entry),
                    entry,
                }],
                &[],
            )
            .unwrap()[0]
    }

    /// A ledger with two devices that take turns: 1 genesis, 2 device.add, then notes.
    pub fn filled(&self, entries: i64) -> Ledger {
        let ledger = self.open();
        self.add(
            &ledger,
            0,
            "genesis",
            json!({"key": self.keys[0].public().to_string()}),
        );
        self.add(
            &ledger,
            0,
            "device.add",
            json!({"key": self.keys[1].public().to_string()}),
        );
        for n in 2..entries {
            let device = usize::try_from(n % 2).unwrap();
            self.add(
                &ledger,
                device,
                "note",
                json!({"text": format!("note number {n}")}),
            );
        }
        ledger
    }
}

pub(crate) fn index(entry: &Entry) -> LogIndex {
    let header = entry.header();
    LogIndex {
        at_ms: header.at.ms(),
        kind: header.kind.clone(),
        person: Some(format!("person of {}", header.device)),
        app: Some("Wallet".to_owned()),
        title: format!("{} {}", header.kind, header.seq),
        text: text(entry.body()),
        ..LogIndex::default()
    }
}

fn text(body: &Map<String, Value>) -> String {
    body.get("text")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

mod crash;
mod filters;
mod log;
mod open;
mod outbox;
mod slots;
mod tamper;
