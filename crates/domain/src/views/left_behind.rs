//! Versions that people have and that a stop does not reach: whom Google Play can ask to update.
//! Must not know how it is asked.

use std::collections::BTreeMap;

use super::Live;
use crate::policy::ActKind;
use crate::recovery::{self, Named, RecoveryStatus};
use crate::state::{IntentRecord, State};
use crate::target::{Service, StagedRollout, StagedStatus, Target, TargetId, TargetState};
use crate::time::Time;

/// For how long after a stop its version is looked after, in milliseconds.
const AFTER_A_STOP_MS: u64 = 14 * 24 * 60 * 60 * 1_000;
/// Versions at most: each costs a request at every reading.
const VERSIONS_MAX: usize = 4;

/// What is read and shown without being asked for by name: a release that is halted or was stopped
/// from here, one that people were asked to leave, and one that they are asked to leave now. The
/// newest builds, when there are many.
pub fn left_behind(state: &State, live: &Live, now: Time) -> Vec<Target> {
    let asked = state.intents.values().filter(|record| {
        now.ms_since(record.at) < AFTER_A_STOP_MS && record.intent.act == ActKind::Recover
    });
    let asked = asked.map(|record| record.intent.target.clone());
    let under_way = live.targets.values().filter_map(|it| {
        let found = recovery::of(&it.observation.as_ref()?.state)?;
        let is_on = match found.status {
            RecoveryStatus::Draft | RecoveryStatus::Generating | RecoveryStatus::Active => true,
            RecoveryStatus::Absent | RecoveryStatus::Canceled | RecoveryStatus::Failed => false,
        };
        is_on.then(|| it.target.id.clone())
    });
    let stopped = live.targets.values().filter_map(|it| {
        let seen = it.observation.as_ref();
        let there = seen.and_then(|seen| staged(&seen.state));
        match there {
            Some(there) if there.status == StagedStatus::Halted => {
                recovery::target_of(&it.target.id, there)
            }
            Some(_) | None => {
                let before = last_stopped(state, &it.target.id, now)?;
                // A release that was resumed is no longer left behind.
                let goes_on = there.is_some_and(|there| there.builds == before.builds);
                (!goes_on).then(|| recovery::target_of(&it.target.id, before))?
            }
        }
    });
    let mut found: BTreeMap<TargetId, Named> = asked
        .chain(under_way)
        .chain(stopped)
        .filter_map(|id| Some((id.clone(), recovery::named(&id)?)))
        .collect();
    while found.len() > VERSIONS_MAX {
        let oldest = found.iter().min_by_key(|(_, named)| newest_code(named));
        let Some(oldest) = oldest.map(|(id, _)| id.clone()) else {
            break;
        };
        found.remove(&oldest);
    }
    found
        .into_iter()
        .map(|(id, named)| as_target(id, &named))
        .collect()
}

/// The recovery of a version that was named: by its version name or by a version code, as far as it
/// was ever seen on the production track.
pub fn recovery_of(state: &State, live: &Live, version: &str, now: Time) -> Option<Target> {
    let known = left_behind(state, live, now).into_iter().map(|it| it.id);
    let there = live.targets.values().filter_map(|it| {
        let there = staged(&it.observation.as_ref()?.state)?;
        recovery::target_of(&it.target.id, there)
    });
    let decided = state.intents.values().filter_map(|record| {
        let before = staged(&record.intent.pre.state)?;
        recovery::target_of(&record.intent.target, before)
    });
    let read_once = live.targets.keys().cloned();
    known
        .chain(there)
        .chain(decided)
        .chain(read_once)
        .filter_map(|id| Some((recovery::named(&id)?, id)))
        .find(|(named, _)| named.version == version || named.builds.iter().any(|it| it == version))
        .map(|(named, id)| as_target(id, &named))
}

fn as_target(id: TargetId, named: &Named) -> Target {
    Target {
        title: recovery::title(named),
        platform: "Android".to_owned(),
        id,
    }
}

/// The release that the newest act on a track stopped, not long ago.
fn last_stopped<'a>(state: &'a State, track: &TargetId, now: Time) -> Option<&'a StagedRollout> {
    let stopped = |record: &&IntentRecord| {
        record.intent.target == *track
            && record.intent.act == ActKind::Stop
            && now.ms_since(record.at) < AFTER_A_STOP_MS
            && record
                .result
                .as_ref()
                .is_some_and(|(result, _)| result.outcome == crate::event::Outcome::Confirmed)
    };
    let newest = state.intents.values().filter(stopped);
    let newest = newest.max_by_key(|record| record.position)?;
    staged(&newest.intent.pre.state)
}

fn staged(state: &TargetState) -> Option<&StagedRollout> {
    match state {
        TargetState::StagedRollout(it) => Some(it),
        TargetState::PhasedRelease(_)
        | TargetState::StoreRollout(_)
        | TargetState::Recovery(_)
        | TargetState::Flag(_)
        | TargetState::StatusPage(_)
        | TargetState::Mailing(_)
        | TargetState::Channel(_) => None,
    }
}

fn newest_code(named: &Named) -> u64 {
    let codes = named.builds.iter().filter_map(|code| code.parse().ok());
    codes.max().unwrap_or(0)
}

/// Whether a target asks people to update, whatever was read of it.
pub(super) fn is_recovery(target: &TargetId) -> bool {
    target.service() == Some(Service::GooglePlay) && recovery::named(target).is_some()
}
