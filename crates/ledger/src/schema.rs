//! Versions of the database and the way from one to the next. Knows the tables
//! by their migrations only, not by what they hold.

use cockpit_say::say;
use rusqlite::{Connection, TransactionBehavior};

use crate::error::{Doing, ErrorKind, LedgerError};
use crate::table::{cache, entries, log_index, outbox, settings, slots, snapshot};

/// Marks the file as a ledger of this product ("RCLG"), in SQLite's header.
pub const APPLICATION_ID: i32 = 0x5243_4C47;
/// The newest version of the tables that this crate knows.
pub const SCHEMA_VERSION: i32 = 3;

/// One step of one table.
pub(crate) struct Migration {
    /// The schema version that this step belongs to.
    pub to: i32,
    /// What it does.
    pub sql: &'static str,
}

/// Every table and the version that its migrations lead to.
pub(crate) struct Plan {
    pub to: i32,
    pub tables: &'static [&'static [Migration]],
}

pub(crate) const PLAN: Plan = Plan {
    to: SCHEMA_VERSION,
    tables: &[
        entries::MIGRATIONS,
        log_index::MIGRATIONS,
        outbox::MIGRATIONS,
        cache::MIGRATIONS,
        settings::MIGRATIONS,
        slots::MIGRATIONS,
        snapshot::MIGRATIONS,
    ],
};

/// What a file is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Age {
    /// Nothing in it yet.
    Empty,
    /// Ours, and of an older version.
    Older(i32),
    /// Ours, as this crate writes it.
    Current,
    /// Ours, and of a newer version.
    Newer(i32),
}

/// # Errors
/// The file is another program's, or cannot be read.
pub(crate) fn age(connection: &Connection, plan: &Plan) -> Result<Age, LedgerError> {
    let read = |sql: &str| {
        connection
            .query_row(sql, [], |row| row.get::<_, i32>(0))
            .map_err(|error| LedgerError::sqlite(Doing::Opening, error))
    };
    let application = read("PRAGMA application_id")?;
    let version = read("PRAGMA user_version")?;
    let objects = read("SELECT count(*) FROM sqlite_master")?;
    match (application, version) {
        (0, 0) if objects == 0 => Ok(Age::Empty),
        (APPLICATION_ID, version) if version > plan.to => Ok(Age::Newer(version)),
        (APPLICATION_ID, version) if version == plan.to => Ok(Age::Current),
        (APPLICATION_ID, version) if version > 0 => Ok(Age::Older(version)),
        _ => Err(LedgerError::new(
            ErrorKind::Foreign,
            say!("The file is a database of another program. It was not changed."),
            Some(say!("Choose another folder for the workspace.")),
        )),
    }
}

/// Brings the tables to the plan's version, in one transaction.
pub(crate) fn migrate(connection: &mut Connection, plan: &Plan) -> Result<(), LedgerError> {
    let opening = |error| LedgerError::sqlite(Doing::Opening, error);
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(opening)?;
    // Asked inside the transaction: another process may have been faster.
    let from: i32 = transaction
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .map_err(opening)?;
    if from >= plan.to {
        return Ok(());
    }
    for version in from + 1..=plan.to {
        for step in plan
            .tables
            .iter()
            .flat_map(|table| table.iter())
            .filter(|s| s.to == version)
        {
            transaction.execute_batch(step.sql).map_err(opening)?;
        }
    }
    transaction
        .pragma_update(None, "application_id", APPLICATION_ID)
        .map_err(opening)?;
    transaction
        .pragma_update(None, "user_version", plan.to)
        .map_err(opening)?;
    transaction.commit().map_err(opening)
}
