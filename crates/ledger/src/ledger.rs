//! The ledger's face: what one can do with it. Must not know what entries,
//! payloads, settings or cached values mean.

use std::path::{Path, PathBuf};

use cockpit_say::say;
use cockpit_seal::{DeviceId, Entry, EntryId, Head, HighWater, LedgerId, PublicKey, Reason};
use rusqlite::Connection;
use serde_json::Value;

use crate::backup;
use crate::error::{Doing, ErrorKind, HINT_UPDATE, LedgerError};
use crate::store::Store;
use crate::table::cache::{self, CacheRow};
use crate::table::entries::{self, RawEntry, RawRow, StoredEntry};
use crate::table::log_index::{self, LogIndex, LogRow};
use crate::table::log_list::{self, LogChoices, LogFilter};
use crate::table::outbox::{self, OutboxChange, OutboxRow};
use crate::table::settings;
use crate::table::snapshot::{self, Snapshot};
use crate::table::words::Typed;
use crate::verify::{self, Verdict};

/// The most rows that one call returns, whatever was asked for.
pub const PAGE_ROWS_MAX: usize = 10_000;

/// An entry to append, with the words to find it by.
#[derive(Debug, Clone)]
pub struct Append {
    /// The sealed entry.
    pub entry: Entry,
    /// Its line in the decision log.
    pub index: LogIndex,
}

/// An open ledger. Calls block; from asynchronous code use a blocking task.
#[derive(Debug)]
pub struct Ledger {
    pub(crate) store: Store,
}

impl Ledger {
    /// Opens the database at `path`, or makes one there. `now_ms` (milliseconds
    /// since 1970) names the backup that is made before a migration.
    ///
    /// A database that cannot be written, or that a newer version has written,
    /// opens for reading: [`Ledger::read_only`] says why.
    ///
    /// # Errors
    /// [`ErrorKind::Foreign`], [`ErrorKind::Corrupt`], [`ErrorKind::OldSqlite`],
    /// [`ErrorKind::Busy`], [`ErrorKind::Full`], [`ErrorKind::Io`].
    pub fn open(path: impl AsRef<Path>, now_ms: i64) -> Result<Self, LedgerError> {
        Ok(Self {
            store: Store::open(path.as_ref(), now_ms)?,
        })
    }

    /// Where the database is.
    pub fn path(&self) -> &Path {
        self.store.path()
    }

    /// Why nothing can be written, if so: [`ErrorKind::NewerVersion`] or
    /// [`ErrorKind::ReadOnly`].
    pub fn read_only(&self) -> Option<&LedgerError> {
        self.store.read_only()
    }

    // ---- entries

    /// Appends entries and changes the outbox, all in one transaction; returns the
    /// entries' positions. Either list may be empty. When it returns `Ok`, all of
    /// it survives a power cut; otherwise nothing of it was recorded.
    ///
    /// Checks that each entry extends its device's stored chain. Whether signatures
    /// hold is for the caller, who sealed or verified the entries.
    ///
    /// # Errors
    /// [`ErrorKind::NotNext`]: an entry does not extend its chain;
    /// [`ErrorKind::Conflict`]: an outbox change does not fit; those of writing.
    pub fn append(
        &self,
        entries: &[Append],
        changes: &[OutboxChange],
    ) -> Result<Vec<i64>, LedgerError> {
        self.store.write(|connection| {
            let mut positions = Vec::with_capacity(entries.len());
            for Append { entry, index } in entries {
                stored_head(connection, entry)?
                    .admits(entry)
                    .map_err(|reason| LedgerError::not_next(&reason))?;
                let position = entries::insert(connection, entry).map_err(writing)?;
                log_index::insert(connection, position, index).map_err(writing)?;
                positions.push(position);
            }
            changes
                .iter()
                .try_for_each(|change| outbox::apply(connection, change))?;
            Ok(positions)
        })
    }

    /// The entries after `position` in admission order, at most `limit` and
    /// [`PAGE_ROWS_MAX`]. Start with 0; the next page starts after the last position.
    ///
    /// # Errors
    /// [`ErrorKind::Corrupt`] when a row is no entry, [`ErrorKind::NewerVersion`]
    /// when a newer app wrote it; those of reading.
    pub fn entries_after(
        &self,
        position: i64,
        limit: usize,
    ) -> Result<Vec<StoredEntry>, LedgerError> {
        let rows = self
            .store
            .read(|c| entries::after(c, position, limit.min(PAGE_ROWS_MAX)))?;
        rows.iter().map(stored).collect()
    }

    /// As [`Ledger::entries_after`], also of a damaged log: the lines as they are, unread.
    ///
    /// # Errors
    /// Those of reading.
    pub fn raw_after(&self, position: i64, limit: usize) -> Result<Vec<RawEntry>, LedgerError> {
        let rows = self
            .store
            .read(|c| entries::after(c, position, limit.min(PAGE_ROWS_MAX)))?;
        Ok(rows
            .into_iter()
            .map(|row| RawEntry {
                position: row.position,
                header: row.header,
                body: row.body,
                signature: row.sig,
            })
            .collect())
    }

    /// The entry with this id.
    ///
    /// # Errors
    /// As [`Ledger::entries_after`].
    pub fn entry(&self, id: EntryId) -> Result<Option<StoredEntry>, LedgerError> {
        self.store
            .read(|c| entries::by_id(c, id))?
            .as_ref()
            .map(stored)
            .transpose()
    }

    /// The entry at this place.
    ///
    /// # Errors
    /// As [`Ledger::entries_after`].
    pub fn entry_at(&self, position: i64) -> Result<Option<StoredEntry>, LedgerError> {
        self.store
            .read(|c| entries::at(c, position))?
            .as_ref()
            .map(stored)
            .transpose()
    }

    /// How many entries there are: the last position.
    ///
    /// # Errors
    /// Those of reading.
    pub fn count(&self) -> Result<i64, LedgerError> {
        self.store.read(entries::last_position)
    }

    /// The ledger's id; `None` before its genesis.
    ///
    /// # Errors
    /// Those of reading.
    pub fn ledger_id(&self) -> Result<Option<LedgerId>, LedgerError> {
        self.store.read(entries::ledger)
    }

    /// Where a device's next entry goes, also for a device that has not written yet.
    ///
    /// # Errors
    /// Those of reading.
    pub fn head(&self, device: DeviceId) -> Result<Head, LedgerError> {
        self.store.read(|c| head_of(c, device))
    }

    /// The public key of a device that an entry has brought in. Whether that entry holds is not
    /// checked.
    ///
    /// # Errors
    /// Those of [`Ledger::entries_after`].
    pub fn key_of(&self, device: DeviceId) -> Result<Option<PublicKey>, LedgerError> {
        let keys = self.keys()?;
        let found = keys.into_iter().find(|(_, key)| key.device_id() == device);
        Ok(found.map(|(_, key)| key))
    }

    /// Every public key that an entry has brought in, with that entry's place. Whether the entry
    /// holds is not checked.
    ///
    /// # Errors
    /// Those of [`Ledger::entries_after`].
    pub fn keys(&self) -> Result<Vec<(i64, PublicKey)>, LedgerError> {
        let rows = self.store.read(|c| entries::with_keys(c, i64::MAX))?;
        let mut keys = Vec::new();
        for row in rows {
            let brought = stored(&row)?.entry.key_brought_in().ok().flatten();
            keys.extend(brought.map(|key| (row.position, key)));
        }
        Ok(keys)
    }

    /// The entry with this number of a device.
    ///
    /// # Errors
    /// As [`Ledger::entries_after`].
    pub fn entry_of(&self, device: DeviceId, seq: u64) -> Result<Option<StoredEntry>, LedgerError> {
        let seq = i64::try_from(seq).unwrap_or(i64::MAX);
        self.store
            .read(|c| entries::by_seq(c, device, seq))?
            .as_ref()
            .map(stored)
            .transpose()
    }

    /// Where each device that has written goes on, by device.
    ///
    /// # Errors
    /// Those of reading.
    pub fn heads(&self) -> Result<Vec<Head>, LedgerError> {
        self.store.read(|c| {
            entries::devices(c)?
                .into_iter()
                .map(|device| head_of(c, device))
                .collect()
        })
    }

    // ---- the decision log

    /// A page of the decision log, newest first: lines below position `before`
    /// (`None`: from the newest), at most `limit` and [`PAGE_ROWS_MAX`].
    ///
    /// # Errors
    /// Those of reading.
    pub fn log_page(
        &self,
        before: Option<i64>,
        filter: &LogFilter,
        limit: usize,
    ) -> Result<Vec<LogRow>, LedgerError> {
        self.store
            .read(|c| log_list::page(c, before, filter, limit.min(PAGE_ROWS_MAX)))
    }

    /// As [`Ledger::log_page`], for lines with all the words that a person typed;
    /// the last word may be a beginning. Any text will do. Blank text finds
    /// everything; text without a letter or digit finds nothing.
    ///
    /// # Errors
    /// Those of reading.
    pub fn search(
        &self,
        typed: &str,
        before: Option<i64>,
        filter: &LogFilter,
        limit: usize,
    ) -> Result<Vec<LogRow>, LedgerError> {
        if typed.trim().is_empty() {
            return self.log_page(before, filter, limit);
        }
        let Some(typed) = Typed::new(typed) else {
            return Ok(Vec::new());
        };
        let limit = limit.min(PAGE_ROWS_MAX);
        self.store
            .read(|c| log_list::search(c, &typed, before, filter, limit))
    }

    /// Every value that a filter of the decision log can ask for.
    ///
    /// # Errors
    /// Those of reading.
    pub fn log_choices(&self) -> Result<LogChoices, LedgerError> {
        self.store.read(log_list::choices)
    }

    /// Puts other words in place of the lines of these entries, in one transaction: what became
    /// of an entry may be known only once it is in. The moment of a line must stay.
    ///
    /// # Errors
    /// Those of writing.
    pub fn relist(&self, lines: &[(i64, LogIndex)]) -> Result<(), LedgerError> {
        self.store.write(|c| {
            lines
                .iter()
                .try_for_each(|(position, index)| log_index::replace(c, *position, index))
                .map_err(writing)
        })
    }

    /// Makes every projection again from the entries, in one transaction. Returns
    /// how many entries there were.
    ///
    /// # Errors
    /// Those of [`Ledger::entries_after`] and of writing; then the projections are as before.
    pub fn rebuild(&self, mut index: impl FnMut(&Entry) -> LogIndex) -> Result<i64, LedgerError> {
        const BATCH_ROWS: usize = 1000;
        self.store.write(|connection| {
            log_index::clear(connection).map_err(writing)?;
            snapshot::clear(connection).map_err(writing)?;
            let mut position = 0;
            loop {
                let rows = entries::after(connection, position, BATCH_ROWS).map_err(writing)?;
                let Some(last) = rows.last() else {
                    return Ok(position);
                };
                position = last.position;
                for row in &rows {
                    let stored = stored(row)?;
                    log_index::insert(connection, stored.position, &index(&stored.entry))
                        .map_err(writing)?;
                }
            }
        })
    }

    /// Keeps what followed from the first entries, in place of what was kept.
    ///
    /// # Errors
    /// Those of writing.
    pub fn snapshot_put(&self, snapshot: &Snapshot) -> Result<(), LedgerError> {
        self.store
            .write(|c| snapshot::put(c, snapshot).map_err(writing))
    }

    /// What followed from the first entries, made the same way.
    ///
    /// # Errors
    /// Those of reading.
    pub fn snapshot(&self, version: &str) -> Result<Option<Snapshot>, LedgerError> {
        self.store.read(|c| snapshot::get(c, version))
    }

    // ---- the outbox

    /// Records that something may be sent from here on, before it is: a commit
    /// that survives a power cut. Counts an attempt. `next_at_ms` is when to look
    /// at the target if no result comes.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] unless the effect is due; those of writing.
    pub fn mark_started(
        &self,
        effect: &str,
        started_at_ms: i64,
        next_at_ms: i64,
    ) -> Result<OutboxRow, LedgerError> {
        let change = OutboxChange::Start {
            effect: effect.to_owned(),
            started_at_ms,
            next_at_ms,
        };
        self.store.write(|connection| {
            outbox::apply(connection, &change)?;
            outbox::get(connection, effect)
                .map_err(writing)?
                .ok_or_else(|| LedgerError::conflict(say!("The effect is not in the outbox.")))
        })
    }

    /// What is owed at `now_ms`, the oldest first: due rows to carry out, started
    /// rows whose target must be looked at.
    ///
    /// # Errors
    /// Those of reading.
    pub fn outbox_due(&self, now_ms: i64) -> Result<Vec<OutboxRow>, LedgerError> {
        self.store.read(|c| outbox::due(c, now_ms))
    }

    /// Everything that is not finished, the oldest first.
    ///
    /// # Errors
    /// Those of reading.
    pub fn outbox_open(&self) -> Result<Vec<OutboxRow>, LedgerError> {
        self.store.read(outbox::open)
    }

    /// Every effect ever owed, by its name.
    ///
    /// # Errors
    /// Those of reading.
    pub fn outbox_all(&self) -> Result<Vec<OutboxRow>, LedgerError> {
        self.store.read(outbox::all)
    }

    /// One effect.
    ///
    /// # Errors
    /// Those of reading.
    pub fn outbox_get(&self, effect: &str) -> Result<Option<OutboxRow>, LedgerError> {
        self.store.read(|c| outbox::get(c, effect))
    }

    // ---- cache and settings

    /// Puts what was observed, in one transaction, in place of what was there.
    ///
    /// # Errors
    /// Those of writing.
    pub fn cache_put(&self, rows: &[CacheRow]) -> Result<(), LedgerError> {
        self.store.write(|c| {
            rows.iter()
                .try_for_each(|row| cache::put(c, row))
                .map_err(writing)
        })
    }

    /// What was observed under this key.
    ///
    /// # Errors
    /// Those of reading.
    pub fn cache_get(&self, key: &str) -> Result<Option<CacheRow>, LedgerError> {
        self.store.read(|c| cache::get(c, key))
    }

    /// What was observed under keys that start with `prefix`, by key; at most [`PAGE_ROWS_MAX`].
    ///
    /// # Errors
    /// Those of reading.
    pub fn cache_list(&self, prefix: &str) -> Result<Vec<CacheRow>, LedgerError> {
        self.store.read(|c| cache::list(c, prefix, PAGE_ROWS_MAX))
    }

    /// Forgets what was observed under this key.
    ///
    /// # Errors
    /// Those of writing.
    pub fn cache_remove(&self, key: &str) -> Result<(), LedgerError> {
        self.store.write(|c| cache::remove(c, key).map_err(writing))
    }

    /// Keeps a setting of this machine. Never a secret.
    ///
    /// # Errors
    /// Those of writing.
    pub fn setting_put(&self, key: &str, value: &Value) -> Result<(), LedgerError> {
        self.store
            .write(|c| settings::put(c, key, value).map_err(writing))
    }

    /// A setting.
    ///
    /// # Errors
    /// Those of reading.
    pub fn setting(&self, key: &str) -> Result<Option<Value>, LedgerError> {
        self.store.read(|c| settings::get(c, key))
    }

    /// Every setting, by name.
    ///
    /// # Errors
    /// Those of reading.
    pub fn settings(&self) -> Result<Vec<(String, Value)>, LedgerError> {
        self.store.read(settings::all)
    }

    /// Forgets a setting.
    ///
    /// # Errors
    /// Those of writing.
    pub fn setting_remove(&self, key: &str) -> Result<(), LedgerError> {
        self.store
            .write(|c| settings::remove(c, key).map_err(writing))
    }

    // ---- proof and care

    /// Checks the last `rows` entries: bytes, hashes, signatures, chains, and that
    /// every column says what its entry says. `marks` are entries that must be there.
    ///
    /// # Errors
    /// Those of reading. A broken ledger is no error but [`Verdict::Broken`].
    pub fn verify_tail(&self, rows: usize, marks: &[HighWater]) -> Result<Verdict, LedgerError> {
        let from = self.count()?.saturating_sub(entries::rows(rows)).max(0);
        self.store
            .lend(|c| verify::run(c, from, marks, &mut |_, _| {}))
    }

    /// As [`Ledger::verify_tail`], for every entry. `progress` hears how many of how
    /// many were checked, about every thousand.
    ///
    /// # Errors
    /// Those of reading.
    pub fn verify_all(
        &self,
        marks: &[HighWater],
        mut progress: impl FnMut(i64, i64),
    ) -> Result<Verdict, LedgerError> {
        self.store.lend(|c| verify::run(c, 0, marks, &mut progress))
    }

    /// What SQLite and the tables' own rules find wrong, in words; empty when all
    /// is well. It does not see a changed entry: [`Ledger::verify_all`] does.
    ///
    /// # Errors
    /// Those of reading.
    pub fn integrity(&self) -> Result<Vec<String>, LedgerError> {
        let mut problems = self.store.read(verify::integrity)?;
        let lacking = self.store.read(log_index::lacking)?;
        if lacking > 0 {
            problems.push(say!(
                "The log's list and search index lack {lacking} entries."
            ));
        }
        if let Some(Err(error)) = self.store.with_writer(log_index::check_search) {
            problems.push(say!("The search index differs from the log ({error})."));
        }
        Ok(problems)
    }

    /// Makes today's backup beside the database, in `backups/`, unless there is one;
    /// keeps the newest 7. Returns the new file.
    ///
    /// # Errors
    /// [`ErrorKind::Full`], [`ErrorKind::ReadOnly`], [`ErrorKind::Io`].
    pub fn daily_backup(&self, now_ms: i64) -> Result<Option<PathBuf>, LedgerError> {
        self.store
            .lend(|connection| backup::daily(self.path(), connection, now_ms))
    }

    #[cfg(test)]
    pub(crate) fn raw<T>(&self, act: impl FnOnce(&Connection) -> T) -> T {
        self.store.with_writer(act).expect("a writable ledger")
    }
}

pub(crate) fn writing(error: rusqlite::Error) -> LedgerError {
    LedgerError::sqlite(Doing::Writing, error)
}

pub(crate) fn stored(row: &RawRow) -> Result<StoredEntry, LedgerError> {
    match row.parse() {
        Ok(entry) => Ok(StoredEntry {
            position: row.position,
            entry,
        }),
        Err(fault) if Reason::from(fault.clone()).needs_newer_app() => Err(LedgerError::new(
            ErrorKind::NewerVersion,
            say!(
                "Entry {} of the ledger cannot be read here: {fault}.",
                row.position
            ),
            Some(HINT_UPDATE),
        )),
        Err(fault) => Err(LedgerError::corrupt(say!(
            "Entry {} of the ledger does not hold: {fault}.",
            row.position
        ))),
    }
}

pub(crate) fn head_of(connection: &Connection, device: DeviceId) -> rusqlite::Result<Head> {
    if let Some(head) = entries::head(connection, device)? {
        return Ok(head);
    }
    Ok(match entries::ledger(connection)? {
        Some(ledger) => Head::first(ledger, device),
        None => Head::genesis(device),
    })
}

fn stored_head(connection: &Connection, entry: &Entry) -> Result<Head, LedgerError> {
    head_of(connection, entry.header().device).map_err(writing)
}
