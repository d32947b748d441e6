//! The sandbox over real HTTP on loopback: closed connections are closed, dropping it ends it.

use cockpit_sandbox::{Options, Sandbox};
use serde_json::{Value, json};

use crate::client::options;

async fn get(url: &str) -> Result<Value, reqwest::Error> {
    let text = reqwest::get(url).await?.text().await?;
    Ok(serde_json::from_str(&text).unwrap())
}

async fn post(url: &str, body: Value) -> Result<u16, reqwest::Error> {
    Ok(reqwest::Client::new()
        .post(url)
        .body(body.to_string())
        .send()
        .await?
        .status()
        .as_u16())
}

#[tokio::test]
async fn it_serves_on_loopback_only_and_tells_its_url() {
    let running = Sandbox::serve(options("calm"), 0).await.unwrap();
    assert!(running.url.starts_with("http://127.0.0.1:"));
    let connections = get(&format!("{}/connections", running.control_url))
        .await
        .unwrap();
    assert_eq!(connections["google_play"]["base_url"], json!(running.url));
    assert_eq!(connections, running.sandbox().connections());
    running.stop().await;
}

#[tokio::test]
async fn a_closed_connection_is_an_error_of_the_connection() {
    let running = Sandbox::serve(options("calm"), 0).await.unwrap();
    let fault = format!("{}/fault", running.control_url);
    let target = format!("{}/api/admin/projects", running.url);
    assert_eq!(post(&fault, json!({"fault": "close"})).await.unwrap(), 200);
    let error = get(&target).await.unwrap_err();
    assert!(error.status().is_none(), "{error:?}");
    post(&fault, json!({"fault": "garbage"})).await.unwrap();
    let page = reqwest::get(&target).await.unwrap();
    assert_eq!(page.headers()["content-type"], "text/html");
    post(
        &format!("{}/offline", running.control_url),
        json!({"on": true}),
    )
    .await
    .unwrap();
    assert!(get(&target).await.is_err());
    post(
        &format!("{}/offline", running.control_url),
        json!({"on": false}),
    )
    .await
    .unwrap();
    assert_eq!(
        get(&target).await.unwrap()["name"],
        "AuthenticationRequired"
    );
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let running = Sandbox::serve(options("calm"), 0).await.unwrap();
    let port: u16 = running.url.rsplit_once(':').unwrap().1.parse().unwrap();
    let error = Sandbox::serve(options("calm"), port)
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains(&format!("127.0.0.1:{port}")), "{error}");
    let scenario = Options {
        scenario: "storm".to_owned(),
        ..Options::default()
    };
    assert!(
        Sandbox::serve(scenario, 0)
            .await
            .unwrap_err()
            .to_string()
            .contains("storm")
    );
}

#[tokio::test]
async fn stopping_frees_the_port() {
    let running = Sandbox::serve(options("calm"), 0).await.unwrap();
    let url = running.url.clone();
    running.stop().await;
    assert!(
        get(&format!("{url}/_sandbox/state"))
            .await
            .unwrap_err()
            .is_connect()
    );
}

#[tokio::test]
async fn stopping_does_not_wait_for_a_hang() {
    let running = Sandbox::serve(options("calm"), 0).await.unwrap();
    let target = format!("{}/api/admin/projects", running.url);
    let control = running.control_url.clone();
    post(&format!("{control}/fault"), json!({"fault": "hang"}))
        .await
        .unwrap();
    let hung = tokio::spawn(async move { get(&target).await });
    // The request is under way once the log has it.
    while get(&format!("{control}/log")).await.unwrap()["requests"] == json!([]) {}
    running.stop().await;
    assert!(hung.await.unwrap().is_err());
}
