//! Flagsmith's JSON. Must not know our words.
//! Source: Flagsmith's OpenAPI description and its open source, August 2026.

use serde::Deserialize;
use serde_json::Value;

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Environment {
    pub id: u64,
    pub name: String,
    pub project: u64,
    #[serde(default, rename = "use_v2_feature_versioning")]
    pub versioned: bool,
    /// Any number, also 0, means that changes go through change requests.
    #[serde(default, rename = "minimum_change_request_approvals")]
    pub approvals: Option<u64>,
    /// As the project says where it is absent.
    #[serde(default, rename = "hide_disabled_flags")]
    pub hides_disabled: Option<bool>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Project {
    #[serde(default, rename = "hide_disabled_flags")]
    pub hides_disabled: Option<bool>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Page<T> {
    pub results: Vec<T>,
    #[serde(default)]
    pub next: Option<String>,
}

/// A feature of the project with its state in the environment that was asked for.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Feature {
    pub id: u64,
    pub name: String,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default, rename = "is_archived")]
    pub archived: bool,
    #[serde(default, rename = "is_server_key_only")]
    pub server_only: bool,
    #[serde(default, rename = "environment_feature_state")]
    pub state: Option<State>,
    #[serde(default, rename = "num_segment_overrides")]
    pub segments: Option<u64>,
    /// Absent where persons are kept at the edge.
    #[serde(default, rename = "num_identity_overrides")]
    pub persons: Option<u64>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct State {
    pub id: u64,
    pub enabled: bool,
}

/// Overrides of persons that are kept at the edge.
#[derive(Debug, Deserialize)]
pub(super) struct Overrides {
    pub results: Vec<Value>,
}

/// How often apps said that they asked, on one day.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    pub count: u64,
}

#[derive(Debug, Deserialize)]
pub(super) struct Version {
    pub uuid: String,
}

/// One of the states in a version.
#[derive(Debug, Deserialize)]
pub(super) struct VersionState {
    pub id: u64,
    #[serde(rename = "feature_state_value")]
    pub value: Value,
    #[serde(default)]
    pub feature_segment: Value,
    #[serde(default)]
    pub identity: Value,
}

/// What an app gets.
#[derive(Debug, Deserialize)]
pub(super) struct Served {
    pub enabled: bool,
    pub feature: ServedFeature,
}

#[derive(Debug, Deserialize)]
pub(super) struct ServedFeature {
    pub name: String,
}
