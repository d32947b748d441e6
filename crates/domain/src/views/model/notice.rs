//! Shapes of the notices room. Only data; must not hold rules.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::OutcomeView;
use crate::target::Phase;

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
