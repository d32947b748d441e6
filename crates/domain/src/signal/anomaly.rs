//! What is odd about figures, as calm sentences. Says it and fires nothing. Must not know rules.

use cockpit_say::{said, say};

use super::{Signal, SignalPoint};
use crate::rule::to_bps;
use crate::words;

/// A sample that fell to this share of what was usual is odd.
const FELL_TO: u64 = 10;

/// Usual is the median of so many intervals before; with fewer nothing is usual yet.
const USUAL_OF: usize = 6;

/// Two sources that differ by more than this disagree, in hundredths of a per cent.
const APART_BPS: u32 = 50;

/// Below this a share of healthy sessions is more likely a share of crashed ones.
const HEALTHY_MIN: f64 = 0.2;

/// Something odd about a signal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Anomaly {
    /// The newest sample is a tenth of the usual one or less.
    FewerThanUsual {
        /// In words.
        sentence: String,
    },
    /// Another source says something else about the same thing.
    SourcesDisagree {
        /// In words.
        sentence: String,
    },
    /// The figures look like per cent, or like crashes where healthy ones are expected.
    UnitSwapped {
        /// In words.
        sentence: String,
    },
}

impl Anomaly {
    /// What is odd, and what it may mean.
    pub fn sentence(&self) -> &str {
        match self {
            Self::FewerThanUsual { sentence }
            | Self::SourcesDisagree { sentence }
            | Self::UnitSwapped { sentence } => sentence,
        }
    }
}

/// What is odd about this signal, seen beside all others.
pub fn anomalies(signal: &Signal, all: &[Signal]) -> Vec<Anomaly> {
    let mut found = Vec::new();
    found.extend(fewer_than_usual(signal));
    found.extend(sources_disagree(signal, all));
    found.extend(unit_swapped(signal));
    found
}

/// The running interval is not whole, so the newest one that has ended is looked at.
fn fewer_than_usual(signal: &Signal) -> Option<Anomaly> {
    let ended = |point: &&SignalPoint| point.at + signal.interval_ms <= signal.read_at;
    let samples: Vec<u64> = signal
        .series
        .iter()
        .filter(ended)
        .filter_map(|point| point.sample)
        .collect();
    let (newest, before) = samples.split_last()?;
    let mut before = before.get(before.len().checked_sub(USUAL_OF)?..)?.to_vec();
    before.sort_unstable();
    let usual = *before.get(before.len() / 2)?;
    let few = usual > 0 && newest.saturating_mul(FELL_TO) <= usual;
    few.then(|| Anomaly::FewerThanUsual {
        sentence: say!(
            "{} {}: {} {} in the newest interval, where {} are usual. Data may be missing.",
            signal.platform,
            signal.version,
            words::grouped(*newest),
            said(signal.measure.unit()),
            words::grouped(usual)
        ),
    })
}

fn sources_disagree(signal: &Signal, all: &[Signal]) -> Option<Anomaly> {
    let mine = to_bps(signal.value?);
    let (other, theirs) = all
        .iter()
        .filter(|it| {
            it.platform == signal.platform
                && it.version == signal.version
                && it.measure == signal.measure
                && it.source != signal.source
        })
        .filter_map(|it| Some((it, to_bps(it.value?))))
        .find(|(_, theirs)| mine.abs_diff(*theirs) > APART_BPS)?;
    let name = |it: &Signal| it.source.map_or(say!("one source"), |source| source.name());
    Some(Anomaly::SourcesDisagree {
        sentence: say!(
            "{} {}: {} says {} and {} says {}. They may count differently.",
            signal.platform,
            signal.version,
            name(signal),
            words::percent_2(mine),
            name(other),
            words::percent_2(theirs)
        ),
    })
}

fn unit_swapped(signal: &Signal) -> Option<Anomaly> {
    let values: Vec<f64> = signal.series.iter().filter_map(|it| it.value).collect();
    let beyond = |it: &f64| !(0.0..=1.0).contains(it);
    let what = if signal.value.iter().chain(&values).any(beyond) {
        say!("a figure is not between 0 and 1, so it may be in per cent")
    } else if values.len() >= USUAL_OF && values.iter().all(|it| *it < HEALTHY_MIN) {
        say!(
            "nearly everything seems to crash, so the figures may count crashes, not healthy \
             sessions"
        )
    } else {
        return None;
    };
    Some(Anomaly::UnitSwapped {
        sentence: say!(
            "{} {}: {what}. Look at the source before you act on it.",
            signal.platform,
            signal.version
        ),
    })
}
