//! An entry in words, as a row. Must not know how the words came about.

use serde::{Deserialize, Serialize};

use super::csv;

/// The columns of `decisions.csv`; `decisions.jsonl` has the same keys, and `facts`.
pub const TOLD_COLUMNS: [&str; 15] = [
    "position",
    "id",
    "at",
    "device",
    "seq",
    "person",
    "kind",
    "app",
    "decision",
    "target",
    "reason",
    "outcome",
    "without_force",
    "does_not_hold",
    "redacted",
];

/// Where the report puts a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Section {
    /// It was seen, or done because of a decision.
    #[default]
    Observation,
    /// A person decided it.
    Decision,
    /// It changed who may do what.
    Authority,
}

/// An entry in words. What is not known is empty. The fields stand in the order of the file's keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The app.
    pub app: String,
    /// The time that its device claims.
    pub at: String,
    /// What happened.
    pub decision: String,
    /// The device.
    pub device: String,
    /// Why the entry does not hold; empty when it does.
    pub does_not_hold: String,
    /// More about it, name by name.
    pub facts: Vec<RowFact>,
    /// The entry's id, in hex.
    pub id: String,
    /// The entry's kind.
    pub kind: String,
    /// The outcome's word.
    pub outcome: String,
    /// Who, by name.
    pub person: String,
    /// Its line in the chain's files.
    pub position: u64,
    /// Why, or what was read.
    pub reason: String,
    /// Its text does not leave.
    pub redacted: bool,
    /// Its number on the device.
    pub seq: Option<u64>,
    /// To what.
    pub target: String,
    /// Why the entry has no force though it holds; empty when it has.
    pub without_force: String,
    /// Where the report puts it.
    #[serde(skip)]
    pub section: Section,
}

/// A fact of a row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowFact {
    /// What it is about.
    pub name: String,
    /// What it says.
    pub value: String,
}

impl Row {
    /// Keeps what the header says and takes out everything that comes from the body.
    #[must_use]
    pub fn redact(self) -> Self {
        Self {
            position: self.position,
            id: self.id,
            at: self.at,
            device: self.device,
            seq: self.seq,
            kind: self.kind,
            does_not_hold: self.does_not_hold,
            redacted: true,
            section: self.section,
            ..Self::default()
        }
    }

    /// Reads back what [`Row::json_line`] wrote; `None` for anything else.
    pub(super) fn from_json_line(line: &[u8]) -> Option<Self> {
        let row: Self = serde_json::from_slice(line).ok()?;
        // One spelling, so that nothing hides beside what is read.
        (row.json_line().trim_end().as_bytes() == line).then_some(row)
    }

    pub(super) fn csv_line(&self) -> String {
        let position = self.position.to_string();
        let seq = self.seq.map(|seq| seq.to_string()).unwrap_or_default();
        csv::line(&[
            &position,
            &self.id,
            &self.at,
            &self.device,
            &seq,
            &self.person,
            &self.kind,
            &self.app,
            &self.decision,
            &self.target,
            &self.reason,
            &self.outcome,
            &self.without_force,
            &self.does_not_hold,
            if self.redacted { "yes" } else { "" },
        ])
    }

    pub(super) fn json_line(&self) -> String {
        serde_json::to_string(self).expect("texts and numbers are JSON") + "\n"
    }
}
