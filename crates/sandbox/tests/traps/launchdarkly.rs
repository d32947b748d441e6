//! LaunchDarkly's traps: which patch a body is, approvals, conflicts, limits, and apps that follow
//! later.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::client::{Answer, Client};

const FLAG: &str = "/api/v2/flags/northwind/instant-transfer";
const SEMANTIC: &str = "application/json; domain-model=launchdarkly.semanticpatch";

fn own(client: &Client, key: &str) -> String {
    let of = &client.connections["channels"]["launchdarkly"];
    of[key].as_str().unwrap().to_owned()
}

async fn ask(client: &Client, method: &str, path: &str, kind: &str, body: &Value) -> Answer {
    let text = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", own(client, "token"))
        .header("content-type", kind)
        .body(Body::from(text))
        .unwrap();
    client.answer_to(request).await.unwrap()
}

fn off() -> Value {
    json!({"environmentKey": "production", "comment": "INC-42", "instructions": [{"kind": "turnFlagOff"}]})
}

async fn turn_off(client: &Client) -> Answer {
    ask(client, "PATCH", FLAG, SEMANTIC, &off()).await
}

/// What an app with the mobile key gets.
async fn evaluated(client: &Client, query: &str) -> Answer {
    // {"kind":"user","key":"somebody"}
    let path = format!("/msdk/evalx/contexts/eyJraW5kIjoidXNlciIsImtleSI6InNvbWVib2R5In0={query}");
    let token = own(client, "mobile_key");
    client.send("GET", &path, &token, &Value::Null).await
}

#[tokio::test(start_paused = true)]
async fn a_patch_without_its_domain_model_is_another_patch_and_is_refused() {
    let client = Client::new("calm");
    let answer = ask(&client, "PATCH", FLAG, "application/json", &off()).await;
    assert_eq!(
        (answer.status, &answer.body["code"]),
        (400, &json!("invalid_request"))
    );
    let answer = turn_off(&client).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["environments"]["production"]["on"], false);
    assert_eq!(answer.body["environments"]["production"]["version"], 13);
    assert_eq!(answer.body["_version"], 4);
    let truth = client.sandbox.truth();
    assert_eq!(truth["history"][0]["after"]["comment"], "INC-42");
    // The same again is taken and changes nothing.
    let again = turn_off(&client).await;
    assert_eq!((again.status, &again.body["_version"]), (200, &json!(4)));
}

#[tokio::test(start_paused = true)]
async fn all_instructions_or_none() {
    let client = Client::new("calm");
    let both = json!({"environmentKey": "production",
        "instructions": [{"kind": "turnFlagOff"}, {"kind": "turnFlagSideways"}]});
    let answer = ask(&client, "PATCH", FLAG, SEMANTIC, &both).await;
    assert_eq!(answer.status, 400);
    let nowhere = json!({"instructions": [{"kind": "turnFlagOff"}]});
    assert_eq!(
        ask(&client, "PATCH", FLAG, SEMANTIC, &nowhere).await.status,
        400
    );
    let truth = client.sandbox.truth();
    assert_eq!(
        truth["launchdarkly"]["flags"]["instant-transfer"]["on"],
        true
    );
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_shows_what_would_be_and_keeps_nothing() {
    let client = Client::new("calm");
    let path = format!("{FLAG}?dryRun=true");
    let answer = ask(&client, "PATCH", &path, SEMANTIC, &off()).await;
    assert_eq!(answer.body["environments"]["production"]["on"], false);
    let kept = ask(&client, "GET", FLAG, "", &Value::Null).await;
    assert_eq!(kept.body["environments"]["production"]["on"], true);
}

#[tokio::test(start_paused = true)]
async fn approvals_answer_405_and_conflicts_409() {
    let client = Client::new("calm");
    client.knob("launchdarkly", "approvals", json!(true));
    let answer = turn_off(&client).await;
    assert_eq!(
        (answer.status, &answer.body["code"]),
        (405, &json!("method_not_allowed"))
    );
    assert_eq!(
        answer.body["message"],
        "Approval is required to make this request"
    );
    client.knob("launchdarkly", "approvals", json!(false));
    client.knob("launchdarkly", "conflicts", json!(1));
    let answer = turn_off(&client).await;
    assert_eq!(
        (answer.status, &answer.body["code"]),
        (409, &json!("optimistic_locking_error"))
    );
    let stale = json!([
        {"op": "test", "path": "/environments/production/version", "value": 11},
        {"op": "replace", "path": "/environments/production/on", "value": false},
    ]);
    assert_eq!(
        ask(&client, "PATCH", FLAG, "application/json", &stale)
            .await
            .status,
        409
    );
    assert_eq!(client.sandbox.truth()["history"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn the_token_stands_alone_and_a_lesser_role_is_401_or_403() {
    let client = Client::new("calm");
    let bearer = format!("Bearer {}", own(&client, "token"));
    assert_eq!(
        client.send("GET", FLAG, &bearer, &Value::Null).await.status,
        401
    );
    for status in [401, 403] {
        client.knob("launchdarkly", "refuses_writes", json!(status));
        assert_eq!(turn_off(&client).await.status, status);
        assert_eq!(
            ask(&client, "GET", FLAG, "", &Value::Null).await.status,
            200
        );
    }
}

#[tokio::test(start_paused = true)]
async fn too_many_requests_say_when_in_milliseconds_since_1970() {
    let client = Client::new("calm");
    client.knob("launchdarkly", "requests_per_10s_max", json!(2));
    let first = ask(&client, "GET", FLAG, "", &Value::Null).await;
    assert_eq!(first.headers["x-ratelimit-global-remaining"], "1");
    ask(&client, "GET", FLAG, "", &Value::Null).await;
    let answer = turn_off(&client).await;
    assert_eq!(
        (answer.status, &answer.body["code"]),
        (429, &json!("rate_limited"))
    );
    let reset: i64 = answer.headers["x-ratelimit-reset"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(reset, client.now_s() * 1_000 + 10_000);
    assert!(!answer.headers.contains_key("retry-after"));
    // What apps ask has limits of its own.
    assert_eq!(evaluated(&client, "").await.status, 200);
    client.advance_s(10);
    assert_eq!(turn_off(&client).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn archived_flags_are_in_no_list_and_reach_no_app() {
    let client = Client::new("calm");
    let path = "/api/v2/flags/northwind?env=production&limit=3";
    let list = ask(&client, "GET", path, "", &Value::Null).await;
    assert_eq!(list.body["items"].as_array().unwrap().len(), 3);
    assert_eq!(list.body["totalCount"], 4);
    let setting = |list: &Answer| list.body["items"][0]["environments"]["production"].clone();
    assert!(setting(&list)["rules"].is_null());
    let whole = ask(
        &client,
        "GET",
        &format!("{path}&summary=0"),
        "",
        &Value::Null,
    )
    .await;
    assert!(setting(&whole)["rules"].is_array());
    let bare = ask(&client, "GET", "/api/v2/flags/northwind", "", &Value::Null).await;
    assert!(bare.body["items"][0]["environments"].is_null());
    let one = ask(
        &client,
        "GET",
        "/api/v2/flags/northwind/summer-banner",
        "",
        &Value::Null,
    )
    .await;
    assert_eq!((one.status, &one.body["archived"]), (200, &json!(true)));
    let apps = evaluated(&client, "").await.body;
    assert!(apps["summer-banner"].is_null() && apps["ledger-writes"].is_null());
}

#[tokio::test(start_paused = true)]
async fn apps_follow_later_and_say_why_only_when_asked() {
    let client = Client::new("calm");
    client.knob("launchdarkly", "propagation_ms", json!(2_000));
    turn_off(&client).await;
    let before = evaluated(&client, "?withReasons=true").await.body;
    assert_eq!(before["instant-transfer"]["reason"]["kind"], "FALLTHROUGH");
    client.advance_s(2);
    let after = evaluated(&client, "?withReasons=true").await.body;
    assert_eq!(after["instant-transfer"]["reason"]["kind"], "OFF");
    assert_eq!(after["instant-transfer"]["value"], false);
    assert!(evaluated(&client, "").await.body["instant-transfer"]["reason"].is_null());
    // Without a variation for off an app gets nothing, and takes what is in its code.
    client.control(
        "console",
        json!({"service": "launchdarkly", "flag": "rate-source", "on": false}),
    );
    client.advance_s(2);
    let apps = evaluated(&client, "").await.body;
    assert!(apps["rate-source"]["value"].is_null() && apps["rate-source"]["variation"].is_null());
}

#[tokio::test(start_paused = true)]
async fn flag_services_stand_among_the_connections_where_the_scenario_says_so() {
    assert!(Client::new("calm").connections["launchdarkly"].is_null());
    let all = Client::new("all-flags");
    assert!(all.connections["launchdarkly"].is_object() && all.connections["slack"].is_null());
}
