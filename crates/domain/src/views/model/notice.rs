//! Shapes of the notices room. Only data; must not hold rules.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::OutcomeView;
pub use crate::notice::{NoticeText, Severity};

/// The notices room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct NoticesView {
    /// Notices, newest first.
    pub notices: Vec<NoticeView>,
    /// A draft of each severity, filled from the newest stop; empty when nothing was stopped.
    pub drafts: Vec<NoticeDraftView>,
    /// Where notices go; empty when nothing that publishes is connected.
    pub channels: Vec<ChannelView>,
    /// Why nothing can be asked for now; absent when it can.
    pub why_not: Option<String>,
}

/// A draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NoticeDraftView {
    /// The severity.
    pub severity: Severity,
    /// "Major".
    pub name: String,
    /// The text.
    pub text: NoticeText,
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
    /// Why this person cannot approve it; absent when they can or it needs none.
    pub why_not: Option<String>,
}

/// How a notice stands on one channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ReceiptView {
    /// The intent, in hex.
    pub intent: String,
    /// "E-mail · 3 recipients".
    pub channel: String,
    /// How it stands, in words.
    pub outcome: OutcomeView,
    /// When that was recorded, RFC 3339; absent before the first result.
    pub at: Option<String>,
}
