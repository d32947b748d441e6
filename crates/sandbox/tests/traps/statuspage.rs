//! Statuspage's traps: duplicates, notifications by default, two codes for a limit, components that
//! stay red.

use serde_json::{Value, json};

use crate::client::{Answer, Client};

const PAGE: &str = "/v1/pages/nwstatus2026";

async fn send(client: &Client, method: &str, path: &str, body: Value) -> Answer {
    let token = format!(
        "OAuth {}",
        client.connections["statuspage"]["api_key"]
            .as_str()
            .unwrap()
    );
    client
        .send(method, &format!("{PAGE}{path}"), &token, &body)
        .await
}

fn incident(key: &str) -> Value {
    json!({"incident": {
        "name": "Transfers fail for some people",
        "status": "investigating",
        "body": "Some transfers fail in version 8.4.0. We are looking into it. Next update at 21:00 UTC.",
        "components": {"c2transfers0": "partial_outage"},
        "deliver_notifications": false,
        "metadata": {"cockpit": {"key": key}},
    }})
}

#[tokio::test(start_paused = true)]
async fn a_second_post_is_a_second_incident() {
    let client = Client::new("calm");
    for _ in 0..2 {
        assert_eq!(
            send(&client, "POST", "/incidents", incident("k1"))
                .await
                .status,
            201
        );
    }
    let open = send(&client, "GET", "/incidents/unresolved", Value::Null).await;
    assert_eq!(open.body.as_array().unwrap().len(), 2);
    assert_eq!(
        open.body[0]["metadata"]["cockpit"]["key"], "k1",
        "the key to look for before a retry"
    );
}

#[tokio::test(start_paused = true)]
async fn left_out_notifications_are_sent() {
    let client = Client::new("calm");
    let mut body = incident("k1");
    send(&client, "POST", "/incidents", body.clone()).await;
    body["incident"]
        .as_object_mut()
        .unwrap()
        .remove("deliver_notifications");
    send(&client, "POST", "/incidents", body).await;
    let truth = client.sandbox.truth()["statuspage"]["incidents"].clone();
    assert_eq!(truth[0]["updates"][0]["deliver_notifications"], false);
    assert_eq!(truth[1]["updates"][0]["deliver_notifications"], true);
}

#[tokio::test(start_paused = true)]
async fn resolving_leaves_components_as_they_are() {
    let client = Client::new("calm");
    let made = send(&client, "POST", "/incidents", incident("k1")).await;
    assert_eq!(
        (&made.body["impact"], &made.body["components"][0]["status"]),
        (&json!("major"), &json!("partial_outage"))
    );
    let path = format!("/incidents/{}", made.body["id"].as_str().unwrap());
    let resolved = send(
        &client,
        "PATCH",
        &path,
        json!({"incident": {"status": "resolved", "body": "It works again."}}),
    )
    .await;
    assert_eq!(resolved.body["components"][0]["status"], "partial_outage");
    assert_eq!(resolved.body["incident_updates"][0]["status"], "resolved");
    assert_eq!(
        resolved.body["incident_updates"].as_array().unwrap().len(),
        2
    );
    assert_eq!(
        send(&client, "GET", "/incidents/unresolved", Value::Null)
            .await
            .body,
        json!([])
    );
    let both =
        json!({"incident": {"status": "resolved", "components": {"c2transfers0": "operational"}}});
    assert_eq!(
        send(&client, "PATCH", &path, both).await.body["components"][0]["status"],
        "operational"
    );
}

#[tokio::test(start_paused = true)]
async fn more_than_one_a_second_over_a_minute_is_420_or_429() {
    for status in [420, 429] {
        let client = Client::new("calm");
        client.knob("statuspage", "limit_status", json!(status));
        for _ in 0..60 {
            assert_eq!(
                send(&client, "GET", "/components", Value::Null)
                    .await
                    .status,
                200
            );
        }
        let answer = send(&client, "GET", "/components", Value::Null).await;
        assert_eq!(
            (answer.status, &answer.body),
            (status, &json!({"error": "Too many requests"}))
        );
        client.advance_s(60);
        assert_eq!(
            send(&client, "GET", "/components", Value::Null)
                .await
                .body
                .as_array()
                .unwrap()
                .len(),
            3
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_is_named_in_a_list() {
    let client = Client::new("calm");
    let cases = [
        (
            json!({"incident": {"status": "investigating"}}),
            "Name can't be blank",
        ),
        (
            json!({"incident": {"name": "x", "status": "broken"}}),
            "Status is not included in the list",
        ),
        (
            json!({"incident": {"name": "x", "metadata": {"key": "flat"}}}),
            "Metadata top level values must be objects",
        ),
        (
            json!({"incident": {"name": "x".repeat(256)}}),
            "Name is too long (maximum is 255 characters)",
        ),
        (
            json!({"incident": {"name": "x", "components": {"zz": "operational"}}}),
            "Component zz is not on this page",
        ),
    ];
    for (body, message) in cases {
        let answer = send(&client, "POST", "/incidents", body).await;
        assert_eq!(
            (answer.status, &answer.body["error"][0]),
            (422, &json!(message))
        );
    }
    assert_eq!(client.sandbox.truth()["history"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn the_key_is_oauth_and_not_bearer() {
    let client = Client::new("calm");
    let key = client.connections["statuspage"]["api_key"]
        .as_str()
        .unwrap();
    let answer = client
        .send(
            "GET",
            &format!("{PAGE}/components"),
            &format!("Bearer {key}"),
            &Value::Null,
        )
        .await;
    assert_eq!(
        (answer.status, &answer.body),
        (401, &json!({"error": "Could not authenticate"}))
    );
    assert_eq!(
        send(&client, "GET", "/nothing", Value::Null).await.status,
        404
    );
}
