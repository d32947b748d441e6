//! EAS Update's traps. Must not know the adapter's inside.

use cockpit_domain::provider::{Applied, ErrorKind, Reading};
use cockpit_domain::store::{
    EMBEDDED, Earlier, OverTheAir, consequence, not_offered, note, wishes,
};
use cockpit_domain::target::{StoreRollout, StoreStatus};
use cockpit_domain::{Desired, Observation, Service, TargetId, TargetState};
use cockpit_providers::{Adapter, connect};
use serde_json::{Value, json};

use crate::stage::{Stage, act, effect, read, settings};

const RESUME: Desired = Desired::RollingOut { fraction_bps: None };

fn channel(stage: &Stage) -> String {
    let of = &stage.sandbox.connections()["channels"]["eas_update"];
    format!("eas_update:{}/production", of["project"].as_str().unwrap())
}

fn rollout(seen: &Observation) -> &StoreRollout {
    match &seen.state {
        TargetState::StoreRollout(it) => it,
        other => panic!("{other:?}"),
    }
}

fn air(seen: &Observation) -> &OverTheAir {
    rollout(seen).air.as_ref().unwrap()
}

fn earlier(seen: &Observation) -> &Earlier {
    air(seen).earlier.as_ref().unwrap()
}

fn back(to: &str) -> Desired {
    Desired::RolledBack {
        update: to.to_owned(),
    }
}

fn console(stage: &Stage, mut body: Value) {
    body["service"] = json!("eas_update");
    stage.console(body);
}

fn knob(stage: &Stage, name: &str, value: impl Into<Value>) {
    stage.knobs(json!({"service": "eas_update", name: value.into()}));
}

fn truth(stage: &Stage) -> Value {
    stage.truth()["eas_update"]["channels"]["production"].clone()
}

async fn seen(stage: &Stage, adapter: &dyn Adapter) -> Observation {
    read(adapter, &channel(stage), Reading::Fresh).await
}

#[tokio::test(start_paused = true)]
async fn a_channel_is_shown_with_its_newest_update_and_the_one_before() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::EasUpdate);
    let first = seen(&stage, &*adapter).await;
    assert_eq!(
        (rollout(&first).version.as_str(), rollout(&first).status),
        ("8.4.0", StoreStatus::Completed)
    );
    assert_eq!(air(&first).title, "New transfer form");
    assert_eq!(earlier(&first).title, "Fix the rates screen");
    // What is in a group never changes: one request from here on.
    let asked = stage.wire.requests();
    seen(&stage, &*adapter).await;
    assert_eq!(stage.wire.requests(), asked + 1);
}

#[tokio::test(start_paused = true)]
async fn a_pause_takes_nothing_back_and_is_ended_by_a_resume() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::EasUpdate);
    let before = seen(&stage, &*adapter).await;
    let said = consequence(&Desired::Stopped, rollout(&before));
    assert!(said.contains("takes nothing back"), "{said}");
    assert!(said.contains("keep it and go on running it"), "{said}");
    act(&*adapter, &channel(&stage), &Desired::Stopped)
        .await
        .unwrap();
    let paused = seen(&stage, &*adapter).await;
    assert_eq!(rollout(&paused).status, StoreStatus::Halted);
    assert!(note(rollout(&paused)).contains("keeps it"));
    act(&*adapter, &channel(&stage), &RESUME).await.unwrap();
    let seen = seen(&stage, &*adapter).await;
    assert!(RESUME.is_met_by(&seen.state), "{seen:?}");
    assert_eq!(truth(&stage)["paused"], false);
}

#[tokio::test(start_paused = true)]
async fn a_rollback_puts_the_earlier_update_in_place_and_is_read_back_by_its_content() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::EasUpdate);
    let before = seen(&stage, &*adapter).await;
    let to = earlier(&before).update.clone();
    let desired = back(&to);
    assert!(desired.brings_another_release() && !desired.is_safe_direction());
    assert!(!desired.may_wait());
    let said = consequence(&desired, rollout(&before));
    for words in [
        "“Fix the rates screen” is published once more",
        "in place of the update “New transfer form”",
        "at their next start",
        "cannot be taken back",
    ] {
        assert!(said.contains(words), "{said}");
    }
    let receipt = adapter.apply(&effect(&before, &desired)).await.unwrap();
    assert!(receipt.notes[0].contains("was not observed"));
    let after = seen(&stage, &*adapter).await;
    // Another name, the same content.
    assert_ne!(rollout(&after).builds[0], to);
    assert!(desired.is_met_by(&after.state), "{after:?}");
    let newest = truth(&stage)["newest"].clone();
    let message = newest["message"].as_str().unwrap();
    assert!(
        message.starts_with("Roll back to \"Fix the rates screen\""),
        "{message}"
    );
    assert!(message.contains("00ff"), "the intent's key: {message}");
    // Again, by whomever: it is there, and nothing is published.
    let groups = truth(&stage)["groups"].clone();
    stage
        .connect(Service::EasUpdate)
        .apply(&effect(&before, &desired))
        .await
        .unwrap();
    assert_eq!(truth(&stage)["groups"], groups);
}

#[tokio::test(start_paused = true)]
async fn after_a_rollback_the_bad_update_is_not_the_one_to_go_back_to() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::EasUpdate);
    let before = seen(&stage, &*adapter).await;
    let bad = rollout(&before).builds[0].clone();
    let desired = back(&earlier(&before).update);
    act(&*adapter, &channel(&stage), &desired).await.unwrap();
    let after = seen(&stage, &*adapter).await;
    assert!(air(&after).earlier.is_none(), "{after:?}");
    let error = act(&*adapter, &channel(&stage), &back(&bad))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind, error.applied),
        (ErrorKind::Rejected, Applied::No)
    );
    // A corrected update comes: back from there leads to what people have, not to the bad one.
    console(
        &stage,
        json!({"action": "publish", "message": "Transfers corrected"}),
    );
    let corrected = seen(&stage, &*adapter).await;
    assert!(
        earlier(&corrected).title.starts_with("Roll back to"),
        "{corrected:?}"
    );
    assert_ne!(earlier(&corrected).update, bad);
}

#[tokio::test(start_paused = true)]
async fn back_to_what_is_in_the_build() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::EasUpdate);
    let before = seen(&stage, &*adapter).await;
    let said = consequence(&back(EMBEDDED), rollout(&before));
    assert!(said.contains("run what is in their build"), "{said}");
    act(&*adapter, &channel(&stage), &back(EMBEDDED))
        .await
        .unwrap();
    let after = seen(&stage, &*adapter).await;
    assert!(back(EMBEDDED).is_met_by(&after.state), "{after:?}");
    assert_eq!(truth(&stage)["newest"]["embedded"], true);
    // The next update's way back is the build again: what was left behind stays behind.
    console(
        &stage,
        json!({"action": "publish", "message": "Transfers corrected"}),
    );
    let next = seen(&stage, &*adapter).await;
    assert!(air(&next).earlier.is_none(), "{next:?}");
    assert!(not_offered(&back(EMBEDDED), rollout(&next)).is_none());
}

#[tokio::test(start_paused = true)]
async fn a_rollback_on_a_paused_channel_says_that_nobody_gets_it_yet() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::EasUpdate);
    act(&*adapter, &channel(&stage), &Desired::Stopped)
        .await
        .unwrap();
    let paused = seen(&stage, &*adapter).await;
    let desired = back(&earlier(&paused).update);
    let said = consequence(&desired, rollout(&paused));
    assert!(
        said.ends_with("nobody gets it before the channel is resumed."),
        "{said}"
    );
    act(&*adapter, &channel(&stage), &desired).await.unwrap();
    assert!(truth(&stage)["apps_get"].is_null());
    act(&*adapter, &channel(&stage), &RESUME).await.unwrap();
    assert_eq!(truth(&stage)["apps_get"], truth(&stage)["newest"]["group"]);
}

#[tokio::test(start_paused = true)]
async fn a_lost_rollback_is_unknown_read_back_and_not_published_twice() {
    for (fault, takes_effect) in [("lost_reply", true), ("hang", false)] {
        let stage = Stage::new();
        let adapter = stage.connect(Service::EasUpdate);
        let before = seen(&stage, &*adapter).await;
        let groups = truth(&stage)["groups"].as_u64().unwrap();
        let desired = back(&earlier(&before).update);
        stage.fault("CockpitRollBack", fault, 1);
        let error = adapter.apply(&effect(&before, &desired)).await.unwrap_err();
        assert_eq!(error.applied, Applied::Unknown);
        let after = seen(&stage, &*adapter).await;
        assert_eq!(desired.is_met_by(&after.state), takes_effect, "{fault}");
        act(&*adapter, &channel(&stage), &desired).await.unwrap();
        assert_eq!(truth(&stage)["groups"], groups + 1, "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_with_200_is_a_refusal() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::EasUpdate);
    let before = seen(&stage, &*adapter).await;
    knob(&stage, "role", "view_only");
    for desired in [Desired::Stopped, back(&earlier(&before).update)] {
        let error = act(&*adapter, &channel(&stage), &desired)
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind, error.applied),
            (ErrorKind::Forbidden, Applied::No),
            "{error:?}"
        );
        assert!(error.sentence.contains("Nothing was changed"), "{error}");
        assert!(error.hint.unwrap().contains("role Developer"));
    }
    assert_eq!(stage.changes(Service::EasUpdate), 0);
}

#[tokio::test(start_paused = true)]
async fn an_error_with_200_may_come_after_the_change() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::EasUpdate);
    seen(&stage, &*adapter).await;
    knob(&stage, "fails_after_write", 1);
    let error = act(&*adapter, &channel(&stage), &Desired::Stopped)
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind, error.applied),
        (ErrorKind::Server, Applied::Unknown)
    );
    let after = seen(&stage, &*adapter).await;
    assert!(Desired::Stopped.is_met_by(&after.state));
    // A reading is tried once more.
    knob(&stage, "transient", 1);
    seen(&stage, &*adapter).await;
    knob(&stage, "transient", 2);
    let target = TargetId(channel(&stage));
    let error = adapter.observe(&target, Reading::Fresh).await.unwrap_err();
    assert_eq!(
        (error.kind, error.applied),
        (ErrorKind::Server, Applied::No)
    );
}

#[tokio::test(start_paused = true)]
async fn signed_updates_are_paused_from_here_and_rolled_back_elsewhere() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::EasUpdate);
    let before = seen(&stage, &*adapter).await;
    knob(&stage, "code_signing", true);
    for to in [EMBEDDED, &earlier(&before).update] {
        let error = act(&*adapter, &channel(&stage), &back(to))
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind, error.applied),
            (ErrorKind::Rejected, Applied::No)
        );
        assert!(error.sentence.contains("signed with a key"), "{error}");
    }
    assert_eq!(stage.count("CockpitRollBack"), 0);
    act(&*adapter, &channel(&stage), &Desired::Stopped)
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_update_that_goes_to_a_share_is_shown_so_and_nothing_is_published_beside_it() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::EasUpdate);
    console(&stage, json!({"action": "publish", "percentage": 10}));
    let shared = seen(&stage, &*adapter).await;
    assert_eq!(
        (rollout(&shared).status, rollout(&shared).fraction_bps),
        (StoreStatus::InProgress, Some(1_000))
    );
    let error = act(&*adapter, &channel(&stage), &back(EMBEDDED))
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Rejected);
    assert!(error.sentence.contains("share of people"), "{error}");
    act(&*adapter, &channel(&stage), &Desired::Stopped)
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_leads_to_two_branches_is_paused_as_a_whole() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::EasUpdate);
    // The branch that gets a share has an update of its own.
    console(&stage, json!({"action": "publish", "channel": "preview"}));
    console(&stage, json!({"action": "split"}));
    let split = seen(&stage, &*adapter).await;
    assert_eq!(
        (rollout(&split).status, rollout(&split).fraction_bps),
        (StoreStatus::InProgress, Some(1_000))
    );
    assert!(note(rollout(&split)).contains("several branches"));
    let why = not_offered(&back(EMBEDDED), rollout(&split)).unwrap();
    assert!(why.contains("several branches"), "{why}");
    act(&*adapter, &channel(&stage), &Desired::Stopped)
        .await
        .unwrap();
    assert_eq!(truth(&stage)["paused"], true);
}

#[tokio::test(start_paused = true)]
async fn the_buttons_are_a_pause_and_the_ways_back() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::EasUpdate);
    let first = seen(&stage, &*adapter).await;
    let labels: Vec<&str> = wishes(rollout(&first))
        .iter()
        .map(|(label, _)| *label)
        .collect();
    assert_eq!(labels, ["Pause", "Roll back", "Roll back to the build"]);
    act(&*adapter, &channel(&stage), &Desired::Stopped)
        .await
        .unwrap();
    let paused = seen(&stage, &*adapter).await;
    assert_eq!(wishes(rollout(&paused))[0], ("Resume", RESUME));
}

#[tokio::test(start_paused = true)]
async fn a_check_names_a_protected_channel_a_missing_one_and_a_foreign_project() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::EasUpdate);
    seen(&stage, &*adapter).await;
    knob(&stage, "protected", true);
    let check = adapter.check().await.unwrap();
    assert!(
        check
            .items
            .iter()
            .any(|item| item.ok && item.sentence.contains("production is protected")),
        "{check:?}"
    );
    let error = act(&*adapter, &channel(&stage), &Desired::Stopped)
        .await
        .unwrap_err();
    assert!(error.hint.unwrap().contains("needs Admin"));
    let (plain, secret) = settings(&stage.sandbox.connections(), Service::EasUpdate);
    for (field, value, words) in [
        ("channels", "producton", "no channel \"producton\""),
        ("project", "somebody-else-s", "Check the project ID"),
    ] {
        let mut plain = plain.clone();
        plain.insert(field.to_owned(), value.to_owned());
        let adapter = connect(Service::EasUpdate, &plain, &secret, &stage.http).unwrap();
        let check = adapter.check().await.unwrap();
        let item = check.items.iter().find(|item| !item.ok).unwrap();
        assert!(item.sentence.contains(words), "{item:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_compared_keeps_no_pause_waiting() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::EasUpdate);
    stage.fault("CockpitGroup", "status:404", 50);
    let before = seen(&stage, &*adapter).await;
    assert!(air(&before).earlier.is_none());
    adapter
        .apply(&effect(&before, &Desired::Stopped))
        .await
        .unwrap();
    assert_eq!(truth(&stage)["paused"], true);
}
