//! Which changes a target offers in its state, each store by its own rules. Must not know who
//! asks.

use cockpit_say::say;

use crate::policy::ActKind;
use crate::recovery;
use crate::store;
use crate::target::{Desired, PhasedStatus, StagedStatus, StoreStatus, TargetState};
use crate::words;

/// Which kind of act a change of this target is.
pub fn act_kind(desired: &Desired, from: &TargetState) -> ActKind {
    match desired {
        Desired::Stopped => ActKind::Stop,
        Desired::RollingOut { .. } => match from {
            TargetState::StagedRollout(it) if it.status == StagedStatus::InProgress => {
                ActKind::SetFraction
            }
            TargetState::StoreRollout(it) if it.status == StoreStatus::InProgress => {
                ActKind::SetFraction
            }
            TargetState::Flag(it) if it.enabled => ActKind::SetFraction,
            TargetState::StagedRollout(_)
            | TargetState::StoreRollout(_)
            | TargetState::PhasedRelease(_)
            | TargetState::Flag(_)
            | TargetState::StatusPage(_)
            | TargetState::Mailing(_)
            | TargetState::Recovery(_)
            | TargetState::Channel(_) => ActKind::Resume,
        },
        Desired::Complete => ActKind::Complete,
        Desired::Released { .. } => ActKind::Release,
        Desired::RemovedFromSale => ActKind::RemoveFromSale,
        Desired::RolledBack { .. } => ActKind::RollBack,
        Desired::AskedToUpdate | Desired::NotAsked => ActKind::Recover,
        Desired::On => ActKind::TurnOn,
        Desired::Off => ActKind::TurnOff,
        Desired::Published { .. } => ActKind::Publish,
    }
}

/// Why a target in this state cannot be changed so; `None` when it can.
pub fn not_offered(desired: &Desired, from: &TargetState) -> Option<String> {
    match (desired, from) {
        (_, TargetState::StoreRollout(it)) => store::not_offered(desired, it),
        (_, TargetState::Recovery(it)) => recovery::not_offered(desired, it),
        (Desired::Stopped, TargetState::StagedRollout(it)) => match it.status {
            StagedStatus::InProgress => None,
            StagedStatus::Completed if it.internal => Some(say!(
                "{} reaches everybody on the internal testing track, where Google Play halts no \
                 full release",
                it.version
            )),
            // Google Play refuses it for a track's first release, and does not say before which
            // one that is.
            StagedStatus::Completed => None,
            StagedStatus::Halted => Some(say!("it is halted already").to_owned()),
            StagedStatus::Absent | StagedStatus::Draft => {
                Some(say!("nothing rolls out").to_owned())
            }
        },
        (
            Desired::Stopped | Desired::RollingOut { .. } | Desired::Complete,
            TargetState::PhasedRelease(it),
        ) if it.removed => Some(say!("the app is off sale").to_owned()),
        (Desired::Stopped, TargetState::PhasedRelease(it)) => match it.status {
            PhasedStatus::Active => (it.pause_days_used >= 30)
                .then(|| say!("all 30 days of pause that Apple allows are used").to_owned()),
            PhasedStatus::Paused => Some(say!("it is paused already").to_owned()),
            PhasedStatus::Complete => Some(say!(
                "the phased release of {} is complete; the App Store cannot pause it any more",
                it.version
            )),
            PhasedStatus::Inactive => Some(say!("the phased release has not begun").to_owned()),
            PhasedStatus::Absent => Some(say!(
                "{} was released without a phased release, so there is nothing to pause",
                it.version
            )),
        },
        (Desired::RollingOut { fraction_bps }, TargetState::StagedRollout(it)) => match it.status {
            StagedStatus::InProgress if fraction_bps.is_none() => {
                Some(say!("it rolls out already").to_owned())
            }
            StagedStatus::InProgress => fraction_problem(*fraction_bps, it.fraction_bps),
            StagedStatus::Halted if fraction_bps.or(it.fraction_bps).is_none() => Some(
                say!(
                    "it reached everybody before it was halted: choose a fraction, or complete it"
                )
                .to_owned(),
            ),
            // Google Play takes any fraction for a halted release.
            StagedStatus::Halted => fraction_problem(*fraction_bps, None),
            StagedStatus::Absent | StagedStatus::Draft => {
                Some(say!("nothing is there to roll out").to_owned())
            }
            StagedStatus::Completed => Some(say!("it reaches everybody already").to_owned()),
        },
        (Desired::RollingOut { fraction_bps }, TargetState::PhasedRelease(it)) => {
            if fraction_bps.is_some() {
                return Some(
                    say!("Apple sets the share of each day; it cannot be chosen").to_owned(),
                );
            }
            match it.status {
                PhasedStatus::Paused => None,
                PhasedStatus::Active => Some(say!("it is active already").to_owned()),
                PhasedStatus::Inactive | PhasedStatus::Absent | PhasedStatus::Complete => {
                    Some(say!("there is no paused phased release").to_owned())
                }
            }
        }
        (Desired::Complete, TargetState::StagedRollout(it)) => match it.status {
            StagedStatus::InProgress | StagedStatus::Halted => None,
            StagedStatus::Completed => Some(say!("it reaches everybody already").to_owned()),
            StagedStatus::Absent | StagedStatus::Draft => {
                Some(say!("nothing rolls out").to_owned())
            }
        },
        (Desired::Complete, TargetState::PhasedRelease(it)) => match it.status {
            PhasedStatus::Active | PhasedStatus::Paused => None,
            PhasedStatus::Complete => Some(say!("it is complete already").to_owned()),
            PhasedStatus::Inactive | PhasedStatus::Absent => {
                Some(say!("there is no phased release under way").to_owned())
            }
        },
        (Desired::Released { version }, TargetState::PhasedRelease(it)) => match &it.waiting {
            Some(waiting) if waiting == version => None,
            Some(waiting) => Some(say!("{waiting} is the version that waits")),
            None => Some(say!("no approved version waits to be released").to_owned()),
        },
        (Desired::RemovedFromSale, TargetState::PhasedRelease(it)) => {
            if it.removed {
                Some(say!("the app is off sale already").to_owned())
            } else if it.version.is_empty() || it.status == PhasedStatus::Inactive {
                Some(say!("no version is on sale yet").to_owned())
            } else {
                None
            }
        }
        (
            Desired::RollingOut {
                fraction_bps: Some(asked),
            },
            TargetState::Flag(it),
        ) => it.share_problem(*asked),
        (Desired::Off, TargetState::Flag(_)) | (Desired::On, TargetState::Flag(_)) => desired
            .is_met_by(from)
            .then(|| say!("it is {} already", words::state(from))),
        (Desired::Published { .. }, TargetState::StatusPage(_)) => desired
            .is_met_by(from)
            .then(|| say!("this notice stands on the page already").to_owned()),
        (Desired::Published { .. }, TargetState::Mailing(_)) => desired
            .is_met_by(from)
            .then(|| say!("the mail server took this notice already").to_owned()),
        (Desired::Published { .. }, TargetState::Channel(_)) => desired
            .is_met_by(from)
            .then(|| say!("this notice is there already").to_owned()),
        (
            Desired::Stopped | Desired::RollingOut { .. } | Desired::Complete,
            TargetState::Flag(_)
            | TargetState::StatusPage(_)
            | TargetState::Mailing(_)
            | TargetState::Channel(_),
        )
        | (
            Desired::RolledBack { .. } | Desired::AskedToUpdate | Desired::NotAsked,
            TargetState::StagedRollout(_)
            | TargetState::PhasedRelease(_)
            | TargetState::Flag(_)
            | TargetState::StatusPage(_)
            | TargetState::Mailing(_)
            | TargetState::Channel(_),
        )
        | (
            Desired::Released { .. } | Desired::RemovedFromSale,
            TargetState::StagedRollout(_)
            | TargetState::Flag(_)
            | TargetState::StatusPage(_)
            | TargetState::Mailing(_)
            | TargetState::Channel(_),
        )
        | (
            Desired::On | Desired::Off,
            TargetState::StagedRollout(_)
            | TargetState::PhasedRelease(_)
            | TargetState::StatusPage(_)
            | TargetState::Mailing(_)
            | TargetState::Channel(_),
        )
        | (
            Desired::Published { .. },
            TargetState::StagedRollout(_) | TargetState::PhasedRelease(_) | TargetState::Flag(_),
        ) => Some(say!("this target does not offer that change").to_owned()),
    }
}

fn fraction_problem(asked: Option<u32>, out: Option<u32>) -> Option<String> {
    match (asked, out) {
        (Some(asked), _) if !(1..10_000).contains(&asked) => {
            Some(say!("a fraction lies between 0 and 100 %, without either end").to_owned())
        }
        (Some(asked), Some(out)) if asked < out => Some(say!(
            "Google Play cannot lower a fraction ({} is out); it can only be halted",
            words::percent(out)
        )),
        (Some(asked), Some(out)) if asked == out => {
            Some(say!("{} is out already", words::percent(out)))
        }
        (Some(_) | None, Some(_) | None) => None,
    }
}
