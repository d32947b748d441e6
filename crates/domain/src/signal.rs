//! Health figures with their age, unit and source. Missing data is never health, and never zero.
//! Must not know where a figure came from.

use std::ops::Add;

use cockpit_say::{mark, say};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::target::Service;
use crate::time::Time;

mod anomaly;
mod rating;

pub use anomaly::{Anomaly, anomalies};
pub use rating::{Rating, Review, Trend};

/// What a figure measures. Values are fractions from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Share of sessions that did not crash.
    CrashFreeSessions,
    /// Share of people who saw no crash.
    CrashFreeUsers,
    /// Share of people whose app never stopped answering (ANR).
    FreezeFreeUsers,
    /// A share of what went well, named by whoever connected the source: [`Signal::named`].
    NamedShare,
}

impl Measure {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::CrashFreeSessions => say!("Crash-free sessions"),
            Self::CrashFreeUsers => say!("Crash-free users"),
            Self::FreezeFreeUsers => say!("Freeze-free users"),
            Self::NamedShare => say!("Named share"),
        }
    }

    /// What a sample of it counts; a text to be said.
    pub fn unit(self) -> &'static str {
        match self {
            Self::CrashFreeSessions => mark!("sessions"),
            Self::CrashFreeUsers | Self::FreezeFreeUsers => mark!("people"),
            Self::NamedShare => mark!("actions"),
        }
    }

    /// Whether its sample says how many people or sessions a version has.
    pub fn counts_reach(self) -> bool {
        match self {
            Self::CrashFreeSessions | Self::CrashFreeUsers | Self::FreezeFreeUsers => true,
            Self::NamedShare => false,
        }
    }
}

/// How a source writes a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// 0 to 1.
    Fraction,
    /// 0 to 100.
    Percent,
}

impl Unit {
    /// The share as a fraction from 0 to 1; nothing when it cannot be one in this unit, because a
    /// figure in another unit is no figure.
    pub fn fraction(self, value: f64) -> Option<f64> {
        let fraction = match self {
            Self::Fraction => value,
            Self::Percent => value / 100.0,
        };
        (0.0..=1.0).contains(&fraction).then_some(fraction)
    }
}

/// One figure over a period, with its series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Signal {
    /// Android or iOS.
    pub platform: String,
    /// The version that it is about.
    pub version: String,
    /// What it measures.
    pub measure: Measure,
    /// What a named share is called: "Payments that succeed".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub named: Option<String>,
    /// The newest interval's value from 0 to 1; absent when the source has no data.
    pub value: Option<f64>,
    /// Sessions or people in the newest interval.
    #[ts(type = "number | null")]
    pub sample: Option<u64>,
    /// End of the newest interval that has data.
    #[ts(type = "string | null")]
    pub data_until: Option<Time>,
    /// When it was read.
    #[ts(type = "string")]
    pub read_at: Time,
    /// Older intervals first.
    pub series: Vec<SignalPoint>,
    /// Length of an interval, in milliseconds; 0 when the source does not say.
    #[serde(default)]
    #[ts(type = "number")]
    pub interval_ms: u64,
    /// Who measured it; absent when that was not kept.
    #[serde(default)]
    pub source: Option<Service>,
    /// What the source says beside the figure, as sentences: what it finds unusual itself, its most
    /// frequent error. Fires nothing.
    #[serde(default)]
    pub said: Vec<String>,
}

/// One interval of a series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct SignalPoint {
    /// Start of the interval.
    #[ts(type = "string")]
    pub at: Time,
    /// Value from 0 to 1; absent when there is no data.
    pub value: Option<f64>,
    /// Sessions or people in it; absent when the source does not say.
    #[serde(default)]
    #[ts(type = "number | null")]
    pub sample: Option<u64>,
}

/// Sessions (or people), and those among them that crashed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// Crashed.
    pub bad: u64,
    /// All, the crashed ones included.
    pub all: u64,
}

impl Count {
    /// The share that did not crash, in hundredths of a per cent, rounded down; nothing without
    /// a sample.
    pub fn good_bps(self) -> Option<u32> {
        let good = self.all.checked_sub(self.bad)?;
        let bps = (u128::from(good) * 10_000).checked_div(u128::from(self.all))?;
        u32::try_from(bps).ok()
    }
}

impl Add for Count {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            bad: self.bad.saturating_add(other.bad),
            all: self.all.saturating_add(other.all),
        }
    }
}

/// What one release counted, interval by interval, older first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Course {
    /// The version.
    pub version: String,
    /// Its intervals. They do not overlap.
    pub intervals: Vec<Interval>,
}

/// One interval of a course.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    /// Its start.
    pub at: Time,
    /// Its end.
    pub until: Time,
    /// Share of people that the rollout reached, in hundredths of a per cent; 0 when not known.
    pub stage_bps: u32,
    /// What was counted; absent when there is no data, which is not the same as none.
    pub count: Option<Count>,
}

impl Signal {
    /// What people call what is measured.
    pub fn name(&self) -> &str {
        self.named.as_deref().unwrap_or(self.measure.name())
    }

    /// What was counted in each interval. An interval without a value or without a sample has no
    /// count.
    pub fn course(&self) -> Course {
        let intervals = self.series.iter().map(|point| Interval {
            at: point.at,
            until: point.at + self.interval_ms,
            stage_bps: 0,
            count: point.count(),
        });
        Course {
            version: self.version.clone(),
            intervals: intervals.collect(),
        }
    }
}

impl SignalPoint {
    fn count(&self) -> Option<Count> {
        let (value, all) = (self.value?, self.sample?);
        if !(0.0..=1.0).contains(&value) {
            return None;
        }
        // Counts of people fit; the share is one, so no more crashed than there were.
        let bad = ((1.0 - value) * all as f64 + 0.5).floor() as u64;
        Some(Count {
            bad: bad.min(all),
            all,
        })
    }
}
