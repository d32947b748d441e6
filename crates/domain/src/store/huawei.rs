//! Huawei AppGallery: a phased release can be suspended and go on; a full release cannot. Must
//! not know another store's rules.

use cockpit_say::{said, say};

use super::{NO_SUCH, StoreRollout, StoreStatus, share_problem};
use crate::target::Desired;
use crate::words;

pub(super) fn not_offered(desired: &Desired, it: &StoreRollout) -> Option<String> {
    let full = say!(
        "{} is a full release, and AppGallery suspends only a phased one",
        it.version
    );
    match (desired, it.status) {
        (Desired::Stopped, StoreStatus::InProgress) => None,
        (Desired::Stopped, StoreStatus::Halted) => Some(say!("it is suspended already").to_owned()),
        (Desired::Stopped, StoreStatus::Completed) => Some(full),
        (Desired::RollingOut { fraction_bps }, StoreStatus::Halted) => share_problem(*fraction_bps),
        (Desired::RollingOut { fraction_bps: None }, StoreStatus::InProgress) => {
            Some(say!("it rolls out already").to_owned())
        }
        (Desired::RollingOut { fraction_bps }, StoreStatus::InProgress) => {
            share_problem(*fraction_bps).or_else(|| not_raised(*fraction_bps, it.fraction_bps))
        }
        (Desired::Complete, StoreStatus::InProgress | StoreStatus::Halted) => None,
        (Desired::RollingOut { .. } | Desired::Complete, StoreStatus::Completed) => {
            Some(say!("it reaches everybody already").to_owned())
        }
        (Desired::RemovedFromSale, _) => {
            Some(say!("AppGallery's interface takes no app off sale; its console does").to_owned())
        }
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

/// Whether AppGallery takes a lower share while it rolls out is documented nowhere that we know.
fn not_raised(asked: Option<u32>, out: Option<u32>) -> Option<String> {
    match (asked, out) {
        (Some(asked), Some(out)) if asked < out => Some(say!(
            "{} is out, and AppGallery promises nowhere that a share can be lowered; suspend it \
             instead",
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
        Desired::Stopped => {
            let instead = it
                .fallback
                .as_ref()
                .map_or_else(String::new, |version| say!(" and get {version}"));
            Some(say!(
                "New people stop getting {version} from AppGallery{instead}. People who have it \
                 keep it.{}",
                window(it)
            ))
        }
        Desired::RollingOut { fraction_bps } => Some(say!(
            "{version} rolls out{} on AppGallery. It can be suspended afterwards; a lower share is \
             not promised.{}",
            fraction_bps
                .map(|bps| say!(" to {} of people", words::percent(bps)))
                .unwrap_or_default(),
            window(it)
        )),
        Desired::Complete => Some(say!(
            "{version} becomes the full release for everybody on AppGallery. A full release cannot \
             be suspended: the way back is a further version through Huawei's review."
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

/// A phased release has an end of its own, which a suspension does not move.
fn window(it: &StoreRollout) -> String {
    it.ends_at.map_or_else(String::new, |at| {
        say!(
            " The phased release's own end stays {at}; what AppGallery does then is not \
             documented.",
            at = words::moment(at)
        )
    })
}

pub(super) fn note(it: &StoreRollout) -> String {
    match it.status {
        StoreStatus::InProgress => it.ends_at.map_or_else(String::new, |at| {
            say!(
                "The phased release ends by itself at {at}",
                at = words::moment(at)
            )
        }),
        StoreStatus::Halted => say!("People who have {} keep it", it.version),
        StoreStatus::Removed => say!("Nobody new can install any version").to_owned(),
        StoreStatus::Absent | StoreStatus::Completed => String::new(),
    }
}
