//! What the admin API lists: projects, search results, events. Must not change anything.

use serde_json::{Value, json};

use super::flags::Flag;
use super::{PROJECT, Unleash};
use crate::clock::rfc3339_ms;
use crate::history::Scene;
use crate::wire::{Answer, Call};

impl Unleash {
    pub(super) fn projects(&self, scene: &Scene<'_>) -> Answer {
        Answer::json(
            200,
            &json!({"version": 1, "projects": [{
                "id": PROJECT,
                "name": "Default",
                "description": "Northwind Wallet",
                "mode": "open",
                "featureCount": self.flags.len(),
                "memberCount": 4,
                "health": 100,
                "createdAt": rfc3339_ms(scene.now_ms - 400 * 24 * 3_600_000),
            }]}),
        )
    }

    pub(super) fn search(&self, call: &Call) -> Answer {
        let part = call.query("query").unwrap_or_default();
        let found: Vec<Value> = self
            .flags
            .values()
            .filter(|flag| flag.name.contains(part))
            .map(Flag::summary)
            .collect();
        Answer::json(200, &json!({"features": found, "total": found.len()}))
            .header("ratelimit-limit", "15")
            .header("ratelimit-remaining", "14")
            .header("ratelimit-reset", "60")
    }

    pub(super) fn event_list(&self, call: &Call, name: Option<&str>) -> Answer {
        let limit = call
            .query("limit")
            .and_then(|limit| limit.parse().ok())
            .unwrap_or(100);
        let events: Vec<&Value> = self
            .events
            .iter()
            .rev()
            .filter(|event| name.is_none_or(|name| event["featureName"] == name))
            .take(limit)
            .collect();
        let mut body = json!({"version": 1, "events": events, "totalEvents": events.len()});
        if let Some(name) = name {
            body["toggleName"] = json!(name);
        }
        Answer::json(200, &body)
    }
}
