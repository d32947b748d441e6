//! The traps of Slack, Teams and Matrix. Must not know an adapter's inside.

use cockpit_domain::provider::{Applied, ErrorKind, Reading};
use cockpit_domain::{Desired, Service, TargetState, words};
use serde_json::{Value, json};

use crate::cases::notice;
use crate::stage::{Stage, act, effect, read};

const SLACK: &str = "slack:C0NWSTATUS1";
const TEAMS: &str = "teams:Northwind incidents";
const MATRIX: &str = "matrix:!nwstatus:northwind.example";

fn published(key: &str) -> Desired {
    Desired::Published {
        notice: notice(key),
    }
}

pub fn posts(stage: &Stage, service: Service) -> Vec<Value> {
    stage.truth()[service.key()]["posts"]
        .as_array()
        .unwrap()
        .clone()
}

#[tokio::test(start_paused = true)]
async fn a_refusal_in_a_200_is_a_refusal() {
    for (knob, value, kind) in [
        ("in_channel", json!(false), ErrorKind::Forbidden),
        ("archived", json!(true), ErrorKind::Rejected),
        ("scopes", json!("channels:history"), ErrorKind::Forbidden),
    ] {
        let stage = Stage::new();
        let adapter = stage.connect(Service::Slack);
        let before = read(&*adapter, SLACK, Reading::Fresh).await;
        stage.knobs(json!({"service": "slack", knob: value}));
        let error = adapter
            .apply(&effect(&before, &published("n-1")))
            .await
            .unwrap_err();
        assert_eq!((error.kind, error.applied), (kind, Applied::No), "{knob}");
        assert!(error.hint.is_some() && posts(&stage, Service::Slack).is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_missing_scope_is_named_without_posting() {
    let stage = Stage::new();
    stage.knobs(json!({"service": "slack", "scopes": "channels:history"}));
    let check = stage.connect(Service::Slack).check().await.unwrap();
    let missing: Vec<_> = check.items.iter().filter(|item| !item.ok).collect();
    assert_eq!(missing.len(), 1);
    assert_eq!(missing[0].permission, "chat:write");
    assert!(posts(&stage, Service::Slack).is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_slack_would_read_as_markup_is_escaped() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::Slack);
    let mut odd = notice("n-1");
    odd.body = "Amounts < 5 & > 3 <!channel>".to_owned();
    act(&*adapter, SLACK, &Desired::Published { notice: odd })
        .await
        .unwrap();
    let text = posts(&stage, Service::Slack)[0]["text"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        text.ends_with("Amounts &lt; 5 &amp; &gt; 3 &lt;!channel&gt;"),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
async fn slack_says_when_to_come_back() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::Slack);
    for number in 0..4 {
        act(&*adapter, SLACK, &published(&format!("n-{number}")))
            .await
            .unwrap();
    }
    let error = act(&*adapter, SLACK, &published("n-5")).await.unwrap_err();
    assert_eq!(
        (error.kind, error.applied, error.retry_after_ms),
        (ErrorKind::RateLimited, Applied::No, Some(1_000))
    );
    stage.pass_ms(1_000).await;
    act(&*adapter, SLACK, &published("n-5")).await.unwrap();
    assert_eq!(posts(&stage, Service::Slack).len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_202_is_told_as_no_delivery() {
    let stage = Stage::new();
    // The run fails after the 202, where nobody sees it.
    stage.knobs(json!({"service": "teams", "runs_work": false}));
    let adapter = stage.connect(Service::Teams);
    let wanted = published("n-1");
    let receipt = act(&*adapter, TEAMS, &wanted).await.unwrap();
    assert!(receipt.provider_request_id.is_some(), "the run is named");
    let seen = read(&*adapter, TEAMS, Reading::Serving).await;
    assert!(wanted.is_met_by(&seen.state));
    let told = words::read_back(&wanted, &seen.state);
    assert!(
        told.ends_with("whether it was shown was not observed."),
        "{told}"
    );
    assert!(!words::can_be_asked(&seen.state));
    assert!(posts(&stage, Service::Teams).is_empty());
}

/// What holds for both services that cannot be asked afterwards.
#[tokio::test(start_paused = true)]
async fn what_cannot_be_asked_is_sent_once_and_stays_unknown() {
    for (service, target, commit) in [
        (Service::Teams, TEAMS, json!({"match": "POST /workflows"})),
        // The first request is a dry run.
        (
            Service::Fcm,
            "fcm:northwind-sandbox/incidents",
            json!({"match": "messages:send", "after": 1}),
        ),
    ] {
        for (fault, reached) in [
            ("lost_reply", true),
            ("lost_reply:close", true),
            ("hang", false),
            ("status:503", false),
            ("garbage", false),
        ] {
            let stage = Stage::new();
            let adapter = stage.connect(service);
            let before = read(&*adapter, target, Reading::Fresh).await;
            let wanted = published("n-1");
            let mut rule = commit.clone();
            rule["fault"] = json!(fault);
            stage.control("/_sandbox/fault", rule);
            let error = adapter.apply(&effect(&before, &wanted)).await.unwrap_err();
            assert_eq!(
                error.applied,
                Applied::Unknown,
                "{service:?} {fault}: {error:?}"
            );
            let seen = read(&*adapter, target, Reading::Serving).await;
            assert!(!wanted.is_met_by(&seen.state));
            // Whoever asks again is told the same, and nothing is sent.
            let again = adapter.apply(&effect(&before, &wanted)).await.unwrap_err();
            assert_eq!(again.applied, Applied::Unknown);
            assert_eq!(
                posts(&stage, service).len(),
                usize::from(reached),
                "{fault}"
            );
            // Another notice is not held back by it.
            adapter
                .apply(&effect(&before, &published("n-2")))
                .await
                .unwrap();
            let seen = read(&*adapter, target, Reading::Serving).await;
            assert!(published("n-2").is_met_by(&seen.state));
        }
        for (fault, kind) in [
            ("status:429", ErrorKind::RateLimited),
            ("status:401", ErrorKind::Unauthorized),
            ("status:400", ErrorKind::Rejected),
            ("status:404", ErrorKind::NotFound),
        ] {
            let stage = Stage::new();
            let adapter = stage.connect(service);
            let before = read(&*adapter, target, Reading::Fresh).await;
            let mut rule = commit.clone();
            rule["fault"] = json!(fault);
            stage.control("/_sandbox/fault", rule);
            let error = adapter
                .apply(&effect(&before, &published("n-1")))
                .await
                .unwrap_err();
            assert_eq!(
                (error.kind, error.applied),
                (kind, Applied::No),
                "{service:?} {fault}"
            );
            adapter
                .apply(&effect(&before, &published("n-1")))
                .await
                .unwrap();
            let receipt = adapter
                .apply(&effect(&before, &published("n-1")))
                .await
                .unwrap();
            assert_eq!(receipt.notes.len(), 1, "taken before");
            assert_eq!(posts(&stage, service).len(), 1);
        }
        let stage = Stage::new();
        let adapter = stage.connect(service);
        let before = read(&*adapter, target, Reading::Fresh).await;
        stage.wire.refuse(true);
        let error = adapter
            .apply(&effect(&before, &published("n-1")))
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind, error.applied),
            (ErrorKind::Unreachable, Applied::No)
        );
        let error = adapter
            .apply(&effect(&before, &Desired::Off))
            .await
            .unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unsupported);
    }
}

#[tokio::test(start_paused = true)]
async fn where_it_goes_is_part_of_what_was_agreed() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::Teams);
    let mut before = read(&*adapter, TEAMS, Reading::Fresh).await;
    if let TargetState::Channel(channel) = &mut before.state {
        channel.goes_to = "Another chat".to_owned();
    }
    let error = adapter
        .apply(&effect(&before, &published("n-1")))
        .await
        .unwrap_err();
    assert_eq!((error.kind, error.applied), (ErrorKind::Moved, Applied::No));
    assert!(posts(&stage, Service::Teams).is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_same_transaction_is_the_same_event() {
    let stage = Stage::new();
    // Two processes that look at the same moment, before either has sent.
    stage.knobs(json!({"service": "matrix", "latency_ms": 50}));
    let (one, other) = (
        stage.connect(Service::Matrix),
        stage.connect(Service::Matrix),
    );
    let before = read(&*one, MATRIX, Reading::Fresh).await;
    let press = effect(&before, &published("n-1"));
    let (one, other) = futures_util::future::join(one.apply(&press), other.apply(&press)).await;
    assert_eq!(
        one.unwrap().provider_request_id,
        other.unwrap().provider_request_id
    );
    assert_eq!(posts(&stage, Service::Matrix).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_transaction_that_was_forgotten_is_found_by_its_content() {
    let stage = Stage::new();
    act(&*stage.connect(Service::Matrix), MATRIX, &published("n-1"))
        .await
        .unwrap();
    stage.knobs(json!({"service": "matrix", "forget_transactions": true}));
    let receipt = act(&*stage.connect(Service::Matrix), MATRIX, &published("n-1"))
        .await
        .unwrap();
    assert_eq!(receipt.notes.len(), 1);
    assert_eq!(posts(&stage, Service::Matrix).len(), 1);
    // Taken back by a person: it no longer stands.
    stage.console(json!({"service": "matrix", "action": "redact"}));
    let seen = read(&*stage.connect(Service::Matrix), MATRIX, Reading::Serving).await;
    assert!(!published("n-1").is_met_by(&seen.state));
}

#[tokio::test(start_paused = true)]
async fn an_encrypted_room_is_named_by_the_check() {
    let stage = Stage::new();
    stage.knobs(json!({"service": "matrix", "encrypted": true}));
    let check = stage.connect(Service::Matrix).check().await.unwrap();
    assert!(
        check
            .items
            .iter()
            .any(|item| !item.ok && item.sentence.contains("encrypted"))
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_still_on_its_way_is_not_sent_again_beside_it() {
    for (service, target, commit) in [
        (Service::Slack, SLACK, "POST /api/chat"),
        (
            Service::Statuspage,
            "statuspage:nwstatus2026",
            "POST /v1/pages",
        ),
    ] {
        let stage = Stage::new();
        let adapter = stage.connect(service);
        // Takes effect after the client has given up.
        stage.fault(commit, "slow:14000", 1);
        let wanted = published("n-1");
        let error = act(&*adapter, target, &wanted).await.unwrap_err();
        assert_eq!(error.applied, Applied::Unknown);
        let error = act(&*adapter, target, &wanted).await.unwrap_err();
        assert_eq!(error.applied, Applied::Unknown, "not sent beside the first");
        assert!(error.retry_after_ms.is_some());
        stage.pass_ms(20_000).await;
        let receipt = act(&*adapter, target, &wanted).await.unwrap();
        assert_eq!(receipt.notes.len(), 1, "the first one has landed");
        assert_eq!(stage.changes(service), 1);
    }
}
