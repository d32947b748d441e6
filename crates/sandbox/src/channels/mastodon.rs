//! Mastodon: one account's statuses. A key holds for an hour; a status carries none. Must not know
//! latency or faults.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use unicode_segmentation::UnicodeSegmentation as _;

use super::{Post, StandIn, Window, keep, truth_of, unknown_knob};
use crate::clock::rfc3339_ms;
use crate::dice;
use crate::history::Scene;
use crate::wire::{Answer, Call};

const ACCOUNT: &str = "109348276450123456";
const TEXT_MAX: usize = 500;
const KEY_LASTS_MS: i64 = 60 * 60 * 1_000;
const WINDOW_MS: i64 = 5 * 60 * 1_000;
const REQUESTS_MAX: usize = 300;

pub(super) fn owns(path: &str) -> bool {
    path.starts_with("/api/v1/") || path.starts_with("/api/v2/")
}

#[derive(Debug, Default)]
pub(super) struct Mastodon {
    posts: Vec<Post>,
    /// A request's key with the number of its status and when it came.
    keys: BTreeMap<String, (usize, i64)>,
    requests: Window,
}

fn token(seed: u64) -> String {
    dice::hex(seed, "mastodon", 43)
}

fn refused(status: u16, message: &str) -> Answer {
    Answer::json(status, &json!({"error": message}))
}

impl Mastodon {
    fn post(&mut self, call: &Call, scene: &mut Scene<'_>) -> Answer {
        let key = call.header("idempotency-key").map(str::to_owned);
        if let Some((number, at_ms)) = key.as_ref().and_then(|key| self.keys.get(key))
            && scene.now_ms - at_ms < KEY_LASTS_MS
        {
            return Answer::json(200, &status(&self.posts[*number]));
        }
        let body = call.json().unwrap_or_default();
        let text = body["status"].as_str().unwrap_or_default();
        if text.trim().is_empty() {
            return refused(422, "Validation failed: Text can't be blank");
        }
        if length(text) > TEXT_MAX {
            return refused(
                422,
                "Validation failed: Text character limit of 500 exceeded",
            );
        }
        let answers = body["in_reply_to_id"].as_str().map(str::to_owned);
        let known = |id: &String| self.posts.iter().any(|post| post.id == *id);
        if answers.as_ref().is_some_and(|id| !known(id)) {
            return refused(
                404,
                "The post you are trying to reply to does not appear to exist.",
            );
        }
        let number = self.posts.len();
        let post = Post {
            id: format!("{}", 110_000_000_000_000_000_u64 + number as u64),
            text: text.to_owned(),
            key: key.clone(),
            at_ms: scene.now_ms,
            reactions: super::Reactions::default(),
            answers,
        };
        let answer = status(&post);
        keep(&mut self.posts, post, scene);
        if let Some(key) = key {
            self.keys.insert(key, (number, scene.now_ms));
        }
        Answer::json(200, &answer)
    }
}

/// Characters as people see them; an address counts as 23.
fn length(text: &str) -> usize {
    text.split_inclusive(char::is_whitespace)
        .map(|word| {
            let bare = word
                .trim_end()
                .trim_end_matches(['.', ',', ';', ':', ')', '?']);
            if let Some(from) = bare.find("https://").or_else(|| bare.find("http://")) {
                let around = [&word[..from], &word[bare.len()..]];
                23 + around
                    .map(|it| it.graphemes(true).count())
                    .iter()
                    .sum::<usize>()
            } else {
                word.graphemes(true).count()
            }
        })
        .sum()
}

fn status(post: &Post) -> Value {
    json!({
        "id": post.id,
        "created_at": rfc3339_ms(post.at_ms),
        "in_reply_to_id": post.answers,
        "visibility": "public",
        "language": "en",
        "uri": format!("https://mastodon.example/users/northwind/statuses/{}", post.id),
        "content": html(&post.text),
        "replies_count": post.reactions.replies,
        "reblogs_count": post.reactions.shares,
        "favourites_count": post.reactions.likes,
        "account": {"id": ACCOUNT, "acct": "northwind"},
    })
}

/// What the server makes of a text: paragraphs, breaks, and addresses as links.
fn html(text: &str) -> String {
    let paragraphs = text.split("\n\n").map(|paragraph| {
        let lines: Vec<String> = paragraph
            .lines()
            .map(|line| line.split(' ').map(word).collect::<Vec<_>>().join(" "))
            .collect();
        format!("<p>{}</p>", lines.join("<br />"))
    });
    paragraphs.collect()
}

fn word(word: &str) -> String {
    let escaped = word
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;");
    match escaped.strip_prefix("https://") {
        Some(rest) => format!(
            "<a href=\"{escaped}\" rel=\"nofollow noopener\"><span class=\"invisible\">https://</span><span class=\"\">{rest}</span></a>"
        ),
        None => escaped,
    }
}

impl StandIn for Mastodon {
    fn answer(&mut self, call: &Call, scene: &mut Scene<'_>) -> Answer {
        if self
            .requests
            .take(scene.now_ms, WINDOW_MS, REQUESTS_MAX)
            .is_err()
        {
            return self.failure(429).header("x-ratelimit-remaining", "0");
        }
        let header = call.header("authorization");
        if header.and_then(|header| header.strip_prefix("Bearer ")) != Some(&token(scene.seed)) {
            return self.failure(401);
        }
        let parts = call.parts(2);
        let answer = match (call.method.as_str(), parts.as_slice()) {
            ("GET", ["accounts", "verify_credentials"]) => Answer::json(
                200,
                &json!({"id": ACCOUNT, "username": "northwind", "acct": "northwind", "source": {"privacy": "public"}}),
            ),
            ("GET", ["accounts", ACCOUNT, "statuses"]) => {
                let limit = call
                    .query("limit")
                    .and_then(|text| text.parse().ok())
                    .unwrap_or(20_usize)
                    .min(40);
                let newest: Vec<Value> = self.posts.iter().rev().take(limit).map(status).collect();
                Answer::json(200, &json!(newest))
            }
            ("POST", ["statuses"]) => self.post(call, scene),
            _ => refused(404, "Record not found"),
        };
        answer
            .header("x-ratelimit-limit", REQUESTS_MAX.to_string())
            .header(
                "x-ratelimit-remaining",
                self.requests.left(REQUESTS_MAX).to_string(),
            )
    }

    fn failure(&self, status: u16) -> Answer {
        let message = match status {
            401 => "The access token is invalid",
            403 => "This action is outside the authorized scopes",
            404 => "Record not found",
            422 => "Validation failed",
            429 => "Too many requests",
            _ => "Something went wrong",
        };
        refused(status, message)
    }

    fn console(&mut self, body: &Value, _scene: &mut Scene<'_>) -> Result<(), String> {
        super::react(&mut self.posts, body)
    }

    fn truth(&self) -> Value {
        truth_of(&self.posts)
    }

    fn connection(&self, url: &str, seed: u64) -> Value {
        json!({"base_url": url, "token": token(seed)})
    }

    fn knob(&mut self, name: &str, _value: &Value) -> Result<(), String> {
        Err(unknown_knob(name))
    }
}
