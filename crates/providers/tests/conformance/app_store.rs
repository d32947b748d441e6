//! The App Store's traps. Must not know the adapter's inside.

use cockpit_domain::provider::{Applied, ErrorKind, ProviderError, Reading, Receipt};
use cockpit_domain::target::{PhasedRelease, PhasedStatus};
use cockpit_domain::{Desired, Observation, Service, TargetId, TargetState};
use cockpit_providers::connect;
use futures_util::future::join;
use serde_json::json;
use std::time::Duration;

use crate::stage::{Stage, act, effect, read, settings};

const IOS: &str = "app_store:com.northwind.wallet/IOS";
const RESUME: Desired = Desired::RollingOut { fraction_bps: None };

fn phased(seen: &Observation) -> &PhasedRelease {
    match &seen.state {
        TargetState::PhasedRelease(phased) => phased,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_phased_release_is_shown_with_day_and_share() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::AppStore);
    let seen = read(&*adapter, IOS, Reading::Poll).await;
    let expected = PhasedRelease {
        version: "8.4.0".to_owned(),
        build: "8400.3".to_owned(),
        status: PhasedStatus::Active,
        day: Some(3),
        pause_days_used: 0,
        removed: false,
        waiting: None,
    };
    assert_eq!(*phased(&seen), expected);
    assert_eq!(phased(&seen).fraction_bps(), Some(500));
    // The day moves by itself; a decision of before still holds.
    stage.control("/_sandbox/advance", json!({"ms": 20 * 3_600_000}));
    stage.move_our_clock_ms(20 * 3_600_000);
    adapter
        .apply(&effect(&seen, &Desired::Stopped))
        .await
        .unwrap();
    let seen = read(&*adapter, IOS, Reading::Serving).await;
    assert_eq!(
        (phased(&seen).status, phased(&seen).day),
        (PhasedStatus::Paused, Some(4))
    );
}

#[tokio::test(start_paused = true)]
async fn paused_resumed_and_completed_for_good() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::AppStore);
    for desired in [Desired::Stopped, RESUME, Desired::Complete] {
        act(&*adapter, IOS, &desired).await.unwrap();
        assert!(desired.is_met_by(&read(&*adapter, IOS, Reading::Serving).await.state));
    }
    let error = act(&*adapter, IOS, &Desired::Stopped).await.unwrap_err();
    assert_eq!(
        (error.kind, error.applied),
        (ErrorKind::Rejected, Applied::No)
    );
    assert!(error.hint.is_some());
}

/// The console acts after the adapter has looked and before its change arrives.
async fn raced(action: &str) -> Result<Receipt, ProviderError> {
    let stage = Stage::new();
    let adapter = stage.connect(Service::AppStore);
    let before = read(&*adapter, IOS, Reading::Fresh).await;
    stage.knobs(json!({"service": "app_store", "latency_ms": 40}));
    let stop = effect(&before, &Desired::Stopped);
    let asked = stage.wire.requests();
    let person = async {
        while stage.wire.requests() < asked + 2 {
            tokio::time::advance(Duration::from_millis(1)).await;
        }
        stage.console(json!({"service": "app_store", "action": action}));
    };
    join(adapter.apply(&stop), person).await.0
}

#[tokio::test(start_paused = true)]
async fn already_there_is_done() {
    let receipt = raced("pause").await.unwrap();
    assert!(
        receipt.notes.iter().any(|note| note.contains("already")),
        "{receipt:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_ended_phased_release_is_refused_in_words() {
    let error = raced("complete").await.unwrap_err();
    assert_eq!(
        (error.kind, error.applied),
        (ErrorKind::Rejected, Applied::No)
    );
    assert!(error.sentence.contains("has ended"), "{}", error.sentence);
}

#[tokio::test(start_paused = true)]
async fn the_hours_last_requests_are_kept_for_stops() {
    let stage = Stage::new();
    stage.knobs(json!({"service": "app_store", "queries_per_hour_max": 30}));
    let adapter = stage.connect(Service::AppStore);
    read(&*adapter, IOS, Reading::Fresh).await;
    let asked = stage.wire.requests();
    let target = TargetId(IOS.to_owned());
    let error = adapter.observe(&target, Reading::Poll).await.unwrap_err();
    assert_eq!(
        (error.kind, stage.wire.requests()),
        (ErrorKind::RateLimited, asked)
    );
    assert!(error.retry_after_ms.is_some());
    act(&*adapter, IOS, &Desired::Stopped).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_wrong_clock_is_named_and_a_slightly_fast_one_does_not_matter() {
    let stage = Stage::new();
    stage.move_our_clock_ms(90_000);
    read(&*stage.connect(Service::AppStore), IOS, Reading::Fresh).await;
    stage.move_our_clock_ms(3_600_000);
    let check = stage.connect(Service::AppStore).check().await.unwrap();
    let item = check.items.iter().find(|item| !item.ok).unwrap();
    assert!(item.sentence.contains("clock is right"), "{item:?}");
}

#[tokio::test(start_paused = true)]
async fn tokens_are_minted_anew_before_they_end() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::AppStore);
    for _ in 0..12 {
        read(&*adapter, IOS, Reading::Poll).await;
        stage.pass_ms(4 * 60_000).await;
    }
    assert!(stage.requests().len() >= 12);
}

#[tokio::test(start_paused = true)]
async fn an_individual_key_has_no_issuer() {
    let stage = Stage::new();
    let (mut plain, secret) = settings(&stage.sandbox.connections(), Service::AppStore);
    plain.remove("issuer_id");
    let adapter = connect(Service::AppStore, &plain, &secret, &stage.http).unwrap();
    read(&*adapter, IOS, Reading::Fresh).await;
}

#[tokio::test(start_paused = true)]
async fn an_app_that_the_key_may_not_see_is_named() {
    let stage = Stage::new();
    let (mut plain, secret) = settings(&stage.sandbox.connections(), Service::AppStore);
    plain.insert("bundle_id".to_owned(), "com.northwind.other".to_owned());
    let adapter = connect(Service::AppStore, &plain, &secret, &stage.http).unwrap();
    let check = adapter.check().await.unwrap();
    assert!(
        check
            .items
            .iter()
            .any(|item| !item.ok && item.sentence.contains("com.northwind.other"))
    );
    let stage = Stage::new();
    stage.knobs(json!({"service": "app_store", "permitted": false}));
    let check = stage.connect(Service::AppStore).check().await.unwrap();
    assert!(
        check
            .items
            .iter()
            .any(|item| !item.ok && item.sentence.contains("App Manager"))
    );
}

#[tokio::test(start_paused = true)]
async fn an_approved_version_is_shown_as_waiting_and_released_by_its_number() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::AppStore);
    stage.console(json!({"service": "app_store", "action": "approve_new_version"}));
    let seen = read(&*adapter, IOS, Reading::Fresh).await;
    assert_eq!(phased(&seen).version, "8.4.0");
    assert_eq!(phased(&seen).waiting.as_deref(), Some("8.5.0"));
    let released = |version: &str| Desired::Released {
        version: version.to_owned(),
    };
    assert!(!released("8.5.0").is_met_by(&seen.state));
    let error = act(&*adapter, IOS, &released("8.6.0")).await.unwrap_err();
    assert_eq!(
        (error.kind, error.applied),
        (ErrorKind::Rejected, Applied::No)
    );
    act(&*adapter, IOS, &released("8.5.0")).await.unwrap();
    let seen = read(&*adapter, IOS, Reading::Serving).await;
    assert!(released("8.5.0").is_met_by(&seen.state), "{seen:?}");
    assert_eq!(
        (phased(&seen).status, phased(&seen).day),
        (PhasedStatus::Active, Some(1))
    );
    assert_eq!(phased(&seen).waiting, None);
}

#[tokio::test(start_paused = true)]
async fn removal_from_sale_takes_the_whole_app_down_and_ends_the_phases_for_good() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::AppStore);
    let receipt = act(&*adapter, IOS, &Desired::RemovedFromSale)
        .await
        .unwrap();
    assert!(receipt.notes[0].contains("countries"), "{receipt:?}");
    let seen = read(&*adapter, IOS, Reading::Serving).await;
    assert!(Desired::RemovedFromSale.is_met_by(&seen.state), "{seen:?}");
    assert_eq!(phased(&seen).status, PhasedStatus::Complete);
    // What is so already is not asked for again.
    let receipt = act(&*adapter, IOS, &Desired::RemovedFromSale)
        .await
        .unwrap();
    assert!(receipt.notes[0].contains("already"), "{receipt:?}");
    let error = act(&*adapter, IOS, &RESUME).await.unwrap_err();
    assert!(error.sentence.contains("cannot be changed"), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn all_thirty_days_of_pause_are_counted_and_the_last_one_is_the_last() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::AppStore);
    act(&*adapter, IOS, &Desired::Stopped).await.unwrap();
    let days = |days: u64| json!({"ms": days * 24 * 3_600_000});
    stage.control("/_sandbox/advance", days(12));
    stage.move_our_clock_ms(12 * 24 * 3_600_000);
    let seen = read(&*adapter, IOS, Reading::Fresh).await;
    assert_eq!(phased(&seen).pause_days_used, 12);
    let says = cockpit_domain::words::consequence(&Desired::Stopped, &seen.state);
    assert!(says.contains("18 of 30 days of pause are left"), "{says}");
}

#[tokio::test(start_paused = true)]
async fn after_thirty_days_of_pause_it_goes_on_by_itself_and_is_not_paused_again() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::AppStore);
    act(&*adapter, IOS, &Desired::Stopped).await.unwrap();
    let month = 30 * 24 * 3_600_000;
    stage.control("/_sandbox/advance", json!({"ms": month}));
    stage.move_our_clock_ms(month);
    let seen = read(&*adapter, IOS, Reading::Fresh).await;
    assert_eq!(
        (phased(&seen).status, phased(&seen).pause_days_used),
        (PhasedStatus::Active, 30)
    );
    let error = adapter
        .apply(&effect(&seen, &Desired::Stopped))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind, error.applied),
        (ErrorKind::Rejected, Applied::No)
    );
    assert!(
        error.sentence.contains("cannot be paused again"),
        "{}",
        error.sentence
    );
}

#[tokio::test(start_paused = true)]
async fn a_newer_version_ends_the_phases_and_a_pause_of_the_older_one_is_stale() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::AppStore);
    let before = read(&*adapter, IOS, Reading::Fresh).await;
    stage.console(json!({"service": "app_store", "action": "release_new_version"}));
    let error = adapter
        .apply(&effect(&before, &Desired::Stopped))
        .await
        .unwrap_err();
    assert_eq!((error.kind, error.applied), (ErrorKind::Moved, Applied::No));
    assert!(
        error.sentence.contains("8.4.1 is there now"),
        "{}",
        error.sentence
    );
    assert_eq!(stage.changes(Service::AppStore), 0);
}

/// A person takes the version back after the adapter has looked and before its request arrives.
#[tokio::test(start_paused = true)]
async fn the_cause_that_hides_in_associated_errors_is_said() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::AppStore);
    stage.console(json!({"service": "app_store", "action": "approve_new_version"}));
    let before = read(&*adapter, IOS, Reading::Fresh).await;
    stage.knobs(json!({"service": "app_store", "latency_ms": 40}));
    let version = "8.5.0".to_owned();
    let release = effect(&before, &Desired::Released { version });
    let asked = stage.wire.requests();
    let person = async {
        while stage.wire.requests() < asked + 2 {
            tokio::time::advance(Duration::from_millis(1)).await;
        }
        stage.console(json!({"service": "app_store", "action": "withdraw_new_version"}));
    };
    let error = join(adapter.apply(&release), person).await.0.unwrap_err();
    assert_eq!(
        (error.kind, error.applied),
        (ErrorKind::Rejected, Applied::No)
    );
    assert!(
        error.sentence.contains("is in state DEVELOPER_REJECTED"),
        "{}",
        error.sentence
    );
}

#[tokio::test(start_paused = true)]
async fn apples_clock_far_from_ours_is_named_in_both_directions() {
    for (minutes, accepted) in [(-4, false), (-1, true), (13, true), (16, false)] {
        let stage = Stage::new();
        let skew_ms: i64 = minutes * 60_000;
        stage.knobs(json!({"service": "app_store", "clock_skew_ms": skew_ms}));
        let check = stage.connect(Service::AppStore).check().await.unwrap();
        let item = &check.items[0];
        assert_eq!(item.ok, accepted, "{minutes} min: {item:?}");
        assert!(
            accepted || item.sentence.contains("this computer's clock is right"),
            "{item:?}"
        );
    }
}
