//! Microsoft Teams: a workflow that posts what it is handed. Its 202 comes before its run, which
//! may fail unseen. Must not know latency or faults.

use serde_json::{Value, json};

use super::{Post, StandIn, Window, keep, seconds, truth_of, unknown_knob, wants_bool};
use crate::dice;
use crate::history::Scene;
use crate::wire::{Answer, Call};

const WORKFLOW: &str = "5a9db0c55a9d4000a0005a9db0c55a9d";
const MESSAGE_BYTES_MAX: usize = 28 * 1024;

pub(super) fn owns(path: &str) -> bool {
    path.starts_with("/workflows/")
}

#[derive(Debug)]
pub(super) struct Teams {
    posts: Vec<Post>,
    runs: Vec<Value>,
    calls: Window,
    runs_work: bool,
    turned_on: bool,
}

impl Default for Teams {
    fn default() -> Self {
        Self {
            posts: Vec::new(),
            runs: Vec::new(),
            calls: Window::default(),
            runs_work: true,
            turned_on: true,
        }
    }
}

fn signature(seed: u64) -> String {
    dice::hex(seed, "teams", 43)
}

fn refused(status: u16, code: &str, message: &str) -> Answer {
    Answer::json(
        status,
        &json!({"error": {"code": code, "message": message}}),
    )
}

impl StandIn for Teams {
    fn answer(&mut self, call: &Call, scene: &mut Scene<'_>) -> Answer {
        let path = format!("/workflows/{WORKFLOW}/triggers/manual/paths/invoke");
        if call.path != path || !self.turned_on {
            return self.failure(404);
        }
        if call.query("sig") != Some(signature(scene.seed).as_str()) {
            return self.failure(401);
        }
        if call.method != "POST" {
            return refused(
                404,
                "TriggerRequestMethodNotValid",
                "The HTTP method is not valid for the trigger 'manual'. The allowed method is 'POST'.",
            );
        }
        if let Err(wait_ms) = self.calls.take(scene.now_ms, 1_000, 4) {
            return self.failure(429).header("retry-after", seconds(wait_ms));
        }
        let Some(body) = call.json() else {
            return self.failure(400);
        };
        let number = self.runs.len() + 1;
        let run = dice::hex(scene.seed, &format!("teams run {number}"), 32).to_uppercase();
        let blocks = body["attachments"][0]["content"]["body"].as_array();
        let texts: Vec<&str> = blocks
            .into_iter()
            .flatten()
            .filter_map(|block| block["text"].as_str())
            .collect();
        let posts = self.runs_work
            && body["type"] == "message"
            && call.body.len() <= MESSAGE_BYTES_MAX
            && !texts.is_empty();
        self.runs.push(json!({"id": run, "succeeded": posts}));
        if posts {
            let post = Post {
                id: run.clone(),
                text: texts.join("\n\n"),
                key: None,
                at_ms: scene.now_ms,
                reactions: super::Reactions::default(),
                answers: None,
            };
            keep(&mut self.posts, post, scene);
        }
        Answer::empty(202).header("x-ms-workflow-run-id", run)
    }

    fn failure(&self, status: u16) -> Answer {
        let (code, message) = match status {
            401 => (
                "DirectApiAuthorizationRequired",
                "The request has SAS authentication scheme while it requires another signature.",
            ),
            403 => ("AuthorizationFailed", "The caller is not allowed here."),
            404 => ("WorkflowNotFound", "The workflow could not be found."),
            413 => ("RequestEntityTooLarge", "The request is too large."),
            429 => ("WorkflowTriggerRateLimitExceeded", "Too many requests."),
            500.. => ("ServiceUnavailable", "The service is unavailable."),
            _ => ("InvalidRequestContent", "The request content is not valid."),
        };
        refused(status, code, message)
    }

    fn truth(&self) -> Value {
        let mut truth = truth_of(&self.posts);
        truth["runs"] = json!(self.runs);
        truth
    }

    fn connection(&self, url: &str, seed: u64) -> Value {
        json!({
            "name": "Northwind incidents",
            "url": format!(
                "{url}/workflows/{WORKFLOW}/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig={}",
                signature(seed)
            ),
        })
    }

    fn knob(&mut self, name: &str, value: &Value) -> Result<(), String> {
        match name {
            "runs_work" => self.runs_work = wants_bool(name, value)?,
            "turned_on" => self.turned_on = wants_bool(name, value)?,
            _ => return Err(unknown_knob(name)),
        }
        Ok(())
    }
}
