//! Which slot admitted what, and the order that follows. Slots here are made up: what makes one
//! hold is not this crate's.

use cockpit_seal::SlotHash;
use cockpit_seal::tree::{Tree, leaf_hash};

use super::*;
use crate::{Admission, ErrorKind, SlotKind, SlotRow};

/// A log that grows.
#[derive(Default)]
struct Log {
    next: u64,
    tree: Tree,
}

impl Log {
    fn slot(&mut self, kind: impl FnOnce(u64) -> SlotKind) -> SlotRow {
        let n = self.next;
        self.next += 1;
        SlotRow {
            n,
            hash: SlotHash::of_bytes(&n.to_be_bytes()),
            link: SlotHash::of_bytes(&[1]),
            kind: kind(self.tree.size()),
        }
    }

    fn admits(&mut self, entries: Vec<Entry>) -> Admission {
        let writer = entries[0].header().device;
        let count = entries.len() as u64;
        let slot = self.slot(|first_leaf| SlotKind::Admitting {
            writer,
            at: "2026-11-23T18:30:05.123Z".to_owned(),
            header: "header".to_owned(),
            checkpoint: "checkpoint".to_owned(),
            first_leaf,
            entries: count,
        });
        entries
            .iter()
            .for_each(|entry| self.tree.push(leaf_hash(entry.header_line().as_bytes())));
        Admission {
            slot,
            heads: vec![entries[entries.len() - 1].head()],
            entries: entries
                .into_iter()
                .map(|entry| Append {
                    index: index(&entry),
                    entry,
                })
                .collect(),
            tree: self.tree.clone(),
        }
    }

    fn void(&mut self) -> Admission {
        Admission {
            slot: self.slot(|_| SlotKind::Void {
                why: "it is junk".to_owned(),
                bytes: b"junk".to_vec(),
            }),
            entries: Vec::new(),
            heads: Vec::new(),
            tree: self.tree.clone(),
        }
    }
}

fn at(ledger: &Ledger, position: i64) -> Entry {
    ledger.entry_at(position).unwrap().unwrap().entry
}

#[test]
fn the_order_is_the_logs_and_what_waits_comes_last() {
    let world = World::new();
    // 1 and 2 bring in the keys of devices 0 and 1; 3 and 4 are this machine's own.
    let ledger = world.filled(2);
    for text in ["third", "fourth"] {
        world.add(&ledger, 0, "note", json!({"text": text}));
    }
    let order = |ledger: &Ledger, after, limit| -> Vec<i64> {
        let found = ledger.in_order(after, limit).unwrap();
        found
            .into_iter()
            .map(|it| {
                assert_eq!(it.entry.unwrap().position, it.position);
                it.position
            })
            .collect()
    };
    assert_eq!(order(&ledger, 0, 9), [1, 2, 3, 4]);
    let mut log = Log::default();
    let first = log.admits(vec![at(&ledger, 1), at(&ledger, 2)]);
    assert_eq!(ledger.admit(&first).unwrap(), [1, 2]);
    assert_eq!(
        ledger.admit(&first).unwrap_err().kind(),
        ErrorKind::Conflict
    );
    assert_eq!(order(&ledger, 0, 9), [1, 2, 3, 4]);
    // Another device was faster than 3 and 4.
    let theirs = world.keys[1].device_id();
    let fifth = world.seal(&ledger.head(theirs).unwrap(), 1, "note", json!({}), 5);
    let sixth = world.seal(&fifth.head(), 1, "note", json!({}), 6);
    let second = log.admits(vec![fifth, sixth]);
    assert_eq!(ledger.admit(&second).unwrap(), [5, 6]);
    assert!(ledger.admit(&log.void()).unwrap().is_empty());
    let own = log.admits(vec![at(&ledger, 3)]);
    assert_eq!(ledger.admit(&own).unwrap(), [3]);
    let expected = [1, 2, 5, 6, 3, 4];
    for after in 0..=6 {
        for limit in 0..=7 {
            let end = expected.len().min(after + limit);
            let after = i64::try_from(after).unwrap();
            let rest = &expected[usize::try_from(after).unwrap()..end];
            assert_eq!(order(&ledger, after, limit), rest, "{after} {limit}");
        }
    }
    let waiting = ledger.pending(9).unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].position, 4);
    let slots: Vec<_> = (1..=6)
        .map(|position| ledger.slot_of(position).unwrap().map(|slot| slot.n))
        .collect();
    assert_eq!(slots, [Some(0), Some(0), Some(3), None, Some(1), Some(1)]);
    let end = ledger.log_end().unwrap();
    assert_eq!((end.next, end.tree), (4, log.tree));
    assert_eq!(ledger.void_slots(9).unwrap()[0].n, 2);
    let id = ledger.ledger_id().unwrap().unwrap();
    assert_eq!(ledger.admitted_heads(id).unwrap().len(), 2);
    assert_eq!(
        ledger.head(theirs).unwrap(),
        ledger.admitted_heads(id).unwrap()[1]
    );

    ledger.forget_slots().unwrap();
    assert_eq!(ledger.log_end().unwrap().next, 0);
    assert_eq!(order(&ledger, 0, 9), [1, 2, 3, 4, 5, 6]);
}

#[test]
fn an_entry_that_forks_a_stored_chain_is_refused_whole() {
    let world = World::new();
    let ledger = world.filled(2);
    let head = ledger.head(world.keys[0].device_id()).unwrap();
    world.add(&ledger, 0, "note", json!({"text": "ours"}));
    let mut log = Log::default();
    let first = log.admits(vec![at(&ledger, 1), at(&ledger, 2)]);
    ledger.admit(&first).unwrap();
    let other = world.seal(&head, 0, "note", json!({"text": "another"}), 9);
    let fork = log.admits(vec![other]);
    assert_eq!(ledger.admit(&fork).unwrap_err().kind(), ErrorKind::NotNext);
    assert_eq!(ledger.log_end().unwrap().next, 1);
    assert_eq!(ledger.count().unwrap(), 3);
}
