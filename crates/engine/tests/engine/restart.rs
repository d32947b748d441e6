//! An engine that ends at an awkward moment and one that takes up its work. Must not know where
//! it is kept what is under way.

use cockpit_engine::domain::views::CockpitView;
use cockpit_engine::{Handle, api::Pressed};
use serde_json::json;

use crate::stage::{
    FLAG, PASSPHRASE, World, change, cockpit, file_wish, log, pass_ms, press, stop, stopped, words,
};

async fn again(world: &World, handle: Handle) -> Handle {
    handle.close().await.unwrap();
    drop(handle);
    world.engine(file_wish(PASSPHRASE), false).await.unwrap()
}

/// What must not differ: everything but the moment of the question and the check at the start.
fn lasting(mut view: CockpitView) -> CockpitView {
    view.now = String::new();
    view.ledger.checked_at = None;
    view.ledger.sentence = String::new();
    view.ledger.badge = view.releases[0].badge.clone();
    view
}

#[tokio::test(start_paused = true)]
async fn what_was_known_before_is_known_after() {
    let world = World::new("calm");
    let handle = world.drill_with(file_wish(PASSPHRASE)).await;
    let view = stopped(&handle).await;
    let pressed = Pressed {
        press: view.press.clone(),
        intents: Vec::new(),
        sentence: String::new(),
    };
    world.offline(true);
    let before = (lasting(cockpit(&handle).await), log(&handle).await);
    let handle = again(&world, handle).await;
    let after = (lasting(cockpit(&handle).await), log(&handle).await);
    assert_eq!(before.1, after.1);
    assert_eq!(before.0, after.0);
    assert_eq!(press(&handle, &pressed).await, view);
    // The ages are of the readings, not of the start.
    assert!(after.0.releases.iter().all(|it| it.age.at.is_some()));
}

#[tokio::test(start_paused = true)]
async fn a_queued_stop_goes_on_in_the_next_engine() {
    let world = World::new("calm");
    let handle = world.drill_with(file_wish(PASSPHRASE)).await;
    world.offline(true);
    let pressed = stop(&handle).await;
    handle.settled(&pressed, 10_100).await.unwrap();
    let handle = again(&world, handle).await;
    assert_eq!(words(&press(&handle, &pressed).await), ["queued"; 3]);
    world.offline(false);
    pass_ms(30_000).await;
    assert_eq!(words(&press(&handle, &pressed).await), ["confirmed"; 3]);
    assert_eq!(world.changes().len(), 3);
}

/// Ends the engine at many moments of a stop: whatever had been sent is asked about, never sent
/// a second time.
#[tokio::test(start_paused = true)]
async fn an_engine_that_ends_at_any_moment_sends_once() {
    for after_ms in [0, 30, 70, 110, 170, 250] {
        let world = World::new("calm");
        let handle = world.drill_with(file_wish(PASSPHRASE)).await;
        let pressed = stop(&handle).await;
        pass_ms(after_ms).await;
        let handle = again(&world, handle).await;
        let view = handle.settled(&pressed, 10_100).await.unwrap();
        assert_eq!(
            words(&view),
            ["confirmed"; 3],
            "after {after_ms} ms: {view:#?}"
        );
        let changes = world.changes();
        assert_eq!(changes.len(), 3, "after {after_ms} ms: {changes:#?}");
        let found: cockpit_engine::api::Done = handle
            .do_it(cockpit_engine::api::Act::VerifyLog(Default::default()))
            .await
            .unwrap();
        assert!(found.sentence.contains("holds"), "{}", found.sentence);
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_hung_at_the_end_is_read_back_by_the_next_engine() {
    let world = World::new("calm");
    let handle = world.drill_with(file_wish(PASSPHRASE)).await;
    let slow = json!({
        "service": "unleash", "match": "/environments/production/off", "fault": "slow:3000",
    });
    world.control("POST", "fault", &slow);
    let pressed = change(&handle, FLAG, cockpit_engine::domain::Desired::Off)
        .await
        .unwrap();
    let writes = || world.requests(|_, method, path| method == "POST" && path.ends_with("/off"));
    while writes() == 0 {
        pass_ms(10).await;
    }
    let handle = again(&world, handle).await;
    let view = handle.settled(&pressed, 10_100).await.unwrap();
    assert_eq!(words(&view), ["confirmed"], "{view:#?}");
    assert!(
        view.targets[0].outcome.sentence.contains("lost"),
        "{view:#?}"
    );
    assert_eq!(writes(), 1);
}
