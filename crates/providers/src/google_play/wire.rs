//! Google Play's JSON. Must not know our words.
//! Source: the discovery document `androidpublisher` v3, revision 20261026.

use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AppEdit {
    pub id: String,
    /// Seconds since 1970 as text.
    #[serde(default)]
    pub expiry_time_seconds: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct TrackList {
    #[serde(default)]
    pub tracks: Vec<Track>,
}

/// A track with its releases as they came, so that what we do not know is sent back unchanged.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Track {
    pub track: String,
    #[serde(default)]
    pub releases: Vec<Value>,
}

/// The parts of a `TrackRelease` that are read.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Release {
    pub name: Option<String>,
    pub version_codes: Vec<String>,
    pub status: String,
    pub user_fraction: Option<f64>,
}

impl Release {
    /// The highest version code: what makes one release newer than another.
    pub(super) fn newest_code(&self) -> u64 {
        self.version_codes
            .iter()
            .filter_map(|code| code.parse().ok())
            .max()
            .unwrap_or(0)
    }
}
