//! Shapes of the notices room. Only data; must not hold rules.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Badge, OutcomeView};
pub use crate::notice::{
    Audience, Change as SlotChange, ChannelKind, Locale, NoticeText, Severity, Slot, Slots,
};
pub use crate::target::Phase;

/// The notices room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct NoticesView {
    /// Incidents: those that go on first, then the newest that were closed.
    pub incidents: Vec<IncidentView>,
    /// The board: draft, waiting, approved, published, overdue.
    pub lanes: Vec<LaneView>,
    /// Notices, newest first.
    pub notices: Vec<NoticeView>,
    /// What nobody was told of yet, and a draft can begin from; absent when there is nothing.
    pub start: Option<String>,
    /// Where notices go; empty when nothing that publishes is connected.
    pub channels: Vec<ChannelView>,
    /// Why nothing can be asked for now; absent when it can.
    pub why_not: Option<String>,
    /// Wording that was agreed beforehand.
    pub envelopes: Vec<AgreementView>,
}

/// An incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct IncidentView {
    /// Its entry, in hex.
    pub incident: String,
    /// "Problems in version 8.4.0".
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// "Major".
    pub severity_name: String,
    /// Where it stands.
    pub phase: Phase,
    /// The version that it is about.
    pub version: String,
    /// "Investigating", "Closed".
    pub badge: Badge,
    /// "opened by you · first notice after 2 min".
    pub detail: String,
    /// When it was opened, RFC 3339.
    pub opened_at: String,
    /// When it is expected to be over, RFC 3339.
    pub expected_by: Option<String>,
    /// Whether it goes on.
    pub open: bool,
    /// What is owed, the nearest first.
    pub owed: Vec<OwedView>,
    /// "7 replies to what people were told"; absent while none is known.
    pub feedback: Option<String>,
    /// What happened, oldest first.
    pub timeline: Vec<TimelineRow>,
    /// Why it cannot be closed; absent when it can.
    pub close_why_not: Option<String>,
}

/// One thing that happened in an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TimelineRow {
    /// Position of its entry.
    #[ts(type = "number")]
    pub entry: u64,
    /// RFC 3339.
    pub at: String,
    /// Who.
    pub who: String,
    /// What, in words with an icon.
    pub what: Badge,
}

/// A notice that was promised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OwedView {
    /// The incident's entry, in hex.
    pub incident: String,
    /// "Next update owed to customers".
    pub title: String,
    /// "every 60 min · a draft without news is ready".
    pub detail: String,
    /// When it is due, RFC 3339.
    pub due: String,
    /// How near it is.
    pub badge: Badge,
}

/// A part of the board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LaneView {
    /// Which part.
    pub lane: Lane,
    /// "Waiting".
    pub name: String,
    /// What stands in it.
    pub cards: Vec<CardView>,
}

/// Where a notice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// It is being written.
    Draft,
    /// It waits for people.
    Waiting,
    /// It may be sent, and is not known to be there.
    Approved,
    /// It was seen to be there.
    Published,
    /// It was promised and not sent in time.
    Overdue,
}

/// A notice on the board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CardView {
    /// Tells it from the others.
    pub key: String,
    /// The headline.
    pub title: String,
    /// "customers · investigating · asked by you".
    pub detail: String,
    /// The incident whose draft opens; absent when none does.
    pub incident: Option<String>,
    /// Whom that draft is for.
    pub audience: Option<Audience>,
    /// The intent to review; absent when nothing waits.
    pub intent: Option<String>,
    /// When it expires or is due, RFC 3339.
    pub until: Option<String>,
    /// Why this person cannot approve it; absent when they can or it needs none.
    pub why_not: Option<String>,
}

/// The draft of the next notice of an incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct DraftView {
    /// The incident's entry, in hex.
    pub incident: String,
    /// The incident's title.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// Severities to choose from.
    pub severities: Vec<Choice>,
    /// Where it stands.
    pub phase: Phase,
    /// Phases to choose from.
    pub phases: Vec<Choice>,
    /// Which notice of the phase; 0 for the first.
    pub update: u32,
    /// Whom it is for.
    pub audience: Audience,
    /// The draft's entry, in hex; absent before it was taken down.
    pub draft: Option<String>,
    /// "drafted by the cockpit: the next update is due".
    pub origin: String,
    /// The words, language by language.
    pub languages: Vec<LanguageView>,
    /// Languages to choose from.
    pub more_languages: Vec<Choice>,
    /// How it will look, channel by channel.
    pub previews: Vec<PreviewView>,
    /// What the linter found, the blocking first.
    pub findings: Vec<FindingView>,
    /// Whether it lies inside an envelope, and who is missing.
    pub agreed: AgreedView,
    /// What an edit changed since it was asked for last.
    pub changes: Vec<SlotChange>,
    /// It waits for approval or is approved: an edit takes that away.
    pub asked: Option<String>,
    /// Why it cannot be asked for; absent when it can.
    pub why_not: Option<String>,
}

/// One of a few.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Choice {
    /// Key on the wire.
    pub value: String,
    /// Words.
    pub words: String,
}

/// A draft in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LanguageView {
    /// The language.
    pub locale: Locale,
    /// What it is called in itself.
    pub name: String,
    /// What the slots say.
    pub slots: Slots,
    /// The slots in order.
    pub fields: Vec<SlotField>,
    /// The promise in words.
    pub promise: Option<String>,
}

/// A slot to fill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SlotField {
    /// The slot.
    pub slot: Slot,
    /// What it is called.
    pub name: String,
    /// The entry that it speaks of.
    #[ts(type = "number | null")]
    pub entry: Option<u64>,
}

/// How a notice will look on a channel, in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PreviewView {
    /// Service key.
    pub service: String,
    /// "Statuspage · Northwind status".
    pub channel: String,
    /// Its kind.
    pub kind: ChannelKind,
    /// The language.
    pub locale: Locale,
    /// Title and text, word for word.
    pub text: NoticeText,
    /// "84 of 120 characters".
    pub counter: String,
    /// Why it is left out; absent when it goes there.
    pub left_out: Option<String>,
}

/// Something that the linter found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FindingView {
    /// The language.
    pub locale: Locale,
    /// The slot that it speaks of; absent when it speaks of what is not there.
    pub slot: Option<Slot>,
    /// The rule's key.
    pub rule: String,
    /// It may not be sent so.
    pub blocking: bool,
    /// Legal agrees to these words before anything is sent: who has to, or where that was done.
    pub legal: Option<String>,
    /// What is wrong.
    pub reason: String,
    /// What to do.
    pub fix: String,
    /// The words that it speaks of.
    pub words: Option<String>,
    /// Words that could stand instead.
    pub instead: Option<String>,
}

/// Whether a notice lies inside an envelope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AgreedView {
    /// One signature of customer success sends it.
    pub inside: bool,
    /// "Inside “Outage, customers”, agreed until 31 Jan" or what lies outside and who is missing.
    pub sentence: String,
    /// The envelope's entry, in hex.
    pub envelope: Option<String>,
}

/// Wording that was agreed beforehand, or waits to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AgreementView {
    /// Its entry, in hex.
    pub envelope: String,
    /// What people call it.
    pub title: String,
    /// "In force", "Waits for legal", "Expired".
    pub badge: Badge,
    /// What it covers, who signed it and when.
    pub detail: String,
    /// It is agreed to until then, RFC 3339.
    pub expires_at: String,
    /// Why this person cannot sign it; absent when they can.
    pub sign_why_not: Option<String>,
    /// Whether it still waits for somebody.
    pub waits: bool,
}

/// A connected channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ChannelView {
    /// Service key.
    pub service: String,
    /// "Statuspage · Northwind status".
    pub title: String,
    /// Why a notice leaves it out now; absent when it goes there.
    pub why_not: Option<String>,
    /// "12 of 50 requests in the last minute, as it publishes"; absent where it names no number.
    pub budget: Option<String>,
}

/// One notice, on all its channels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NoticeView {
    /// The press.
    pub press: String,
    /// The intent to review, in hex: the first that waits, else the first.
    pub intent: String,
    /// Somebody must approve it first.
    pub waits: bool,
    /// The text.
    pub text: NoticeText,
    /// Who wrote it.
    pub asked_by: String,
    /// When, RFC 3339.
    pub asked_at: String,
    /// How it stands on each channel.
    pub receipts: Vec<ReceiptView>,
    /// Who approved it, as whom and when.
    pub approvals: Vec<ApprovalView>,
    /// Who must still agree; absent when nobody must.
    pub missing: Option<String>,
    /// Why this person cannot approve it; absent when they can or it needs none.
    pub why_not: Option<String>,
}

/// Somebody who approved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ApprovalView {
    /// Who.
    pub who: String,
    /// As whom: "customer success, legal".
    pub roles: String,
    /// When, RFC 3339.
    pub at: String,
}

/// How a notice stands on one channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ReceiptView {
    /// The intent, in hex.
    pub intent: String,
    /// "E-mail · 3 recipients · Deutsch".
    pub channel: String,
    /// How it stands, in words.
    pub outcome: OutcomeView,
    /// "asked for a 2nd time · 3 tries"; empty after one of each.
    pub tries: String,
    /// What people did with it there: "12 favourites · 2 replies", that the service does not count
    /// it, or that it was not read; absent before it stands there.
    pub engagement: Option<String>,
    /// When that was read, RFC 3339.
    pub engagement_at: Option<String>,
    /// It can be asked for once more here alone, with the same words.
    pub again: bool,
    /// When that was recorded, RFC 3339; absent before the first result.
    pub at: Option<String>,
}

/// Texts by language, as a page sends them.
pub type Texts = BTreeMap<Locale, Slots>;
