//! Flagsmith: the admin interface with and without versions of features, and what SDKs ask. Must not
//! know latency, faults or the other services.

mod apps;
mod flags;
mod versions;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::channels::{StandIn, Window, seconds, unknown_knob, wants_bool};
use crate::dice;
use crate::history::{Scene, Who};
use crate::wire::{Answer, Call};
use flags::{Draft, Features, Served, seeded};

pub(super) const PROJECT_ID: u64 = 3_207;
pub(super) const ENVIRONMENT_ID: u64 = 4_101;
const ENVIRONMENT: &str = "Production";
/// Length of the window in which requests of the admin side are counted, in milliseconds.
const WINDOW_MS: i64 = 60_000;

/// Where the admin side begins.
const ADMIN: [&str; 4] = [
    "/api/v1/environments/",
    "/api/v1/projects/",
    "/api/__future__/",
    "/api/experiments/",
];
/// What SDKs ask, which is never limited.
const APPS: [&str; 2] = ["/api/v1/flags/", "/api/v1/identities/"];

pub(crate) fn owns(path: &str) -> bool {
    ADMIN.iter().chain(&APPS).any(|own| path.starts_with(own))
}

/// Whether a request counts against the limit of the admin side.
pub(crate) fn is_counted(path: &str) -> bool {
    ADMIN.iter().any(|own| path.starts_with(own))
}

/// What stands there; made at the first look, as it needs the seed and the time.
#[derive(Debug)]
pub(crate) struct Flagsmith {
    there: Option<There>,
    drafts: BTreeMap<String, Draft>,
    /// Comments of published versions.
    described: BTreeMap<String, Option<String>>,
    /// So many drafts were made.
    made: u64,
    /// The environment keeps versions of features.
    versioned: bool,
    /// So many persons must approve a change there; none when nobody must.
    approvals: Option<u64>,
    /// What a change is answered with because of approvals; none where only the console asks.
    approvals_refuse: Option<u16>,
    refuses_writes: bool,
    hides_disabled: bool,
    /// Persons are kept at the edge, and not counted with the features.
    edge: bool,
    /// Whether the key may see persons.
    sees_persons: bool,
    propagation_ms: i64,
    requests_max: Option<usize>,
    requests: Window,
}

impl Default for Flagsmith {
    fn default() -> Self {
        Self {
            there: None,
            drafts: BTreeMap::new(),
            described: BTreeMap::new(),
            made: 0,
            versioned: true,
            approvals: None,
            approvals_refuse: None,
            refuses_writes: false,
            hides_disabled: false,
            edge: false,
            sees_persons: true,
            propagation_ms: 0,
            requests_max: None,
            requests: Window::default(),
        }
    }
}

#[derive(Debug)]
struct There {
    features: Features,
    served: Served,
}

/// A refusal as Django's REST framework words it.
fn detail(status: u16, text: &str) -> Answer {
    Answer::json(status, &json!({"detail": text}))
}

fn api_key(seed: u64) -> String {
    let part = |label: &str, length| dice::hex(seed, &format!("flagsmith {label}"), length);
    format!("{}.{}", part("prefix", 8), part("key", 32))
}

/// What apps carry; no secret.
const CLIENT_KEY: &str = "nwsandboxproduction001";

fn server_key(seed: u64) -> String {
    format!("ser.{}", dice::hex(seed, "flagsmith server", 22))
}

impl Flagsmith {
    fn there(&mut self, scene: &Scene<'_>) -> &mut There {
        let made = || {
            let features = seeded(scene.seed, scene.now_ms);
            There {
                served: Served::new(&features),
                features,
            }
        };
        let there = self.there.get_or_insert_with(made);
        there.served.tick(scene.now_ms);
        there
    }

    fn route(&mut self, call: &Call, scene: &mut Scene<'_>) -> Result<Answer, Answer> {
        self.there(scene);
        if APPS.iter().any(|own| call.path.starts_with(own)) {
            return self.apps(call, scene);
        }
        match call.header("authorization") {
            None => {
                let text = "Authentication credentials were not provided.";
                return Err(detail(401, text));
            }
            Some(given) if given == format!("Api-Key {}", api_key(scene.seed)) => {}
            Some(_) => return Err(detail(401, "Valid Master API Key not found.")),
        }
        let writes = call.method != "GET";
        if writes && self.refuses_writes {
            let text = "You do not have permission to perform this action.";
            return Err(detail(403, text));
        }
        if let Some(status) = self.approvals_refuse.filter(|_| writes) {
            return Err(asks_for_approval(status));
        }
        let (environment, key) = (ENVIRONMENT_ID.to_string(), CLIENT_KEY);
        let project = PROJECT_ID.to_string();
        // Without its last slash a path is another one; a change would be lost on the way there.
        if !call.path.ends_with('/') && !call.path.ends_with("edge-identity-overrides") {
            return Err(detail(404, "Not found."));
        }
        let parts = call.parts(2);
        match (call.method.as_str(), parts.as_slice()) {
            ("GET", ["environments", it]) if *it == key => Ok(self.environment(scene.seed)),
            ("GET", ["projects", it]) if *it == project => Ok(Answer::json(
                200,
                &json!({"id": PROJECT_ID, "name": "Northwind Wallet", "hide_disabled_flags": false, "use_edge_identities": self.edge}),
            )),
            ("GET", ["projects", it, "features"]) if *it == project => Ok(self.list(call, scene)),
            ("GET", ["projects", it, "features", feature, "evaluation-data"]) if *it == project => {
                let name = self.by_id(feature, scene)?;
                let asked = self.there(scene).features[&name].asked_a_day;
                let days: Vec<Value> = (0..i64::from(asked > 0) * 3)
                    .map(|ago| scene.now_ms - ago * 86_400_000)
                    .map(|at_ms| json!({"day": &crate::clock::rfc3339_ms(at_ms)[..10], "count": asked, "labels": null}))
                    .collect();
                Ok(Answer::json(200, &Value::Array(days)))
            }
            ("GET", ["environments", it, "edge-identity-overrides"]) if *it == key => {
                self.persons(call, scene)
            }
            ("PATCH" | "PUT", ["environments", it, "featurestates", state]) if *it == key => {
                self.direct(call, state, scene)
            }
            (
                _,
                [
                    "environments",
                    it,
                    "features",
                    feature,
                    "versions",
                    rest @ ..,
                ],
            ) if *it == environment => self.versions(call, feature, rest, scene),
            ("PATCH" | "PUT", ["environments", it, "features", _]) if *it == key => {
                // The interface to come asks for approvals where the older ones do not.
                Err(match self.approvals {
                    Some(_) => asks_for_approval(409),
                    None => detail(404, "The sandbox has no interface to come."),
                })
            }
            _ => Err(detail(404, "Not found.")),
        }
    }

    fn environment(&self, seed: u64) -> Answer {
        Answer::json(
            200,
            &json!({
                "id": ENVIRONMENT_ID,
                "uuid": dice::uuid(seed, "flagsmith environment"),
                "name": ENVIRONMENT,
                "api_key": CLIENT_KEY,
                "description": null,
                "project": PROJECT_ID,
                "minimum_change_request_approvals": self.approvals,
                "allow_client_traits": true,
                "banner_text": null,
                "banner_colour": null,
                "hide_disabled_flags": self.hides_disabled.then_some(true),
                "use_mv_v2_evaluation": true,
                "use_identity_composite_key_for_hashing": true,
                "hide_sensitive_data": false,
                "use_v2_feature_versioning": self.versioned,
                "use_identity_overrides_in_local_eval": true,
                "is_creating": false,
                "metadata": [],
                "total_segment_overrides": 2,
            }),
        )
    }

    fn list(&mut self, call: &Call, scene: &Scene<'_>) -> Answer {
        let edge = self.edge;
        let number = |name: &str, usual: usize| {
            let given = call.query(name).and_then(|it| it.parse().ok());
            given.unwrap_or(usual).max(1)
        };
        let (page, size) = (number("page", 1), number("page_size", 999).min(999));
        let part = call.query("search").unwrap_or_default();
        let found: Vec<Value> = self
            .there(scene)
            .features
            .values()
            .filter(|it| it.name.contains(part))
            .map(|it| it.shown(edge))
            .collect();
        let count = found.len();
        let results: Vec<Value> = found
            .into_iter()
            .skip((page - 1) * size)
            .take(size)
            .collect();
        let next = (page * size < count).then(|| format!("{}?page={}", scene.url, page + 1));
        Answer::json(
            200,
            &json!({"count": count, "next": next, "previous": null, "results": results}),
        )
    }

    fn persons(&mut self, call: &Call, scene: &Scene<'_>) -> Result<Answer, Answer> {
        if !self.sees_persons {
            let text = "You do not have permission to perform this action.";
            return Err(detail(403, text));
        }
        let name = self.by_id(call.query("feature").unwrap_or_default(), scene)?;
        let persons = &self.there(scene).features[&name].persons;
        let results: Vec<Value> = persons
            .iter()
            .map(|(person, enabled)| {
                json!({
                    "identifier": person,
                    "identity_uuid": dice::uuid(scene.seed, person),
                    "feature_state": {"enabled": enabled, "feature_state_value": null},
                })
            })
            .collect();
        Ok(Answer::json(200, &json!({"results": results})))
    }

    /// Without versions: one state is changed where it stands, whatever approvals the console asks
    /// for. The last one wins.
    fn direct(
        &mut self,
        call: &Call,
        state: &str,
        scene: &mut Scene<'_>,
    ) -> Result<Answer, Answer> {
        let versioned = self.versioned;
        let mut all = self.there(scene).features.values();
        let feature = all.find(|it| it.state.id.to_string() == state);
        let (name, id) = feature
            .map(|it| (it.name.to_owned(), it.id))
            .ok_or_else(|| detail(404, "Not found."))?;
        if versioned {
            let text = "This environment uses v2 feature versioning. Use the environment feature version endpoint instead.";
            return Err(detail(400, text));
        }
        let body = call.json().unwrap_or_default();
        if body["feature"].as_u64().is_some_and(|it| it != id) {
            let wrong = json!({"feature": ["Cannot change the feature of a feature state"]});
            return Err(Answer::json(400, &wrong));
        }
        let enabled = body["enabled"].as_bool();
        let enabled = enabled.unwrap_or(self.there(scene).features[&name].state.enabled);
        self.set(&name, enabled, "", Who::Api, scene);
        Ok(Answer::json(
            200,
            &json!({"feature": id, "enabled": enabled}),
        ))
    }

    fn by_id(&mut self, id: &str, scene: &Scene<'_>) -> Result<String, Answer> {
        let mut all = self.there(scene).features.values();
        let found = all.find(|it| it.id.to_string() == id);
        found
            .map(|it| it.name.to_owned())
            .ok_or_else(|| detail(404, "Not found."))
    }

    /// What everybody without an override gets; the same again is no change.
    fn set(&mut self, name: &str, on: bool, comment: &str, who: Who, scene: &mut Scene<'_>) {
        let at_ms = scene.now_ms + self.propagation_ms;
        let there = self.there(scene);
        let Some(feature) = there.features.get_mut(name) else {
            return;
        };
        let before = feature.state.enabled;
        feature.state.enabled = on;
        there.served.publish(at_ms, &there.features);
        there.served.tick(scene.now_ms);
        if before != on {
            scene.history.record(
                scene.now_ms,
                who,
                scene.service,
                format!("flags/{name}"),
                json!({"on": before}),
                json!({"on": on, "comment": comment}),
            );
        }
    }
}

fn asks_for_approval(status: u16) -> Answer {
    match status {
        409 => Answer::json(
            409,
            &json!({
                "detail": "Cannot update flags in an environment with change requests enabled.",
                "code": "change_requests_enabled",
            }),
        ),
        405 => detail(405, "Method \"PATCH\" not allowed."),
        status => detail(
            status,
            "This endpoint cannot be used when change requests are enabled. Use the change request workflow instead.",
        ),
    }
}

impl StandIn for Flagsmith {
    fn answer(&mut self, call: &Call, scene: &mut Scene<'_>) -> Answer {
        if let Some(most) = self.requests_max.filter(|_| is_counted(&call.path))
            && let Err(wait_ms) = self.requests.take(scene.now_ms, WINDOW_MS, most)
        {
            let wait = seconds(wait_ms);
            let text = format!("Request was throttled. Expected available in {wait} seconds.");
            return detail(429, &text).header("retry-after", wait);
        }
        self.route(call, scene).unwrap_or_else(|refused| refused)
    }

    fn failure(&self, status: u16) -> Answer {
        let text = match status {
            401 => "Valid Master API Key not found.",
            403 => "You do not have permission to perform this action.",
            429 => "Request was throttled.",
            500.. => "Internal server error",
            _ => "Bad request",
        };
        detail(status, text)
    }

    fn truth(&self) -> Value {
        let Some(there) = &self.there else {
            return json!({"flags": {}, "drafts": self.drafts.len()});
        };
        let flags: Map<String, Value> = there
            .features
            .iter()
            .filter_map(|(name, feature)| {
                let served = there.served.features.get(name)?;
                let value = json!({
                    "on": feature.state.enabled,
                    "served": served.state.enabled,
                    "segments": feature.state.segments,
                    "comment": self.described.get(&feature.version),
                });
                Some((name.clone(), value))
            })
            .collect();
        json!({"environment": ENVIRONMENT, "flags": flags, "drafts": self.drafts.len()})
    }

    fn tick(&mut self, now_ms: i64) {
        if let Some(there) = &mut self.there {
            there.served.tick(now_ms);
        }
    }

    fn connection(&self, url: &str, seed: u64) -> Value {
        json!({
            "base_url": url,
            "environment_key": CLIENT_KEY,
            "api_key": api_key(seed),
            "server_key": server_key(seed),
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
            "versioned" => self.versioned = wants_bool(name, value)?,
            "approvals" => self.approvals = Some(number()?).filter(|it| *it > 0),
            "approvals_refuse" => {
                let status = u16::try_from(number()?).ok();
                self.approvals_refuse = status.filter(|it| [403, 405, 409].contains(it));
            }
            "refuses_writes" => self.refuses_writes = wants_bool(name, value)?,
            "hides_disabled" => self.hides_disabled = wants_bool(name, value)?,
            "edge" => self.edge = wants_bool(name, value)?,
            "sees_persons" => self.sees_persons = wants_bool(name, value)?,
            "requests_per_minute_max" => self.requests_max = usize::try_from(number()?).ok(),
            _ => return Err(unknown_knob(name)),
        }
        Ok(())
    }

    fn console(&mut self, body: &Value, scene: &mut Scene<'_>) -> Result<(), String> {
        let name = body["flag"].as_str().ok_or("\"flag\" is missing")?;
        let on = body["on"]
            .as_bool()
            .ok_or("\"on\" is missing: true or false")?;
        let feature = self.there(scene).features.get_mut(name);
        let feature = feature.ok_or("there is no such flag")?;
        if let Some(segment) = body["segment"].as_u64() {
            // A person's change is a version too.
            feature.version = dice::uuid(scene.seed, &format!("{} {segment}", feature.version));
            feature.state.segments.insert(segment, on);
            return Ok(());
        }
        if let Some(person) = body["person"].as_str() {
            feature.persons.insert(person.to_owned(), on);
            return Ok(());
        }
        self.set(name, on, "", Who::Console, scene);
        Ok(())
    }
}
