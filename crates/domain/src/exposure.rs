//! How many people a release reaches now, and with each minute of waiting. Missing figures are
//! "not known", never zero. Must not know how a figure is worded or shown.

use crate::signal::Signal;
use crate::target::Service;
use crate::time::Time;

/// A figure that is older says nothing of now, in milliseconds.
pub const TOO_OLD_MS: u64 = 24 * 60 * 60 * 1_000;

const MINUTE_MS: u64 = 60 * 1_000;

/// Whom a release reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposure {
    /// Who had it in the newest interval that was counted, or who may have it.
    pub now: Option<Reach>,
    /// Who meets it in each minute of waiting: an average over the newest interval.
    pub per_minute: Option<Reach>,
}

/// A count with its unit, its period, its age and how it was come by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// How many.
    pub count: u64,
    /// "sessions" or "people".
    pub unit: &'static str,
    /// What they were counted over, in milliseconds.
    pub over_ms: u64,
    /// The end of that period.
    pub until: Time,
    /// How it was come by.
    pub how: How,
    /// Who counted, when that is known.
    pub source: Option<Service>,
}

/// How a [`Reach`] was come by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// The source counted this version.
    Counted,
    /// The source has no figure of this version yet: the store's share of everybody that it
    /// counted on the platform. At most so many.
    ShareOfAll {
        /// Share of people the store lets have it, in hundredths of a per cent.
        fraction_bps: u32,
        /// Everybody that was counted on the platform.
        all: u64,
    },
}

/// Works out whom a version reaches, from what health sources counted and the store's share.
///
/// People are taken before sessions for who has it now, sessions before people for a minute: who
/// opens the app twice in an hour is one person and meets the fault twice.
pub fn exposure(
    platform: &str,
    version: &str,
    fraction_bps: Option<u32>,
    signals: &[Signal],
    now: Time,
) -> Exposure {
    let counts: Vec<(&Signal, Reach)> = signals
        .iter()
        .filter(|signal| signal.platform == platform && signal.measure.counts_reach())
        .filter_map(|signal| Some((signal, counted(signal, now)?)))
        .collect();
    let of_version = |unit: &str| {
        let own = counts
            .iter()
            .filter(|(signal, reach)| signal.version == version && reach.unit == unit);
        // Two sources may count the same people: the newer one is taken, never their sum.
        own.map(|(_, reach)| *reach)
            .max_by_key(|reach| (reach.until, reach.count))
    };
    let (people, sessions) = (of_version("people"), of_version("sessions"));
    let measured = people.or(sessions);
    Exposure {
        now: measured.or_else(|| share_of_all(&counts, fraction_bps?)),
        per_minute: sessions.or(people).map(a_minute),
    }
}

fn counted(signal: &Signal, now: Time) -> Option<Reach> {
    let until = signal.data_until?;
    let fresh = now.ms_since(until) <= TOO_OLD_MS;
    (fresh && signal.interval_ms > 0).then_some(Reach {
        count: signal.sample?,
        unit: signal.measure.unit(),
        over_ms: signal.interval_ms,
        until,
        how: How::Counted,
        source: signal.source,
    })
}

fn a_minute(reach: Reach) -> Reach {
    let count = u128::from(reach.count) * u128::from(MINUTE_MS);
    // Rounded up: whoever is there is not rounded away.
    let count = count.div_ceil(u128::from(reach.over_ms.max(MINUTE_MS)));
    Reach {
        count: u64::try_from(count).unwrap_or(u64::MAX),
        ..reach
    }
}

/// The store's share of everybody that one source counted in one unit over one period.
fn share_of_all(counts: &[(&Signal, Reach)], fraction_bps: u32) -> Option<Reach> {
    let fraction_bps = fraction_bps.min(10_000);
    let (of, newest) = counts
        .iter()
        .max_by_key(|(_, reach)| (reach.unit == "people", reach.until))?;
    let all = counts
        .iter()
        .filter(|(signal, reach)| {
            // Two measures of one source count the same people.
            signal.measure == of.measure
                && reach.until == newest.until
                && reach.over_ms == newest.over_ms
                && signal.source == newest.source
        })
        .fold(0_u64, |sum, (_, reach)| sum.saturating_add(reach.count));
    let count = u128::from(all) * u128::from(fraction_bps);
    Some(Reach {
        count: u64::try_from(count.div_ceil(10_000)).unwrap_or(u64::MAX),
        how: How::ShareOfAll { fraction_bps, all },
        ..*newest
    })
}
