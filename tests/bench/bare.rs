//! The peer of an append: one row of the same bytes, in a table without anything else. Knows no
//! ledger.

use std::path::Path;

use rusqlite::{Connection, params};

/// A database with one table of three columns, no index, no trigger and no search: the least that
/// keeps the same bytes through a power cut.
pub struct Bare(Connection);

impl Bare {
    /// Makes one, as durable as the ledger.
    pub fn open(path: &Path) -> Self {
        let bare = Connection::open(path).expect("a fresh database opens");
        bare.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE entries (header TEXT NOT NULL, body TEXT NOT NULL, signature TEXT NOT NULL) STRICT;",
        )
        .expect("a fresh database takes a table");
        Self(bare)
    }

    /// Keeps one row, in a transaction of its own.
    pub fn insert(&self, lines: [&str; 3]) {
        let mut insert = self
            .0
            .prepare_cached("INSERT INTO entries VALUES (?1, ?2, ?3)")
            .expect("the table is there");
        insert
            .execute(params![lines[0], lines[1], lines[2]])
            .expect("the row is taken");
    }
}
