//! A person at Unleash's own admin API: makes flags, deletes flags and tokens. Knows no adapter.

use std::time::Duration;

use cockpit_tests::wait::wait_until;
use reqwest::{Client, Method, StatusCode};
use serde_json::json;

use crate::unleash_server::RealUnleash;

/// Makes a kill switch and turns it on in `development`.
pub async fn make_on(unleash: &RealUnleash, flag: &str) {
    let features = "/api/admin/projects/default/features";
    let about = json!({ "name": flag, "type": "kill-switch" }).to_string();
    ask(unleash, Method::POST, features, about).await;
    let on = format!("{features}/{flag}/environments/development/on");
    ask(unleash, Method::POST, &on, String::new()).await;
}

/// Archives a flag, then deletes it for good.
pub async fn delete(unleash: &RealUnleash, flag: &str) {
    let features = format!("/api/admin/projects/default/features/{flag}");
    ask(unleash, Method::DELETE, &features, String::new()).await;
    let archive = format!("/api/admin/archive/{flag}");
    ask(unleash, Method::DELETE, &archive, String::new()).await;
}

/// Deletes a token and waits until the server refuses it: it forgets tokens once a minute.
pub async fn revoke(unleash: &RealUnleash, token: &str) {
    let path = format!("/api/admin/api-tokens/{token}");
    ask(unleash, Method::DELETE, &path, String::new()).await;
    wait_until(
        "the server to forget the token",
        Duration::from_secs(150),
        async || {
            let answer = Client::new()
                .get(format!(
                    "{}/api/admin/projects/default/features",
                    unleash.url
                ))
                .header("authorization", token)
                .send()
                .await
                .unwrap();
            (answer.status() == StatusCode::UNAUTHORIZED).then_some(())
        },
    )
    .await;
}

async fn ask(unleash: &RealUnleash, method: Method, path: &str, body: String) {
    let answer = Client::new()
        .request(method.clone(), format!("{}{path}", unleash.url))
        .header("authorization", &unleash.admin_token)
        .header("content-type", "application/json")
        .body(body)
        .send()
        .await
        .unwrap();
    let status = answer.status();
    let text = answer.text().await.unwrap();
    assert!(status.is_success(), "{method} {path}: {status} {text}");
}
