//! The endpoints of the Play Developer Reporting interface, without meaning. Must not know our words.

use std::time::Duration;

use cockpit_domain::provider::ProviderError;
use cockpit_domain::{Service, Time};
use http::Method;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

use super::civil::{Period, before};
use super::config::Config;
use super::errors::RULES;
use super::wire::{Anomalies, DateTime, FilterOptions, Freshness, Issues, MetricSet, Row, Rows};
use crate::google::{Signed, message};
use crate::http::{Answer, Body, Call, Client, Http, Limit, Nature};

/// Google allows 10 queries a second.
const REQUESTS: Limit = Limit {
    burst: 10,
    per_minute: 300,
    reserve: 0,
};

/// Between two requests, so that one reading takes less than a third of what Google allows.
const APART: Duration = Duration::from_millis(350);

/// The interface's own scope; the one of the publishing interface does not open it.
const SCOPE: &str = "https://www.googleapis.com/auth/playdeveloperreporting";

/// Rows of one answer, and how many answers are read of one question.
const ROWS_MAX: u32 = 10_000;
const PAGES_MAX: usize = 5;

/// A set of metrics, and which of them are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Set {
    pub name: &'static str,
    pub rate: &'static str,
}

pub(super) const CRASHES: Set = Set {
    name: "crashRateMetricSet",
    rate: "userPerceivedCrashRate",
};

pub(super) const FREEZES: Set = Set {
    name: "anrRateMetricSet",
    rate: "userPerceivedAnrRate",
};

pub(super) const USERS: &str = "distinctUsers";

pub(super) struct Api {
    package: String,
    signed: Signed,
    /// When the newest request was sent.
    last: Mutex<Option<Instant>>,
}

impl Api {
    pub(super) fn new(config: Config, http: &Http) -> Api {
        let service = Service::PlayReporting;
        let client = Client::new(http, service, config.base_url, REQUESTS, RULES, message);
        Api {
            package: config.package,
            signed: Signed::new(http, service, client, config.account, SCOPE, RULES),
            last: Mutex::new(None),
        }
    }

    pub(super) fn package(&self) -> &str {
        &self.package
    }

    pub(super) fn now(&self) -> Time {
        self.signed.client.now()
    }

    /// Until when figures are there, for each period. Asking for more is refused.
    pub(super) async fn freshness(
        &self,
        set: Set,
    ) -> Result<(Vec<Freshness>, Answer), ProviderError> {
        let arguments = [self.package.as_str(), set.name];
        let call = Call {
            arguments: &arguments,
            ..Call::get("/v1beta1/apps/{}/{}")
        };
        let (read, answer) = self.read::<MetricSet>(call).await?;
        Ok((read.freshness_info.freshnesses, answer))
    }

    /// The rows of so many periods that end with what is there, by version code.
    pub(super) async fn rows(
        &self,
        set: Set,
        period: Period,
        end: &DateTime,
        count: u64,
    ) -> Result<Vec<Row>, ProviderError> {
        let spec = json!({
            "aggregationPeriod": period.key(),
            "startTime": self.understood(before(end, period, count))?,
            "endTime": self.understood(before(end, period, 0))?,
        });
        let mut rows = Vec::new();
        let mut token: Option<String> = None;
        for _ in 0..PAGES_MAX {
            let mut body = json!({
                "timelineSpec": spec,
                "dimensions": ["versionCode"],
                "metrics": [set.rate, USERS],
                "pageSize": ROWS_MAX,
            });
            if let Some(token) = &token {
                body["pageToken"] = json!(token);
            }
            let arguments = [self.package.as_str(), set.name];
            let call = Call {
                method: Method::POST,
                arguments: &arguments,
                body: Body::Json(body),
                ..Call::get("/v1beta1/apps/{}/{}:query")
            };
            let (page, _) = self.read::<Rows>(call).await?;
            rows.extend(page.rows);
            token = page.next_page_token.filter(|it| !it.is_empty());
            if token.is_none() {
                break;
            }
        }
        Ok(rows)
    }

    /// The releases that are out, with their version codes.
    pub(super) async fn releases(&self) -> Result<FilterOptions, ProviderError> {
        let arguments = [self.package.as_str()];
        let call = Call {
            arguments: &arguments,
            ..Call::get("/v1beta1/apps/{}:fetchReleaseFilterOptions")
        };
        Ok(self.read(call).await?.0)
    }

    /// The crash that was reported most of these version codes.
    pub(super) async fn most_frequent(&self, codes: &[&str]) -> Result<Issues, ProviderError> {
        let each: Vec<String> = codes
            .iter()
            .map(|code| format!("versionCode = {code}"))
            .collect();
        let filter = format!("errorIssueType = CRASH AND ({})", each.join(" OR "));
        let arguments = [self.package.as_str()];
        let query = [
            ("filter", filter.as_str()),
            ("orderBy", "errorReportCount desc"),
            ("pageSize", "1"),
        ];
        let call = Call {
            arguments: &arguments,
            query: &query,
            ..Call::get("/v1beta1/apps/{}/errorIssues:search")
        };
        Ok(self.read(call).await?.0)
    }

    /// What Google itself found unusual since a moment.
    pub(super) async fn anomalies(&self, since: Time) -> Result<Anomalies, ProviderError> {
        let filter = format!("activeBetween(\"{since}\", UNBOUNDED)");
        let arguments = [self.package.as_str()];
        let query = [("filter", filter.as_str()), ("pageSize", "100")];
        let call = Call {
            arguments: &arguments,
            query: &query,
            ..Call::get("/v1beta1/apps/{}/anomalies")
        };
        Ok(self.read(call).await?.0)
    }

    async fn read<T: DeserializeOwned>(
        &self,
        call: Call<'_>,
    ) -> Result<(T, Answer), ProviderError> {
        let mut last = self.last.lock().await;
        if let Some(last) = *last {
            sleep_until(last + APART).await;
        }
        *last = Some(Instant::now());
        drop(last);
        self.signed.read(call).await
    }

    fn understood(&self, time: Option<Value>) -> Result<Value, ProviderError> {
        time.ok_or_else(|| self.signed.client.not_understood(Nature::Read))
    }
}
