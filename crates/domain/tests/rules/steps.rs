//! One effect step by step, as a person would tell it. Knows no chance: what may happen in any
//! order is tried elsewhere.

use cockpit_domain::attempt::{Attempt, Came, Step, VERDICT_MS};
use cockpit_domain::event::{EffectResult, Outcome};
use cockpit_domain::provider::{Applied, ErrorKind, ProviderError, Reading, Receipt};
use cockpit_domain::target::{StagedStatus, Store, StoreStatus};
use cockpit_domain::{Desired, TargetState, Time};

use crate::cases::{
    NOON, intent, mailing, page, published, rolling, seen, sold, staged, staged_of, target_of,
};

#[derive(Clone)]
struct Script(Attempt, Time);

impl Script {
    fn of(desired: Desired, state: TargetState) -> Self {
        let attempt = Attempt::new("intent".to_owned(), intent(desired, state, 900_000), NOON);
        Self(attempt, NOON)
    }

    fn takes(mut self, came: Came, ms: u64) -> Self {
        self.1 = self.1 + ms;
        self.0.handle(came, self.1);
        self
    }

    fn reads(self, state: TargetState, ms: u64) -> Self {
        self.takes(Came::Observed(seen(target_of(&state), state)), ms)
    }

    fn step(&self) -> Step {
        self.0.next(self.1)
    }

    fn report(&self) -> EffectResult {
        match self.step() {
            Step::Report(result) => *result,
            other => panic!("no report, but {other:?}"),
        }
    }
}

fn halts() -> Script {
    Script::of(Desired::Stopped, rolls()).takes(Came::Claimed, 1)
}

fn rolls() -> TargetState {
    staged(StagedStatus::InProgress, Some(2_000))
}

fn halted() -> TargetState {
    staged(StagedStatus::Halted, Some(2_000))
}

fn unreachable() -> Came {
    Came::NotObserved(ProviderError::new(
        ErrorKind::Unreachable,
        "Google Play cannot be reached.",
    ))
}

#[test]
fn a_stop_reads_starts_sends_and_reads_back() {
    let run = halts();
    assert_eq!(run.step(), Step::Observe(Reading::Fresh));
    let run = run.reads(rolls(), 100);
    assert_eq!(run.step(), Step::Start);
    let run = run.takes(Came::Started, 2);
    assert!(matches!(run.step(), Step::Send(before) if before.state == rolls()));
    let run = run.takes(Came::Sent(Receipt::default()), 300);
    assert_eq!(run.step(), Step::Observe(Reading::Serving));
    let report = run.reads(halted(), 100).report();
    assert_eq!(report.outcome, Outcome::Confirmed);
    assert_eq!(report.ms, 503);
    assert_eq!(report.sentence, "Read back: halted at 20 %.");
}

#[test]
fn what_is_so_already_is_not_sent() {
    let report = halts().reads(halted(), 100).report();
    assert_eq!(report.outcome, Outcome::Confirmed);
    assert_eq!(
        report.sentence,
        "It was already halted at 20 % when it was read. Nothing was sent."
    );
}

#[test]
fn another_release_is_never_taken_for_the_one_that_was_asked_about() {
    let other = staged_of("8.10.0", StagedStatus::Halted, Some(2_000));
    let report = halts().reads(other.clone(), 100).report();
    assert_eq!(report.outcome, Outcome::Stale);
    let sent = halts()
        .reads(rolls(), 100)
        .takes(Came::Started, 1)
        .takes(Came::Sent(Receipt::default()), 100)
        .reads(other, 100);
    assert!(matches!(sent.step(), Step::Wait { .. }));
}

#[test]
fn a_paused_channel_is_stopped_whatever_update_stands_there_by_now() {
    let of = |store, status, build: &str| {
        let mut there = sold(store, status, None);
        there.builds = vec![build.to_owned()];
        TargetState::StoreRollout(there)
    };
    let sent = |store| {
        let given_out = of(store, StoreStatus::InProgress, "840");
        Script::of(Desired::Stopped, given_out.clone())
            .takes(Came::Claimed, 1)
            .reads(given_out, 100)
            .takes(Came::Started, 1)
            .takes(Came::Sent(Receipt::default()), 100)
            .reads(of(store, StoreStatus::Halted, "841"), 100)
    };
    let report = sent(Store::ExpoEasUpdate).report();
    assert_eq!(report.outcome, Outcome::Confirmed);
    assert!(
        report
            .sentence
            .ends_with("Another release stands there by now and is stopped with it."),
        "{}",
        report.sentence
    );
    // Elsewhere a stop is of the release that was asked about.
    let waits = sent(Store::HuaweiAppGallery).step();
    assert!(matches!(waits, Step::Wait { .. }));
}

#[test]
fn a_stop_goes_on_when_more_people_get_it_and_a_resume_does_not() {
    let more = staged(StagedStatus::InProgress, Some(5_000));
    assert_eq!(halts().reads(more.clone(), 100).step(), Step::Start);
    let report = Script::of(rolling(Some(5_000)), rolls())
        .takes(Came::Claimed, 1)
        .reads(staged(StagedStatus::InProgress, Some(3_000)), 100)
        .report();
    assert_eq!(report.outcome, Outcome::Stale);
    assert_eq!(
        report.sentence,
        "It moved: seen as in progress 20 %, now in progress 30 %. Nothing was sent. Review the \
         new state, then ask again."
    );
}

#[test]
fn offline_a_stop_is_queued_and_a_resume_ends() {
    let stop = halts().takes(unreachable(), 9_000);
    assert!(matches!(stop.step(), Step::Wait { .. }));
    let report = stop.takes(Came::DeadlinePassed, 1_000).report();
    assert_eq!(report.outcome, Outcome::Queued);
    assert_eq!(
        report.sentence,
        "Google Play cannot be reached. Queued: not in effect. It is checked again and sent when \
         the service answers, until 14:15:00Z."
    );
    let resume = Script::of(rolling(None), halted())
        .takes(Came::Claimed, 1)
        .takes(unreachable(), 9_999)
        .report();
    assert_eq!(resume.outcome, Outcome::Failed);
    assert_eq!(
        resume.sentence,
        "Google Play cannot be reached. Nothing is in effect. This kind of act does not wait; \
         ask again."
    );
}

#[test]
fn a_queued_stop_expires_on_time_however_long_the_service_says_to_wait() {
    let later =
        ProviderError::new(ErrorKind::RateLimited, "Too many calls.").retry_after(86_400_000);
    let queued = halts()
        .takes(Came::NotObserved(later), 10_000)
        .takes(Came::Reported, 1);
    assert_eq!(queued.0.deadline().map(|(at, _)| at), Some(NOON + 900_001));
    let report = queued.takes(Came::DeadlinePassed, 890_000).report();
    assert_eq!(report.outcome, Outcome::Refused);
    assert_eq!(
        report.sentence,
        "It expired at 14:15:00Z before it could be sent. Nothing is in effect. Ask again."
    );
}

#[test]
fn queued_is_not_left_standing_while_the_write_is_under_way() {
    let sending = halts()
        .takes(unreachable(), 10_000)
        .takes(Came::Reported, 1)
        .reads(rolls(), 20_000)
        .takes(Came::Started, 1);
    let (owed, _) = sending.0.deadline().expect("a new verdict is owed");
    assert_eq!(owed, sending.1 + VERDICT_MS);
    let report = sending.takes(Came::DeadlinePassed, VERDICT_MS).report();
    assert_eq!(report.outcome, Outcome::Unknown);
}

#[test]
fn a_start_that_took_until_the_expiry_is_not_sent() {
    let late = halts().reads(rolls(), 100).takes(Came::Started, 900_000);
    assert_eq!(late.report().outcome, Outcome::Refused);
}

#[test]
fn giving_up_ends_what_was_not_sent_and_nothing_else() {
    let mut before = halts().reads(rolls(), 100);
    before
        .0
        .give_up("Its asker took it back. Nothing was sent.", before.1);
    assert_eq!(before.report().outcome, Outcome::Refused);

    let sent = halts().reads(rolls(), 100).takes(Came::Started, 1);
    let mut given_up = sent.clone();
    given_up
        .0
        .give_up("Its asker took it back. Nothing was sent.", given_up.1);
    assert_eq!(given_up.step(), sent.step());
}

#[test]
fn a_target_that_keeps_moving_is_stale_after_five_tries() {
    let moved = || Came::NotSent(ProviderError::new(ErrorKind::Moved, "Another edit won."));
    let mut run = halts();
    for _ in 0..5 {
        run = run
            .reads(rolls(), 10)
            .takes(Came::Started, 1)
            .takes(moved(), 10);
    }
    let report = run.report();
    assert_eq!(report.outcome, Outcome::Stale);
    assert_eq!(
        report.sentence,
        "Another edit won. It kept moving while this was sent. Nothing is in effect."
    );
}

/// Every answer to a stop is lost, and none of them took effect.
fn loses_every_answer(mut run: Script) -> Script {
    let lost = ProviderError::new(ErrorKind::Timeout, "No answer in time.").maybe_applied();
    for sent in 1..=5 {
        assert_eq!(run.0.number(), sent);
        run = run
            .reads(rolls(), 100)
            .takes(Came::Started, 1)
            .takes(Came::NotSent(lost.clone()), 100)
            .reads(rolls(), 3_000);
        if run.0.number() > sent {
            run = run.takes(Came::Claimed, 1);
        }
    }
    run
}

/// Reads the target as it is until something is to be reported; when, and the report.
fn reads_on(mut run: Script, state: &TargetState) -> (Time, EffectResult) {
    loop {
        match run.step() {
            Step::Report(result) => return (run.1, *result),
            Step::Wait { until, .. } => run.1 = until,
            Step::Observe(reading) => {
                assert_eq!(reading, Reading::Serving);
                run = run.reads(state.clone(), 100);
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_stop_whose_every_answer_was_lost_ends_when_none_can_take_effect_any_more() {
    let run = loses_every_answer(halts());
    let sent_at = run.1;
    let (_, first) = reads_on(run.clone(), &rolls());
    assert_eq!(first.outcome, Outcome::Unknown);

    let (at, last) = reads_on(run.takes(Came::Reported, 1), &rolls());
    let waited_ms = at.ms_since(sent_at);
    assert_eq!(last.outcome, Outcome::Failed);
    assert_eq!(
        last.sentence,
        "It was sent and its answer was lost. Minutes later the target reads in progress \
         20 %. Nothing is in effect. Ask again."
    );
    // The last one may have taken effect for two minutes, and half a minute lies between two looks.
    assert!((116_000..=152_000).contains(&waited_ms), "{waited_ms} ms");
}

#[test]
fn a_stop_that_shows_after_its_last_lost_answer_is_confirmed() {
    let run = loses_every_answer(halts()).takes(Came::DeadlinePassed, 0);
    let (_, last) = reads_on(run.takes(Came::Reported, 1), &halted());
    assert_eq!(last.outcome, Outcome::Confirmed);
}

#[test]
fn what_is_done_is_said_in_words() {
    let run = halts();
    assert_eq!(run.0.doing(), "Reading the target");
    let run = run.reads(rolls(), 100);
    assert_eq!(run.0.doing(), "Sending");
    let run = run.takes(Came::Started, 1);
    let lost = ProviderError::new(ErrorKind::Timeout, "No answer in time.").maybe_applied();
    let lost = run.clone().takes(Came::NotSent(lost), 100);
    assert_eq!(lost.0.doing(), "The answer was lost, reading back");
    let run = run.takes(Came::Sent(Receipt::default()), 100);
    assert_eq!(run.0.doing(), "Sent, reading back");
    let run = run.reads(halted(), 100).takes(Came::Reported, 1);
    assert_eq!(run.0.doing(), "Ended");
}

fn mails() -> Script {
    Script::of(published(true), mailing(&[]))
        .takes(Came::Claimed, 1)
        .reads(mailing(&[]), 100)
        .takes(Came::Started, 2)
}

#[test]
fn a_mail_is_confirmed_as_taken_and_no_more_than_that() {
    let report = mails()
        .takes(Came::Sent(Receipt::default()), 300)
        .reads(mailing(&["n1"]), 0)
        .report();
    assert_eq!(report.outcome, Outcome::Confirmed);
    assert_eq!(
        report.sentence,
        "The mail server took it for 2 recipients; delivery was not observed."
    );
}

#[test]
fn a_mail_whose_answer_was_lost_stays_unknown_and_is_never_sent_again() {
    let lost = ProviderError::new(ErrorKind::Timeout, "The answer to the mail was lost.");
    let run = mails()
        .takes(Came::NotSent(lost.maybe_applied()), 9_000)
        .reads(mailing(&[]), 2_000);
    let report = run.report();
    assert_eq!(report.outcome, Outcome::Unknown);
    assert_eq!(
        report.sentence,
        "It was sent and no answer came. It may have been taken, and a mail server cannot be \
         asked what became of a mail. It stays unknown and is not sent again by itself: look into \
         the server's own log, then write again if it is not there."
    );
    stays_unknown(run.takes(Came::Reported, 1));
}

#[test]
fn a_mail_that_was_on_its_way_when_the_process_ended_stays_unknown() {
    let attempt = Attempt::resume(
        "intent".to_owned(),
        intent(published(true), mailing(&[]), 600_000),
        NOON,
        1,
        Some(NOON),
        None,
    );
    let run = Script(attempt, NOON).takes(Came::DeadlinePassed, VERDICT_MS);
    assert_eq!(run.report().outcome, Outcome::Unknown);
    stays_unknown(run.takes(Came::Reported, 1));
}

/// For a day nothing comes but readings that know nothing.
fn stays_unknown(mut run: Script) {
    for _ in 0..300 {
        match run.step() {
            Step::Observe(reading) => {
                assert_eq!(reading, Reading::Serving);
                run = run.reads(mailing(&[]), 300_000);
            }
            Step::Wait { until, .. } => {
                let ms = until.ms_since(run.1);
                run.1 = run.1 + ms;
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_notice_waits_for_the_network_until_it_expires() {
    for state in [page(&[]), mailing(&[])] {
        let away = ProviderError::new(ErrorKind::Unreachable, "It cannot be reached.");
        assert_eq!(away.applied, Applied::No);
        let queued = Script::of(published(true), state.clone())
            .takes(Came::Claimed, 1)
            .takes(Came::NotObserved(away), 10_000);
        assert_eq!(queued.report().outcome, Outcome::Queued);
        let again = queued.takes(Came::Reported, 1).reads(state, 60_000);
        assert_eq!(again.step(), Step::Start);
    }
}
