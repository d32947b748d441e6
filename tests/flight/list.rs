//! The log as one file for reading on: every line, in both forms, sealed like every export. Must
//! not know how a line is written.

use std::fs;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::workspace::Workspace;

#[tokio::test]
async fn the_log_is_listed_whole_and_narrowed_and_the_list_is_in_the_log() {
    let workspace = Workspace::on("calm", 0).await;
    workspace.run_stop().await.exits(0);
    let before = workspace.log().await;
    let place = |name: &str| workspace.folder().join(name).display().to_string();
    let (jsonl, csv) = (place("log.jsonl"), place("log.csv"));

    let listed = ["log", "--json", "--jsonl", &jsonl];
    let listed = workspace.run(&listed).await.exits(0).json();
    assert_eq!(listed["lines"], before.len());
    let text = fs::read_to_string(&jsonl).unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let positions: Vec<_> = lines.iter().rev().map(|it| &it["position"]).collect();
    let expected: Vec<_> = before.iter().map(|it| &it["position"]).collect();
    assert_eq!(positions, expected, "newest first");
    let asked = lines.iter().find(|it| it["kind"] == "intent.request");
    let asked = asked.expect("something was asked for");
    assert_eq!(asked["person"], "You");
    assert!(
        asked["words"]
            .as_str()
            .unwrap()
            .contains("Crash on opening Transfer"),
        "{asked}"
    );

    // It is in the log, with the hash of the file.
    let hash = Sha256::digest(&text);
    let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(listed["sha256"], hash);
    assert_eq!(listed["in_log"], true);
    let after = workspace.log().await;
    assert_eq!(after.len(), before.len() + 1);

    let narrowed = ["log", "--csv", &csv, "--kind", "intent.request"];
    workspace.run(&narrowed).await.exits(0);
    let requests = fs::read_to_string(&csv).unwrap();
    assert_eq!(requests.lines().count(), 1 + 3, "{requests}");
    assert!(
        requests.starts_with("\"position\",\"at\",\"kind\""),
        "{requests}"
    );

    // What stands there already stays, and what cannot be listed is said.
    let again = workspace.run(&narrowed).await.exits(2);
    assert!(again.err.contains("exists already"), "{again:?}");
    assert_eq!(fs::read_to_string(&csv).unwrap(), requests);
    let other = place("other.csv");
    let searched = ["log", "--csv", &other, "--search", "crash"];
    workspace
        .run(&searched)
        .await
        .exits(2)
        .says("Nothing was made");
    assert!(!fs::exists(&other).unwrap());
    let left = fs::read_dir(workspace.folder()).unwrap();
    let parts = left.filter(|file| {
        let name = file.as_ref().unwrap().file_name();
        name.to_string_lossy().ends_with(".part")
    });
    assert_eq!(parts.count(), 0);
    workspace.run(&["verify"]).await.exits(0);
}
