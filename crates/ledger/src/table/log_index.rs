//! What people find an entry by: a projection in words that the caller chose,
//! with full-text search. Knows no entry's content but these words.
//!
//! Full-text search is brought up to date for many lines at once, because a line
//! of its own costs it as much as all the rest of an append. The few lines that it
//! lacks are searched beside it, by the same rules.

use rusqlite::{Connection, OptionalExtension as _, Result, params};

use crate::schema::Migration;

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        to: 1,
        sql: "
CREATE TABLE log_index (
  position INTEGER PRIMARY KEY REFERENCES entries (position),
  at_ms    INTEGER NOT NULL,
  kind     TEXT NOT NULL,
  person   TEXT,
  app      TEXT,
  target   TEXT,
  outcome  TEXT,
  title    TEXT NOT NULL,
  text     TEXT NOT NULL
) STRICT;
CREATE INDEX log_index_kind ON log_index (kind);
CREATE INDEX log_index_app ON log_index (app) WHERE app IS NOT NULL;
CREATE VIRTUAL TABLE log_search USING fts5 (
  title, text, kind, person, app, target, outcome,
  content = 'log_index', content_rowid = 'position',
  tokenize = 'unicode61 remove_diacritics 2'
);
",
    },
    Migration {
        to: 2,
        sql: "
DROP INDEX log_index_kind;
DROP INDEX log_index_app;
-- What filters ask for, once for all lines that agree in it.
CREATE TABLE log_facet (
  id      INTEGER PRIMARY KEY,
  kind    TEXT NOT NULL,
  person  TEXT,
  app     TEXT,
  outcome TEXT
) STRICT;
CREATE UNIQUE INDEX log_facet_of ON log_facet
  (kind, ifnull(person, ''), ifnull(app, ''), ifnull(outcome, ''));
INSERT OR IGNORE INTO log_facet (kind, person, app, outcome)
  SELECT DISTINCT kind, person, app, outcome FROM log_index;
ALTER TABLE log_index ADD COLUMN facet INTEGER NOT NULL DEFAULT 0;
UPDATE log_index SET facet = (
  SELECT f.id FROM log_facet f
  WHERE f.kind = log_index.kind AND ifnull(f.person, '') = ifnull(log_index.person, '')
    AND ifnull(f.app, '') = ifnull(log_index.app, '')
    AND ifnull(f.outcome, '') = ifnull(log_index.outcome, '')
);
CREATE INDEX log_index_facet ON log_index (facet);
-- The earliest and the latest moment of each full block of lines.
CREATE TABLE log_span (
  block    INTEGER PRIMARY KEY,
  first_ms INTEGER NOT NULL,
  last_ms  INTEGER NOT NULL
) STRICT;
INSERT INTO log_span
  SELECT (position - 1) / 1024, min(at_ms), max(at_ms) FROM log_index
  GROUP BY (position - 1) / 1024 HAVING count(*) = 1024;
",
    },
    Migration {
        to: 3,
        sql: "
DROP TABLE log_search;
-- Beginnings of up to three letters have an index of their own.
CREATE VIRTUAL TABLE log_search USING fts5 (
  title, text, kind, person, app, target, outcome,
  content = 'log_index', content_rowid = 'position',
  tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3'
);
INSERT INTO log_search (log_search) VALUES ('rebuild');
-- Which words there are.
CREATE VIRTUAL TABLE log_words USING fts5vocab ('log_search', 'instance');
",
    },
];

/// Lines of one span; also written in the migration to version 2.
pub(crate) const BLOCK_ROWS: i64 = 1024;
/// Lines that full-text search takes in at once.
const SEARCH_BATCH_ROWS: i64 = 128;
/// The last line that full-text search has taken in.
pub(crate) const LAST_SEARCHED: &str = "(SELECT coalesce(max(id), 0) FROM log_search_docsize)";

/// The words that an entry is listed and found by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogIndex {
    /// When it was, in milliseconds since 1970, as the author claims.
    pub at_ms: i64,
    /// What sort of entry it is.
    pub kind: String,
    /// Who.
    pub person: Option<String>,
    /// Which app it is about.
    pub app: Option<String>,
    /// Which target it is about.
    pub target: Option<String>,
    /// How it ended.
    pub outcome: Option<String>,
    /// One line for the list.
    pub title: String,
    /// All other words to find it by.
    pub text: String,
}

/// A line of the decision log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRow {
    /// The entry's place in admission order.
    pub position: i64,
    /// Its words.
    pub index: LogIndex,
}

pub(crate) fn insert(connection: &Connection, position: i64, index: &LogIndex) -> Result<()> {
    put(
        connection,
        "INSERT INTO log_index
           (position, at_ms, kind, person, app, target, outcome, title, text, facet)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        position,
        index,
    )?;
    if position % SEARCH_BATCH_ROWS == 0 {
        catch_up(connection)?;
    }
    if position % BLOCK_ROWS == 0 {
        connection
            .prepare_cached(
                "INSERT OR REPLACE INTO log_span
                 SELECT (?1 - 1) / ?2, min(at_ms), max(at_ms) FROM log_index
                 WHERE position BETWEEN ?1 - ?2 + 1 AND ?1",
            )?
            .execute(params![position, BLOCK_ROWS])?;
    }
    Ok(())
}

/// Puts other words for an entry in place of its line. Its moment stays.
pub(crate) fn replace(connection: &Connection, position: i64, index: &LogIndex) -> Result<()> {
    let is_searched = connection
        .prepare_cached("SELECT 1 FROM log_search_docsize WHERE id = ?1")?
        .exists(params![position])?;
    let search = |sql: &str| match is_searched {
        true => connection.prepare_cached(sql)?.execute(params![position]),
        false => Ok(0),
    };
    search(
        "INSERT INTO log_search
           (log_search, rowid, title, text, kind, person, app, target, outcome)
         SELECT 'delete', position, title, text, kind, person, app, target, outcome
         FROM log_index WHERE position = ?1",
    )?;
    put(
        connection,
        "UPDATE log_index SET at_ms = ?2, kind = ?3, person = ?4, app = ?5, target = ?6,
           outcome = ?7, title = ?8, text = ?9, facet = ?10
         WHERE position = ?1",
        position,
        index,
    )?;
    search(
        "INSERT INTO log_search (rowid, title, text, kind, person, app, target, outcome)
         SELECT position, title, text, kind, person, app, target, outcome
         FROM log_index WHERE position = ?1",
    )?;
    Ok(())
}

fn put(connection: &Connection, sql: &str, position: i64, index: &LogIndex) -> Result<()> {
    let facet = facet(connection, index)?;
    let LogIndex {
        at_ms,
        kind,
        person,
        app,
        target,
        outcome,
        title,
        text,
    } = index;
    connection
        .prepare_cached(sql)?
        .execute(params![
            position, at_ms, kind, person, app, target, outcome, title, text, facet
        ])
        .map(|_| ())
}

/// The facet of a line, made when it is the first one of it.
fn facet(connection: &Connection, index: &LogIndex) -> Result<i64> {
    let values = params![index.kind, index.person, index.app, index.outcome];
    let found = connection
        .prepare_cached(
            "SELECT id FROM log_facet WHERE kind = ?1 AND ifnull(person, '') = ifnull(?2, '')
             AND ifnull(app, '') = ifnull(?3, '') AND ifnull(outcome, '') = ifnull(?4, '')",
        )?
        .query_row(values, |row| row.get(0))
        .optional()?;
    if let Some(id) = found {
        return Ok(id);
    }
    connection
        .prepare_cached(
            "INSERT INTO log_facet (kind, person, app, outcome) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(values)?;
    Ok(connection.last_insert_rowid())
}

/// Lets full-text search take in the lines that it lacks.
fn catch_up(connection: &Connection) -> Result<()> {
    let sql = format!(
        "INSERT INTO log_search (rowid, title, text, kind, person, app, target, outcome)
         SELECT position, title, text, kind, person, app, target, outcome FROM log_index
         WHERE position > {LAST_SEARCHED} ORDER BY position"
    );
    connection.prepare_cached(&sql)?.execute([]).map(|_| ())
}

/// Forgets every line, so that they can be made again.
pub(crate) fn clear(connection: &Connection) -> Result<()> {
    connection.execute_batch(
        "INSERT INTO log_search (log_search) VALUES ('delete-all');
         DELETE FROM log_index; DELETE FROM log_facet; DELETE FROM log_span;",
    )
}

/// Compares the full-text index with the lines it was made from.
pub(crate) fn check_search(connection: &Connection) -> Result<()> {
    catch_up(connection)?;
    connection
        .execute(
            "INSERT INTO log_search (log_search, rank) VALUES ('integrity-check', 1)",
            [],
        )
        .map(|_| ())
}

/// How many entries have no line.
pub(crate) fn lacking(connection: &Connection) -> Result<i64> {
    connection
        .prepare_cached(
            "SELECT count(*) FROM entries
             WHERE position NOT IN (SELECT position FROM log_index)",
        )?
        .query_row([], |row| row.get(0))
}

/// A database in memory that can search in these lines.
pub(crate) fn beside(rows: &[LogRow]) -> Result<Connection> {
    let memory = Connection::open_in_memory()?;
    // Nothing of it is kept, and nothing of it is found by a facet.
    memory.execute_batch(
        "PRAGMA journal_mode = OFF;
         BEGIN;
         CREATE TABLE log_index (
           position INTEGER PRIMARY KEY, at_ms, kind, person, app, target, outcome, title, text
         );
         CREATE TABLE log_span (block INTEGER PRIMARY KEY, first_ms, last_ms);
         CREATE VIRTUAL TABLE log_search USING fts5 (
           title, text, kind, person, app, target, outcome,
           content = 'log_index', content_rowid = 'position',
           tokenize = 'unicode61 remove_diacritics 2'
         );",
    )?;
    {
        let mut statement =
            memory.prepare("INSERT INTO log_index VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?;
        for LogRow { position, index } in rows {
            statement.execute(params![
                position,
                index.at_ms,
                index.kind,
                index.person,
                index.app,
                index.target,
                index.outcome,
                index.title,
                index.text
            ])?;
        }
    }
    catch_up(&memory)?;
    memory.execute_batch("COMMIT")?;
    Ok(memory)
}
