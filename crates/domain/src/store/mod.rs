//! The further stores: one state for all of them, and a file of rules and words for each, because
//! no two stores mean the same by a stop. Must not know how a store is spoken to.
//!
//! A further store is a variant of [`Store`], a file beside the others, and its arms below.

mod expo;
mod huawei;
mod microsoft;
mod samsung;

use cockpit_say::{mark, said, say};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::target::{Desired, Review};
use crate::time::Time;
use crate::words;

/// A store, or a channel over the air, whose releases are a [`StoreRollout`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Store {
    /// Huawei AppGallery: a phased release, which can be suspended.
    HuaweiAppGallery,
    /// Samsung Galaxy Store: a staged rollout, which its interface cannot pause.
    SamsungGalaxyStore,
    /// Microsoft Store: a package rollout, which is halted for good.
    MicrosoftStore,
    /// Expo's EAS Update: a channel that can be paused, and earlier updates put in place again.
    ExpoEasUpdate,
}

impl Store {
    /// Every store.
    pub const ALL: [Store; 4] = [
        Self::HuaweiAppGallery,
        Self::SamsungGalaxyStore,
        Self::MicrosoftStore,
        Self::ExpoEasUpdate,
    ];

    /// The store's name as people write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::HuaweiAppGallery => "Huawei AppGallery",
            Self::SamsungGalaxyStore => "Samsung Galaxy Store",
            Self::MicrosoftStore => "Microsoft Store",
            Self::ExpoEasUpdate => "EAS Update",
        }
    }

    /// The platform whose people its releases reach, as health sources name it; none when it is
    /// not one.
    pub fn platform(self) -> Option<&'static str> {
        match self {
            Self::HuaweiAppGallery | Self::SamsungGalaxyStore => Some("Android"),
            // No health source tells of Windows, and updates over the air are for both.
            Self::MicrosoftStore | Self::ExpoEasUpdate => None,
        }
    }

    /// The store's word for a stopped rollout.
    pub fn stopped_word(self) -> &'static str {
        match self {
            Self::HuaweiAppGallery => say!("suspended"),
            Self::SamsungGalaxyStore | Self::ExpoEasUpdate => say!("paused"),
            Self::MicrosoftStore => say!("halted"),
        }
    }

    /// The store's word for a rollout that goes on.
    pub fn resumed_word(self) -> &'static str {
        match self {
            Self::HuaweiAppGallery | Self::SamsungGalaxyStore | Self::MicrosoftStore => {
                say!("in progress")
            }
            Self::ExpoEasUpdate => say!("given out again"),
        }
    }

    /// Whether a share is chosen with a change, so that going on needs one.
    pub fn takes_shares(self) -> bool {
        match self {
            Self::HuaweiAppGallery | Self::SamsungGalaxyStore | Self::MicrosoftStore => true,
            Self::ExpoEasUpdate => false,
        }
    }

    /// Whether a stop is of the place and not of one release in it: a paused channel gives out no
    /// update at all.
    pub fn stops_every_release(self) -> bool {
        match self {
            Self::HuaweiAppGallery | Self::SamsungGalaxyStore | Self::MicrosoftStore => false,
            Self::ExpoEasUpdate => true,
        }
    }

    /// What the store calls a release that reaches a share of people.
    pub fn rollout_word(self) -> &'static str {
        match self {
            Self::HuaweiAppGallery => say!("Phased release"),
            Self::SamsungGalaxyStore => say!("Staged rollout"),
            Self::MicrosoftStore => say!("Package rollout"),
            Self::ExpoEasUpdate => say!("Update over the air"),
        }
    }

    /// What the button that stops it says.
    fn stop_label(self) -> &'static str {
        match self {
            Self::HuaweiAppGallery => say!("Suspend"),
            Self::SamsungGalaxyStore | Self::ExpoEasUpdate => say!("Pause"),
            Self::MicrosoftStore => say!("Halt"),
        }
    }

    /// Who reviews releases there.
    fn reviewer(self) -> &'static str {
        match self {
            Self::HuaweiAppGallery => "Huawei",
            Self::SamsungGalaxyStore => "Samsung",
            Self::MicrosoftStore => "Microsoft",
            Self::ExpoEasUpdate => "Expo",
        }
    }
}

/// Where a release stands in a further store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StoreStatus {
    /// No version is out.
    Absent,
    /// Reaches a fraction of people.
    InProgress,
    /// Stopped: nobody new gets it. The store's own word says how.
    Halted,
    /// Reaches everybody.
    Completed,
    /// The whole app is off sale.
    Removed,
}

/// The newest release in a further store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StoreRollout {
    /// Which store, and so which rules and words.
    pub store: Store,
    /// Version name, "8.4.0"; the newest that anybody gets.
    pub version: String,
    /// Version codes.
    pub builds: Vec<String>,
    /// Where it stands.
    pub status: StoreStatus,
    /// Share of people who may get it, in hundredths of a per cent (2000 = 20 %).
    pub fraction_bps: Option<u32>,
    /// Countries with a share of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub countries: Vec<CountryShare>,
    /// The version that people get who are not in the rollout, when it is known.
    pub fallback: Option<String>,
    /// When the rollout ends by itself, where the store sets such a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "string", optional)]
    pub ends_at: Option<Time>,
    /// The version that was handed to the store after it and that nobody gets yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub submitted: Option<Submitted>,
    /// Over the air: which update it is, and what can be put in its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub air: Option<OverTheAir>,
}

/// The name under which what is in people's build is gone back to.
pub const EMBEDDED: &str = "embedded";

/// The newest update of a channel over the air.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OverTheAir {
    /// What people called it.
    pub title: String,
    /// It tells apps to run what is in their build.
    pub embedded: bool,
    /// Earlier updates with the same content, by the service's own names: it is one of them again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub same_as: Vec<String>,
    /// The update that people had before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub earlier: Option<Earlier>,
    /// The channel spreads people over several branches of updates.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub spread: bool,
    /// Updates are signed with a key of the publisher's own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub signed: bool,
}

/// An earlier update.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Earlier {
    /// The service's own name of it.
    pub update: String,
    /// What people called it.
    pub title: String,
}

/// The share of people of one country.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CountryShare {
    /// The store's code of the country, "KOR".
    pub country: String,
    /// Share of people there, in hundredths of a per cent.
    pub fraction_bps: u32,
}

/// A version that a store has and nobody gets yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Submitted {
    /// Version name; empty when the store does not say it.
    pub version: String,
    /// Where the store's review of it stands.
    pub review: Review,
}

/// "in progress 20 %, KOR 40 %", "suspended at 20 %", "complete".
pub fn state(it: &StoreRollout) -> String {
    let share = |word: &str, between: &str| {
        it.fraction_bps.map_or_else(
            || word.to_owned(),
            |bps| format!("{word} {between}{}", words::percent(bps)),
        ) + &shares_by_country(it)
    };
    match it.status {
        StoreStatus::Absent => say!("no release").to_owned(),
        StoreStatus::InProgress => share(say!("in progress"), ""),
        StoreStatus::Halted => share(it.store.stopped_word(), say!("at ")),
        StoreStatus::Completed => say!("complete").to_owned(),
        StoreStatus::Removed => say!("off sale").to_owned(),
    }
}

fn shares_by_country(it: &StoreRollout) -> String {
    it.countries
        .iter()
        .map(|at| format!(", {} {}", at.country, words::percent(at.fraction_bps)))
        .collect()
}

/// How many people the store lets through, in hundredths of a per cent; the largest share where
/// countries have their own.
pub fn exposure(it: &StoreRollout) -> u32 {
    match it.status {
        StoreStatus::Absent | StoreStatus::Halted | StoreStatus::Removed => 0,
        StoreStatus::InProgress => it
            .countries
            .iter()
            .map(|at| at.fraction_bps)
            .chain(it.fraction_bps)
            .max()
            .unwrap_or(1),
        StoreStatus::Completed => 10_000,
    }
}

/// Whether a release already is as desired.
pub fn meets(desired: &Desired, it: &StoreRollout) -> bool {
    match desired {
        Desired::Stopped => it.status == StoreStatus::Halted,
        Desired::RollingOut { fraction_bps } => {
            // Over the air it goes on to everybody unless a share was set.
            let goes_on = match it.status {
                StoreStatus::InProgress => true,
                StoreStatus::Completed => !it.store.takes_shares(),
                StoreStatus::Absent | StoreStatus::Halted | StoreStatus::Removed => false,
            };
            goes_on && (fraction_bps.is_none() || *fraction_bps == it.fraction_bps)
        }
        Desired::RolledBack { update } => it.air.as_ref().is_some_and(|air| {
            (air.embedded && update == EMBEDDED)
                || it.builds.contains(update)
                || air.same_as.contains(update)
        }),
        Desired::Complete => it.status == StoreStatus::Completed,
        Desired::RemovedFromSale => it.status == StoreStatus::Removed,
        Desired::Released { .. }
        | Desired::AskedToUpdate
        | Desired::NotAsked
        | Desired::On
        | Desired::Off
        | Desired::Published { .. } => false,
    }
}

/// Why a release in this state cannot be changed so; `None` when it can.
pub fn not_offered(desired: &Desired, it: &StoreRollout) -> Option<String> {
    match desired {
        Desired::Stopped
        | Desired::RollingOut { .. }
        | Desired::Complete
        | Desired::RemovedFromSale
            if it.status == StoreStatus::Removed =>
        {
            Some(say!("the app is off sale").to_owned())
        }
        Desired::Stopped
        | Desired::RollingOut { .. }
        | Desired::Complete
        | Desired::RolledBack { .. }
        | Desired::RemovedFromSale
            if it.status == StoreStatus::Absent =>
        {
            Some(say!("no version is out").to_owned())
        }
        Desired::Stopped
        | Desired::RollingOut { .. }
        | Desired::Complete
        | Desired::RemovedFromSale
        | Desired::RolledBack { .. }
        | Desired::Released { .. } => match it.store {
            Store::HuaweiAppGallery => huawei::not_offered(desired, it),
            Store::SamsungGalaxyStore => samsung::not_offered(desired, it),
            Store::MicrosoftStore => microsoft::not_offered(desired, it),
            Store::ExpoEasUpdate => expo::not_offered(desired, it),
        },
        Desired::AskedToUpdate
        | Desired::NotAsked
        | Desired::On
        | Desired::Off
        | Desired::Published { .. } => Some(said(NO_SUCH).to_owned()),
    }
}

const NO_SUCH: &str = mark!("this target does not offer that change");

/// Why a share cannot be set in any store; each store adds its own reasons.
fn share_problem(asked: Option<u32>) -> Option<String> {
    match asked {
        None => Some(say!("choose a share: the one before is never assumed").to_owned()),
        Some(bps) if !(1..10_000).contains(&bps) => {
            Some(say!("a share lies between 0 and 100 %, without either end").to_owned())
        }
        Some(_) => None,
    }
}

/// What the change does in that store, and what it does not do.
pub fn consequence(desired: &Desired, it: &StoreRollout) -> String {
    let said = match it.store {
        Store::HuaweiAppGallery => huawei::consequence(desired, it),
        Store::SamsungGalaxyStore => samsung::consequence(desired, it),
        Store::MicrosoftStore => microsoft::consequence(desired, it),
        Store::ExpoEasUpdate => expo::consequence(desired, it),
    };
    said.unwrap_or_else(|| say!("This target does not offer that change.").to_owned())
}

/// "rolled back to “Fix the rates screen”": what a rollback makes of it.
pub fn rolled_back(to: &str, it: &StoreRollout) -> String {
    expo::rolled_back(to, it)
}

/// What stands there after a rollback, and that apps follow later.
pub fn rolled_back_to(it: &StoreRollout) -> String {
    expo::rolled_back_to(it)
}

/// What must be known of the release while it stands so.
pub fn note(it: &StoreRollout) -> String {
    let own = match it.store {
        Store::HuaweiAppGallery => huawei::note(it),
        Store::SamsungGalaxyStore => samsung::note(it),
        Store::MicrosoftStore => microsoft::note(it),
        Store::ExpoEasUpdate => expo::note(it),
    };
    [
        own,
        it.submitted
            .as_ref()
            .map(|submitted| review(it.store, submitted))
            .unwrap_or_default(),
    ]
    .into_iter()
    .filter(|part| !part.is_empty())
    .collect::<Vec<_>>()
    .join(" · ")
}

fn review(store: Store, it: &Submitted) -> String {
    let what = if it.version.is_empty() {
        say!("A further version")
    } else {
        &it.version
    };
    match it.review {
        Review::NotSent => say!("{what} is a draft, not sent for review"),
        Review::InReview => say!("{what} is in {}'s review", store.reviewer()),
        Review::Approved => say!("{what} is approved and not out yet"),
        Review::Rejected => say!("{}'s review did not approve {what}", store.reviewer()),
        Review::Published => String::new(),
    }
}

/// The acts that stand beside a release in this state, with the word on each button. What cannot
/// be pressed is among them where its reason must be read.
pub fn wishes(it: &StoreRollout) -> Vec<(&'static str, Desired)> {
    if !it.store.takes_shares() {
        return expo::wishes(it);
    }
    let stop = (it.store.stop_label(), Desired::Stopped);
    let complete = (say!("Complete"), Desired::Complete);
    let mut wishes = match it.status {
        StoreStatus::Absent | StoreStatus::Removed => Vec::new(),
        StoreStatus::InProgress => vec![
            stop,
            (
                say!("Set %"),
                Desired::RollingOut {
                    fraction_bps: next_share(it.fraction_bps),
                },
            ),
            complete,
        ],
        StoreStatus::Halted => vec![
            (
                say!("Resume"),
                Desired::RollingOut {
                    fraction_bps: it.fraction_bps,
                },
            ),
            complete,
        ],
        StoreStatus::Completed => vec![stop],
    };
    let on_sale = match it.status {
        StoreStatus::InProgress | StoreStatus::Halted | StoreStatus::Completed => true,
        StoreStatus::Absent | StoreStatus::Removed => false,
    };
    let can_remove = match it.store {
        Store::HuaweiAppGallery | Store::MicrosoftStore | Store::ExpoEasUpdate => false,
        Store::SamsungGalaxyStore => true,
    };
    if on_sale && can_remove {
        wishes.push((say!("Take app off sale"), Desired::RemovedFromSale));
    }
    wishes
}

/// The next usual whole per cent above the share that is out; only a suggestion for the form.
fn next_share(now: Option<u32>) -> Option<u32> {
    const STEPS: [u32; 8] = [100, 200, 500, 1_000, 2_000, 5_000, 7_500, 9_900];
    let now = now.unwrap_or(0);
    STEPS.into_iter().find(|step| *step > now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_written_and_read_as_the_same_word() {
        for store in Store::ALL {
            let word = serde_json::to_value(store).unwrap();
            let service = word.as_str().unwrap();
            assert_eq!(
                serde_json::from_value::<Store>(word.clone()).unwrap(),
                store
            );
            assert!(!store.name().is_empty() && service.contains('_'));
        }
    }
}
