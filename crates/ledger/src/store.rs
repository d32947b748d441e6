//! The database behind the ledger: how it is opened, one connection that writes,
//! several that read. Knows no tables.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use cockpit_say::say;
use rusqlite::{Connection, TransactionBehavior};

use crate::backup;
use crate::connection::{
    check_sqlite, make_durable, open_alone, open_frozen, open_reader, open_writer,
};
use crate::error::{Doing, ErrorKind, HINT_READ_ONLY, HINT_UPDATE, LedgerError};
use crate::salvage::refuse_half_salvaged;
use crate::schema::{self, Age, PLAN, Plan};

const READERS_KEPT_MAX: usize = 4;

#[derive(Debug)]
pub(crate) struct Store {
    path: PathBuf,
    // Dropped before the writer: only the last connection to close, when it may
    // write, moves the WAL into the database.
    readers: Readers,
    writer: Result<Mutex<Connection>, LedgerError>,
}

/// How the database is read.
#[derive(Debug)]
enum Readers {
    /// By connections of their own, made as they are needed.
    Many {
        open: fn(&Path) -> Result<Connection, LedgerError>,
        idle: Mutex<Vec<Connection>>,
    },
    /// By one after the other, on a connection that holds the database alone.
    One(Mutex<Connection>),
}

impl Store {
    pub fn open(path: &Path, now_ms: i64) -> Result<Self, LedgerError> {
        Self::open_with(path, now_ms, &PLAN)
    }

    pub fn open_with(path: &Path, now_ms: i64, plan: &Plan) -> Result<Self, LedgerError> {
        check_sqlite(rusqlite::version_number())?;
        refuse_half_salvaged(path)?;
        create_private(path)?;
        Self::open_existing(path, now_ms, plan).or_else(|why| match why.kind() {
            ErrorKind::Full | ErrorKind::ReadOnly | ErrorKind::Io => Self::frozen(path, why, plan),
            ErrorKind::Busy
            | ErrorKind::Corrupt
            | ErrorKind::NewerVersion
            | ErrorKind::Foreign
            | ErrorKind::OldSqlite
            | ErrorKind::NotNext
            | ErrorKind::Conflict
            | ErrorKind::Internal => Err(why),
        })
    }

    fn open_existing(path: &Path, now_ms: i64, plan: &Plan) -> Result<Self, LedgerError> {
        let mut writer = open_writer(path)?;
        match schema::age(&writer, plan)? {
            Age::Newer(version) => return Ok(Self::with(path, Err(newer(version, plan.to)))),
            _ if writer.is_readonly(rusqlite::MAIN_DB).map_err(opening)? => {
                return Ok(Self::with(path, Err(unwritable())));
            }
            Age::Older(version) => {
                backup::before_migration(path, &writer, version, now_ms)?;
            }
            Age::Empty | Age::Current => {}
        }
        make_durable(&writer)?;
        schema::migrate(&mut writer, plan)?;
        Ok(Self::with(path, Ok(Mutex::new(writer))))
    }

    /// Where nothing can be written, what is there can still be read.
    fn frozen(path: &Path, why: LedgerError, plan: &Plan) -> Result<Self, LedgerError> {
        let is_ours = |connection: &Connection| {
            schema::age(connection, plan).is_ok_and(|age| age != Age::Empty)
        };
        let mut wal = path.as_os_str().to_owned();
        wal.push("-wal");
        let closed = std::fs::metadata(wal).map_or(true, |wal| wal.len() == 0);
        let readers = if closed && open_frozen(path).is_ok_and(|it| is_ours(&it)) {
            Some(Readers::many(open_frozen))
        } else {
            // Whoever wrote last did not close it: the newest part is in the WAL.
            let alone = open_alone(path).ok().filter(is_ours);
            alone.map(|connection| Readers::One(Mutex::new(connection)))
        };
        match readers {
            Some(readers) => Ok(Self {
                readers,
                ..Self::with(path, Err(why.reading_on()))
            }),
            None => Err(why),
        }
    }

    fn with(path: &Path, writer: Result<Mutex<Connection>, LedgerError>) -> Self {
        Self {
            path: path.to_owned(),
            readers: Readers::many(open_reader),
            writer,
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Why nothing can be written, if so.
    pub fn read_only(&self) -> Option<&LedgerError> {
        self.writer.as_ref().err()
    }

    /// Runs `act` in one transaction that survives a power cut once it is committed.
    pub fn write<T>(
        &self,
        act: impl FnOnce(&Connection) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        let writer = self.writer.as_ref().map_err(LedgerError::again)?;
        // A panic while writing leaves no half state: the transaction rolls back.
        let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = writer
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(writing)?;
        let value = act(&transaction)?;
        transaction.commit().map_err(writing)?;
        Ok(value)
    }

    /// Runs a query on a reading connection.
    pub fn read<T>(
        &self,
        act: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, LedgerError> {
        self.lend(|connection| {
            act(connection).map_err(|error| LedgerError::sqlite(Doing::Reading, error))
        })
    }

    /// Lends a reading connection; one that met an error is not kept.
    pub fn lend<T>(
        &self,
        act: impl FnOnce(&Connection) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        match &self.readers {
            Readers::One(connection) => {
                act(&connection.lock().unwrap_or_else(PoisonError::into_inner))
            }
            Readers::Many { open, idle } => {
                let take = || idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
                let connection = match take() {
                    Some(connection) => connection,
                    None => open(&self.path)?,
                };
                let value = act(&connection)?;
                let mut idle = idle.lock().unwrap_or_else(PoisonError::into_inner);
                if idle.len() < READERS_KEPT_MAX {
                    idle.push(connection);
                }
                Ok(value)
            }
        }
    }

    /// Lends the writing connection, outside of a transaction; `None` when read-only.
    pub fn with_writer<T>(&self, act: impl FnOnce(&Connection) -> T) -> Option<T> {
        let writer = self.writer.as_ref().ok()?;
        Some(act(&writer.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Readers {
    fn many(open: fn(&Path) -> Result<Connection, LedgerError>) -> Self {
        Self::Many {
            open,
            idle: Mutex::default(),
        }
    }
}

fn opening(error: rusqlite::Error) -> LedgerError {
    LedgerError::sqlite(Doing::Opening, error)
}

fn writing(error: rusqlite::Error) -> LedgerError {
    LedgerError::sqlite(Doing::Writing, error)
}

fn unwritable() -> LedgerError {
    LedgerError::new(
        ErrorKind::ReadOnly,
        say!("The ledger cannot be written; it is open for reading only."),
        Some(HINT_READ_ONLY),
    )
}

fn newer(version: i32, known: i32) -> LedgerError {
    LedgerError::new(
        ErrorKind::NewerVersion,
        say!(
            "A newer version of the app has written this ledger (tables {version}, this app knows \
             {known}). It is open for reading only."
        ),
        Some(HINT_UPDATE),
    )
}

/// Makes the file readable for its owner alone, before anything is in it.
fn create_private(path: &Path) -> Result<(), LedgerError> {
    let failed = |what| move |error| LedgerError::io(Doing::Opening, what, error);
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder)
            .map_err(failed(say!("The workspace folder cannot be made")))?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(failed(say!("The ledger's file cannot be made"))(error)),
    }
}
