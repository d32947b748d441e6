//! Bluesky: one account's posts on its server. The same record key written by putRecord is the same
//! post; by createRecord it fails. Must not know latency or faults.

use serde_json::{Value, json};
use unicode_segmentation::UnicodeSegmentation as _;

use super::{Post, StandIn, Window, keep, truth_of, unknown_knob};
use crate::dice;
use crate::history::{Scene, Who};
use crate::wire::{Answer, Call};

const DID: &str = "did:plc:nwstatus5a9db0c55a9db0c5";
const HANDLE: &str = "status.northwind.example";
const COLLECTION: &str = "app.bsky.feed.post";
const GRAPHEMES_MAX: usize = 300;
const BYTES_MAX: usize = 3_000;
const SESSION_MS: i64 = 2 * 60 * 60 * 1_000;
const SIGN_INS: usize = 30;
const SIGN_INS_MS: i64 = 5 * 60 * 1_000;

pub(super) fn owns(path: &str) -> bool {
    path.starts_with("/xrpc/")
}

#[derive(Debug, Default)]
pub(super) struct Bluesky {
    posts: Vec<Post>,
    records: Vec<Value>,
    /// Tokens that were given, with their ends.
    sessions: Vec<(String, i64)>,
    sign_ins: Window,
}

fn password(seed: u64) -> String {
    let text = dice::hex(seed, "bluesky", 16);
    let parts: Vec<&str> = (0..4).map(|part| &text[part * 4..part * 4 + 4]).collect();
    parts.join("-")
}

fn refused(status: u16, error: &str, message: &str) -> Answer {
    Answer::json(status, &json!({"error": error, "message": message}))
}

impl Bluesky {
    fn sign_in(&mut self, call: &Call, scene: &Scene<'_>) -> Answer {
        if self
            .sign_ins
            .take(scene.now_ms, SIGN_INS_MS, SIGN_INS)
            .is_err()
        {
            return self.failure(429);
        }
        let body = call.json().unwrap_or_default();
        if body["identifier"] != HANDLE || body["password"] != password(scene.seed) {
            return refused(
                401,
                "AuthenticationRequired",
                "Invalid identifier or password",
            );
        }
        let number = self.sessions.len();
        let secret = dice::hex(scene.seed, &format!("bluesky session {number}"), 60);
        let token = format!("eyJ0eXAiOiJhdCtqd3QifQ.{secret}.sig");
        self.sessions
            .push((token.clone(), scene.now_ms + SESSION_MS));
        Answer::json(
            200,
            &json!({
                "did": DID, "handle": HANDLE, "active": true,
                "accessJwt": token, "refreshJwt": format!("{token}r"),
            }),
        )
    }

    /// Why a request's session is not taken.
    fn session(&self, call: &Call, now_ms: i64) -> Result<(), Answer> {
        let header = call.header("authorization");
        let Some(given) = header.and_then(|header| header.strip_prefix("Bearer ")) else {
            return Err(refused(401, "AuthMissing", "Authentication Required"));
        };
        match self.sessions.iter().find(|(token, _)| token == given) {
            None => Err(refused(400, "InvalidToken", "Token could not be verified")),
            Some((_, end_ms)) if *end_ms <= now_ms => {
                Err(refused(400, "ExpiredToken", "Token has expired"))
            }
            Some(_) => Ok(()),
        }
    }

    fn write(&mut self, call: &Call, scene: &mut Scene<'_>) -> Result<Answer, Answer> {
        let invalid = |message: &str| refused(400, "InvalidRequest", message);
        let body = call.json().unwrap_or_default();
        let record = &body["record"];
        let text = record["text"].as_str();
        if body["repo"] != DID {
            return Err(invalid("Could not find repo"));
        }
        if body["collection"] != COLLECTION || record["$type"] != COLLECTION {
            return Err(invalid("Invalid collection"));
        }
        let rkey = body["rkey"].as_str().unwrap_or_default().to_owned();
        if !is_tid(&rkey) {
            return Err(invalid(
                "Invalid app.bsky.feed.post record key: Invalid TID string",
            ));
        }
        let (Some(text), Some(_)) = (text, record["createdAt"].as_str()) else {
            return Err(invalid(
                "Invalid app.bsky.feed.post record: Record must have the property \"text\"",
            ));
        };
        if text.graphemes(true).count() > GRAPHEMES_MAX {
            return Err(invalid(
                "Invalid app.bsky.feed.post record: Record/text must not be longer than 300 graphemes (grapheme too big)",
            ));
        }
        if text.len() > BYTES_MAX {
            return Err(invalid(
                "Invalid app.bsky.feed.post record: Record/text must not be longer than 3000 characters",
            ));
        }
        let uri = format!("at://{DID}/{COLLECTION}/{rkey}");
        let place = self.posts.iter().position(|post| post.id == uri);
        match place {
            Some(_) if call.path.ends_with("createRecord") => {
                return Err(refused(500, "InternalServerError", "Internal Server Error"));
            }
            Some(place) => {
                let before = self.posts[place].truth();
                self.posts[place].text = text.to_owned();
                self.records[place] = record.clone();
                let after = self.posts[place].truth();
                if before != after {
                    let target = format!("posts/{uri}");
                    scene.history.record(
                        scene.now_ms,
                        Who::Api,
                        scene.service,
                        target,
                        before,
                        after,
                    );
                }
            }
            None => {
                let post = Post {
                    id: uri.clone(),
                    text: text.to_owned(),
                    key: None,
                    at_ms: scene.now_ms,
                    reactions: super::Reactions::default(),
                    answers: record["reply"]["root"]["uri"].as_str().map(str::to_owned),
                };
                keep(&mut self.posts, post, scene);
                self.records.push(record.clone());
            }
        }
        let cid = format!("bafyrei{}", dice::hex(1, &record.to_string(), 52));
        Ok(Answer::json(
            200,
            &json!({"uri": uri, "cid": cid, "validationStatus": "valid"}),
        ))
    }

    /// The AppView's counts, of the posts that it knows.
    fn views(&self, call: &Call) -> Answer {
        let asked = call.query_list("uris");
        let known = self
            .posts
            .iter()
            .filter(|post| asked.contains(&post.id.as_str()));
        let posts: Vec<Value> = known
            .map(|post| {
                json!({
                    "uri": post.id, "cid": "bafyreisandbox",
                    "author": {"did": DID, "handle": HANDLE},
                    "record": {"text": post.text},
                    "replyCount": post.reactions.replies, "repostCount": post.reactions.shares,
                    "likeCount": post.reactions.likes, "quoteCount": 0,
                })
            })
            .collect();
        Answer::json(200, &json!({"posts": posts}))
    }

    fn read(&self, call: &Call) -> Answer {
        let rkey = call.query("rkey").unwrap_or_default();
        let uri = format!("at://{DID}/{COLLECTION}/{rkey}");
        let place = self.posts.iter().position(|post| post.id == uri);
        match place.filter(|_| call.query("repo") == Some(DID)) {
            Some(place) => Answer::json(
                200,
                &json!({"uri": uri, "cid": "bafyreisandbox", "value": self.records[place]}),
            ),
            None => refused(
                400,
                "RecordNotFound",
                &format!("Could not locate record: {uri}"),
            ),
        }
    }
}

fn is_tid(text: &str) -> bool {
    const ALPHABET: &str = "234567abcdefghijklmnopqrstuvwxyz";
    text.len() == 13
        && text.chars().all(|letter| ALPHABET.contains(letter))
        && text.starts_with(|first| "234567abcdefghij".contains(first))
}

impl StandIn for Bluesky {
    fn answer(&mut self, call: &Call, scene: &mut Scene<'_>) -> Answer {
        let method = call.parts(1);
        let (verb, name) = (
            call.method.as_str(),
            method.first().copied().unwrap_or_default(),
        );
        if (verb, name) == ("POST", "com.atproto.server.createSession") {
            return self.sign_in(call, scene);
        }
        if let Err(refused) = self.session(call, scene.now_ms) {
            return refused;
        }
        match (verb, name) {
            ("GET", "com.atproto.server.getSession") => {
                Answer::json(200, &json!({"did": DID, "handle": HANDLE, "active": true}))
            }
            ("GET", "com.atproto.repo.getRecord") => self.read(call),
            ("GET", "app.bsky.feed.getPosts") => self.views(call),
            ("POST", "com.atproto.repo.putRecord" | "com.atproto.repo.createRecord") => {
                self.write(call, scene).unwrap_or_else(|refused| refused)
            }
            _ => refused(501, "MethodNotImplemented", "Method Not Implemented"),
        }
    }

    fn failure(&self, status: u16) -> Answer {
        let (error, message) = match status {
            400 => ("InvalidRequest", "Invalid request"),
            401 => ("AuthenticationRequired", "Invalid identifier or password"),
            403 => ("Forbidden", "Forbidden"),
            404 => ("NotFound", "Not Found"),
            429 => ("RateLimitExceeded", "Rate Limit Exceeded"),
            _ => ("InternalServerError", "Internal Server Error"),
        };
        refused(status, error, message)
    }

    fn console(&mut self, body: &Value, _scene: &mut Scene<'_>) -> Result<(), String> {
        super::react(&mut self.posts, body)
    }

    fn truth(&self) -> Value {
        truth_of(&self.posts)
    }

    fn connection(&self, url: &str, seed: u64) -> Value {
        json!({"base_url": url, "handle": HANDLE, "app_password": password(seed)})
    }

    fn knob(&mut self, name: &str, _value: &Value) -> Result<(), String> {
        match name {
            "end_sessions" => {
                for (_, end_ms) in &mut self.sessions {
                    *end_ms = i64::MIN;
                }
                Ok(())
            }
            _ => Err(unknown_knob(name)),
        }
    }
}
