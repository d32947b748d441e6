//! What the table says about incidents, drafts, templates and envelopes. Only data; must not know
//! how any of it is done.

use std::collections::{BTreeMap, BTreeSet};

use cockpit_domain::Time;
use cockpit_domain::notice::{Audience, Locale, Severity, Slot, Slots, Template};
use cockpit_domain::target::Phase;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which draft, and the words that a page holds instead of those that were taken down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NoticeDraftArgs {
    /// The incident's entry, in hex.
    pub incident: String,
    /// Whom it is for.
    pub audience: Audience,
    /// Slots by language; as they were taken down when absent.
    #[serde(default)]
    pub texts: Option<BTreeMap<Locale, Slots>>,
}

/// Begin a draft.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DraftNoticeArgs {
    /// The incident's entry, in hex; the newest that is open when absent, and when none is open
    /// one is opened from the newest stop or breach.
    #[serde(default)]
    pub incident: Option<String>,
    /// How bad it is, when it is not as it was; major for a new incident.
    #[serde(default)]
    pub severity: Option<Severity>,
    /// Where it stands, when it is not as it was.
    #[serde(default)]
    pub phase: Option<Phase>,
    /// Whom it is for; customers when absent.
    #[serde(default)]
    pub audience: Option<Audience>,
    /// Languages; English when empty.
    #[serde(default)]
    pub locales: Vec<Locale>,
    /// Why severity or phase change.
    #[serde(default)]
    pub reason: String,
}

/// A draft was taken down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Drafted {
    /// The incident's entry, in hex.
    pub incident: String,
    /// Whom it is for.
    pub audience: Audience,
    /// What is true now, in words.
    pub sentence: String,
}

/// Write in a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WriteNoticeArgs {
    /// The incident's entry, in hex.
    pub incident: String,
    /// Whom it is for.
    pub audience: Audience,
    /// Slots by language.
    pub texts: BTreeMap<Locale, Slots>,
}

/// Ask for a draft to be published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SubmitNoticeArgs {
    /// The incident's entry, in hex.
    pub incident: String,
    /// Whom it is for.
    pub audience: Audience,
    /// The status page mails nobody.
    #[serde(default)]
    pub quiet: bool,
}

/// Change an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ChangeIncidentArgs {
    /// The incident's entry, in hex.
    pub incident: String,
    /// What changes.
    pub change: IncidentChange,
    /// Why.
    pub reason: String,
}

/// What changes in an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum IncidentChange {
    /// How bad it is.
    Severity {
        /// The severity.
        severity: Severity,
    },
    /// Where it stands.
    Phase {
        /// The phase.
        phase: Phase,
    },
    /// When it is expected to be over.
    Expect {
        /// The moment, RFC 3339; none when nobody can say.
        #[ts(type = "string | null")]
        by: Option<Time>,
    },
    /// It is closed.
    Close,
}

/// Templates of one's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SetTemplatesArgs {
    /// The templates; those that are as they were are left alone.
    #[ts(type = "Array<Record<string, string>>")]
    pub templates: Vec<Template>,
}

/// Propose an envelope: the catalogue's sentences, and others beside them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ProposeEnvelopeArgs {
    /// What people call it.
    pub title: String,
    /// For incidents of these severities; every one when empty.
    #[serde(default)]
    pub severities: BTreeSet<Severity>,
    /// In these languages; every one when empty.
    #[serde(default)]
    pub locales: BTreeSet<Locale>,
    /// Sentences beside the catalogue's.
    #[serde(default)]
    pub sentences: BTreeMap<Locale, BTreeMap<Slot, Vec<String>>>,
    /// It stands for so many days.
    pub days: u32,
}

/// Which envelope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EnvelopeArgs {
    /// Its entry, in hex.
    pub envelope: String,
}

/// End an envelope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EndEnvelopeArgs {
    /// Its entry, in hex.
    pub envelope: String,
    /// Why.
    pub reason: String,
}
