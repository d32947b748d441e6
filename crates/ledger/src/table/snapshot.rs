//! What followed from the entries up to a place: one projection, kept so that a start need not
//! read them all. Knows nothing of what is in it; whether it may be believed is for the caller.

use rusqlite::{Connection, OptionalExtension as _, Result, params};

use crate::schema::Migration;

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    to: 2,
    sql: "
CREATE TABLE snapshot (
  only    INTEGER PRIMARY KEY CHECK (only = 1),
  entries INTEGER NOT NULL,
  version TEXT NOT NULL,
  proof   TEXT NOT NULL,
  bytes   BLOB NOT NULL
) STRICT;
",
}];

/// What followed from the entries up to a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// How many of the first entries, in the order of the log, it stands for.
    pub entries: i64,
    /// How it was made; another way makes another one.
    pub version: String,
    /// By what the caller believes it.
    pub proof: String,
    /// What followed.
    pub bytes: Vec<u8>,
}

/// Keeps it in place of what was there.
pub(crate) fn put(connection: &Connection, snapshot: &Snapshot) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO snapshot (only, entries, version, proof, bytes)
             VALUES (1, ?1, ?2, ?3, ?4)",
        )?
        .execute(params![
            snapshot.entries,
            snapshot.version,
            snapshot.proof,
            snapshot.bytes
        ])
        .map(|_| ())
}

/// The one of this version.
pub(crate) fn get(connection: &Connection, version: &str) -> Result<Option<Snapshot>> {
    connection
        .prepare_cached("SELECT entries, version, proof, bytes FROM snapshot WHERE version = ?1")?
        .query_row(params![version], |row| {
            Ok(Snapshot {
                entries: row.get(0)?,
                version: row.get(1)?,
                proof: row.get(2)?,
                bytes: row.get(3)?,
            })
        })
        .optional()
}

pub(crate) fn clear(connection: &Connection) -> Result<()> {
    connection.execute("DELETE FROM snapshot", []).map(|_| ())
}
