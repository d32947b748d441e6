//! Slots that come in any order, put into theirs. Must not know what is in them.

use std::collections::BTreeMap;

use crate::id::SlotHash;

/// Two different slots came with one number: the store overwrote one, or shows
/// different logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Two different slots came with the number {n}: {first} and {second}.")]
pub struct TwoSlots {
    /// Their number.
    pub n: u64,
    /// The hash of the one that came first.
    pub first: SlotHash,
    /// The hash of the other one.
    pub second: SlotHash,
}

/// Keeps slots that came too early until it is their turn. What it keeps is bounded by
/// its caller, who asks for slots.
#[derive(Debug, Clone, Default)]
pub struct SlotOrder {
    next: u64,
    waiting: BTreeMap<u64, Vec<u8>>,
}

impl SlotOrder {
    /// The next slot to hand out is `next`.
    pub fn from(next: u64) -> Self {
        Self {
            next,
            waiting: BTreeMap::new(),
        }
    }

    /// The number of the slot that is handed out next.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// How many slots wait.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Takes slot `n`. One that was handed out before, or that waits with the same
    /// bytes, is dropped.
    ///
    /// # Errors
    /// Another slot waits under this number; it stays.
    pub fn offer(&mut self, n: u64, bytes: Vec<u8>) -> Result<(), TwoSlots> {
        if n < self.next {
            return Ok(());
        }
        match self.waiting.get(&n) {
            Some(first) if *first != bytes => Err(TwoSlots {
                n,
                first: SlotHash::of_bytes(first),
                second: SlotHash::of_bytes(&bytes),
            }),
            Some(_) => Ok(()),
            None => {
                self.waiting.insert(n, bytes);
                Ok(())
            }
        }
    }

    /// The next slot's number and bytes, once they are there.
    pub fn take(&mut self) -> Option<(u64, Vec<u8>)> {
        let bytes = self.waiting.remove(&self.next)?;
        let n = self.next;
        self.next += 1;
        Some((n, bytes))
    }
}
