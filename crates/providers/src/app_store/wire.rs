//! App Store Connect's JSON. Must not know our words.
//! Source: Apple's OpenAPI description of App Store Connect API 4.4.1.

use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize)]
pub(super) struct Claims<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iss: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<&'a str>,
    pub iat: i64,
    pub exp: i64,
    pub aud: &'a str,
}

#[derive(Debug, Deserialize)]
pub(super) struct Many<T> {
    pub data: Vec<T>,
    #[serde(default)]
    pub included: Vec<Included>,
}

#[derive(Debug, Deserialize)]
pub(super) struct One<T> {
    pub data: T,
}

#[derive(Debug, Deserialize)]
pub(super) struct App {
    pub id: String,
    pub attributes: AppAttributes,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AppAttributes {
    pub bundle_id: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Version {
    pub id: String,
    pub attributes: VersionAttributes,
    #[serde(default)]
    pub relationships: Relationships,
}

impl Version {
    pub(super) fn is_released(&self) -> bool {
        self.attributes.app_version_state == "READY_FOR_DISTRIBUTION"
    }

    /// Taken off sale, by the developer or by Apple. Only the older word for a version's state
    /// tells it apart from one that is on sale.
    pub(super) fn is_removed(&self) -> bool {
        self.attributes
            .app_store_state
            .as_deref()
            .is_some_and(|state| {
                ["DEVELOPER_REMOVED_FROM_SALE", "REMOVED_FROM_SALE"].contains(&state)
            })
    }
}

/// A page of reviews, newest first.
#[derive(Debug, Deserialize)]
pub(super) struct Reviews {
    pub data: Vec<CustomerReview>,
    #[serde(default)]
    pub links: Links,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Links {
    #[serde(default)]
    pub next: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct CustomerReview {
    pub attributes: ReviewAttributes,
}

/// The parts of a review that are asked for. Its words and its author are not.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReviewAttributes {
    pub rating: u8,
    /// RFC 3339.
    pub created_date: String,
}

/// What is known of the app in one country or region.
#[derive(Debug, Deserialize)]
pub(super) struct TerritoryAvailability {
    pub relationships: TerritoryOf,
}

#[derive(Debug, Deserialize)]
pub(super) struct TerritoryOf {
    pub territory: Relationship,
}

/// A resource of which only the name matters.
#[derive(Debug, Deserialize)]
pub(super) struct Named {
    pub id: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VersionAttributes {
    pub version_string: String,
    pub app_version_state: String,
    #[serde(default)]
    pub app_store_state: Option<String>,
    /// RFC 3339.
    #[serde(default)]
    pub created_date: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Relationships {
    #[serde(default)]
    pub build: Relationship,
    #[serde(default)]
    pub app_store_version_phased_release: Relationship,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Relationship {
    #[serde(default)]
    pub data: Option<Reference>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Reference {
    pub id: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "type")]
pub(super) enum Included {
    #[serde(rename = "builds")]
    Build {
        id: String,
        attributes: BuildAttributes,
    },
    #[serde(rename = "appStoreVersionPhasedReleases")]
    PhasedRelease {
        id: String,
        attributes: PhasedAttributes,
    },
    #[serde(other)]
    Other,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct BuildAttributes {
    /// The build number.
    pub version: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PhasedAttributes {
    pub phased_release_state: String,
    /// Days of pause so far.
    #[serde(default)]
    pub total_pause_duration: Option<u32>,
    #[serde(default)]
    pub current_day_number: Option<u8>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Phased {
    pub id: String,
    pub attributes: PhasedAttributes,
}
