//! Google Play's JSON. Must not know our words.
//! Source: the discovery document `androidpublisher` v3, revision 20261026.

use cockpit_domain::target::Review;
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
pub(super) struct Summaries {
    #[serde(default)]
    pub releases: Vec<Summary>,
}

/// A release as its review sees it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
pub(super) struct Summary {
    pub active_artifacts: Vec<Artifact>,
    pub release_lifecycle_state: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Artifact {
    /// A number here, unlike elsewhere.
    pub version_code: u64,
}

impl Summary {
    pub(super) fn codes(&self) -> impl Iterator<Item = String> {
        self.active_artifacts
            .iter()
            .map(|it| it.version_code.to_string())
    }

    /// Nothing for a state that is not known here.
    pub(super) fn review(&self) -> Option<Review> {
        match self
            .release_lifecycle_state
            .strip_prefix("RELEASE_LIFECYCLE_STATE_")?
        {
            "DRAFT" | "NOT_SENT_FOR_REVIEW" => Some(Review::NotSent),
            "IN_REVIEW" => Some(Review::InReview),
            "APPROVED_NOT_PUBLISHED" => Some(Review::Approved),
            "NOT_APPROVED" => Some(Review::Rejected),
            "PUBLISHED" => Some(Review::Published),
            _ => None,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReviewList {
    #[serde(default)]
    pub reviews: Vec<AppReview>,
    #[serde(default)]
    pub token_pagination: Pagination,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Pagination {
    pub next_page_token: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct AppReview {
    #[serde(default)]
    pub comments: Vec<Comment>,
}

/// Of one person, or an answer to it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Comment {
    #[serde(default)]
    pub user_comment: Option<UserComment>,
}

/// The parts of a review that are read. Its words and its author are not.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UserComment {
    pub last_modified: Timestamp,
    pub star_rating: u8,
    #[serde(default)]
    pub app_version_code: Option<u64>,
    #[serde(default)]
    pub app_version_name: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Timestamp {
    /// Since 1970, as text.
    pub seconds: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Actions {
    #[serde(default)]
    pub recovery_actions: Vec<Action>,
}

/// The parts of an `AppRecoveryAction` that are read. Numbers are texts in all of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Action {
    pub app_recovery_id: String,
    #[serde(default)]
    pub status: String,
    /// RFC 3339 in UTC, so that texts compare as times.
    #[serde(default)]
    pub create_time: String,
    #[serde(default)]
    pub targeting: Targeting,
    #[serde(default)]
    pub remote_in_app_update_data: Option<Counts>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Targeting {
    pub version_list: Option<VersionList>,
    pub version_range: Option<VersionRange>,
    pub regions: Option<Value>,
    pub android_sdks: Option<Value>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct VersionList {
    pub version_codes: Vec<String>,
}

/// Both ends belong to it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct VersionRange {
    pub version_code_start: String,
    pub version_code_end: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Counts {
    pub remote_app_update_data_per_bundle: Vec<Bundle>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Bundle {
    pub version_code: String,
    pub total_device_count: String,
    pub recovered_device_count: String,
}

/// An answer without content, `{}`.
#[derive(Debug, Deserialize)]
pub(super) struct Empty {}

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
