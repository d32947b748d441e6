//! What SDKs ask: all flags for a server, and one person's values for a mobile app. Must not know
//! what was set but is not served yet.

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

use super::flags::{PRODUCTION, TEST};
use super::{LaunchDarkly, client_side_id, key, refused};
use crate::history::Scene;
use crate::wire::{Answer, Call};

impl LaunchDarkly {
    pub(super) fn sdk(&mut self, call: &Call, scene: &Scene<'_>) -> Result<Answer, Answer> {
        let parts = call.parts(0);
        // A page's own identifier stands in its path; the other keys are told by a header.
        let (given, name_of): (_, fn(u64, &str) -> String) = match parts.as_slice() {
            ["sdk", "evalx", id, ..] => (Some(*id), client_side_id),
            ["msdk", ..] => (call.header("authorization"), |seed, it| {
                key(seed, "mob", it)
            }),
            _ => (call.header("authorization"), |seed, it| {
                key(seed, "sdk", it)
            }),
        };
        let environment = [PRODUCTION, TEST]
            .into_iter()
            .find(|name| given == Some(name_of(scene.seed, name).as_str()));
        let environment =
            environment.ok_or_else(|| refused(401, "unauthorized", "Invalid SDK key"))?;
        let served = &self.there(scene).served.flags;
        let alive = served.iter().filter(|(_, flag)| !flag.archived);
        match (call.method.as_str(), parts.as_slice()) {
            ("GET", ["sdk", "latest-all"]) => {
                let flags: Map<String, Value> = alive
                    .filter_map(|(name, flag)| Some((name.clone(), flag.for_servers(environment)?)))
                    .collect();
                Ok(Answer::json(200, &json!({"flags": flags, "segments": {}})))
            }
            (
                "GET",
                ["msdk", "evalx", "contexts", context] | ["sdk", "evalx", _, "contexts", context],
            ) => {
                let person = person(context)
                    .ok_or_else(|| refused(400, "invalid_request", "Invalid context"))?;
                let reasons = call.query("withReasons") == Some("true");
                let values: Map<String, Value> = alive
                    .filter(|(_, flag)| flag.mobile)
                    .filter_map(|(name, flag)| {
                        let value = flag.evaluated(environment, &person, scene.seed, reasons)?;
                        Some((name.clone(), value))
                    })
                    .collect();
                Ok(Answer::json(200, &Value::Object(values)))
            }
            _ => Err(refused(404, "not_found", "Invalid resource identifier")),
        }
    }
}

/// The key of a context that stands in a path.
fn person(context: &str) -> Option<String> {
    let bytes = URL_SAFE
        .decode(context)
        .or_else(|_| URL_SAFE_NO_PAD.decode(context))
        .ok()?;
    let context: Value = serde_json::from_slice(&bytes).ok()?;
    Some(context["key"].as_str()?.to_owned())
}
