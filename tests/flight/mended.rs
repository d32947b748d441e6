//! A database that was damaged behind the product's back: set aside, and made again from the log of
//! slots and from what still holds of it. Must not know how either is read.

use std::fs;
use std::path::PathBuf;

use rusqlite::Connection;
use serde_json::Value;

use crate::cli;
use crate::workspace::Workspace;

const UNPROTECTED: &str = "
    DROP TRIGGER entries_never_change; DROP TRIGGER entries_never_go;
    DROP TRIGGER entries_never_replaced; PRAGMA foreign_keys = OFF;";

#[tokio::test]
async fn one_that_cannot_be_opened_is_made_again_from_the_log() {
    let workspace = Workspace::on("calm", 0).await;
    workspace.run_stop().await.exits(0);
    let before = workspace.log().await;
    let path = closed(&workspace);
    // The first page is gone, as after a bad sector.
    let mut bytes = fs::read(&path).unwrap();
    bytes[..4096].fill(0x5a);
    fs::write(&path, &bytes).unwrap();

    assert_eq!(workspace.log().await, before);
    let aside = set_aside(&workspace);
    assert_eq!(fs::read(&aside[0]).unwrap(), bytes, "nothing is erased");
    let verified = workspace.run(&["verify", "--json"]).await.exits(0).json();
    assert_eq!(verified["entries"], before.len());
    // Life goes on, on the same chain.
    let flag = ["flag", "--flag", "home.feed_v3", "off", "--reason", "x"];
    workspace.run(&flag).await.exits(0);
    workspace.run(&["verify"]).await.exits(0);
    assert_eq!(set_aside(&workspace).len(), 1);
}

#[tokio::test]
async fn tampered_entries_come_back_and_own_ones_that_no_slot_has_are_kept() {
    let workspace = Workspace::on("calm", 0).await;
    workspace.run_stop().await.exits(0);
    let admitted = workspace.log().await;
    // The laptop dies after it has recorded something, and before that is in the log of slots.
    let flag = ["flag", "--flag", "home.feed_v3", "off", "--reason", "x"];
    let mut child = cli::halted_at("before-publish", workspace.command(&flag)).await;
    child.kill().await.unwrap();
    let path = closed(&workspace);
    let database = Connection::open(&path).unwrap();
    let count = "SELECT count(*) FROM entries";
    let recorded: i64 = database.query_row(count, [], |row| row.get(0)).unwrap();
    let recorded = usize::try_from(recorded).unwrap();
    assert!(recorded > admitted.len(), "{recorded}");
    let tampered = format!(
        "{UNPROTECTED}
         UPDATE entries SET body = replace(body, 'Transfer', 'Transfes') WHERE position = 8;
         DELETE FROM entries WHERE position = 4;"
    );
    database.execute_batch(&tampered).unwrap();
    drop(database);
    workspace.run(&["verify"]).await.exits(1);

    let mended = workspace.run(&["mend", "--json"]).await.exits(0).json();
    let sentence = mended["mended"].as_str().unwrap();
    let from_log = format!("{} entries from the log", admitted.len());
    assert!(sentence.contains(&from_log), "{sentence}");
    assert!(sentence.contains("which no slot had"), "{sentence}");
    assert!(!sentence.contains("left out"), "{sentence}");
    let entries = usize::try_from(mended["entries"].as_u64().unwrap()).unwrap();
    assert!(entries >= recorded, "{sentence}");
    let log: Vec<Value> = workspace.log().await;
    assert_eq!(log[..admitted.len()], admitted);
    assert_eq!(set_aside(&workspace).len(), 1);
    // What was under way is known, and ends.
    workspace.finished().await;
    workspace.run(&["verify"]).await.exits(0);
}

/// The database, with all of it in one file.
fn closed(workspace: &Workspace) -> PathBuf {
    let path = workspace.folder().join("ledger.db");
    let database = Connection::open(&path).unwrap();
    database
        .pragma_update(None, "wal_checkpoint", "TRUNCATE")
        .unwrap();
    drop(database);
    for beside in ["ledger.db-wal", "ledger.db-shm"] {
        let _ = fs::remove_file(workspace.folder().join(beside));
    }
    path
}

/// Databases that were set aside.
fn set_aside(workspace: &Workspace) -> Vec<PathBuf> {
    let files = fs::read_dir(workspace.folder()).unwrap();
    files
        .map(|file| file.unwrap().path())
        .filter(|path| path.to_string_lossy().contains("ledger.db.broken-"))
        .filter(|path| {
            !["-wal", "-shm"]
                .iter()
                .any(|end| path.to_string_lossy().ends_with(end))
        })
        .collect()
}
