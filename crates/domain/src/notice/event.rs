//! What the ledger says of incidents and of what people are told: entry kinds and bodies,
//! append-only for ever. Must not know who may seal them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Audience, Envelope, Locale, Severity, Slots, Template};
use crate::signal::Measure;
use crate::target::Phase;
use crate::time::Time;

/// Something that happened to an incident or to what people are told, as it is sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "body")]
pub enum TellEvent {
    /// An incident begins.
    #[serde(rename = "incident.open")]
    Opened {
        /// "Problems in version 8.4.0".
        title: String,
        /// How bad it is.
        severity: Severity,
        /// The version that it is about.
        version: String,
        /// What it began with.
        because: Because,
        /// Figures as they were seen.
        figures: Vec<Figure>,
    },
    /// It is more or less bad than was thought.
    #[serde(rename = "incident.severity")]
    SeveritySet {
        /// The incident's entry, in hex.
        incident: String,
        /// How bad it is.
        severity: Severity,
        /// Why.
        reason: String,
    },
    /// It comes to another phase.
    #[serde(rename = "incident.phase")]
    PhaseSet {
        /// The incident's entry, in hex.
        incident: String,
        /// The phase.
        phase: Phase,
        /// Why.
        reason: String,
    },
    /// When it is expected to be over.
    #[serde(rename = "incident.expect")]
    ExpectedSet {
        /// The incident's entry, in hex.
        incident: String,
        /// The moment; none when nobody can say.
        by: Option<Time>,
        /// Why.
        reason: String,
    },
    /// It is closed: everybody who was told of it was told of its end.
    #[serde(rename = "incident.resolve")]
    Resolved {
        /// The incident's entry, in hex.
        incident: String,
        /// What ended it.
        reason: String,
    },
    /// The words of a notice. An edit is a new entry, and takes the approvals from the old one.
    #[serde(rename = "notice.draft")]
    Drafted(Box<Draft>),
    /// The next notice is nearly due and was not sent: others are called.
    #[serde(rename = "cadence.escalate")]
    Escalated {
        /// The incident's entry, in hex.
        incident: String,
        /// Who waits for it.
        audience: Audience,
        /// When it is due.
        due: Time,
    },
    /// The next notice was not sent in time.
    #[serde(rename = "cadence.miss")]
    Missed {
        /// The incident's entry, in hex.
        incident: String,
        /// Who waits for it.
        audience: Audience,
        /// When it was due.
        due: Time,
    },
    /// A template of one's own, instead of the library's.
    #[serde(rename = "template.set")]
    TemplateSet(Box<Template>),
    /// Wording that legal and brand are asked to agree to beforehand.
    #[serde(rename = "envelope.propose")]
    EnvelopeProposed(Box<Envelope>),
    /// A person agrees to an envelope, for the roles that they have.
    #[serde(rename = "envelope.sign")]
    EnvelopeSigned {
        /// The envelope's entry, in hex.
        envelope: String,
    },
    /// An envelope is no longer agreed to.
    #[serde(rename = "envelope.end")]
    EnvelopeEnded {
        /// The envelope's entry, in hex.
        envelope: String,
        /// Why.
        reason: String,
    },
}

impl TellEvent {
    /// Every kind, in the order of the variants.
    pub const KINDS: [&str; 12] = [
        "incident.open",
        "incident.severity",
        "incident.phase",
        "incident.expect",
        "incident.resolve",
        "notice.draft",
        "cadence.escalate",
        "cadence.miss",
        "template.set",
        "envelope.propose",
        "envelope.sign",
        "envelope.end",
    ];

    /// The entry's kind.
    pub fn kind(&self) -> &'static str {
        let place = match self {
            Self::Opened { .. } => 0,
            Self::SeveritySet { .. } => 1,
            Self::PhaseSet { .. } => 2,
            Self::ExpectedSet { .. } => 3,
            Self::Resolved { .. } => 4,
            Self::Drafted(_) => 5,
            Self::Escalated { .. } => 6,
            Self::Missed { .. } => 7,
            Self::TemplateSet(_) => 8,
            Self::EnvelopeProposed(_) => 9,
            Self::EnvelopeSigned { .. } => 10,
            Self::EnvelopeEnded { .. } => 11,
        };
        Self::KINDS[place]
    }

    /// The incident that it speaks of; its own entry is none.
    pub fn incident(&self) -> Option<&String> {
        match self {
            Self::SeveritySet { incident, .. }
            | Self::PhaseSet { incident, .. }
            | Self::ExpectedSet { incident, .. }
            | Self::Resolved { incident, .. }
            | Self::Escalated { incident, .. }
            | Self::Missed { incident, .. } => Some(incident),
            Self::Drafted(draft) => Some(&draft.incident),
            Self::Opened { .. }
            | Self::TemplateSet(_)
            | Self::EnvelopeProposed(_)
            | Self::EnvelopeSigned { .. }
            | Self::EnvelopeEnded { .. } => None,
        }
    }

    /// Whether a person did it, rather than the cockpit by itself.
    pub fn is_by_hand(&self) -> bool {
        match self {
            Self::Escalated { .. } | Self::Missed { .. } => false,
            Self::Drafted(draft) => !draft.why.is_by_itself(),
            Self::Opened { .. }
            | Self::SeveritySet { .. }
            | Self::PhaseSet { .. }
            | Self::ExpectedSet { .. }
            | Self::Resolved { .. }
            | Self::TemplateSet(_)
            | Self::EnvelopeProposed(_)
            | Self::EnvelopeSigned { .. }
            | Self::EnvelopeEnded { .. } => true,
        }
    }
}

/// What an incident began with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// A health rule was breached: position of the entry.
    Breach {
        /// Position of the entry.
        entry: u64,
    },
    /// A release was stopped.
    Stop {
        /// The press.
        press: String,
    },
    /// A person says so.
    Said,
}

/// A health figure as it was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// Android or iOS.
    pub platform: String,
    /// What was measured.
    pub measure: Measure,
    /// The value, in hundredths of a per cent.
    pub value_bps: u32,
}

/// The words of a notice before they are put into templates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The incident's entry, in hex.
    pub incident: String,
    /// The phase that it tells of.
    pub phase: Phase,
    /// 0 for the first notice of the phase.
    pub update: u32,
    /// Whom it is for.
    pub audience: Audience,
    /// Why it was made.
    pub why: Why,
    /// Slots by language.
    pub texts: BTreeMap<Locale, Slots>,
}

/// Why a draft was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// A person asked for it.
    Asked,
    /// A person wrote in it.
    Edited,
    /// The next notice is due soon and there is no news.
    NoNews,
    /// The incident came to another phase.
    Phase,
    /// It is expected to be over at another time.
    Expected,
}

impl Why {
    /// Whether the cockpit made it by itself.
    pub fn is_by_itself(self) -> bool {
        match self {
            Self::NoNews | Self::Phase | Self::Expected => true,
            Self::Asked | Self::Edited => false,
        }
    }
}
