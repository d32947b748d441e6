//! What people say in the stores, as the health room shows it. Must not know how it is read.

use cockpit_engine::Handle;
use cockpit_engine::api::{Nothing, Query};
use cockpit_engine::domain::views::HealthView;
use cockpit_engine::keychain::Wish;
use serde_json::json;

use crate::stage::{PASSPHRASE, World, cockpit, file_wish, log, pass_ms, refresh, stopped};

const MINUTE_MS: u64 = 60_000;

async fn health(handle: &Handle) -> HealthView {
    handle.ask(Query::Health(Nothing {})).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn reviews_of_both_stores_are_read_seldom_and_move_nothing() {
    let world = World::new("crash-spike-soon");
    let handle = world.workspace(Wish::Memory, true).await;
    let shown = health(&handle).await;
    let titles: Vec<&str> = shown.ratings.iter().map(|it| it.title.as_str()).collect();
    for title in [
        "Android 8.4.0",
        "Android, all versions",
        "iOS 8.4.0",
        "iOS, all versions",
    ] {
        assert!(titles.contains(&title), "{titles:?}");
    }
    assert!(titles[0].ends_with("8.4.0"), "{titles:?}");
    assert!(shown.rating_problems.is_empty());
    let asked = || world.requests(|_, _, path| path.contains("eviews"));
    let first = asked();
    pass_ms(9 * MINUTE_MS).await;
    assert_eq!(asked(), first, "not before ten minutes are over");
    pass_ms(2 * MINUTE_MS).await;
    assert_eq!(asked(), 2 * first);
    pass_ms(50 * MINUTE_MS).await;
    let fallen = health(&handle).await;
    let android = &fallen.ratings[0];
    assert!(
        android.stars.starts_with('1') || android.stars.starts_with('2'),
        "{android:?}"
    );
    assert!(android.sample.contains("reviews in 7 days"), "{android:?}");
    assert!(
        android.limits.starts_with("Only reviews with text"),
        "{android:?}"
    );
    // The breach of the crash figures is all that stands in the log.
    assert!(
        log(&handle)
            .await
            .iter()
            .all(|row| !row.decision.contains("eview"))
    );
}

#[tokio::test(start_paused = true)]
async fn a_store_that_shows_no_reviews_is_not_called_failing_and_can_be_stopped() {
    let world = World::new("calm");
    let no_right = json!({"service": "google_play", "reviews_permitted": false});
    world.control("POST", "knobs", &no_right);
    let handle = world.drill().await;
    let shown = health(&handle).await;
    assert_eq!(shown.rating_problems.len(), 1);
    assert!(
        shown.rating_problems[0].contains("may not see reviews on Google Play"),
        "{:?}",
        shown.rating_problems
    );
    assert!(shown.ratings.iter().all(|it| it.source == "App Store"));
    let room = cockpit(&handle).await;
    assert_eq!(room.online.badge.words, "Online");
    stopped(&handle).await;
}

#[tokio::test(start_paused = true)]
async fn what_was_read_is_shown_with_its_age_after_a_start() {
    let world = World::new("calm");
    let wish = || file_wish(PASSPHRASE);
    let handle = world.workspace(wish(), false).await;
    refresh(&handle).await;
    let before = health(&handle).await.ratings;
    assert!(!before.is_empty());
    handle.close().await.unwrap();
    drop(handle);
    world.offline(true);
    let handle = world.engine(wish(), false).await.unwrap();
    assert_eq!(health(&handle).await.ratings, before);
}
