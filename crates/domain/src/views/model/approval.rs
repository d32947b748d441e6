//! Shapes of the approval window. Only data; must not hold rules.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Age, Badge, NoticeText};

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
    /// What would change: the intent itself first, then what else waits of the same press. One
    /// signature press approves all of them, each with a signature of its own.
    pub parts: Vec<PartView>,
    /// The reason.
    pub reason: String,
    /// Evidence as the asker saw it.
    pub evidence: Vec<String>,
    /// "intent 4c77a1d0… · signs with this laptop's key · ledger head 9f3a…c71e".
    pub proof: String,
    /// The approve button's text.
    pub approve_label: String,
    /// Why this person cannot approve; absent when they can.
    pub why_not: Option<String>,
}

/// One intent of a press, as its signed bytes have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PartView {
    /// The intent, in hex.
    pub intent: String,
    /// What would change.
    pub change: ChangeView,
    /// The notice's text when it is one.
    pub notice: Option<NoticeText>,
    /// Who writes to whom when it is a mail.
    pub mail: Option<EnvelopeView>,
}

/// Who a mail is from and for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EnvelopeView {
    /// The sender.
    pub from: String,
    /// The recipients. None of them sees another's address.
    pub to: Vec<String>,
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
    /// How old the reading is that this is compared with.
    pub age: Age,
    /// What it does and does not do.
    pub sentence: String,
}
