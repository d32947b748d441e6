//! How commands end: 0 as asked, 1 refused, 2 usage, 3 not in effect; and what they say then.
//! Must not know the engine.

use serde_json::json;

use crate::cli;
use crate::workspace::{FLAG, Workspace, outcomes};

#[tokio::test]
async fn what_is_asked_wrongly_is_usage() {
    cli::run(cli::command(&[])).await.exits(2);
    cli::run(cli::command(&["stop"])).await.exits(2);
    let nowhere = ["status", "--workspace", "/nonexistent/workspace"];
    cli::run(cli::command(&nowhere))
        .await
        .exits(2)
        .says("There is no workspace");
    let workspace = Workspace::on("calm", 0).await;
    let empty = ["stop", "--reason", " ", "--json"];
    let ran = workspace
        .run(&empty)
        .await
        .exits(2)
        .says("A reason is needed");
    assert_eq!(ran.out, "");
    let beyond = [
        "resume",
        "--target",
        FLAG,
        "--reason",
        "x",
        "--fraction",
        "1.5",
    ];
    workspace
        .run(&beyond)
        .await
        .exits(2)
        .says("Nothing was changed");
    assert_eq!(workspace.asked("/off").await, 0);
}

#[tokio::test]
async fn what_is_not_there_is_refused_in_words() {
    let workspace = Workspace::on("calm", 0).await;
    let app = ["stop", "--app", "com.other", "--reason", "x"];
    workspace
        .run(&app)
        .await
        .exits(1)
        .says("There is no app 'com.other'");
    let version = ["stop", "--version", "1.0.0", "--reason", "x"];
    workspace
        .run(&version)
        .await
        .exits(1)
        .says("Nothing was changed");
    let flag = ["flag", "--flag", "no.such", "off", "--reason", "x"];
    workspace.run(&flag).await.exits(1).says("was not read yet");
    workspace.run(&["approve", "--intent", "00"]).await.exits(1);
    workspace
        .run(&["init", "--sandbox", &workspace.url])
        .await
        .exits(1)
        .says("already");
}

#[tokio::test]
async fn a_service_that_refuses_is_a_refusal() {
    let workspace = Workspace::on("calm", 0).await;
    workspace
        .tell(
            "knobs",
            json!({"service": "unleash", "change_requests": true}),
        )
        .await;
    let flag = [
        "flag",
        "--flag",
        "wallet.instant_transfer",
        "off",
        "--reason",
        "x",
        "--json",
    ];
    let press = workspace.run(&flag).await.exits(1).json();
    let [(FLAG, outcome)] = outcomes(&press)[..] else {
        panic!("{press}");
    };
    assert!(["refused", "failed"].contains(&outcome), "{press}");
    let sentence = press["targets"][0]["sentence"].as_str().unwrap();
    assert!(sentence.contains("Nothing is in effect"), "{sentence}");
    assert!(workspace.truth().await.2);
}

#[tokio::test]
async fn the_passphrase_opens_and_nothing_else_does() {
    let workspace = Workspace::on("calm", 0).await;
    let mut wrong = workspace.command(&["status"]);
    wrong.env("COCKPIT_PASSPHRASE", "wrong");
    let said = "does not open with this passphrase";
    let ran = cli::run(wrong).await;
    assert!(ran.code == 1 && ran.err.contains(said), "{ran:?}");
    let mut none = workspace.command(&["status"]);
    none.env_remove("COCKPIT_PASSPHRASE");
    cli::run(none).await.exits(1).says("COCKPIT_PASSPHRASE");
    workspace.run(&["status"]).await.exits(0);
}

#[tokio::test]
async fn one_command_at_a_time_has_a_workspace() {
    let workspace = Workspace::on("calm", 0).await;
    let mut first = cli::halted_at("after-claim", workspace.stop()).await;
    let second = workspace.run(&["status"]).await.exits(1);
    second
        .says("open in another window or command")
        .says("Close the other one");
    first.kill().await.unwrap();
    workspace.run(&["status"]).await.exits(0);
}
