//! App Store Connect's endpoints, without meaning. Must not know our words.

use std::sync::{Mutex, PoisonError};

use cockpit_domain::Service;
use cockpit_domain::provider::{ErrorKind, ProviderError};
use cockpit_domain::rehearsal::Rehearsal;
use cockpit_say::say;
use http::Method;
use jsonwebtoken::{Algorithm, Header, encode};
use serde::de::DeserializeOwned;
use serde_json::json;

use super::config::{Config, Key};
use super::errors::{ALREADY, RULES, message};
use super::wire::{App, Claims, Many, Named, One, Phased, Reviews, TerritoryAvailability, Version};
use crate::http::{Answer, Body, Call, Client, Http, Limit, Nature, Token, TokenCache};

/// Apple allows 3 600 requests an hour to each key, and an unpublished number in a minute.
const REQUESTS: Limit = Limit {
    burst: 300,
    per_minute: 60,
    reserve: 60,
};
/// Apple refuses tokens of more than 20 minutes. The issue time lies a minute back for clocks
/// that are a little fast.
const TOKEN_S: i64 = 15 * 60;
const TOKEN_BACK_S: i64 = 60;
/// What a dry run takes at most: the app and its versions, each tried again once.
const DRY_RUN_REQUESTS: u32 = 4;

pub(super) struct Api {
    client: Client,
    key: Key,
    token: TokenCache,
    /// What the newest answer said is left of the hour.
    left: Mutex<Option<(u32, u32)>>,
}

/// What became of a change.
pub(super) enum Patched {
    Changed,
    /// The state was there before: App Store Connect answers 409 then.
    Already,
}

impl Api {
    pub(super) fn new(config: Config, http: &Http) -> Api {
        let client = Client::new(
            http,
            Service::AppStore,
            config.base_url,
            REQUESTS,
            RULES,
            message,
        );
        Api {
            client,
            key: config.key,
            token: TokenCache::default(),
            left: Mutex::default(),
        }
    }

    /// Says that no dry run is made, where what it takes is kept for stops.
    pub(super) fn spares_a_dry_run(&self) -> Result<(), Rehearsal> {
        self.client.spares(DRY_RUN_REQUESTS)
    }

    /// Requests that the key had left in the hour at the newest answer, and how many there are in one.
    pub(super) fn left(&self) -> Option<(u32, u32)> {
        *self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn apps(&self, bundle_id: &str) -> Result<Vec<App>, ProviderError> {
        let query = [
            ("filter[bundleId]", bundle_id),
            ("fields[apps]", "bundleId"),
            ("limit", "10"),
        ];
        let call = Call {
            query: &query,
            urgent: true,
            ..Call::get("/v1/apps")
        };
        Ok(self.json::<Many<App>>(call).await?.0.data)
    }

    /// Versions that are on sale or about to be, each with build and phased release.
    pub(super) async fn versions(
        &self,
        app: &str,
        platform: &str,
        urgent: bool,
    ) -> Result<(Many<Version>, Answer), ProviderError> {
        let query = [
            ("filter[platform]", platform),
            (
                "filter[appVersionState]",
                "READY_FOR_DISTRIBUTION,PROCESSING_FOR_DISTRIBUTION,PENDING_APPLE_RELEASE,PENDING_DEVELOPER_RELEASE",
            ),
            ("include", "build,appStoreVersionPhasedRelease"),
            ("limit", "10"),
        ];
        let call = Call {
            arguments: &[app],
            query: &query,
            urgent,
            ..Call::get("/v1/apps/{}/appStoreVersions")
        };
        self.json(call).await
    }

    /// The newest reviews of the app, or of one version of it.
    pub(super) async fn reviews(
        &self,
        path: &'static str,
        id: &str,
    ) -> Result<(Reviews, Answer), ProviderError> {
        let call = Call {
            arguments: &[id],
            query: &[
                ("sort", "-createdDate"),
                ("fields[customerReviews]", "rating,createdDate"),
                ("limit", "200"),
            ],
            ..Call::get(path)
        };
        self.json(call).await
    }

    pub(super) async fn patch_phased(
        &self,
        id: &str,
        state: &str,
    ) -> Result<Patched, ProviderError> {
        let call = Call {
            method: Method::PATCH,
            arguments: &[id],
            body: Body::Json(json!({"data": {
                "type": "appStoreVersionPhasedReleases", "id": id,
                "attributes": {"phasedReleaseState": state},
            }})),
            nature: Nature::Commit,
            urgent: true,
            ..Call::get("/v1/appStoreVersionPhasedReleases/{}")
        };
        let answer = self.answer(call).await?;
        if answer.status == 409 && message(&answer).contains(ALREADY) {
            return Ok(Patched::Already);
        }
        if !answer.is_success() {
            return Err(self.client.refused(&answer, Nature::Commit));
        }
        match serde_json::from_slice::<One<Phased>>(&answer.body) {
            Ok(now) if now.data.id == id && now.data.attributes.phased_release_state == state => {
                Ok(Patched::Changed)
            }
            Ok(_) | Err(_) => Err(self.client.not_understood(Nature::Commit)),
        }
    }

    /// Puts an approved version on sale. Gives the request's id.
    pub(super) async fn request_release(&self, version: &str) -> Result<String, ProviderError> {
        let call = Call {
            method: Method::POST,
            body: Body::Json(json!({"data": {
                "type": "appStoreVersionReleaseRequests",
                "relationships": {"appStoreVersion": {"data": {
                    "type": "appStoreVersions", "id": version,
                }}},
            }})),
            nature: Nature::Commit,
            urgent: true,
            ..Call::get("/v1/appStoreVersionReleaseRequests")
        };
        self.made(call).await
    }

    /// The countries and regions in which the app is, or was, sold.
    pub(super) async fn territories(&self, app: &str) -> Result<Vec<String>, ProviderError> {
        let call = Call {
            arguments: &[app],
            urgent: true,
            ..Call::get("/v1/apps/{}/appAvailabilityV2")
        };
        let availability = self.json::<One<Named>>(call).await?.0.data.id;
        let call = Call {
            arguments: &[&availability],
            // Apple sells in 175; one page holds them all.
            query: &[("include", "territory"), ("limit", "200")],
            urgent: true,
            ..Call::get("/v2/appAvailabilities/{}/territoryAvailabilities")
        };
        let found = self.json::<Many<TerritoryAvailability>>(call).await?.0.data;
        let territory = |it: TerritoryAvailability| it.relationships.territory.data;
        Ok(found
            .into_iter()
            .filter_map(territory)
            .map(|it| it.id)
            .collect())
    }

    /// Takes the app off sale in all of them at once, and in those that Apple opens later.
    pub(super) async fn remove_everywhere(
        &self,
        app: &str,
        territories: &[String],
    ) -> Result<String, ProviderError> {
        let (mut named, mut included) = (Vec::new(), Vec::new());
        for territory in territories {
            let id = format!("${{{territory}}}");
            named.push(json!({"type": "territoryAvailabilities", "id": id}));
            included.push(json!({
                "type": "territoryAvailabilities", "id": id,
                "attributes": {"available": false},
                "relationships": {"territory": {"data": {"type": "territories", "id": territory}}},
            }));
        }
        let call = Call {
            method: Method::POST,
            body: Body::Json(json!({
                "data": {
                    "type": "appAvailabilities",
                    "attributes": {"availableInNewTerritories": false},
                    "relationships": {
                        "app": {"data": {"type": "apps", "id": app}},
                        "territoryAvailabilities": {"data": named},
                    },
                },
                "included": included,
            })),
            nature: Nature::Commit,
            urgent: true,
            ..Call::get("/v2/appAvailabilities")
        };
        self.made(call).await
    }

    async fn made(&self, call: Call<'_>) -> Result<String, ProviderError> {
        let answer = self.answer(call).await?;
        if !answer.is_success() {
            return Err(self.client.refused(&answer, Nature::Commit));
        }
        serde_json::from_slice::<One<Named>>(&answer.body)
            .map(|made| made.data.id)
            .map_err(|_| self.client.not_understood(Nature::Commit))
    }

    async fn json<T: DeserializeOwned>(
        &self,
        call: Call<'_>,
    ) -> Result<(T, Answer), ProviderError> {
        let answer = self.answer(call).await?;
        if !answer.is_success() {
            return Err(self.client.refused(&answer, Nature::Read));
        }
        match serde_json::from_slice(&answer.body) {
            Ok(value) => Ok((value, answer)),
            Err(_) => Err(self.client.not_understood(Nature::Read)),
        }
    }

    async fn answer(&self, mut call: Call<'_>) -> Result<Answer, ProviderError> {
        let now = self.client.now();
        call.authorization = Some(self.token.get(now, async { self.mint() }).await?);
        let answer = self.client.raw(&call).await?;
        if let Some(known) = left(&answer) {
            self.client.bucket().left(known.0);
            *self.left.lock().unwrap_or_else(PoisonError::into_inner) = Some(known);
        }
        if answer.status == 401 {
            self.token.forget().await;
        }
        Ok(answer)
    }

    fn mint(&self) -> Result<Token, ProviderError> {
        let now = self.client.now();
        let iat = now.as_ms() / 1000 - TOKEN_BACK_S;
        let issuer = self.key.issuer.as_deref();
        let claims = Claims {
            iss: issuer,
            sub: if issuer.is_none() { Some("user") } else { None },
            iat,
            exp: iat + TOKEN_S,
            aud: "appstoreconnect-v1",
        };
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(self.key.id.clone());
        let until = cockpit_domain::Time::from_ms(claims.exp * 1000);
        encode(&header, &claims, &self.key.secret)
            .ok()
            .and_then(|text| Token::bearer(&text, now, until))
            .ok_or_else(|| {
                ProviderError::new(
                    ErrorKind::Unauthorized,
                    say!("The App Store key could not sign the request."),
                )
                .hint(say!("Connect again with the whole .p8 file."))
            })
    }
}

/// Requests that this key has left in the hour, and how many Apple allows in it.
fn left(answer: &Answer) -> Option<(u32, u32)> {
    let header = answer.header("x-rate-limit")?;
    Some((number(header, LEFT)?, number(header, MOST)?))
}

const LEFT: &str = "user-hour-rem";
const MOST: &str = "user-hour-lim";

/// From `user-hour-lim:3600;user-hour-rem:3599;`.
fn number(header: &str, wanted: &str) -> Option<u32> {
    header
        .split(';')
        .filter_map(|part| part.trim().split_once(':'))
        .find(|(name, _)| *name == wanted)
        .and_then(|(_, value)| value.trim().parse().ok())
}
