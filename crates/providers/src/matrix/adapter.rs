//! Our words to a homeserver's and back. Must not know how a notice is kept from being posted twice.

use std::fmt;

use async_trait::async_trait;
use cockpit_domain::provider::{CheckItem, CredentialCheck, ProviderError, Reading};
use cockpit_domain::target::{Notice, Posted, Proof};
use cockpit_domain::{Service, Time};
use cockpit_say::say;
use http::{HeaderValue, Method};
use serde_json::{Value, json};

use super::config::Config;
use super::errors::{RULES, message};
use crate::channel::{About, Line, Sought};
use crate::form::note;
use crate::http::{Answer, Body, Call, Client, Http, Limit, Nature};

/// Homeservers set their own limits; Synapse's default for sending is one in five seconds after ten.
const REQUESTS: Limit = Limit {
    burst: 30,
    per_minute: 60,
    reserve: 10,
};
/// Where our key stands in an event; other clients show only what they know.
const OURS: &str = "org.release-cockpit.notice";
/// A notice is looked for among so many newest messages.
const NEWEST: &str = "100";
const MESSAGES_ONLY: &str = r#"{"types":["m.room.message"]}"#;

pub(crate) struct Matrix {
    config: Config,
    client: Client,
    about: About,
}

impl Matrix {
    pub(super) fn new(config: Config, http: &Http) -> Matrix {
        let base_url = config.base_url.clone();
        Matrix {
            client: Client::new(http, Service::Matrix, base_url, REQUESTS, RULES, message),
            about: About {
                service: Service::Matrix,
                name: config.room.clone(),
                goes_to: format!("room {}", config.room),
                proof: Proof::Shown,
                repeatable: true,
                conditional_write: false,
            },
            config,
        }
    }

    fn authorization(&self) -> Option<HeaderValue> {
        Some(self.config.authorization.clone())
    }

    async fn messages(&self, limit: &str, urgent: bool) -> Result<(Value, Answer), ProviderError> {
        let call = Call {
            authorization: self.authorization(),
            arguments: &[&self.config.room],
            query: &[("dir", "b"), ("limit", limit), ("filter", MESSAGES_ONLY)],
            urgent,
            ..Call::get("/_matrix/client/v3/rooms/{}/messages")
        };
        self.client.json(&call).await
    }

    /// Whether people in the room expect messages to be encrypted, which a notice is not.
    async fn is_encrypted(&self) -> Result<bool, ProviderError> {
        let call = Call {
            authorization: self.authorization(),
            arguments: &[&self.config.room],
            ..Call::get("/_matrix/client/v3/rooms/{}/state/m.room.encryption")
        };
        let answer = self.client.raw(&call).await?;
        match answer.status {
            404 => Ok(false),
            status if (200..300).contains(&status) => Ok(true),
            _ => Err(self.client.refused(&answer, Nature::Read)),
        }
    }
}

#[async_trait]
impl Line for Matrix {
    fn about(&self) -> &About {
        &self.about
    }

    async fn check(&self) -> Result<CredentialCheck, ProviderError> {
        let mut check = CredentialCheck { items: Vec::new() };
        let who = self
            .client
            .json::<Value>(&Call {
                authorization: self.authorization(),
                ..Call::get("/_matrix/client/v3/account/whoami")
            })
            .await;
        let named = match &who {
            Ok((body, _)) => say!(
                "The token belongs to {}.",
                body["user_id"].as_str().unwrap_or(say!("an account"))
            ),
            Err(_) => String::new(),
        };
        if note(&mut check, say!("Access token"), who.map(|_| ()), &named)? {
            let read = self.messages("1", false).await.map(|_| ());
            let readable =
                say!("Messages can be read. Whether they may be sent shows only when one is.");
            if note(&mut check, say!("Room"), read, readable)? {
                let encrypted = self.is_encrypted().await?;
                check.items.push(CheckItem {
                    permission: say!("Room without encryption").to_owned(),
                    ok: !encrypted,
                    sentence: if encrypted {
                        say!("The room is encrypted and notices are not: clients mark them with a warning. Use a room without encryption.")
                    } else {
                        say!("The room is not encrypted, as a room for notices should be.")
                    }
                    .to_owned(),
                });
            }
        }
        Ok(check)
    }

    async fn standing(
        &self,
        reading: Reading,
        _sought: &[Sought],
    ) -> Result<(Vec<Posted>, Time), ProviderError> {
        let (body, answer) = self.messages(NEWEST, reading != Reading::Poll).await?;
        let events = body["chunk"].as_array().into_iter().flatten();
        let found = events
            .filter_map(|event| {
                Some(Posted {
                    key: event["content"][OURS]["key"].as_str()?.to_owned(),
                    id: event["event_id"].as_str().map(str::to_owned),
                })
            })
            .collect();
        Ok((found, answer.at))
    }

    async fn post(&self, notice: &Notice) -> Result<Option<String>, ProviderError> {
        self.say(notice, None).await
    }

    async fn post_after(
        &self,
        notice: &Notice,
        first: &str,
    ) -> Result<Option<String>, ProviderError> {
        self.say(notice, Some(first)).await
    }
}

impl Matrix {
    async fn say(
        &self,
        notice: &Notice,
        first: Option<&str>,
    ) -> Result<Option<String>, ProviderError> {
        let mut content = json!({
            "msgtype": "m.text",
            "body": notice.as_text(),
            OURS: {"key": notice.key},
        });
        if let Some(first) = first {
            // A program that knows no threads shows it as a reply.
            content["m.relates_to"] = json!({
                "rel_type": "m.thread",
                "event_id": first,
                "is_falling_back": true,
                "m.in_reply_to": {"event_id": first},
            });
        }
        let call = Call {
            authorization: self.authorization(),
            method: Method::PUT,
            // The transaction is the notice's key: the same one again is the same event.
            arguments: &[&self.config.room, &notice.key],
            body: Body::Json(content),
            nature: Nature::Commit,
            urgent: true,
            ..Call::get("/_matrix/client/v3/rooms/{}/send/m.room.message/{}")
        };
        let (body, _) = self.client.json::<Value>(&call).await?;
        Ok(body["event_id"].as_str().map(str::to_owned))
    }
}

impl fmt::Debug for Matrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Matrix")
            .field("room", &self.config.room)
            .finish_non_exhaustive()
    }
}
