//! Stops that somebody undoes, and what watching for it costs. Must not know how a poller runs.

use cockpit_engine::api::{Act, Pressed};
use cockpit_engine::domain::Desired;
use cockpit_engine::keychain::Wish;
use serde_json::json;

use crate::stage::{
    FLAG, FLAG_NAME, PLAY, World, app_store, change_args, cockpit, pass_ms, refresh, stop, stopped,
    words,
};

const ALARM_MS: u64 = 15_000;

/// Not a drill: there the pollers rest while nothing is wrong.
#[tokio::test(start_paused = true)]
async fn an_undone_stop_is_alarmed_within_fifteen_seconds() {
    let world = World::new("calm");
    let handle = world.workspace(Wish::Memory, true).await;
    // The pollers rest when the stop comes, and would for a while.
    pass_ms(5 * 60_000 + 20_000).await;
    stopped(&handle).await;
    for (target, console) in [
        (
            PLAY.to_owned(),
            json!({"service": "google_play", "action": "resume"}),
        ),
        (
            app_store(&handle).await,
            json!({"service": "app_store", "action": "resume"}),
        ),
        (
            FLAG.to_owned(),
            json!({"service": "unleash", "flag": FLAG_NAME, "on": true}),
        ),
    ] {
        let alarms = world.desk.titles().len();
        world.console(&console);
        pass_ms(ALARM_MS).await;
        assert_eq!(world.desk.titles().len(), alarms + 1, "{target}");
        let drifts = cockpit(&handle).await.drifts;
        assert!(drifts.iter().any(|it| it.target == target), "{drifts:#?}");
        // Alarmed once.
        pass_ms(60_000).await;
        assert_eq!(world.desk.titles().len(), alarms + 1, "{target}");
    }
}

#[tokio::test(start_paused = true)]
async fn stopping_again_clears_the_drift() {
    let world = World::new("calm");
    let handle = world.drill().await;
    stopped(&handle).await;
    world.console(&json!({"service": "google_play", "action": "resume"}));
    pass_ms(60_000).await;
    refresh(&handle).await;
    assert_eq!(cockpit(&handle).await.drifts.len(), 1);
    let pressed: Pressed = handle
        .do_it(Act::Restop(change_args(PLAY, Desired::Stopped)))
        .await
        .unwrap();
    let view = handle.settled(&pressed, 10_000).await.unwrap();
    assert_eq!(words(&view), ["confirmed"], "{view:#?}");
    assert!(cockpit(&handle).await.drifts.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_answer_from_before_the_stop_is_no_drift() {
    let world = World::new("calm");
    let handle = world.drill().await;
    let slow = json!({
        "match": "GET /api/admin/projects/default/features/wallet.instant_transfer",
        "fault": "slow:3000",
    });
    world.control("POST", "fault", &slow);
    let reading = {
        let handle = handle.clone();
        tokio::spawn(async move { refresh(&handle).await })
    };
    // The service has looked, and its answer is on its way.
    pass_ms(2_000).await;
    assert!(!reading.is_finished());
    stopped(&handle).await;
    assert!(!reading.is_finished());
    reading.await.unwrap();
    assert!(world.desk.titles().is_empty(), "{:?}", world.desk.titles());
    assert!(cockpit(&handle).await.drifts.is_empty());
    assert!(
        cockpit(&handle)
            .await
            .flags
            .iter()
            .all(|it| it.target != FLAG || !it.on)
    );
}

#[tokio::test(start_paused = true)]
async fn ten_minutes_of_an_incident_stay_within_the_quotas() {
    let world = World::new("crash-spike");
    let handle = world.workspace(Wish::Memory, true).await;
    pass_ms(60_000).await;
    let _ = stop(&handle).await;
    world.control("DELETE", "log", &json!({}));
    pass_ms(10 * 60_000).await;
    let all = |service: &'static str| world.requests(move |it, _, _| it == service);
    let edits = world.requests(|service, method, path| {
        service == "google_play" && method == "POST" && path.ends_with("/edits")
    });
    // Google names no number for edits in a day; six in an hour of incident is modest. Apple
    // allows 3 600 requests in an hour, so 600 in ten minutes.
    assert!(edits <= 20, "{edits} edits");
    assert!(all("app_store") <= 600, "{} requests", all("app_store"));
    // 3 000 in a minute.
    assert!(
        all("google_play") <= 3_000,
        "{} requests",
        all("google_play")
    );
    // Statuspage: one request in a second.
    assert!(all("statuspage") <= 600, "{} requests", all("statuspage"));
    // Watched all the time.
    assert!(all("app_store") >= 50, "{} requests", all("app_store"));
}

#[tokio::test(start_paused = true)]
async fn a_service_that_is_connected_again_is_read_by_one_poller() {
    use cockpit_engine::api::{Done, ServiceArgs};

    let world = World::new("calm");
    let handle = world.workspace(Wish::Memory, true).await;
    pass_ms(60_000).await;
    let minute = async || {
        let before = world.requests(|service, _, _| service == "statuspage");
        pass_ms(10 * 60_000).await;
        world.requests(|service, _, _| service == "statuspage") - before
    };
    let once = minute().await;
    for _ in 0..3 {
        let service = "statuspage".to_owned();
        let _: Done = handle
            .do_it(Act::Disconnect(ServiceArgs { service }))
            .await
            .unwrap();
        let _: Done = handle
            .do_it(Act::Connect(world.form("statuspage")))
            .await
            .unwrap();
    }
    pass_ms(60_000).await;
    let again = minute().await;
    assert!(again <= once + 2, "{once} requests before, {again} after");
}
