//! Huawei AppGallery's traps: refusals with HTTP 200, two sides of an app, numbers as texts.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::client::{Answer, Client};

const APP: &str = "100200300";

fn own(client: &Client, key: &str) -> String {
    let of = &client.connections["channels"]["huawei_app_gallery"];
    of[key].as_str().unwrap().to_owned()
}

async fn sign_in(client: &Client, secret: &str) -> Answer {
    let body = json!({
        "grant_type": "client_credentials",
        "client_id": own(client, "client_id"),
        "client_secret": secret,
    });
    let request = Request::builder()
        .method("POST")
        .uri("/api/oauth2/v1/token")
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .unwrap();
    client.answer_to(request).await.unwrap()
}

async fn ask(client: &Client, method: &str, path: &str, body: &Value) -> Answer {
    let token = sign_in(client, &own(client, "client_secret")).await.body["access_token"].clone();
    let request = Request::builder()
        .method(method)
        .uri(format!("/api/publish/v2/{path}"))
        .header(
            "authorization",
            format!("Bearer {}", token.as_str().unwrap()),
        )
        .header("client_id", own(client, "client_id"))
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .unwrap();
    client.answer_to(request).await.unwrap()
}

async fn info(client: &Client, side: u8) -> Value {
    let path = format!("app-info?appId={APP}&releaseType={side}");
    ask(client, "GET", &path, &Value::Null).await.body
}

async fn set_state(client: &Client, state: &str) -> Answer {
    let path = format!("phased-release/state?appId={APP}");
    ask(client, "PUT", &path, &json!({"state": state})).await
}

#[tokio::test(start_paused = true)]
async fn every_refusal_is_a_200_and_a_success_of_signing_in_has_no_envelope() {
    let client = Client::new("calm");
    let good = sign_in(&client, &own(&client, "client_secret")).await;
    assert_eq!((good.status, &good.body["ret"]), (200, &Value::Null));
    assert_eq!(good.body["expires_in"], 172_799);
    let bad = sign_in(&client, "wrong").await;
    assert_eq!(bad.status, 200);
    assert_ne!(bad.body["ret"]["code"], 0);

    let odd = set_state(&client, "PAUSE").await;
    assert_eq!(
        (odd.status, &odd.body["ret"]["code"]),
        (200, &json!(204_144_647))
    );
    let other = ask(
        &client,
        "GET",
        "app-info?appId=1&releaseType=1",
        &Value::Null,
    )
    .await;
    assert_eq!(other.status, 200);
    assert_ne!(other.body["ret"]["code"], 0);
    assert_eq!(client.sandbox.truth()["history"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn suspending_changes_only_the_phased_side() {
    let client = Client::new("calm");
    let answer = set_state(&client, "SUSPEND").await;
    assert_eq!(answer.body, json!({"ret": {"code": 0, "msg": "success"}}));
    let (full, phased) = (info(&client, 1).await, info(&client, 3).await);
    assert_eq!(full["appInfo"]["onShelfVersionNumber"], "8.3.2");
    assert_eq!(phased["appInfo"]["onShelfVersionNumber"], "8.4.0");
    assert_eq!(full["appInfo"]["versionCode"], 83_207);
    assert_eq!(phased["appInfo"]["versionCode"], "84012");
    for side in [&full, &phased] {
        assert_eq!(side["phasedReleaseInfo"]["state"], "SUSPEND");
        assert_eq!(side["phasedReleaseInfo"]["phasedReleasePercent"], "20.00");
    }
}

#[tokio::test(start_paused = true)]
async fn a_share_comes_with_a_state_and_a_full_release_ends_the_phased_one() {
    let client = Client::new("calm");
    set_state(&client, "SUSPEND").await;
    let path = format!("phased-release?appId={APP}&releaseType=3");
    let body = json!({"state": "RELEASE", "phasedReleasePercent": "50.00"});
    ask(&client, "PUT", &path, &body).await;
    let shown = info(&client, 3).await;
    assert_eq!(shown["phasedReleaseInfo"]["state"], "RELEASE");
    assert_eq!(shown["phasedReleaseInfo"]["phasedReleasePercent"], "50.00");
    let path = format!("phased-release?appId={APP}&releaseType=1");
    ask(&client, "PUT", &path, &json!({})).await;
    let shown = info(&client, 1).await;
    assert_eq!(shown["appInfo"]["onShelfVersionNumber"], "8.4.0");
    assert_eq!(shown["phasedReleaseInfo"], Value::Null);
    assert_ne!(set_state(&client, "SUSPEND").await.body["ret"]["code"], 0);
}

#[tokio::test(start_paused = true)]
async fn a_client_of_a_project_signs_in_and_gets_an_empty_403() {
    let client = Client::new("calm");
    client.knob("huawei_app_gallery", "of_a_project", json!(true));
    let answer = set_state(&client, "SUSPEND").await;
    assert_eq!((answer.status, answer.body), (403, Value::Null));
}

#[tokio::test(start_paused = true)]
async fn it_stands_among_the_stores() {
    let client = Client::new("all-stores");
    assert!(client.connections["huawei_app_gallery"]["client_id"].is_string());
    let client = Client::new("calm");
    assert_eq!(client.connections["huawei_app_gallery"], Value::Null);
}
