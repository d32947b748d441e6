//! One slot of the team log: its bytes, how they are made and read. Must not know
//! what came before it; that is asked with [`SlotVerifier`].
//!
//! A slot is, line by line:
//!
//! 1. the header: the literal [`SLOT_PREFIX`], then JSON with sorted keys;
//! 2. the admitted entries, three lines each, as many as the header's `count`;
//! 3. a checkpoint (C2SP tlog-checkpoint) with one signature: of the device that wrote
//!    the slot, under the ledger's origin.
//!
//! The checkpoint's root stands for the entries. It has one further line, `slot`, the
//! slot's number and the SHA-256 of the header line, so that the one signature covers
//! every byte of the slot: who keeps the store can change none of them unseen, not
//! even the time.
//!
//! Slots of later formats keep this frame: one header line with the format's number, and
//! at the end a note whose last four lines of text are those. So an older app can tell a
//! slot that a newer one wrote from junk that only says so.
//!
//! The link of a slot stands for the whole log up to it, and is what the next slot and
//! every author's `seen` name: of a slot that admits its entries the SHA-256 of its
//! bytes; of a void one the SHA-256 of the link before it and the SHA-256 of its bytes,
//! 64 bytes together.

mod fault;
mod order;
mod verdict;
mod verify;

use std::fmt;

use serde_json::Map;
use sha2::{Digest, Sha256};

use crate::checkpoint::{Checkpoint, SignedCheckpoint, origin};
use crate::entry::{Entry, HEADER_BYTES_MAX, VERSION, header_map, newer_version, number, text};
use crate::fault::{Fault, Part};
use crate::id::{DeviceId, LedgerId, SlotHash};
use crate::json::INTEGER_MAX;
use crate::key::DeviceKey;
use crate::note::NoteFault;
use crate::time::Timestamp;
use crate::tree::{Tree, leaf_hash};

pub use fault::{Halt, SlotError, SlotFault, VoidReason};
pub use order::{SlotOrder, TwoSlots};
pub use verdict::{Admitted, AnyKnownDevice, OtherView, StateBefore, Verdict, Void};
pub use verify::{LogVerified, SlotVerifier};

/// The first bytes of every slot.
pub const SLOT_PREFIX: &str = "cockpit.ledger/slot/v1 ";
/// The most entries in a slot.
pub const SLOT_ENTRIES_MAX: usize = 1024;
/// The longest slot in bytes.
pub const SLOT_BYTES_MAX: usize = 4 * 1024 * 1024;

const PREFIX_OF_ANY_VERSION: &str = "cockpit.ledger/slot/v";
const HEADER_KEYS: [&str; 6] = ["at", "by", "count", "n", "prev", "v"];
/// More than a header and a checkpoint take together.
const FRAME_BYTES: usize = 4096;

/// Where slot `n` lies below the log's folder: `log/` and 16 digits.
pub fn slot_path(n: u64) -> String {
    format!("log/{n:016}")
}

/// What the first line of a slot says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotHeader {
    /// When its writer says it was. Order never depends on it.
    pub at: Timestamp,
    /// The device that wrote it.
    pub by: DeviceId,
    /// How many entries it admits; at least one.
    pub count: u64,
    /// Its number, from 0.
    pub n: u64,
    /// The link of slot `n - 1`; all zeros in slot 0.
    pub prev: SlotHash,
}

impl SlotHeader {
    pub(crate) fn line(&self) -> String {
        format!(
            "{SLOT_PREFIX}{{\"at\":\"{}\",\"by\":\"{}\",\"count\":{},\"n\":{},\"prev\":\"{}\",\"v\":{VERSION}}}",
            self.at, self.by, self.count, self.n, self.prev,
        )
    }

    pub(crate) fn parse(line: &str) -> Result<Self, SlotFault> {
        let json = line.strip_prefix(SLOT_PREFIX).ok_or(SlotFault::Prefix)?;
        let header = header_map(json, &HEADER_KEYS)
            .and_then(|map| Self::read(&map))
            .map_err(SlotFault::Header)?;
        match header.line() == line {
            true => Ok(header),
            false => Err(SlotFault::Header(Fault::NotCanonical)),
        }
    }

    fn read(map: &Map<String, serde_json::Value>) -> Result<Self, Fault> {
        let header = Self {
            at: crate::entry::value(map, "at")?,
            by: crate::entry::value(map, "by")?,
            count: number(map, "count")?,
            n: number(map, "n")?,
            prev: crate::entry::value(map, "prev")?,
        };
        if !(1..=SLOT_ENTRIES_MAX as u64).contains(&header.count) {
            return Err(Fault::BadValue("count"));
        }
        if header.n == 0 && !header.prev.is_zero() {
            return Err(Fault::BadValue("prev"));
        }
        Ok(header)
    }
}

/// Where the next slot goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotHead {
    /// The ledger.
    pub ledger: LedgerId,
    /// The number that the next slot gets.
    pub next: u64,
    /// The link of the last slot; all zeros before the first.
    pub prev: SlotHash,
    /// The tree over all admitted entries.
    pub tree: Tree,
}

impl SlotHead {
    /// Before the first slot.
    pub fn first(ledger: LedgerId) -> Self {
        Self {
            ledger,
            next: 0,
            prev: SlotHash::ZERO,
            tree: Tree::new(),
        }
    }
}

/// A slot whose form is right and whose checkpoint names its header. Whether it holds
/// at its place is asked with [`SlotVerifier`]. Written as its bytes, all of them text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    header: SlotHeader,
    entries: Vec<Entry>,
    checkpoint: SignedCheckpoint,
    hash: SlotHash,
}

impl Slot {
    /// How many of the first of these entries go into one slot.
    pub fn fitting(entries: &[Entry]) -> usize {
        let mut bytes = FRAME_BYTES;
        let fits = |entry: &&Entry| {
            bytes += entry.header_line().len() + entry.body_line().len() + 91;
            bytes <= SLOT_BYTES_MAX
        };
        let entries = entries.iter().take(SLOT_ENTRIES_MAX);
        entries.take_while(fits).count()
    }

    /// Writes and signs the slot that admits `entries` after `head`. It is not checked
    /// whether the entries follow in their chains: see [`SlotVerifier::write`].
    ///
    /// # Errors
    /// No entry, or more than [`Slot::fitting`] says, or no number is left.
    pub fn build(
        key: &DeviceKey,
        head: &SlotHead,
        at: Timestamp,
        entries: Vec<Entry>,
    ) -> Result<Self, SlotError> {
        if entries.is_empty() {
            return Err(SlotError::Empty);
        }
        let fitting = Self::fitting(&entries);
        if fitting < entries.len() {
            return Err(SlotError::TooLarge { fitting });
        }
        if head.next > INTEGER_MAX {
            return Err(SlotError::Number);
        }
        let header = SlotHeader {
            at,
            by: key.device_id(),
            count: entries.len() as u64,
            n: head.next,
            prev: head.prev,
        };
        let mut tree = head.tree.clone();
        entries
            .iter()
            .for_each(|entry| tree.push(leaf_hash(&entry.leaf())));
        let checkpoint = Checkpoint {
            origin: origin(head.ledger),
            size: tree.size(),
            root: tree.root(),
            extensions: vec![header_mark(header.n, &header.line())],
        };
        let checkpoint = SignedCheckpoint::sign(checkpoint, key)
            .expect("every line of it is made of visible characters");
        let mut slot = Self {
            header,
            entries,
            checkpoint,
            hash: SlotHash::ZERO,
        };
        slot.hash = SlotHash::of_bytes(slot.to_string().as_bytes());
        Ok(slot)
    }

    /// Reads a slot's bytes.
    ///
    /// # Errors
    /// The first thing that is wrong with them.
    pub fn parse(bytes: impl AsRef<[u8]>) -> Result<Self, SlotFault> {
        let bytes = bytes.as_ref();
        newer_version(bytes, PREFIX_OF_ANY_VERSION).map_err(SlotFault::Header)?;
        if bytes.len() > SLOT_BYTES_MAX {
            return Err(SlotFault::TooLarge);
        }
        let mut rest = bytes;
        let line = line(&mut rest).ok_or(SlotFault::Cut { entry: 0 })?;
        let header_line = text(Part::Header, line, HEADER_BYTES_MAX).map_err(SlotFault::Header)?;
        let header = SlotHeader::parse(header_line)?;
        let mut entries = Vec::new();
        for entry in 1..=header.count {
            entries.push(read_entry(&mut rest, entry)?);
        }
        let checkpoint = SignedCheckpoint::parse(rest).map_err(SlotFault::Checkpoint)?;
        if checkpoint.note().signatures().len() != 1 {
            return Err(SlotFault::Signatures);
        }
        let [mark] = checkpoint.checkpoint().extensions.as_slice() else {
            return Err(SlotFault::Checkpoint(NoteFault::Checkpoint("extension")));
        };
        if *mark != header_mark(header.n, header_line) {
            return Err(SlotFault::HeaderMark);
        }
        Ok(Self {
            header,
            entries,
            checkpoint,
            hash: SlotHash::of_bytes(bytes),
        })
    }

    /// What the first line says.
    pub fn header(&self) -> &SlotHeader {
        &self.header
    }

    /// The exact first line, without its line feed.
    pub fn header_line(&self) -> String {
        self.header.line()
    }

    /// The entries in their order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The checkpoint with the signature of the slot's writer.
    pub fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }

    /// The hash of all its bytes.
    pub fn hash(&self) -> SlotHash {
        self.hash
    }

    /// Its bytes.
    pub fn bytes(&self) -> Vec<u8> {
        self.to_string().into_bytes()
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.header.line())?;
        self.entries.iter().try_for_each(|entry| entry.fmt(f))?;
        self.checkpoint.fmt(f)
    }
}

/// The link of a void slot. A slot that admits names the one before in its own bytes, so
/// the hash of these stands for the whole log up to it; a void one names what it likes.
pub(crate) fn void_link(prev: SlotHash, hash: SlotHash) -> SlotHash {
    SlotHash::of_bytes(&[*prev.as_bytes(), *hash.as_bytes()].concat())
}

/// The checkpoint of a slot of any format, if it names the slot's number and first line.
fn frame(bytes: &[u8], n: u64) -> Option<SignedCheckpoint> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (header_line, _) = text.split_once('\n')?;
    let (body, _) = text.rsplit_once("\n\n")?;
    // Origin, size, root and mark are the last four lines of the body.
    let (before, _) = body.rmatch_indices('\n').nth(3)?;
    let checkpoint = SignedCheckpoint::parse(&text[before + 1..]).ok()?;
    let marked = checkpoint.checkpoint().extensions == [header_mark(n, header_line)];
    marked.then_some(checkpoint)
}

/// The line of the checkpoint that stands for the slot's header.
pub(crate) fn header_mark(n: u64, line: &str) -> String {
    let hash = hex::encode(Sha256::digest(line.as_bytes()));
    format!("slot {n} {hash}")
}

fn read_entry(rest: &mut &[u8], number: u64) -> Result<Entry, SlotFault> {
    match (line(rest), line(rest), line(rest)) {
        (Some(header), Some(body), Some(signature)) => Entry::from_lines(header, body, signature)
            .map_err(|fault| SlotFault::Entry {
                entry: number,
                fault,
            }),
        _ => Err(SlotFault::Cut { entry: number }),
    }
}

/// Takes the bytes up to the next line feed, and the line feed.
fn line<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let (line, after) = rest.split_at(end);
    *rest = &after[1..];
    Some(line)
}
