//! Samsung Galaxy Store's traps. Must not know the adapter's inside.

use cockpit_domain::decide::not_offered;
use cockpit_domain::provider::{Applied, ErrorKind, Reading, Verb};
use cockpit_domain::store::{CountryShare, Store, StoreRollout, StoreStatus, note};
use cockpit_domain::{Desired, Observation, Service, TargetId, TargetState};
use cockpit_providers::{SecretString, connect};
use serde_json::{Value, json};

use crate::stage::{Stage, act, effect, read, settings};

const APP: &str = "samsung_galaxy_store:000007654321";
const SAMSUNG: Service = Service::SamsungGalaxyStore;

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
    stage.knobs(json!({"service": "samsung_galaxy_store", name: value.into()}));
}

fn console(stage: &Stage, action: &str) {
    stage.console(json!({"service": "samsung_galaxy_store", "action": action}));
}

#[tokio::test(start_paused = true)]
async fn the_staged_binary_is_the_release_and_the_one_for_sale_is_before_it() {
    let stage = Stage::new();
    let adapter = stage.connect(SAMSUNG);
    let seen = read(&*adapter, APP, Reading::Fresh).await;
    assert_eq!(
        rollout(&seen),
        &StoreRollout {
            store: Store::SamsungGalaxyStore,
            version: "8.4.0".to_owned(),
            builds: vec!["84012".to_owned()],
            status: StoreStatus::InProgress,
            fraction_bps: Some(2_000),
            countries: Vec::new(),
            fallback: Some("8.3.2".to_owned()),
            ends_at: None,
            submitted: None,
            air: None,
        }
    );
    console(&stage, "submit");
    let seen = read(&*adapter, APP, Reading::Poll).await;
    assert_eq!(rollout(&seen).version, "8.4.0");
    assert!(note(rollout(&seen)).contains("8.5.0 is in Samsung's review"));
}

#[tokio::test(start_paused = true)]
async fn there_is_no_stop_and_nothing_is_sent_for_one() {
    let stage = Stage::new();
    let adapter = stage.connect(SAMSUNG);
    assert!(!adapter.capability().verbs.contains(&Verb::Stop));
    let before = read(&*adapter, APP, Reading::Fresh).await;
    let asked = stage.wire.requests();
    let error = adapter
        .apply(&effect(&before, &Desired::Stopped))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind, error.applied),
        (ErrorKind::Unsupported, Applied::No)
    );
    assert_eq!(stage.wire.requests(), asked);
    let why = not_offered(&Desired::Stopped, &before.state).unwrap();
    assert!(why.contains("Pause it in Seller Portal, by hand"));
    // Somebody paused it there: it is read as what it is, and the share goes nowhere from here.
    console(&stage, "pause");
    let seen = read(&*adapter, APP, Reading::Serving).await;
    assert_eq!(rollout(&seen).status, StoreStatus::Halted);
    assert!(Desired::Stopped.is_met_by(&seen.state));
    assert!(not_offered(&rolling(3_000), &seen.state).is_some());
}

#[tokio::test(start_paused = true)]
async fn turning_the_rollout_off_gives_it_to_everybody() {
    let stage = Stage::new();
    let adapter = stage.connect(SAMSUNG);
    act(&*adapter, APP, &Desired::Complete).await.unwrap();
    assert_eq!(stage.wire.newest_body()["function"], "DISABLE_ROLLOUT");
    let seen = read(&*adapter, APP, Reading::Serving).await;
    let it = rollout(&seen);
    assert_eq!(
        (it.version.as_str(), it.status, it.fraction_bps),
        ("8.4.0", StoreStatus::Completed, None)
    );
}

#[tokio::test(start_paused = true)]
async fn a_share_only_rises_and_in_whole_per_cents() {
    let stage = Stage::new();
    let adapter = stage.connect(SAMSUNG);
    let before = read(&*adapter, APP, Reading::Fresh).await;
    for (bps, kind) in [(1_000, ErrorKind::Moved), (2_050, ErrorKind::Unsupported)] {
        let error = adapter
            .apply(&effect(&before, &rolling(bps)))
            .await
            .unwrap_err();
        assert_eq!((error.kind, error.applied), (kind, Applied::No), "{bps}");
    }
    assert_eq!(stage.changes(SAMSUNG), 0);
    act(&*adapter, APP, &rolling(3_000)).await.unwrap();
    assert_eq!(stage.wire.newest_body()["countries"], Value::Null);
    let seen = read(&*adapter, APP, Reading::Serving).await;
    assert!(rolling(3_000).is_met_by(&seen.state));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_comes_as_200_is_no_success() {
    let stage = Stage::new();
    knob(&stage, "refuses_with_200", true);
    let adapter = stage.connect(SAMSUNG);
    let before = read(&*adapter, APP, Reading::Fresh).await;
    let error = adapter
        .apply(&effect(&before, &rolling(1_000)))
        .await
        .unwrap_err();
    assert_eq!((error.kind, error.applied), (ErrorKind::Moved, Applied::No));
    assert!(error.sentence.contains("3103"), "{}", error.sentence);
    assert!(error.sentence.ends_with("Nothing was changed."));
}

#[tokio::test(start_paused = true)]
async fn a_country_that_is_ahead_is_seen_and_stands_against_turning_it_off() {
    let stage = Stage::new();
    let adapter = stage.connect(SAMSUNG);
    let before = read(&*adapter, APP, Reading::Fresh).await;
    stage.console(json!({"service": "samsung_galaxy_store", "action": "country", "rate": 40}));
    let seen = read(&*adapter, APP, Reading::Fresh).await;
    assert_eq!(
        rollout(&seen).countries,
        [CountryShare {
            country: "KOR".to_owned(),
            fraction_bps: 4_000
        }]
    );
    // What was agreed to was another state.
    let error = adapter
        .apply(&effect(&before, &Desired::Complete))
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Moved);
    assert!(not_offered(&Desired::Complete, &seen.state).is_some_and(|it| it.starts_with("KOR")));
    let error = act(&*adapter, APP, &Desired::Complete).await.unwrap_err();
    assert_eq!(
        (error.kind, error.applied),
        (ErrorKind::Rejected, Applied::No)
    );
}

#[tokio::test(start_paused = true)]
async fn suspending_the_sale_is_read_back_and_there_is_no_way_back_from_here() {
    let stage = Stage::new();
    let adapter = stage.connect(SAMSUNG);
    act(&*adapter, APP, &Desired::RemovedFromSale)
        .await
        .unwrap();
    assert_eq!(stage.wire.newest_body()["contentStatus"], "SUSPENDED");
    let seen = read(&*adapter, APP, Reading::Serving).await;
    assert_eq!(rollout(&seen).status, StoreStatus::Removed);
    for desired in [rolling(5_000), Desired::Complete] {
        assert!(not_offered(&desired, &seen.state).is_some());
    }
    console(&stage, "sell_again");
    let seen = read(&*adapter, APP, Reading::Serving).await;
    assert_eq!(rollout(&seen).status, StoreStatus::InProgress);
}

#[tokio::test(start_paused = true)]
async fn a_key_that_does_not_fit_is_no_failing_server() {
    let stage = Stage::new();
    stage.fault("/auth/accessToken", "status:500", 1);
    let adapter = stage.connect(SAMSUNG);
    let target = TargetId(APP.to_owned());
    let error = adapter.observe(&target, Reading::Fresh).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Server);

    let (plain, mut secret) = settings(&stage.sandbox.connections(), SAMSUNG);
    secret.insert(
        "private_key".to_owned(),
        SecretString::from(include_str!("other_key.pem")),
    );
    let adapter = connect(SAMSUNG, &plain, &secret, &stage.http).unwrap();
    let error = adapter.observe(&target, Reading::Fresh).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unauthorized);
    assert!(error.hint.unwrap().contains("whole key file"));
}

#[tokio::test(start_paused = true)]
async fn an_account_without_publishing_is_named_and_a_revoked_token_is_replaced() {
    let stage = Stage::new();
    let adapter = stage.connect(SAMSUNG);
    read(&*adapter, APP, Reading::Fresh).await;
    knob(&stage, "revoked", true);
    read(&*adapter, APP, Reading::Fresh).await;
    assert_eq!(stage.count("/auth/accessToken"), 2);
    // A token never ends, so none is made while one is there.
    stage.pass_ms(86_400_000).await;
    read(&*adapter, APP, Reading::Fresh).await;
    assert_eq!(stage.count("/auth/accessToken"), 2);

    knob(&stage, "without_publishing", true);
    let check = stage.connect(SAMSUNG).check().await.unwrap();
    assert!(!check.items[0].ok);
    assert!(check.items[0].sentence.contains("Publishing & ITEM"));
}

#[tokio::test(start_paused = true)]
async fn a_content_id_of_another_app_changes_nobody_s_app() {
    let stage = Stage::new();
    let (mut plain, secret) = settings(&stage.sandbox.connections(), SAMSUNG);
    plain.insert("package".to_owned(), "com.example.other".to_owned());
    let adapter = connect(SAMSUNG, &plain, &secret, &stage.http).unwrap();
    let check = adapter.check().await.unwrap();
    assert!(!check.items[1].ok);
    assert!(
        check.items[1]
            .sentence
            .contains("is of com.northwind.wallet, not of com.example.other")
    );
    let target = TargetId(APP.to_owned());
    let error = adapter.observe(&target, Reading::Fresh).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
}
