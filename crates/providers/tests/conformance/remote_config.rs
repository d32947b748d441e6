//! Remote Config's switches and their traps. The banner's are with Firebase's others. Must not know
//! the adapter's inside.

use cockpit_domain::provider::{Applied, ErrorKind, Reading};
use cockpit_domain::target::Flag;
use cockpit_domain::{Desired, Observation, Service, TargetId, TargetState, words};
use cockpit_providers::{Adapter, connect};
use serde_json::{Value, json};

use crate::cases::notice;
use crate::stage::{Stage, act, effect, read, settings};

const FLAG: &str = "remote_config:northwind-sandbox/instant_transfer";
const FEED: &str = "remote_config:northwind-sandbox/feed_v3";

fn flag(seen: &Observation) -> &Flag {
    match &seen.state {
        TargetState::Flag(flag) => flag,
        other => panic!("{other:?}"),
    }
}

fn template(stage: &Stage) -> Value {
    stage.truth()["remote_config"]["template"].clone()
}

/// A connection with some of its fields taken away or changed.
fn with(stage: &Stage, changes: &[(&str, Option<&str>)]) -> Box<dyn Adapter> {
    let (mut plain, mut secret) = settings(&stage.sandbox.connections(), Service::RemoteConfig);
    for (name, value) in changes {
        plain.remove(*name);
        secret.remove(*name);
        match value {
            Some(value) if *name == "api_key" => {
                secret.insert((*name).to_owned(), (*value).to_owned().into());
            }
            Some(value) => {
                plain.insert((*name).to_owned(), (*value).to_owned());
            }
            None => {}
        }
    }
    connect(Service::RemoteConfig, &plain, &secret, &stage.http).unwrap()
}

fn publishes(layout: &str) -> Value {
    json!({"service": "remote_config", "action": "publish", "layout": layout})
}

#[tokio::test(start_paused = true)]
async fn off_is_false_by_default_and_for_every_condition() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::RemoteConfig);
    let before = template(&stage);
    act(&*adapter, FLAG, &Desired::Off).await.unwrap();
    let after = template(&stage);
    let parameter = &after["parameters"]["instant_transfer"];
    assert_eq!(parameter["defaultValue"], json!({"value": "false"}));
    assert_eq!(
        parameter["conditionalValues"],
        json!({"android": {"value": "false"}})
    );
    assert_eq!(after["conditions"], before["conditions"]);
    assert_eq!(after["parameterGroups"], before["parameterGroups"]);
    assert_eq!(
        after["parameters"]["home_layout"],
        before["parameters"]["home_layout"]
    );
    // The version says what it is and which intent it is of.
    let why = after["version"]["description"].as_str().unwrap();
    assert!(why.starts_with("Release Cockpit: instant_transfer off."));
    assert!(
        why.contains("Intent 00ff, ledger head abcdefabcdefabcd"),
        "{why}"
    );
}

#[tokio::test(start_paused = true)]
async fn how_long_apps_keep_what_they_fetched_is_said_before_the_press() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::RemoteConfig);
    let seen = read(&*adapter, FLAG, Reading::Poll).await;
    let sentence = words::consequence(&Desired::Off, &seen.state);
    assert!(
        sentence.contains("keeps what it fetched for up to 12 h"),
        "{sentence}"
    );
    assert!(
        sentence.contains("takes the value in its own code"),
        "{sentence}"
    );
    let (mut plain, secret) = settings(&stage.sandbox.connections(), Service::RemoteConfig);
    plain.insert("apps_ask_s".to_owned(), "1800".to_owned());
    let adapter = connect(Service::RemoteConfig, &plain, &secret, &stage.http).unwrap();
    let seen = read(&*adapter, FLAG, Reading::Poll).await;
    let sentence = words::consequence(&Desired::Off, &seen.state);
    assert!(sentence.contains("for up to 30 min"), "{sentence}");
}

#[tokio::test(start_paused = true)]
async fn published_is_not_what_apps_fetch() {
    let stage = Stage::new();
    stage.knobs(json!({"service": "remote_config", "propagation_ms": 60_000}));
    let adapter = stage.connect(Service::RemoteConfig);
    act(&*adapter, FLAG, &Desired::Off).await.unwrap();
    let seen = read(&*adapter, FLAG, Reading::Serving).await;
    assert_eq!(
        (flag(&seen).enabled, flag(&seen).serving),
        (false, Some(true))
    );
    assert!(!Desired::Off.is_met_by(&seen.state));
    stage.pass_ms(60_000).await;
    let seen = read(&*adapter, FLAG, Reading::Serving).await;
    assert!(Desired::Off.is_met_by(&seen.state));
}

#[tokio::test(start_paused = true)]
async fn without_an_app_only_what_is_stored_is_known() {
    let stage = Stage::new();
    let adapter = with(&stage, &[("app_id", None), ("api_key", None)]);
    act(&*adapter, FLAG, &Desired::Off).await.unwrap();
    let seen = read(&*adapter, FLAG, Reading::Serving).await;
    assert_eq!((flag(&seen).enabled, flag(&seen).serving), (false, None));
    let check = adapter.check().await.unwrap();
    let last = check.items.last().unwrap();
    assert!(last.ok && last.sentence.contains("what apps fetch is not observed"));
}

#[tokio::test(start_paused = true)]
async fn a_version_that_somebody_published_in_between_is_moved_and_kept() {
    let stage = Stage::new();
    stage.knobs(json!({"service": "remote_config", "latency_ms": 100}));
    let adapter = stage.connect(Service::RemoteConfig);
    let before = read(&*adapter, FLAG, Reading::Fresh).await;
    let mut somebody = publishes("grid");
    // After the adapter's own reading, before its write.
    somebody["in_ms"] = json!(150);
    stage.console(somebody);
    let press = effect(&before, &Desired::Off);
    let error = adapter.apply(&press).await.unwrap_err();
    assert_eq!((error.kind, error.applied), (ErrorKind::Moved, Applied::No));
    assert!(
        error
            .sentence
            .starts_with("Somebody published another version of the template"),
        "{}",
        error.sentence
    );
    assert_eq!(stage.changes(Service::RemoteConfig), 0);
    adapter.apply(&press).await.unwrap();
    let layout = &template(&stage)["parameters"]["home_layout"]["defaultValue"]["value"];
    assert_eq!(layout, "grid");
}

#[tokio::test(start_paused = true)]
async fn on_is_what_it_was_before_it_was_turned_off_here() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::RemoteConfig);
    let before = template(&stage);
    let seen = read(&*adapter, FEED, Reading::Fresh).await;
    assert_eq!(flag(&seen).fraction_bps, Some(2_500));
    act(&*adapter, FEED, &Desired::Off).await.unwrap();
    // Others go on publishing meanwhile; what they did stays.
    stage.console(publishes("grid"));
    let receipt = act(&*adapter, FEED, &Desired::On).await.unwrap();
    assert!(receipt.notes.is_empty(), "{receipt:?}");
    let after = template(&stage);
    assert_eq!(after["parameterGroups"], before["parameterGroups"]);
    assert_eq!(
        after["parameters"]["home_layout"]["defaultValue"]["value"],
        "grid"
    );
    assert_eq!(after["version"]["versionNumber"], "44");
    assert_eq!(stage.count(":rollback"), 0, "it asks for no tag");
}

#[tokio::test(start_paused = true)]
async fn on_without_an_earlier_off_says_what_was_set() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::RemoteConfig);
    let console = |on: bool| json!({"service": "remote_config", "action": "set", "parameter": "passkeys", "on": on});
    stage.console(console(false));
    let target = "remote_config:northwind-sandbox/passkeys";
    let receipt = act(&*adapter, target, &Desired::On).await.unwrap();
    assert!(receipt.notes[0].contains("was not turned off from here"));
    let seen = read(&*adapter, target, Reading::Serving).await;
    assert!(Desired::On.is_met_by(&seen.state));
}

#[tokio::test(start_paused = true)]
async fn what_is_left_to_the_app_is_on_and_its_value_is_not_known() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::RemoteConfig);
    let target = TargetId("remote_config:northwind-sandbox/passkeys".to_owned());
    let error = adapter
        .observe(&target, Reading::Serving)
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert!(error.sentence.contains("the one in its own code"));
    let before = read(&*adapter, &target.0, Reading::Fresh).await;
    assert_eq!((flag(&before).enabled, flag(&before).serving), (true, None));
    adapter
        .apply(&effect(&before, &Desired::Off))
        .await
        .unwrap();
    let seen = read(&*adapter, &target.0, Reading::Serving).await;
    assert!(Desired::Off.is_met_by(&seen.state));
}

#[tokio::test(start_paused = true)]
async fn a_check_tries_by_a_dry_run_and_changes_nothing() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::RemoteConfig);
    let check = adapter.check().await.unwrap();
    assert!(check.items.iter().all(|item| item.ok), "{check:?}");
    assert!(
        check
            .items
            .iter()
            .any(|item| item.permission == "cloudconfig.configs.update")
    );
    assert_eq!(stage.count("validate_only=true"), 1);
    assert_eq!(template(&stage)["version"]["versionNumber"], "41");
}

#[tokio::test(start_paused = true)]
async fn a_wrong_api_key_is_named_and_does_not_keep_a_switch_on() {
    let stage = Stage::new();
    let adapter = with(&stage, &[("api_key", Some("AIzaWrong"))]);
    let check = adapter.check().await.unwrap();
    let missing = check.items.iter().find(|item| !item.ok).unwrap();
    assert_eq!(missing.permission, "The app's fetch");
    assert!(
        missing
            .sentence
            .contains("does not accept the app's API key")
    );
    let before = read(&*adapter, FLAG, Reading::Fresh).await;
    assert_eq!((flag(&before).enabled, flag(&before).serving), (true, None));
    adapter
        .apply(&effect(&before, &Desired::Off))
        .await
        .unwrap();
    let target = TargetId(FLAG.to_owned());
    let error = adapter
        .observe(&target, Reading::Serving)
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Forbidden);
}

#[tokio::test(start_paused = true)]
async fn only_the_named_switches_are_targets_and_without_any_there_is_the_banner_alone() {
    let stage = Stage::new();
    let titles = async |flags: Option<&str>| -> Vec<String> {
        let adapter = with(&stage, &[("flags", flags)]);
        let targets = adapter.targets().await.unwrap();
        targets.into_iter().map(|target| target.id.0).collect()
    };
    let banner = "remote_config:northwind-sandbox/incident_banner";
    assert_eq!(titles(None).await, [banner]);
    assert_eq!(titles(Some(" feed_v3 , home_layout")).await, [banner, FEED]);
    assert_eq!(titles(Some("*")).await.len(), 4);
    let adapter = with(&stage, &[("flags", None)]);
    assert_eq!(adapter.capability().verbs.len(), 1);
    let target = TargetId(FLAG.to_owned());
    let error = adapter.observe(&target, Reading::Poll).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
}

#[tokio::test(start_paused = true)]
async fn banner_and_switches_go_over_one_connection() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::RemoteConfig);
    let banner = "remote_config:northwind-sandbox/incident_banner";
    let told = Desired::Published {
        notice: notice("n-1"),
    };
    act(&*adapter, banner, &told).await.unwrap();
    act(&*adapter, FLAG, &Desired::Off).await.unwrap();
    // Each takes only its own.
    let seen = read(&*adapter, FLAG, Reading::Fresh).await;
    let error = adapter.apply(&effect(&seen, &told)).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unsupported);
    let seen = read(&*adapter, banner, Reading::Fresh).await;
    assert!(told.is_met_by(&seen.state));
    let error = adapter
        .apply(&effect(&seen, &Desired::Off))
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unsupported);
    assert_eq!(stage.changes(Service::RemoteConfig), 2);
}

#[tokio::test(start_paused = true)]
async fn looking_reads_the_template_once_for_everything() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::RemoteConfig);
    for target in adapter.targets().await.unwrap() {
        read(&*adapter, &target.id.0, Reading::Poll).await;
    }
    assert_eq!(stage.count("GET /v1/projects"), 1);
    assert_eq!(stage.count("firebase:fetch"), 1);
}

#[tokio::test(start_paused = true)]
async fn without_the_tag_of_what_was_read_nothing_is_written() {
    let stage = Stage::new();
    let (plain, secret) = settings(&stage.sandbox.connections(), Service::RemoteConfig);
    let before = read(&*stage.connect(Service::RemoteConfig), FLAG, Reading::Fresh).await;
    let answers = |path: &str| match path {
        path if path.starts_with("/token") => {
            json!({"access_token": "somebody", "expires_in": 3_600, "token_type": "Bearer"})
        }
        // As Google answers who does not say that it takes packed answers.
        _ => json!({"parameters": {"instant_transfer": {"valueType": "BOOLEAN",
            "defaultValue": {"value": "true"}}}, "version": {"versionNumber": "41"}}),
    };
    let http = stage.answering(answers);
    let adapter = connect(Service::RemoteConfig, &plain, &secret, &http).unwrap();
    let error = adapter
        .apply(&effect(&before, &Desired::Off))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind, error.applied),
        (ErrorKind::Protocol, Applied::No)
    );
}
