//! Reviews of both stores: what is read, what is left out, and what they cost. Must not know how an
//! adapter asks.

use cockpit_domain::provider::{ErrorKind, Reading};
use cockpit_domain::signal::{Rating, Trend};
use cockpit_domain::{Desired, Service};
use serde_json::json;

use crate::stage::{Stage, act, read};

const WEEK_MS: u64 = 7 * 24 * 3_600_000;
const PRODUCTION: &str = "google_play:com.northwind.wallet/production";

async fn ratings(stage: &Stage, service: Service) -> Vec<Rating> {
    stage.connect(service).ratings().await.unwrap()
}

fn of<'a>(found: &'a [Rating], version: Option<&str>) -> &'a Rating {
    let mut all = found.iter().filter(|it| it.version.as_deref() == version);
    all.next()
        .unwrap_or_else(|| panic!("{version:?}: {found:?}"))
}

#[tokio::test(start_paused = true)]
async fn each_store_tells_stars_number_and_period_for_all_versions_and_for_the_newest() {
    for (service, count) in [
        (Service::GooglePlay, 250..=252),
        (Service::AppStore, 166..=168),
    ] {
        let found = ratings(&Stage::new(), service).await;
        let all = of(&found, None);
        assert!(count.contains(&all.reviews.len()), "{}", all.reviews.len());
        assert_eq!(all.read_at.ms_since(all.since), WEEK_MS);
        assert!(!all.more && all.limits.starts_with("Only reviews with text"));
        assert!(
            (400..460).contains(&all.mean().unwrap()),
            "{:?}",
            all.mean()
        );
        let newest = of(&found, Some("8.4.0"));
        assert!(newest.reviews.len() < all.reviews.len() / 4);
        assert_eq!(newest.source, service);
        assert_eq!(all.days().len(), 7);
        assert!(all.days().iter().all(Option::is_some));
    }
}

#[tokio::test(start_paused = true)]
async fn a_release_that_crashes_falls_in_its_newest_day() {
    for service in [Service::GooglePlay, Service::AppStore] {
        let calm = ratings(&Stage::new(), service).await;
        let stage = Stage::scenario("crash-spike");
        stage.control("/_sandbox/advance", json!({"ms": 3_600_000}));
        stage.move_our_clock_ms(3_600_000);
        let found = ratings(&stage, service).await;
        let fallen = of(&found, Some("8.4.0")).mean().unwrap();
        assert!(
            fallen + 50 < of(&calm, Some("8.4.0")).mean().unwrap(),
            "{fallen}"
        );
        let Trend::Day { newest, before } = of(&found, None).trend() else {
            panic!("{found:?}");
        };
        assert!(newest + 50 < before, "{newest} {before}");
    }
}

#[tokio::test(start_paused = true)]
async fn reviews_are_asked_for_page_by_page_and_within_their_own_quota() {
    let stage = Stage::new();
    let adapter = stage.connect(Service::GooglePlay);
    adapter.ratings().await.unwrap();
    assert_eq!(stage.count("/reviews?"), 3);
    for _ in 0..60 {
        let _ = adapter.ratings().await;
    }
    let error = adapter.ratings().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::RateLimited);
    assert!(error.retry_after_ms.is_some());
    assert!(
        stage.count("/reviews?") <= 20,
        "{}",
        stage.count("/reviews?")
    );
    // A stop has a budget of its own.
    act(&*adapter, PRODUCTION, &Desired::Stopped).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn with_more_reviews_than_are_read_the_newest_and_their_period_are_told() {
    let stage = Stage::scenario("crash-spike");
    let hours = 9;
    stage.control("/_sandbox/advance", json!({"ms": hours * 3_600_000}));
    stage.move_our_clock_ms(hours * 3_600_000);
    for (service, most) in [(Service::GooglePlay, 400), (Service::AppStore, 200)] {
        let found = ratings(&stage, service).await;
        let all = of(&found, None);
        assert_eq!((all.more, all.reviews.len()), (true, most));
        assert!(all.read_at.ms_since(all.since) < WEEK_MS);
    }
}

#[tokio::test(start_paused = true)]
async fn without_the_right_to_see_reviews_it_is_said_and_everything_else_goes_on() {
    let stage = Stage::new();
    stage.knobs(json!({"service": "google_play", "reviews_permitted": false}));
    let adapter = stage.connect(Service::GooglePlay);
    let error = adapter.ratings().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Forbidden);
    assert!(
        error
            .sentence
            .starts_with("The service account may not see reviews on Google Play."),
        "{}",
        error.sentence
    );
    assert!(error.hint.unwrap().contains("Reply to reviews"));
    read(&*adapter, PRODUCTION, Reading::Fresh).await;
    act(&*adapter, PRODUCTION, &Desired::Stopped).await.unwrap();
}

/// Nobody's words and no name is kept: only stars and times are in what was read.
#[tokio::test(start_paused = true)]
async fn nobodys_words_are_kept_and_the_app_store_is_not_even_asked_for_them() {
    let stage = Stage::scenario("crash-spike");
    for service in [Service::GooglePlay, Service::AppStore] {
        let kept = serde_json::to_string(&ratings(&stage, service).await).unwrap();
        for word in ["sandbox_", "Crashes", "Transfer"] {
            assert!(!kept.contains(word), "{service:?}: {word}");
        }
    }
    assert_eq!(
        stage.count("/customerReviews?"),
        stage
            .count("fields%5BcustomerReviews%5D=rating%2CcreatedDate")
            .max(stage.count("fields[customerReviews]=rating,createdDate"))
    );
}

#[tokio::test(start_paused = true)]
async fn services_without_reviews_have_none() {
    let stage = Stage::new();
    for service in [Service::Sentry, Service::Unleash, Service::Statuspage] {
        assert!(ratings(&stage, service).await.is_empty());
    }
}
