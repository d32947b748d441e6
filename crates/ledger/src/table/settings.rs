//! Small values of this machine, by name. Knows no setting. No secrets go here.

use rusqlite::{Connection, OptionalExtension as _, Result, params};
use serde_json::Value;

use crate::schema::Migration;

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    to: 1,
    sql: "
CREATE TABLE settings (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
",
}];

pub(crate) fn put(connection: &Connection, key: &str, value: &Value) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO settings (key, value) VALUES (?1, ?2)
             ON CONFLICT (key) DO UPDATE SET value = ?2",
        )?
        .execute(params![key, value.to_string()])
        .map(|_| ())
}

pub(crate) fn get(connection: &Connection, key: &str) -> Result<Option<Value>> {
    connection
        .prepare_cached("SELECT value FROM settings WHERE key = ?1")?
        .query_row(params![key], |row| parse(&row.get::<_, String>(0)?))
        .optional()
}

/// Every setting, by key.
pub(crate) fn all(connection: &Connection) -> Result<Vec<(String, Value)>> {
    let mut statement =
        connection.prepare_cached("SELECT key, value FROM settings ORDER BY key")?;
    let rows = statement.query_map([], |row| {
        Ok((row.get(0)?, parse(&row.get::<_, String>(1)?)?))
    })?;
    rows.collect()
}

pub(crate) fn remove(connection: &Connection, key: &str) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM settings WHERE key = ?1")?
        .execute(params![key])
        .map(|_| ())
}

fn parse(text: &str) -> Result<Value> {
    serde_json::from_str(text).map_err(|_| {
        rusqlite::Error::InvalidColumnType(1, "value".to_owned(), rusqlite::types::Type::Text)
    })
}
