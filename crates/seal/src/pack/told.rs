//! An entry in words, as a row. Must not know how the words came about.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::csv;
use crate::entry::Entry;

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
pub struct Row<'a> {
    /// The app.
    #[serde(borrow)]
    pub app: Cow<'a, str>,
    /// The time that its device claims.
    #[serde(borrow)]
    pub at: Cow<'a, str>,
    /// What happened.
    #[serde(borrow)]
    pub decision: Cow<'a, str>,
    /// The device.
    #[serde(borrow)]
    pub device: Cow<'a, str>,
    /// Why the entry does not hold; empty when it does.
    #[serde(borrow)]
    pub does_not_hold: Cow<'a, str>,
    /// More about it, name by name.
    #[serde(borrow)]
    pub facts: Vec<RowFact<'a>>,
    /// The entry's id, in hex.
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    /// The entry's kind.
    #[serde(borrow)]
    pub kind: Cow<'a, str>,
    /// The outcome's word.
    #[serde(borrow)]
    pub outcome: Cow<'a, str>,
    /// Who, by name.
    #[serde(borrow)]
    pub person: Cow<'a, str>,
    /// Its line in the chain's files.
    pub position: u64,
    /// Why, or what was read.
    #[serde(borrow)]
    pub reason: Cow<'a, str>,
    /// Its text does not leave.
    pub redacted: bool,
    /// Its number on the device.
    pub seq: Option<u64>,
    /// To what.
    #[serde(borrow)]
    pub target: Cow<'a, str>,
    /// Why the entry has no force though it holds; empty when it has.
    #[serde(borrow)]
    pub without_force: Cow<'a, str>,
    /// Where the report puts it.
    #[serde(skip)]
    pub section: Section,
}

/// A fact of a row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowFact<'a> {
    /// What it is about.
    #[serde(borrow)]
    pub name: Cow<'a, str>,
    /// What it says.
    #[serde(borrow)]
    pub value: Cow<'a, str>,
}

impl<'a> Row<'a> {
    /// What the header of an entry says, or only its place where it cannot be read; the words are
    /// still missing. `position` is its line in the chain's files.
    pub fn of(position: u64, entry: Option<&'a Entry>) -> Self {
        let Some(entry) = entry else {
            return Self {
                position,
                ..Self::default()
            };
        };
        let header = entry.header();
        Self {
            position,
            id: entry.id().to_string().into(),
            at: header.at.to_string().into(),
            device: header.device.to_string().into(),
            seq: Some(header.seq),
            kind: (&*header.kind).into(),
            ..Self::default()
        }
    }

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

    /// Reads back what [`Row::put_json`] wrote, without its line feed; `None` for anything else.
    /// `again` is a place for writing it again.
    pub(super) fn from_json(line: &'a [u8], again: &mut Vec<u8>) -> Option<Self> {
        let row: Self = serde_json::from_slice(line).ok()?;
        // One spelling, so that nothing hides beside what is read.
        again.clear();
        row.put_json(again);
        (again.strip_suffix(b"\n") == Some(line)).then_some(row)
    }

    /// Adds its line of [`DECISIONS_CSV`](super::DECISIONS_CSV).
    pub(super) fn put_csv(&self, lines: &mut Vec<u8>) {
        let position = self.position.to_string();
        let seq = self.seq.map(|seq| seq.to_string()).unwrap_or_default();
        let cells = [
            &*position,
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
        ];
        csv::put(lines, &cells);
    }

    /// Adds its line of [`DECISIONS_JSONL`](super::DECISIONS_JSONL).
    pub(super) fn put_json(&self, lines: &mut Vec<u8>) {
        serde_json::to_writer(&mut *lines, self).expect("texts and numbers are JSON");
        lines.push(b'\n');
    }
}
