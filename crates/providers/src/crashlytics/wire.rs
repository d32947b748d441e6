//! Crashlytics' JSON. Must not know our words.
//! Source: the discovery document of firebasecrashlytics v1alpha.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    #[serde(default)]
    pub groups: Vec<Group>,
    #[serde(default)]
    pub next_page_token: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Group {
    #[serde(default)]
    pub version: Option<Version>,
    #[serde(default)]
    pub issue: Option<Issue>,
    #[serde(default)]
    pub metrics: Vec<Metrics>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Version {
    #[serde(default)]
    pub display_version: String,
    /// "8.4.0 (84012)".
    #[serde(default)]
    pub display_name: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Issue {
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub subtitle: String,
}

/// Counts are texts. What is 0 is left out, and so is what was not counted.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Metrics {
    #[serde(default)]
    pub start_time: Option<String>,
    #[serde(default)]
    pub events_count: Option<String>,
    #[serde(default)]
    pub impacted_users_count: Option<String>,
    #[serde(default)]
    pub impacted_sessions_count: Option<String>,
    #[serde(default)]
    pub total_users_count: Option<String>,
    #[serde(default)]
    pub total_sessions_count: Option<String>,
    #[serde(default)]
    pub crash_free_users_percentage: Option<f64>,
    #[serde(default)]
    pub crash_free_sessions_percentage: Option<f64>,
}
