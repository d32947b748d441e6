//! Whose turn it is to agree, what happens when nobody does, and the way past it. Knows no device.

use cockpit_domain::authority::{AuthorityEvent, Mandate, Quorum, ReviewKind};
use cockpit_domain::decide::Command;
use cockpit_domain::event::{Event, Outcome, Verdict};
use cockpit_domain::policy::{ActKind, Role};
use cockpit_domain::state::Standing;
use cockpit_domain::target::StagedStatus;
use cockpit_domain::{Desired, TargetState};

use crate::authority::{MINUTE, does, has_review, joins, mandate, refused, roles_of, sets};
use crate::cases::{
    CARE, LEAD, NOON, OTHER_LEAD, Workspace, entry, judges, play_id, reports, staged, workspace,
};

fn rolls() -> TargetState {
    staged(StagedStatus::InProgress, Some(2_000))
}

/// Ada asks for stops, Cleo approves for 10 minutes, then Eve who is on call.
fn with_fallback() -> Workspace {
    let mut all = workspace(&[LEAD, OTHER_LEAD, CARE]);
    joins(&mut all, "eve", "eve", vec![Role::Responder]);
    does(&mut all, LEAD, sets(ActKind::Stop, mandate()));
    all
}

#[test]
fn who_must_agree_is_a_matter_of_the_moment() {
    let mut all = with_fallback();
    let stop = all.asks(LEAD, rolls(), Desired::Stopped);
    let record = all.state.intents[&stop].clone();
    assert_eq!(record.intent.persons, 2);
    assert_eq!(record.intent.expires_at, NOON + 30 * MINUTE);
    let said = |all: &Workspace, who: &str, after_ms: u64| {
        all.state
            .may_not_judge(who, &all.state.intents[&stop], NOON + after_ms)
    };
    assert_eq!(
        said(&all, OTHER_LEAD, 0).as_deref(),
        Some(
            "Ben may not approve this; Cleo (customer success) may approve this until \
             14:10:00Z; after that eve (responder)."
        )
    );
    let turn = 10 * MINUTE;
    assert!(said(&all, "eve", turn - 1).is_some(), "not before its time");
    assert_eq!(
        said(&all, "eve", turn),
        None,
        "at the moment its time comes"
    );
    assert_eq!(said(&all, CARE, turn - 1), None);
    assert_eq!(
        said(&all, CARE, turn).as_deref(),
        Some("Cleo may not approve this; eve (responder) may approve this until 14:30:00Z.")
    );
    assert!(said(&all, LEAD, turn).is_some(), "never the asker");
    all.does("eve", NOON + turn, judges(&stop, Verdict::Approve))
        .expect("her time has come");
    assert_eq!(all.state.intents[&stop].standing(), Standing::Ready);
}

#[test]
fn a_stop_that_nobody_judged_goes_on_at_the_agreed_moment_and_not_before() {
    let mut all = with_fallback();
    let stop = all.asks(LEAD, rolls(), Desired::Stopped);
    let goes_on = AuthorityEvent::DefaultTaken {
        intent: stop.clone(),
    };
    let from = NOON + 20 * MINUTE;
    let early = refused(&mut all, CARE, from - 1, goes_on.clone());
    assert!(
        early.starts_with("It goes on by itself at 14:20:00Z and not before; eve (responder)"),
        "{early}"
    );
    all.does(CARE, from, Command::Authority(goes_on))
        .expect("nobody judged it in time");
    assert_eq!(all.state.intents[&stop].standing(), Standing::Ready);
    assert!(has_review(&all, ReviewKind::SafeDefault));
    all.does(LEAD, from, reports(&stop, Outcome::Confirmed))
        .expect("it was carried out");
}

#[test]
fn only_a_stop_has_a_default_or_a_glass_to_break() {
    let mut all = workspace(&[LEAD, OTHER_LEAD, CARE]);
    for act in ActKind::ALL {
        let kept = mandate();
        let no_glass = Mandate {
            break_glass: Vec::new(),
            ..mandate()
        };
        let no_default = Mandate {
            default_after_ms: None,
            ..mandate()
        };
        let safe = act.is_safe_direction();
        assert_eq!(kept.problem(act).is_none(), safe, "{act:?}");
        assert_eq!(no_glass.problem(act).is_none(), safe, "{act:?}");
        assert_eq!(no_default.problem(act).is_none(), safe, "{act:?}");
    }
    let said = refused(&mut all, LEAD, NOON, sets(ActKind::Resume, mandate()));
    assert!(
        said.starts_with("Only a stop may go on by itself"),
        "{said}"
    );
    let nobody = Mandate {
        approve: vec![Quorum {
            roles: vec![Role::CustomerSuccess],
            persons: 2,
        }],
        ..mandate()
    };
    let said = refused(&mut all, LEAD, NOON, sets(ActKind::Stop, nobody));
    assert!(said.contains("nobody could act"), "{said}");
}

#[test]
fn glass_is_broken_with_a_reason_and_looked_at_by_another() {
    let mut all = with_fallback();
    let stop = all.asks(LEAD, rolls(), Desired::Stopped);
    let breaks = |reason: &str| AuthorityEvent::GlassBroken {
        intent: stop.clone(),
        reason: reason.to_owned(),
    };
    assert!(refused(&mut all, LEAD, NOON, breaks(" ")).contains("reason"));
    assert!(refused(&mut all, CARE, NOON, breaks("now")).contains("Ada (product lead)"));
    let ready = entry(99, LEAD, NOON, Event::Authority(breaks("payments fail")));
    assert_eq!(
        all.state.made_ready(&ready),
        Some((stop.clone(), play_id().0))
    );
    does(&mut all, LEAD, breaks("payments fail"));
    assert_eq!(all.state.intents[&stop].standing(), Standing::Ready);
    let (review, found) = all
        .state
        .authority
        .reviews
        .iter()
        .find(|(_, it)| it.kind == ReviewKind::BreakGlass)
        .map(|(id, it)| (id.clone(), it.clone()))
        .expect("a review is open");
    assert_eq!(found.person.as_deref(), Some(LEAD));
    let close = AuthorityEvent::ReviewClosed {
        review,
        reason: "agreed with the team afterwards".to_owned(),
    };
    assert!(refused(&mut all, OTHER_LEAD, NOON, close.clone()).contains("administrator"));
    does(
        &mut all,
        LEAD,
        roles_of(OTHER_LEAD, vec![Role::Administrator]),
    );
    assert!(refused(&mut all, LEAD, NOON, close.clone()).contains("another administrator"));
    does(&mut all, OTHER_LEAD, close);
}
