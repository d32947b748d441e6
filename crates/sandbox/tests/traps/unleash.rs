//! Unleash's traps: the admin side is not the client side, writes without a check, kinds of tokens.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::client::{Answer, Client};

const FLAG: &str = "/api/admin/projects/default/features/wallet.instant_transfer";

async fn client_side(client: &Client, etag: &str) -> Answer {
    let request = Request::builder()
        .uri("/api/client/features")
        .header(
            "authorization",
            client.connections["unleash"]["client_token"]
                .as_str()
                .unwrap(),
        )
        .header("if-none-match", etag)
        .body(Body::empty())
        .unwrap();
    client.answer_to(request).await.unwrap()
}

fn enabled(features: &Value, name: &str) -> Value {
    let features = features["features"].as_array().unwrap();
    features
        .iter()
        .find(|feature| feature["name"] == name)
        .unwrap()["enabled"]
        .clone()
}

async fn switch(client: &Client, to: &str) -> Answer {
    client
        .unleash(
            "POST",
            &format!("{FLAG}/environments/production/{to}"),
            &Value::Null,
        )
        .await
}

#[tokio::test(start_paused = true)]
async fn off_is_an_empty_200_and_clients_see_it() {
    let client = Client::new("calm");
    let before = client_side(&client, "").await;
    assert_eq!(enabled(&before.body, "wallet.instant_transfer"), true);
    let etag = before.headers["etag"].to_str().unwrap();
    let same = client_side(&client, etag).await;
    assert_eq!((same.status, same.text.as_str()), (304, ""));
    let answer = switch(&client, "off").await;
    assert_eq!((answer.status, answer.text.as_str()), (200, ""));
    let after = client_side(&client, etag).await;
    assert_eq!(
        (
            after.status,
            enabled(&after.body, "wallet.instant_transfer")
        ),
        (200, json!(false))
    );
    let one = client.unleash("GET", FLAG, &Value::Null).await;
    let production = one.body["environments"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["name"] == "production");
    assert_eq!(production.unwrap()["enabled"], false);
}

#[tokio::test(start_paused = true)]
async fn admin_says_off_while_clients_are_still_on() {
    let client = Client::new("calm");
    client.knob("unleash", "propagation_ms", json!(15_000));
    switch(&client, "off").await;
    assert_eq!(
        client
            .unleash(
                "GET",
                &format!("{FLAG}/environments/production"),
                &Value::Null
            )
            .await
            .body["enabled"],
        false
    );
    assert_eq!(
        enabled(
            &client_side(&client, "").await.body,
            "wallet.instant_transfer"
        ),
        true
    );
    let truth = client.sandbox.truth()["unleash"]["flags"]["wallet.instant_transfer"].clone();
    assert_eq!(
        (&truth["admin_enabled"], &truth["client_enabled"]),
        (&json!(false), &json!(true))
    );
    client.advance_s(15);
    assert_eq!(
        enabled(
            &client_side(&client, "").await.body,
            "wallet.instant_transfer"
        ),
        false
    );
}

#[tokio::test(start_paused = true)]
async fn off_twice_is_one_change() {
    let client = Client::new("calm");
    switch(&client, "off").await;
    assert_eq!(switch(&client, "off").await.status, 200);
    assert_eq!(
        client.sandbox.truth()["history"].as_array().unwrap().len(),
        1
    );
    let events = client
        .unleash("GET", "/api/admin/events?limit=5", &Value::Null)
        .await;
    assert_eq!(
        events.body["events"][0]["type"],
        "feature-environment-disabled"
    );
    assert_eq!(events.body["totalEvents"], 1);
}

#[tokio::test(start_paused = true)]
async fn the_last_write_wins_without_a_word() {
    let client = Client::new("calm");
    switch(&client, "off").await;
    client.control(
        "console",
        json!({"service": "unleash", "flag": "wallet.instant_transfer", "on": true}),
    );
    assert_eq!(
        enabled(
            &client_side(&client, "").await.body,
            "wallet.instant_transfer"
        ),
        true
    );
    assert_eq!(client.sandbox.truth()["history"][1]["who"], "console");
}

#[tokio::test(start_paused = true)]
async fn each_kind_of_token_opens_its_own_side() {
    let client = Client::new("calm");
    let admin = client.connections["unleash"]["admin_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let sdk = client.connections["unleash"]["client_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let cases = [
        (FLAG, admin.clone(), 200, Value::Null),
        (FLAG, format!("Bearer {admin}"), 200, Value::Null),
        (FLAG, sdk.clone(), 403, Value::Null),
        ("/api/client/features", admin, 403, Value::Null),
        (FLAG, String::new(), 401, json!("AuthenticationRequired")),
        (
            FLAG,
            "*:*.wrong".to_owned(),
            401,
            json!("UnauthorizedError"),
        ),
    ];
    for (path, token, status, name) in cases {
        let answer = client.send("GET", path, &token, &Value::Null).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        if !name.is_null() {
            assert_eq!(answer.body["name"], name);
        }
        if status == 403 {
            assert_eq!(
                answer.body["message"],
                "invalid token: expected a different token type for this endpoint"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn unknown_flags_projects_and_environments_are_404() {
    let client = Client::new("calm");
    for path in [
        "/api/admin/projects/default/features/nothing",
        "/api/admin/projects/nothing/features",
        "/api/admin/projects/default/features/auth.passkeys/environments/moon",
    ] {
        let answer = client.unleash("GET", path, &Value::Null).await;
        assert_eq!(
            (answer.status, &answer.body["name"]),
            (404, &json!("NotFoundError")),
            "{path}"
        );
        assert_eq!(answer.body["details"][0]["message"], answer.body["message"]);
    }
    let off = client
        .unleash(
            "POST",
            "/api/admin/projects/default/features/nothing/environments/production/off",
            &Value::Null,
        )
        .await;
    assert_eq!(off.status, 404);
}

#[tokio::test(start_paused = true)]
async fn change_requests_forbid_the_direct_way() {
    let client = Client::new("calm");
    client.knob("unleash", "change_requests", json!(true));
    let answer = switch(&client, "off").await;
    assert_eq!(
        (answer.status, &answer.body["name"]),
        (403, &json!("PermissionError"))
    );
    assert!(answer.text.contains("SKIP_CHANGE_REQUEST"));
    assert_eq!(
        enabled(
            &client_side(&client, "").await.body,
            "wallet.instant_transfer"
        ),
        true
    );
}

#[tokio::test(start_paused = true)]
async fn a_rollout_is_text_and_is_not_range_checked() {
    let client = Client::new("calm");
    let path =
        "/api/admin/projects/default/features/home.feed_v3/environments/production/strategies";
    let id = client.unleash("GET", path, &Value::Null).await.body[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let put = json!({"name": "flexibleRollout", "parameters": {"rollout": "500", "stickiness": "default", "groupId": "home.feed_v3"}});
    assert_eq!(
        client
            .unleash("PUT", &format!("{path}/{id}"), &put)
            .await
            .status,
        200
    );
    let patch = json!([{"op": "replace", "path": "/parameters/rollout", "value": "25"}]);
    let answer = client
        .unleash("PATCH", &format!("{path}/{id}"), &patch)
        .await;
    assert_eq!(answer.body["parameters"]["rollout"], "25");
    assert_eq!(
        client.sandbox.truth()["unleash"]["flags"]["home.feed_v3"]["rollout"],
        "25"
    );
}

#[tokio::test(start_paused = true)]
async fn on_without_strategies_reaches_everybody() {
    let client = Client::new("calm");
    let made = client
        .unleash(
            "POST",
            "/api/admin/projects/default/features",
            &json!({"name": "new.one", "type": "release"}),
        )
        .await;
    assert_eq!(made.status, 201);
    let again = client
        .unleash(
            "POST",
            "/api/admin/projects/default/features",
            &json!({"name": "new.one"}),
        )
        .await;
    assert_eq!(
        (again.status, &again.body["name"]),
        (409, &json!("NameExistsError"))
    );
    let bad = client
        .unleash(
            "POST",
            "/api/admin/projects/default/features",
            &json!({"name": "a b"}),
        )
        .await;
    assert_eq!(
        (bad.status, &bad.body["name"]),
        (400, &json!("BadDataError"))
    );
    let flag = "/api/admin/projects/default/features/new.one";
    client
        .unleash(
            "POST",
            &format!("{flag}/environments/production/on"),
            &Value::Null,
        )
        .await;
    let strategies = client
        .unleash(
            "GET",
            &format!("{flag}/environments/production/strategies"),
            &Value::Null,
        )
        .await;
    assert_eq!(strategies.body[0]["parameters"]["rollout"], "100");
}

#[tokio::test(start_paused = true)]
async fn bulk_off_turns_all_off_or_none() {
    let client = Client::new("calm");
    let path = "/api/admin/projects/default/bulk_features/environments/production/off";
    let bad = client
        .unleash(
            "POST",
            path,
            &json!({"features": ["auth.passkeys", "nothing"]}),
        )
        .await;
    assert_eq!(
        (
            bad.status,
            client.sandbox.truth()["history"].as_array().unwrap().len()
        ),
        (404, 0)
    );
    let good = client
        .unleash(
            "POST",
            path,
            &json!({"features": ["auth.passkeys", "home.feed_v3"]}),
        )
        .await;
    assert_eq!((good.status, good.text.as_str()), (200, ""));
    // No path tells which flags they are, so the log does.
    let log = client.control("log", Value::Null);
    let named = log["requests"].as_array().unwrap().iter();
    let named: Vec<&Value> = named.map(|line| &line["flags"]).collect();
    assert_eq!(
        named,
        [
            &json!(["auth.passkeys", "nothing"]),
            &json!(["auth.passkeys", "home.feed_v3"])
        ]
    );
    let features = client_side(&client, "").await.body;
    assert_eq!(
        (
            enabled(&features, "auth.passkeys"),
            enabled(&features, "home.feed_v3")
        ),
        (json!(false), json!(false))
    );
}

#[tokio::test(start_paused = true)]
async fn half_of_the_people_get_half_a_rollout() {
    let client = Client::new("calm");
    let token = client.connections["unleash"]["client_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut on = 0;
    for person in 0..200 {
        let answer = client
            .send(
                "GET",
                &format!("/api/frontend?userId=p{person}"),
                &token,
                &Value::Null,
            )
            .await;
        let toggles = answer.body["toggles"].as_array().unwrap();
        on += usize::from(
            toggles
                .iter()
                .any(|toggle| toggle["name"] == "home.feed_v3"),
        );
    }
    assert!((70..130).contains(&on), "{on} of 200");
}

#[tokio::test(start_paused = true)]
async fn the_search_has_a_limit_of_its_own() {
    let client = Client::new("calm");
    let path = "/api/admin/search/features?query=wallet";
    for left in (0..15).rev() {
        let answer = client.unleash("GET", path, &Value::Null).await;
        assert_eq!(
            (answer.status, &answer.body["total"]),
            (200, &json!(1)),
            "{left} left"
        );
        assert_eq!(answer.headers["ratelimit-remaining"], left.to_string());
    }
    assert_eq!(client.unleash("GET", path, &Value::Null).await.status, 429);
    client.advance_s(60);
    assert_eq!(client.unleash("GET", path, &Value::Null).await.status, 200);
}
