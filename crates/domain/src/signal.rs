//! Health figures with their age, and rules over them. Missing data is never health.
//! Must not know where a figure came from.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::time::Time;

/// What a figure measures. Values are fractions from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Share of sessions that did not crash.
    CrashFreeSessions,
    /// Share of people who saw no crash.
    CrashFreeUsers,
}

impl Measure {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::CrashFreeSessions => "Crash-free sessions",
            Self::CrashFreeUsers => "Crash-free users",
        }
    }

    /// What a sample of it counts.
    pub fn unit(self) -> &'static str {
        match self {
            Self::CrashFreeSessions => "sessions",
            Self::CrashFreeUsers => "people",
        }
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
}

/// One interval of a series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct SignalPoint {
    /// Start of the interval.
    #[ts(type = "string")]
    pub at: Time,
    /// Value from 0 to 1; absent when there is no data.
    pub value: Option<f64>,
}
