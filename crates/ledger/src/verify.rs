//! Does the database hold what was signed? Reads raw rows through seal's verifier
//! and believes no column. Must not repair anything.

use std::collections::BTreeMap;
use std::fmt;

use cockpit_say::say;
use cockpit_seal::{
    Broken, DeviceId, Entry, EntryId, Head, HighWater, PublicKey, Reason, Verified, Verifier,
};
use rusqlite::Connection;

use crate::error::{Doing, LedgerError};
use crate::table::entries::{self, RawRow};

const BATCH_ROWS: usize = 1000;

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every entry that was looked at holds.
    Whole(Verified),
    /// The first entry that does not.
    Broken(Damage),
}

/// The first entry of the database that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Its place in admission order, from 1.
    pub position: i64,
    /// The device that it names, where that can be read.
    pub device: Option<DeviceId>,
    /// Its number on that device, where that can be read.
    pub seq: Option<u64>,
    /// The hash of its first line, where there is one.
    pub id: Option<EntryId>,
    /// What is wrong.
    pub reason: DamageReason,
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DamageReason {
    /// The entry itself, or its place in a chain.
    Chain(Reason),
    /// A column says something else than the entry's lines.
    Column(&'static str),
    /// There is no row at this place, but later ones.
    Removed,
    /// There is no row at this place or after it, but there was one.
    RemovedFromEnd,
    /// A row stands at a place that was never given out.
    Inserted,
}

impl DamageReason {
    /// Whether only a newer app can read on: nothing is damaged then.
    pub fn needs_newer_app(&self) -> bool {
        match self {
            Self::Chain(reason) => reason.needs_newer_app(),
            Self::Column(_) | Self::Removed | Self::RemovedFromEnd | Self::Inserted => false,
        }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&say!("Entry {} of the ledger", self.position))?;
        if let (Some(seq), Some(device)) = (self.seq, self.device) {
            f.write_str(&say!(" (entry {seq} of device {device})"))?;
        }
        match &self.reason {
            DamageReason::Chain(reason) => f.write_str(&say!(" does not hold: {reason}.")),
            DamageReason::Column(name) => f.write_str(&say!(
                " was changed: its column \"{name}\" differs from what was signed."
            )),
            DamageReason::Removed => f.write_str(say!(" was removed.")),
            DamageReason::RemovedFromEnd => {
                f.write_str(say!(" was removed, and with it all that came after it."))
            }
            DamageReason::Inserted => f.write_str(say!(" stands where no entry was ever put.")),
        }
    }
}

/// Checks the entries after position `from`, against what the entries before say.
pub(crate) fn run(
    connection: &Connection,
    from: i64,
    marks: &[HighWater],
    progress: &mut dyn FnMut(i64, i64),
) -> Result<Verdict, LedgerError> {
    match check(connection, from, marks, progress) {
        Ok(verified) => Ok(Verdict::Whole(verified)),
        Err(Stop::Damage(damage)) => Ok(Verdict::Broken(*damage)),
        Err(Stop::Sqlite(error)) => Err(LedgerError::sqlite(Doing::Reading, error)),
    }
}

enum Stop {
    Damage(Box<Damage>),
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for Stop {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<Damage> for Stop {
    fn from(damage: Damage) -> Self {
        Self::Damage(Box::new(damage))
    }
}

fn check(
    connection: &Connection,
    from: i64,
    marks: &[HighWater],
    progress: &mut dyn FnMut(i64, i64),
) -> Result<Verified, Stop> {
    let mut verifier = match from {
        0 => Verifier::new(),
        _ => before(connection, from, marks)?,
    };
    for mark in marks {
        verifier = verifier.expecting(*mark);
    }
    let end = entries::last_position(connection)?;
    let mut position = from;
    if from == 0
        && let Some(row) = entries::at_most(connection, 0)?
    {
        return Err(at(row.position, DamageReason::Inserted).into());
    }
    // Page by page, so that a long check does not hold back the WAL.
    loop {
        progress(position - from, end - from);
        for row in entries::after(connection, position, BATCH_ROWS)? {
            position += 1;
            if row.position != position {
                return Err(at(position, DamageReason::Removed).into());
            }
            let entry = verifier
                .feed_lines(&row.header, &row.body, &row.sig)
                .map_err(|broken| chain(position, broken))?;
            columns(&row, &entry)?;
        }
        // Entries may be appended meanwhile: both ends come from one snapshot.
        let ends = entries::ends(connection)?;
        if ends.last <= position {
            if ends.last_ever > position {
                return Err(at(position + 1, DamageReason::RemovedFromEnd).into());
            }
            break;
        }
    }
    progress(position - from, position - from);
    verifier
        .finish()
        .map_err(|broken| chain(position + 1, broken).into())
}

/// What the entries up to `from` bring: keys (their signatures checked) and heads.
fn before(connection: &Connection, from: i64, marks: &[HighWater]) -> Result<Verifier, Stop> {
    let mut keys: BTreeMap<DeviceId, PublicKey> = BTreeMap::new();
    let mut ledger = None;
    for row in entries::with_keys(connection, from)? {
        let entry = parse(&row)?;
        columns(&row, &entry)?;
        let brought = entry
            .key_brought_in()
            .map_err(|reason| damage(&row, &entry, reason))?;
        let founds = row.position == 1 && entry.is_genesis();
        if let Some(own) = brought.filter(|_| founds || entry.is_request()) {
            keys.entry(own.device_id()).or_insert(own);
        }
        if row.position == 1 {
            ledger = entry.is_genesis().then(|| entry.ledger());
        }
        let signer = keys
            .get(&entry.header().device)
            .ok_or(Reason::UnknownDevice);
        signer
            .and_then(|key| entry.verify(key))
            .map_err(|reason| damage(&row, &entry, reason))?;
        keys.extend(brought.map(|key| (key.device_id(), key)));
    }
    let ledger = ledger.ok_or_else(|| at(1, DamageReason::Chain(Reason::NoGenesis)))?;
    let mut heads: Vec<Head> = Vec::new();
    for device in entries::devices(connection)? {
        if let Some(row) = entries::last_of(connection, device, from)? {
            let entry = parse(&row)?;
            columns(&row, &entry)?;
            heads.push(entry.head());
        }
    }
    for mark in marks {
        let seq = i64::try_from(mark.seq).unwrap_or(i64::MAX);
        let Some(row) = entries::by_seq(connection, mark.device, seq)? else {
            continue; // The verifier finds out that it does not come.
        };
        if row.position <= from && EntryId::of_header_line(&row.header) != mark.id {
            let entry = parse(&row)?;
            return Err(damage(&row, &entry, Reason::Rewritten).into());
        }
    }
    Ok(Verifier::resume(
        from.unsigned_abs(),
        ledger,
        keys.into_values(),
        heads,
    ))
}

/// Goes on after entries that were verified when they came in.
pub(crate) fn resumed(connection: &Connection) -> Result<Verifier, LedgerError> {
    let reading = |error| LedgerError::sqlite(Doing::Reading, error);
    let last = entries::last_position(connection).map_err(reading)?;
    if last == 0 {
        return Ok(Verifier::new());
    }
    before(connection, last, &[]).map_err(|stop| match stop {
        Stop::Damage(damage) => LedgerError::corrupt(damage),
        Stop::Sqlite(error) => reading(error),
    })
}

fn parse(row: &RawRow) -> Result<Entry, Damage> {
    row.parse().map_err(|fault| Damage {
        id: Some(EntryId::of_header_line(&row.header)),
        ..at(row.position, DamageReason::Chain(fault.into()))
    })
}

fn columns(row: &RawRow, entry: &Entry) -> Result<(), Damage> {
    match row.column_that_differs(entry) {
        None => Ok(()),
        Some(name) => Err(of(row, entry, DamageReason::Column(name))),
    }
}

fn damage(row: &RawRow, entry: &Entry, reason: Reason) -> Damage {
    of(row, entry, DamageReason::Chain(reason))
}

fn of(row: &RawRow, entry: &Entry, reason: DamageReason) -> Damage {
    Damage {
        position: row.position,
        device: Some(entry.header().device),
        seq: Some(entry.header().seq),
        id: Some(entry.id()),
        reason,
    }
}

fn chain(position: i64, broken: Broken) -> Damage {
    let Broken {
        device,
        seq,
        id,
        reason,
        ..
    } = broken;
    Damage {
        position,
        device,
        seq,
        id,
        reason: DamageReason::Chain(reason),
    }
}

fn at(position: i64, reason: DamageReason) -> Damage {
    Damage {
        position,
        device: None,
        seq: None,
        id: None,
        reason,
    }
}

/// What SQLite itself and the rules of the tables find wrong.
pub(crate) fn integrity(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    const PROBLEMS_MAX: usize = 20;
    let mut statement = connection.prepare("PRAGMA integrity_check(20)")?;
    let mut problems: Vec<String> = statement
        .query_map([], |row| row.get(0))?
        .filter(|line| !matches!(line, Ok(text) if text == "ok"))
        .collect::<rusqlite::Result<_>>()?;
    let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
    let orphans = statement.query_map([], |row| row.get::<_, String>(0))?;
    for table in orphans.take(PROBLEMS_MAX) {
        problems.push(say!(
            "A row of {} points to an entry that is not there.",
            table?
        ));
    }
    for trigger in entries::TRIGGERS {
        let found = connection
            .prepare("SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND name = ?1")?
            .exists([trigger])?;
        if !found {
            problems.push(say!(
                "The rule {trigger} that protects entries was removed."
            ));
        }
    }
    Ok(problems)
}
