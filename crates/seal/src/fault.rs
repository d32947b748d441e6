//! What can be wrong, as kinds to branch on and sentences to read. Decides nothing.

use std::fmt;

use crate::entry::{BODY_BYTES_MAX, ENTRY_PREFIX, HEADER_BYTES_MAX};
use crate::id::{DeviceId, EntryId, LedgerId};
use crate::json::JsonFault;
use crate::key::KeyError;

/// One of the three lines of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Line 1.
    Header,
    /// Line 2.
    Body,
    /// Line 3.
    Signature,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header => "header",
            Self::Body => "body",
            Self::Signature => "signature",
        })
    }
}

/// Why bytes are not an entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Not exactly three lines, each ended by one line feed.
    #[error("it is not three lines")]
    NotThreeLines,
    /// A line is not UTF-8.
    #[error("its {0} is not UTF-8 text")]
    NotUtf8(Part),
    /// The header does not start with [`ENTRY_PREFIX`].
    #[error("its header does not start with \"{ENTRY_PREFIX}\"")]
    Prefix,
    /// A newer app wrote it. Nothing is wrong with it, but this app must not guess.
    #[error("it was written in format {version} by a newer version of the app")]
    NewerVersion {
        /// The format that it names.
        version: u64,
    },
    /// A line is over [`HEADER_BYTES_MAX`] or [`BODY_BYTES_MAX`].
    #[error("its {0} is too long (header at most {HEADER_BYTES_MAX} bytes, body {BODY_BYTES_MAX})")]
    TooLarge(Part),
    /// A line is not the JSON that it must be.
    #[error("its {0} cannot be read: {1}")]
    Json(Part, JsonFault),
    /// The header's keys are not in order.
    #[error("the keys of its header are not sorted")]
    UnsortedKeys,
    /// The header has a key that format 1 does not know.
    #[error("its header has the unknown key \"{0}\"")]
    UnknownKey(String),
    /// The header lacks a key.
    #[error("its header lacks the key \"{0}\"")]
    MissingKey(&'static str),
    /// A key of the header holds something that it must not.
    #[error("the key \"{0}\" of its header holds a wrong value")]
    BadValue(&'static str),
    /// The header has spaces, escapes or other spellings that a writer never makes.
    #[error("its header is spelled in another way than an app writes it")]
    NotCanonical,
    /// The body is not the one that the header was signed over.
    #[error("its body is not the one that was signed")]
    BodyHash,
    /// The body has no salt of 32 hex characters.
    #[error("its body has no salt of 32 hex characters")]
    Salt,
    /// The signature line is not the base64 of 64 bytes.
    #[error("its signature is not the base64 of 64 bytes")]
    SignatureEncoding,
}

impl Fault {
    /// A short name that never changes, for tables and tests.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotThreeLines => "not_three_lines",
            Self::NotUtf8(_) => "not_utf8",
            Self::Prefix => "prefix",
            Self::NewerVersion { .. } => "newer_version",
            Self::TooLarge(_) => "too_large",
            Self::Json(_, JsonFault::Syntax(_)) => "json_syntax",
            Self::Json(_, JsonFault::DuplicateKey(_)) => "duplicate_key",
            Self::Json(_, JsonFault::Float) => "float",
            Self::Json(_, JsonFault::IntegerRange) => "integer_range",
            Self::UnsortedKeys => "unsorted_keys",
            Self::UnknownKey(_) => "unknown_key",
            Self::MissingKey(_) => "missing_key",
            Self::BadValue(_) => "bad_value",
            Self::NotCanonical => "not_canonical",
            Self::BodyHash => "body_hash",
            Self::Salt => "salt",
            Self::SignatureEncoding => "signature_encoding",
        }
    }
}

/// Why an entry does not hold at its place in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The bytes are not an entry.
    #[error("{0}")]
    Malformed(#[from] Fault),
    /// A ledger starts with its genesis.
    #[error("the ledger does not start with its first entry, which was removed or moved")]
    NoGenesis,
    /// A genesis stands inside a ledger.
    #[error("it starts a ledger of its own inside this one")]
    SecondGenesis,
    /// The entry was signed for another ledger.
    #[error("it belongs to the ledger {found}")]
    OtherLedger {
        /// The ledger that it names.
        found: LedgerId,
    },
    /// No entry before this one has brought in the device's key.
    #[error("no entry before it admits this device")]
    UnknownDevice,
    /// The entry brings in a key that cannot be used, or none (`None`).
    #[error("the public key that it brings in cannot be used{}", .0.map(|e| format!(": {e}")).unwrap_or_default())]
    BadKey(Option<KeyError>),
    /// The key that the entry brings in is another one than its device id stands for.
    #[error("the public key that it brings in belongs to another device")]
    KeyMismatch,
    /// The signature is not one of this device over these bytes.
    #[error("its signature does not match its header")]
    BadSignature,
    /// Earlier entries of this device are not there.
    #[error("entry {expected_seq} of this device is missing before it (removed or moved)")]
    Missing {
        /// The number that should have come.
        expected_seq: u64,
    },
    /// The device's number was used before.
    #[error(
        "an entry with this number came before from this device (a copy, moved, or signed twice)"
    )]
    Repeated,
    /// `prev` is not the id of the device's entry before.
    #[error("it does not follow the entry that stands before it on this device")]
    BrokenLink,
    /// At a place that is known from outside stands another entry.
    #[error("it is not the entry that this device is known to have written here")]
    Rewritten,
    /// Entries that are known from outside are not there any more.
    #[error(
        "the ledger ends too early: entry {expected_seq} of this device is known and is not in it"
    )]
    Truncated {
        /// The number that the device is known to have reached.
        expected_seq: u64,
    },
}

impl Reason {
    /// A short name that never changes, for tables and tests.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(fault) => fault.code(),
            Self::NoGenesis => "no_genesis",
            Self::SecondGenesis => "second_genesis",
            Self::OtherLedger { .. } => "other_ledger",
            Self::UnknownDevice => "unknown_device",
            Self::BadKey(_) => "bad_key",
            Self::KeyMismatch => "key_mismatch",
            Self::BadSignature => "bad_signature",
            Self::Missing { .. } => "missing",
            Self::Repeated => "repeated",
            Self::BrokenLink => "broken_link",
            Self::Rewritten => "rewritten",
            Self::Truncated { .. } => "truncated",
        }
    }

    /// Whether only a newer app can read on. Then nothing is damaged, and the
    /// ledger must be opened read-only.
    pub fn needs_newer_app(&self) -> bool {
        matches!(self, Self::Malformed(Fault::NewerVersion { .. }))
    }
}

/// The first entry of a ledger that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Its place in admission order, from 1.
    pub position: u64,
    /// The device that it names, where that can be read.
    pub device: Option<DeviceId>,
    /// The number that it has on its device, where that can be read.
    pub seq: Option<u64>,
    /// The hash of its first line; `None` where there is no such line.
    pub id: Option<EntryId>,
    /// What is wrong.
    pub reason: Reason,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Entry {} of the ledger", self.position)?;
        match (self.seq, self.device) {
            (Some(seq), Some(device)) => write!(f, " (entry {seq} of device {device})")?,
            (None, Some(device)) => write!(f, " (device {device})")?,
            (Some(_) | None, None) => {}
        }
        write!(f, " does not hold: {}.", self.reason)
    }
}

impl std::error::Error for Broken {}
