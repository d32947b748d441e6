//! What the state lets go of, so that it stays small however long the ledger is. The rule looks at
//! the entries alone, so that every reader folds the same. Must not know a file or a clock.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::State;
use crate::event::Event;

/// Ended intents that stay in the state beside the newest of each target. What ended before them
/// stands in the ledger, by its entry id.
pub const ENDED_KEPT: usize = 256;

impl State {
    /// Lets go of what an entry that was just taken in has made superfluous.
    pub(super) fn let_go(&mut self, id: &str, event: &Event) {
        if let Event::IntentRequested(intent) = event {
            let superseded = self.lasting.insert(intent.target.clone(), id.to_owned());
            if let Some(superseded) = superseded
                && !self.ended.contains(&superseded)
                && self.has_ended(&superseded)
            {
                self.forget(&superseded);
            }
        } else if let Event::IntentJudged { intent, .. } | Event::IntentWithdrawn { intent } = event
        {
            self.note_end(intent);
        } else if let Event::EffectResult(result) = event {
            self.note_end(&result.intent);
        }
    }

    pub(crate) fn note_end(&mut self, intent: &str) {
        if !self.has_ended(intent) || self.ended.iter().any(|known| known == intent) {
            return;
        }
        self.ended.push_back(intent.to_owned());
        while self.ended.len() > ENDED_KEPT {
            let Some(oldest) = self.ended.pop_front() else {
                return;
            };
            if !self.lasting.values().any(|newest| *newest == oldest) {
                self.forget(&oldest);
            }
        }
    }

    fn has_ended(&self, intent: &str) -> bool {
        self.intents
            .get(intent)
            .is_some_and(|record| !record.is_open())
    }

    fn forget(&mut self, intent: &str) {
        let Some(record) = self.intents.remove(intent) else {
            return;
        };
        let press = &record.intent.press;
        if let Some(ids) = self.presses.get_mut(press) {
            ids.retain(|id| id != intent);
            if ids.is_empty() {
                self.presses.remove(press);
            }
        }
    }
}

/// Maps whose keys are no text, as lists of pairs: JSON has text keys only.
pub(crate) mod pairs {
    use super::{BTreeMap, Deserialize, DeserializeOwned, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer, K: Serialize, V: Serialize>(
        map: &BTreeMap<K, V>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(map)
    }

    pub fn deserialize<'de, D, K, V>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
    where
        D: Deserializer<'de>,
        K: DeserializeOwned + Ord,
        V: DeserializeOwned,
    {
        let pairs: Vec<(K, V)> = Vec::deserialize(deserializer)?;
        Ok(pairs.into_iter().collect())
    }
}
