//! A workspace of many entries and engines that open it. Must not know what is tested.

use std::path::PathBuf;

use cockpit_domain::views::{CockpitView, LogPage, LogRow, PeopleView};
use cockpit_engine::Handle;
use cockpit_engine::api::{AppArgs, LogArgs, Nothing, Query};
use cockpit_tests::many;
use rusqlite::{Connection, OptionalExtension as _};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder with a workspace in it.
pub struct Place(TempDir, i64);

impl Place {
    pub fn with(entries: i64) -> Self {
        let folder = TempDir::new().unwrap();
        many::workspace(folder.path(), entries);
        Self(folder, entries)
    }

    pub fn database(&self) -> PathBuf {
        self.0.path().join("ledger.db")
    }

    pub async fn open(&self) -> Handle {
        many::open(self.0.path(), many::wish(), self.1).await
    }

    /// The place of the last entry in the snapshot.
    pub fn snapshot(&self) -> Option<i64> {
        let database = Connection::open(self.database()).unwrap();
        database
            .query_row("SELECT entries FROM snapshot", [], |row| row.get(0))
            .optional()
            .unwrap()
    }
}

/// The newest rows of the log.
pub async fn log(handle: &Handle) -> Vec<LogRow> {
    let page: LogPage = handle.ask(Query::Log(LogArgs::default())).await.unwrap();
    page.rows
}

/// What the state says, in a few numbers and names.
pub async fn numbers(handle: &Handle) -> Value {
    let without_force = LogArgs {
        outcome: Some("without_force".to_owned()),
        ..LogArgs::default()
    };
    let rejected: LogPage = handle.ask(Query::Log(without_force)).await.unwrap();
    let cockpit: CockpitView = handle
        .ask(Query::Cockpit(AppArgs::default()))
        .await
        .unwrap();
    let room: PeopleView = handle.ask(Query::People(Nothing {})).await.unwrap();
    json!({
        "without_force": rejected.rows.len(),
        "breaches": cockpit.breaches.len(),
        "waiting": cockpit.waiting.len(),
        "queued": cockpit.queued.len(),
        "people": room.people.iter().map(|it| it.name.clone()).collect::<Vec<_>>(),
        "entries": cockpit.ledger.entries,
        "head": cockpit.ledger.head,
    })
}
