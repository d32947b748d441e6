//! A ledger of many entries: what a start may leave unread, and what it must not believe. Must not
//! know how a snapshot is written.

mod stage;

use rusqlite::Connection;

use stage::{Place, log, numbers};

/// More than a snapshot is kept for.
const ENTRIES: i64 = 2_601;

#[tokio::test(start_paused = true)]
async fn a_start_from_a_snapshot_shows_what_a_start_from_the_first_entry_shows() {
    let place = Place::with(ENTRIES);
    assert_eq!(place.snapshot(), None);
    let first = place.open().await;
    let before = (numbers(&first).await, log(&first).await);
    assert_eq!(before.0["without_force"], 0, "{:?}", before.0);
    first.close().await.unwrap();
    drop(first);
    assert_eq!(place.snapshot(), Some(ENTRIES));
    let second = place.open().await;
    assert_eq!((numbers(&second).await, log(&second).await), before);
    // Made again from the entries, all is the same.
    assert_eq!(second.rebuild().await.unwrap(), ENTRIES);
    assert_eq!((numbers(&second).await, log(&second).await), before);
    second.close().await.unwrap();
}

/// What is done to a snapshot that a device has signed.
const CHANGED: [&str; 5] = [
    "UPDATE snapshot SET bytes = CAST(replace(CAST(bytes AS TEXT), 'Mira', 'Mora') AS BLOB)",
    "UPDATE snapshot SET entries = entries - 1",
    "UPDATE snapshot SET proof = replace(proof, '/snapshot', '/snapshos')",
    "UPDATE snapshot SET proof = ''",
    "UPDATE snapshot SET version = 'another'",
];

#[tokio::test(start_paused = true)]
async fn a_snapshot_that_is_not_the_devices_own_is_not_believed() {
    let place = Place::with(ENTRIES);
    let first = place.open().await;
    let before = (numbers(&first).await, log(&first).await);
    first.close().await.unwrap();
    drop(first);
    for change in CHANGED {
        let database = Connection::open(place.database()).unwrap();
        assert_eq!(database.execute(change, []).unwrap(), 1, "{change}");
        drop(database);
        let again = place.open().await;
        assert_eq!(
            (numbers(&again).await, log(&again).await),
            before,
            "{change}"
        );
        again.rebuild().await.unwrap();
        again.close().await.unwrap();
    }
}
