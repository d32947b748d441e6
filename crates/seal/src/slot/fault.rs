//! What can be wrong with a slot, as kinds to branch on and sentences to read. Decides
//! nothing.

use super::{SLOT_BYTES_MAX, SLOT_PREFIX, Void};
use crate::fault::{Broken, Fault};
use crate::id::{DeviceId, SlotHash, TreeHash};
use crate::note::NoteFault;

/// Why bytes are not a slot.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SlotFault {
    /// More than [`SLOT_BYTES_MAX`].
    #[error("it has more than {SLOT_BYTES_MAX} bytes")]
    TooLarge,
    /// The header does not start with [`SLOT_PREFIX`].
    #[error("its header does not start with \"{SLOT_PREFIX}\"")]
    Prefix,
    /// The header cannot be read.
    #[error("{0}")]
    Header(Fault),
    /// The bytes end inside an entry, or (0) inside the header.
    #[error("it ends inside {}", .entry.checked_sub(1).map_or("its header".to_owned(), |_| format!("its entry {entry}")))]
    Cut {
        /// The entry in this slot, from 1.
        entry: u64,
    },
    /// An entry cannot be read.
    #[error("entry {entry} in it cannot be read: {fault}")]
    Entry {
        /// The entry in this slot, from 1.
        entry: u64,
        /// What is wrong.
        fault: Fault,
    },
    /// What follows the entries is not a checkpoint.
    #[error("its checkpoint cannot be read: {0}")]
    Checkpoint(NoteFault),
    /// The checkpoint has more signatures than its writer's.
    #[error("its checkpoint has more than one signature")]
    Signatures,
    /// The checkpoint was signed for another header.
    #[error("its header is not the one that was signed")]
    HeaderMark,
}

impl SlotFault {
    /// A short name that never changes, for tables and tests.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge => "slot_too_large",
            Self::Prefix => "slot_prefix",
            Self::Header(fault) | Self::Entry { fault, .. } => fault.code(),
            Self::Cut { .. } => "slot_cut",
            Self::Checkpoint(fault) => fault.code(),
            Self::Signatures => "slot_signatures",
            Self::HeaderMark => "slot_header_mark",
        }
    }

    /// The format in which a newer app wrote it, as it says. Then nothing may be wrong
    /// with it, but this app must not guess.
    pub fn newer_version(&self) -> Option<u64> {
        match self {
            Self::Header(Fault::NewerVersion { version })
            | Self::Entry {
                fault: Fault::NewerVersion { version },
                ..
            } => Some(*version),
            Self::TooLarge
            | Self::Prefix
            | Self::Header(_)
            | Self::Cut { .. }
            | Self::Entry { .. }
            | Self::Checkpoint(_)
            | Self::Signatures
            | Self::HeaderMark => None,
        }
    }
}

/// Why a slot admits nothing: a pure function of what stood before it and its bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VoidReason {
    /// The bytes are not a slot.
    #[error("{0}")]
    Malformed(#[from] SlotFault),
    /// It has another number than its place.
    #[error("it has the number {found}")]
    Number {
        /// The number in its header.
        found: u64,
    },
    /// It follows another slot than the one that stands before it.
    #[error("it does not follow the slot that stands before it")]
    BrokenLink,
    /// Its checkpoint is for another log.
    #[error("its checkpoint is for the log \"{found}\"")]
    OtherLog {
        /// The origin that it names.
        found: String,
    },
    /// Its writer was no member then, and it is not that device's request to join alone.
    #[error("device {by} was not allowed to write it")]
    NotAllowed {
        /// The device that it names.
        by: DeviceId,
    },
    /// Its checkpoint was not signed by its writer, or says something else than was signed.
    #[error("its checkpoint is not signed by device {by}")]
    BadSignature {
        /// The device that it names.
        by: DeviceId,
    },
    /// An entry does not hold at its place: one entry makes the whole slot void.
    #[error("{0}")]
    Entry(Broken),
    /// The checkpoint counts otherwise.
    #[error("its checkpoint is about {found} entries, and it makes them {expected}")]
    Size {
        /// The entries before it and in it.
        expected: u64,
        /// What the checkpoint says.
        found: u64,
    },
    /// The checkpoint's root is not the one of these entries.
    #[error("its checkpoint is about other entries: its root is {found}")]
    Root {
        /// The root in the checkpoint.
        found: TreeHash,
    },
}

impl VoidReason {
    /// A short name that never changes, for tables and tests.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(fault) => fault.code(),
            Self::Number { .. } => "slot_number",
            Self::BrokenLink => "slot_broken_link",
            Self::OtherLog { .. } => "slot_other_log",
            Self::NotAllowed { .. } => "slot_not_allowed",
            Self::BadSignature { .. } => "slot_bad_signature",
            Self::Entry(broken) => broken.reason.code(),
            Self::Size { .. } => "slot_size",
            Self::Root { .. } => "slot_root",
        }
    }
}

/// Why the log must not be read on. It is not the slot's fault: either this app is too
/// old, or the store shows another log than the one that is known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Halt {
    /// A newer app of a member wrote it: the ledger is opened read-only.
    #[error("Slot {n} was written in format {version} by a newer version of the app.")]
    NewerApp {
        /// The slot.
        n: u64,
        /// The format that it names.
        version: u64,
    },
    /// At a place that is known from outside stands another slot.
    #[error("Slot {n} is not the one that is known: it was {known} and is {found}.")]
    Rewritten {
        /// The slot.
        n: u64,
        /// The link that is known.
        known: SlotHash,
        /// The link of the slot that came.
        found: SlotHash,
    },
    /// A slot that is known from outside did not come.
    #[error("The log ends too early: slot {known} is known, and it ends before slot {next}.")]
    Truncated {
        /// The number that would come next.
        next: u64,
        /// The slot that is known.
        known: u64,
    },
}

/// Why no slot was written. Nothing was signed that anybody could use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SlotError {
    /// There is nothing to admit.
    #[error("a slot admits at least one entry")]
    Empty,
    /// More entries than go into one slot.
    #[error("only the first {fitting} of the entries go into one slot")]
    TooLarge {
        /// As many go in.
        fitting: usize,
    },
    /// The log has no number left.
    #[error("the log has no number left")]
    Number,
    /// Everybody would find it void.
    #[error("the slot would be void: {0}")]
    Void(Box<Void>),
}
