//! One incident and its updates. Must not know the page or other incidents.

use serde_json::{Value, json};

use super::PAGE;
use crate::clock::rfc3339_ms;
use crate::dice;

const STATUSES: [&str; 8] = [
    "investigating",
    "identified",
    "monitoring",
    "resolved",
    "scheduled",
    "in_progress",
    "verifying",
    "completed",
];
const IMPACTS: [&str; 5] = ["none", "maintenance", "minor", "major", "critical"];
const NAME_MAX: usize = 255;
const BODY_MAX: usize = 25_000;

#[derive(Clone, Debug)]
struct Update {
    id: String,
    status: String,
    body: String,
    at_ms: i64,
    deliver: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Incident {
    pub id: String,
    pub name: String,
    pub component_ids: Vec<String>,
    status: String,
    impact_override: Option<String>,
    impact: &'static str,
    metadata: Value,
    created_ms: i64,
    updated_ms: i64,
    monitoring_ms: Option<i64>,
    resolved_ms: Option<i64>,
    updates: Vec<Update>,
}

impl Incident {
    pub(super) fn new(id: String, now_ms: i64) -> Incident {
        Incident {
            id,
            name: String::new(),
            component_ids: Vec::new(),
            status: STATUSES[0].to_owned(),
            impact_override: None,
            impact: "none",
            metadata: json!({}),
            created_ms: now_ms,
            updated_ms: now_ms,
            monitoring_ms: None,
            resolved_ms: None,
            updates: Vec::new(),
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.status != "resolved" && self.status != "completed"
    }

    /// Takes over what a POST (`first`) or PATCH says. Gives the component states that it asks for;
    /// components that are not named keep theirs, also when the incident is resolved.
    pub(super) fn take(
        &mut self,
        body: &Value,
        first: bool,
        now_ms: i64,
        seed: u64,
    ) -> Result<Vec<(String, String)>, Vec<String>> {
        let errors = problems(body, first);
        if !errors.is_empty() {
            return Err(errors);
        }
        if let Some(name) = body["name"].as_str() {
            self.name = name.to_owned();
        }
        if let Some(impact) = body["impact_override"].as_str() {
            self.impact_override = Some(impact.to_owned());
        }
        if body["metadata"].is_object() {
            self.metadata = body["metadata"].clone();
        }
        let mut wanted = Vec::new();
        for (id, status) in body["components"].as_object().into_iter().flatten() {
            wanted.push((id.clone(), status.as_str().unwrap_or_default().to_owned()));
        }
        if let Some(ids) = body["component_ids"].as_array() {
            self.component_ids = ids
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect();
        }
        for (id, _) in &wanted {
            if !self.component_ids.contains(id) {
                self.component_ids.push(id.clone());
            }
        }
        if !wanted.is_empty() {
            self.impact = impact_of(&wanted);
        }
        let status = body["status"].as_str();
        if let Some(status) = status {
            self.status = status.to_owned();
            match status {
                "monitoring" => self.monitoring_ms = Some(now_ms),
                "resolved" | "completed" => self.resolved_ms = Some(now_ms),
                _ => {}
            }
        }
        self.updated_ms = now_ms;
        if first || status.is_some() || body["body"].is_string() {
            let number = self.updates.len() + 1;
            self.updates.push(Update {
                id: dice::hex(seed, &format!("{} update {number}", self.id), 12),
                status: self.status.clone(),
                body: body["body"].as_str().unwrap_or_default().to_owned(),
                at_ms: now_ms,
                // Left out, it does notify.
                deliver: body["deliver_notifications"].as_bool().unwrap_or(true),
            });
        }
        Ok(wanted)
    }

    pub(super) fn wire(&self, components: Vec<Value>) -> Value {
        let updates: Vec<Value> = self
            .updates
            .iter()
            .rev()
            .map(|update| {
                json!({
                    "id": update.id,
                    "incident_id": self.id,
                    "affected_components": [],
                    "body": update.body,
                    "created_at": rfc3339_ms(update.at_ms),
                    "updated_at": rfc3339_ms(update.at_ms),
                    "display_at": rfc3339_ms(update.at_ms),
                    "custom_tweet": null,
                    "tweet_id": null,
                    "twitter_updated_at": null,
                    "deliver_notifications": update.deliver,
                    "status": update.status,
                    "wants_twitter_update": false,
                })
            })
            .collect();
        json!({
            "id": self.id,
            "page_id": PAGE,
            "name": self.name,
            "status": self.status,
            "impact": self.impact_override.as_deref().unwrap_or(self.impact),
            "impact_override": self.impact_override,
            "metadata": self.metadata,
            "created_at": rfc3339_ms(self.created_ms),
            "updated_at": rfc3339_ms(self.updated_ms),
            "started_at": rfc3339_ms(self.created_ms),
            "monitoring_at": self.monitoring_ms.map(rfc3339_ms),
            "resolved_at": self.resolved_ms.map(rfc3339_ms),
            "shortlink": format!("https://stspg.example/{}", self.id),
            "scheduled_for": null,
            "scheduled_until": null,
            "scheduled_remind_prior": false,
            "scheduled_auto_in_progress": false,
            "scheduled_auto_completed": false,
            "postmortem_body": null,
            "postmortem_ignored": false,
            "postmortem_notified_subscribers": false,
            "postmortem_notified_twitter": false,
            "reminder_intervals": null,
            "incident_updates": updates,
            "components": components,
        })
    }

    pub(super) fn truth(&self) -> Value {
        let updates: Vec<Value> = self
            .updates
            .iter()
            .map(|update| {
                json!({
                    "at_ms": update.at_ms,
                    "status": update.status,
                    "body": update.body,
                    "deliver_notifications": update.deliver,
                })
            })
            .collect();
        json!({
            "id": self.id,
            "name": self.name,
            "status": self.status,
            "metadata": self.metadata,
            "updates": updates,
        })
    }
}

fn problems(body: &Value, first: bool) -> Vec<String> {
    let mut errors = Vec::new();
    if !body.is_object() {
        return vec!["incident is missing".to_owned()];
    }
    let name = body["name"].as_str();
    if first && name.is_none_or(|name| name.trim().is_empty()) {
        errors.push("Name can't be blank".to_owned());
    }
    if name.is_some_and(|name| name.chars().count() > NAME_MAX) {
        errors.push("Name is too long (maximum is 255 characters)".to_owned());
    }
    if body["body"]
        .as_str()
        .is_some_and(|text| text.chars().count() > BODY_MAX)
    {
        errors.push("Body is too long (maximum is 25000 characters)".to_owned());
    }
    if body["status"]
        .as_str()
        .is_some_and(|status| !STATUSES.contains(&status))
    {
        errors.push("Status is not included in the list".to_owned());
    }
    if body["impact_override"]
        .as_str()
        .is_some_and(|impact| !IMPACTS.contains(&impact))
    {
        errors.push("Impact override is not included in the list".to_owned());
    }
    if body["metadata"]
        .as_object()
        .is_some_and(|fields| fields.values().any(|value| !value.is_object()))
    {
        errors.push("Metadata top level values must be objects".to_owned());
    }
    errors
}

fn impact_of(wanted: &[(String, String)]) -> &'static str {
    let any = |status: &str| wanted.iter().any(|(_, one)| one == status);
    if any("major_outage") {
        "critical"
    } else if any("partial_outage") {
        "major"
    } else if any("degraded_performance") {
        "minor"
    } else if any("under_maintenance") {
        "maintenance"
    } else {
        "none"
    }
}
