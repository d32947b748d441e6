//! Google Play's traps on a track: fractions, halts, and what comes back by itself.

use serde_json::{Value, json};

use crate::play::{Play, refused, release};

#[tokio::test(start_paused = true)]
async fn a_halt_takes_effect_and_keeps_the_full_release() {
    let play = Play::new("calm").await;
    play.roll(json!([release("84012", "halted", Some(0.2))]))
        .await;
    let releases = play.read().await;
    assert_eq!(
        (&releases[0]["status"], &releases[0]["userFraction"]),
        (&json!("halted"), &json!(0.2))
    );
    assert_eq!(
        (&releases[1]["status"], &releases[1]["versionCodes"]),
        (&json!("completed"), &json!(["83207"]))
    );
    assert_eq!(play.truth()["tracks"]["production"]["status"], "halted");
    let history = play.client.sandbox.truth()["history"].clone();
    assert_eq!(
        (&history[0]["who"], &history[0]["target"]),
        (&json!("api"), &json!("tracks/production"))
    );
}

#[tokio::test(start_paused = true)]
async fn fractions_follow_the_status() {
    let cases = [
        (
            release("84012", "inProgress", Some(1.0)),
            "greater than 0 and less than 1",
        ),
        (
            release("84012", "inProgress", Some(0.0)),
            "greater than 0 and less than 1",
        ),
        (
            release("84012", "inProgress", None),
            "release must have fraction",
        ),
        (
            release("84012", "completed", Some(0.5)),
            "COMPLETED release must not have fraction",
        ),
        (
            release("84012", "draft", Some(0.5)),
            "DRAFT release must not have fraction",
        ),
        (
            release("84012", "halted", None),
            "HALTED release must have fraction",
        ),
        (
            release("83207", "halted", Some(0.5)),
            "HALTED release must not have fraction",
        ),
        (
            release("84012", "inProgress", Some(0.1)),
            "cannot be decreased",
        ),
        (
            release("83207", "inProgress", Some(0.5)),
            "Fully released can not be staged",
        ),
    ];
    for (wanted, message) in cases {
        let play = Play::new("calm").await;
        let edit = play.insert().await;
        refused(
            &play.put(&edit, json!([wanted])).await,
            400,
            "INVALID_ARGUMENT",
            message,
        );
        assert_eq!(
            play.send("GET", &format!("/edits/{edit}"), Value::Null)
                .await
                .status,
            200,
            "the edit lives on"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_halt_without_fraction_keeps_it_where_the_server_is_lenient() {
    let play = Play::new("calm").await;
    play.client.knob("google_play", "lenient_halt", json!(true));
    let edit = play.insert().await;
    let answer = play
        .put(&edit, json!([release("84012", "halted", None)]))
        .await;
    assert_eq!(answer.body["releases"][0]["userFraction"], 0.2);
}

#[tokio::test(start_paused = true)]
async fn a_resume_may_set_any_fraction() {
    let play = Play::new("calm").await;
    play.roll(json!([release("84012", "halted", Some(0.2))]))
        .await;
    play.roll(json!([release("84012", "inProgress", Some(0.05))]))
        .await;
    assert_eq!(play.truth()["tracks"]["production"]["user_fraction"], 0.05);
}

#[tokio::test(start_paused = true)]
async fn a_halted_full_release_brings_the_one_before_back() {
    let play = Play::new("calm").await;
    play.roll(json!([release("84012", "completed", None)]))
        .await;
    assert_eq!(play.read().await.as_array().unwrap().len(), 1);
    play.roll(json!([release("84012", "halted", None)])).await;
    let releases = play.read().await;
    assert_eq!(
        (&releases[0]["versionCodes"], &releases[0]["status"]),
        (&json!(["84012"]), &json!("halted"))
    );
    assert_eq!(
        (&releases[1]["versionCodes"], &releases[1]["status"]),
        (&json!(["83207"]), &json!("completed"))
    );
    let edit = play.insert().await;
    let fallback = play
        .put(&edit, json!([release("83207", "halted", None)]))
        .await;
    refused(&fallback, 400, "FAILED_PRECONDITION", "serving fallback");
    play.roll(json!([release("84012", "completed", None)]))
        .await;
    assert_eq!(play.read().await.as_array().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_internal_track_cannot_be_halted() {
    let play = Play::new("calm").await;
    let edit = play.insert().await;
    let answer = play
        .put_on(&edit, "internal", json!([release("84103", "halted", None)]))
        .await;
    refused(&answer, 400, "FAILED_PRECONDITION", "internal");
}

#[tokio::test(start_paused = true)]
async fn the_first_release_of_a_track_cannot_be_staged() {
    let play = Play::new("calm").await;
    let edit = play.insert().await;
    let answer = play
        .put_on(
            &edit,
            "beta",
            json!([release("84103", "inProgress", Some(0.1))]),
        )
        .await;
    refused(
        &answer,
        400,
        "INVALID_ARGUMENT",
        "The first release on a track cannot be staged",
    );
}

#[tokio::test(start_paused = true)]
async fn a_draft_app_takes_only_drafts() {
    let play = Play::new("calm").await;
    play.client.knob("google_play", "draft_app", json!(true));
    let edit = play.insert().await;
    let answer = play
        .put(&edit, json!([release("84012", "completed", None)]))
        .await;
    refused(
        &answer,
        400,
        "INVALID_ARGUMENT",
        "Only releases with status draft may be created on draft app.",
    );
}

#[tokio::test(start_paused = true)]
async fn an_empty_list_does_not_clear_a_track() {
    let play = Play::new("calm").await;
    play.roll(json!([])).await;
    let releases = play.read().await;
    assert_eq!(
        (&releases[0]["status"], &releases[0]["userFraction"]),
        (&json!("halted"), &json!(0.2))
    );
}

#[tokio::test(start_paused = true)]
async fn a_newer_staged_release_replaces_the_unfinished_one() {
    let play = Play::new("calm").await;
    play.roll(json!([release("84103", "inProgress", Some(0.01))]))
        .await;
    let codes: Vec<Value> = play
        .read()
        .await
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["versionCodes"][0].clone())
        .collect();
    assert_eq!(codes, [json!("84103"), json!("83207")]);
}

#[tokio::test(start_paused = true)]
async fn a_patch_without_releases_leaves_them() {
    let play = Play::new("calm").await;
    let edit = play.insert().await;
    let path = format!("/edits/{edit}/tracks/production");
    let answer = play.send("PATCH", &path, json!({})).await;
    assert_eq!(answer.body["releases"][0]["status"], "inProgress");
    let answer = play.send("PUT", &path, json!({})).await;
    assert_eq!(answer.body["releases"][0]["status"], "halted");
}

#[tokio::test(start_paused = true)]
async fn the_console_keeps_to_the_same_rules() {
    let play = Play::new("calm").await;
    let lower = json!({"service": "google_play", "action": "raise", "fraction": 0.1});
    let (status, answer) = play
        .client
        .sandbox
        .control("POST", "/_sandbox/console", &lower);
    assert_eq!(
        (status, &answer["error"]),
        (400, &json!("Rollout fraction cannot be decreased."))
    );
    play.console(json!({"action": "complete"}));
    play.console(json!({"action": "halt"}));
    let releases = play.read().await;
    assert_eq!(
        (&releases[0]["status"], &releases[1]["versionCodes"]),
        (&json!("halted"), &json!(["83207"]))
    );
    play.console(json!({"action": "resume"}));
    assert_eq!(play.read().await.as_array().unwrap().len(), 1);
}
