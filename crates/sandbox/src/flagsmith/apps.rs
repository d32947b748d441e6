//! What SDKs ask: the environment's flags, and one person's. Must not know what was set but is not
//! served yet.

use serde_json::{Value, json};

use super::{CLIENT_KEY, Flagsmith, detail, server_key};
use crate::history::Scene;
use crate::wire::{Answer, Call};

impl Flagsmith {
    pub(super) fn apps(&mut self, call: &Call, scene: &Scene<'_>) -> Result<Answer, Answer> {
        let given = call.header("x-environment-key");
        let server = given == Some(server_key(scene.seed).as_str());
        if !server && given != Some(CLIENT_KEY) {
            // Nothing says how to log in here, so it is a 403 where elsewhere it would be a 401.
            return Err(detail(403, "Invalid or missing Environment Key"));
        }
        let hides = self.hides_disabled;
        let served = &self.there(scene).served.features;
        let parts = call.parts(2);
        let body = call.json().unwrap_or_default();
        let person = match (call.method.as_str(), parts.as_slice()) {
            ("GET", ["flags"]) => None,
            ("GET", ["identities"]) => call.query("identifier"),
            ("POST", ["identities"]) => body["identifier"].as_str(),
            _ => return Err(detail(404, "Not found.")),
        };
        let flags: Vec<Value> = served
            .values()
            // Archived ones are served like the others.
            .filter(|it| server || !it.server_only)
            .filter_map(|it| {
                let own = person.and_then(|name| it.persons.get(name));
                let enabled = own.copied().unwrap_or(it.state.enabled);
                (enabled || !hides).then(|| it.for_apps(enabled))
            })
            .collect();
        if parts.first() == Some(&"identities") {
            let person = person.ok_or_else(|| detail(400, "Missing identifier"))?;
            let body = json!({"identifier": person, "traits": [], "flags": flags});
            return Ok(Answer::json(200, &body));
        }
        if let Some(name) = call.query("feature") {
            let found = flags.into_iter().find(|it| it["feature"]["name"] == name);
            let found = found.ok_or_else(|| detail(404, "Given feature not found"))?;
            return Ok(Answer::json(200, &found));
        }
        Ok(Answer::json(200, &Value::Array(flags)))
    }
}
