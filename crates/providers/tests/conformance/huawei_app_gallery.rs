//! Huawei AppGallery's traps. Must not know the adapter's inside.

use cockpit_domain::provider::{Applied, ErrorKind, Reading};
use cockpit_domain::store::{Store, StoreRollout, StoreStatus, note};
use cockpit_domain::{Desired, Observation, Service, TargetId, TargetState};
use cockpit_providers::{SecretString, connect};
use serde_json::{Value, json};

use crate::stage::{Stage, act, effect, read, settings};

const APP: &str = "huawei_app_gallery:com.northwind.wallet";
const HUAWEI: Service = Service::HuaweiAppGallery;

fn rollout(seen: &Observation) -> &StoreRollout {
    match &seen.state {
        TargetState::StoreRollout(rollout) => rollout,
        other => panic!("{other:?}"),
    }
}

fn rolling(bps: u32) -> Desired {
    Desired::RollingOut {
        fraction_bps: Some(bps),
    }
}

fn knob(stage: &Stage, name: &str, value: impl Into<Value>) {
    stage.knobs(json!({"service": "huawei_app_gallery", name: value.into()}));
}

fn console(stage: &Stage, action: &str) {
    stage.console(json!({"service": "huawei_app_gallery", "action": action}));
}

#[tokio::test(start_paused = true)]
async fn both_sides_of_the_app_are_read() {
    let stage = Stage::new();
    let adapter = stage.connect(HUAWEI);
    let seen = read(&*adapter, APP, Reading::Fresh).await;
    assert_eq!(
        rollout(&seen),
        &StoreRollout {
            store: Store::HuaweiAppGallery,
            version: "8.4.0".to_owned(),
            // A text on this side and a number on the other.
            builds: vec!["84012".to_owned()],
            status: StoreStatus::InProgress,
            fraction_bps: Some(2_000),
            countries: Vec::new(),
            fallback: Some("8.3.2".to_owned()),
            ends_at: Some("2026-11-28T18:30:00Z".parse().unwrap()),
            submitted: None,
            air: None,
        }
    );
    act(&*adapter, APP, &Desired::Complete).await.unwrap();
    let seen = read(&*adapter, APP, Reading::Serving).await;
    let full = rollout(&seen);
    assert_eq!(
        (full.version.as_str(), full.status, &full.fallback),
        ("8.4.0", StoreStatus::Completed, &None)
    );
    console(&stage, "take_down");
    let seen = read(&*adapter, APP, Reading::Serving).await;
    assert_eq!(rollout(&seen).status, StoreStatus::Removed);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_comes_as_200_and_is_no_success() {
    let stage = Stage::new();
    let adapter = stage.connect(HUAWEI);
    let before = read(&*adapter, APP, Reading::Fresh).await;
    act(&*adapter, APP, &Desired::Stopped).await.unwrap();
    // Somebody completes it between the last look and the write: the write itself is refused.
    let held = read(&*adapter, APP, Reading::Fresh).await;
    stage.fault("PUT /api/publish", "slow:100", 1);
    stage.control(
        "/_sandbox/console",
        json!({"service": "huawei_app_gallery", "action": "complete", "in_ms": 20}),
    );
    let error = adapter
        .apply(&effect(&held, &rolling(5_000)))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind, error.applied),
        (ErrorKind::Rejected, Applied::No),
        "{error:?}"
    );
    assert!(error.sentence.contains("204144647"), "{}", error.sentence);
    assert!(error.sentence.ends_with("Nothing was changed."));
    assert!(error.hint.is_some());
    let seen = read(&*adapter, APP, Reading::Serving).await;
    assert_ne!(seen.state, before.state);
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_its_envelope_is_not_huaweis() {
    let stage = Stage::new();
    let (plain, secret) = settings(&stage.sandbox.connections(), HUAWEI);
    let http = stage.answering(|path| match path {
        "/api/oauth2/v1/token" => json!({"access_token": "abc", "expires_in": 172_799}),
        _ => json!({"appInfo": {"versionNumber": "8.4.0"}}),
    });
    let adapter = connect(HUAWEI, &plain, &secret, &http).unwrap();
    let target = TargetId(APP.to_owned());
    let error = adapter.observe(&target, Reading::Fresh).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Protocol);
}

#[tokio::test(start_paused = true)]
async fn accepted_is_not_seen_until_it_is_read_back() {
    let stage = Stage::new();
    knob(&stage, "settles_ms", 2_000);
    let adapter = stage.connect(HUAWEI);
    act(&*adapter, APP, &Desired::Stopped).await.unwrap();
    let seen = read(&*adapter, APP, Reading::Serving).await;
    assert!(!Desired::Stopped.is_met_by(&seen.state));
    stage.pass_ms(2_000).await;
    let seen = read(&*adapter, APP, Reading::Serving).await;
    assert!(Desired::Stopped.is_met_by(&seen.state));
    assert_eq!(rollout(&seen).fraction_bps, Some(2_000));
}

#[tokio::test(start_paused = true)]
async fn a_release_goes_on_at_the_share_that_was_agreed_to() {
    let stage = Stage::new();
    let adapter = stage.connect(HUAWEI);
    act(&*adapter, APP, &Desired::Stopped).await.unwrap();
    let held = read(&*adapter, APP, Reading::Fresh).await;
    // At another share: one request that sets both, so that nobody gets it at the old one.
    adapter.apply(&effect(&held, &rolling(500))).await.unwrap();
    assert_eq!(
        stage.wire.newest_body(),
        json!({"state": "RELEASE", "phasedReleasePercent": "5.00"})
    );
    assert_eq!(
        stage.count("PUT"),
        2,
        "one to suspend it, one to let it go on"
    );
    let seen = read(&*adapter, APP, Reading::Serving).await;
    assert!(rolling(500).is_met_by(&seen.state));
    // Without a share there is nothing to send.
    act(&*adapter, APP, &Desired::Stopped).await.unwrap();
    let held = read(&*adapter, APP, Reading::Fresh).await;
    let unsaid = Desired::RollingOut { fraction_bps: None };
    let error = adapter.apply(&effect(&held, &unsaid)).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unsupported);
    // Somebody changed the share meanwhile: what was agreed to is not what is there.
    stage.console(json!({"service": "huawei_app_gallery", "action": "share", "percent": "90.00"}));
    console(&stage, "suspend");
    let error = adapter
        .apply(&effect(&held, &rolling(500)))
        .await
        .unwrap_err();
    assert_eq!((error.kind, error.applied), (ErrorKind::Moved, Applied::No));
    assert!(error.sentence.contains("suspended at 90 %"));
}

#[tokio::test(start_paused = true)]
async fn a_client_of_one_project_is_told_what_it_lacks() {
    let stage = Stage::new();
    knob(&stage, "of_a_project", true);
    let adapter = stage.connect(HUAWEI);
    let check = adapter.check().await.unwrap();
    assert!(check.items[0].ok, "it signs in: {check:?}");
    assert!(!check.items[1].ok);
    assert!(check.items[1].sentence.contains("N/A"), "{check:?}");
}

#[tokio::test(start_paused = true)]
async fn signing_in_is_refused_with_200_too() {
    let stage = Stage::new();
    let (mut plain, secret) = settings(&stage.sandbox.connections(), HUAWEI);
    plain.insert("client_id".to_owned(), "999".to_owned());
    let adapter = connect(HUAWEI, &plain, &secret, &stage.http).unwrap();
    let check = adapter.check().await.unwrap();
    assert_eq!(check.items.len(), 1);
    assert!(!check.items[0].ok);
    assert!(check.items[0].sentence.contains("of another kind"));

    let (plain, mut secret) = settings(&stage.sandbox.connections(), HUAWEI);
    secret.insert("client_secret".to_owned(), SecretString::from("wrong"));
    let adapter = connect(HUAWEI, &plain, &secret, &stage.http).unwrap();
    let target = TargetId(APP.to_owned());
    let error = adapter.observe(&target, Reading::Fresh).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unauthorized);
    assert!(error.hint.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_token_that_lasted_is_replaced() {
    let stage = Stage::new();
    let adapter = stage.connect(HUAWEI);
    read(&*adapter, APP, Reading::Fresh).await;
    stage.pass_ms(2 * 86_400_000).await;
    read(&*adapter, APP, Reading::Fresh).await;
    assert_eq!(stage.count("/oauth2/v1/token"), 2);
    assert_eq!(
        stage.count("appid-list"),
        1,
        "an app's number never changes"
    );
}

#[tokio::test(start_paused = true)]
async fn a_state_that_nobody_lists_is_no_guess() {
    let stage = Stage::new();
    console(&stage, "odd_state");
    let adapter = stage.connect(HUAWEI);
    let target = TargetId(APP.to_owned());
    let error = adapter
        .observe(&target, Reading::Serving)
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Protocol);
    assert!(error.sentence.contains("\"FROZEN\""), "{}", error.sentence);
}

#[tokio::test(start_paused = true)]
async fn a_draft_that_covers_the_release_says_nothing_of_it() {
    let stage = Stage::new();
    let adapter = stage.connect(HUAWEI);
    act(&*adapter, APP, &Desired::Stopped).await.unwrap();
    console(&stage, "draft");
    let target = TargetId(APP.to_owned());
    let error = adapter.observe(&target, Reading::Poll).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Protocol);
    assert!(
        error
            .sentence
            .contains("not known whether 8.4.0 goes on or is suspended"),
        "{}",
        error.sentence
    );
    assert!(error.hint.is_some());
}

#[tokio::test(start_paused = true)]
async fn what_is_in_review_stands_beside_what_is_out() {
    let stage = Stage::new();
    console(&stage, "submit");
    let adapter = stage.connect(HUAWEI);
    let seen = read(&*adapter, APP, Reading::Poll).await;
    let it = rollout(&seen);
    assert_eq!(it.version, "8.4.0");
    assert!(
        note(it).contains("8.5.0 is in Huawei's review"),
        "{}",
        note(it)
    );
}

#[tokio::test(start_paused = true)]
async fn a_full_release_is_not_suspended() {
    let stage = Stage::new();
    console(&stage, "complete");
    let adapter = stage.connect(HUAWEI);
    let error = act(&*adapter, APP, &Desired::Stopped).await.unwrap_err();
    assert_eq!(
        (error.kind, error.applied),
        (ErrorKind::Rejected, Applied::No)
    );
    assert_eq!(stage.changes(HUAWEI), 0);
    let other = TargetId("huawei_app_gallery:com.example.other".to_owned());
    let error = adapter.observe(&other, Reading::Fresh).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
}
