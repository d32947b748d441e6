//! The process ends without a word at every named point of the executor, and goes on where it
//! was. Must not know the engine but for the names of its points.

use cockpit_engine::crash::POINTS;
use rusqlite::Connection;
use serde_json::Value;
use tokio::task::{JoinSet, LocalSet};

use crate::cli;
use crate::workspace::Workspace;

#[tokio::test]
async fn killed_at_any_point_an_effect_has_one_outcome() {
    let at_once = async {
        let mut points = JoinSet::new();
        for point in POINTS {
            points.spawn_local(killed_at(point));
        }
        while let Some(done) = points.join_next().await {
            done.expect("see the point's own words above");
        }
    };
    LocalSet::new().run_until(at_once).await;
}

async fn killed_at(point: &'static str) {
    let workspace = Workspace::on("calm", 0).await;
    let mut child = cli::halted_at(point, workspace.stop()).await;
    // SIGKILL: nothing is written after it.
    child.kill().await.unwrap();
    let taken = changes(&workspace).await;
    workspace.finished().await;
    let asked = intents(&workspace);
    if point == "before-record" {
        assert!(
            asked.is_empty() && taken.is_empty(),
            "{point}: {asked:?} {taken:?}"
        );
        assert_eq!(changes(&workspace).await.len(), 0, "{point}");
        return;
    }
    assert_eq!(asked.len(), 3, "{point}");
    for intent in &asked {
        assert_eq!(results(&workspace, intent), ["confirmed"], "{point}");
    }
    workspace.is_stopped().await;
    assert_eq!(changes(&workspace).await.len(), 3, "{point}");
    nothing_was_sent_twice(&workspace, point).await;
    workspace.run(&["verify"]).await.exits(0);
    // A second start finds nothing left to do.
    let requests = writes(&workspace).await.len();
    workspace.finished().await;
    assert_eq!(writes(&workspace).await.len(), requests, "{point}");
}

#[tokio::test]
async fn what_was_said_on_standard_output_is_in_the_ledger() {
    let workspace = Workspace::on("calm", 0).await;
    let mut child = workspace.stop().spawn().unwrap();
    cli::first_line(&mut child).await;
    child.kill().await.unwrap();
    let asked = intents(&workspace);
    assert_eq!(asked.len(), 3);
    for intent in &asked {
        assert_eq!(results(&workspace, intent), ["confirmed"]);
    }
    workspace.run(&["verify"]).await.exits(0);
}

/// What really changed by a request of ours.
async fn changes(workspace: &Workspace) -> Vec<Value> {
    let truth = workspace.sandbox("truth").await;
    let history = truth["history"].as_array().unwrap().clone();
    history
        .into_iter()
        .filter(|it| it["who"] == "api")
        .collect()
}

/// Requests that change something when they are taken: service and number in the log.
async fn writes(workspace: &Workspace) -> Vec<(String, u64)> {
    let log = workspace.sandbox("log").await;
    let lines = log["requests"].as_array().unwrap();
    let is_write = |line: &&Value| {
        let path = line["path"].as_str().unwrap();
        path.ends_with(":commit") || path.ends_with("/off") || line["method"] == "PATCH"
    };
    lines
        .iter()
        .filter(is_write)
        .map(|line| {
            let service = line["service"].as_str().unwrap().to_owned();
            (service, line["seq"].as_u64().unwrap())
        })
        .collect()
}

/// No write follows the one that took effect.
async fn nothing_was_sent_twice(workspace: &Workspace, point: &str) {
    let writes = writes(workspace).await;
    for change in changes(workspace).await {
        let took = change["request"].as_u64().unwrap();
        let later = writes
            .iter()
            .filter(|(service, seq)| change["service"] == **service && *seq > took);
        assert_eq!(
            later.count(),
            0,
            "{point}: {change} was sent again: {writes:?}"
        );
    }
}

fn ledger(workspace: &Workspace) -> Connection {
    Connection::open(workspace.folder().join("ledger.db")).unwrap()
}

/// Intents of the ledger, in hex.
fn intents(workspace: &Workspace) -> Vec<String> {
    let ledger = ledger(workspace);
    let mut rows = ledger
        .prepare(
            "SELECT lower(hex(id)) FROM entries WHERE kind = 'intent.request' ORDER BY position",
        )
        .unwrap();
    let rows = rows.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

/// Final outcomes of an intent, in order.
fn results(workspace: &Workspace, intent: &str) -> Vec<String> {
    let ledger = ledger(workspace);
    let mut rows = ledger
        .prepare("SELECT body FROM entries WHERE kind = 'effect.result' ORDER BY position")
        .unwrap();
    let rows = rows.query_map([], |row| row.get::<_, String>(0)).unwrap();
    rows.map(|body| serde_json::from_str::<Value>(&body.unwrap()).unwrap())
        .filter(|body| body["intent"] == *intent)
        .map(|body| body["outcome"].as_str().unwrap().to_owned())
        .filter(|outcome| !["unknown", "queued"].contains(&outcome.as_str()))
        .collect()
}
