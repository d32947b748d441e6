//! Our words to FCM's. Must not know how a notice is kept from being sent twice.

use std::fmt;

use async_trait::async_trait;
use cockpit_domain::provider::{CredentialCheck, ProviderError, Reading};
use cockpit_domain::target::{Notice, Posted, Proof};
use cockpit_domain::{Service, Time};
use cockpit_say::say;
use http::Method;
use serde_json::{Value, json};

use super::config::{Config, To};
use crate::channel::{About, Line, Sought};
use crate::firebase;
use crate::form::note;
use crate::google::Signed;
use crate::http::{Body, Call, Http, Limit, Nature};

/// FCM allows 600 000 messages a minute to a project; a notice is one message to a topic.
const REQUESTS: Limit = Limit {
    burst: 30,
    per_minute: 60,
    reserve: 15,
};
const SCOPE: &str = "https://www.googleapis.com/auth/firebase.messaging";
/// To show that FCM answers, a dry run this old is new enough, in milliseconds.
const DRY_RUN_LASTS_MS: u64 = 5 * 60 * 1_000;
/// A phone that comes back later than this gets nothing: old news of an incident harms.
const LASTS: &str = "14400s";

pub(crate) struct Fcm {
    project: String,
    to: To,
    firebase: Signed,
    about: About,
    answered_at: tokio::sync::Mutex<Option<Time>>,
}

impl Fcm {
    pub(super) fn new(config: Config, http: &Http) -> Fcm {
        let (kind, to) = match &config.to {
            To::Topic(topic) => (topic.as_str(), format!("topic {topic}")),
            To::Condition(condition) => ("condition", format!("condition {condition}")),
        };
        Fcm {
            about: About {
                service: Service::Fcm,
                name: format!("{}/{kind}", config.project),
                goes_to: to,
                proof: Proof::Accepted,
                repeatable: false,
                conditional_write: false,
            },
            firebase: firebase::signed(
                http,
                Service::Fcm,
                config.base_url,
                config.account,
                SCOPE,
                REQUESTS,
            ),
            project: config.project,
            to: config.to,
            answered_at: tokio::sync::Mutex::default(),
        }
    }

    /// A dry run is judged by FCM as the message itself would be, and reaches nobody.
    async fn send(
        &self,
        message: &Value,
        dry_run: bool,
        urgent: bool,
    ) -> Result<(Value, Time), ProviderError> {
        let nature = if dry_run {
            Nature::Prepare
        } else {
            Nature::Commit
        };
        let call = Call {
            method: Method::POST,
            arguments: &[&self.project],
            body: Body::Json(json!({"validateOnly": dry_run, "message": message})),
            nature,
            urgent,
            ..Call::get("/v1/projects/{}/messages:send")
        };
        let answer = self.firebase.send(call).await?;
        let body = answer
            .value()
            .filter(|body| body["name"].is_string())
            .ok_or_else(|| self.firebase.client.not_understood(nature))?;
        Ok((body, answer.at))
    }

    fn message(&self, title: &str, body: &str) -> Value {
        let mut message = json!({"notification": {"title": title, "body": body}});
        match &self.to {
            To::Topic(topic) => message["topic"] = json!(topic),
            To::Condition(condition) => message["condition"] = json!(condition),
        }
        message
    }

    async fn dry_run(&self, urgent: bool) -> Result<Time, ProviderError> {
        let message = self.message("Test", "A dry run that reaches nobody.");
        Ok(self.send(&message, true, urgent).await?.1)
    }
}

#[async_trait]
impl Line for Fcm {
    fn about(&self) -> &About {
        &self.about
    }

    async fn check(&self) -> Result<CredentialCheck, ProviderError> {
        let mut check = CredentialCheck { items: Vec::new() };
        let signed_in = self.firebase.signed_in(false).await;
        let who = say!("Signed in as {}.", self.firebase.email());
        if note(&mut check, say!("Service account"), signed_in, &who)? {
            let tried = self.dry_run(false).await.map(|_| ());
            note(
                &mut check,
                "cloudmessaging.messages.create",
                tried,
                say!("A message was tried in a dry run and would be taken. Nobody got it."),
            )?;
        }
        Ok(check)
    }

    async fn standing(
        &self,
        reading: Reading,
        _sought: &[Sought],
    ) -> Result<(Vec<Posted>, Time), ProviderError> {
        let mut answered_at = self.answered_at.lock().await;
        let now = self.firebase.client.now();
        if let Some(at) = *answered_at
            && reading == Reading::Poll
            && now.ms_since(at) < DRY_RUN_LASTS_MS
        {
            return Ok((Vec::new(), at));
        }
        *answered_at = None;
        let at = self.dry_run(reading != Reading::Poll).await?;
        *answered_at = Some(at);
        Ok((Vec::new(), at))
    }

    async fn post(&self, notice: &Notice) -> Result<Option<String>, ProviderError> {
        let mut message = self.message(&notice.title, &notice.body);
        message["data"] = json!({"notice": notice.key});
        // A phone that gets the message twice shows it once: both systems replace by these.
        message["android"] = json!({
            "priority": "HIGH",
            "ttl": LASTS,
            "notification": {"tag": notice.key},
        });
        message["apns"] = json!({"headers": {
            "apns-collapse-id": notice.key.get(..64).unwrap_or(&notice.key),
            "apns-expiration": expiry(self.firebase.client.now()),
        }});
        self.send(&message, true, true).await?;
        let (body, _) = self.send(&message, false, true).await?;
        Ok(body["name"].as_str().map(str::to_owned))
    }
}

/// Apple takes the moment in seconds since 1970, as text.
fn expiry(now: Time) -> String {
    let seconds: i64 = LASTS.trim_end_matches('s').parse().unwrap_or_default();
    (now.as_ms() / 1_000 + seconds).to_string()
}

impl fmt::Debug for Fcm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fcm")
            .field("project", &self.project)
            .field("to", &self.to)
            .finish_non_exhaustive()
    }
}
