//! The key file, and a database that does not go with its keys. Must not know how it is locked.

use std::path::Path;

use cockpit_engine::api::{Act, CreateWorkspaceArgs, Done, Nothing, Problem, Query, UnlockArgs};
use cockpit_engine::domain::views::BootView;
use cockpit_engine::keychain::Wish;
use cockpit_engine::{Handle, domain::Desired};

use crate::stage::{
    FLAG, PASSPHRASE, World, change, cockpit, create, file_wish, log, refresh, stopped,
};

const ASK: Wish = Wish::Auto { passphrase: None };

async fn unlock(handle: &Handle, passphrase: &str) -> Result<Done, Problem> {
    let passphrase = passphrase.to_owned();
    handle.do_it(Act::Unlock(UnlockArgs { passphrase })).await
}

async fn boot(handle: &Handle) -> BootView {
    handle.ask(Query::Boot(Nothing {})).await.unwrap()
}

async fn end(handle: Handle) {
    handle.close().await.unwrap();
    drop(handle);
}

/// Every byte of every file in the folder.
fn bytes(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let files = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    files
        .filter(|it| it.file_type().unwrap().is_file())
        .map(|it| {
            let name = it.file_name().to_string_lossy().into_owned();
            (name, std::fs::read(it.path()).unwrap())
        })
        .collect()
}

#[tokio::test(start_paused = true)]
async fn no_file_holds_a_secret_in_plain_text() {
    let world = World::new("calm");
    let handle = world.drill_with(file_wish(PASSPHRASE)).await;
    stopped(&handle).await;
    let mut secrets = world.secrets();
    secrets.push(PASSPHRASE.to_owned());
    end(handle).await;
    let files = bytes(world.folder.path());
    assert!(files.iter().any(|(name, _)| name == "keys.age"));
    for (name, content) in &files {
        for secret in &secrets {
            let found = content
                .windows(secret.len())
                .any(|it| it == secret.as_bytes());
            assert!(!found, "{name} holds a secret");
        }
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let about = std::fs::metadata(world.folder.path().join("keys.age")).unwrap();
        assert_eq!(about.permissions().mode() & 0o777, 0o600);
    }
}

#[tokio::test(start_paused = true)]
async fn a_wrong_passphrase_opens_nothing_and_the_right_one_still_does() {
    let world = World::new("calm");
    let handle = world.drill_with(file_wish(PASSPHRASE)).await;
    end(handle).await;
    let handle = world.engine(ASK, false).await.unwrap();
    assert!(boot(&handle).await.locked.is_some());
    let refused = change(&handle, FLAG, Desired::Off).await.unwrap_err();
    assert_eq!(refused.kind, "locked", "{refused:?}");
    let wrong = unlock(&handle, "not the passphrase").await.unwrap_err();
    assert!(wrong.sentence.contains("does not open"), "{wrong:?}");
    assert!(!format!("{wrong:?}").contains("not the passphrase"));
    assert!(boot(&handle).await.locked.is_some());
    unlock(&handle, PASSPHRASE).await.unwrap();
    assert!(boot(&handle).await.locked.is_none());
    refresh(&handle).await;
    stopped(&handle).await;
}

#[tokio::test(start_paused = true)]
async fn a_new_passphrase_makes_a_key_file() {
    let world = World::new("calm");
    let handle = world.engine(file_wish(PASSPHRASE), false).await.unwrap();
    create(&handle).await;
    end(handle).await;
    let handle = world.engine(ASK, false).await.unwrap();
    let short = unlock(&handle, "short").await.unwrap_err();
    assert_eq!(short.kind, "bad_input");
    // Two windows give it at the same time.
    let (one, other) = tokio::join!(unlock(&handle, PASSPHRASE), unlock(&handle, PASSPHRASE));
    assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
    assert!(boot(&handle).await.keys_kept_in.contains("passphrase"));
}

#[tokio::test(start_paused = true)]
async fn a_key_file_of_another_workspace_signs_nothing_here() {
    let (world, other) = (World::new("calm"), World::new("calm"));
    end(world.drill_with(file_wish(PASSPHRASE)).await).await;
    end(other.drill_with(file_wish(PASSPHRASE)).await).await;
    std::fs::copy(
        other.folder.path().join("keys.age"),
        world.folder.path().join("keys.age"),
    )
    .unwrap();
    let handle = world.engine(ASK, false).await.unwrap();
    assert!(unlock(&handle, PASSPHRASE).await.is_err());
    assert!(
        boot(&handle).await.locked.is_some(),
        "{:?}",
        boot(&handle).await
    );
    assert!(change(&handle, FLAG, Desired::Off).await.is_err());
    assert!(!log(&handle).await.is_empty());
}

/// Ends the engine, puts the database back to how it was at `before`, starts again.
async fn with_older_database(world: &World, newer: bool) -> Handle {
    let handle = world.drill_with(file_wish(PASSPHRASE)).await;
    end(handle).await;
    let path = world.folder.path().join("ledger.db");
    let older = std::fs::read(&path).unwrap();
    if newer {
        let handle = world.engine(file_wish(PASSPHRASE), false).await.unwrap();
        stopped(&handle).await;
        end(handle).await;
    }
    std::fs::write(&path, older).unwrap();
    for rest in ["ledger.db-wal", "ledger.db-shm"] {
        let _ = std::fs::remove_file(world.folder.path().join(rest));
    }
    world.engine(file_wish(PASSPHRASE), false).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_database_that_was_put_back_is_found_and_only_read() {
    let world = World::new("calm");
    let handle = with_older_database(&world, true).await;
    let status = cockpit(&handle).await.ledger;
    assert!(status.badge.words.contains("roken"), "{status:?}");
    refresh(&handle).await;
    let so_far = world.changes().len();
    let refused = change(&handle, FLAG, Desired::On).await.unwrap_err();
    assert_eq!(refused.kind, "read_only");
    assert!(
        refused.sentence.contains("Nothing was changed"),
        "{refused:?}"
    );
    assert!(!log(&handle).await.is_empty());
    assert_eq!(world.changes().len(), so_far);
    // Closing must not make it look whole.
    end(handle).await;
    let handle = world.engine(file_wish(PASSPHRASE), false).await.unwrap();
    assert!(change(&handle, FLAG, Desired::On).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn the_same_database_put_back_is_whole() {
    let world = World::new("calm");
    let handle = with_older_database(&world, false).await;
    stopped(&handle).await;
}

#[tokio::test(start_paused = true)]
async fn a_lost_database_does_not_cost_the_key() {
    let world = World::new("calm");
    end(world.drill_with(file_wish(PASSPHRASE)).await).await;
    let keys = std::fs::read(world.folder.path().join("keys.age")).unwrap();
    for name in ["ledger.db", "ledger.db-wal", "ledger.db-shm"] {
        let _ = std::fs::remove_file(world.folder.path().join(name));
    }
    // And with it the slots that it could be made again from.
    std::fs::remove_dir_all(world.folder.path().join("log")).unwrap();
    let handle = world.engine(file_wish(PASSPHRASE), false).await.unwrap();
    let refused = handle
        .act(Act::CreateWorkspace(CreateWorkspaceArgs {
            name: "Another".to_owned(),
            person: "Mira".to_owned(),
        }))
        .await
        .unwrap_err();
    assert!(refused.sentence.contains("key"), "{refused:?}");
    assert_eq!(
        std::fs::read(world.folder.path().join("keys.age")).unwrap(),
        keys
    );
}

/// A byte in the middle of an entry is another one: found at the start, told, read around.
#[tokio::test(start_paused = true)]
async fn a_damaged_entry_stops_acts_and_not_reading() {
    let world = World::new("calm");
    let handle = world.drill_with(file_wish(PASSPHRASE)).await;
    stopped(&handle).await;
    end(handle).await;
    let path = world.folder.path().join("ledger.db");
    let mut content = std::fs::read(&path).unwrap();
    let text = b"Crash on opening Transfer";
    let mut hit = 0;
    for place in 0..content.len() - text.len() {
        if &content[place..place + text.len()] == text {
            content[place] = b'D';
            hit += 1;
        }
    }
    assert!(hit > 0);
    std::fs::write(&path, content).unwrap();
    let handle = world.engine(file_wish(PASSPHRASE), false).await.unwrap();
    let refused = change(&handle, FLAG, Desired::On).await.unwrap_err();
    assert_eq!(refused.kind, "read_only", "{refused:?}");
    let rows = log(&handle).await;
    assert!(
        rows.iter()
            .any(|row| row.decision.contains("does not hold")),
        "{rows:#?}"
    );
    assert!(rows.iter().any(|row| !row.id.is_empty()));
}
