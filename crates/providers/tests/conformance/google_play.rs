//! Google Play's traps. Must not know how the adapter keeps its edits.

use cockpit_domain::provider::{Applied, ErrorKind, ProviderError, Reading};
use cockpit_domain::target::{Review, StagedRollout, StagedStatus};
use cockpit_domain::{Desired, Observation, Service, TargetId, TargetState};
use futures_util::future::join;
use serde_json::json;

use crate::stage::{Stage, act, effect, read};

const PRODUCTION: &str = "google_play:com.northwind.wallet/production";

fn rollout(seen: &Observation) -> &StagedRollout {
    match &seen.state {
        TargetState::StagedRollout(rollout) => rollout,
        other => panic!("{other:?}"),
    }
}

fn share(bps: u32) -> Desired {
    Desired::RollingOut {
        fraction_bps: Some(bps),
    }
}

async fn refused(stage: &Stage, target: &str, desired: &Desired) -> ProviderError {
    let adapter = stage.connect(Service::GooglePlay);
    let error = act(&*adapter, target, desired).await.unwrap_err();
    assert_eq!(error.applied, Applied::No, "{error:?}");
    error
}

#[tokio::test(start_paused = true)]
async fn a_release_is_shown_in_plays_own_words() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::GooglePlay);
    let seen = read(&*adapter, PRODUCTION, Reading::Poll).await;
    assert_eq!(
        *rollout(&seen),
        StagedRollout {
            version: "8.4.0".to_owned(),
            builds: vec!["84012".to_owned()],
            status: StagedStatus::InProgress,
            fraction_bps: Some(2_000),
            fallback: Some("8.3.2".to_owned()),
            internal: false,
            review: Some(Review::Published),
        }
    );
    let empty = read(
        &*adapter,
        "google_play:com.northwind.wallet/beta",
        Reading::Poll,
    )
    .await;
    assert_eq!(rollout(&empty).status, StagedStatus::Absent);
}

#[tokio::test(start_paused = true)]
async fn looking_opens_no_edit_until_something_changes() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::GooglePlay);
    let edits = || {
        stage.truth()["google_play"]["edits_created_today"]
            .as_u64()
            .unwrap()
    };
    read(&*adapter, PRODUCTION, Reading::Poll).await;
    let first = edits();
    for _ in 0..100 {
        stage.pass_ms(10_000).await;
        read(&*adapter, PRODUCTION, Reading::Poll).await;
    }
    assert_eq!(edits(), first);
    stage.console(json!({"service": "google_play", "action": "change"}));
    for _ in 0..3 {
        stage.pass_ms(10_000).await;
        read(&*adapter, PRODUCTION, Reading::Poll).await;
    }
    assert_eq!(edits(), first + 1);
}

#[tokio::test(start_paused = true)]
async fn an_edit_is_replaced_before_it_expires() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::GooglePlay);
    let before = read(&*adapter, PRODUCTION, Reading::Poll).await;
    stage.pass_ms(3_600_000).await;
    adapter
        .apply(&effect(&before, &Desired::Stopped))
        .await
        .unwrap();
    assert!(Desired::Stopped.is_met_by(&read(&*adapter, PRODUCTION, Reading::Serving).await.state));
}

#[tokio::test(start_paused = true)]
async fn an_edit_that_dies_under_a_write_means_moved() {
    for part in ["PUT /androidpublisher", ":commit"] {
        let stage = Stage::new();
        stage.fault(part, "edit_deleted", 1);
        let error = refused(&stage, PRODUCTION, &Desired::Stopped).await;
        assert_eq!(error.kind, ErrorKind::Moved, "{part}");
        assert_eq!(stage.changes(Service::GooglePlay), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_person_who_moves_the_rollout_in_between_is_noticed() {
    let stage = Stage::scenario("console-moved");
    let error = refused(&stage, PRODUCTION, &Desired::Stopped).await;
    assert_eq!(error.kind, ErrorKind::Moved);
    let adapter = stage.connect(Service::GooglePlay);
    let seen = read(&*adapter, PRODUCTION, Reading::Fresh).await;
    assert_eq!(rollout(&seen).fraction_bps, Some(5_000));
}

/// What a process prepared before it was killed comes back under the same edit id.
#[tokio::test(start_paused = true)]
async fn nothing_is_read_from_an_edit_that_another_process_wrote_to() {
    let stage = Stage::new();
    let killed = stage.connect(Service::GooglePlay);
    let before = read(&*killed, PRODUCTION, Reading::Fresh).await;
    stage.fault(":commit", "close", 1);
    let error = killed
        .apply(&effect(&before, &Desired::Stopped))
        .await
        .unwrap_err();
    assert_eq!(error.applied, Applied::Unknown);
    drop(killed);
    let next = stage.connect(Service::GooglePlay);
    for reading in [Reading::Serving, Reading::Poll, Reading::Fresh] {
        let seen = read(&*next, PRODUCTION, reading).await;
        assert_eq!(
            rollout(&seen).status,
            StagedStatus::InProgress,
            "{reading:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_running_review_is_never_cancelled() {
    let stage = Stage::new();
    stage.console(json!({"service": "google_play", "action": "start_review"}));
    let error = refused(&stage, PRODUCTION, &Desired::Stopped).await;
    assert_eq!(error.kind, ErrorKind::NeedsPerson);
    assert!(
        error.sentence.starts_with("Not in effect yet"),
        "{}",
        error.sentence
    );
    assert!(error.hint.is_some());
    assert_eq!(
        stage.truth()["google_play"]["in_review"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        stage.count("changesInReviewBehavior=ERROR_IF_IN_REVIEW"),
        stage.count(":commit")
    );
    assert_eq!(stage.count("changesNotSentForReview"), 0);
}

#[tokio::test(start_paused = true)]
async fn changes_that_only_a_person_may_send_wait_for_that_person() {
    let stage = Stage::new();
    stage.console(json!({"service": "google_play", "action": "manual_send"}));
    let error = refused(&stage, PRODUCTION, &Desired::Stopped).await;
    assert_eq!(error.kind, ErrorKind::NeedsPerson);
    assert!(
        error
            .sentence
            .contains("waits for a person in the Play console")
    );
    assert_eq!(
        stage.truth()["google_play"]["tracks"]["production"]["status"],
        "inProgress"
    );
    assert_eq!(stage.truth()["google_play"]["held_changes"], false);
}

#[tokio::test(start_paused = true)]
async fn a_share_is_kept_by_a_halt_and_any_share_may_follow() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::GooglePlay);
    act(&*adapter, PRODUCTION, &Desired::Stopped).await.unwrap();
    let seen = read(&*adapter, PRODUCTION, Reading::Serving).await;
    assert_eq!(rollout(&seen).fraction_bps, Some(2_000));
    act(
        &*adapter,
        PRODUCTION,
        &Desired::RollingOut { fraction_bps: None },
    )
    .await
    .unwrap();
    let seen = read(&*adapter, PRODUCTION, Reading::Serving).await;
    assert!(share(2_000).is_met_by(&seen.state));
    act(&*adapter, PRODUCTION, &Desired::Stopped).await.unwrap();
    act(&*adapter, PRODUCTION, &share(1_000)).await.unwrap();
    assert!(share(1_000).is_met_by(&read(&*adapter, PRODUCTION, Reading::Serving).await.state));
}

#[tokio::test(start_paused = true)]
async fn a_share_is_raised_and_never_lowered() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::GooglePlay);
    act(&*adapter, PRODUCTION, &share(5_000)).await.unwrap();
    for bps in [2_000, 0, 10_000] {
        let asked = stage.count(":commit");
        let error = act(&*adapter, PRODUCTION, &share(bps)).await.unwrap_err();
        assert_eq!(
            (error.kind, error.applied),
            (ErrorKind::Rejected, Applied::No)
        );
        assert!(error.hint.is_some());
        assert_eq!(stage.count(":commit"), asked);
    }
}

#[tokio::test(start_paused = true)]
async fn a_full_release_is_halted_and_completed_again() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::GooglePlay);
    act(&*adapter, PRODUCTION, &Desired::Complete)
        .await
        .unwrap();
    let seen = read(&*adapter, PRODUCTION, Reading::Serving).await;
    assert_eq!(rollout(&seen).status, StagedStatus::Completed);
    assert_eq!(rollout(&seen).fraction_bps, None);
    act(&*adapter, PRODUCTION, &Desired::Stopped).await.unwrap();
    let seen = read(&*adapter, PRODUCTION, Reading::Serving).await;
    assert_eq!(rollout(&seen).status, StagedStatus::Halted);
    assert_eq!(rollout(&seen).version, "8.4.0");
    assert_eq!(rollout(&seen).fallback.as_deref(), Some("8.3.2"));
    let resume = Desired::RollingOut { fraction_bps: None };
    let error = act(&*adapter, PRODUCTION, &resume).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Rejected);
    act(&*adapter, PRODUCTION, &Desired::Complete)
        .await
        .unwrap();
    assert!(
        Desired::Complete.is_met_by(&read(&*adapter, PRODUCTION, Reading::Serving).await.state)
    );
}

#[tokio::test(start_paused = true)]
async fn what_play_does_not_halt_is_refused_in_words() {
    let stage = Stage::new();
    let internal = "google_play:com.northwind.wallet/internal";
    let error = refused(&stage, internal, &Desired::Stopped).await;
    assert_eq!(error.kind, ErrorKind::Rejected);
    assert!(
        error.sentence.contains("Nothing was changed"),
        "{}",
        error.sentence
    );
    stage.knobs(json!({"service": "google_play", "draft_app": true}));
    let error = refused(&stage, PRODUCTION, &Desired::Stopped).await;
    assert!(
        error.sentence.contains("never published"),
        "{}",
        error.sentence
    );
}

#[tokio::test(start_paused = true)]
async fn writes_to_one_app_come_one_by_one() {
    let stage = Stage::new();
    stage.knobs(json!({"service": "google_play", "latency_ms": 50}));
    let adapter = stage.connect(Service::GooglePlay);
    let before = read(&*adapter, PRODUCTION, Reading::Fresh).await;
    let stop = effect(&before, &Desired::Stopped);
    let (one, other) = join(adapter.apply(&stop), adapter.apply(&stop)).await;
    assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
    assert_eq!(stage.changes(Service::GooglePlay), 1);
    assert_eq!(stage.count(":commit"), 1);
}

#[tokio::test(start_paused = true)]
async fn the_days_edits_run_out() {
    let stage = Stage::new();
    stage.knobs(json!({"service": "google_play", "daily_edits_max": 0}));
    let error = refused(&stage, PRODUCTION, &Desired::Stopped).await;
    assert_eq!(error.kind, ErrorKind::RateLimited);
    assert!(error.hint.is_some());
}

#[tokio::test(start_paused = true)]
async fn unknown_packages_and_tracks_are_not_found() {
    let stage = Stage::new();
    for target in [
        "google_play:com.northwind.wallet/gamma",
        "google_play:com.other/production",
    ] {
        let adapter = stage.connect(Service::GooglePlay);
        let target = TargetId(target.to_owned());
        let error = adapter.observe(&target, Reading::Fresh).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::NotFound);
    }
}

#[tokio::test(start_paused = true)]
async fn a_wrong_clock_and_a_missing_right_are_named() {
    let stage = Stage::new();
    stage.move_our_clock_ms(20 * 60_000);
    let check = stage.connect(Service::GooglePlay).check().await.unwrap();
    let item = check.items.iter().find(|item| !item.ok).unwrap();
    assert!(item.sentence.contains("clock"), "{item:?}");
    let stage = Stage::new();
    stage.knobs(json!({"service": "google_play", "permitted": false}));
    let check = stage.connect(Service::GooglePlay).check().await.unwrap();
    let item = check.items.iter().find(|item| !item.ok).unwrap();
    assert!(item.sentence.contains("Users and permissions"), "{item:?}");
}

#[tokio::test(start_paused = true)]
async fn a_token_is_kept_replaced_early_and_survives_its_revocation() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::GooglePlay);
    let tokens = || stage.count("POST /token");
    for _ in 0..10 {
        read(&*adapter, PRODUCTION, Reading::Poll).await;
    }
    assert_eq!(tokens(), 1);
    stage.pass_ms(56 * 60_000).await;
    read(&*adapter, PRODUCTION, Reading::Poll).await;
    assert_eq!(tokens(), 2);
    // Replaced early means that a failing sign-in does not matter yet.
    stage.pass_ms(56 * 60_000).await;
    stage.fault("POST /token", "status:503", 3);
    read(&*adapter, PRODUCTION, Reading::Poll).await;
    stage.clear_faults();
    stage.knobs(json!({"service": "google_play", "revoke_tokens": true}));
    read(&*adapter, PRODUCTION, Reading::Poll).await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_does_not_wait_behind_a_look_that_hangs() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::GooglePlay);
    let before = read(&*adapter, PRODUCTION, Reading::Fresh).await;
    stage.fault("/tracks/production", "hang", 1);
    let target = TargetId(PRODUCTION.to_owned());
    let asked = stage.wire.requests();
    let stop = async {
        while stage.wire.requests() == asked {
            tokio::task::yield_now().await;
        }
        let started = tokio::time::Instant::now();
        adapter
            .apply(&effect(&before, &Desired::Stopped))
            .await
            .unwrap();
        started.elapsed().as_millis()
    };
    let (look, stop_ms) = join(adapter.observe(&target, Reading::Poll), stop).await;
    assert_eq!(look.unwrap_err().kind, ErrorKind::RateLimited);
    assert!(stop_ms < 100, "{stop_ms}");
    assert!(Desired::Stopped.is_met_by(&read(&*adapter, PRODUCTION, Reading::Serving).await.state));
}

#[tokio::test(start_paused = true)]
async fn the_version_that_people_get_after_a_full_halt_is_known_when_it_was_seen() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::GooglePlay);
    act(&*adapter, PRODUCTION, &Desired::Complete)
        .await
        .unwrap();
    let seen = read(&*adapter, PRODUCTION, Reading::Fresh).await;
    assert_eq!(rollout(&seen).fallback.as_deref(), Some("8.3.2"));
    let says = cockpit_domain::words::consequence(&Desired::Stopped, &seen.state);
    assert!(
        says.starts_with("New people stop getting 8.4.0 and get 8.3.2."),
        "{says}"
    );
    // Another process sees the full release alone: Google shows nothing before it.
    let other = stage.connect(Service::GooglePlay);
    let seen = read(&*other, PRODUCTION, Reading::Fresh).await;
    assert_eq!(rollout(&seen).fallback, None);
    let says = cockpit_domain::words::consequence(&Desired::Stopped, &seen.state);
    assert!(
        says.contains("does not show beforehand which one that is"),
        "{says}"
    );
    act(&*other, PRODUCTION, &Desired::Stopped).await.unwrap();
    let seen = read(&*other, PRODUCTION, Reading::Serving).await;
    assert_eq!(rollout(&seen).fallback.as_deref(), Some("8.3.2"));
}

#[tokio::test(start_paused = true)]
async fn the_internal_tracks_full_release_is_refused_before_anything_is_sent() {
    let stage = Stage::new();
    let internal = "google_play:com.northwind.wallet/internal";
    let error = refused(&stage, internal, &Desired::Stopped).await;
    assert!(
        error.sentence.contains("internal testing track"),
        "{}",
        error.sentence
    );
}

#[tokio::test(start_paused = true)]
async fn where_the_review_stands_is_read_without_an_edit() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::GooglePlay);
    let edits = || stage.truth()["google_play"]["edits_created_today"].clone();
    read(&*adapter, PRODUCTION, Reading::Poll).await;
    let before = edits();
    let seen = read(&*adapter, PRODUCTION, Reading::Poll).await;
    assert_eq!(rollout(&seen).review, Some(Review::Published));
    assert_eq!(edits(), before);
    // What is held back for a person in the console is named so.
    assert_eq!(
        cockpit_domain::words::review(Review::NotSent),
        Some("Not sent for review: a person must send it in the Play console")
    );
}
