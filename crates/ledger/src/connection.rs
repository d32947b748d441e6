//! How a connection to the database is made. Knows nothing of its tables.

use std::path::Path;
use std::time::Duration;

use cockpit_say::say;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::error::{Doing, ErrorKind, LedgerError};

/// The oldest SQLite that is safe here: before 3.51.3 resetting the WAL could
/// lose a commit (<https://sqlite.org/wal.html>).
pub const SQLITE_VERSION_MIN: i32 = 3_051_003;

const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
const STATEMENTS_CACHED_MAX: usize = 64;

/// # Errors
/// [`ErrorKind::OldSqlite`].
pub(crate) fn check_sqlite(version: i32) -> Result<(), LedgerError> {
    if version >= SQLITE_VERSION_MIN {
        return Ok(());
    }
    Err(LedgerError::new(
        ErrorKind::OldSqlite,
        say!(
            "This build uses SQLite {}.{}.{}, which can lose data. The ledger is not open.",
            version / 1_000_000,
            version / 1000 % 1000,
            version % 1000
        ),
        Some(say!(
            "Install a build of the app with SQLite 3.51.3 or newer."
        )),
    ))
}

/// Opens for writing, without touching the file's content.
pub(crate) fn open_writer(path: &Path) -> Result<Connection, LedgerError> {
    open(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
    )
}

/// Sets up durable writing. Only for a file that is known to be ours.
pub(crate) fn make_durable(connection: &Connection) -> Result<(), LedgerError> {
    let apply = || {
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        // Otherwise what is bound may change the plan, and a kept statement of the append is planned
        // anew each time (<https://sqlite.org/queryplanner-ng.html#qpstab>).
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        if cfg!(target_os = "macos") {
            // There, fsync alone leaves the data in the drive's cache.
            connection.pragma_update(None, "fullfsync", true)?;
            connection.pragma_update(None, "checkpoint_fullfsync", true)?;
        }
        Ok(())
    };
    apply().map_err(|error| LedgerError::sqlite(Doing::Opening, error))
}

/// Opens for reading only.
pub(crate) fn open_reader(path: &Path) -> Result<Connection, LedgerError> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection
        .pragma_update(None, "query_only", true)
        .map_err(|error| LedgerError::sqlite(Doing::Opening, error))?;
    Ok(connection)
}

/// Opens for reading where not even the companions of a WAL can be made, such as
/// on a full disk or in a locked folder. Only for a file that nobody writes.
pub(crate) fn open_frozen(path: &Path) -> Result<Connection, LedgerError> {
    let name = path.to_string_lossy().replace('\\', "/");
    let name = name
        .replace('%', "%25")
        .replace('?', "%3f")
        .replace('#', "%23");
    let root = if name.starts_with('/') || cfg!(not(windows)) {
        ""
    } else {
        "/"
    };
    let uri = format!("file:{root}{name}?immutable=1");
    open(
        Path::new(&uri),
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI,
    )
}

/// Opens for reading where the companions of a WAL cannot be made and the WAL holds what the
/// database does not yet. Nobody else can open it meanwhile, so that the WAL's index is kept in
/// memory (<https://sqlite.org/wal.html#noshm>). The WAL stays as it is.
pub(crate) fn open_alone(path: &Path) -> Result<Connection, LedgerError> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let alone = || {
        // Before anything is read: later it would be too late.
        connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        connection.pragma_update(None, "query_only", true)
    };
    alone().map_err(|error| LedgerError::sqlite(Doing::Opening, error))?;
    Ok(connection)
}

fn open(path: &Path, flags: OpenFlags) -> Result<Connection, LedgerError> {
    let connect = || {
        let connection =
            Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS_CACHED_MAX);
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "trusted_schema", false)?;
        connection.pragma_update(None, "cell_size_check", true)?;
        Ok(connection)
    };
    connect().map_err(|error| LedgerError::sqlite(Doing::Opening, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_sqlite_is_refused() {
        check_sqlite(rusqlite::version_number()).unwrap();
        check_sqlite(SQLITE_VERSION_MIN).unwrap();
        let error = check_sqlite(3_051_002).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OldSqlite);
        assert!(error.to_string().contains("3.51.2"), "{error}");
    }
}
