//! What the real Unleash answers, asked over plain HTTP: the facts that the adapter and the
//! sandbox rely on. Knows neither of the two.

use std::time::Duration;

use cockpit_tests::wait::wait_until;
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::unleash_server::RealUnleash;

#[tokio::test]
async fn a_flag_switched_on_and_off_is_seen_by_an_apps_sdk() {
    let unleash = RealUnleash::shared().await;
    let flag = "checkout-v2";
    assert_eq!(create(&unleash, flag).await.status(), StatusCode::CREATED);
    for (verb, enabled) in [("on", true), ("off", false), ("off", false), ("on", true)] {
        let answer = switch(&unleash, &unleash.admin_token, flag, verb).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(
            answer.text().await.unwrap(),
            "",
            "the answer has no body to trust"
        );
        // The server keeps what it serves for a moment, so one read proves nothing.
        wait_until(
            "clients to be served the flag",
            Duration::from_secs(30),
            async || (served(&unleash, flag).await? == enabled).then_some(()),
        )
        .await;
    }
}

#[tokio::test]
async fn a_flag_that_exists_is_not_made_twice() {
    let unleash = RealUnleash::shared().await;
    assert_eq!(
        create(&unleash, "made-once").await.status(),
        StatusCode::CREATED
    );
    let again = create(&unleash, "made-once").await;
    assert_eq!(again.status(), StatusCode::CONFLICT);
    assert_eq!(json_of(again).await["name"], "NameExistsError");
}

#[tokio::test]
async fn a_flag_is_made_switched_off_and_served_so() {
    let unleash = RealUnleash::shared().await;
    create(&unleash, "born-off").await;
    let seen = wait_until(
        "clients to know the flag",
        Duration::from_secs(30),
        async || served(&unleash, "born-off").await,
    );
    assert!(!seen.await);
}

#[tokio::test]
async fn a_wrong_token_is_named_as_such() {
    let unleash = RealUnleash::shared().await;
    let answer = switch(&unleash, "*:*.somebody-elses", "any", "off").await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(json_of(answer).await["name"], "UnauthorizedError");
}

#[tokio::test]
async fn no_token_is_told_from_a_wrong_one() {
    let unleash = RealUnleash::shared().await;
    let answer = Client::new()
        .post(switch_url(&unleash, "any", "off"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(json_of(answer).await["name"], "AuthenticationRequired");
}

#[tokio::test]
async fn an_apps_token_may_not_switch() {
    let unleash = RealUnleash::shared().await;
    let answer = switch(&unleash, &unleash.client_token, "any", "off").await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    let message = json_of(answer).await["message"].to_string();
    assert!(
        message.contains("expected a different token type"),
        "{message}"
    );
}

#[tokio::test]
async fn an_unknown_flag_is_not_found() {
    let unleash = RealUnleash::shared().await;
    let answer = switch(&unleash, &unleash.admin_token, "never-made", "off").await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    let body = json_of(answer).await;
    assert_eq!(body["name"], "NotFoundError");
    assert!(body["message"].to_string().contains("never-made"), "{body}");
}

#[tokio::test]
async fn a_stopped_server_refuses_the_connection() {
    let mut unleash = RealUnleash::start().await;
    create(&unleash, "left-behind").await;
    unleash.stop_server();
    let url = switch_url(&unleash, "left-behind", "off");
    let error = Client::new().post(url).send().await.unwrap_err();
    assert!(error.is_connect(), "{error:?}");
}

async fn create(unleash: &RealUnleash, flag: &str) -> Response {
    let url = format!("{}/api/admin/projects/default/features", unleash.url);
    let body = json!({ "name": flag, "type": "kill-switch" }).to_string();
    Client::new()
        .post(url)
        .header("authorization", &unleash.admin_token)
        .header("content-type", "application/json")
        .body(body)
        .send()
        .await
        .unwrap()
}

async fn switch(unleash: &RealUnleash, token: &str, flag: &str, verb: &str) -> Response {
    Client::new()
        .request(Method::POST, switch_url(unleash, flag, verb))
        .header("authorization", token)
        .send()
        .await
        .unwrap()
}

fn switch_url(unleash: &RealUnleash, flag: &str, verb: &str) -> String {
    format!(
        "{}/api/admin/projects/default/features/{flag}/environments/development/{verb}",
        unleash.url
    )
}

/// Whether an app's SDK is served the flag as on; `None` while it is not served at all.
async fn served(unleash: &RealUnleash, flag: &str) -> Option<bool> {
    let answer = Client::new()
        .get(format!("{}/api/client/features", unleash.url))
        .header("authorization", &unleash.client_token)
        .send()
        .await
        .unwrap();
    let body = json_of(answer).await;
    let features = body["features"].as_array()?;
    features.iter().find(|feature| feature["name"] == flag)?["enabled"].as_bool()
}

async fn json_of(answer: Response) -> Value {
    serde_json::from_str(&answer.text().await.unwrap()).unwrap()
}
