//! Statuspage's traps. Must not know the adapter's inside.

use cockpit_domain::provider::{Applied, ErrorKind, Reading};
use cockpit_domain::{Desired, Service};
use futures_util::future::join;
use serde_json::json;

use crate::stage::{Stage, act, effect, read};
use crate::suite::notice;

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
