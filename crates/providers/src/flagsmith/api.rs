//! Flagsmith's endpoints, without meaning. Must not know our words.

use cockpit_domain::provider::ProviderError;
use cockpit_domain::{Service, Time};
use http::{HeaderValue, Method};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::config::Config;
use super::errors::{RULES, message};
use super::wire::{
    Asked, Environment, Feature, Overrides, Page, Project, Served, Version, VersionState,
};
use crate::http::{Answer, Body, Call, Client, Http, Limit, Nature};

/// 500 a minute are published for the admin side; ours leaves room for others with the same key.
const REQUESTS: Limit = Limit {
    burst: 60,
    per_minute: 300,
    reserve: 30,
};
/// What apps ask is not limited; this keeps a loop from costing the plan's requests.
const APPS_REQUESTS: Limit = Limit {
    burst: 30,
    per_minute: 60,
    reserve: 15,
};
/// Features on a page, and pages at most.
const PAGE: &str = "500";
const PAGES_MAX: usize = 20;
/// Usage is asked for so many days.
pub(super) const USAGE_DAYS: u32 = 30;

pub(super) struct Api {
    environment_key: String,
    key: HeaderValue,
    client: Client,
    apps: Client,
}

impl Api {
    pub(super) fn new(config: Config, http: &Http) -> Api {
        let client =
            |base, limit| Client::new(http, Service::Flagsmith, base, limit, RULES, message);
        Api {
            client: client(config.base_url, REQUESTS),
            apps: client(config.apps_url, APPS_REQUESTS),
            environment_key: config.environment_key,
            key: config.api_key,
        }
    }

    async fn get<T: DeserializeOwned>(
        &self,
        template: &'static str,
        arguments: &[&str],
        query: &[(&str, &str)],
        urgent: bool,
    ) -> Result<(T, Answer), ProviderError> {
        let call = Call {
            arguments,
            query,
            authorization: Some(self.key.clone()),
            urgent,
            ..Call::get(template)
        };
        self.client.json(&call).await
    }

    async fn change<T: DeserializeOwned>(
        &self,
        method: Method,
        template: &'static str,
        arguments: &[&str],
        body: Value,
        nature: Nature,
    ) -> Result<T, ProviderError> {
        let call = Call {
            method,
            arguments,
            authorization: Some(self.key.clone()),
            body: Body::Json(body),
            nature,
            urgent: true,
            ..Call::get(template)
        };
        Ok(self.client.json(&call).await?.0)
    }

    pub(super) async fn environment(&self, urgent: bool) -> Result<Environment, ProviderError> {
        let arguments = [self.environment_key.as_str()];
        let read = self.get("/api/v1/environments/{}/", &arguments, &[], urgent);
        Ok(read.await?.0)
    }

    pub(super) async fn project(&self, id: u64) -> Result<Project, ProviderError> {
        let id = id.to_string();
        let (project, _) = self.get("/api/v1/projects/{}/", &[&id], &[], true).await?;
        Ok(project)
    }

    /// The project's features with their states in the environment, those whose names hold `part`
    /// when there is one; and when the first page arrived.
    pub(super) async fn features(
        &self,
        environment: &Environment,
        part: Option<&str>,
        urgent: bool,
    ) -> Result<(Vec<Feature>, Time), ProviderError> {
        let (project, id) = (environment.project.to_string(), environment.id.to_string());
        let mut features = Vec::new();
        let mut at = None;
        for page in 1..=PAGES_MAX {
            let page = page.to_string();
            let mut query = vec![
                ("environment", id.as_str()),
                ("page_size", PAGE),
                ("page", page.as_str()),
            ];
            query.extend(part.map(|part| ("search", part)));
            let (found, answer) = self
                .get::<Page<Feature>>("/api/v1/projects/{}/features/", &[&project], &query, urgent)
                .await?;
            at = at.or(Some(answer.at));
            features.extend(found.results);
            if found.next.is_none() {
                break;
            }
        }
        Ok((features, at.unwrap_or_else(|| self.client.now())))
    }

    /// How often apps said that they asked for a feature in the last days.
    pub(super) async fn asked(
        &self,
        environment: &Environment,
        feature: u64,
    ) -> Result<u64, ProviderError> {
        let (project, feature) = (environment.project.to_string(), feature.to_string());
        let (id, days) = (environment.id.to_string(), USAGE_DAYS.to_string());
        let (days, _) = self
            .get::<Vec<Asked>>(
                "/api/v1/projects/{}/features/{}/evaluation-data/",
                &[&project, &feature],
                &[("environment_id", &id), ("period", &days)],
                false,
            )
            .await?;
        Ok(days.iter().map(|it| it.count).fold(0, u64::saturating_add))
    }

    /// How many persons that are kept at the edge have an override.
    pub(super) async fn persons(&self, feature: u64) -> Result<u64, ProviderError> {
        let (arguments, feature) = ([self.environment_key.as_str()], feature.to_string());
        let (found, _) = self
            .get::<Overrides>(
                "/api/v1/environments/{}/edge-identity-overrides",
                &arguments,
                &[("feature", &feature)],
                false,
            )
            .await?;
        Ok(found.results.len() as u64)
    }

    /// Changes a state where it stands: for an environment that keeps no versions.
    pub(super) async fn set(
        &self,
        state: u64,
        feature: u64,
        on: bool,
    ) -> Result<(), ProviderError> {
        let state = state.to_string();
        let _: Value = self
            .change(
                Method::PATCH,
                "/api/v1/environments/{}/featurestates/{}/",
                &[&self.environment_key, &state],
                json!({"enabled": on, "feature": feature}),
                Nature::Commit,
            )
            .await?;
        Ok(())
    }

    /// The version that is live.
    pub(super) async fn live(
        &self,
        environment: u64,
        feature: u64,
    ) -> Result<Option<String>, ProviderError> {
        let (environment, feature) = (environment.to_string(), feature.to_string());
        let (page, _) = self
            .get::<Page<Version>>(
                "/api/v1/environments/{}/features/{}/versions/",
                &[&environment, &feature],
                &[("is_live", "true"), ("page_size", "1")],
                true,
            )
            .await?;
        Ok(page.results.into_iter().next().map(|it| it.uuid))
    }

    /// Makes a draft of a further version, which nobody gets.
    pub(super) async fn draft(
        &self,
        environment: u64,
        feature: u64,
        comment: &str,
    ) -> Result<String, ProviderError> {
        let (environment, feature) = (environment.to_string(), feature.to_string());
        let made: Version = self
            .change(
                Method::POST,
                "/api/v1/environments/{}/features/{}/versions/",
                &[&environment, &feature],
                json!({"description": comment}),
                Nature::Prepare,
            )
            .await?;
        Ok(made.uuid)
    }

    pub(super) async fn states(
        &self,
        environment: u64,
        feature: u64,
        version: &str,
    ) -> Result<Vec<VersionState>, ProviderError> {
        let (environment, feature) = (environment.to_string(), feature.to_string());
        let (states, _) = self
            .get(
                "/api/v1/environments/{}/features/{}/versions/{}/featurestates/",
                &[&environment, &feature, version],
                &[],
                true,
            )
            .await?;
        Ok(states)
    }

    /// Changes one state of a draft.
    pub(super) async fn set_in(
        &self,
        environment: u64,
        feature: u64,
        version: &str,
        state: &VersionState,
        on: bool,
    ) -> Result<(), ProviderError> {
        let (environment, feature) = (environment.to_string(), feature.to_string());
        let _: Value = self
            .change(
                Method::PATCH,
                "/api/v1/environments/{}/features/{}/versions/{}/featurestates/{}/",
                &[&environment, &feature, version, &state.id.to_string()],
                // The value has to come along, and is sent back as it came.
                json!({"enabled": on, "feature_state_value": state.value}),
                Nature::Prepare,
            )
            .await?;
        Ok(())
    }

    /// Makes a draft live.
    pub(super) async fn publish(
        &self,
        environment: u64,
        feature: u64,
        version: &str,
    ) -> Result<(), ProviderError> {
        let (environment, feature) = (environment.to_string(), feature.to_string());
        let _: Value = self
            .change(
                Method::POST,
                "/api/v1/environments/{}/features/{}/versions/{}/publish/",
                &[&environment, &feature, version],
                json!({}),
                Nature::Commit,
            )
            .await?;
        Ok(())
    }

    /// Takes a draft away again.
    pub(super) async fn discard(
        &self,
        environment: u64,
        feature: u64,
        version: &str,
    ) -> Result<(), ProviderError> {
        let (environment, feature) = (environment.to_string(), feature.to_string());
        let call = Call {
            method: Method::DELETE,
            arguments: &[&environment, &feature, version],
            authorization: Some(self.key.clone()),
            nature: Nature::Prepare,
            ..Call::get("/api/v1/environments/{}/features/{}/versions/{}/")
        };
        self.client.send(&call).await.map(|_| ())
    }

    /// What apps get that say nothing of who uses them.
    pub(super) async fn served(
        &self,
        urgent: bool,
    ) -> Result<(Vec<Served>, Answer), ProviderError> {
        let call = Call {
            headers: &[("x-environment-key", &self.environment_key)],
            urgent,
            ..Call::get("/api/v1/flags/")
        };
        self.apps.json(&call).await
    }
}
