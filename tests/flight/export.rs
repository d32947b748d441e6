//! The log leaves: a new user exports it and checks it with tools that are not ours. Must not
//! know the engine.

use std::path::Path;
use std::process::Stdio;

use rusqlite::Connection;
use serde_json::Value;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::cli;
use crate::workspace::Workspace;

/// A workspace with a stop in its log, and its export as the command answered.
async fn exported(more: &[&str]) -> (Workspace, tempfile::TempDir, Value) {
    let workspace = Workspace::on("calm", 0).await;
    workspace.run_stop().await.exits(0);
    let away = tempfile::tempdir().unwrap();
    let made = export(&workspace, &away.path().join("pack"), more).await;
    (workspace, away, made)
}

async fn export(workspace: &Workspace, out: &Path, more: &[&str]) -> Value {
    let out = out.to_str().unwrap();
    let mut arguments = vec!["export", "--json", "--out", out];
    arguments.extend(more);
    workspace.run(&arguments).await.exits(0).json()
}

fn read(pack: &Path, file: &str) -> String {
    std::fs::read_to_string(pack.join(file)).unwrap()
}

fn rows(pack: &Path) -> Vec<Value> {
    read(pack, "decisions.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test]
async fn an_export_holds_and_stands_in_the_log_itself() {
    let (workspace, away, made) = exported(&[]).await;
    let pack = away.path().join("pack");
    assert_eq!(made["pack"], pack.to_str().unwrap());
    let log = workspace.log().await;
    let (last, before) = log.split_last().unwrap();
    assert_eq!(last["decision"], "Exported the log");
    assert_eq!(made["entries"], before.len());
    assert_eq!(
        (&made["told"], &made["redacted"]),
        (&made["entries"], &0.into())
    );
    assert_eq!(
        (&made["holds"], &made["in_log"]),
        (&true.into(), &true.into())
    );
    let rows = rows(&pack);
    let of = |key: &str| -> Vec<Value> { rows.iter().map(|row| row[key].clone()).collect() };
    let ids: Vec<Value> = before.iter().map(|row| row["id"].clone()).collect();
    assert_eq!(of("id"), ids);
    assert!(of("without_force").iter().all(|why| why == ""));
    assert!(of("outcome").contains(&Value::from("confirmed")));
    // Names, not "you": somebody else reads it.
    assert_eq!(rows[0]["person"], "You");
    assert!(of("person").contains(&Value::from("Cockpit of You")));
    assert_eq!(
        read(&pack, "decisions.csv").matches("\r\n").count(),
        before.len() + 1
    );
    let found: Value = serde_json::from_str(&read(&pack, "verification.json")).unwrap();
    assert_eq!(
        (&found["holds"], &found["faults"]),
        (&true.into(), &0.into())
    );
    // The database is as good as before, and the line for the auditor names this device's key.
    workspace.run(&["verify", "--json"]).await.exits(0);
    let line = made["allowed_signer"].as_str().unwrap();
    assert!(
        line.contains("namespaces=\"release-cockpit\" ssh-ed25519 "),
        "{line}"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn sha256sum_and_ssh_keygen_and_openssl_agree() {
    let (_workspace, away, made) = exported(&[]).await;
    let pack = away.path().join("pack");
    let allowed = away.path().join("allowed_signers");
    let line = made["allowed_signer"].as_str().unwrap();
    std::fs::write(&allowed, format!("{line}\n")).unwrap();
    let device = line.split(' ').next().unwrap();
    let sums = read(&pack, "SHA256SUMS");
    tool("sha256sum", &["-c", "SHA256SUMS"], &pack, "").await;
    let signed = [
        "-Y",
        "verify",
        "-f",
        allowed.to_str().unwrap(),
        "-I",
        device,
        "-n",
        "release-cockpit",
        "-s",
        "SHA256SUMS.sshsig",
    ];
    let said = tool("ssh-keygen", &signed, &pack, &sums).await;
    assert!(
        said.contains("Good \"release-cockpit\" signature"),
        "{said}"
    );
    // The commands of the page in the pack, as they stand there.
    let page = read(&pack, "README.txt");
    let begin = page.find("   i=5\n").unwrap();
    let end = page.find("   The key is the one of that device").unwrap();
    let said = tool("sh", &["-e"], &pack, &page[begin..end]).await;
    assert!(said.contains("Signature Verified Successfully"), "{said}");
    let hash = said.lines().nth(1).unwrap().split(' ').next().unwrap();
    assert!(said.ends_with(&format!("\"body\":\"{hash}\n")), "{said}");
}

#[tokio::test]
async fn the_same_selection_gives_the_same_bytes() {
    let (workspace, away, made) = exported(&["--redact-entry", "10"]).await;
    let through = made["entries"].to_string();
    let again = away.path().join("again");
    let more = ["--redact-entry", "10", "--through", &through];
    let second = export(&workspace, &again, &more).await;
    assert_eq!(made["sums"], second["sums"]);
    assert_eq!(
        read(&away.path().join("pack"), "SHA256SUMS.sshsig"),
        read(&again, "SHA256SUMS.sshsig")
    );
    assert_eq!(second["redacted"], 1);
    let bodies = read(&again, "bodies.jsonl");
    let withheld: Vec<usize> = (1..)
        .zip(bodies.lines())
        .filter(|(_, line)| *line == "-")
        .map(|(position, _)| position)
        .collect();
    assert_eq!(withheld, [10]);
    let row = &rows(&again)[9];
    assert_eq!(
        (&row["redacted"], &row["reason"]),
        (&true.into(), &"".into())
    );
}

#[tokio::test]
async fn a_part_of_the_log_keeps_the_whole_chain() {
    let more = ["--kind", "effect.result", "--person", "you"];
    let (_workspace, away, made) = exported(&more).await;
    let pack = away.path().join("pack");
    assert_eq!(made["told"], 3);
    assert!(rows(&pack).iter().all(|row| row["kind"] == "effect.result"));
    assert_eq!(made["entries"], read(&pack, "headers.txt").lines().count());
    // Three results, and the first entry, whose key is needed.
    let bodies = read(&pack, "bodies.jsonl");
    assert_eq!(bodies.lines().filter(|line| *line != "-").count(), 4);
}

#[tokio::test]
async fn wrong_input_leaves_nothing() {
    let (workspace, away, _) = exported(&[]).await;
    let before = workspace.log().await.len();
    let there = away.path().join("pack");
    let place = away.path().join("other");
    let (there, place) = (there.to_str().unwrap(), place.to_str().unwrap());
    let wrong: [(&[&str], &str); 4] = [
        (&["--out", there], "exists already"),
        (&["--out", place, "--through", "999"], "The log has "),
        (
            &["--out", place, "--person", "nobody"],
            "no person 'nobody'",
        ),
        (&["--out", place, "--from", "noon"], "'noon' is not a time"),
    ];
    for (more, words) in wrong {
        let mut arguments = vec!["export"];
        arguments.extend(more);
        workspace.run(&arguments).await.exits(2).says(words);
    }
    let names: Vec<_> = std::fs::read_dir(away.path()).unwrap().collect();
    assert_eq!(names.len(), 1, "{names:?}");
    assert_eq!(workspace.log().await.len(), before);
}

/// What lies in a folder, hidden or not.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let names = entries.map(|it| it.unwrap().file_name().into_string().unwrap());
    names.collect()
}

#[cfg(unix)]
#[tokio::test]
async fn ctrl_c_leaves_nothing_and_a_kill_nothing_that_looks_like_a_pack() {
    let workspace = Workspace::on("calm", 0).await;
    let entries = workspace.log().await.len();
    let away = tempfile::tempdir().unwrap();
    let out = away.path().join("pack");
    let arguments = ["export", "--out", out.to_str().unwrap()];
    let export = || cli::halted_at("export-written", workspace.command(&arguments));

    let mut interrupted = export().await;
    let id = interrupted.id().unwrap().to_string();
    tool("kill", &["-INT", &id], away.path(), "").await;
    assert_eq!(interrupted.wait().await.unwrap().code(), Some(1));
    assert_eq!(names(away.path()), [""; 0]);

    let mut killed = export().await;
    killed.kill().await.unwrap();
    let left = names(away.path());
    assert!(left.len() == 1 && left[0].starts_with(".pack."), "{left:?}");
    assert_eq!(workspace.log().await.len(), entries);
    workspace.run(&arguments).await.exits(0);
    assert_eq!(names(away.path()), ["pack"]);
    assert_eq!(workspace.log().await.len(), entries + 1);
}

#[tokio::test]
async fn a_pack_is_verified_by_the_command_that_needs_no_workspace() {
    let (_workspace, away, made) = exported(&["--redact-kind", "intent.request"]).await;
    let pack = away.path().join("pack");
    let path = pack.to_str().unwrap();
    let verify =
        |more: &[&str]| cli::run(cli::command(&[&["verify", path, "--json"], more].concat()));
    let found = verify(&[]).await.exits(0).json();
    assert_eq!(found["holds"], true);
    assert_eq!(found["entries"], made["entries"]);
    assert_eq!(
        (&found["withheld"], &made["redacted"]),
        (&3.into(), &3.into())
    );
    let allowed = away.path().join("allowed_signers");
    std::fs::write(&allowed, made["allowed_signer"].as_str().unwrap()).unwrap();
    let allowed = allowed.to_str().unwrap();
    verify(&["--allowed-signers", allowed]).await.exits(0);
    std::fs::write(allowed, "somebody ssh-ed25519 AAAA").unwrap();
    verify(&["--allowed-signers", allowed]).await.exits(1);

    let bodies = pack.join("bodies.jsonl");
    let text = std::fs::read_to_string(&bodies).unwrap();
    std::fs::write(&bodies, text.replace("confirmed", "confirmes")).unwrap();
    let found = verify(&[]).await.exits(1).json();
    let faults = found["faults"].as_array().unwrap();
    assert_eq!(faults[0]["file"], "bodies.jsonl");
    assert!(faults.iter().any(|it| it["line"].is_u64()), "{found}");
    cli::run(cli::command(&["verify"])).await.exits(2);
    cli::run(cli::command(&["verify", "nowhere"]))
        .await
        .exits(2);
}

#[tokio::test]
async fn a_tampered_log_is_exported_and_says_so() {
    let (workspace, away, _) = exported(&[]).await;
    let database = Connection::open(workspace.folder().join("ledger.db")).unwrap();
    database
        .execute_batch(
            "PRAGMA foreign_keys = OFF;
             DROP TRIGGER entries_never_change; DROP TRIGGER entries_never_go;
             UPDATE entries SET body = body || ' ' WHERE position = 7;
             DELETE FROM entries WHERE position = 12;",
        )
        .unwrap();
    drop(database);
    let place = away.path().join("broken");
    let out = place.to_str().unwrap();
    let ran = workspace
        .run(&["export", "--json", "--out", out])
        .await
        .exits(1);
    let made = ran.json();
    assert_eq!(
        (&made["holds"], &made["in_log"]),
        (&false.into(), &false.into())
    );
    let sentence = made["sentence"].as_str().unwrap();
    assert!(sentence.contains("Entry 7 of the ledger"), "{sentence}");
    assert!(sentence.contains("not in the log"), "{sentence}");
    let page = read(&place, "README.txt");
    assert!(page.contains("THIS LOG DOES NOT HOLD"), "{page}");
    let found: Value = serde_json::from_str(&read(&place, "verification.json")).unwrap();
    let first: Vec<&Value> = found["first_faults"].as_array().unwrap().iter().collect();
    assert_eq!(first[0]["position"], 7);
    assert!(
        first
            .iter()
            .any(|it| it["position"] == 12 && it["code"] == "removed")
    );
    let headers = read(&place, "headers.txt");
    assert_eq!(headers.lines().nth(11), Some("!removed"));
    assert_eq!(headers.lines().count(), workspace.log().await.len() + 1);
}

/// Runs a tool in a folder with this on its standard input; what it said, when it agreed.
async fn tool(name: &str, arguments: &[&str], folder: &Path, input: &str) -> String {
    let mut child = Command::new(name)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).await.unwrap();
    drop(stdin);
    let output = child.wait_with_output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{name}: {output:?}");
    said
}
