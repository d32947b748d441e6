//! A person in App Store Connect, the knobs, and the truth about the App Store. Must not know the
//! API's shapes.

use serde_json::{Value, json};

use super::phased::{Phased, State};
use super::sale::PENDING;
use super::{AppStore, READY, Version, note};
use crate::history::{Scene, Who};
use crate::wire::Service;

const WITHDRAWN: &str = "DEVELOPER_REJECTED";

impl AppStore {
    /// Does what a person does in the console.
    pub(crate) fn console(&mut self, body: &Value, scene: &mut Scene<'_>) -> Result<(), String> {
        let wanted = match body["action"].as_str().unwrap_or_default() {
            "release_new_version" => {
                self.release_new_version(scene);
                return Ok(());
            }
            "remove_from_sale" => {
                self.sold.clear();
                self.leave_sale(Who::Console, scene);
                return Ok(());
            }
            "approve_new_version" => {
                self.approve_new_version(scene);
                return Ok(());
            }
            "withdraw_new_version" => {
                self.withdraw_new_version(scene);
                return Ok(());
            }
            "pause" => State::Paused,
            "resume" => State::Active,
            "complete" => State::Complete,
            other => {
                return Err(format!(
                    "unknown action \"{other}\" for app_store; known: pause, resume, complete, release_new_version, approve_new_version, withdraw_new_version, remove_from_sale"
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

    /// 8.4.1 goes out in phases; what was out before is replaced, and its phases end without a word.
    fn release_new_version(&mut self, scene: &mut Scene<'_>) {
        self.replace_released(Who::Console, scene);
        self.add_version("8.4.1", "8410.1", READY, scene);
    }

    /// Apple approved 8.5.0, which waits for somebody to release it.
    fn approve_new_version(&mut self, scene: &mut Scene<'_>) {
        self.add_version("8.5.0", "8500.2", PENDING, scene);
    }

    /// A person takes back what was approved and not released.
    fn withdraw_new_version(&mut self, scene: &mut Scene<'_>) {
        for version in &mut self.versions {
            if version.state == PENDING {
                note_state(scene, Who::Console, version, WITHDRAWN);
                version.state = WITHDRAWN;
            }
        }
    }

    fn add_version(
        &mut self,
        name: &'static str,
        build: &'static str,
        state: &'static str,
        scene: &mut Scene<'_>,
    ) {
        let id =
            |what: &str| crate::dice::uuid(scene.seed, &format!("{what} {}", self.versions.len()));
        let (version_id, build_id, phased_id) = (id("version"), id("build"), id("phased"));
        let version = Version {
            id: version_id,
            name,
            build_id,
            build,
            state,
            removed: false,
            created_ms: scene.now_ms,
            phased: Some(if state == READY {
                Phased::active(&phased_id, scene.now_ms)
            } else {
                Phased::inactive(&phased_id)
            }),
        };
        self.versions.insert(0, version);
    }

    /// What was out is replaced, and its phases end without a word.
    pub(super) fn replace_released(&mut self, who: Who, scene: &mut Scene<'_>) {
        self.end_phases(who, scene);
        for version in &mut self.versions {
            if version.state == READY {
                note_state(scene, who, version, "REPLACED_WITH_NEW_VERSION");
                version.state = "REPLACED_WITH_NEW_VERSION";
            }
        }
    }

    /// Takes the whole app down, every version of it, and ends the phased release for good.
    pub(super) fn leave_sale(&mut self, who: Who, scene: &mut Scene<'_>) {
        self.end_phases(who, scene);
        for version in &mut self.versions {
            if version.state == READY && !version.removed {
                note_state(scene, who, version, "DEVELOPER_REMOVED_FROM_SALE");
                version.removed = true;
            }
        }
    }

    fn end_phases(&mut self, who: Who, scene: &mut Scene<'_>) {
        for phased in self
            .versions
            .iter_mut()
            .filter_map(|version| version.phased.as_mut())
        {
            let before = phased.state;
            if phased.change(State::Complete, scene.now_ms).is_ok() {
                note(
                    scene.history,
                    scene.now_ms,
                    who,
                    &phased.id,
                    before,
                    State::Complete,
                );
            }
        }
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
                    "removed_from_sale": version.removed,
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
        json!({
            "bundle_id": super::BUNDLE_ID,
            "app_id": super::APP_ID,
            "versions": versions,
            "sold_in": self.sold,
        })
    }
}

fn note_state(scene: &mut Scene<'_>, who: Who, version: &Version, after: &str) {
    scene.history.record(
        scene.now_ms,
        who,
        Service::AppStore,
        format!("appStoreVersions/{}", version.id),
        json!(version.store_state()),
        json!(after),
    );
}
