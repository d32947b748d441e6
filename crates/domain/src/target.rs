//! What can be stopped, what was seen of it, and what it should become.
//! Each store keeps its own kind and words. Must not know how a service is spoken to.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use crate::desired::Desired;
use crate::notice::About;
pub use crate::recovery::{Devices, Newer, Recovery, RecoveryStatus, Scope};
pub use crate::store::{CountryShare, Store, StoreRollout, StoreStatus, Submitted};
pub use crate::switch::Flag;
use crate::time::Time;

/// Lists every service once: its variant, its key, its name, and whether notices go there.
macro_rules! services {
    ($($(#[$doc:meta])* $service:ident $key:literal $name:literal $channel:literal,)*) => {
        /// The outside service that holds a target.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS,
        )]
        pub enum Service {
            $($(#[$doc])* #[serde(rename = $key)] $service,)*
        }

        impl Service {
            /// Every service, in the order in which they are shown.
            pub const ALL: [Service; [$(Service::$service,)*].len()] = [$(Self::$service,)*];

            /// The service's name as people write it.
            pub fn name(self) -> &'static str {
                match self { $(Self::$service => $name,)* }
            }

            /// The word used in identifiers and on the command line.
            pub fn key(self) -> &'static str {
                match self { $(Self::$service => $key,)* }
            }

            /// Whether notices are published there.
            pub fn is_channel(self) -> bool {
                match self { $(Self::$service => $channel,)* }
            }
        }
    };
}

services! {
    /// Google Play Developer API.
    GooglePlay "google_play" "Google Play" false,
    /// App Store Connect API.
    AppStore "app_store" "App Store" false,
    /// Huawei AppGallery Connect, its Publishing API.
    HuaweiAppGallery "huawei_app_gallery" "Huawei AppGallery" false,
    /// Samsung Galaxy Store, its Content Publish API.
    SamsungGalaxyStore "samsung_galaxy_store" "Samsung Galaxy Store" false,
    /// Microsoft Store submission API.
    MicrosoftStore "microsoft_store" "Microsoft Store" false,
    /// Expo's updates over the air.
    EasUpdate "eas_update" "EAS Update" false,
    /// Unleash admin and client API.
    Unleash "unleash" "Unleash" false,
    /// LaunchDarkly REST interface and what its mobile SDKs ask.
    LaunchDarkly "launchdarkly" "LaunchDarkly" false,
    /// Flagsmith's admin interface and what its SDKs ask.
    Flagsmith "flagsmith" "Flagsmith" false,
    /// Sentry sessions.
    Sentry "sentry" "Sentry" false,
    /// Prometheus, or what answers its queries.
    Prometheus "prometheus" "Prometheus" false,
    /// Play Developer Reporting API: Android vitals.
    PlayReporting "play_reporting" "Android vitals" false,
    /// Firebase Crashlytics; its interface is an alpha, and its name says so.
    Crashlytics "crashlytics" "Firebase Crashlytics (alpha)" false,
    /// Atlassian Statuspage.
    Statuspage "statuspage" "Statuspage" true,
    /// E-mail over a mail server (SMTP).
    Smtp "smtp" "E-mail" true,
    /// Firebase Cloud Messaging: push messages.
    Fcm "fcm" "Firebase Cloud Messaging" true,
    /// Firebase Remote Config: a banner inside the app.
    RemoteConfig "remote_config" "Firebase Remote Config" true,
    /// Slack.
    Slack "slack" "Slack" true,
    /// Microsoft Teams, through a workflow.
    Teams "teams" "Microsoft Teams" true,
    /// A Matrix room.
    Matrix "matrix" "Matrix" true,
    /// A Mastodon account.
    Mastodon "mastodon" "Mastodon" true,
    /// A Bluesky account.
    Bluesky "bluesky" "Bluesky" true,
}

impl Service {
    /// Whether releases of apps are handed out there.
    pub fn is_store(self) -> bool {
        match self {
            Self::GooglePlay
            | Self::AppStore
            | Self::HuaweiAppGallery
            | Self::SamsungGalaxyStore
            | Self::MicrosoftStore
            | Self::EasUpdate => true,
            Self::Unleash
            | Self::LaunchDarkly
            | Self::Flagsmith
            | Self::Sentry
            | Self::Prometheus
            | Self::PlayReporting
            | Self::Crashlytics
            | Self::Statuspage
            | Self::Smtp
            | Self::Fcm
            | Self::RemoteConfig
            | Self::Slack
            | Self::Teams
            | Self::Matrix
            | Self::Mastodon
            | Self::Bluesky => false,
        }
    }

    /// The service with this key.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.key() == key)
    }
}

/// One thing that can be stopped or published to, such as
/// `google_play:com.northwind.wallet/production` or `unleash:default/production/wallet.pay`.
/// The part before the colon is the service's key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
pub struct TargetId(pub String);

impl TargetId {
    /// Joins a service and the service's own name for the target.
    pub fn new(service: Service, name: &str) -> Self {
        Self(format!("{}:{name}", service.key()))
    }

    /// The service that holds the target, when the identifier is one of ours.
    pub fn service(&self) -> Option<Service> {
        self.0
            .split_once(':')
            .and_then(|(key, _)| Service::from_key(key))
    }

    /// The service's own name for the target.
    pub fn name(&self) -> &str {
        self.0
            .split_once(':')
            .map_or(self.0.as_str(), |(_, name)| name)
    }
}

impl std::fmt::Display for TargetId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A target as found at its service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Target {
    /// Its identifier.
    pub id: TargetId,
    /// What people call it: "Google Play · production", "wallet.instant_transfer".
    pub title: String,
    /// Android, iOS or empty.
    pub platform: String,
}

/// What was read at a service, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Observation {
    /// The target that was read.
    pub target: TargetId,
    /// When the answer arrived, on this laptop's clock.
    #[ts(type = "string")]
    pub at: Time,
    /// What the service said.
    pub state: TargetState,
}

/// The state of a target in its own store's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TargetState {
    /// A track's newest release on Google Play.
    StagedRollout(StagedRollout),
    /// A version's phased release on the App Store.
    PhasedRelease(PhasedRelease),
    /// The newest release in a further store, or in a channel over the air.
    StoreRollout(StoreRollout),
    /// People who have a version are asked to update, on Google Play.
    Recovery(Recovery),
    /// A flag in one environment.
    Flag(Flag),
    /// A status page and the notices of ours that stand on it.
    StatusPage(StatusPage),
    /// A mailing and what its mail server said that it took.
    Mailing(Mailing),
    /// Another channel and the notices of ours that are known to be there.
    Channel(Channel),
}

impl TargetState {
    /// Whether it was read at the service, and is more than what a mail server or a channel that
    /// cannot be asked answered once.
    pub fn is_read(&self) -> bool {
        match self {
            Self::StagedRollout(_)
            | Self::PhasedRelease(_)
            | Self::StoreRollout(_)
            | Self::Recovery(_)
            | Self::Flag(_)
            | Self::StatusPage(_) => true,
            Self::Mailing(_) => false,
            Self::Channel(it) => match it.proof {
                Proof::Shown | Proof::Stored => true,
                Proof::Accepted => false,
            },
        }
    }

    /// Whether it is an update over the air. It bears the version of its runtime, which need not be
    /// a release's: it is stopped along with a release, and does not say which one it is about.
    pub fn is_over_the_air(&self) -> bool {
        matches!(self, Self::StoreRollout(it) if it.air.is_some())
    }

    /// Whether both speak of the same release. Flags and pages have none to differ in.
    pub fn is_same_release(&self, other: &TargetState) -> bool {
        match (self, other) {
            (Self::StagedRollout(one), Self::StagedRollout(other)) => {
                one.version == other.version && one.builds == other.builds
            }
            (Self::PhasedRelease(one), Self::PhasedRelease(other)) => {
                one.version == other.version && one.build == other.build
            }
            (Self::StoreRollout(one), Self::StoreRollout(other)) => {
                one.store == other.store
                    && one.version == other.version
                    && one.builds == other.builds
            }
            (Self::Recovery(one), Self::Recovery(other)) => {
                one.version == other.version && one.builds == other.builds
            }
            (Self::Flag(_), Self::Flag(_))
            | (Self::StatusPage(_), Self::StatusPage(_))
            | (Self::Mailing(_), Self::Mailing(_))
            | (Self::Channel(_), Self::Channel(_)) => true,
            (
                Self::StagedRollout(_)
                | Self::PhasedRelease(_)
                | Self::StoreRollout(_)
                | Self::Recovery(_)
                | Self::Flag(_)
                | Self::StatusPage(_)
                | Self::Mailing(_)
                | Self::Channel(_),
                _,
            ) => false,
        }
    }
}

/// Google Play: `TrackRelease.status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StagedStatus {
    /// Nothing is released on the track.
    Absent,
    /// Prepared, not released.
    Draft,
    /// Reaches a fraction of people.
    InProgress,
    /// Halted: nobody new gets it.
    Halted,
    /// Reaches everybody.
    Completed,
}

/// The newest release on a Google Play track.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StagedRollout {
    /// Version name, "8.4.0".
    pub version: String,
    /// Version codes.
    pub builds: Vec<String>,
    /// Where the rollout stands.
    pub status: StagedStatus,
    /// Share of people who may get it, in hundredths of a per cent (2000 = 20 %).
    pub fraction_bps: Option<u32>,
    /// The version that people get who are not in the rollout, when there is one and it is known.
    /// Google Play does not show the one before a full release; it is known when it was seen.
    pub fallback: Option<String>,
    /// The internal testing track: Google Play halts no full release there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub internal: bool,
    /// Where Google's review stands; absent when it was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub review: Option<Review>,
}

/// Google Play: `ReleaseSummary.releaseLifecycleState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Review {
    /// Not sent for review, a draft among them.
    NotSent,
    /// Google reviews it.
    InReview,
    /// Approved, and not published.
    Approved,
    /// Not approved.
    Rejected,
    /// Published: to some, to all, or halted.
    Published,
}

/// App Store: `PhasedReleaseState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PhasedStatus {
    /// The version has no phased release: automatic updates reach everybody.
    Absent,
    /// Set up, not begun.
    Inactive,
    /// Automatic updates reach the day's share.
    Active,
    /// Automatic updates wait.
    Paused,
    /// Reached everybody; no way back.
    Complete,
}

/// The phased release of an App Store version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PhasedRelease {
    /// Version string.
    pub version: String,
    /// Build number.
    pub build: String,
    /// Where the phased release stands.
    pub status: PhasedStatus,
    /// Day 1 to 7 while it runs or is paused.
    pub day: Option<u8>,
    /// Days of pause used, of 30 in all.
    pub pause_days_used: u32,
    /// The app was taken off the App Store: nobody can get any version of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub removed: bool,
    /// A version that Apple approved and that waits for somebody to release it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub waiting: Option<String>,
}

impl PhasedRelease {
    /// Share of automatic updates on the current day, in hundredths of a per cent
    /// (Apple: days 1 to 7 are 1, 2, 5, 10, 20, 50, 100 %).
    pub fn fraction_bps(&self) -> Option<u32> {
        const BY_DAY: [u32; 7] = [100, 200, 500, 1_000, 2_000, 5_000, 10_000];
        match self.status {
            PhasedStatus::Complete | PhasedStatus::Absent => Some(10_000),
            PhasedStatus::Inactive => Some(0),
            PhasedStatus::Active | PhasedStatus::Paused => {
                let day = usize::from(self.day?.clamp(1, 7));
                BY_DAY.get(day - 1).copied()
            }
        }
    }
}

/// A status page and which notices of ours were found on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StatusPage {
    /// Keys of our notices that were found on the page.
    pub published: Vec<String>,
}

/// A mailing: who writes to whom, and what the mail server said that it took. A mail server cannot
/// be asked afterwards, so only what it answered to this process is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Mailing {
    /// The sender's address.
    pub from: String,
    /// The recipients' addresses. None of them sees another's.
    pub to: Vec<String>,
    /// Mails of ours that the server took since this process began, oldest first.
    pub taken: Vec<TakenMail>,
}

/// A mail that the mail server took: it answered 250 after the text. Not a delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TakenMail {
    /// The notice's key.
    pub key: String,
    /// For how many recipients it took the mail.
    pub recipients: u32,
    /// How many recipients it refused.
    pub refused: u32,
    /// The server's own name of the mail, when its answer held one.
    pub queue_id: Option<String>,
}

/// A channel that notices are posted to, pushed through or shown in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Channel {
    /// Who it reaches, in words that a person agrees to: "topic incidents".
    pub goes_to: String,
    /// How it is known what stands there.
    pub proof: Proof,
    /// Notices of ours that are known there.
    pub notices: Vec<Posted>,
}

/// How it is known that a notice went out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// It was read where people see it.
    Shown,
    /// It was read at the service; people's apps get it when they ask next.
    Stored,
    /// The service said that it took it, to this process. It cannot be asked afterwards.
    Accepted,
}

/// A notice that is known at a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Posted {
    /// The notice's key.
    pub key: String,
    /// The service's own name of it.
    pub id: Option<String>,
}

/// A notice as it will stand on the page, or as it will be mailed: the title is the mail's subject.
/// These bytes are what a person approves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Notice {
    /// Our own key, sent along as metadata so that the notice can be found again; in a mail it is
    /// part of the Message-ID.
    pub key: String,
    /// Headline.
    pub title: String,
    /// Text.
    pub body: String,
    /// investigating, identified, monitoring or resolved.
    pub phase: Phase,
    /// The page's subscribers get a mail when true; always sent explicitly.
    pub notify_subscribers: bool,
    /// The incident, audience and language that it belongs to; none for a text of one's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub about: Option<About>,
}

impl Notice {
    /// The notice as one text, for a channel without a place for headlines.
    pub fn as_text(&self) -> String {
        if self.title.is_empty() {
            self.body.clone()
        } else {
            format!("{}\n\n{}", self.title, self.body)
        }
    }
}

/// The phase of an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The cause is being looked for.
    Investigating,
    /// The cause is known.
    Identified,
    /// A fix is in place and watched.
    Monitoring,
    /// It is over.
    Resolved,
}
