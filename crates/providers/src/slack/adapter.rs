//! Our words to Slack's and back. Must not know how a notice is kept from being posted twice.

use std::fmt;

use async_trait::async_trait;
use cockpit_domain::engagement::Engagement;
use cockpit_domain::provider::{CredentialCheck, ProviderError, Reading};
use cockpit_domain::target::{Notice, Posted, Proof};
use cockpit_domain::{Service, Time};
use cockpit_say::say;
use http::Method;
use serde_json::{Value, json};

use super::config::Config;
use super::errors::{RULES, message, status_of};
use crate::channel::{About, Line, Sought};
use crate::form::note;
use crate::http::{Answer, Body, Call, Client, Http, Limit, Nature};

/// Slack allows at least 50 readings a minute to an app of one's own workspace, and about one
/// message a second in a channel.
const REQUESTS: Limit = Limit {
    burst: 30,
    per_minute: 40,
    reserve: 10,
};
/// What marks a message as a notice of ours.
const EVENT_TYPE: &str = "release_cockpit_notice";
/// A notice is looked for among so many newest messages.
const NEWEST: &str = "100";

pub(crate) struct Slack {
    config: Config,
    client: Client,
    about: About,
}

impl Slack {
    pub(super) fn new(config: Config, http: &Http) -> Slack {
        let base_url = config.base_url.clone();
        Slack {
            client: Client::new(http, Service::Slack, base_url, REQUESTS, RULES, message),
            about: About {
                service: Service::Slack,
                name: config.channel.clone(),
                goes_to: format!("channel {}", config.channel),
                proof: Proof::Shown,
                repeatable: false,
                conditional_write: false,
            },
            config,
        }
    }

    /// A refusal comes as HTTP 200 with `ok: false`.
    async fn call(&self, call: Call<'_>) -> Result<(Value, Answer), ProviderError> {
        let call = Call {
            authorization: Some(self.config.authorization.clone()),
            ..call
        };
        let answer = self.client.send(&call).await?;
        let body = answer.value().filter(|body| body["ok"].is_boolean());
        let Some(body) = body else {
            return Err(self.client.not_understood(call.nature));
        };
        if body["ok"] == true {
            return Ok((body, answer));
        }
        let status = status_of(body["error"].as_str().unwrap_or_default());
        Err(self
            .client
            .refused(&Answer { status, ..answer }, call.nature))
    }

    async fn history(&self, limit: &str, urgent: bool) -> Result<(Value, Answer), ProviderError> {
        self.call(Call {
            query: &[
                ("channel", self.config.channel.as_str()),
                ("limit", limit),
                ("include_all_metadata", "true"),
            ],
            urgent,
            ..Call::get("/api/conversations.history")
        })
        .await
    }
}

#[async_trait]
impl Line for Slack {
    fn about(&self) -> &About {
        &self.about
    }

    async fn check(&self) -> Result<CredentialCheck, ProviderError> {
        let mut check = CredentialCheck { items: Vec::new() };
        let signed_in = self.call(Call::get("/api/auth.test")).await;
        let (who, scopes) = match &signed_in {
            Ok((body, answer)) => (
                say!(
                    "The token belongs to {} in {}.",
                    body["user"].as_str().unwrap_or(say!("a bot")),
                    body["team"].as_str().unwrap_or(say!("a workspace"))
                ),
                answer.header("x-oauth-scopes").map(str::to_owned),
            ),
            Err(_) => (String::new(), None),
        };
        if note(&mut check, say!("Bot token"), signed_in.map(|_| ()), &who)? {
            let read = self.history("1", false).await.map(|_| ());
            note(
                &mut check,
                "channels:history",
                read,
                say!("Messages can be read."),
            )?;
            let may_write = scopes
                .as_deref()
                .is_none_or(|all| all.split(',').any(|scope| scope.trim() == "chat:write"));
            check.items.push(cockpit_domain::provider::CheckItem {
                permission: "chat:write".to_owned(),
                ok: may_write,
                sentence: match (may_write, scopes.is_some()) {
                    (true, true) => say!("The bot may post.").to_owned(),
                    (true, false) => {
                        say!("Whether the bot may post shows only when a notice is posted.")
                            .to_owned()
                    }
                    (false, _) => {
                        say!("The bot may not post. Give the app chat:write and install it again.")
                            .to_owned()
                    }
                },
            });
        }
        Ok(check)
    }

    async fn standing(
        &self,
        reading: Reading,
        _sought: &[Sought],
    ) -> Result<(Vec<Posted>, Time), ProviderError> {
        let (body, answer) = self.history(NEWEST, reading != Reading::Poll).await?;
        let messages = body["messages"].as_array().into_iter().flatten();
        let found = messages
            .filter(|it| it["metadata"]["event_type"] == EVENT_TYPE)
            .filter_map(|it| {
                Some(Posted {
                    key: it["metadata"]["event_payload"]["key"].as_str()?.to_owned(),
                    id: it["ts"].as_str().map(str::to_owned),
                })
            })
            .collect();
        Ok((found, answer.at))
    }

    async fn engagement(&self, posts: &[String]) -> Result<Vec<Engagement>, ProviderError> {
        let (body, _) = self.history(NEWEST, false).await?;
        let messages = body["messages"].as_array().into_iter().flatten();
        let found = messages.filter_map(|it| {
            let id = it["ts"]
                .as_str()
                .filter(|id| posts.iter().any(|of| of == id))?;
            // Slack leaves both out of a message that nobody answered.
            let reactions = it["reactions"].as_array().into_iter().flatten();
            Some(Engagement {
                id: id.to_owned(),
                likes: Some(reactions.filter_map(|it| it["count"].as_u64()).sum()),
                shares: None,
                replies: Some(it["reply_count"].as_u64().unwrap_or(0)),
            })
        });
        Ok(found.collect())
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

impl Slack {
    async fn say(
        &self,
        notice: &Notice,
        first: Option<&str>,
    ) -> Result<Option<String>, ProviderError> {
        let mut message = json!({
            "channel": self.config.channel,
            "text": escaped(&notice.as_text()),
            "mrkdwn": false,
            "unfurl_links": false,
            "unfurl_media": false,
            "metadata": {"event_type": EVENT_TYPE, "event_payload": {"key": notice.key}},
        });
        if let Some(first) = first {
            message["thread_ts"] = json!(first);
            // Else only who follows the thread sees it, and the channel's history does not have it.
            message["reply_broadcast"] = json!(true);
        }
        let (body, _) = self
            .call(Call {
                method: Method::POST,
                body: Body::Json(message),
                nature: Nature::Commit,
                urgent: true,
                ..Call::get("/api/chat.postMessage")
            })
            .await?;
        Ok(body["ts"].as_str().map(str::to_owned))
    }
}

/// Slack reads these three as the beginning of a link or a mention.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

impl fmt::Debug for Slack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slack")
            .field("channel", &self.config.channel)
            .finish_non_exhaustive()
    }
}
