//! Traps of Google Play's app recoveries: one for each request, what is made meanwhile, counts that
//! rise by themselves, and what is refused.

use serde_json::{Value, json};

use crate::client::Answer;
use crate::play::{Play, refused};

const PLACE: &str = "/appRecoveries";

fn of(code: &str) -> Value {
    json!({
        "remoteInAppUpdate": {"isRemoteInAppUpdateRequested": true},
        "targeting": {
            "versionList": {"versionCodes": [code]},
            "allUsers": {"isAllUsersRequested": true},
        },
    })
}

async fn create(play: &Play, code: &str) -> String {
    let made = play.send("POST", PLACE, of(code)).await;
    assert_eq!(made.status, 200, "{}", made.text);
    made.body["appRecoveryId"].as_str().unwrap().to_owned()
}

async fn act(play: &Play, id: &str, verb: &str) -> Answer {
    play.send("POST", &format!("{PLACE}/{id}:{verb}"), json!({}))
        .await
}

async fn list(play: &Play, code: &str) -> Vec<Value> {
    let path = format!("{PLACE}?versionCode={code}");
    let listed = play.send("GET", &path, Value::Null).await;
    assert_eq!(listed.status, 200, "{}", listed.text);
    let all = listed.body["recoveryActions"].as_array();
    all.cloned().unwrap_or_default()
}

/// Devices in all and those that updated, of the one recovery of a version code.
async fn counts(play: &Play, code: &str) -> (u64, u64) {
    let listed = list(play, code).await;
    assert_eq!(listed[0]["status"], "RECOVERY_STATUS_ACTIVE");
    let data = &listed[0]["remoteInAppUpdateData"]["remoteAppUpdateDataPerBundle"][0];
    assert_eq!(data["versionCode"], code);
    let number = |key: &str| data[key].as_str().unwrap().parse().unwrap();
    (number("totalDeviceCount"), number("recoveredDeviceCount"))
}

/// Lets hours pass; the token of before has ended then.
async fn pass_hours(play: &mut Play, hours: i64) {
    play.client.advance_s(hours * 3_600);
    play.token = play.client.play_token().await;
}

#[tokio::test(start_paused = true)]
async fn a_draft_asks_nobody_and_the_same_request_again_makes_another() {
    let play = Play::new("calm").await;
    assert_eq!(list(&play, "83207").await, Vec::<Value>::new());
    let (one, two) = (create(&play, "83207").await, create(&play, "83207").await);
    assert_ne!(one, two);
    let listed = list(&play, "83207").await;
    assert_eq!(listed.len(), 2);
    for it in &listed {
        assert_eq!(it["status"], "RECOVERY_STATUS_DRAFT");
        assert!(it["deployTime"].is_null() && it["remoteInAppUpdateData"].is_null());
    }
    assert_eq!(list(&play, "84012").await, Vec::<Value>::new());
    let history = play.client.sandbox.truth()["history"].clone();
    assert_eq!(history, json!([]), "a draft changes nothing for anybody");
}

#[tokio::test(start_paused = true)]
async fn who_is_asked_updates_bit_by_bit_and_only_where_something_newer_is_handed_out() {
    let mut play = Play::new("calm").await;
    let id = create(&play, "83207").await;
    assert_eq!(act(&play, &id, "deploy").await.status, 200);
    let (all, at_once) = counts(&play, "83207").await;
    assert!(all > 0 && at_once == 0, "{all} {at_once}");
    pass_hours(&mut play, 1).await;
    let (_, after_an_hour) = counts(&play, "83207").await;
    pass_hours(&mut play, 1).await;
    let (_, after_two) = counts(&play, "83207").await;
    assert!(0 < after_an_hour && after_an_hour < after_two && after_two < all);
    // 8.4.0 reaches a fifth of them: never more than that can update.
    pass_hours(&mut play, 30 * 24).await;
    let (_, at_last) = counts(&play, "83207").await;
    assert!(at_last <= all / 5, "{at_last} of {all}");

    let newest = create(&play, "84012").await;
    assert_eq!(act(&play, &newest, "deploy").await.status, 200);
    pass_hours(&mut play, 24).await;
    let (all, recovered) = counts(&play, "84012").await;
    assert!(all > 0 && recovered == 0, "nothing newer is handed out");
}

#[tokio::test(start_paused = true)]
async fn what_devices_need_is_made_before_the_draft_or_after_the_deploy() {
    let play = Play::new("calm").await;
    let knobs = |drafts: bool| {
        play.client.control(
            "knobs",
            json!({"service": "google_play", "recovery_making_ms": 4_000, "recovery_makes_drafts": drafts}),
        );
    };
    let status = async |at: usize| list(&play, "83207").await[at]["status"].clone();
    knobs(false);
    let one = create(&play, "83207").await;
    assert_eq!(status(0).await, "RECOVERY_STATUS_DRAFT");
    assert_eq!(act(&play, &one, "deploy").await.status, 200);
    assert_eq!(status(0).await, "RECOVERY_STATUS_GENERATION_IN_PROGRESS");
    play.client.advance_s(4);
    assert_eq!(status(0).await, "RECOVERY_STATUS_ACTIVE");

    knobs(true);
    let two = create(&play, "83207").await;
    assert_eq!(status(1).await, "RECOVERY_STATUS_GENERATION_IN_PROGRESS");
    let early = act(&play, &two, "deploy").await;
    refused(&early, 400, "FAILED_PRECONDITION", "still being generated");
    play.client.advance_s(4);
    assert_eq!(status(1).await, "RECOVERY_STATUS_DRAFT");

    let fails = json!({"service": "google_play", "recovery_making_fails": true});
    play.client.control("knobs", fails);
    create(&play, "83207").await;
    assert_eq!(status(2).await, "RECOVERY_STATUS_GENERATION_FAILED");
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_is_refused_in_googles_envelope() {
    let play = Play::new("calm").await;
    let unknown = play.send("POST", PLACE, of("99999")).await;
    refused(
        &unknown,
        400,
        "INVALID_ARGUMENT",
        "is not a version code of this app",
    );
    let nothing = play
        .send(
            "POST",
            PLACE,
            json!({"targeting": of("83207")["targeting"]}),
        )
        .await;
    refused(
        &nothing,
        400,
        "INVALID_ARGUMENT",
        "recovery action must be specified",
    );
    let mut foreign = of("83207");
    foreign["targeting"]["everybody"] = json!(true);
    let foreign = play.send("POST", PLACE, foreign).await;
    refused(
        &foreign,
        400,
        "INVALID_ARGUMENT",
        "Unknown name \"everybody\"",
    );
    let all = play.send("GET", PLACE, Value::Null).await;
    refused(&all, 400, "INVALID_ARGUMENT", "version_code is required");
    refused(
        &act(&play, "7", "deploy").await,
        404,
        "NOT_FOUND",
        "not found",
    );

    let id = create(&play, "83207").await;
    assert_eq!(act(&play, &id, "deploy").await.status, 200);
    let again = act(&play, &id, "deploy").await;
    refused(&again, 400, "FAILED_PRECONDITION", "not in DRAFT");
    assert_eq!(act(&play, &id, "cancel").await.status, 200);
    let listed = list(&play, "83207").await;
    assert_eq!(listed[0]["status"], "RECOVERY_STATUS_CANCELED");
    assert_eq!(listed[0]["cancelTime"], listed[0]["lastUpdateTime"]);
    let again = act(&play, &id, "cancel").await;
    refused(&again, 400, "FAILED_PRECONDITION", "already been canceled");

    play.client.control(
        "knobs",
        json!({"service": "google_play", "recovery_app_bundle": false}),
    );
    let apk = play.send("POST", PLACE, of("83207")).await;
    refused(&apk, 400, "FAILED_PRECONDITION", "Android App Bundle");
    play.client.control(
        "knobs",
        json!({"service": "google_play", "may_release": false}),
    );
    let forbidden = play.send("POST", PLACE, of("83207")).await;
    refused(
        &forbidden,
        403,
        "PERMISSION_DENIED",
        "does not have permission",
    );
}

#[tokio::test(start_paused = true)]
async fn targeting_is_widened_only_along_what_it_began_with() {
    let play = Play::new("calm").await;
    let mut body = of("83207");
    body["targeting"] =
        json!({"versionList": {"versionCodes": ["83207"]}, "regions": {"regionCode": ["NO"]}});
    let made = play.send("POST", PLACE, body).await;
    let id = made.body["appRecoveryId"].as_str().unwrap();
    let path = format!("{PLACE}/{id}:addTargeting");
    let widen = async |update: Value| play.send("POST", &path, update).await;
    let more = json!({"targetingUpdate": {"regions": {"regionCode": ["SE", "NO"]}}});
    assert_eq!(widen(more).await.status, 200);
    let regions = list(&play, "83207").await[0]["targeting"]["regions"]["regionCode"].clone();
    assert_eq!(regions, json!(["NO", "SE"]));
    let other = widen(json!({"targetingUpdate": {"androidSdks": {"sdkLevels": ["34"]}}})).await;
    refused(
        &other,
        400,
        "INVALID_ARGUMENT",
        "Only criteria selected at creation",
    );
}

#[tokio::test(start_paused = true)]
async fn a_recovery_needs_no_edit_and_counts_as_a_request() {
    let play = Play::new("calm").await;
    let edit = play.insert().await;
    let id = create(&play, "83207").await;
    assert_eq!(act(&play, &id, "deploy").await.status, 200);
    let there = play
        .send("GET", &format!("/edits/{edit}"), Value::Null)
        .await;
    assert_eq!(there.status, 200, "the open edit lives on");
    play.client.control(
        "knobs",
        json!({"service": "google_play", "queries_per_minute_max": 0}),
    );
    let limited = play
        .send("GET", &format!("{PLACE}?versionCode=83207"), Value::Null)
        .await;
    refused(&limited, 429, "RESOURCE_EXHAUSTED", "Quota exceeded");
}

#[tokio::test(start_paused = true)]
async fn a_reply_that_is_lost_after_a_draft_leaves_the_draft() {
    let play = Play::new("calm").await;
    play.client.control(
        "fault",
        json!({"match": "POST /androidpublisher/v3/applications/com.northwind.wallet/appRecoveries", "fault": "lost_reply:close"}),
    );
    let path = format!("/androidpublisher/v3/applications/com.northwind.wallet{PLACE}");
    let body = of("83207").to_string();
    let lost = play
        .client
        .try_send("POST", &path, &play.token, &body)
        .await;
    assert!(lost.is_none(), "no answer came");
    assert_eq!(list(&play, "83207").await.len(), 1);
}
