//! Opening, writing, failing and saving. Knows the files, not the meaning.

use super::*;
use crate::Verdict;

#[test]
fn what_was_appended_is_there_after_opening_again() {
    let world = World::new();
    let ledger = world.filled(12);
    let entries = ledger.entries_after(0, 100).unwrap();
    drop(ledger);
    let ledger = world.open();
    assert_eq!(ledger.entries_after(0, 100).unwrap(), entries);
    assert_eq!(entries.len(), 12);
    assert_eq!(ledger.count().unwrap(), 12);
    assert_eq!(ledger.entries_after(10, 100).unwrap(), entries[10..]);
    assert_eq!(ledger.entry_at(5).unwrap().as_ref(), Some(&entries[4]));
    assert_eq!(
        ledger.entry(entries[4].entry.id()).unwrap().as_ref(),
        Some(&entries[4])
    );
    assert_eq!(ledger.entry_at(13).unwrap(), None);
    assert_eq!(
        ledger.ledger_id().unwrap(),
        Some(entries[0].entry.id().into())
    );
    let heads = ledger.heads().unwrap();
    assert_eq!(heads.len(), 2);
    for head in heads {
        assert_eq!(ledger.head(head.device).unwrap(), head);
    }
    let Verdict::Whole(verified) = ledger.verify_all(&[], |_, _| {}).unwrap() else {
        panic!("it is whole");
    };
    assert_eq!(verified.entries, 12);
    assert_eq!(ledger.integrity().unwrap(), Vec::<String>::new());
}
