//! The traps of the channels that notices go to: refusals in a 200, a 202 that is no delivery, what
//! the same request twice does, and tags that come only packed.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::client::{Answer, Client};

fn connection(client: &Client, name: &str) -> Value {
    client.connections["channels"][name].clone()
}

fn bearer(connection: &Value) -> String {
    format!("Bearer {}", connection["token"].as_str().unwrap())
}

fn posts(client: &Client, name: &str) -> usize {
    client.sandbox.truth()[name]["posts"]
        .as_array()
        .unwrap()
        .len()
}

async fn send(
    client: &Client,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &Value,
) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    client
        .answer_to(request.body(Body::from(body)).unwrap())
        .await
        .expect("an answer")
}

#[tokio::test(start_paused = true)]
async fn channels_stand_among_the_connections_where_the_scenario_says_so() {
    let calm = Client::new("calm");
    assert!(calm.connections["slack"].is_null() && connection(&calm, "slack").is_object());
    let all = Client::new("all-channels");
    for name in [
        "slack",
        "teams",
        "matrix",
        "mastodon",
        "bluesky",
        "fcm",
        "remote_config",
    ] {
        let mut alone = connection(&all, name);
        alone.as_object_mut().unwrap().remove("flags");
        assert_eq!(all.connections[name], alone, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn slack_refuses_in_a_200_and_posts_twice() {
    let client = Client::new("calm");
    let slack = connection(&client, "slack");
    let token = bearer(&slack);
    let message = json!({
        "channel": slack["channel"], "text": "Paused.",
        "metadata": {"event_type": "x", "event_payload": {"key": "k1"}},
    });
    for (body, code) in [
        (json!({"channel": "C0", "text": "x"}), "channel_not_found"),
        (json!({"channel": slack["channel"], "text": ""}), "no_text"),
        (
            json!({"channel": slack["channel"], "text": "x".repeat(40_001)}),
            "msg_too_long",
        ),
    ] {
        let answer = client
            .send("POST", "/api/chat.postMessage", &token, &body)
            .await;
        assert_eq!((answer.status, &answer.body["error"]), (200, &json!(code)));
    }
    client.advance_s(1);
    let answer = client
        .send("POST", "/api/chat.postMessage", "Bearer no", &message)
        .await;
    assert_eq!(
        (answer.status, &answer.body["error"]),
        (200, &json!("invalid_auth"))
    );
    for _ in 0..2 {
        let answer = client
            .send("POST", "/api/chat.postMessage", &token, &message)
            .await;
        assert_eq!(answer.body["ok"], true);
    }
    assert_eq!(posts(&client, "slack"), 2);
    let history = format!(
        "/api/conversations.history?channel={}",
        slack["channel"].as_str().unwrap()
    );
    let bare = client.send("GET", &history, &token, &Value::Null).await;
    assert!(bare.body["messages"][0]["metadata"]["event_payload"].is_null());
    let whole = format!("{history}&include_all_metadata=true");
    let whole = client.send("GET", &whole, &token, &Value::Null).await;
    assert_eq!(
        whole.body["messages"][0]["metadata"]["event_payload"]["key"],
        "k1"
    );
    for _ in 0..4 {
        client
            .send("POST", "/api/chat.postMessage", &token, &message)
            .await;
    }
    let limited = client
        .send("POST", "/api/chat.postMessage", &token, &message)
        .await;
    assert_eq!(
        (
            limited.status,
            limited.headers["retry-after"].to_str().unwrap()
        ),
        (429, "1")
    );
}

#[tokio::test(start_paused = true)]
async fn teams_answers_202_whatever_becomes_of_the_run() {
    let client = Client::new("calm");
    let url = connection(&client, "teams")["url"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = url.split_once("127.0.0.1").unwrap().1.to_owned();
    let card = |text: &str| {
        json!({"type": "message", "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "content": {"type": "AdaptiveCard", "version": "1.4", "body": [{"type": "TextBlock", "text": text}]},
        }]})
    };
    let answer = client.send("POST", &path, "", &card("Paused.")).await;
    assert_eq!((answer.status, answer.text.as_str()), (202, ""));
    assert!(answer.headers.contains_key("x-ms-workflow-run-id"));
    assert_eq!(posts(&client, "teams"), 1);
    // Too long, and a workflow that fails: 202 too.
    assert_eq!(
        client
            .send("POST", &path, "", &card(&"x".repeat(29_000)))
            .await
            .status,
        202
    );
    client.knob("teams", "runs_work", json!(false));
    assert_eq!(
        client
            .send("POST", &path, "", &card("Paused."))
            .await
            .status,
        202
    );
    assert_eq!(posts(&client, "teams"), 1);
    let unsigned = path.split("&sig=").next().unwrap().to_owned();
    assert_eq!(
        client.send("POST", &unsigned, "", &card("x")).await.status,
        401
    );
    client.knob("teams", "turned_on", json!(false));
    assert_eq!(client.send("POST", &path, "", &card("x")).await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn matrix_answers_a_transaction_with_its_event() {
    let client = Client::new("calm");
    let matrix = connection(&client, "matrix");
    let token = bearer(&matrix);
    let room = "/_matrix/client/v3/rooms/%21nwstatus%3Anorthwind.example";
    let body = json!({"msgtype": "m.text", "body": "Paused."});
    let path = format!("{room}/send/m.room.message/t1");
    let first = client.send("PUT", &path, &token, &body).await;
    let second = client.send("PUT", &path, &token, &body).await;
    assert_eq!((first.status, &first.body), (second.status, &second.body));
    assert_eq!(posts(&client, "matrix"), 1);
    let other = client
        .send(
            "PUT",
            &format!("{room}/send/m.room.message/t2"),
            &token,
            &body,
        )
        .await;
    assert_ne!(first.body, other.body);
    let cases = [
        ("Bearer no", body.clone(), 401, "M_UNKNOWN_TOKEN"),
        ("", body.clone(), 401, "M_MISSING_TOKEN"),
        (token.as_str(), json!([]), 400, "M_NOT_JSON"),
        (
            token.as_str(),
            json!({"msgtype": "m.text", "body": "x".repeat(65_000)}),
            413,
            "M_TOO_LARGE",
        ),
    ];
    for (token, body, status, code) in cases {
        let answer = client
            .send(
                "PUT",
                &format!("{room}/send/m.room.message/t3"),
                token,
                &body,
            )
            .await;
        assert_eq!(
            (answer.status, &answer.body["errcode"]),
            (status, &json!(code))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn mastodon_keeps_a_key_for_an_hour() {
    let client = Client::new("calm");
    let token = bearer(&connection(&client, "mastodon"));
    let body = json!({"status": "Paused & safe.\n\nMore: https://status.example/a"});
    let headers = [("authorization", token.as_str()), ("idempotency-key", "k1")];
    let first = send(&client, "POST", "/api/v1/statuses", &headers, &body).await;
    let again = send(&client, "POST", "/api/v1/statuses", &headers, &body).await;
    assert_eq!(first.body["id"], again.body["id"]);
    assert!(
        first.body["content"]
            .as_str()
            .unwrap()
            .starts_with("<p>Paused &amp; safe.</p><p>")
    );
    assert_eq!(first.headers["x-ratelimit-remaining"], "299");
    client.advance_s(3_600);
    let later = send(&client, "POST", "/api/v1/statuses", &headers, &body).await;
    assert_ne!(first.body["id"], later.body["id"]);
    assert_eq!(posts(&client, "mastodon"), 2);
    for text in [String::new(), "x".repeat(501)] {
        let answer = client
            .send("POST", "/api/v1/statuses", &token, &json!({"status": text}))
            .await;
        assert_eq!(answer.status, 422);
    }
    // An address counts as 23.
    let long = format!(
        "{} https://status.example/{}",
        "x".repeat(470),
        "y".repeat(100)
    );
    let answer = client
        .send("POST", "/api/v1/statuses", &token, &json!({"status": long}))
        .await;
    assert_eq!(answer.status, 200);
}

#[tokio::test(start_paused = true)]
async fn bluesky_writes_the_same_record_once_and_creates_it_never_twice() {
    let client = Client::new("calm");
    let account = connection(&client, "bluesky");
    let session = client
        .send(
            "POST",
            "/xrpc/com.atproto.server.createSession",
            "",
            &json!({"identifier": account["handle"], "password": account["app_password"]}),
        )
        .await;
    let token = format!("Bearer {}", session.body["accessJwt"].as_str().unwrap());
    let body = |rkey: &str, text: &str| {
        json!({
            "repo": session.body["did"], "collection": "app.bsky.feed.post", "rkey": rkey,
            "record": {"$type": "app.bsky.feed.post", "text": text, "createdAt": "2026-11-23T20:00:00Z"},
        })
    };
    let put = "/xrpc/com.atproto.repo.putRecord";
    let create = "/xrpc/com.atproto.repo.createRecord";
    let first = client
        .send("POST", put, &token, &body("3jzfcijpj2z2a", "Paused."))
        .await;
    let again = client
        .send("POST", put, &token, &body("3jzfcijpj2z2a", "Paused."))
        .await;
    assert_eq!((first.status, &first.body), (200, &again.body));
    let twice = client
        .send("POST", create, &token, &body("3jzfcijpj2z2a", "Paused."))
        .await;
    assert_eq!(twice.status, 500);
    assert_eq!(posts(&client, "bluesky"), 1);
    for (rkey, text, part) in [
        ("n-1", "x".to_owned(), "Invalid TID string"),
        ("3jzfcijpj2z2b", "é".repeat(301), "grapheme too big"),
    ] {
        let answer = client.send("POST", put, &token, &body(rkey, &text)).await;
        assert_eq!(answer.status, 400);
        assert!(answer.body["message"].as_str().unwrap().contains(part));
    }
    let missing = "/xrpc/com.atproto.repo.getRecord?repo=did:plc:nwstatus5a9db0c55a9db0c5&collection=app.bsky.feed.post&rkey=3jzfcijpj2z2c";
    let answer = client.send("GET", missing, &token, &Value::Null).await;
    assert_eq!(
        (answer.status, &answer.body["error"]),
        (400, &json!("RecordNotFound"))
    );
    client.advance_s(2 * 60 * 60);
    let answer = client.send("GET", missing, &token, &Value::Null).await;
    assert_eq!(
        (answer.status, &answer.body["error"]),
        (400, &json!("ExpiredToken"))
    );
}

/// A token of the service account for one scope, from one of the token endpoints.
async fn google(client: &Client, service: &str, scope: &str) -> String {
    let mut claims = client.play_claims();
    claims["scope"] = json!(format!("https://www.googleapis.com/auth/{scope}"));
    claims["aud"] = connection(client, service)["service_account"]["token_uri"].clone();
    let form = format!(
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={}",
        client.play_assertion(&claims)
    );
    let answer = client
        .try_send("POST", &format!("/token/{service}"), "", &form)
        .await
        .expect("an answer");
    assert_eq!(answer.status, 200, "{}", answer.text);
    format!("Bearer {}", answer.body["access_token"].as_str().unwrap())
}

#[tokio::test(start_paused = true)]
async fn fcm_takes_a_dry_run_for_nothing_and_a_message_twice() {
    let client = Client::new("calm");
    let token = google(&client, "fcm", "firebase.messaging").await;
    let path = "/v1/projects/northwind-sandbox/messages:send";
    let message = json!({"topic": "incidents", "notification": {"title": "a", "body": "b"}, "data": {"notice": "k1"}});
    let dry = json!({"validateOnly": true, "message": message});
    assert_eq!(client.send("POST", path, &token, &dry).await.status, 200);
    assert_eq!(posts(&client, "fcm"), 0);
    let real = json!({"message": message});
    for _ in 0..2 {
        assert_eq!(client.send("POST", path, &token, &real).await.status, 200);
    }
    assert_eq!(posts(&client, "fcm"), 2);
    for (message, part) in [
        (
            json!({"topic": "a", "condition": "'a' in topics"}),
            "Exactly one",
        ),
        (json!({"topic": "a", "data": {"n": 1}}), "TYPE_STRING"),
        (
            json!({"topic": "a", "titel": "x"}),
            "Unknown name \"titel\"",
        ),
        (
            json!({"topic": "a", "notification": {"body": "x".repeat(4_100)}}),
            "too big",
        ),
    ] {
        let answer = client
            .send("POST", path, &token, &json!({"message": message}))
            .await;
        assert_eq!(
            (answer.status, &answer.body["error"]["status"]),
            (400, &json!("INVALID_ARGUMENT"))
        );
        assert!(
            answer.text.contains(part)
                || answer.body["error"]["message"]
                    .as_str()
                    .unwrap()
                    .contains(part)
        );
    }
    let other = google(&client, "fcm", "firebase.remoteconfig").await;
    assert_eq!(client.send("POST", path, &other, &real).await.status, 403);
}

#[tokio::test(start_paused = true)]
async fn remote_config_needs_the_tag_that_comes_only_packed() {
    let client = Client::new("calm");
    let token = google(&client, "remote_config", "firebase.remoteconfig").await;
    let path = "/v1/projects/northwind-sandbox/remoteConfig";
    let plain = client.send("GET", path, &token, &Value::Null).await;
    assert!(!plain.headers.contains_key("etag"));
    let headers = [
        ("authorization", token.as_str()),
        ("accept-encoding", "gzip"),
    ];
    let packed = send(&client, "GET", path, &headers, &Value::Null).await;
    let tag = packed.headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(tag, "etag-100000000001-41");
    let put = async |tag: &str, query: &str, body: &Value| {
        let mut headers = headers.to_vec();
        if !tag.is_empty() {
            headers.push(("if-match", tag));
        }
        send(&client, "PUT", &format!("{path}{query}"), &headers, body).await
    };
    assert_eq!(put("", "", &packed.body).await.status, 400);
    let dry = put(&tag, "?validateOnly=true", &packed.body).await;
    assert_eq!(
        (dry.status, dry.headers["etag"].to_str().unwrap()),
        (200, "etag-100000000001-0")
    );
    let mut broken = packed.body.clone();
    broken["parameters"]["banner"] = json!({"valueType": "JSON", "defaultValue": {"value": "{"}});
    assert_eq!(put(&tag, "", &broken).await.status, 400);
    let done = put(&tag, "", &packed.body).await;
    assert_eq!(done.body["version"]["versionNumber"], "42");
    assert_eq!(
        put(&tag, "", &packed.body).await.status,
        412,
        "the tag is of the version before"
    );
}

/// What an app gets of a parameter.
async fn fetched(client: &Client, parameter: &str) -> Value {
    let of = connection(client, "remote_config");
    let path = "/v1/projects/100000000001/namespaces/firebase:fetch";
    let body = json!({"appId": of["app_id"], "appInstanceId": "somebody"});
    let wrong = send(client, "POST", path, &[("x-goog-api-key", "AIza0")], &body).await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.text.contains("API key not valid"));
    let key = of["api_key"].as_str().unwrap();
    let answer = send(client, "POST", path, &[("x-goog-api-key", key)], &body).await;
    assert_eq!(answer.body["state"], "UPDATE");
    answer.body["entries"][parameter].clone()
}

#[tokio::test(start_paused = true)]
async fn remote_config_serves_what_it_published_later() {
    let client = Client::new("calm");
    client.knob("remote_config", "propagation_ms", json!(3_000));
    assert_eq!(fetched(&client, "instant_transfer").await, "true");
    // What is left to the app is in no answer.
    assert!(fetched(&client, "passkeys").await.is_null());
    let path = "/v1/projects/northwind-sandbox/remoteConfig";
    let token = google(&client, "remote_config", "firebase.remoteconfig").await;
    let headers = [
        ("authorization", token.as_str()),
        ("accept-encoding", "gzip"),
        ("if-match", "*"),
    ];
    let mut body = send(&client, "GET", path, &headers, &Value::Null)
        .await
        .body;
    body["parameters"]["instant_transfer"]["defaultValue"]["value"] = json!("off");
    let wrong = send(&client, "PUT", path, &headers, &body).await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.text.contains("not valid BOOLEAN"), "{}", wrong.text);
    // A value for a condition wins over the default.
    body["parameters"]["instant_transfer"]["defaultValue"]["value"] = json!("false");
    assert_eq!(
        send(&client, "PUT", path, &headers, &body).await.status,
        200
    );
    client.advance_s(3);
    assert_eq!(fetched(&client, "instant_transfer").await, "true");
    body["parameters"]["instant_transfer"]["conditionalValues"]["android"]["value"] =
        json!("false");
    assert_eq!(
        send(&client, "PUT", path, &headers, &body).await.status,
        200
    );
    assert_eq!(fetched(&client, "instant_transfer").await, "true");
    client.advance_s(3);
    assert_eq!(fetched(&client, "instant_transfer").await, "false");
}

#[tokio::test(start_paused = true)]
async fn remote_config_rolls_back_by_a_further_version_and_asks_for_no_tag() {
    let client = Client::new("calm");
    for on in [false, true] {
        client.control(
            "console",
            json!({"service": "remote_config", "action": "set", "parameter": "instant_transfer", "on": on}),
        );
    }
    let path = "/v1/projects/northwind-sandbox/remoteConfig";
    let token = google(&client, "remote_config", "firebase.remoteconfig").await;
    let ask = async |method: &str, end: &str, body: Value| {
        let path = format!("{path}{end}");
        send(&client, method, &path, &[("authorization", &token)], &body).await
    };
    let list = ask("GET", ":listVersions?pageSize=2", Value::Null).await;
    let numbers: Vec<_> = list.body["versions"].as_array().unwrap().iter().collect();
    assert_eq!(numbers.len(), 2);
    assert_eq!(numbers[0]["versionNumber"], "43");
    assert_eq!(numbers[0]["updateOrigin"], "CONSOLE");
    let earlier = ask("GET", "?versionNumber=42", Value::Null).await.body;
    let value = &earlier["parameters"]["instant_transfer"]["defaultValue"]["value"];
    assert_eq!(value, "false");
    let back = ask("POST", ":rollback", json!({"versionNumber": "42"})).await;
    assert_eq!(back.body["version"]["versionNumber"], "44");
    assert_eq!(back.body["version"]["updateType"], "ROLLBACK");
    assert_eq!(back.body["version"]["rollbackSource"], "42");
    assert_eq!(
        ask("POST", ":rollback", json!({"versionNumber": "7"}))
            .await
            .status,
        404
    );
}
