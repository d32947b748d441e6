//! People, devices, administrators and policy: what has force and what has none, and why. Knows no
//! signature.

use cockpit_domain::authority::{
    AuthorityEvent, Fallback, Mandate, Quorum, RequestState, ReviewKind, only_reads, six_words,
};
use cockpit_domain::decide::{Command, RefusalKind};
use cockpit_domain::event::{Event, Genesis, Outcome, RecoveryKey, Verdict};
use cockpit_domain::policy::{ActKind, Policy, Role};
use cockpit_domain::rule::HealthRule;
use cockpit_domain::state::{Standing, State};
use cockpit_domain::target::StagedStatus;
use cockpit_domain::{Desired, TargetState, Time};

use crate::cases::{
    AUDITOR, CARE, LEAD, NOON, OTHER_LEAD, Workspace, asks, entry, judges, person, play_id,
    reports, rolling, seen, staged, workspace,
};

pub const MINUTE: u64 = 60_000;

fn rolls() -> TargetState {
    staged(StagedStatus::InProgress, Some(2_000))
}

fn halted() -> TargetState {
    staged(StagedStatus::Halted, Some(2_000))
}

pub fn hash() -> String {
    "ab".repeat(32)
}

pub fn does(all: &mut Workspace, actor: &str, event: AuthorityEvent) -> String {
    all.does(actor, NOON, Command::Authority(event))
        .expect("it is allowed")
}

/// Refused when it is asked, and without force when it is sealed all the same.
#[track_caller]
pub fn refused(all: &mut Workspace, actor: &str, at: Time, event: AuthorityEvent) -> String {
    let refusal = all
        .does(actor, at, Command::Authority(event.clone()))
        .expect_err("it must be refused");
    assert_eq!(refusal.kind, RefusalKind::NotAllowed);
    let before = all.state.rejected.len();
    all.force(actor, at, Event::Authority(event));
    assert_eq!(all.state.rejected.len(), before + 1, "{refusal}");
    refusal.sentence
}

fn invites(roles: Vec<Role>) -> AuthorityEvent {
    AuthorityEvent::Invited {
        code_hash: hash(),
        expires_at: NOON + 60 * MINUTE,
        roles,
    }
}

fn requests(invite: &str, name: &str) -> AuthorityEvent {
    AuthorityEvent::JoinRequested {
        invite: invite.to_owned(),
        code: "plum 4711".to_owned(),
        name: name.to_owned(),
        device_name: "work laptop".to_owned(),
        key: format!("key of {name}"),
    }
}

fn admits(request: &str, person: &str, roles: Vec<Role>) -> AuthorityEvent {
    AuthorityEvent::PersonAdmitted {
        request: request.to_owned(),
        person: person.to_owned(),
        roles,
    }
}

fn agrees(proposal: &str) -> AuthorityEvent {
    AuthorityEvent::ProposalJudged {
        proposal: proposal.to_owned(),
        verdict: Verdict::Approve,
        reason: String::new(),
    }
}

fn turns_down(proposal: &str) -> AuthorityEvent {
    AuthorityEvent::ProposalJudged {
        proposal: proposal.to_owned(),
        verdict: Verdict::Reject,
        reason: "not agreed".to_owned(),
    }
}

fn revokes(device: &str) -> AuthorityEvent {
    AuthorityEvent::DeviceRevoked {
        device: device.to_owned(),
        reason: "lost on a train".to_owned(),
    }
}

pub fn roles_of(person: &str, roles: Vec<Role>) -> AuthorityEvent {
    AuthorityEvent::RolesSet {
        person: person.to_owned(),
        roles,
    }
}

/// Somebody asks with a device of this name and is admitted by the lead.
pub fn joins(all: &mut Workspace, device: &str, person: &str, roles: Vec<Role>) {
    let invite = does(all, LEAD, invites(roles.clone()));
    let request = does(all, device, requests(&invite, person));
    does(all, LEAD, admits(&request, person, roles));
}

/// One more device of a person.
pub fn adds_device(all: &mut Workspace, person: &str, device: &str) {
    let invite = does(all, LEAD, invites(vec![Role::ProductLead]));
    let request = does(all, device, requests(&invite, person));
    let add = AuthorityEvent::DeviceAdded {
        request,
        person: person.to_owned(),
        key: format!("key of {person}"),
    };
    does(all, LEAD, add);
}

/// Three administrators, of whom two must agree.
fn three() -> Workspace {
    let mut all = workspace(&[LEAD, OTHER_LEAD, CARE]);
    for id in [LEAD, OTHER_LEAD, CARE] {
        let member = all.state.people.get_mut(id).expect("they are there");
        if !member.roles.contains(&Role::Administrator) {
            member.roles.push(Role::Administrator);
        }
    }
    assert_eq!(all.state.administrators_needed(), 2);
    all
}

pub fn mandate() -> Mandate {
    Mandate {
        ask: vec![Role::ProductLead],
        approve: vec![Quorum {
            roles: vec![Role::CustomerSuccess],
            persons: 1,
        }],
        expires_ms: 30 * MINUTE,
        fallback: vec![Fallback {
            after_ms: 10 * MINUTE,
            roles: vec![Role::Responder],
        }],
        default_after_ms: Some(20 * MINUTE),
        break_glass: vec![Role::ProductLead],
    }
}

pub fn sets(act: ActKind, mandate: Mandate) -> AuthorityEvent {
    AuthorityEvent::MandateSet {
        act,
        mandate: Box::new(mandate),
    }
}

#[test]
fn a_person_joins_by_invitation_request_and_admission() {
    let mut all = workspace(&[LEAD]);
    let invite = does(&mut all, LEAD, invites(vec![Role::CustomerSuccess]));
    let request = does(&mut all, "laptop", requests(&invite, "Mina"));
    assert!(
        !all.state.devices.contains_key("laptop"),
        "a wish gives nothing"
    );
    let stop = asks(seen(play_id(), rolls()), Desired::Stopped);
    let refusal = all.does("laptop", NOON, stop).expect_err("it is nobody");
    assert_eq!(
        refusal.sentence,
        "This laptop belongs to nobody in this workspace. Nothing was changed."
    );
    does(
        &mut all,
        LEAD,
        admits(&request, "mina", vec![Role::CustomerSuccess]),
    );
    assert_eq!(all.state.people["mina"].name, "Mina");
    assert_eq!(all.state.devices["laptop"], "mina");
    assert_eq!(all.state.authority.devices["laptop"].key, "key of Mina");
    assert_eq!(
        all.state.authority.requests[&request].state,
        RequestState::Admitted("mina".to_owned())
    );
    // Once is once.
    let again = refused(&mut all, "other", NOON, requests(&invite, "Mallory"));
    assert_eq!(
        again,
        "Somebody was admitted with this invitation already. Nothing was changed."
    );
}

#[test]
fn a_request_needs_an_invitation_that_holds() {
    let mut all = workspace(&[LEAD, CARE]);
    let invite = does(&mut all, LEAD, invites(vec![Role::ProductLead]));
    let late = NOON + 60 * MINUTE + 1;
    for (device, at, event, sentence) in [
        (
            "x",
            NOON,
            requests("none", "X"),
            "There is no such invitation",
        ),
        (
            "x",
            late,
            requests(&invite, "X"),
            "The invitation expired at ",
        ),
        (
            CARE,
            NOON,
            requests(&invite, "X"),
            "This device belongs to somebody",
        ),
        (
            "x",
            NOON,
            requests(&invite, " "),
            "A request names the person",
        ),
    ] {
        let said = refused(&mut all, device, at, event);
        assert!(said.starts_with(sentence), "{said}");
    }
    let said = refused(&mut all, CARE, NOON, invites(vec![Role::ProductLead]));
    assert_eq!(
        said,
        "Cleo is not an administrator and may not invite somebody; Ada may. Nothing was changed."
    );
    let two = invites(vec![Role::Auditor, Role::ProductLead]);
    assert!(refused(&mut all, LEAD, NOON, two).contains("audits what they decided"));
}

#[test]
fn an_auditor_sees_everything_and_does_nothing_but_export() {
    let mut all = workspace(&[LEAD, AUDITOR]);
    assert!(only_reads(&person(AUDITOR)));
    let stop = asks(seen(play_id(), rolls()), Desired::Stopped);
    let refusal = all.does(AUDITOR, NOON, stop).expect_err("an auditor reads");
    assert_eq!(
        refusal.sentence,
        "Dan is an auditor, who sees everything, may export it and does nothing else. Nothing \
         was changed."
    );
    let said = refused(&mut all, AUDITOR, NOON, invites(vec![Role::ProductLead]));
    assert!(said.starts_with("Dan is an auditor"), "{said}");
    let breach = Event::BreachSeen(crate::cases::breach("8.4.0"));
    let before = all.state.rejected.len();
    all.force(AUDITOR, NOON, breach);
    assert_eq!(all.state.rejected.len(), before + 1);
}

#[test]
fn one_person_with_two_devices_is_one_person() {
    let mut all = workspace(&[LEAD, OTHER_LEAD]);
    all.needs_two(ActKind::Stop);
    adds_device(&mut all, LEAD, "tablet");
    let stop = all.asks(LEAD, rolls(), Desired::Stopped);
    let approve = Event::IntentJudged {
        intent: stop.clone(),
        verdict: Verdict::Approve,
        reason: String::new(),
        opened: None,
        presence: None,
    };
    all.force("tablet", NOON, approve);
    assert_eq!(all.state.intents[&stop].standing(), Standing::Waiting);
    let reason = &all.state.rejected.last().expect("it is rejected").1;
    assert!(reason.starts_with("Two persons must agree"), "{reason}");
}

#[test]
fn a_revoked_device_signs_nothing_and_says_why() {
    let mut all = workspace(&[LEAD, OTHER_LEAD]);
    all.needs_two(ActKind::Stop);
    adds_device(&mut all, OTHER_LEAD, "tablet");
    let stop = all.asks(LEAD, rolls(), Desired::Stopped);
    // Their own device: nobody else has to agree, whatever their role.
    does(&mut all, OTHER_LEAD, revokes("tablet"));
    let approve = Event::IntentJudged {
        intent: stop.clone(),
        verdict: Verdict::Approve,
        reason: String::new(),
        opened: None,
        presence: None,
    };
    all.force("tablet", NOON, approve);
    let reason = &all.state.rejected.last().expect("it is rejected").1;
    assert_eq!(
        reason,
        "this device of Ben was revoked at 14:00:00Z: lost on a train"
    );
    // The other device of the same person goes on.
    all.does(OTHER_LEAD, NOON, judges(&stop, Verdict::Approve))
        .expect("Ben still approves");
    let last = refused(&mut all, LEAD, NOON, revokes(LEAD));
    assert!(last.starts_with("No administrator would be left"), "{last}");
}

#[test]
fn a_person_who_left_is_remembered_by_name() {
    let mut all = workspace(&[LEAD, OTHER_LEAD]);
    let leaves = AuthorityEvent::PersonRevoked {
        person: OTHER_LEAD.to_owned(),
        reason: "left the company".to_owned(),
    };
    does(&mut all, LEAD, leaves);
    assert!(!all.state.people.contains_key(OTHER_LEAD));
    assert_eq!(all.state.name_of(OTHER_LEAD), "Ben");
    let stop = asks(seen(play_id(), rolls()), Desired::Stopped);
    let refusal = all.does(OTHER_LEAD, NOON, stop).expect_err("he left");
    assert!(refusal.sentence.contains("left the company"), "{refusal}");
}

#[test]
fn with_three_administrators_two_must_agree() {
    let mut all = three();
    let change = roles_of(CARE, vec![Role::CustomerSuccess]);
    let proposal = does(&mut all, LEAD, change.clone());
    assert_ne!(
        all.state.people[CARE].roles,
        [Role::CustomerSuccess],
        "it waits"
    );
    assert!(refused(&mut all, LEAD, NOON, agrees(&proposal)).contains("agreed already"));
    assert!(refused(&mut all, OTHER_LEAD, NOON, change).contains("waits for another"));
    does(&mut all, OTHER_LEAD, agrees(&proposal));
    assert_eq!(all.state.people[CARE].roles, [Role::CustomerSuccess]);
    let enacted = all.state.authority.history.last().expect("it is history");
    let who: Vec<&str> = enacted.agreed.iter().map(|it| it.person.as_str()).collect();
    assert_eq!(who, [LEAD, OTHER_LEAD]);
    // Two administrators are left, and one of them decides.
    assert_eq!(all.state.administrators_needed(), 1);
}

#[test]
fn the_usual_policy_change_waits_for_the_threshold_too() {
    let mut all = three();
    let set = Command::SetPolicy {
        act: ActKind::Stop,
        persons: 2,
    };
    let proposal = all.does(LEAD, NOON, set.clone()).expect("it is proposed");
    assert_eq!(all.state.persons_needed(ActKind::Stop), 1);
    let again = all.does(LEAD, NOON, set).expect_err("it waits already");
    assert_eq!(again.kind, RefusalKind::AlreadySo);
    // Against it: one, and two others are enough.
    does(&mut all, CARE, turns_down(&proposal));
    does(&mut all, OTHER_LEAD, agrees(&proposal));
    assert_eq!(all.state.persons_needed(ActKind::Stop), 2);
}

#[test]
fn a_proposal_ends_when_it_cannot_be_agreed_or_lapses() {
    let mut all = three();
    let first = does(&mut all, LEAD, revokes(CARE));
    does(&mut all, LEAD, turns_down(&first));
    assert!(all.state.authority.proposals.is_empty(), "taken back");
    let second = does(&mut all, LEAD, revokes(CARE));
    does(&mut all, CARE, turns_down(&second));
    does(&mut all, OTHER_LEAD, turns_down(&second));
    assert!(all.state.authority.proposals.is_empty(), "two are against");
    let third = does(&mut all, LEAD, revokes(CARE));
    let lapsed = NOON + cockpit_domain::authority::PROPOSAL_EXPIRES_MS + 1;
    assert!(refused(&mut all, OTHER_LEAD, lapsed, agrees(&third)).contains("lapsed"));
    assert!(all.state.devices.contains_key(CARE));
}

#[test]
fn the_threshold_is_never_below_two_of_three() {
    let mut all = three();
    let threshold = |administrators| AuthorityEvent::ThresholdSet { administrators };
    for wrong in [0, 1, 4] {
        let said = refused(&mut all, LEAD, NOON, threshold(wrong));
        assert!(said.contains("between 2 and 3"), "{said}");
    }
    let proposal = does(&mut all, LEAD, threshold(3));
    does(&mut all, OTHER_LEAD, agrees(&proposal));
    assert_eq!(all.state.administrators_needed(), 3);
}

#[test]
fn what_a_device_in_other_hands_signed_loses_its_force_where_that_can_be_had() {
    let mut all = workspace(&[LEAD, OTHER_LEAD, CARE]);
    all.needs_two(ActKind::Stop);
    all.needs_two(ActKind::Resume);
    let honest = all.asks(OTHER_LEAD, rolls(), Desired::Stopped);
    let from = all.entries.len() as u64 - 1;
    let asked = all
        .does(
            OTHER_LEAD,
            NOON,
            asks(seen(play_id(), halted()), rolling(None)),
        )
        .expect("it is asked by whoever has the laptop");
    let other = all.asks(LEAD, rolls(), Desired::Stopped);
    all.does(OTHER_LEAD, NOON, judges(&other, Verdict::Approve))
        .expect("it is approved by whoever has the laptop");
    assert_eq!(all.state.intents[&other].standing(), Standing::Ready);
    let report = AuthorityEvent::DeviceCompromised {
        device: OTHER_LEAD.to_owned(),
        from,
        reason: "stolen at lunch".to_owned(),
    };
    does(&mut all, LEAD, report);
    let standing = |intent: &String| all.state.intents[intent].standing();
    assert_eq!(standing(&honest), Standing::Waiting, "signed before");
    assert_eq!(standing(&asked), Standing::Rejected);
    assert_eq!(standing(&other), Standing::Waiting, "the approval is void");
    assert!(has_review(&all, ReviewKind::Compromised));
}

#[test]
fn what_was_sent_before_a_device_was_reported_stays_as_it_was_seen() {
    let mut all = workspace(&[LEAD, OTHER_LEAD]);
    let stop = all.asks(OTHER_LEAD, rolls(), Desired::Stopped);
    let claim = Command::Claim {
        intent: stop.clone(),
        attempt: 1,
        lease_until: NOON + MINUTE,
    };
    all.does(OTHER_LEAD, NOON, claim).expect("it is ready");
    let report = AuthorityEvent::DeviceCompromised {
        device: OTHER_LEAD.to_owned(),
        from: 0,
        reason: "stolen".to_owned(),
    };
    does(&mut all, LEAD, report);
    assert_eq!(all.state.intents[&stop].standing(), Standing::Ready);
    all.does(LEAD, NOON, reports(&stop, Outcome::Confirmed))
        .expect("what was observed is never refused");
}

#[test]
fn two_entries_with_one_number_freeze_a_device() {
    let mut all = workspace(&[LEAD, OTHER_LEAD, AUDITOR]);
    let line = |seq: u64, at: &str| {
        let json = format!("{{\"at\":\"{at}\",\"dev\":\"{OTHER_LEAD}\",\"seq\":{seq}}}");
        (format!("cockpit.ledger/entry/v1 {json}"), "c2ln".to_owned())
    };
    let fork = |first, second| AuthorityEvent::DeviceForked {
        device: OTHER_LEAD.to_owned(),
        seq: 4,
        first,
        second,
    };
    for (first, second) in [
        (line(4, "a"), line(4, "a")),
        (line(4, "a"), line(5, "b")),
        (("x".to_owned(), String::new()), line(4, "b")),
    ] {
        let said = refused(&mut all, LEAD, NOON, fork(first, second));
        assert!(said.starts_with("The proof does not show"), "{said}");
    }
    // A proof is a proof, whoever brings it.
    does(&mut all, AUDITOR, fork(line(4, "a"), line(4, "b")));
    let stop = asks(seen(play_id(), rolls()), Desired::Stopped);
    let refusal = all.does(OTHER_LEAD, NOON, stop).expect_err("it is frozen");
    assert!(refusal.sentence.contains("is frozen"), "{refusal}");
    assert!(has_review(&all, ReviewKind::Forked));
}

#[test]
fn the_recovery_key_brings_in_an_administrator_and_nothing_else() {
    let genesis = Event::Genesis(Genesis {
        workspace: "Northwind".to_owned(),
        drill: false,
        key: "a2V5".to_owned(),
        founder: person(LEAD),
        policy: Policy::one_person(),
        rules: vec![HealthRule::standard()],
        recovery: Some(RecoveryKey {
            device: "offline".to_owned(),
            key: "cmVj".to_owned(),
        }),
        threshold: None,
    });
    let genesis = entry(0, LEAD, NOON - MINUTE, genesis);
    let mut all = Workspace {
        state: State::of([&genesis]),
        entries: vec![genesis],
    };
    let invite = does(&mut all, LEAD, invites(vec![Role::Administrator]));
    let request = does(&mut all, "laptop", requests(&invite, "Mina"));
    let lesser = admits(&request, "mina", vec![Role::ProductLead]);
    let said = refused(&mut all, "offline", NOON, lesser);
    assert!(
        said.starts_with("The recovery key only brings in"),
        "{said}"
    );
    let said = refused(&mut all, "offline", NOON, revokes(LEAD));
    assert!(
        said.starts_with("The recovery key only brings in"),
        "{said}"
    );
    let stop = asks(seen(play_id(), rolls()), Desired::Stopped);
    assert!(all.does("offline", NOON, stop).is_err());
    let shows_itself = AuthorityEvent::JoinRequested {
        invite: String::new(),
        code: String::new(),
        name: "Recovery".to_owned(),
        device_name: "paper".to_owned(),
        key: "cmVj".to_owned(),
    };
    does(&mut all, "offline", shows_itself);
    assert_eq!(all.state.authority.open_requests().count(), 1);
    let administrator = admits(&request, "mina", vec![Role::Administrator]);
    does(&mut all, "offline", administrator);
    assert_eq!(all.state.devices["laptop"], "mina");
    assert!(has_review(&all, ReviewKind::Recovery));
}

#[test]
fn a_clock_that_was_set_back_approves_nothing() {
    let mut all = workspace(&[LEAD, OTHER_LEAD]);
    all.needs_two(ActKind::Stop);
    let stop = all.asks(LEAD, rolls(), Desired::Stopped);
    // Ben signed something an hour later; then his clock is set back.
    all.does(
        OTHER_LEAD,
        NOON + 60 * MINUTE,
        crate::cases::sees_a_breach(),
    )
    .expect("a breach is seen");
    let refusal = all
        .does(OTHER_LEAD, NOON, judges(&stop, Verdict::Approve))
        .expect_err("the clock cannot be believed");
    assert!(refusal.sentence.contains("clock"), "{refusal}");
    let approve = Event::IntentJudged {
        intent: stop.clone(),
        verdict: Verdict::Approve,
        reason: String::new(),
        opened: None,
        presence: None,
    };
    all.force(OTHER_LEAD, NOON, approve);
    assert_eq!(all.state.intents[&stop].standing(), Standing::Waiting);
    assert!(has_review(&all, ReviewKind::ClockMoved));
}

#[test]
fn six_words_follow_the_first_six_bytes() {
    let mut sha256 = [0; 32];
    assert_eq!(six_words(&sha256), ["acid"; 6]);
    sha256[5] = 255;
    assert_eq!(six_words(&sha256)[5], "zebra");
    let words: std::collections::BTreeSet<_> =
        cockpit_domain::authority::WORDS.into_iter().collect();
    assert_eq!(words.len(), 256);
}

pub fn has_review(all: &Workspace, kind: ReviewKind) -> bool {
    let mut reviews = all.state.authority.reviews.values();
    reviews.any(|it| it.kind == kind && it.closed.is_none())
}
