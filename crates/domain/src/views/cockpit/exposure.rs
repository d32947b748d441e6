//! The exposure meter in words: how many, how old, and how it was worked out. Must not know how
//! it is counted.

use cockpit_say::{mark, said, say};

use crate::exposure::{Exposure, How, Reach, exposure};
use crate::target::{Service, StagedStatus, TargetState};
use crate::time::Time;
use crate::views::{ExposureView, Live, SIGNAL_STALE_MS, TargetLive, age};
use crate::words;

const NOT_KNOWN: &str = mark!("not known");

/// Whom a release reaches now.
pub(super) fn exposure_view(
    live: &Live,
    it: &TargetLive,
    version: &str,
    now: Time,
) -> ExposureView {
    let platform = it.target.platform.as_str();
    let state = it.observation.as_ref().map(|seen| &seen.state);
    let fraction_bps = state.and_then(fraction_bps);
    let found = exposure(platform, version, fraction_bps, &live.signals, now);
    // Figures are of a whole platform: beside one of several stores they are not its own.
    let shared = several_stores(live, platform);
    let of_all = if shared {
        say!(", all stores together")
    } else {
        ""
    };
    ExposureView {
        now: found.now.map_or_else(
            || said(NOT_KNOWN).to_owned(),
            |reach| format!("{}{of_all}", in_words(reach)),
        ),
        now_count: found.now.map(|reach| reach.count),
        per_minute: found.per_minute.map_or_else(
            || said(NOT_KNOWN).to_owned(),
            |reach| {
                say!(
                    "{} {} a minute",
                    words::grouped(reach.count),
                    said(reach.unit)
                )
            },
        ),
        per_minute_count: found.per_minute.map(|reach| reach.count),
        how: how(&found, platform, version),
        age: age(
            found.now.or(found.per_minute).map(|reach| reach.until),
            SIGNAL_STALE_MS,
            None,
        ),
    }
}

/// Whether several stores hand out releases of a platform here.
fn several_stores(live: &Live, platform: &str) -> bool {
    let of_it = live.targets.values();
    let of_it = of_it.filter(|it| it.target.platform == platform);
    let services = of_it.filter_map(|it| it.target.id.service());
    let mut stores: Vec<Service> = services.filter(|it| it.is_store()).collect();
    stores.sort();
    stores.dedup();
    stores.len() > 1
}

/// The share of people that the store gives it to; of automatic updates on the App Store.
fn fraction_bps(state: &TargetState) -> Option<u32> {
    match state {
        TargetState::StagedRollout(it) => match it.status {
            StagedStatus::Completed => Some(10_000),
            StagedStatus::InProgress | StagedStatus::Halted => it.fraction_bps,
            StagedStatus::Absent | StagedStatus::Draft => None,
        },
        // The share is of the people of one store, and figures are of a whole platform.
        TargetState::StoreRollout(_) => None,
        // Whoever downloads it by hand gets it whatever the day: a share is not the most.
        TargetState::PhasedRelease(_)
        | TargetState::Flag(_)
        | TargetState::StatusPage(_)
        | TargetState::Mailing(_)
        | TargetState::Recovery(_)
        | TargetState::Channel(_) => None,
    }
}

fn in_words(reach: Reach) -> String {
    let count = words::grouped(reach.count);
    match reach.how {
        How::Counted => say!(
            "{count} {} in {}",
            said(reach.unit),
            words::span(reach.over_ms)
        ),
        How::ShareOfAll { .. } => say!("at most {count} {}", said(reach.unit)),
    }
}

fn how(found: &Exposure, platform: &str, version: &str) -> String {
    let who = |reach: &Reach| reach.source.map_or(say!("a health source"), Service::name);
    // What is handed out over the air may be for several platforms, and names none.
    let on = match platform {
        "" => String::new(),
        platform => say!(" on {platform}"),
    };
    let Some(now) = &found.now else {
        return say!(
            "No health source counted {version}{on} within the last day, and how many people \
             there are is not known."
        );
    };
    match now.how {
        How::Counted => say!(
            "Counted by {} over {} until {}; a minute is the average of that.",
            who(now),
            words::span(now.over_ms),
            words::clock(now.until)
        ),
        How::ShareOfAll { fraction_bps, all } => say!(
            "No figure of {version} yet: {} of the {} {} that {} counted{on} in {} until {}.",
            words::percent(fraction_bps),
            words::grouped(all),
            said(now.unit),
            who(now),
            words::span(now.over_ms),
            words::clock(now.until)
        ),
    }
}
