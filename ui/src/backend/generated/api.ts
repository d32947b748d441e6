// Made from the api table by `cargo xtask bindings`. Do not edit.
import type { AppArgs } from "./AppArgs";
import type { ApproveArgs } from "./ApproveArgs";
import type { BootView } from "./BootView";
import type { ChangeArg } from "./ChangeArg";
import type { ChangeArgs } from "./ChangeArgs";
import type { ChangeIncidentArgs } from "./ChangeIncidentArgs";
import type { ChangeSheetView } from "./ChangeSheetView";
import type { CockpitView } from "./CockpitView";
import type { ConnectArgs } from "./ConnectArgs";
import type { CreateWorkspaceArgs } from "./CreateWorkspaceArgs";
import type { CredentialCheck } from "./CredentialCheck";
import type { Done } from "./Done";
import type { DraftNoticeArgs } from "./DraftNoticeArgs";
import type { DraftView } from "./DraftView";
import type { Drafted } from "./Drafted";
import type { EndEnvelopeArgs } from "./EndEnvelopeArgs";
import type { EndOrderArgs } from "./EndOrderArgs";
import type { EndRuleArgs } from "./EndRuleArgs";
import type { EntryArgs } from "./EntryArgs";
import type { EntryView } from "./EntryView";
import type { EnvelopeArgs } from "./EnvelopeArgs";
import type { ExportArgs } from "./ExportArgs";
import type { ExportProgress } from "./ExportProgress";
import type { Exported } from "./Exported";
import type { HealthView } from "./HealthView";
import type { IntentArgs } from "./IntentArgs";
import type { IntentView } from "./IntentView";
import type { InviteArgs } from "./InviteArgs";
import type { Invited } from "./Invited";
import type { JoinArgs } from "./JoinArgs";
import type { LogArgs } from "./LogArgs";
import type { LogChoicesView } from "./LogChoicesView";
import type { LogPage } from "./LogPage";
import type { MandatePreview } from "./MandatePreview";
import type { MandatePreviewArgs } from "./MandatePreviewArgs";
import type { Nothing } from "./Nothing";
import type { NoticeDraftArgs } from "./NoticeDraftArgs";
import type { NoticesView } from "./NoticesView";
import type { PeopleView } from "./PeopleView";
import type { PressArgs } from "./PressArgs";
import type { PressView } from "./PressView";
import type { Pressed } from "./Pressed";
import type { ProposeArgs } from "./ProposeArgs";
import type { ProposeEnvelopeArgs } from "./ProposeEnvelopeArgs";
import type { Proposed } from "./Proposed";
import type { RecoverArgs } from "./RecoverArgs";
import type { RehearseArgs } from "./RehearseArgs";
import type { RejectArgs } from "./RejectArgs";
import type { RequestNoticeArgs } from "./RequestNoticeArgs";
import type { RuleTestArgs } from "./RuleTestArgs";
import type { RuleTestsView } from "./RuleTestsView";
import type { ServiceArgs } from "./ServiceArgs";
import type { SetRuleArgs } from "./SetRuleArgs";
import type { SetTemplatesArgs } from "./SetTemplatesArgs";
import type { SetThemeArgs } from "./SetThemeArgs";
import type { SettingsView } from "./SettingsView";
import type { ShareArgs } from "./ShareArgs";
import type { SignOrderArgs } from "./SignOrderArgs";
import type { StartDrillArgs } from "./StartDrillArgs";
import type { StopArgs } from "./StopArgs";
import type { StopSheetView } from "./StopSheetView";
import type { SubmitNoticeArgs } from "./SubmitNoticeArgs";
import type { Tag } from "./Tag";
import type { TeamView } from "./TeamView";
import type { UnlockArgs } from "./UnlockArgs";
import type { VoidSlotsView } from "./VoidSlotsView";
import type { WriteNoticeArgs } from "./WriteNoticeArgs";

export interface Queries {
  /** What opens first. */
  boot: { args: Nothing; answer: BootView };
  /** The main screen. */
  cockpit: { args: AppArgs; answer: CockpitView };
  /** What a stop would do, and what it would not. */
  stop_sheet: { args: AppArgs; answer: StopSheetView };
  /** How each target of a press stands. */
  press: { args: PressArgs; answer: PressView };
  /** A page of the decision log, newest first. */
  log: { args: LogArgs; answer: LogPage };
  /** What the log can be narrowed to. */
  log_choices: { args: Nothing; answer: LogChoicesView };
  /** One entry, whole, checked when it is opened. */
  entry: { args: EntryArgs; answer: EntryView };
  /** Slots of the log that admit nothing, and why. */
  void_slots: { args: Nothing; answer: VoidSlotsView };
  /** What a person is asked to approve, from the signed bytes. */
  intent: { args: IntentArgs; answer: IntentView };
  /** Incidents, the board of notices, and what each channel answered. */
  notices: { args: Nothing; answer: NoticesView };
  /** A draft, how it looks on each channel, what is wrong with it and who must agree. */
  notice_draft: { args: NoticeDraftArgs; answer: DraftView };
  /** People, devices, policy, and what waits for a look. */
  people: { args: Nothing; answer: PeopleView };
  /** What a policy would mean, in words. */
  mandate_preview: { args: MandatePreviewArgs; answer: MandatePreview };
  /** A change of people or policy before it is signed. */
  change_sheet: { args: ChangeArg; answer: ChangeSheetView };
  /** How the log is shared, and where a laptop that joins stands. */
  team: { args: Nothing; answer: TeamView };
  /** Connections, people, policy, rules. */
  settings: { args: Nothing; answer: SettingsView };
  /** Figures, rules with what they say of them, and standing orders with what is left. */
  health: { args: Nothing; answer: HealthView };
  /** What a rule would have said of past figures, before it is armed. */
  rule_test: { args: RuleTestArgs; answer: RuleTestsView };
  /** How far the export is that is under way. */
  export_progress: { args: Nothing; answer: ExportProgress };
}

export interface Acts {
  /** Make a workspace on the embedded sandbox. */
  start_drill: { args: StartDrillArgs; answer: Done };
  /** Leave a drill that has ended and begin another in a folder of its own. */
  new_drill: { args: Nothing; answer: Done };
  /** Make an empty workspace for real services. */
  create_workspace: { args: CreateWorkspaceArgs; answer: Done };
  /** Open the key file, or make one, with a passphrase. */
  unlock: { args: UnlockArgs; answer: Done };
  /** Try a credential without keeping it. */
  check_connection: { args: ConnectArgs; answer: CredentialCheck };
  /** Keep a credential in the keychain and connect. */
  connect: { args: ConnectArgs; answer: Done };
  /** Forget a credential. */
  disconnect: { args: ServiceArgs; answer: Done };
  /** Stop a release on its targets. */
  stop: { args: StopArgs; answer: Pressed };
  /** Resume, set a fraction, complete, turn a flag on or off. */
  change: { args: ChangeArgs; answer: Pressed };
  /** Ask people who have a version on Google Play to update, or stop asking them. */
  recover: { args: RecoverArgs; answer: Pressed };
  /** Stop again what something else has undone. */
  restop: { args: ChangeArgs; answer: Pressed };
  /** Ask for a notice to be published on every connected channel. */
  request_notice: { args: RequestNoticeArgs; answer: Pressed };
  /** Draft an incident's next notice from the log; opens the incident when none is open. */
  draft_notice: { args: DraftNoticeArgs; answer: Drafted };
  /** Take down what a person wrote in a draft. Takes the approvals of the words before. */
  write_notice: { args: WriteNoticeArgs; answer: Drafted };
  /** Ask for a draft to be published on every channel of its audience. */
  submit_notice: { args: SubmitNoticeArgs; answer: Pressed };
  /** Ask for a notice once more on the one channel where it came to nothing. */
  ask_again: { args: IntentArgs; answer: Pressed };
  /** Set an incident's severity, phase or expected end, or close it. */
  change_incident: { args: ChangeIncidentArgs; answer: Done };
  /** Use templates of one's own. */
  set_templates: { args: SetTemplatesArgs; answer: Done };
  /** Propose wording that legal and brand agree to beforehand. */
  propose_envelope: { args: ProposeEnvelopeArgs; answer: Done };
  /** End an envelope. */
  end_envelope: { args: EndEnvelopeArgs; answer: Done };
  /** Ask for a signature under an envelope; the approval window signs it. */
  sign_envelope: { args: EnvelopeArgs; answer: Proposed };
  /** Judge a health rule from here on. */
  set_rule: { args: SetRuleArgs; answer: Done };
  /** Judge a health rule no more. */
  end_rule: { args: EndRuleArgs; answer: Done };
  /** Ask for a standing order; the approval window signs it. */
  sign_order: { args: SignOrderArgs; answer: Proposed };
  /** End a standing order before its time. */
  end_order: { args: EndOrderArgs; answer: Done };
  /** Take back an intent that is not in effect. */
  withdraw: { args: IntentArgs; answer: Done };
  /** Ask for a change of people or policy; the approval window signs it. */
  propose: { args: ProposeArgs; answer: Proposed };
  /** Ask for the log to lie in a team folder; the approval window signs it. */
  share: { args: ShareArgs; answer: Proposed };
  /** Make an invitation that can be copied. It gives nothing by itself. */
  invite: { args: InviteArgs; answer: Invited };
  /** Ask to join a workspace with an invitation. */
  join: { args: JoinArgs; answer: Done };
  /** Read and write the team folder now. */
  sync: { args: Nothing; answer: Done };
  /** Set the theme. */
  set_theme: { args: SetThemeArgs; answer: Done };
  /** Export the log as an evidence pack, to where the shell keeps exports. */
  export: { args: ExportArgs; answer: Exported };
  /** Call off the export that is under way. */
  cancel_export: { args: Nothing; answer: Done };
  /** Check every entry again. */
  verify_log: { args: Nothing; answer: Done };
  /** Read every service now. */
  refresh: { args: Nothing; answer: Done };
  /** Try stops by dry runs now. Changes nothing. */
  rehearse: { args: RehearseArgs; answer: Done };
  /** Open the approval window on an intent. */
  open_approval: { args: IntentArgs; answer: Done };
}

export interface Approvals {
  /** Approve the exact bytes of an intent, and of others of its press. */
  approve: { args: ApproveArgs; answer: Done };
  /** Sign a change of people or policy. */
  sign_change: { args: ChangeArg; answer: Done };
  /** Reject an intent, and others of its press. */
  reject: { args: RejectArgs; answer: Done };
}

/** Changes with these tags make a query stale. */
export const queryTags: Record<keyof Queries, readonly Tag[]> = {
  boot: ["boot"],
  cockpit: ["observed","decided","log","settings"],
  stop_sheet: ["observed","settings"],
  press: ["decided"],
  log: ["log"],
  log_choices: ["log","settings"],
  entry: [],
  void_slots: ["log"],
  intent: ["observed","decided"],
  notices: ["decided","observed","settings"],
  notice_draft: ["decided","observed","settings"],
  people: ["settings","decided","log"],
  mandate_preview: ["settings"],
  change_sheet: ["settings"],
  team: ["team","boot","settings","decided"],
  settings: ["settings","observed"],
  health: ["observed","decided","settings"],
  rule_test: ["observed"],
  export_progress: ["export"],
};
