//! The entries of an export in the order of the log, each slot before those that it admitted. A
//! database that does not hold is read as it lies, because no order of it can be believed. Must not
//! know what becomes of an entry.

use cockpit_ledger::{Ledger, RawEntry, SlotKind, SlotRow};

use crate::api::Problem;
use crate::fold::{LogOrder, There};

/// Rows that are read at a time.
const BATCH: usize = 1_000;
/// Rows that are gone in one place and are still counted line by line.
const GAP_MAX: i64 = 10_000;

/// What comes next.
pub(super) enum Item {
    Slot(SlotRow),
    Entry(RawEntry, There),
    /// A row that is gone.
    Removed,
}

/// Reads on from where it stands.
pub(super) struct Order<'a> {
    ledger: &'a Ledger,
    places: LogOrder<'a>,
    is_whole: bool,
    /// The last line.
    end: i64,
    /// Lines so far; in a database that does not hold the last position.
    done: i64,
    /// The next slot, and how many entries all before it admit.
    slot: u64,
    slot_begins: i64,
}

impl<'a> Order<'a> {
    /// Up to `through` entries; up to the end of the slot that admitted the last of them, because
    /// a slot is signed whole.
    pub fn of(ledger: &'a Ledger, through: i64, is_whole: bool) -> Result<Self, Problem> {
        let mut end = through;
        let last = ledger.position_at(through.unsigned_abs())?;
        if let Some(last) = last.filter(|_| is_whole)
            && let Some(n) = ledger.placed(last)?.slot
            && let Some(slot) = ledger.slot(n)?
            && let SlotKind::Admitting {
                first_leaf,
                entries,
                ..
            } = slot.kind
        {
            end = i64::try_from(first_leaf + entries).unwrap_or(through);
        }
        Ok(Self {
            ledger,
            places: LogOrder::of(ledger),
            is_whole,
            end,
            done: 0,
            slot: 0,
            slot_begins: 0,
        })
    }

    /// How many lines were read.
    pub fn done(&self) -> u64 {
        self.done.unsigned_abs()
    }

    /// The next few; none at the end.
    pub fn next(&mut self) -> Result<Option<Vec<Item>>, Problem> {
        if self.done >= self.end {
            return Ok(None);
        }
        let items = match self.is_whole {
            true => self.in_order()?,
            false => self.as_it_lies()?,
        };
        Ok((!items.is_empty()).then_some(items))
    }

    fn in_order(&mut self) -> Result<Vec<Item>, Problem> {
        let left = usize::try_from(self.end - self.done).unwrap_or(BATCH);
        let mut items = Vec::new();
        for ordered in self.ledger.in_order(self.done, left.min(BATCH))? {
            self.slots(&mut items)?;
            let stored = ordered.entry?;
            let there = self.places.of_stored(&stored)?;
            let entry = &stored.entry;
            let raw = RawEntry {
                position: stored.position,
                header: entry.header_line().into(),
                body: entry.body_line().into(),
                signature: entry.signature_line().into(),
            };
            items.push(Item::Entry(raw, there));
            self.done += 1;
        }
        Ok(items)
    }

    /// The slot that admits the next entry, after void ones before it. Void ones behind the last
    /// that admits are left out: they may come at any time.
    fn slots(&mut self, items: &mut Vec<Item>) -> Result<(), Problem> {
        if self.done != self.slot_begins {
            return Ok(());
        }
        let mut found = Vec::new();
        while let Some(slot) = self.ledger.slot(self.slot + found.len() as u64)? {
            let admits = match &slot.kind {
                SlotKind::Admitting { entries, .. } => i64::try_from(*entries).ok(),
                SlotKind::Void { .. } => None,
            };
            found.push(slot);
            if let Some(entries) = admits {
                self.slot += found.len() as u64;
                self.slot_begins += entries;
                items.extend(found.into_iter().map(Item::Slot));
                return Ok(());
            }
        }
        // What is left waits for a slot.
        self.slot_begins = i64::MAX;
        Ok(())
    }

    fn as_it_lies(&mut self) -> Result<Vec<Item>, Problem> {
        let mut items = Vec::new();
        for row in self.ledger.raw_after(self.done, BATCH)? {
            if row.position > self.end || row.position - self.done > GAP_MAX {
                self.end = self.done;
                break;
            }
            items.extend((self.done + 1..row.position).map(|_| Item::Removed));
            self.done = row.position;
            let there = There {
                place: row.position.unsigned_abs(),
                bracket: Default::default(),
            };
            items.push(Item::Entry(row, there));
        }
        Ok(items)
    }
}
