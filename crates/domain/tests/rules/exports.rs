//! What an export tells, leaves and redacts. Knows no file.

use cockpit_domain::decide::Command;
use cockpit_domain::event::{Event, Verdict};
use cockpit_domain::export::{Redaction, Selection, Told};
use cockpit_domain::state::State;
use cockpit_domain::target::StagedStatus;
use cockpit_domain::{Desired, Service};

use crate::cases::{CARE, LEAD, NOON, Workspace, connects, staged, workspace};

/// Ada asks for a stop of the only app, Cleo rejects it, Ada disconnects a service.
fn log() -> Workspace {
    let mut all = workspace(&[LEAD, CARE]);
    all.does(LEAD, NOON, connects(Service::GooglePlay))
        .expect("she may");
    let rolls = staged(StagedStatus::InProgress, Some(2_000));
    let intent = all.asks(LEAD, rolls, Desired::Stopped);
    all.force(
        CARE,
        NOON + 1_000,
        Event::IntentJudged {
            intent,
            verdict: Verdict::Reject,
            reason: "the figures say otherwise".to_owned(),
            opened: None,
            presence: None,
        },
    );
    all.does(LEAD, NOON + 2_000, Command::Disconnect(Service::GooglePlay))
        .expect("she may");
    all
}

fn told(change: impl FnOnce(&mut Selection)) -> Vec<Told> {
    let all = log();
    let mut selection = Selection::everything(5);
    change(&mut selection);
    let state = &all.state;
    all.entries
        .iter()
        .map(|entry| selection.tells(state, Some(entry), entry.position + 1))
        .collect()
}

#[test]
fn everything_is_told_whole() {
    assert_eq!(told(|_| {}), [Told::Whole; 5]);
}

#[test]
fn a_person_a_kind_a_period_and_an_app_select() {
    use Told::{Left, Whole};
    assert_eq!(
        told(|it| it.persons = vec![CARE.to_owned()]),
        [Left, Left, Left, Whole, Left]
    );
    assert_eq!(
        told(|it| it.kinds = vec!["connection.remove".to_owned()]),
        [Left, Left, Left, Left, Whole]
    );
    assert_eq!(
        told(|it| it.from = Some(NOON)),
        [Left, Whole, Whole, Whole, Whole]
    );
    assert_eq!(
        told(|it| it.until = Some(NOON + 1_000)),
        [Whole, Whole, Whole, Left, Left]
    );
    // The verdict is about the app because its intent is.
    assert_eq!(
        told(|it| it.apps = vec!["com.northwind.wallet".to_owned()]),
        [Left, Whole, Whole, Whole, Left]
    );
    assert_eq!(told(|it| it.apps = vec!["another".to_owned()]), [Left; 5]);
}

#[test]
fn a_redaction_keeps_the_entry_and_takes_its_text() {
    use Told::{Left, Redacted, Whole};
    assert_eq!(
        told(|it| it.redacted.positions = vec![3]),
        [Whole, Whole, Redacted, Whole, Whole]
    );
    assert_eq!(
        told(|it| it.redacted.persons = vec![CARE.to_owned()]),
        [Whole, Whole, Whole, Redacted, Whole]
    );
    // What is not selected is not counted as redacted.
    assert_eq!(
        told(|it| {
            it.persons = vec![CARE.to_owned()];
            it.redacted.kinds = vec!["intent.approve".to_owned(), "intent.request".to_owned()];
        }),
        [Left, Left, Left, Redacted, Left]
    );
}

#[test]
fn what_cannot_be_read_is_told_by_an_export_of_everything_alone() {
    let state = State::default();
    let everything = Selection::everything(3);
    assert_eq!(everything.tells(&state, None, 2), Told::Whole);
    let part = Selection {
        kinds: vec!["policy.set".to_owned()],
        ..everything.clone()
    };
    assert_eq!(part.tells(&state, None, 2), Told::Left);
    let redacted = Selection {
        redacted: Redaction {
            positions: vec![2],
            ..Redaction::default()
        },
        ..everything
    };
    assert_eq!(redacted.tells(&state, None, 2), Told::Redacted);
}
