//! Flagsmith's traps: two kinds of environments, drafts that take the place of others' versions,
//! approvals that only the console asks for, overrides, and flags that are left out.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::client::{Answer, Client};

const FEATURE: u64 = 501;
const ENVIRONMENT: u64 = 4_101;

fn own(client: &Client, key: &str) -> String {
    let of = &client.connections["channels"]["flagsmith"];
    of[key].as_str().unwrap().to_owned()
}

async fn ask(client: &Client, method: &str, path: &str, body: &Value) -> Answer {
    let token = format!("Api-Key {}", own(client, "api_key"));
    client.send(method, path, &token, body).await
}

fn versions(rest: &str) -> String {
    format!("/api/v1/environments/{ENVIRONMENT}/features/{FEATURE}/versions/{rest}")
}

/// A draft with the flag turned off; gives its name.
async fn draft_off(client: &Client) -> String {
    let made = ask(
        client,
        "POST",
        &versions(""),
        &json!({"description": "INC-42"}),
    )
    .await;
    assert_eq!((made.status, &made.body["published"]), (201, &json!(false)));
    let uuid = made.body["uuid"].as_str().unwrap().to_owned();
    let states = ask(
        client,
        "GET",
        &versions(&format!("{uuid}/featurestates/")),
        &Value::Null,
    )
    .await;
    let state = states.body[0].clone();
    let path = versions(&format!("{uuid}/featurestates/{}/", state["id"]));
    let body = json!({"enabled": false, "feature_state_value": state["feature_state_value"]});
    assert_eq!(ask(client, "PATCH", &path, &body).await.status, 200);
    uuid
}

async fn publish(client: &Client, uuid: &str) -> Answer {
    ask(
        client,
        "POST",
        &versions(&format!("{uuid}/publish/")),
        &json!({}),
    )
    .await
}

/// What an app or a server gets with this key.
async fn apps(client: &Client, path: &str, key: &str) -> Answer {
    let request = Request::builder()
        .uri(path)
        .header("x-environment-key", key)
        .body(Body::empty())
        .unwrap();
    client.answer_to(request).await.unwrap()
}

async fn gets(client: &Client, name: &str) -> Option<bool> {
    let flags = apps(client, "/api/v1/flags/", &own(client, "environment_key")).await;
    let flags = flags.body.as_array().unwrap().clone();
    let found = flags.iter().find(|it| it["feature"]["name"] == name);
    found.and_then(|it| it["enabled"].as_bool())
}

async fn listed(client: &Client, name: &str) -> Value {
    let path = format!("/api/v1/projects/3207/features/?environment={ENVIRONMENT}&search={name}");
    ask(client, "GET", &path, &Value::Null).await.body["results"][0].clone()
}

#[tokio::test(start_paused = true)]
async fn a_draft_reaches_nobody_until_it_is_published_and_carries_the_comment() {
    let client = Client::new("calm");
    let uuid = draft_off(&client).await;
    assert_eq!(gets(&client, "instant_transfer").await, Some(true));
    assert_eq!(publish(&client, &uuid).await.status, 200);
    assert_eq!(gets(&client, "instant_transfer").await, Some(false));
    let truth = client.sandbox.truth();
    assert_eq!(
        truth["flagsmith"]["flags"]["instant_transfer"]["comment"],
        "INC-42"
    );
    // What is live cannot be changed, published again or thrown away.
    assert_eq!(publish(&client, &uuid).await.status, 400);
    assert_eq!(
        ask(
            &client,
            "DELETE",
            &versions(&format!("{uuid}/")),
            &Value::Null
        )
        .await
        .status,
        400
    );
}

#[tokio::test(start_paused = true)]
async fn each_kind_of_environment_refuses_the_other_s_way() {
    let client = Client::new("calm");
    let feature = listed(&client, "instant_transfer").await;
    let state = &feature["environment_feature_state"]["id"];
    let path = format!(
        "/api/v1/environments/{}/featurestates/{state}/",
        own(&client, "environment_key")
    );
    let off = json!({"enabled": false, "feature": FEATURE});
    let refused = ask(&client, "PATCH", &path, &off).await;
    assert_eq!(refused.status, 400);
    assert!(refused.text.contains("v2 feature versioning"));
    client.knob("flagsmith", "versioned", json!(false));
    let refused = ask(&client, "POST", &versions(""), &json!({})).await;
    assert_eq!(refused.status, 400);
    assert_eq!(ask(&client, "PATCH", &path, &off).await.status, 200);
    assert_eq!(gets(&client, "instant_transfer").await, Some(false));
}

#[tokio::test(start_paused = true)]
async fn a_draft_takes_the_place_of_what_was_published_since() {
    let client = Client::new("calm");
    let uuid = draft_off(&client).await;
    let theirs =
        json!({"service": "flagsmith", "flag": "instant_transfer", "segment": 88, "on": true});
    client.control("console", theirs);
    let kept = |client: &Client| {
        client.sandbox.truth()["flagsmith"]["flags"]["instant_transfer"]["segments"]["88"].clone()
    };
    assert_eq!(kept(&client), json!(true));
    publish(&client, &uuid).await;
    assert_eq!(kept(&client), Value::Null);
}

#[tokio::test(start_paused = true)]
async fn the_older_interface_takes_changes_past_the_approvals() {
    let client = Client::new("calm");
    client.knob("flagsmith", "approvals", json!(2));
    let key = own(&client, "environment_key");
    let path = format!("/api/v1/environments/{key}/");
    let environment = ask(&client, "GET", &path, &Value::Null).await;
    assert_eq!(environment.body["minimum_change_request_approvals"], 2);
    let newest = format!("/api/__future__/environments/{key}/features/{FEATURE}/");
    let refused = ask(
        &client,
        "PATCH",
        &newest,
        &json!({"environment_default": {"enabled": false}}),
    )
    .await;
    assert_eq!(
        (refused.status, &refused.body["code"]),
        (409, &json!("change_requests_enabled"))
    );
    let uuid = draft_off(&client).await;
    assert_eq!(publish(&client, &uuid).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn overrides_keep_what_they_say_when_the_flag_is_off() {
    let client = Client::new("calm");
    client.control(
        "console",
        json!({"service": "flagsmith", "flag": "home_feed_v3", "on": false}),
    );
    assert_eq!(gets(&client, "home_feed_v3").await, Some(false));
    let key = own(&client, "environment_key");
    let one = apps(&client, "/api/v1/identities/?identifier=anna", &key).await;
    let flags = one.body["flags"].as_array().unwrap().clone();
    let feed = flags
        .iter()
        .find(|it| it["feature"]["name"] == "home_feed_v3")
        .unwrap();
    assert_eq!(feed["enabled"], true);
    let feature = listed(&client, "home_feed_v3").await;
    assert_eq!(
        (
            &feature["num_identity_overrides"],
            &feature["num_segment_overrides"]
        ),
        (&json!(3), &json!(2))
    );
    // At the edge persons are counted elsewhere.
    client.knob("flagsmith", "edge", json!(true));
    assert!(listed(&client, "home_feed_v3").await["num_identity_overrides"].is_null());
    let path = format!("/api/v1/environments/{key}/edge-identity-overrides?feature=502");
    let persons = ask(&client, "GET", &path, &Value::Null).await;
    assert_eq!(persons.body["results"].as_array().unwrap().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn what_is_off_may_be_left_out_and_servers_get_more_than_apps() {
    let client = Client::new("calm");
    assert_eq!(gets(&client, "ledger_writes").await, None);
    assert_eq!(gets(&client, "summer_banner").await, Some(true));
    let servers = apps(
        &client,
        "/api/v1/flags/?feature=ledger_writes",
        &own(&client, "server_key"),
    )
    .await;
    assert_eq!(servers.body["enabled"], true);
    client.control(
        "console",
        json!({"service": "flagsmith", "flag": "instant_transfer", "on": false}),
    );
    assert_eq!(gets(&client, "instant_transfer").await, Some(false));
    client.knob("flagsmith", "hides_disabled", json!(true));
    assert_eq!(gets(&client, "instant_transfer").await, None);
}

#[tokio::test(start_paused = true)]
async fn keys_are_refused_by_each_side_in_its_own_way() {
    let client = Client::new("calm");
    let key = own(&client, "environment_key");
    let path = format!("/api/v1/environments/{key}/");
    assert_eq!(
        client.send("GET", &path, "", &Value::Null).await.status,
        401
    );
    let bare = own(&client, "api_key");
    assert_eq!(
        client.send("GET", &path, &bare, &Value::Null).await.status,
        401
    );
    assert_eq!(apps(&client, "/api/v1/flags/", "nobody").await.status, 403);
}

#[tokio::test(start_paused = true)]
async fn the_admin_side_is_limited_and_says_for_how_long_and_apps_are_not() {
    let client = Client::new("calm");
    client.knob("flagsmith", "requests_per_minute_max", json!(1));
    listed(&client, "instant_transfer").await;
    client.advance_s(10);
    let refused = ask(
        &client,
        "GET",
        "/api/v1/projects/3207/features/",
        &Value::Null,
    )
    .await;
    assert_eq!(
        (refused.status, &refused.headers["retry-after"]),
        (429, &"50".parse().unwrap())
    );
    assert_eq!(gets(&client, "instant_transfer").await, Some(true));
}

#[tokio::test(start_paused = true)]
async fn apps_follow_later_and_a_dead_switch_was_asked_for_by_nobody() {
    let client = Client::new("calm");
    client.knob("flagsmith", "propagation_ms", json!(2_000));
    let uuid = draft_off(&client).await;
    publish(&client, &uuid).await;
    assert_eq!(gets(&client, "instant_transfer").await, Some(true));
    client.advance_s(2);
    assert_eq!(gets(&client, "instant_transfer").await, Some(false));
    let days = async |feature: u64| {
        let path = format!(
            "/api/v1/projects/3207/features/{feature}/evaluation-data/?environment_id={ENVIRONMENT}"
        );
        ask(&client, "GET", &path, &Value::Null)
            .await
            .body
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!((days(FEATURE).await, days(503).await), (3, 0));
    assert!(Client::new("all-flags").connections["flagsmith"].is_object());
}
