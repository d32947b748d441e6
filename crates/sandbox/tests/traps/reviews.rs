//! Reviews of both stores, asked for by raw requests. Must not know an adapter.

use serde_json::{Value, json};

use crate::client::Client;
use crate::play::Play;

const WEEK_S: i64 = 7 * 24 * 3_600;

#[tokio::test(start_paused = true)]
async fn play_shows_a_week_ten_at_a_time_newest_first() {
    let play = Play::new("calm").await;
    let first = play.send("GET", "/reviews", Value::Null).await;
    assert_eq!(first.body["reviews"].as_array().unwrap().len(), 10);
    let mut token = Value::Null;
    let mut seconds: Vec<i64> = Vec::new();
    loop {
        let query = token
            .as_str()
            .map_or("?maxResults=500".to_owned(), |token| {
                format!("?maxResults=500&token={token}")
            });
        let path = format!("/reviews{query}");
        let page = play.send("GET", &path, Value::Null).await.body;
        let reviews = page["reviews"].as_array().unwrap();
        assert!(reviews.len() <= 100);
        seconds.extend(reviews.iter().map(|it| {
            let said = &it["comments"][0]["userComment"];
            assert!(said["text"].as_str().unwrap().contains('\t'));
            let text = said["lastModified"]["seconds"].as_str().unwrap();
            text.parse::<i64>().unwrap()
        }));
        token = page["tokenPagination"]["nextPageToken"].clone();
        if token.is_null() {
            break;
        }
    }
    assert!(seconds.is_sorted_by(|one, other| one >= other));
    assert!(play.client.now_s() - seconds.last().unwrap() < WEEK_S);
    assert!(seconds.len() > 200);
}

#[tokio::test(start_paused = true)]
async fn reviews_have_a_permission_and_an_hourly_quota_of_their_own() {
    let play = Play::new("calm").await;
    let knob = |name: &str, value: Value| play.client.knob("google_play", name, value);
    let status = async || play.send("GET", "/reviews", Value::Null).await.status;
    knob("reviews_per_hour_max", json!(2));
    for expected in [200, 200, 429] {
        assert_eq!(status().await, expected);
    }
    // Publishing goes on.
    play.insert().await;
    knob("reviews_per_hour_max", json!(200));
    assert_eq!(status().await, 200);
    knob("reviews_permitted", json!(false));
    assert_eq!(status().await, 403);
    play.insert().await;
}

#[tokio::test(start_paused = true)]
async fn apple_sorts_and_shows_fields_as_asked_and_knows_reviews_of_a_version() {
    let client = Client::new("calm");
    let apps = client.apple("GET", "/v1/apps", &Value::Null).await;
    let app = apps.body["data"][0]["id"].as_str().unwrap();
    let path = format!(
        "/v1/apps/{app}/customerReviews?sort=-createdDate&limit=200&fields[customerReviews]=rating"
    );
    let all = client.apple("GET", &path, &Value::Null).await;
    let data = all.body["data"].as_array().unwrap();
    assert_eq!(data.len(), 200);
    assert!(all.body["links"]["next"].is_string());
    assert_eq!(data[0]["attributes"].as_object().unwrap().len(), 1);
    let version = &client.sandbox.truth()["app_store"]["versions"][0]["version_id"];
    let path = format!(
        "/v1/appStoreVersions/{}/customerReviews?limit=200",
        version.as_str().unwrap()
    );
    let newest = client.apple("GET", &path, &Value::Null).await;
    let newest = newest.body["data"].as_array().unwrap();
    assert!(!newest.is_empty() && newest.len() < 60);
    assert_eq!(newest[0]["attributes"].as_object().unwrap().len(), 6);
}

#[tokio::test(start_paused = true)]
async fn whoever_meets_the_crash_writes_within_minutes() {
    let play = Play::new("crash-spike").await;
    let stars = |body: &Value| -> Vec<i64> {
        let reviews = body["reviews"].as_array().unwrap();
        let stars = |it: &Value| it["comments"][0]["userComment"]["starRating"].as_i64();
        reviews.iter().filter_map(stars).collect()
    };
    let newest = stars(&play.send("GET", "/reviews", Value::Null).await.body);
    assert!(newest.iter().all(|stars| *stars <= 2), "{newest:?}");
}
