//! Statuspage's JSON. Must not know our words.
//! Source: Statuspage's API description v1.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Debug, Deserialize)]
pub(super) struct Page {
    #[serde(default)]
    pub name: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Incident {
    pub id: String,
    #[serde(default)]
    pub status: String,
    #[serde(default)]
    pub components: Vec<Component>,
    #[serde(default)]
    pub metadata: Option<Value>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Component {
    pub id: String,
    #[serde(default)]
    pub status: String,
}

impl Incident {
    fn ours(&self) -> Option<&Value> {
        Some(&self.metadata.as_ref()?["cockpit"])
    }

    /// The keys of our notices that stand in it, oldest first. An incident of one notice may hold
    /// its key alone.
    pub(super) fn keys(&self) -> Vec<String> {
        let Some(ours) = self.ours() else {
            return Vec::new();
        };
        let listed = ours["keys"].as_array().into_iter().flatten();
        listed
            .chain([&ours["key"]])
            .filter_map(|key| key.as_str().map(str::to_owned))
            .collect()
    }

    /// The incident of ours that it tells of.
    pub(super) fn about(&self) -> Option<&str> {
        self.ours()?["incident"].as_str()
    }

    pub(super) fn is_open(&self) -> bool {
        self.status != "resolved" && self.status != "completed"
    }
}

/// A new incident, or an update of one: the service takes the same for both.
#[derive(Debug, Serialize)]
pub(super) struct IncidentBody<'a> {
    pub name: &'a str,
    pub status: &'static str,
    pub body: &'a str,
    /// Left out, it would count as true.
    pub deliver_notifications: bool,
    /// States of components, by their identifiers.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub components: BTreeMap<String, String>,
    pub metadata: Metadata<'a>,
}

#[derive(Debug, Serialize)]
pub(super) struct Metadata<'a> {
    pub cockpit: Ours<'a>,
}

#[derive(Debug, Serialize)]
pub(super) struct Ours<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incident: Option<&'a str>,
    pub keys: Vec<String>,
}
