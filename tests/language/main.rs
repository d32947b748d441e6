//! The same decisions in another language: what is sealed, and what the rules make of it, is the
//! same to the last byte. Must not know a rule.

#[path = "../pack/generated/mod.rs"]
#[expect(
    dead_code,
    reason = "the ledgers of another test, which uses all of it"
)]
mod generated;
#[path = "../../crates/say/tests/pseudo/mod.rs"]
mod pseudo;

use generated::Ledger;

const LEDGERS: u64 = 60;

/// Each ledger's entries as they are stored, and the state that they fold to.
fn ledgers() -> Vec<(Vec<String>, String)> {
    let ledgers = (0..LEDGERS).map(Ledger::generate);
    ledgers
        .map(|ledger| {
            let entries = ledger.entries.iter().map(|it| format!("{it:?}")).collect();
            (entries, ledger.state().canonical())
        })
        .collect()
}

#[test]
fn entries_and_their_fold_are_the_same_in_every_language() {
    let english = ledgers();
    pseudo::speak_it();
    assert_eq!(cockpit_say::say!("Stores"), "⟦Stores⟧");
    for (seed, (english, other)) in english.into_iter().zip(ledgers()).enumerate() {
        assert!(english.0 == other.0, "entries of ledger {seed}");
        assert!(english.1 == other.1, "state of ledger {seed}");
    }
}
