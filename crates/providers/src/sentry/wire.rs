//! Sentry's JSON. Must not know our words.
//! Source: Sentry's OpenAPI description, release health (sessions).

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(super) struct Sessions {
    /// Starts, RFC 3339, oldest first.
    pub intervals: Vec<String>,
    pub groups: Vec<Group>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Group {
    pub by: By,
    /// One value for each interval; null without sessions.
    pub series: BTreeMap<String, Vec<Option<f64>>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct By {
    #[serde(default)]
    pub release: String,
}
