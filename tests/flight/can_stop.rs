//! "Can I stop right now?" as a person asks it at a terminal. Must not know the engine.

use serde_json::{Value, json};

use crate::workspace::{FLAG, IOS, PLAY, Workspace};

fn of<'a>(status: &'a Value, target: &str) -> &'a Value {
    let targets = status["can_stop"]["targets"].as_array().unwrap();
    targets.iter().find(|it| it["target"] == target).unwrap()
}

#[tokio::test]
async fn it_is_proven_when_it_is_asked_for_and_nothing_is_changed() {
    let workspace = Workspace::on("calm", 0).await;
    let before = workspace.run(&["status", "--json"]).await.exits(0).json();
    assert_eq!(before["can_stop"]["state"], "not_proven");
    assert_eq!(of(&before, PLAY)["proven_at"], Value::Null);
    let truth = workspace.truth().await;
    let rehearsed = ["status", "--rehearse", "--json"];
    let status = workspace.run(&rehearsed).await.exits(0).json();
    assert_eq!(of(&status, PLAY)["state"], "can_stop");
    assert_eq!(of(&status, PLAY)["covers"], "Stores · Android");
    assert_eq!(of(&status, FLAG)["state"], "can_stop");
    // Apple has no dry run, and that is said.
    assert_eq!(of(&status, IOS)["state"], "not_proven");
    assert_eq!(workspace.truth().await, truth);

    // What was shown is kept with its age, and looks at nothing.
    let kept = ["status", "--offline", "--json"];
    let later = workspace.run(&kept).await.exits(0).json();
    assert_eq!(
        of(&later, PLAY)["proven_at"],
        of(&status, PLAY)["proven_at"]
    );
}

#[tokio::test]
async fn a_permission_that_is_missing_is_named_before_the_stop() {
    let workspace = Workspace::on("calm", 0).await;
    let looks = json!({"service": "google_play", "may_release": false});
    workspace.tell("knobs", looks).await;
    let rehearsed = ["status", "--rehearse", "--json"];
    let status = workspace.run(&rehearsed).await.exits(0).json();
    assert_eq!(status["can_stop"]["state"], "cannot");
    let play = of(&status, PLAY);
    let missing = play["missing"].as_str().unwrap();
    assert!(missing.starts_with("Release to production"), "{play}");
    assert!(play["hint"].is_string(), "{play}");
}
