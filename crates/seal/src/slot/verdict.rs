//! What is said of a slot, and what must be known to say it. Must not know how it is
//! found out.

use std::fmt;

use super::VoidReason;
use crate::checkpoint::SignedCheckpoint;
use crate::entry::{Entry, Seen};
use crate::fork::{Fork, SignedHeader};
use crate::id::{DeviceId, EntryId, SlotHash};
use crate::time::Timestamp;

/// What the ledger says up to the slot before: who belongs to it, and what was
/// admitted. It must answer from admitted entries and reported forks alone, so that
/// everybody finds the same slots void.
pub trait StateBefore {
    /// Whether this device, whose key is known, may write slots.
    fn may_write(&self, device: DeviceId) -> bool;

    /// Whether a device that nobody knows may put this request to join into a slot of
    /// its own, alone.
    fn may_ask(&self, request: &Entry) -> bool;

    /// The admitted entry with this number of this device. It is asked for only to
    /// tell a copy from a fork; without an answer a fork is taken for a copy.
    fn admitted(&self, device: DeviceId, seq: u64) -> Option<SignedHeader>;

    /// The link of slot `n`. It is asked for only to find authors who were shown
    /// another log; without an answer they are not found.
    fn slot_hash(&self, n: u64) -> Option<SlotHash>;
}

/// For a log that is read without folding it: every device whose key is known may
/// write, everybody may ask, and nothing is remembered.
#[derive(Debug, Clone, Copy, Default)]
pub struct AnyKnownDevice;

impl StateBefore for AnyKnownDevice {
    fn may_write(&self, _: DeviceId) -> bool {
        true
    }

    fn may_ask(&self, _: &Entry) -> bool {
        true
    }

    fn admitted(&self, _: DeviceId, _: u64) -> Option<SignedHeader> {
        None
    }

    fn slot_hash(&self, _: u64) -> Option<SlotHash> {
        None
    }
}

/// What a slot does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It admits its entries.
    Admitted(Box<Admitted>),
    /// It admits nothing and keeps its number.
    Void(Box<Void>),
}

/// A slot that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admitted {
    /// Its number.
    pub n: u64,
    /// The hash of its bytes, which is its link.
    pub hash: SlotHash,
    /// The device that wrote it.
    pub by: DeviceId,
    /// When that device says it did.
    pub at: Timestamp,
    /// The leaf number of its first entry, from 0; its position in the ledger is one more.
    pub first_leaf: u64,
    /// The entries that it admits, in their order.
    pub entries: Vec<Entry>,
    /// The signed head of the log after it.
    pub checkpoint: SignedCheckpoint,
    /// Entries whose authors had seen another slot than stands there: the store shows
    /// different logs to different devices, or a device lies.
    pub other_views: Vec<OtherView>,
}

/// An entry whose author says to have seen another log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OtherView {
    /// The entry.
    pub entry: EntryId,
    /// Its device.
    pub device: DeviceId,
    /// What its author had seen.
    pub seen: Seen,
    /// The link of the slot that stands there; `None` when none stood there yet.
    pub ours: Option<SlotHash>,
}

/// A slot that admits nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Void {
    /// Its number.
    pub n: u64,
    /// The hash of its bytes.
    pub hash: SlotHash,
    /// Its link: what the next slot names as the one before.
    pub link: SlotHash,
    /// Why.
    pub reason: VoidReason,
    /// Where the reason is a number that a device used before: the proof that it
    /// signed two entries with that number. Both signatures were checked.
    pub fork: Option<Box<Fork>>,
}

impl fmt::Display for Void {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Slot {} is void: {}", self.n, self.reason)?;
        match &self.reason {
            VoidReason::Entry(_) => Ok(()), // a whole sentence already
            VoidReason::Malformed(_)
            | VoidReason::Number { .. }
            | VoidReason::BrokenLink
            | VoidReason::OtherLog { .. }
            | VoidReason::NotAllowed { .. }
            | VoidReason::BadSignature { .. }
            | VoidReason::Size { .. }
            | VoidReason::Root { .. } => f.write_str("."),
        }
    }
}
