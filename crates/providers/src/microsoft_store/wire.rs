//! The submission API's JSON. Must not know our words.
//! Source: the pages "Get app data" and "Manage app submissions".

use serde::{Deserialize, Deserializer};

/// What the sign-in gives.
#[derive(Deserialize)]
pub(super) struct TokenAnswer {
    pub access_token: String,
    /// Seconds. This endpoint writes numbers as text.
    #[serde(deserialize_with = "number_or_text")]
    pub expires_in: u64,
}

fn number_or_text<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(u64),
        Text(String),
    }
    match Either::deserialize(from)? {
        Either::Number(seconds) => Ok(seconds),
        Either::Text(text) => text.trim().parse().map_err(serde::de::Error::custom),
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct App {
    #[serde(default)]
    pub last_published_application_submission: Option<Named>,
    #[serde(default)]
    pub pending_application_submission: Option<Named>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Named {
    pub id: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rollout {
    pub is_package_rollout: bool,
    pub package_rollout_percentage: f64,
    pub package_rollout_status: String,
    /// "0" for none.
    #[serde(default)]
    pub fallback_submission_id: Option<String>,
}

/// A submission has more: among it an address that anybody may upload to who knows it, so only
/// what is needed is read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Submission {
    #[serde(default)]
    pub application_packages: Vec<Package>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Package {
    #[serde(default)]
    pub version: Option<String>,
    #[serde(default)]
    pub file_status: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Status {
    pub status: String,
}

impl Submission {
    /// The highest version, which the Store hands out where it fits. The fourth part is the Store's
    /// own and is left out while it is 0.
    pub(super) fn version(&self) -> String {
        let parts = |version: &str| -> Vec<u64> {
            let numbers = version.split('.').map(|part| part.parse().unwrap_or(0));
            numbers.collect()
        };
        let newest = self
            .application_packages
            .iter()
            .filter(|package| package.file_status.as_deref() != Some("PendingDelete"))
            .filter_map(|package| package.version.as_deref())
            .max_by_key(|version| parts(version))
            .unwrap_or_default();
        match newest.strip_suffix(".0") {
            Some(short) if newest.split('.').count() == 4 => short.to_owned(),
            Some(_) | None => newest.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_version_counts_and_its_fourth_part_is_the_store_s() {
        let of = |versions: &[(&str, &str)]| {
            let package = |(version, status): &(&str, &str)| Package {
                version: Some((*version).to_owned()),
                file_status: Some((*status).to_owned()),
            };
            Submission {
                application_packages: versions.iter().map(package).collect(),
            }
            .version()
        };
        let kept = "Uploaded";
        assert_eq!(of(&[("8.9.0.0", kept), ("8.10.0.0", kept)]), "8.10.0");
        assert_eq!(
            of(&[("8.4.0.0", kept), ("9.0.0.0", "PendingDelete")]),
            "8.4.0"
        );
        assert_eq!(of(&[("8.4.0.12", kept)]), "8.4.0.12");
        assert_eq!(of(&[("8.4.0", kept)]), "8.4.0");
        assert_eq!(of(&[]), "");
    }
}
