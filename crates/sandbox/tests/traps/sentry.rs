//! Sentry's traps: fractions, null for no sessions, whole hours, limits.

use serde_json::{Value, json};

use crate::client::{Answer, Client, options};

const PATH: &str = "/api/0/organizations/northwind/sessions/";
const RATE: &str = "crash_free_rate(session)";

async fn ask(client: &Client, query: &str) -> Answer {
    let token = format!(
        "Bearer {}",
        client.connections["sentry"]["token"].as_str().unwrap()
    );
    client
        .send("GET", &format!("{PATH}?{query}"), &token, &Value::Null)
        .await
}

async fn rate(client: &Client, project: &str, release: &str) -> f64 {
    let query = format!(
        "project={project}&field={RATE}&field=sum(session)&statsPeriod=1h&interval=1h&query=release:{release}"
    );
    let answer = ask(client, &query).await;
    assert_eq!(
        answer.body["intervals"].as_array().unwrap().len(),
        1,
        "{}",
        answer.text
    );
    answer.body["groups"][0]["series"][RATE][0]
        .as_f64()
        .unwrap()
}

const ANDROID: &str = "com.northwind.wallet@8.4.0%2B84012";
const IOS: &str = "com.northwind.wallet@8.4.0%2B8400.3";

#[tokio::test(start_paused = true)]
async fn a_crash_spike_is_there_from_the_first_look() {
    // At every minute of the hour: the hour in which the spike began must show it too.
    for minute in [1, 11, 12, 30, 50, 59] {
        let mut options = options("crash-spike");
        options.epoch_ms = options.epoch_ms.map(|epoch_ms| epoch_ms + minute * 60_000);
        let client = Client::with(options);
        for (project, release) in [("4509001", ANDROID), ("4509002", IOS)] {
            let seen = rate(&client, project, release).await;
            assert!((0.980..0.984).contains(&seen), "{seen} at minute {minute}");
        }
        let before = rate(&client, "4509001", "com.northwind.wallet@8.3.2%2B83207").await;
        assert!(before > 0.997, "{before}");
    }
}

#[tokio::test(start_paused = true)]
async fn crash_spike_soon_falls_after_a_minute() {
    let mut options = options("crash-spike-soon");
    options.epoch_ms = options.epoch_ms.map(|epoch_ms| epoch_ms + 40 * 60_000);
    let client = Client::with(options);
    assert!(rate(&client, "4509001", ANDROID).await > 0.997);
    client.advance_s(59);
    assert!(rate(&client, "4509001", ANDROID).await > 0.997);
    client.advance_s(46);
    assert!(rate(&client, "4509001", ANDROID).await < 0.984);
}

#[tokio::test(start_paused = true)]
async fn no_sessions_is_null_and_not_health() {
    let client = Client::new("calm");
    let query =
        format!("field={RATE}&field=sum(session)&statsPeriod=6h&interval=1h&environment=staging");
    let answer = ask(&client, &query).await;
    let group = &answer.body["groups"][0];
    assert_eq!(
        (&group["totals"][RATE], &group["totals"]["sum(session)"]),
        (&Value::Null, &json!(0))
    );
    let grouped = ask(&client, &format!("{query}&groupBy=release")).await;
    assert_eq!(grouped.body["groups"], json!([]));
    let young = ask(
        &client,
        &format!("field={RATE}&statsPeriod=7d&interval=1d&groupBy=release&query=release:{ANDROID}"),
    )
    .await;
    let series = young.body["groups"][0]["series"][RATE].as_array().unwrap();
    assert_eq!(series[0], Value::Null);
    assert!(
        series.last().unwrap().as_f64().unwrap() < 1.0,
        "a fraction, not a percentage"
    );
}

#[tokio::test(start_paused = true)]
async fn releases_are_grouped_and_paged() {
    let client = Client::new("calm");
    let answer = ask(
        &client,
        "field=sum(session)&statsPeriod=2h&groupBy=release&project=4509001&per_page=1",
    )
    .await;
    assert_eq!(answer.body["groups"].as_array().unwrap().len(), 1);
    let link = answer.headers["link"].to_str().unwrap().to_owned();
    assert!(
        link.contains("rel=\"next\"; results=\"true\"; cursor=\"0:1:0\""),
        "{link}"
    );
    let next = ask(
        &client,
        "field=sum(session)&statsPeriod=2h&groupBy=release&project=4509001&per_page=1&cursor=0:1:0",
    )
    .await;
    assert_ne!(
        next.body["groups"][0]["by"]["release"],
        answer.body["groups"][0]["by"]["release"]
    );
    assert!(
        next.headers["link"]
            .to_str()
            .unwrap()
            .contains("rel=\"next\"; results=\"false\"")
    );
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_asked_is_a_400() {
    let client = Client::new("calm");
    for query in [
        "statsPeriod=1h",
        "field=p99(session.duration)x",
        "field=sum(session)&interval=5m",
        "field=sum(session)&interval=5h",
        "field=sum(session)&interval=2d",
        "field=crash_free_rate(user)&groupBy=session.status",
        "field=sum(session)&statsPeriod=5000d&interval=1h",
    ] {
        let answer = ask(&client, query).await;
        assert_eq!(answer.status, 400, "{query}");
        assert!(answer.body["detail"].is_string());
    }
}

#[tokio::test(start_paused = true)]
async fn the_statuses_add_up() {
    let client = Client::new("crash-spike");
    let all = ask(&client, "field=sum(session)&statsPeriod=3h&project=4509001").await;
    let by_status = ask(
        &client,
        "field=sum(session)&statsPeriod=3h&project=4509001&groupBy=session.status",
    )
    .await;
    let sum: i64 = by_status.body["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| group["totals"]["sum(session)"].as_i64().unwrap())
        .sum();
    assert!(
        (sum - all.body["groups"][0]["totals"]["sum(session)"]
            .as_i64()
            .unwrap())
        .abs()
            <= 2
    );
}

#[tokio::test(start_paused = true)]
async fn a_wrong_token_and_a_foreign_project_are_refused_and_the_rate_is_told() {
    let client = Client::new("calm");
    let path = format!("{PATH}?field=sum(session)");
    let answer = client
        .send("GET", &path, "Bearer wrong", &Value::Null)
        .await;
    assert_eq!(
        (answer.status, &answer.body),
        (401, &json!({"detail": "Invalid token"}))
    );
    assert_eq!(
        client.send("GET", &path, "", &Value::Null).await.status,
        401
    );
    assert_eq!(
        ask(&client, "field=sum(session)&project=1").await.status,
        403
    );
    let answer = ask(&client, "field=sum(session)").await;
    assert_eq!(answer.headers["x-sentry-rate-limit-limit"], "40");
    for _ in 0..40 {
        ask(&client, "field=sum(session)").await;
    }
    assert_eq!(ask(&client, "field=sum(session)").await.status, 429);
}
