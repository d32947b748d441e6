//! What people say in the stores' reviews, in words. Must not know a rule: nothing follows from it.

use cockpit_say::say;

use super::{Live, RatingView, Tone, age};
use crate::signal::{Rating, Trend};
use crate::words;

/// From this age on a rating is stale, in milliseconds. Reviews are read seldom.
const STALE_MS: u32 = 60 * 60 * 1_000;

/// A change by this much is pointed out, in hundredths of a star.
const FALLS_BY: u32 = 50;

/// A smaller difference than this is none, in hundredths of a star.
const SAME_BY: u32 = 10;

/// Every rating, those of the release that rolls out first.
pub(super) fn ratings(live: &Live, in_flight: Option<&str>) -> Vec<RatingView> {
    let mut found: Vec<&Rating> = live.ratings.values().flat_map(|it| &it.found).collect();
    found.sort_by_key(|it| it.version.as_deref() != in_flight || it.version.is_none());
    found.into_iter().map(view).collect()
}

/// Why reviews could not be read.
pub(super) fn problems(live: &Live) -> Vec<String> {
    let read = live.ratings.iter();
    read.filter_map(|(service, it)| {
        let why = it.problem.as_ref()?;
        Some(say!("Reviews on {} were not read. {why}", service.name()))
    })
    .collect()
}

fn view(it: &Rating) -> RatingView {
    let (trend, tone) = trend(it);
    RatingView {
        title: match &it.version {
            Some(version) => format!("{} {version}", it.platform),
            None => say!("{}, all versions", it.platform),
        },
        source: it.source.name().to_owned(),
        stars: it.mean().map_or(say!("no reviews").to_owned(), |mean| {
            say!("{} of 5", stars(mean))
        }),
        sample: sample(it),
        trend,
        tone,
        points: it
            .days()
            .into_iter()
            .map(|mean| mean.map(|mean| f64::from(mean) / 100.0))
            .collect(),
        limits: it.limits.clone(),
        age: age(Some(it.read_at), STALE_MS, None),
    }
}

fn sample(it: &Rating) -> String {
    let count = u64::try_from(it.reviews.len()).unwrap_or(u64::MAX);
    let span = words::span(it.read_at.ms_since(it.since));
    let count = match count {
        1 => say!("1 review").to_owned(),
        _ => say!("{count} reviews", count = words::grouped(count)),
    };
    match it.more {
        true => say!("the newest {count} in {span}"),
        false => say!("{count} in {span}"),
    }
}

fn trend(it: &Rating) -> (String, Tone) {
    let Trend::Day { newest, before } = it.trend() else {
        return (
            say!("too few reviews for a trend").to_owned(),
            Tone::Neutral,
        );
    };
    let apart = newest.abs_diff(before);
    let side = if newest < before {
        say!("below")
    } else {
        say!("above")
    };
    let beside = if apart < SAME_BY {
        say!("as the days before").to_owned()
    } else {
        say!("{} {side} the days before", stars(apart))
    };
    let falls = newest < before && apart >= FALLS_BY;
    let tone = if falls { Tone::Wait } else { Tone::Neutral };
    (say!("newest day {}, {beside}", stars(newest)), tone)
}

/// "4.27".
fn stars(hundredths: u32) -> String {
    words::hundredths(hundredths)
}
