//! Firebase Remote Config: one template with versions. A write must name the version that it was made
//! from, and the version's tag comes only with a packed answer. Must not know latency or faults.

use serde_json::{Value, json};

use super::google::{self, PROJECT, refused, unknown_field};
use super::{StandIn, unknown_knob, wants_bool};
use crate::clock::rfc3339_ms;
use crate::google_play::token::Tokens;
use crate::history::{Scene, Who};
use crate::keys;
use crate::wire::{Answer, Call};

const SCOPE: &str = "https://www.googleapis.com/auth/firebase.remoteconfig";
const NUMBER: &str = "100000000001";

pub(super) fn owns(path: &str) -> bool {
    path == "/token/remote_config" || path.ends_with("/remoteConfig")
}

#[derive(Debug)]
pub(super) struct RemoteConfig {
    template: Value,
    version: u64,
    tokens: Tokens,
    permitted: bool,
    /// The value of every parameter each time that it was changed, in order.
    banners: Vec<Value>,
}

impl Default for RemoteConfig {
    fn default() -> Self {
        Self {
            template: json!({
                "conditions": [{"name": "android", "expression": "device.os == 'android'", "tagColor": "GREEN"}],
                "parameters": {
                    "home_layout": {
                        "defaultValue": {"value": "cards"},
                        "conditionalValues": {"android": {"value": "list"}},
                        "valueType": "STRING",
                    },
                },
                "version": {"versionNumber": "41", "updateTime": "2026-11-20T09:00:00Z", "updateOrigin": "CONSOLE", "updateType": "INCREMENTAL_UPDATE"},
            }),
            version: 41,
            tokens: Tokens::default(),
            permitted: true,
            banners: Vec::new(),
        }
    }
}

impl RemoteConfig {
    fn tag(&self) -> String {
        format!("etag-{NUMBER}-{}", self.version)
    }

    /// The tag stands only on an answer that may be packed.
    fn tagged(answer: Answer, call: &Call, tag: String) -> Answer {
        let packed = call
            .header("accept-encoding")
            .is_some_and(|accepted| accepted.contains("gzip"));
        if packed {
            answer.header("etag", tag)
        } else {
            answer
        }
    }

    fn route(&mut self, call: &Call, scene: &mut Scene<'_>) -> Result<Answer, Answer> {
        google::check(&self.tokens, call, scene, SCOPE)?;
        if call.path != format!("/v1/projects/{PROJECT}/remoteConfig") {
            return Err(google::failure(404));
        }
        if !self.permitted {
            return Err(google::failure(403));
        }
        match call.method.as_str() {
            "GET" => Ok(Self::tagged(
                Answer::json(200, &self.template),
                call,
                self.tag(),
            )),
            "PUT" => self.publish(call, scene),
            _ => Err(google::failure(404)),
        }
    }

    fn publish(&mut self, call: &Call, scene: &mut Scene<'_>) -> Result<Answer, Answer> {
        let dry_run = ["validateOnly", "validate_only"]
            .iter()
            .any(|name| call.query(name) == Some("true"));
        match call.header("if-match") {
            None => {
                return Err(refused(
                    400,
                    "INVALID_ARGUMENT",
                    "If-Match header is missing",
                    None,
                ));
            }
            Some("*") => {}
            Some(given) if given == self.tag() => {}
            Some(_) => return Err(google::failure(412)),
        }
        let body = call.json().ok_or_else(|| google::failure(400))?;
        let known = [
            "conditions",
            "parameters",
            "parameterGroups",
            "version",
            "etag",
        ];
        if let Some(strange) = unknown_field(&body, "remote_config", &known) {
            return Err(strange);
        }
        for (name, parameter) in body["parameters"].as_object().into_iter().flatten() {
            let value = parameter["defaultValue"]["value"].as_str();
            let broken = parameter["valueType"] == "JSON"
                && value.is_none_or(|text| serde_json::from_str::<Value>(text).is_err());
            if broken {
                let message = format!(
                    "[VALIDATION_ERROR]: [INVALID_PARAMETER_VALUE]: {name} is not valid JSON."
                );
                return Err(refused(400, "INVALID_ARGUMENT", &message, None));
            }
        }
        if dry_run {
            let tag = format!("etag-{NUMBER}-0");
            return Ok(Self::tagged(Answer::json(200, &body), call, tag));
        }
        self.set(body, "REST_API", Who::Api, scene);
        Ok(Self::tagged(
            Answer::json(200, &self.template),
            call,
            self.tag(),
        ))
    }

    fn set(&mut self, mut body: Value, origin: &str, who: Who, scene: &mut Scene<'_>) {
        let before = self.template["parameters"].clone();
        self.version += 1;
        let mut version = json!({
            "versionNumber": self.version.to_string(),
            "updateTime": rfc3339_ms(scene.now_ms),
            "updateUser": {"email": keys::PLAY_EMAIL},
            "updateOrigin": origin,
            "updateType": "INCREMENTAL_UPDATE",
        });
        if let Some(why) = body["version"]["description"].as_str() {
            version["description"] = json!(why);
        }
        body["version"] = version;
        let after = body["parameters"].clone();
        for (name, parameter) in after.as_object().into_iter().flatten() {
            let value = &parameter["defaultValue"]["value"];
            if parameter["valueType"] != "JSON" || before[name]["defaultValue"]["value"] == *value {
                continue;
            }
            let shown: Value = value
                .as_str()
                .and_then(|text| serde_json::from_str(text).ok())
                .unwrap_or_default();
            let part = |key: &str| shown[key].as_str().unwrap_or_default();
            self.banners.push(json!({
                "id": format!("version {}", self.version),
                "text": format!("{}\n\n{}", part("title"), part("text")).trim_start(),
                "key": shown["key"],
                "at_ms": scene.now_ms,
            }));
        }
        self.template = body;
        if before != after {
            scene.history.record(
                scene.now_ms,
                who,
                scene.service,
                "parameters",
                before,
                after,
            );
        }
    }
}

impl StandIn for RemoteConfig {
    fn answer(&mut self, call: &Call, scene: &mut Scene<'_>) -> Answer {
        if call.path == "/token/remote_config" {
            return self.tokens.answer(call, scene);
        }
        self.route(call, scene).unwrap_or_else(|refused| refused)
    }

    fn failure(&self, status: u16) -> Answer {
        google::failure(status)
    }

    fn truth(&self) -> Value {
        json!({"posts": self.banners, "template": self.template})
    }

    fn connection(&self, url: &str, _seed: u64) -> Value {
        json!({"base_url": url, "service_account": google::key_file(url, "remote_config")})
    }

    fn knob(&mut self, name: &str, value: &Value) -> Result<(), String> {
        match name {
            "permitted" => self.permitted = wants_bool(name, value)?,
            _ => return Err(unknown_knob(name)),
        }
        Ok(())
    }

    fn console(&mut self, body: &Value, scene: &mut Scene<'_>) -> Result<(), String> {
        match body["action"].as_str() {
            Some("publish") => {
                let layout = body["layout"].as_str().ok_or("\"layout\" is missing")?;
                let mut template = self.template.clone();
                template["parameters"]["home_layout"]["defaultValue"] = json!({"value": layout});
                self.set(template, "CONSOLE", Who::Console, scene);
                Ok(())
            }
            other => Err(format!("unknown action {other:?} for remote_config")),
        }
    }
}
