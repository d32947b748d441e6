//! Dry runs of stops, for every adapter that stops something: they change nothing, name what is
//! missing, and find a quota that is used up. Must not know how an adapter makes one.

use cockpit_domain::provider::Reading;
use cockpit_domain::rehearsal::{Readiness, Rehearsal};
use cockpit_domain::{Desired, Service};
use serde_json::{Value, json};

use crate::cases::cases;
use crate::stage::{Stage, act, effect, read};

const PLAY: &str = "google_play:com.northwind.wallet/production";
const APPLE: &str = "app_store:com.northwind.wallet/IOS";
const WINDOWS: &str = "microsoft_store:9NWALLET8400";
const AIR: &str = "eas_update:0c5e8f3a-51d2-4b7e-9c1f-9a27b6d4e840/production";
const UNLEASH: &str = "unleash:default/production/wallet.instant_transfer";
const DARKLY: &str = "launchdarkly:northwind/production/instant-transfer";
const CONFIG: &str = "remote_config:northwind-sandbox/instant_transfer";

/// A service that stops something, with how it refuses its writes to a credential that may look.
struct Stops {
    service: Service,
    target: &'static str,
    desired: Desired,
    refuses: Option<Value>,
    names: &'static str,
    proves: Readiness,
}

fn stops() -> Vec<Stops> {
    let of = |service, target, desired, refuses, names, proves| Stops {
        service,
        target,
        desired,
        refuses,
        names,
        proves,
    };
    vec![
        of(
            Service::GooglePlay,
            PLAY,
            Desired::Stopped,
            Some(json!({"service": "google_play", "may_release": false})),
            "Release to production",
            Readiness::CanStop,
        ),
        of(
            Service::AppStore,
            APPLE,
            Desired::Stopped,
            Some(json!({"service": "app_store", "permitted": false})),
            "App Manager",
            // Apple takes no dry run.
            Readiness::NotProven,
        ),
        of(
            Service::Unleash,
            UNLEASH,
            Desired::Off,
            Some(json!({"service": "unleash", "may_switch": false})),
            "UPDATE_FEATURE_ENVIRONMENT",
            Readiness::CanStop,
        ),
        of(
            Service::LaunchDarkly,
            DARKLY,
            Desired::Off,
            Some(json!({"service": "launchdarkly", "refuses_writes": 403})),
            "updateOn",
            Readiness::CanStop,
        ),
        of(
            Service::RemoteConfig,
            CONFIG,
            Desired::Off,
            Some(json!({"service": "remote_config", "may_publish": false})),
            "cloudconfig.configs.update",
            Readiness::CanStop,
        ),
        of(
            Service::MicrosoftStore,
            WINDOWS,
            Desired::Stopped,
            Some(json!({"service": "microsoft_store", "permitted": false})),
            "role Manager",
            // Microsoft takes no dry run, and neither does Expo.
            Readiness::NotProven,
        ),
        of(
            Service::EasUpdate,
            AIR,
            Desired::Stopped,
            None,
            "role Developer",
            Readiness::NotProven,
        ),
    ]
}

async fn tried(stage: &Stage, it: &Stops) -> Rehearsal {
    let adapter = stage.connect(it.service);
    let seen = read(&*adapter, it.target, Reading::Poll).await;
    adapter.rehearse(&seen).await
}

/// What people get, without how often edits were opened.
fn served(stage: &Stage) -> Value {
    let mut truth = stage.truth();
    for of_an_edit in ["open_edit", "edits_created_today"] {
        truth["google_play"][of_an_edit] = Value::Null;
    }
    truth["now"] = Value::Null;
    truth
}

#[tokio::test(start_paused = true)]
async fn a_rehearsal_changes_nothing_and_says_what_it_proves() {
    for it in stops() {
        let stage = Stage::new();
        let adapter = stage.connect(it.service);
        let seen = read(&*adapter, it.target, Reading::Poll).await;
        let before = served(&stage);
        for _ in 0..3 {
            let made = adapter.rehearse(&seen).await;
            assert_eq!(made.readiness, it.proves, "{made:?}");
            assert_eq!(made.missing, None, "{made:?}");
            stage.pass_ms(2_000).await;
        }
        assert_eq!(stage.changes(it.service), 0, "{}", it.target);
        let after = served(&stage);
        assert_eq!(after["history"], before["history"], "{}", it.target);
        assert_eq!(
            after[it.service.key()],
            before[it.service.key()],
            "{}",
            it.target
        );
        for reading in [Reading::Poll, Reading::Fresh, Reading::Serving] {
            let now = read(&*adapter, it.target, reading).await;
            assert!(now.state.is_same_release(&seen.state));
            assert!(!it.desired.is_met_by(&now.state), "{reading:?} {now:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_after_a_rehearsal_is_the_same_stop() {
    for it in stops() {
        let stage = Stage::new();
        let adapter = stage.connect(it.service);
        let seen = read(&*adapter, it.target, Reading::Fresh).await;
        adapter.rehearse(&seen).await;
        adapter.apply(&effect(&seen, &it.desired)).await.unwrap();
        let now = read(&*adapter, it.target, Reading::Serving).await;
        assert!(it.desired.is_met_by(&now.state), "{now:?}");
        assert_eq!(stage.changes(it.service), 1, "{}", it.target);
    }
}

#[tokio::test(start_paused = true)]
async fn a_missing_permission_is_found_and_named() {
    for it in stops() {
        let stage = Stage::new();
        let adapter = stage.connect(it.service);
        let seen = read(&*adapter, it.target, Reading::Poll).await;
        let Some(refuses) = &it.refuses else { continue };
        stage.knobs(refuses.clone());
        let made = adapter.rehearse(&seen).await;
        assert_eq!(made.readiness, Readiness::Cannot, "{made:?}");
        let named = made.missing.clone().unwrap_or_default();
        assert!(named.contains(it.names), "{made:?}");
        assert!(made.hint.is_some(), "{made:?}");
        // It is what the stop itself meets.
        assert!(act(&*adapter, it.target, &it.desired).await.is_err());
        assert_eq!(stage.changes(it.service), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn what_does_not_answer_proves_nothing() {
    for it in stops() {
        let stage = Stage::new();
        let adapter = stage.connect(it.service);
        let seen = read(&*adapter, it.target, Reading::Poll).await;
        stage.wire.refuse(true);
        let made = adapter.rehearse(&seen).await;
        assert_eq!(made.readiness, Readiness::NotProven, "{made:?}");
        assert!(made.sentence.contains("cannot be reached"), "{made:?}");
    }
}

/// Wherever it is dropped, the next reading is right and the stop is made once.
#[tokio::test(start_paused = true)]
async fn a_rehearsal_that_is_dropped_leaves_nothing_half_done() {
    for it in stops() {
        for polls in 0..40 {
            let stage = Stage::new();
            let adapter = stage.connect(it.service);
            let seen = read(&*adapter, it.target, Reading::Poll).await;
            {
                let mut trying = std::pin::pin!(adapter.rehearse(&seen));
                for _ in 0..polls {
                    if futures_util::poll!(trying.as_mut()).is_ready() {
                        break;
                    }
                    tokio::task::yield_now().await;
                }
            }
            assert_eq!(stage.changes(it.service), 0);
            act(&*adapter, it.target, &it.desired).await.unwrap();
            let now = read(&*adapter, it.target, Reading::Serving).await;
            assert!(it.desired.is_met_by(&now.state), "{polls}: {now:?}");
            assert_eq!(stage.changes(it.service), 1);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn channels_are_not_rehearsed() {
    for case in cases() {
        if !matches!(case.desired, Desired::Published { .. }) {
            continue;
        }
        let stage = Stage::new();
        let adapter = stage.connect(case.service);
        let seen = read(&*adapter, case.target, Reading::Poll).await;
        let requests = stage.wire.requests();
        let made = adapter.rehearse(&seen).await;
        assert_eq!(made.readiness, Readiness::NotProven);
        assert_eq!(stage.wire.requests(), requests, "{}", case.target);
    }
}

#[tokio::test(start_paused = true)]
async fn a_day_of_edits_that_is_used_up_is_found_and_the_open_edit_is_kept_for_the_stop() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::GooglePlay);
    let seen = read(&*adapter, PLAY, Reading::Poll).await;
    stage.pass_ms(2_000).await;
    stage.knobs(json!({"service": "google_play", "daily_edits_max": 1}));
    let made = adapter.rehearse(&seen).await;
    assert_eq!(made.readiness, Readiness::Cannot, "{made:?}");
    assert!(
        made.sentence.contains("edits for today are used up"),
        "{made:?}"
    );
    // The stop needs no further edit: the open one is still there.
    adapter
        .apply(&effect(&seen, &Desired::Stopped))
        .await
        .unwrap();
    assert_eq!(stage.changes(Service::GooglePlay), 1);
}

#[tokio::test(start_paused = true)]
async fn rehearsing_google_play_costs_two_edits_and_gives_way_to_a_stop() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::GooglePlay);
    let seen = read(&*adapter, PLAY, Reading::Poll).await;
    stage.pass_ms(2_000).await;
    let edits = || stage.truth()["google_play"]["edits_created_today"].as_u64();
    let before = edits().unwrap();
    adapter.rehearse(&seen).await;
    stage.pass_ms(2_000).await;
    for _ in 0..5 {
        read(&*adapter, PLAY, Reading::Poll).await;
    }
    assert_eq!(edits(), Some(before + 2));
    // The check hangs, and a stop does not wait for it.
    stage.fault(":validate", "slow:3000", 1);
    let started = tokio::time::Instant::now();
    let (made, stopped) = futures_util::future::join(adapter.rehearse(&seen), async {
        stage.pass_ms(500).await;
        act(&*adapter, PLAY, &Desired::Stopped).await
    })
    .await;
    stopped.unwrap();
    assert!(started.elapsed().as_millis() < 1_500);
    assert_eq!(made.readiness, Readiness::NotProven);
    assert!(made.sentence.contains("gave way"), "{made:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_for_stops_is_not_spent_on_rehearsals() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::GooglePlay);
    let seen = read(&*adapter, PLAY, Reading::Poll).await;
    let mut tried = 0;
    let last = loop {
        stage.pass_ms(1_000).await;
        let made = adapter.rehearse(&seen).await;
        tried += 1;
        if made.readiness != Readiness::CanStop || tried == 100 {
            break made;
        }
    };
    assert!(last.sentence.contains("kept for a stop itself"), "{last:?}");
    act(&*adapter, PLAY, &Desired::Stopped).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_first_full_release_that_play_does_not_halt_is_found_beforehand() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::GooglePlay);
    act(&*adapter, PLAY, &Desired::Complete).await.unwrap();
    let full = read(&*adapter, PLAY, Reading::Poll).await;
    stage.pass_ms(2_000).await;
    let made = adapter.rehearse(&full).await;
    assert_eq!(made.readiness, Readiness::CanStop, "{made:?}");
    // Here the next full release is the track's first.
    let beta = "google_play:com.northwind.wallet/internal";
    let internal = read(&*adapter, beta, Reading::Poll).await;
    let made = adapter.rehearse(&internal).await;
    assert_eq!(made.readiness, Readiness::Cannot, "{made:?}");
    assert!(made.sentence.contains("internal testing track"), "{made:?}");
}

#[tokio::test(start_paused = true)]
async fn the_app_store_says_what_is_left_and_when_it_is_too_little() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::AppStore);
    let seen = read(&*adapter, APPLE, Reading::Poll).await;
    let made = adapter.rehearse(&seen).await;
    assert!(made.sentence.contains("takes no dry run"), "{made:?}");
    assert!(
        made.sentence.contains("of 3600 requests are left"),
        "{made:?}"
    );
    stage.knobs(json!({"service": "app_store", "queries_per_hour_max": 7}));
    // Once asked, and once from what the answer before said.
    for _ in 0..2 {
        let made = adapter.rehearse(&seen).await;
        assert_eq!(made.readiness, Readiness::Cannot, "{made:?}");
        assert!(made.sentence.contains("too few to pause"), "{made:?}");
    }
    stage.knobs(json!({"service": "app_store", "queries_per_hour_max": 1}));
    let made = stage.connect(Service::AppStore).rehearse(&seen).await;
    assert_eq!(made.readiness, Readiness::Cannot, "{made:?}");
    assert!(made.sentence.contains("used up"), "{made:?}");
}

#[tokio::test(start_paused = true)]
async fn where_their_approval_is_needed_a_stop_would_not_be_in_effect() {
    for (at, knob) in [
        (2, json!({"service": "unleash", "change_requests": true})),
        (3, json!({"service": "launchdarkly", "approvals": true})),
    ] {
        let stage = Stage::new();
        let it = stops().remove(at);
        stage.knobs(knob);
        let made = tried(&stage, &it).await;
        assert_eq!(made.readiness, Readiness::Cannot, "{made:?}");
        assert!(made.missing.is_none() && made.hint.is_some(), "{made:?}");
    }
}
