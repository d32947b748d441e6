//! Shapes of the main screen. Only data; must not hold rules.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ActView, Age, Badge, LightView, OutcomeView, OwedView, StopLightView, Tone};

/// The main screen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct CockpitView {
    /// When this was computed, RFC 3339.
    pub now: String,
    /// Workspace name.
    pub workspace: String,
    /// A drill on the sandbox: nothing real is touched.
    pub drill: bool,
    /// The app's identifier.
    pub app: String,
    /// The app's name.
    pub app_name: String,
    /// Other apps of the workspace.
    pub apps: Vec<AppChoice>,
    /// "2 stores · 3 services".
    pub summary: String,
    /// Who acts, "You · Product lead".
    pub actor: String,
    /// Connection state.
    pub online: OnlineView,
    /// Breaches, newest first.
    pub breaches: Vec<BreachView>,
    /// Releases in the stores.
    pub releases: Vec<ReleaseView>,
    /// Kill switches.
    pub flags: Vec<FlagView>,
    /// Where the flags come from: "LaunchDarkly · production, Unleash · production".
    pub flags_from: String,
    /// What waits for a person.
    pub waiting: Vec<WaitingView>,
    /// Notices that people were promised, the nearest first.
    pub owed: Vec<OwedView>,
    /// What was asked for and is not in effect yet, or not known to be.
    pub queued: Vec<QueuedView>,
    /// Alarms that something undid a stop.
    pub drifts: Vec<DriftView>,
    /// The button at the top right.
    pub stop: StopButton,
    /// Whether what a stop would touch can be stopped now, as dry runs have shown.
    pub light: StopLightView,
    /// State of the ledger.
    pub ledger: LedgerStatus,
}

/// One app to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AppChoice {
    /// Identifier.
    pub id: String,
    /// Name.
    pub name: String,
}

/// Whether services answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OnlineView {
    /// "Online", "Partly offline", "Offline".
    pub badge: Badge,
    /// "3 of 4 services fresh".
    pub fresh: String,
    /// "Outbox empty", "1 act queued, not in effect".
    pub outbox: String,
    /// A sentence to stand across the window when something is offline; absent when all is well.
    pub banner: Option<String>,
    /// Each service.
    pub services: Vec<ServiceView>,
}

/// One connected service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ServiceView {
    /// The service's key.
    pub service: String,
    /// Its name.
    pub name: String,
    /// State in words.
    pub badge: Badge,
    /// Age of the newest answer.
    pub age: Age,
    /// What to do, when a person can do something.
    pub hint: Option<String>,
}

/// A health rule that is breached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct BreachView {
    /// "Android 8.4.0: crash-free sessions 98.21 %".
    pub headline: String,
    /// "below your 99.50 % floor for 11 min · 61 204 sessions".
    pub detail: String,
    /// Since when, RFC 3339.
    pub since: String,
    /// Age of the data.
    pub age: Age,
    /// The version that it is about.
    pub version: String,
    /// The targets that a stop would cover.
    pub targets: Vec<String>,
    /// What was stopped because of it and what is still true, once nothing is left to stop.
    pub done: Option<String>,
    /// Position of the sealed entry.
    #[ts(type = "number | null")]
    pub entry: Option<u64>,
    /// The rule proposes a stop, rather than only raising an alarm.
    pub proposes_stop: bool,
}

/// One release in one store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ReleaseView {
    /// Target identifier.
    pub target: String,
    /// Store name.
    pub store: String,
    /// Android or iOS.
    pub platform: String,
    /// Version name.
    pub version: String,
    /// Build.
    pub build: String,
    /// State in words.
    pub badge: Badge,
    /// The rollout.
    pub rollout: RolloutView,
    /// Health.
    pub signals: Vec<SignalView>,
    /// Whom it reaches.
    pub exposure: ExposureView,
    /// How old the store's state is.
    pub age: Age,
    /// What is not covered: "Manual downloads still get 8.4.0".
    pub note: String,
    /// A signal is in breach.
    pub at_risk: bool,
    /// What may be pressed.
    pub acts: Vec<ActView>,
    /// Whether it can be stopped now; absent when there is nothing to stop.
    pub light: Option<LightView>,
    /// The newest act of ours on it and how it ended.
    pub last_act: Option<LastAct>,
}

/// A rollout bar.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct RolloutView {
    /// "Staged rollout", "Phased release".
    pub label: String,
    /// 0 to 1; absent when not known.
    pub fraction: Option<f64>,
    /// "20 %".
    pub words: String,
    /// Drawn hatched: halted or paused.
    pub held: bool,
    /// "day 3 of 7 · 30 days of pause left".
    pub detail: String,
}

/// Whom a release reaches, before and after a stop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ExposureView {
    /// "30 000 people in 1 h", "at most 82 401 people", "not known".
    pub now: String,
    /// The count in it; absent when it is not known.
    #[ts(type = "number | null")]
    pub now_count: Option<u64>,
    /// "1 021 sessions a minute", "not known".
    pub per_minute: String,
    /// The count in it; absent when it is not known.
    #[ts(type = "number | null")]
    pub per_minute_count: Option<u64>,
    /// How it was worked out, or why it is not known.
    pub how: String,
    /// How old the figures are.
    pub age: Age,
}

/// A health figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct SignalView {
    /// "Crash-free sessions".
    pub name: String,
    /// "98.21 %", "no data".
    pub words: String,
    /// 0 to 1; absent when there is no data.
    pub value: Option<f64>,
    /// In breach of its rule.
    pub breach: bool,
    /// Plain when there is no floor.
    pub tone: Tone,
    /// "below the 99.50 % floor", "above the 99.50 % floor", "no floor set".
    pub verdict: String,
    /// The floor, 0 to 1.
    pub threshold: Option<f64>,
    /// Series with absent values where there is no data.
    pub points: Vec<Option<f64>>,
    /// "61 204 sessions".
    pub sample: String,
    /// How old the data is.
    pub age: Age,
}

/// The newest act on a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LastAct {
    /// "Paused by you".
    pub words: String,
    /// When, RFC 3339.
    pub at: String,
    /// How it ended.
    pub outcome: OutcomeView,
}

/// A kill switch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FlagView {
    /// Target identifier.
    pub target: String,
    /// The flag's name.
    pub name: String,
    /// On, as the admin side says.
    pub on: bool,
    /// On, off or not known, in words, with the serving side.
    pub badge: Badge,
    /// "on for 50 % · gradual".
    pub detail: String,
    /// Age of the reading.
    pub age: Age,
    /// Tied to the release in flight.
    pub tied: bool,
    /// The one act that is open.
    pub act: ActView,
    /// Whether it can be turned off now; absent when it is off.
    pub light: Option<LightView>,
    /// The newest act of ours on it.
    pub last_act: Option<LastAct>,
}

/// Something that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WaitingView {
    /// The intent, in hex.
    pub intent: String,
    /// "Resume 8.4.0 on the App Store".
    pub title: String,
    /// "asked by you · needs 1 approval".
    pub detail: String,
    /// When it expires, RFC 3339.
    pub expires_at: String,
    /// Why this person cannot approve it; absent when they can.
    pub why_not: Option<String>,
    /// This person may go past the approvals that are missing, with a reason that is looked at
    /// afterwards.
    pub may_break_glass: bool,
}

/// Something that waits for the network, or that was sent and could not be read back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct QueuedView {
    /// The intent, in hex.
    pub intent: String,
    /// The target.
    pub target: String,
    /// "Stop 8.4.0 · Google Play · production · 8.4.0".
    pub title: String,
    /// How it stands.
    pub outcome: OutcomeView,
    /// When it expires, RFC 3339.
    pub expires_at: String,
    /// The shared log holds it up, and this person may go past it with a reason that is looked at
    /// afterwards.
    pub may_break_glass: bool,
}

/// Something that undid a stop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DriftView {
    /// The target.
    pub target: String,
    /// "Google Play · production rolls out again".
    pub headline: String,
    /// "You halted it at 14:02; at 14:05 it was read as rolling out to 50 %".
    pub detail: String,
    /// When it was seen, RFC 3339.
    pub seen_at: String,
}

/// The button at the top right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StopButton {
    /// The version that would be stopped.
    pub version: Option<String>,
    /// Why nothing can be stopped; absent when something can.
    pub why_not: Option<String>,
}

/// State of the ledger, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LedgerStatus {
    /// Entries.
    #[ts(type = "number")]
    pub entries: u64,
    /// "Intact", "Checking", "Broken at entry 12".
    pub badge: Badge,
    /// "12 entries from 1 device, every signature and link checked".
    pub sentence: String,
    /// When it was last checked, RFC 3339.
    pub checked_at: Option<String>,
    /// First and last four hex digits of the head.
    pub head: String,
}
