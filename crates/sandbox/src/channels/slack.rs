//! Slack: one channel's messages. Refusals are HTTP 200; two posts are two messages. Must not know
//! latency or faults.

use serde_json::{Value, json};

use super::{Post, Reactions, StandIn, Window, keep, seconds, truth_of, unknown_knob, wants_bool};
use crate::dice;
use crate::history::Scene;
use crate::wire::{Answer, Call};

const CHANNEL: &str = "C0NWSTATUS1";
const HISTORY_A_MINUTE: usize = 50;
const POSTS_MS: i64 = 1_000;
/// Bursts above one a second are taken for a while.
const POSTS_MAX: usize = 4;
const TEXT_MAX: usize = 40_000;

pub(super) fn owns(path: &str) -> bool {
    ["/api/chat.", "/api/conversations.", "/api/auth."]
        .iter()
        .any(|begin| path.starts_with(begin))
}

#[derive(Debug)]
pub(super) struct Slack {
    posts: Vec<Post>,
    metadata: Vec<Value>,
    /// Whether an answer in a thread stands in the channel too.
    broadcast: Vec<bool>,
    reads: Window,
    writes: Window,
    in_channel: bool,
    archived: bool,
    scopes: Vec<String>,
}

impl Default for Slack {
    fn default() -> Self {
        Self {
            posts: Vec::new(),
            metadata: Vec::new(),
            broadcast: Vec::new(),
            reads: Window::default(),
            writes: Window::default(),
            in_channel: true,
            archived: false,
            scopes: vec!["chat:write".to_owned(), "channels:history".to_owned()],
        }
    }
}

fn token(seed: u64) -> String {
    format!("xoxb-{}", dice::hex(seed, "slack", 40))
}

impl Slack {
    fn refused(&self, code: &str) -> Answer {
        self.with_scopes(Answer::json(200, &json!({"ok": false, "error": code})))
    }

    fn with_scopes(&self, answer: Answer) -> Answer {
        answer.header("x-oauth-scopes", self.scopes.join(","))
    }

    fn lacks(&self, scope: &str) -> Option<Answer> {
        (!self.scopes.iter().any(|it| it == scope)).then(|| {
            self.with_scopes(Answer::json(
                200,
                &json!({"ok": false, "error": "missing_scope", "needed": scope, "provided": self.scopes.join(",")}),
            ))
        })
    }

    fn history(&mut self, call: &Call, scene: &Scene<'_>) -> Answer {
        if let Err(wait_ms) = self.reads.take(scene.now_ms, 60_000, HISTORY_A_MINUTE) {
            return limited(wait_ms);
        }
        if let Some(refused) = self.lacks("channels:history") {
            return refused;
        }
        if call.query("channel") != Some(CHANNEL) {
            return self.refused("channel_not_found");
        }
        if !self.in_channel {
            return self.refused("not_in_channel");
        }
        let limit = call
            .query("limit")
            .and_then(|text| text.parse().ok())
            .unwrap_or(100_usize)
            .clamp(1, 999);
        let whole = matches!(call.query("include_all_metadata"), Some("true" | "1"));
        let messages: Vec<Value> = self
            .posts
            .iter()
            .zip(&self.metadata)
            .zip(&self.broadcast)
            .filter(|((post, _), shown)| post.answers.is_none() || **shown)
            .map(|(it, _)| it)
            .rev()
            .take(limit)
            .map(|(post, metadata)| {
                let mut message = json!({
                    "type": "message", "subtype": "bot_message", "ts": post.id, "text": post.text,
                    "bot_id": "B0RELEASE01", "team": "T0NORTHWIND",
                });
                if let Some(thread) = &post.answers {
                    message["thread_ts"] = json!(thread);
                    message["subtype"] = json!("thread_broadcast");
                }
                let Reactions { likes, replies, .. } = post.reactions;
                if likes > 0 {
                    message["reactions"] = json!([{"name": "+1", "count": likes, "users": []}]);
                }
                if replies > 0 {
                    message["reply_count"] = json!(replies);
                }
                match metadata {
                    Value::Null => {}
                    all if whole => message["metadata"] = all.clone(),
                    all => message["metadata"] = json!({"event_type": all["event_type"]}),
                }
                message
            })
            .collect();
        let more = self.posts.len() > limit;
        self.with_scopes(Answer::json(
            200,
            &json!({
                "ok": true, "messages": messages, "has_more": more, "pin_count": 0,
                "response_metadata": {"next_cursor": if more { "bmV4dA==" } else { "" }},
            }),
        ))
    }

    fn post(&mut self, call: &Call, scene: &mut Scene<'_>) -> Answer {
        if let Err(wait_ms) = self.writes.take(scene.now_ms, POSTS_MS, POSTS_MAX) {
            return limited(wait_ms);
        }
        if let Some(refused) = self.lacks("chat:write") {
            return refused;
        }
        let Some(body) = call.json() else {
            return self.refused("invalid_json");
        };
        let text = body["text"].as_str().unwrap_or_default();
        let metadata = &body["metadata"];
        let thread = body["thread_ts"].as_str().map(str::to_owned);
        let begins = |ts: &String| {
            let mut posts = self.posts.iter();
            posts.any(|post| post.id == *ts && post.answers.is_none())
        };
        let code = if thread.as_ref().is_some_and(|ts| !begins(ts)) {
            "thread_not_found"
        } else if body["channel"] != CHANNEL {
            "channel_not_found"
        } else if !self.in_channel {
            "not_in_channel"
        } else if self.archived {
            "is_archived"
        } else if text.is_empty() && !body["blocks"].is_array() {
            "no_text"
        } else if text.chars().count() > TEXT_MAX {
            "msg_too_long"
        } else if metadata.is_object()
            && !(metadata["event_type"].is_string() && metadata["event_payload"].is_object())
        {
            "invalid_metadata_format"
        } else {
            ""
        };
        if !code.is_empty() {
            return self.refused(code);
        }
        let number = self.posts.len() + 1;
        let ts = format!("{}.{number:06}", scene.now_ms / 1_000);
        let post = Post {
            id: ts.clone(),
            text: text.to_owned(),
            key: metadata["event_payload"]["key"].as_str().map(str::to_owned),
            at_ms: scene.now_ms,
            reactions: Reactions::default(),
            answers: thread,
        };
        keep(&mut self.posts, post, scene);
        self.metadata.push(metadata.clone());
        self.broadcast.push(body["reply_broadcast"] == true);
        self.with_scopes(Answer::json(
            200,
            &json!({
                "ok": true, "channel": CHANNEL, "ts": ts,
                "message": {"type": "message", "subtype": "bot_message", "ts": ts, "text": text},
            }),
        ))
    }
}

fn limited(wait_ms: i64) -> Answer {
    Answer::json(429, &json!({"ok": false, "error": "ratelimited"}))
        .header("retry-after", seconds(wait_ms))
}

impl StandIn for Slack {
    fn answer(&mut self, call: &Call, scene: &mut Scene<'_>) -> Answer {
        let header = call.header("authorization");
        let given = header.and_then(|header| header.strip_prefix("Bearer "));
        match given {
            None => return Answer::json(200, &json!({"ok": false, "error": "not_authed"})),
            Some(given) if given != token(scene.seed) => {
                return Answer::json(200, &json!({"ok": false, "error": "invalid_auth"}));
            }
            Some(_) => {}
        }
        match (call.method.as_str(), call.path.as_str()) {
            (_, "/api/auth.test") => self.with_scopes(Answer::json(
                200,
                &json!({
                    "ok": true, "url": "https://northwind.slack.example/", "team": "Northwind",
                    "user": "release-cockpit", "team_id": "T0NORTHWIND", "user_id": "U0RELEASE01",
                    "bot_id": "B0RELEASE01", "is_enterprise_install": false,
                }),
            )),
            (_, "/api/conversations.history") => self.history(call, scene),
            ("POST", "/api/chat.postMessage") => self.post(call, scene),
            _ => self.refused("unknown_method"),
        }
    }

    fn failure(&self, status: u16) -> Answer {
        let code = match status {
            401 => "invalid_auth",
            403 => "missing_scope",
            404 => "channel_not_found",
            429 => "ratelimited",
            500.. => "internal_error",
            _ => "invalid_arguments",
        };
        Answer::json(status, &json!({"ok": false, "error": code}))
    }

    fn console(&mut self, body: &Value, _scene: &mut Scene<'_>) -> Result<(), String> {
        super::react(&mut self.posts, body)
    }

    fn truth(&self) -> Value {
        truth_of(&self.posts)
    }

    fn connection(&self, url: &str, seed: u64) -> Value {
        json!({"base_url": url, "channel": CHANNEL, "token": token(seed)})
    }

    fn knob(&mut self, name: &str, value: &Value) -> Result<(), String> {
        match name {
            "in_channel" => self.in_channel = wants_bool(name, value)?,
            "archived" => self.archived = wants_bool(name, value)?,
            "scopes" => {
                let text = value.as_str().ok_or("\"scopes\" needs a text")?;
                self.scopes = text.split(',').map(str::to_owned).collect();
            }
            _ => return Err(unknown_knob(name)),
        }
        Ok(())
    }
}
