//! After a whole course of work, told in full to the log, no secret lies anywhere. Must not know
//! where secrets are kept.

use std::path::Path;

use serde_json::Value;

use crate::cli::{self, PASSPHRASE, Ran};
use crate::workspace::{PLAY, Workspace};

/// How issued tokens and signed assertions begin.
const BEGINNINGS: [&str; 4] = ["ya29.", "eyJhbGciOi", "eyJ0eXAiOi", "PRIVATE KEY"];

#[tokio::test]
async fn no_secret_is_written_said_or_passed_in_the_open() {
    let workspace = Workspace::on("crash-spike", 0).await;
    let mut secrets = secrets(&workspace.sandbox("connections").await);
    secrets.push(("passphrase".to_owned(), PASSPHRASE.to_owned()));
    secrets.extend(BEGINNINGS.map(|it| (it.to_owned(), it.to_owned())));
    assert!(secrets.len() > 8, "{}", secrets.len());

    let resume = [
        "resume",
        "--target",
        PLAY,
        "--reason",
        "Fixed by the server",
    ];
    let wrong = ["stop", "--app", "com.other", "--reason", "x"];
    for arguments in [
        &["status"][..],
        &["stop", "--reason", "Crash on opening Transfer", "--json"],
        &resume,
        &wrong,
        &["notice", "submit", "--severity", "minor"],
        &["verify"],
        &["log"],
    ] {
        let ran = told_in_full(&workspace, arguments).await;
        assert!(
            ran.err.contains("TRACE") || ran.err.contains("DEBUG"),
            "{ran:?}"
        );
        search("standard output", ran.out.as_bytes(), &secrets);
        search("standard error", ran.err.as_bytes(), &secrets);
    }

    // While a process works: its files with everything not yet moved out of the write-ahead log.
    let flag = ["flag", "--flag", "home.feed_v3", "off", "--reason", "x"];
    let mut working = cli::halted_at("after-result", workspace.command(&flag)).await;
    if let Ok(arguments) = std::fs::read(format!("/proc/{}/cmdline", working.id().unwrap())) {
        search("arguments", &arguments, &secrets);
    }
    files(workspace.folder(), &secrets);
    working.kill().await.unwrap();
    files(workspace.folder(), &secrets);
}

async fn told_in_full(workspace: &Workspace, arguments: &[&str]) -> Ran {
    let mut command = workspace.command(arguments);
    command.env("COCKPIT_LOG", "trace");
    cli::run(command).await
}

fn files(folder: &Path, secrets: &[(String, String)]) {
    let mut names = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            names.push(path.file_name().unwrap().to_string_lossy().into_owned());
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            search(
                &path.display().to_string(),
                &std::fs::read(&path).unwrap(),
                secrets,
            );
        }
    }
    for name in ["ledger.db", "ledger.db-wal", "keys.age", "0000000000000000"] {
        assert!(names.iter().any(|it| it == name), "{name} in {names:?}");
    }
}

/// Never shows what it found.
#[track_caller]
fn search(place: &str, bytes: &[u8], secrets: &[(String, String)]) {
    for (name, secret) in secrets {
        let found = bytes
            .windows(secret.len())
            .any(|it| it == secret.as_bytes());
        assert!(!found, "{name} lies open in {place}");
    }
}

/// Every secret of every connection, each key by one of its lines.
fn secrets(connections: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (service, fields) in connections.as_object().unwrap() {
        for (name, value) in fields.as_object().unwrap() {
            let value = value.get("private_key").unwrap_or(value);
            let Some(text) = value.as_str() else { continue };
            let is_secret = ["token", "key", "account", "password"]
                .iter()
                .any(|it| name.contains(it));
            if !is_secret || name == "key_id" {
                continue;
            }
            match text.lines().nth(1) {
                Some(line) => found.push((format!("{service} {name}"), line.to_owned())),
                None => found.push((format!("{service} {name}"), text.to_owned())),
            }
        }
    }
    found
}
