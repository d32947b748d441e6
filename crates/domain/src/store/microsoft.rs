//! Microsoft Store: a package rollout reaches a share of the customers who have the app; a halt is
//! for good. Must not know another store's rules.

use cockpit_say::{said, say};

use super::{NO_SUCH, StoreRollout, StoreStatus, share_problem};
use crate::target::Desired;
use crate::words;

/// A share of everybody who takes part in rollouts, which is not everybody.
const ALL_BPS: u32 = 10_000;

pub(super) fn not_offered(desired: &Desired, it: &StoreRollout) -> Option<String> {
    match (desired, it.status) {
        (Desired::Stopped, StoreStatus::InProgress) => None,
        (Desired::Stopped, StoreStatus::Halted) => Some(say!("it is halted already").to_owned()),
        (Desired::Stopped, StoreStatus::Completed) => Some(say!(
            "{} reaches everybody, and the Microsoft Store halts only a package rollout",
            it.version
        )),
        (Desired::RollingOut { .. } | Desired::Complete, StoreStatus::Halted) => Some(
            say!(
                "a halt is for good in the Microsoft Store. What goes on is a new submission, \
                  made in Partner Center or by your delivery pipeline"
            )
            .to_owned(),
        ),
        (Desired::RollingOut { fraction_bps: None }, StoreStatus::InProgress) => {
            Some(say!("it rolls out already").to_owned())
        }
        (Desired::RollingOut { fraction_bps }, StoreStatus::InProgress) => {
            share_problem(*fraction_bps).or_else(|| not_raised(*fraction_bps, it.fraction_bps))
        }
        (Desired::Complete, StoreStatus::InProgress) => None,
        (Desired::RollingOut { .. } | Desired::Complete, StoreStatus::Completed) => {
            Some(say!("it reaches everybody already").to_owned())
        }
        (Desired::RemovedFromSale, _) => Some(
            say!(
                "this interface takes no app off sale at once; Partner Center \
                       does"
            )
            .to_owned(),
        ),
        (
            Desired::Stopped
            | Desired::RollingOut { .. }
            | Desired::Complete
            | Desired::Released { .. }
            | Desired::RolledBack { .. }
            | Desired::AskedToUpdate
            | Desired::NotAsked
            | Desired::On
            | Desired::Off
            | Desired::Published { .. },
            _,
        ) => Some(said(NO_SUCH).to_owned()),
    }
}

/// Microsoft's pages speak of a share that is raised; whether a lower one is taken is said nowhere.
fn not_raised(asked: Option<u32>, out: Option<u32>) -> Option<String> {
    match (asked, out) {
        (Some(asked), _) if asked % 100 != 0 => {
            Some(say!("choose whole per cents for the Microsoft Store").to_owned())
        }
        (Some(asked), Some(out)) if asked < out => Some(say!(
            "{} is out, and who has the packages keeps them: a lower share would take nothing \
             back. Halt it instead",
            words::percent(out)
        )),
        (Some(asked), Some(out)) if asked == out => {
            Some(say!("{} is out already", words::percent(out)))
        }
        (Some(_) | None, Some(_) | None) => None,
    }
}

pub(super) fn consequence(desired: &Desired, it: &StoreRollout) -> Option<String> {
    let version = &it.version;
    let before = it
        .fallback
        .as_deref()
        .filter(|it| !it.is_empty())
        .unwrap_or(say!("the submission before it"));
    match desired {
        Desired::Stopped => Some(say!(
            "The Microsoft Store hands out no more packages of {version}: new customers and \
             updates get {before}. Customers who have {version} keep it. The halt is for good: \
             {version} cannot go on, only a new submission after certification can, and it begins \
             as a copy of the halted one. The Store's page keeps the texts of {version}."
        )),
        Desired::RollingOut { fraction_bps } => Some(say!(
            "{version} goes{} who have the app, chosen by the Store. It can be halted afterwards, \
             for good; a lower share is not offered.",
            fraction_bps
                .map(|bps| say!(" to {} of the customers", words::percent(bps)))
                .unwrap_or_else(|| say!(" to more of the customers").to_owned()),
        )),
        Desired::Complete => Some(say!(
            "{version} goes to every customer, also on a Windows that takes no part in rollouts. \
             Nothing can be halted after that: the way back is a new submission through \
             certification."
        )),
        Desired::Released { .. }
        | Desired::RolledBack { .. }
        | Desired::AskedToUpdate
        | Desired::NotAsked
        | Desired::RemovedFromSale
        | Desired::On
        | Desired::Off
        | Desired::Published { .. } => None,
    }
}

pub(super) fn note(it: &StoreRollout) -> String {
    match (it.status, it.fraction_bps) {
        (StoreStatus::InProgress, Some(ALL_BPS)) => say!(
            "100 % is not everybody: a Windows that takes no part in rollouts waits until it is \
             completed"
        )
        .to_owned(),
        (StoreStatus::InProgress, _) => {
            say!("A share of the customers who have the app").to_owned()
        }
        (StoreStatus::Halted, _) => say!(
            "Halted for good; customers who have {} keep it. A new submission begins as a copy of \
             it",
            it.version
        ),
        (StoreStatus::Absent | StoreStatus::Completed | StoreStatus::Removed, _) => String::new(),
    }
}
