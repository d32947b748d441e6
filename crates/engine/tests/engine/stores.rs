//! A stop that reaches every store that carries the release. Must not know how a store is asked.

use cockpit_engine::api::Query;
use cockpit_engine::domain::Desired;
use cockpit_engine::domain::views::StopSheetView;
use serde_json::json;

use crate::stage::{FLAG, PLAY, World, change, cockpit, pass_ms, press, stop, words};

const HUAWEI: &str = "huawei_app_gallery:com.northwind.wallet";
const SAMSUNG: &str = "samsung_galaxy_store:000007654321";

#[tokio::test(start_paused = true)]
async fn one_stop_reaches_every_store_and_names_the_one_that_has_none() {
    let world = World::new("all-stores");
    let handle = world.drill().await;
    let shown = cockpit(&handle).await;
    for target in [PLAY, HUAWEI, SAMSUNG] {
        assert!(
            shown.releases.iter().any(|it| it.target == target),
            "{target}"
        );
    }
    let sheet: StopSheetView = handle
        .ask(Query::StopSheet(Default::default()))
        .await
        .unwrap();
    assert!(sheet.targets.iter().any(|it| it.target == HUAWEI));
    assert!(
        sheet
            .not_covered
            .iter()
            .any(|it| it.starts_with("Samsung Galaxy Store · 8.4.0: Galaxy Store's interface")),
        "{:?}",
        sheet.not_covered
    );
    let pressed = stop(&handle).await;
    let view = handle.settled(&pressed, 10_000).await.unwrap();
    for target in [PLAY, FLAG, HUAWEI] {
        assert!(
            view.targets.iter().any(|it| it.target == target),
            "{target}: {view:#?}"
        );
    }
    assert!(view.targets.iter().all(|it| it.target != SAMSUNG));
    assert!(words(&view).iter().all(|it| it == "confirmed"), "{view:#?}");
    let truth = world.sandbox.truth();
    assert_eq!(truth["huawei_app_gallery"]["phased"]["state"], "SUSPEND");
    assert_eq!(
        truth["google_play"]["tracks"]["production"]["status"],
        "halted"
    );
    assert_eq!(truth["samsung_galaxy_store"]["rate"], 20);
}

#[tokio::test(start_paused = true)]
async fn accepted_by_huawei_is_confirmed_only_once_it_is_read_back() {
    let world = World::new("all-stores");
    let handle = world.drill().await;
    let settles = json!({"service": "huawei_app_gallery", "settles_ms": 20_000});
    world.control("POST", "knobs", &settles);
    let pressed = change(&handle, HUAWEI, Desired::Stopped).await.unwrap();
    pass_ms(10_000).await;
    let view = press(&handle, &pressed).await;
    assert_ne!(words(&view), ["confirmed"], "{view:#?}");
    pass_ms(60_000).await;
    let view = press(&handle, &pressed).await;
    assert_eq!(words(&view), ["confirmed"], "{view:#?}");
}
