//! What must hold of every approval, over drawn cases: one person is one voice, in time, before a
//! revocation, of this intent, in their own turn, by a clock that can be believed. Knows no
//! sentence.

use std::collections::BTreeSet;

use cockpit_domain::authority::{
    AuthorityEvent, CLOCK_TOLERANCE_MS, Fallback, Mandate, Quorum, ReviewKind,
};
use cockpit_domain::decide::decide;
use cockpit_domain::event::{Event, Verdict};
use cockpit_domain::policy::{ActKind, Role};
use cockpit_domain::state::{Bracket, Standing};
use cockpit_domain::target::StagedStatus;
use cockpit_domain::{Desired, TargetState, Time};
use proptest::prelude::*;

use crate::authority::{MINUTE, adds_device, does, has_review, joins, mandate, sets};
use crate::cases::{
    CARE, LEAD, NOON, OTHER_LEAD, Workspace, asks, breach, entry, judges, play_id, seen, staged,
    workspace,
};

const SECOND: u64 = 1_000;

fn rolls() -> TargetState {
    staged(StagedStatus::InProgress, Some(2_000))
}

fn approves(intent: &str) -> Event {
    Event::IntentJudged {
        intent: intent.to_owned(),
        verdict: Verdict::Approve,
        reason: String::new(),
        opened: None,
        presence: None,
    }
}

fn stands(all: &Workspace, intent: &str) -> Standing {
    all.state.intents[intent].standing()
}

/// A time on either side of a moment: mostly close to it.
fn around(at: u64) -> impl Strategy<Value = u64> {
    prop_oneof![
        Just(at),
        Just(at + 1),
        Just(at + SECOND),
        Just(at.saturating_sub(1)),
        Just(at.saturating_sub(SECOND)),
        0..2 * at,
    ]
}

/// Three leads, of whom two have two devices each.
fn with_two_devices() -> Workspace {
    let mut all = workspace(&[LEAD, OTHER_LEAD]);
    joins(&mut all, "eve", "eve", vec![Role::ProductLead]);
    adds_device(&mut all, LEAD, "ada's tablet");
    adds_device(&mut all, OTHER_LEAD, "ben's tablet");
    all
}

fn whose(device: &str) -> &str {
    match device {
        LEAD | "ada's tablet" => LEAD,
        OTHER_LEAD | "ben's tablet" => OTHER_LEAD,
        other => other,
    }
}

/// Their person asks for a stop with this device.
fn asks_with(all: &mut Workspace, device: &str) -> String {
    let mut context = all.context(device, NOON);
    whose(device).clone_into(&mut context.actor);
    let stop = asks(seen(play_id(), rolls()), Desired::Stopped);
    let decided = decide(&all.state, &stop, &context).expect("it may be asked for");
    for event in decided.events {
        all.force(device, NOON, event);
    }
    all.entries.last().expect("it was sealed").id.clone()
}

const DEVICES: [&str; 5] = [LEAD, "ada's tablet", OTHER_LEAD, "ben's tablet", "eve"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn devices_are_not_persons(
        asker in 0_usize..5,
        persons in 1_u8..=2,
        voices in prop::collection::vec(0_usize..5, 0..8),
    ) {
        let mut all = with_two_devices();
        let needs = Mandate {
            approve: vec![Quorum { roles: vec![Role::ProductLead], persons }],
            fallback: Vec::new(),
            default_after_ms: None,
            ..mandate()
        };
        does(&mut all, LEAD, sets(ActKind::Stop, needs));
        let stop = asks_with(&mut all, DEVICES[asker]);
        let mut agreed: BTreeSet<&str> = BTreeSet::new();
        for voice in voices {
            let device = DEVICES[voice];
            if agreed.len() < usize::from(persons) && whose(device) != whose(DEVICES[asker]) {
                agreed.insert(whose(device));
            }
            all.force(device, NOON + SECOND, approves(&stop));
            let ready = agreed.len() == usize::from(persons);
            prop_assert_eq!(stands(&all, &stop) == Standing::Ready, ready);
        }
        prop_assert_eq!(all.state.intents[&stop].approvals.len(), agreed.len());
    }

    #[test]
    fn an_approval_comes_in_time_before_its_revocation_and_for_this_intent(
        at in around(15 * MINUTE),
        revoked in any::<bool>(),
        of_another in any::<bool>(),
        other_device in any::<bool>(),
    ) {
        let mut all = workspace(&[LEAD, OTHER_LEAD]);
        all.needs_two(ActKind::Stop);
        adds_device(&mut all, OTHER_LEAD, "ben's tablet");
        let stop = all.asks(LEAD, rolls(), Desired::Stopped);
        // The next incident: a press of its own on the same target.
        let next = all.asks(LEAD, rolls(), Desired::Stopped);
        prop_assert_ne!(&all.state.intents[&stop].intent.press, &all.state.intents[&next].intent.press);
        if revoked {
            let revoke = AuthorityEvent::DeviceRevoked {
                device: "ben's tablet".to_owned(),
                reason: "lost".to_owned(),
            };
            does(&mut all, OTHER_LEAD, revoke);
        }
        let device = if other_device { OTHER_LEAD } else { "ben's tablet" };
        all.force(device, NOON + at, approves(if of_another { &next } else { &stop }));
        let may = at <= 15 * MINUTE && (other_device || !revoked);
        prop_assert_eq!(stands(&all, &stop) == Standing::Ready, may && !of_another);
        prop_assert_eq!(stands(&all, &next) == Standing::Ready, may && of_another);
        prop_assert_eq!(all.state.rejected.len(), usize::from(!may));
    }

    #[test]
    fn a_fallback_acts_from_the_moment_of_its_time_on(
        first in 1_u64..10,
        then in prop::option::of(10_u64..19),
        at in (1_u64..20).prop_flat_map(|minute| around(minute * MINUTE)),
        who in prop::sample::select(vec![OTHER_LEAD, CARE, "eve"]),
    ) {
        let mut all = workspace(&[LEAD, OTHER_LEAD, CARE]);
        joins(&mut all, "eve", "eve", vec![Role::Responder]);
        let mut fallback = vec![Fallback { after_ms: first * MINUTE, roles: vec![Role::Responder] }];
        fallback.extend(then.map(|after| Fallback {
            after_ms: after * MINUTE,
            roles: vec![Role::ProductLead],
        }));
        let needs = Mandate { fallback, default_after_ms: None, ..mandate() };
        let expires = needs.expires_ms;
        does(&mut all, LEAD, sets(ActKind::Stop, needs));
        let stop = all.asks(LEAD, rolls(), Desired::Stopped);
        all.force(who, NOON + at, approves(&stop));
        let turn = match then.map(|after| after * MINUTE) {
            Some(after) if at >= after => OTHER_LEAD,
            Some(_) | None if at >= first * MINUTE => "eve",
            Some(_) | None => CARE,
        };
        let ready = who == turn && at <= expires;
        prop_assert_eq!(stands(&all, &stop) == Standing::Ready, ready, "{} at {}", who, at);
    }

    #[test]
    fn a_default_is_taken_from_the_moment_of_its_time_on(
        after in 11_u64..29,
        at in (10_u64..31).prop_flat_map(|minute| around(minute * MINUTE)),
    ) {
        let mut all = workspace(&[LEAD, OTHER_LEAD, CARE]);
        let needs = Mandate { default_after_ms: Some(after * MINUTE), ..mandate() };
        let expires = needs.expires_ms;
        does(&mut all, LEAD, sets(ActKind::Stop, needs));
        let stop = all.asks(LEAD, rolls(), Desired::Stopped);
        let taken = AuthorityEvent::DefaultTaken { intent: stop.clone() };
        all.force(CARE, NOON + at, Event::Authority(taken));
        let ready = (after * MINUTE..=expires).contains(&at);
        prop_assert_eq!(stands(&all, &stop) == Standing::Ready, ready);
    }

    #[test]
    fn a_clock_set_back_approves_nothing_and_is_put_up_for_a_look(
        back in prop_oneof![Just(60 * MINUTE), CLOCK_TOLERANCE_MS + 1..48 * 60 * MINUTE],
    ) {
        let mut all = workspace(&[LEAD, OTHER_LEAD]);
        all.needs_two(ActKind::Stop);
        let late = NOON + back;
        let stop = all.asks(LEAD, rolls(), Desired::Stopped);
        all.does(OTHER_LEAD, late, crate::cases::sees_a_breach()).expect("a breach is seen");
        let refusal = all.does(OTHER_LEAD, NOON, judges(&stop, Verdict::Approve));
        prop_assert!(refusal.is_err());
        all.force(OTHER_LEAD, NOON, approves(&stop));
        prop_assert_eq!(stands(&all, &stop), Standing::Waiting);
        prop_assert!(has_review(&all, ReviewKind::ClockMoved));
    }

    /// Whatever a device claims: an approval that the log shows to be too late is too late, and one
    /// that it shows to be too early is too early.
    #[test]
    fn the_log_knows_better_than_a_clock(
        claimed in 0_u64..40,
        after in 0_u64..40,
        for_minutes in 0_u64..5,
        fallback in any::<bool>(),
    ) {
        let mut all = workspace(&[LEAD, OTHER_LEAD, CARE]);
        joins(&mut all, "eve", "eve", vec![Role::Responder]);
        let needs = Mandate { default_after_ms: None, ..mandate() };
        let (turn, expires) = (needs.fallback[0].after_ms, needs.expires_ms);
        does(&mut all, LEAD, sets(ActKind::Stop, needs));
        let stop = all.asks(LEAD, rolls(), Desired::Stopped);
        let bracket = Bracket {
            after: Some(NOON + after * MINUTE),
            before: Some(NOON + (after + for_minutes) * MINUTE),
        };
        let who = if fallback { "eve" } else { CARE };
        let approval = cockpit_domain::state::Admitted {
            bracket,
            ..entry(all.entries.len() as u64, who, NOON + claimed * MINUTE, approves(&stop))
        };
        all.state.fold(&approval);
        let ready = stands(&all, &stop) == Standing::Ready;
        // Honest clocks differ by less than the tolerance; beyond it the log decides.
        let provably_late = after * MINUTE > expires + CLOCK_TOLERANCE_MS;
        let provably_early = (after + for_minutes) * MINUTE + CLOCK_TOLERANCE_MS < turn;
        let provably_in_turn = after * MINUTE >= turn + CLOCK_TOLERANCE_MS;
        if provably_late || (fallback && provably_early) || (!fallback && provably_in_turn) {
            prop_assert!(!ready);
        }
        let outside = claimed * MINUTE + CLOCK_TOLERANCE_MS < after * MINUTE
            || (after + for_minutes) * MINUTE + CLOCK_TOLERANCE_MS < claimed * MINUTE;
        if outside {
            prop_assert!(has_review(&all, ReviewKind::ClockMoved));
        } else {
            let in_time = claimed * MINUTE <= expires;
            let in_turn = (claimed * MINUTE >= turn) == fallback;
            prop_assert_eq!(ready, in_time && in_turn);
        }
    }
}

fn at_minutes(after: u64, before: u64) -> Bracket {
    Bracket {
        after: Some(NOON + after * MINUTE),
        before: Some(NOON + before * MINUTE),
    }
}

#[test]
fn a_time_inside_its_bracket_is_worth_what_it_claims() {
    let claimed = NOON + 10 * MINUTE;
    for bracket in [
        Bracket::default(),
        at_minutes(9, 11),
        at_minutes(14, 16),
        at_minutes(2, 6),
        Bracket {
            before: None,
            ..at_minutes(50, 0)
        },
    ] {
        let it = bracket.moment(claimed);
        assert_eq!(
            (it.early(), it.late(), it.best()),
            (claimed, claimed, claimed)
        );
    }
    let it = at_minutes(30, 31).moment(claimed);
    assert_eq!((it.early(), it.late()), (claimed, NOON + 30 * MINUTE));
    assert_eq!(it.best(), NOON + 30 * MINUTE);
    let it = at_minutes(1, 2).moment(claimed);
    assert_eq!((it.early(), it.late()), (NOON + 2 * MINUTE, claimed));
    assert_eq!(it.best(), NOON + 2 * MINUTE);
    // Two slots that contradict each other prove nothing, and are told.
    let it = at_minutes(30, 10);
    assert_eq!(it.moment(claimed).late(), claimed);
    assert!(it.contradicts(claimed).is_some());
    assert!(at_minutes(9, 11).contradicts(claimed).is_none());
}

#[test]
fn a_time_outside_its_bracket_is_told_once_until_it_fits_again() {
    let mut all = workspace(&[LEAD]);
    let mut folds = |claimed: u64, bracket: Bracket| {
        let event = Event::BreachSeen(breach(&format!("8.4.{}", all.entries.len())));
        let it = cockpit_domain::state::Admitted {
            bracket,
            ..entry(
                all.entries.len() as u64,
                LEAD,
                NOON + claimed * MINUTE,
                event,
            )
        };
        all.state.fold(&it);
        all.entries.push(it);
        all.state
            .authority
            .reviews
            .values()
            .map(|it| it.sentence.clone())
            .collect::<Vec<_>>()
    };
    assert!(folds(0, at_minutes(0, 1)).is_empty());
    assert_eq!(
        folds(0, at_minutes(60, 61)),
        [
            "The time of an entry of Ada does not fit the log: it claims 14:00:00Z, and its author \
             had seen a slot of 15:00:00Z. A clock was moved, on this laptop or on another."
        ]
    );
    assert_eq!(folds(0, at_minutes(60, 61)).len(), 1);
    assert_eq!(folds(62, at_minutes(61, 62)).len(), 1);
    assert_eq!(folds(200, at_minutes(62, 63)).len(), 2);
}

#[test]
fn an_asker_gains_no_time_by_a_clock_that_was_moved() {
    let mut all = workspace(&[LEAD, OTHER_LEAD]);
    all.needs_two(ActKind::Stop);
    let intent = |claimed: u64| cockpit_domain::event::Intent {
        persons: 2,
        asked_at: NOON + claimed * MINUTE,
        expires_at: NOON + (claimed + 15) * MINUTE,
        ..crate::cases::intent(Desired::Stopped, rolls(), 0)
    };
    let mut asked = |claimed: u64, bracket: Bracket| -> (usize, Option<Time>) {
        let number = all.entries.len() as u64;
        let it = cockpit_domain::state::Admitted {
            bracket,
            ..entry(
                number,
                LEAD,
                NOON + claimed * MINUTE,
                Event::IntentRequested(Box::new(intent(claimed))),
            )
        };
        all.state.fold(&it);
        let at = all.state.intents.get(&it.id).map(|record| record.at);
        all.entries.push(it);
        (all.state.rejected.len(), at)
    };
    assert_eq!(asked(0, at_minutes(0, 1)), (0, Some(NOON)));
    // Dated an hour ahead it would live an hour longer.
    assert_eq!(asked(60, at_minutes(0, 1)), (1, None));
    // Dated an hour back, the turn of others does not come the sooner.
    assert_eq!(asked(10, at_minutes(70, 71)), (1, Some(NOON + 70 * MINUTE)));
}
