//! LaunchDarkly: the REST interface that people's tools use, and the endpoints that SDKs ask. Must
//! not know latency, faults or the other services.

mod flags;
mod patch;
mod sdk;

use serde_json::{Value, json};

use crate::channels::{StandIn, Window, unknown_knob, wants_bool};
use crate::dice;
use crate::history::{Scene, Who};
use crate::wire::{Answer, Call};
use flags::{Flags, PRODUCTION, Served, TEST, seeded};

pub(super) const PROJECT: &str = "northwind";
/// Length of a window in which requests are counted, in milliseconds.
const WINDOW_MS: i64 = 10_000;

pub(crate) fn owns(path: &str) -> bool {
    let paths = [
        "/api/v2/flags/",
        "/api/v2/flag-statuses/",
        "/api/v2/projects/",
        "/msdk/",
        "/sdk/",
    ];
    paths.iter().any(|own| path.starts_with(own))
}

/// What stands there; made at the first look, as it needs the seed and the time.
#[derive(Debug, Default)]
pub(crate) struct LaunchDarkly {
    there: Option<There>,
    propagation_ms: i64,
    approvals: bool,
    /// What a token gets that may only read; none when it may write.
    refuses_writes: Option<u16>,
    /// So many of the next changes meet another one.
    conflicts: u64,
    requests_max: Option<usize>,
    requests: Window,
}

#[derive(Debug)]
struct There {
    flags: Flags,
    served: Served,
}

/// A refusal in LaunchDarkly's words.
fn refused(status: u16, code: &str, message: &str) -> Answer {
    Answer::json(status, &json!({"code": code, "message": message}))
}

fn key(seed: u64, kind: &str, environment: &str) -> String {
    let label = format!("launchdarkly {kind} {environment}");
    format!("{kind}-{}", dice::uuid(seed, &label))
}

/// An environment's identifier, by which a page asks.
fn client_side_id(seed: u64, environment: &str) -> String {
    dice::hex(seed, &format!("launchdarkly {environment}"), 24)
}

impl LaunchDarkly {
    fn there(&mut self, scene: &Scene<'_>) -> &mut There {
        let made = || {
            let flags = seeded(scene.seed, scene.now_ms);
            There {
                served: Served::new(&flags),
                flags,
            }
        };
        let there = self.there.get_or_insert_with(made);
        there.served.tick(scene.now_ms);
        there
    }

    fn route(&mut self, call: &Call, scene: &mut Scene<'_>) -> Result<Answer, Answer> {
        self.there(scene);
        if !call.path.starts_with("/api/") {
            return self.sdk(call, scene);
        }
        // The token stands alone: with "Bearer" before it, it is another text.
        if call.header("authorization") != Some(key(scene.seed, "api", "").as_str()) {
            return Err(refused(401, "unauthorized", "Invalid access token"));
        }
        match (call.method.as_str(), call.parts(2).as_slice()) {
            (_, ["flags" | "flag-statuses" | "projects", project, ..]) if *project != PROJECT => {
                Err(refused(404, "not_found", "Unknown project key"))
            }
            ("GET", ["flags", _]) => Ok(self.list(call, scene)),
            ("GET", ["flags", _, flag]) => {
                let flag = self.there(scene).flags.get(*flag).ok_or_else(no_flag)?;
                let wanted = call.query_list("env");
                let wanted = |name: &str| wanted.is_empty() || wanted.contains(&name);
                Ok(Answer::json(200, &flag.shown(wanted)))
            }
            ("PATCH", ["flags", _, flag]) => self.patch(call, flag, scene),
            ("GET", ["flag-statuses", _, environment]) => {
                let flags = self.there(scene).flags.values();
                let items: Vec<Value> = flags
                    .filter(|flag| !flag.archived)
                    .map(|flag| flag.status(environment))
                    .collect();
                Ok(Answer::json(200, &json!({"items": items, "_links": {}})))
            }
            ("GET", ["projects", _, "environments", environment]) => {
                self.environment(environment, scene.seed)
            }
            _ => Err(refused(404, "not_found", "Invalid resource identifier")),
        }
    }

    /// Without archived flags, and with settings only of the environments that are asked for.
    fn list(&mut self, call: &Call, scene: &Scene<'_>) -> Answer {
        let wanted = call.query_list("env");
        let whole = call.query("summary") == Some("0");
        let archived = call.query("filter") == Some("archived:true");
        let number = |name: &str, otherwise: usize| {
            let given = call.query(name).and_then(|text| text.parse().ok());
            given.unwrap_or(otherwise)
        };
        let all: Vec<Value> = self
            .there(scene)
            .flags
            .values()
            .filter(|flag| flag.archived == archived)
            .map(|flag| flag.shown(|name| wanted.contains(&name)))
            .map(|flag| if whole { flag } else { summary(flag) })
            .collect();
        let total = all.len();
        let items: Vec<Value> = all
            .into_iter()
            .skip(number("offset", 0))
            .take(number("limit", 20).min(100))
            .collect();
        let body = json!({
            "items": items,
            "_links": {"self": {"href": format!("/api/v2/flags/{PROJECT}"), "type": "application/json"}},
            "totalCount": total,
        });
        Answer::json(200, &body)
    }

    fn environment(&self, environment: &str, seed: u64) -> Result<Answer, Answer> {
        if ![PRODUCTION, TEST].contains(&environment) {
            return Err(refused(404, "not_found", "Unknown environment key"));
        }
        let required = self.approvals && environment == PRODUCTION;
        Ok(Answer::json(
            200,
            &json!({
                "_links": {"self": {"href": format!("/api/v2/projects/{PROJECT}/environments/{environment}"), "type": "application/json"}},
                "_id": client_side_id(seed, environment),
                "key": environment,
                "name": environment,
                "apiKey": key(seed, "sdk", environment),
                "mobileKey": key(seed, "mob", environment),
                "color": "417505",
                "defaultTtl": 0,
                "secureMode": false,
                "defaultTrackEvents": false,
                "requireComments": false,
                "confirmChanges": false,
                "tags": [],
                "approvalSettings": {
                    "required": required,
                    "bypassApprovalsForPendingChanges": false,
                    "minNumApprovals": 1,
                    "canReviewOwnRequest": false,
                    "canApplyDeclinedChanges": true,
                    "serviceKind": "launchdarkly",
                    "serviceConfig": {},
                    "requiredApprovalTags": [],
                },
                "critical": environment == PRODUCTION,
            }),
        ))
    }

    /// Turns a flag on or off; the same again is no change.
    fn switch(
        &mut self,
        name: &str,
        environment: &str,
        on: bool,
        comment: &str,
        who: Who,
        scene: &mut Scene<'_>,
    ) -> Result<(), Answer> {
        let at_ms = scene.now_ms + self.propagation_ms;
        let there = self.there(scene);
        let flag = there.flags.get_mut(name).ok_or_else(no_flag)?;
        let setting = flag.settings.get_mut(environment);
        let setting = setting.ok_or_else(no_environment)?;
        if setting.on == on {
            return Ok(());
        }
        setting.on = on;
        setting.version += 1;
        setting.changed_ms = scene.now_ms;
        flag.version += 1;
        there.served.publish(at_ms, &there.flags);
        there.served.tick(scene.now_ms);
        scene.history.record(
            scene.now_ms,
            who,
            scene.service,
            format!("flags/{name}/{environment}"),
            json!({"on": !on}),
            json!({"on": on, "comment": comment}),
        );
        Ok(())
    }
}

/// A list leaves out who gets what, unless it is asked for.
fn summary(mut flag: Value) -> Value {
    let settings = flag.get_mut("environments").and_then(Value::as_object_mut);
    for setting in settings.into_iter().flat_map(serde_json::Map::values_mut) {
        for part in ["targets", "contextTargets", "rules", "prerequisites"] {
            if let Some(setting) = setting.as_object_mut() {
                setting.remove(part);
            }
        }
    }
    flag
}

fn no_flag() -> Answer {
    refused(404, "not_found", "Unknown feature flag key")
}

fn no_environment() -> Answer {
    refused(404, "not_found", "Unknown environment key")
}

impl StandIn for LaunchDarkly {
    fn answer(&mut self, call: &Call, scene: &mut Scene<'_>) -> Answer {
        let most = self.requests_max.filter(|_| call.path.starts_with("/api/"));
        let Some(most) = most else {
            return self.route(call, scene).unwrap_or_else(|refused| refused);
        };
        let room = self.requests.take(scene.now_ms, WINDOW_MS, most);
        let answer = match room {
            Ok(()) => self.route(call, scene).unwrap_or_else(|refused| refused),
            Err(_) => self.failure(429),
        };
        // Milliseconds since 1970, and no Retry-After.
        let reset_ms = scene.now_ms + room.err().unwrap_or(WINDOW_MS);
        answer
            .header(
                "x-ratelimit-global-remaining",
                self.requests.left(most).to_string(),
            )
            .header("x-ratelimit-reset", reset_ms.to_string())
    }

    fn failure(&self, status: u16) -> Answer {
        let (code, message) = match status {
            401 => ("unauthorized", "Invalid access token"),
            403 => (
                "forbidden",
                "Forbidden. Access to the requested resource was denied.",
            ),
            409 => (
                "optimistic_locking_error",
                "Conflict. Optimistic lock error. Try again later.",
            ),
            429 => (
                "rate_limited",
                "You've exceeded the API rate limit. Try again later.",
            ),
            500.. => ("internal_service_error", "Internal service error"),
            _ => ("invalid_request", "Invalid request"),
        };
        refused(status, code, message)
    }

    fn truth(&self) -> Value {
        let Some(there) = &self.there else {
            return json!({"flags": {}, "approvals": self.approvals});
        };
        let flags: serde_json::Map<String, Value> = there
            .flags
            .iter()
            .filter_map(|(name, flag)| {
                let (set, served) = (
                    flag.settings.get(PRODUCTION)?,
                    there.served.flags.get(name)?.settings.get(PRODUCTION)?,
                );
                let value = json!({"on": set.on, "served": served.on, "archived": flag.archived});
                Some((name.clone(), value))
            })
            .collect();
        json!({"environment": PRODUCTION, "flags": flags, "approvals": self.approvals})
    }

    fn tick(&mut self, now_ms: i64) {
        if let Some(there) = &mut self.there {
            there.served.tick(now_ms);
        }
    }

    fn connection(&self, url: &str, seed: u64) -> Value {
        json!({
            "base_url": url,
            "project": PROJECT,
            "environment": PRODUCTION,
            "token": key(seed, "api", ""),
            "mobile_key": key(seed, "mob", PRODUCTION),
            "sdk_key": key(seed, "sdk", PRODUCTION),
            "client_side_id": client_side_id(seed, PRODUCTION),
        })
    }

    fn knob(&mut self, name: &str, value: &Value) -> Result<(), String> {
        let number = || {
            let wrong = || format!("\"{name}\" needs a number from 0");
            value.as_u64().ok_or_else(wrong)
        };
        match name {
            "propagation_ms" => {
                self.propagation_ms =
                    i64::try_from(number()?).map_err(|error| error.to_string())?;
            }
            "approvals" => self.approvals = wants_bool(name, value)?,
            "refuses_writes" => {
                let status = u16::try_from(number()?).ok();
                self.refuses_writes = status.filter(|status| [401, 403].contains(status));
            }
            "conflicts" => self.conflicts = number()?,
            "requests_per_10s_max" => self.requests_max = usize::try_from(number()?).ok(),
            _ => return Err(unknown_knob(name)),
        }
        Ok(())
    }

    fn console(&mut self, body: &Value, scene: &mut Scene<'_>) -> Result<(), String> {
        let name = body["flag"].as_str().ok_or("\"flag\" is missing")?;
        let environment = body["environment"].as_str().unwrap_or(PRODUCTION);
        if body["action"] == "archive" {
            let at_ms = scene.now_ms + self.propagation_ms;
            let there = self.there(scene);
            let flag = there.flags.get_mut(name).ok_or("there is no such flag")?;
            flag.archived = true;
            there.served.publish(at_ms, &there.flags);
            return Ok(());
        }
        let on = body["on"]
            .as_bool()
            .ok_or("\"on\" is missing: true or false")?;
        self.switch(name, environment, on, "", Who::Console, scene)
            .map_err(|_| format!("no flag \"{name}\" in environment \"{environment}\""))
    }
}
