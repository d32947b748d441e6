//! Firebase Remote Config: one template with versions, and what apps fetch of it. A write must name the
//! version that it was made from, and the version's tag comes only with a packed answer. Must not know
//! latency or faults.

use std::collections::VecDeque;

use serde_json::{Map, Value, json};

use super::google::{self, PROJECT, refused, unknown_field};
use super::{StandIn, unknown_knob, wants_bool};
use crate::clock::rfc3339_ms;
use crate::dice;
use crate::google_play::token::Tokens;
use crate::history::{Scene, Who};
use crate::keys;
use crate::wire::{Answer, Call};

const SCOPE: &str = "https://www.googleapis.com/auth/firebase.remoteconfig";
const NUMBER: &str = "100000000001";
const APP: &str = "1:100000000001:android:5a9db0c55a9db0c5";
/// So many versions are kept.
const VERSIONS_MAX: usize = 300;

pub(super) fn owns(path: &str) -> bool {
    path == "/token/remote_config"
        || path.contains("/remoteConfig")
        || path.ends_with("/namespaces/firebase:fetch")
}

#[derive(Debug)]
pub(super) struct RemoteConfig {
    template: Value,
    version: u64,
    tokens: Tokens,
    permitted: bool,
    /// The account may publish; otherwise it may only look.
    may_publish: bool,
    /// The value of every parameter each time that it was changed, in order.
    banners: Vec<Value>,
    /// Every version that is kept, the newest last.
    versions: VecDeque<Value>,
    /// What apps fetch: it follows what was published after a delay.
    served: Value,
    coming: VecDeque<(i64, Value)>,
    propagation_ms: i64,
}

impl Default for RemoteConfig {
    fn default() -> Self {
        let template = json!({
            "conditions": [
                {"name": "android", "expression": "device.os == 'android'", "tagColor": "GREEN"},
                {"name": "a quarter", "expression": "percent <= 25", "tagColor": "BLUE"},
            ],
            "parameters": {
                "home_layout": {
                    "defaultValue": {"value": "cards"},
                    "conditionalValues": {"android": {"value": "list"}},
                    "valueType": "STRING",
                },
                "instant_transfer": {
                    "defaultValue": {"value": "true"},
                    "conditionalValues": {"android": {"value": "true"}},
                    "description": "Instant transfers between wallets. New in 8.4.0; off means the standard transfer.",
                    "valueType": "BOOLEAN",
                },
                "passkeys": {
                    "defaultValue": {"useInAppDefault": true},
                    "description": "Sign in with passkeys, unless the app says otherwise.",
                    "valueType": "BOOLEAN",
                },
            },
            "parameterGroups": {
                "home": {"parameters": {
                    "feed_v3": {
                        "defaultValue": {"value": "false"},
                        "conditionalValues": {"a quarter": {"value": "true"}},
                        "description": "The third home feed, for a quarter of the people.",
                        "valueType": "BOOLEAN",
                    },
                }},
            },
            "version": {"versionNumber": "41", "updateTime": "2026-11-20T09:00:00Z", "updateOrigin": "CONSOLE", "updateType": "INCREMENTAL_UPDATE"},
        });
        Self {
            versions: VecDeque::from([template.clone()]),
            served: template.clone(),
            coming: VecDeque::new(),
            propagation_ms: 0,
            template,
            version: 41,
            tokens: Tokens::default(),
            permitted: true,
            may_publish: true,
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
        let own = format!("/v1/projects/{PROJECT}/remoteConfig");
        let verb = call.path.strip_prefix(&own);
        if !self.permitted {
            return Err(google::failure(403));
        }
        match (call.method.as_str(), verb) {
            ("GET", Some("")) => {
                let template = match call.query("versionNumber") {
                    None => Some(&self.template),
                    Some(number) => self.kept(number),
                };
                let template = template.ok_or_else(|| google::failure(404))?;
                Ok(Self::tagged(Answer::json(200, template), call, self.tag()))
            }
            ("PUT", Some("")) if !self.may_publish => Err(google::failure(403)),
            ("PUT", Some("")) => self.publish(call, scene),
            ("GET", Some(":listVersions")) => {
                let size = call.query("pageSize").and_then(|text| text.parse().ok());
                let versions = self.versions.iter().rev();
                let versions: Vec<&Value> = versions
                    .map(|it| &it["version"])
                    .take(size.unwrap_or(VERSIONS_MAX))
                    .collect();
                Ok(Answer::json(200, &json!({"versions": versions})))
            }
            ("POST", Some(":rollback")) => self.roll_back(call, scene),
            _ => Err(google::failure(404)),
        }
    }

    fn kept(&self, number: &str) -> Option<&Value> {
        let mut versions = self.versions.iter();
        versions.find(|it| it["version"]["versionNumber"] == number)
    }

    /// An earlier version as a further one. Nobody asks which one it takes the place of.
    fn roll_back(&mut self, call: &Call, scene: &mut Scene<'_>) -> Result<Answer, Answer> {
        let body = call.json().unwrap_or_default();
        let number = body["versionNumber"]
            .as_str()
            .or(call.query("versionNumber"));
        let earlier = number.and_then(|number| self.kept(number)).cloned();
        let earlier = earlier.ok_or_else(|| google::failure(404))?;
        let source = earlier["version"]["versionNumber"].clone();
        self.set(earlier, "REST_API", Who::Api, scene);
        self.template["version"]["updateType"] = json!("ROLLBACK");
        self.template["version"]["rollbackSource"] = source;
        Ok(Self::tagged(
            Answer::json(200, &self.template),
            call,
            self.tag(),
        ))
    }

    /// What one app gets: the first condition that holds for it, else the default.
    fn fetch(&mut self, call: &Call, scene: &Scene<'_>) -> Answer {
        let given = call.header("x-goog-api-key").or(call.query("key"));
        if given != Some(api_key(scene.seed).as_str()) {
            let message = "API key not valid. Please pass a valid API key.";
            return refused(400, "INVALID_ARGUMENT", message, None);
        }
        if call.parts(2).first() != Some(&NUMBER) {
            return google::failure(404);
        }
        let body = call.json().unwrap_or_default();
        let (Some(APP), Some(instance)) = (body["appId"].as_str(), body["appInstanceId"].as_str())
        else {
            return google::failure(400);
        };
        self.take_over(scene.now_ms);
        let holds = |expression: &str| match expression.strip_prefix("percent <= ") {
            Some(most) => {
                let most: f64 = most.parse().unwrap_or_default();
                dice::chance(scene.seed, instance) * 100.0 < most
            }
            None => expression == "device.os == 'android'",
        };
        let conditions = self.served["conditions"].as_array();
        let conditions = conditions.map(Vec::as_slice).unwrap_or_default();
        let entries: Map<String, Value> = parameters(&self.served)
            .filter_map(|(name, parameter)| {
                let mut names = conditions
                    .iter()
                    .filter(|it| holds(it["expression"].as_str().unwrap_or_default()))
                    .filter_map(|it| it["name"].as_str());
                let chosen = names.find_map(|it| parameter["conditionalValues"].get(it));
                let value = chosen.unwrap_or(&parameter["defaultValue"])["value"].clone();
                value.is_string().then(|| (name.clone(), value))
            })
            .collect();
        let version = &self.served["version"]["versionNumber"];
        let body = json!({"entries": entries, "state": "UPDATE", "templateVersion": version});
        Answer::json(200, &body)
    }

    fn take_over(&mut self, now_ms: i64) {
        while self
            .coming
            .front()
            .is_some_and(|(at_ms, _)| *at_ms <= now_ms)
        {
            if let Some((_, template)) = self.coming.pop_front() {
                self.served = template;
            }
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
        for (name, parameter) in parameters(&body) {
            if let Some(why) = wrong_with(name, parameter, &body["conditions"]) {
                let message = format!("[VALIDATION_ERROR]: {why}");
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
        let before = shown_parameters(&self.template);
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
        let after = shown_parameters(&body);
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
        if self.versions.len() == VERSIONS_MAX {
            self.versions.pop_front();
        }
        self.versions.push_back(self.template.clone());
        let at_ms = scene.now_ms + self.propagation_ms;
        self.coming.push_back((at_ms, self.template.clone()));
        self.take_over(scene.now_ms);
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
        if call.path.ends_with(":fetch") {
            return self.fetch(call, scene);
        }
        self.route(call, scene).unwrap_or_else(|refused| refused)
    }

    fn failure(&self, status: u16) -> Answer {
        google::failure(status)
    }

    fn truth(&self) -> Value {
        let flags: Map<String, Value> = parameters(&self.template)
            .filter(|(_, parameter)| parameter["valueType"] == "BOOLEAN")
            .map(|(name, parameter)| {
                let served = parameters(&self.served).find(|(other, _)| *other == name);
                let is_on = |parameter: &Value| values(parameter).any(|it| it["value"] != "false");
                let served = served.is_some_and(|(_, parameter)| is_on(parameter));
                let flag = json!({"on": is_on(parameter), "served": served});
                (name.clone(), flag)
            })
            .collect();
        json!({"posts": self.banners, "template": self.template, "flags": flags})
    }

    fn tick(&mut self, now_ms: i64) {
        self.take_over(now_ms);
    }

    fn connection(&self, url: &str, seed: u64) -> Value {
        json!({
            "base_url": url,
            "service_account": google::key_file(url, "remote_config"),
            "flags": "*",
            "app_id": APP,
            "api_key": api_key(seed),
        })
    }

    fn knob(&mut self, name: &str, value: &Value) -> Result<(), String> {
        match name {
            "permitted" => self.permitted = wants_bool(name, value)?,
            "may_publish" => self.may_publish = wants_bool(name, value)?,
            "propagation_ms" => {
                let ms = value.as_i64().filter(|ms| *ms >= 0);
                self.propagation_ms = ms.ok_or("\"propagation_ms\" needs milliseconds")?;
            }
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
            Some("set") => {
                let name = body["parameter"]
                    .as_str()
                    .ok_or("\"parameter\" is missing")?;
                let on = body["on"]
                    .as_bool()
                    .ok_or("\"on\" is missing: true or false")?;
                let mut template = self.template.clone();
                let parameter = template["parameters"]
                    .get_mut(name)
                    .ok_or("there is no such parameter")?;
                parameter["defaultValue"] = json!({"value": on.to_string()});
                self.set(template, "CONSOLE", Who::Console, scene);
                Ok(())
            }
            other => Err(format!("unknown action {other:?} for remote_config")),
        }
    }
}

fn api_key(seed: u64) -> String {
    format!("AIzaSandbox{}", dice::hex(seed, "remote config", 28))
}

/// Every parameter, in a group or not.
fn parameters(template: &Value) -> impl Iterator<Item = (&String, &Value)> {
    let groups = template["parameterGroups"]
        .as_object()
        .into_iter()
        .flatten();
    let grouped = groups.map(|(_, group)| &group["parameters"]);
    std::iter::once(&template["parameters"])
        .chain(grouped)
        .filter_map(Value::as_object)
        .flatten()
}

fn shown_parameters(template: &Value) -> Value {
    parameters(template)
        .map(|(name, parameter)| (name.clone(), parameter.clone()))
        .collect::<Map<String, Value>>()
        .into()
}

/// A parameter's default and its values for conditions.
fn values(parameter: &Value) -> impl Iterator<Item = &Value> {
    let conditional = parameter["conditionalValues"].as_object().into_iter();
    let conditional = conditional.flat_map(Map::values);
    std::iter::once(&parameter["defaultValue"]).chain(conditional)
}

fn wrong_with(name: &str, parameter: &Value, conditions: &Value) -> Option<String> {
    let named = |wanted: &String| {
        let mut all = conditions.as_array().into_iter().flatten();
        all.any(|it| it["name"] == *wanted)
    };
    let mut used = parameter["conditionalValues"]
        .as_object()
        .into_iter()
        .flatten();
    if let Some((condition, _)) = used.find(|(condition, _)| !named(condition)) {
        return Some(format!(
            "[UNDEFINED_CONDITION]: {name} uses the condition {condition}, which is not defined."
        ));
    }
    let texts = values(parameter).filter_map(|it| it["value"].as_str());
    let is_wrong = |text: &str| match parameter["valueType"].as_str() {
        Some("JSON") => serde_json::from_str::<Value>(text).is_err(),
        Some("BOOLEAN") => !["true", "false"].contains(&text),
        Some(_) | None => false,
    };
    let mut texts = texts.filter(|text| is_wrong(text));
    texts.next().map(|_| {
        let kind = parameter["valueType"].as_str().unwrap_or_default();
        format!("[INVALID_PARAMETER_VALUE]: {name} is not valid {kind}.")
    })
}
