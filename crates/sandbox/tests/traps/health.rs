//! Traps of Prometheus, Play Developer Reporting and Crashlytics, and the scenarios that move figures.

use axum::body::Body;
use axum::http::Request;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::client::{Answer, Client, EPOCH_S};

const VITALS: &str = "/v1beta1/apps/com.northwind.wallet";
const CRASHES: &str = "/v1beta1/apps/com.northwind.wallet/crashRateMetricSet";

async fn prometheus(client: &Client, path: &str, form: &str) -> Answer {
    let token = client.connections["channels"]["prometheus"]["token"].as_str();
    let token = format!("Bearer {}", token.unwrap());
    let path = format!("/prometheus/api/v1/{path}");
    client.try_send("POST", &path, &token, form).await.unwrap()
}

/// A token of one scope from a service's own token endpoint.
async fn token(client: &Client, service: &str, scope: &str) -> String {
    let account = &client.connections["channels"][service]["service_account"];
    let now_s = client.now_s();
    let claims = json!({
        "iss": account["client_email"],
        "scope": format!("https://www.googleapis.com/auth/{scope}"),
        "aud": "https://oauth2.googleapis.com/token",
        "iat": now_s,
        "exp": now_s + 3_600,
    });
    let mut header = Header::new(Algorithm::RS256);
    header.kid = account["private_key_id"].as_str().map(str::to_owned);
    let pem = account["private_key"].as_str().unwrap();
    let key = EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap();
    let assertion = encode(&header, &claims, &key).unwrap();
    let form = format!(
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={assertion}"
    );
    let path = format!("/token/{service}");
    let answer = client.try_send("POST", &path, "", &form).await.unwrap();
    format!("Bearer {}", answer.body["access_token"].as_str().unwrap())
}

async fn vitals(client: &Client, method: &str, path: &str, body: &Value) -> Answer {
    let token = token(client, "play_reporting", "playdeveloperreporting").await;
    // Ten queries a second are the most.
    client.advance_s(1);
    client.send(method, path, &token, body).await
}

async fn crashlytics(client: &Client, query: &str) -> Answer {
    let token = token(client, "crashlytics", "firebase").await;
    let app = client.connections["channels"]["crashlytics"]["android_app"].as_str();
    let path = format!(
        "/v1alpha/projects/100000000001/apps/{}/reports/{query}",
        app.unwrap()
    );
    client.send("GET", &path, &token, &Value::Null).await
}

/// Hours of 2026-11-23 in UTC.
fn hours(from: u32, until: u32) -> Value {
    let at = |hours: u32| json!({"year": 2026, "month": 11, "day": 23, "hours": hours, "timeZone": {"id": "UTC"}});
    json!({
        "timelineSpec": {"aggregationPeriod": "HOURLY", "startTime": at(from), "endTime": at(until)},
        "dimensions": ["versionCode"],
        "metrics": ["crashRate", "distinctUsers"],
    })
}

#[tokio::test(start_paused = true)]
async fn prometheus_writes_values_as_texts_and_what_nobody_knows_as_an_empty_success() {
    let client = Client::new("calm");
    let answer = prometheus(&client, "query", "query=app:crash_free_sessions:ratio").await;
    let data = &answer.body["data"];
    assert_eq!(
        (answer.status, &data["resultType"]),
        (200, &json!("vector"))
    );
    let values: Vec<&str> = (0..5)
        .map(|at| data["result"][at]["value"][1].as_str().unwrap())
        .collect();
    assert!(
        values.contains(&"NaN") && values.iter().any(|it| it.starts_with("0.99")),
        "{values:?}"
    );
    let answer = prometheus(&client, "query", "query=app:sessions:count/0").await;
    assert!(answer.text.contains("\"+Inf\""), "{}", answer.text);
    let answer = prometheus(&client, "query", "query=nobody").await;
    assert_eq!(
        (answer.status, &answer.body["data"]["result"]),
        (200, &json!([]))
    );
    let answer = prometheus(&client, "query", "query=1-0.25").await;
    assert_eq!(
        answer.body["data"]["result"],
        json!([EPOCH_S as f64, "0.75"])
    );
}

#[tokio::test(start_paused = true)]
async fn prometheus_refuses_in_its_own_words() {
    let client = Client::new("calm");
    for query in ["", "sum(", "app{version=", "app:x ~ 2", "(1"] {
        let answer = prometheus(&client, "query", &format!("query={query}")).await;
        assert_eq!(
            (answer.status, &answer.body["errorType"]),
            (400, &json!("bad_data"))
        );
        assert!(answer.text.contains("parse error"), "{}", answer.text);
    }
    let range = |start: i64, end: i64, step: &str| {
        format!("query=app:sessions:count&start={start}&end={end}&step={step}")
    };
    for (form, words) in [
        (
            range(EPOCH_S - 60, EPOCH_S - 120, "15"),
            "must not be before start",
        ),
        (range(EPOCH_S - 60, EPOCH_S, "0"), "zero or negative"),
        (
            range(EPOCH_S - 90_000, EPOCH_S, "1"),
            "exceeded maximum resolution of 11,000 points",
        ),
        (range(EPOCH_S - 60, EPOCH_S, "often"), "invalid parameter"),
    ] {
        let answer = prometheus(&client, "query_range", &form).await;
        assert_eq!(answer.status, 400);
        assert!(answer.text.contains(words), "{}", answer.text);
    }
    for (knob, status, kind) in [
        ("too_many_samples", 422, "execution"),
        ("overloaded", 503, "timeout"),
    ] {
        client.knob("prometheus", knob, json!(true));
        let answer = prometheus(&client, "query", "query=app:sessions:count").await;
        assert_eq!(
            (answer.status, &answer.body["errorType"]),
            (status, &json!(kind))
        );
        client.knob("prometheus", knob, json!(false));
    }
    let bare = Request::builder().uri("/prometheus/api/v1/query?query=1");
    let answer = client
        .answer_to(bare.body(Body::empty()).unwrap())
        .await
        .unwrap();
    assert_eq!(
        (answer.status, answer.text.as_str()),
        (401, "Unauthorized\n")
    );
}

#[tokio::test(start_paused = true)]
async fn play_gives_no_more_than_is_fresh_and_each_period_its_own_calendar() {
    let client = Client::new("calm");
    let set = vitals(&client, "GET", CRASHES, &Value::Null).await;
    let fresh = set.body["freshnessInfo"]["freshnesses"].clone();
    assert_eq!(
        fresh[0]["latestEndTime"]["timeZone"]["id"],
        "America/Los_Angeles"
    );
    assert!(fresh[0]["latestEndTime"]["hours"].is_null());
    let hour =
        json!({"year": 2026, "month": 11, "day": 23, "hours": 17, "timeZone": {"id": "UTC"}});
    assert_eq!(fresh[1]["latestEndTime"], hour);
    let ask = format!("{CRASHES}:query");
    let good = vitals(&client, "POST", &ask, &hours(12, 17)).await;
    assert_eq!(
        good.body["rows"].as_array().unwrap().len(),
        10,
        "{}",
        good.text
    );
    let row = &good.body["rows"][0];
    let rate = row["metrics"][0]["decimalValue"]["value"].as_str().unwrap();
    assert!(
        rate.starts_with("0.00") && row["dimensions"][0]["int64Value"] == "83207",
        "{row}"
    );
    let with = |change: &dyn Fn(&mut Value)| {
        let mut body = hours(12, 17);
        change(&mut body);
        body
    };
    for (body, words) in [
        (hours(12, 18), "after the latest data available"),
        (hours(12, 12), "must be after"),
        (
            with(&|it| it["timelineSpec"]["startTime"]["minutes"] = json!(0)),
            "must be unset",
        ),
        (
            with(&|it| {
                it["timelineSpec"]["endTime"]["timeZone"]["id"] = json!("America/Los_Angeles")
            }),
            "only the time zone UTC",
        ),
        (
            with(&|it| it["timelineSpec"]["aggregationPeriod"] = json!("DAILY")),
            "'hours' must be unset",
        ),
        (
            with(&|it| it["metrics"] = json!(["crashRate7dUserWeighted"])),
            "not supported for HOURLY",
        ),
        (
            with(&|it| it["metrics"] = json!(["anrRate"])),
            "Unsupported metric",
        ),
        (
            with(&|it| it["interval"] = json!({})),
            "Unknown name \"interval\"",
        ),
    ] {
        let answer = vitals(&client, "POST", &ask, &body).await;
        assert_eq!(
            (answer.status, &answer.body["error"]["status"]),
            (400, &json!("INVALID_ARGUMENT"))
        );
        let said = answer.body["error"]["message"].as_str().unwrap();
        assert!(said.contains(words), "{said}");
    }
}

#[tokio::test(start_paused = true)]
async fn play_pages_its_rows_and_leaves_out_those_of_few_people() {
    let client = Client::new("calm");
    let ask = format!("{CRASHES}:query");
    let mut body = hours(12, 17);
    body["pageSize"] = json!(7);
    let first = vitals(&client, "POST", &ask, &body).await;
    assert_eq!(first.body["rows"].as_array().unwrap().len(), 7);
    body["pageToken"] = first.body["nextPageToken"].clone();
    let second = vitals(&client, "POST", &ask, &body).await;
    assert_eq!(second.body["rows"].as_array().unwrap().len(), 3);
    assert!(second.body["nextPageToken"].is_null());
    // On the internal track, with hardly anybody on it: an empty answer, not a zero.
    let mut few = hours(12, 17);
    few["filter"] = json!("versionCode = 84103");
    let answer = vitals(&client, "POST", &ask, &few).await;
    assert_eq!((answer.status, answer.body), (200, json!({})));
}

#[tokio::test(start_paused = true)]
async fn play_wants_its_own_scope_permission_and_pace() {
    let client = Client::new("calm");
    let other = token(&client, "play_reporting", "androidpublisher").await;
    let answer = client.send("GET", CRASHES, &other, &Value::Null).await;
    assert!(answer.status == 403 && answer.text.contains("insufficient authentication scopes"));
    client.knob("play_reporting", "permitted", json!(false));
    let answer = vitals(&client, "GET", CRASHES, &Value::Null).await;
    assert_eq!(answer.status, 403);
    client.knob("play_reporting", "permitted", json!(true));
    let own = token(&client, "play_reporting", "playdeveloperreporting").await;
    client.advance_s(1);
    let mut last = 0;
    for _ in 0..11 {
        last = client.send("GET", CRASHES, &own, &Value::Null).await.status;
    }
    assert_eq!(last, 429);
}

#[tokio::test(start_paused = true)]
async fn play_names_releases_and_finds_what_is_unusual_later() {
    let client = Client::new("crash-spike");
    let path = format!("{VITALS}:fetchReleaseFilterOptions");
    let options = vitals(&client, "GET", &path, &Value::Null).await;
    let serving = &options.body["tracks"][0]["servingReleases"];
    assert_eq!(serving[1]["displayName"], "83207 (8.3.2)");
    let anomalies = format!("{VITALS}/anomalies");
    let found = vitals(&client, "GET", &anomalies, &Value::Null).await;
    assert_eq!(found.body, json!({}));
    client.advance_s(5 * 3_600);
    let found = vitals(&client, "GET", &anomalies, &Value::Null).await;
    assert_eq!(
        found.body["anomalies"][0]["dimensions"][0]["int64Value"],
        "84012"
    );
}

#[tokio::test(start_paused = true)]
async fn crashlytics_gives_per_cent_and_leaves_out_what_is_zero_or_not_counted() {
    let client = Client::new("calm");
    let hour = "topVersions?granularity=TIME_GRANULARITY_HOUR&filter.interval.startTime=2026-11-23T16:00:00Z";
    let answer = crashlytics(&client, hour).await;
    let group = &answer.body["groups"][0];
    assert_eq!(group["version"]["displayName"], "8.4.0 (84012)");
    let metrics = &group["metrics"][0];
    assert!(metrics["crashFreeUsersPercentage"].as_f64().unwrap() > 99.0);
    assert!(metrics["totalUsersCount"].is_string());
    client.knob("crashlytics", "analytics", json!(false));
    let answer = crashlytics(&client, hour).await;
    let metrics = &answer.body["groups"][0]["metrics"][0];
    assert!(metrics["eventsCount"].is_string() && metrics["totalUsersCount"].is_null());
    assert!(metrics["crashFreeUsersPercentage"].is_null());
    for (query, words) in [
        (
            "topVersions?filter.interval.startTime=2026-07-01T00:00:00Z",
            "last 90 days",
        ),
        (
            "topVersions?granularity=TIME_GRANULARITY_MINUTE",
            "granularity",
        ),
        ("topVersions?filter.issue.errorTypes=CRASH", "error_types"),
    ] {
        let answer = crashlytics(&client, query).await;
        assert!(
            answer.status == 400 && answer.text.contains(words),
            "{}",
            answer.text
        );
    }
    assert_eq!(crashlytics(&client, "topRegrets").await.status, 404);
}

async fn shares(client: &Client, query: &str) -> Vec<(String, f64)> {
    let answer = prometheus(client, "query", &format!("query={query}")).await;
    let all = answer.body["data"]["result"].as_array().unwrap().clone();
    let read = |it: &Value| {
        let label = |name: &str| it["metric"][name].as_str().unwrap_or_default();
        let value: f64 = it["value"][1].as_str()?.parse().ok()?;
        let name = format!("{} {}", label("version"), label("phone"));
        (label("platform") == "android" && value.is_finite())
            .then(|| (name.trim().to_owned(), value))
    };
    all.iter().filter_map(read).collect()
}

fn share(all: &[(String, f64)], name: &str) -> f64 {
    all.iter().find(|(it, _)| it == name).unwrap().1
}

#[tokio::test(start_paused = true)]
async fn a_slow_burn_gets_worse_bit_by_bit() {
    let client = Client::new("slow-burn");
    let mut before = 1.0;
    for _ in 0..4 {
        let new = share(
            &shares(&client, "app:crash_free_sessions:ratio").await,
            "8.4.0",
        );
        assert!(new < before - 0.001, "{new} {before}");
        before = new;
        client.advance_s(7_200);
    }
}

#[tokio::test(start_paused = true)]
async fn in_a_gap_there_is_no_series_and_after_it_the_fall_shows() {
    let client = Client::new("data-gap");
    let all = shares(&client, "app:crash_free_sessions:ratio").await;
    assert!(all.is_empty(), "{all:?}");
    client.advance_s(2 * 3_600);
    let all = shares(&client, "app:crash_free_sessions:ratio").await;
    assert!(share(&all, "8.4.0") < 0.99 && share(&all, "8.3.2") > 0.99);
}

#[tokio::test(start_paused = true)]
async fn in_a_mix_of_versions_the_new_one_looks_worse_and_is_better_on_every_phone() {
    let client = Client::new("version-mix");
    let all = shares(&client, "app:crash_free_sessions:ratio").await;
    assert!(share(&all, "8.4.0") < share(&all, "8.3.2") - 0.005);
    let all = shares(&client, "app:crash_free_sessions:ratio:by_phone").await;
    for phone in ["old", "new"] {
        let of = |version: &str| share(&all, &format!("{version} {phone}"));
        assert!(of("8.4.0") > of("8.3.2"), "{phone}: {all:?}");
    }
}
