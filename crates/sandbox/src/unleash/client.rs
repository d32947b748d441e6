//! What SDKs get: the client features with their tag, and one person's front end. Must not know the
//! admin side.

use serde_json::{Value, json};

use super::{PROJECT, Unleash};
use crate::dice;
use crate::wire::{Answer, Call};

impl Unleash {
    pub(super) fn client_features(&self, call: &Call, seed: u64) -> Answer {
        let etag = self.client.etag(seed);
        let known = call
            .header("if-none-match")
            .map(|tag| tag.trim_start_matches("W/"));
        if known == Some(etag.as_str()) {
            return Answer::empty(304).header("etag", etag);
        }
        let prefix = call.query("namePrefix").unwrap_or_default();
        let features: Vec<&Value> = self
            .client
            .features
            .iter()
            .filter(|feature| {
                feature["name"]
                    .as_str()
                    .is_some_and(|name| name.starts_with(prefix))
            })
            .collect();
        let body = json!({
            "version": 2,
            "features": features,
            "query": {"project": [PROJECT], "environment": self.client.environment, "inlineSegmentConstraints": true},
            "meta": {"revisionId": self.client.revision, "etag": etag, "queryHash": dice::hex(seed, "production", 8)},
        });
        Answer::json(200, &body).header("etag", etag)
    }

    /// What one person's front end gets: only flags that are on for them.
    pub(super) fn evaluated(&self, call: &Call, seed: u64) -> Answer {
        let body = call.json().unwrap_or(Value::Null);
        let person = call
            .query("userId")
            .or_else(|| body["context"]["userId"].as_str())
            .or_else(|| call.query("sessionId"))
            .unwrap_or("nobody");
        let on = |feature: &&Value| {
            let strategies = feature["strategies"]
                .as_array()
                .map(Vec::as_slice)
                .unwrap_or_default();
            let reached = strategies.iter().any(|one| {
                let rollout = one["parameters"]["rollout"]
                    .as_str()
                    .and_then(|text| text.parse().ok())
                    .unwrap_or(100.0);
                let group = one["parameters"]["groupId"].as_str().unwrap_or_default();
                dice::chance(seed, &format!("{group}:{person}")) * 100.0 < rollout
            });
            feature["enabled"] == true && (strategies.is_empty() || reached)
        };
        let toggles: Vec<Value> = self
            .client
            .features
            .iter()
            .filter(on)
            .map(|feature| {
                json!({
                    "name": feature["name"],
                    "enabled": true,
                    "impressionData": false,
                    "variant": {"name": "disabled", "enabled": false, "feature_enabled": true},
                })
            })
            .collect();
        Answer::json(200, &json!({ "toggles": toggles }))
    }
}
