//! The Publishing API's endpoints, without meaning. Must not know our words.

use cockpit_domain::Service;
use cockpit_domain::provider::{ErrorKind, ProviderError};
use cockpit_say::say;
use http::{HeaderValue, Method};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::config::Config;
use super::errors::{RULES, message, status_of};
use super::wire::{Info, Ret, number, percent, text};
use crate::http::{Answer, Body, Call, Client, Http, Limit, Nature, Token, TokenCache};

/// No number is published; this is ours.
const REQUESTS: Limit = Limit {
    burst: 60,
    per_minute: 120,
    reserve: 20,
};

/// Which side of an app is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// The full release.
    Full,
    /// The phased one.
    Phased,
}

impl Side {
    fn release_type(self) -> &'static str {
        match self {
            Self::Full => "1",
            Self::Phased => "3",
        }
    }
}

pub(super) struct Api {
    package: String,
    client_id: String,
    client_secret: SecretString,
    client: Client,
    token: TokenCache,
    /// The app's number at Huawei, which never changes.
    app: OnceCell<String>,
}

impl Api {
    pub(super) fn new(config: Config, http: &Http) -> Api {
        Api {
            client: Client::new(
                http,
                Service::HuaweiAppGallery,
                config.base_url,
                REQUESTS,
                RULES,
                message,
            ),
            package: config.package,
            client_id: config.client_id,
            client_secret: config.client_secret,
            token: TokenCache::default(),
            app: OnceCell::new(),
        }
    }

    pub(super) fn package(&self) -> &str {
        &self.package
    }

    /// Signs in when there is no token that lasts.
    pub(super) async fn sign_in(&self, urgent: bool) -> Result<HeaderValue, ProviderError> {
        self.token
            .get(self.client.now(), self.fetch_token(urgent))
            .await
    }

    /// The app's number at Huawei.
    pub(super) async fn app(&self, urgent: bool) -> Result<&str, ProviderError> {
        let found = self.app.get_or_try_init(|| self.find(urgent)).await?;
        Ok(found)
    }

    async fn find(&self, urgent: bool) -> Result<String, ProviderError> {
        let query = [("packageName", self.package.as_str())];
        let call = Call {
            query: &query,
            urgent,
            ..Call::get("/api/publish/v2/appid-list")
        };
        let (body, _) = self.ask(call).await?;
        let apps = body["appids"].as_array();
        apps.and_then(|apps| apps.first())
            .and_then(|app| text(&app["value"]))
            .ok_or_else(|| {
                ProviderError::new(
                    ErrorKind::NotFound,
                    say!(
                        "Huawei AppGallery knows no app {} of this team.",
                        self.package
                    ),
                )
                .hint(say!(
                    "Check the package name, and that the API client belongs to the app's team."
                ))
            })
    }

    /// What stands on one side of the app.
    pub(super) async fn info(
        &self,
        side: Side,
        urgent: bool,
    ) -> Result<(Info, Answer), ProviderError> {
        let app = self.app(urgent).await?;
        let query = [("appId", app), ("releaseType", side.release_type())];
        let call = Call {
            query: &query,
            urgent,
            ..Call::get("/api/publish/v2/app-info")
        };
        let (body, answer) = self.ask(call).await?;
        Ok((Info::of(&body), answer))
    }

    /// Suspends the phased release, or lets it go on at the share that it has.
    pub(super) async fn set_state(&self, state: &str) -> Result<(), ProviderError> {
        let app = self.app(true).await?;
        self.change(
            "/api/publish/v2/phased-release/state",
            &[("appId", app)],
            json!({"state": state}),
        )
        .await
    }

    /// Lets the phased release reach this share.
    pub(super) async fn set_share(&self, bps: u32) -> Result<(), ProviderError> {
        let app = self.app(true).await?;
        self.change(
            "/api/publish/v2/phased-release",
            &[("appId", app), ("releaseType", Side::Phased.release_type())],
            json!({"state": "RELEASE", "phasedReleasePercent": percent(bps)}),
        )
        .await
    }

    /// Makes the phased release the full one.
    pub(super) async fn complete(&self) -> Result<(), ProviderError> {
        let app = self.app(true).await?;
        self.change(
            "/api/publish/v2/phased-release",
            &[("appId", app), ("releaseType", Side::Full.release_type())],
            json!({}),
        )
        .await
    }

    async fn change(
        &self,
        template: &'static str,
        query: &[(&str, &str)],
        body: Value,
    ) -> Result<(), ProviderError> {
        let call = Call {
            method: Method::PUT,
            query,
            body: Body::Json(body),
            nature: Nature::Commit,
            urgent: true,
            ..Call::get(template)
        };
        self.ask(call).await.map(|_| ())
    }

    /// A refusal comes as HTTP 200 with a code other than 0.
    async fn ask(&self, call: Call<'_>) -> Result<(Value, Answer), ProviderError> {
        let nature = call.nature;
        let outcome = self.once(&call).await;
        match &outcome {
            Err(error) if error.kind == ErrorKind::Unauthorized => self.token.forget().await,
            Ok(_) | Err(_) => return outcome,
        }
        if nature == Nature::Commit {
            return outcome;
        }
        // A token can be revoked before its time: a new one is tried once.
        self.once(&call).await
    }

    async fn once(&self, call: &Call<'_>) -> Result<(Value, Answer), ProviderError> {
        let headers = [("client_id", self.client_id.as_str())];
        let call = Call {
            headers: &headers,
            authorization: Some(self.sign_in(call.urgent).await?),
            ..call.clone()
        };
        let answer = self.client.send(&call).await?;
        let body = answer.value();
        match body.as_ref().and_then(Ret::of) {
            Some(Ret { code: 0 }) => Ok((body.unwrap_or_default(), answer)),
            Some(ret) => {
                let status = status_of(&ret);
                Err(self
                    .client
                    .refused(&Answer { status, ..answer }, call.nature))
            }
            None => Err(self.client.not_understood(call.nature)),
        }
    }

    /// A success has no envelope; a refusal has, with HTTP 200.
    async fn fetch_token(&self, urgent: bool) -> Result<Token, ProviderError> {
        let call = Call {
            method: Method::POST,
            body: Body::Json(json!({
                "grant_type": "client_credentials",
                "client_id": self.client_id,
                "client_secret": self.client_secret.expose_secret(),
            })),
            urgent,
            ..Call::get("/api/oauth2/v1/token")
        };
        let answer = self.client.send(&call).await?;
        let body = answer.value().unwrap_or_default();
        if Ret::of(&body).is_some_and(|ret| ret.code != 0) {
            return Err(self.client.refused(
                &Answer {
                    status: 401,
                    ..answer
                },
                Nature::Read,
            ));
        }
        let now = self.client.now();
        let lasts_s = number(&body["expires_in"]).and_then(|it| u64::try_from(it).ok());
        body["access_token"]
            .as_str()
            .zip(lasts_s)
            .and_then(|(token, lasts_s)| {
                Token::bearer(token, now, now + lasts_s.saturating_mul(1_000))
            })
            .ok_or_else(|| self.client.not_understood(Nature::Read))
    }
}
