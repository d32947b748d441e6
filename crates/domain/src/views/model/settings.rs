//! Shapes of the settings room. Only data; must not hold rules.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Badge;
use crate::provider::CheckItem;

/// The settings room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct SettingsView {
    /// Workspace name.
    pub workspace: String,
    /// A drill on the sandbox.
    pub drill: bool,
    /// Connected services and those that can be connected.
    pub connections: Vec<ConnectionView>,
    /// Health rules.
    pub rules: Vec<RuleView>,
    /// light, dark or system.
    pub theme: String,
    /// Where keys are kept, in words.
    pub keys_kept_in: String,
    /// Where the workspace's files are.
    pub folder: String,
}

/// One service in the settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ConnectionView {
    /// Service key.
    pub service: String,
    /// Service name.
    pub name: String,
    /// What it is used for, one sentence.
    pub purpose: String,
    /// Whether it is connected, with state.
    pub badge: Badge,
    /// Fields to fill in.
    pub fields: Vec<FieldView>,
    /// Result of the newest check.
    pub checks: Vec<CheckItem>,
    /// When it was checked, RFC 3339.
    pub checked_at: Option<String>,
    /// The least permission that is needed, in words.
    pub least_permission: String,
}

/// One field of a connection form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FieldView {
    /// Key of the field.
    pub key: String,
    /// Label.
    pub label: String,
    /// Hint below it.
    pub hint: String,
    /// Goes to the keychain and is never shown again.
    pub secret: bool,
    /// Many lines (a PEM key, a JSON file).
    pub multiline: bool,
    /// May stay empty.
    pub optional: bool,
    /// The value now; always empty for secrets.
    pub value: String,
}

/// A health rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct RuleView {
    /// "Crash-free sessions below 99.50 % for 10 min with at least 500 sessions".
    pub sentence: String,
}
