//! Targets that move between the look and the act. Must not know how an effect is carried out.

use cockpit_engine::api::Pressed;
use cockpit_engine::domain::Desired;
use cockpit_engine::domain::views::PressView;
use serde_json::{Value, json};

use crate::stage::{
    FLAG, FLAG_NAME, PLAY, World, app_store, approve, change, refresh, stop, stopped, words,
};

async fn stop_after(console: &Value) -> (World, PressView) {
    let world = World::new("calm");
    let handle = world.drill().await;
    world.console(console);
    let pressed = stop(&handle).await;
    let view = handle.settled(&pressed, 10_000).await.unwrap();
    (world, view)
}

fn outcome<'a>(view: &'a PressView, service: &str) -> (String, &'a str) {
    let it = view
        .targets
        .iter()
        .find(|it| it.target.starts_with(service))
        .unwrap();
    (
        crate::stage::word(&it.outcome.outcome),
        &it.outcome.sentence,
    )
}

#[tokio::test(start_paused = true)]
async fn a_stop_goes_on_when_more_people_are_exposed() {
    let raised = json!({"service": "google_play", "action": "raise", "fraction": 0.5});
    let (_, view) = stop_after(&raised).await;
    assert_eq!(words(&view), ["confirmed"; 3], "{view:#?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_stopped_already_is_confirmed_and_nothing_is_sent() {
    for (service, console) in [
        (
            "google_play",
            json!({"service": "google_play", "action": "halt"}),
        ),
        (
            "app_store",
            json!({"service": "app_store", "action": "pause"}),
        ),
        (
            "unleash",
            json!({"service": "unleash", "flag": FLAG_NAME, "on": false}),
        ),
    ] {
        let (world, view) = stop_after(&console).await;
        assert_eq!(words(&view), ["confirmed"; 3], "{view:#?}");
        let (_, sentence) = outcome(&view, service);
        assert!(
            sentence.contains("Nothing was sent"),
            "{service}: {sentence}"
        );
        assert_eq!(world.changes().len(), 2, "{service}");
    }
}

#[tokio::test(start_paused = true)]
async fn another_version_is_not_stopped() {
    let console = json!({"service": "app_store", "action": "release_new_version"});
    let (world, view) = stop_after(&console).await;
    let (word, sentence) = outcome(&view, "app_store");
    assert_eq!(word, "stale", "{sentence}");
    assert!(sentence.contains("8.4.1"), "{sentence}");
    assert_eq!(world.changes().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_rollout_that_has_reached_everybody_is_not_halted_unseen() {
    let console = json!({"service": "app_store", "action": "complete"});
    let (world, view) = stop_after(&console).await;
    let (word, sentence) = outcome(&view, "app_store");
    assert!(["stale", "refused"].contains(&&*word), "{word}: {sentence}");
    assert_eq!(world.changes().len(), 2);
}

/// Asks for a resume, lets somebody move the target, then approves.
async fn resume_after(target: &str, desired: Desired, console: &Value) -> (World, PressView) {
    let world = World::new("calm");
    let handle = world.drill().await;
    stopped(&handle).await;
    refresh(&handle).await;
    let target = match target {
        "app_store" => app_store(&handle).await,
        other => other.to_owned(),
    };
    let so_far = world.changes().len();
    let asked: Pressed = change(&handle, &target, desired).await.unwrap();
    world.console(console);
    approve(&handle, &asked.intents[0]).await.unwrap();
    let view = handle.settled(&asked, 10_000).await.unwrap();
    assert_eq!(world.changes().len(), so_far, "{view:#?}");
    (world, view)
}

#[tokio::test(start_paused = true)]
async fn a_resume_of_what_moved_is_stale() {
    let resume = Desired::RollingOut { fraction_bps: None };
    for (target, desired, console) in [
        (
            PLAY,
            resume.clone(),
            json!({"service": "google_play", "action": "raise", "fraction": 0.5}),
        ),
        (
            "app_store",
            resume,
            json!({"service": "app_store", "action": "release_new_version"}),
        ),
    ] {
        let (_, view) = resume_after(target, desired, &console).await;
        assert_eq!(words(&view), ["stale"], "{view:#?}");
        let sentence = &view.targets[0].outcome.sentence;
        assert!(
            sentence.contains("moved") && sentence.contains("Nothing was sent"),
            "{sentence}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_flag_that_somebody_turned_on_is_confirmed_without_sending() {
    let console = json!({"service": "unleash", "flag": FLAG_NAME, "on": true});
    let (_, view) = resume_after(FLAG, Desired::On, &console).await;
    assert_eq!(words(&view), ["confirmed"], "{view:#?}");
}
