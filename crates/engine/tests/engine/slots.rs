//! The log of slots: published, read by others, made good after an end in between, and found when
//! it was tampered with. Must not know how a slot is written.

use std::path::Path;

use cockpit_engine::Handle;
use cockpit_engine::api::{Act, Done, EntryArgs, Nothing, Query};
use cockpit_engine::domain::Desired;
use cockpit_engine::domain::views::EntryView;
use cockpit_engine::keychain::Wish;

use crate::stage::{FLAG, PASSPHRASE, World, change, file_wish, log, pass_ms, refresh, stopped};

fn slots(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found: Vec<_> = std::fs::read_dir(folder.join("log"))
        .map(|files| files.map(|file| file.unwrap().path()).collect())
        .unwrap_or_default();
    found.sort();
    found
}

fn lose_the_database(world: &World) {
    for name in ["ledger.db", "ledger.db-wal", "ledger.db-shm"] {
        let _ = std::fs::remove_file(world.folder.path().join(name));
    }
}

async fn verify(handle: &Handle) -> String {
    let done: Done = handle.do_it(Act::VerifyLog(Nothing {})).await.unwrap();
    done.sentence
}

async fn entry(handle: &Handle, position: u64) -> EntryView {
    let query = Query::Entry(EntryArgs { position });
    handle.ask(query).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_lost_database_is_made_again_from_the_slots() {
    let world = World::new("calm");
    let handle = world.drill_with(file_wish(PASSPHRASE)).await;
    stopped(&handle).await;
    let before = log(&handle).await;
    handle.close().await.unwrap();
    drop(handle);
    assert!(!slots(world.folder.path()).is_empty());
    lose_the_database(&world);
    let handle = world.engine(file_wish(PASSPHRASE), false).await.unwrap();
    assert_eq!(log(&handle).await, before);
    let sentence = verify(&handle).await;
    assert!(
        sentence.contains("slots of the log hold them"),
        "{sentence}"
    );
    // The chain goes on where it was.
    refresh(&handle).await;
    change(&handle, FLAG, Desired::On).await.unwrap();
    assert_eq!(log(&handle).await.len(), before.len() + 1);
}

#[tokio::test(start_paused = true)]
async fn what_was_not_published_when_the_process_ended_is_published_by_the_next() {
    let world = World::new("calm");
    let handle = world.drill_with(file_wish(PASSPHRASE)).await;
    stopped(&handle).await;
    let before = log(&handle).await;
    // Ends without being asked to.
    drop(handle);
    assert_eq!(slots(world.folder.path()).len(), 0);
    let kept: Vec<_> = ["ledger.db", "ledger.db-wal"]
        .map(|name| world.folder.path().join(name))
        .into_iter()
        .filter_map(|path| Some((path.clone(), std::fs::read(&path).ok()?)))
        .collect();
    let handle = world.engine(file_wish(PASSPHRASE), false).await.unwrap();
    assert!(entry(&handle, 1).await.bracket.contains("no slot"));
    handle.sync().await.unwrap();
    assert_eq!(slots(world.folder.path()).len(), 1);
    let first = entry(&handle, 1).await.bracket;
    assert!(first.contains("slot 0"), "{first}");
    // A slot that was stored, and of which the database does not know.
    handle.close().await.unwrap();
    drop(handle);
    lose_the_database(&world);
    for (path, bytes) in kept {
        std::fs::write(path, bytes).unwrap();
    }
    let handle = world.engine(file_wish(PASSPHRASE), false).await.unwrap();
    handle.sync().await.unwrap();
    assert_eq!(slots(world.folder.path()).len(), 1);
    assert_eq!(log(&handle).await, before);
    assert!(verify(&handle).await.contains("1 slots"));
}

#[tokio::test(start_paused = true)]
async fn a_running_engine_publishes_by_itself() {
    let world = World::new("calm");
    let handle = world.workspace(Wish::Memory, true).await;
    pass_ms(2_000).await;
    let published = slots(world.folder.path()).len();
    assert!(published > 0);
    change(&handle, FLAG, Desired::Off).await.unwrap();
    pass_ms(2_000).await;
    assert!(slots(world.folder.path()).len() > published);
}

#[tokio::test(start_paused = true)]
async fn a_slot_that_was_tampered_with_is_named() {
    let world = World::new("calm");
    let handle = world.drill_with(file_wish(PASSPHRASE)).await;
    handle.sync().await.unwrap();
    stopped(&handle).await;
    handle.sync().await.unwrap();
    assert_eq!(slots(world.folder.path()).len(), 2);
    let second = slots(world.folder.path())[1].clone();
    let whole = std::fs::read(&second).unwrap();
    let mut bytes = whole.clone();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&second, &bytes).unwrap();
    let sentence = verify(&handle).await;
    assert!(sentence.contains("Slot 1 "), "{sentence}");
    let refused = change(&handle, FLAG, Desired::On).await.unwrap_err();
    assert_eq!(refused.kind, "read_only");
    std::fs::write(&second, &whole).unwrap();
    assert!(verify(&handle).await.contains("2 slots"));
    std::fs::remove_file(&second).unwrap();
    let sentence = verify(&handle).await;
    assert!(sentence.contains("was there and is gone"), "{sentence}");
}

#[tokio::test(start_paused = true)]
async fn two_workspaces_over_one_folder_have_one_log() {
    let team = tempfile::TempDir::new().unwrap();
    let (one, two) = (World::new("calm"), World::new("calm"));
    let first = one.drill_with(file_wish(PASSPHRASE)).await;
    first.share(team.path().to_owned()).await.unwrap();
    let genesis = entry(&first, 1).await.row.id;
    let second = two.engine(file_wish(PASSPHRASE), false).await.unwrap();
    let wrong = second
        .follow(team.path().to_owned(), &"a".repeat(64))
        .await
        .unwrap_err();
    assert_eq!(wrong.kind, "refused");
    second
        .follow(team.path().to_owned(), &genesis)
        .await
        .unwrap();
    let who = |rows: Vec<cockpit_engine::domain::views::LogRow>| -> Vec<(String, String)> {
        rows.into_iter().map(|row| (row.id, row.at)).collect()
    };
    assert_eq!(who(log(&second).await), who(log(&first).await));
    stopped(&first).await;
    first.sync().await.unwrap();
    second.sync().await.unwrap();
    assert_eq!(who(log(&second).await), who(log(&first).await));
    assert!(verify(&second).await.contains("slots of the log hold them"));
    // Junk in the next place is void for everybody, and the log goes on after it.
    let next = slots(team.path()).len();
    std::fs::write(team.path().join(format!("log/{next:016}")), b"junk").unwrap();
    change(&first, FLAG, Desired::On).await.unwrap();
    first.sync().await.unwrap();
    second.sync().await.unwrap();
    assert_eq!(who(log(&second).await), who(log(&first).await));
    assert_eq!(slots(team.path()).len(), next + 2);
}
