//! People who have a stopped version are asked to update, at the command line. Must not know the
//! engine.

use serde_json::json;

use crate::workspace::{Workspace, outcomes};

const RECOVERY: &str = "google_play:com.northwind.wallet/recovery/84012/8.4.0";

async fn statuses(workspace: &Workspace) -> Vec<String> {
    let truth = workspace.sandbox("truth").await;
    let all = truth["google_play"]["recoveries"]
        .as_array()
        .unwrap()
        .clone();
    all.iter()
        .map(|it| it["status"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn people_are_asked_to_update_by_an_act_of_its_own() {
    let workspace = Workspace::on("calm", 0).await;
    let press = workspace.run_stop().await.exits(0).json();
    let left_out = press["not_covered"].to_string();
    assert!(
        left_out.contains("does not reach people who have 8.4.0 already"),
        "{left_out}"
    );
    assert!(
        outcomes(&press)
            .iter()
            .all(|(target, _)| *target != RECOVERY)
    );
    let ask = [
        "recover",
        "--app",
        "com.northwind.wallet",
        "--version",
        "8.4.0",
        "--reason",
        "It crashes",
        "--json",
    ];
    workspace
        .run(&ask)
        .await
        .exits(1)
        .says("nothing to update to");
    assert_eq!(
        workspace
            .asked("POST /androidpublisher/v3/applications/com.northwind.wallet/appRecoveries")
            .await,
        0
    );

    let released = json!({"service": "google_play", "action": "release"});
    workspace.tell("console", released).await;
    let press = workspace.run(&ask).await.exits(3).json();
    assert_eq!(outcomes(&press), [(RECOVERY, "waiting")]);
    assert_eq!(statuses(&workspace).await, Vec::<String>::new());
    let intent = press["targets"][0]["intent"].as_str().unwrap().to_owned();
    let press = workspace
        .run(&["approve", "--intent", &intent, "--json"])
        .await
        .exits(0)
        .json();
    assert_eq!(outcomes(&press), [(RECOVERY, "confirmed")]);
    assert_eq!(statuses(&workspace).await, ["RECOVERY_STATUS_ACTIVE"]);
    workspace.run(&ask).await.exits(1).says("asked already");

    let cancel = [
        "recover",
        "--version",
        "8.4.0",
        "--cancel",
        "--reason",
        "8.4.1 crashes too",
        "--json",
    ];
    let press = workspace.run(&cancel).await.exits(3).json();
    let intent = press["targets"][0]["intent"].as_str().unwrap().to_owned();
    workspace
        .run(&["approve", "--intent", &intent])
        .await
        .exits(0);
    assert_eq!(statuses(&workspace).await, ["RECOVERY_STATUS_CANCELED"]);
    workspace.run(&["verify"]).await.exits(0);
}

#[tokio::test]
async fn a_version_that_was_never_seen_is_named_and_nothing_is_asked_for() {
    let workspace = Workspace::on("calm", 0).await;
    let unknown = ["recover", "--version", "1.0.0", "--reason", "Old"];
    workspace
        .run(&unknown)
        .await
        .exits(1)
        .says("was never seen");
    let elsewhere = [
        "recover",
        "--app",
        "Other",
        "--version",
        "8.4.0",
        "--reason",
        "Old",
    ];
    workspace
        .run(&elsewhere)
        .await
        .exits(1)
        .says("There is no app 'Other' here");
}
