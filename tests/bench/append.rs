//! A decision made durable, against one bare SQLite insert of the same bytes.
//! Knows nothing of what the decision was.

use std::path::Path;

use cockpit_ledger::{Append, Ledger, LogIndex};
use cockpit_seal::{DeviceKey, Draft, Entry, Head, Seen, Timestamp, seal};
use serde_json::{Map, Value, json};

use crate::{
    bare::Bare,
    sample::Sample,
    table::{Row, Target},
};

const TRIES: i64 = 4_000;
/// What is done first and not counted: files grow, caches fill.
const WARM_UP: i64 = 200;
const NOW_MS: i64 = 1_795_458_605_123;
const RATIO_MAX: f64 = 1.5;

/// Measures in fresh databases under `folder`.
pub fn measure(folder: &Path) -> Vec<Row> {
    let ledger = Ledger::open(folder.join("ledger.db"), NOW_MS).expect("a fresh ledger opens");
    let bare = Bare::open(&folder.join("bare.db"));
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
        last = sealing.time_ms(|| sealed(&key, &last.head(), n, "intent.request", body));
        ours.time_ms(|| append(&ledger, &last));
        let signature = last.signature_line();
        peers.time_ms(|| bare.insert([last.header_line(), last.body_line(), &signature]));
    }
    println!(
        "\nAn append (check the chain, keep the entry, index it for lists and full-text search)\n\
         against one SQLite insert of the same bytes into a table without any index, both in WAL\n\
         with synchronous FULL on the same disk, {} tries each in turns",
        ours.tries()
    );
    println!(
        "  sealing it before that (hash, sign): p50 {:.3} ms",
        sealing.median()
    );
    vec![
        row("append, p50", &ours, &peers, 0.5, true),
        row("append, p99", &ours, &peers, 0.99, false),
    ]
}

fn row(what: &'static str, ours: &Sample, peers: &Sample, share: f64, promised: bool) -> Row {
    let [ours, peers] = [ours, peers].map(|sample| sample.quantile(share));
    let ratio = ours / peers;
    Row {
        what,
        measured: format!("{ours:.3} ms"),
        peer: format!("{peers:.3} ms"),
        ratio,
        target: Target::ratio(RATIO_MAX, ratio).filter(|_| promised),
    }
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

fn object(value: Value) -> Map<String, Value> {
    let Value::Object(map) = value else {
        unreachable!("written as an object above")
    };
    map
}
