//! What people find an entry by: a projection in words that the caller chose,
//! with full-text search. Knows no entry's content but these words.
//!
//! Full-text search is brought up to date for many lines at once, because a line
//! of its own costs it as much as all the rest of an append. The few lines that it
//! lacks are searched beside it, by the same rules.

use rusqlite::{Connection, Result, Row, ToSql, params};

use super::entries::rows;
use crate::schema::Migration;

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
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
}];

/// Lines that full-text search takes in at once.
const SEARCH_BATCH_ROWS: i64 = 128;
/// The last line that full-text search has taken in.
const LAST_SEARCHED: &str = "(SELECT coalesce(max(id), 0) FROM log_search_docsize)";

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

/// Which lines to list. An empty filter lists all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogFilter {
    /// Only these kinds; none given means every kind.
    pub kinds: Vec<String>,
    /// Only this person.
    pub person: Option<String>,
    /// Only this app.
    pub app: Option<String>,
    /// Only this target.
    pub target: Option<String>,
    /// Only this outcome.
    pub outcome: Option<String>,
    /// Only from this moment on (milliseconds since 1970).
    pub from_ms: Option<i64>,
    /// Only before this moment (milliseconds since 1970).
    pub before_ms: Option<i64>,
}

const COLUMNS: &str =
    "l.position, l.at_ms, l.kind, l.person, l.app, l.target, l.outcome, l.title, l.text";

fn read(row: &Row<'_>) -> Result<LogRow> {
    Ok(LogRow {
        position: row.get(0)?,
        index: LogIndex {
            at_ms: row.get(1)?,
            kind: row.get(2)?,
            person: row.get(3)?,
            app: row.get(4)?,
            target: row.get(5)?,
            outcome: row.get(6)?,
            title: row.get(7)?,
            text: row.get(8)?,
        },
    })
}

pub(crate) fn insert(connection: &Connection, position: i64, index: &LogIndex) -> Result<()> {
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
        .prepare_cached(
            "INSERT INTO log_index (position, at_ms, kind, person, app, target, outcome, title, text)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![position, at_ms, kind, person, app, target, outcome, title, text])?;
    if position % SEARCH_BATCH_ROWS == 0 {
        catch_up(connection)?;
    }
    Ok(())
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
        "INSERT INTO log_search (log_search) VALUES ('delete-all'); DELETE FROM log_index;",
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

/// As [`page`], for lines with these words.
pub(crate) fn search(
    connection: &Connection,
    words: &str,
    before: Option<i64>,
    filter: &LogFilter,
    limit: usize,
) -> Result<Vec<LogRow>> {
    let tail = not_searched_yet(connection)?;
    let Some(first) = tail.first().map(|row| row.position) else {
        return page(connection, Some(words), before, filter, limit);
    };
    let beside = beside(&tail)?;
    let mut rows = page(&beside, Some(words), before, filter, limit)?;
    // Below the first one: full-text search may have taken in the tail by now.
    let before = before.map_or(first, |before| before.min(first));
    let left = limit - rows.len();
    rows.extend(page(connection, Some(words), Some(before), filter, left)?);
    Ok(rows)
}

/// The lines that full-text search lacks, oldest first.
fn not_searched_yet(connection: &Connection) -> Result<Vec<LogRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM log_index l WHERE l.position > {LAST_SEARCHED} ORDER BY l.position"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([], read)?;
    rows.collect()
}

/// A database in memory that can search in these lines.
fn beside(rows: &[LogRow]) -> Result<Connection> {
    let memory = Connection::open_in_memory()?;
    // The entries themselves are not in it.
    memory.pragma_update(None, "foreign_keys", false)?;
    for migration in MIGRATIONS {
        memory.execute_batch(migration.sql)?;
    }
    let all = memory.unchecked_transaction()?;
    for LogRow { position, index } in rows {
        insert(&all, *position, index)?;
    }
    catch_up(&all)?;
    all.commit()?;
    Ok(memory)
}

/// The newest lines below `before`, newest first. Pages by key, so a page costs
/// the same wherever it is.
pub(crate) fn page(
    connection: &Connection,
    words: Option<&str>,
    before: Option<i64>,
    filter: &LogFilter,
    limit: usize,
) -> Result<Vec<LogRow>> {
    let (mut sql, position) = match words {
        None => (
            format!("SELECT {COLUMNS} FROM log_index l WHERE 1"),
            "l.position",
        ),
        Some(_) => (
            format!(
                "SELECT {COLUMNS} FROM log_search JOIN log_index l ON l.position = log_search.rowid
                 WHERE log_search MATCH ?"
            ),
            // Ordering by rowid lets FTS5 stop after a page; by rank it reads every match.
            "log_search.rowid",
        ),
    };
    let mut values: Vec<&dyn ToSql> = words.iter().map(|words| words as &dyn ToSql).collect();
    let mut also = |condition: &str, value| {
        sql.push_str(condition);
        values.push(value);
    };
    if let Some(before) = &before {
        also(&format!(" AND {position} < ?"), before);
    }
    let texts = [
        (" AND l.person = ?", &filter.person),
        (" AND l.app = ?", &filter.app),
        (" AND l.target = ?", &filter.target),
        (" AND l.outcome = ?", &filter.outcome),
    ];
    for (condition, value) in texts {
        if let Some(value) = value {
            also(condition, value);
        }
    }
    if let Some(from_ms) = &filter.from_ms {
        also(" AND l.at_ms >= ?", from_ms);
    }
    if let Some(before_ms) = &filter.before_ms {
        also(" AND l.at_ms < ?", before_ms);
    }
    if !filter.kinds.is_empty() {
        let marks = vec!["?"; filter.kinds.len()].join(", ");
        sql.push_str(&format!(" AND l.kind IN ({marks})"));
        values.extend(filter.kinds.iter().map(|kind| kind as &dyn ToSql));
    }
    let limit = rows(limit);
    sql.push_str(&format!(" ORDER BY {position} DESC LIMIT ?"));
    values.push(&limit);
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(values.as_slice(), read)?;
    rows.collect()
}

const WORDS_MAX: usize = 16;
const WORD_CHARS_MAX: usize = 64;

/// Turns what a person typed into a query that FTS5 always accepts: each word a
/// quoted phrase, all of them wanted, the last one as a beginning. `None` when
/// there is no word in it.
pub(crate) fn query(typed: &str) -> Option<String> {
    let words: Vec<String> = typed
        .split(|character: char| character.is_whitespace() || character.is_control())
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .take(WORDS_MAX)
        .map(|word| {
            let word: String = word.chars().take(WORD_CHARS_MAX).collect();
            format!("\"{}\"", word.replace('"', "\"\""))
        })
        .collect();
    (!words.is_empty()).then(|| format!("{}*", words.join(" ")))
}
