//! App Store Connect's traps: tokens, writes that are not idempotent, days that move, hidden causes.

use serde_json::{Value, json};

use crate::client::{Answer, Client};

const DAY_S: i64 = 24 * 3600;

async fn phased_id(client: &Client) -> String {
    let phased = read_phased(client).await;
    phased["id"].as_str().unwrap().to_owned()
}

async fn read_phased(client: &Client) -> Value {
    let apps = client
        .apple(
            "GET",
            "/v1/apps?filter[bundleId]=com.northwind.wallet",
            &Value::Null,
        )
        .await;
    let app = apps.body["data"][0]["id"].as_str().unwrap();
    let path = format!(
        "/v1/apps/{app}/appStoreVersions?filter[platform]=IOS&filter[appVersionState]=READY_FOR_DISTRIBUTION&include=build,appStoreVersionPhasedRelease"
    );
    let versions = client.apple("GET", &path, &Value::Null).await;
    assert_eq!(versions.body["data"].as_array().unwrap().len(), 1);
    assert_eq!(
        versions.body["included"][0]["attributes"]["version"],
        "8400.3"
    );
    let version = versions.body["data"][0]["id"].as_str().unwrap();
    let path = format!("/v1/appStoreVersions/{version}/appStoreVersionPhasedRelease");
    client.apple("GET", &path, &Value::Null).await.body["data"].clone()
}

async fn patch(client: &Client, id: &str, state: &str) -> Answer {
    let body = json!({"data": {
        "type": "appStoreVersionPhasedReleases", "id": id, "attributes": {"phasedReleaseState": state},
    }});
    client
        .apple(
            "PATCH",
            &format!("/v1/appStoreVersionPhasedReleases/{id}"),
            &body,
        )
        .await
}

fn refused(answer: &Answer, status: u16, code: &str, detail: &str) {
    let error = &answer.body["errors"][0];
    assert_eq!(answer.status, status, "{}", answer.text);
    assert_eq!(error["status"], status.to_string(), "the status is text");
    assert_eq!(error["code"], code);
    assert!(
        error["detail"].as_str().unwrap().contains(detail),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_pause_holds_the_day_and_is_seen() {
    let client = Client::new("calm");
    let before = read_phased(&client).await;
    assert_eq!(before["attributes"]["currentDayNumber"], 3);
    let id = before["id"].as_str().unwrap();
    let answer = patch(&client, id, "PAUSED").await;
    assert_eq!(
        (
            answer.status,
            &answer.body["data"]["attributes"]["phasedReleaseState"]
        ),
        (200, &json!("PAUSED"))
    );
    client.advance_s(5 * DAY_S);
    let after = read_phased(&client).await;
    assert_eq!(after["attributes"]["currentDayNumber"], 3);
    assert_eq!(after["attributes"]["totalPauseDuration"], 5);
}

#[tokio::test(start_paused = true)]
async fn the_same_again_is_a_409_that_means_done() {
    let client = Client::new("calm");
    let id = phased_id(&client).await;
    patch(&client, &id, "PAUSED").await;
    let answer = patch(&client, &id, "PAUSED").await;
    refused(
        &answer,
        409,
        "ENTITY_ERROR.ATTRIBUTE.INVALID",
        "The phased release already has this value",
    );
    assert_eq!(
        answer.body["errors"][0]["source"]["pointer"],
        "/data/attributes/phasedReleaseState"
    );
}

#[tokio::test(start_paused = true)]
async fn a_final_state_stays() {
    let client = Client::new("calm");
    let id = phased_id(&client).await;
    assert_eq!(patch(&client, &id, "COMPLETE").await.status, 200);
    let answer = patch(&client, &id, "PAUSED").await;
    refused(
        &answer,
        409,
        "ENTITY_ERROR.ATTRIBUTE.INVALID",
        "in a final state",
    );
}

#[tokio::test(start_paused = true)]
async fn phases_move_by_themselves() {
    let client = Client::new("calm");
    for (days, day, percent) in [(0, 3, 5), (1, 4, 10), (1, 5, 20), (1, 6, 50), (1, 7, 100)] {
        client.advance_s(days * DAY_S);
        assert_eq!(
            read_phased(&client).await["attributes"]["currentDayNumber"],
            day
        );
        assert_eq!(
            client.sandbox.truth()["app_store"]["versions"][0]["phased_release"]["percent"],
            percent
        );
    }
    client.advance_s(DAY_S);
    assert_eq!(
        read_phased(&client).await["attributes"]["phasedReleaseState"],
        "COMPLETE"
    );
    assert_eq!(client.sandbox.truth()["history"][0]["who"], "schedule");
}

#[tokio::test(start_paused = true)]
async fn the_real_cause_hides_in_associated_errors() {
    let client = Client::new("calm");
    let id = phased_id(&client).await;
    let answer = patch(&client, &id, "INACTIVE").await;
    assert_eq!(answer.status, 409);
    let associated = answer.body["errors"][0]["meta"]["associatedErrors"]
        .as_object()
        .unwrap();
    let (resource, causes) = associated.iter().next().unwrap();
    assert!(resource.starts_with("/v1/appStoreVersions/"));
    assert_eq!(causes[0]["code"], "STATE_ERROR.ENTITY_STATE_INVALID");
}

#[tokio::test(start_paused = true)]
async fn tokens_are_checked_as_apple_checks_them() {
    let cases: [(&str, i64, Value, u16); 7] = [
        ("exp", 0, json!(null), 401),
        ("aud", 0, json!("someone-else"), 401),
        ("iss", 0, json!("00000000-0000-4000-a000-000000000000"), 401),
        ("sub", 0, json!("user"), 200),
        ("scope", 0, json!(["GET /v1/apps"]), 200),
        ("", -120_000, Value::Null, 401),
        ("", 19 * 60_000, Value::Null, 200),
    ];
    for (claim, skew_ms, value, status) in cases {
        let client = Client::new("calm");
        client.knob("app_store", "clock_skew_ms", json!(skew_ms));
        let mut claims = client.apple_claims();
        if !claim.is_empty() {
            claims[claim] = value;
        }
        let answer = client
            .send(
                "GET",
                "/v1/apps",
                &client.apple_token(&claims),
                &Value::Null,
            )
            .await;
        assert_eq!(answer.status, status, "{claim} {skew_ms}: {}", answer.text);
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_of_more_than_twenty_minutes_and_a_missing_one_are_not_authorized() {
    let client = Client::new("calm");
    let mut claims = client.apple_claims();
    claims["exp"] = json!(client.now_s() + 20 * 60 + 1);
    for token in [
        client.apple_token(&claims),
        String::new(),
        "Bearer nonsense".to_owned(),
    ] {
        let answer = client.send("GET", "/v1/apps", &token, &Value::Null).await;
        refused(
            &answer,
            401,
            "NOT_AUTHORIZED",
            "Provide a properly configured and signed bearer token",
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_individual_key_has_no_issuer() {
    let client = Client::new("calm");
    let mut claims = client.apple_claims();
    claims.as_object_mut().unwrap().remove("iss");
    assert_eq!(
        client
            .send(
                "GET",
                "/v1/apps",
                &client.apple_token(&claims),
                &Value::Null
            )
            .await
            .status,
        401
    );
    claims["sub"] = json!("user");
    assert_eq!(
        client
            .send(
                "GET",
                "/v1/apps",
                &client.apple_token(&claims),
                &Value::Null
            )
            .await
            .status,
        200
    );
}

#[tokio::test(start_paused = true)]
async fn the_rate_is_told_on_every_answer() {
    let client = Client::new("calm");
    let answer = client.apple("GET", "/v1/apps", &Value::Null).await;
    assert_eq!(
        answer.headers["x-rate-limit"],
        "user-hour-lim:3600;user-hour-rem:3599;"
    );
    client.knob("app_store", "queries_per_hour_max", json!(1));
    let answer = client.apple("GET", "/v1/apps", &Value::Null).await;
    refused(&answer, 429, "RATE_LIMIT_EXCEEDED", "too many requests");
    assert_eq!(
        answer.headers["x-rate-limit"],
        "user-hour-lim:1;user-hour-rem:0;"
    );
    client.advance_s(3600);
    assert_eq!(
        client.apple("GET", "/v1/apps", &Value::Null).await.status,
        200
    );
}

#[tokio::test(start_paused = true)]
async fn pages_follow_the_next_link() {
    let client = Client::new("calm");
    let apps = client.apple("GET", "/v1/apps", &Value::Null).await;
    let app = apps.body["data"][0]["id"].as_str().unwrap();
    let mut path = format!("/v1/apps/{app}/appStoreVersions?limit=2");
    let mut names = Vec::new();
    loop {
        let page = client.apple("GET", &path, &Value::Null).await;
        assert_eq!(page.body["meta"]["paging"]["total"], 3);
        for version in page.body["data"].as_array().unwrap() {
            names.push(
                version["attributes"]["versionString"]
                    .as_str()
                    .unwrap()
                    .to_owned(),
            );
        }
        match page.body["links"]["next"].as_str() {
            Some(next) => path = next.split_once("127.0.0.1").unwrap().1.to_owned(),
            None => break,
        }
    }
    assert_eq!(names, ["8.4.0", "8.3.2", "8.3.1"]);
    let answer = client
        .apple(
            "GET",
            &format!("/v1/apps/{app}/appStoreVersions?limit=201"),
            &Value::Null,
        )
        .await;
    assert_eq!(
        (
            answer.status,
            &answer.body["errors"][0]["source"]["parameter"]
        ),
        (400, &json!("limit"))
    );
}

#[tokio::test(start_paused = true)]
async fn what_does_not_exist_is_told_apart() {
    let client = Client::new("calm");
    let answer = client
        .apple("GET", "/v1/appStoreVersions/999", &Value::Null)
        .await;
    refused(
        &answer,
        404,
        "NOT_FOUND",
        "There is no resource of type 'appStoreVersions' with id '999'",
    );
    let answer = client.apple("GET", "/v1/nothing", &Value::Null).await;
    refused(&answer, 404, "PATH_ERROR", "/v1/nothing");
    client.knob("app_store", "permitted", json!(false));
    let answer = client.apple("GET", "/v1/apps", &Value::Null).await;
    refused(&answer, 403, "FORBIDDEN_ERROR", "does not allow");
}

#[tokio::test(start_paused = true)]
async fn a_person_resumes_behind_the_back() {
    let client = Client::new("calm");
    let id = phased_id(&client).await;
    patch(&client, &id, "PAUSED").await;
    client.control(
        "console",
        json!({"service": "app_store", "action": "resume"}),
    );
    assert_eq!(
        read_phased(&client).await["attributes"]["phasedReleaseState"],
        "ACTIVE"
    );
    assert_eq!(client.sandbox.truth()["history"][1]["who"], "console");
}

#[tokio::test(start_paused = true)]
async fn a_new_version_ends_the_phased_release_without_a_word() {
    let client = Client::new("calm");
    let id = phased_id(&client).await;
    client.control(
        "console",
        json!({"service": "app_store", "action": "release_new_version"}),
    );
    let answer = patch(&client, &id, "PAUSED").await;
    refused(
        &answer,
        409,
        "ENTITY_ERROR.ATTRIBUTE.INVALID",
        "in a final state",
    );
    let versions = client.sandbox.truth()["app_store"]["versions"].clone();
    assert_eq!(
        (
            &versions[0]["version"],
            &versions[0]["phased_release"]["day"]
        ),
        (&json!("8.4.1"), &json!(1))
    );
    assert_eq!(
        versions[1]["app_version_state"],
        "REPLACED_WITH_NEW_VERSION"
    );
}

#[tokio::test(start_paused = true)]
async fn removal_from_sale_takes_the_app_down_and_ends_the_phased_release() {
    let client = Client::new("calm");
    client.control(
        "console",
        json!({"service": "app_store", "action": "remove_from_sale"}),
    );
    let phased = read_phased(&client).await;
    assert_eq!(phased["attributes"]["phasedReleaseState"], "COMPLETE");
    let apps = client.apple("GET", "/v1/apps", &Value::Null).await;
    let app = apps.body["data"][0]["id"].as_str().unwrap();
    let path = format!(
        "/v1/apps/{app}/appStoreVersions?filter[appStoreState]=DEVELOPER_REMOVED_FROM_SALE"
    );
    let removed = client.apple("GET", &path, &Value::Null).await;
    assert_eq!(
        removed.body["data"][0]["attributes"]["versionString"],
        "8.4.0"
    );
}

#[tokio::test(start_paused = true)]
async fn an_app_leaves_every_territory_by_one_request() {
    let client = Client::new("calm");
    let apps = client.apple("GET", "/v1/apps", &Value::Null).await;
    let app = apps.body["data"][0]["id"].as_str().unwrap();
    let path = format!("/v1/apps/{app}/appAvailabilityV2");
    let availability = client.apple("GET", &path, &Value::Null).await;
    let id = availability.body["data"]["id"].as_str().unwrap();
    let path = format!("/v2/appAvailabilities/{id}/territoryAvailabilities?include=territory");
    let sold = client.apple("GET", &path, &Value::Null).await;
    let sold = sold.body["data"].as_array().unwrap();
    assert!(sold.iter().all(|it| it["attributes"]["available"] == true));
    let (mut named, mut included) = (Vec::new(), Vec::new());
    for (index, it) in sold.iter().enumerate() {
        let id = format!("${{t{index}}}");
        named.push(json!({"type": "territoryAvailabilities", "id": id}));
        included.push(json!({
            "type": "territoryAvailabilities", "id": id, "attributes": {"available": false},
            "relationships": {"territory": it["relationships"]["territory"]},
        }));
    }
    let body = json!({
        "data": {
            "type": "appAvailabilities",
            "attributes": {"availableInNewTerritories": false},
            "relationships": {
                "app": {"data": {"type": "apps", "id": app}},
                "territoryAvailabilities": {"data": named},
            },
        },
        "included": included,
    });
    let made = client.apple("POST", "/v2/appAvailabilities", &body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let truth = client.sandbox.truth();
    assert_eq!(truth["app_store"]["versions"][0]["removed_from_sale"], true);
    assert_eq!(truth["app_store"]["sold_in"], json!([]));
    assert_eq!(
        read_phased(&client).await["attributes"]["phasedReleaseState"],
        "COMPLETE"
    );
}

#[tokio::test(start_paused = true)]
async fn only_an_approved_version_is_released_and_it_ends_the_phases_before_it() {
    let client = Client::new("calm");
    let running = phased_id(&client).await;
    let version = |at: usize| {
        let truth = client.sandbox.truth();
        truth["app_store"]["versions"][at]["version_id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let ask = |id: String| {
        json!({"data": {
            "type": "appStoreVersionReleaseRequests",
            "relationships": {"appStoreVersion": {"data": {"type": "appStoreVersions", "id": id}}},
        }})
    };
    const PATH: &str = "/v1/appStoreVersionReleaseRequests";
    let answer = client.apple("POST", PATH, &ask(version(0))).await;
    refused(&answer, 409, "STATE_ERROR", "cannot be released");
    client.control(
        "console",
        json!({"service": "app_store", "action": "approve_new_version"}),
    );
    let answer = client.apple("POST", PATH, &ask(version(0))).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let answer = patch(&client, &running, "PAUSED").await;
    refused(
        &answer,
        409,
        "ENTITY_ERROR.ATTRIBUTE.INVALID",
        "in a final state",
    );
    let truth = client.sandbox.truth();
    let versions = &truth["app_store"]["versions"];
    assert_eq!(versions[0]["version"], "8.5.0");
    assert_eq!(versions[0]["phased_release"]["state"], "ACTIVE");
    assert_eq!(
        versions[1]["app_version_state"],
        "REPLACED_WITH_NEW_VERSION"
    );
}
