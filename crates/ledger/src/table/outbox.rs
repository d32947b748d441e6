//! Effects that are owed to the outside: recorded before they are begun. Knows
//! no provider; a payload is the caller's own.

use cockpit_say::say;
use rusqlite::{Connection, OptionalExtension as _, Result, Row, params};
use serde_json::Value;

use crate::error::{Doing, LedgerError};
use crate::schema::Migration;

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    to: 1,
    sql: "
CREATE TABLE outbox (
  effect         TEXT PRIMARY KEY,
  target         TEXT NOT NULL,
  payload        TEXT NOT NULL,
  state          TEXT NOT NULL CHECK (state IN ('due', 'started', 'finished')),
  attempt        INTEGER NOT NULL CHECK (attempt >= 0),
  next_at_ms     INTEGER NOT NULL,
  lease_until_ms INTEGER,
  started_at_ms  INTEGER,
  CHECK (state <> 'started' OR started_at_ms IS NOT NULL)
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_open ON outbox (next_at_ms) WHERE state <> 'finished';
",
}];

/// How far an effect is, as this device knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutboxState {
    /// Nothing was sent in this attempt.
    Due,
    /// Something may have been sent: after a crash, look at the target first.
    Started,
    /// Its result is recorded. The row stays, so that the effect is never taken up again.
    Finished,
}

impl OutboxState {
    fn name(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Started => "started",
            Self::Finished => "finished",
        }
    }

    fn of_name(name: &str) -> Option<Self> {
        [Self::Due, Self::Started, Self::Finished]
            .into_iter()
            .find(|state| state.name() == name)
    }
}

/// An effect that is or was owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// The effect's own name, unique for ever.
    pub effect: String,
    /// What it acts on.
    pub target: String,
    /// What the caller needs to carry it out. No secrets.
    pub payload: Value,
    /// How far it is.
    pub state: OutboxState,
    /// How many times it was started.
    pub attempt: u32,
    /// When to take it up next, in milliseconds since 1970.
    pub next_at_ms: i64,
    /// Until when this device has claimed it, in milliseconds since 1970.
    pub lease_until_ms: Option<i64>,
    /// When the latest attempt began, in milliseconds since 1970.
    pub started_at_ms: Option<i64>,
}

/// A change to the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutboxChange {
    /// An effect is owed from `next_at_ms` on. Refused when it was ever added before.
    Add {
        /// The effect's own name.
        effect: String,
        /// What it acts on.
        target: String,
        /// What the caller needs to carry it out.
        payload: Value,
        /// When to take it up.
        next_at_ms: i64,
    },
    /// This device has claimed it until then.
    Lease {
        /// Which effect.
        effect: String,
        /// Until when.
        lease_until_ms: i64,
    },
    /// Something may be sent from here on. Only from [`OutboxState::Due`]; counts an attempt.
    Start {
        /// Which effect.
        effect: String,
        /// The moment.
        started_at_ms: i64,
        /// When to look at the target if no result comes.
        next_at_ms: i64,
    },
    /// Look again at that moment; the state stays.
    Wait {
        /// Which effect.
        effect: String,
        /// When.
        next_at_ms: i64,
    },
    /// The target was looked at and the attempt is known to have done nothing:
    /// due again. Only from [`OutboxState::Started`].
    Retry {
        /// Which effect.
        effect: String,
        /// When.
        next_at_ms: i64,
    },
    /// Another payload. Not once it is finished.
    Payload {
        /// Which effect.
        effect: String,
        /// The payload.
        payload: Value,
    },
    /// Its result is recorded. Not twice.
    Finish {
        /// Which effect.
        effect: String,
    },
}

pub(crate) fn apply(connection: &Connection, change: &OutboxChange) -> Result<(), LedgerError> {
    let writing = |error| LedgerError::sqlite(Doing::Writing, error);
    let run = |sql: &str, parameters: &[&dyn rusqlite::ToSql]| {
        connection.prepare_cached(sql)?.execute(parameters)
    };
    let (effect, rows) = match change {
        OutboxChange::Add {
            effect,
            target,
            payload,
            next_at_ms,
        } => {
            let sql = "INSERT INTO outbox (effect, target, payload, state, attempt, next_at_ms)
                       VALUES (?1, ?2, ?3, 'due', 0, ?4) ON CONFLICT DO NOTHING";
            (
                effect,
                run(
                    sql,
                    params![effect, target, payload.to_string(), next_at_ms],
                ),
            )
        }
        OutboxChange::Lease {
            effect,
            lease_until_ms,
        } => {
            let sql = "UPDATE outbox SET lease_until_ms = ?2
                       WHERE effect = ?1 AND state <> 'finished'";
            (effect, run(sql, params![effect, lease_until_ms]))
        }
        OutboxChange::Start {
            effect,
            started_at_ms,
            next_at_ms,
        } => {
            let sql = "UPDATE outbox SET state = 'started', attempt = attempt + 1,
                       started_at_ms = ?2, next_at_ms = ?3 WHERE effect = ?1 AND state = 'due'";
            (effect, run(sql, params![effect, started_at_ms, next_at_ms]))
        }
        OutboxChange::Wait { effect, next_at_ms } => {
            let sql = "UPDATE outbox SET next_at_ms = ?2
                       WHERE effect = ?1 AND state <> 'finished'";
            (effect, run(sql, params![effect, next_at_ms]))
        }
        OutboxChange::Retry { effect, next_at_ms } => {
            let sql = "UPDATE outbox SET state = 'due', next_at_ms = ?2
                       WHERE effect = ?1 AND state = 'started'";
            (effect, run(sql, params![effect, next_at_ms]))
        }
        OutboxChange::Payload { effect, payload } => {
            let sql = "UPDATE outbox SET payload = ?2
                       WHERE effect = ?1 AND state <> 'finished'";
            (effect, run(sql, params![effect, payload.to_string()]))
        }
        OutboxChange::Finish { effect } => {
            let sql = "UPDATE outbox SET state = 'finished'
                       WHERE effect = ?1 AND state <> 'finished'";
            (effect, run(sql, params![effect]))
        }
    };
    if rows.map_err(writing)? == 1 {
        return Ok(());
    }
    let state = state(connection, effect).map_err(writing)?;
    Err(LedgerError::conflict(match state {
        None => say!("The effect {effect} is not in the outbox."),
        Some(state) => say!("The effect {effect} is already {}.", state.name()),
    }))
}

fn state(connection: &Connection, effect: &str) -> Result<Option<OutboxState>> {
    get(connection, effect).map(|row| row.map(|row| row.state))
}

pub(crate) fn get(connection: &Connection, effect: &str) -> Result<Option<OutboxRow>> {
    let sql = format!("SELECT {COLUMNS} FROM outbox WHERE effect = ?1");
    connection
        .prepare_cached(&sql)?
        .query_row(params![effect], read)
        .optional()
}

/// What is owed at `now_ms`: due and started rows whose moment has come, the oldest first.
pub(crate) fn due(connection: &Connection, now_ms: i64) -> Result<Vec<OutboxRow>> {
    list(
        connection,
        "WHERE state <> 'finished' AND next_at_ms <= ?1 ORDER BY next_at_ms, effect",
        params![now_ms],
    )
}

/// What is owed at all, the oldest first.
pub(crate) fn open(connection: &Connection) -> Result<Vec<OutboxRow>> {
    list(
        connection,
        "WHERE state <> 'finished' ORDER BY next_at_ms, effect",
        &[],
    )
}

/// Every row, by its effect.
pub(crate) fn all(connection: &Connection) -> Result<Vec<OutboxRow>> {
    list(connection, "ORDER BY effect", &[])
}

/// Puts a row as it is, for a database that is made anew.
pub(crate) fn put(connection: &Connection, row: &OutboxRow) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO outbox (effect, target, payload, state, attempt, next_at_ms,
               lease_until_ms, started_at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            row.effect,
            row.target,
            row.payload.to_string(),
            row.state.name(),
            row.attempt,
            row.next_at_ms,
            row.lease_until_ms,
            row.started_at_ms,
        ])
        .map(|_| ())
}

const COLUMNS: &str =
    "effect, target, payload, state, attempt, next_at_ms, lease_until_ms, started_at_ms";

fn list(
    connection: &Connection,
    condition: &str,
    parameters: &[&dyn rusqlite::ToSql],
) -> Result<Vec<OutboxRow>> {
    let sql = format!("SELECT {COLUMNS} FROM outbox {condition}");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(parameters, read)?;
    rows.collect()
}

fn read(row: &Row<'_>) -> Result<OutboxRow> {
    let name: String = row.get(3)?;
    let state = OutboxState::of_name(&name).ok_or_else(|| unreadable(3))?;
    let payload: String = row.get(2)?;
    Ok(OutboxRow {
        effect: row.get(0)?,
        target: row.get(1)?,
        payload: serde_json::from_str(&payload).map_err(|_| unreadable(2))?,
        state,
        attempt: row.get(4)?,
        next_at_ms: row.get(5)?,
        lease_until_ms: row.get(6)?,
        started_at_ms: row.get(7)?,
    })
}

fn unreadable(column: usize) -> rusqlite::Error {
    rusqlite::Error::InvalidColumnType(column, "outbox".to_owned(), rusqlite::types::Type::Text)
}
