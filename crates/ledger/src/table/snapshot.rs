//! What followed from the entries up to a place: one projection, kept so that a start need not
//! read them all. Knows nothing of what is in it; whether it may be believed is for the caller.

use rusqlite::{Connection, OptionalExtension as _, Result, params};

use crate::schema::Migration;

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    to: 2,
    sql: "
CREATE TABLE snapshot (
  only     INTEGER PRIMARY KEY CHECK (only = 1),
  position INTEGER NOT NULL,
  entry    BLOB NOT NULL,
  version  TEXT NOT NULL,
  proof    TEXT NOT NULL,
  bytes    BLOB NOT NULL
) STRICT;
",
}];

/// What followed from the entries up to a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The place of the last entry in it.
    pub position: i64,
    /// How it was made; another way makes another one.
    pub version: String,
    /// By what the caller believes it.
    pub proof: String,
    /// What followed.
    pub bytes: Vec<u8>,
}

/// Keeps it in place of what was there, for the entry that stands at its place.
pub(crate) fn put(connection: &Connection, snapshot: &Snapshot) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO snapshot (only, position, entry, version, proof, bytes)
             SELECT 1, position, id, ?2, ?3, ?4 FROM entries WHERE position = ?1",
        )?
        .execute(params![
            snapshot.position,
            snapshot.version,
            snapshot.proof,
            snapshot.bytes
        ])
        .map(|_| ())
}

/// The one of this version, if the entry at its place is still the one that it was made with.
pub(crate) fn get(connection: &Connection, version: &str) -> Result<Option<Snapshot>> {
    connection
        .prepare_cached(
            "SELECT s.position, s.version, s.proof, s.bytes FROM snapshot s
             JOIN entries e ON e.position = s.position AND e.id = s.entry WHERE s.version = ?1",
        )?
        .query_row(params![version], |row| {
            Ok(Snapshot {
                position: row.get(0)?,
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
