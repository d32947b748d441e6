//! Statuspage's JSON. Must not know our words.
//! Source: Statuspage's API description v1.

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
    pub metadata: Option<Value>,
}

impl Incident {
    /// Our key, when the incident is ours.
    pub(super) fn key(&self) -> Option<&str> {
        self.metadata.as_ref()?["cockpit"]["key"].as_str()
    }
}

#[derive(Debug, Serialize)]
pub(super) struct NewIncident<'a> {
    pub name: &'a str,
    pub status: &'static str,
    pub body: &'a str,
    /// Left out, it would count as true.
    pub deliver_notifications: bool,
    pub metadata: Metadata<'a>,
}

#[derive(Debug, Serialize)]
pub(super) struct Metadata<'a> {
    pub cockpit: Ours<'a>,
}

#[derive(Debug, Serialize)]
pub(super) struct Ours<'a> {
    pub key: &'a str,
}
