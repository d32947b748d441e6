//! A decision made durable, against one bare SQLite insert of the same bytes.
//! Knows nothing of what the decision was.

use std::path::Path;

use cockpit_ledger::{Append, Ledger, LogIndex};
use cockpit_seal::{DeviceKey, Draft, Entry, Head, Seen, Timestamp, seal};
use rusqlite::{Connection, params};
use serde_json::{Map, Value, json};

use crate::sample::{Sample, compare};

const TRIES: i64 = 2_000;
/// What is done first and not counted: files grow, caches fill.
const WARM_UP: i64 = 100;
const NOW_MS: i64 = 1_795_458_605_123;

/// Measures in fresh databases under `folder` and prints the ratio.
pub fn measure(folder: &Path) {
    let folder = tempfile::tempdir_in(folder).expect("the folder can be written");
    let ledger =
        Ledger::open(folder.path().join("ledger.db"), NOW_MS).expect("a fresh ledger opens");
    let bare = bare(&folder.path().join("bare.db"));
    let key = DeviceKey::from_seed(&[7; 32]);
    let genesis = object(json!({ "key": key.public().to_string() }));
    let mut last = sealed(&key, &Head::genesis(key.device_id()), 0, "genesis", genesis);
    append(&ledger, &last);
    let [mut sealing, mut ours, mut peers] = [const { Sample::new() }; 3];
    for n in 1..=WARM_UP + TRIES {
        if n == WARM_UP + 1 {
            [sealing, ours, peers] = [const { Sample::new() }; 3];
        }
        let body =
            object(json!({ "intent": "0".repeat(64), "reason": format!("checkout fails {n}") }));
        last = sealing.time(|| sealed(&key, &last.head(), n, "intent.request", body));
        ours.time(|| append(&ledger, &last));
        peers.time(|| insert(&bare, &last));
    }
    let peer = "bare SQLite insert (WAL, FULL)";
    compare(
        "A durable decision",
        (&mut ours, "check, append, index"),
        (&mut peers, peer),
    );
    compare(
        "Sealing it, before that",
        (&mut sealing, "hash, sign"),
        (&mut peers, peer),
    );
}

fn sealed(key: &DeviceKey, head: &Head, n: i64, kind: &str, body: Map<String, Value>) -> Entry {
    let at = Timestamp::from_ms(NOW_MS + n)
        .expect("a time of this century")
        .to_string();
    let salt = u128::try_from(n).expect("counts up").to_be_bytes();
    let draft = Draft {
        at: &at,
        kind,
        body,
        salt,
        seen: Seen::default(),
    };
    seal(key, head, draft).expect("a small body is sealed")
}

fn append(ledger: &Ledger, entry: &Entry) {
    let index = LogIndex {
        at_ms: NOW_MS,
        kind: entry.header().kind.to_string(),
        title: "Stop 8.4.0 on Google Play".to_owned(),
        text: entry.body_line().to_owned(),
        ..LogIndex::default()
    };
    let append = Append {
        entry: entry.clone(),
        index,
    };
    ledger
        .append(&[append], &[])
        .expect("the next entry is appended");
}

fn bare(path: &Path) -> Connection {
    let bare = Connection::open(path).expect("a fresh database opens");
    bare.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE entries (header TEXT NOT NULL, body TEXT NOT NULL, signature BLOB NOT NULL) STRICT;",
    )
    .expect("a fresh database takes a table");
    bare
}

fn insert(bare: &Connection, entry: &Entry) {
    let mut insert = bare
        .prepare_cached("INSERT INTO entries VALUES (?1, ?2, ?3)")
        .expect("the table is there");
    let signature = entry.signature().as_bytes();
    insert
        .execute(params![entry.header_line(), entry.body_line(), signature])
        .expect("the row is taken");
}

fn object(value: Value) -> Map<String, Value> {
    let Value::Object(map) = value else {
        unreachable!("written as an object above")
    };
    map
}
