//! What people are told of an incident: its severity, the words of a notice, where they come from
//! and who agreed to them beforehand. Promises nothing that was not observed; must not know how a
//! channel is spoken to.

mod cadence;
mod envelope;
mod event;
mod fill;
mod gate;
mod incident;
mod locale;
mod slots;
mod story;
mod template;
mod texts;

pub use cadence::{DRAFT_AHEAD_MS, ESCALATE_AHEAD_MS, Owed, Stage, owed, steps, wake_at};
pub use envelope::{ENVELOPE_EXPIRES_MS_MAX, Envelope, EnvelopeRecord, agreed_phrases};
pub use event::{Because, Draft, Figure, TellEvent, Why};
pub use fill::{fill, filled};
pub(crate) use incident::Step;
pub use incident::{DraftRecord, Incident, Place, Point, Tell, Told, What};
pub(crate) use locale::key as locale_key;
pub use slots::{Change, Slot, Slots};
pub use template::{LIBRARY, NotRendered, Template, TemplateKey, TemplateRecord, render};
pub use texts::{locale_name, promise};

pub use crate::lint::{ChannelKind, Locale};

use cockpit_say::say;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::target::{Phase, Service};
use crate::time::Time;

/// How bad it is for the people who use the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Many people cannot use the app, or are harmed by it.
    Critical,
    /// Some people meet problems.
    Major,
    /// A few people meet something small.
    Minor,
    /// Hardly anybody notices it; it is told so that nobody wonders.
    Low,
}

impl Severity {
    /// Every severity, the worst first.
    pub const ALL: [Severity; 4] = [Self::Critical, Self::Major, Self::Minor, Self::Low];

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Critical => say!("Critical"),
            Self::Major => say!("Major"),
            Self::Minor => say!("Minor"),
            Self::Low => say!("Low"),
        }
    }

    /// Key on the wire.
    pub fn key(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Major => "major",
            Self::Minor => "minor",
            Self::Low => "low",
        }
    }

    /// The severity with this key.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.key() == key)
    }

    /// People are told again after this long, in milliseconds.
    pub fn cadence_ms(self) -> u64 {
        const MINUTE: u64 = 60 * 1_000;
        match self {
            Self::Critical => 30 * MINUTE,
            Self::Major => 60 * MINUTE,
            Self::Minor => 4 * 60 * MINUTE,
            Self::Low => 24 * 60 * MINUTE,
        }
    }

    /// Whether the status page's subscribers get a mail of it unless somebody says otherwise.
    pub fn notifies(self) -> bool {
        match self {
            Self::Critical | Self::Major => true,
            Self::Minor | Self::Low => false,
        }
    }
}

/// Whom a notice is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// The people who use the app.
    Customers,
    /// The people who work on it.
    Team,
}

impl Audience {
    /// Every audience.
    pub const ALL: [Audience; 2] = [Self::Customers, Self::Team];

    /// Key on the wire.
    pub fn key(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Team => "team",
        }
    }
}

/// Key of a phase on the wire.
pub fn phase_key(phase: Phase) -> &'static str {
    match phase {
        Phase::Investigating => "investigating",
        Phase::Identified => "identified",
        Phase::Monitoring => "monitoring",
        Phase::Resolved => "resolved",
    }
}

/// Every phase, in the order in which they come.
pub const PHASES: [Phase; 4] = [
    Phase::Investigating,
    Phase::Identified,
    Phase::Monitoring,
    Phase::Resolved,
];

/// What kind of channel a service is; none when it is no channel.
pub fn kind_of(service: Service) -> Option<ChannelKind> {
    match service {
        Service::Statuspage => Some(ChannelKind::StatusPage),
        Service::Smtp => Some(ChannelKind::Email),
        Service::Fcm => Some(ChannelKind::Push),
        Service::RemoteConfig => Some(ChannelKind::Banner),
        Service::Slack => Some(ChannelKind::Slack),
        Service::Teams => Some(ChannelKind::Teams),
        Service::Matrix => Some(ChannelKind::Matrix),
        Service::Mastodon => Some(ChannelKind::Mastodon),
        Service::Bluesky => Some(ChannelKind::Bluesky),
        Service::GooglePlay
        | Service::AppStore
        | Service::HuaweiAppGallery
        | Service::SamsungGalaxyStore
        | Service::MicrosoftStore
        | Service::EasUpdate
        | Service::Unleash
        | Service::LaunchDarkly
        | Service::Flagsmith
        | Service::Sentry
        | Service::Prometheus
        | Service::PlayReporting
        | Service::Crashlytics => None,
    }
}

/// Whom a kind of channel reaches.
pub fn reaches(kind: ChannelKind) -> Audience {
    match kind {
        ChannelKind::StatusPage
        | ChannelKind::Email
        | ChannelKind::Push
        | ChannelKind::Banner
        | ChannelKind::Mastodon
        | ChannelKind::Bluesky => Audience::Customers,
        ChannelKind::Slack | ChannelKind::Teams | ChannelKind::Matrix => Audience::Team,
    }
}

/// The text of a notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NoticeText {
    /// Headline; a mail's subject.
    pub title: String,
    /// Text.
    pub body: String,
    /// Phase.
    pub phase: Phase,
    /// Whether the status page's subscribers get a mail from it.
    pub notify_subscribers: bool,
}

/// What a notice belongs to. It is sent once for each incident, phase, update, audience, channel
/// and language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct About {
    /// The incident's entry, in hex.
    pub incident: String,
    /// 0 for the first notice of its phase; updates in the same phase count on.
    pub update: u32,
    /// Whom it is for.
    pub audience: Audience,
    /// The language.
    pub locale: Locale,
    /// The draft's entry, in hex: its slots are what was rendered.
    pub draft: String,
    /// The version of the template.
    pub template: String,
    /// The envelope that it claims to lie in.
    pub envelope: Option<String>,
    /// When people are promised to hear again.
    #[ts(type = "string | null")]
    pub next_update_at: Option<Time>,
}

impl About {
    /// The notice's key at its channel. Two laptops that ask for the same notice use one key, so
    /// that a channel that can be asked shows it to the second.
    pub fn key(&self, phase: Phase) -> String {
        let incident = self.incident.get(..16).unwrap_or(&self.incident);
        format!(
            "{incident}-{}-{}-{}-{}",
            phase_key(phase),
            self.update,
            self.audience.key(),
            locale::key(self.locale)
        )
    }
}
