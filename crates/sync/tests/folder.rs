//! Slots in a folder: one writer of each number, and folders that cannot give that. Must not know
//! what a slot says.

use cockpit_sync::{Put, SlotStore, StoreErrorKind, unfit_for_a_team};
use tempfile::TempDir;

#[tokio::test]
async fn the_first_writer_of_a_number_keeps_it() {
    let folder = TempDir::new().unwrap();
    let store = SlotStore::in_folder(folder.path()).unwrap();
    assert_eq!(store.get(0).await.unwrap(), None);
    assert_eq!(store.put(0, b"one").await.unwrap(), Put::Won);
    // A lost answer: the same bytes once more are ours.
    assert_eq!(store.put(0, b"one").await.unwrap(), Put::Won);
    let lost = Put::Lost(b"one".to_vec());
    assert_eq!(store.put(0, b"two").await.unwrap(), lost);
    assert_eq!(store.get(0).await.unwrap(), Some(b"one".to_vec()));
    assert!(folder.path().join("log/0000000000000000").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_writers_at_once_one_wins_each_number() {
    let folder = TempDir::new().unwrap();
    for n in 0..20 {
        let writers: Vec<_> = (0..8_u8)
            .map(|writer| {
                let store = SlotStore::in_folder(folder.path()).unwrap();
                tokio::spawn(async move { (writer, store.put(n, &[writer; 64]).await.unwrap()) })
            })
            .collect();
        let mut won = Vec::new();
        let mut seen = Vec::new();
        for writer in writers {
            match writer.await.unwrap() {
                (writer, Put::Won) => won.push(writer),
                (_, Put::Lost(bytes)) => seen.push(bytes),
            }
        }
        assert_eq!(won.len(), 1, "slot {n}");
        assert!(seen.iter().all(|bytes| *bytes == [won[0]; 64]));
    }
}

#[tokio::test]
async fn a_folder_keeps_the_first_of_two_writers() {
    let folder = TempDir::new().unwrap();
    let store = SlotStore::in_folder(folder.path()).unwrap();
    store.check("a1b2").await.unwrap();
    store.check("a1b2").await.unwrap();
    assert_eq!(store.get(0).await.unwrap(), None);
}

#[test]
fn folders_that_copy_themselves_are_refused_by_name() {
    let home = TempDir::new().unwrap();
    for (place, tool) in [
        ("Dropbox/team", "Dropbox"),
        ("Dropbox (Northwind)/team", "Dropbox"),
        ("Library/Mobile Documents/x/team", "iCloud"),
        ("OneDrive/team", "OneDrive"),
        ("OneDrive - Northwind/team", "OneDrive"),
        ("shared/team", "Syncthing"),
    ] {
        let folder = home.path().join(place);
        std::fs::create_dir_all(&folder).unwrap();
        if tool == "Syncthing" {
            std::fs::create_dir(home.path().join("shared/.stfolder")).unwrap();
        }
        let error = unfit_for_a_team(&folder, "a1b2").unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Unfit);
        assert!(error.to_string().contains(tool), "{error}");
    }
    let fit = home.path().join("dropboxes/team");
    std::fs::create_dir_all(&fit).unwrap();
    unfit_for_a_team(&fit, "a1b2").unwrap();
    assert_eq!(std::fs::read_dir(&fit).unwrap().count(), 0);
}

#[test]
fn a_missing_folder_is_no_place() {
    let home = TempDir::new().unwrap();
    let error = unfit_for_a_team(&home.path().join("gone"), "a1b2").unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::NotReached);
}

#[tokio::test]
async fn heads_that_devices_signed_lie_beside_the_slots() {
    let folder = TempDir::new().unwrap();
    let store = SlotStore::in_folder(folder.path()).unwrap();
    let [one, two] = [1, 2].map(|n| cockpit_seal::DeviceId::from_bytes([n; 8]));
    assert_eq!(store.cosigned().await.unwrap(), [0; 0]);
    assert_eq!(store.get_cosigned(3, one).await.unwrap(), None);
    for (n, device) in [(12, two), (3, two), (3, one)] {
        store.put_cosigned(n, device, b"head").await.unwrap();
    }
    // What a device has signed stays.
    store.put_cosigned(3, one, b"another").await.unwrap();
    let kept = store.get_cosigned(3, one).await.unwrap();
    assert_eq!(kept, Some(b"head".to_vec()));
    std::fs::create_dir(folder.path().join("cosignatures/junk")).unwrap();
    std::fs::write(
        folder.path().join("cosignatures/0000000000000003/junk"),
        b"",
    )
    .unwrap();
    assert_eq!(store.cosigned().await.unwrap(), [3, 12]);
    assert_eq!(store.cosigners(3).await.unwrap(), [one, two]);
    assert_eq!(store.cosigners(12).await.unwrap(), [two]);
    assert_eq!(store.cosigners(7).await.unwrap(), []);
}
