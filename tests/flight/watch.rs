//! `cockpit watch` as a person at a terminal or a supervisor uses it. Must not know the engine.

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout};

use crate::workspace::Workspace;

/// A watch that runs.
struct Watch {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Watch {
    fn of(workspace: &Workspace) -> Watch {
        let mut child = workspace.command(&["watch", "--json"]).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Watch { child, lines }
    }

    /// The next line that tells of this change.
    async fn next(&mut self, change: &str) -> Value {
        let mut seen = Vec::new();
        while let Some(line) = self.lines.next_line().await.unwrap() {
            let document: Value = serde_json::from_str(&line).unwrap();
            if document["change"] == change {
                return document;
            }
            seen.push(line);
        }
        panic!("it ended without {change}: {seen:?}");
    }

    /// Ends it as Ctrl-C does; how it exited.
    #[cfg(unix)]
    async fn interrupt(mut self) -> Option<i32> {
        let id = self.child.id().unwrap().to_string();
        let sent = tokio::process::Command::new("kill")
            .args(["-INT", &id])
            .status()
            .await;
        assert!(sent.unwrap().success());
        self.child.wait().await.unwrap().code()
    }
}

#[cfg(unix)]
#[tokio::test]
async fn what_undoes_a_stop_is_told_and_ctrl_c_is_no_failure() {
    let workspace = Workspace::on("calm", 0).await;
    workspace.run_stop().await.exits(0);
    let resume = json!({
        "service": "google_play", "action": "resume", "fraction": 0.5, "track": "production"
    });
    workspace.tell("console", resume).await;
    let mut watch = Watch::of(&workspace);
    let first = watch.next("watching").await;
    let drift = match first["drifts"].as_array().unwrap().first() {
        Some(standing) => standing.clone(),
        None => watch.next("drift").await["reason"].clone(),
    };
    assert!(drift.as_str().is_some_and(|it| !it.is_empty()), "{drift}");
    assert_eq!(watch.interrupt().await, Some(0));
}

#[tokio::test]
async fn a_queued_stop_is_carried_out_while_it_watches() {
    let workspace = Workspace::on("calm", 0).await;
    workspace.run(&["status"]).await.exits(0);
    workspace.offline(true).await;
    workspace.run_stop().await.exits(3);
    let mut watch = Watch::of(&workspace);
    assert_eq!(watch.next("watching").await["queued"], 3);
    workspace.offline(false).await;
    for _ in 0..3 {
        let outcome = watch.next("outcome").await;
        assert!(
            outcome["decision"].as_str().unwrap().starts_with("Effect "),
            "{outcome}"
        );
    }
    workspace.is_stopped().await;
}

#[tokio::test]
async fn it_ends_by_itself_when_nothing_is_under_way() {
    let workspace = Workspace::on("crash-spike", 0).await;
    let ran = workspace
        .run(&["watch", "--json", "--until-idle"])
        .await
        .exits(0);
    let lines: Vec<Value> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["change"], "watching");
    let breaches = lines.iter().filter(|it| it["change"] == "breach").count();
    let standing = lines[0]["breaches"].as_array().unwrap().len();
    assert_eq!(breaches + standing, 2, "{lines:?}");
    // Again, and for a time: what was told is told once.
    let ran = workspace
        .run(&["watch", "--json", "--for", "0"])
        .await
        .exits(0);
    assert_eq!(ran.out.lines().count(), 1, "{ran:?}");
    let first: Value = serde_json::from_str(ran.out.trim()).unwrap();
    assert_eq!(first["breaches"].as_array().unwrap().len(), 2);
    assert_eq!(first["queued"], json!(0));
}
