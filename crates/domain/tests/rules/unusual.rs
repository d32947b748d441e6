//! What is unusual and put up for a look: each kind once, in words that blame nobody. Knows no
//! window.

use std::collections::BTreeMap;

use cockpit_domain::authority::ReviewKind;
use cockpit_domain::decide::Command;
use cockpit_domain::event::{Event, Verdict};
use cockpit_domain::policy::{ActKind, Role};
use cockpit_domain::state::{Admitted, Bracket};
use cockpit_domain::target::StagedStatus;
use cockpit_domain::{Desired, Time};

use crate::authority::{MINUTE, joins};
use crate::cases::{
    AUDITOR, CARE, LEAD, NOON, OTHER_LEAD, Workspace, asks, breach, entry, play_id, rolling, seen,
    staged, workspace,
};

const DAY: u64 = 24 * 60 * MINUTE;

fn stop() -> Command {
    let rolls = staged(StagedStatus::InProgress, Some(2_000));
    asks(seen(play_id(), rolls), Desired::Stopped)
}

fn resume() -> Command {
    let halted = staged(StagedStatus::Halted, Some(2_000));
    asks(seen(play_id(), halted), rolling(None))
}

/// A month of days like any other, and then each of the seven once. Gives when it ended.
fn an_odd_day(all: &mut Workspace) -> Time {
    for number in 0..30 {
        all.does(LEAD, NOON + number * DAY, stop())
            .expect("the one before has expired");
    }
    assert!(
        all.state.authority.reviews.is_empty(),
        "days like any other"
    );
    let day = NOON + 30 * DAY;

    all.needs_two(ActKind::Resume);
    let widens = Command::SetPolicy {
        act: ActKind::Resume,
        persons: 1,
    };
    all.does(LEAD, day, widens).expect("she administers");
    let asked = all
        .does(LEAD, day + 10 * MINUTE, resume())
        .expect("one person is enough now");
    let unseen = Command::Judge {
        intent: asked,
        verdict: Verdict::Approve,
        reason: String::new(),
        opened: Some(false),
        presence: None,
    };
    all.does(LEAD, day + 11 * MINUTE, unseen)
        .expect("it is allowed");
    for minute in 20..24 {
        let export = Command::NoteExport(crate::bodies::export());
        all.does(AUDITOR, day + minute * MINUTE, export)
            .expect("an auditor exports");
    }
    let night = day + 13 * 60 * MINUTE;
    all.does(LEAD, night, resume()).expect("it is allowed");
    let late = Admitted {
        bracket: Bracket {
            after: Some(night),
            before: Some(night + MINUTE),
        },
        ..entry(
            all.entries.len() as u64,
            OTHER_LEAD,
            night - 3 * 60 * MINUTE,
            Event::BreachSeen(breach("8.4.0")),
        )
    };
    all.state.fold(&late);
    let far = entry(
        all.entries.len() as u64 + 9,
        LEAD,
        night,
        Event::BreachSeen(breach("8.4.1")),
    );
    all.state.fold(&far);
    night
}

#[test]
fn each_kind_is_told_in_words_that_blame_nobody() {
    let mut all = workspace(&[LEAD, OTHER_LEAD, CARE, AUDITOR]);
    let night = an_odd_day(&mut all);
    let reviews = &all.state.authority.reviews;
    let mut told: BTreeMap<ReviewKind, &str> = BTreeMap::new();
    for review in reviews.values() {
        told.insert(review.kind, &review.sentence);
    }
    let lines: Vec<String> = told
        .iter()
        .map(|(kind, sentence)| format!("{}: {sentence}", kind.title()))
        .collect();
    assert_eq!(
        lines,
        [
            "An unusual hour: Ada decided at about 03:00 UTC, an hour without entries of theirs.",
            "Approved without opening the change: Ada approved without opening what it changes.",
            "Allowed shortly before it was used: Ada took part in \u{201c}Resume a rollout\u{201d} \
             less than an hour after the policy or their roles were widened.",
            "A clock was moved: The time of an entry of Ben does not fit the log: it claims \
             00:00:00Z, and its author had seen a slot of 03:00:00Z. A clock was moved, on this \
             laptop or on another.",
            "Many exports: Dan exported the log more than 3 times within an hour.",
            "Entries are missing: Entries 40 to 47 are not here. Check the log against a copy of \
             it.",
        ]
    );
    // None of it took the force from anything.
    assert!(all.state.rejected.is_empty(), "{:?}", all.state.rejected);
    assert_eq!(night, NOON + 30 * DAY + 13 * 60 * MINUTE);
    for line in &lines {
        for word in ["wrong", "suspicious", "fraud", "attack", "violat", "!"] {
            assert!(!line.contains(word), "{line}");
        }
    }
}

#[test]
fn a_new_device_is_told() {
    let mut all = workspace(&[LEAD]);
    joins(&mut all, "laptop", "Mina", vec![Role::Responder]);
    let reviews: Vec<&str> = all
        .state
        .authority
        .reviews
        .values()
        .map(|it| it.sentence.as_str())
        .collect();
    assert_eq!(reviews, ["Mina joined with a new device."]);
}
