//! Samsung Galaxy Store's traps: a share that only rises, turning off that means everybody, and a
//! sign-in that fails like a server.

use axum::body::Body;
use axum::http::Request;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::client::{Answer, Client, EPOCH_S};

const CONTENT: &str = "000007654321";
const RATE: &str = "/seller/v2/content/stagedRolloutRate";

fn own(client: &Client, key: &str) -> String {
    let of = &client.connections["channels"]["samsung_galaxy_store"];
    of[key].as_str().unwrap().to_owned()
}

async fn sign_in(client: &Client, lasts_s: i64, scopes: &[&str]) -> Answer {
    let claims = json!({
        "iss": own(client, "service_account_id"), "scopes": scopes,
        "iat": EPOCH_S, "exp": EPOCH_S + lasts_s,
    });
    let key = EncodingKey::from_rsa_pem(own(client, "private_key").as_bytes()).unwrap();
    let assertion = encode(&Header::new(Algorithm::RS256), &claims, &key).unwrap();
    let bearer = format!("Bearer {assertion}");
    client
        .send("POST", "/auth/accessToken", &bearer, &json!({}))
        .await
}

async fn ask(client: &Client, method: &str, path: &str, body: &Value) -> Answer {
    let answer = sign_in(client, 1_200, &["publishing"]).await;
    let token = answer.body["createdItem"]["accessToken"].as_str().unwrap();
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {token}"))
        .header("service-account-id", own(client, "service_account_id"))
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .unwrap();
    client.answer_to(request).await.unwrap()
}

async fn set_rate(client: &Client, function: &str, rate: u64) -> Answer {
    let body = json!({
        "contentId": CONTENT, "function": function, "appStatus": "SALE", "rolloutRate": rate,
    });
    ask(client, "PUT", RATE, &body).await
}

async fn staged(client: &Client) -> Value {
    let path = format!("/seller/v2/content/stagedRolloutBinary?contentId={CONTENT}&appStatus=SALE");
    ask(client, "GET", &path, &Value::Null).await.body["data"]["binaries"].clone()
}

#[tokio::test(start_paused = true)]
async fn the_share_rises_and_never_falls() {
    let client = Client::new("calm");
    let answer = set_rate(&client, "ENABLE_ROLLOUT", 10).await;
    assert_eq!(
        (answer.status, &answer.body["resultCode"]),
        (400, &json!("3103"))
    );
    let answer = set_rate(&client, "ENABLE_ROLLOUT", 30).await;
    assert_eq!(
        (answer.status, &answer.body["resultCode"]),
        (200, &json!("0000"))
    );
    let path = format!("{RATE}?contentId={CONTENT}&appStatus=SALE");
    let shown = ask(&client, "GET", &path, &Value::Null).await.body;
    assert_eq!(shown["data"], json!({"rolloutRate": 30, "countries": []}));
    client.knob("samsung_galaxy_store", "refuses_with_200", json!(true));
    let answer = set_rate(&client, "ENABLE_ROLLOUT", 10).await;
    assert_eq!(
        (answer.status, &answer.body["resultCode"]),
        (200, &json!("3103"))
    );
}

#[tokio::test(start_paused = true)]
async fn turning_it_off_is_for_everybody() {
    let client = Client::new("calm");
    assert_eq!(staged(&client).await[1]["rolloutStatus"], "ENABLED");
    set_rate(&client, "DISABLE_ROLLOUT", 0).await;
    let all = staged(&client).await;
    let statuses: Vec<&Value> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["rolloutStatus"])
        .collect();
    assert_eq!(statuses, ["DISABLED", "DISABLED"]);
    let again = set_rate(&client, "ENABLE_ROLLOUT", 50).await;
    assert_eq!(again.body["resultCode"], "3208");
}

#[tokio::test(start_paused = true)]
async fn a_binary_is_neither_added_nor_removed_while_it_is_for_sale() {
    let client = Client::new("calm");
    let body = json!({"contentId": CONTENT, "function": "REMOVE", "binarySeq": "2"});
    let path = "/seller/v2/content/stagedRolloutBinary";
    let answer = ask(&client, "PUT", path, &body).await;
    assert_eq!(answer.body["resultCode"], "3206");
    assert_eq!(client.sandbox.truth()["history"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn what_is_suspended_is_not_sold_again_by_a_request() {
    let client = Client::new("calm");
    let to = |status: &str| json!({"contentId": CONTENT, "contentStatus": status});
    let path = "/seller/contentStatusUpdate";
    let answer = ask(&client, "POST", path, &to("SUSPENDED")).await;
    assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    let answer = ask(&client, "POST", path, &to("FOR_SALE")).await;
    assert_eq!(answer.status, 400);
    let path = format!("/seller/contentInfo?contentId={CONTENT}");
    let listings = ask(&client, "GET", &path, &Value::Null).await.body;
    assert_eq!(listings[0]["contentStatus"], "SUSPENDED");
}

#[tokio::test(start_paused = true)]
async fn signing_in_fails_in_three_ways() {
    let client = Client::new("calm");
    let long = sign_in(&client, 3_600, &["publishing"]).await;
    assert_eq!(
        (long.status, &long.body["code"]),
        (401, &json!("AUTH_REQUIRE"))
    );
    let other = sign_in(&client, 1_200, &["gss"]).await;
    assert_eq!(
        (other.status, &other.body["code"]),
        (403, &json!("NO_PERMISSION"))
    );
    let answer = client
        .send("POST", "/auth/accessToken", "Bearer a.b.c", &json!({}))
        .await;
    assert_eq!(
        (answer.status, &answer.body["message"]),
        (500, &json!("invalid signature"))
    );
}
