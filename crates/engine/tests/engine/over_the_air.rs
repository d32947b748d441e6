//! Windows and updates over the air: what one stop reaches, and a rollback from the approval to what
//! was read back. Must not know how a service is asked.

use cockpit_engine::domain::Desired;
use cockpit_engine::domain::store::EMBEDDED;
use serde_json::Value;

use crate::stage::{World, approve, change, cockpit, pass_ms, press, refresh, stop, words};

const WINDOWS: &str = "microsoft_store:9NWALLET8400";
const AIR: &str = "eas_update:0c5e8f3a-51d2-4b7e-9c1f-9a27b6d4e840/production";

fn channel(world: &World) -> Value {
    world.sandbox.truth()["eas_update"]["channels"]["production"].clone()
}

#[tokio::test(start_paused = true)]
async fn one_stop_halts_the_rollout_on_windows_and_pauses_the_channel() {
    let world = World::new("all-stores");
    let handle = world.drill().await;
    let pressed = stop(&handle).await;
    let view = handle.settled(&pressed, 10_000).await.unwrap();
    for target in [WINDOWS, AIR] {
        assert!(
            view.targets.iter().any(|it| it.target == target),
            "{target}: {view:#?}"
        );
    }
    assert!(words(&view).iter().all(|it| it == "confirmed"), "{view:#?}");
    let truth = world.sandbox.truth();
    let rollout = &truth["microsoft_store"]["submissions"][0]["rollout"];
    assert_eq!(rollout["packageRolloutStatus"], "PackageRolloutStopped");
    assert_eq!(channel(&world)["paused"], true);
}

#[tokio::test(start_paused = true)]
async fn a_rollback_waits_for_its_approval_and_is_confirmed_by_what_stands_there() {
    let world = World::new("all-stores");
    let handle = world.drill().await;
    let shown = cockpit(&handle).await;
    let release = shown.releases.iter().find(|it| it.target == AIR).unwrap();
    let back = release
        .acts
        .iter()
        .find(|it| it.label == "Roll back")
        .unwrap();
    assert_eq!(back.why_not, None);
    let pressed = change(&handle, AIR, back.desired.clone()).await.unwrap();
    pass_ms(2_000).await;
    let groups = channel(&world)["groups"].clone();
    assert_eq!(groups, 3, "nothing is published before somebody approved");
    approve(&handle, &pressed.intents[0]).await.unwrap();
    pass_ms(10_000).await;
    let view = press(&handle, &pressed).await;
    assert_eq!(words(&view), ["confirmed"], "{view:#?}");
    let said = &view.targets[0].outcome.sentence;
    assert!(said.contains("apps get it when they ask next"), "{said}");
    assert_eq!(channel(&world)["groups"], 4);
    // The bad update is not offered as the way back.
    refresh(&handle).await;
    let shown = cockpit(&handle).await;
    let release = shown.releases.iter().find(|it| it.target == AIR).unwrap();
    let labels: Vec<&str> = release.acts.iter().map(|it| it.label.as_str()).collect();
    assert_eq!(labels, ["Pause", "Roll back to the build"]);
}

#[tokio::test(start_paused = true)]
async fn a_rollback_whose_answer_is_lost_is_read_back_and_not_published_again() {
    let world = World::new("all-stores");
    let handle = world.drill().await;
    let fault = serde_json::json!({"match": "CockpitRollBack", "fault": "lost_reply", "times": 1});
    world.control("POST", "fault", &fault);
    let back = Desired::RolledBack {
        update: EMBEDDED.to_owned(),
    };
    let pressed = change(&handle, AIR, back).await.unwrap();
    approve(&handle, &pressed.intents[0]).await.unwrap();
    pass_ms(60_000).await;
    let view = press(&handle, &pressed).await;
    assert_eq!(words(&view), ["confirmed"], "{view:#?}");
    assert_eq!(channel(&world)["groups"], 4);
    assert_eq!(channel(&world)["newest"]["embedded"], true);
}
