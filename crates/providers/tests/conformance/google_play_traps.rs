//! Google Play's traps that come from outside: other programs, pending changes, quotas, clocks and
//! server state. Must not know how the adapter keeps its edits.

use cockpit_domain::provider::{Applied, ErrorKind, Reading};
use cockpit_domain::target::{StagedRollout, StagedStatus};
use cockpit_domain::{Desired, Observation, Service, TargetId, TargetState, words};
use serde_json::{Value, json};

use crate::stage::{Stage, act, effect, read};

const PRODUCTION: &str = "google_play:com.northwind.wallet/production";
const RESUME: Desired = Desired::RollingOut { fraction_bps: None };

fn rollout(seen: &Observation) -> &StagedRollout {
    match &seen.state {
        TargetState::StagedRollout(rollout) => rollout,
        other => panic!("{other:?}"),
    }
}

fn play(stage: &Stage) -> Value {
    stage.truth()["google_play"].clone()
}

#[tokio::test(start_paused = true)]
async fn what_else_waits_in_the_console_goes_along_and_is_said_before_and_after() {
    let stage = Stage::new();
    stage.console(json!({"service": "google_play", "action": "change", "what": "New price"}));
    let adapter = stage.connect(Service::GooglePlay);
    let before = read(&*adapter, PRODUCTION, Reading::Fresh).await;
    let says = words::consequence(&Desired::Stopped, &before.state);
    assert!(
        says.contains("Other changes that wait in the Play console are sent to review"),
        "{says}"
    );
    let receipt = adapter
        .apply(&effect(&before, &Desired::Stopped))
        .await
        .unwrap();
    assert!(
        receipt.notes[0].contains("went to review with it"),
        "{receipt:?}"
    );
    assert_eq!(play(&stage)["pending_console_changes"], json!([]));
    assert_eq!(play(&stage)["in_review"], json!(["New price"]));
    // What went along is in review, and the next change must not cancel that.
    let error = act(&*adapter, PRODUCTION, &RESUME).await.unwrap_err();
    assert_eq!(
        (error.kind, error.applied),
        (ErrorKind::NeedsPerson, Applied::No)
    );
    assert!(
        error
            .sentence
            .contains("in Google's review, and sending this now would cancel it"),
        "{}",
        error.sentence
    );
    assert_eq!(play(&stage)["in_review"], json!(["New price"]));
}

#[tokio::test(start_paused = true)]
async fn the_review_parameter_is_never_sent_whether_it_is_required_or_forbidden() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::GooglePlay);
    for (required, desired) in [(true, Desired::Stopped), (false, Desired::Stopped)] {
        stage.console(json!({"service": "google_play", "action": "manual_send", "on": required}));
        let outcome = act(&*adapter, PRODUCTION, &desired).await;
        assert_eq!(outcome.is_err(), required, "{outcome:?}");
        if let Err(error) = outcome {
            assert_eq!(
                (error.kind, error.applied),
                (ErrorKind::NeedsPerson, Applied::No)
            );
            assert!(
                error
                    .sentence
                    .starts_with("Not in effect yet: waits for a person in the Play console"),
                "{}",
                error.sentence
            );
            assert_eq!(play(&stage)["tracks"]["production"]["status"], "inProgress");
        }
    }
    assert_eq!(play(&stage)["tracks"]["production"]["status"], "halted");
    assert_eq!(stage.count("changesNotSentForReview"), 0);
    assert_eq!(
        stage.count("changesInReviewBehavior=ERROR_IF_IN_REVIEW"),
        stage.count(":commit")
    );
}

/// Why the cockpit wants a service account of its own: a new edit of one account ends its older one.
#[tokio::test(start_paused = true)]
async fn another_program_with_our_account_ends_our_edit_and_nothing_is_overwritten() {
    let stage = Stage::new();
    let ours = stage.connect(Service::GooglePlay);
    let theirs = stage.connect(Service::GooglePlay);
    let before = read(&*ours, PRODUCTION, Reading::Fresh).await;
    stage.pass_ms(5_000).await;
    act(&*theirs, PRODUCTION, &Desired::Complete).await.unwrap();
    let error = ours
        .apply(&effect(&before, &Desired::Stopped))
        .await
        .unwrap_err();
    assert_eq!((error.kind, error.applied), (ErrorKind::Moved, Applied::No));
    assert!(
        error
            .sentence
            .contains("or another program opened an edit, since the track was read"),
        "{}",
        error.sentence
    );
    assert_eq!(play(&stage)["tracks"]["production"]["status"], "completed");
    let seen = read(&*ours, PRODUCTION, Reading::Poll).await;
    assert_eq!(rollout(&seen).status, StagedStatus::Completed);
}

#[tokio::test(start_paused = true)]
async fn an_edit_that_expires_early_is_replaced_for_a_look_and_means_moved_for_a_write() {
    let stage = Stage::new();
    stage.knobs(json!({"service": "google_play", "edit_lifetime_s": 300}));
    let adapter = stage.connect(Service::GooglePlay);
    let before = read(&*adapter, PRODUCTION, Reading::Fresh).await;
    // Google's clock goes on; ours, by which the edit still lasts, does not.
    let longer = json!({"ms": 301_000});
    stage.control("/_sandbox/advance", longer.clone());
    let error = adapter
        .apply(&effect(&before, &Desired::Stopped))
        .await
        .unwrap_err();
    assert_eq!((error.kind, error.applied), (ErrorKind::Moved, Applied::No));
    assert!(
        error.sentence.contains("expired before it was used"),
        "{}",
        error.sentence
    );
    read(&*adapter, PRODUCTION, Reading::Poll).await;
    stage.control("/_sandbox/advance", longer);
    let seen = read(&*adapter, PRODUCTION, Reading::Poll).await;
    assert_eq!(rollout(&seen).status, StagedStatus::InProgress);
}

#[tokio::test(start_paused = true)]
async fn a_share_goes_along_exactly_where_google_wants_one() {
    for lenient in [false, true] {
        let stage = Stage::new();
        stage.knobs(json!({"service": "google_play", "lenient_halt": lenient}));
        let adapter = stage.connect(Service::GooglePlay);
        let sent = async |desired: Desired| {
            act(&*adapter, PRODUCTION, &desired).await.unwrap();
            let body = stage.wire.newest_body();
            (
                body["releases"][0]["status"].clone(),
                body["releases"][0].get("userFraction").cloned(),
            )
        };
        let staged = sent(Desired::Stopped).await;
        assert_eq!(staged, (json!("halted"), Some(json!(0.2))));
        assert_eq!(sent(RESUME).await, (json!("inProgress"), Some(json!(0.2))));
        let full = sent(Desired::Complete).await;
        assert_eq!(full, (json!("completed"), None));
        assert_eq!(sent(Desired::Stopped).await, (json!("halted"), None));
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_full_release_of_a_track_is_not_halted_and_says_why() {
    let stage = Stage::new();
    stage.knobs(json!({"service": "google_play", "first_release": true}));
    let adapter = stage.connect(Service::GooglePlay);
    let before = read(&*adapter, PRODUCTION, Reading::Fresh).await;
    let says = words::consequence(&Desired::Stopped, &before.state);
    assert!(says.contains("refuses when there is none"), "{says}");
    let error = adapter
        .apply(&effect(&before, &Desired::Stopped))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind, error.applied),
        (ErrorKind::Rejected, Applied::No)
    );
    assert!(
        error
            .sentence
            .starts_with("This is the track's first full release: Google Play does not halt it"),
        "{}",
        error.sentence
    );
    assert!(error.hint.unwrap().contains("flag"));
    assert_eq!(play(&stage)["tracks"]["production"]["status"], "completed");
}

#[tokio::test(start_paused = true)]
async fn an_app_that_was_never_published_has_nothing_to_stop_and_says_so() {
    let stage = Stage::new();
    stage.knobs(json!({"service": "google_play", "draft_app": true}));
    let adapter = stage.connect(Service::GooglePlay);
    let error = act(&*adapter, PRODUCTION, &Desired::Stopped)
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind, error.applied),
        (ErrorKind::Rejected, Applied::No)
    );
    assert!(
        error
            .sentence
            .starts_with("The app was never published on Google Play"),
        "{}",
        error.sentence
    );
}

#[tokio::test(start_paused = true)]
async fn an_emptied_track_is_read_as_halted_and_not_as_empty() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::GooglePlay);
    read(&*adapter, PRODUCTION, Reading::Poll).await;
    stage.console(json!({"service": "google_play", "action": "clear"}));
    let seen = read(&*adapter, PRODUCTION, Reading::Poll).await;
    assert_eq!(words::state(&seen.state), "halted at 20 %");
    assert!(Desired::Stopped.is_met_by(&seen.state));
    // What is halted already costs no commit.
    act(&*adapter, PRODUCTION, &Desired::Stopped).await.unwrap();
    assert_eq!(stage.count(":commit"), 0);
}

#[tokio::test(start_paused = true)]
async fn with_the_days_edits_used_up_looks_go_on_while_nothing_changes() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::GooglePlay);
    read(&*adapter, PRODUCTION, Reading::Poll).await;
    stage.knobs(json!({"service": "google_play", "daily_edits_max": 0}));
    for _ in 0..20 {
        stage.pass_ms(10_000).await;
        read(&*adapter, PRODUCTION, Reading::Poll).await;
    }
    // The open edit can still be written to, so the stop goes through.
    let held = read(&*adapter, PRODUCTION, Reading::Fresh).await;
    adapter
        .apply(&effect(&held, &Desired::Stopped))
        .await
        .unwrap();
    assert_eq!(play(&stage)["tracks"]["production"]["status"], "halted");
    let target = TargetId(PRODUCTION.to_owned());
    let error = adapter.observe(&target, Reading::Fresh).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::RateLimited);
    assert!(
        error
            .sentence
            .starts_with("This app's edits for today are used up on Google Play."),
        "{}",
        error.sentence
    );
}

#[tokio::test(start_paused = true)]
async fn a_commit_that_was_taken_says_nothing_of_phones() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::GooglePlay);
    let before = read(&*adapter, PRODUCTION, Reading::Fresh).await;
    let says = words::consequence(&Desired::Stopped, &before.state);
    assert!(says.contains("People who have it keep it."), "{says}");
    let receipt = adapter
        .apply(&effect(&before, &Desired::Stopped))
        .await
        .unwrap();
    assert!(
        receipt
            .notes
            .iter()
            .any(|note| note.contains("can take hours")),
        "{receipt:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_google_does_not_tolerate_is_named_in_both_directions() {
    for (minutes, accepted) in [(-11, false), (-9, true), (60, true), (71, false)] {
        let stage = Stage::new();
        let skew_ms: i64 = minutes * 60_000;
        stage.knobs(json!({"service": "google_play", "clock_skew_ms": skew_ms}));
        let check = stage.connect(Service::GooglePlay).check().await.unwrap();
        let item = &check.items[0];
        assert_eq!(item.ok, accepted, "{minutes} min: {item:?}");
        assert!(
            accepted || item.sentence.contains("this computer's clock is off"),
            "{item:?}"
        );
    }
}
