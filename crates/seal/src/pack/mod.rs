//! The evidence pack: a folder that stock tools verify. Hides the names and forms of its files;
//! must not know where the bytes go, nor what an entry means.
//!
//! Line i of `headers.txt`, `bodies.jsonl` and `sigs.txt` is entry i of the ledger, so the chain
//! is whole in every pack; a body that does not leave is the line [`WITHHELD`]. The same entries
//! and the same selection give the same bytes: no clock and no chance is in them.
//!
//! [`PackWriter`] makes a pack, [`verify`] checks one.

mod chain;
pub(crate) mod csv;
mod hashed;
mod heads;
mod lines;
mod ocsf;
mod readme;
mod report;
mod sample;
mod slots;
mod told;
mod verify;
mod writer;

use serde_json::{Map, Value};

use crate::checkpoint::SignedCheckpoint;
use crate::id::LedgerId;

pub use slots::{RawSlot, SLOT_COLUMNS};
pub use told::{Row, RowFact, Section, TOLD_COLUMNS};
pub use verify::{PackFault, PackVerified, Source, verify};
pub use writer::PackWriter;

/// The header lines.
pub const HEADERS: &str = "headers.txt";
/// The body lines.
pub const BODIES: &str = "bodies.jsonl";
/// The signature lines.
pub const SIGNATURES: &str = "sigs.txt";
/// What was told, for spreadsheets.
pub const DECISIONS_CSV: &str = "decisions.csv";
/// What was told, for programs.
pub const DECISIONS_JSONL: &str = "decisions.jsonl";
/// What was told, in the words of the Open Cybersecurity Schema Framework.
pub const OCSF: &str = "ocsf.jsonl";
/// The report for people, on screen and paper.
pub const REPORT_HTML: &str = "report.html";
/// The report for people, to be filed.
pub const REPORT_PDF: &str = "report.pdf";
/// What the app found when it verified the pack's entries.
pub const VERIFICATION: &str = "verification.json";
/// How to verify it without the app.
pub const README: &str = "README.txt";
/// The slots of the log that admitted the entries.
pub const SLOTS: &str = "slots.csv";
/// The head after the last of them (C2SP tlog-checkpoint), with what other devices cosigned.
pub const CHECKPOINT: &str = "checkpoint";
/// The folder of earlier heads that other devices cosigned, each under its slot's number.
pub const CHECKPOINTS: &str = "checkpoints";
/// The folder of the tree's tiles (C2SP tlog-tiles).
pub const TLOG: &str = "tlog";
/// Replays the entries in Python: who could do what, and which entries have no force.
pub const FOLD_PY: &str = "fold.py";
/// How the replay reads entries.
pub const ENTRIES_PY: &str = "entries.py";
/// How the replay judges incidents and notices.
pub const NOTICES_PY: &str = "notices.py";
/// The stand-alone checker in Python.
pub const CHECK_PY: &str = "check.py";
/// The stand-alone checker for Node.
pub const CHECK_MJS: &str = "check.mjs";
/// The hash of every other file.
pub const SUMS: &str = "SHA256SUMS";
/// The signature over [`SUMS`].
pub const SUMS_SIGNATURE: &str = "SHA256SUMS.sshsig";
/// The namespace of that signature.
pub const NAMESPACE: &str = "release-cockpit";
/// Stands for a body that does not leave.
pub const WITHHELD: &str = "-";
/// Stands for an entry whose row is gone from the database.
pub const REMOVED: &str = "!removed";
/// Before the hex of bytes that cannot be a line.
const HEX: &str = "!hex:";

/// Where the files go.
pub trait Sink {
    /// Why bytes could not be put.
    type Error;

    /// Appends bytes to a file, which is made when it is first named. Names have `/` between
    /// folder and file.
    ///
    /// # Errors
    /// The bytes could not be put; the pack is not usable then.
    fn put(&mut self, file: &str, bytes: &[u8]) -> Result<(), Self::Error>;

    /// Nothing more comes for this file.
    ///
    /// # Errors
    /// The bytes could not be kept; the pack is not usable then.
    fn close(&mut self, file: &str) -> Result<(), Self::Error>;
}

/// An entry as it lies in the database, with nothing believed.
#[derive(Clone, Copy, Debug)]
pub struct RawLines<'a> {
    /// The header line.
    pub header: &'a [u8],
    /// The body line.
    pub body: &'a [u8],
    /// The signature line.
    pub signature: &'a [u8],
}

/// What the pack is of, beside its entries.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// The workspace's name.
    pub workspace: String,
    /// The whole selection in words: "entries 1 to 15".
    pub selection: String,
    /// The selection as it is sealed.
    pub selected: Map<String, Value>,
    /// What is wrong with the database beside its entries, in a sentence.
    pub database: Option<String>,
    /// Heads after slots that others cosigned, by the number of the slot.
    pub cosigned: Vec<(u64, SignedCheckpoint)>,
    /// The SHA-256 of the canonical state after these entries, in hex.
    pub state: Option<String>,
}

/// What came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The ledger; `None` when its first entry cannot be read.
    pub ledger: Option<LedgerId>,
    /// Lines of the chain.
    pub entries: u64,
    /// Entries that were told.
    pub told: u64,
    /// Of these, entries without their text.
    pub redacted: u64,
    /// The first thing that does not hold, in a sentence.
    pub first_fault: Option<String>,
    /// The SHA-256 of [`SUMS`], in hex.
    pub sums: String,
    /// The line that allows the signer's key for ssh-keygen; `None` when nobody signed.
    pub allowed_signer: Option<String>,
}

/// What a pack says of itself, counted while it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Facts {
    ledger: Option<LedgerId>,
    /// The last entry's id, in hex.
    head: Option<String>,
    /// The earliest and the latest time that entries claim.
    period: Option<(String, String)>,
    entries: u64,
    /// Entries that a slot of the log admitted.
    admitted: u64,
    /// Slots that are told, and how many of these are void.
    slots: u64,
    void: u64,
    /// Devices that cosigned a head, by identifier.
    cosigners: Vec<String>,
    /// Entries that hold.
    held: u64,
    faults: u64,
    first_fault: Option<String>,
    withheld: u64,
    told: u64,
    redacted: u64,
    without_force: u64,
    /// The device that signs the pack.
    signed_by: Option<String>,
    /// The tree's root, in base64.
    root: Option<String>,
}
