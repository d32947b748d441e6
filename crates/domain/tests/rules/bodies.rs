//! Events as entries carry them: append-only for ever. Knows no meaning.

use cockpit_domain::authority::AuthorityEvent;
use cockpit_domain::event::{Drift, EffectResult, Event, Export, Outcome, Verdict};
use cockpit_domain::export::{Redaction, Selection};
use cockpit_domain::policy::{ActKind, Needs, Policy, Role};
use cockpit_domain::target::{Recovery, RecoveryStatus, Scope, StagedStatus};
use cockpit_domain::{Desired, Service, TargetState};
use serde_json::{Map, Value};

use crate::authority::{hash, mandate};
use crate::cases::{
    LEAD, NOON, all_pairs, breach, connects, founded, id, intent, person, play_id, result, staged,
};
use crate::recoveries::recovery;

fn rolls() -> TargetState {
    staged(StagedStatus::InProgress, Some(2_000))
}

/// One of each kind, and every state and wish inside them.
fn events() -> Vec<Event> {
    let cockpit_domain::decide::Command::Connect(connection) = connects(Service::Sentry) else {
        unreachable!("it connects");
    };
    let mut all = vec![
        founded(person(LEAD), Policy::one_person()).event,
        Event::ConnectionAdded(connection),
        Event::ConnectionRemoved {
            service: Service::Sentry,
        },
        Event::PolicySet {
            act: ActKind::Stop,
            persons: 2,
        },
        Event::BreachSeen(breach("8.4.0")),
        Event::BreachCleared(breach("8.4.0")),
        Event::IntentJudged {
            intent: id(3),
            verdict: Verdict::Reject,
            reason: "not now".to_owned(),
            opened: None,
            presence: None,
        },
        Event::IntentWithdrawn { intent: id(3) },
        Event::EffectClaimed {
            intent: id(3),
            attempt: 1,
            lease_until: NOON,
        },
        Event::EffectResult(result(&id(3), Outcome::Confirmed)),
        Event::DriftSeen(Drift {
            target: play_id(),
            intent: id(3),
            before: staged(StagedStatus::Halted, Some(2_000)),
            after: rolls(),
            seen_at: NOON,
        }),
        Event::ExportMade(export()),
    ];
    all.extend(
        all_pairs().map(|(state, desired)| {
            Event::IntentRequested(Box::new(intent(desired, state, 900_000)))
        }),
    );
    all.extend(authority().into_iter().map(Event::Authority));
    all
}

pub fn export() -> Export {
    Export {
        selection: Selection {
            through: 15,
            from: Some(NOON),
            until: None,
            apps: vec!["com.northwind.wallet".to_owned()],
            kinds: vec!["intent.request".to_owned()],
            persons: vec![LEAD.to_owned()],
            redacted: Redaction {
                kinds: Vec::new(),
                persons: Vec::new(),
                positions: vec![7],
            },
        },
        told: 4,
        redacted: 1,
        sums: id(3),
    }
}

/// One of each kind about people, devices and policy.
fn authority() -> Vec<AuthorityEvent> {
    let (intent, reason) = (id(3), "as agreed".to_owned());
    let (person, device) = (LEAD.to_owned(), "device".to_owned());
    vec![
        AuthorityEvent::Invited {
            code_hash: hash(),
            expires_at: NOON,
            roles: vec![Role::Administrator, Role::Responder],
        },
        AuthorityEvent::JoinRequested {
            invite: id(4),
            code: "plum 4711".to_owned(),
            name: "Mina".to_owned(),
            device_name: "work laptop".to_owned(),
            key: "a2V5".to_owned(),
        },
        AuthorityEvent::InviteWithdrawn {
            invite: "ab".repeat(32),
        },
        AuthorityEvent::PersonAdmitted {
            request: id(5),
            person: person.clone(),
            roles: vec![Role::CustomerSuccess],
        },
        AuthorityEvent::RequestRefused {
            request: id(5),
            reason: reason.clone(),
        },
        AuthorityEvent::RolesSet {
            person: person.clone(),
            roles: vec![Role::Auditor],
        },
        AuthorityEvent::PersonRevoked {
            person: person.clone(),
            reason: reason.clone(),
        },
        AuthorityEvent::DeviceAdded {
            request: id(5),
            person,
            key: "a2V5".to_owned(),
        },
        AuthorityEvent::DeviceRevoked {
            device: device.clone(),
            reason: reason.clone(),
        },
        AuthorityEvent::DeviceCompromised {
            device: device.clone(),
            from: 7,
            reason: reason.clone(),
        },
        AuthorityEvent::DeviceForked {
            device,
            seq: 7,
            first: ("header".to_owned(), "signature".to_owned()),
            second: ("other header".to_owned(), "other signature".to_owned()),
        },
        AuthorityEvent::MandateSet {
            act: ActKind::Stop,
            mandate: Box::new(mandate()),
        },
        AuthorityEvent::ThresholdSet { administrators: 2 },
        AuthorityEvent::PresenceSet { required: true },
        AuthorityEvent::ProposalJudged {
            proposal: id(6),
            verdict: Verdict::Approve,
            reason: String::new(),
        },
        AuthorityEvent::GlassBroken {
            intent: intent.clone(),
            reason: reason.clone(),
        },
        AuthorityEvent::DefaultTaken { intent },
        AuthorityEvent::ReviewClosed {
            review: "7-new_device".to_owned(),
            reason,
        },
    ]
}

#[test]
fn the_bytes_about_people_and_policy_stay_as_they_are() {
    let kinds: Vec<&str> = authority().iter().map(AuthorityEvent::kind).collect();
    assert_eq!(kinds, AuthorityEvent::KINDS);
    insta::assert_json_snapshot!(authority());
}

#[test]
fn a_policy_is_a_number_or_a_mandate() {
    let old = r#"{"stop":1,"resume":2}"#;
    let policy: Policy = serde_json::from_str(old).expect("it reads as ever");
    assert_eq!(policy.persons(ActKind::Resume), 2);
    assert_eq!(serde_json::to_string(&policy).expect("it is JSON"), old);
    let mut own = policy;
    let needs = Needs::Mandate(std::sync::Arc::new(mandate()));
    own.0.insert(ActKind::Stop, needs);
    let text = serde_json::to_string(&own).expect("it is JSON");
    assert_eq!(
        serde_json::from_str::<Policy>(&text).expect("it reads"),
        own
    );
}

#[test]
fn every_kind_keeps_its_name() {
    let kinds: Vec<&str> = events()[..13].iter().map(Event::kind).collect();
    assert_eq!(
        kinds,
        [
            "ledger.genesis",
            "connection.add",
            "connection.remove",
            "policy.set",
            "breach.seen",
            "breach.cleared",
            "intent.approve",
            "intent.withdraw",
            "effect.claim",
            "effect.result",
            "drift.seen",
            "export.made",
            "intent.request",
        ]
    );
}

#[test]
fn every_body_reads_back_as_it_was_written() {
    for event in events() {
        let body = event.to_body();
        assert!(!body.is_empty(), "{event:?}");
        assert_eq!(Event::parse(event.kind(), &body), Ok(event));
    }
}

#[test]
fn no_body_holds_a_float_or_a_number_that_other_tools_would_round() {
    fn check(value: &Value) {
        match value {
            Value::Number(number) => {
                let whole = number.as_u64().expect("a whole number");
                assert!(whole < 1 << 53, "{whole}");
            }
            Value::Array(values) => values.iter().for_each(check),
            Value::Object(values) => values.values().for_each(check),
            Value::Null | Value::Bool(_) | Value::String(_) => {}
        }
    }
    for event in events() {
        check(&Value::Object(event.to_body()));
    }
}

#[test]
fn a_body_key_of_a_later_version_is_ignored() {
    for event in events() {
        let mut body = event.to_body();
        body.insert("salt".to_owned(), Value::from("00"));
        body.insert("of a later version".to_owned(), Value::from(1));
        assert_eq!(Event::parse(event.kind(), &body), Ok(event));
    }
}

#[test]
fn an_unknown_kind_or_a_missing_key_is_said_in_words() {
    let unknown = Event::parse("notice.sent", &Map::new()).expect_err("no such kind");
    assert!(
        unknown
            .to_string()
            .starts_with("'notice.sent' cannot be read: ")
    );
    assert!(Event::parse("policy.set", &Map::new()).is_err());
}

#[test]
fn the_bytes_of_an_intent_stay_as_they_are() {
    let stop = intent(Desired::Stopped, rolls(), 900_000);
    insta::assert_json_snapshot!(Event::IntentRequested(Box::new(stop)));
}

#[test]
fn the_bytes_of_a_recovery_stay_as_they_are() {
    let asks = |status: RecoveryStatus, desired: Desired| {
        let it = TargetState::Recovery(recovery(status));
        Event::IntentRequested(Box::new(intent(desired, it, 900_000)))
    };
    let narrower = TargetState::Recovery(Recovery {
        scope: Scope::Narrower,
        ..recovery(RecoveryStatus::Active)
    });
    insta::assert_json_snapshot!([
        asks(RecoveryStatus::Absent, Desired::AskedToUpdate),
        asks(RecoveryStatus::Active, Desired::NotAsked),
        Event::EffectResult(EffectResult {
            after: Some(narrower),
            ..result(&id(3), Outcome::Stale)
        }),
    ]);
}

#[test]
fn the_bytes_of_an_export_stay_as_they_are() {
    insta::assert_json_snapshot!(Event::ExportMade(export()));
}
