//! The stop sheet: what a stop would do on each target and what it would not.

use cockpit_say::{said, say};

use super::cover::cover;
use super::health::proposed_reason;
use super::left_behind::is_recovery;
use super::ready::light;
use super::{Live, StopSheetView, StopTargetView, TargetLive, age, capital, live::STALE_MS};
use crate::decide::{may_not_ask, not_offered, unfulfilled};
use crate::event::Outcome;
use crate::policy::ActKind;
use crate::recovery;
use crate::signal::Measure;
use crate::state::{Standing, State};
use crate::target::{Desired, Observation, PhasedStatus, StagedStatus, StoreStatus, TargetState};
use crate::time::Time;
use crate::words;

/// The version that a stop would be about: the one in breach, else the newest that rolls out,
/// else the newest halted one whose stop left a flag on.
pub fn in_flight_version(state: &State, live: &Live) -> Option<String> {
    let seen = || {
        let targets = live.targets.values();
        targets.filter_map(|it| it.observation.as_ref())
    };
    let rolling: Vec<&str> = seen()
        // What reaches everybody is not in flight: it is the release that people have.
        .filter(|it| is_rolling(&it.state) && !it.state.is_over_the_air())
        .filter(|it| not_offered(&Desired::Stopped, &it.state).is_none())
        .filter_map(|it| words::version(&it.state))
        .collect();
    let breached = state
        .breaches
        .values()
        .map(|standing| standing.breach.version.as_str())
        .find(|version| rolling.contains(version));
    breached
        .or_else(|| rolling.into_iter().max_by_key(|it| by_number(it)))
        .or_else(|| {
            seen()
                // What reaches everybody is not called back by a flag that somebody failed to turn
                // off, perhaps long ago.
                .filter(|it| Desired::Stopped.is_met_by(&it.state))
                .filter_map(|it| words::version(&it.state))
                .filter(|version| is_half_stopped(state, live, version))
                .max_by_key(|it| by_number(it))
        })
        .map(ToOwned::to_owned)
}

/// Whether what was asked for last on a target of it was its stop, and was not met.
fn is_half_stopped(state: &State, live: &Live, version: &str) -> bool {
    stoppable(live, version).iter().any(|(seen, desired)| {
        state
            .newest_intent(&seen.target)
            .is_some_and(|(_, record)| {
                record.intent.desired == *desired
                    && matches!(
                        record.standing(),
                        Standing::Ended(Outcome::Failed | Outcome::Refused | Outcome::Stale)
                    )
            })
    })
}

fn is_rolling(state: &TargetState) -> bool {
    match state {
        TargetState::StagedRollout(it) => it.status == StagedStatus::InProgress,
        TargetState::PhasedRelease(it) => it.status == PhasedStatus::Active,
        TargetState::StoreRollout(it) => it.status == StoreStatus::InProgress,
        TargetState::Flag(_)
        | TargetState::StatusPage(_)
        | TargetState::Mailing(_)
        | TargetState::Recovery(_)
        | TargetState::Channel(_) => false,
    }
}

/// The targets of this version that can be stopped, with what each should become.
pub fn stoppable(live: &Live, version: &str) -> Vec<(Observation, Desired)> {
    live.targets
        .values()
        .filter_map(|it| it.observation.as_ref())
        .filter_map(|it| {
            let desired = match &it.state {
                TargetState::StagedRollout(_)
                | TargetState::StoreRollout(_)
                | TargetState::PhasedRelease(_)
                    if words::version(&it.state) == Some(version) =>
                {
                    Desired::Stopped
                }
                TargetState::Flag(flag) if tied(&flag.description, version) => Desired::Off,
                TargetState::StagedRollout(_)
                | TargetState::StoreRollout(_)
                | TargetState::PhasedRelease(_)
                | TargetState::Flag(_)
                | TargetState::StatusPage(_)
                | TargetState::Mailing(_)
                | TargetState::Recovery(_)
                | TargetState::Channel(_) => return None,
            };
            not_offered(&desired, &it.state)
                .is_none()
                .then(|| (it.clone(), desired))
        })
        .collect()
}

/// Whether a flag's description names the release. A flag without a description is tied to none.
pub fn tied(description: &str, version: &str) -> bool {
    !version.is_empty()
        && description
            .split(|sign: char| !(sign.is_ascii_alphanumeric() || sign == '.'))
            .map(|word| word.trim_matches('.'))
            .any(|word| word == version || word.strip_prefix(['v', 'V']) == Some(version))
}

/// The sheet before the press.
pub fn stop_sheet(state: &State, live: &Live, now: Time) -> StopSheetView {
    let (app, _) = state.app().unwrap_or_default();
    let version = in_flight_version(state, live).unwrap_or_default();
    let aims = stoppable(live, &version);
    let targets = aimed_at(live, &aims, now);
    let not_covered = live
        .targets
        .values()
        .filter_map(|it| not_covered(it, &aims, &version))
        .chain(aims.iter().filter_map(|(seen, _)| left_behind_by(seen)))
        .collect();
    let persons = state.persons_needed(ActKind::Stop);
    let authority = match persons {
        0 | 1 => say!("This workspace needs one person to stop: you. Holding the button signs it."),
        2 => say!("This workspace needs two persons to stop: you, and one more who approves."),
        _ => say!("This workspace needs several persons to stop: you, and more who approve."),
    }
    .to_owned();
    let why_not = may_not_ask(state, &live.actor, ActKind::Stop)
        .map(|why| format!("{}.", capital(&why)))
        .or_else(|| unfulfilled(state, ActKind::Stop))
        .or_else(|| {
            targets
                .is_empty()
                .then(|| say!("Nothing that can be stopped rolls out.").to_owned())
        });
    let down: Vec<&str> = live
        .services
        .iter()
        .filter(|(_, it)| it.offline)
        .map(|(service, _)| service.name())
        .collect();
    let offline = (!down.is_empty()).then(|| {
        say!(
            "{} cannot be reached. A stop there is queued, not in effect, and is checked again \
             before it is sent.",
            down.join(say!(" and "))
        )
    });
    StopSheetView {
        title: if version.is_empty() {
            say!("Nothing to stop").to_owned()
        } else {
            say!("Stop {version}")
        },
        app,
        version: version.clone(),
        targets,
        not_covered,
        evidence: evidence(state, live, &version, now),
        proposed_reason: proposed_reason(state, &version, now),
        authority,
        why_not,
        offline,
    }
}

fn aimed_at(live: &Live, aims: &[(Observation, Desired)], now: Time) -> Vec<StopTargetView> {
    let mut targets: Vec<(u8, StopTargetView)> = aims
        .iter()
        .filter_map(|(seen, desired)| {
            let it = live.targets.get(&seen.target)?;
            let cover = cover(&it.target, &seen.state);
            let shown = StopTargetView {
                target: seen.target.0.clone(),
                title: words::target(&seen.target, &seen.state),
                cover: cover.words,
                from: words::state(&seen.state),
                to: words::desired(desired, &seen.state),
                light: light(live, it, now),
                sentence: words::consequence(desired, &seen.state),
                selected: true,
                age: age(Some(seen.at), STALE_MS, it.problem.as_deref()),
            };
            Some((cover.rank, shown))
        })
        .collect();
    targets
        .sort_by(|(one, first), (other, second)| (one, &first.cover).cmp(&(other, &second.cover)));
    targets.into_iter().map(|(_, shown)| shown).collect()
}

/// Lines of evidence as they stand now, for the log.
pub fn evidence(state: &State, live: &Live, version: &str, now: Time) -> Vec<String> {
    let mut lines: Vec<String> = state
        .breaches
        .values()
        .filter(|standing| standing.breach.version == version)
        .map(|standing| {
            let it = &standing.breach;
            say!(
                "{}: {} {} of {} {}, {}, figures of the last {}",
                it.platform,
                it.name().to_lowercase(),
                words::percent_2(it.value_bps),
                words::grouped(it.sample),
                said(it.measure.unit()),
                it.against(),
                words::span(now.ms_since(it.since))
            )
        })
        .collect();
    let breached: Vec<&str> = state
        .breaches
        .values()
        .filter(|standing| standing.breach.version == version)
        .map(|standing| standing.breach.platform.as_str())
        .collect();
    for signal in &live.signals {
        let (Some(value), Some(until)) = (signal.value, signal.data_until) else {
            continue;
        };
        if signal.version == version
            && signal.measure == Measure::CrashFreeSessions
            && !breached.contains(&signal.platform.as_str())
        {
            lines.push(say!(
                "{}: {} {}, data until {} ago",
                signal.platform,
                signal.name().to_lowercase(),
                words::percent_2(crate::rule::to_bps(value)),
                words::span(now.ms_since(until))
            ));
        }
    }
    lines
}

fn not_covered(it: &TargetLive, aims: &[(Observation, Desired)], version: &str) -> Option<String> {
    if aims.iter().any(|(seen, _)| seen.target == it.target.id) {
        return None;
    }
    // What a stop leaves out there is said beside the track.
    if is_recovery(&it.target.id) {
        return None;
    }
    let Some(seen) = &it.observation else {
        return Some(say!(
            "{}: never read, so it cannot be stopped from here.{}",
            it.target.title,
            it.problem
                .as_ref()
                .map(|problem| format!(" {problem}"))
                .unwrap_or_default()
        ));
    };
    match &seen.state {
        TargetState::StagedRollout(rollout) if rollout.status == StagedStatus::Absent => None,
        TargetState::StoreRollout(rollout) if rollout.status == StoreStatus::Absent => None,
        TargetState::StagedRollout(_)
        | TargetState::StoreRollout(_)
        | TargetState::PhasedRelease(_) => {
            let why = not_offered(&Desired::Stopped, &seen.state)
                .unwrap_or_else(|| say!("it is not {version}"));
            Some(format!(
                "{}: {why}.",
                words::target(&seen.target, &seen.state)
            ))
        }
        TargetState::Flag(flag) if tied(&flag.description, version) => {
            Some(format!("{}: {}.", flag.name, words::state(&seen.state)))
        }
        TargetState::Flag(flag) => flag
            .enabled
            .then(|| say!("{}: stays on, it is not tied to {version}.", flag.name)),
        TargetState::StatusPage(_)
        | TargetState::Mailing(_)
        | TargetState::Recovery(_)
        | TargetState::Channel(_) => None,
    }
}

/// Whom a halt does not reach, and what does.
fn left_behind_by(seen: &Observation) -> Option<String> {
    let TargetState::StagedRollout(it) = &seen.state else {
        return None;
    };
    recovery::target_of(&seen.target, it).map(|_| {
        say!(
            "Google Play: a halt does not reach people who have {0} already. They can be asked to \
             update, by an act of its own beside {0}, once a newer version is handed out there.",
            it.version
        )
    })
}

/// A version as numbers, so that 8.10.0 comes after 8.9.0.
pub(super) fn by_number(version: &str) -> Vec<u64> {
    version
        .split('.')
        .map(|part| part.parse().unwrap_or(0))
        .collect()
}
