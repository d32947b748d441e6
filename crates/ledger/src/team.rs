//! What the ledger keeps of the log of slots: which slot admitted which entry, and the order that
//! follows. Must not know where slots lie or what makes one void.

use cockpit_say::say;
use cockpit_seal::tree::Tree;
use cockpit_seal::{Head, LedgerId};
use rusqlite::Connection;

use crate::error::{Doing, ErrorKind, LedgerError};
use crate::ledger::{Append, Ledger, PAGE_ROWS_MAX, head_of, stored, writing};
use crate::table::entries::{self, StoredEntry};
use crate::table::log_index;
use crate::table::slots::{self, LogEnd, SlotRow};

/// A slot that was read, with what it does to the ledger.
#[derive(Debug, Clone)]
pub struct Admission {
    /// The slot.
    pub slot: SlotRow,
    /// Its entries in their order; none when it is void. Those that stand in the ledger already,
    /// such as this machine's own, are recognised.
    pub entries: Vec<Append>,
    /// Where the chains of their devices go on.
    pub heads: Vec<Head>,
    /// The tree over all admitted entries after it.
    pub tree: Tree,
}

/// An entry in the order of the log.
#[derive(Debug)]
pub struct Ordered {
    /// Its place in this database.
    pub position: i64,
    /// The entry; what is wrong where the row holds none.
    pub entry: Result<StoredEntry, LedgerError>,
}

impl Ledger {
    /// Takes in the next slot, all in one transaction; returns the positions of its entries.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`]: it is not the next slot; [`ErrorKind::NotNext`]: an entry does not
    /// extend its device's chain as it is stored, so that this device's key was used elsewhere
    /// too; those of writing.
    pub fn admit(&self, admission: &Admission) -> Result<Vec<i64>, LedgerError> {
        self.store.write(|connection| {
            let end = slots::end(connection).map_err(writing)?;
            if end.next != admission.slot.n {
                return Err(LedgerError::conflict(say!(
                    "Slot {} is not the next one of the log.",
                    admission.slot.n
                )));
            }
            let positions: Vec<i64> = admission
                .entries
                .iter()
                .map(|append| place(connection, append))
                .collect::<Result<_, _>>()?;
            slots::insert(connection, &admission.slot, &positions, &admission.tree)
                .map_err(writing)?;
            for head in &admission.heads {
                slots::put_chain(connection, head).map_err(writing)?;
            }
            Ok(positions)
        })
    }

    /// Where the log goes on, as this machine knows it.
    ///
    /// # Errors
    /// Those of reading.
    pub fn log_end(&self) -> Result<LogEnd, LedgerError> {
        self.store.read(slots::end)
    }

    /// Where the admitted part of each device's chain goes on.
    ///
    /// # Errors
    /// Those of reading.
    pub fn admitted_heads(&self, ledger: LedgerId) -> Result<Vec<Head>, LedgerError> {
        self.store.read(|c| slots::chains(c, ledger))
    }

    /// One slot.
    ///
    /// # Errors
    /// Those of reading.
    pub fn slot(&self, n: u64) -> Result<Option<SlotRow>, LedgerError> {
        self.store.read(|c| slots::get(c, n))
    }

    /// The slot that admitted the entry at this place; none while it waits for one.
    ///
    /// # Errors
    /// Those of reading.
    pub fn slot_of(&self, position: i64) -> Result<Option<SlotRow>, LedgerError> {
        self.store.read(|c| slots::of_position(c, position))
    }

    /// The newest void slots, newest first.
    ///
    /// # Errors
    /// Those of reading.
    pub fn void_slots(&self, limit: usize) -> Result<Vec<SlotRow>, LedgerError> {
        self.store.read(|c| slots::void(c, limit))
    }

    /// Entries that no slot has admitted yet, in the order in which they were made.
    ///
    /// # Errors
    /// As [`Ledger::entries_after`].
    pub fn pending(&self, limit: usize) -> Result<Vec<StoredEntry>, LedgerError> {
        let rows = self
            .store
            .read(|c| slots::pending(c, 0, limit.min(PAGE_ROWS_MAX)))?;
        rows.iter().map(stored).collect()
    }

    /// Entries in the order of the log, after the first `after` of them; those that no slot has
    /// admitted yet come last. At most `limit` and [`PAGE_ROWS_MAX`].
    ///
    /// # Errors
    /// [`ErrorKind::NewerVersion`] when a newer app wrote an entry; those of reading.
    pub fn in_order(&self, after: i64, limit: usize) -> Result<Vec<Ordered>, LedgerError> {
        let rows = self
            .store
            .read(|c| slots::in_order(c, after, limit.min(PAGE_ROWS_MAX)))?;
        rows.iter()
            .map(|row| match stored(row) {
                Err(error) if error.kind() != ErrorKind::Corrupt => Err(error),
                entry => Ok(Ordered {
                    position: row.position,
                    entry,
                }),
            })
            .collect()
    }

    /// Forgets every slot, so that the log can be read again from its first one. The entries stay.
    ///
    /// # Errors
    /// Those of writing.
    pub fn forget_slots(&self) -> Result<(), LedgerError> {
        self.store.write(|c| slots::clear(c).map_err(writing))
    }
}

/// Where an entry stands; it is added when it is not there.
fn place(connection: &Connection, Append { entry, index }: &Append) -> Result<i64, LedgerError> {
    let reading = |error| LedgerError::sqlite(Doing::Writing, error);
    if let Some(position) = entries::position_of(connection, entry.id()).map_err(reading)? {
        return Ok(position);
    }
    head_of(connection, entry.header().device)
        .map_err(reading)?
        .admits(entry)
        .map_err(|reason| LedgerError::not_next(&reason))?;
    let position = entries::insert(connection, entry).map_err(writing)?;
    log_index::insert(connection, position, index).map_err(writing)?;
    Ok(position)
}
