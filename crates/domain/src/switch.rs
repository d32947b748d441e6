//! A flag as it was seen: how it is set, what apps get, and what turning it off will really do for
//! them. Must not know how a service is asked.

use cockpit_say::say;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::words::{percent, span};

/// A flag in one environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Flag {
    /// The flag's name.
    pub name: String,
    /// The environment that it was read in.
    pub environment: String,
    /// What the admin side says.
    pub enabled: bool,
    /// What the endpoint says that client apps evaluate from; absent when it was not read.
    pub serving: Option<bool>,
    /// Share of people it is on for, in hundredths of a per cent, when it is gradual.
    pub fraction_bps: Option<u32>,
    /// The service's description of the flag.
    pub description: String,
    /// Why turning it off may do less than it says, as far as the service tells.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caveats: Vec<Caveat>,
    /// How apps learn of a change; absent where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reach: Option<Reach>,
}

/// Why turning a flag off may do nothing for some apps, or for all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Caveat {
    /// It is archived: apps are given nothing of it.
    Archived,
    /// The service does not give it to apps on people's devices.
    NotForApps,
    /// No app told the service in so many days that it asked for it.
    NotAskedFor {
        /// Days.
        days: u32,
    },
    /// It is on, and no strategy says for whom.
    NoStrategy,
    /// Apps get this value while it is off.
    ServedWhenOff {
        /// As text.
        value: String,
    },
    /// Apps are given nothing while it is off, and take the value in their own code.
    DefaultInCode {
        /// That value, where the service saw it.
        value: Option<String>,
    },
    /// For these persons it is set on their own, and stays as it is set there.
    IdentityOverrides {
        /// How many; absent where the service does not count them.
        many: Option<u64>,
    },
    /// For these groups it is set on their own, and stays as it is set there.
    SegmentOverrides {
        /// How many.
        many: u64,
    },
}

/// How apps learn of a change, and how long that takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Reach {
    /// The way.
    pub by: By,
    /// How long an app goes without asking, or a stream takes, in seconds.
    pub within_s: u32,
}

/// The way in which apps learn of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// A stream that an open app keeps.
    Stream,
    /// An open app asks again and again.
    Poll,
    /// An app keeps what it fetched so long, and fetches again when it is used after that.
    Fetch,
    /// An app asks when it starts.
    Start,
}

impl Flag {
    /// Whether it is on, and nothing says that apps do not have it yet.
    pub fn is_served(&self) -> bool {
        self.enabled && self.serving != Some(false)
    }

    /// Why it cannot be on for this share of people, in hundredths of a per cent; none when it can.
    pub fn share_problem(&self, asked_bps: u32) -> Option<String> {
        match self.fraction_bps {
            _ if !self.enabled => Some(say!("it is off: turn it on first").to_owned()),
            None => Some(say!("no single share decides for whom it is on").to_owned()),
            // Services that check no range take anything for a share.
            Some(_) if !asked_bps.is_multiple_of(100) || !(100..=10_000).contains(&asked_bps) => {
                Some(say!("a flag's share is a whole number from 1 to 100 %").to_owned())
            }
            Some(share) if share == asked_bps => {
                Some(say!("it is on for {} already", percent(share)))
            }
            Some(_) => None,
        }
    }

    /// Whether somebody keeps it on after it was turned off.
    pub fn has_overrides(&self) -> bool {
        self.caveats.iter().any(Caveat::is_override)
    }

    /// Who keeps what they have although it is off, a sentence each.
    pub fn exceptions(&self) -> Vec<String> {
        let overrides = self.caveats.iter().filter(|it| it.is_override());
        overrides.map(Caveat::sentence).collect()
    }

    /// What must be known of turning it off, a sentence for each caveat.
    pub fn truths(&self) -> Vec<String> {
        self.caveats.iter().map(Caveat::sentence).collect()
    }
}

impl Caveat {
    fn is_override(&self) -> bool {
        match self {
            Self::IdentityOverrides { .. } | Self::SegmentOverrides { .. } => true,
            Self::Archived
            | Self::NotForApps
            | Self::NotAskedFor { .. }
            | Self::NoStrategy
            | Self::ServedWhenOff { .. }
            | Self::DefaultInCode { .. } => false,
        }
    }

    /// Whether it was found of this very flag, and does not hold for all that a service has.
    pub fn is_found(&self) -> bool {
        match self {
            Self::DefaultInCode { value: None } => false,
            Self::Archived
            | Self::NotForApps
            | Self::NotAskedFor { .. }
            | Self::NoStrategy
            | Self::ServedWhenOff { .. }
            | Self::DefaultInCode { value: Some(_) }
            | Self::IdentityOverrides { .. }
            | Self::SegmentOverrides { .. } => true,
        }
    }

    /// What it means for turning the flag off, as one sentence.
    pub fn sentence(&self) -> String {
        match self {
            Self::Archived => say!(
                "It is archived: apps are given nothing of it, so turning it off \
                               changes nothing for them."
            )
            .to_owned(),
            Self::NotForApps => say!(
                "It is not given to apps on people's devices: turning it off \
                                 changes nothing for them."
            )
            .to_owned(),
            Self::NotAskedFor { days } => say!(
                "No app has reported asking for it in the last {}: it may be a dead switch.",
                days_of(*days)
            ),
            Self::NoStrategy => say!(
                "No strategy of it is active, so it may be on for nobody: turning \
                                 it off may change nothing."
            )
            .to_owned(),
            Self::ServedWhenOff { value } => {
                say!("Apps get {value} while it is off: they may do the same as before.")
            }
            Self::DefaultInCode { value: Some(value) } => say!(
                "Apps are given nothing while it is off and take the value in their own code, \
                 last seen as {value}."
            ),
            Self::DefaultInCode { value: None } => say!(
                "Apps may be given nothing while it is off, and \
                 then take the value in their own code: where that is on, it stays on."
            )
            .to_owned(),
            Self::IdentityOverrides { many: Some(1) } => {
                say!("1 person has an override and keeps what it says.").to_owned()
            }
            Self::IdentityOverrides { many: Some(many) } => {
                say!("{many} persons have an override and keep what it says.")
            }
            Self::IdentityOverrides { many: None } => {
                say!("Persons with an override keep what it says; how many there are is not known.")
                    .to_owned()
            }
            Self::SegmentOverrides { many: 1 } => {
                say!("1 segment has an override and keeps what it says.").to_owned()
            }
            Self::SegmentOverrides { many } => {
                say!("{many} segments have an override and keep what it says.")
            }
        }
    }
}

fn days_of(days: u32) -> String {
    if days == 1 {
        say!("day").to_owned()
    } else {
        say!("{days} days")
    }
}

impl Reach {
    /// When apps have a change, as one sentence.
    pub fn sentence(self) -> String {
        let within = match self.within_s {
            short if short < 60 => say!("{short} s"),
            long => span(u64::from(long) * 1_000),
        };
        match self.by {
            By::Stream => say!(
                "Open apps keep a stream and follow within about {within}; those in the \
                 background follow later."
            ),
            By::Poll => say!("Open apps ask again every {within}."),
            By::Fetch => say!(
                "An app keeps what it fetched for up to {within}, unless it listens for updates; \
                 one that never fetched takes the value in its own code."
            ),
            By::Start => say!(
                "An app asks when it starts: one that stays open keeps what it has, \
                          unless it listens for updates."
            )
            .to_owned(),
        }
    }
}
