//! What providers said last, and when: shown with its age, never taken for the
//! truth. Knows no provider.

use rusqlite::{Connection, OptionalExtension as _, Result, Row, params};
use serde_json::Value;

use super::entries::rows;
use crate::schema::Migration;

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    to: 1,
    sql: "
CREATE TABLE cache (
  key            TEXT PRIMARY KEY,
  value          TEXT NOT NULL,
  observed_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
",
}];

/// Something that was observed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheRow {
    /// What it is about.
    pub key: String,
    /// What was observed. No secrets.
    pub value: Value,
    /// When, in milliseconds since 1970.
    pub observed_at_ms: i64,
}

impl CacheRow {
    /// How old it is in milliseconds; 0 when the clock was set back since.
    pub fn age_ms(&self, now_ms: i64) -> i64 {
        now_ms.saturating_sub(self.observed_at_ms).max(0)
    }
}

pub(crate) fn put(connection: &Connection, row: &CacheRow) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO cache (key, value, observed_at_ms) VALUES (?1, ?2, ?3)
             ON CONFLICT (key) DO UPDATE SET value = ?2, observed_at_ms = ?3",
        )?
        .execute(params![row.key, row.value.to_string(), row.observed_at_ms])
        .map(|_| ())
}

pub(crate) fn get(connection: &Connection, key: &str) -> Result<Option<CacheRow>> {
    connection
        .prepare_cached("SELECT key, value, observed_at_ms FROM cache WHERE key = ?1")?
        .query_row(params![key], read)
        .optional()
}

/// The rows whose key starts with `prefix`, by key.
pub(crate) fn list(connection: &Connection, prefix: &str, limit: usize) -> Result<Vec<CacheRow>> {
    let mut statement = connection.prepare_cached(
        "SELECT key, value, observed_at_ms FROM cache
         WHERE key >= ?1 AND substr(key, 1, length(?1)) = ?1 ORDER BY key LIMIT ?2",
    )?;
    let rows = statement.query_map(params![prefix, rows(limit)], read)?;
    rows.collect()
}

pub(crate) fn remove(connection: &Connection, key: &str) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM cache WHERE key = ?1")?
        .execute(params![key])
        .map(|_| ())
}

fn read(row: &Row<'_>) -> Result<CacheRow> {
    let value: String = row.get(1)?;
    Ok(CacheRow {
        key: row.get(0)?,
        value: serde_json::from_str(&value).map_err(|_| {
            rusqlite::Error::InvalidColumnType(1, "value".to_owned(), rusqlite::types::Type::Text)
        })?,
        observed_at_ms: row.get(2)?,
    })
}
