//! What the admin API lists: projects, search results, events. Must not change anything.

use serde_json::{Value, json};

use super::errors::failure;
use super::flags::Flag;
use super::{PROJECT, Unleash};
use crate::clock::rfc3339_ms;
use crate::history::Scene;
use crate::wire::{Answer, Call};

const SEARCHES_PER_MINUTE_MAX: usize = 15;

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

    /// The one list with a limit of its own: 15 a minute.
    pub(super) fn search(&mut self, call: &Call, now_ms: i64) -> Answer {
        while self
            .searches_ms
            .front()
            .is_some_and(|at_ms| now_ms - at_ms >= 60_000)
        {
            self.searches_ms.pop_front();
        }
        let allowed = self.searches_ms.len() < SEARCHES_PER_MINUTE_MAX;
        if allowed {
            self.searches_ms.push_back(now_ms);
        }
        let oldest_ms = self.searches_ms.front().copied().unwrap_or(now_ms);
        let left = SEARCHES_PER_MINUTE_MAX - self.searches_ms.len();
        let answer = if allowed {
            self.found(call)
        } else {
            failure(429)
        };
        answer
            .header("ratelimit-limit", SEARCHES_PER_MINUTE_MAX.to_string())
            .header("ratelimit-remaining", left.to_string())
            .header(
                "ratelimit-reset",
                ((oldest_ms + 60_000 - now_ms) / 1000).to_string(),
            )
    }

    fn found(&self, call: &Call) -> Answer {
        let part = call.query("query").unwrap_or_default();
        let found: Vec<Value> = self
            .flags
            .values()
            .filter(|flag| flag.name.contains(part))
            .map(Flag::found)
            .collect();
        Answer::json(200, &json!({"features": found, "total": found.len()}))
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
