//! Deciding and folding agree, and folding takes anything. Knows no sentence.

use cockpit_domain::decide::{Command, RefusalKind, decide};
use cockpit_domain::event::{EffectResult, Event, Outcome, Verdict};
use cockpit_domain::policy::{ActKind, Needs, Policy, Role};
use cockpit_domain::state::{Admitted, State};
use cockpit_domain::target::StagedStatus;
use cockpit_domain::{Desired, Service, Time};
use proptest::prelude::*;

use crate::cases::{
    AUDITOR, CARE, LEAD, NOON, OTHER_LEAD, Workspace, asks, breach, connects, entry, flag, founded,
    id, intent, page, person, play_id, published, result, rolling, seen, staged, target_of,
    workspace,
};

const EVERYBODY: [&str; 5] = [LEAD, OTHER_LEAD, CARE, AUDITOR, "nobody"];

fn outcome() -> impl Strategy<Value = Outcome> {
    prop::sample::select(vec![
        Outcome::Confirmed,
        Outcome::Refused,
        Outcome::Stale,
        Outcome::Unknown,
        Outcome::Failed,
        Outcome::Queued,
    ])
}

/// Mostly entries that are there, sometimes ones that are not.
fn entry_id() -> impl Strategy<Value = String> {
    (0_u64..24).prop_map(id)
}

fn act() -> impl Strategy<Value = ActKind> {
    prop::sample::select(ActKind::ALL.to_vec())
}

fn verdict() -> impl Strategy<Value = Verdict> {
    prop::sample::select(vec![Verdict::Approve, Verdict::Reject])
}

fn press() -> impl Strategy<Value = Command> {
    let rolls = staged(StagedStatus::InProgress, Some(2_000));
    let halted = staged(StagedStatus::Halted, Some(2_000));
    prop::sample::select(vec![
        asks(seen(play_id(), rolls.clone()), Desired::Stopped),
        asks(seen(play_id(), rolls), rolling(Some(5_000))),
        asks(seen(play_id(), halted), rolling(Some(2_000))),
        asks(
            seen(target_of(&flag(true, None)), flag(true, None)),
            Desired::Off,
        ),
        asks(
            seen(target_of(&flag(false, None)), flag(false, None)),
            Desired::On,
        ),
        asks(seen(target_of(&page(&[])), page(&[])), published(true)),
    ])
}

fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        6 => press(),
        6 => (entry_id(), verdict()).prop_map(|(intent, verdict)| Command::Judge {
            intent,
            verdict,
            reason: "as agreed".to_owned(),
            opened: None,
            presence: None,
        }),
        3 => entry_id().prop_map(|intent| Command::Withdraw { intent }),
        4 => (entry_id(), 1_u32..3).prop_map(|(intent, attempt)| Command::Claim {
            intent,
            attempt,
            lease_until: NOON + 120_000,
        }),
        4 => (entry_id(), outcome())
            .prop_map(|(intent, outcome)| Command::Report(result(&intent, outcome))),
        2 => (act(), 0_u8..4).prop_map(|(act, persons)| Command::SetPolicy { act, persons }),
        1 => Just(connects(Service::GooglePlay)),
        1 => Just(Command::Disconnect(Service::GooglePlay)),
        1 => Just(Command::SeeBreach(breach("8.4.0"))),
        1 => Just(Command::ClearBreach(breach("8.4.0"))),
    ]
}

/// The event that the command would have sealed, when the ledger itself must refuse it too.
fn forced(command: &Command, refused: RefusalKind) -> Option<Event> {
    match (command, refused) {
        (
            Command::Judge {
                intent,
                verdict,
                reason,
                opened,
                presence: _,
            },
            _,
        ) => Some(Event::IntentJudged {
            intent: intent.clone(),
            verdict: *verdict,
            reason: reason.clone(),
            opened: *opened,
            presence: None,
        }),
        (Command::Withdraw { intent }, _) => Some(Event::IntentWithdrawn {
            intent: intent.clone(),
        }),
        (
            Command::Claim {
                intent,
                attempt,
                lease_until,
            },
            _,
        ) => Some(Event::EffectClaimed {
            intent: intent.clone(),
            attempt: *attempt,
            lease_until: *lease_until,
        }),
        (Command::Report(result), _) => Some(Event::EffectResult(result.clone())),
        (Command::SetPolicy { act, persons }, RefusalKind::NotAllowed | RefusalKind::BadInput) => {
            Some(Event::PolicySet {
                act: *act,
                persons: *persons,
            })
        }
        (Command::Connect(connection), RefusalKind::NotAllowed) => {
            Some(Event::ConnectionAdded(connection.clone()))
        }
        (Command::Disconnect(service), RefusalKind::NotAllowed) => {
            Some(Event::ConnectionRemoved { service: *service })
        }
        (Command::Press(press), RefusalKind::NotAllowed) => {
            let (seen, desired) = press.aims.first()?;
            Some(Event::IntentRequested(Box::new(intent(
                desired.clone(),
                seen.state.clone(),
                900_000,
            ))))
        }
        (Command::SeeBreach(breach), RefusalKind::NotAllowed) => {
            Some(Event::BreachSeen(breach.clone()))
        }
        (Command::ClearBreach(breach), RefusalKind::NotAllowed) => {
            Some(Event::BreachCleared(breach.clone()))
        }
        _ => None,
    }
}

fn play(steps: Vec<(usize, u64, Command)>) -> Workspace {
    let mut all = workspace(&EVERYBODY[..4]);
    let mut now = NOON;
    for (who, later_ms, command) in steps {
        now = now + later_ms;
        let actor = EVERYBODY[who];
        let before = all.state.rejected.len();
        match decide(&all.state, &command, &all.context(actor, now)) {
            Ok(decision) => {
                for event in decision.events {
                    all.force(actor, now, event);
                }
                assert_eq!(
                    all.state.rejected.len(),
                    before,
                    "allowed, and yet without force: {command:?}: {:?}",
                    all.state.rejected.last()
                );
            }
            Err(refusal) => {
                if let Some(event) = forced(&command, refusal.kind) {
                    all.force(actor, now, event);
                    assert_eq!(
                        all.state.rejected.len(),
                        before + 1,
                        "refused, and yet it has force: {command:?} by {actor}: {refusal}"
                    );
                }
            }
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn what_is_allowed_has_force_and_what_is_refused_has_none(
        steps in prop::collection::vec((0_usize..5, 0_u64..400_000, command()), 0..24),
    ) {
        play(steps);
    }

    #[test]
    fn one_person_never_makes_two(
        steps in prop::collection::vec((0_usize..5, 0_u64..60_000, command()), 0..24),
    ) {
        let mut all = workspace(&EVERYBODY[..4]);
        for act in ActKind::ALL {
            all.needs_two(act);
        }
        for (who, _, command) in steps {
            if matches!(command, Command::SetPolicy { .. }) {
                continue;
            }
            let _ = all.does(EVERYBODY[who], NOON, command);
        }
        for record in all.state.intents.values() {
            if record.attempt > 0 || record.result.is_some() {
                prop_assert!(record.approvals.iter().any(|it| it.person != record.by));
            }
            prop_assert!(record.approvals.iter().all(|it| it.person != record.by));
        }
    }

    #[test]
    fn any_prefix_and_the_rest_make_the_whole(
        events in prop::collection::vec((0_usize..5, event()), 0..24),
        cut in 0_usize..24,
    ) {
        let entries = admitted(events);
        let (first, rest) = entries.split_at(cut.min(entries.len()));
        let mut state = State::of(first);
        for entry in rest {
            state.fold(entry);
        }
        prop_assert_eq!(state, State::of(&entries));
    }

    #[test]
    fn folding_takes_anything_and_keeps_account(
        events in prop::collection::vec((0_usize..5, event()), 0..24),
    ) {
        let entries = admitted(events);
        let state = State::of(&entries);
        prop_assert!(state.rejected.len() <= entries.len());
        prop_assert!(state.rejected.iter().all(|(_, reason)| !reason.is_empty()));
    }
}

fn admitted(events: Vec<(usize, Event)>) -> Vec<Admitted> {
    events
        .into_iter()
        .zip(0_u64..)
        .map(|((who, event), position)| {
            entry(position, EVERYBODY[who], NOON + position * 1_000, event)
        })
        .collect()
}

/// Any event, also one that nobody would seal.
fn event() -> impl Strategy<Value = Event> {
    let stops = intent(
        Desired::Stopped,
        staged(StagedStatus::InProgress, None),
        900_000,
    );
    prop_oneof![
        2 => (0_usize..5, 0_u8..4).prop_map(|(who, persons)| {
            let policy = Policy(ActKind::ALL.into_iter().map(|act| (act, Needs::Persons(persons))).collect());
            founded(person(EVERYBODY[who]), policy).event
        }),
        1 => Just(Event::ConnectionRemoved { service: Service::Sentry }),
        2 => (act(), any::<u8>()).prop_map(|(act, persons)| Event::PolicySet { act, persons }),
        1 => Just(Event::BreachSeen(breach("8.4.0"))),
        1 => Just(Event::BreachCleared(breach("8.4.0"))),
        6 => (act(), any::<u8>(), any::<bool>()).prop_map(move |(act, persons, explicit)| {
            Event::IntentRequested(Box::new(cockpit_domain::event::Intent {
                act,
                persons,
                explicit,
                ..stops.clone()
            }))
        }),
        4 => (entry_id(), verdict()).prop_map(|(intent, verdict)| Event::IntentJudged {
            intent,
            verdict,
            reason: String::new(),
            opened: None,
            presence: None,
        }),
        2 => entry_id().prop_map(|intent| Event::IntentWithdrawn { intent }),
        3 => (entry_id(), any::<u32>()).prop_map(|(intent, attempt)| Event::EffectClaimed {
            intent,
            attempt,
            lease_until: Time::from_ms(i64::MAX),
        }),
        4 => (entry_id(), outcome(), any::<u64>()).prop_map(|(intent, outcome, ms)| {
            Event::EffectResult(EffectResult { ms, ..result(&intent, outcome) })
        }),
    ]
}

#[test]
fn a_ledger_begins_once_and_nothing_stands_before_it() {
    let mut founder = person(LEAD);
    founder.roles = vec![Role::Administrator];
    let genesis = founded(founder, Policy::one_person());
    let early = entry(0, LEAD, NOON, Event::BreachSeen(breach("8.4.0")));
    let again = entry(
        2,
        CARE,
        NOON,
        founded(person(CARE), Policy::one_person()).event,
    );
    let state = State::of([&early, &genesis, &again]);
    let reasons: Vec<&str> = state
        .rejected
        .iter()
        .map(|(_, reason)| reason.as_str())
        .collect();
    assert_eq!(
        reasons,
        ["it stands before the first entry", "a ledger begins once"]
    );
    assert!(!state.people.contains_key(CARE));
}
