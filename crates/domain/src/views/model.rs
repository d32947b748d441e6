//! The shapes that cross to the page. Only data; must not hold rules.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::provider::Verb;
use crate::target::{Desired, Phase};

/// How a word is coloured. Never the only carrier of meaning: a word or icon stands beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// Plain.
    Neutral,
    /// Observed to be as it should be.
    Good,
    /// Waiting, stale, or not yet known.
    Wait,
    /// Breach, stop, refused.
    Bad,
}

/// Which icon stands beside a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Icon {
    /// Rolling out.
    Progress,
    /// Paused or halted.
    Held,
    /// Reached everybody, or done.
    Done,
    /// Not begun, draft, off.
    Idle,
    /// A breach or a refusal.
    Alert,
    /// Not known.
    Unknown,
    /// Waiting for a person or the network.
    Waiting,
}

/// A short state in words with its tone and icon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Badge {
    /// Colour.
    pub tone: Tone,
    /// Icon.
    pub icon: Icon,
    /// Words.
    pub words: String,
}

/// How old a figure is. The page counts the age up from `at`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Age {
    /// RFC 3339 time of the reading; absent when it was never read.
    pub at: Option<String>,
    /// From this age on it is shown as stale.
    pub stale_after_ms: u32,
    /// Why the newest try to read failed, in words.
    pub problem: Option<String>,
}

/// An act that a person may press.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ActView {
    /// The verb.
    pub verb: Verb,
    /// The button's text: "Halt", "Pause", "Resume…".
    pub label: String,
    /// The button's full name for screen readers: "Halt 8.4.0 on Google Play".
    pub name: String,
    /// Lowers exposure; drawn in red.
    pub stops: bool,
    /// What it would ask for; the page sends it back with a reason.
    pub desired: Desired,
    /// Why it cannot be pressed now; absent when it can.
    pub why_not: Option<String>,
    /// What it does and does not do.
    pub sentence: String,
    /// Who must agree: "You", "You, then confirm in the approval window".
    pub needs: String,
}

/// What opens first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct BootView {
    /// Whether a workspace exists; without one the first run is shown.
    pub has_workspace: bool,
    /// The workspace is a drill on the sandbox.
    pub drill: bool,
    /// light, dark or system.
    pub theme: String,
    /// Plain word about where keys are kept ("this computer's keychain").
    pub keys_kept_in: String,
    /// The app can only read: why, in words (newer database, disk full).
    pub read_only: Option<String>,
    /// The keychain is closed: what to do. The act `unlock` takes the passphrase.
    pub locked: Option<String>,
    /// No key file is here yet: `unlock` makes one, so the passphrase is asked for twice.
    pub new_passphrase: bool,
    /// Version of the app.
    pub version: String,
}

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
    /// Where the flags come from: "Unleash · production".
    pub flags_from: String,
    /// What waits for a person.
    pub waiting: Vec<WaitingView>,
    /// What was asked for and is not in effect yet, or not known to be.
    pub queued: Vec<QueuedView>,
    /// Alarms that something undid a stop.
    pub drifts: Vec<DriftView>,
    /// The button at the top right.
    pub stop: StopButton,
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
    /// Position of the sealed entry.
    #[ts(type = "number | null")]
    pub entry: Option<u64>,
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
    /// How old the store's state is.
    pub age: Age,
    /// What is not covered: "Manual downloads still get 8.4.0".
    pub note: String,
    /// A signal is in breach.
    pub at_risk: bool,
    /// What may be pressed.
    pub acts: Vec<ActView>,
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

/// The stop sheet before the press.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct StopSheetView {
    /// App identifier.
    pub app: String,
    /// "Stop 8.4.0".
    pub title: String,
    /// "8.4.0".
    pub version: String,
    /// One line for each target that can be stopped.
    pub targets: Vec<StopTargetView>,
    /// Targets that cannot be stopped, and why.
    pub not_covered: Vec<String>,
    /// Lines of evidence that will be attached.
    pub evidence: Vec<String>,
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
    /// "in progress 20 %".
    pub from: String,
    /// "halted".
    pub to: String,
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

/// The outcome words of the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeWord {
    /// Needs a person's approval first.
    Waiting,
    /// Being read, sent or read back.
    Working,
    /// Read back as asked.
    Confirmed,
    /// Refused by us or by the service: not in effect.
    Refused,
    /// The target had moved: not in effect.
    Stale,
    /// Sent, and what it did could not be read back yet.
    Unknown,
    /// Ended with a failure: not in effect.
    Failed,
    /// Waits for the network: not in effect.
    Queued,
}

/// How an act stands or ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OutcomeView {
    /// The word.
    pub outcome: OutcomeWord,
    /// Word with tone and icon: "Confirmed · 1.31 s", "Sent, reading back".
    pub badge: Badge,
    /// From the press to the verdict, in milliseconds.
    #[ts(type = "number | null")]
    pub ms: Option<u64>,
    /// What was seen before, "in progress 20 %".
    pub before: Option<String>,
    /// What was read back, "halted".
    pub after: Option<String>,
    /// What happened, what is in effect now, what to do next.
    pub sentence: String,
}

/// A page of the decision log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct LogPage {
    /// Rows, newest first.
    pub rows: Vec<LogRow>,
    /// Give this as `before` for the next page; absent at the end.
    #[ts(type = "number | null")]
    pub next_before: Option<u64>,
    /// All entries in the ledger.
    #[ts(type = "number")]
    pub total: u64,
    /// State of the ledger.
    pub ledger: LedgerStatus,
}

/// One row of the decision log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LogRow {
    /// Position in admission order.
    #[ts(type = "number")]
    pub position: u64,
    /// Entry id, in hex.
    pub id: String,
    /// RFC 3339.
    pub at: String,
    /// "You", "Cockpit on this laptop".
    pub who: String,
    /// "Asked to stop", "Effect confirmed".
    pub decision: String,
    /// "Google Play · 8.4.0".
    pub target: String,
    /// The reason or what was read.
    pub reason: String,
    /// Outcome, when the entry has one.
    pub outcome: Option<Badge>,
}

/// One entry, whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EntryView {
    /// The row.
    pub row: LogRow,
    /// Kind: "intent.request".
    pub kind: String,
    /// "Signature and link checked" or what is wrong, checked when this was opened.
    pub verified: Badge,
    /// What the check proves, in words.
    pub verified_sentence: String,
    /// Device that signed.
    pub device: String,
    /// Number in the device's chain.
    #[ts(type = "number")]
    pub seq: u64,
    /// Previous entry of the device.
    pub prev: String,
    /// Facts in words: name and value.
    pub facts: Vec<Fact>,
    /// The three lines as signed.
    pub raw: String,
}

/// A name and a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Fact {
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
}

/// What the approval window shows: rendered from the signed bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct IntentView {
    /// The intent, in hex.
    pub intent: String,
    /// "Resume 8.4.0 on the App Store?".
    pub title: String,
    /// "Asked by you 41 s ago".
    pub asked_by: String,
    /// RFC 3339.
    pub asked_at: String,
    /// RFC 3339.
    pub expires_at: String,
    /// "You are the first of 1 who must agree".
    pub needs: String,
    /// What would change.
    pub change: ChangeView,
    /// The reason.
    pub reason: String,
    /// Evidence as the asker saw it.
    pub evidence: Vec<String>,
    /// The notice's text when it is one.
    pub notice: Option<NoticeText>,
    /// "intent 4c77a1d0… · signs with this laptop's key · ledger head 9f3a…c71e".
    pub proof: String,
    /// The approve button's text.
    pub approve_label: String,
    /// Why this person cannot approve; absent when they can.
    pub why_not: Option<String>,
}

/// What an intent changes, against what is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ChangeView {
    /// Target in words.
    pub title: String,
    /// As its author saw it.
    pub from: String,
    /// What it should become.
    pub to: String,
    /// "as asked" or "moved" with what changed.
    pub now: Badge,
    /// What changed since, in words; empty when nothing did.
    pub moved: String,
    /// What it does and does not do.
    pub sentence: String,
}

/// The text of a notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NoticeText {
    /// Headline.
    pub title: String,
    /// Text.
    pub body: String,
    /// Phase.
    pub phase: Phase,
    /// Whether the page's subscribers get a mail.
    pub notify_subscribers: bool,
}

/// The notices room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct NoticesView {
    /// Notices, newest first.
    pub notices: Vec<NoticeView>,
    /// A draft filled from the newest stop; absent when nothing was stopped.
    pub suggestion: Option<NoticeText>,
    /// Where notices go: "Statuspage · Northwind status"; absent when no page is connected.
    pub channel: Option<String>,
    /// Why nothing can be sent now; absent when it can.
    pub why_not: Option<String>,
}

/// One notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NoticeView {
    /// The intent, in hex.
    pub intent: String,
    /// The text.
    pub text: NoticeText,
    /// Who wrote it.
    pub asked_by: String,
    /// When, RFC 3339.
    pub asked_at: String,
    /// How it stands.
    pub outcome: OutcomeView,
    /// Why this person cannot approve it; absent when they can or it needs none.
    pub why_not: Option<String>,
}

/// The settings room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct SettingsView {
    /// Workspace name.
    pub workspace: String,
    /// A drill on the sandbox.
    pub drill: bool,
    /// Connected services and those that can be connected.
    pub connections: Vec<ConnectionView>,
    /// People of the workspace.
    pub people: Vec<PersonView>,
    /// Policy, one line for each kind of act.
    pub policy: Vec<PolicyView>,
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
    pub checks: Vec<crate::provider::CheckItem>,
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

/// A person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PersonView {
    /// Identifier.
    pub id: String,
    /// Name.
    pub name: String,
    /// "Product lead, customer success".
    pub roles: String,
    /// This laptop acts as this person.
    pub you: bool,
    /// Key, "ed25519 4c…9a".
    pub key: String,
}

/// Policy for one kind of act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PolicyView {
    /// Kind of act: stop, resume, flag_on, flag_off, publish.
    pub act: String,
    /// "Stop a rollout".
    pub title: String,
    /// How many persons must agree, the asker included.
    pub persons: u8,
    /// "With this policy, a stop needs: you".
    pub sentence: String,
    /// Why another number cannot be chosen now; absent when it can.
    pub why_not: Option<String>,
}

/// A health rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct RuleView {
    /// "Crash-free sessions below 99.50 % for 10 min with at least 500 sessions".
    pub sentence: String,
}
