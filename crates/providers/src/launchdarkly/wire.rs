//! LaunchDarkly's JSON. Must not know our words.
//! Sources: LaunchDarkly's OpenAPI description, version 2.0; what its open SDKs read.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Deserialize)]
pub(super) struct Flags {
    pub items: Vec<Flag>,
    #[serde(default, rename = "totalCount")]
    pub total: Option<usize>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Flag {
    pub key: String,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub archived: bool,
    #[serde(default)]
    pub variations: Vec<Variation>,
    #[serde(default, rename = "clientSideAvailability")]
    pub apps: Option<Apps>,
    #[serde(default)]
    pub environments: BTreeMap<String, Setting>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Variation {
    pub value: Value,
}

#[derive(Debug, Deserialize)]
pub(super) struct Apps {
    #[serde(default, rename = "usingMobileKey")]
    pub mobile: bool,
}

/// What LaunchDarkly tells of flags' use.
#[derive(Debug, Deserialize)]
pub(super) struct Statuses {
    #[serde(default)]
    pub items: Vec<Status>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Status {
    /// new, inactive, active or launched.
    pub name: String,
    /// What apps have in their own code, as they told.
    #[serde(default)]
    pub default: Option<Value>,
    #[serde(default, rename = "_links")]
    pub links: BTreeMap<String, Link>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Link {
    #[serde(default)]
    pub href: String,
}

impl Status {
    /// The flag that it speaks of stands only in its links.
    pub(super) fn flag(&self) -> Option<&str> {
        self.links.get("parent")?.href.rsplit('/').next()
    }
}

/// A flag's targeting in one environment.
#[derive(Debug, Deserialize)]
pub(super) struct Setting {
    pub on: bool,
    #[serde(default)]
    pub version: u64,
    /// The place of what is served while it is off.
    #[serde(default, rename = "offVariation")]
    pub off: Option<usize>,
    #[serde(default)]
    pub fallthrough: Option<Fallthrough>,
    #[serde(default)]
    pub rules: Vec<Value>,
    #[serde(default)]
    pub targets: Vec<Value>,
    #[serde(default, rename = "contextTargets")]
    pub context_targets: Vec<Value>,
    #[serde(default)]
    pub prerequisites: Vec<Value>,
}

/// What is served when no rule matches: one variation, or shares.
#[derive(Debug, Deserialize)]
pub(super) struct Fallthrough {
    #[serde(default)]
    pub variation: Option<usize>,
    #[serde(default)]
    pub rollout: Option<Rollout>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Rollout {
    pub variations: Vec<Share>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Share {
    pub variation: usize,
    /// Thousandths of a per cent.
    pub weight: u32,
}

#[derive(Debug, Deserialize)]
pub(super) struct Environment {
    #[serde(default, rename = "mobileKey")]
    pub mobile_key: Option<String>,
    #[serde(default, rename = "approvalSettings")]
    pub approvals: Option<Approvals>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Approvals {
    #[serde(default)]
    pub required: bool,
}

/// What an app gets, by the flags' keys.
pub(super) type Evaluated = BTreeMap<String, Served>;

/// One flag's value for one person.
#[derive(Debug, Deserialize)]
pub(super) struct Served {
    /// Only there when it was asked for.
    #[serde(default)]
    pub reason: Option<Reason>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Reason {
    /// OFF, FALLTHROUGH, TARGET_MATCH, RULE_MATCH, PREREQUISITE_FAILED or ERROR.
    pub kind: String,
}
