//! A rule on past data, before it is armed: when it would have fired. Must not know what was done
//! then.

use cockpit_say::{said, say};
use serde::{Deserialize, Serialize};

use super::compare::Pairing;
use super::{Breach, HealthRule, Judgement};
use crate::signal::{Count, Course, Interval, Measure, Signal, SignalPoint};
use crate::time::Time;
use crate::words;

/// What was counted of a release, and of those before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// Android or iOS.
    pub platform: String,
    /// The release that is judged.
    pub new: Course,
    /// Earlier ones, the newest first.
    pub earlier: Vec<Course>,
    /// Which intervals are beside each other.
    pub pairing: Pairing,
}

/// A rule would have fired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WouldHaveFired {
    /// When: at the end of the interval that decided it.
    pub at: Time,
    /// What it would have said.
    pub breach: Breach,
}

impl WouldHaveFired {
    /// "Would have fired on 23 Nov …": when, on what, with how much.
    pub fn sentence(&self) -> String {
        say!(
            "Would have fired at {}: {} {}: {} {}, {}, of {} {}.",
            words::moment(self.at),
            self.breach.platform,
            self.breach.version,
            self.breach.measure.name().to_lowercase(),
            words::percent_2(self.breach.value_bps),
            self.breach.against(),
            words::grouped(self.breach.sample),
            said(self.breach.measure.unit())
        )
    }
}

/// When a rule would first have fired on these figures, looking after every interval; `None` when
/// never. The figures are taken as they are now: what came late is taken as if it had been there
/// in time.
pub fn would_have_fired(rule: &HealthRule, history: &History) -> Option<WouldHaveFired> {
    if let Some(comparison) = &rule.previous {
        let (at, breach) = comparison.first(rule, history)?;
        return Some(WouldHaveFired { at, breach });
    }
    let ends = history.new.intervals.iter().map(|it| it.until);
    ends.into_iter()
        .find_map(|at| match rule.judge_history(history, at) {
            Judgement::Breach(breach) => Some(WouldHaveFired { at, breach }),
            Judgement::Holds | Judgement::CannotSay(_) => None,
        })
}

impl History {
    /// What can be known of the new release at a time: an interval that has not ended counts half
    /// its sessions and all its early crashes, so it is not looked at.
    pub(super) fn known(&self, now: Time) -> impl DoubleEndedIterator<Item = &Interval> {
        self.new.intervals.iter().filter(move |it| it.until <= now)
    }

    /// The release as a signal that was read at `now`.
    pub(super) fn signal(&self, measure: Measure, now: Time) -> Signal {
        let share = |count: Count| {
            let good = count.all.checked_sub(count.bad)?;
            (count.all > 0).then(|| good as f64 / count.all as f64)
        };
        let newest = self.known(now).rfind(|it| it.count.is_some());
        let count = newest.and_then(|it| it.count);
        Signal {
            platform: self.platform.clone(),
            version: self.new.version.clone(),
            measure,
            value: count.and_then(share),
            sample: count.map(|it| it.all),
            data_until: newest.map(|it| it.until),
            read_at: now,
            series: self
                .known(now)
                .map(|it| SignalPoint {
                    at: it.at,
                    value: it.count.and_then(share),
                    sample: it.count.map(|it| it.all),
                })
                .collect(),
            interval_ms: newest.map_or(0, |it| it.until.ms_since(it.at)),
            source: None,
            named: None,
            said: Vec::new(),
        }
    }
}
