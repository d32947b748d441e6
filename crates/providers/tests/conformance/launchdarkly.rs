//! LaunchDarkly's traps. Must not know the adapter's inside.

use cockpit_domain::provider::{Applied, ErrorKind, Reading};
use cockpit_domain::switch::{By, Caveat, Flag};
use cockpit_domain::{Desired, Observation, Service, TargetId, TargetState, words};
use cockpit_providers::connect;
use serde_json::json;

use crate::stage::{Stage, act, effect, read, settings};

const FLAG: &str = "launchdarkly:northwind/production/instant-transfer";

fn flag(seen: &Observation) -> &Flag {
    match &seen.state {
        TargetState::Flag(flag) => flag,
        other => panic!("{other:?}"),
    }
}

fn knob(stage: &Stage, name: &str, value: impl Into<serde_json::Value>) {
    stage.knobs(json!({"service": "launchdarkly", name: value.into()}));
}

#[tokio::test(start_paused = true)]
async fn off_in_launchdarkly_is_not_off_for_apps() {
    let stage = Stage::new();
    knob(&stage, "propagation_ms", 2_000);
    let adapter = stage.connect(Service::LaunchDarkly);
    act(&*adapter, FLAG, &Desired::Off).await.unwrap();
    let seen = read(&*adapter, FLAG, Reading::Serving).await;
    assert_eq!(
        (flag(&seen).enabled, flag(&seen).serving),
        (false, Some(true))
    );
    assert!(!Desired::Off.is_met_by(&seen.state));
    stage.pass_ms(2_000).await;
    let seen = read(&*adapter, FLAG, Reading::Serving).await;
    assert!(Desired::Off.is_met_by(&seen.state));
}

#[tokio::test(start_paused = true)]
async fn a_change_is_a_semantic_patch_with_a_comment() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::LaunchDarkly);
    let receipt = act(&*adapter, FLAG, &Desired::Off).await.unwrap();
    assert_eq!(receipt.provider_request_id.as_deref(), Some("version 13"));
    let body = stage.wire.newest_body();
    assert_eq!(body["instructions"], json!([{"kind": "turnFlagOff"}]));
    let comment = stage.truth()["history"][0]["after"]["comment"].clone();
    assert!(
        comment.as_str().unwrap().contains("intent 00ff"),
        "{comment}"
    );
    let head = "ledger head abcdefabcdefabcd";
    assert!(comment.as_str().unwrap().contains(head), "{comment}");
}

#[tokio::test(start_paused = true)]
async fn where_an_approval_is_required_it_says_that_theirs_is_needed() {
    let stage = Stage::new();
    knob(&stage, "approvals", true);
    let adapter = stage.connect(Service::LaunchDarkly);
    let error = act(&*adapter, FLAG, &Desired::Off).await.unwrap_err();
    assert_eq!(
        (error.kind, error.applied),
        (ErrorKind::NeedsPerson, Applied::No)
    );
    assert!(
        error
            .sentence
            .starts_with("Not in effect yet: their approval is needed."),
        "{}",
        error.sentence
    );
    assert!(error.hint.unwrap().contains("have it approved"));
    // A connection for looking is worth having, and says so from the start.
    let check = adapter.check().await.unwrap();
    assert!(check.items.iter().all(|item| item.ok), "{check:?}");
    assert!(
        check
            .items
            .iter()
            .any(|item| item.sentence.contains("waits for an approval"))
    );
    assert_eq!(stage.changes(Service::LaunchDarkly), 0);
}

#[tokio::test(start_paused = true)]
async fn two_changes_that_meet_are_moved_and_nothing_was_changed() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::LaunchDarkly);
    let before = read(&*adapter, FLAG, Reading::Fresh).await;
    knob(&stage, "conflicts", 1);
    let error = adapter
        .apply(&effect(&before, &Desired::Off))
        .await
        .unwrap_err();
    assert_eq!((error.kind, error.applied), (ErrorKind::Moved, Applied::No));
    assert!(error.sentence.contains("at the same moment"));
    assert!(error.hint.is_some());
    act(&*adapter, FLAG, &Desired::Off).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn too_many_requests_say_when_the_window_ends() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::LaunchDarkly);
    let before = read(&*adapter, FLAG, Reading::Fresh).await;
    knob(&stage, "requests_per_10s_max", 1);
    let elsewhere = stage.connect(Service::LaunchDarkly);
    elsewhere.targets().await.unwrap();
    stage.pass_ms(4_000).await;
    let error = adapter
        .apply(&effect(&before, &Desired::Off))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind, error.applied),
        (ErrorKind::RateLimited, Applied::No)
    );
    assert_eq!(error.retry_after_ms, Some(6_000));
}

#[tokio::test(start_paused = true)]
async fn a_role_that_is_too_small_is_found_by_a_dry_run() {
    for (status, kind) in [(401, ErrorKind::Unauthorized), (403, ErrorKind::Forbidden)] {
        let stage = Stage::new();
        knob(&stage, "refuses_writes", status);
        let adapter = stage.connect(Service::LaunchDarkly);
        let check = adapter.check().await.unwrap();
        let missing: Vec<_> = check.items.iter().filter(|item| !item.ok).collect();
        assert_eq!(missing.len(), 1, "{check:?}");
        assert_eq!(missing[0].permission, "updateOn");
        assert!(missing[0].sentence.contains("updateOn"));
        let error = act(&*adapter, FLAG, &Desired::Off).await.unwrap_err();
        assert_eq!((error.kind, error.applied), (kind, Applied::No));
        assert_eq!(stage.changes(Service::LaunchDarkly), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_check_changes_nothing() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::LaunchDarkly);
    assert!(adapter.check().await.unwrap().items.iter().all(|it| it.ok));
    assert_eq!(stage.count("PATCH"), 1);
    assert_eq!(stage.count("dryRun=true"), 1);
    let seen = read(&*adapter, FLAG, Reading::Serving).await;
    assert!(Desired::On.is_met_by(&seen.state));
}

#[tokio::test(start_paused = true)]
async fn a_mobile_key_of_another_environment_is_named() {
    let stage = Stage::new();
    let (mut plain, secret) = settings(&stage.sandbox.connections(), Service::LaunchDarkly);
    plain.insert("environment".to_owned(), "test".to_owned());
    let adapter = connect(Service::LaunchDarkly, &plain, &secret, &stage.http).unwrap();
    let check = adapter.check().await.unwrap();
    assert!(
        check
            .items
            .iter()
            .any(|item| !item.ok && item.sentence.contains("not the one of test"))
    );
}

#[tokio::test(start_paused = true)]
async fn archived_flags_and_flags_that_apps_do_not_get_are_no_targets() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::LaunchDarkly);
    let titles: Vec<_> = adapter
        .targets()
        .await
        .unwrap()
        .into_iter()
        .map(|target| target.title)
        .collect();
    assert_eq!(titles, ["home-feed-v3", "instant-transfer", "rate-source"]);
    stage.console(
        json!({"service": "launchdarkly", "action": "archive", "flag": "instant-transfer"}),
    );
    stage.pass_ms(2_000).await;
    let target = TargetId(FLAG.to_owned());
    for reading in [Reading::Poll, Reading::Serving] {
        let error = adapter.observe(&target, reading).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::NotFound);
        assert!(error.sentence.contains("is archived"), "{}", error.sentence);
    }
}

#[tokio::test(start_paused = true)]
async fn a_flag_that_apps_do_not_get_is_turned_off_and_never_confirmed() {
    let stage = Stage::new();
    let (mut plain, secret) = settings(&stage.sandbox.connections(), Service::LaunchDarkly);
    plain.insert("flags".to_owned(), "ledger-writes".to_owned());
    let adapter = connect(Service::LaunchDarkly, &plain, &secret, &stage.http).unwrap();
    let target = adapter.targets().await.unwrap().remove(0).id;
    let before = read(&*adapter, &target.0, Reading::Fresh).await;
    assert_eq!((flag(&before).enabled, flag(&before).serving), (true, None));
    adapter
        .apply(&effect(&before, &Desired::Off))
        .await
        .unwrap();
    let error = adapter
        .observe(&target, Reading::Serving)
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert!(error.sentence.contains("what apps get is not known"));
    assert!(error.hint.unwrap().contains("SDKs using Mobile key"));
}

#[tokio::test(start_paused = true)]
async fn a_flag_without_a_variation_for_off_says_what_apps_do() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::LaunchDarkly);
    let other = "launchdarkly:northwind/production/rate-source";
    let receipt = act(&*adapter, other, &Desired::Off).await.unwrap();
    assert!(receipt.notes[0].contains("take the value in their own code"));
    let receipt = act(&*adapter, FLAG, &Desired::Off).await.unwrap();
    assert!(receipt.notes.is_empty());
}

#[tokio::test(start_paused = true)]
async fn looking_reads_everything_once_for_all_flags() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::LaunchDarkly);
    let seen = read(&*adapter, FLAG, Reading::Poll).await;
    assert_eq!(
        (flag(&seen).enabled, flag(&seen).serving),
        (true, Some(true))
    );
    assert!(flag(&seen).description.contains("Instant transfers"));
    let quarter = "launchdarkly:northwind/production/home-feed-v3";
    let seen = read(&*adapter, quarter, Reading::Poll).await;
    assert_eq!(flag(&seen).fraction_bps, Some(2_500));
    for target in adapter.targets().await.unwrap() {
        read(&*adapter, &target.id.0, Reading::Poll).await;
    }
    assert_eq!(
        (stage.count("/msdk/"), stage.count("GET /api/v2/flags/")),
        (1, 1)
    );
    // How they are used is asked once an hour.
    assert_eq!(stage.count("/flag-statuses/"), 1);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_say_why_proves_nothing() {
    let stage = Stage::new();
    let (plain, secret) = settings(&stage.sandbox.connections(), Service::LaunchDarkly);
    let answers = |path: &str| match path {
        path if path.starts_with("/msdk/") => {
            json!({"instant-transfer": {"version": 50, "value": false, "variation": 1}})
        }
        _ => json!({"key": "instant-transfer", "variations": [{"value": true}, {"value": false}],
            "environments": {"production": {"on": false, "version": 13, "offVariation": 1}}}),
    };
    let http = stage.answering(answers);
    let adapter = connect(Service::LaunchDarkly, &plain, &secret, &http).unwrap();
    let target = TargetId(FLAG.to_owned());
    for reading in [Reading::Fresh, Reading::Serving] {
        let error = adapter.observe(&target, reading).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Protocol);
        assert!(
            error
                .sentence
                .contains("whether it is off for them is not known")
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_dead_mobile_key_does_not_keep_a_flag_on_and_proves_nothing() {
    let stage = Stage::new();
    let (plain, mut secret) = settings(&stage.sandbox.connections(), Service::LaunchDarkly);
    secret.insert("mobile_key".to_owned(), "mob-gone".to_owned().into());
    let adapter = connect(Service::LaunchDarkly, &plain, &secret, &stage.http).unwrap();
    let before = read(&*adapter, FLAG, Reading::Fresh).await;
    assert_eq!((flag(&before).enabled, flag(&before).serving), (true, None));
    adapter
        .apply(&effect(&before, &Desired::Off))
        .await
        .unwrap();
    let target = TargetId(FLAG.to_owned());
    for reading in [Reading::Serving, Reading::Fresh] {
        let error = adapter.observe(&target, reading).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unauthorized);
    }
}

#[tokio::test(start_paused = true)]
async fn what_off_will_do_for_apps_is_said_before_the_press() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::LaunchDarkly);
    let seen = read(&*adapter, FLAG, Reading::Poll).await;
    assert_eq!(flag(&seen).caveats, []);
    assert_eq!(flag(&seen).reach.map(|it| it.by), Some(By::Stream));
    // Without a variation for off the default counts that an app last told of.
    let other = "launchdarkly:northwind/production/rate-source";
    let seen = read(&*adapter, other, Reading::Poll).await;
    let default = Some("backup".to_owned());
    assert_eq!(
        flag(&seen).caveats,
        [Caveat::DefaultInCode { value: default }]
    );
    let sentence = words::consequence(&Desired::Off, &seen.state);
    assert!(sentence.contains("last seen as backup"), "{sentence}");
    let fresh = read(&*adapter, other, Reading::Fresh).await;
    assert_eq!(flag(&fresh).caveats, flag(&seen).caveats);
}

#[tokio::test(start_paused = true)]
async fn a_switch_that_nobody_asks_for_or_that_apps_do_not_get_is_named() {
    let stage = Stage::new();
    let (mut plain, secret) = settings(&stage.sandbox.connections(), Service::LaunchDarkly);
    plain.insert("flags".to_owned(), "ledger-writes".to_owned());
    let adapter = connect(Service::LaunchDarkly, &plain, &secret, &stage.http).unwrap();
    let other = "launchdarkly:northwind/production/ledger-writes";
    let seen = read(&*adapter, other, Reading::Poll).await;
    assert_eq!(
        flag(&seen).caveats,
        [Caveat::NotForApps, Caveat::NotAskedFor { days: 7 }]
    );
    // A token that may not read how flags are used knows less, and says nothing of it.
    stage.fault("/flag-statuses/", "status:403", 9);
    let adapter = connect(Service::LaunchDarkly, &plain, &secret, &stage.http).unwrap();
    let seen = read(&*adapter, other, Reading::Poll).await;
    assert_eq!(flag(&seen).caveats, [Caveat::NotForApps]);
}

#[tokio::test(start_paused = true)]
async fn a_flag_that_serves_true_when_it_is_off_cannot_be_killed() {
    let stage = Stage::new();
    let (plain, secret) = settings(&stage.sandbox.connections(), Service::LaunchDarkly);
    let answers = |path: &str| match path {
        path if path.starts_with("/msdk/") => {
            json!({"instant-transfer": {"value": true, "reason": {"kind": "FALLTHROUGH"}}})
        }
        _ => json!({"key": "instant-transfer", "variations": [{"value": true}, {"value": false}],
            "environments": {"production": {"on": true, "version": 13, "offVariation": 0, "fallthrough": {"variation": 0}}}}),
    };
    let http = stage.answering(answers);
    let adapter = connect(Service::LaunchDarkly, &plain, &secret, &http).unwrap();
    let seen = read(&*adapter, FLAG, Reading::Fresh).await;
    let sentence = words::consequence(&Desired::Off, &seen.state);
    assert!(
        sentence.contains("Apps get true while it is off: they may do the same as before."),
        "{sentence}"
    );
}
