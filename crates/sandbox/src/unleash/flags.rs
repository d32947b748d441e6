//! Flags, their environments and strategies, and what clients get to see of them when. Must not know
//! HTTP.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value, json};

use crate::clock::rfc3339_ms;
use crate::dice;

#[derive(Clone, Debug)]
pub(super) struct Environment {
    pub enabled: bool,
    pub strategies: Vec<Value>,
}

#[derive(Clone, Debug)]
pub(super) struct Flag {
    pub name: String,
    pub kind: String,
    pub description: String,
    pub tags: Vec<&'static str>,
    pub created_ms: i64,
    /// When an app last said that it asked; none when none ever did.
    pub last_seen_ms: Option<i64>,
    pub environments: BTreeMap<String, Environment>,
}

pub(super) type Flags = BTreeMap<String, Flag>;

pub(super) fn strategy(seed: u64, label: &str, flag: &str, rollout: &str) -> Value {
    json!({
        "id": dice::uuid(seed, &format!("strategy {label}")),
        "name": "flexibleRollout",
        "title": "",
        "disabled": false,
        "constraints": [],
        "parameters": {"rollout": rollout, "stickiness": "default", "groupId": flag},
        "variants": [],
        "segments": [],
        "sortOrder": 0,
    })
}

impl Flag {
    /// With all its strategies, as one flag is read.
    pub(super) fn whole(&self) -> Value {
        let mut out = self.summary();
        let environments: Vec<Value> = self
            .environments
            .keys()
            .filter_map(|name| self.environment(name))
            .collect();
        out["environments"] = Value::Array(environments);
        out["project"] = json!("default");
        out["archived"] = json!(false);
        out["children"] = json!([]);
        out["dependencies"] = json!([]);
        out
    }

    /// As lists show it.
    pub(super) fn summary(&self) -> Value {
        let environments: Vec<Value> = self
            .environments
            .iter()
            .map(|(name, environment)| {
                json!({
                    "name": name,
                    "enabled": environment.enabled,
                    "type": kind_of(name),
                    "sortOrder": sort_order(name),
                    "variantCount": 0,
                    "lastSeenAt": null,
                    "hasStrategies": !environment.strategies.is_empty(),
                    "hasEnabledStrategies": environment.strategies.iter().any(|one| one["disabled"] != true),
                })
            })
            .collect();
        let tags: Vec<Value> = self
            .tags
            .iter()
            .map(|tag| json!({"type": "simple", "value": tag}))
            .collect();
        json!({
            "name": self.name,
            "type": self.kind,
            "description": self.description,
            "stale": false,
            "favorite": false,
            "impressionData": false,
            "createdAt": rfc3339_ms(self.created_ms),
            "environments": environments,
            "tags": tags,
        })
    }

    /// As the search shows it.
    pub(super) fn found(&self) -> Value {
        let mut out = self.summary();
        out["project"] = json!("default");
        out["archivedAt"] = Value::Null;
        out["createdBy"] = json!({"id": 1, "name": "dana.reyes", "imageUrl": ""});
        out["dependencyType"] = Value::Null;
        out["segments"] = json!([]);
        out
    }

    pub(super) fn environment(&self, name: &str) -> Option<Value> {
        let environment = self.environments.get(name)?;
        Some(json!({
            "name": name,
            "featureName": self.name,
            "environment": name,
            "type": kind_of(name),
            "enabled": environment.enabled,
            "sortOrder": sort_order(name),
            "variantCount": 0,
            "lastSeenAt": self.last_seen_ms.map(rfc3339_ms),
            "strategies": environment.strategies,
            "variants": [],
        }))
    }

    fn for_client(&self, environment: &Environment) -> Value {
        let strategies: Vec<Value> = environment
            .strategies
            .iter()
            .filter(|one| one["disabled"] != true)
            .map(|one| {
                json!({
                    "name": one["name"],
                    "constraints": one["constraints"],
                    "parameters": one["parameters"],
                    "variants": [],
                })
            })
            .collect();
        json!({
            "name": self.name,
            "type": self.kind,
            "description": self.description,
            "enabled": environment.enabled,
            "stale": false,
            "impressionData": false,
            "project": "default",
            "strategies": strategies,
            "variants": [],
        })
    }
}

pub(super) fn kind_of(environment: &str) -> &'static str {
    if environment == "production" {
        "production"
    } else {
        "development"
    }
}

fn sort_order(environment: &str) -> u32 {
    if environment == "production" {
        200
    } else {
        100
    }
}

/// What the client endpoint shows: it follows the admin side after a delay.
#[derive(Debug)]
pub(super) struct ClientView {
    pub environment: &'static str,
    pub features: Vec<Value>,
    pub revision: u64,
    coming: VecDeque<(i64, u64, Vec<Value>)>,
}

impl ClientView {
    pub(super) fn new(environment: &'static str, flags: &Flags) -> ClientView {
        ClientView {
            environment,
            features: features(environment, flags),
            revision: 1,
            coming: VecDeque::new(),
        }
    }

    /// Takes over what is due.
    pub(super) fn tick(&mut self, now_ms: i64) {
        while self
            .coming
            .front()
            .is_some_and(|(at_ms, _, _)| *at_ms <= now_ms)
        {
            if let Some((_, revision, features)) = self.coming.pop_front() {
                self.revision = revision;
                self.features = features;
            }
        }
    }

    pub(super) fn publish(&mut self, at_ms: i64, revision: u64, flags: &Flags) {
        self.coming
            .push_back((at_ms, revision, features(self.environment, flags)));
    }

    pub(super) fn etag(&self, seed: u64) -> String {
        let query = dice::hex(seed, self.environment, 8);
        format!("\"{query}:{}\"", self.revision)
    }

    pub(super) fn feature(&self, name: &str) -> Option<&Value> {
        self.features.iter().find(|feature| feature["name"] == name)
    }
}

fn features(environment: &str, flags: &Flags) -> Vec<Value> {
    flags
        .values()
        .filter_map(|flag| {
            flag.environments
                .get(environment)
                .map(|found| flag.for_client(found))
        })
        .collect()
}
