//! Statuspage's traps. Must not know the adapter's inside.

use cockpit_domain::notice::{About, Audience, Locale};
use cockpit_domain::provider::{Applied, ErrorKind, Reading};
use cockpit_domain::target::Phase;
use cockpit_domain::{Desired, Service};
use cockpit_providers::{Adapter, connect};
use futures_util::future::join;
use serde_json::json;

use crate::cases::notice;
use crate::stage::{Stage, act, effect, read, settings};

const PAGE: &str = "statuspage:nwstatus2026";

fn published(key: &str) -> Desired {
    Desired::Published {
        notice: notice(key),
    }
}

fn incidents(stage: &Stage) -> Vec<serde_json::Value> {
    stage.truth()["statuspage"]["incidents"]
        .as_array()
        .unwrap()
        .clone()
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_does_not_publish_twice() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::Statuspage);
    stage.fault("POST /v1/pages", "lost_reply", 1);
    let error = act(&*adapter, PAGE, &published("n-1")).await.unwrap_err();
    assert_eq!(error.applied, Applied::Unknown);
    let receipt = act(&*adapter, PAGE, &published("n-1")).await.unwrap();
    assert!(receipt.provider_request_id.is_some());
    assert_eq!(incidents(&stage).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn two_presses_at_once_publish_once() {
    let stage = Stage::new();
    stage.knobs(json!({"service": "statuspage", "latency_ms": 50}));
    let adapter = stage.connect(Service::Statuspage);
    let before = read(&*adapter, PAGE, Reading::Fresh).await;
    let press = effect(&before, &published("n-1"));
    let (one, other) = join(adapter.apply(&press), adapter.apply(&press)).await;
    assert!(one.is_ok() && other.is_ok());
    assert_eq!(incidents(&stage).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn each_notice_stands_by_itself_and_mails_only_when_asked() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::Statuspage);
    act(&*adapter, PAGE, &published("n-1")).await.unwrap();
    let mut loud = notice("n-2");
    loud.notify_subscribers = true;
    let loud = Desired::Published { notice: loud };
    act(&*adapter, PAGE, &loud).await.unwrap();
    let seen = read(&*adapter, PAGE, Reading::Serving).await;
    assert!(published("n-1").is_met_by(&seen.state) && loud.is_met_by(&seen.state));
    let mailed: Vec<_> = incidents(&stage)
        .iter()
        .map(|incident| incident["updates"][0]["deliver_notifications"].as_bool())
        .collect();
    assert_eq!(mailed, [Some(false), Some(true)]);
}

#[tokio::test(start_paused = true)]
async fn enhance_your_calm_is_a_limit() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::Statuspage);
    stage.fault("POST /v1/pages", "status:420", 1);
    let error = act(&*adapter, PAGE, &published("n-1")).await.unwrap_err();
    assert_eq!(
        (error.kind, error.applied),
        (ErrorKind::RateLimited, Applied::No)
    );
    assert!(error.retry_after_ms.is_some());
    assert!(incidents(&stage).is_empty());
}

fn told(phase: Phase, update: u32) -> Desired {
    let about = About {
        incident: "5a9db0c5a9db0c5a9db0".to_owned(),
        update,
        audience: Audience::Customers,
        locale: Locale::En,
        draft: "d".to_owned(),
        template: "t".to_owned(),
        envelope: None,
        next_update_at: None,
    };
    let mut notice = notice(&about.key(phase));
    notice.phase = phase;
    notice.body = format!("{phase:?}, update {update}");
    notice.about = Some(about);
    Desired::Published { notice }
}

/// The stage with one component that a first notice sets.
fn with_component(stage: &Stage) -> Box<dyn Adapter> {
    let (mut plain, secret) = settings(&stage.sandbox.connections(), Service::Statuspage);
    plain.insert(
        "components".to_owned(),
        "c2transfers0=partial_outage".to_owned(),
    );
    connect(Service::Statuspage, &plain, &secret, &stage.http).unwrap()
}

fn transfers(stage: &Stage) -> serde_json::Value {
    stage.truth()["statuspage"]["components"]["c2transfers0"].clone()
}

#[tokio::test(start_paused = true)]
async fn notices_of_one_incident_are_updates_and_its_end_restores_components() {
    let stage = Stage::new();
    let adapter = with_component(&stage);
    let first = told(Phase::Investigating, 0);
    act(&*adapter, PAGE, &first).await.unwrap();
    assert_eq!(transfers(&stage), "partial_outage");
    let last = told(Phase::Resolved, 0);
    for notice in [told(Phase::Identified, 0), told(Phase::Identified, 1)] {
        // Each by a process that knows nothing of the ones before.
        act(&*with_component(&stage), PAGE, &notice).await.unwrap();
    }
    let receipt = act(&*adapter, PAGE, &last).await.unwrap();
    assert_eq!(receipt.notes, ["1 component was set to operational."]);
    assert_eq!(transfers(&stage), "operational");
    let all = incidents(&stage);
    assert_eq!(all.len(), 1);
    let updates = all[0]["updates"].as_array().unwrap();
    let told_of: Vec<_> = updates
        .iter()
        .map(|it| it["body"].as_str().unwrap())
        .collect();
    assert_eq!(
        told_of,
        [
            "Investigating, update 0",
            "Identified, update 0",
            "Identified, update 1",
            "Resolved, update 0"
        ]
    );
    assert!(
        updates
            .iter()
            .all(|it| it["deliver_notifications"] == false)
    );
    let seen = read(&*adapter, PAGE, Reading::Serving).await;
    assert!(first.is_met_by(&seen.state) && last.is_met_by(&seen.state));
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_to_an_update_does_not_publish_it_twice() {
    for fault in [
        "lost_reply",
        "lost_reply:close",
        "hang",
        "status:420",
        "status:503",
    ] {
        let stage = Stage::new();
        let adapter = stage.connect(Service::Statuspage);
        act(&*adapter, PAGE, &told(Phase::Investigating, 0))
            .await
            .unwrap();
        stage.fault("PATCH /v1/pages", fault, 1);
        let update = told(Phase::Monitoring, 0);
        act(&*adapter, PAGE, &update).await.unwrap_err();
        stage.pass_ms(2 * 60 * 1_000).await;
        act(&*adapter, PAGE, &update).await.unwrap();
        let all = incidents(&stage);
        assert_eq!(all.len(), 1, "{fault}");
        assert_eq!(all[0]["updates"].as_array().unwrap().len(), 2, "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_component_of_another_open_incident_stays_as_it_is() {
    let stage = Stage::new();
    let adapter = with_component(&stage);
    act(&*adapter, PAGE, &published("by-itself")).await.unwrap();
    act(&*adapter, PAGE, &told(Phase::Investigating, 0))
        .await
        .unwrap();
    let receipt = act(&*adapter, PAGE, &told(Phase::Resolved, 0))
        .await
        .unwrap();
    assert!(receipt.notes.is_empty());
    assert_eq!(transfers(&stage), "partial_outage");
}

#[tokio::test(start_paused = true)]
async fn a_notice_that_is_too_long_is_refused_before_it_is_sent() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::Statuspage);
    let mut long = notice("n-1");
    long.body = "x".repeat(25_001);
    let error = act(&*adapter, PAGE, &Desired::Published { notice: long })
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Rejected);
    assert!(
        error
            .sentence
            .contains("25001 characters, of at most 25000"),
        "{error}"
    );
    assert!(incidents(&stage).is_empty());
}
