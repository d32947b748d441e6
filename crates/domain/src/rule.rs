//! Health rules: a floor over signals, with a minimum sample and a maximum age of the data.
//! Missing data is not health; old data cannot trigger. Must not know where figures come from.

use serde::{Deserialize, Serialize};

use crate::signal::{Measure, Signal};
use crate::time::Time;

/// A floor for a measure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthRule {
    /// Name.
    pub name: String,
    /// What it looks at.
    pub measure: Measure,
    /// Breached below this value, in hundredths of a per cent (9950 = 99.50 %).
    pub floor_bps: u32,
    /// Sessions or people that the newest interval must have.
    pub sample_min: u64,
    /// Data older than this, in milliseconds, cannot trigger.
    pub data_age_ms_max: u64,
}

/// A rule that was breached, with the figures as they were seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breach {
    /// The rule's name.
    pub rule: String,
    /// Android or iOS.
    pub platform: String,
    /// The version.
    pub version: String,
    /// What was measured.
    pub measure: Measure,
    /// The value, in hundredths of a per cent.
    pub value_bps: u32,
    /// The floor, in hundredths of a per cent.
    pub floor_bps: u32,
    /// Sessions or people.
    pub sample: u64,
    /// Since when the series has been below the floor.
    pub since: Time,
    /// End of the newest interval.
    pub data_until: Time,
}

impl Breach {
    /// Platform, version and rule: what makes two breaches the same one.
    pub fn key(&self) -> (String, String, String) {
        (
            self.platform.clone(),
            self.version.clone(),
            self.rule.clone(),
        )
    }
}

/// What a rule says of a signal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// Below the floor, with enough and fresh data.
    Breach(Breach),
    /// At or above the floor, with enough and fresh data.
    Holds,
    /// Nothing can be said, and why.
    CannotSay(String),
}

impl HealthRule {
    /// The rule of a new workspace.
    pub fn standard() -> Self {
        Self {
            name: "crash floor".to_owned(),
            measure: Measure::CrashFreeSessions,
            floor_bps: 9_950,
            sample_min: 500,
            data_age_ms_max: 2 * 60 * 60 * 1_000,
        }
    }

    /// Judges a signal at `now`.
    pub fn judge(&self, signal: &Signal, now: Time) -> Judgement {
        let (Some(value), Some(sample), Some(data_until)) =
            (signal.value, signal.sample, signal.data_until)
        else {
            return Judgement::CannotSay("no data, which is not the same as healthy".to_owned());
        };
        let age_ms = now.ms_since(data_until);
        if age_ms > self.data_age_ms_max {
            return Judgement::CannotSay("the data is too old to judge".to_owned());
        }
        if sample < self.sample_min {
            return Judgement::CannotSay(format!(
                "only {sample} {}, too few to judge",
                signal.measure.unit()
            ));
        }
        let value_bps = to_bps(value);
        if value_bps >= self.floor_bps {
            return Judgement::Holds;
        }
        let since = signal
            .series
            .iter()
            .rev()
            .take_while(|point| {
                point
                    .value
                    .is_some_and(|value| to_bps(value) < self.floor_bps)
            })
            .last()
            .map_or(data_until, |point| point.at);
        Judgement::Breach(Breach {
            rule: self.name.clone(),
            platform: signal.platform.clone(),
            version: signal.version.clone(),
            measure: self.measure,
            value_bps,
            floor_bps: self.floor_bps,
            sample,
            since,
            data_until,
        })
    }
}

/// A fraction from 0 to 1 in hundredths of a per cent, rounded down so that a value just below
/// a floor is never shown as having reached it.
pub fn to_bps(fraction: f64) -> u32 {
    // The clamp keeps the cast exact; 1e-9 undoes 0.9950 being stored as 0.99499999…
    (fraction.clamp(0.0, 1.0) * 10_000.0 + 1e-9).floor() as u32
}
