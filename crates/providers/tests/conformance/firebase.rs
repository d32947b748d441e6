//! The traps of push messages and of the banner inside the app. Must not know an adapter's inside.

use cockpit_domain::provider::{Applied, ErrorKind, Reading};
use cockpit_domain::{Desired, Service, words};
use cockpit_providers::connect;
use serde_json::{Value, json};

use crate::cases::notice;
use crate::chats::posts;
use crate::stage::{Stage, act, effect, read, settings};

const FCM: &str = "fcm:northwind-sandbox/incidents";
const BANNER: &str = "remote_config:northwind-sandbox/incident_banner";

fn published(key: &str) -> Desired {
    Desired::Published {
        notice: notice(key),
    }
}

fn template(stage: &Stage) -> Value {
    stage.truth()["remote_config"]["template"].clone()
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_is_judged_first_and_reaches_nobody() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::Fcm);
    let check = adapter.check().await.unwrap();
    assert!(check.items.iter().all(|item| item.ok));
    assert!(posts(&stage, Service::Fcm).is_empty());
    let before = read(&*adapter, FCM, Reading::Fresh).await;
    // What the dry run refuses was never sent.
    for (knob, kind) in [
        ("apns_key", ErrorKind::NeedsPerson),
        ("permitted", ErrorKind::Forbidden),
    ] {
        stage.knobs(json!({"service": "fcm", knob: false}));
        let error = adapter
            .apply(&effect(&before, &published("n-1")))
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind, error.applied),
            (kind, Applied::No),
            "{knob} {error:?}"
        );
        assert!(error.hint.is_some());
        stage.knobs(json!({"service": "fcm", knob: true}));
    }
    assert!(posts(&stage, Service::Fcm).is_empty());
    adapter
        .apply(&effect(&before, &published("n-1")))
        .await
        .unwrap();
    assert_eq!(posts(&stage, Service::Fcm).len(), 1);
    assert_eq!(posts(&stage, Service::Fcm)[0]["key"], "n-1");
}

#[tokio::test(start_paused = true)]
async fn the_outcome_names_the_message_and_no_delivery() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::Fcm);
    let wanted = published("n-1");
    act(&*adapter, FCM, &wanted).await.unwrap();
    let seen = read(&*adapter, FCM, Reading::Serving).await;
    let told = words::read_back(&wanted, &seen.state);
    assert!(
        told.starts_with("The service took it as projects/northwind-sandbox/messages/4")
            && told.ends_with("whether it was shown was not observed."),
        "{told}"
    );
    // A process that begins knows nothing of it, and does not claim to.
    let seen = read(&*stage.connect(Service::Fcm), FCM, Reading::Serving).await;
    assert!(!wanted.is_met_by(&seen.state));
}

#[tokio::test(start_paused = true)]
async fn showing_that_it_answers_costs_one_dry_run_in_five_minutes() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::Fcm);
    for _ in 0..10 {
        read(&*adapter, FCM, Reading::Poll).await;
        stage.pass_ms(10_000).await;
    }
    assert_eq!(stage.count("messages:send"), 1);
}

#[tokio::test(start_paused = true)]
async fn exactly_one_of_topic_and_condition() {
    let stage = Stage::new();
    let (plain, secret) = settings(&stage.sandbox.connections(), Service::Fcm);
    let with = |topic: Option<&str>, condition: Option<&str>| {
        let mut plain = plain.clone();
        plain.remove("topic");
        for (key, value) in [("topic", topic), ("condition", condition)] {
            plain.extend(value.map(|value| (key.to_owned(), value.to_owned())));
        }
        connect(Service::Fcm, &plain, &secret, &stage.http)
    };
    let condition = "'incidents' in topics && 'android' in topics";
    assert!(with(None, None).is_err());
    assert!(with(Some("incidents"), Some(condition)).is_err());
    assert!(with(None, Some("everybody")).is_err());
    let adapter = with(None, Some(condition)).unwrap();
    act(
        &*adapter,
        "fcm:northwind-sandbox/condition",
        &published("n-1"),
    )
    .await
    .unwrap();
    assert_eq!(posts(&stage, Service::Fcm).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_rest_of_the_template_goes_back_as_it_came() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::RemoteConfig);
    let before = template(&stage);
    act(&*adapter, BANNER, &published("n-1")).await.unwrap();
    let after = template(&stage);
    assert_eq!(after["conditions"], before["conditions"]);
    assert_eq!(
        after["parameters"]["home_layout"],
        before["parameters"]["home_layout"]
    );
    assert_eq!(after["version"]["versionNumber"], "42");
    let value = &after["parameters"]["incident_banner"]["defaultValue"]["value"];
    let banner: Value = serde_json::from_str(value.as_str().unwrap()).unwrap();
    assert_eq!(banner["title"], "Instant transfers are paused");
    assert_eq!(banner["from"], "2026-11-23T18:30:00.000Z");
    assert_eq!(
        banner["until"], "2026-11-24T18:30:00.000Z",
        "the end stands inside"
    );
    let seen = read(&*adapter, BANNER, Reading::Serving).await;
    let told = words::read_back(&published("n-1"), &seen.state);
    assert!(
        told.contains("as version 42") && told.contains("not observed"),
        "{told}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_version_that_somebody_published_in_between_is_not_overwritten() {
    let stage = Stage::new();
    stage.knobs(json!({"service": "remote_config", "latency_ms": 100}));
    let adapter = stage.connect(Service::RemoteConfig);
    let before = read(&*adapter, BANNER, Reading::Fresh).await;
    // Lands after the adapter's own reading, before its write.
    stage.console(
        json!({"service": "remote_config", "action": "publish", "layout": "grid", "in_ms": 200}),
    );
    let press = effect(&before, &published("n-1"));
    let error = adapter.apply(&press).await.unwrap_err();
    assert_eq!((error.kind, error.applied), (ErrorKind::Moved, Applied::No));
    adapter.apply(&press).await.unwrap();
    let template = template(&stage);
    assert_eq!(
        template["parameters"]["home_layout"]["defaultValue"]["value"],
        "grid"
    );
    assert_eq!(template["version"]["versionNumber"], "43");
}

#[tokio::test(start_paused = true)]
async fn a_notice_that_was_replaced_is_still_known() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::RemoteConfig);
    for key in ["n-1", "n-2", "n-3"] {
        act(&*adapter, BANNER, &published(key)).await.unwrap();
    }
    let seen = read(
        &*stage.connect(Service::RemoteConfig),
        BANNER,
        Reading::Serving,
    )
    .await;
    for key in ["n-1", "n-2", "n-3"] {
        assert!(published(key).is_met_by(&seen.state), "{key}");
    }
    let receipt = act(&*adapter, BANNER, &published("n-1")).await.unwrap();
    assert_eq!(
        receipt.notes.len(),
        1,
        "an earlier notice does not come back"
    );
}

/// The same file is held to Google's own description of its interface, by `tests/google_client`.
#[tokio::test(start_paused = true)]
async fn what_is_sent_is_what_is_held_to_googles_document() {
    let stage = Stage::new();
    act(&*stage.connect(Service::Fcm), FCM, &published("n-1"))
        .await
        .unwrap();
    let kept = include_str!("../../../../tests/google_client/fcm_message.json");
    let kept: Value = serde_json::from_str(kept).unwrap();
    assert_eq!(stage.wire.newest_body(), kept);
}
