//! What one target offers beside a stop, asked for by a command. Must not know the engine.

use serde_json::{Value, json};

use crate::workspace::{IOS, PLAY, Workspace, outcomes};

/// What a target offers now, and what is in the way of each.
async fn offered(workspace: &Workspace, target: &str) -> Vec<(String, bool)> {
    let list = ["change", "--target", target, "--json"];
    let document = workspace.run(&list).await.exits(0).json();
    let acts = document["acts"].as_array().unwrap();
    let one = |it: &Value| {
        (
            it["act"].as_str().unwrap().to_owned(),
            it["why_not"].is_null(),
        )
    };
    acts.iter().map(one).collect()
}

fn has(acts: &[(String, bool)], act: &str) -> bool {
    acts.contains(&(act.to_owned(), true))
}

#[tokio::test]
async fn an_approved_version_is_released_after_an_approval() {
    let workspace = Workspace::on("calm", 0).await;
    assert!(!has(&offered(&workspace, IOS).await, "release"));
    let refused = ["change", "--target", IOS, "release", "--reason", "The fix"];
    let ran = workspace.run(&refused).await.exits(2);
    ran.says("offers no release now").says("It offers: stop,");

    let approved = json!({"service": "app_store", "action": "approve_new_version"});
    workspace.tell("console", approved).await;
    assert!(has(&offered(&workspace, IOS).await, "release"));
    let silent = ["change", "--target", IOS, "release"];
    workspace.run(&silent).await.exits(2).says("Say why");
    let release = [&refused[..], &["--json"]].concat();
    let press = workspace.run(&release).await.exits(3).json();
    assert_eq!(outcomes(&press), [(IOS, "waiting")]);
    let press = press["intent"].as_str().unwrap();
    let approve = ["approve", "--press", press, "--json"];
    let press = workspace.run(&approve).await.exits(0).json();
    assert_eq!(outcomes(&press), [(IOS, "confirmed")]);
}

#[tokio::test]
async fn an_earlier_update_is_published_once_more() {
    let workspace = Workspace::on("all-stores", 0).await;
    let status = workspace.run(&["status", "--json"]).await.exits(0).json();
    let releases = status["apps"][0]["releases"].as_array().unwrap();
    let target = releases
        .iter()
        .map(|it| it["target"].as_str().unwrap())
        .find(|it| it.starts_with("eas_update:"))
        .unwrap();
    let offers = offered(&workspace, target).await;
    assert!(has(&offers, "roll-back") && has(&offers, "roll-back-to-build"));
    let back = [
        "change",
        "--target",
        target,
        "roll-back",
        "--reason",
        "Crashes at start",
    ];
    let press = workspace.run(&[&back[..], &["--json"]].concat()).await;
    let press = press.exits(3).json();
    let intent = press["targets"][0]["intent"].as_str().unwrap();
    let approve = ["approve", "--intent", intent, "--json"];
    let press = workspace.run(&approve).await.exits(0).json();
    assert_eq!(outcomes(&press), [(target, "confirmed")]);
}

#[tokio::test]
async fn a_share_is_set_and_goes_to_no_other_act() {
    let workspace = Workspace::on("calm", 0).await;
    let wider = [
        "change",
        "--target",
        PLAY,
        "set-fraction",
        "--reason",
        "Calm so far",
    ];
    let unsaid = workspace.run(&wider).await.exits(2);
    unsaid.says("Say how many people get it with --fraction");
    let beyond = [&wider[..], &["--fraction", "1.5"]].concat();
    workspace
        .run(&beyond)
        .await
        .exits(2)
        .says("above 0 and below 1");
    let stop = [
        "change",
        "--target",
        PLAY,
        "stop",
        "--fraction",
        "0.5",
        "--reason",
        "No",
    ];
    workspace
        .run(&stop)
        .await
        .exits(2)
        .says("takes no --fraction");
    let half = [&wider[..], &["--fraction", "0.5", "--json"]].concat();
    let press = workspace.run(&half).await.exits(3).json();
    assert_eq!(outcomes(&press), [(PLAY, "waiting")]);
    let nowhere = ["change", "--target", "google_play:none"];
    workspace
        .run(&nowhere)
        .await
        .exits(2)
        .says("no target google_play:none");
}
