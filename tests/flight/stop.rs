//! A stop as a person makes it. Must not know the engine.

use cockpit_tests::critical_path;
use serde_json::Value;

use crate::workspace::{FLAG, IOS, PLAY, Workspace, all, outcomes};

#[tokio::test]
async fn a_stop_names_what_it_does_not_reach() {
    let workspace = Workspace::on("all-stores", 0).await;
    let press = workspace.run_stop().await.exits(0).json();
    let lines = press["not_covered"].as_array().unwrap();
    let names = |what: &str| {
        let mut texts = lines.iter().map(|it| it.as_str().unwrap());
        texts.any(|it| it.starts_with(what))
    };
    assert!(names("Samsung Galaxy Store · 8.4.0: "), "{lines:?}");
    let only = ["stop", "--target", PLAY, "--reason", "again", "--json"];
    let workspace = Workspace::on("calm", 0).await;
    let press = workspace.run(&only).await.exits(0).json();
    let left_out = press["not_covered"].to_string();
    assert!(
        left_out.contains("App Store") && left_out.contains("left out by --target"),
        "{left_out}"
    );
}

#[tokio::test]
async fn a_stop_is_confirmed_by_what_was_read_back() {
    let workspace = Workspace::on("crash-spike", 100).await;
    let status = workspace.run(&["status", "--json"]).await.exits(0).json();
    assert_eq!(status["apps"][0]["breaches"].as_array().unwrap().len(), 2);
    let ran = workspace.run_stop().await.exits(0);
    let press = ran.json();
    assert_eq!(outcomes(&press), all("confirmed"));
    let after = |target: &str| -> Value {
        let targets = press["targets"].as_array().unwrap();
        let it = targets.iter().find(|it| it["target"] == target).unwrap();
        assert!(it["ms"].is_u64(), "{it}");
        it["after"].clone()
    };
    assert_eq!(after(PLAY), "halted at 20 %");
    assert_eq!(after(IOS), "paused, day 3");
    assert_eq!(after(FLAG), "off");
    workspace.is_stopped().await;

    // The flag was read back where client apps read it.
    let requests = workspace.requests().await;
    let off = requests
        .iter()
        .position(|it| it.contains("/production/off"));
    let read = "GET /api/client/features?namePrefix=wallet.instant_transfer";
    assert!(requests[off.unwrap()..].iter().any(|it| it == read));
    for write in [":commit", "PATCH ", "/production/off"] {
        assert_eq!(workspace.asked(write).await, 1, "{write}");
    }

    // The requests of the stop can be laid out one after another.
    let path = critical_path::of_stop(&workspace.sandbox("log").await).unwrap();
    assert!(
        path.critical_ms > 0.0 && path.critical_ms <= path.total_ms,
        "{path:?}"
    );

    workspace.run(&["verify", "--json"]).await.exits(0);
    let status = workspace
        .run(&["status", "--json", "--offline"])
        .await
        .exits(0)
        .json();
    assert_eq!(status["queued"], Value::Array(Vec::new()));
}

#[tokio::test]
async fn a_resume_waits_for_an_approval() {
    let workspace = Workspace::on("calm", 0).await;
    workspace.run_stop().await.exits(0);
    let resume = [
        "resume",
        "--target",
        PLAY,
        "--reason",
        "Fixed by the server",
        "--json",
    ];
    let press = workspace.run(&resume).await.exits(3).json();
    assert_eq!(outcomes(&press), [(PLAY, "waiting")]);
    workspace.is_stopped().await;
    let status = workspace.run(&["status", "--json"]).await.exits(0).json();
    let waiting = status["waiting"][0]["intent"].as_str().unwrap();
    let press = workspace
        .run(&["approve", "--intent", &waiting[..12], "--json"])
        .await
        .exits(0)
        .json();
    assert_eq!(outcomes(&press), [(PLAY, "confirmed")]);
    assert_eq!(workspace.truth().await.0, "inProgress");
    let again = ["approve", "--intent", waiting];
    workspace
        .run(&again)
        .await
        .exits(1)
        .says("Nothing that waits");
}

#[tokio::test]
async fn a_rejected_resume_stays_without_effect() {
    let workspace = Workspace::on("calm", 0).await;
    workspace.run_stop().await.exits(0);
    let resume = [
        "resume",
        "--target",
        IOS,
        "--reason",
        "Fixed by the server",
        "--json",
    ];
    let press = workspace.run(&resume).await.exits(3).json();
    let waiting = press["targets"][0]["intent"].as_str().unwrap();
    let reject = ["approve", "--intent", waiting, "--reject", "Not yet proven"];
    workspace.run(&reject).await.exits(0);
    workspace
        .run(&["approve", "--intent", waiting])
        .await
        .exits(1);
    workspace.is_stopped().await;
}

#[tokio::test]
async fn a_flag_goes_off_at_once_and_on_by_approval() {
    let workspace = Workspace::on("calm", 0).await;
    let flag = |to| {
        [
            "flag",
            "--flag",
            "wallet.instant_transfer",
            to,
            "--reason",
            "Drill",
            "--json",
        ]
    };
    let off = workspace.run(&flag("off")).await.exits(0).json();
    assert_eq!(outcomes(&off), [(FLAG, "confirmed")]);
    assert!(!workspace.truth().await.2);
    let on = workspace.run(&flag("on")).await.exits(3).json();
    assert_eq!(outcomes(&on), [(FLAG, "waiting")]);
    let intent = on["targets"][0]["intent"].as_str().unwrap();
    workspace
        .run(&["approve", "--intent", intent])
        .await
        .exits(0);
    assert!(workspace.truth().await.2);
}

#[tokio::test]
async fn the_log_is_searched_and_can_be_made_again() {
    let workspace = Workspace::on("calm", 0).await;
    workspace.run_stop().await.exits(0);
    let found = workspace
        .run(&["log", "--json", "--search", "Transfer"])
        .await
        .exits(0)
        .json();
    let found = found["entries"].as_array().unwrap();
    assert!(
        found
            .iter()
            .any(|it| it["reason"] == "Crash on opening Transfer"),
        "{found:?}"
    );
    let nothing = workspace
        .run(&["log", "--json", "--search", "zebra"])
        .await
        .exits(0);
    assert_eq!(nothing.json()["entries"], Value::Array(Vec::new()));
    let before = workspace.log().await;
    workspace.run(&["rebuild"]).await.exits(0);
    assert_eq!(workspace.log().await, before);
    workspace.run(&["verify"]).await.exits(0);
}
