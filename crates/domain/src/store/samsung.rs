//! Samsung Galaxy Store: a share only rises, its interface pauses nothing, and turning a staged
//! rollout off gives the release to everybody. Must not know another store's rules.

use cockpit_say::{said, say};

use super::{NO_SUCH, StoreRollout, StoreStatus, share_problem};
use crate::target::Desired;
use crate::words;

pub(super) fn not_offered(desired: &Desired, it: &StoreRollout) -> Option<String> {
    match (desired, it.status) {
        (Desired::Stopped, StoreStatus::InProgress) => Some(say!(
            "Galaxy Store's interface cannot pause a rollout. The share of {} can only rise there, \
             and turning the staged rollout off would give it to everybody. Pause it in Seller \
             Portal, by hand",
            it.version
        )),
        (Desired::Stopped, StoreStatus::Halted) => Some(say!("it is paused already").to_owned()),
        (Desired::Stopped, StoreStatus::Completed) => Some(say!(
            "{} reaches everybody, and Galaxy Store's interface pauses nothing",
            it.version
        )),
        (Desired::RollingOut { .. } | Desired::Complete, StoreStatus::Halted) => {
            Some(say!("it was paused in Seller Portal, and only there it goes on").to_owned())
        }
        (Desired::RollingOut { fraction_bps: None }, StoreStatus::InProgress) => {
            Some(say!("it rolls out already").to_owned())
        }
        (Desired::RollingOut { fraction_bps }, StoreStatus::InProgress) => {
            share_problem(*fraction_bps).or_else(|| not_raised(*fraction_bps, it.fraction_bps))
        }
        (Desired::Complete, StoreStatus::InProgress) => ahead(it).map(|country| {
            say!(
                "{country} has a larger share than everybody else, and Galaxy Store turns a staged \
                 rollout off only when no country has"
            )
        }),
        (Desired::RollingOut { .. } | Desired::Complete, StoreStatus::Completed) => {
            Some(say!("it reaches everybody already").to_owned())
        }
        (
            Desired::RemovedFromSale,
            StoreStatus::InProgress | StoreStatus::Halted | StoreStatus::Completed,
        ) => None,
        (
            Desired::Stopped
            | Desired::RollingOut { .. }
            | Desired::Complete
            | Desired::Released { .. }
            | Desired::RolledBack { .. }
            | Desired::AskedToUpdate
            | Desired::NotAsked
            | Desired::RemovedFromSale
            | Desired::On
            | Desired::Off
            | Desired::Published { .. },
            _,
        ) => Some(said(NO_SUCH).to_owned()),
    }
}

/// The first country whose own share is above the usual one.
fn ahead(it: &StoreRollout) -> Option<&str> {
    it.countries
        .iter()
        .find(|at| it.fraction_bps.is_none_or(|usual| at.fraction_bps > usual))
        .map(|at| at.country.as_str())
}

fn not_raised(asked: Option<u32>, out: Option<u32>) -> Option<String> {
    match (asked, out) {
        (Some(asked), _) if asked % 100 != 0 => {
            Some(say!("Galaxy Store takes whole per cents").to_owned())
        }
        (Some(asked), Some(out)) if asked < out => Some(say!(
            "Galaxy Store cannot lower a share ({} is out)",
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
    match desired {
        Desired::RollingOut { fraction_bps } => Some(say!(
            "{version} goes{} on Galaxy Store. From there the share can only rise: it cannot be \
             lowered, and from here it cannot be paused.{}",
            fraction_bps
                .map(|bps| say!(" to {} of people", words::percent(bps)))
                .unwrap_or_default(),
            if it.countries.is_empty() {
                ""
            } else {
                say!(
                    " Whether countries with a share of their own keep it is not documented; it \
                     is read back."
                )
            }
        )),
        Desired::Complete => Some(say!(
            "{version} goes to everybody in every country at once. Galaxy Store calls this turning \
             the staged rollout off. There is no way back to a share."
        )),
        Desired::RemovedFromSale => Some(say!(
            "The sale of the whole app is suspended on Galaxy Store in every country, not only of \
             {version}: nobody new can install any version. People who have the app keep it. This \
             is not a pause of the rollout, and only Seller Portal puts the app on sale again."
        )),
        Desired::Stopped
        | Desired::Released { .. }
        | Desired::RolledBack { .. }
        | Desired::AskedToUpdate
        | Desired::NotAsked
        | Desired::On
        | Desired::Off
        | Desired::Published { .. } => None,
    }
}

pub(super) fn note(it: &StoreRollout) -> String {
    match it.status {
        StoreStatus::InProgress => {
            say!("The share can only rise; a pause is made in Seller Portal").to_owned()
        }
        StoreStatus::Halted => say!(
            "Paused in Seller Portal; people who have {} keep it",
            it.version
        ),
        StoreStatus::Removed => {
            say!("Nobody new can install any version; people who have the app keep it").to_owned()
        }
        StoreStatus::Absent | StoreStatus::Completed => String::new(),
    }
}
