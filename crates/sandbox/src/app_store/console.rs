//! A person in App Store Connect, the knobs, and the truth about the App Store. Must not know the
//! API's shapes.

use serde_json::{Value, json};

use super::phased::State;
use super::{AppStore, note};
use crate::history::{Scene, Who};

impl AppStore {
    /// Does what a person does in the console.
    pub(crate) fn console(&mut self, body: &Value, scene: &mut Scene<'_>) -> Result<(), String> {
        let wanted = match body["action"].as_str().unwrap_or_default() {
            "pause" => State::Paused,
            "resume" => State::Active,
            "complete" => State::Complete,
            other => {
                return Err(format!(
                    "unknown action \"{other}\" for app_store; known: pause, resume, complete"
                ));
            }
        };
        let name = body["version"].as_str().unwrap_or("8.4.0");
        let phased = self
            .versions
            .iter_mut()
            .find(|version| version.name == name)
            .and_then(|version| version.phased.as_mut())
            .ok_or_else(|| format!("no phased release of version \"{name}\""))?;
        let before = phased.state;
        phased.change(wanted, scene.now_ms).map_err(|no| {
            format!(
                "the phased release is {} and cannot become {}: {no:?}",
                before.wire(),
                wanted.wire()
            )
        })?;
        note(
            scene.history,
            scene.now_ms,
            Who::Console,
            &phased.id,
            before,
            wanted,
        );
        Ok(())
    }

    pub(crate) fn knob(&mut self, name: &str, value: &Value) -> Result<(), String> {
        match name {
            "queries_per_hour_max" => {
                let number = value
                    .as_u64()
                    .ok_or("\"queries_per_hour_max\" needs a whole number")?;
                self.queries_per_hour_max = usize::try_from(number).unwrap_or(usize::MAX);
            }
            "permitted" => {
                self.permitted = value.as_bool().ok_or("\"permitted\" needs true or false")?
            }
            _ => {
                return Err(format!(
                    "unknown knob \"{name}\" for app_store; known: queries_per_hour_max, permitted"
                ));
            }
        }
        Ok(())
    }

    /// The truth: what people's devices get.
    pub(crate) fn truth(&self, now_ms: i64) -> Value {
        let versions: Vec<Value> = self
            .versions
            .iter()
            .map(|version| {
                json!({
                    "version": version.name,
                    "version_id": version.id,
                    "build": version.build,
                    "app_version_state": version.state,
                    "phased_release": version.phased.as_ref().map(|phased| json!({
                        "id": phased.id,
                        "state": phased.state.wire(),
                        "day": phased.day(now_ms),
                        "percent": phased.percent(now_ms),
                        "pause_days": phased.pause_days(now_ms),
                    })),
                })
            })
            .collect();
        json!({"bundle_id": super::BUNDLE_ID, "app_id": super::APP_ID, "versions": versions})
    }
}
