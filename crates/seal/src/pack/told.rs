//! An entry in words, as a row. Must not know how the words came about.

use serde_json::{Map, Value, json};

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

/// An entry in words. What is not known is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Its line in the chain's files.
    pub position: u64,
    /// The entry's id, in hex.
    pub id: String,
    /// The time that its device claims.
    pub at: String,
    /// The device.
    pub device: String,
    /// Its number on the device.
    pub seq: Option<u64>,
    /// Who, by name.
    pub person: String,
    /// The entry's kind.
    pub kind: String,
    /// The app.
    pub app: String,
    /// What happened.
    pub decision: String,
    /// To what.
    pub target: String,
    /// Why, or what was read.
    pub reason: String,
    /// The outcome's word.
    pub outcome: String,
    /// Why the entry has no force though it holds; empty when it has.
    pub without_force: String,
    /// Why the entry does not hold; empty when it does.
    pub does_not_hold: String,
    /// Its text does not leave.
    pub redacted: bool,
    /// More about it, name by name.
    pub facts: Vec<(String, String)>,
    /// Where the report puts it.
    pub section: Section,
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
        let object: Map<String, Value> = serde_json::from_slice(line).ok()?;
        let text = |key: &str| object.get(key)?.as_str().map(ToOwned::to_owned);
        let facts = object.get("facts")?.as_array()?.iter().map(|fact| {
            let part = |key: &str| fact.get(key)?.as_str().map(ToOwned::to_owned);
            Some((part("name")?, part("value")?))
        });
        let row = Self {
            position: object.get("position")?.as_u64()?,
            id: text("id")?,
            at: text("at")?,
            device: text("device")?,
            seq: object.get("seq")?.as_u64(),
            person: text("person")?,
            kind: text("kind")?,
            app: text("app")?,
            decision: text("decision")?,
            target: text("target")?,
            reason: text("reason")?,
            outcome: text("outcome")?,
            without_force: text("without_force")?,
            does_not_hold: text("does_not_hold")?,
            redacted: object.get("redacted")?.as_bool()?,
            facts: facts.collect::<Option<_>>()?,
            section: Section::default(),
        };
        // One spelling, so that nothing hides beside what is read.
        (row.json_line().trim_end().as_bytes() == line).then_some(row)
    }

    pub(super) fn csv_line(&self) -> String {
        let columns = self.columns();
        csv::line(&columns.each_ref().map(String::as_str))
    }

    fn columns(&self) -> [String; TOLD_COLUMNS.len()] {
        [
            self.position.to_string(),
            self.id.clone(),
            self.at.clone(),
            self.device.clone(),
            self.seq.map(|seq| seq.to_string()).unwrap_or_default(),
            self.person.clone(),
            self.kind.clone(),
            self.app.clone(),
            self.decision.clone(),
            self.target.clone(),
            self.reason.clone(),
            self.outcome.clone(),
            self.without_force.clone(),
            self.does_not_hold.clone(),
            if self.redacted { "yes" } else { "" }.to_owned(),
        ]
    }

    pub(super) fn json_line(&self) -> String {
        let mut object: Map<String, Value> = TOLD_COLUMNS
            .iter()
            .zip(self.columns())
            .map(|(name, value)| ((*name).to_owned(), Value::String(value)))
            .collect();
        object.insert("position".to_owned(), json!(self.position));
        object.insert("seq".to_owned(), json!(self.seq));
        object.insert("redacted".to_owned(), json!(self.redacted));
        let facts: Vec<Value> = self
            .facts
            .iter()
            .map(|(name, value)| json!({ "name": name, "value": value }))
            .collect();
        object.insert("facts".to_owned(), Value::Array(facts));
        Value::Object(object).to_string() + "\n"
    }
}
