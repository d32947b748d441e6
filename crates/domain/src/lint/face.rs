//! The shapes of a draft and of what is found in it. Only data; must not hold a rule.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::notice::Severity;
use crate::target::Phase;
use crate::time::Time;

/// A notice as it would reach one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Headline: a mail's subject, a push's title. Empty where the channel has none.
    pub title: String,
    /// Text.
    pub body: String,
    /// Severity of the incident; it brings the cadence.
    pub severity: Severity,
    /// Phase that is told.
    pub phase: Phase,
    /// Where it goes.
    pub channel: ChannelKind,
    /// The language it is written in.
    pub locale: Locale,
    /// When people are promised the next notice; none was promised when absent.
    pub next_update_at: Option<Time>,
    /// When it is checked.
    pub now: Time,
    /// What it is linked to in the ledger.
    pub links: Links,
    /// Names of people of the workspace; none of them may stand in the text.
    pub people: Vec<String>,
}

/// Entries that stand behind a notice. Absent when there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// What was decided.
    pub decision: Option<String>,
    /// Why.
    pub rationale: Option<String>,
    /// What keeps it from happening to people again.
    pub safeguards: Option<String>,
}

/// A kind of channel, as far as its limits differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// Statuspage.
    StatusPage,
    /// E-mail.
    Email,
    /// Push by FCM.
    Push,
    /// A banner inside the app.
    Banner,
    /// Slack.
    Slack,
    /// Teams.
    Teams,
    /// Matrix.
    Matrix,
    /// Mastodon.
    Mastodon,
    /// Bluesky.
    Bluesky,
}

impl ChannelKind {
    /// Every kind of channel.
    pub const ALL: [Self; 9] = [
        Self::StatusPage,
        Self::Email,
        Self::Push,
        Self::Banner,
        Self::Slack,
        Self::Teams,
        Self::Matrix,
        Self::Mastodon,
        Self::Bluesky,
    ];
}

/// The language of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Locale {
    /// English.
    En,
    /// German.
    De,
}

/// What a notice is held to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[ts(rename = "LintRule")]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Something is empty, or a place for words was not filled in.
    Unfilled,
    /// It says more than was observed, or promises what nobody can keep.
    Overpromise,
    /// It does not say what is not known yet.
    MissingUncertainty,
    /// It does not say when people hear again.
    MissingNextUpdate,
    /// The next notice is promised for a time that cannot be kept.
    UnkeptNextUpdate,
    /// No decision, rationale or safeguard stands behind it in the ledger.
    MissingLink,
    /// It names a person.
    PersonNamed,
    /// It blames a supplier, a team or a colleague.
    Blame,
    /// It speaks of personal data or of a breach of it: legal must agree first.
    Privacy,
    /// It is hard to read.
    ReadingGrade,
    /// It is too long for its channel.
    ChannelLimit,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 11] = [
        Self::Unfilled,
        Self::Overpromise,
        Self::MissingUncertainty,
        Self::MissingNextUpdate,
        Self::UnkeptNextUpdate,
        Self::MissingLink,
        Self::PersonNamed,
        Self::Blame,
        Self::Privacy,
        Self::ReadingGrade,
        Self::ChannelLimit,
    ];

    /// Key on the wire.
    pub fn key(self) -> &'static str {
        match self {
            Self::Unfilled => "unfilled",
            Self::Overpromise => "overpromise",
            Self::MissingUncertainty => "missing_uncertainty",
            Self::MissingNextUpdate => "missing_next_update",
            Self::UnkeptNextUpdate => "unkept_next_update",
            Self::MissingLink => "missing_link",
            Self::PersonNamed => "person_named",
            Self::Blame => "blame",
            Self::Privacy => "privacy",
            Self::ReadingGrade => "reading_grade",
            Self::ChannelLimit => "channel_limit",
        }
    }
}

/// Whether a finding holds the notice back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[ts(rename = "LintWeight")]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// It may not be sent so.
    Blocking,
    /// It may not be sent so unless legal approves these exact words.
    Legal,
    /// It may be sent; it would be better otherwise.
    Advising,
}

impl Weight {
    /// Whether the notice may not be sent by the one who wrote it.
    pub fn holds_back(self) -> bool {
        match self {
            Self::Blocking | Self::Legal => true,
            Self::Advising => false,
        }
    }
}

/// A part of a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[ts(rename = "LintPart")]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The title.
    Title,
    /// The body.
    Body,
}

/// Some words of a draft. Both pairs say the same place and stand on whole characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[ts(rename = "LintSpan")]
pub struct Span {
    /// Where.
    pub part: Part,
    /// First byte of the UTF-8 text.
    #[ts(type = "number")]
    pub start: usize,
    /// The byte after the last.
    #[ts(type = "number")]
    pub end: usize,
    /// First unit of the UTF-16 text, as an editor in the page counts.
    #[ts(type = "number")]
    pub utf16_start: usize,
    /// The unit after the last.
    #[ts(type = "number")]
    pub utf16_end: usize,
}

/// One thing that is wrong with a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "LintFinding")]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// Whether it holds the notice back.
    pub weight: Weight,
    /// The words it speaks of; absent when it speaks of what is not there.
    pub span: Option<Span>,
    /// What is wrong, one sentence.
    pub reason: String,
    /// What to do, one sentence.
    pub fix: String,
    /// Words in the notice's language that could stand instead, or be added when there is no
    /// span; absent when only a person can know them.
    pub instead: Option<String>,
}
