//! Several health sources beside each other. Must not know how one is asked.

use cockpit_engine::Handle;
use cockpit_engine::api::{Act, Done, Nothing, Query, ServiceArgs};
use cockpit_engine::domain::views::HealthView;
use serde_json::json;

use cockpit_engine::keychain::Wish;

use crate::stage::{World, cockpit, pass_ms, refresh};

const ALL: [&str; 4] = [
    "Sentry",
    "Prometheus",
    "Android vitals",
    "Firebase Crashlytics (alpha)",
];

async fn health(handle: &Handle) -> HealthView {
    handle.ask(Query::Health(Nothing {})).await.unwrap()
}

fn from(view: &HealthView, source: &str) -> usize {
    let own = view.signals.iter().filter(|it| it.source == source);
    own.count()
}

#[tokio::test(start_paused = true)]
async fn each_source_is_named_and_leaves_with_its_own_figures_alone() {
    let world = World::new("all-health");
    let handle = world.drill().await;
    let view = health(&handle).await;
    for source in ALL {
        assert!(from(&view, source) > 0, "{source}: {view:#?}");
    }
    let mut named = view.signals.iter().map(|it| it.signal.name.as_str());
    assert!(named.any(|it| it == "Payments that succeed"), "{view:#?}");
    assert!(!cockpit(&handle).await.breaches.is_empty());
    let disconnect = Act::Disconnect(ServiceArgs {
        service: "prometheus".to_owned(),
    });
    let _: Done = handle.do_it(disconnect).await.unwrap();
    refresh(&handle).await;
    let view = health(&handle).await;
    for source in ALL {
        assert_eq!(from(&view, source) > 0, source != "Prometheus", "{view:#?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_no_source_says_raises_no_breach_and_the_fall_behind_it_does() {
    let world = World::new("data-gap");
    let handle = world.drill().await;
    assert_eq!(cockpit(&handle).await.breaches.len(), 0);
    let view = health(&handle).await;
    let states = &view.rules[0].states;
    assert!(
        states.iter().all(|it| it.badge.words == "Cannot judge"),
        "{states:#?}"
    );
    pass_ms(2 * 3_600_000).await;
    refresh(&handle).await;
    assert!(!cockpit(&handle).await.breaches.is_empty());
}

#[tokio::test(start_paused = true)]
async fn reading_every_source_takes_a_third_of_each_quota_at_most() {
    let world = World::new("all-health");
    let handle = world.workspace(Wish::Memory, true).await;
    for service in ["prometheus", "play_reporting", "crashlytics"] {
        let form = world.form(service);
        let _: Done = handle.do_it(Act::Connect(form)).await.unwrap();
    }
    pass_ms(10_000).await;
    world.control("DELETE", "log", &json!({}));
    // There is something newer, so that everything is read anew.
    let newer = json!({"service": "play_reporting", "lag_hours": 2});
    world.control("POST", "knobs", &newer);
    pass_ms(60_000).await;
    assert!(from(&health(&handle).await, "Android vitals") > 0);
    let answer = world.control("GET", "quotas", &json!({}));
    let counted = answer["quotas"].as_array().unwrap();
    for service in ["sentry", "play_reporting", "crashlytics"] {
        let own = counted.iter().find(|it| it["service"] == service).unwrap();
        assert!(own["total"].as_u64().unwrap() > 0, "{own}");
        assert!(own["share"].as_f64().unwrap() < 0.35, "{own}");
    }
}

/// Landed is what a second laptop finds that asks every second.
#[tokio::test(start_paused = true)]
async fn a_breach_is_on_screen_ten_seconds_after_its_figures_land() {
    // One begins to crash after a minute, the other's sources speak again at the full hour.
    for (scenario, calm_ms) in [("crash-spike-soon", 50_000), ("data-gap", 28 * 60_000)] {
        let world = World::new(scenario);
        let handle = world.workspace(Wish::Memory, true).await;
        let asks = world.beside().workspace(Wish::Memory, false).await;
        pass_ms(calm_ms).await;
        assert_eq!(cockpit(&handle).await.breaches, [], "{scenario}");
        let mut waits_s = None;
        for second in 0..300 {
            refresh(&asks).await;
            if waits_s.is_none() && !cockpit(&asks).await.breaches.is_empty() {
                waits_s = Some(second);
            }
            if !cockpit(&handle).await.breaches.is_empty() {
                break;
            }
            let waited = waits_s.map_or(0, |landed| second - landed);
            assert!(waited < 10, "{scenario}: not on screen {waited} s later");
            pass_ms(1_000).await;
        }
        assert!(!cockpit(&handle).await.breaches.is_empty(), "{scenario}");
    }
}
