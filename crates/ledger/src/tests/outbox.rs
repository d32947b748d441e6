//! How an effect goes from owed to finished.

use super::*;
use crate::{ErrorKind, OutboxChange, OutboxState};

fn add(effect: &str, next_at_ms: i64) -> OutboxChange {
    let payload = json!({"act": "halt", "version": 8});
    OutboxChange::Add {
        effect: effect.into(),
        target: "play".into(),
        payload,
        next_at_ms,
    }
}

fn due(ledger: &Ledger, now_ms: i64) -> Vec<String> {
    ledger
        .outbox_due(now_ms)
        .unwrap()
        .into_iter()
        .map(|row| row.effect)
        .collect()
}

#[test]
fn an_effect_is_recorded_with_its_decision_and_goes_its_way() {
    let world = World::new();
    let ledger = world.filled(3);
    let head = ledger.head(world.keys[0].device_id()).unwrap();
    let entry = world.seal(&head, 0, "intent.request", json!({}), 3);
    let append = Append {
        index: index(&entry),
        entry,
    };
    ledger
        .append(&[append], &[add("b", 100), add("a", 100), add("c", 50)])
        .unwrap();
    assert_eq!(due(&ledger, 49), [""; 0]);
    assert_eq!(due(&ledger, 100), ["c", "a", "b"]);

    let lease = OutboxChange::Lease {
        effect: "a".into(),
        lease_until_ms: 900,
    };
    ledger.append(&[], &[lease]).unwrap();
    let row = ledger.mark_started("a", 110, 400).unwrap();
    assert_eq!(
        (row.state, row.attempt, row.started_at_ms),
        (OutboxState::Started, 1, Some(110))
    );
    assert_eq!((row.next_at_ms, row.lease_until_ms), (400, Some(900)));
    assert_eq!(row.payload, json!({"act": "halt", "version": 8}));
    assert_eq!(due(&ledger, 200), ["c", "b"]);
    drop(ledger);

    // A crash later: the start is known, and the target is to be looked at.
    let ledger = world.open();
    let row = ledger.outbox_get("a").unwrap().unwrap();
    assert_eq!((row.state, row.attempt), (OutboxState::Started, 1));
    assert_eq!(due(&ledger, 400), ["c", "b", "a"]);
    ledger
        .append(
            &[],
            &[OutboxChange::Wait {
                effect: "a".into(),
                next_at_ms: 500,
            }],
        )
        .unwrap();
    assert_eq!(due(&ledger, 499), ["c", "b"]);
    ledger
        .append(
            &[],
            &[OutboxChange::Retry {
                effect: "a".into(),
                next_at_ms: 600,
            }],
        )
        .unwrap();
    assert_eq!(ledger.mark_started("a", 610, 700).unwrap().attempt, 2);
    let payload = OutboxChange::Payload {
        effect: "a".into(),
        payload: json!([1]),
    };
    ledger
        .append(&[], &[payload, OutboxChange::Finish { effect: "a".into() }])
        .unwrap();
    assert_eq!(due(&ledger, i64::MAX), ["c", "b"]);
    assert_eq!(ledger.outbox_open().unwrap().len(), 2);
    let all = ledger.outbox_all().unwrap();
    assert_eq!(all.len(), 3);
    assert_eq!(
        (all[0].state, &all[0].payload),
        (OutboxState::Finished, &json!([1]))
    );
}

#[test]
fn what_does_not_fit_is_refused() {
    let world = World::new();
    let ledger = world.open();
    ledger
        .append(&[], &[add("due", 0), add("started", 0), add("finished", 0)])
        .unwrap();
    ledger.mark_started("started", 1, 2).unwrap();
    ledger
        .append(
            &[],
            &[OutboxChange::Finish {
                effect: "finished".into(),
            }],
        )
        .unwrap();
    let before = ledger.outbox_all().unwrap();
    let check = |change: OutboxChange, expected: &str| {
        // A change before it in the same batch does not stay either.
        let error = ledger.append(&[], &[add("other", 0), change]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        assert!(error.to_string().starts_with(expected), "{error}");
        assert_eq!(ledger.outbox_all().unwrap(), before);
    };
    let start = |effect: &str| OutboxChange::Start {
        effect: effect.into(),
        started_at_ms: 1,
        next_at_ms: 1,
    };
    let retry = |effect: &str| OutboxChange::Retry {
        effect: effect.into(),
        next_at_ms: 1,
    };
    let finish = |effect: &str| OutboxChange::Finish {
        effect: effect.into(),
    };
    check(add("due", 0), "The effect due is already due.");
    check(
        add("finished", 0),
        "The effect finished is already finished.",
    );
    check(start("started"), "The effect started is already started.");
    check(
        start("finished"),
        "The effect finished is already finished.",
    );
    check(start("nothing"), "The effect nothing is not in the outbox.");
    check(retry("due"), "The effect due is already due.");
    check(
        retry("finished"),
        "The effect finished is already finished.",
    );
    check(
        finish("finished"),
        "The effect finished is already finished.",
    );
    check(
        finish("nothing"),
        "The effect nothing is not in the outbox.",
    );
    assert_eq!(
        ledger.mark_started("started", 1, 1).unwrap_err().kind(),
        ErrorKind::Conflict
    );
}
