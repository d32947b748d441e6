//! Who may ask, who must agree, until when. Knows no target's own rules.

use cockpit_domain::decide::{
    CHANGE_EXPIRES_MS, Command, NOTICE_EXPIRES_MS, RefusalKind, STOP_EXPIRES_MS, policy_problem,
};
use cockpit_domain::event::{Outcome, Verdict};
use cockpit_domain::policy::{ActKind, Role};
use cockpit_domain::state::Standing;
use cockpit_domain::target::StagedStatus;
use cockpit_domain::{Desired, TargetState};

use crate::cases::{
    AUDITOR, CARE, LEAD, NOON, OTHER_LEAD, Workspace, asks, judges, page, play_id, published,
    reports, rolling, seen, staged, workspace,
};

fn rolls() -> TargetState {
    staged(StagedStatus::InProgress, Some(2_000))
}

fn halted() -> TargetState {
    staged(StagedStatus::Halted, Some(2_000))
}

fn standing(all: &Workspace, intent: &str) -> Standing {
    all.state.intents[intent].standing()
}

fn refused(
    all: &mut Workspace,
    actor: &str,
    at_ms: u64,
    command: Command,
) -> (RefusalKind, String) {
    let refusal = all
        .does(actor, NOON + at_ms, command)
        .expect_err("it must be refused");
    (refusal.kind, refusal.sentence)
}

#[test]
fn a_stop_by_one_person_is_ready_with_the_press() {
    let mut all = workspace(&[LEAD]);
    let stop = all.asks(LEAD, rolls(), Desired::Stopped);
    assert_eq!(standing(&all, &stop), Standing::Ready);
}

#[test]
fn what_exposes_people_needs_an_approval_even_from_one_person() {
    let mut all = workspace(&[LEAD]);
    let resume = all.asks(LEAD, halted(), rolling(None));
    assert_eq!(standing(&all, &resume), Standing::Waiting);
    all.does(LEAD, NOON, judges(&resume, Verdict::Approve))
        .expect("the asker may approve when one person is enough");
    assert_eq!(standing(&all, &resume), Standing::Ready);
}

#[test]
fn with_two_persons_the_asker_is_not_an_approver() {
    let mut all = workspace(&[LEAD, OTHER_LEAD, CARE]);
    all.needs_two(ActKind::Stop);
    let stop = all.asks(LEAD, rolls(), Desired::Stopped);
    assert_eq!(
        refused(&mut all, LEAD, 0, judges(&stop, Verdict::Approve)),
        (
            RefusalKind::NotAllowed,
            "Two persons must agree and you asked; Ben (product lead) may approve this until \
             14:15:00Z."
                .to_owned()
        )
    );
    assert_eq!(
        refused(&mut all, CARE, 0, judges(&stop, Verdict::Approve)),
        (
            RefusalKind::NotAllowed,
            "Cleo may not approve this; Ben (product lead) may approve this until 14:15:00Z."
                .to_owned()
        )
    );
    all.does(OTHER_LEAD, NOON, judges(&stop, Verdict::Approve))
        .expect("another product lead may approve");
    assert_eq!(standing(&all, &stop), Standing::Ready);
}

#[test]
fn an_intent_expires_to_the_millisecond() {
    for (state, desired, expires_ms) in [
        (halted(), rolling(None), CHANGE_EXPIRES_MS),
        (page(&[]), published(true), NOTICE_EXPIRES_MS),
        (rolls(), Desired::Stopped, STOP_EXPIRES_MS),
    ] {
        let mut all = workspace(&[LEAD, OTHER_LEAD, CARE]);
        all.needs_two(ActKind::Stop);
        let intent = all.asks(LEAD, state, desired.clone());
        let approver = if matches!(desired, Desired::Published { .. }) {
            CARE
        } else {
            OTHER_LEAD
        };
        let (kind, sentence) = refused(
            &mut all,
            approver,
            expires_ms + 1,
            judges(&intent, Verdict::Approve),
        );
        assert_eq!(kind, RefusalKind::NotAllowed);
        assert!(sentence.starts_with("It expired at "), "{sentence}");
        all.does(
            approver,
            NOON + expires_ms,
            judges(&intent, Verdict::Approve),
        )
        .expect("the last millisecond counts");
    }
}

#[test]
fn roles_say_who_may_ask_and_approve() {
    for (actor, act, asks, approves) in [
        (LEAD, ActKind::Stop, true, true),
        (LEAD, ActKind::Publish, true, false),
        (CARE, ActKind::Stop, false, false),
        (CARE, ActKind::Publish, true, true),
        (AUDITOR, ActKind::Stop, false, false),
        (AUDITOR, ActKind::Publish, false, false),
    ] {
        let all = workspace(&[LEAD, CARE, AUDITOR]);
        let roles = &all.state.people[actor].roles;
        let has = |allowed: &[Role]| roles.iter().any(|role| allowed.contains(role));
        assert_eq!(has(act.may_ask()), asks, "{actor} asks {act:?}");
        assert_eq!(has(act.may_approve()), approves, "{actor} approves {act:?}");
    }
    let mut all = workspace(&[LEAD, CARE]);
    assert_eq!(
        refused(
            &mut all,
            CARE,
            0,
            asks(seen(play_id(), rolls()), Desired::Stopped)
        ),
        (
            RefusalKind::NotAllowed,
            "Stop a rollout: Cleo is not product lead or responder. Nothing was changed."
                .to_owned()
        )
    );
    let (_, sentence) = refused(
        &mut all,
        "nobody",
        0,
        asks(seen(play_id(), rolls()), Desired::Stopped),
    );
    assert_eq!(
        sentence,
        "This laptop belongs to nobody in this workspace. Nothing was changed."
    );
}

#[test]
fn a_policy_that_nobody_could_fulfil_is_refused() {
    let alone = workspace(&[LEAD, CARE]);
    assert!(policy_problem(&alone.state, ActKind::Stop, 2).is_some());
    // A product lead asks, customer success approves: two are there.
    assert_eq!(policy_problem(&alone.state, ActKind::Publish, 2), None);
    let two = workspace(&[LEAD, OTHER_LEAD]);
    assert_eq!(policy_problem(&two.state, ActKind::Stop, 2), None);
    assert!(policy_problem(&two.state, ActKind::Publish, 2).is_some());
    for persons in [0, 3] {
        assert!(policy_problem(&two.state, ActKind::Stop, persons).is_some());
    }
    let mut alone = alone;
    let set = |persons| Command::SetPolicy {
        act: ActKind::Stop,
        persons,
    };
    let (kind, sentence) = refused(&mut alone, LEAD, 0, set(2));
    assert_eq!(kind, RefusalKind::BadInput);
    assert_eq!(
        sentence,
        "Two persons would have to agree, one who asks and another who approves, and this \
         workspace has no such two. With this policy nobody could act. The policy is as it was."
    );
    assert_eq!(
        refused(&mut alone, CARE, 0, set(2)).0,
        RefusalKind::NotAllowed
    );
    assert_eq!(
        refused(&mut alone, LEAD, 0, set(1)).0,
        RefusalKind::AlreadySo
    );
}

#[test]
fn rejecting_needs_a_reason_and_ends_it() {
    let mut all = workspace(&[LEAD]);
    let resume = all.asks(LEAD, halted(), rolling(None));
    let without = Command::Judge {
        intent: resume.clone(),
        verdict: Verdict::Reject,
        reason: "  ".to_owned(),
        opened: None,
        presence: None,
    };
    assert_eq!(refused(&mut all, LEAD, 0, without).0, RefusalKind::BadInput);
    all.does(LEAD, NOON, judges(&resume, Verdict::Reject))
        .expect("a reason was given");
    assert_eq!(standing(&all, &resume), Standing::Rejected);
    assert_eq!(
        refused(&mut all, LEAD, 0, judges(&resume, Verdict::Approve)).1,
        "It was rejected."
    );
}

#[test]
fn only_the_asker_takes_back_and_only_what_was_not_taken_up() {
    let claims = |intent: &str| Command::Claim {
        intent: intent.to_owned(),
        attempt: 1,
        lease_until: NOON + 120_000,
    };
    let withdraws = |intent: &str| Command::Withdraw {
        intent: intent.to_owned(),
    };
    let mut all = workspace(&[LEAD, OTHER_LEAD]);
    let stop = all.asks(LEAD, rolls(), Desired::Stopped);
    assert_eq!(
        refused(&mut all, OTHER_LEAD, 0, withdraws(&stop)).0,
        RefusalKind::NotAllowed
    );
    all.does(LEAD, NOON, claims(&stop)).expect("it is ready");
    assert_eq!(
        refused(&mut all, LEAD, 0, withdraws(&stop)).0,
        RefusalKind::UnderWay
    );
    all.does(LEAD, NOON, reports(&stop, Outcome::Queued))
        .expect("it is open");
    all.does(LEAD, NOON, withdraws(&stop))
        .expect("what is queued was not sent");
    assert_eq!(standing(&all, &stop), Standing::Withdrawn);

    // It was on its way while it was taken back: what was seen counts, not the wish.
    all.does(LEAD, NOON, reports(&stop, Outcome::Unknown))
        .expect("what was observed is never refused");
    assert_eq!(standing(&all, &stop), Standing::Ready);
    assert_eq!(
        refused(&mut all, LEAD, 0, withdraws(&stop)).0,
        RefusalKind::UnderWay
    );
    all.does(LEAD, NOON, reports(&stop, Outcome::Confirmed))
        .expect("it is open");
    assert_eq!(standing(&all, &stop), Standing::Ended(Outcome::Confirmed));
    assert_eq!(
        refused(&mut all, LEAD, 0, withdraws(&stop)).0,
        RefusalKind::Gone
    );
}

#[test]
fn a_resume_is_agreed_at_the_fraction_that_was_seen() {
    let mut all = workspace(&[LEAD]);
    let resume = all.asks(LEAD, halted(), rolling(None));
    assert_eq!(
        all.state.intents[&resume].intent.desired,
        rolling(Some(2_000))
    );
}

#[test]
fn a_press_needs_a_reason_and_something_to_change() {
    let mut all = workspace(&[LEAD]);
    for (reason, aims, kind) in [
        ("  ", 1, RefusalKind::BadInput),
        (&*"x".repeat(2_001), 1, RefusalKind::BadInput),
        ("crashes", 0, RefusalKind::NotOffered),
    ] {
        let Command::Press(mut press) = asks(seen(play_id(), rolls()), Desired::Stopped) else {
            unreachable!("asks makes a press");
        };
        press.reason = reason.to_owned();
        press.aims.truncate(aims);
        assert_eq!(refused(&mut all, LEAD, 0, Command::Press(press)).0, kind);
    }
    assert!(all.state.intents.is_empty());
}

#[test]
fn a_stop_is_held_up_only_by_its_twin_and_not_after_that_has_expired() {
    let stop = || asks(seen(play_id(), rolls()), Desired::Stopped);
    let mut all = workspace(&[LEAD]);
    let raise = all.asks(LEAD, rolls(), rolling(Some(5_000)));
    all.does(LEAD, NOON, judges(&raise, Verdict::Approve))
        .expect("one person is enough");
    let first = all
        .does(LEAD, NOON, stop())
        .expect("a stop goes past a raise");
    assert_eq!(
        refused(&mut all, LEAD, 1, stop()),
        (
            RefusalKind::UnderWay,
            "Google Play · production · 8.4.0: Stop 8.4.0 is under way. Nothing was changed."
                .to_owned()
        )
    );
    let raises = asks(seen(play_id(), rolls()), rolling(Some(7_500)));
    assert_eq!(refused(&mut all, LEAD, 1, raises).0, RefusalKind::UnderWay);

    // Unknown and asked again for ever, but nothing is sent any more: a person may stop again.
    all.does(LEAD, NOON, reports(&first, Outcome::Unknown))
        .expect("it is open");
    assert_eq!(
        refused(&mut all, LEAD, STOP_EXPIRES_MS, stop()).0,
        RefusalKind::UnderWay
    );
    all.does(LEAD, NOON + STOP_EXPIRES_MS + 1, stop())
        .expect("the first can send nothing any more");
}
