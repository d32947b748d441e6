//! Firebase Cloud Messaging: messages to topics. A dry run reaches nobody; the same message twice is
//! two messages. Must not know latency or faults.

use serde_json::{Value, json};

use super::google::{self, PROJECT, refused, unknown_field};
use super::{Post, StandIn, keep, truth_of, unknown_knob, wants_bool};
use crate::google_play::token::Tokens;
use crate::history::Scene;
use crate::wire::{Answer, Call};

const SCOPE: &str = "https://www.googleapis.com/auth/firebase.messaging";
const PAYLOAD_BYTES_MAX: usize = 4_096;

pub(super) fn owns(path: &str) -> bool {
    path == "/token/fcm" || path.ends_with("/messages:send")
}

#[derive(Debug)]
pub(super) struct Fcm {
    posts: Vec<Post>,
    dry_runs: u64,
    tokens: Tokens,
    permitted: bool,
    apns_key: bool,
}

impl Default for Fcm {
    fn default() -> Self {
        Self {
            posts: Vec::new(),
            dry_runs: 0,
            tokens: Tokens::default(),
            permitted: true,
            apns_key: true,
        }
    }
}

impl Fcm {
    fn send(&mut self, call: &Call, scene: &mut Scene<'_>) -> Result<Answer, Answer> {
        google::check(&self.tokens, call, scene, SCOPE)?;
        if call.path != format!("/v1/projects/{PROJECT}/messages:send") {
            return Err(google::failure(404));
        }
        if !self.permitted {
            let message = format!(
                "Permission 'cloudmessaging.messages.create' denied on resource '//cloudresourcemanager.googleapis.com/projects/{PROJECT}' (or it may not exist)."
            );
            return Err(refused(403, "PERMISSION_DENIED", &message, None));
        }
        let body = call.json().ok_or_else(|| google::failure(400))?;
        judge(&body).map_or(Ok(()), Err)?;
        let message = &body["message"];
        if !self.apns_key && message["apns"].is_object() {
            return Err(refused(
                401,
                "UNAUTHENTICATED",
                "Auth error from APNS or Web Push Service",
                Some("THIRD_PARTY_AUTH_ERROR"),
            ));
        }
        if body["validateOnly"] == true {
            self.dry_runs += 1;
            let name = format!("projects/{PROJECT}/messages/fake_message_id");
            return Ok(Answer::json(200, &json!({ "name": name })));
        }
        let number = 4_000_000_000_000_000_000_u64 + self.posts.len() as u64;
        let name = format!("projects/{PROJECT}/messages/{number}");
        let part = |key: &str| message["notification"][key].as_str().unwrap_or_default();
        let post = Post {
            id: name.clone(),
            text: format!("{}\n\n{}", part("title"), part("body"))
                .trim_start()
                .to_owned(),
            key: message["data"]["notice"].as_str().map(str::to_owned),
            at_ms: scene.now_ms,
            reactions: super::Reactions::default(),
            answers: None,
        };
        keep(&mut self.posts, post, scene);
        Ok(Answer::json(200, &json!({ "name": name })))
    }
}

/// What is wrong with a request, if anything.
fn judge(body: &Value) -> Option<Answer> {
    let invalid = |message: &str| {
        Some(refused(
            400,
            "INVALID_ARGUMENT",
            message,
            Some("INVALID_ARGUMENT"),
        ))
    };
    const MESSAGE: &[&str] = &[
        "android",
        "androidV2",
        "apns",
        "condition",
        "data",
        "fcmOptions",
        "fid",
        "name",
        "notification",
        "token",
        "topic",
        "webpush",
    ];
    let message = &body["message"];
    let strange = unknown_field(body, "", &["validateOnly", "message"])
        .or_else(|| unknown_field(message, "message", MESSAGE))
        .or_else(|| {
            unknown_field(
                &message["notification"],
                "message.notification",
                &["title", "body", "image"],
            )
        });
    if strange.is_some() {
        return strange;
    }
    let to = ["topic", "condition", "token", "fid"];
    let targets = to.iter().filter(|it| message[**it].is_string()).count();
    if targets != 1 {
        return invalid("Exactly one of token, topic or condition is required");
    }
    if message["topic"]
        .as_str()
        .is_some_and(|topic| topic.starts_with('/'))
    {
        return invalid("Malformed topic name");
    }
    let texts = message["data"].as_object().into_iter().flatten();
    if texts.into_iter().any(|(_, value)| !value.is_string()) {
        return invalid("Invalid value at 'message.data[0].value' (TYPE_STRING)");
    }
    let shown = json!({"notification": message["notification"], "data": message["data"]});
    if shown.to_string().len() > PAYLOAD_BYTES_MAX {
        return invalid("Message is too big. The payload exceeds the limit of 4096 bytes.");
    }
    None
}

impl StandIn for Fcm {
    fn answer(&mut self, call: &Call, scene: &mut Scene<'_>) -> Answer {
        if call.path == "/token/fcm" {
            return self.tokens.answer(call, scene);
        }
        self.send(call, scene).unwrap_or_else(|refused| refused)
    }

    fn failure(&self, status: u16) -> Answer {
        google::failure(status)
    }

    fn truth(&self) -> Value {
        let mut truth = truth_of(&self.posts);
        truth["dry_runs"] = json!(self.dry_runs);
        truth
    }

    fn connection(&self, url: &str, _seed: u64) -> Value {
        json!({"base_url": url, "topic": "incidents", "service_account": google::key_file(url, "fcm")})
    }

    fn knob(&mut self, name: &str, value: &Value) -> Result<(), String> {
        match name {
            "permitted" => self.permitted = wants_bool(name, value)?,
            "apns_key" => self.apns_key = wants_bool(name, value)?,
            _ => return Err(unknown_knob(name)),
        }
        Ok(())
    }
}
