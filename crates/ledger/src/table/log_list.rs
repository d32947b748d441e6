//! Reading the decision log: the newest lines that a filter and a person's words leave. Writes
//! nothing.
//!
//! A page costs about the same wherever it is and whatever it asks for. Lines that agree in all
//! that a filter can ask share a facet; a filter is first asked of the few facets, and the lines
//! of those that are left are merged by their place. A period is first asked of spans: which
//! stretches of the log hold no moment of it.

use std::collections::BinaryHeap;

use rusqlite::{Connection, Result, Row, ToSql, params};

use super::entries::rows;
use super::log_index::{BLOCK_ROWS, LAST_SEARCHED, LogIndex, LogRow, beside};
use super::words::Typed;

/// Which lines to list. An empty filter lists all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogFilter {
    /// Only these kinds; none given means every kind.
    pub kinds: Vec<String>,
    /// Only this person.
    pub person: Option<String>,
    /// Only this app.
    pub app: Option<String>,
    /// Only this outcome.
    pub outcome: Option<String>,
    /// Only from this moment on (milliseconds since 1970).
    pub from_ms: Option<i64>,
    /// Only before this moment (milliseconds since 1970).
    pub before_ms: Option<i64>,
}

/// What filters can ask for: every value that stands in the log, in alphabetical order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogChoices {
    /// Kinds of entries.
    pub kinds: Vec<String>,
    /// Persons.
    pub people: Vec<String>,
    /// Apps.
    pub apps: Vec<String>,
    /// Outcomes.
    pub outcomes: Vec<String>,
}

/// Positions from the first to the second, both included.
type Stretch = (i64, i64);

/// Positions of one facet that are read at a time.
const FACET_ROWS: i64 = 64;
/// More stretches than this are asked as one.
const STRETCHES_MAX: usize = 64;

pub(crate) const COLUMNS: &str =
    "l.position, l.at_ms, l.kind, l.person, l.app, l.target, l.outcome, l.title, l.text";

pub(crate) fn read(row: &Row<'_>) -> Result<LogRow> {
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

/// Every value that a filter can ask for.
pub(crate) fn choices(connection: &Connection) -> Result<LogChoices> {
    let values = |column: &str| -> Result<Vec<String>> {
        let sql = format!(
            "SELECT DISTINCT {column} FROM log_facet WHERE {column} IS NOT NULL ORDER BY {column}"
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement.query_map([], |row| row.get(0))?;
        rows.collect()
    };
    Ok(LogChoices {
        kinds: values("kind")?,
        people: values("person")?,
        apps: values("app")?,
        outcomes: values("outcome")?,
    })
}

/// The newest lines below `before`, newest first.
pub(crate) fn page(
    connection: &Connection,
    before: Option<i64>,
    filter: &LogFilter,
    limit: usize,
) -> Result<Vec<LogRow>> {
    let facets = match filter.asks_for_facets() {
        true => Some(facets(connection, filter)?),
        false => None,
    };
    let mut found = Vec::new();
    for stretch in stretches(connection, before, filter)? {
        let left = limit.saturating_sub(found.len());
        if left == 0 {
            break;
        }
        match &facets {
            None => found.extend(all_of(connection, stretch, filter, left)?),
            Some(facets) => {
                Merge::new(connection, facets, stretch)?.take_rows(filter, left, &mut found)?
            }
        }
    }
    Ok(found)
}

/// As [`page`], for lines with the words that a person typed.
pub(crate) fn search(
    connection: &Connection,
    typed: &Typed,
    before: Option<i64>,
    filter: &LogFilter,
    limit: usize,
) -> Result<Vec<LogRow>> {
    let mut rows = Vec::new();
    let mut before = before;
    let tail = match before {
        // Below all of it.
        Some(before) if searched_to(connection)? >= before.saturating_sub(1) => Vec::new(),
        Some(_) | None => not_searched_yet(connection)?,
    };
    if let Some(first) = tail.first().map(|row| row.position) {
        rows = searched(&beside(&tail)?, &typed.query(), before, filter, limit)?;
        // Below the first one: full-text search may have taken in the tail by now.
        before = Some(before.map_or(first, |before| before.min(first)));
    }
    let left = limit - rows.len();
    if left > 0
        && let Some(words) = typed.query_in(connection)?
    {
        rows.extend(searched(connection, &words, before, filter, left)?);
    }
    Ok(rows)
}

/// The last line that full-text search has taken in.
fn searched_to(connection: &Connection) -> Result<i64> {
    connection
        .prepare_cached(&format!("SELECT {LAST_SEARCHED}"))?
        .query_row([], |row| row.get(0))
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

fn searched(
    connection: &Connection,
    words: &str,
    before: Option<i64>,
    filter: &LogFilter,
    limit: usize,
) -> Result<Vec<LogRow>> {
    let words = filter.narrowed(words);
    let mut found = Vec::new();
    for (first, last) in stretches(connection, before, filter)? {
        let left = limit.saturating_sub(found.len());
        if left == 0 {
            break;
        }
        // Ordering by rowid lets FTS5 stop after a page; by rank it reads every match.
        let mut asked = Asked::new(format!(
            "SELECT {COLUMNS} FROM log_search JOIN log_index l ON l.position = log_search.rowid
             WHERE log_search MATCH ? AND log_search.rowid BETWEEN ? AND ?"
        ));
        let left = rows(left);
        asked.values.extend([&words as &dyn ToSql, &first, &last]);
        asked.also_facet(filter, "l.");
        asked.also_period(filter);
        asked.end(" ORDER BY log_search.rowid DESC LIMIT ?", &left);
        found.extend(asked.rows(connection)?);
    }
    Ok(found)
}

/// Every line of a stretch in the filter's period.
fn all_of(
    connection: &Connection,
    (first, last): Stretch,
    filter: &LogFilter,
    limit: usize,
) -> Result<Vec<LogRow>> {
    let mut asked = Asked::new(format!(
        "SELECT {COLUMNS} FROM log_index l WHERE l.position BETWEEN ? AND ?"
    ));
    let limit = rows(limit);
    asked.values.extend([&first as &dyn ToSql, &last]);
    asked.also_period(filter);
    asked.end(" ORDER BY l.position DESC LIMIT ?", &limit);
    asked.rows(connection)
}

/// The facets that a filter leaves.
fn facets(connection: &Connection, filter: &LogFilter) -> Result<Vec<i64>> {
    let mut asked = Asked::new("SELECT id FROM log_facet WHERE 1".to_owned());
    asked.also_facet(filter, "");
    let mut statement = connection.prepare_cached(&asked.sql)?;
    let rows = statement.query_map(asked.values.as_slice(), |row| row.get(0))?;
    rows.collect()
}

/// The stretches below `before` that may hold a moment of the filter's period, newest first.
fn stretches(
    connection: &Connection,
    before: Option<i64>,
    filter: &LogFilter,
) -> Result<Vec<Stretch>> {
    let last = before.map_or(i64::MAX, |before| before.saturating_sub(1));
    let (from_ms, before_ms) = match (filter.from_ms, filter.before_ms) {
        (None, None) => return Ok(vec![(1, last)]),
        (from_ms, before_ms) => (from_ms.unwrap_or(i64::MIN), before_ms.unwrap_or(i64::MAX)),
    };
    let mut statement = connection.prepare_cached(
        "SELECT block FROM log_span WHERE last_ms < ?1 OR first_ms >= ?2 ORDER BY block",
    )?;
    let without = statement.query_map(params![from_ms, before_ms], |row| row.get::<_, i64>(0))?;
    let mut found: Vec<Stretch> = Vec::new();
    let mut next = 1;
    for block in without {
        let begins = block? * BLOCK_ROWS + 1;
        if begins > last {
            break;
        }
        if next < begins {
            found.push((next, begins - 1));
        }
        next = begins + BLOCK_ROWS;
    }
    if next <= last {
        found.push((next, last));
    }
    found.reverse();
    if found.len() > STRETCHES_MAX {
        let oldest = found.last().map_or(1, |(first, _)| *first);
        found = vec![(oldest, found[0].1)];
    }
    Ok(found)
}

impl LogFilter {
    fn asks_for_facets(&self) -> bool {
        !self.kinds.is_empty()
            || self.person.is_some()
            || self.app.is_some()
            || self.outcome.is_some()
    }

    /// The words, and beside them those of the filter: full-text search then passes over most of
    /// what the filter leaves out. Which lines it leaves is asked of the lines themselves.
    fn narrowed(&self, words: &str) -> String {
        let mut query = format!("({words})");
        let quoted = |column: &str, value: &String| {
            let is_word = value.chars().any(char::is_alphanumeric);
            is_word.then(|| format!("{column} : \"{}\"", value.replace('"', "\"\"")))
        };
        let kinds: Option<Vec<String>> =
            self.kinds.iter().map(|kind| quoted("kind", kind)).collect();
        if let Some(kinds) = kinds.filter(|kinds| !kinds.is_empty()) {
            query.push_str(&format!(" AND ({})", kinds.join(" OR ")));
        }
        let columns = [
            ("person", &self.person),
            ("app", &self.app),
            ("outcome", &self.outcome),
        ];
        for (column, value) in columns {
            if let Some(phrase) = value.as_ref().and_then(|value| quoted(column, value)) {
                query.push_str(&format!(" AND ({phrase})"));
            }
        }
        query
    }
}

/// A query that grows, with its values.
struct Asked<'a> {
    sql: String,
    values: Vec<&'a dyn ToSql>,
}

impl<'a> Asked<'a> {
    fn new(sql: String) -> Self {
        Self {
            sql,
            values: Vec::new(),
        }
    }

    fn also_facet(&mut self, filter: &'a LogFilter, of: &str) {
        let columns = [
            ("person", &filter.person),
            ("app", &filter.app),
            ("outcome", &filter.outcome),
        ];
        for (column, value) in columns {
            if let Some(value) = value {
                self.sql.push_str(&format!(" AND {of}{column} = ?"));
                self.values.push(value);
            }
        }
        if !filter.kinds.is_empty() {
            let marks = vec!["?"; filter.kinds.len()].join(", ");
            self.sql.push_str(&format!(" AND {of}kind IN ({marks})"));
            self.values
                .extend(filter.kinds.iter().map(|kind| kind as &dyn ToSql));
        }
    }

    fn also_period(&mut self, filter: &'a LogFilter) {
        let bounds = [
            (" AND l.at_ms >= ?", &filter.from_ms),
            (" AND l.at_ms < ?", &filter.before_ms),
        ];
        for (condition, value) in bounds {
            if let Some(value) = value {
                self.sql.push_str(condition);
                self.values.push(value);
            }
        }
    }

    fn end(&mut self, sql: &str, value: &'a dyn ToSql) {
        self.sql.push_str(sql);
        self.values.push(value);
    }

    fn rows(&self, connection: &Connection) -> Result<Vec<LogRow>> {
        let mut statement = connection.prepare_cached(&self.sql)?;
        let rows = statement.query_map(self.values.as_slice(), read)?;
        rows.collect()
    }
}

/// The positions of several facets, newest first.
struct Merge<'a> {
    connection: &'a Connection,
    first: i64,
    cursors: Vec<Cursor>,
    /// The newest position of each cursor that is left, with the cursor's place.
    heads: BinaryHeap<(i64, usize)>,
}

/// What is read ahead of one facet, the newest at the end.
struct Cursor {
    facet: i64,
    ahead: Vec<i64>,
    /// Where reading goes on; below the stretch when all is read.
    next: i64,
}

impl<'a> Merge<'a> {
    fn new(connection: &'a Connection, facets: &[i64], (first, last): Stretch) -> Result<Self> {
        let mut merge = Self {
            connection,
            first,
            cursors: Vec::with_capacity(facets.len()),
            heads: BinaryHeap::with_capacity(facets.len()),
        };
        // Of many facets most give little to a page.
        let ahead = if facets.len() > 8 { 1 } else { FACET_ROWS };
        for facet in facets {
            merge.cursors.push(Cursor {
                facet: *facet,
                ahead: Vec::new(),
                next: last,
            });
            merge.put_head(merge.cursors.len() - 1, ahead)?;
        }
        Ok(merge)
    }

    fn put_head(&mut self, place: usize, rows: i64) -> Result<()> {
        let cursor = &mut self.cursors[place];
        if cursor.ahead.is_empty() && cursor.next >= self.first {
            cursor.read(self.connection, self.first, rows)?;
        }
        if let Some(position) = cursor.ahead.pop() {
            self.heads.push((position, place));
        }
        Ok(())
    }

    fn take_rows(
        mut self,
        filter: &LogFilter,
        limit: usize,
        found: &mut Vec<LogRow>,
    ) -> Result<()> {
        let sql = format!("SELECT {COLUMNS} FROM log_index l WHERE l.position = ?1");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut left = limit;
        while left > 0
            && let Some((position, place)) = self.heads.pop()
        {
            self.put_head(place, FACET_ROWS)?;
            let row = statement.query_row(params![position], read)?;
            let at_ms = row.index.at_ms;
            if filter.from_ms.is_none_or(|from| at_ms >= from)
                && filter.before_ms.is_none_or(|before| at_ms < before)
            {
                found.push(row);
                left -= 1;
            }
        }
        Ok(())
    }
}

impl Cursor {
    fn read(&mut self, connection: &Connection, first: i64, limit: i64) -> Result<()> {
        let mut statement = connection.prepare_cached(
            "SELECT position FROM log_index INDEXED BY log_index_facet
             WHERE facet = ?1 AND position BETWEEN ?2 AND ?3 ORDER BY position DESC LIMIT ?4",
        )?;
        let read = statement.query_map(params![self.facet, first, self.next, limit], |row| {
            row.get(0)
        })?;
        self.ahead = read.collect::<Result<_>>()?;
        self.next = match self.ahead.last() {
            Some(oldest) if rows(self.ahead.len()) == limit => oldest - 1,
            Some(_) | None => first - 1,
        };
        self.ahead.reverse();
        Ok(())
    }
}
