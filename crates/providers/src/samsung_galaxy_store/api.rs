//! The Content Publish API's endpoints, without meaning. Must not know our words.

use cockpit_domain::Service;
use cockpit_domain::provider::{ErrorKind, ProviderError};
use cockpit_say::say;
use http::{HeaderValue, Method};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::config::Config;
use super::errors::{RULES, message};
use super::wire::{Binary, Claims, Listing, Rate, listings, result_code, staged};
use crate::http::{Answer, Body, Call, Client, Http, Limit, Nature, Token, TokenCache, sensitive};

/// No number is published; this is ours.
const REQUESTS: Limit = Limit {
    burst: 60,
    per_minute: 120,
    reserve: 20,
};
/// Samsung takes an assertion of 20 minutes at most.
const ASSERTION_S: i64 = 15 * 60;
const ASSERTION_BACK_S: i64 = 60;
/// A token ends only when it is revoked; after so long another is asked for all the same.
const TOKEN_MS: u64 = 30 * 24 * 3_600 * 1_000;
const SALE: &str = "SALE";

pub(super) struct Api {
    content_id: String,
    account: String,
    key: EncodingKey,
    client: Client,
    token: TokenCache,
}

impl Api {
    pub(super) fn new(config: Config, http: &Http) -> Api {
        Api {
            client: Client::new(
                http,
                Service::SamsungGalaxyStore,
                config.base_url,
                REQUESTS,
                RULES,
                message,
            ),
            content_id: config.content_id,
            account: config.account,
            key: config.key,
            token: TokenCache::default(),
        }
    }

    pub(super) fn content_id(&self) -> &str {
        &self.content_id
    }

    /// Signs in when there is no token.
    pub(super) async fn sign_in(&self, urgent: bool) -> Result<HeaderValue, ProviderError> {
        self.token
            .get(self.client.now(), self.fetch_token(urgent))
            .await
    }

    /// What is for sale, and what is being changed beside it.
    pub(super) async fn listings(
        &self,
        urgent: bool,
    ) -> Result<(Vec<Listing>, Answer), ProviderError> {
        let query = [("contentId", self.content_id.as_str())];
        let call = Call {
            query: &query,
            urgent,
            ..Call::get("/seller/contentInfo")
        };
        let (body, answer) = self.ask(call).await?;
        let found = listings(&body).ok_or_else(|| self.client.not_understood(Nature::Read))?;
        Ok((found, answer))
    }

    /// The binaries that are for sale, each with its part in a staged rollout.
    pub(super) async fn staged(&self, urgent: bool) -> Result<Vec<Binary>, ProviderError> {
        let body = self
            .of_sale("/seller/v2/content/stagedRolloutBinary", urgent)
            .await?;
        staged(&body).ok_or_else(|| self.client.not_understood(Nature::Read))
    }

    /// The share of people who get what rolls out.
    pub(super) async fn rate(&self, urgent: bool) -> Result<Rate, ProviderError> {
        let body = self
            .of_sale("/seller/v2/content/stagedRolloutRate", urgent)
            .await?;
        Rate::of(&body).ok_or_else(|| self.client.not_understood(Nature::Read))
    }

    async fn of_sale(&self, template: &'static str, urgent: bool) -> Result<Value, ProviderError> {
        let query = [("contentId", self.content_id.as_str()), ("appStatus", SALE)];
        let call = Call {
            query: &query,
            urgent,
            ..Call::get(template)
        };
        Ok(self.ask(call).await?.0)
    }

    /// Raises the share, in whole per cents.
    pub(super) async fn raise(&self, per_cent: u32) -> Result<(), ProviderError> {
        let body = json!({
            "contentId": self.content_id,
            "function": "ENABLE_ROLLOUT",
            "appStatus": SALE,
            "rolloutRate": per_cent,
        });
        self.set_rate(body).await
    }

    /// Ends the staged rollout, which gives the release to everybody.
    pub(super) async fn disable(&self) -> Result<(), ProviderError> {
        let body = json!({
            "contentId": self.content_id,
            "function": "DISABLE_ROLLOUT",
            "appStatus": SALE,
        });
        self.set_rate(body).await
    }

    async fn set_rate(&self, body: Value) -> Result<(), ProviderError> {
        let call = Call {
            method: Method::PUT,
            body: Body::Json(body),
            nature: Nature::Commit,
            urgent: true,
            ..Call::get("/seller/v2/content/stagedRolloutRate")
        };
        let nature = call.nature;
        let (body, _) = self.ask(call).await?;
        // Without a code it is no answer of this request.
        match result_code(&body) {
            Some(_) => Ok(()),
            None => Err(self.client.not_understood(nature)),
        }
    }

    /// Suspends the sale of the whole app.
    pub(super) async fn suspend_sale(&self) -> Result<(), ProviderError> {
        let call = Call {
            method: Method::POST,
            body: Body::Json(json!({
                "contentId": self.content_id,
                "contentStatus": "SUSPENDED",
            })),
            nature: Nature::Commit,
            urgent: true,
            ..Call::get("/seller/contentStatusUpdate")
        };
        let nature = call.nature;
        let (_, answer) = self.ask(call).await?;
        // Samsung answers 204 without a body; a page of somebody else is a 200.
        if answer.status == 204 {
            Ok(())
        } else {
            Err(self.client.not_understood(nature))
        }
    }

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
        // A token can be revoked: a new one is tried once.
        self.once(&call).await
    }

    /// A refusal is a 400 with a code, and is met as a 200 with one too.
    async fn once(&self, call: &Call<'_>) -> Result<(Value, Answer), ProviderError> {
        let headers = [("service-account-id", self.account.as_str())];
        let call = Call {
            headers: &headers,
            authorization: Some(self.sign_in(call.urgent).await?),
            ..call.clone()
        };
        let answer = self.client.send(&call).await?;
        if answer.status == 204 {
            return Ok((Value::Null, answer));
        }
        let Some(body) = answer.value() else {
            return Err(self.client.not_understood(call.nature));
        };
        match result_code(&body).as_deref() {
            None | Some("0000") => Ok((body, answer)),
            Some(_) => Err(self.client.refused(
                &Answer {
                    status: 400,
                    ..answer
                },
                call.nature,
            )),
        }
    }

    /// The assertion is the bearer of this one request.
    async fn fetch_token(&self, urgent: bool) -> Result<Token, ProviderError> {
        let now = self.client.now();
        let iat = now.as_ms() / 1_000 - ASSERTION_BACK_S;
        let claims = Claims {
            iss: &self.account,
            scopes: &["publishing"],
            iat,
            exp: iat + ASSERTION_S,
        };
        let assertion = encode(&Header::new(Algorithm::RS256), &claims, &self.key)
            .ok()
            .and_then(|text| sensitive(&format!("Bearer {text}")))
            .ok_or_else(|| {
                ProviderError::new(
                    ErrorKind::Unauthorized,
                    say!("The service account's key could not sign the request to Samsung."),
                )
                .hint(say!("Connect again with the whole key file."))
            })?;
        let call = Call {
            method: Method::POST,
            authorization: Some(assertion),
            body: Body::Json(json!({})),
            // Each one makes a token that never ends, so it is not tried over and over.
            nature: Nature::Prepare,
            urgent,
            ..Call::get("/auth/accessToken")
        };
        let (body, _) = self.client.json::<Value>(&call).await?;
        body["createdItem"]["accessToken"]
            .as_str()
            .and_then(|token| Token::bearer(token, now, now + TOKEN_MS))
            .ok_or_else(|| self.client.not_understood(Nature::Read))
    }
}
