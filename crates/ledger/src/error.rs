//! What can go wrong with the ledger: a kind to branch on, a sentence to read, a
//! hint to act on. Holds no values from the database, so no secret can be in it.

use cockpit_say::{mark, said, say};
use cockpit_seal::Reason;
use rusqlite::ErrorCode;

/// What to do differently about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The disk, or the size that the database may have, is used up.
    Full,
    /// The database cannot be written.
    ReadOnly,
    /// Another process holds the database.
    Busy,
    /// The database is damaged. [`crate::salvage`] keeps what still holds.
    Corrupt,
    /// A newer version of the app has written here. Reading goes on, writing does not.
    NewerVersion,
    /// The file is a database of another program.
    Foreign,
    /// The SQLite library has a known way to lose data.
    OldSqlite,
    /// The entry does not extend the chain as it is stored. Read the head and seal again.
    NotNext,
    /// The outbox row is missing, exists already, or is not in a state that allows the change.
    Conflict,
    /// The file system refused.
    Io,
    /// A mistake of ours.
    Internal,
}

impl ErrorKind {
    /// A short name that never changes.
    pub fn code(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::ReadOnly => "read_only",
            Self::Busy => "busy",
            Self::Corrupt => "corrupt",
            Self::NewerVersion => "newer_version",
            Self::Foreign => "foreign",
            Self::OldSqlite => "old_sqlite",
            Self::NotNext => "not_next",
            Self::Conflict => "conflict",
            Self::Io => "io",
            Self::Internal => "internal",
        }
    }
}

/// What was being done; it decides what the sentence says about the state now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doing {
    Opening,
    Reading,
    Writing,
    Saving,
}

impl Doing {
    fn effect(self) -> &'static str {
        match self {
            Self::Opening => say!("The ledger is not open."),
            Self::Reading => say!("Nothing was changed."),
            Self::Writing => {
                say!("Nothing was recorded by this act; all that was recorded before is safe.")
            }
            Self::Saving => say!("No backup was made; the ledger itself was not changed."),
        }
    }
}

/// An error of the ledger. Its text is whole sentences: what happened, and what
/// is and is not in effect. [`LedgerError::hint`] says what to do next.
#[derive(Debug, thiserror::Error)]
#[error("{sentence}")]
pub struct LedgerError {
    kind: ErrorKind,
    sentence: String,
    hint: Option<&'static str>,
    #[source]
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl LedgerError {
    pub(crate) fn new(
        kind: ErrorKind,
        sentence: impl Into<String>,
        hint: Option<&'static str>,
    ) -> Self {
        Self {
            kind,
            sentence: sentence.into(),
            hint,
            source: None,
        }
    }

    pub(crate) fn sqlite(doing: Doing, error: rusqlite::Error) -> Self {
        let (kind, what, hint) = describe(&error);
        let sentence = format!("{what} {}", doing.effect());
        Self {
            kind,
            sentence,
            hint,
            source: Some(Box::new(error)),
        }
    }

    pub(crate) fn io(doing: Doing, what: &str, error: std::io::Error) -> Self {
        let (kind, hint) = match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                (ErrorKind::Full, HINT_FULL)
            }
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
                (ErrorKind::ReadOnly, HINT_READ_ONLY)
            }
            _ => (ErrorKind::Io, HINT_IO),
        };
        let sentence = format!("{what}: {error}. {}", doing.effect());
        Self {
            kind,
            sentence,
            hint: Some(hint),
            source: Some(Box::new(error)),
        }
    }

    pub(crate) fn not_next(reason: &Reason) -> Self {
        let sentence = say!(
            "The entry does not extend the ledger as it is stored: {reason}. {}",
            Doing::Writing.effect()
        );
        Self::new(
            ErrorKind::NotNext,
            sentence,
            Some(say!("Read the head again and repeat the act.")),
        )
    }

    pub(crate) fn conflict(what: impl std::fmt::Display) -> Self {
        let sentence = format!("{what} {}", Doing::Writing.effect());
        Self::new(
            ErrorKind::Conflict,
            sentence,
            Some(say!("Read the outbox again before you go on.")),
        )
    }

    pub(crate) fn corrupt(what: impl std::fmt::Display) -> Self {
        Self::new(
            ErrorKind::Corrupt,
            say!("{what} Nothing was changed."),
            Some(HINT_CORRUPT),
        )
    }

    /// What to branch on.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What a person can do about it.
    pub fn hint(&self) -> Option<&'static str> {
        self.hint.map(said)
    }

    /// The same error, where at least reading is possible.
    pub(crate) fn reading_on(mut self) -> Self {
        let closed = Doing::Opening.effect();
        self.sentence = self
            .sentence
            .replace(closed, "It is open for reading only.");
        self
    }

    /// The same error once more, for a ledger that stays read-only for one reason.
    pub(crate) fn again(&self) -> Self {
        Self {
            kind: self.kind,
            sentence: self.sentence.clone(),
            hint: self.hint,
            source: None,
        }
    }
}

pub(crate) const HINT_CORRUPT: &str =
    mark!("Keep the file. `cockpit mend` sets it aside and keeps every entry that still holds.");
pub(crate) const HINT_UPDATE: &str =
    mark!("Update the app on this machine, then open the workspace again.");
const NO_SPACE: &str = mark!("There is no space left for the ledger.");
const HINT_FULL: &str = mark!("Free some disk space, then repeat the act.");
pub(crate) const HINT_READ_ONLY: &str =
    mark!("Make the workspace folder writable for you, then open it again.");
const HINT_BUSY: &str =
    mark!("Close the other window or command that uses this workspace, then repeat the act.");
const HINT_IO: &str = mark!("Check the disk and the workspace folder, then repeat the act.");
const HINT_INTERNAL: &str = mark!("Report this with the log of the app.");

fn describe(error: &rusqlite::Error) -> (ErrorKind, &'static str, Option<&'static str>) {
    use rusqlite::Error::{FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType};
    let unreadable = matches!(
        error,
        FromSqlConversionFailure(..) | IntegralValueOutOfRange(..) | InvalidColumnType(..)
    );
    // The index of the WAL could not get its room.
    let is_cramped = error
        .sqlite_error()
        .is_some_and(|it| it.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE);
    match error.sqlite_error_code() {
        Some(_) if is_cramped => (ErrorKind::Full, said(NO_SPACE), Some(HINT_FULL)),
        None if unreadable => (
            ErrorKind::Corrupt,
            say!("The ledger holds a value that cannot be one."),
            Some(HINT_CORRUPT),
        ),
        Some(ErrorCode::DiskFull) => (ErrorKind::Full, said(NO_SPACE), Some(HINT_FULL)),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => (
            ErrorKind::ReadOnly,
            say!("The ledger cannot be written."),
            Some(HINT_READ_ONLY),
        ),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => (
            ErrorKind::Busy,
            say!("Another process is using the ledger."),
            Some(HINT_BUSY),
        ),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => (
            ErrorKind::Corrupt,
            say!("The ledger's database is damaged."),
            Some(HINT_CORRUPT),
        ),
        Some(ErrorCode::CannotOpen | ErrorCode::SystemIoFailure) => (
            ErrorKind::Io,
            say!("The ledger's file could not be read or written."),
            Some(HINT_IO),
        ),
        Some(_) | None => (
            ErrorKind::Internal,
            say!("The ledger refused an operation that the app should not have tried."),
            Some(HINT_INTERNAL),
        ),
    }
}
