//! Services that cannot be reached: what is queued, what is refused, what is sent later. Must not
//! know how a service is asked.

use cockpit_engine::api::{Act, Done, IntentArgs};
use cockpit_engine::domain::Desired;

use crate::stage::{
    FLAG, PLAY, World, approve, change, cockpit, pass_ms, press, refresh, stop, stopped, words,
};

#[tokio::test(start_paused = true)]
async fn a_stop_is_queued_within_ten_seconds_and_confirmed_by_itself_later() {
    let world = World::new("calm");
    let handle = world.drill().await;
    world.offline(true);
    let pressed = stop(&handle).await;
    let view = handle.settled(&pressed, 10_100).await.unwrap();
    assert_eq!(words(&view), ["queued"; 3], "{view:#?}");
    refresh(&handle).await;
    let shown = cockpit(&handle).await;
    assert_eq!(shown.online.badge.words, "Offline");
    assert!(shown.online.banner.unwrap().contains("not in effect"));
    assert_eq!(shown.queued.len(), 3);
    assert!(world.changes().is_empty());
    world.offline(false);
    pass_ms(30_000).await;
    let view = press(&handle, &pressed).await;
    assert_eq!(words(&view), ["confirmed"; 3], "{view:#?}");
    refresh(&handle).await;
    assert_eq!(cockpit(&handle).await.online.badge.words, "Online");
}

#[tokio::test(start_paused = true)]
async fn a_queued_stop_expires_and_nothing_is_sent() {
    let world = World::new("calm");
    let handle = world.drill().await;
    world.offline(true);
    let pressed = stop(&handle).await;
    pass_ms(15 * 60_000 + 1_000).await;
    let view = press(&handle, &pressed).await;
    assert_eq!(words(&view), ["refused"; 3], "{view:#?}");
    assert!(view.targets[0].outcome.sentence.contains("expired"));
    world.offline(false);
    pass_ms(60_000).await;
    assert!(world.changes().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_resume_does_not_wait_for_the_network() {
    let world = World::new("calm");
    let handle = world.drill().await;
    stopped(&handle).await;
    let so_far = world.changes().len();
    let asked = change(&handle, PLAY, Desired::RollingOut { fraction_bps: None })
        .await
        .unwrap();
    world.offline(true);
    approve(&handle, &asked.intents[0]).await.unwrap();
    let view = handle.settled(&asked, 10_100).await.unwrap();
    assert_eq!(words(&view), ["failed"], "{view:#?}");
    world.offline(false);
    pass_ms(60_000).await;
    assert_eq!(world.changes().len(), so_far);
}

#[tokio::test(start_paused = true)]
async fn a_queued_act_that_is_taken_back_is_never_sent() {
    let world = World::new("calm");
    let handle = world.drill().await;
    world.offline(true);
    let asked = change(&handle, FLAG, Desired::Off).await.unwrap();
    handle.settled(&asked, 10_100).await.unwrap();
    let intent = asked.intents[0].clone();
    let _: Done = handle
        .do_it(Act::Withdraw(IntentArgs { intent }))
        .await
        .unwrap();
    world.offline(false);
    pass_ms(60_000).await;
    let view = press(&handle, &asked).await;
    assert_eq!(words(&view), ["refused"], "{view:#?}");
    assert!(world.changes().is_empty());
    assert_eq!(cockpit(&handle).await.online.outbox, "Outbox empty");
    assert!(handle.idle(0).await);
}

#[tokio::test(start_paused = true)]
async fn what_is_being_sent_cannot_be_taken_back() {
    let world = World::new("calm");
    let handle = world.drill().await;
    world.offline(true);
    let asked = change(&handle, FLAG, Desired::Off).await.unwrap();
    handle.settled(&asked, 10_100).await.unwrap();
    // The write arrives and hangs.
    let slow = serde_json::json!({
        "service": "unleash", "match": "/environments/production/off", "fault": "slow:3000",
    });
    world.control("POST", "fault", &slow);
    world.offline(false);
    let sent = || world.requests(|_, method, path| method == "POST" && path.ends_with("/off"));
    while sent() == 0 {
        pass_ms(50).await;
    }
    let intent = asked.intents[0].clone();
    let refused = handle
        .act(Act::Withdraw(IntentArgs { intent }))
        .await
        .unwrap_err();
    assert!(refused.sentence.contains("may be in effect"), "{refused:?}");
    pass_ms(30_000).await;
    let view = press(&handle, &asked).await;
    assert_eq!(words(&view), ["confirmed"], "{view:#?}");
}
