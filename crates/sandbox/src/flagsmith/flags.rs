//! Features of one project, their states in one environment, drafts of further versions, and what
//! apps get of them when. Must not know HTTP.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value, json};

use super::{ENVIRONMENT_ID, PROJECT_ID};
use crate::clock::rfc3339_ms;
use crate::dice;

/// What a feature is for everybody without an override, and for segments.
#[derive(Clone, Debug)]
pub(super) struct State {
    /// Another one in each version.
    pub id: u64,
    pub enabled: bool,
    pub value: Option<String>,
    /// Segments by their number, each with what it gets.
    pub segments: BTreeMap<u64, bool>,
}

#[derive(Clone, Debug)]
pub(super) struct Feature {
    pub id: u64,
    pub name: &'static str,
    pub description: &'static str,
    pub archived: bool,
    /// Only keys of servers get it.
    pub server_only: bool,
    pub created_ms: i64,
    /// How often apps said on each day that they asked.
    pub asked_a_day: u64,
    pub state: State,
    /// The version that is live, where versions are used.
    pub version: String,
    /// Persons with an override.
    pub persons: BTreeMap<String, bool>,
}

/// A version that nobody gets yet.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub feature: String,
    pub description: Option<String>,
    pub state: State,
}

pub(super) type Features = BTreeMap<String, Feature>;

/// The features of the sandbox's project.
pub(super) fn seeded(seed: u64, epoch_ms: i64) -> Features {
    let feature = |id: u64, name: &'static str, description: &'static str| Feature {
        id,
        name,
        description,
        archived: false,
        server_only: false,
        created_ms: epoch_ms - 30 * 86_400_000,
        asked_a_day: 41_000,
        state: State {
            id: 9_000 + id,
            enabled: true,
            value: None,
            segments: BTreeMap::new(),
        },
        version: dice::uuid(seed, &format!("flagsmith {name}")),
        persons: BTreeMap::new(),
    };
    let mut feed = feature(502, "home_feed_v3", "The third home feed.");
    feed.state.segments = BTreeMap::from([(71, true), (72, false)]);
    feed.persons = ["anna", "bert", "cleo"]
        .map(|name| (name.to_owned(), true))
        .into();
    let all = [
        feature(
            501,
            "instant_transfer",
            "Instant transfers between wallets. New in 8.4.0; off means the standard transfer.",
        ),
        feed,
        Feature {
            asked_a_day: 0,
            ..feature(503, "old_checkout", "The checkout before the last one.")
        },
        Feature {
            server_only: true,
            ..feature(504, "ledger_writes", "For servers only.")
        },
        Feature {
            archived: true,
            ..feature(505, "summer_banner", "Over since September.")
        },
    ];
    all.into_iter().map(|it| (it.name.to_owned(), it)).collect()
}

impl Feature {
    /// As the list of a project's features shows it for one environment.
    pub(super) fn shown(&self, edge: bool) -> Value {
        let persons = if edge {
            Value::Null
        } else {
            json!(self.persons.len())
        };
        json!({
            "id": self.id,
            "name": self.name,
            "type": "STANDARD",
            "default_enabled": false,
            "initial_value": null,
            "created_date": rfc3339_ms(self.created_ms),
            "description": self.description,
            "tags": [],
            "multivariate_options": [],
            "is_archived": self.archived,
            "owners": [],
            "group_owners": [],
            "uuid": self.version,
            "project": PROJECT_ID,
            "environment_feature_state": {
                "id": self.state.id,
                "feature_state_value": self.state.value,
                "environment": ENVIRONMENT_ID,
                "identity": null,
                "feature_segment": null,
                "enabled": self.state.enabled,
            },
            "segment_feature_state": null,
            "num_segment_overrides": self.state.segments.len(),
            "num_identity_overrides": persons,
            "is_num_identity_overrides_complete": true,
            "is_server_key_only": self.server_only,
            "last_modified_in_any_environment": null,
            "last_modified_in_current_environment": null,
            "metadata": [],
            "code_references_counts": [],
            "lifecycle_stage": "live",
        })
    }

    /// As an app gets it.
    pub(super) fn for_apps(&self, enabled: bool) -> Value {
        json!({
            "id": self.state.id,
            "feature": {
                "id": self.id,
                "name": self.name,
                "created_date": rfc3339_ms(self.created_ms),
                "description": self.description,
                "initial_value": null,
                "default_enabled": false,
                "type": "STANDARD",
            },
            "feature_state_value": self.state.value,
            "environment": ENVIRONMENT_ID,
            "identity": null,
            "feature_segment": null,
            "enabled": enabled,
        })
    }
}

impl State {
    /// As a version's list shows it: the one for everybody, then each segment's.
    pub(super) fn listed(&self, feature: u64) -> Vec<Value> {
        let one = |id: u64, enabled: bool, segment: Value| {
            json!({
                "id": id,
                "feature": feature,
                "enabled": enabled,
                "feature_state_value": {"type": "unicode", "string_value": self.value, "integer_value": null, "boolean_value": null},
                "feature_segment": segment,
                "deleted_at": null,
                "live_from": null,
                "environment": ENVIRONMENT_ID,
                "identity": null,
                "change_request": null,
                "multivariate_feature_state_values": [],
            })
        };
        let mut all = vec![one(self.id, self.enabled, Value::Null)];
        for (place, (segment, enabled)) in self.segments.iter().enumerate() {
            let override_of = json!({"id": segment + 400, "segment": segment, "priority": place});
            all.push(one(self.id * 10 + place as u64 + 1, *enabled, override_of));
        }
        all
    }
}

/// What apps get: it follows what was set after a delay.
#[derive(Debug)]
pub(super) struct Served {
    pub features: Features,
    coming: VecDeque<(i64, Features)>,
}

impl Served {
    pub(super) fn new(features: &Features) -> Served {
        Served {
            features: features.clone(),
            coming: VecDeque::new(),
        }
    }

    pub(super) fn publish(&mut self, at_ms: i64, features: &Features) {
        self.coming.push_back((at_ms, features.clone()));
    }

    /// Takes over what is due.
    pub(super) fn tick(&mut self, now_ms: i64) {
        while self
            .coming
            .front()
            .is_some_and(|(at_ms, _)| *at_ms <= now_ms)
        {
            if let Some((_, features)) = self.coming.pop_front() {
                self.features = features;
            }
        }
    }
}
