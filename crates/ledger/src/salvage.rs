//! Saving what still holds of a damaged database. Never erases: the damaged file
//! is set aside under a name of its own.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use cockpit_say::say;
use cockpit_seal::{Entry, EntryId, Verifier};
use rusqlite::Connection;

use crate::backup::{self, stamp, sync_folder};
use crate::connection::{make_durable, open_reader, open_writer};
use crate::error::{Doing, ErrorKind, HINT_CORRUPT, LedgerError};
use crate::ledger::Ledger;
use crate::table::entries::RawRow;
use crate::table::log_index::LogIndex;
use crate::table::{entries, log_index, outbox, settings};
use crate::verify;

/// What was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Salvage {
    /// Where the damaged database is kept.
    pub broken_path: PathBuf,
    /// How many entries are there now, wherever they came from.
    pub entries_kept: u64,
    /// How many of them the caller had from elsewhere.
    pub entries_from_elsewhere: u64,
    /// How many of the others came from the newest backup.
    pub entries_from_backup: u64,
    /// How many rows could not be read, or do not hold, or follow one of their
    /// device that does not, and are nowhere else.
    pub entries_left: u64,
    /// Whether the outbox could be read and copied. If not, look at every target
    /// before anything is sent.
    pub outbox_kept: bool,
}

/// Makes a database at `path` with what `elsewhere` puts into an empty one, such as the
/// entries of a log, and with every entry of the damaged one there that still verifies
/// after these: of each device, the entries before its first broken one. A backup of
/// the same ledger fills in what is broken, for entries are the same bytes
/// everywhere. The outbox and the settings come along if they can be read; the
/// cache does not. The damaged file is renamed to `<name>.broken-<time>` and kept.
///
/// The database must not be open.
///
/// # Errors
/// Those of reading and writing, and those of `elsewhere`. Until the last step, which is
/// a rename, nothing at `path` has changed; after an interruption in between, call it
/// again.
pub fn salvage<E: From<LedgerError>>(
    path: impl AsRef<Path>,
    now_ms: i64,
    mut index: impl FnMut(&Entry) -> LogIndex,
    elsewhere: impl FnOnce(Ledger) -> Result<(), E>,
) -> Result<Salvage, E> {
    let path = path.as_ref();
    let stamp = stamp(now_ms)?;
    let set_aside = failed(say!("The damaged ledger cannot be set aside"));
    let rename = |from: &Path, to: &Path| match from.exists() {
        true => fs::rename(from, to).map_err(&set_aside),
        false => Ok(()),
    };
    let source = match path.exists() {
        true => path.to_owned(),
        false => {
            // An earlier call was interrupted; it may have left the companions behind.
            let source = newest_broken(path).ok_or_else(nothing_there)?;
            for end in COMPANIONS {
                rename(&beside(path, end), &beside(&source, end))?;
            }
            source
        }
    };
    let fresh = beside(path, &format!(".salvaged-{stamp}"));
    remove(&fresh)?;
    let backup = backup::newest(path);
    let copied = Ledger::open(&fresh, now_ms)
        .map_err(E::from)
        .and_then(elsewhere)
        .and_then(|()| Ok(copy(&source, backup.as_deref(), &fresh, &mut index)?));
    let copied = match copied {
        Ok(copied) => copied,
        Err(error) => {
            // The error says more than that of the tidying would.
            let _ = remove(&fresh);
            return Err(error);
        }
    };
    let broken_path = match source == path {
        true => {
            let broken_path = beside(path, &format!(".broken-{stamp}"));
            rename(path, &broken_path)?;
            for end in COMPANIONS {
                rename(&beside(path, end), &beside(&broken_path, end))?;
            }
            broken_path
        }
        false => source,
    };
    fs::rename(&fresh, path).map_err(failed(say!("The saved ledger cannot be put in place")))?;
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        sync_folder(folder).map_err(failed(say!("The workspace folder cannot be made durable")))?;
    }
    Ok(Salvage {
        broken_path,
        ..copied
    })
}

/// Takes away a copy that was not put in place.
fn remove(fresh: &Path) -> Result<(), LedgerError> {
    let companions = COMPANIONS.map(|end| beside(fresh, end));
    for old in [fresh.to_owned()].iter().chain(&companions) {
        if old.exists() {
            fs::remove_file(old).map_err(failed(say!("A half-made copy cannot be removed")))?;
        }
    }
    Ok(())
}

const COMPANIONS: [&str; 2] = ["-wal", "-shm"];

fn nothing_there() -> LedgerError {
    LedgerError::new(
        ErrorKind::Io,
        say!("There is no ledger at this place. Nothing was changed."),
        Some(say!("Choose the folder of the workspace.")),
    )
}

/// Refuses to start an empty ledger where a salvage was interrupted.
pub(crate) fn refuse_half_salvaged(path: &Path) -> Result<(), LedgerError> {
    if path.exists() || newest_broken(path).is_none() {
        return Ok(());
    }
    Err(LedgerError::new(
        ErrorKind::Corrupt,
        say!(
            "A damaged ledger was set aside and the saved copy is not in place. The ledger is not open."
        ),
        Some(HINT_CORRUPT),
    ))
}

fn copy(
    source: &Path,
    backup: Option<&Path>,
    fresh: &Path,
    index: &mut dyn FnMut(&Entry) -> LogIndex,
) -> Result<Salvage, LedgerError> {
    let writing = |error| LedgerError::sqlite(Doing::Writing, error);
    let mut target = open_writer(fresh)?;
    make_durable(&target)?;
    let transaction = target.transaction().map_err(writing)?;
    let mut rows = Rows {
        target: &transaction,
        index,
        verifier: verify::resumed(&transaction)?,
        kept: entries::last_position(&transaction)
            .map_err(writing)?
            .unsigned_abs(),
        left: 0,
    };
    let entries_from_elsewhere = rows.kept;
    // A file whose very header is damaged yields nothing, and is kept all the same.
    let source = open_reader(source).ok();
    let backup = backup.and_then(|path| open_reader(path).ok());
    // The backup first: it is the log's own beginning, in the order of the log.
    if let Some(backup) = backup.filter(|backup| same_ledger(source.as_ref(), backup)) {
        rows.take_all(&backup).map_err(writing)?;
        rows.left = 0;
    }
    let entries_from_backup = rows.kept - entries_from_elsewhere;
    let mut outbox_kept = false;
    if let Some(source) = &source {
        rows.take_all(source).map_err(writing)?;
        if let Ok(effects) = outbox::all(source) {
            for row in effects {
                outbox::put(&transaction, &row).map_err(writing)?;
            }
            outbox_kept = true;
        }
        for (key, value) in settings::all(source).unwrap_or_default() {
            settings::put(&transaction, &key, &value).map_err(writing)?;
        }
    }
    let (entries_kept, entries_left) = (rows.kept, rows.left);
    transaction.commit().map_err(writing)?;
    target
        .pragma_update(None, "wal_checkpoint", "TRUNCATE")
        .map_err(writing)?;
    target.close().map_err(|(_, error)| writing(error))?;
    Ok(Salvage {
        broken_path: PathBuf::new(),
        entries_kept,
        entries_from_elsewhere,
        entries_from_backup,
        entries_left,
        outbox_kept,
    })
}

/// Whether a backup starts as the damaged ledger does, as far as that can be seen.
fn same_ledger(source: Option<&Connection>, backup: &Connection) -> bool {
    let first = |connection: &Connection| entries::at(connection, 1).ok()??.parse().ok();
    match (source.and_then(first), first(backup)) {
        (Some(ours), Some(theirs)) => ours.id() == theirs.id(),
        (None, Some(_)) => true,
        (_, None) => false,
    }
}

/// Takes over the rows that hold.
struct Rows<'a> {
    target: &'a Connection,
    index: &'a mut dyn FnMut(&Entry) -> LogIndex,
    verifier: Verifier,
    kept: u64,
    left: u64,
}

impl Rows<'_> {
    fn take_all(&mut self, source: &Connection) -> rusqlite::Result<()> {
        self.left += each_row(source, &mut |row| self.take(&row))?;
        Ok(())
    }

    fn take(&mut self, row: &RawRow) -> rusqlite::Result<()> {
        // The id covers the header, which covers the body: what was kept is this entry.
        let id = EntryId::of_header_line(&row.header);
        if entries::position_of(self.target, id)?.is_some() {
            return Ok(());
        }
        let fed = self.verifier.feed_lines(&row.header, &row.body, &row.sig);
        let Ok(entry) = fed else {
            self.left += 1;
            return Ok(());
        };
        let position = entries::insert(self.target, &entry)?;
        log_index::insert(self.target, position, &(self.index)(&entry))?;
        self.kept += 1;
        Ok(())
    }
}

/// Hands over every row that can be read, and returns how many cannot.
fn each_row(
    source: &Connection,
    take: &mut dyn FnMut(RawRow) -> rusqlite::Result<()>,
) -> rusqlite::Result<u64> {
    const BATCH_ROWS: usize = 256;
    let mut position = 0;
    let mut unreadable = 0;
    let end = entries::ends(source).map_or(0, |ends| ends.last.max(ends.last_ever));
    loop {
        match entries::after(source, position, BATCH_ROWS) {
            Ok(rows) if rows.is_empty() => return Ok(unreadable),
            Ok(rows) => {
                for row in rows {
                    position = row.position;
                    take(row)?;
                }
            }
            // Somewhere in this batch is a damaged page: look at each row of it alone.
            Err(_) => {
                for _ in 0..BATCH_ROWS {
                    position += 1;
                    if position > end {
                        return Ok(unreadable);
                    }
                    match entries::at(source, position) {
                        Ok(Some(row)) => take(row)?,
                        Ok(None) => {}
                        Err(_) => unreadable += 1,
                    }
                }
            }
        }
    }
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(path.as_os_str());
    name.push(end);
    PathBuf::from(name)
}

fn newest_broken(path: &Path) -> Option<PathBuf> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    let start = format!("{}.broken-", path.file_name()?.to_string_lossy());
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .ok()?
        .filter_map(|file| file.ok().map(|file| file.path()))
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(&start) && !name.ends_with("-wal") && !name.ends_with("-shm")
        })
        .collect();
    found.sort();
    found.pop()
}

fn failed(what: &'static str) -> impl Fn(std::io::Error) -> LedgerError {
    move |error| LedgerError::io(Doing::Writing, what, error)
}
