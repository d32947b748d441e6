//! Whom a release reaches, before and after a stop. Must not know how it is worked out.

use cockpit_engine::api::{Act, Done, ServiceArgs};
use cockpit_engine::domain::views::ExposureView;
use cockpit_engine::keychain::Wish;

use crate::stage::{World, cockpit, refresh, stopped};

async fn of_play(handle: &cockpit_engine::Handle) -> ExposureView {
    let view = cockpit(handle).await;
    let play = view
        .releases
        .into_iter()
        .find(|it| it.store == "Google Play");
    play.unwrap().exposure
}

#[tokio::test(start_paused = true)]
async fn a_stop_leaves_those_who_have_it_and_nothing_makes_a_figure_up() {
    let world = World::new("crash-spike");
    let handle = world.workspace(Wish::Memory, false).await;
    let before = of_play(&handle).await;
    assert!(before.now_count > Some(0), "{before:?}");
    assert!(before.per_minute_count > Some(0), "{before:?}");
    assert!(before.how.contains("Sentry"), "{before:?}");
    assert!(before.age.at.is_some(), "{before:?}");
    stopped(&handle).await;
    refresh(&handle).await;
    let after = of_play(&handle).await;
    assert!(after.now_count > Some(0), "who has it keeps it: {after:?}");
    let service = "sentry".to_owned();
    let _: Done = handle
        .do_it(Act::Disconnect(ServiceArgs { service }))
        .await
        .unwrap();
    let without = of_play(&handle).await;
    assert_eq!(
        (without.now.as_str(), without.now_count),
        ("not known", None)
    );
    assert_eq!(without.per_minute_count, None);
    assert!(without.how.starts_with("No health source"), "{without:?}");
}

/// A health source counts a platform, and not the people of one of its stores.
#[tokio::test(start_paused = true)]
async fn beside_several_stores_a_figure_is_called_that_of_all() {
    let world = World::new("all-stores");
    let handle = world.drill().await;
    let view = cockpit(&handle).await;
    let of = |store: &str| {
        let mut found = view.releases.iter();
        found.find(|it| it.store == store).unwrap().exposure.clone()
    };
    for store in ["Google Play", "Huawei AppGallery", "Samsung Galaxy Store"] {
        let now = of(store).now;
        assert!(now.ends_with(", all stores together"), "{store}: {now}");
    }
    assert!(!of("App Store").now.contains("together"));
    // Over the air it is for no platform by name.
    let air = of("EAS Update").how;
    assert!(
        air.starts_with("No health source counted 8.4.0 within"),
        "{air}"
    );
}
