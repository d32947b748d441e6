//! What the rooms show of acts that wait, are queued or were undone. Knows no page.

use cockpit_domain::Desired;
use cockpit_domain::decide::Command;
use cockpit_domain::event::{Drift, Outcome};
use cockpit_domain::views::{OutcomeWord, cockpit, intent, notices, of_record};

use crate::cases::{
    CARE, LEAD, NOON, OTHER_LEAD, flag, live, page, play_id, published, reports, rolling, workspace,
};
use crate::rooms::{connected, everything, halted, main_screen, rolls};

#[test]
fn what_waits_is_offered_to_those_who_may_and_ends_by_itself() {
    let (mut all, mut live) = (connected(), everything());
    let notice = all.asks(LEAD, page(&[]), published(true));
    let waiting = main_screen(&all, &live).waiting;
    assert_eq!(waiting[0].detail, "asked by you · needs 1 approval");
    assert_eq!(
        waiting[0].why_not.as_deref(),
        Some("Ada may not approve this; Cleo (customer success) may approve this until 14:10:00Z.")
    );
    live.actor = CARE.to_owned();
    let waiting = main_screen(&all, &live).waiting;
    assert_eq!(waiting[0].detail, "asked by Ada · needs 1 approval");
    assert_eq!(waiting[0].why_not, None);
    let shown = intent(&all.state, &live, &notice, NOON).expect("it is there");
    assert_eq!(shown.why_not, None);
    assert_eq!(
        shown.parts[0].notice.as_ref().map(|it| it.title.as_str()),
        Some("Problems in version 8.4.0")
    );
    assert_eq!(notices(&all.state, &live, NOON).notices[0].why_not, None);

    let late = NOON + 600_001;
    assert!(cockpit(&all.state, &live, late).waiting.is_empty());
    let view = of_record(&notice, &all.state.intents[&notice], &live, late);
    assert_eq!(
        (view.outcome, view.badge.words.as_str()),
        (OutcomeWord::Refused, "Expired")
    );
}

#[test]
fn the_approver_sees_that_it_moved() {
    let mut all = workspace(&[LEAD, OTHER_LEAD]);
    let resume = all.asks(LEAD, halted(), rolling(None));
    let same = live(LEAD, &[(play_id(), halted())]);
    let view = intent(&all.state, &same, &resume, NOON).expect("it is there");
    assert_eq!(
        (
            view.parts[0].change.now.words.as_str(),
            view.parts[0].change.moved.as_str()
        ),
        ("as asked", "")
    );
    let moved = live(LEAD, &[(play_id(), rolls())]);
    let view = intent(&all.state, &moved, &resume, NOON).expect("it is there");
    assert_eq!(view.parts[0].change.now.words, "moved");
    assert_eq!(view.parts[0].change.age.at, Some(NOON.to_string()));
    assert_eq!(
        view.parts[0].change.moved,
        "Seen as halted at 20 %, now in progress 20 %. It will be refused as stale; ask again on \
         the new state."
    );
}

#[test]
fn queued_and_unknown_stand_in_the_outbox() {
    let (mut all, live) = (connected(), everything());
    let first = all.asks(LEAD, rolls(), Desired::Stopped);
    let second = all.asks(LEAD, flag(true, Some(true)), Desired::Off);
    all.does(LEAD, NOON, reports(&first, Outcome::Queued))
        .expect("it is open");
    assert_eq!(
        main_screen(&all, &live).online.outbox,
        "1 act queued, not in effect"
    );
    all.does(LEAD, NOON, reports(&second, Outcome::Unknown))
        .expect("it is open");
    let screen = main_screen(&all, &live);
    assert_eq!(screen.online.outbox, "1 queued, not in effect · 1 unknown");
    let words: Vec<&str> = screen
        .queued
        .iter()
        .map(|it| it.outcome.badge.words.as_str())
        .collect();
    assert_eq!(words, ["Queued, not in effect", "Unknown, asking again"]);
}

#[test]
fn what_is_on_its_way_is_not_called_queued() {
    let (mut all, mut live) = (connected(), everything());
    let stop = all.asks(LEAD, rolls(), Desired::Stopped);
    all.does(LEAD, NOON, reports(&stop, Outcome::Queued))
        .expect("it is open");
    let record = &all.state.intents[&stop];
    for (doing, word) in [
        ("Waiting for the service", OutcomeWord::Queued),
        ("Reading the target", OutcomeWord::Queued),
        ("Sending", OutcomeWord::Unknown),
        ("Sent, reading back", OutcomeWord::Unknown),
        ("The answer was lost, reading back", OutcomeWord::Unknown),
    ] {
        live.doing.insert(stop.clone(), doing.to_owned());
        assert_eq!(
            of_record(&stop, record, &live, NOON).outcome,
            word,
            "{doing}"
        );
    }
}

#[test]
fn a_drift_stands_until_the_target_is_confirmed_again() {
    let (mut all, live) = (connected(), everything());
    let stop = all.asks(LEAD, rolls(), Desired::Stopped);
    all.does(LEAD, NOON, reports(&stop, Outcome::Confirmed))
        .expect("it is open");
    let drift = Drift {
        target: play_id(),
        intent: stop,
        before: halted(),
        after: rolls(),
        seen_at: NOON,
    };
    all.does(LEAD, NOON, Command::SeeDrift(drift.clone()))
        .expect("it is seen once");
    all.does(LEAD, NOON, Command::SeeDrift(drift))
        .expect_err("and only once");
    let drifts = main_screen(&all, &live).drifts;
    assert_eq!(
        drifts[0].headline,
        "Google Play · production · 8.4.0: something undid the stop"
    );
    assert_eq!(
        drifts[0].detail,
        "It was confirmed as halted at 20 %; at 14:00:00Z it was read as in progress 20 %."
    );
    let again = all.asks(LEAD, rolls(), Desired::Stopped);
    all.does(LEAD, NOON, reports(&again, Outcome::Confirmed))
        .expect("it is open");
    assert!(main_screen(&all, &live).drifts.is_empty());
}
