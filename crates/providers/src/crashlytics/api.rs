//! Crashlytics' reports, without meaning. Must not know our words.

use cockpit_domain::provider::ProviderError;
use cockpit_domain::{Service, Time};

use super::config::{App, Config};
use super::wire::{Group, Report};
use crate::firebase;
use crate::google::Signed;
use crate::http::{Call, Http, Limit};

const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

const REQUESTS: Limit = Limit {
    burst: 20,
    per_minute: 120,
    reserve: 0,
};

/// A hundred groups are the most of one answer.
const PAGES_MAX: usize = 3;

pub(super) struct Api {
    apps: Vec<App>,
    signed: Signed,
}

impl Api {
    pub(super) fn new(config: Config, http: &Http) -> Api {
        let (base_url, account) = (config.base_url, config.account);
        Api {
            apps: config.apps,
            signed: firebase::signed(
                http,
                Service::Crashlytics,
                base_url,
                account,
                SCOPE,
                REQUESTS,
            ),
        }
    }

    pub(super) fn apps(&self) -> &[App] {
        &self.apps
    }

    pub(super) fn now(&self) -> Time {
        self.signed.client.now()
    }

    /// Crashes by version, hour by hour.
    pub(super) async fn versions(
        &self,
        app: &App,
        from: Time,
        until: Time,
    ) -> Result<Vec<Group>, ProviderError> {
        let hourly = ("granularity", "TIME_GRANULARITY_HOUR");
        self.report(app, "topVersions", from, until, &[hourly], PAGES_MAX)
            .await
    }

    /// The crash of one version that happened most, by the version's whole name.
    pub(super) async fn most_frequent(
        &self,
        app: &App,
        version: &str,
        from: Time,
        until: Time,
    ) -> Result<Vec<Group>, ProviderError> {
        let of = ("filter.version.displayNames", version);
        self.report(app, "topIssues", from, until, &[of], 1).await
    }

    async fn report(
        &self,
        app: &App,
        name: &str,
        from: Time,
        until: Time,
        more: &[(&str, &str)],
        pages: usize,
    ) -> Result<Vec<Group>, ProviderError> {
        let (from, until) = (from.to_string(), until.to_string());
        let mut groups = Vec::new();
        let mut token: Option<String> = None;
        for _ in 0..pages {
            let mut query = vec![
                ("filter.interval.startTime", from.as_str()),
                ("filter.interval.endTime", until.as_str()),
                ("filter.issue.errorTypes", "FATAL"),
                ("pageSize", "100"),
            ];
            query.extend(more);
            if let Some(token) = &token {
                query.push(("pageToken", token));
            }
            let arguments = [app.project.as_str(), app.id.as_str(), name];
            let call = Call {
                arguments: &arguments,
                query: &query,
                ..Call::get("/v1alpha/projects/{}/apps/{}/reports/{}")
            };
            let (report, _) = self.signed.read::<Report>(call).await?;
            groups.extend(report.groups);
            token = report.next_page_token.filter(|it| !it.is_empty());
            if token.is_none() {
                break;
            }
        }
        Ok(groups)
    }
}
