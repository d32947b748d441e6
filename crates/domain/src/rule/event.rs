//! Health rules in the log: who may set one and what follows. Must not know how a rule is judged.

use cockpit_say::say;
use serde::{Deserialize, Serialize};

use super::HealthRule;
use crate::policy::{ActKind, Person};
use crate::state::{Admitted, State, holds};

/// Something about a health rule of the workspace, as it is sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "body")]
pub enum RuleEvent {
    /// A rule is judged from here on, in place of one of the same name.
    #[serde(rename = "rule.set")]
    Set {
        /// The rule.
        rule: Box<HealthRule>,
        /// Why.
        reason: String,
    },
    /// A rule is judged no more.
    #[serde(rename = "rule.end")]
    Ended {
        /// Its name.
        rule: String,
        /// Why.
        reason: String,
    },
}

impl RuleEvent {
    /// Every kind, in the order of the variants.
    pub const KINDS: [&str; 2] = ["rule.set", "rule.end"];

    /// The entry's kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Set { .. } => "rule.set",
            Self::Ended { .. } => "rule.end",
        }
    }
}

impl State {
    pub(crate) fn take_rule(&mut self, entry: &Admitted, event: &RuleEvent) -> Result<(), String> {
        let person = self.actor(&entry.device)?;
        if !self.may_order(person) {
            return Err(say!("{} may not ask for a stop", person.name));
        }
        let name = match event {
            RuleEvent::Set { rule, .. } => {
                match self.rules.iter_mut().find(|it| it.name == rule.name) {
                    Some(known) => known.clone_from(rule),
                    None => self.rules.push(rule.as_ref().clone()),
                }
                &rule.name
            }
            RuleEvent::Ended { rule, .. } => {
                let before = self.rules.len();
                self.rules.retain(|it| it.name != *rule);
                if self.rules.len() == before {
                    return Err(say!("there is no rule of this name").to_owned());
                }
                rule
            }
        };
        // What stood was judged by other words: the rule in force says anew whether it is breached.
        self.breaches.retain(|(_, _, rule), _| rule != name);
        Ok(())
    }

    /// Whether a person may say what calls for a stop: whoever may ask for one.
    pub(crate) fn may_order(&self, person: &Person) -> bool {
        holds(person, &self.mandate(ActKind::Stop).ask)
    }
}
