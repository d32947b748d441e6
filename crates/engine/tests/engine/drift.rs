//! Stops that somebody undoes, and what watching for it costs. Must not know how a poller runs.

use cockpit_engine::Handle;
use cockpit_engine::api::{Act, Pressed};
use cockpit_engine::domain::{Desired, Service};
use cockpit_engine::keychain::Wish;
use cockpit_providers::guide;
use serde_json::{Value, json};

use crate::stage::{
    FLAG, FLAG_NAME, PLAY, World, app_store, change_args, cockpit, pass_ms, refresh, stopped, words,
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

/// What no person presses: a pipeline that goes on, and the App Store that ends a pause by itself.
#[tokio::test(start_paused = true)]
async fn what_goes_on_by_itself_after_a_stop_is_alarmed_too() {
    let world = World::new("calm");
    let handle = world.workspace(Wish::Memory, true).await;
    pass_ms(60_000).await;
    stopped(&handle).await;
    let later_ms = 7 * 60_000;
    world.console(&json!({
        "service": "google_play", "action": "raise", "fraction": 0.5, "in_ms": later_ms,
    }));
    pass_ms(later_ms - 1_000).await;
    assert!(world.desk.titles().is_empty(), "{:?}", world.desk.titles());
    pass_ms(1_000 + ALARM_MS).await;
    assert_eq!(world.desk.titles().len(), 1, "{:?}", world.desk.titles());
    // All thirty days of pause go by at once; for tokens the clocks stay beside ours.
    let month_ms: i64 = 30 * 24 * 3_600_000;
    for service in ["google_play", "app_store"] {
        let beside = json!({"service": service, "clock_skew_ms": -month_ms});
        world.control("POST", "knobs", &beside);
    }
    world.control("POST", "advance", &json!({"ms": month_ms}));
    pass_ms(ALARM_MS).await;
    let target = app_store(&handle).await;
    let drifts = cockpit(&handle).await.drifts;
    assert!(drifts.iter().any(|it| it.target == target), "{drifts:#?}");
    assert_eq!(world.desk.titles().len(), 2, "{:?}", world.desk.titles());
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

/// Each kind of target with what undoes its stop from outside, and what stops it again.
async fn kinds(handle: &Handle) -> Vec<(String, Value, Desired)> {
    let store = |service: &str| json!({"service": service, "action": "resume"});
    vec![
        (PLAY.to_owned(), store("google_play"), Desired::Stopped),
        (
            app_store(handle).await,
            store("app_store"),
            Desired::Stopped,
        ),
        (
            FLAG.to_owned(),
            json!({"service": "unleash", "flag": FLAG_NAME, "on": true}),
            Desired::Off,
        ),
    ]
}

#[tokio::test(start_paused = true)]
async fn an_hour_of_an_incident_alarms_in_time_and_stays_within_the_quotas() {
    let world = World::new("crash-spike");
    let handle = world.workspace(Wish::Memory, true).await;
    pass_ms(60_000).await;
    stopped(&handle).await;
    world.control("DELETE", "log", &json!({}));
    let kinds = kinds(&handle).await;
    // Undone at any point between two looks, each kind again and again.
    for after_ms in [100, 2_700, 5_300, 7_900, 9_950] {
        for (target, console, desired) in &kinds {
            pass_ms(180_000 + after_ms).await;
            let alarms = world.desk.titles().len();
            world.console(console);
            pass_ms(ALARM_MS).await;
            let titles = world.desk.titles();
            assert_eq!(titles.len(), alarms + 1, "{target} after {after_ms} ms");
            let pressed: Pressed = handle
                .do_it(Act::Restop(change_args(target, desired.clone())))
                .await
                .unwrap();
            let view = handle.settled(&pressed, 10_000).await.unwrap();
            assert_eq!(words(&view), ["confirmed"], "{target}: {view:#?}");
        }
    }
    pass_ms(10 * 60_000).await;
    assert!(cockpit(&handle).await.drifts.is_empty());
    assert_within_quotas(&world);
    // Watched all the time.
    let looks = world.requests(|service, _, _| service == "app_store");
    assert!(looks >= 300, "{looks} requests");
}

/// What the sandbox counted, and what the product takes for the quotas.
fn assert_within_quotas(world: &World) {
    let answer = world.control("GET", "quotas", &json!({}));
    let counted = answer["quotas"].as_array().unwrap();
    for it in counted {
        assert!(it["share"].as_f64().unwrap() < 0.35, "{it}");
    }
    for service in Service::ALL {
        for quota in guide(service).map_or(&[][..], |guide| guide.quotas) {
            let known = counted.iter().find(|it| {
                it["service"] == service.key()
                    && it["most"] == quota.most
                    && it["per_s"] == quota.per_s
            });
            assert!(known.is_some(), "the sandbox does not count {quota:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_hangs_does_not_hold_up_the_alarm_for_another() {
    let world = World::new("calm");
    let handle = world.workspace(Wish::Memory, true).await;
    pass_ms(60_000).await;
    stopped(&handle).await;
    let hang = json!({
        "service": "unleash", "match": "features/home.feed_v3", "fault": "hang", "times": 10_000,
    });
    world.control("POST", "fault", &hang);
    pass_ms(120_000).await;
    world.console(&json!({"service": "unleash", "flag": FLAG_NAME, "on": true}));
    pass_ms(ALARM_MS).await;
    assert_eq!(world.desk.titles().len(), 1, "{:?}", world.desk.titles());
}

#[tokio::test(start_paused = true)]
async fn an_edit_is_opened_when_something_changed_and_not_for_each_look() {
    let world = World::new("calm");
    let handle = world.workspace(Wish::Memory, true).await;
    pass_ms(60_000).await;
    stopped(&handle).await;
    let edits = || {
        world.requests(|service, method, path| {
            service == "google_play" && method == "POST" && path.ends_with("/edits")
        })
    };
    let before = edits();
    pass_ms(30 * 60_000).await;
    assert_eq!(edits(), before, "nothing changed");
    // Any change in the console ends the open edit, which is itself the signal.
    world.console(&json!({"service": "google_play", "action": "change"}));
    pass_ms(10 * 60_000).await;
    assert_eq!(edits(), before + 1, "one for one change");
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
    // One more reading, of three requests, may fall into the ten minutes.
    assert!(again <= once + 3, "{once} requests before, {again} after");
}
