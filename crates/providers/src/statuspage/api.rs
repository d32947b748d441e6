//! Statuspage's endpoints, without meaning. Must not know our words.

use std::collections::BTreeMap;

use cockpit_domain::provider::ProviderError;
use cockpit_domain::{Service, Time};
use http::Method;
use serde_json::json;

use super::config::Config;
use super::errors::{RULES, message};
use super::wire::{Incident, IncidentBody, Page};
use crate::http::{Answer, Body, Call, Client, Http, Limit, Nature};

/// Statuspage allows 60 requests in 60 seconds to each key.
const REQUESTS: Limit = Limit {
    burst: 50,
    per_minute: 50,
    reserve: 20,
};

pub(super) struct Api {
    config: Config,
    client: Client,
}

impl Api {
    pub(super) fn new(config: Config, http: &Http) -> Api {
        let base_url = config.base_url.clone();
        let client = Client::new(
            http,
            Service::Statuspage,
            base_url,
            REQUESTS,
            RULES,
            message,
        );
        Api { config, client }
    }

    pub(super) fn now(&self) -> Time {
        self.client.now()
    }

    pub(super) fn page_id(&self) -> &str {
        &self.config.page_id
    }

    pub(super) fn components(&self) -> &BTreeMap<String, String> {
        &self.config.components
    }

    pub(super) async fn page(&self) -> Result<Page, ProviderError> {
        Ok(self
            .client
            .json(&self.get("/v1/pages/{}", &[&self.config.page_id], &[], false))
            .await?
            .0)
    }

    pub(super) async fn unresolved(
        &self,
        urgent: bool,
    ) -> Result<(Vec<Incident>, Answer), ProviderError> {
        let arguments = [self.config.page_id.as_str()];
        let query = [("per_page", "100")];
        self.client
            .json(&self.get(
                "/v1/pages/{}/incidents/unresolved",
                &arguments,
                &query,
                urgent,
            ))
            .await
    }

    pub(super) async fn recent(
        &self,
        urgent: bool,
    ) -> Result<(Vec<Incident>, Answer), ProviderError> {
        let arguments = [self.config.page_id.as_str()];
        let query = [("limit", "100")];
        self.client
            .json(&self.get("/v1/pages/{}/incidents", &arguments, &query, urgent))
            .await
    }

    pub(super) async fn create(
        &self,
        incident: &IncidentBody<'_>,
    ) -> Result<Incident, ProviderError> {
        let arguments = [self.config.page_id.as_str()];
        let call = Call {
            method: Method::POST,
            body: Body::Json(json!({ "incident": incident })),
            nature: Nature::Commit,
            ..self.get("/v1/pages/{}/incidents", &arguments, &[], true)
        };
        Ok(self.client.json(&call).await?.0)
    }

    pub(super) async fn update(
        &self,
        id: &str,
        incident: &IncidentBody<'_>,
    ) -> Result<Incident, ProviderError> {
        let arguments = [self.config.page_id.as_str(), id];
        let call = Call {
            method: Method::PATCH,
            body: Body::Json(json!({ "incident": incident })),
            nature: Nature::Commit,
            ..self.get("/v1/pages/{}/incidents/{}", &arguments, &[], true)
        };
        Ok(self.client.json(&call).await?.0)
    }

    fn get<'a>(
        &self,
        template: &'static str,
        arguments: &'a [&'a str],
        query: &'a [(&'a str, &'a str)],
        urgent: bool,
    ) -> Call<'a> {
        Call {
            arguments,
            query,
            urgent,
            authorization: Some(self.config.authorization.clone()),
            ..Call::get(template)
        }
    }
}
