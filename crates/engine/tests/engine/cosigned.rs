//! Heads of the log that devices sign for each other: laid beside the slots, shown in a pack, and a
//! place that shows different logs found. Must not know how a cosignature is spelled.

use std::path::Path;

use cockpit_engine::api::{Act, Done, ExportArgs, Exported, Nothing};
use cockpit_engine::domain::policy::Role;
use cockpit_engine::keychain::{Keychain, from_text};
use cockpit_engine::{Handle, verify_pack};
use cockpit_seal::checkpoint::{Checkpoint, SignedCheckpoint};
use cockpit_seal::{DeviceKey, LedgerId, TreeHash};

use crate::stage::{PASSPHRASE, World, create, file_wish};
use crate::team::{admit, invite, join, sync, team};

/// What lies below a folder.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let Ok(found) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for file in found {
        let path = file.unwrap().path();
        match path.is_dir() {
            true => all.extend(files(&path)),
            false => all.push(path),
        }
    }
    all.sort();
    all
}

fn key_of(world: &World) -> DeviceKey {
    let keychain = Keychain::open(world.folder.path(), "", &file_wish(PASSPHRASE)).unwrap();
    let kept = keychain.get("device-key").unwrap().unwrap();
    DeviceKey::from_seed(&from_text(&kept).unwrap())
}

async fn verify(handle: &Handle) -> String {
    let done: Done = handle.do_it(Act::VerifyLog(Nothing {})).await.unwrap();
    done.sentence
}

#[tokio::test(start_paused = true)]
async fn a_head_is_cosigned_by_whoever_read_it_and_another_one_is_found() {
    let worlds = [World::new("calm"), World::new("calm")];
    let folder = tempfile::tempdir().unwrap();
    let first = worlds[0]
        .engine(file_wish(PASSPHRASE), false)
        .await
        .unwrap();
    create(&first).await;
    first.share(folder.path().to_owned()).await.unwrap();
    let text = invite(&first, Role::ProductLead).await.unwrap().text;
    let second = worlds[1]
        .engine(file_wish(PASSPHRASE), false)
        .await
        .unwrap();
    join(&second, &text).await.unwrap();
    sync(&first).await;
    let words = team(&second).await.joining.unwrap().words;
    admit(&first, &words).await.unwrap();
    sync(&first).await;
    sync(&second).await;

    let device = key_of(&worlds[1]).device_id();
    let cosigned = files(&folder.path().join("cosignatures"));
    let own: Vec<_> = cosigned
        .iter()
        .filter(|it| it.ends_with(device.to_string()))
        .collect();
    assert!(!own.is_empty(), "{cosigned:?}");
    // Once more changes nothing: a head is signed once.
    sync(&second).await;
    assert_eq!(files(&folder.path().join("cosignatures")), cosigned);

    let made: Exported = first
        .do_it(Act::Export(ExportArgs::default()))
        .await
        .unwrap();
    let check = verify_pack(made.folder.into(), None, |_| {}).await.unwrap();
    assert!(check.holds(), "{}", check.sentence);
    assert!(check.found.cosigners.contains_key(&device), "{check:?}");
    assert!(
        check.sentence.contains("cosigned by 2 devices"),
        "{}",
        check.sentence
    );

    // The place of the log shows the second laptop another log.
    let path = own.last().unwrap();
    let honest = std::fs::read(path).unwrap();
    let seen = SignedCheckpoint::parse(&honest).unwrap();
    let other = Checkpoint {
        root: TreeHash::from_bytes([7; 32]),
        ..seen.checkpoint().clone()
    };
    let ledger: LedgerId = seen.checkpoint().origin[16..].parse().unwrap();
    let mut forged = SignedCheckpoint::sign(other, &key_of(&worlds[0])).unwrap();
    forged.cosign(ledger, &key_of(&worlds[1]), 5).unwrap();
    std::fs::write(path, forged.to_string()).unwrap();
    let sentence = verify(&first).await;
    assert!(sentence.contains("has signed another head"), "{sentence}");
    // What is nobody's word says nothing.
    std::fs::write(path, b"junk").unwrap();
    let sentence = verify(&first).await;
    assert!(
        sentence.contains("slots of the log hold them"),
        "{sentence}"
    );
}
