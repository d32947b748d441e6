//! Google Play asks people to update: one recovery for a version, whatever becomes of an answer, and
//! only what was read back. Must not know how the adapter looks for it.

use cockpit_domain::provider::{Applied, ErrorKind, Reading};
use cockpit_domain::target::{Newer, Recovery, RecoveryStatus, Scope};
use cockpit_domain::{Desired, Observation, Service, TargetState, decide, words};
use futures_util::future::join;
use serde_json::{Value, json};

use crate::stage::{Stage, act, effect, read};

/// 8.3.2, which everybody has who is not in the rollout of 8.4.0.
const OLD: &str = "google_play:com.northwind.wallet/recovery/83207/8.3.2";
/// 8.4.0, than which nothing newer is on production.
const NEWEST: &str = "google_play:com.northwind.wallet/recovery/84012/8.4.0";
/// The one request that makes a recovery, as the stage counts it.
const CREATE: &str = "POST /androidpublisher/v3/applications/com.northwind.wallet/appRecoveries?";
const ASK: Desired = Desired::AskedToUpdate;
const CANCEL: Desired = Desired::NotAsked;

fn recovery(seen: &Observation) -> &Recovery {
    match &seen.state {
        TargetState::Recovery(it) => it,
        other => panic!("{other:?}"),
    }
}

fn statuses(stage: &Stage) -> Vec<String> {
    let all = stage.truth()["google_play"]["recoveries"].clone();
    let all = all.as_array().unwrap().iter();
    all.map(|it| {
        it["status"]
            .as_str()
            .unwrap()
            .trim_start_matches("RECOVERY_STATUS_")
            .to_owned()
    })
    .collect()
}

fn knobs(stage: &Stage, body: Value) {
    let mut body = body;
    body["service"] = json!("google_play");
    stage.knobs(body);
}

fn in_console(stage: &Stage, body: Value) {
    let mut body = body;
    body["service"] = json!("google_play");
    stage.console(body);
}

#[tokio::test(start_paused = true)]
async fn a_version_without_a_recovery_says_what_its_people_could_update_to() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::GooglePlay);
    let seen = read(&*adapter, OLD, Reading::Poll).await;
    let expected = Recovery {
        version: "8.3.2".to_owned(),
        builds: vec!["83207".to_owned()],
        status: RecoveryStatus::Absent,
        action: None,
        scope: Scope::Whole,
        devices: None,
        newer: Some(Newer {
            version: "8.4.0".to_owned(),
            fraction_bps: Some(2_000),
        }),
    };
    assert_eq!(*recovery(&seen), expected);
    let newest = read(&*adapter, NEWEST, Reading::Poll).await;
    assert_eq!(recovery(&newest).newer, None);
    let why = decide::not_offered(&ASK, &newest.state).unwrap();
    assert!(why.contains("nothing to update to"), "{why}");
}

#[tokio::test(start_paused = true)]
async fn people_are_asked_and_are_no_longer_asked_and_each_is_read_back() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::GooglePlay);
    let receipt = act(&*adapter, OLD, &ASK).await.unwrap();
    let seen = read(&*adapter, OLD, Reading::Serving).await;
    assert_eq!(recovery(&seen).status, RecoveryStatus::Active);
    assert_eq!(recovery(&seen).action, receipt.provider_request_id);
    assert_eq!(recovery(&seen).devices.unwrap().recovered, 0);
    stage.control("/_sandbox/advance", json!({"ms": 1_800_000}));
    let later = read(&*adapter, OLD, Reading::Serving).await;
    assert!(recovery(&later).devices.unwrap().recovered > 0);
    assert_eq!(
        words::moved(&seen.state, &later.state),
        words::Moved::No,
        "counts rise by themselves"
    );

    act(&*adapter, OLD, &CANCEL).await.unwrap();
    let seen = read(&*adapter, OLD, Reading::Serving).await;
    assert!(CANCEL.is_met_by(&seen.state), "{seen:?}");
    // Google cannot take it up again, so that asking again makes another.
    act(&*adapter, OLD, &ASK).await.unwrap();
    assert_eq!(statuses(&stage), ["CANCELED", "ACTIVE"]);
    assert_eq!(stage.count(CREATE), 2);
    // It costs no edit beside the one that was open for looking.
    assert_eq!(
        stage.count("POST /androidpublisher/v3/applications/com.northwind.wallet/edits?"),
        2
    );
}

#[tokio::test(start_paused = true)]
async fn a_draft_that_was_left_is_taken_up_and_no_second_one_is_made() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::GooglePlay);
    let before = read(&*adapter, OLD, Reading::Fresh).await;
    stage.fault(":deploy", "status:429", 1);
    let error = adapter.apply(&effect(&before, &ASK)).await.unwrap_err();
    assert_eq!(
        (error.kind, error.applied),
        (ErrorKind::RateLimited, Applied::No)
    );
    assert_eq!(statuses(&stage), ["DRAFT"]);
    stage.pass_ms(120_000).await;
    // Another process, which knows nothing of the first.
    let adapter = stage.connect(Service::GooglePlay);
    let seen = read(&*adapter, OLD, Reading::Fresh).await;
    assert_eq!(recovery(&seen).status, RecoveryStatus::Draft);
    assert_eq!(
        words::state(&seen.state),
        "prepared, nobody is asked to update yet"
    );
    act(&*adapter, OLD, &ASK).await.unwrap();
    assert_eq!(statuses(&stage), ["ACTIVE"]);
    assert_eq!(stage.count(CREATE), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_to_the_making_is_looked_for_and_never_repeated() {
    for (fault, made) in [
        ("lost_reply", true),
        ("lost_reply:close", true),
        ("hang", false),
        ("close", false),
        ("status:500", false),
    ] {
        let stage = Stage::new();
        let adapter = stage.connect(Service::GooglePlay);
        let before = read(&*adapter, OLD, Reading::Fresh).await;
        stage.fault(CREATE.trim_end_matches('?'), fault, 1);
        let outcome = adapter.apply(&effect(&before, &ASK)).await;
        assert_eq!(stage.count(CREATE), 1, "{fault}");
        if made {
            outcome.unwrap();
            assert_eq!(statuses(&stage), ["ACTIVE"], "{fault}");
        } else {
            let error = outcome.unwrap_err();
            assert_eq!(error.applied, Applied::Unknown, "{fault}: {error:?}");
            assert_eq!(statuses(&stage), Vec::<String>::new(), "{fault}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn two_at_once_make_one() {
    let stage = Stage::new();
    stage.knobs(json!({"service": "google_play", "latency_ms": 50}));
    let adapter = stage.connect(Service::GooglePlay);
    let before = read(&*adapter, OLD, Reading::Fresh).await;
    let wanted = effect(&before, &ASK);
    let (one, other) = join(adapter.apply(&wanted), adapter.apply(&wanted)).await;
    assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
    assert_eq!(stage.count(CREATE), 1);
}

#[tokio::test(start_paused = true)]
async fn what_google_still_makes_is_waited_for_and_is_not_called_asked() {
    // Made after the deploy: what was sent is read back until people are asked.
    let stage = Stage::new();
    knobs(&stage, json!({"recovery_making_ms": 20_000}));
    let adapter = stage.connect(Service::GooglePlay);
    act(&*adapter, OLD, &ASK).await.unwrap();
    let seen = read(&*adapter, OLD, Reading::Serving).await;
    assert_eq!(recovery(&seen).status, RecoveryStatus::Generating);
    assert!(!ASK.is_met_by(&seen.state));
    stage.pass_ms(20_000).await;
    let seen = read(&*adapter, OLD, Reading::Serving).await;
    assert!(ASK.is_met_by(&seen.state), "{seen:?}");

    // Made with the draft: deployed once that has ended, by the one that was made.
    let stage = Stage::new();
    knobs(
        &stage,
        json!({"recovery_making_ms": 20_000, "recovery_makes_drafts": true}),
    );
    let adapter = stage.connect(Service::GooglePlay);
    act(&*adapter, OLD, &ASK).await.unwrap();
    assert_eq!(statuses(&stage), ["ACTIVE"]);
    assert_eq!((stage.count(CREATE), stage.count(":deploy")), (1, 1));

    // Too long: not deployed, and what was made is taken up later.
    let stage = Stage::new();
    knobs(
        &stage,
        json!({"recovery_making_ms": 600_000, "recovery_makes_drafts": true}),
    );
    let adapter = stage.connect(Service::GooglePlay);
    let error = act(&*adapter, OLD, &ASK).await.unwrap_err();
    assert_eq!(
        (error.kind, error.applied),
        (ErrorKind::NeedsPerson, Applied::No)
    );
    assert!(
        error.sentence.contains("nobody is asked") && error.hint.is_some(),
        "{error:?}"
    );
    stage.pass_ms(600_000).await;
    act(&*adapter, OLD, &ASK).await.unwrap();
    assert_eq!(
        (statuses(&stage), stage.count(CREATE)),
        (vec!["ACTIVE".to_owned()], 1)
    );
}

#[tokio::test(start_paused = true)]
async fn what_google_cannot_make_or_take_is_refused_in_words() {
    for (knob, says) in [
        (
            json!({"recovery_making_fails": true}),
            "could not make what devices need",
        ),
        (
            json!({"recovery_app_bundle": false}),
            "published as app bundles",
        ),
        (json!({"may_release": false}), "lacks a permission"),
    ] {
        let stage = Stage::new();
        knobs(&stage, knob);
        let adapter = stage.connect(Service::GooglePlay);
        let error = act(&*adapter, OLD, &ASK).await.unwrap_err();
        assert_eq!(error.applied, Applied::No);
        assert!(error.sentence.contains(says), "{}", error.sentence);
        assert!(error.hint.is_some());
    }
    // A code that Google never saw.
    let stage = Stage::new();
    let adapter = stage.connect(Service::GooglePlay);
    let unknown = "google_play:com.northwind.wallet/recovery/7/0.0.1";
    let error = act(&*adapter, unknown, &ASK).await.unwrap_err();
    assert_eq!(
        (error.kind, error.applied),
        (ErrorKind::Rejected, Applied::No)
    );
    assert!(
        error.sentence.contains("does not know this version code"),
        "{error:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_somebody_made_for_others_is_seen_and_left_to_them() {
    let stage = Stage::new();
    let ask_norway = json!({"action": "recover", "version_code": 83_207, "regions": ["NO"]});
    in_console(&stage, ask_norway);
    let adapter = stage.connect(Service::GooglePlay);
    let seen = read(&*adapter, OLD, Reading::Fresh).await;
    assert_eq!(recovery(&seen).scope, Scope::Narrower);
    for desired in [ASK, CANCEL] {
        let why = decide::not_offered(&desired, &seen.state).unwrap();
        assert!(why.contains("in the Play console"), "{why}");
    }
    // One of ours beside it would be another: it is not sent on what was read before.
    let stage = Stage::new();
    let adapter = stage.connect(Service::GooglePlay);
    let before = read(&*adapter, OLD, Reading::Fresh).await;
    in_console(
        &stage,
        json!({"action": "recover", "version_code": 83_207, "regions": ["NO"]}),
    );
    let error = adapter.apply(&effect(&before, &ASK)).await.unwrap_err();
    assert_eq!((error.kind, error.applied), (ErrorKind::Moved, Applied::No));
    assert_eq!(stage.count(CREATE), 0);

    // What was canceled in the console is so, and nothing is sent for it.
    let stage = Stage::new();
    let adapter = stage.connect(Service::GooglePlay);
    act(&*adapter, OLD, &ASK).await.unwrap();
    let before = read(&*adapter, OLD, Reading::Fresh).await;
    in_console(&stage, json!({"action": "recover", "cancel": true}));
    let receipt = adapter.apply(&effect(&before, &CANCEL)).await.unwrap();
    assert!(receipt.notes[0].contains("nothing was sent"));
    assert_eq!(stage.count(":cancel"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_stop_does_not_wait_for_a_recovery_that_is_being_made() {
    let stage = Stage::new();
    knobs(
        &stage,
        json!({"recovery_making_ms": 60_000, "recovery_makes_drafts": true}),
    );
    let adapter = stage.connect(Service::GooglePlay);
    let before = read(&*adapter, OLD, Reading::Fresh).await;
    let wanted = effect(&before, &ASK);
    let production = "google_play:com.northwind.wallet/production";
    let began = tokio::time::Instant::now();
    let stop = async {
        stage.pass_ms(2_000).await;
        act(&*adapter, production, &Desired::Stopped).await.unwrap();
        began.elapsed().as_secs()
    };
    let (asked, stopped_after) = join(adapter.apply(&wanted), stop).await;
    assert!(stopped_after < 5, "{stopped_after}");
    // What they would have updated to is halted by then, so that nobody is asked.
    let error = asked.unwrap_err();
    assert_eq!((error.kind, error.applied), (ErrorKind::Moved, Applied::No));
    assert_eq!(statuses(&stage), ["DRAFT"]);
}
