//! Which slot of the team log admitted which entry: kept beside the entries, in the order of the
//! log. Knows no signature; what a slot is worth was found out before it comes here.
//!
//! Entries stand in the table of entries in the order in which they came to this machine. The log
//! orders them otherwise as soon as two devices write. A run is a stretch of both orders that
//! agree, so that one device's ledger needs one run for each slot and no row for each entry.

use cockpit_seal::tree::Tree;
use cockpit_seal::{DeviceId, EntryId, Head, LedgerId, SlotHash, TreeHash};
use rusqlite::{Connection, OptionalExtension as _, Result, Row, params};

use super::entries::{self, RawRow, rows};
use crate::schema::Migration;

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    to: 2,
    sql: "
CREATE TABLE slots (
  n          INTEGER PRIMARY KEY,
  hash       BLOB NOT NULL,
  link       BLOB NOT NULL,
  writer     BLOB,
  at         TEXT,
  first_leaf INTEGER NOT NULL,
  entries    INTEGER NOT NULL,
  header     TEXT,
  checkpoint TEXT,
  why_void   TEXT,
  bytes      BLOB,
  CHECK ((why_void IS NULL) = (header IS NOT NULL AND checkpoint IS NOT NULL)),
  CHECK ((why_void IS NULL) = (bytes IS NULL))
) STRICT;
CREATE INDEX slots_void ON slots (n) WHERE why_void IS NOT NULL;
CREATE TABLE slot_runs (
  first_leaf     INTEGER PRIMARY KEY,
  slot           INTEGER NOT NULL,
  first_position INTEGER NOT NULL UNIQUE,
  entries        INTEGER NOT NULL
) STRICT;
CREATE TABLE slot_chains (
  dev      BLOB PRIMARY KEY,
  next_seq INTEGER NOT NULL,
  prev     BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE slot_tree (
  only  INTEGER PRIMARY KEY CHECK (only = 1),
  size  INTEGER NOT NULL,
  peaks BLOB NOT NULL
) STRICT;
",
}];

/// A slot as it was found in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotRow {
    /// Its number.
    pub n: u64,
    /// The hash of its bytes.
    pub hash: SlotHash,
    /// What the next slot names as the one before.
    pub link: SlotHash,
    /// What it is.
    pub kind: SlotKind,
}

/// What a slot is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlotKind {
    /// It admits entries.
    Admitting {
        /// The device that wrote it.
        writer: DeviceId,
        /// When its writer says it was, RFC 3339.
        at: String,
        /// Its first line.
        header: String,
        /// What stands below its entries.
        checkpoint: String,
        /// The leaf of its first entry, from 0.
        first_leaf: u64,
        /// How many entries it admits.
        entries: u64,
    },
    /// It admits nothing.
    Void {
        /// Why, in words.
        why: String,
        /// All that stands in it.
        bytes: Vec<u8>,
    },
}

/// Where the log goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEnd {
    /// The number of the next slot.
    pub next: u64,
    /// What it names as the one before.
    pub link: SlotHash,
    /// The tree over all admitted entries.
    pub tree: Tree,
}

/// Adds a slot. `positions` are the places of its entries, in its order.
pub(crate) fn insert(
    connection: &Connection,
    slot: &SlotRow,
    positions: &[i64],
    tree: &Tree,
) -> Result<()> {
    let insert = "INSERT INTO slots
        (n, hash, link, writer, at, first_leaf, entries, header, checkpoint, why_void, bytes)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    let mut statement = connection.prepare_cached(insert)?;
    let (n, hash, link) = (signed(slot.n), slot.hash.as_bytes(), slot.link.as_bytes());
    match &slot.kind {
        SlotKind::Admitting {
            writer,
            at,
            header,
            checkpoint,
            first_leaf,
            entries,
        } => {
            let (leaf, count) = (signed(*first_leaf), signed(*entries));
            let writer = writer.as_bytes();
            let none = (None::<String>, None::<Vec<u8>>);
            statement.execute(params![
                n, hash, link, writer, at, leaf, count, header, checkpoint, none.0, none.1
            ])?;
            insert_runs(connection, n, leaf, positions)?;
        }
        SlotKind::Void { why, bytes } => {
            let leaf = signed(tree.size());
            let none = None::<String>;
            statement.execute(params![
                n,
                hash,
                link,
                None::<Vec<u8>>,
                none,
                leaf,
                0,
                none,
                none,
                why,
                bytes
            ])?;
        }
    }
    let peaks: Vec<u8> = tree
        .peaks()
        .iter()
        .flat_map(|peak| *peak.as_bytes())
        .collect();
    connection
        .prepare_cached("INSERT OR REPLACE INTO slot_tree (only, size, peaks) VALUES (1, ?1, ?2)")?
        .execute(params![signed(tree.size()), peaks])
        .map(|_| ())
}

fn insert_runs(connection: &Connection, slot: i64, leaf: i64, positions: &[i64]) -> Result<()> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO slot_runs (first_leaf, slot, first_position, entries) VALUES (?1, ?2, ?3, ?4)",
    )?;
    let mut begin = 0;
    for end in 1..=positions.len() {
        if end < positions.len() && positions[end] == positions[end - 1] + 1 {
            continue;
        }
        statement.execute(params![
            leaf + rows(begin),
            slot,
            positions[begin],
            rows(end - begin)
        ])?;
        begin = end;
    }
    Ok(())
}

/// Says where a device's admitted chain goes on.
pub(crate) fn put_chain(connection: &Connection, head: &Head) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO slot_chains (dev, next_seq, prev) VALUES (?1, ?2, ?3)",
        )?
        .execute(params![
            head.device.as_bytes(),
            signed(head.next_seq),
            head.prev.as_bytes()
        ])
        .map(|_| ())
}

/// Where each device's admitted chain goes on.
pub(crate) fn chains(connection: &Connection, ledger: LedgerId) -> Result<Vec<Head>> {
    let mut statement = connection.prepare_cached("SELECT dev, next_seq, prev FROM slot_chains")?;
    let heads = statement.query_map([], |row| {
        Ok(Head {
            ledger,
            device: DeviceId::from_bytes(row.get(0)?),
            next_seq: row.get::<_, i64>(1)?.unsigned_abs(),
            prev: EntryId::from_bytes(row.get(2)?),
        })
    })?;
    heads.collect()
}

/// Where the log goes on, as this machine knows it.
pub(crate) fn end(connection: &Connection) -> Result<LogEnd> {
    let last = connection
        .prepare_cached("SELECT n, link FROM slots ORDER BY n DESC LIMIT 1")?
        .query_row([], |row| {
            Ok((row.get::<_, i64>(0)?, SlotHash::from_bytes(row.get(1)?)))
        })
        .optional()?;
    let tree = connection
        .prepare_cached("SELECT size, peaks FROM slot_tree")?
        .query_row([], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?))
        })
        .optional()?;
    let tree = match tree {
        None => Tree::new(),
        Some((size, peaks)) => {
            let (peaks, rest) = peaks.as_chunks::<32>();
            let hashes = peaks.iter().map(|bytes| TreeHash::from_bytes(*bytes));
            let tree = Tree::resume(size.unsigned_abs(), hashes.collect());
            tree.ok()
                .filter(|_| rest.is_empty())
                .ok_or_else(|| unreadable("slot_tree"))?
        }
    };
    let (next, link) = last.map_or((0, SlotHash::ZERO), |(n, link)| {
        (n.unsigned_abs() + 1, link)
    });
    Ok(LogEnd { next, link, tree })
}

/// One slot.
pub(crate) fn get(connection: &Connection, n: u64) -> Result<Option<SlotRow>> {
    let sql = format!("SELECT {COLUMNS} FROM slots WHERE n = ?1");
    connection
        .prepare_cached(&sql)?
        .query_row(params![signed(n)], read)
        .optional()
}

/// The newest void slots, newest first.
pub(crate) fn void(connection: &Connection, limit: usize) -> Result<Vec<SlotRow>> {
    let sql =
        format!("SELECT {COLUMNS} FROM slots WHERE why_void IS NOT NULL ORDER BY n DESC LIMIT ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    let found = statement.query_map(params![rows(limit)], read)?;
    found.collect()
}

/// The slot that admitted the entry at this place.
pub(crate) fn of_position(connection: &Connection, position: i64) -> Result<Option<SlotRow>> {
    let run = connection
        .prepare_cached(
            "SELECT slot, first_position + entries FROM slot_runs WHERE first_position <= ?1
             ORDER BY first_position DESC LIMIT 1",
        )?
        .query_row(params![position], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
        })
        .optional()?;
    match run {
        Some((slot, end)) if position < end => get(connection, slot.unsigned_abs()),
        Some(_) | None => Ok(None),
    }
}

/// Where the entry at this position stands in the log, from 1, with the slot that admitted it and
/// the last position that stands the same way.
pub(crate) fn placed(connection: &Connection, position: i64) -> Result<(i64, Option<i64>, i64)> {
    let run = connection
        .prepare_cached(
            "SELECT slot, first_leaf, first_position, entries FROM slot_runs
             WHERE first_position <= ?1 ORDER BY first_position DESC LIMIT 1",
        )?
        .query_row(params![position], |row| {
            Ok((
                row.get::<_, i64>(0)?,
                row.get::<_, i64>(1)?,
                row.get::<_, i64>(2)?,
                row.get::<_, i64>(3)?,
            ))
        })
        .optional()?;
    match run {
        Some((slot, leaf, first, entries)) if position < first + entries => {
            Ok((leaf + position - first + 1, Some(slot), first + entries - 1))
        }
        Some(_) | None => {
            // What waits comes after all that was admitted.
            let later: i64 = connection
                .prepare_cached(
                    "SELECT coalesce(sum(entries), 0) FROM slot_runs WHERE first_position > ?1",
                )?
                .query_row(params![position], |row| row.get(0))?;
            Ok((position + later, None, position))
        }
    }
}

/// Entries in the order of the log, after the first `after` of them; those that no slot has
/// admitted yet come last, in the order in which they were made.
pub(crate) fn in_order(connection: &Connection, after: i64, limit: usize) -> Result<Vec<RawRow>> {
    let admitted: i64 = connection
        .prepare_cached(
            "SELECT coalesce(
               (SELECT first_leaf + entries FROM slot_runs ORDER BY first_leaf DESC LIMIT 1), 0)",
        )?
        .query_row([], |row| row.get(0))?;
    let mut found = Vec::new();
    if after < admitted {
        let sql = format!(
            "SELECT {} FROM slot_runs r
             JOIN entries e ON e.position BETWEEN r.first_position
               AND r.first_position + r.entries - 1
             WHERE r.first_leaf >= (
               SELECT coalesce(max(first_leaf), 0) FROM slot_runs WHERE first_leaf <= ?1)
               AND r.first_leaf + e.position - r.first_position >= ?1
             ORDER BY r.first_leaf, e.position LIMIT ?2",
            entries::columns_of("e")
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let admitted = statement.query_map(params![after, rows(limit)], RawRow::read)?;
        found = admitted.collect::<Result<_>>()?;
    }
    let left = limit - found.len();
    if left > 0 {
        let skipped = (after - admitted).max(0);
        found.extend(pending(connection, skipped, left)?);
    }
    Ok(found)
}

/// Entries that no slot has admitted, in the order in which they were made.
pub(crate) fn pending(connection: &Connection, skip: i64, limit: usize) -> Result<Vec<RawRow>> {
    // A device's entries are admitted in the order of its chain.
    let mut waiting: Vec<(DeviceId, i64)> = Vec::new();
    for device in entries::devices(connection)? {
        let next: Option<i64> = connection
            .prepare_cached("SELECT next_seq FROM slot_chains WHERE dev = ?1")?
            .query_row(params![device.as_bytes()], |row| row.get(0))
            .optional()?;
        waiting.push((device, next.unwrap_or(0)));
    }
    let mut begins = Vec::new();
    for (device, seq) in &waiting {
        if let Some(first) = entries::by_seq(connection, *device, *seq)? {
            begins.push((first.position, *device, *seq));
        }
    }
    // Nearly always one device alone has any, this machine's own: what is skipped of its chain
    // need not be counted row by row.
    let mut skip = skip;
    if let [(position, device, seq)] = &mut begins[..]
        && let Some(first) = entries::by_seq(connection, *device, *seq + skip)?
    {
        (*position, *seq, skip) = (first.position, *seq + skip, 0);
    }
    let conditions = vec!["(dev = ? AND seq >= ?)"; begins.len()].join(" OR ");
    let Some(first) = begins.iter().map(|(position, ..)| *position).min() else {
        return Ok(Vec::new());
    };
    let sql = format!(
        "SELECT {} FROM entries WHERE position >= ? AND ({conditions})
         ORDER BY position LIMIT ? OFFSET ?",
        entries::COLUMNS
    );
    let devices: Vec<[u8; 8]> = begins
        .iter()
        .map(|(_, device, _)| *device.as_bytes())
        .collect();
    let limit = rows(limit);
    let mut values: Vec<&dyn rusqlite::ToSql> = vec![&first];
    for (bytes, (_, _, seq)) in devices.iter().zip(&begins) {
        values.push(bytes);
        values.push(seq);
    }
    values.extend([&limit as &dyn rusqlite::ToSql, &skip]);
    let mut statement = connection.prepare(&sql)?;
    let found = statement.query_map(values.as_slice(), RawRow::read)?;
    found.collect()
}

/// Forgets every slot, so that they can be read again.
pub(crate) fn clear(connection: &Connection) -> Result<()> {
    connection.execute_batch(
        "DELETE FROM slots; DELETE FROM slot_runs; DELETE FROM slot_chains; DELETE FROM slot_tree;",
    )
}

const COLUMNS: &str =
    "n, hash, link, writer, at, first_leaf, entries, header, checkpoint, why_void, bytes";

fn read(row: &Row<'_>) -> Result<SlotRow> {
    let why: Option<String> = row.get(9)?;
    Ok(SlotRow {
        n: row.get::<_, i64>(0)?.unsigned_abs(),
        hash: SlotHash::from_bytes(row.get(1)?),
        link: SlotHash::from_bytes(row.get(2)?),
        kind: match why {
            Some(why) => SlotKind::Void {
                why,
                bytes: row.get(10)?,
            },
            None => SlotKind::Admitting {
                writer: DeviceId::from_bytes(row.get(3)?),
                at: row.get(4)?,
                first_leaf: row.get::<_, i64>(5)?.unsigned_abs(),
                entries: row.get::<_, i64>(6)?.unsigned_abs(),
                header: row.get(7)?,
                checkpoint: row.get(8)?,
            },
        },
    })
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unreadable(what: &str) -> rusqlite::Error {
    rusqlite::Error::InvalidColumnType(1, what.to_owned(), rusqlite::types::Type::Blob)
}
