//! The named scenarios, and that a seed repeats them.

use cockpit_sandbox::{Options, SCENARIOS, Sandbox};
use serde_json::{Value, json};

use crate::client::{Client, options};

#[tokio::test(start_paused = true)]
async fn every_scenario_starts_and_an_unknown_one_is_named() {
    for scenario in SCENARIOS {
        assert_eq!(
            Client::new(scenario.name).control("state", Value::Null)["scenario"],
            scenario.name
        );
    }
    let error = Sandbox::new(Options {
        scenario: "storm".to_owned(),
        ..Options::default()
    })
    .unwrap_err()
    .to_string();
    assert!(error.starts_with("There is no scenario \"storm\""));
    for scenario in SCENARIOS {
        assert!(
            error.contains(scenario.name),
            "{} is not offered",
            scenario.name
        );
    }
}

#[test]
fn all_stops_has_what_a_stop_reaches_and_nothing_else_beside_the_first_services() {
    let names = |scenario: &str| {
        let connections = Client::new(scenario).connections;
        let names = connections.as_object().unwrap().keys().cloned();
        names.collect::<std::collections::BTreeSet<String>>()
    };
    let (few, many) = (names("calm"), names("all-stops"));
    let further: Vec<&String> = many.difference(&few).collect();
    assert_eq!(
        further,
        [
            "eas_update",
            "flagsmith",
            "huawei_app_gallery",
            "launchdarkly",
            "microsoft_store",
            "remote_config",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn commit_ambiguous_takes_effect_and_loses_the_reply_once() {
    let client = Client::new("commit-ambiguous");
    let token = client.play_token().await;
    let edits = "/androidpublisher/v3/applications/com.northwind.wallet/edits";
    let id = client.send("POST", edits, &token, &json!({})).await.body["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let halted =
        json!({"releases": [{"versionCodes": ["84012"], "status": "halted", "userFraction": 0.2}]});
    client
        .send(
            "PUT",
            &format!("{edits}/{id}/tracks/production"),
            &token,
            &halted,
        )
        .await;
    let commit = format!("{edits}/{id}:commit");
    assert!(client.try_send("POST", &commit, &token, "").await.is_none());
    assert_eq!(
        client.sandbox.truth()["google_play"]["tracks"]["production"]["status"],
        "halted"
    );
    let again = client.send("POST", &commit, &token, &Value::Null).await;
    assert!(again.text.contains("already been successfully committed"));
    let phased = client.sandbox.truth()["app_store"]["versions"][0]["phased_release"]["id"].clone();
    let path = format!(
        "/v1/appStoreVersionPhasedReleases/{}",
        phased.as_str().unwrap()
    );
    let body = json!({"data": {"type": "appStoreVersionPhasedReleases", "id": phased, "attributes": {"phasedReleaseState": "PAUSED"}}});
    let apple = client.apple_token(&client.apple_claims());
    assert!(
        client
            .try_send("PATCH", &path, &apple, &body.to_string())
            .await
            .is_none()
    );
    assert_eq!(
        client.sandbox.truth()["app_store"]["versions"][0]["phased_release"]["state"],
        "PAUSED"
    );
}

#[tokio::test(start_paused = true)]
async fn offline_lasts_until_the_control_api_ends_it() {
    let client = Client::new("offline");
    assert!(
        client
            .try_send("GET", "/api/admin/projects", "", "")
            .await
            .is_none()
    );
    client.control("offline", json!({"services": ["unleash"], "on": false}));
    assert_eq!(
        client
            .unleash("GET", "/api/admin/projects", &Value::Null)
            .await
            .status,
        200
    );
    assert!(client.try_send("GET", "/v1/apps", "", "").await.is_none());
    client.control("offline", json!({"services": "all", "on": false}));
    assert_eq!(
        client.apple("GET", "/v1/apps", &Value::Null).await.status,
        200
    );
}

#[tokio::test(start_paused = true)]
async fn slow_takes_three_seconds() {
    let client = Client::new("slow");
    client
        .unleash("GET", "/api/admin/projects", &Value::Null)
        .await;
    let line = client.control("log", Value::Null)["requests"][0].clone();
    assert!(line["duration_ms"].as_f64().unwrap() >= 3_000.0);
}

async fn luck(seed: u64) -> Vec<u16> {
    let client = Client::with(Options {
        seed,
        ..options("flaky")
    });
    let mut seen = Vec::new();
    for _ in 0..60 {
        seen.push(
            client
                .unleash("GET", "/api/admin/projects", &Value::Null)
                .await
                .status,
        );
    }
    seen
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_has_the_same_bad_luck() {
    let first = luck(1).await;
    assert_eq!(first, luck(1).await);
    assert_ne!(first, luck(2).await);
    assert!(
        first.iter().any(|status| *status != 200)
            && first.iter().filter(|status| **status == 200).count() > 30
    );
}

#[tokio::test(start_paused = true)]
async fn a_seed_gives_its_own_tokens() {
    let tokens = |seed| {
        Client::with(Options {
            seed,
            ..options("calm")
        })
        .connections
    };
    assert_eq!(tokens(1), tokens(1));
    assert_ne!(
        tokens(1)["unleash"]["admin_token"],
        tokens(2)["unleash"]["admin_token"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_scenario_can_begin_later() {
    let client = Client::new("calm");
    client
        .unleash("GET", "/api/admin/projects", &Value::Null)
        .await;
    client.control("scenario", json!({"name": "slow"}));
    client
        .unleash("GET", "/api/admin/projects", &Value::Null)
        .await;
    let log = client.control("log", Value::Null);
    assert!(log["requests"][1]["duration_ms"].as_f64().unwrap() >= 3_000.0);
}

#[tokio::test(start_paused = true)]
async fn a_person_can_act_later() {
    let client = Client::new("calm");
    for (service, action) in [("google_play", "halt"), ("app_store", "pause")] {
        client.control("console", json!({"service": service, "action": action}));
        let later = json!({"service": service, "action": "resume", "in_ms": 120_000});
        client.control("console", later);
    }
    client.advance_s(119);
    let status = |client: &Client| {
        let truth = client.sandbox.truth();
        (
            truth["google_play"]["tracks"]["production"]["status"].clone(),
            truth["app_store"]["versions"][0]["phased_release"]["state"].clone(),
        )
    };
    assert_eq!(status(&client), (json!("halted"), json!("PAUSED")));
    client.advance_s(60);
    assert_eq!(status(&client), (json!("inProgress"), json!("ACTIVE")));
    let truth = client.sandbox.truth();
    let history = truth["history"].as_array().unwrap();
    let gap = history[2]["at_ms"].as_i64().unwrap() - history[0]["at_ms"].as_i64().unwrap();
    assert_eq!((gap, &history[2]["who"]), (120_000, &json!("console")));
}
