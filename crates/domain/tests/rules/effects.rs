//! One effect against a service that lies, loses, hangs and moves. Knows the machine only by the
//! steps it asks for, and judges it by what was really answered.

use cockpit_domain::attempt::{Attempt, Came, LEASE_MS, Step, VERDICT_MS};
use cockpit_domain::event::{EffectResult, Outcome};
use cockpit_domain::provider::{Applied, ErrorKind, ProviderError, Reading, Receipt};
use cockpit_domain::target::{PhasedStatus, StagedStatus};
use cockpit_domain::{Desired, Observation, TargetState, Time};
use proptest::prelude::*;

use crate::cases::{
    NOON, flag, intent, page, phased, published, rolling, seen, staged, staged_of, target_of,
};

/// A lost write is given this long to show before it may be repeated.
const SETTLE_MS: u64 = 3_000;
/// "Not in effect" is not said for this long after a lost write.
const DOUBT_MS: u64 = 120_000;
/// Steps of one run; by then each has ended or is honestly asked on.
const STEPS_MAX: usize = 160;

/// How the service treats one call.
#[derive(Clone, Debug)]
struct Turn {
    takes_ms: u64,
    fails: Option<(ErrorKind, Applied)>,
    retry_after_ms: Option<u64>,
    /// A write whose reply is lost: when it shows, if ever.
    lands_after_ms: Option<u64>,
    /// Reads give what was there at first.
    reads_old: bool,
    /// Somebody changes the target in the store's console before the call.
    moves: Option<usize>,
}

fn turn() -> impl Strategy<Value = Turn> {
    let kind = prop::sample::select(vec![
        ErrorKind::Unreachable,
        ErrorKind::Timeout,
        ErrorKind::RateLimited,
        ErrorKind::Server,
        ErrorKind::Unauthorized,
        ErrorKind::Forbidden,
        ErrorKind::NotFound,
        ErrorKind::Moved,
        ErrorKind::Rejected,
        ErrorKind::NeedsPerson,
        ErrorKind::Unsupported,
        ErrorKind::Protocol,
    ]);
    let applied = prop::sample::select(vec![Applied::No, Applied::Unknown]);
    (
        prop_oneof![4 => 1_u64..400, 1 => 400_u64..30_000],
        prop::option::weighted(0.5, (kind, applied)),
        prop::option::weighted(0.2, 0_u64..60_000),
        prop::option::of(prop_oneof![Just(0_u64), 0_u64..DOUBT_MS]),
        prop::bool::weighted(0.2),
        prop::option::weighted(0.1, 0_usize..4),
    )
        .prop_map(
            |(takes_ms, fails, retry_after_ms, lands_after_ms, reads_old, moves)| Turn {
                takes_ms,
                fails,
                retry_after_ms,
                lands_after_ms,
                reads_old,
                moves,
            },
        )
}

/// What is asked for, what was seen, what a success leaves and what others may leave.
#[derive(Clone, Debug)]
struct Play {
    desired: Desired,
    seen: TargetState,
    done: TargetState,
    others: Vec<TargetState>,
}

fn plays() -> Vec<Play> {
    let rollouts = vec![
        staged(StagedStatus::InProgress, Some(5_000)),
        staged(StagedStatus::Halted, Some(2_000)),
        staged_of("8.10.0", StagedStatus::Halted, Some(2_000)),
        staged_of("8.10.0", StagedStatus::InProgress, Some(100)),
    ];
    let flags = vec![
        flag(true, Some(true)),
        flag(false, Some(true)),
        flag(false, Some(false)),
        flag(true, None),
    ];
    vec![
        Play {
            desired: Desired::Stopped,
            seen: staged(StagedStatus::InProgress, Some(2_000)),
            done: staged(StagedStatus::Halted, Some(2_000)),
            others: rollouts.clone(),
        },
        Play {
            desired: rolling(Some(2_000)),
            seen: staged(StagedStatus::Halted, Some(2_000)),
            done: staged(StagedStatus::InProgress, Some(2_000)),
            others: rollouts,
        },
        Play {
            desired: Desired::Stopped,
            seen: phased(PhasedStatus::Active, Some(3)),
            done: phased(PhasedStatus::Paused, Some(3)),
            others: vec![
                phased(PhasedStatus::Active, Some(4)),
                phased(PhasedStatus::Complete, None),
                phased(PhasedStatus::Paused, Some(3)),
                phased(PhasedStatus::Absent, None),
            ],
        },
        Play {
            desired: Desired::Off,
            seen: flag(true, Some(true)),
            done: flag(false, Some(false)),
            others: flags,
        },
        Play {
            desired: published(true),
            seen: page(&[]),
            done: page(&["n1"]),
            others: vec![page(&[]), page(&["n2"]), page(&["n1"]), page(&[])],
        },
    ]
}

/// One run: the service, the clock, and everything that was seen of it.
struct Run {
    play: Play,
    turns: std::vec::IntoIter<Turn>,
    /// How it goes on when the script has ended.
    rest: Turn,
    now: Time,
    expires_at: Time,
    there: TargetState,
    landing: Option<Time>,
    told: Option<TargetState>,
    fresh: bool,
    started_at: Option<Time>,
    lost_at: Option<Time>,
    read_since_lost: bool,
    taken: bool,
    sends: usize,
    reports: Vec<(Time, EffectResult)>,
}

impl Run {
    fn new(play: Play, turns: Vec<Turn>, rest: Turn, expires_ms: u64) -> Self {
        Self {
            there: play.seen.clone(),
            play,
            turns: turns.into_iter(),
            rest,
            now: NOON,
            expires_at: NOON + expires_ms,
            landing: None,
            told: None,
            fresh: false,
            started_at: None,
            lost_at: None,
            read_since_lost: false,
            taken: false,
            sends: 0,
            reports: Vec::new(),
        }
    }

    fn carry_out(&mut self, attempt: &mut Attempt) {
        for _ in 0..STEPS_MAX {
            match attempt.next(self.now) {
                Step::Claim { lease_until } => {
                    assert_eq!(lease_until, self.now + LEASE_MS);
                    self.fresh = false;
                    self.now = self.now + 1;
                    attempt.handle(Came::Claimed, self.now);
                }
                Step::Admit => attempt.handle(Came::Claimed, self.now),
                Step::Observe(reading) => {
                    let Some(turn) = self.call(attempt) else {
                        return;
                    };
                    self.observed(attempt, reading, &turn);
                }
                Step::Start => {
                    assert!(self.fresh, "a start without a reading of this attempt");
                    self.now = self.now + 1;
                    self.started_at = Some(self.now);
                    attempt.handle(Came::Started, self.now);
                }
                Step::Send(before) => self.sent(attempt, &before),
                Step::Report(result) => {
                    let ends = result.outcome.is_final();
                    self.reported(*result);
                    attempt.handle(Came::Reported, self.now);
                    if ends {
                        return self.is_over(attempt);
                    }
                }
                Step::Wait { until, .. } => {
                    let owed = attempt
                        .deadline()
                        .map(|(at, _)| at)
                        .filter(|at| *at > self.now);
                    assert!(until > self.now, "a wait for the past never ends");
                    self.now = owed.map_or(until, |owed| owed.min(until));
                    if owed.is_some_and(|owed| owed <= self.now) {
                        attempt.handle(Came::DeadlinePassed, self.now);
                    }
                }
                Step::Done => return self.is_over(attempt),
            }
        }
    }

    /// A call takes its time; a verdict that falls due meanwhile is given. `None` when that
    /// ended it.
    fn call(&mut self, attempt: &mut Attempt) -> Option<Turn> {
        let turn = self.turns.next().unwrap_or_else(|| self.rest.clone());
        let ends_at = self.now + turn.takes_ms;
        if let Some((owed, _)) = attempt.deadline()
            && owed <= ends_at
        {
            self.now = self.now.max(owed);
            attempt.handle(Came::DeadlinePassed, self.now);
            if let Step::Report(result) = attempt.next(self.now) {
                let ends = result.outcome.is_final();
                self.reported(*result);
                attempt.handle(Came::Reported, self.now);
                if ends {
                    self.is_over(attempt);
                    return None;
                }
            }
        }
        self.now = self.now.max(ends_at);
        if self.landing.is_some_and(|at| at <= self.now) {
            self.there = self.play.done.clone();
            self.landing = None;
        }
        if let Some(other) = turn.moves {
            self.there = self.play.others[other].clone();
        }
        Some(turn)
    }

    fn error(turn: &Turn, kind: ErrorKind, applied: Applied) -> ProviderError {
        let mut error = ProviderError::new(kind, "The service failed.");
        error.applied = applied;
        error.retry_after_ms = turn.retry_after_ms;
        error
    }

    fn observed(&mut self, attempt: &mut Attempt, reading: Reading, turn: &Turn) {
        if let Some((kind, _)) = turn.fails {
            let error = Self::error(turn, kind, Applied::No);
            return attempt.handle(Came::NotObserved(error), self.now);
        }
        let state = if turn.reads_old {
            self.play.seen.clone()
        } else {
            self.there.clone()
        };
        self.told = Some(state.clone());
        match reading {
            Reading::Fresh => self.fresh = true,
            Reading::Serving => self.read_since_lost = true,
            Reading::Poll => panic!("a poll is not careful enough for an effect"),
        }
        let observation = seen(target_of(&state), state);
        attempt.handle(Came::Observed(observation), self.now);
    }

    fn sent(&mut self, attempt: &mut Attempt, before: &Observation) {
        assert_eq!(
            Some(&before.state),
            self.told.as_ref(),
            "sent on an old reading"
        );
        assert!(self.fresh, "sent without a fresh reading of this attempt");
        let started_at = self
            .started_at
            .take()
            .expect("sent before the start was durable");
        assert!(self.now <= self.expires_at, "sent after it had expired");
        assert!(!self.taken, "sent again after the service took it");
        if let Some(lost_at) = self.lost_at {
            assert!(self.play.desired.is_safe_direction(), "sent twice");
            assert!(self.read_since_lost, "sent again without asking what took");
            assert!(
                self.now.ms_since(lost_at) >= SETTLE_MS,
                "sent again too soon"
            );
        }
        self.sends += 1;
        self.fresh = false;
        // From here on the write may be at the service, whatever the reply says.
        let earlier = (self.lost_at, self.read_since_lost);
        self.lost_at = Some(started_at);
        self.read_since_lost = false;
        let Some(turn) = self.call(attempt) else {
            return assert!(
                self.reports
                    .iter()
                    .all(|(_, it)| it.outcome != Outcome::Failed),
                "failed while the write was under way"
            );
        };
        let came = match turn.fails {
            None => {
                self.there = self.play.done.clone();
                self.taken = true;
                Came::Sent(Receipt::default())
            }
            Some((kind, Applied::Unknown)) => {
                self.landing = turn.lands_after_ms.map(|ms| self.now + ms);
                Came::NotSent(Self::error(&turn, kind, Applied::Unknown))
            }
            Some((kind, Applied::No)) => {
                (self.lost_at, self.read_since_lost) = earlier;
                Came::NotSent(Self::error(&turn, kind, Applied::No))
            }
        };
        attempt.handle(came, self.now);
    }

    fn reported(&mut self, result: EffectResult) {
        let may_land = self.taken
            || self
                .lost_at
                .is_some_and(|lost_at| self.now.ms_since(lost_at) < DOUBT_MS);
        match result.outcome {
            Outcome::Confirmed => {
                let told = self.told.as_ref().expect("confirmed without a reading");
                assert!(
                    self.play.desired.is_met_by(told),
                    "confirmed against the reading"
                );
                assert!(
                    told.is_same_release(&self.play.seen),
                    "confirmed on another release"
                );
                assert_eq!(result.after.as_ref(), Some(told));
            }
            Outcome::Refused | Outcome::Stale | Outcome::Failed => {
                assert!(
                    !may_land,
                    "'not in effect' while a write may land: {result:?}"
                );
            }
            Outcome::Queued => {
                assert!(self.play.desired.may_wait(), "a risk was queued");
                assert!(!may_land, "queued although it was sent: {result:?}");
                assert!(result.sentence.contains("not in effect"));
            }
            Outcome::Unknown => assert!(self.sends > 0, "unknown although nothing was sent"),
        }
        assert!(result.sentence.ends_with('.'), "{}", result.sentence);
        self.reports.push((self.now, result));
    }

    /// What has ended stays so, whatever comes late.
    fn is_over(&mut self, attempt: &mut Attempt) {
        let late = seen(target_of(&self.play.seen), self.play.seen.clone());
        attempt.handle(Came::Observed(late), self.now);
        attempt.handle(Came::DeadlinePassed, self.now);
        assert_eq!(attempt.next(self.now), Step::Done);
        attempt.give_up("Its asker took it back.", self.now);
        assert_eq!(attempt.next(self.now), Step::Done);
        assert_eq!(attempt.deadline(), None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_service_does_the_report_is_true(
        play in prop::sample::select(plays()),
        turns in prop::collection::vec(turn(), 0..30),
        rest in turn(),
        expires_ms in prop_oneof![Just(900_000_u64), 0_u64..30_000],
    ) {
        let mut attempt = Attempt::new(
            "intent".to_owned(),
            intent(play.desired.clone(), play.seen.clone(), expires_ms),
            NOON,
        );
        let mut run = Run::new(play, turns, rest, expires_ms);
        run.carry_out(&mut attempt);
        let (first_at, _) = run.reports.first().expect("a verdict is owed");
        // Two durable writes of a millisecond each are not interrupted.
        prop_assert!(first_at.ms_since(NOON) <= VERDICT_MS + 2, "verdict after {} ms", first_at.ms_since(NOON));
    }

    #[test]
    fn what_was_under_way_is_asked_about_before_anything_is_sent(
        play in prop::sample::select(plays()),
        turns in prop::collection::vec(turn(), 0..30),
        rest in turn(),
        began_ms in 0_u64..60_000,
    ) {
        let expires_ms = 900_000;
        let mut attempt = Attempt::resume(
            "intent".to_owned(),
            intent(play.desired.clone(), play.seen.clone(), expires_ms),
            NOON,
            1,
            Some(NOON - began_ms),
            None,
        );
        prop_assert_eq!(attempt.next(NOON), Step::Observe(Reading::Serving));
        let mut run = Run::new(play, turns, rest, expires_ms);
        run.lost_at = Some(NOON - began_ms);
        run.sends = 1;
        run.carry_out(&mut attempt);
        prop_assert!(!run.reports.is_empty());
    }
}
