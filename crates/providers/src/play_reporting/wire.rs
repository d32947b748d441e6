//! The interface's JSON. Must not know our words.
//! Source: the discovery document of playdeveloperreporting v1beta1.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MetricSet {
    #[serde(default)]
    pub freshness_info: FreshnessInfo,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct FreshnessInfo {
    #[serde(default)]
    pub freshnesses: Vec<Freshness>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Freshness {
    #[serde(default)]
    pub aggregation_period: String,
    pub latest_end_time: DateTime,
}

/// A civil time. What is 0 is left out.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DateTime {
    #[serde(default)]
    pub year: u32,
    #[serde(default)]
    pub month: u32,
    #[serde(default)]
    pub day: u32,
    #[serde(default)]
    pub hours: u32,
    #[serde(default)]
    pub time_zone: Option<TimeZone>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct TimeZone {
    #[serde(default)]
    pub id: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rows {
    #[serde(default)]
    pub rows: Vec<Row>,
    #[serde(default)]
    pub next_page_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    #[serde(default)]
    pub start_time: Option<DateTime>,
    #[serde(default)]
    pub dimensions: Vec<Dimension>,
    #[serde(default)]
    pub metrics: Vec<Metric>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Dimension {
    #[serde(default)]
    pub dimension: String,
    #[serde(default)]
    pub int64_value: Option<String>,
    #[serde(default)]
    pub string_value: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Metric {
    #[serde(default)]
    pub metric: String,
    #[serde(default)]
    pub decimal_value: Option<Decimal>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Decimal {
    #[serde(default)]
    pub value: String,
}

impl Decimal {
    /// An empty text stands for 0, says the interface's description.
    pub(super) fn number(&self) -> Option<f64> {
        if self.value.is_empty() {
            return Some(0.0);
        }
        self.value.parse().ok().filter(|it: &f64| it.is_finite())
    }
}

impl Dimension {
    /// The version code, when the dimension is one.
    pub(super) fn version_code(&self) -> Option<&str> {
        if self.dimension != "versionCode" {
            return None;
        }
        self.int64_value.as_deref().or(self.string_value.as_deref())
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct FilterOptions {
    #[serde(default)]
    pub tracks: Vec<Track>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Track {
    #[serde(default)]
    pub serving_releases: Vec<Release>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Release {
    #[serde(default)]
    pub display_name: String,
    #[serde(default)]
    pub version_codes: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Issues {
    #[serde(default)]
    pub error_issues: Vec<Issue>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Issue {
    #[serde(default)]
    pub cause: String,
    #[serde(default)]
    pub location: String,
    #[serde(default)]
    pub error_report_count: Option<String>,
    #[serde(default)]
    pub distinct_users: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Anomalies {
    #[serde(default)]
    pub anomalies: Vec<Anomaly>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Anomaly {
    #[serde(default)]
    pub metric_set: String,
    #[serde(default)]
    pub dimensions: Vec<Dimension>,
    #[serde(default)]
    pub metric: Metric,
    #[serde(default)]
    pub timeline_spec: Option<TimelineSpec>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TimelineSpec {
    #[serde(default)]
    pub aggregation_period: String,
    #[serde(default)]
    pub start_time: Option<DateTime>,
}
