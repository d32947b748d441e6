//! Stops under the sandbox's named scenarios. Must not know the engine.

use serde_json::json;

use crate::workspace::{Workspace, all, outcomes};

#[tokio::test]
async fn a_rollout_that_was_raised_meanwhile_is_stopped_all_the_same() {
    let workspace = Workspace::on("console-moved", 0).await;
    let press = workspace.run_stop().await.exits(0).json();
    assert_eq!(outcomes(&press), all("confirmed"));
    workspace.is_stopped().await;
    assert_eq!(workspace.asked(":commit").await, 1);
}

#[tokio::test]
async fn a_lost_answer_is_read_back_and_not_sent_again() {
    let workspace = Workspace::on("commit-ambiguous", 0).await;
    let press = workspace.run_stop().await.exits(0).json();
    assert_eq!(outcomes(&press), all("confirmed"));
    workspace.is_stopped().await;
    for write in [":commit", "PATCH ", "/production/off"] {
        assert_eq!(workspace.asked(write).await, 1, "{write}");
    }
}

#[tokio::test]
async fn offline_a_stop_is_queued_and_sent_later() {
    let workspace = Workspace::on("calm", 0).await;
    workspace.run(&["status"]).await.exits(0);
    workspace.offline(true).await;
    let press = workspace.run_stop().await.exits(3).json();
    assert_eq!(outcomes(&press), all("queued"));
    for target in press["targets"].as_array().unwrap() {
        let sentence = target["sentence"].as_str().unwrap();
        assert!(sentence.contains("Queued: not in effect"), "{sentence}");
    }
    let status = workspace
        .run(&["status", "--json", "--offline"])
        .await
        .exits(0)
        .json();
    assert_eq!(status["queued"].as_array().unwrap().len(), 3);
    let resume = [
        "resume",
        "--target",
        crate::workspace::PLAY,
        "--reason",
        "x",
    ];
    workspace.run(&resume).await.exits(1);
    workspace.offline(false).await;
    workspace.finished().await;
    workspace.is_stopped().await;
    for write in [":commit", "PATCH ", "/production/off"] {
        assert_eq!(workspace.asked(write).await, 1, "{write}");
    }
}

#[tokio::test]
async fn a_slow_service_has_an_honest_verdict_and_is_followed_up() {
    let workspace = Workspace::on("calm", 0).await;
    workspace.tell("scenario", json!({"name": "slow"})).await;
    let ran = workspace.run_stop().await;
    assert!([0, 3].contains(&ran.code), "{ran:?}");
    for (target, outcome) in outcomes(&ran.json()) {
        assert!(
            ["confirmed", "unknown", "queued"].contains(&outcome),
            "{target}: {outcome}"
        );
    }
    workspace.tell("scenario", json!({"name": "calm"})).await;
    workspace.finished().await;
    workspace.is_stopped().await;
}
