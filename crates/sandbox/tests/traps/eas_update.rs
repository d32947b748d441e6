//! EAS Update's traps: refusals with 200, a schema that takes nothing else, publishing that is done
//! twice when asked twice, and a pause that leaves people what they have.

use serde_json::{Value, json};

use crate::client::{Answer, Client};

fn own(client: &Client, key: &str) -> String {
    let of = &client.connections["channels"]["eas_update"];
    of[key].as_str().unwrap().to_owned()
}

async fn ask(client: &Client, query: &str, variables: Value) -> Answer {
    let token = format!("Bearer {}", own(client, "token"));
    let body = json!({"query": query, "variables": variables});
    client.send("POST", "/graphql", &token, &body).await
}

const CHANNEL: &str = "query Channel($app: String!, $name: String!) { app { byId(appId: $app) { id
    updateChannelByName(name: $name) { id name isPaused isProtected branchMapping
        updateBranches(offset: 0, limit: 5) { id name
            updateGroups(offset: 0, limit: 2) { id group message platform isRollBackToEmbedded
                manifestFragment runtime { version } } } } } } }";
const PAUSE: &str = "mutation Pause($id: ID!) { updateChannel { pauseUpdateChannel(channelId: $id) { id isPaused } } }";
const PUBLISH: &str = "mutation Publish($groups: [PublishUpdateGroupInput!]!) { updateBranch {
    publishUpdateGroups(publishUpdateGroupsInput: $groups) { id group } } }";

async fn channel(client: &Client) -> Value {
    let variables = json!({"app": own(client, "project"), "name": "production"});
    let answer = ask(client, CHANNEL, variables).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.body["data"]["app"]["byId"]["updateChannelByName"].clone()
}

fn truth(client: &Client) -> Value {
    client.sandbox.truth()["eas_update"]["channels"]["production"].clone()
}

/// What publishes an earlier group again.
fn again(channel: &Value, place: usize) -> Value {
    let branch = &channel["updateBranches"][0];
    let group = branch["updateGroups"][place].as_array().unwrap();
    let manifests: serde_json::Map<String, Value> = group
        .iter()
        .map(|update| {
            let manifest = update["manifestFragment"].as_str().unwrap();
            (
                update["platform"].as_str().unwrap().to_owned(),
                serde_json::from_str(manifest).unwrap(),
            )
        })
        .collect();
    json!([{
        "branchId": branch["id"], "runtimeVersion": group[0]["runtime"]["version"],
        "message": "Back", "updateInfoGroup": manifests,
    }])
}

fn code(answer: &Answer) -> &Value {
    &answer.body["errors"][0]["extensions"]["errorCode"]
}

#[tokio::test(start_paused = true)]
async fn only_what_was_asked_for_is_answered_and_a_field_that_is_not_there_is_refused() {
    let client = Client::new("calm");
    let production = channel(&client).await;
    assert_eq!(production["isPaused"], false);
    assert!(production["createdAt"].is_null());
    let groups = production["updateBranches"][0]["updateGroups"]
        .as_array()
        .unwrap();
    assert_eq!(groups.len(), 2);
    assert_eq!(groups[0][0]["message"], "New transfer form");
    for (query, message) in [
        (
            "query { app { byName { id } } }",
            "Cannot query field \"byName\" on type \"AppQuery\"",
        ),
        ("query { app }", "must have a selection of subfields"),
        (
            "query { app { byId { id } } }",
            "argument \"appId\" of type \"String!\" is required",
        ),
        (
            "query Q($app: ID!) { app { byId(appId: $app) { id } } }",
            "Variable \"$app\" of type \"ID!\" used in position expecting type \"String!\"",
        ),
        ("subscription { app }", "Syntax Error"),
    ] {
        let answer = ask(&client, query, json!({})).await;
        assert_eq!(answer.status, 400, "{query}");
        let said = answer.body["errors"][0]["message"].as_str().unwrap();
        assert!(said.contains(message), "{said}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_comes_with_200_and_a_wrong_token_with_401() {
    let client = Client::new("calm");
    let id = channel(&client).await["id"].clone();
    client.knob("eas_update", "role", json!("view_only"));
    let answer = ask(&client, PAUSE, json!({ "id": id })).await;
    assert_eq!(answer.status, 200);
    assert_eq!(code(&answer), "UNAUTHORIZED_ERROR");
    assert!(answer.body["data"].is_null());
    assert_eq!(truth(&client)["paused"], false);
    let other = ask(
        &client,
        CHANNEL,
        json!({"app": "somebody-else-s", "name": "production"}),
    )
    .await;
    assert_eq!(
        (other.status, code(&other)),
        (200, &json!("UNAUTHORIZED_ERROR"))
    );
    let body = json!({"query": CHANNEL});
    let answer = client.send("POST", "/graphql", "Bearer guess", &body).await;
    assert_eq!(answer.status, 401);
}

#[tokio::test(start_paused = true)]
async fn only_admins_release_to_a_protected_channel() {
    let client = Client::new("calm");
    let production = channel(&client).await;
    client.knob("eas_update", "protected", json!(true));
    let paused = ask(&client, PAUSE, json!({"id": production["id"]})).await;
    assert_eq!(code(&paused), "UNAUTHORIZED_ERROR");
    let published = ask(&client, PUBLISH, json!({"groups": again(&production, 1)})).await;
    assert_eq!(code(&published), "UNAUTHORIZED_ERROR");
    client.knob("eas_update", "role", json!("admin"));
    ask(&client, PAUSE, json!({"id": production["id"]})).await;
    assert_eq!(truth(&client)["paused"], true);
}

#[tokio::test(start_paused = true)]
async fn a_pause_gives_apps_nothing_and_leaves_the_update_in_its_place() {
    let client = Client::new("calm");
    let production = channel(&client).await;
    let newest = truth(&client)["newest"]["group"].clone();
    assert_eq!(truth(&client)["apps_get"], newest);
    for _ in 0..2 {
        let answer = ask(&client, PAUSE, json!({"id": production["id"]})).await;
        assert_eq!(
            answer.body["data"]["updateChannel"]["pauseUpdateChannel"]["isPaused"],
            true
        );
    }
    assert!(truth(&client)["apps_get"].is_null());
    assert_eq!(truth(&client)["newest"]["group"], newest);
    // What is published meanwhile waits too.
    ask(&client, PUBLISH, json!({"groups": again(&production, 1)})).await;
    assert!(truth(&client)["apps_get"].is_null());
}

#[tokio::test(start_paused = true)]
async fn publishing_twice_makes_two_groups() {
    let client = Client::new("calm");
    let production = channel(&client).await;
    let before = truth(&client)["groups"].as_u64().unwrap();
    let mut made = Vec::new();
    for _ in 0..2 {
        let answer = ask(&client, PUBLISH, json!({"groups": again(&production, 1)})).await;
        made.push(answer.body["data"]["updateBranch"]["publishUpdateGroups"][0]["group"].clone());
    }
    assert_ne!(made[0], made[1]);
    assert_eq!(truth(&client)["groups"], before + 2);
    // The same bundle as before, under another name.
    let newest = channel(&client).await["updateBranches"][0]["updateGroups"][0][0].clone();
    let earlier = &production["updateBranches"][0]["updateGroups"][1][0];
    assert_eq!(newest["manifestFragment"], earlier["manifestFragment"]);
    assert_ne!(newest["group"], earlier["group"]);
}

#[tokio::test(start_paused = true)]
async fn back_to_what_is_in_the_build_is_an_update_too() {
    let client = Client::new("calm");
    let production = channel(&client).await;
    let branch = production["updateBranches"][0]["id"].clone();
    let group = |extra: Value| {
        let mut group = json!({"branchId": branch, "runtimeVersion": "8.4.0"});
        for (key, value) in extra.as_object().unwrap() {
            group[key] = value.clone();
        }
        json!({ "groups": [group] })
    };
    let embedded = json!({"rollBackToEmbeddedInfoGroup": {"ios": true, "android": true}});
    let answer = ask(&client, PUBLISH, group(embedded)).await;
    assert!(answer.body["errors"].is_null(), "{}", answer.text);
    assert_eq!(truth(&client)["newest"]["embedded"], true);
    for wrong in [
        json!({}),
        json!({"updateInfoGroup": {"ios": {"assets": []}}}),
        json!({"rollBackToEmbeddedInfoGroup": {"ios": true}, "updateInfoGroup": {"ios": {}}}),
        json!({"rollBackToEmbeddedInfoGroup": {"ios": true}, "group": "an input has no such field"}),
    ] {
        let answer = ask(&client, PUBLISH, group(wrong)).await;
        assert_eq!(
            (answer.status, code(&answer)),
            (200, &json!("BAD_USER_INPUT"))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_published_beside_an_update_that_is_rolled_out() {
    let client = Client::new("calm");
    client.control(
        "console",
        json!({"service": "eas_update", "action": "publish", "percentage": 10}),
    );
    let production = channel(&client).await;
    let answer = ask(&client, PUBLISH, json!({"groups": again(&production, 1)})).await;
    assert_eq!(code(&answer), "BAD_USER_INPUT");
    assert!(answer.text.contains("rollout is in progress"));
}

#[tokio::test(start_paused = true)]
async fn an_error_after_the_change_comes_with_200_as_well() {
    let client = Client::new("calm");
    let id = channel(&client).await["id"].clone();
    client.knob("eas_update", "fails_after_write", json!(1));
    let answer = ask(&client, PAUSE, json!({ "id": id })).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["errors"][0]["extensions"]["isTransient"], true);
    assert_eq!(truth(&client)["paused"], true);
    client.knob("eas_update", "transient", json!(1));
    let variables = json!({"app": own(&client, "project"), "name": "production"});
    let answer = ask(&client, CHANNEL, variables).await;
    assert!(answer.body["data"].is_null());
    assert_eq!(channel(&client).await["isPaused"], true);
}

#[tokio::test(start_paused = true)]
async fn operations_are_told_apart_in_faults_and_in_the_log_by_their_names() {
    let client = Client::new("calm");
    let id = channel(&client).await["id"].clone();
    client.control(
        "fault",
        json!({"match": "POST /graphql?Pause", "fault": "status:503", "times": 1}),
    );
    let token = format!("Bearer {}", own(&client, "token"));
    let body = json!({"query": PAUSE, "variables": {"id": id}, "operationName": "Pause"});
    let answer = client.send("POST", "/graphql", &token, &body).await;
    assert_eq!(answer.status, 503);
    assert_eq!(truth(&client)["paused"], false);
    let (_, log) = client.sandbox.control("GET", "/_sandbox/log", &json!({}));
    let last = log["requests"].as_array().unwrap().last().unwrap();
    assert_eq!(last["query"], "Pause");
}
