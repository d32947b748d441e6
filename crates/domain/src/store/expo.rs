//! Expo's EAS Update: a channel that apps ask at can be paused, and an earlier update can be put in
//! place of the newest. Must not know another store's rules.

use cockpit_say::{mark, said, say};

use super::{EMBEDDED, NO_SUCH, OverTheAir, StoreRollout, StoreStatus};
use crate::target::Desired;

/// When apps notice. Both are Expo's own defaults; an app may be built otherwise.
const AT_NEXT_STARTS: &str = mark!(
    "Apps ask at their next start and run what they loaded from the start \
     after that, unless they are built otherwise."
);

pub(super) fn not_offered(desired: &Desired, it: &StoreRollout) -> Option<String> {
    match (desired, it.status) {
        (Desired::Stopped, StoreStatus::InProgress | StoreStatus::Completed) => None,
        (Desired::Stopped, StoreStatus::Halted) => {
            Some(say!("the channel is paused already").to_owned())
        }
        (Desired::RollingOut { fraction_bps: None }, StoreStatus::Halted) => None,
        (
            Desired::RollingOut { fraction_bps: None },
            StoreStatus::InProgress | StoreStatus::Completed,
        ) => Some(say!("the channel gives out updates already").to_owned()),
        (
            Desired::RollingOut {
                fraction_bps: Some(_),
            }
            | Desired::Complete,
            _,
        ) => Some(say!("a share is set and ended in EAS, for each update").to_owned()),
        (Desired::RolledBack { update }, _) => no_way_back(update, it),
        (
            Desired::Stopped
            | Desired::RollingOut { fraction_bps: None }
            | Desired::Released { .. }
            | Desired::RemovedFromSale
            | Desired::AskedToUpdate
            | Desired::NotAsked
            | Desired::On
            | Desired::Off
            | Desired::Published { .. },
            _,
        ) => Some(said(NO_SUCH).to_owned()),
    }
}

fn no_way_back(to: &str, it: &StoreRollout) -> Option<String> {
    let Some(air) = &it.air else {
        return Some(said(NO_SUCH).to_owned());
    };
    if air.signed {
        return Some(
            say!(
                "updates here are signed with a key that the cockpit does not have, and apps \
                  take no other. Publish the earlier update again with Expo's own tool and the key"
            )
            .to_owned(),
        );
    }
    if air.spread {
        return Some(
            say!("the channel spreads people over several branches. End that rollout in EAS first")
                .to_owned(),
        );
    }
    if it.fraction_bps.is_some() {
        return Some(
            say!(
                "the newest update goes to a share of people, and EAS publishes nothing beside it. \
             Revert or finish it in EAS first; a pause works at once"
            )
            .to_owned(),
        );
    }
    let earlier = air.earlier.as_ref().is_some_and(|it| it.update == to);
    if to == EMBEDDED && air.embedded {
        return Some(say!("apps are told already to run what is in their build").to_owned());
    }
    (to != EMBEDDED && !earlier)
        .then(|| say!("it is not the update that people had before this one").to_owned())
}

pub(super) fn consequence(desired: &Desired, it: &StoreRollout) -> Option<String> {
    let newest = newest(it);
    let at_next_starts = said(AT_NEXT_STARTS);
    match desired {
        Desired::Stopped => Some(say!(
            "The channel gives no update to any app that asks, whatever its runtime version. Apps \
             that have loaded {newest} keep it and go on running it: a pause takes nothing back. A \
             rollback that is published meanwhile waits too."
        )),
        Desired::RollingOut { .. } => Some(say!(
            "The channel gives out updates again, {newest} as the newest. {at_next_starts}"
        )),
        Desired::RolledBack { update } => Some(say!(
            "{} for runtime version {}, in place of {newest}: as a further update, for the \
             platforms that it was for. {at_next_starts} Those that are not started keep what \
             they have. It cannot be taken back, only followed by another update.{}",
            match it.air.as_ref().and_then(|air| title(air, update)) {
                Some(title) => say!("\u{201c}{title}\u{201d} is published once more"),
                None => say!("Apps are told to run what is in their build").to_owned(),
            },
            it.version,
            if it.status == StoreStatus::Halted {
                say!(" The channel is paused: nobody gets it before the channel is resumed.")
            } else {
                ""
            }
        )),
        Desired::Complete
        | Desired::Released { .. }
        | Desired::RemovedFromSale
        | Desired::AskedToUpdate
        | Desired::NotAsked
        | Desired::On
        | Desired::Off
        | Desired::Published { .. } => None,
    }
}

/// "the update “New transfer form”".
fn newest(it: &StoreRollout) -> String {
    match &it.air {
        Some(air) if air.embedded => say!("the word to run what is in the build").to_owned(),
        Some(air) if !air.title.is_empty() => say!("the update \u{201c}{}\u{201d}", air.title),
        Some(_) | None => say!("the newest update for {}", it.version),
    }
}

/// The earlier update's own words; none for what is in the build.
fn title<'a>(air: &'a OverTheAir, to: &str) -> Option<&'a str> {
    let earlier = air.earlier.as_ref()?;
    (earlier.update == to).then_some(earlier.title.as_str())
}

/// "rolled back to “Fix the rates screen”".
pub(super) fn rolled_back(to: &str, it: &StoreRollout) -> String {
    if to == EMBEDDED {
        return say!("rolled back to what is in the build").to_owned();
    }
    match it.air.as_ref().and_then(|air| title(air, to)) {
        Some(title) => say!("rolled back to \u{201c}{title}\u{201d}"),
        None => say!("rolled back to the update {to}"),
    }
}

pub(super) fn note(it: &StoreRollout) -> String {
    let spread = it.air.as_ref().is_some_and(|air| air.spread);
    let newest = newest(it);
    match it.status {
        StoreStatus::Halted => {
            say!("Paused for apps that ask; who has loaded {newest} keeps it")
        }
        StoreStatus::InProgress if spread => {
            say!("The channel spreads people over several branches; {newest} is on the first")
        }
        StoreStatus::InProgress | StoreStatus::Completed => say!("Newest: {newest}"),
        StoreStatus::Absent | StoreStatus::Removed => String::new(),
    }
}

/// What stands there after a rollback.
pub(super) fn rolled_back_to(it: &StoreRollout) -> String {
    let now = if it.status == StoreStatus::Halted {
        say!("the channel is paused, so no app gets it yet")
    } else {
        say!("apps get it when they ask next; that was not observed")
    };
    say!("{} is the newest; {now}", newest(it))
}

pub(super) fn wishes(it: &StoreRollout) -> Vec<(&'static str, Desired)> {
    let mut wishes = match it.status {
        StoreStatus::Absent | StoreStatus::Removed => return Vec::new(),
        StoreStatus::InProgress | StoreStatus::Completed => vec![(say!("Pause"), Desired::Stopped)],
        StoreStatus::Halted => vec![(say!("Resume"), Desired::RollingOut { fraction_bps: None })],
    };
    let back = |update: &str| Desired::RolledBack {
        update: update.to_owned(),
    };
    let air = it.air.as_ref();
    if let Some(earlier) = air.and_then(|air| air.earlier.as_ref()) {
        wishes.push((say!("Roll back"), back(&earlier.update)));
    }
    if air.is_some_and(|air| !air.embedded) {
        wishes.push((say!("Roll back to the build"), back(EMBEDDED)));
    }
    wishes
}
