//! Faults on demand: what takes effect, what comes back, and what the log says.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

use crate::client::{Client, options};

const OFF: &str = "/api/admin/projects/default/features/auth.passkeys/environments/production/off";

fn fault(client: &Client, body: Value) {
    client.control("fault", body);
}

fn is_on(client: &Client) -> bool {
    client.sandbox.truth()["unleash"]["flags"]["auth.passkeys"]["admin_enabled"] == true
}

fn last_line(client: &Client) -> Value {
    client.control("log", Value::Null)["requests"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .clone()
}

async fn turn_off(client: &Client) -> Option<crate::client::Answer> {
    let token = client.connections["unleash"]["admin_token"]
        .as_str()
        .unwrap();
    client.try_send("POST", OFF, token, "").await
}

/// Whether a fault lets the request take effect, and whether an answer comes within ten seconds.
async fn check(name: &str, takes_effect: bool, answers: bool) {
    let client = Client::new("calm");
    fault(
        &client,
        json!({"service": "unleash", "match": "/off", "fault": name}),
    );
    let answer = timeout(Duration::from_secs(10), turn_off(&client)).await;
    assert_eq!(is_on(&client), !takes_effect, "{name}");
    assert_eq!(matches!(answer, Ok(Some(_))), answers, "{name}");
    assert_eq!(last_line(&client)["fault"], name);
    assert_eq!(last_line(&client)["changed"], takes_effect, "{name}");
    assert_eq!(turn_off(&client).await.unwrap().status, 200, "once only");
}

#[tokio::test(start_paused = true)]
async fn each_fault_does_what_it_says() {
    check("status:503", false, true).await;
    check("hang", false, false).await;
    check("lost_reply", true, false).await;
    check("lost_reply:close", true, false).await;
    check("close", false, false).await;
    check("garbage", false, true).await;
    check("slow:3000", true, true).await;
}

#[tokio::test(start_paused = true)]
async fn a_lost_reply_closes_after_two_minutes() {
    let client = Client::new("calm");
    fault(&client, json!({"fault": "lost_reply"}));
    let start = Instant::now();
    assert!(turn_off(&client).await.is_none());
    assert_eq!(start.elapsed().as_secs(), 120);
    assert_eq!(last_line(&client)["status"], Value::Null);
}

#[tokio::test(start_paused = true)]
async fn a_write_lands_although_the_client_gave_up() {
    let client = Client::new("calm");
    fault(&client, json!({"match": "/off", "fault": "slow:30000"}));
    assert!(
        timeout(Duration::from_secs(10), turn_off(&client))
            .await
            .is_err()
    );
    assert!(is_on(&client));
    // A slow answer passes the time in which the write lands.
    fault(
        &client,
        json!({"match": "/projects", "fault": "slow:20000"}),
    );
    client
        .unleash("GET", "/api/admin/projects", &Value::Null)
        .await;
    assert!(!is_on(&client));
}

#[tokio::test(start_paused = true)]
async fn a_status_has_the_body_of_its_service_and_a_hint_when_to_retry() {
    let cases = [
        (
            "google_play",
            "/androidpublisher/v3/x",
            "/error/status",
            "RESOURCE_EXHAUSTED",
        ),
        (
            "app_store",
            "/v1/apps",
            "/errors/0/code",
            "RATE_LIMIT_EXCEEDED",
        ),
        ("unleash", "/api/admin/projects", "/name", "RateLimitError"),
        (
            "statuspage",
            "/v1/pages/nwstatus2026",
            "/error",
            "Too many requests",
        ),
    ];
    for (service, path, pointer, text) in cases {
        let client = Client::new("calm");
        fault(
            &client,
            json!({"service": service, "fault": "status:429", "retry_after_s": 7}),
        );
        let answer = client.send("GET", path, "", &Value::Null).await;
        assert_eq!(answer.status, 429);
        assert_eq!(answer.headers["retry-after"], "7");
        assert_eq!(
            answer.body.pointer(pointer),
            Some(&json!(text)),
            "{service}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn faults_wait_count_and_end() {
    let client = Client::new("calm");
    fault(
        &client,
        json!({"service": "unleash", "fault": "status:500", "after": 1, "times": 2}),
    );
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(
            client
                .unleash("GET", "/api/admin/projects", &Value::Null)
                .await
                .status,
        );
    }
    assert_eq!(seen, [200, 500, 500, 200]);
    fault(&client, json!({"fault": "status:500", "times": 9}));
    client
        .sandbox
        .control("DELETE", "/_sandbox/fault", &Value::Null);
    assert_eq!(
        client
            .unleash("GET", "/api/admin/projects", &Value::Null)
            .await
            .status,
        200
    );
    let (status, answer) =
        client
            .sandbox
            .control("POST", "/_sandbox/fault", &json!({"fault": "explode"}));
    assert_eq!(status, 400);
    assert!(answer["error"].as_str().unwrap().contains("known:"));
}

#[tokio::test(start_paused = true)]
async fn edit_deleted_kills_the_edit_before_the_commit() {
    let client = Client::new("calm");
    let token = client.play_token().await;
    let edits = "/androidpublisher/v3/applications/com.northwind.wallet/edits";
    let id = client.send("POST", edits, &token, &json!({})).await.body["id"]
        .as_str()
        .unwrap()
        .to_owned();
    fault(
        &client,
        json!({"service": "google_play", "match": ":commit", "fault": "edit_deleted"}),
    );
    let answer = client
        .send(
            "POST",
            &format!("{edits}/{id}:commit"),
            &token,
            &Value::Null,
        )
        .await;
    assert_eq!(
        answer.body["error"]["message"],
        "This Edit has been deleted."
    );
}

#[tokio::test(start_paused = true)]
async fn latency_is_added_to_every_answer_and_the_log_times_it() {
    let client = Client::with(cockpit_sandbox::Options {
        latency_ms: 100,
        ..options("calm")
    });
    client
        .unleash("GET", "/api/admin/projects", &Value::Null)
        .await;
    let line = last_line(&client);
    let took_ms = line["duration_ms"].as_f64().unwrap();
    assert!(
        (99.0..103.0).contains(&took_ms),
        "on sandbox time: {took_ms}"
    );
    assert_eq!(
        line["ended_ms"].as_f64().unwrap() - line["started_ms"].as_f64().unwrap(),
        took_ms
    );
    assert_eq!(
        (&line["status"], &line["method"], &line["changed"]),
        (&json!(200), &json!("GET"), &json!(false))
    );
}

#[tokio::test(start_paused = true)]
async fn the_log_holds_no_secret() {
    let client = Client::new("calm");
    client.play_token().await;
    client.apple("GET", "/v1/apps", &Value::Null).await;
    turn_off(&client).await;
    let log = client.control("log", Value::Null).to_string();
    for secret in [
        "Bearer",
        "assertion",
        "PRIVATE KEY",
        client.connections["unleash"]["admin_token"]
            .as_str()
            .unwrap(),
    ] {
        assert!(!log.contains(secret), "{secret}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_control_api_is_not_for_pages() {
    let client = Client::new("calm");
    for (header, value) in [
        ("origin", "http://localhost:3000"),
        ("host", "evil.example"),
    ] {
        let request = axum::http::Request::builder()
            .uri("/_sandbox/connections")
            .header(header, value)
            .body(axum::body::Body::empty())
            .unwrap();
        assert_eq!(client.answer_to(request).await.unwrap().status, 403);
    }
    let answer = client
        .send("GET", "/_sandbox/nothing", "", &Value::Null)
        .await;
    assert_eq!(answer.status, 404);
}
