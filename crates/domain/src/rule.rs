//! Health rules: a floor over signals, or a comparison with the release before, each with a minimum
//! sample and a maximum age of the data. Missing data is not health; old data cannot trigger.
//! Must not know where figures come from.

use cockpit_say::{mark, said, say};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::signal::{Course, Measure, Signal};
use crate::target::Service;
use crate::time::Time;
use crate::words;

mod back_test;
mod compare;
mod event;
mod kept;
mod order;
mod sequential;

pub use back_test::{History, WouldHaveFired, would_have_fired};
pub use compare::{Comparison, Evidence, Pairing, earlier_release};
pub use event::RuleEvent;
pub use kept::{Courses, INTERVALS_KEPT, KeptCourse, RELEASES_KEPT, stage_bps};
pub use order::{
    ORDER_FIRES_MAX, ORDER_LASTS_MS_MAX, OrderEvent, OrderRecord, OrderRef, StandingOrder,
};
pub use sequential::{Pair, Sequential};

/// A limit for a measure, or a comparison, and what a breach of it leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HealthRule {
    /// Name.
    pub name: String,
    /// What it looks at.
    pub measure: Measure,
    /// Breached beyond this value, in hundredths of a per cent (9950 = 99.50 %). Not looked at
    /// by a rule that compares.
    pub floor_bps: u32,
    /// Sessions or people that what is judged must have.
    #[ts(type = "number")]
    pub sample_min: u64,
    /// Data older than this, in milliseconds, cannot trigger.
    #[ts(type = "number")]
    pub data_age_ms_max: u64,
    /// On which side of the value it is breached.
    #[serde(default, skip_serializing_if = "Comparator::is_below")]
    #[ts(optional, as = "Option<Comparator>")]
    pub comparator: Comparator,
    /// The newest intervals within this time are judged together, in milliseconds; absent: the
    /// newest one alone, and for a comparison the newest day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub window_ms: Option<u64>,
    /// Compares with the release before instead of with a value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub previous: Option<Comparison>,
    /// What a breach leads to.
    #[serde(default, skip_serializing_if = "RuleOutcome::is_alarm")]
    #[ts(optional, as = "Option<RuleOutcome>")]
    pub outcome: RuleOutcome,
}

/// On which side of a value a rule is breached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Comparator {
    /// Breached below it: a floor.
    #[default]
    Below,
    /// Breached above it: a ceiling.
    Above,
}

impl Comparator {
    /// Whether it is the one that every rule had before there was another.
    pub fn is_below(&self) -> bool {
        *self == Self::Below
    }

    fn is_beyond(self, value_bps: u32, limit_bps: u32) -> bool {
        match self {
            Self::Below => value_bps < limit_bps,
            Self::Above => value_bps > limit_bps,
        }
    }

    /// "below", and what such a limit is called.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Below => (say!("below"), say!("floor")),
            Self::Above => (say!("above"), say!("ceiling")),
        }
    }
}

/// What a breach leads to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RuleOutcome {
    /// It is shown and told on the desktop.
    #[default]
    Alarm,
    /// A stop is proposed; a person asks for it.
    Proposal,
    /// A stop is asked for by a standing order that holds; without one it is a proposal.
    Stop,
}

impl RuleOutcome {
    /// What it leads to: "an alarm".
    pub fn words(self) -> &'static str {
        match self {
            Self::Alarm => say!("an alarm"),
            Self::Proposal => say!("the proposal of a stop"),
            Self::Stop => say!("a stop under a standing order"),
        }
    }

    /// Whether it is the one that every rule had before there was another.
    pub fn is_alarm(&self) -> bool {
        *self == Self::Alarm
    }
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
    /// The limit, in hundredths of a per cent; of a comparison, what the release before had less
    /// the difference that matters.
    pub floor_bps: u32,
    /// Sessions or people.
    pub sample: u64,
    /// Since when the series has been beyond the limit; of a comparison, the beginning of what
    /// was judged together.
    pub since: Time,
    /// End of the newest interval.
    pub data_until: Time,
    /// On which side of the limit it was breached.
    #[serde(default, skip_serializing_if = "Comparator::is_below")]
    pub comparator: Comparator,
    /// The figures of a comparison.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Box<Evidence>>,
    /// What a named share is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub named: Option<String>,
    /// Who measured it; absent when that was not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Service>,
}

impl Breach {
    /// What people call what was measured.
    pub fn name(&self) -> &str {
        self.named.as_deref().unwrap_or(self.measure.name())
    }

    /// Platform, version and rule: what makes two breaches the same one.
    pub fn key(&self) -> (String, String, String) {
        (
            self.platform.clone(),
            self.version.clone(),
            self.rule.clone(),
        )
    }

    /// As [`Breach::beyond`], told to others: "below the floor of 99.50 %".
    pub fn against(&self) -> String {
        match &self.evidence {
            Some(evidence) => evidence.in_words(),
            None => {
                let (side, limit) = self.comparator.words();
                say!("{side} the {limit} of {}", words::percent_2(self.floor_bps))
            }
        }
    }

    /// Beyond what: "below your 99.50 % floor", "worse than 8.3.2 at the same stage by 0.48
    /// points".
    pub fn beyond(&self) -> String {
        match &self.evidence {
            Some(evidence) => evidence.in_words(),
            None => {
                let (side, limit) = self.comparator.words();
                say!("{side} your {} {limit}", words::percent_2(self.floor_bps))
            }
        }
    }
}

/// What a rule says of a signal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// Beyond the limit, with enough and fresh data.
    Breach(Breach),
    /// Within the limit, with enough and fresh data.
    Holds,
    /// Nothing can be said, and why.
    CannotSay(String),
}

/// The largest error that a rule may have, in hundredths of a per cent.
pub(super) const ERROR_BPS_MAX: u32 = 500;

const NAME_CHARS_MAX: usize = 60;
const MINUTE_MS: u64 = 60_000;
const AGE_MS_MAX: u64 = 7 * 24 * 60 * MINUTE_MS;
const WINDOW_MS_MAX: u64 = 30 * 24 * 60 * MINUTE_MS;

pub(crate) const NO_DATA: &str = mark!("no data, which is not the same as healthy");
const TOO_OLD: &str = mark!("the data is too old to judge");

impl HealthRule {
    /// The rule of a new workspace.
    pub fn standard() -> Self {
        Self {
            name: "crash floor".to_owned(),
            measure: Measure::CrashFreeSessions,
            floor_bps: 9_950,
            sample_min: 500,
            data_age_ms_max: 2 * 60 * 60 * 1_000,
            comparator: Comparator::Below,
            window_ms: None,
            previous: None,
            outcome: RuleOutcome::Alarm,
        }
    }

    /// Why this cannot be a rule of a workspace; `None` when it can.
    pub fn problem(&self) -> Option<&'static str> {
        let name = self.name.trim();
        if name.is_empty() || name != self.name || name.chars().count() > NAME_CHARS_MAX {
            return Some(say!("a rule has a name of at most 60 characters"));
        }
        if self.outcome == RuleOutcome::Stop {
            return Some(say!(
                "a rule stops by itself only under a standing order, which is signed"
            ));
        }
        if self.sample_min == 0 {
            return Some(say!(
                "a rule has a minimum sample, because a few crashes of a few prove nothing"
            ));
        }
        if !(MINUTE_MS..=AGE_MS_MAX).contains(&self.data_age_ms_max) {
            return Some(say!(
                "the greatest age of the data is between one minute and seven days"
            ));
        }
        if self
            .window_ms
            .is_some_and(|it| !(MINUTE_MS..=WINDOW_MS_MAX).contains(&it))
        {
            return Some(say!(
                "the figures that are judged together are of a minute to thirty days"
            ));
        }
        let is_bad = match &self.previous {
            None => {
                let limits = match self.comparator {
                    Comparator::Below => 1..=10_000,
                    Comparator::Above => 0..=9_999,
                };
                !limits.contains(&self.floor_bps)
            }
            Some(it) => {
                !(1..=10_000).contains(&it.worse_by_bps)
                    || !(1..=ERROR_BPS_MAX).contains(&it.error_bps)
            }
        };
        is_bad.then_some(say!(
            "a limit is between 0 % and 100 % and can be missed; a comparison has a difference, \
             and an error between 0.01 % and 5 %"
        ))
    }

    /// Judges a signal at `now` beside all that were read: a comparison looks for the release
    /// before among them, in the same hours.
    pub fn judge_among(&self, signal: &Signal, all: &[Signal], now: Time) -> Judgement {
        if self.previous.is_none() {
            return self.judge(signal, now);
        }
        let Some(before) = earlier_release(signal, all) else {
            return Judgement::CannotSay(say!("no earlier release to compare with").to_owned());
        };
        let history = History {
            platform: signal.platform.clone(),
            new: signal.course(),
            earlier: vec![before.course()],
            pairing: Pairing::SameHours,
        };
        self.judge_history(&history, now)
    }

    /// Judges what was counted of a release at `now`.
    pub fn judge_history(&self, history: &History, now: Time) -> Judgement {
        match &self.previous {
            Some(comparison) => comparison.judge(self, history, now),
            None => self.judge(&history.signal(self.measure, now), now),
        }
    }

    /// Judges a signal at `now` by the rule's value.
    pub fn judge(&self, signal: &Signal, now: Time) -> Judgement {
        if self.previous.is_some() {
            return Judgement::CannotSay(say!("no earlier release to compare with").to_owned());
        }
        let Some((value_bps, sample, data_until)) = self.figure(signal) else {
            return Judgement::CannotSay(said(NO_DATA).to_owned());
        };
        if let Some(why) = self.cannot_say(sample, data_until, now) {
            return Judgement::CannotSay(why);
        }
        if !self.comparator.is_beyond(value_bps, self.floor_bps) {
            return Judgement::Holds;
        }
        let since = signal
            .series
            .iter()
            .rev()
            .take_while(|point| {
                point
                    .value
                    .is_some_and(|value| self.comparator.is_beyond(to_bps(value), self.floor_bps))
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
            comparator: self.comparator,
            evidence: None,
            named: signal.named.clone(),
            source: signal.source,
        })
    }

    /// Why data of this size and age cannot trigger; `None` when it can.
    fn cannot_say(&self, sample: u64, data_until: Time, now: Time) -> Option<String> {
        if now.ms_since(data_until) > self.data_age_ms_max {
            return Some(said(TOO_OLD).to_owned());
        }
        // A rule without a minimum would judge nobody at all.
        (sample < self.sample_min.max(1)).then(|| {
            say!(
                "only {sample} {}, too few to judge",
                said(self.measure.unit())
            )
        })
    }

    /// Value, sample and end of what is judged: the newest figure, or all within the window.
    fn figure(&self, signal: &Signal) -> Option<(u32, u64, Time)> {
        let newest = (
            to_bps(signal.value.filter(|value| (0.0..=1.0).contains(value))?),
            signal.sample?,
            signal.data_until?,
        );
        let Some(window_ms) = self.window_ms else {
            return Some(newest);
        };
        let from = newest.2 - window_ms;
        let Course { intervals, .. } = signal.course();
        let count = intervals
            .iter()
            .filter(|it| it.at >= from)
            .filter_map(|it| it.count)
            .reduce(|sum, it| sum + it)?;
        Some((count.good_bps()?, count.all, newest.2))
    }
}

/// A fraction from 0 to 1 in hundredths of a per cent, rounded down so that a value just below
/// a floor is never shown as having reached it.
pub fn to_bps(fraction: f64) -> u32 {
    // The clamp keeps the cast exact; 1e-9 undoes 0.9950 being stored as 0.99499999…
    (fraction.clamp(0.0, 1.0) * 10_000.0 + 1e-9).floor() as u32
}
