//! Matrix: one room. The same transaction is the same event. Must not know latency or faults.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Post, StandIn, Window, keep, truth_of, unknown_knob, wants_bool};
use crate::dice;
use crate::history::Scene;
use crate::wire::{Answer, Call};

const ROOM: &str = "!nwstatus:northwind.example";
const USER: &str = "@cockpit:northwind.example";
const EVENT_BYTES_MAX: usize = 65_536;
const SENDS_A_MINUTE: usize = 120;

pub(super) fn owns(path: &str) -> bool {
    path.starts_with("/_matrix/")
}

#[derive(Debug)]
pub(super) struct Matrix {
    posts: Vec<Post>,
    contents: Vec<Value>,
    transactions: BTreeMap<String, String>,
    sends: Window,
    joined: bool,
    encrypted: bool,
}

impl Default for Matrix {
    fn default() -> Self {
        Self {
            posts: Vec::new(),
            contents: Vec::new(),
            transactions: BTreeMap::new(),
            sends: Window::default(),
            joined: true,
            encrypted: false,
        }
    }
}

fn token(seed: u64) -> String {
    format!("syt_{}", dice::hex(seed, "matrix", 40))
}

fn refused(status: u16, code: &str, message: &str) -> Answer {
    Answer::json(status, &json!({"errcode": code, "error": message}))
}

impl Matrix {
    fn send(&mut self, call: &Call, transaction: &str, scene: &mut Scene<'_>) -> Answer {
        // A transaction that was answered is answered again, before anything else is looked at.
        if let Some(event) = self.transactions.get(transaction) {
            return Answer::json(200, &json!({"event_id": event}));
        }
        if let Err(wait_ms) = self.sends.take(scene.now_ms, 60_000, SENDS_A_MINUTE) {
            return Answer::json(
                429,
                &json!({"errcode": "M_LIMIT_EXCEEDED", "error": "Too Many Requests", "retry_after_ms": wait_ms}),
            );
        }
        let Some(content) = call.json().filter(Value::is_object) else {
            return refused(400, "M_NOT_JSON", "Content not JSON.");
        };
        if !(content["msgtype"].is_string() && content["body"].is_string()) {
            return refused(400, "M_BAD_JSON", "'msgtype' and 'body' are needed");
        }
        // The homeserver adds about this much to an event.
        if call.body.len() + 1_000 > EVENT_BYTES_MAX {
            return refused(413, "M_TOO_LARGE", "event too large");
        }
        let number = self.posts.len() + 1;
        let event = format!("${}", dice::hex(scene.seed, &format!("event {number}"), 43));
        let ours = content
            .as_object()
            .into_iter()
            .flatten()
            .find(|(name, _)| name.ends_with(".notice"))
            .and_then(|(_, value)| value["key"].as_str());
        let thread = &content["m.relates_to"];
        let answers = thread["event_id"].as_str().map(str::to_owned);
        let post = Post {
            id: event.clone(),
            text: content["body"].as_str().unwrap_or_default().to_owned(),
            key: ours.map(str::to_owned),
            at_ms: scene.now_ms,
            reactions: super::Reactions::default(),
            answers,
        };
        keep(&mut self.posts, post, scene);
        self.contents.push(content);
        self.transactions
            .insert(transaction.to_owned(), event.clone());
        Answer::json(200, &json!({"event_id": event}))
    }

    fn messages(&self, call: &Call) -> Answer {
        let limit = call
            .query("limit")
            .and_then(|text| text.parse().ok())
            .unwrap_or(10_usize);
        let chunk: Vec<Value> = self
            .posts
            .iter()
            .zip(&self.contents)
            .rev()
            .take(limit)
            .map(|(post, content)| {
                json!({
                    "type": "m.room.message", "room_id": ROOM, "sender": USER, "event_id": post.id,
                    "origin_server_ts": post.at_ms, "content": content, "unsigned": {"age": 0},
                })
            })
            .collect();
        Answer::json(200, &json!({"start": "t1-0", "chunk": chunk, "state": []}))
    }

    /// A person takes a message back: its content goes, the event stays.
    fn redact(&mut self) {
        if let (Some(content), Some(post)) = (self.contents.last_mut(), self.posts.last_mut()) {
            *content = json!({});
            post.key = None;
            post.text.clear();
        }
    }
}

impl StandIn for Matrix {
    fn answer(&mut self, call: &Call, scene: &mut Scene<'_>) -> Answer {
        let header = call.header("authorization");
        match header.and_then(|header| header.strip_prefix("Bearer ")) {
            None => return refused(401, "M_MISSING_TOKEN", "Missing access token"),
            Some(given) if given != token(scene.seed) => return self.failure(401),
            Some(_) => {}
        }
        let parts = call.parts(3);
        match (call.method.as_str(), parts.as_slice()) {
            ("GET", ["account", "whoami"]) => {
                Answer::json(200, &json!({"user_id": USER, "device_id": "COCKPIT"}))
            }
            (_, ["rooms", room, ..]) if *room != ROOM || !self.joined => refused(
                403,
                "M_FORBIDDEN",
                &format!("User {USER} not in room {room}"),
            ),
            ("GET", ["rooms", _, "messages"]) => self.messages(call),
            ("GET", ["rooms", _, "state", "m.room.encryption"]) if self.encrypted => {
                Answer::json(200, &json!({"algorithm": "m.megolm.v1.aes-sha2"}))
            }
            ("GET", ["rooms", _, "state", _]) => refused(404, "M_NOT_FOUND", "Event not found."),
            ("PUT", ["rooms", _, "send", "m.room.message", transaction]) => {
                self.send(call, transaction, scene)
            }
            _ => refused(404, "M_UNRECOGNIZED", "Unrecognized request"),
        }
    }

    fn failure(&self, status: u16) -> Answer {
        match status {
            401 => Answer::json(
                401,
                &json!({"errcode": "M_UNKNOWN_TOKEN", "error": "Invalid access token passed.", "soft_logout": false}),
            ),
            403 => refused(403, "M_FORBIDDEN", "You are not allowed to do that."),
            404 => refused(404, "M_NOT_FOUND", "Not found."),
            429 => refused(429, "M_LIMIT_EXCEEDED", "Too Many Requests"),
            status => refused(status, "M_UNKNOWN", "Internal server error"),
        }
    }

    fn truth(&self) -> Value {
        truth_of(&self.posts)
    }

    fn connection(&self, url: &str, seed: u64) -> Value {
        json!({"base_url": url, "room": ROOM, "token": token(seed)})
    }

    fn knob(&mut self, name: &str, value: &Value) -> Result<(), String> {
        match name {
            "joined" => self.joined = wants_bool(name, value)?,
            "encrypted" => self.encrypted = wants_bool(name, value)?,
            "forget_transactions" => self.transactions.clear(),
            _ => return Err(unknown_knob(name)),
        }
        Ok(())
    }

    fn console(&mut self, body: &Value, _scene: &mut Scene<'_>) -> Result<(), String> {
        match body["action"].as_str() {
            Some("redact") => {
                self.redact();
                Ok(())
            }
            other => Err(format!("unknown action {other:?} for matrix")),
        }
    }
}
