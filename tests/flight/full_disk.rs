//! A disk that takes no more, at every stage of a stop: what cannot be recorded is not sent, what
//! was sent is found out later, and nothing is said that is not so. Must not know the engine.
//!
//! A limit on the size of files stands in for the full disk: the write-ahead log meets it first,
//! and the system answers a write as it would there.

use tokio::task::{JoinSet, LocalSet};

use crate::cli;
use crate::workspace::{Workspace, outcomes};

/// What the write-ahead log may still grow by: from nothing, over the middle of a stop, to enough.
const ROOM_KIB: [u64; 6] = [0, 100, 200, 300, 400, 2_000];

#[tokio::test]
async fn what_cannot_be_recorded_is_not_done() {
    let at_once = async {
        let mut disks = JoinSet::new();
        for kib in ROOM_KIB {
            disks.spawn_local(stop_on_a_disk_of(kib));
        }
        let mut ended = Vec::new();
        while let Some(done) = disks.join_next().await {
            ended.push(done.expect("see the disk's own words above"));
        }
        ended.sort_unstable();
        let refused = ended.iter().filter(|(_, recorded)| !recorded).count();
        assert!(
            (1..ended.len()).contains(&refused),
            "some disks are full before the decision and some after it: {ended:?}"
        );
    };
    LocalSet::new().run_until(at_once).await;
}

/// Gives the room and whether the decision was recorded.
async fn stop_on_a_disk_of(kib: u64) -> (u64, bool) {
    let workspace = Workspace::on("calm", 0).await;
    let before = workspace.log().await.len();
    let log = workspace.folder().join("ledger.db-wal");
    let used = std::fs::metadata(log).map_or(0, |it| it.len() / 1024);
    let limited = cli::with_files_of_at_most(used + kib, &workspace.stop());
    let ran = cli::run(limited).await;
    assert!([0, 1, 3].contains(&ran.code), "{kib} KiB: {ran:#?}");
    if ran.out.is_empty() {
        assert_eq!(ran.code, 1, "{kib} KiB: {ran:#?}");
        assert!(ran.err.contains("othing was"), "{kib} KiB: {ran:#?}");
    } else {
        let press = ran.json();
        for (target, outcome) in outcomes(&press) {
            let is_true = outcome != "confirmed" || is_stopped(&workspace, target).await;
            assert!(is_true, "{kib} KiB: {target} is not stopped: {press}");
        }
    }
    // Nothing that was not recorded first reached a service.
    let recorded = workspace.log().await.len() > before;
    if !recorded {
        let untouched = ("inProgress".to_owned(), "ACTIVE".to_owned(), true);
        assert_eq!(workspace.truth().await, untouched, "{kib} KiB");
    }
    // With room again, what was decided is carried out, once.
    workspace.finished().await;
    workspace.run(&["verify"]).await.exits(0);
    if !recorded {
        workspace.run_stop().await.exits(0);
    }
    workspace.is_stopped().await;
    let history = workspace.sandbox("truth").await;
    let history = history["history"].as_array().unwrap();
    let ours = history.iter().filter(|it| it["who"] == "api").count();
    assert_eq!(ours, 3, "{kib} KiB: {history:?}");
    (kib, recorded)
}

async fn is_stopped(workspace: &Workspace, target: &str) -> bool {
    let (play, ios, flag) = workspace.truth().await;
    match target.split(':').next() {
        Some("google_play") => play == "halted",
        Some("app_store") => ios == "PAUSED",
        Some("unleash") => !flag,
        other => panic!("{other:?} is not a service of this stop"),
    }
}

#[tokio::test]
async fn a_disk_without_any_room_still_shows_the_log() {
    let workspace = Workspace::on("calm", 0).await;
    // Killed, so that the newest part is not in the database itself yet.
    let mut child = cli::halted_at("after-read-back", workspace.stop()).await;
    child.kill().await.unwrap();
    let recorded = workspace.folder().join("ledger.db-wal");
    assert!(std::fs::metadata(recorded).unwrap().len() > 0);
    // Less than the index of the write-ahead log needs.
    let log = workspace.command(&["log", "--json"]);
    let ran = cli::run(cli::with_files_of_at_most(8, &log)).await;
    let shown = ran.exits(0).json();
    let asked = shown["entries"].as_array().unwrap();
    assert!(
        asked
            .iter()
            .any(|it| it["reason"] == "Crash on opening Transfer"),
        "{shown}"
    );
    let off = ["flag", "--flag", "home.feed_v3", "off", "--reason", "x"];
    let off = cli::run(cli::with_files_of_at_most(8, &workspace.command(&off))).await;
    off.exits(1).says("open for reading only");
    // With room again all of it goes on.
    workspace.finished().await;
    workspace.run(&["verify"]).await.exits(0);
}
