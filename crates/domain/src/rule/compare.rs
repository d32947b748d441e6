//! A release beside the one before it: which intervals belong together, and when what they show is
//! a breach. Must not know how the figures were read.

use std::collections::BTreeMap;

use cockpit_say::{said, say};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::back_test::History;
use super::{Breach, Comparator, HealthRule, Judgement, NO_DATA, Pair, Sequential};
use crate::signal::{Count, Course, Interval, Signal};
use crate::time::Time;
use crate::words;

/// The newest day is what a difference is measured over, unless the rule says otherwise.
const WINDOW_MS: u64 = 24 * 60 * 60 * 1_000;

/// What a rule looks for beside the release before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Comparison {
    /// The difference that matters, in hundredths of a per cent (50 = half a point). What is
    /// measured over the window must be at least half of it.
    pub worse_by_bps: u32,
    /// How likely a breach may be over a whole rollout of a release that is no worse, in
    /// hundredths of a per cent.
    pub error_bps: u32,
}

/// Which intervals of two releases are beside each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pairing {
    /// The first of a stage beside the first of the same stage, and so on: the same kind of
    /// people.
    SameStage,
    /// Those of the same time: the same hour of the day, but those who update early beside those
    /// who do not.
    SameHours,
}

impl Pairing {
    /// "at the same stage".
    pub fn words(self) -> &'static str {
        match self {
            Self::SameStage => say!("at the same stage"),
            Self::SameHours => say!("in the same hours"),
        }
    }
}

/// What a comparison saw when it was breached. Whole numbers, so that they can be sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The releases that it was compared with.
    pub before: Vec<String>,
    /// Which intervals were beside each other.
    pub pairing: Pairing,
    /// How many pairs of intervals.
    pub pairs: u64,
    /// Of the new release, in all of them.
    pub new: Count,
    /// Of the ones before, in all of them.
    pub old: Count,
    /// Of the new release, in the window.
    pub newest_new: Count,
    /// Of the ones before, in the window.
    pub newest_old: Count,
    /// The rule's difference, in hundredths of a per cent.
    pub worse_by_bps: u32,
    /// The rule's error, in hundredths of a per cent.
    pub error_bps: u32,
    /// How many times likelier the counts are when the release is worse, rounded down.
    pub times_likelier: u64,
}

impl Evidence {
    /// How much worse the newest figures are, in hundredths of a per cent; 0 when they are not.
    pub fn difference_bps(&self) -> u64 {
        let (more, whole) = more_of(self.newest_new, self.newest_old);
        u64::try_from((more * 10_000).checked_div(whole).unwrap_or(0)).unwrap_or(0)
    }

    /// "worse than 8.3.2 at the same stage by 0.48 points".
    pub fn in_words(&self) -> String {
        let difference = self.difference_bps();
        say!(
            "worse than {} {} by {} points",
            words::listed(&self.before),
            self.pairing.words(),
            words::hundredths(u32::try_from(difference).unwrap_or(u32::MAX))
        )
    }
}

/// How much more of the new crashed than of the old, as a fraction: above and below the line.
fn more_of(new: Count, old: Count) -> (i128, i128) {
    let of = |bad: u64, all: u64| i128::from(bad) * i128::from(all);
    (
        of(new.bad, old.all) - of(old.bad, new.all),
        of(new.all, old.all),
    )
}

impl Comparison {
    /// Half a point, with one false breach in a hundred rollouts at most.
    pub fn standard() -> Self {
        Self {
            worse_by_bps: 50,
            error_bps: 100,
        }
    }

    pub(super) fn judge(&self, rule: &HealthRule, history: &History, now: Time) -> Judgement {
        let pairs = pairs(history, now);
        let Some((newest, _)) = pairs.last() else {
            let has_any = history.known(now).any(|it| it.count.is_some());
            let why = if has_any {
                say!("no earlier release has figures to compare with")
            } else {
                said(NO_DATA)
            };
            return Judgement::CannotSay(why.to_owned());
        };
        let mut test = Sequential::new(self.worse_by_bps);
        for (_, pair) in &pairs {
            test.take(pair);
        }
        let seen = self.seen(rule, history, &pairs, &test);
        if let Some(why) = rule.cannot_say(seen.new.all, newest.until, now) {
            return Judgement::CannotSay(why);
        }
        if self.is_worse(&seen) {
            Judgement::Breach(self.breach(rule, history, &pairs, seen))
        } else {
            Judgement::Holds
        }
    }

    /// The first moment at which it would have been breached, looking after each interval.
    pub(super) fn first(&self, rule: &HealthRule, history: &History) -> Option<(Time, Breach)> {
        let last = history.new.intervals.iter().map(|it| it.until).max()?;
        let all = pairs(history, last);
        let mut test = Sequential::new(self.worse_by_bps);
        for (place, (interval, pair)) in all.iter().enumerate() {
            test.take(pair);
            // Nothing else is worth adding up before the evidence is there.
            if test.evidence() < self.times_needed() {
                continue;
            }
            let known = all.get(..=place).unwrap_or(&all);
            let seen = self.seen(rule, history, known, &test);
            let can_say = rule.cannot_say(seen.new.all, interval.until, interval.until);
            if can_say.is_none() && self.is_worse(&seen) {
                return Some((interval.until, self.breach(rule, history, known, seen)));
            }
        }
        None
    }

    fn times_needed(&self) -> u64 {
        10_000_u64.div_ceil(u64::from(self.error_bps.max(1)))
    }

    fn is_worse(&self, seen: &Evidence) -> bool {
        let (more, whole) = more_of(seen.newest_new, seen.newest_old);
        seen.times_likelier >= self.times_needed()
            && whole > 0
            && more > 0
            && more * 20_000 >= whole * i128::from(self.worse_by_bps)
    }

    fn seen(
        &self,
        rule: &HealthRule,
        history: &History,
        pairs: &[(Interval, Pair)],
        test: &Sequential,
    ) -> Evidence {
        let from = window_begin(rule, pairs);
        let sum = |of: fn(&Pair) -> Count, from: Option<Time>| {
            pairs
                .iter()
                .filter(|(interval, _)| from.is_none_or(|from| interval.at >= from))
                .fold(Count::default(), |sum, (_, pair)| sum + of(pair))
        };
        Evidence {
            before: history
                .earlier
                .iter()
                .map(|it| it.version.clone())
                .collect(),
            pairing: history.pairing,
            pairs: pairs.len() as u64,
            new: sum(|it| it.new, None),
            old: sum(|it| it.old, None),
            newest_new: sum(|it| it.new, from),
            newest_old: sum(|it| it.old, from),
            worse_by_bps: self.worse_by_bps,
            error_bps: self.error_bps,
            times_likelier: test.evidence(),
        }
    }

    fn breach(
        &self,
        rule: &HealthRule,
        history: &History,
        pairs: &[(Interval, Pair)],
        seen: Evidence,
    ) -> Breach {
        let from = window_begin(rule, pairs);
        let in_window = |it: &&(Interval, Pair)| from.is_none_or(|from| it.0.at >= from);
        let until = pairs.last().map_or(Time::from_ms(0), |(it, _)| it.until);
        Breach {
            rule: rule.name.clone(),
            platform: history.platform.clone(),
            version: history.new.version.clone(),
            measure: rule.measure,
            value_bps: seen.newest_new.good_bps().unwrap_or(0),
            floor_bps: seen
                .newest_old
                .good_bps()
                .unwrap_or(0)
                .saturating_sub(self.worse_by_bps),
            sample: seen.newest_new.all,
            since: pairs.iter().find(in_window).map_or(until, |(it, _)| it.at),
            data_until: until,
            comparator: Comparator::Below,
            evidence: Some(Box::new(seen)),
            named: None,
            source: None,
        }
    }
}

fn window_begin(rule: &HealthRule, pairs: &[(Interval, Pair)]) -> Option<Time> {
    let (newest, _) = pairs.last()?;
    Some(newest.until - rule.window_ms.unwrap_or(WINDOW_MS))
}

/// Each interval of the new release that had ended and has data, with what the ones before counted in theirs.
fn pairs(history: &History, now: Time) -> Vec<(Interval, Pair)> {
    let mut taken: BTreeMap<u32, usize> = BTreeMap::new();
    let known = |course: &Course| -> BTreeMap<u32, Vec<Count>> {
        let mut by_stage: BTreeMap<u32, Vec<Count>> = BTreeMap::new();
        for it in &course.intervals {
            by_stage.entry(it.stage_bps).or_default().extend(it.count);
        }
        by_stage
    };
    let by_stage: Vec<_> = history.earlier.iter().map(known).collect();
    let by_time: BTreeMap<Time, Count> = history
        .earlier
        .iter()
        .flat_map(|course| &course.intervals)
        .filter_map(|it| Some((it.at, it.count?)))
        .fold(BTreeMap::new(), |mut sums, (at, count)| {
            let sum = sums.entry(at).or_insert(Count::default());
            *sum = *sum + count;
            sums
        });
    let mut found = Vec::new();
    for interval in history.known(now) {
        let Some(new) = interval.count else {
            continue;
        };
        let old = match history.pairing {
            Pairing::SameHours => by_time.get(&interval.at).copied(),
            Pairing::SameStage => {
                let nth = taken.entry(interval.stage_bps).or_insert(0);
                let place = *nth;
                *nth += 1;
                by_stage
                    .iter()
                    .filter_map(|course| course.get(&interval.stage_bps)?.get(place).copied())
                    .reduce(|sum, it| sum + it)
            }
        };
        found.extend(old.map(|old| (*interval, Pair { new, old })));
    }
    found
}

/// The release before the one of a signal, among all that were read of the same thing.
pub fn earlier_release<'a>(signal: &Signal, all: &'a [Signal]) -> Option<&'a Signal> {
    let own = numbers(&signal.version);
    all.iter()
        .filter(|it| {
            it.platform == signal.platform
                && it.measure == signal.measure
                && it.source == signal.source
                && numbers(&it.version) < own
        })
        .max_by_key(|it| numbers(&it.version))
}

pub(super) fn numbers(version: &str) -> Vec<u64> {
    version
        .split(|it: char| !it.is_ascii_digit())
        .filter_map(|part| part.parse().ok())
        .collect()
}
