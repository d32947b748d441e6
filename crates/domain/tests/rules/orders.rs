//! Standing orders: who may sign one, how far it reaches, when it ends. Knows no rule's inside.

use cockpit_domain::decide::{Command, Follow, Refusal, RefusalKind};
use cockpit_domain::event::Event;
use cockpit_domain::policy::ActKind;
use cockpit_domain::rule::{Breach, HealthRule, RuleOutcome, StandingOrder};
use cockpit_domain::state::{Standing, State};
use cockpit_domain::target::{PhasedStatus, StagedStatus};
use cockpit_domain::{Observation, Time};

use crate::cases::{
    AUDITOR, CARE, LEAD, NOON, OTHER_LEAD, Workspace, apple_id, phased, play_id, seen, staged_of,
    workspace,
};
use crate::comparing::{breach_of, compares, history};

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

fn order() -> StandingOrder {
    StandingOrder {
        rule: compares(),
        platform: Some("Android".to_owned()),
        until: NOON + DAY_MS,
        fires_max: 1,
        reason: "the night of the 8.4.0 rollout".to_owned(),
    }
}

fn sign(order: StandingOrder) -> Command {
    Command::SignOrder(Box::new(order))
}

fn worse() -> Breach {
    let counts = |bad| vec![Some((bad, 2_000)); 12];
    breach_of(compares().judge_history(&history(&counts(14), &counts(2)), NOON))
}

fn rolls() -> Observation {
    seen(
        play_id(),
        staged_of("8.4.0", StagedStatus::InProgress, Some(2_000)),
    )
}

fn follow(order: &str, targets: Vec<Observation>) -> Command {
    Command::FollowOrder(Box::new(Follow {
        order: order.to_owned(),
        breach: worse().key(),
        app: "com.northwind.wallet".to_owned(),
        targets,
    }))
}

/// A workspace with an order that holds and a breach that stands; the order's entry.
fn armed(order: StandingOrder) -> (Workspace, String) {
    let mut all = workspace(&[LEAD, OTHER_LEAD, CARE]);
    let id = all.does(LEAD, NOON, sign(order)).expect("a lead may sign");
    all.does(LEAD, NOON, Command::SeeBreach(worse()))
        .expect("a breach may be seen");
    (all, id)
}

fn why(refused: Result<String, Refusal>) -> String {
    refused.expect_err("it is refused").sentence
}

fn asked(state: &State) -> usize {
    state.intents.len()
}

#[test]
fn a_breach_under_an_order_that_holds_becomes_an_intent_with_its_evidence() {
    let (mut all, order) = armed(order());
    assert_eq!(all.state.orders_for(&worse(), NOON), vec![&order]);
    let others = vec![
        rolls(),
        // Another platform, and another version: not what the breach is about.
        seen(apple_id(), phased(PhasedStatus::Active, Some(3))),
    ];
    let intent = all
        .does(OTHER_LEAD, NOON, follow(&order, others))
        .expect("the order holds");
    assert_eq!(asked(&all.state), 1);
    let record = &all.state.intents[&intent];
    assert_eq!(record.standing(), Standing::Ready);
    assert_eq!(record.by, OTHER_LEAD);
    assert_eq!(record.intent.act, ActKind::Stop);
    assert_eq!(
        record.intent.reason,
        "Standing order: the night of the 8.4.0 rollout"
    );
    assert_eq!(
        record.intent.evidence,
        [
            "Android 8.4.0: crash-free sessions 99.30 %, worse than 8.3.2 at the same stage by \
          0.60 points, of 24 000 sessions"
        ]
    );
    let under = record.intent.order.as_ref().expect("it names its order");
    assert_eq!(under.order, order);
    assert_eq!(*under.breach, worse());
    // One breach is followed once, and this order follows one only.
    assert_eq!(
        why(all.does(LEAD, NOON, follow(&order, vec![rolls()]))),
        "The standing order was not followed: it has followed this breach already. Nothing was \
         stopped by it."
    );
}

#[test]
fn an_order_adds_no_authority() {
    let (mut all, order) = armed(order());
    for nobody in [CARE, AUDITOR] {
        let refused = all.does(nobody, NOON, follow(&order, vec![rolls()]));
        assert_eq!(
            refused.expect_err("may not stop").kind,
            RefusalKind::NotAllowed
        );
        let signs = all.does(nobody, NOON, sign(self::order()));
        assert_eq!(
            signs.expect_err("may not sign").kind,
            RefusalKind::NotAllowed
        );
    }
    all.needs_two(ActKind::Stop);
    let intent = all
        .does(LEAD, NOON, follow(&order, vec![rolls()]))
        .expect("it may ask");
    assert_eq!(all.state.intents[&intent].standing(), Standing::Waiting);
}

#[test]
fn an_order_ends_by_time_by_number_and_by_hand() {
    let (mut all, order) = armed(order());
    let late = NOON + DAY_MS + 1;
    assert_eq!(all.state.orders_for(&worse(), late), Vec::<&String>::new());
    assert!(why(all.does(LEAD, late, follow(&order, vec![rolls()]))).contains("it held until"));
    let stale = NOON + compares().data_age_ms_max + 1;
    assert!(
        why(all.does(LEAD, stale, follow(&order, vec![rolls()])))
            .contains("the figures are too old")
    );
    let end = |reason: &str| Command::EndOrder {
        order: order.clone(),
        reason: reason.to_owned(),
    };
    assert!(why(all.does(LEAD, NOON, end(" "))).contains("needs a reason"));
    assert_eq!(all.state.rules_in_force(NOON).len(), 2);
    all.does(OTHER_LEAD, NOON, end("we watch by hand"))
        .expect("a lead may end it");
    assert_eq!(all.state.rules_in_force(NOON).len(), 1);
    assert!(
        why(all.does(LEAD, NOON, follow(&order, vec![rolls()])))
            .contains("it was ended: we watch by hand")
    );
    assert_eq!(asked(&all.state), 0);
}

#[test]
fn an_order_is_bounded_when_it_is_signed_and_when_it_is_followed() {
    let mut all = workspace(&[LEAD]);
    let bare = HealthRule {
        outcome: RuleOutcome::Stop,
        name: "bare".to_owned(),
        ..HealthRule::standard()
    };
    let far = NOON + 31 * DAY_MS;
    for (order, says) in [
        (
            StandingOrder {
                rule: bare,
                ..order()
            },
            "compares with the release before",
        ),
        (
            StandingOrder {
                until: far,
                ..order()
            },
            "ends within 30 days",
        ),
        (
            StandingOrder {
                until: NOON,
                ..order()
            },
            "ends within 30 days",
        ),
        (
            StandingOrder {
                fires_max: 0,
                ..order()
            },
            "1 to 10 breaches",
        ),
        (
            StandingOrder {
                fires_max: 11,
                ..order()
            },
            "1 to 10 breaches",
        ),
        (
            StandingOrder {
                reason: " ".to_owned(),
                ..order()
            },
            "needs a reason",
        ),
        (
            StandingOrder {
                rule: HealthRule {
                    outcome: RuleOutcome::Alarm,
                    ..compares()
                },
                ..order()
            },
            "does not ask for a stop",
        ),
        (
            StandingOrder {
                rule: HealthRule {
                    sample_min: 0,
                    ..compares()
                },
                ..order()
            },
            "a minimum sample",
        ),
        (
            StandingOrder {
                rule: HealthRule {
                    name: "crash floor".to_owned(),
                    ..compares()
                },
                ..order()
            },
            "judged already",
        ),
    ] {
        let why = why(all.does(LEAD, NOON, sign(order)));
        assert!(why.contains(says), "{why} has no “{says}”");
    }
    // What another version let through is held to the same bounds when it is followed.
    let endless = StandingOrder {
        until: Time::from_ms(i64::MAX),
        ..order()
    };
    all.force(
        LEAD,
        NOON,
        Event::Order(cockpit_domain::rule::OrderEvent::Signed(Box::new(endless))),
    );
    let record = all.state.orders.values().next().expect("it was taken in");
    assert_eq!(record.until(), NOON + 30 * DAY_MS);
}

#[test]
fn an_order_and_what_follows_from_it_come_back_from_their_bodies() {
    let (mut all, order) = armed(StandingOrder {
        fires_max: 2,
        ..order()
    });
    all.does(OTHER_LEAD, NOON, follow(&order, vec![rolls()]))
        .expect("the order holds");
    let end = Command::EndOrder {
        order,
        reason: "done".to_owned(),
    };
    all.does(LEAD, NOON, end).expect("a lead may end it");
    let kinds: Vec<&str> = all.entries.iter().map(|it| it.event.kind()).collect();
    assert_eq!(
        kinds,
        [
            "ledger.genesis",
            "order.sign",
            "breach.seen",
            "intent.request",
            "order.end"
        ]
    );
    for entry in &all.entries {
        let body = entry.event.to_body();
        assert_eq!(
            Event::parse(entry.event.kind(), &body).as_ref(),
            Ok(&entry.event)
        );
        let text = serde_json::to_string(&body).expect("it writes");
        let has_float = |part: &str| part.parse::<f64>().is_ok() && part.contains('.');
        assert!(!text.split([',', ':', '}', ']']).any(has_float), "{text}");
    }
    assert_eq!(all.state.rejected, []);
}
