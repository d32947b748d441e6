//! An effect of which several laptops know: the log that does not answer, the lease that is over,
//! what another one had begun. Knows no log.

use cockpit_domain::attempt::{Attempt, Came, LEASE_MS, Step, VERDICT_MS};
use cockpit_domain::event::{EffectResult, Event, Outcome};
use cockpit_domain::provider::{ErrorKind, ProviderError, Reading, Receipt};
use cockpit_domain::state::Standing;
use cockpit_domain::target::StagedStatus;
use cockpit_domain::{Desired, TargetState, Time};

use crate::authority::{does, has_review};
use crate::cases::{
    CARE, LEAD, NOON, OTHER_LEAD, intent, mailing, play_id, published, result, rolling, seen,
    staged, target_of, workspace,
};
use cockpit_domain::authority::{AuthorityEvent, ReviewKind};

const EXPIRES_MS: u64 = 900_000;

fn rolls() -> TargetState {
    staged(StagedStatus::InProgress, Some(2_000))
}

fn halted() -> TargetState {
    staged(StagedStatus::Halted, Some(2_000))
}

fn silent() -> Came {
    Came::NotAdmitted(ProviderError::new(
        ErrorKind::Unreachable,
        "The shared log does not answer.",
    ))
}

/// Asks the log again and again until something is reported.
fn unanswered(desired: Desired, state: TargetState) -> (Attempt, Time, EffectResult) {
    let mut attempt = Attempt::new("i".to_owned(), intent(desired, state, EXPIRES_MS), NOON);
    let mut now = NOON;
    assert!(matches!(attempt.next(now), Step::Claim { .. }));
    attempt.handle(silent(), now);
    for _ in 0..100 {
        match attempt.next(now) {
            Step::Wait { until, why } => {
                assert_eq!(why, attempt.doing());
                let (owed, _) = attempt.deadline().expect("a verdict is owed");
                now = until.min(owed).max(now + 1);
                if now >= owed {
                    attempt.handle(Came::DeadlinePassed, now);
                }
            }
            Step::Admit => attempt.handle(silent(), now),
            Step::Report(report) => return (attempt, now, *report),
            other => panic!("nothing is read or sent before the claim is first: {other:?}"),
        }
    }
    panic!("no verdict");
}

#[test]
fn a_stop_waits_for_the_shared_log_and_says_so_in_time() {
    let (mut attempt, now, report) = unanswered(Desired::Stopped, rolls());
    assert_eq!(report.outcome, Outcome::Queued);
    assert!(now.ms_since(NOON) <= VERDICT_MS);
    assert_eq!(
        report.sentence,
        "The shared log does not answer. Queued: not in effect. It goes on when the shared log \
         answers, until 14:15:00Z. Whoever may go past the approvals can send it now, with a reason."
    );
    attempt.handle(Came::Reported, now);
    attempt.handle(Came::Claimed, now + 1);
    assert_eq!(attempt.next(now + 1), Step::Observe(Reading::Fresh));
}

#[test]
fn what_exposes_people_is_refused_when_the_shared_log_does_not_answer() {
    for (desired, state) in [
        (rolling(Some(2_000)), halted()),
        (Desired::On, crate::cases::flag(false, Some(false))),
    ] {
        let (_, now, report) = unanswered(desired, state);
        assert_eq!(report.outcome, Outcome::Refused);
        assert!(now.ms_since(NOON) <= VERDICT_MS);
        assert!(report.sentence.contains("Nothing is in effect"));
    }
}

#[test]
fn a_claim_that_was_never_admitted_expires_unsent() {
    let (mut attempt, now, _) = unanswered(Desired::Stopped, rolls());
    attempt.handle(Came::Reported, now);
    let late = NOON + EXPIRES_MS + 1;
    attempt.handle(silent(), late);
    let Step::Report(report) = attempt.next(late) else {
        panic!("it has expired");
    };
    assert_eq!(report.outcome, Outcome::Refused);
    assert!(report.sentence.starts_with("It expired at"));
}

#[test]
fn nothing_is_begun_under_a_lease_that_is_over() {
    let stop = intent(Desired::Stopped, rolls(), EXPIRES_MS);
    let mut attempt = Attempt::new("i".to_owned(), stop, NOON);
    attempt.lease(NOON + LEASE_MS);
    attempt.handle(Came::Claimed, NOON);
    let late = NOON + LEASE_MS;
    attempt.handle(Came::Observed(seen(play_id(), rolls())), late);
    let again = late + LEASE_MS;
    assert_eq!(attempt.next(late), Step::Claim { lease_until: again });
    attempt.lease(again);
    attempt.handle(Came::Claimed, late + 1);
    assert_eq!(attempt.next(late + 1), Step::Observe(Reading::Fresh));
    attempt.handle(Came::Observed(seen(play_id(), rolls())), late + 2);
    assert_eq!(attempt.next(late + 2), Step::Start);
}

fn taken_over(desired: Desired, state: TargetState, sent: bool) -> Attempt {
    let it = intent(desired, state, EXPIRES_MS);
    let now = NOON + LEASE_MS;
    let sent_from = sent.then_some(NOON);
    Attempt::take_over("i".to_owned(), it, now, 1, sent_from, None)
}

#[test]
fn what_another_laptop_may_have_sent_is_looked_at_before_anything_else() {
    let now = NOON + LEASE_MS;
    let mut attempt = taken_over(Desired::Stopped, rolls(), true);
    assert_eq!(attempt.number(), 2);
    assert!(matches!(attempt.next(now), Step::Claim { .. }));
    attempt.handle(Came::Claimed, now);
    assert_eq!(attempt.next(now), Step::Observe(Reading::Serving));
    let mut done = attempt.clone();
    done.handle(Came::Observed(seen(play_id(), halted())), now + 1);
    let Step::Report(report) = done.next(now + 1) else {
        panic!("it is as asked");
    };
    assert_eq!(report.outcome, Outcome::Confirmed);
    assert_eq!(
        report.sentence,
        "Another laptop had begun it and did not say how it ended. Read back: halted at 20 %."
    );
    // Not so: a stop is claimed again, read again, and sent.
    attempt.handle(Came::Observed(seen(play_id(), rolls())), now + 1);
    assert!(matches!(attempt.next(now + 1), Step::Claim { .. }));
    attempt.handle(Came::Claimed, now + 2);
    assert_eq!(attempt.next(now + 2), Step::Observe(Reading::Fresh));
    attempt.handle(Came::Observed(seen(play_id(), rolls())), now + 3);
    assert_eq!(attempt.next(now + 3), Step::Start);
    attempt.handle(Came::Started, now + 4);
    attempt.handle(Came::Sent(Receipt::default()), now + 5);
    assert_eq!(attempt.next(now + 5), Step::Observe(Reading::Serving));
}

#[test]
fn only_a_stop_of_another_laptop_is_ever_sent_again() {
    for (desired, state) in [
        (rolling(Some(2_000)), halted()),
        (published(true), crate::cases::page(&[])),
        (published(true), mailing(&[])),
    ] {
        let mut attempt = taken_over(desired, state.clone(), true);
        let mut now = NOON + LEASE_MS;
        attempt.handle(Came::Claimed, now);
        let mut told = Vec::new();
        for _ in 0..200 {
            match attempt.next(now) {
                Step::Observe(_) => {
                    let there = seen(target_of(&state), state.clone());
                    attempt.handle(Came::Observed(there), now);
                }
                Step::Wait { until, .. } => now = until,
                Step::Report(report) => {
                    told.push(report.outcome);
                    attempt.handle(Came::Reported, now);
                }
                other => panic!("it may be there already: {other:?}"),
            }
        }
        assert_eq!(told, [Outcome::Unknown]);
    }
}

#[test]
fn what_nobody_had_sent_is_begun_from_the_start() {
    let now = NOON + LEASE_MS;
    let mut attempt = taken_over(rolling(Some(2_000)), halted(), false);
    attempt.handle(Came::Claimed, now);
    assert_eq!(attempt.next(now), Step::Observe(Reading::Fresh));
}

#[test]
fn a_clock_that_jumps_ahead_makes_no_write_older() {
    let day = 86_400_000;
    let mut attempt = taken_over(Desired::Stopped, rolls(), false);
    let now = NOON + LEASE_MS;
    attempt.handle(Came::Claimed, now);
    attempt.handle(Came::Observed(seen(play_id(), rolls())), now);
    attempt.handle(Came::Started, now);
    let lost = ProviderError {
        applied: cockpit_domain::provider::Applied::Unknown,
        ..ProviderError::new(ErrorKind::Timeout, "No answer.")
    };
    attempt.handle(Came::NotSent(lost), now + 10);
    attempt.clock_jumped(day);
    let later = now + 20 + day;
    attempt.handle(Came::Observed(seen(play_id(), rolls())), later);
    match attempt.next(later) {
        Step::Report(report) => assert_eq!(report.outcome, Outcome::Unknown),
        other => assert!(matches!(other, Step::Wait { .. }), "{other:?}"),
    }
}

#[test]
fn a_claim_for_ever_is_believed_for_the_usual_time() {
    let mut all = workspace(&[LEAD, OTHER_LEAD]);
    let stop = all.asks(LEAD, rolls(), Desired::Stopped);
    let claims = |lease_until| Event::EffectClaimed {
        intent: stop.clone(),
        attempt: 1,
        lease_until,
    };
    all.force(LEAD, NOON, claims(Time::from_ms(i64::MAX)));
    all.force(OTHER_LEAD, NOON + LEASE_MS - 1, claims(NOON + 2 * LEASE_MS));
    assert_eq!(all.state.rejected.len(), 1);
    all.force(OTHER_LEAD, NOON + LEASE_MS, claims(NOON + 2 * LEASE_MS));
    assert_eq!(all.state.rejected.len(), 1);
}

#[test]
fn glass_is_broken_for_an_approved_stop_that_the_log_holds_up() {
    let mut all = workspace(&[LEAD, OTHER_LEAD, CARE]);
    let breaks = |intent: &str| AuthorityEvent::GlassBroken {
        intent: intent.to_owned(),
        reason: "the file server is down".to_owned(),
    };
    let stop = all.asks(LEAD, rolls(), Desired::Stopped);
    assert_eq!(all.state.intents[&stop].standing(), Standing::Ready);
    let said = crate::authority::refused(&mut all, CARE, NOON, breaks(&stop));
    assert!(said.contains("Ada (product lead)"), "{said}");
    let ready = crate::cases::entry(99, LEAD, NOON, Event::Authority(breaks(&stop)));
    assert_eq!(
        all.state.made_ready(&ready),
        None,
        "it is on its way already"
    );
    does(&mut all, LEAD, breaks(&stop));
    let review = all
        .state
        .authority
        .reviews
        .values()
        .find(|it| it.kind == ReviewKind::BreakGlass)
        .expect("it is looked at");
    assert_eq!(
        review.sentence,
        "Ada did not wait for the shared log: the file server is down"
    );
    // Once, and not for what may be at the service, nor for what exposes people.
    let said = crate::authority::refused(&mut all, LEAD, NOON, breaks(&stop));
    assert!(said.contains("does not wait"), "{said}");
    let sent = all.asks(LEAD, crate::cases::flag(true, Some(true)), Desired::Off);
    all.force(
        LEAD,
        NOON,
        Event::EffectResult(result(&sent, Outcome::Unknown)),
    );
    crate::authority::refused(&mut all, LEAD, NOON, breaks(&sent));
    let mut all = workspace(&[LEAD]);
    let resume = all.asks(LEAD, halted(), rolling(None));
    let said = crate::authority::refused(&mut all, LEAD, NOON, breaks(&resume));
    assert!(said.contains("reak-glass is for stops"), "{said}");
    assert!(!has_review(&all, ReviewKind::BreakGlass));
}
