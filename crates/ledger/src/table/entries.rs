//! The signed entries in admission order: the truth. Rows are added, never
//! changed. The columns beside the three lines only serve to find a row; what an
//! entry says is always read from its lines.

use cockpit_seal::{DeviceId, Entry, EntryId, Fault, Head, LedgerId};
use rusqlite::{Connection, OptionalExtension as _, Result, Row, params};

use crate::schema::Migration;

pub(crate) const MIGRATIONS: &[Migration] = &[FIRST, KEYS_OF_REQUESTS];

const FIRST: Migration = Migration {
    to: 1,
    sql: "
CREATE TABLE entries (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  id       BLOB NOT NULL UNIQUE,
  dev      BLOB NOT NULL,
  seq      INTEGER NOT NULL,
  prev     BLOB NOT NULL,
  kind     TEXT NOT NULL,
  at       TEXT NOT NULL,
  header   TEXT NOT NULL,
  body     TEXT NOT NULL,
  sig      TEXT NOT NULL,
  UNIQUE (dev, seq)
) STRICT;
CREATE INDEX entries_with_keys ON entries (position) WHERE kind = 'device.add';
CREATE TRIGGER entries_never_change BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
CREATE TRIGGER entries_never_go BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'entries are never removed'); END;
-- INSERT OR REPLACE removes a row without asking the trigger above.
CREATE TRIGGER entries_never_replaced BEFORE INSERT ON entries
WHEN EXISTS (
  SELECT 1 FROM entries
  WHERE position = NEW.position OR id = NEW.id OR (dev = NEW.dev AND seq = NEW.seq)
)
BEGIN SELECT RAISE(ABORT, 'entries are never replaced'); END;
",
};

const KEYS_OF_REQUESTS: Migration = Migration {
    to: 2,
    sql: "
DROP INDEX entries_with_keys;
CREATE INDEX entries_with_keys ON entries (position)
WHERE kind IN ('device.add', 'member.request');
",
};

/// What keeps the table append-only; checked by the integrity check.
pub(crate) const TRIGGERS: [&str; 3] = [
    "entries_never_change",
    "entries_never_go",
    "entries_never_replaced",
];

/// An entry and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEntry {
    /// Its place in admission order, from 1 without gaps.
    pub position: i64,
    /// The entry, read from its three lines.
    pub entry: Entry,
}

/// The three lines of a row as they are on disk, with nothing believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawEntry {
    /// The place that the row says it has.
    pub position: i64,
    /// The header line.
    pub header: Vec<u8>,
    /// The body line.
    pub body: Vec<u8>,
    /// The signature line.
    pub signature: Vec<u8>,
}

/// A row as it is on disk, with nothing believed.
pub(crate) struct RawRow {
    pub position: i64,
    pub id: Vec<u8>,
    pub dev: Vec<u8>,
    pub seq: i64,
    pub prev: Vec<u8>,
    pub kind: Vec<u8>,
    pub at: Vec<u8>,
    pub header: Vec<u8>,
    pub body: Vec<u8>,
    pub sig: Vec<u8>,
}

pub(crate) const COLUMNS: &str = "position, id, dev, seq, prev, kind, at, header, body, sig";

/// The columns of a row, of a table that goes by another name.
pub(crate) fn columns_of(name: &str) -> String {
    COLUMNS
        .split(", ")
        .map(|column| format!("{name}.{column}"))
        .collect::<Vec<_>>()
        .join(", ")
}

impl RawRow {
    pub(crate) fn read(row: &Row<'_>) -> Result<Self> {
        // Texts come as bytes: a flipped bit may have made them invalid UTF-8.
        let bytes = |index| Ok::<_, rusqlite::Error>(row.get_ref(index)?.as_bytes()?.to_vec());
        Ok(Self {
            position: row.get(0)?,
            id: bytes(1)?,
            dev: bytes(2)?,
            seq: row.get(3)?,
            prev: bytes(4)?,
            kind: bytes(5)?,
            at: bytes(6)?,
            header: bytes(7)?,
            body: bytes(8)?,
            sig: bytes(9)?,
        })
    }

    pub fn parse(&self) -> std::result::Result<Entry, Fault> {
        Entry::from_lines(&self.header, &self.body, &self.sig)
    }

    /// The first column that says something else than the entry's own lines.
    pub fn column_that_differs(&self, entry: &Entry) -> Option<&'static str> {
        let header = entry.header();
        let columns: [(&'static str, bool); 6] = [
            ("id", self.id == entry.id().as_bytes()),
            ("dev", self.dev == header.device.as_bytes()),
            ("seq", u64::try_from(self.seq) == Ok(header.seq)),
            ("prev", self.prev == header.prev.as_bytes()),
            ("kind", self.kind == header.kind.as_bytes()),
            ("at", self.at == header.at.to_string().as_bytes()),
        ];
        columns
            .into_iter()
            .find(|(_, agrees)| !agrees)
            .map(|(name, _)| name)
    }
}

/// Adds an entry and returns its position.
pub(crate) fn insert(connection: &Connection, entry: &Entry) -> Result<i64> {
    let header = entry.header();
    connection
        .prepare_cached(
            "INSERT INTO entries (id, dev, seq, prev, kind, at, header, body, sig)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            entry.id().as_bytes(),
            header.device.as_bytes(),
            i64::try_from(header.seq).expect("an entry's integers are below 2^53"),
            header.prev.as_bytes(),
            header.kind,
            header.at.to_string(),
            entry.header_line(),
            entry.body_line(),
            entry.signature_line(),
        ])?;
    Ok(connection.last_insert_rowid())
}

pub(crate) fn after(connection: &Connection, position: i64, limit: usize) -> Result<Vec<RawRow>> {
    let sql =
        format!("SELECT {COLUMNS} FROM entries WHERE position > ?1 ORDER BY position LIMIT ?2");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params![position, rows(limit)], RawRow::read)?;
    rows.collect()
}

pub(crate) fn at(connection: &Connection, position: i64) -> Result<Option<RawRow>> {
    one(connection, "position = ?1", params![position])
}

pub(crate) fn by_id(connection: &Connection, id: EntryId) -> Result<Option<RawRow>> {
    one(connection, "id = ?1", params![id.as_bytes()])
}

/// Where the entry with this id stands.
pub(crate) fn position_of(connection: &Connection, id: EntryId) -> Result<Option<i64>> {
    connection
        .prepare_cached("SELECT position FROM entries WHERE id = ?1")?
        .query_row(params![id.as_bytes()], |row| row.get(0))
        .optional()
}

pub(crate) fn by_seq(
    connection: &Connection,
    device: DeviceId,
    seq: i64,
) -> Result<Option<RawRow>> {
    one(
        connection,
        "dev = ?1 AND seq = ?2",
        params![device.as_bytes(), seq],
    )
}

/// The last entry of a device among the first `position` entries.
pub(crate) fn last_of(
    connection: &Connection,
    device: DeviceId,
    position: i64,
) -> Result<Option<RawRow>> {
    one(
        connection,
        "dev = ?1 AND position <= ?2 ORDER BY dev, seq DESC LIMIT 1",
        params![device.as_bytes(), position],
    )
}

/// The entries among the first `position` that bring in a device's key.
pub(crate) fn with_keys(connection: &Connection, position: i64) -> Result<Vec<RawRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM entries WHERE position = 1
         UNION ALL
         SELECT {COLUMNS} FROM entries
         WHERE kind IN ('device.add', 'member.request')
           AND position > 1 AND position <= ?1 ORDER BY position"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params![position], RawRow::read)?;
    rows.collect()
}

fn one(
    connection: &Connection,
    condition: &str,
    parameters: &[&dyn rusqlite::ToSql],
) -> Result<Option<RawRow>> {
    let sql = format!("SELECT {COLUMNS} FROM entries WHERE {condition}");
    connection
        .prepare_cached(&sql)?
        .query_row(parameters, RawRow::read)
        .optional()
}

/// The last entry of a device.
pub(crate) const HEAD: &str =
    "SELECT seq, id FROM entries WHERE dev = ?1 ORDER BY seq DESC LIMIT 1";

/// Where a device goes on, from the columns: for writing, where the unique
/// columns and the entry's own `prev` are checked against each other.
pub(crate) fn head(connection: &Connection, device: DeviceId) -> Result<Option<Head>> {
    let Some(ledger) = ledger(connection)? else {
        return Ok(None);
    };
    connection
        .prepare_cached(HEAD)?
        .query_row(params![device.as_bytes()], |row| {
            let seq: i64 = row.get(0)?;
            let prev = EntryId::from_bytes(row.get(1)?);
            let next_seq = seq.unsigned_abs() + 1;
            Ok(Head {
                ledger,
                device,
                next_seq,
                prev,
            })
        })
        .optional()
}

/// The ledger's id; `None` while it is empty.
pub(crate) fn ledger(connection: &Connection) -> Result<Option<LedgerId>> {
    connection
        .prepare_cached("SELECT id FROM entries ORDER BY position LIMIT 1")?
        .query_row([], |row| Ok(LedgerId::from_bytes(row.get(0)?)))
        .optional()
}

/// Every device that has written, by its id.
pub(crate) fn devices(connection: &Connection) -> Result<Vec<DeviceId>> {
    // Hops along the (dev, seq) index instead of reading all of it.
    let mut statement = connection.prepare_cached(
        "WITH RECURSIVE hop (dev) AS (
           SELECT min(dev) FROM entries
           UNION ALL
           SELECT (SELECT min(dev) FROM entries WHERE dev > hop.dev) FROM hop WHERE dev IS NOT NULL
         ) SELECT dev FROM hop WHERE dev IS NOT NULL",
    )?;
    let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
    // A value of another length is no device; checking the rows finds and names it.
    rows.filter_map(|bytes| {
        bytes
            .map(|b| b.try_into().ok().map(DeviceId::from_bytes))
            .transpose()
    })
    .collect()
}

/// The last position; 0 while it is empty.
pub(crate) fn last_position(connection: &Connection) -> Result<i64> {
    connection
        .prepare_cached("SELECT coalesce(max(position), 0) FROM entries")?
        .query_row([], |row| row.get(0))
}

/// The end of the table, of one moment.
pub(crate) struct Ends {
    /// The last position; 0 while it is empty.
    pub last: i64,
    /// The last position that was ever given out: SQLite keeps it beside the table.
    pub last_ever: i64,
}

pub(crate) fn ends(connection: &Connection) -> Result<Ends> {
    connection
        .prepare_cached(
            "SELECT coalesce((SELECT max(position) FROM entries), 0),
                    coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'entries'), 0)",
        )?
        .query_row([], |row| {
            Ok(Ends {
                last: row.get(0)?,
                last_ever: row.get(1)?,
            })
        })
}

pub(crate) fn rows(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// A row at or below a position; there is none below 1 in a whole ledger.
pub(crate) fn at_most(connection: &Connection, position: i64) -> Result<Option<RawRow>> {
    one(connection, "position <= ?1 LIMIT 1", params![position])
}
