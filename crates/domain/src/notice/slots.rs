//! The places of a notice that a person fills: each has one meaning, whatever template it stands
//! in. Must not know a template.

use std::collections::BTreeMap;

use cockpit_say::say;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::time::Time;

/// A place for words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Slot {
    /// The headline, which is a mail's subject.
    Headline,
    /// What happened.
    Happened,
    /// What is being done.
    Doing,
    /// What people can expect.
    Expect,
    /// What is not known yet.
    Unknown,
    /// What was decided.
    Decision,
    /// Why.
    Rationale,
    /// What keeps it from happening again.
    Safeguards,
    /// Where people answer.
    Feedback,
}

impl Slot {
    /// Every slot, in the order in which they are filled.
    pub const ALL: [Slot; 9] = [
        Self::Headline,
        Self::Happened,
        Self::Doing,
        Self::Expect,
        Self::Unknown,
        Self::Decision,
        Self::Rationale,
        Self::Safeguards,
        Self::Feedback,
    ];

    /// Key on the wire, and the slot's name in a template.
    pub fn key(self) -> &'static str {
        match self {
            Self::Headline => "headline",
            Self::Happened => "happened",
            Self::Doing => "doing",
            Self::Expect => "expect",
            Self::Unknown => "unknown",
            Self::Decision => "decision",
            Self::Rationale => "rationale",
            Self::Safeguards => "safeguards",
            Self::Feedback => "feedback",
        }
    }

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Headline => say!("Headline"),
            Self::Happened => say!("What happened"),
            Self::Doing => say!("What we are doing"),
            Self::Expect => say!("What to expect"),
            Self::Unknown => say!("What we do not know yet"),
            Self::Decision => say!("Decision"),
            Self::Rationale => say!("Why"),
            Self::Safeguards => say!("Safeguards"),
            Self::Feedback => say!("Feedback"),
        }
    }

    /// Longest text, in characters.
    pub fn chars_max(self) -> usize {
        match self {
            Self::Headline => 200,
            Self::Happened
            | Self::Doing
            | Self::Expect
            | Self::Unknown
            | Self::Decision
            | Self::Rationale
            | Self::Safeguards
            | Self::Feedback => 2_000,
        }
    }
}

/// What the slots say, in one language. One sentence stands in each line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Slots {
    /// Words by slot; a slot without words is absent.
    pub words: BTreeMap<Slot, String>,
    /// Entries of the ledger that a slot speaks of, by position.
    #[ts(as = "BTreeMap<Slot, u32>")]
    pub entries: BTreeMap<Slot, u64>,
    /// When people hear again; none once it is over.
    #[ts(type = "string | null")]
    pub next_update_at: Option<Time>,
}

impl Slots {
    /// The words of a slot; empty when it has none.
    pub fn get(&self, slot: Slot) -> &str {
        self.words.get(&slot).map_or("", String::as_str)
    }

    /// Puts words into a slot; a slot without words is left out.
    pub fn set(&mut self, slot: Slot, words: String) {
        if words.trim().is_empty() {
            self.words.remove(&slot);
        } else {
            self.words.insert(slot, words);
        }
    }

    /// The sentences of a slot.
    pub fn lines(&self, slot: Slot) -> impl Iterator<Item = &str> {
        self.get(slot)
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
    }

    /// What is wrong with their shape; `None` when nothing is.
    pub fn problem(&self) -> Option<String> {
        let long = |slot: &Slot| self.get(*slot).chars().count() > slot.chars_max();
        if let Some(slot) = Slot::ALL.iter().find(|slot| long(slot)) {
            return Some(say!(
                "“{}” is longer than {} characters",
                slot.name(),
                slot.chars_max()
            ));
        }
        let control = |text: &String| text.chars().any(|it| it.is_control() && it != '\n');
        let odd = self.words.iter().find(|(_, text)| control(text));
        odd.map(|(slot, _)| say!("“{}” holds a sign that cannot be shown", slot.name()))
    }

    /// What is different in `after`.
    pub fn changes(&self, after: &Slots) -> Vec<Change> {
        let mut changes: Vec<Change> = Slot::ALL
            .into_iter()
            .filter(|slot| self.get(*slot) != after.get(*slot))
            .map(|slot| Change {
                name: slot.name().to_owned(),
                before: self.get(slot).to_owned(),
                after: after.get(slot).to_owned(),
            })
            .collect();
        if self.next_update_at != after.next_update_at {
            let words = |time: Option<Time>| time.map_or(String::new(), |time| time.to_string());
            changes.push(Change {
                name: say!("Next update").to_owned(),
                before: words(self.next_update_at),
                after: words(after.next_update_at),
            });
        }
        changes
    }
}

/// A slot whose words changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "SlotChange")]
pub struct Change {
    /// The slot's name.
    pub name: String,
    /// What it said.
    pub before: String,
    /// What it says.
    pub after: String,
}
