//! A process that dies while it writes: what it was told is recorded is there,
//! and nothing is there by half.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use super::*;
use crate::{LogFilter, OutboxChange, OutboxState, Verdict};

const FOLDER: &str = "COCKPIT_LEDGER_CRASH_FOLDER";
const HOW: &str = "COCKPIT_LEDGER_CRASH_HOW";

/// The child's part: does nothing unless one of the tests below has started it.
#[test]
fn child() {
    let (Ok(folder), Ok(how)) = (std::env::var(FOLDER), std::env::var(HOW)) else {
        return;
    };
    let world = World::new();
    let ledger = Ledger::open(std::path::Path::new(&folder).join("ledger.db"), NOW_MS).unwrap();
    world.add(
        &ledger,
        0,
        "genesis",
        json!({"key": world.keys[0].public().to_string()}),
    );
    for n in 1..100_000 {
        let head = ledger.head(world.keys[0].device_id()).unwrap();
        let entry = world.seal(&head, 0, "note", json!({"text": format!("note {n}")}), n);
        let effect = format!("{n:06}");
        let add = OutboxChange::Add {
            effect: effect.clone(),
            target: "t".into(),
            payload: json!(n),
            next_at_ms: n,
        };
        if how == "inside" && n == 20 {
            ledger.raw(|c| {
                c.execute_batch("BEGIN IMMEDIATE").unwrap();
                crate::table::entries::insert(c, &entry).unwrap();
                crate::table::outbox::apply(c, &add).unwrap();
                std::process::abort();
            });
        }
        ledger
            .append(
                &[Append {
                    index: index(&entry),
                    entry,
                }],
                &[add],
            )
            .unwrap();
        ledger.mark_started(&effect, n, n + 1).unwrap();
        println!("recorded {n}");
    }
}

/// Starts the child, lets it record at least `wanted` entries, kills it if it has
/// not ended itself, and returns the last number that it was told is recorded.
fn crash(world: &World, how: &str, wanted: i64) -> i64 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "tests::crash::child", "--nocapture"])
        .env(FOLDER, world.folder.path())
        .env(HOW, how)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut recorded = 0;
    for line in lines {
        let Ok(line) = line else { break };
        let Some((_, number)) = line.split_once("recorded ") else {
            continue;
        };
        recorded = number.parse().unwrap_or(recorded);
        if recorded == wanted {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    recorded
}

fn check(ledger: &Ledger, recorded: i64) {
    let count = ledger.count().unwrap();
    assert!(
        count > recorded,
        "{recorded} notes and the genesis were recorded, {count} are there"
    );
    let verdict = ledger.verify_all(&[], |_, _| {}).unwrap();
    assert!(matches!(verdict, Verdict::Whole(_)), "{verdict:?}");
    assert_eq!(ledger.integrity().unwrap(), Vec::<String>::new());
    let lines = ledger
        .log_page(None, &LogFilter::default(), crate::PAGE_ROWS_MAX)
        .unwrap();
    assert_eq!(lines.len() as i64, count);
    let outbox = ledger.outbox_all().unwrap();
    assert_eq!(
        outbox.len() as i64,
        count - 1,
        "each note came with its effect"
    );
    let started = outbox
        .iter()
        .filter(|row| row.state == OutboxState::Started)
        .count() as i64;
    assert!(started >= recorded);
}

#[test]
fn killed_at_any_moment_it_keeps_what_it_recorded() {
    for wanted in [1, 7, 50] {
        let world = World::new();
        let recorded = crash(&world, "from outside", wanted);
        assert!(recorded >= wanted);
        let ledger = world.open();
        check(&ledger, recorded);
        world.add(&ledger, 0, "note", json!({}));
    }
}

#[test]
fn dead_inside_a_transaction_it_leaves_nothing_of_it() {
    let world = World::new();
    let recorded = crash(&world, "inside", 1_000);
    assert_eq!(recorded, 19);
    let ledger = world.open();
    check(&ledger, recorded);
    assert_eq!(ledger.count().unwrap(), 20);
}
