//! Where an entry stands in the log. Its position in this database is another matter: it says in
//! which order entries came to this machine. Must not know what a place is used for.

use crate::error::LedgerError;
use crate::ledger::Ledger;
use crate::table::slots;

/// Where an entry stands in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// Its place in the log, from 1; the same on every machine once a slot has admitted it.
    pub place: u64,
    /// The slot that admitted it; none while it waits for one.
    pub slot: Option<u64>,
    /// The last position that stands the same way: in this slot, each place one further.
    pub last: i64,
}

impl Ledger {
    /// Where the entry at this position of the database stands in the log.
    ///
    /// # Errors
    /// Those of reading.
    pub fn placed(&self, position: i64) -> Result<Placed, LedgerError> {
        let found = self.store.read(|c| slots::placed(c, position))?;
        let (place, slot, last) = found;
        Ok(Placed {
            place: u64::try_from(place).unwrap_or(0),
            slot: slot.and_then(|n| u64::try_from(n).ok()),
            last,
        })
    }

    /// The position in the database of the entry at a place of the log; none when there is none.
    ///
    /// # Errors
    /// Those of reading.
    pub fn position_at(&self, place: u64) -> Result<Option<i64>, LedgerError> {
        let Some(after) = place.checked_sub(1).and_then(|it| i64::try_from(it).ok()) else {
            return Ok(None);
        };
        let found = self.store.read(|c| slots::in_order(c, after, 1))?;
        Ok(found.first().map(|row| row.position))
    }
}
