//! How a target moved between two readings, and whom each state lets through. Must not decide
//! anything.

use cockpit_say::say;

use super::{recipients, state, version};
use crate::recovery;
use crate::store;
use crate::target::{
    Desired, Flag, Mailing, Observation, PhasedRelease, PhasedStatus, StagedRollout, StagedStatus,
    TargetState,
};

/// How a target moved since its author saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moved {
    /// It is as it was.
    No,
    /// The same release, more exposed than it was: what changed.
    MoreExposed(String),
    /// Anything else: what changed.
    Otherwise(String),
}

/// Compares what the author saw with what is there.
pub fn moved(seen: &TargetState, now: &TargetState) -> Moved {
    match (seen, now) {
        (TargetState::StagedRollout(_), TargetState::StagedRollout(_))
        | (TargetState::PhasedRelease(_), TargetState::PhasedRelease(_))
        | (TargetState::StoreRollout(_), TargetState::StoreRollout(_)) => moved_rollout(seen, now),
        (TargetState::Flag(seen_flag), TargetState::Flag(now_flag)) => {
            if seen_flag.enabled == now_flag.enabled
                && seen_flag.fraction_bps == now_flag.fraction_bps
            {
                Moved::No
            } else {
                moved_exposure(seen, now)
            }
        }
        (TargetState::Recovery(seen), TargetState::Recovery(now)) => {
            recovery::moved(seen, now).map_or(Moved::No, Moved::Otherwise)
        }
        (TargetState::StatusPage(_), TargetState::StatusPage(_)) => Moved::No,
        (TargetState::Mailing(seen), TargetState::Mailing(now)) => moved_mailing(seen, now),
        (TargetState::Channel(seen), TargetState::Channel(now)) if seen.goes_to == now.goes_to => {
            Moved::No
        }
        // Whoever agreed to a notice agreed to where it goes.
        (TargetState::Channel(seen), TargetState::Channel(now)) => Moved::Otherwise(say!(
            "seen as going to {}, now to {}",
            seen.goes_to,
            now.goes_to
        )),
        (
            TargetState::StagedRollout(_)
            | TargetState::StoreRollout(_)
            | TargetState::PhasedRelease(_)
            | TargetState::Flag(_)
            | TargetState::StatusPage(_)
            | TargetState::Mailing(_)
            | TargetState::Recovery(_)
            | TargetState::Channel(_),
            _,
        ) => Moved::Otherwise(from_to(seen, now)),
    }
}

/// Whoever agreed to a mailing agreed to its sender and its recipients.
fn moved_mailing(seen: &Mailing, now: &Mailing) -> Moved {
    let envelope = |it: &Mailing| say!("from {} to {}", it.from, recipients(it.to.len()));
    if seen.from != now.from || seen.to.len() != now.to.len() {
        Moved::Otherwise(say!("seen as {}, now {}", envelope(seen), envelope(now)))
    } else if seen.to != now.to {
        Moved::Otherwise(say!("the recipients are others than the ones that were seen").to_owned())
    } else {
        Moved::No
    }
}

fn moved_rollout(seen: &TargetState, now: &TargetState) -> Moved {
    if !seen.is_same_release(now) {
        return Moved::Otherwise(say!("seen as {}, now {}", release(seen), release(now)));
    }
    if state(seen) == state(now) {
        return Moved::No;
    }
    moved_exposure(seen, now)
}

fn moved_exposure(seen: &TargetState, now: &TargetState) -> Moved {
    if exposure(now) > exposure(seen) {
        Moved::MoreExposed(from_to(seen, now))
    } else {
        Moved::Otherwise(from_to(seen, now))
    }
}

fn from_to(seen: &TargetState, now: &TargetState) -> String {
    say!("seen as {}, now {}", state(seen), state(now))
}

/// "8.4.0 (1203, in progress 20 %)": the build tells two releases of one version apart.
fn release(it: &TargetState) -> String {
    let build = match it {
        TargetState::StagedRollout(it) => it.builds.join(", "),
        TargetState::PhasedRelease(it) => it.build.clone(),
        TargetState::StoreRollout(it) => it.builds.join(", "),
        TargetState::Recovery(it) => it.builds.join(", "),
        TargetState::Flag(_)
        | TargetState::StatusPage(_)
        | TargetState::Mailing(_)
        | TargetState::Channel(_) => String::new(),
    };
    let version = version(it).unwrap_or_default();
    format!("{version} ({build}, {})", state(it))
}

/// How many people a state lets through, in hundredths of a per cent.
pub fn exposure(state: &TargetState) -> u32 {
    match state {
        TargetState::StagedRollout(it) => staged_exposure(it),
        TargetState::PhasedRelease(it) => phased_exposure(it),
        TargetState::StoreRollout(it) => store::exposure(it),
        TargetState::Flag(it) => flag_exposure(it),
        TargetState::StatusPage(_)
        | TargetState::Mailing(_)
        | TargetState::Recovery(_)
        | TargetState::Channel(_) => 0,
    }
}

fn staged_exposure(it: &StagedRollout) -> u32 {
    match it.status {
        StagedStatus::Absent | StagedStatus::Draft | StagedStatus::Halted => 0,
        StagedStatus::InProgress => it.fraction_bps.unwrap_or(1),
        StagedStatus::Completed => 10_000,
    }
}

fn phased_exposure(it: &PhasedRelease) -> u32 {
    if it.removed {
        return 0;
    }
    match it.status {
        PhasedStatus::Inactive | PhasedStatus::Paused => 0,
        PhasedStatus::Active | PhasedStatus::Absent | PhasedStatus::Complete => {
            it.fraction_bps().unwrap_or(1)
        }
    }
}

fn flag_exposure(it: &Flag) -> u32 {
    if it.enabled || it.serving == Some(true) {
        it.fraction_bps.unwrap_or(10_000)
    } else {
        0
    }
}

/// What an approver must know: "seen as in progress 20 %, now in progress 50 %: more people
/// exposed. A stop may go on."
pub fn moved_for_approval(desired: &Desired, seen: &Observation, now: &Observation) -> String {
    match moved(&seen.state, &now.state) {
        Moved::No => String::new(),
        Moved::MoreExposed(words) if desired.is_safe_direction() => {
            say!("{words}: more people exposed. A stop may go on.")
        }
        Moved::MoreExposed(words) | Moved::Otherwise(words) => {
            say!("{words}. It will be refused as stale; ask again on the new state.")
        }
    }
}
