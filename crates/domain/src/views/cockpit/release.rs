//! A release in one store: how far it is out, its health, what may be pressed. Must not know
//! about flags.

use cockpit_say::say;

use super::act::{act, last_act};
use super::exposure::exposure_view;
use super::share;
use super::signals::signal_view;
use crate::recovery;
use crate::state::State;
use crate::store;
use crate::target::{
    Desired, Observation, PhasedStatus, Recovery, RecoveryStatus, Service, StagedStatus,
    StoreStatus, TargetState,
};
use crate::time::Time;
use crate::views::left_behind::{is_recovery, left_behind};
use crate::views::ready::light;
use crate::views::{
    ActView, Badge, Icon, Live, ReleaseView, RolloutView, STALE_MS, SignalView, TargetLive, Tone,
    age, badge, capital,
};
use crate::words;

pub(super) fn release(
    state: &State,
    live: &Live,
    it: &TargetLive,
    now: Time,
) -> Option<ReleaseView> {
    let service = it.target.id.service()?;
    if !service.is_store() {
        return None;
    }
    let seen = it.observation.as_ref();
    if !is_live(it) || !is_shown(state, live, it, now) {
        return None;
    }
    let (version, build) = seen.map_or((String::new(), String::new()), version_and_build);
    let signals: Vec<SignalView> = live
        .signals
        .iter()
        .filter(|signal| signal.platform == it.target.platform && signal.version == version)
        .map(|signal| signal_view(state, signal, now))
        .collect();
    Some(ReleaseView {
        target: it.target.id.0.clone(),
        store: match seen.and_then(|seen| recovery::of(&seen.state)) {
            Some(_) => say!("Google Play · update prompt").to_owned(),
            None => service.name().to_owned(),
        },
        platform: it.target.platform.clone(),
        at_risk: state
            .breaches
            .values()
            .any(|at| at.breach.version == version && at.breach.platform == it.target.platform),
        badge: seen.map_or_else(
            || badge(Tone::Wait, Icon::Unknown, say!("Never read")),
            |seen| rollout_badge(&seen.state),
        ),
        rollout: rollout(seen),
        signals,
        exposure: exposure_view(live, it, &version, now),
        age: age(seen.map(|seen| seen.at), STALE_MS, it.problem.as_deref()),
        note: seen.map_or_else(String::new, |seen| note(&seen.state)),
        acts: seen.map_or_else(Vec::new, |seen| rollout_acts(state, live, seen, now)),
        light: light(live, it, now),
        last_act: last_act(state, live, &it.target.id, now),
        version,
        build,
    })
}

/// Production always; a test track only while something rolls out or is halted on it.
pub(super) fn is_live(it: &TargetLive) -> bool {
    if it.target.id.service() != Some(Service::GooglePlay)
        || it.target.id.name().ends_with("/production")
    {
        return true;
    }
    match it.observation.as_ref().map(|seen| &seen.state) {
        Some(TargetState::StagedRollout(rollout)) => match rollout.status {
            StagedStatus::InProgress | StagedStatus::Halted => true,
            StagedStatus::Absent | StagedStatus::Draft | StagedStatus::Completed => false,
        },
        Some(
            TargetState::PhasedRelease(_)
            | TargetState::StoreRollout(_)
            | TargetState::Flag(_)
            | TargetState::StatusPage(_)
            | TargetState::Mailing(_)
            | TargetState::Channel(_),
        )
        | None => false,
        Some(TargetState::Recovery(_)) => true,
    }
}

/// A version that people were left behind with is shown for as long as it is looked after.
fn is_shown(state: &State, live: &Live, it: &TargetLive, now: Time) -> bool {
    !is_recovery(&it.target.id)
        || left_behind(state, live, now)
            .iter()
            .any(|target| target.id == it.target.id)
}

fn version_and_build(seen: &Observation) -> (String, String) {
    match &seen.state {
        TargetState::StagedRollout(it) => (it.version.clone(), it.builds.join(", ")),
        TargetState::PhasedRelease(it) => (it.version.clone(), it.build.clone()),
        TargetState::StoreRollout(it) => (it.version.clone(), it.builds.join(", ")),
        TargetState::Recovery(it) => (it.version.clone(), it.builds.join(", ")),
        TargetState::Flag(_)
        | TargetState::StatusPage(_)
        | TargetState::Mailing(_)
        | TargetState::Channel(_) => (String::new(), String::new()),
    }
}

fn rollout_badge(state: &TargetState) -> Badge {
    match state {
        TargetState::PhasedRelease(it) if it.removed => {
            badge(Tone::Wait, Icon::Held, say!("Off sale"))
        }
        TargetState::StagedRollout(it) => match it.status {
            StagedStatus::Absent => badge(Tone::Neutral, Icon::Idle, say!("No release")),
            StagedStatus::Draft => badge(Tone::Neutral, Icon::Idle, say!("Draft")),
            StagedStatus::InProgress => badge(Tone::Neutral, Icon::Progress, say!("In progress")),
            StagedStatus::Halted => badge(Tone::Wait, Icon::Held, say!("Halted")),
            StagedStatus::Completed => badge(Tone::Good, Icon::Done, say!("Complete")),
        },
        TargetState::StoreRollout(it) => match it.status {
            StoreStatus::Absent => badge(Tone::Neutral, Icon::Idle, say!("No release")),
            StoreStatus::InProgress => badge(Tone::Neutral, Icon::Progress, say!("In progress")),
            StoreStatus::Halted => badge(Tone::Wait, Icon::Held, capital(it.store.stopped_word())),
            StoreStatus::Completed => badge(Tone::Good, Icon::Done, say!("Complete")),
            StoreStatus::Removed => badge(Tone::Wait, Icon::Held, say!("Off sale")),
        },
        TargetState::Recovery(it) => match it.status {
            RecoveryStatus::Absent => badge(Tone::Neutral, Icon::Idle, say!("Nobody asked")),
            RecoveryStatus::Draft => badge(Tone::Neutral, Icon::Idle, say!("Prepared")),
            RecoveryStatus::Generating => badge(Tone::Wait, Icon::Progress, say!("Being made")),
            RecoveryStatus::Active => badge(Tone::Neutral, Icon::Progress, say!("Asked to update")),
            RecoveryStatus::Canceled => badge(Tone::Neutral, Icon::Idle, say!("No longer asked")),
            RecoveryStatus::Failed => badge(Tone::Wait, Icon::Alert, say!("Not made")),
        },
        TargetState::PhasedRelease(it) => {
            let day = it
                .day
                .map(|day| say!(", day {day} of 7"))
                .unwrap_or_default();
            match it.status {
                PhasedStatus::Absent => {
                    badge(Tone::Neutral, Icon::Done, say!("Released to everybody"))
                }
                PhasedStatus::Inactive => badge(Tone::Neutral, Icon::Idle, say!("Not begun")),
                PhasedStatus::Active => badge(Tone::Neutral, Icon::Progress, say!("Active{day}")),
                PhasedStatus::Paused => badge(Tone::Wait, Icon::Held, say!("Paused{day}")),
                PhasedStatus::Complete => badge(Tone::Good, Icon::Done, say!("Complete")),
            }
        }
        TargetState::Flag(_)
        | TargetState::StatusPage(_)
        | TargetState::Mailing(_)
        | TargetState::Channel(_) => {
            badge(Tone::Neutral, Icon::Idle, capital(&words::state(state)))
        }
    }
}

fn rollout(seen: Option<&Observation>) -> RolloutView {
    let unknown = || RolloutView {
        label: say!("Rollout").to_owned(),
        fraction: None,
        words: say!("not known").to_owned(),
        held: false,
        detail: say!("never read").to_owned(),
    };
    let Some(seen) = seen else { return unknown() };
    match &seen.state {
        TargetState::StagedRollout(it) => {
            let bps = match it.status {
                StagedStatus::Completed => Some(10_000),
                StagedStatus::Absent
                | StagedStatus::Draft
                | StagedStatus::InProgress
                | StagedStatus::Halted => it.fraction_bps,
            };
            RolloutView {
                label: say!("Staged rollout").to_owned(),
                fraction: bps.map(share),
                words: bps.map_or(say!("no share").to_owned(), words::percent),
                held: it.status == StagedStatus::Halted,
                detail: match (&it.fallback, it.status) {
                    (Some(version), StagedStatus::Completed) => {
                        say!("before it, everybody had {version}")
                    }
                    (Some(version), _) => say!("everybody else gets {version}"),
                    (None, StagedStatus::Completed) => say!("reaches everybody").to_owned(),
                    (None, _) => say!("no earlier full release on this track").to_owned(),
                },
            }
        }
        TargetState::StoreRollout(it) => {
            let bps = match it.status {
                StoreStatus::Completed => Some(10_000),
                StoreStatus::InProgress | StoreStatus::Halted => it.fraction_bps,
                StoreStatus::Absent | StoreStatus::Removed => None,
            };
            RolloutView {
                label: it.store.rollout_word().to_owned(),
                fraction: bps.map(share),
                words: bps.map_or(say!("no share").to_owned(), words::percent),
                held: it.status == StoreStatus::Halted,
                detail: match (&it.fallback, it.status) {
                    (_, StoreStatus::Completed) => say!("reaches everybody").to_owned(),
                    (_, StoreStatus::Removed) => say!("nobody new gets any version").to_owned(),
                    (Some(version), _) => say!("everybody else gets {version}"),
                    (None, _) if it.air.is_some() => {
                        say!("everybody else keeps what they have").to_owned()
                    }
                    (None, _) => say!("what everybody else gets is not known").to_owned(),
                },
            }
        }
        TargetState::PhasedRelease(it) => {
            let bps = it.fraction_bps();
            RolloutView {
                label: say!("Phased release").to_owned(),
                fraction: bps.map(share),
                words: bps.map_or(say!("not known").to_owned(), words::percent),
                held: it.status == PhasedStatus::Paused,
                detail: say!(
                    "of automatic updates · {} days of pause left",
                    30_u32.saturating_sub(it.pause_days_used)
                ),
            }
        }
        TargetState::Recovery(it) => recovered(it),
        TargetState::Flag(_)
        | TargetState::StatusPage(_)
        | TargetState::Mailing(_)
        | TargetState::Channel(_) => unknown(),
    }
}

fn recovered(it: &Recovery) -> RolloutView {
    let counted = it.devices.filter(|devices| devices.all > 0);
    RolloutView {
        label: say!("Devices that updated").to_owned(),
        // Only a bar is drawn by it; a count in it is far below what a float holds exactly.
        fraction: counted.map(|it| it.recovered as f64 / it.all as f64),
        words: counted.map_or(say!("not counted").to_owned(), |it| {
            let (recovered, all) = (words::grouped(it.recovered), words::grouped(it.all));
            say!("{recovered} of {all}")
        }),
        held: it.status != RecoveryStatus::Active,
        detail: say!("of those that had {}, as Google counts", it.version),
    }
}

fn note(state: &TargetState) -> String {
    match state {
        TargetState::StagedRollout(it) => {
            let first = match it.status {
                StagedStatus::Halted => say!("People who have {} keep it", it.version),
                StagedStatus::InProgress => {
                    say!("A fraction cannot be lowered, only halted").to_owned()
                }
                StagedStatus::Absent | StagedStatus::Draft | StagedStatus::Completed => {
                    String::new()
                }
            };
            let review = it.review.and_then(words::review).unwrap_or_default();
            [first.as_str(), review]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join(" · ")
        }
        TargetState::StoreRollout(it) => store::note(it),
        TargetState::Recovery(it) => recovery::note(it),
        TargetState::PhasedRelease(it) if it.removed => {
            say!("Nobody can install or update any version; people who have the app keep it")
                .to_owned()
        }
        TargetState::PhasedRelease(it) => match it.status {
            PhasedStatus::Active | PhasedStatus::Paused => {
                say!("Manual downloads still get {}", it.version)
            }
            PhasedStatus::Absent | PhasedStatus::Inactive | PhasedStatus::Complete => String::new(),
        },
        TargetState::Flag(_)
        | TargetState::StatusPage(_)
        | TargetState::Mailing(_)
        | TargetState::Channel(_) => String::new(),
    }
}

fn rollout_acts(state: &State, live: &Live, seen: &Observation, now: Time) -> Vec<ActView> {
    let mut wishes: Vec<(&str, Desired)> = match &seen.state {
        TargetState::StagedRollout(it) => match it.status {
            StagedStatus::InProgress => vec![
                (say!("Halt"), Desired::Stopped),
                (
                    say!("Set %"),
                    Desired::RollingOut {
                        fraction_bps: next_fraction(it.fraction_bps),
                    },
                ),
                (say!("Complete"), Desired::Complete),
            ],
            StagedStatus::Halted => vec![
                (
                    say!("Resume"),
                    Desired::RollingOut {
                        fraction_bps: it.fraction_bps,
                    },
                ),
                (say!("Complete"), Desired::Complete),
            ],
            StagedStatus::Completed => vec![(say!("Halt"), Desired::Stopped)],
            StagedStatus::Absent | StagedStatus::Draft => Vec::new(),
        },
        TargetState::PhasedRelease(it) => match it.status {
            PhasedStatus::Active => {
                vec![
                    (say!("Pause"), Desired::Stopped),
                    (say!("Complete"), Desired::Complete),
                ]
            }
            PhasedStatus::Paused => vec![
                (say!("Resume"), Desired::RollingOut { fraction_bps: None }),
                (say!("Complete"), Desired::Complete),
            ],
            PhasedStatus::Absent | PhasedStatus::Inactive | PhasedStatus::Complete => Vec::new(),
        },
        TargetState::StoreRollout(it) => store::wishes(it),
        TargetState::Recovery(it) => recovery::wishes(it),
        TargetState::Flag(_)
        | TargetState::StatusPage(_)
        | TargetState::Mailing(_)
        | TargetState::Channel(_) => Vec::new(),
    };
    if let TargetState::PhasedRelease(it) = &seen.state {
        wishes.extend(it.waiting.iter().map(|version| {
            let version = version.clone();
            (say!("Release"), Desired::Released { version })
        }));
        // Another act than the pause, with its own words, and never the first at hand.
        if !it.removed && !it.version.is_empty() {
            wishes.push((say!("Take app off sale"), Desired::RemovedFromSale));
        }
    }
    wishes
        .into_iter()
        .map(|(label, desired)| act(state, live, seen, label, desired, now))
        .collect()
}

/// The next usual step above the fraction that is out; only a suggestion for the form.
fn next_fraction(now: Option<u32>) -> Option<u32> {
    const STEPS: [u32; 8] = [100, 200, 500, 1_000, 2_000, 5_000, 7_500, 9_999];
    let now = now.unwrap_or(0);
    STEPS.into_iter().find(|step| *step > now)
}
