//! Which part of the log an export takes, and what stays unread in it. Must not know how an
//! export is written.

use cockpit_say::say;
use serde::{Deserialize, Serialize};

use crate::event::Event;
use crate::state::{Admitted, State};
use crate::time::Time;
use crate::words::moment;

/// Which entries an export tells. The chain is whole in every export: what is not selected keeps
/// its header and its signature and loses its body. Empty lists select everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// The last position of the log that is taken up.
    pub through: u64,
    /// Entries that claim this time or a later one.
    pub from: Option<Time>,
    /// Entries that claim an earlier time.
    pub until: Option<Time>,
    /// Apps, by identifier.
    pub apps: Vec<String>,
    /// Kinds of entries, such as `intent.request`.
    pub kinds: Vec<String>,
    /// Persons, by identifier.
    pub persons: Vec<String>,
    /// What is told without its text.
    pub redacted: Redaction,
}

/// Entries whose bodies are left out although they are selected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redaction {
    /// Kinds of entries.
    pub kinds: Vec<String>,
    /// Persons, by identifier.
    pub persons: Vec<String>,
    /// Positions.
    pub positions: Vec<u64>,
}

/// What an export does with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// It is told with its text.
    Whole,
    /// It is told without its text, because somebody asked for that.
    Redacted,
    /// Only its header and signature are there, for the chain.
    Left,
}

impl Selection {
    /// Everything up to a position.
    pub fn everything(through: u64) -> Self {
        Self {
            through,
            ..Self::default()
        }
    }

    /// Whether every entry is told with its text.
    pub fn is_everything(&self) -> bool {
        *self == Self::everything(self.through)
    }

    /// What is done with an entry, from the state after it was folded. `entry` is `None` for one
    /// that cannot be read; it is told unless the selection asks for what it cannot show.
    pub fn tells(&self, state: &State, entry: Option<&Admitted>, position: u64) -> Told {
        let Some(entry) = entry else {
            let everything = Self {
                redacted: self.redacted.clone(),
                ..Self::everything(self.through)
            };
            return match *self == everything {
                true if self.redacted.positions.contains(&position) => Told::Redacted,
                true => Told::Whole,
                false => Told::Left,
            };
        };
        let person = state.owner(&entry.device);
        let is_in = |list: &[String], word: Option<&String>| {
            word.is_some_and(|word| list.iter().any(|it| it == word))
        };
        let kind = entry.event.kind().to_owned();
        let selected = self.from.is_none_or(|from| entry.at >= from)
            && self.until.is_none_or(|until| entry.at < until)
            && (self.kinds.is_empty() || self.kinds.contains(&kind))
            && (self.persons.is_empty() || is_in(&self.persons, person))
            && (self.apps.is_empty() || is_in(&self.apps, app_of(state, &entry.event).as_ref()));
        if !selected {
            Told::Left
        } else if self.redacted.positions.contains(&position)
            || self.redacted.kinds.contains(&kind)
            || is_in(&self.redacted.persons, person)
        {
            Told::Redacted
        } else {
            Told::Whole
        }
    }
}

/// The app that an entry is about: its own, or that of the intent that it speaks of.
pub fn app_of(state: &State, event: &Event) -> Option<String> {
    match event {
        Event::IntentRequested(intent) => Some(intent.app.clone()),
        Event::ConnectionAdded(connection) => connection.app.clone(),
        Event::BreachSeen(_) | Event::BreachCleared(_) => state.app().map(|(id, _)| id),
        Event::IntentJudged { .. }
        | Event::IntentWithdrawn { .. }
        | Event::EffectClaimed { .. }
        | Event::EffectResult(_)
        | Event::Authority(_)
        | Event::DriftSeen(_) => {
            let record = event.intent().and_then(|intent| state.intents.get(intent));
            record.map(|record| record.intent.app.clone())
        }
        Event::Genesis(_)
        | Event::ConnectionRemoved { .. }
        | Event::PolicySet { .. }
        | Event::ExportMade(_) => None,
        Event::Tell(_) | Event::Order(_) | Event::Rule(_) => state.app().map(|(id, _)| id),
    }
    .filter(|app| !app.is_empty())
}

/// A selection in words: "entries 1 to 15", "entries 1 to 15, of kind intent.request".
pub fn in_words(it: &Selection) -> String {
    let mut words = vec![match it.through {
        0 => say!("no entries").to_owned(),
        1 => "entry 1".to_owned(),
        through => say!("entries 1 to {through}"),
    }];
    words.extend(it.from.map(|from| say!("from {}", moment(from))));
    words.extend(it.until.map(|until| say!("before {}", moment(until))));
    for (what, list) in [
        (say!("of app"), &it.apps),
        (say!("of kind"), &it.kinds),
        (say!("by"), &it.persons),
    ] {
        if !list.is_empty() {
            words.push(format!("{what} {}", list.join(say!(" or "))));
        }
    }
    words.join(", ")
}
