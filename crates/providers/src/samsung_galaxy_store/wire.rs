//! Samsung's JSON. Must not know our words.
//! Sources: "View seller's app details", "View staged rollout binaries" and "View staged rollout
//! rate" of the Content Publish API.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The code of an answer of the newer requests; `0000` is success.
pub(super) fn result_code(body: &Value) -> Option<String> {
    text(&body["resultCode"])
}

/// A text that says something, also one that is written as a number.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
            None
        }
    }
}

/// One listing of `contentInfo`: what is for sale, or what is being changed beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Listing {
    pub content_id: String,
    pub status: String,
    pub binaries: Vec<Binary>,
}

/// One binary of a listing or of a staged rollout.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Binary {
    pub seq: String,
    pub version: Option<String>,
    pub code: String,
    pub package: Option<String>,
    /// `ENABLED`, `DISABLED` or `PAUSED`; nothing in a listing.
    pub rollout: Option<String>,
}

impl Binary {
    fn of(it: &Value) -> Option<Binary> {
        Some(Binary {
            // Two requests name it differently.
            seq: text(&it["binarySeq"]).or_else(|| text(&it["seq"]))?,
            version: text(&it["versionName"]),
            code: text(&it["versionCode"])?,
            package: text(&it["packageName"]),
            rollout: text(&it["rolloutStatus"]),
        })
    }

    /// What makes one binary newer than another.
    pub(super) fn number(&self) -> u64 {
        self.code.parse().unwrap_or(0)
    }
}

fn binaries(list: &Value) -> Option<Vec<Binary>> {
    list.as_array()?.iter().map(Binary::of).collect()
}

/// The listings of `contentInfo`; nothing for an answer of another shape.
pub(super) fn listings(body: &Value) -> Option<Vec<Listing>> {
    body.as_array()?
        .iter()
        .map(|it| {
            Some(Listing {
                content_id: text(&it["contentId"])?,
                status: text(&it["contentStatus"])?,
                binaries: binaries(&it["binaryList"]).unwrap_or_default(),
            })
        })
        .collect()
}

/// The binaries of `stagedRolloutBinary`.
pub(super) fn staged(body: &Value) -> Option<Vec<Binary>> {
    binaries(&body["data"]["binaries"])
}

/// `stagedRolloutRate`, in whole per cents.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rate {
    pub rollout_rate: u32,
    #[serde(default)]
    pub countries: Vec<CountryRate>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CountryRate {
    pub country_code: String,
    pub rollout_rate: u32,
}

impl Rate {
    pub(super) fn of(body: &Value) -> Option<Rate> {
        let rate: Rate = serde_json::from_value(body["data"].clone()).ok()?;
        let fits =
            rate.rollout_rate <= 100 && rate.countries.iter().all(|it| it.rollout_rate <= 100);
        fits.then_some(rate)
    }
}

#[derive(Debug, Serialize)]
pub(super) struct Claims<'a> {
    pub iss: &'a str,
    pub scopes: &'a [&'a str],
    pub iat: i64,
    pub exp: i64,
}
