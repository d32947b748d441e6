//! Shapes of the stop sheet and of a press. Only data; must not hold rules.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Age, LightView, OutcomeView};

/// The stop sheet before the press.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct StopSheetView {
    /// App identifier.
    pub app: String,
    /// "Stop 8.4.0".
    pub title: String,
    /// "8.4.0".
    pub version: String,
    /// One line for each target that can be stopped; those that cover the same stand together.
    pub targets: Vec<StopTargetView>,
    /// Targets that cannot be stopped, and why.
    pub not_covered: Vec<String>,
    /// Lines of evidence that will be attached.
    pub evidence: Vec<String>,
    /// The reason that a health rule proposes, to be taken over or written anew; absent when none
    /// proposes a stop.
    pub proposed_reason: Option<String>,
    /// Who must agree: "This workspace needs one person to stop: you".
    pub authority: String,
    /// Why nothing can be pressed now; absent when it can.
    pub why_not: Option<String>,
    /// A sentence when the laptop is offline: the stop would be queued.
    pub offline: Option<String>,
}

/// One target on the stop sheet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct StopTargetView {
    /// Target identifier.
    pub target: String,
    /// "Google Play · production · 8.4.0".
    pub title: String,
    /// What it covers: "Stores · Android", "Switches · every platform".
    pub cover: String,
    /// "in progress 20 %".
    pub from: String,
    /// "halted".
    pub to: String,
    /// Whether the service would take the stop now, as a dry run has shown.
    pub light: Option<LightView>,
    /// What it does and does not do.
    pub sentence: String,
    /// Selected when the sheet opens.
    pub selected: bool,
    /// Age of what is shown.
    pub age: Age,
}

/// A press and how each of its targets ended, live.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct PressView {
    /// The press.
    pub press: String,
    /// "Stop 8.4.0".
    pub title: String,
    /// The reason.
    pub reason: String,
    /// When it was pressed, RFC 3339.
    pub asked_at: String,
    /// Who asked.
    pub asked_by: String,
    /// Key that signed, "ed25519 4c…9a".
    pub signed_by: String,
    /// Each target.
    pub targets: Vec<PressTargetView>,
    /// Every target has ended or is honestly unknown or queued.
    pub settled: bool,
    /// "4 of 4 confirmed".
    pub summary: String,
}

/// One target of a press.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct PressTargetView {
    /// Target identifier.
    pub target: String,
    /// Intent, in hex.
    pub intent: String,
    /// "Google Play · production · 8.4.0".
    pub title: String,
    /// "in progress 20 %".
    pub from: String,
    /// "halted".
    pub to: String,
    /// How it stands.
    pub outcome: OutcomeView,
}
