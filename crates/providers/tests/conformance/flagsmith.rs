//! Flagsmith's traps. Must not know the adapter's inside.

use cockpit_domain::provider::{Applied, ErrorKind, Reading};
use cockpit_domain::switch::{By, Caveat, Flag, Reach};
use cockpit_domain::{Desired, Observation, Service, TargetId, TargetState, words};
use cockpit_providers::{Adapter, connect};
use serde_json::{Value, json};

use crate::stage::{Stage, act, effect, read, settings};

fn target(stage: &Stage, name: &str) -> String {
    let (plain, _) = settings(&stage.sandbox.connections(), Service::Flagsmith);
    format!("flagsmith:{}/{name}", plain["environment_key"])
}

fn flag(seen: &Observation) -> &Flag {
    match &seen.state {
        TargetState::Flag(flag) => flag,
        other => panic!("{other:?}"),
    }
}

fn knob(stage: &Stage, name: &str, value: impl Into<Value>) {
    stage.knobs(json!({"service": "flagsmith", name: value.into()}));
}

/// An adapter that only knows this flag.
fn only(stage: &Stage, name: &str) -> Box<dyn Adapter> {
    let (mut plain, secret) = settings(&stage.sandbox.connections(), Service::Flagsmith);
    plain.insert("flags".to_owned(), name.to_owned());
    connect(Service::Flagsmith, &plain, &secret, &stage.http).unwrap()
}

#[tokio::test(start_paused = true)]
async fn off_in_flagsmith_is_not_off_for_apps() {
    for versioned in [true, false] {
        let stage = Stage::new();
        knob(&stage, "versioned", versioned);
        knob(&stage, "propagation_ms", 2_000);
        let adapter = stage.connect(Service::Flagsmith);
        let at = target(&stage, "instant_transfer");
        act(&*adapter, &at, &Desired::Off).await.unwrap();
        let seen = read(&*adapter, &at, Reading::Serving).await;
        assert_eq!(
            (flag(&seen).enabled, flag(&seen).serving),
            (false, Some(true))
        );
        assert!(!Desired::Off.is_met_by(&seen.state));
        stage.pass_ms(2_000).await;
        let seen = read(&*adapter, &at, Reading::Serving).await;
        assert!(Desired::Off.is_met_by(&seen.state));
    }
}

#[tokio::test(start_paused = true)]
async fn a_version_carries_the_intent_and_the_ledger_s_head_and_changes_nothing_else() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::Flagsmith);
    let at = target(&stage, "home_feed_v3");
    let receipt = act(&*adapter, &at, &Desired::Off).await.unwrap();
    assert!(receipt.provider_request_id.unwrap().starts_with("version "));
    let truth = stage.truth()["flagsmith"].clone();
    let comment = truth["flags"]["home_feed_v3"]["comment"].as_str().unwrap();
    assert!(comment.contains("intent 00ff"), "{comment}");
    assert!(
        comment.contains("ledger head abcdefabcdefabcd"),
        "{comment}"
    );
    assert_eq!(
        truth["flags"]["home_feed_v3"]["segments"],
        json!({"71": true, "72": false})
    );
    assert_eq!(truth["drafts"], 0);
}

#[tokio::test(start_paused = true)]
async fn without_versions_a_state_is_changed_and_no_comment_is_claimed() {
    let stage = Stage::new();
    knob(&stage, "versioned", false);
    let adapter = stage.connect(Service::Flagsmith);
    let at = target(&stage, "instant_transfer");
    for desired in [Desired::Off, Desired::On] {
        let receipt = act(&*adapter, &at, &desired).await.unwrap();
        assert!(receipt.notes[0].contains("takes no comment"), "{receipt:?}");
        let seen = read(&*adapter, &at, Reading::Serving).await;
        assert!(desired.is_met_by(&seen.state));
    }
    assert_eq!(
        (stage.count("/featurestates/"), stage.count("/versions/")),
        (2, 0)
    );
}

#[tokio::test(start_paused = true)]
async fn an_environment_that_begins_to_keep_versions_is_changed_the_other_way() {
    let stage = Stage::new();
    knob(&stage, "versioned", false);
    let adapter = stage.connect(Service::Flagsmith);
    let at = target(&stage, "instant_transfer");
    read(&*adapter, &at, Reading::Poll).await;
    knob(&stage, "versioned", true);
    act(&*adapter, &at, &Desired::Off).await.unwrap();
    let seen = read(&*adapter, &at, Reading::Serving).await;
    assert!(Desired::Off.is_met_by(&seen.state));
}

#[tokio::test(start_paused = true)]
async fn where_an_approval_is_needed_it_says_so_and_does_not_go_round_it() {
    for versioned in [true, false] {
        let stage = Stage::new();
        knob(&stage, "versioned", versioned);
        knob(&stage, "approvals", 2);
        let adapter = stage.connect(Service::Flagsmith);
        let at = target(&stage, "instant_transfer");
        let error = act(&*adapter, &at, &Desired::Off).await.unwrap_err();
        assert_eq!(
            (error.kind, error.applied),
            (ErrorKind::NeedsPerson, Applied::No)
        );
        let sentence = &error.sentence;
        assert!(sentence.contains("their approval is needed"), "{sentence}");
        assert!(sentence.contains("Nothing was sent"), "{sentence}");
        assert!(error.hint.unwrap().contains("have it approved"));
        assert_eq!((stage.count("POST"), stage.count("PATCH")), (0, 0));
        // A connection for looking is worth having, and says so from the start.
        let check = adapter.check().await.unwrap();
        assert!(check.items.iter().all(|item| item.ok), "{check:?}");
        let says = |it: &str| check.items.iter().any(|item| item.sentence.contains(it));
        assert!(says("waits for an approval"));
    }
}

#[tokio::test(start_paused = true)]
async fn an_approval_that_only_the_change_meets_is_said_in_the_same_words() {
    for (status, versioned) in [(403, true), (405, false), (409, true), (403, false)] {
        let stage = Stage::new();
        knob(&stage, "versioned", versioned);
        knob(&stage, "approvals_refuse", status);
        let adapter = stage.connect(Service::Flagsmith);
        let at = target(&stage, "instant_transfer");
        let error = act(&*adapter, &at, &Desired::Off).await.unwrap_err();
        assert_eq!(
            (error.kind, error.applied),
            (ErrorKind::NeedsPerson, Applied::No),
            "{status}"
        );
        assert!(error.sentence.contains("their approval is needed"));
        assert_eq!(stage.changes(Service::Flagsmith), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_version_that_somebody_published_meanwhile_is_not_overwritten() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::Flagsmith);
    let at = target(&stage, "instant_transfer");
    let before = read(&*adapter, &at, Reading::Fresh).await;
    // A person acts while the draft is being changed.
    stage.fault("PATCH", "slow:900", 1);
    stage.console(
        json!({"service": "flagsmith", "flag": "instant_transfer", "segment": 88,
        "on": true, "in_ms": 500}),
    );
    let wanted = effect(&before, &Desired::Off);
    let error = adapter.apply(&wanted).await.unwrap_err();
    assert_eq!((error.kind, error.applied), (ErrorKind::Moved, Applied::No));
    assert!(error.sentence.contains("at the same moment"));
    let truth = stage.truth()["flagsmith"].clone();
    let theirs = &truth["flags"]["instant_transfer"];
    assert_eq!(
        (&theirs["segments"]["88"], &theirs["on"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(truth["drafts"], 0);
    act(&*adapter, &at, &Desired::Off).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_change_that_fails_on_its_way_leaves_no_draft() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::Flagsmith);
    let at = target(&stage, "instant_transfer");
    stage.fault("PATCH", "status:400", 1);
    let error = act(&*adapter, &at, &Desired::Off).await.unwrap_err();
    assert_eq!(
        (error.kind, error.applied),
        (ErrorKind::Rejected, Applied::No)
    );
    assert_eq!(stage.truth()["flagsmith"]["drafts"], 0);
    act(&*adapter, &at, &Desired::Off).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn overrides_of_persons_and_segments_are_told_before_the_press() {
    for edge in [false, true] {
        let stage = Stage::new();
        knob(&stage, "edge", edge);
        let adapter = stage.connect(Service::Flagsmith);
        let at = target(&stage, "home_feed_v3");
        let seen = read(&*adapter, &at, Reading::Poll).await;
        assert_eq!(
            flag(&seen).caveats,
            [
                Caveat::IdentityOverrides { many: Some(3) },
                Caveat::SegmentOverrides { many: 2 }
            ]
        );
        let sentence = words::consequence(&Desired::Off, &seen.state);
        assert!(
            sentence.contains("3 persons have an override and keep what it says."),
            "{sentence}"
        );
        assert!(
            sentence.contains("2 segments have an override"),
            "{sentence}"
        );
        assert!(
            sentence.contains("everybody without an override"),
            "{sentence}"
        );
        // What was learned in a look is known before a write, without a further request.
        let fresh = read(&*adapter, &at, Reading::Fresh).await;
        assert_eq!(flag(&fresh).caveats, flag(&seen).caveats);
        assert_eq!(stage.count("/edge-identity-overrides"), usize::from(edge));
    }
}

#[tokio::test(start_paused = true)]
async fn persons_that_cannot_be_counted_are_not_taken_for_none() {
    let stage = Stage::new();
    knob(&stage, "edge", true);
    knob(&stage, "sees_persons", false);
    let adapter = stage.connect(Service::Flagsmith);
    let seen = read(
        &*adapter,
        &target(&stage, "instant_transfer"),
        Reading::Poll,
    )
    .await;
    assert_eq!(
        flag(&seen).caveats,
        [Caveat::IdentityOverrides { many: None }]
    );
    assert!(
        words::consequence(&Desired::Off, &seen.state).contains("how many there are is not known")
    );
}

#[tokio::test(start_paused = true)]
async fn a_switch_that_no_app_asked_for_may_be_dead_and_is_asked_about_once_an_hour() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::Flagsmith);
    let at = target(&stage, "old_checkout");
    for _ in 0..3 {
        let seen = read(&*adapter, &at, Reading::Poll).await;
        assert_eq!(flag(&seen).caveats, [Caveat::NotAskedFor { days: 30 }]);
        stage.pass_ms(10_000).await;
    }
    assert_eq!(stage.count("/evaluation-data/"), 1);
    let live = read(
        &*adapter,
        &target(&stage, "instant_transfer"),
        Reading::Poll,
    )
    .await;
    assert_eq!(flag(&live).caveats, []);
}

#[tokio::test(start_paused = true)]
async fn what_is_left_out_is_off_only_where_flags_that_are_off_are_left_out() {
    let stage = Stage::new();
    knob(&stage, "hides_disabled", true);
    let adapter = stage.connect(Service::Flagsmith);
    let at = target(&stage, "instant_transfer");
    let before = read(&*adapter, &at, Reading::Fresh).await;
    assert!(
        flag(&before)
            .caveats
            .contains(&Caveat::DefaultInCode { value: None })
    );
    adapter
        .apply(&effect(&before, &Desired::Off))
        .await
        .unwrap();
    let seen = read(&*adapter, &at, Reading::Serving).await;
    assert_eq!(flag(&seen).serving, Some(false));
    // Once they are shown again, a flag that is missing is not known to be off.
    let (plain, secret) = settings(&stage.sandbox.connections(), Service::Flagsmith);
    let answers = |path: &str| match path {
        "/api/v1/flags/" => json!([]),
        path if path.ends_with("/features/") => {
            json!({"results": [{"id": 501, "name": "instant_transfer",
            "environment_feature_state": {"id": 1, "enabled": false}}]})
        }
        path if path.starts_with("/api/v1/projects/") => json!({"hide_disabled_flags": null}),
        _ => json!({"id": 4101, "name": "Production", "project": 3207}),
    };
    let http = stage.answering(answers);
    let adapter = connect(Service::Flagsmith, &plain, &secret, &http).unwrap();
    let error = adapter
        .observe(&TargetId(at), Reading::Serving)
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert!(
        error
            .sentence
            .contains("what apps get of instant_transfer is not known")
    );
}

#[tokio::test(start_paused = true)]
async fn a_flag_for_servers_is_turned_off_and_never_confirmed() {
    let stage = Stage::new();
    let adapter = only(&stage, "ledger_writes");
    let at = adapter.targets().await.unwrap().remove(0).id;
    let before = read(&*adapter, &at.0, Reading::Fresh).await;
    assert_eq!(flag(&before).caveats, [Caveat::NotForApps]);
    assert_eq!((flag(&before).enabled, flag(&before).serving), (true, None));
    adapter
        .apply(&effect(&before, &Desired::Off))
        .await
        .unwrap();
    let error = adapter.observe(&at, Reading::Serving).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert!(error.sentence.contains("servers only"));
}

#[tokio::test(start_paused = true)]
async fn archived_flags_and_flags_of_servers_are_no_targets_unless_they_are_named() {
    let stage = Stage::new();
    let titles = async |adapter: Box<dyn Adapter>| -> Vec<String> {
        let targets = adapter.targets().await.unwrap();
        targets.into_iter().map(|it| it.title).collect()
    };
    let all = titles(stage.connect(Service::Flagsmith)).await;
    assert_eq!(all, ["home_feed_v3", "instant_transfer", "old_checkout"]);
    // Apps are still given one that is archived, so it may be worth turning off.
    let named = only(&stage, "summer_banner");
    let seen = read(&*named, &target(&stage, "summer_banner"), Reading::Serving).await;
    assert_eq!(flag(&seen).serving, Some(true));
    assert_eq!(titles(named).await, ["summer_banner"]);
}

#[tokio::test(start_paused = true)]
async fn too_many_requests_say_when_to_come_back() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::Flagsmith);
    let before = read(
        &*adapter,
        &target(&stage, "instant_transfer"),
        Reading::Fresh,
    )
    .await;
    knob(&stage, "requests_per_minute_max", 1);
    let elsewhere = stage.connect(Service::Flagsmith);
    elsewhere.check().await.unwrap_err();
    stage.pass_ms(20_000).await;
    let error = adapter
        .apply(&effect(&before, &Desired::Off))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind, error.applied),
        (ErrorKind::RateLimited, Applied::No)
    );
    assert_eq!(error.retry_after_ms, Some(40_000));
}

#[tokio::test(start_paused = true)]
async fn keys_that_are_wrong_are_named() {
    let stage = Stage::new();
    let (plain, secret) = settings(&stage.sandbox.connections(), Service::Flagsmith);
    let mut servers = plain.clone();
    servers.insert("environment_key".to_owned(), "ser.abcdef".to_owned());
    let error = connect(Service::Flagsmith, &servers, &secret, &stage.http).unwrap_err();
    assert!(
        error.sentence.contains("a server's key"),
        "{}",
        error.sentence
    );
    let mut other = plain.clone();
    other.insert("environment_key".to_owned(), "abcdef".to_owned());
    let adapter = connect(Service::Flagsmith, &other, &secret, &stage.http).unwrap();
    let check = adapter.check().await.unwrap();
    let bad: Vec<_> = check.items.iter().filter(|it| !it.ok).collect();
    assert_eq!(bad.len(), 2, "{check:?}");
    assert!(bad[1].sentence.contains("environment key"), "{check:?}");
    let mut gone = secret.clone();
    gone.insert("api_key".to_owned(), "abc.def".to_owned().into());
    let adapter = connect(Service::Flagsmith, &plain, &gone, &stage.http).unwrap();
    let error = adapter.targets().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unauthorized);
    assert!(error.hint.unwrap().contains("organisation API key"));
}

#[tokio::test(start_paused = true)]
async fn looking_reads_everything_once_for_all_flags() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::Flagsmith);
    for target in adapter.targets().await.unwrap() {
        let seen = read(&*adapter, &target.id.0, Reading::Poll).await;
        assert_eq!(flag(&seen).serving, Some(true));
        assert_eq!(
            flag(&seen).reach,
            Some(Reach {
                by: By::Start,
                within_s: 0
            })
        );
    }
    assert_eq!(
        (stage.count("/api/v1/flags/"), stage.count("/features/?")),
        (1, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn how_often_apps_ask_is_as_it_was_entered() {
    let stage = Stage::new();
    let (mut plain, secret) = settings(&stage.sandbox.connections(), Service::Flagsmith);
    plain.insert("apps_ask_s".to_owned(), "60".to_owned());
    let adapter = connect(Service::Flagsmith, &plain, &secret, &stage.http).unwrap();
    let seen = read(
        &*adapter,
        &target(&stage, "instant_transfer"),
        Reading::Poll,
    )
    .await;
    let sentence = words::consequence(&Desired::Off, &seen.state);
    assert!(
        sentence.contains("Open apps ask again every 1 min."),
        "{sentence}"
    );
    plain.insert("apps_ask_s".to_owned(), "often".to_owned());
    let error = connect(Service::Flagsmith, &plain, &secret, &stage.http).unwrap_err();
    assert!(error.sentence.contains("Apps ask every"));
}

#[tokio::test(start_paused = true)]
async fn without_versions_the_last_one_wins_and_only_reading_back_counts() {
    let stage = Stage::new();
    knob(&stage, "versioned", false);
    let adapter = stage.connect(Service::Flagsmith);
    let at = target(&stage, "instant_transfer");
    let before = read(&*adapter, &at, Reading::Fresh).await;
    let theirs = |on: bool| json!({"service": "flagsmith", "flag": "instant_transfer", "on": on});
    stage.console(theirs(false));
    stage.console(theirs(true));
    adapter
        .apply(&effect(&before, &Desired::Off))
        .await
        .unwrap();
    stage.console(theirs(true));
    let seen = read(&*adapter, &at, Reading::Serving).await;
    assert!(!Desired::Off.is_met_by(&seen.state));
}
