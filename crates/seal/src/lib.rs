//! Bytes, hashes and signatures of the decision ledger.
//!
//! This crate hides how an entry is written, read, signed and checked. It must
//! not know what an entry means, and it has no clock, no randomness, no files:
//! time, salt and keys come in as arguments, so the same inputs give the same
//! bytes on every machine.
//!
//! An entry is three lines, the same on the wire, on disk and in an export:
//!
//! 1. the header: the literal [`ENTRY_PREFIX`], then JSON with sorted keys;
//! 2. the body: a JSON object with a salt, bound to the header by its SHA-256;
//! 3. the Ed25519 signature over line 1 without its line feed, in base64.
//!
//! The id of an entry is the SHA-256 of line 1. Each device writes its own chain:
//! `seq` counts from 0 and `prev` is the id of the device's entry before. The
//! first entry of the first device is the genesis; its id names the ledger.
//!
//! [`seal`] makes an entry, [`Entry::parse`] reads one strictly, and [`Verifier`]
//! reads a whole ledger and names the first entry that does not hold, and why.
//!
//! Several devices share one order of entries, the log: immutable slots, each of which
//! admits entries and closes with a signed checkpoint.
//!
//! - [`slot`]: a slot's bytes, and [`slot::SlotVerifier`], which says of each slot in
//!   turn what it admits, or why it is void;
//! - [`tree`]: the tree over all admitted entries (RFC 6962 §2.1), its proofs, and its
//!   tiles (C2SP tlog-tiles);
//! - [`checkpoint`] and [`note`]: signed heads (C2SP tlog-checkpoint, signed-note) and
//!   what other devices add to them (C2SP tlog-cosignature);
//! - [`Fork`]: the proof that a device signed two entries with one number.
#![deny(clippy::unwrap_used)]

pub mod checkpoint;
mod entry;
mod fault;
mod fork;
mod id;
mod json;
mod key;
pub mod list;
pub mod note;
pub mod pack;
mod sealing;
pub mod slot;
pub mod sshsig;
mod time;
pub mod tree;
mod verify;

pub use entry::{
    BODY_BYTES_MAX, ENTRY_PREFIX, Entry, HEADER_BYTES_MAX, Head, Header, KIND_BYTES_MAX, Seen,
    VERSION,
};
pub use fault::{Broken, Fault, Part, Reason};
pub use fork::{Fork, SignedHeader};
pub use id::{BodyHash, DeviceId, EntryId, IdError, LedgerId, SlotHash, TreeHash};
pub use json::{INTEGER_MAX, JsonFault, canonical};
pub use key::{DeviceKey, KeyError, PublicKey, Signature};
pub use sealing::{Draft, SealError, seal};
pub use time::{TimeError, Timestamp};
pub use verify::{HighWater, KEY_FIELD, KIND_DEVICE_ADD, KIND_MEMBER_REQUEST, Verified, Verifier};
