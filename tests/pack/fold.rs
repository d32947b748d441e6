//! The replay in the pack against the app's own: the same entries, the same state, to the last byte
//! of its hash. Must not know a rule.

use std::path::Path;
use std::process::Command;

use cockpit_domain::authority::AuthorityEvent;
use cockpit_domain::notice::TellEvent;
use cockpit_domain::rule::{OrderEvent, RuleEvent};
use cockpit_domain::state::State;
use cockpit_tests::repository;
use sha2::{Digest as _, Sha256};

use crate::generated::Ledger;
use crate::made::made;

const LEDGERS: u64 = 320;

fn hash(state: &State) -> String {
    let hash = Sha256::digest(state.canonical());
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn fold_py() -> std::path::PathBuf {
    repository::file("crates/seal/src/pack/fold.py")
}

fn python(arguments: &[&Path], more: &[&str]) -> std::process::Output {
    let mut command = Command::new("python3");
    // Nothing is left beside the scripts.
    command.arg("-B").arg(fold_py()).args(more).args(arguments);
    command.output().unwrap()
}

#[test]
fn the_replay_comes_to_the_same_state_on_generated_ledgers() {
    let folder = tempfile::tempdir().unwrap();
    let mut expected = Vec::new();
    let mut packs = Vec::new();
    let mut without_force = 0;
    let mut entries = 0;
    let mut seen = std::collections::BTreeMap::<String, (u64, u64)>::new();
    for seed in 0..LEDGERS {
        let ledger = Ledger::generate(seed);
        let place = folder.path().join(seed.to_string());
        ledger.write(&place);
        let state = ledger.state();
        expected.push(hash(&state));
        packs.push(place);
        without_force += state.rejected.len();
        entries += ledger.entries.len();
        for (place, entry) in (1..).zip(&ledger.entries) {
            let count = seen.entry(entry.header().kind.clone()).or_default();
            match state.rejected.iter().any(|(at, _)| *at == place) {
                true => count.1 += 1,
                false => count.0 += 1,
            }
        }
    }
    println!("{LEDGERS} ledgers, {entries} entries, {without_force} of them without force");
    for (kind, (with, without)) in &seen {
        println!("{kind:20} {with:6} with force {without:6} without");
    }
    // Every kind of entry about people, incidents, orders and rules was taken in, and was refused.
    let kinds = AuthorityEvent::KINDS.into_iter().chain(TellEvent::KINDS);
    for kind in kinds.chain(OrderEvent::KINDS).chain(RuleEvent::KINDS) {
        let (with, without) = seen.get(kind).copied().unwrap_or_default();
        assert!(
            with > 0 && without > 0,
            "{kind}: {with} with force, {without} without"
        );
    }
    let places: Vec<&Path> = packs.iter().map(AsRef::as_ref).collect();
    let output = python(&places, &["--state"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    let said: Vec<&str> = said.lines().collect();
    for (seed, (said, expected)) in said.iter().zip(&expected).enumerate() {
        assert_eq!(said, expected, "ledger {seed}");
    }
    assert_eq!(said.len(), expected.len(), "{error}");
}

#[test]
fn it_says_which_bodies_it_lacks() {
    let output = python(&[&made().pack()], &[]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains("NOT REPLAYED: the bodies of 4 entries"),
        "{said}"
    );
}

#[test]
fn the_app_tells_the_same_of_a_whole_pack() {
    let output = python(&[&made().whole_pack()], &[]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}{error}");
    assert!(
        said.contains("The same: 1 persons with 1 devices, 2 entries without force"),
        "{said}"
    );
}
