//! Copies of the database in `backups/`: before a migration, and one a day.
//! Knows no tables.

use std::fs;
use std::path::{Path, PathBuf};

use cockpit_say::say;
use cockpit_seal::Timestamp;
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use crate::error::{Doing, ErrorKind, LedgerError};

const DAILY_KEPT: usize = 7;
const DAILY: &str = "daily-";

/// Copies the database before its tables change.
pub(crate) fn before_migration(
    path: &Path,
    connection: &Connection,
    version: i32,
    now_ms: i64,
) -> Result<PathBuf, LedgerError> {
    copy(
        path,
        connection,
        &format!("before-migration-from-{version}-{}", stamp(now_ms)?),
    )
}

/// Makes the day's copy unless there is one, and drops all but the newest.
pub(crate) fn daily(
    path: &Path,
    connection: &Connection,
    now_ms: i64,
) -> Result<Option<PathBuf>, LedgerError> {
    let day: String = stamp(now_ms)?.chars().take("2026-11-23".len()).collect();
    let name = format!("{DAILY}{day}");
    if folder(path).join(format!("{name}.db")).exists() {
        return Ok(None);
    }
    let made = copy(path, connection, &name)?;
    prune(&folder(path))?;
    Ok(Some(made))
}

/// The newest of the daily copies.
pub(crate) fn newest(path: &Path) -> Option<PathBuf> {
    days(&folder(path)).ok()?.pop()
}

fn prune(folder: &Path) -> Result<(), LedgerError> {
    let days = days(folder).map_err(|error| {
        LedgerError::io(
            Doing::Saving,
            say!("The old backups cannot be listed"),
            error,
        )
    })?;
    let surplus = days.len().saturating_sub(DAILY_KEPT);
    for path in &days[..surplus] {
        fs::remove_file(path).map_err(|error| {
            LedgerError::io(
                Doing::Saving,
                say!("An old backup cannot be removed"),
                error,
            )
        })?;
    }
    Ok(())
}

/// The daily copies, the oldest first.
fn days(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut days = Vec::new();
    for file in fs::read_dir(folder)? {
        let path = file?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(DAILY) && name.ends_with(".db") {
            days.push(path);
        }
    }
    days.sort();
    Ok(days)
}

fn folder(path: &Path) -> PathBuf {
    path.with_file_name("backups")
}

/// The moment in a form that file names of all systems take.
pub(crate) fn stamp(now_ms: i64) -> Result<String, LedgerError> {
    let moment = Timestamp::from_ms(now_ms).map_err(|error| {
        LedgerError::new(
            ErrorKind::Internal,
            say!("The clock of this machine is not usable: {error}. Nothing was changed."),
            Some(say!("Set the clock of this machine.")),
        )
    })?;
    Ok(moment.to_string().replace([':', '.'], "-"))
}

/// Copies to a name of its own first, so that a half-made copy is never taken for one.
fn copy(path: &Path, connection: &Connection, name: &str) -> Result<PathBuf, LedgerError> {
    let io = |what| move |error| LedgerError::io(Doing::Saving, what, error);
    let sqlite = |error| LedgerError::sqlite(Doing::Saving, error);
    let folder = folder(path);
    fs::create_dir_all(&folder).map_err(io(say!("The folder for backups cannot be made")))?;
    let half = folder.join(format!("{name}.part"));
    if half.exists() {
        fs::remove_file(&half).map_err(io(say!("A half-made backup cannot be removed")))?;
    }
    let mut target = Connection::open(&half).map_err(sqlite)?;
    let backup = Backup::new(connection, &mut target).map_err(sqlite)?;
    match backup.step(-1).map_err(sqlite)? {
        StepResult::Done => {}
        _ => return Err(LedgerError::sqlite(Doing::Saving, busy())),
    }
    drop(backup);
    // One file that stands alone, not one that waits for its WAL.
    target
        .pragma_update(None, "journal_mode", "DELETE")
        .map_err(sqlite)?;
    target.close().map_err(|(_, error)| sqlite(error))?;
    let file = fs::OpenOptions::new()
        .write(true)
        .open(&half)
        .map_err(io(say!("The backup is lost")))?;
    file.sync_all()
        .map_err(io(say!("The backup cannot be made durable")))?;
    let made = folder.join(format!("{name}.db"));
    fs::rename(&half, &made).map_err(io(say!("The backup cannot be given its name")))?;
    sync_folder(&folder).map_err(io(say!("The folder for backups cannot be made durable")))?;
    Ok(made)
}

fn busy() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY), None)
}

/// Makes names in a folder survive a power cut, where the system knows how.
pub(crate) fn sync_folder(folder: &Path) -> std::io::Result<()> {
    match cfg!(unix) {
        true => fs::File::open(folder)?.sync_all(),
        false => Ok(()),
    }
}
