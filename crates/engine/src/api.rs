//! The one table of what a shell may ask: queries, acts and approvals, with the cache tags that
//! each query stands for. Dispatch, TypeScript and documentation come from it.
//! Must not know how anything is answered.

use std::collections::BTreeMap;

use cockpit_domain::authority::Mandate;
use cockpit_domain::policy::ActKind;
use cockpit_domain::provider::CredentialCheck;
use cockpit_domain::views::{
    BootView, ChangeDraft, ChangeSheetView, CockpitView, DraftView, EntryView, HealthView,
    IntentView, LogChoicesView, LogPage, MandatePreview, NoticeText, NoticesView, PeopleView,
    PressView, RuleTestsView, SettingsView, StopSheetView, VoidSlotsView,
};
use cockpit_domain::{Desired, TargetId, Time};
use serde::{Deserialize, Serialize};
use ts_rs::{Config, TS};

mod health;
mod notices;
mod team;

pub use health::*;
pub use notices::*;
pub use team::*;

/// Something that changed: queries with this tag are asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Tag {
    /// Whether there is a workspace, theme, locks.
    Boot,
    /// What was observed at services, and signals.
    Observed,
    /// What was decided and how it stands.
    Decided,
    /// The ledger's entries.
    Log,
    /// Connections, people, policy.
    Settings,
    /// How far an export is.
    Export,
    /// How the log is shared, and when the shared folder was last read.
    Team,
}

/// What went wrong, in words for a person. Carries no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{sentence}")]
pub struct Problem {
    /// A short code to branch on: "refused", "cancelled", "locked", "read_only", "not_found", "bad_input",
    /// "provider", "storage".
    pub kind: String,
    /// What happened, and what is and is not in effect.
    pub sentence: String,
    /// What to do next.
    pub hint: Option<String>,
}

/// Arguments of nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Nothing {}

/// Which app; the first one when absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AppArgs {
    /// App identifier.
    #[serde(default)]
    pub app: Option<String>,
}

/// Which press.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PressArgs {
    /// Press identifier.
    pub press: String,
}

/// Which part of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LogArgs {
    /// Rows before this position; the newest when absent.
    #[serde(default)]
    #[ts(type = "number | null")]
    pub before: Option<u64>,
    /// Full-text search.
    #[serde(default)]
    pub search: Option<String>,
    /// Only decisions of people, not effects and breaches.
    #[serde(default)]
    pub decisions_only: bool,
    /// Only these kinds; every kind when empty.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// Only this person.
    #[serde(default)]
    pub person: Option<String>,
    /// Only this app.
    #[serde(default)]
    pub app: Option<String>,
    /// Only this outcome; "without_force" for rejected attempts.
    #[serde(default)]
    pub outcome: Option<String>,
    /// Only from this moment on, as its author claims it. RFC 3339.
    #[serde(default)]
    #[ts(type = "string | null")]
    pub from: Option<Time>,
    /// Only before this moment. RFC 3339.
    #[serde(default)]
    #[ts(type = "string | null")]
    pub until: Option<Time>,
    /// Rows, at most 200.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// Which part of the log leaves, and what of it stays unread. Empty lists mean everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct ExportArgs {
    /// The last position; the newest when absent.
    #[ts(type = "number | null")]
    pub through: Option<u64>,
    /// Entries that claim this time or a later one, RFC 3339.
    pub from: Option<String>,
    /// Entries that claim an earlier time, RFC 3339.
    pub until: Option<String>,
    /// Apps, by identifier.
    pub apps: Vec<String>,
    /// Kinds of entries, such as `intent.request`.
    pub kinds: Vec<String>,
    /// Persons, by name or identifier.
    pub persons: Vec<String>,
    /// Kinds whose text stays here.
    pub redact_kinds: Vec<String>,
    /// Persons whose entries' text stays here.
    pub redact_persons: Vec<String>,
    /// Positions whose text stays here.
    #[ts(type = "Array<number>")]
    pub redact_entries: Vec<u64>,
}

/// Which entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EntryArgs {
    /// Position in admission order.
    #[ts(type = "number")]
    pub position: u64,
}

/// Which intent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct IntentArgs {
    /// Intent, in hex.
    pub intent: String,
}

/// A workspace on the embedded sandbox.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StartDrillArgs {
    /// Scenario; the first-run drill when absent.
    #[serde(default)]
    pub scenario: Option<String>,
}

/// A workspace of one's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CreateWorkspaceArgs {
    /// Workspace name.
    pub name: String,
    /// The person's name.
    pub person: String,
}

/// A connection form. Secrets pass through on their way to the keychain and are never kept.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConnectArgs {
    /// Service key.
    pub service: String,
    /// Field key to value.
    pub fields: BTreeMap<String, String>,
}

impl std::fmt::Debug for ConnectArgs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ConnectArgs")
            .field("service", &self.service)
            .finish_non_exhaustive()
    }
}

/// Which service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ServiceArgs {
    /// Service key.
    pub service: String,
}

/// Where dry runs are made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RehearseArgs {
    /// Service key; every connected service when absent.
    #[serde(default)]
    pub service: Option<String>,
}

/// Stop a release on several targets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StopArgs {
    /// App identifier.
    #[serde(default)]
    pub app: Option<String>,
    /// The version that the person saw; the stop is refused when another one is out.
    #[serde(default)]
    pub version: Option<String>,
    /// Targets; every one that can be stopped when absent.
    #[serde(default)]
    pub targets: Option<Vec<TargetId>>,
    /// Why.
    pub reason: String,
}

/// Change one target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ChangeArgs {
    /// Target.
    pub target: TargetId,
    /// What it should become.
    pub desired: Desired,
    /// Why.
    pub reason: String,
}

/// Ask people who have a version to update, or stop asking them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RecoverArgs {
    /// App identifier or name; the first one when absent.
    #[serde(default)]
    pub app: Option<String>,
    /// The version that they have, or a version code of it.
    pub version: String,
    /// Stop asking them.
    #[serde(default)]
    pub cancel: bool,
    /// Why.
    pub reason: String,
}

/// Ask for a notice to be published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RequestNoticeArgs {
    /// The text.
    pub text: NoticeText,
}

/// A change of people or policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ProposeArgs {
    /// The change.
    pub change: ChangeDraft,
}

/// A change that waits for a signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ChangeArg {
    /// Its number, in hex.
    pub change: String,
}

/// A change was taken down and waits for a signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Proposed {
    /// Its number, in hex.
    pub change: String,
    /// What happens next, in words.
    pub sentence: String,
}

/// What a policy would mean.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MandatePreviewArgs {
    /// Kind of act.
    pub act: ActKind,
    /// What it would need.
    pub mandate: Mandate,
}

/// The passphrase of the key file. Never kept as text, never shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UnlockArgs {
    /// The passphrase.
    pub passphrase: String,
}

impl std::fmt::Debug for UnlockArgs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("UnlockArgs")
    }
}

/// Set the theme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SetThemeArgs {
    /// light, dark or system.
    pub theme: String,
}

/// Approve an intent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ApproveArgs {
    /// Intent, in hex.
    pub intent: String,
    /// Others of the same press that were shown with it. Each gets a signature of its own.
    #[serde(default)]
    pub also: Vec<String>,
}

/// Reject an intent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RejectArgs {
    /// Intent, in hex.
    pub intent: String,
    /// Others of the same press that were shown with it.
    #[serde(default)]
    pub also: Vec<String>,
    /// Why.
    pub reason: String,
}

/// A press was taken down in the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Pressed {
    /// The press.
    pub press: String,
    /// Its intents, in hex, in the order of the targets.
    pub intents: Vec<String>,
    /// What happens next, in words.
    pub sentence: String,
}

/// An act was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Done {
    /// What is true now, in words.
    pub sentence: String,
}

/// The log was exported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Exported {
    /// The folder where it lies.
    pub folder: String,
    /// Entries of the chain in it.
    #[ts(type = "number")]
    pub entries: u64,
    /// Entries that are told in words.
    #[ts(type = "number")]
    pub told: u64,
    /// Of these, entries without their text.
    #[ts(type = "number")]
    pub redacted: u64,
    /// Whether everything that was checked holds.
    pub holds: bool,
    /// What was checked, and the first thing that does not hold.
    pub verified: String,
    /// Whether the export stands in the log itself.
    pub in_log: bool,
    /// The SHA-256 of the list of hashes, in hex.
    pub sums: String,
    /// The line with which an auditor allows the signer's key to ssh-keygen; none when the key is
    /// locked.
    pub allowed_signer: Option<String>,
    /// All of it in words.
    pub sentence: String,
}

/// How far an export is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ExportProgress {
    /// Whether one is under way.
    pub running: bool,
    /// Steps that are done: each entry is checked, then written.
    #[ts(type = "number")]
    pub done: u64,
    /// Steps in all.
    #[ts(type = "number")]
    pub total: u64,
}

/// One line of the table: `name: Args => Answer, [tags], "purpose"`.
macro_rules! table {
    ($enum:ident, $doc:literal, { $($name:ident $variant:ident: $args:ty => $answer:ty, [$($tag:ident),*], $purpose:literal;)* }) => {
        #[doc = $doc]
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "name", content = "args", rename_all = "snake_case")]
        pub enum $enum {
            $(#[doc = $purpose] $variant($args),)*
        }

        impl $enum {
            /// Every line of the table.
            pub fn table(config: &Config) -> Vec<Line> {
                vec![$(Line {
                    name: stringify!($name),
                    args: <$args as TS>::name(config),
                    answer: <$answer as TS>::name(config),
                    tags: &[$(Tag::$tag),*],
                    purpose: $purpose,
                },)*]
            }

            /// Writes the TypeScript of every type that the table names.
            pub fn export(config: &Config) -> Result<(), ts_rs::ExportError> {
                $(<$args as TS>::export_all(config)?; <$answer as TS>::export_all(config)?;)*
                Ok(())
            }
        }
    };
}

/// A line of the api table.
#[derive(Clone, Debug)]
pub struct Line {
    /// Name on the wire.
    pub name: &'static str,
    /// TypeScript name of the arguments.
    pub args: String,
    /// TypeScript name of the answer.
    pub answer: String,
    /// For a query: changes with these tags make it stale. For an act: what it makes stale.
    pub tags: &'static [Tag],
    /// One line of purpose.
    pub purpose: &'static str,
}

table!(Query, "What may be asked. Changes nothing.", {
    boot Boot: Nothing => BootView, [Boot], "What opens first.";
    cockpit Cockpit: AppArgs => CockpitView, [Observed, Decided, Log, Settings], "The main screen.";
    stop_sheet StopSheet: AppArgs => StopSheetView, [Observed, Settings], "What a stop would do, and what it would not.";
    press Press: PressArgs => PressView, [Decided], "How each target of a press stands.";
    log Log: LogArgs => LogPage, [Log], "A page of the decision log, newest first.";
    log_choices LogChoices: Nothing => LogChoicesView, [Log, Settings], "What the log can be narrowed to.";
    entry Entry: EntryArgs => EntryView, [], "One entry, whole, checked when it is opened.";
    void_slots VoidSlots: Nothing => VoidSlotsView, [Log], "Slots of the log that admit nothing, and why.";
    intent Intent: IntentArgs => IntentView, [Observed, Decided], "What a person is asked to approve, from the signed bytes.";
    notices Notices: Nothing => NoticesView, [Decided, Observed, Settings], "Incidents, the board of notices, and what each channel answered.";
    notice_draft NoticeDraft: NoticeDraftArgs => DraftView, [Decided, Observed, Settings], "A draft, how it looks on each channel, what is wrong with it and who must agree.";
    people People: Nothing => PeopleView, [Settings, Decided, Log], "People, devices, policy, and what waits for a look.";
    mandate_preview MandatePreview: MandatePreviewArgs => MandatePreview, [Settings], "What a policy would mean, in words.";
    change_sheet ChangeSheet: ChangeArg => ChangeSheetView, [Settings], "A change of people or policy before it is signed.";
    team Team: Nothing => TeamView, [Team, Boot, Settings, Decided], "How the log is shared, and where a laptop that joins stands.";
    settings Settings: Nothing => SettingsView, [Settings, Observed], "Connections, people, policy, rules.";
    health Health: Nothing => HealthView, [Observed, Decided, Settings], "Figures, rules with what they say of them, and standing orders with what is left.";
    rule_test RuleTest: RuleTestArgs => RuleTestsView, [Observed], "What a rule would have said of past figures, before it is armed.";
    export_progress ExportProgress: Nothing => ExportProgress, [Export], "How far the export is that is under way.";
});

table!(Act, "What may be done from the main window. Approves nothing.", {
    start_drill StartDrill: StartDrillArgs => Done, [Boot, Observed, Decided, Log, Settings], "Make a workspace on the embedded sandbox.";
    new_drill NewDrill: Nothing => Done, [Boot, Observed, Decided, Log, Settings], "Leave a drill that has ended and begin another in a folder of its own.";
    create_workspace CreateWorkspace: CreateWorkspaceArgs => Done, [Boot, Observed, Decided, Log, Settings], "Make an empty workspace for real services.";
    unlock Unlock: UnlockArgs => Done, [Boot, Observed, Decided, Settings], "Open the key file, or make one, with a passphrase.";
    check_connection CheckConnection: ConnectArgs => CredentialCheck, [], "Try a credential without keeping it.";
    connect Connect: ConnectArgs => Done, [Observed, Log, Settings], "Keep a credential in the keychain and connect.";
    disconnect Disconnect: ServiceArgs => Done, [Observed, Log, Settings], "Forget a credential.";
    stop Stop: StopArgs => Pressed, [Decided, Log], "Stop a release on its targets.";
    change Change: ChangeArgs => Pressed, [Decided, Log], "Resume, set a fraction, complete, turn a flag on or off.";
    recover Recover: RecoverArgs => Pressed, [Observed, Decided, Log], "Ask people who have a version on Google Play to update, or stop asking them.";
    restop Restop: ChangeArgs => Pressed, [Decided, Log], "Stop again what something else has undone.";
    request_notice RequestNotice: RequestNoticeArgs => Pressed, [Decided, Log], "Ask for a notice to be published on every connected channel.";
    draft_notice DraftNotice: DraftNoticeArgs => Drafted, [Decided, Log], "Draft an incident's next notice from the log; opens the incident when none is open.";
    write_notice WriteNotice: WriteNoticeArgs => Drafted, [Decided, Log], "Take down what a person wrote in a draft. Takes the approvals of the words before.";
    submit_notice SubmitNotice: SubmitNoticeArgs => Pressed, [Decided, Log], "Ask for a draft to be published on every channel of its audience.";
    ask_again AskAgain: IntentArgs => Pressed, [Decided, Log], "Ask for a notice once more on the one channel where it came to nothing.";
    change_incident ChangeIncident: ChangeIncidentArgs => Done, [Decided, Log], "Set an incident's severity, phase or expected end, or close it.";
    set_templates SetTemplates: SetTemplatesArgs => Done, [Decided, Log], "Use templates of one's own.";
    propose_envelope ProposeEnvelope: ProposeEnvelopeArgs => Done, [Decided, Log], "Propose wording that legal and brand agree to beforehand.";
    end_envelope EndEnvelope: EndEnvelopeArgs => Done, [Decided, Log], "End an envelope.";
    sign_envelope SignEnvelope: EnvelopeArgs => Proposed, [], "Ask for a signature under an envelope; the approval window signs it.";
    set_rule SetRule: SetRuleArgs => Done, [Observed, Decided, Log, Settings], "Judge a health rule from here on.";
    end_rule EndRule: EndRuleArgs => Done, [Observed, Decided, Log, Settings], "Judge a health rule no more.";
    sign_order SignOrder: SignOrderArgs => Proposed, [], "Ask for a standing order; the approval window signs it.";
    end_order EndOrder: EndOrderArgs => Done, [Observed, Decided, Log, Settings], "End a standing order before its time.";
    withdraw Withdraw: IntentArgs => Done, [Decided, Log], "Take back an intent that is not in effect.";
    propose Propose: ProposeArgs => Proposed, [], "Ask for a change of people or policy; the approval window signs it.";
    share Share: ShareArgs => Proposed, [], "Ask for the log to lie in a team folder; the approval window signs it.";
    invite Invite: InviteArgs => Invited, [Settings, Log], "Make an invitation that can be copied. It gives nothing by itself.";
    join Join: JoinArgs => Done, [Boot, Observed, Decided, Log, Settings, Team], "Ask to join a workspace with an invitation.";
    sync Sync: Nothing => Done, [Team], "Read and write the team folder now.";
    set_theme SetTheme: SetThemeArgs => Done, [Boot, Settings], "Set the theme.";
    export Export: ExportArgs => Exported, [Log], "Export the log as an evidence pack, to where the shell keeps exports.";
    cancel_export CancelExport: Nothing => Done, [Export], "Call off the export that is under way.";
    verify_log VerifyLog: Nothing => Done, [Log], "Check every entry again.";
    refresh Refresh: Nothing => Done, [Observed], "Read every service now.";
    rehearse Rehearse: RehearseArgs => Done, [Observed], "Try stops by dry runs now. Changes nothing.";
    open_approval OpenApproval: IntentArgs => Done, [], "Open the approval window on an intent.";
});

table!(Approval, "What only the approval window may do.", {
    approve Approve: ApproveArgs => Done, [Decided, Log], "Approve the exact bytes of an intent, and of others of its press.";
    sign_change SignChange: ChangeArg => Done, [Settings, Log, Decided], "Sign a change of people or policy.";
    reject Reject: RejectArgs => Done, [Decided, Log], "Reject an intent, and others of its press.";
});
