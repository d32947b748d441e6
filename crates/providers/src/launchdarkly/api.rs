//! LaunchDarkly's endpoints, without meaning. Must not know our words.

use cockpit_domain::provider::ProviderError;
use cockpit_domain::rehearsal::Rehearsal;
use cockpit_domain::{Service, Time};
use http::{HeaderValue, Method};
use serde_json::json;

use super::config::Config;
use super::errors::{RULES, message};
use super::wire::{Environment, Evaluated, Flag, Flags, Status, Statuses};
use crate::http::{Answer, Body, Call, Client, Http, Limit, Nature};

/// No number is published; this is ours.
const REQUESTS: Limit = Limit {
    burst: 120,
    per_minute: 300,
    reserve: 40,
};
/// Answers of this version, whatever comes later.
const VERSION: (&str, &str) = ("ld-api-version", "20240415");
/// Without this part the body is taken for another kind of patch.
const SEMANTIC: (&str, &str) = (
    "content-type",
    "application/json; domain-model=launchdarkly.semanticpatch",
);
/// Flags on a page, and pages at most.
const PAGE: usize = 100;
const PAGES_MAX: usize = 20;
/// `{"kind":"user","key":"the-release-cockpit","anonymous":true}` as apps send who they are, of a length
/// that needs no filling up.
const SOMEBODY: &str =
    "eyJraW5kIjoidXNlciIsImtleSI6InRoZS1yZWxlYXNlLWNvY2twaXQiLCJhbm9ueW1vdXMiOnRydWV9";

pub(super) struct Api {
    project: String,
    environment: String,
    token: HeaderValue,
    mobile_key: HeaderValue,
    client: Client,
    apps: Client,
}

impl Api {
    pub(super) fn new(config: Config, http: &Http) -> Api {
        let client =
            |base| Client::new(http, Service::LaunchDarkly, base, REQUESTS, RULES, message);
        Api {
            client: client(config.base_url),
            apps: client(config.client_url),
            project: config.project,
            environment: config.environment,
            token: config.token,
            mobile_key: config.mobile_key,
        }
    }

    fn call<'a>(&self, template: &'static str, arguments: &'a [&'a str]) -> Call<'a> {
        Call {
            arguments,
            headers: &[VERSION],
            authorization: Some(self.token.clone()),
            ..Call::get(template)
        }
    }

    /// Every flag that is not archived, with its rules and targets; and when the first page arrived.
    pub(super) async fn flags(&self) -> Result<(Vec<Flag>, Time), ProviderError> {
        let mut flags: Vec<Flag> = Vec::new();
        let mut at = None;
        let arguments = [self.project.as_str()];
        for page in 0..PAGES_MAX {
            let (limit, offset) = (PAGE.to_string(), (page * PAGE).to_string());
            let query = [
                ("env", self.environment.as_str()),
                ("summary", "0"),
                ("limit", &limit),
                ("offset", &offset),
            ];
            let call = Call {
                query: &query,
                ..self.call("/api/v2/flags/{}", &arguments)
            };
            let (found, answer) = self.client.json::<Flags>(&call).await?;
            at = at.or(Some(answer.at));
            let last = found.items.len() < PAGE;
            flags.extend(found.items);
            if last || found.total.is_some_and(|total| flags.len() >= total) {
                break;
            }
        }
        Ok((flags, at.unwrap_or_else(|| self.client.now())))
    }

    pub(super) async fn flag(
        &self,
        key: &str,
        urgent: bool,
    ) -> Result<(Flag, Answer), ProviderError> {
        let query = [("env", self.environment.as_str())];
        let arguments = [self.project.as_str(), key];
        let call = Call {
            query: &query,
            urgent,
            ..self.call("/api/v2/flags/{}/{}", &arguments)
        };
        self.client.json(&call).await
    }

    /// How all flags are used in the environment.
    pub(super) async fn statuses(&self) -> Result<Vec<Status>, ProviderError> {
        let arguments = [self.project.as_str(), &self.environment];
        let call = self.call("/api/v2/flag-statuses/{}/{}", &arguments);
        Ok(self.client.json::<Statuses>(&call).await?.0.items)
    }

    pub(super) async fn environment(&self) -> Result<Environment, ProviderError> {
        let arguments = [self.project.as_str(), &self.environment];
        let call = self.call("/api/v2/projects/{}/environments/{}", &arguments);
        Ok(self.client.json(&call).await?.0)
    }

    /// Says that no dry run is made, where what it takes is kept for stops.
    pub(super) fn spares_a_dry_run(&self) -> Result<(), Rehearsal> {
        self.client.spares(1)
    }

    /// Whether a mobile key is the one that was entered.
    pub(super) fn is_ours(&self, mobile_key: &str) -> bool {
        self.mobile_key == mobile_key
    }

    /// Turns a flag on or off; a dry run keeps nothing and meets the same refusals.
    pub(super) async fn switch(
        &self,
        key: &str,
        on: bool,
        comment: &str,
        dry_run: bool,
    ) -> Result<Flag, ProviderError> {
        let kind = if on { "turnFlagOn" } else { "turnFlagOff" };
        let body = json!({
            "environmentKey": self.environment,
            "comment": comment,
            "instructions": [{"kind": kind}],
        });
        let arguments = [self.project.as_str(), key];
        let call = Call {
            method: Method::PATCH,
            query: if dry_run { &[("dryRun", "true")] } else { &[] },
            headers: &[VERSION, SEMANTIC],
            body: Body::Json(body),
            nature: if dry_run {
                Nature::Read
            } else {
                Nature::Commit
            },
            urgent: !dry_run,
            ..self.call("/api/v2/flags/{}/{}", &arguments)
        };
        Ok(self.client.json(&call).await?.0)
    }

    /// What an app gets, each flag with why.
    pub(super) async fn evaluated(
        &self,
        urgent: bool,
    ) -> Result<(Evaluated, Answer), ProviderError> {
        let call = Call {
            arguments: &[SOMEBODY],
            query: &[("withReasons", "true")],
            authorization: Some(self.mobile_key.clone()),
            urgent,
            ..Call::get("/msdk/evalx/contexts/{}")
        };
        self.apps.json(&call).await
    }
}
