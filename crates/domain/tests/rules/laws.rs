//! Laws of authority over generated ledgers: whoever asks is told what the fold does, one person is
//! one voice, and nothing changes below the threshold. Knows no sentence.

use std::collections::BTreeSet;

use cockpit_domain::authority::{AuthorityEvent, Mandate, Quorum, ReviewKind};
use cockpit_domain::decide::{Command, decide};
use cockpit_domain::event::{Event, Outcome, Verdict};
use cockpit_domain::policy::{ActKind, Role};
use cockpit_domain::state::State;
use cockpit_domain::target::StagedStatus;
use cockpit_domain::{Desired, Time};
use proptest::prelude::*;

use crate::authority::{MINUTE, adds_device, has_review, hash, mandate};
use crate::cases::{
    AUDITOR, CARE, LEAD, NOON, OTHER_LEAD, Workspace, asks, entry, id, judges, play_id, reports,
    rolling, seen, sees_a_breach, staged, workspace,
};

/// Devices that sign: of members, a second one of a member, and of nobody yet.
const DEVICES: [&str; 7] = [LEAD, OTHER_LEAD, CARE, AUDITOR, "tablet", "new", "newer"];

fn entry_id() -> impl Strategy<Value = String> {
    (0_u64..30).prop_map(id)
}

fn somebody() -> impl Strategy<Value = String> {
    prop::sample::select(vec![LEAD, OTHER_LEAD, CARE, AUDITOR, "eve"]).prop_map(str::to_owned)
}

fn device() -> impl Strategy<Value = String> {
    prop::sample::select(DEVICES.to_vec()).prop_map(str::to_owned)
}

fn roles() -> impl Strategy<Value = Vec<Role>> {
    prop_oneof![
        prop::sample::subsequence(Role::ALL.to_vec(), 0..4),
        Just(vec![Role::Administrator, Role::ProductLead]),
    ]
}

fn any_mandate() -> impl Strategy<Value = Box<Mandate>> {
    let quorum = (roles(), 0_u8..3).prop_map(|(roles, persons)| Quorum { roles, persons });
    (
        roles(),
        prop::collection::vec(quorum, 0..3),
        0_u64..40,
        any::<bool>(),
    )
        .prop_map(|(ask, approve, minutes, bare)| {
            let mut it = Mandate {
                ask,
                approve,
                expires_ms: minutes * MINUTE,
                ..mandate()
            };
            if bare {
                it.fallback.clear();
                it.default_after_ms = None;
                it.break_glass.clear();
            }
            Box::new(it)
        })
}

fn authority() -> impl Strategy<Value = AuthorityEvent> {
    let reason = || prop::sample::select(vec!["", "as agreed"]).prop_map(str::to_owned);
    let verdict = || prop::sample::select(vec![Verdict::Approve, Verdict::Reject]);
    let act = prop::sample::select(ActKind::ALL.to_vec());
    prop_oneof![
        3 => roles().prop_map(|roles| AuthorityEvent::Invited {
            code_hash: hash(),
            expires_at: NOON + 90 * MINUTE,
            roles,
        }),
        4 => entry_id().prop_map(|invite| AuthorityEvent::JoinRequested {
            invite,
            code: "plum".to_owned(),
            name: "Eve".to_owned(),
            device_name: "laptop".to_owned(),
            key: "key".to_owned(),
        }),
        4 => (entry_id(), somebody(), roles()).prop_map(|(request, person, roles)| {
            AuthorityEvent::PersonAdmitted { request, person, roles }
        }),
        1 => (entry_id(), reason()).prop_map(|(request, reason)| {
            AuthorityEvent::RequestRefused { request, reason }
        }),
        3 => (somebody(), roles()).prop_map(|(person, roles)| AuthorityEvent::RolesSet {
            person,
            roles,
        }),
        1 => (somebody(), reason()).prop_map(|(person, reason)| AuthorityEvent::PersonRevoked {
            person,
            reason,
        }),
        2 => (entry_id(), somebody()).prop_map(|(request, person)| AuthorityEvent::DeviceAdded {
            request,
            person,
            key: "key".to_owned(),
        }),
        1 => (device(), reason()).prop_map(|(device, reason)| AuthorityEvent::DeviceRevoked {
            device,
            reason,
        }),
        1 => (device(), 0_u64..20, reason()).prop_map(|(device, from, reason)| {
            AuthorityEvent::DeviceCompromised { device, from, reason }
        }),
        2 => (act, any_mandate()).prop_map(|(act, mandate)| AuthorityEvent::MandateSet {
            act,
            mandate,
        }),
        1 => (0_u8..5).prop_map(|administrators| AuthorityEvent::ThresholdSet { administrators }),
        6 => (entry_id(), verdict(), reason()).prop_map(|(proposal, verdict, reason)| {
            AuthorityEvent::ProposalJudged { proposal, verdict, reason }
        }),
        2 => (entry_id(), reason()).prop_map(|(intent, reason)| AuthorityEvent::GlassBroken {
            intent,
            reason,
        }),
        2 => entry_id().prop_map(|intent| AuthorityEvent::DefaultTaken { intent }),
        1 => ((0_u64..30), reason()).prop_map(|(position, reason)| AuthorityEvent::ReviewClosed {
            review: format!("{position}-new_device"),
            reason,
        }),
    ]
}

fn command() -> impl Strategy<Value = Command> {
    let rolls = staged(StagedStatus::InProgress, Some(2_000));
    let halted = staged(StagedStatus::Halted, Some(2_000));
    prop_oneof![
        8 => authority().prop_map(Command::Authority),
        3 => prop::sample::select(vec![
            asks(seen(play_id(), rolls), Desired::Stopped),
            asks(seen(play_id(), halted), rolling(Some(2_000))),
        ]),
        3 => entry_id().prop_map(|intent| judges(&intent, Verdict::Approve)),
        1 => entry_id().prop_map(|intent| judges(&intent, Verdict::Reject)),
        1 => entry_id().prop_map(|intent| reports(&intent, Outcome::Confirmed)),
        1 => Just(sees_a_breach()),
        1 => (0_u8..4).prop_map(|persons| Command::SetPolicy { act: ActKind::Stop, persons }),
    ]
}

/// What a refused command would have sealed, where the fold alone must refuse it too.
fn sealed_anyway(command: &Command) -> Option<Event> {
    match command {
        Command::Authority(event) => Some(Event::Authority(event.clone())),
        Command::Judge {
            intent,
            verdict,
            reason,
            opened,
            presence: _,
        } => Some(Event::IntentJudged {
            intent: intent.clone(),
            verdict: *verdict,
            reason: reason.clone(),
            opened: *opened,
            presence: None,
        }),
        _ => None,
    }
}

fn begins() -> Workspace {
    let mut all = workspace(&[LEAD, OTHER_LEAD, CARE, AUDITOR]);
    adds_device(&mut all, OTHER_LEAD, "tablet");
    let mut roles = |person: &str, role| {
        let member = all.state.people.get_mut(person).expect("they are there");
        member.roles.push(role);
    };
    roles(OTHER_LEAD, Role::Administrator);
    roles(CARE, Role::Administrator);
    all
}

fn play(steps: &[(usize, u64, Command)]) -> Workspace {
    let mut all = begins();
    let mut now = NOON;
    for (who, later_ms, command) in steps {
        now = now + *later_ms;
        let device = DEVICES[*who];
        let mut context = all.context(device, now);
        context.actor = all.state.devices.get(device).cloned().unwrap_or_default();
        let before = all.state.rejected.len();
        match decide(&all.state, command, &context) {
            Ok(decision) => {
                for event in decision.events {
                    let ready = entry(all.entries.len() as u64, device, now, event.clone());
                    let promised = all.state.made_ready(&ready);
                    all.force(device, now, event);
                    if let Some((intent, _)) = promised {
                        assert!(all.state.intents[&intent].takes_results());
                    }
                }
                assert_eq!(
                    all.state.rejected.len(),
                    before,
                    "allowed, and yet without force: {command:?}: {:?}",
                    all.state.rejected.last()
                );
            }
            Err(refusal) => {
                if let Some(event) = sealed_anyway(command) {
                    all.force(device, now, event);
                    assert_eq!(
                        all.state.rejected.len(),
                        before + 1,
                        "refused, and yet it has force: {command:?} by {device}: {refusal}"
                    );
                }
            }
        }
    }
    all
}

fn steps() -> impl Strategy<Value = Vec<(usize, u64, Command)>> {
    prop::collection::vec((0_usize..7, 0_u64..5 * MINUTE, command()), 0..30)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn what_is_allowed_has_force_and_what_is_refused_has_none(steps in steps()) {
        play(&steps);
    }

    #[test]
    fn nothing_changes_below_the_threshold(steps in steps()) {
        let all = play(&steps);
        let begun = begins().state.authority.history.len();
        let mut administrators: BTreeSet<&str> = [LEAD, OTHER_LEAD, CARE].into();
        for enacted in &all.state.authority.history[begun..] {
            let who: BTreeSet<&str> =
                enacted.agreed.iter().map(|it| it.person.as_str()).collect();
            prop_assert_eq!(who.len(), enacted.agreed.len(), "one person is one voice");
            let own = match &enacted.change {
                Event::Authority(
                    AuthorityEvent::DeviceRevoked { device, .. }
                    | AuthorityEvent::DeviceCompromised { device, .. },
                ) => all.state.owner(device).is_some_and(|it| who.contains(it.as_str())),
                Event::Authority(AuthorityEvent::DeviceAdded { person, .. }) => {
                    who.contains(person.as_str())
                }
                _ => false,
            };
            // As long as none of the three has left the administrators there are at least three.
            if !own && administrators.len() >= 3 {
                prop_assert!(who.len() >= 2, "{:?}", enacted);
            }
            match &enacted.change {
                Event::Authority(AuthorityEvent::RolesSet { person, roles })
                    if !roles.contains(&Role::Administrator) =>
                {
                    administrators.remove(person.as_str());
                }
                Event::Authority(AuthorityEvent::PersonRevoked { person, .. }) => {
                    administrators.remove(person.as_str());
                }
                Event::Authority(
                    AuthorityEvent::DeviceRevoked { .. }
                    | AuthorityEvent::DeviceCompromised { .. },
                ) => administrators.clear(),
                _ => {}
            }
        }
    }

    #[test]
    fn whoever_approves_is_another_person_than_whoever_asks(steps in steps()) {
        let all = play(&steps);
        for record in all.state.intents.values().filter(|it| it.asker_is_out()) {
            let who: BTreeSet<&str> =
                record.approvals.iter().map(|it| it.person.as_str()).collect();
            prop_assert_eq!(who.len(), record.approvals.len());
            prop_assert!(!who.contains(record.by.as_str()));
        }
    }

    #[test]
    fn an_administrator_who_can_sign_is_always_left(steps in steps()) {
        prop_assert!(!play(&steps).state.administrators().is_empty());
    }

    #[test]
    fn a_state_comes_back_from_its_bytes_and_from_its_entries(steps in steps()) {
        let all = play(&steps);
        let bytes = serde_json::to_vec(&all.state).expect("a state is JSON");
        let back: State = serde_json::from_slice(&bytes).expect("and comes back");
        prop_assert_eq!(back.canonical(), all.state.canonical());
        prop_assert_eq!(back, all.state);
        let (one, other) = (State::of(&all.entries), State::of(&all.entries));
        prop_assert_eq!(one.canonical(), other.canonical());
    }

    #[test]
    fn the_canonical_text_is_what_another_tool_would_write(steps in steps()) {
        let text = play(&steps).state.canonical();
        let value: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
        prop_assert_eq!(serde_json::to_string(&value).expect("it is JSON"), text);
    }
}

#[test]
fn an_approval_counts_for_one_intent_in_its_time_and_from_a_device_that_may_sign() {
    let rolls = || staged(StagedStatus::InProgress, Some(2_000));
    let approve = |intent: &str| Event::IntentJudged {
        intent: intent.to_owned(),
        verdict: Verdict::Approve,
        reason: String::new(),
        opened: None,
        presence: None,
    };
    let expires = 15 * MINUTE;
    for (device, at, other, counts) in [
        ("tablet", NOON, false, true),
        ("tablet", NOON + expires, false, true),
        ("tablet", NOON + expires + 1_000, false, false),
        ("tablet", NOON, true, false),
        ("gone", NOON, false, false),
        ("nobody", NOON, false, false),
        (LEAD, NOON, false, false),
    ] {
        let mut all = workspace(&[LEAD, OTHER_LEAD]);
        all.needs_two(ActKind::Stop);
        adds_device(&mut all, OTHER_LEAD, "tablet");
        adds_device(&mut all, OTHER_LEAD, "gone");
        let revoke = AuthorityEvent::DeviceRevoked {
            device: "gone".to_owned(),
            reason: "sold".to_owned(),
        };
        all.does(OTHER_LEAD, NOON, Command::Authority(revoke))
            .expect("it is his own");
        let stop = all.asks(LEAD, rolls(), Desired::Stopped);
        let second = all.asks(LEAD, rolls(), Desired::Stopped);
        let of = if other { &second } else { &stop };
        all.force(device, at, approve(of));
        let missing = all.state.intents[&stop].missing_persons();
        assert_eq!(missing == 0, counts, "{device} at {at} other {other}");
    }
}

/// 40 entries of Ada at the same hour, a day apart.
fn with_habits() -> (Workspace, Time) {
    let mut all = workspace(&[LEAD, OTHER_LEAD]);
    let day = 24 * 60 * MINUTE;
    for number in 0..40 {
        let halted = staged(StagedStatus::InProgress, Some(2_000));
        let at = NOON + number * day;
        all.does(LEAD, at, asks(seen(play_id(), halted), Desired::Stopped))
            .expect("the one before has expired");
    }
    (all, NOON + 40 * day)
}

#[test]
fn what_is_unusual_is_put_up_for_a_look_and_changes_nothing() {
    let (mut all, day) = with_habits();
    assert!(all.state.authority.reviews.is_empty());
    let resume = || {
        asks(
            seen(play_id(), staged(StagedStatus::Halted, Some(2_000))),
            rolling(None),
        )
    };
    let night = day + 13 * 60 * MINUTE;
    let resumed = all.does(LEAD, night, resume()).expect("it is allowed");
    assert!(has_review(&all, ReviewKind::OddHour));

    let unseen = Command::Judge {
        intent: resumed.clone(),
        verdict: Verdict::Approve,
        reason: String::new(),
        opened: Some(false),
        presence: None,
    };
    all.does(LEAD, night, unseen).expect("it is allowed");
    assert!(has_review(&all, ReviewKind::NotOpened));

    all.force(
        OTHER_LEAD,
        night - 60 * MINUTE,
        Event::BreachSeen(crate::cases::breach("8.4.0")),
    );
    assert!(has_review(&all, ReviewKind::ClockMoved));

    let gap = entry(
        500,
        LEAD,
        night,
        Event::BreachSeen(crate::cases::breach("8.4.1")),
    );
    all.state.fold(&gap);
    let gap = all
        .state
        .authority
        .reviews
        .get("500-log_gap")
        .expect("entries are missing");
    assert!(
        gap.sentence.starts_with("Entries 44 to 499 "),
        "{}",
        gap.sentence
    );
    assert!(all.state.rejected.is_empty());
}

#[test]
fn a_mandate_that_was_widened_just_before_it_was_used_is_looked_at() {
    let mut all = workspace(&[LEAD, OTHER_LEAD, CARE]);
    all.needs_two(ActKind::Resume);
    let resume = || {
        asks(
            seen(play_id(), staged(StagedStatus::Halted, Some(2_000))),
            rolling(None),
        )
    };
    all.does(LEAD, NOON, resume()).expect("it may be asked for");
    assert!(!has_review(&all, ReviewKind::Widened));
    let set = Command::SetPolicy {
        act: ActKind::Resume,
        persons: 1,
    };
    all.does(LEAD, NOON + MINUTE, set).expect("she administers");
    all.does(LEAD, NOON + 62 * MINUTE, resume())
        .expect("it may be asked for");
    assert!(!has_review(&all, ReviewKind::Widened), "an hour later");
    all.state.authority.reviews.clear();
    let set = |persons| Command::SetPolicy {
        act: ActKind::Resume,
        persons,
    };
    all.does(LEAD, NOON + 100 * MINUTE, set(2))
        .expect("narrower");
    all.does(LEAD, NOON + 101 * MINUTE, set(1)).expect("wider");
    all.does(LEAD, NOON + 102 * MINUTE, resume())
        .expect("it may be asked for");
    assert!(has_review(&all, ReviewKind::Widened));
}

#[test]
fn many_exports_within_an_hour_are_looked_at_once() {
    let mut all = workspace(&[LEAD, AUDITOR]);
    let export = || Command::NoteExport(crate::bodies::export());
    for number in 0..6 {
        assert_eq!(has_review(&all, ReviewKind::ExportSpike), number > 3);
        all.does(AUDITOR, NOON + number * MINUTE, export())
            .expect("an auditor exports");
    }
    let reviews = all.state.authority.reviews.values();
    let spikes = reviews.filter(|it| it.kind == ReviewKind::ExportSpike);
    assert!((1..=2).contains(&spikes.count()));
}
