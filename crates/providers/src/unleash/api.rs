//! Unleash's endpoints, without meaning. Must not know our words.

use cockpit_domain::Service;
use cockpit_domain::provider::{ErrorKind, ProviderError};
use cockpit_domain::rehearsal::Rehearsal;
use http::{HeaderValue, Method};
use serde_json::json;

use super::config::Config;
use super::errors::{RULES, message};
use super::wire::{ChangeRequests, ClientFeatures, Feature, Features, Me, Permission};
use crate::http::{Answer, Body, Call, Client, Http, Limit, Nature};

/// The server is the customer's own; this keeps a loop from hurting it.
const REQUESTS: Limit = Limit {
    burst: 240,
    per_minute: 600,
    reserve: 60,
};

/// What a dry run takes at most: the permissions and the environment, each tried again once.
const DRY_RUN_REQUESTS: u32 = 4;

pub(super) struct Api {
    project: String,
    environment: String,
    admin: HeaderValue,
    client_token: HeaderValue,
    client: Client,
}

impl Api {
    pub(super) fn new(config: Config, http: &Http) -> Api {
        Api {
            client: Client::new(
                http,
                Service::Unleash,
                config.base_url,
                REQUESTS,
                RULES,
                message,
            ),
            project: config.project,
            environment: config.environment,
            admin: config.admin,
            client_token: config.client,
        }
    }

    pub(super) fn environment(&self) -> &str {
        &self.environment
    }

    pub(super) async fn features(&self) -> Result<Vec<Feature>, ProviderError> {
        let call = Call {
            arguments: &[&self.project],
            authorization: Some(self.admin.clone()),
            ..Call::get("/api/admin/projects/{}/features")
        };
        Ok(self.client.json::<Features>(&call).await?.0.features)
    }

    pub(super) async fn feature(
        &self,
        flag: &str,
        urgent: bool,
    ) -> Result<(Feature, Answer), ProviderError> {
        let call = Call {
            arguments: &[&self.project, flag],
            authorization: Some(self.admin.clone()),
            urgent,
            ..Call::get("/api/admin/projects/{}/features/{}")
        };
        self.client.json(&call).await
    }

    /// What client apps evaluate from; with a flag, only names that begin with it.
    pub(super) async fn client_features(
        &self,
        flag: Option<&str>,
        urgent: bool,
    ) -> Result<(ClientFeatures, Answer), ProviderError> {
        let query: Vec<(&str, &str)> = flag.map(|flag| ("namePrefix", flag)).into_iter().collect();
        let call = Call {
            query: &query,
            authorization: Some(self.client_token.clone()),
            urgent,
            ..Call::get("/api/client/features")
        };
        self.client.json(&call).await
    }

    /// Turns several flags off at once. What is refused for one is refused for all of them.
    pub(super) async fn all_off(&self, flags: &[String]) -> Result<(), ProviderError> {
        let call = Call {
            method: Method::POST,
            arguments: &[&self.project, &self.environment],
            authorization: Some(self.admin.clone()),
            body: Body::Json(json!({"features": flags})),
            nature: Nature::Commit,
            urgent: true,
            ..Call::get("/api/admin/projects/{}/bulk_features/environments/{}/off")
        };
        self.taken(&call).await
    }

    /// Says that no dry run is made, where what it takes is kept for stops.
    pub(super) fn spares_a_dry_run(&self) -> Result<(), Rehearsal> {
        self.client.spares(DRY_RUN_REQUESTS)
    }

    /// What the admin token may do, everywhere.
    pub(super) async fn permissions(&self) -> Result<Vec<Permission>, ProviderError> {
        let call = Call {
            authorization: Some(self.admin.clone()),
            ..Call::get("/api/admin/user")
        };
        Ok(self.client.json::<Me>(&call).await?.0.permissions)
    }

    /// Whether changes in an environment are asked for first. Only the paid editions know of it.
    pub(super) async fn wants_change_request(
        &self,
        environment: &str,
    ) -> Result<bool, ProviderError> {
        let call = Call {
            arguments: &[&self.project],
            authorization: Some(self.admin.clone()),
            ..Call::get("/api/admin/projects/{}/change-requests/config")
        };
        match self.client.json::<Vec<ChangeRequests>>(&call).await {
            Ok((found, _)) => Ok(found
                .iter()
                .any(|it| it.environment == environment && it.enabled)),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn switch(&self, flag: &str, on: bool) -> Result<(), ProviderError> {
        let call = Call {
            method: Method::POST,
            arguments: &[&self.project, flag, &self.environment],
            authorization: Some(self.admin.clone()),
            body: Body::None,
            nature: Nature::Commit,
            urgent: true,
            ..Call::get(if on {
                "/api/admin/projects/{}/features/{}/environments/{}/on"
            } else {
                "/api/admin/projects/{}/features/{}/environments/{}/off"
            })
        };
        self.taken(&call).await
    }

    /// Sets the share of one gradual strategy. Unleash takes any number, so it is checked before.
    pub(super) async fn set_share(
        &self,
        flag: &str,
        strategy: &str,
        per_cent: u32,
    ) -> Result<(), ProviderError> {
        let share =
            json!({"op": "replace", "path": "/parameters/rollout", "value": per_cent.to_string()});
        let call = Call {
            method: Method::PATCH,
            arguments: &[&self.project, flag, &self.environment, strategy],
            authorization: Some(self.admin.clone()),
            body: Body::Json(json!([share])),
            nature: Nature::Commit,
            urgent: true,
            ..Call::get("/api/admin/projects/{}/features/{}/environments/{}/strategies/{}")
        };
        self.taken(&call).await
    }

    async fn taken(&self, call: &Call<'_>) -> Result<(), ProviderError> {
        let answer = self.client.send(call).await?;
        // Unleash answers with nothing; a page here is somebody else's.
        if answer.body.is_empty() || answer.value().is_some() {
            Ok(())
        } else {
            Err(self.client.not_understood(Nature::Commit))
        }
    }
}
