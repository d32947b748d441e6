//! Sentry's endpoints, without meaning. Must not know our words.

use cockpit_domain::Service;
use cockpit_domain::provider::ProviderError;

use super::config::Config;
use super::errors::{RULES, message};
use super::wire::Sessions;
use crate::http::{Answer, Call, Client, Http, Limit};

/// Sentry allows 40 requests a second to an organization's sessions.
const REQUESTS: Limit = Limit {
    burst: 20,
    per_minute: 300,
    reserve: 0,
};

pub(super) const SESSIONS: &str = "sum(session)";
pub(super) const USERS: &str = "count_unique(user)";
pub(super) const CRASH_FREE_SESSIONS: &str = "crash_free_rate(session)";
pub(super) const CRASH_FREE_USERS: &str = "crash_free_rate(user)";
pub(super) const INTERVAL_MS: u64 = 3_600_000;

pub(super) struct Api {
    config: Config,
    client: Client,
}

impl Api {
    pub(super) fn new(config: Config, http: &Http) -> Api {
        let base_url = config.base_url.clone();
        let client = Client::new(http, Service::Sentry, base_url, REQUESTS, RULES, message);
        Api { config, client }
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    /// The last day in hours, by release. An hour is the finest that Sentry gives.
    pub(super) async fn sessions(
        &self,
        project: &str,
    ) -> Result<(Sessions, Answer), ProviderError> {
        let releases = self
            .config
            .package
            .as_ref()
            .map(|package| format!("release:{package}@*"));
        let mut query = vec![
            ("project", project),
            ("field", CRASH_FREE_SESSIONS),
            ("field", CRASH_FREE_USERS),
            ("field", SESSIONS),
            ("field", USERS),
            ("groupBy", "release"),
            ("orderBy", "-sum(session)"),
            ("statsPeriod", "24h"),
            ("interval", "1h"),
            ("per_page", "100"),
        ];
        if let Some(releases) = &releases {
            query.push(("query", releases));
        }
        let call = Call {
            arguments: &[&self.config.organization],
            query: &query,
            authorization: Some(self.config.authorization.clone()),
            ..Call::get("/api/0/organizations/{}/sessions/")
        };
        self.client.json(&call).await
    }
}
