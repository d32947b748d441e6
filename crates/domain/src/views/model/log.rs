//! Shapes of the decision log. Only data; must not hold rules.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Badge, LedgerStatus};

/// A page of the decision log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct LogPage {
    /// Rows, newest first.
    pub rows: Vec<LogRow>,
    /// Give this as `before` for the next page; absent at the end.
    #[ts(type = "number | null")]
    pub next_before: Option<u64>,
    /// All entries in the ledger.
    #[ts(type = "number")]
    pub total: u64,
    /// State of the ledger.
    pub ledger: LedgerStatus,
}

/// One row of the decision log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LogRow {
    /// Position in admission order.
    #[ts(type = "number")]
    pub position: u64,
    /// Entry id, in hex.
    pub id: String,
    /// RFC 3339.
    pub at: String,
    /// "You", "Cockpit on this laptop".
    pub who: String,
    /// "Asked to stop", "Effect confirmed".
    pub decision: String,
    /// "Google Play · 8.4.0".
    pub target: String,
    /// The reason or what was read.
    pub reason: String,
    /// Outcome, when the entry has one.
    pub outcome: Option<Badge>,
}

/// What the decision log can be narrowed to: only what stands in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LogChoicesView {
    /// Kinds of entries.
    pub kinds: Vec<LogChoice>,
    /// People.
    pub people: Vec<LogChoice>,
    /// Apps.
    pub apps: Vec<LogChoice>,
    /// Outcomes, among them that an entry is without force.
    pub outcomes: Vec<LogChoice>,
}

/// One thing to narrow the log to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LogChoice {
    /// What to ask with.
    pub value: String,
    /// What it is called.
    pub words: String,
}

/// One entry, whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EntryView {
    /// The row.
    pub row: LogRow,
    /// Kind: "intent.request".
    pub kind: String,
    /// "Signature and link checked" or what is wrong, checked when this was opened.
    pub verified: Badge,
    /// What the check proves, in words.
    pub verified_sentence: String,
    /// Device that signed.
    pub device: String,
    /// Number in the device's chain.
    #[ts(type = "number")]
    pub seq: u64,
    /// Previous entry of the device.
    pub prev: String,
    /// Facts in words: name and value.
    pub facts: Vec<Fact>,
    /// Between which moments it can be proven to have been made, in words.
    pub bracket: String,
    /// The three lines as signed.
    pub raw: String,
}

/// A name and a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Fact {
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
}
