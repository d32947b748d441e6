//! Google Play's traps around edits: what kills them, quotas, reviews, what a commit drags along.

use serde_json::{Value, json};

use crate::play::{Play, refused, release};

#[tokio::test(start_paused = true)]
async fn another_insert_deletes_the_open_edit() {
    let play = Play::new("calm").await;
    let first = play.insert().await;
    play.client.advance_s(2);
    let second = play.insert().await;
    assert_ne!(first, second);
    let answer = play
        .send("GET", &format!("/edits/{first}"), Value::Null)
        .await;
    refused(
        &answer,
        400,
        "FAILED_PRECONDITION",
        "This Edit has been deleted.",
    );
}

#[tokio::test(start_paused = true)]
async fn two_inserts_within_a_second_give_the_same_edit() {
    let play = Play::new("calm").await;
    assert_eq!(play.insert().await, play.insert().await);
}

#[tokio::test(start_paused = true)]
async fn a_console_change_deletes_the_open_edit() {
    for action in [
        json!({"action": "raise", "fraction": 0.5}),
        json!({"action": "change"}),
        json!({"action": "halt"}),
    ] {
        let play = Play::new("calm").await;
        let edit = play.insert().await;
        play.console(action);
        refused(
            &play.commit(&edit, "").await,
            400,
            "FAILED_PRECONDITION",
            "This Edit has been deleted.",
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_edit_expires() {
    let play = Play::new("calm").await;
    play.client
        .knob("google_play", "edit_lifetime_s", json!(60));
    let edit = play.insert().await;
    play.client.advance_s(61);
    refused(
        &play.commit(&edit, "").await,
        400,
        "FAILED_PRECONDITION",
        "This edit has expired",
    );
}

#[tokio::test(start_paused = true)]
async fn a_second_commit_is_refused() {
    let play = Play::new("calm").await;
    let edit = play.insert().await;
    assert_eq!(play.commit(&edit, "").await.status, 200);
    refused(
        &play.commit(&edit, "").await,
        400,
        "FAILED_PRECONDITION",
        "already been successfully committed",
    );
}

#[tokio::test(start_paused = true)]
async fn a_deleted_edit_is_gone() {
    let play = Play::new("calm").await;
    let edit = play.insert().await;
    let answer = play
        .send("DELETE", &format!("/edits/{edit}"), Value::Null)
        .await;
    assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    refused(
        &play.commit(&edit, "").await,
        400,
        "FAILED_PRECONDITION",
        "This Edit has been deleted.",
    );
}

#[tokio::test(start_paused = true)]
async fn edits_are_a_daily_quota() {
    let play = Play::new("calm").await;
    play.client.knob("google_play", "daily_edits_max", json!(1));
    play.insert().await;
    play.client.advance_s(2);
    let answer = play.send("POST", "/edits", json!({})).await;
    refused(
        &answer,
        403,
        "PERMISSION_DENIED",
        "Invalid request - Daily edit creation quota exceeded",
    );
    let summaries = play
        .send("GET", "/tracks/production/releases", Value::Null)
        .await;
    assert_eq!(summaries.status, 200, "reading the summaries costs no edit");
    assert_eq!(
        summaries.body["releases"][0]["activeArtifacts"][0]["versionCode"],
        84_012
    );
}

#[tokio::test(start_paused = true)]
async fn queries_are_a_quota_per_minute() {
    let play = Play::new("calm").await;
    play.client
        .knob("google_play", "queries_per_minute_max", json!(1));
    play.insert().await;
    let answer = play
        .send("GET", "/tracks/production/releases", Value::Null)
        .await;
    refused(&answer, 429, "RESOURCE_EXHAUSTED", "Quota exceeded");
    play.client.advance_s(60);
    play.insert().await;
}

#[tokio::test(start_paused = true)]
async fn the_review_parameter_is_required_or_forbidden_by_server_state() {
    let play = Play::new("calm").await;
    let edit = play.insert().await;
    play.put(&edit, json!([release("84012", "halted", Some(0.2))]))
        .await;
    for query in [
        "?changesNotSentForReview=true",
        "?changesNotSentForReview=false",
    ] {
        refused(
            &play.commit(&edit, query).await,
            400,
            "INVALID_ARGUMENT",
            "must not be set",
        );
    }
    play.console(json!({"action": "manual_send", "on": true}));
    refused(
        &play.commit(&edit, "").await,
        400,
        "INVALID_ARGUMENT",
        "Changes cannot be sent for review automatically.",
    );
    assert_eq!(
        play.commit(&edit, "?changesNotSentForReview=true")
            .await
            .status,
        200
    );
    assert_eq!(
        play.truth()["tracks"]["production"]["status"],
        "inProgress",
        "not in effect yet"
    );
    assert_eq!(
        play.read().await[0]["status"],
        "halted",
        "although an edit already shows it"
    );
    let summaries = play
        .send("GET", "/tracks/production/releases", Value::Null)
        .await;
    assert_eq!(
        summaries.body["releases"][0]["releaseLifecycleState"],
        "RELEASE_LIFECYCLE_STATE_NOT_SENT_FOR_REVIEW",
    );
    play.console(json!({"action": "send_for_review"}));
    assert_eq!(play.truth()["tracks"]["production"]["status"], "halted");
}

#[tokio::test(start_paused = true)]
async fn validate_does_not_know_the_review_parameter() {
    let play = Play::new("calm").await;
    let edit = play.insert().await;
    assert_eq!(
        play.send("POST", &format!("/edits/{edit}:validate"), Value::Null)
            .await
            .status,
        200
    );
    let answer = play
        .send(
            "POST",
            &format!("/edits/{edit}:validate?changesNotSentForReview=true"),
            Value::Null,
        )
        .await;
    refused(
        &answer,
        400,
        "INVALID_ARGUMENT",
        "Cannot bind query parameter",
    );
}

#[tokio::test(start_paused = true)]
async fn a_commit_cancels_a_running_review_unless_told_not_to() {
    let play = Play::new("calm").await;
    play.console(json!({"action": "start_review"}));
    let edit = play.insert().await;
    let answer = play
        .commit(&edit, "?changesInReviewBehavior=ERROR_IF_IN_REVIEW")
        .await;
    refused(&answer, 400, "FAILED_PRECONDITION", "already in review");
    assert_eq!(
        answer.body["error"]["details"][0]["reason"],
        "CHANGES_ALREADY_IN_REVIEW"
    );
    assert_eq!(
        play.commit(&edit, "").await.status,
        200,
        "the edit was still valid"
    );
    let history = play.client.sandbox.truth()["history"].clone();
    assert_eq!(
        history.as_array().unwrap().last().unwrap()["target"],
        "review_restarted"
    );
}

#[tokio::test(start_paused = true)]
async fn a_commit_sends_pending_console_changes_along() {
    let play = Play::new("calm").await;
    play.console(json!({"action": "change", "what": "Data safety form"}));
    assert_eq!(
        play.truth()["pending_console_changes"],
        json!(["Data safety form"])
    );
    play.roll(json!([release("84012", "halted", Some(0.2))]))
        .await;
    assert_eq!(play.truth()["pending_console_changes"], json!([]));
    assert_eq!(play.truth()["in_review"], json!(["Data safety form"]));
}

#[tokio::test(start_paused = true)]
async fn console_moved_raises_after_the_first_look() {
    let play = Play::new("console-moved").await;
    let edit = play.insert().await;
    let path = format!("/edits/{edit}/tracks/production");
    let seen = play.send("GET", &path, Value::Null).await;
    assert_eq!(seen.body["releases"][0]["userFraction"], 0.2);
    let put = play
        .put(&edit, json!([release("84012", "halted", Some(0.2))]))
        .await;
    refused(
        &put,
        400,
        "FAILED_PRECONDITION",
        "This Edit has been deleted.",
    );
    assert_eq!(play.read().await[0]["userFraction"], 0.5);
    assert_eq!(play.client.sandbox.truth()["history"][0]["who"], "console");
}

#[tokio::test(start_paused = true)]
async fn unknown_things_are_named() {
    let play = Play::new("calm").await;
    let edit = play.insert().await;
    let track = play
        .send("GET", &format!("/edits/{edit}/tracks/nowhere"), Value::Null)
        .await;
    refused(&track, 404, "NOT_FOUND", "Track not found.");
    let other = play
        .client
        .send(
            "POST",
            "/androidpublisher/v3/applications/com.x/edits",
            &play.token,
            &json!({}),
        )
        .await;
    refused(&other, 404, "NOT_FOUND", "Package not found: com.x.");
    let field = play
        .put(
            &edit,
            json!([{"versionCodes": ["84012"], "status": "halted", "fraction": 0.2}]),
        )
        .await;
    refused(&field, 400, "INVALID_ARGUMENT", "Unknown name \"fraction\"");
    let list = play
        .send(
            "GET",
            &format!("/edits/{edit}/tracks?alt=json&prettyPrint=true&fields=tracks"),
            Value::Null,
        )
        .await;
    assert_eq!(list.body["tracks"].as_array().unwrap().len(), 4);
    assert!(
        list.body["tracks"][0].get("releases").is_none(),
        "tracks without releases are listed"
    );
    play.client.knob("google_play", "permitted", json!(false));
    let denied = play.send("POST", "/edits", json!({})).await;
    refused(
        &denied,
        403,
        "PERMISSION_DENIED",
        "The caller does not have permission",
    );
}
