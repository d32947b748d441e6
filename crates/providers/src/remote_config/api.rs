//! Remote Config's endpoints: the template with its versions, and what an app fetches of it. Must not
//! know what a parameter means.

use std::sync::Arc;

use cockpit_domain::provider::ErrorKind::{Forbidden, Rejected};
use cockpit_domain::provider::ProviderError;
use cockpit_domain::rehearsal::Rehearsal;
use cockpit_domain::{Service, Time};
use cockpit_say::mark;
use http::Method;
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value, json};
use tokio::sync::Mutex;

use super::config::{App, Connection};
use crate::firebase;
use crate::google::Signed;
use crate::google::message;
use crate::http::{Answer, Body, Call, Client, Http, Limit, Nature, Rule, rule};

/// Google publishes no number; ours is low, as each reading brings the whole template.
const REQUESTS: Limit = Limit {
    burst: 30,
    per_minute: 60,
    reserve: 15,
};
/// What a dry run takes at most: the template and its check, each tried again once.
const DRY_RUN_REQUESTS: u32 = 4;
const SCOPE: &str = "https://www.googleapis.com/auth/firebase.remoteconfig";
/// The version's tag comes only with an answer that may be packed.
const PACKED: (&str, &str) = ("accept-encoding", "gzip");
/// So many of the newest versions are looked through.
const VERSIONS: &str = "100";

static APP_RULES: &[Rule] = &[
    rule(
        400,
        "API key",
        Forbidden,
        mark!("Google does not accept the app's API key, so what the app fetches is not known."),
        mark!(
            "Copy app ID and API key from the Firebase console, Project settings. A key that is restricted to an app's signature cannot be used here."
        ),
    ),
    rule(
        403,
        "",
        Forbidden,
        mark!(
            "Google does not let the app's API key ask for Remote Config, so what the app fetches is not known."
        ),
        mark!(
            "In the Google Cloud console, APIs and services, Credentials: a key that is restricted to an app's signature cannot be used here."
        ),
    ),
    rule(
        400,
        "",
        Rejected,
        mark!("Google does not know the app, so what it fetches is not known."),
        mark!("Copy app ID and API key from the Firebase console, Project settings."),
    ),
];

pub(super) struct Api {
    project: String,
    pub(super) firebase: Signed,
    app: Option<(App, Client)>,
    round: Mutex<Option<(Time, Round)>>,
}

/// The template and what the app fetched, as they were read for the last round of polls.
type Round = (Arc<Template>, Option<Arc<Fetched>>);

/// A round is shared by the polls of so many milliseconds.
const ROUND_MS: u64 = 2_000;

/// The whole template with its version's tag.
pub(super) struct Template {
    pub body: Value,
    pub etag: String,
    pub at: Time,
}

/// What an app fetched: its parameters' values as texts.
pub(super) struct Fetched {
    pub entries: Map<String, Value>,
    pub at: Time,
}

impl Api {
    pub(super) fn new(connection: Connection, http: &Http) -> Api {
        let service = Service::RemoteConfig;
        let Connection {
            base_url,
            project,
            account,
            app,
        } = connection;
        let app = app.map(|app| {
            let client = Client::new(
                http,
                service,
                base_url.clone(),
                REQUESTS,
                APP_RULES,
                message,
            );
            (app, client)
        });
        Api {
            project,
            firebase: firebase::signed(http, service, base_url, account, SCOPE, REQUESTS),
            app,
            round: Mutex::new(None),
        }
    }

    pub(super) fn project(&self) -> &str {
        &self.project
    }

    pub(super) async fn template(&self, urgent: bool) -> Result<Template, ProviderError> {
        let answer = self
            .firebase
            .send(Call {
                arguments: &[&self.project],
                headers: &[PACKED],
                urgent,
                ..Call::get("/v1/projects/{}/remoteConfig")
            })
            .await?;
        let read = |answer: &Answer| {
            Some(Template {
                body: answer.value().filter(Value::is_object)?,
                etag: answer.header("etag")?.to_owned(),
                at: answer.at,
            })
        };
        read(&answer).ok_or_else(|| self.firebase.client.not_understood(Nature::Read))
    }

    /// One reading of everything for all targets that are looked at now. Goes on without what the
    /// app fetches.
    pub(super) async fn polled(&self) -> Result<Round, ProviderError> {
        let mut round = self.round.lock().await;
        let now = self.firebase.client.now();
        if let Some((asked_at, known)) = round.as_ref()
            && now.ms_since(*asked_at) < ROUND_MS
        {
            return Ok(known.clone());
        }
        // One after the other: while the template may not be asked for, nothing is.
        let template = self.template(false).await?;
        let fetched = self.fetched(false).await.ok().flatten();
        let read = (Arc::new(template), fetched.map(Arc::new));
        *round = Some((now, read.clone()));
        Ok(read)
    }

    /// The template as it was at an earlier version.
    pub(super) async fn earlier(&self, number: &str) -> Result<Value, ProviderError> {
        let answer = self
            .firebase
            .send(Call {
                arguments: &[&self.project],
                query: &[("versionNumber", number)],
                urgent: true,
                ..Call::get("/v1/projects/{}/remoteConfig")
            })
            .await?;
        let body = answer.value().filter(Value::is_object);
        body.ok_or_else(|| self.firebase.client.not_understood(Nature::Read))
    }

    /// The newest versions, each with its number and its description, the newest first.
    pub(super) async fn versions(&self) -> Result<Vec<Value>, ProviderError> {
        let answer = self
            .firebase
            .send(Call {
                arguments: &[&self.project],
                query: &[("pageSize", VERSIONS)],
                urgent: true,
                ..Call::get("/v1/projects/{}/remoteConfig:listVersions")
            })
            .await?;
        let versions = answer.value().map(|mut body| body["versions"].take());
        match versions {
            Some(Value::Array(versions)) => Ok(versions),
            Some(Value::Null) => Ok(Vec::new()),
            Some(_) | None => Err(self.firebase.client.not_understood(Nature::Read)),
        }
    }

    /// Publishes the whole template where it still is at this tag. Gives the new version's number.
    pub(super) async fn publish(
        &self,
        body: Value,
        etag: &str,
    ) -> Result<Option<String>, ProviderError> {
        let answer = self.put(body, etag, Nature::Commit, &[]).await;
        // Whatever became of it, what was read before it is old.
        *self.round.lock().await = None;
        let answer = answer?;
        let body = answer.value().filter(|body| body["version"].is_object());
        let Some(body) = body else {
            return Err(self.firebase.client.not_understood(Nature::Commit));
        };
        Ok(body["version"]["versionNumber"].as_str().map(str::to_owned))
    }

    /// Says that no dry run is made, where what it takes is kept for stops.
    pub(super) fn spares_a_dry_run(&self) -> Result<(), Rehearsal> {
        self.firebase.client.spares(DRY_RUN_REQUESTS)
    }

    /// Whether a template could be published; changes nothing.
    pub(super) async fn try_to_publish(&self, template: Template) -> Result<(), ProviderError> {
        let query = [("validate_only", "true")];
        let Template { body, etag, .. } = template;
        self.put(body, &etag, Nature::Read, &query)
            .await
            .map(|_| ())
    }

    async fn put(
        &self,
        body: Value,
        etag: &str,
        nature: Nature,
        query: &[(&str, &str)],
    ) -> Result<Answer, ProviderError> {
        self.firebase
            .send(Call {
                method: Method::PUT,
                arguments: &[&self.project],
                query,
                headers: &[PACKED, ("if-match", etag)],
                body: Body::Json(body),
                nature,
                urgent: nature == Nature::Commit,
                ..Call::get("/v1/projects/{}/remoteConfig")
            })
            .await
    }

    /// What an app fetches; none where no app was entered.
    pub(super) async fn fetched(&self, urgent: bool) -> Result<Option<Fetched>, ProviderError> {
        let Some((app, client)) = &self.app else {
            return Ok(None);
        };
        let call = Call {
            method: Method::POST,
            arguments: &[&app.number],
            headers: &[("x-goog-api-key", app.key.expose_secret())],
            body: Body::Json(json!({"appId": app.id, "appInstanceId": "release-cockpit"})),
            nature: Nature::Read,
            urgent,
            ..Call::get("/v1/projects/{}/namespaces/firebase:fetch")
        };
        let answer = client.send(&call).await?;
        let body = answer.value().filter(|body| body["state"].is_string());
        let Some(mut body) = body else {
            return Err(client.not_understood(Nature::Read));
        };
        let entries = match body["entries"].take() {
            Value::Object(entries) => entries,
            _ => Map::new(),
        };
        Ok(Some(Fetched {
            entries,
            at: answer.at,
        }))
    }
}
