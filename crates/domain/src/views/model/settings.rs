//! Shapes of the settings room. Only data; must not hold rules.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Badge, StopLightView};
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
    /// How to make a credential with the least permission that is enough, one step in each.
    pub steps: Vec<String>,
    /// Whether stops there would be taken now; absent where it stops nothing or nothing was read.
    pub light: Option<StopLightView>,
    /// What the service allows and how much of it was used, when it is connected.
    pub quotas: Vec<QuotaView>,
}

/// One limit that a service sets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct QuotaView {
    /// "2 961 of 3 000 requests each minute are left".
    pub words: String,
    /// How much is left, 0 to 1 000.
    pub left_permille: u16,
    /// What the number counts and where it is from.
    pub source: String,
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
