//! A person in Unleash's own page, the knobs, and the truth about flags. Must not know the API's
//! shapes.

use serde_json::{Map, Value, json};

use super::{ENVIRONMENT, Unleash};
use crate::history::{Scene, Who};

impl Unleash {
    /// Does what a person does in Unleash's page.
    pub(crate) fn console(&mut self, body: &Value, scene: &mut Scene<'_>) -> Result<(), String> {
        let name = body["flag"]
            .as_str()
            .ok_or("\"flag\" is missing")?
            .to_owned();
        let environment = body["environment"]
            .as_str()
            .unwrap_or(ENVIRONMENT)
            .to_owned();
        if let Some(days) = body["unused_days"].as_i64() {
            let flag = self.flags.get_mut(&name).ok_or("there is no such flag")?;
            flag.last_seen_ms = Some(scene.now_ms - days * 24 * 3_600_000);
            return Ok(());
        }
        let on = match (body["on"].as_bool(), body["action"].as_str()) {
            (Some(on), _) => on,
            (None, Some("on")) => true,
            (None, Some("off")) => false,
            (None, _) => return Err("\"on\" is missing: true or false".to_owned()),
        };
        self.switch(&name, &environment, on, Who::Console, scene)
            .map_err(|_| format!("no flag \"{name}\" in environment \"{environment}\""))
    }

    pub(crate) fn knob(&mut self, name: &str, value: &Value) -> Result<(), String> {
        match name {
            "propagation_ms" => {
                self.propagation_ms = value
                    .as_i64()
                    .filter(|ms| *ms >= 0)
                    .ok_or("\"propagation_ms\" needs milliseconds")?;
            }
            "change_requests" => {
                self.change_requests = value
                    .as_bool()
                    .ok_or("\"change_requests\" needs true or false")?;
            }
            "may_switch" => {
                self.may_switch = value
                    .as_bool()
                    .ok_or("\"may_switch\" needs true or false")?;
            }
            _ => {
                return Err(format!(
                    "unknown knob \"{name}\" for unleash; known: propagation_ms, change_requests, may_switch"
                ));
            }
        }
        Ok(())
    }

    /// The truth: the admin side, and what clients get.
    pub(crate) fn truth(&self) -> Value {
        let flags: Map<String, Value> = self
            .flags
            .values()
            .filter_map(|flag| {
                let admin = flag.environments.get(ENVIRONMENT)?;
                let client = self.client.feature(&flag.name);
                let value = json!({
                    "admin_enabled": admin.enabled,
                    "client_enabled": client.is_some_and(|client| client["enabled"] == true),
                    "rollout": admin.strategies.first().map(|one| one["parameters"]["rollout"].clone()),
                });
                Some((flag.name.clone(), value))
            })
            .collect();
        json!({"environment": ENVIRONMENT, "flags": flags, "change_requests": self.change_requests})
    }
}
