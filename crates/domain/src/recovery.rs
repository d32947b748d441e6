//! Google Play's app recovery: people who have a version are asked to update to a newer one. Its
//! rules and its words. Must not know how Google is asked for it.
//!
//! A halt does not reach people who have the release; this does, and it only asks. It is a target of
//! its own beside the track, so that a stop never waits for it and is watched whatever it does.

use cockpit_say::say;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::target::{Desired, Service, StagedRollout, TargetId, TargetState};
use crate::words::{grouped, percent};

/// What stands between the package and the version in a target's name.
const PLACE: &str = "recovery";

/// Where a recovery stands.
/// Source: `AppRecoveryAction.status`, Google Play Developer API v3, revision 20261026.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RecoveryStatus {
    /// There is none for the version.
    Absent,
    /// Prepared; nobody is asked.
    Draft,
    /// Google makes what devices need for it; nobody is asked before that ends.
    Generating,
    /// People who open the version are asked to update.
    Active,
    /// Canceled. Google cannot take it up again.
    Canceled,
    /// Google could not make what devices need for it.
    Failed,
}

/// Whom a recovery asks, measured by one that we make: everybody who has the version, and nobody else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Everybody who has the version, and nobody else.
    #[default]
    Whole,
    /// A part of them, by region, Android version or build.
    Narrower,
    /// Everybody who has it, and people who have other versions.
    Wider,
}

impl Scope {
    fn is_whole(&self) -> bool {
        *self == Self::Whole
    }
}

/// The recovery of one version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Recovery {
    /// The version that people are asked to leave.
    pub version: String,
    /// Its version codes.
    pub builds: Vec<String>,
    /// Where it stands.
    pub status: RecoveryStatus,
    /// Google's own number of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub action: Option<String>,
    /// Whom it asks.
    #[serde(default, skip_serializing_if = "Scope::is_whole")]
    pub scope: Scope,
    /// What Google counted, once it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub devices: Option<Devices>,
    /// What they would update to: the newest version on the production track, where that is newer
    /// and is handed out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub newer: Option<Newer>,
}

/// Devices that a recovery is about.
/// Source: `RemoteInAppUpdateDataPerBundle`: devices "affected by this recovery action" and those
/// "which have been rescued".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Devices {
    /// All of them.
    #[ts(type = "number")]
    pub all: u64,
    /// Those that have left the version.
    #[ts(type = "number")]
    pub recovered: u64,
}

/// A newer version that is handed out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Newer {
    /// Version name.
    pub version: String,
    /// Share of people who may get it, in hundredths of a per cent; none for everybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub fraction_bps: Option<u32>,
}

/// What the name of a recovery's target says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The app's package.
    pub package: String,
    /// Version codes.
    pub builds: Vec<String>,
    /// Version name.
    pub version: String,
}

/// The recovery of a release that stands on Google Play's production track:
/// `google_play:com.northwind.wallet/recovery/84012/8.4.0`. The name says everything, because a
/// version that left the track can be read nowhere any more.
pub fn target_of(track: &TargetId, release: &StagedRollout) -> Option<TargetId> {
    let (package, name) = track.name().split_once('/')?;
    let known = track.service() == Some(Service::GooglePlay) && name == "production";
    let codes = &release.builds;
    let numbers = |code: &String| !code.is_empty() && code.bytes().all(|it| it.is_ascii_digit());
    (known && !codes.is_empty() && codes.iter().all(numbers)).then(|| {
        let name = format!("{package}/{PLACE}/{}/{}", codes.join("+"), release.version);
        TargetId::new(Service::GooglePlay, &name)
    })
}

/// What a target's name says; none for a target that is no recovery.
pub fn named(target: &TargetId) -> Option<Named> {
    let mut parts = target.name().splitn(4, '/');
    let (package, place) = (parts.next()?, parts.next()?);
    let (codes, version) = (parts.next()?, parts.next()?);
    let known = target.service() == Some(Service::GooglePlay) && place == PLACE;
    (known && !codes.is_empty()).then(|| Named {
        package: package.to_owned(),
        builds: codes.split('+').map(ToOwned::to_owned).collect(),
        version: version.to_owned(),
    })
}

/// What people call such a target.
pub fn title(named: &Named) -> String {
    say!("Google Play · ask people with {} to update", named.version)
}

/// Whether a recovery already is as desired.
pub(crate) fn meets(desired: &Desired, it: &Recovery) -> bool {
    match desired {
        Desired::AskedToUpdate => {
            it.status == RecoveryStatus::Active && it.scope != Scope::Narrower
        }
        Desired::NotAsked => it.status == RecoveryStatus::Canceled,
        Desired::Stopped
        | Desired::RollingOut { .. }
        | Desired::Complete
        | Desired::Released { .. }
        | Desired::RemovedFromSale
        | Desired::RolledBack { .. }
        | Desired::On
        | Desired::Off
        | Desired::Published { .. } => false,
    }
}

/// Why a recovery in this state cannot be changed so; `None` when it can.
pub(crate) fn not_offered(desired: &Desired, it: &Recovery) -> Option<String> {
    let elsewhere = say!("in the Play console, by its recovery tools");
    match (desired, it.status, it.scope) {
        (Desired::AskedToUpdate, RecoveryStatus::Active, Scope::Narrower) => Some(say!(
            "a part of the people who have {} is asked already, by somebody else's choice. Widen or \
             cancel that {elsewhere}",
            it.version
        )),
        (Desired::AskedToUpdate, RecoveryStatus::Active, Scope::Whole | Scope::Wider) => {
            Some(say!("people who have {} are asked already", it.version))
        }
        (
            Desired::AskedToUpdate,
            RecoveryStatus::Absent
            | RecoveryStatus::Draft
            | RecoveryStatus::Generating
            | RecoveryStatus::Canceled
            | RecoveryStatus::Failed,
            _,
        ) => it.newer.is_none().then(|| {
            say!(
                "no newer version than {} is handed out on production, so there is nothing to \
                 update to. Release a better one first",
                it.version
            )
        }),
        (Desired::NotAsked, RecoveryStatus::Active | RecoveryStatus::Generating, Scope::Whole) => {
            None
        }
        (
            Desired::NotAsked,
            RecoveryStatus::Active | RecoveryStatus::Generating,
            Scope::Narrower | Scope::Wider,
        ) => Some(say!(
            "it was made for other people than those who have {}, not from here. Cancel it \
             {elsewhere}",
            it.version
        )),
        (
            Desired::NotAsked,
            RecoveryStatus::Absent
            | RecoveryStatus::Draft
            | RecoveryStatus::Canceled
            | RecoveryStatus::Failed,
            _,
        ) => Some(say!("nobody is asked to update").to_owned()),
        (
            Desired::Stopped
            | Desired::RollingOut { .. }
            | Desired::Complete
            | Desired::Released { .. }
            | Desired::RemovedFromSale
            | Desired::RolledBack { .. }
            | Desired::On
            | Desired::Off
            | Desired::Published { .. },
            _,
            _,
        ) => Some(say!("this target does not offer that change").to_owned()),
    }
}

/// What the change does, and what it does not do.
/// Source: the reference of `apprecovery`, and Google's help on asking users to update
/// (support.google.com/googleplay/android-developer/answer/13812041).
pub(crate) fn consequence(desired: &Desired, it: &Recovery) -> String {
    let version = &it.version;
    match desired {
        Desired::AskedToUpdate => {
            let to = match &it.newer {
                Some(Newer {
                    version,
                    fraction_bps: Some(bps),
                }) => say!(
                    " {version} is handed out to {}: who cannot get it has nothing to update to.",
                    percent(*bps)
                ),
                Some(newer) => say!(" Who updates gets {}.", newer.version),
                None => String::new(),
            };
            say!(
                "Everybody who has {version} is asked to update, over the whole screen, when they \
                 open the app, and again at each fresh start. They may close it and go on: it \
                 only asks.{to} Devices that updated do not go back. Google asks in apps that are \
                 published as app bundles and signed by Play, and needs a newer version on every \
                 track that holds {version}; only production was looked at."
            )
        }
        Desired::NotAsked => say!(
            "Nobody who has {version} is asked any more. Devices that updated do not go back, and \
             Google cannot take this recovery up again: asking again makes another."
        ),
        Desired::Stopped
        | Desired::RollingOut { .. }
        | Desired::Complete
        | Desired::Released { .. }
        | Desired::RemovedFromSale
        | Desired::RolledBack { .. }
        | Desired::On
        | Desired::Off
        | Desired::Published { .. } => say!("This target does not offer that change.").to_owned(),
    }
}

/// "nobody is asked to update", "asked to update, 1 200 of 40 000 devices have".
pub(crate) fn state(it: &Recovery) -> String {
    match it.status {
        RecoveryStatus::Absent => say!("nobody is asked to update").to_owned(),
        RecoveryStatus::Draft => say!("prepared, nobody is asked to update yet").to_owned(),
        RecoveryStatus::Generating => {
            say!("being made by Google, nobody is asked to update yet").to_owned()
        }
        RecoveryStatus::Active => {
            let whom = match it.scope {
                Scope::Whole => say!("asked to update"),
                Scope::Narrower => say!("a part of them asked to update"),
                Scope::Wider => say!("asked to update, with people who have other versions"),
            };
            format!("{whom}{}", counted(it))
        }
        RecoveryStatus::Canceled => say!("no longer asked to update{}", counted(it)),
        RecoveryStatus::Failed => say!("not made by Google, nobody is asked to update").to_owned(),
    }
}

fn counted(it: &Recovery) -> String {
    it.devices
        .map(|it| {
            say!(
                ", {} of {} devices have",
                grouped(it.recovered),
                grouped(it.all)
            )
        })
        .unwrap_or_default()
}

/// What a reading that meets what was desired says, and what it does not show.
pub(crate) fn read_back(desired: &Desired, it: &Recovery) -> String {
    let counted = match it.devices {
        Some(_) => "",
        None => say!(" Google has counted no device yet."),
    };
    let not_shown = if *desired == Desired::AskedToUpdate {
        say!(" Whether people saw it was not observed.")
    } else {
        ""
    };
    say!("Read back: {}.{counted}{not_shown}", state(it))
}

/// What must be known of it while it stands so.
pub(crate) fn note(it: &Recovery) -> String {
    let to = match &it.newer {
        None => say!("Nothing newer is handed out on production").to_owned(),
        Some(Newer {
            version,
            fraction_bps: Some(bps),
        }) => say!("{version} is handed out to {}", percent(*bps)),
        Some(newer) => say!("{} is handed out to everybody", newer.version),
    };
    match it.status {
        RecoveryStatus::Active => {
            say!("It only asks, and devices that updated do not go back · {to}")
        }
        RecoveryStatus::Absent
        | RecoveryStatus::Draft
        | RecoveryStatus::Generating
        | RecoveryStatus::Canceled
        | RecoveryStatus::Failed => say!("A stop does not reach people who have it · {to}"),
    }
}

/// The acts that stand beside it, with the word on each button.
pub(crate) fn wishes(it: &Recovery) -> Vec<(&'static str, Desired)> {
    match it.status {
        RecoveryStatus::Active => vec![(say!("Stop asking"), Desired::NotAsked)],
        RecoveryStatus::Generating => vec![
            (say!("Ask to update"), Desired::AskedToUpdate),
            (say!("Stop asking"), Desired::NotAsked),
        ],
        RecoveryStatus::Absent
        | RecoveryStatus::Draft
        | RecoveryStatus::Canceled
        | RecoveryStatus::Failed => vec![(say!("Ask to update"), Desired::AskedToUpdate)],
    }
}

/// How it moved since its author saw it, in words; none when nothing that was agreed to did. What
/// nobody is asked by yet may come and go, and counts rise by themselves.
pub(crate) fn moved(seen: &Recovery, now: &Recovery) -> Option<String> {
    let asks = |it: &Recovery| (it.status == RecoveryStatus::Active).then_some(it.scope);
    if (&seen.version, &seen.builds) != (&now.version, &now.builds) || asks(seen) != asks(now) {
        return Some(say!("seen as {}, now {}", state(seen), state(now)));
    }
    let version = |it: &Recovery| it.newer.as_ref().map(|newer| newer.version.clone());
    if asks(seen).is_some() || version(seen) == version(now) {
        return None;
    }
    let handed_out =
        |it: &Recovery| version(it).unwrap_or_else(|| say!("nothing newer").to_owned());
    Some(say!(
        "{} was handed out for them to update to, now {}",
        handed_out(seen),
        handed_out(now)
    ))
}

/// A recovery that a state speaks of.
pub fn of(state: &TargetState) -> Option<&Recovery> {
    match state {
        TargetState::Recovery(it) => Some(it),
        TargetState::StagedRollout(_)
        | TargetState::PhasedRelease(_)
        | TargetState::StoreRollout(_)
        | TargetState::Flag(_)
        | TargetState::StatusPage(_)
        | TargetState::Mailing(_)
        | TargetState::Channel(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::StagedStatus;

    fn release(version: &str, builds: &[&str]) -> StagedRollout {
        StagedRollout {
            version: version.to_owned(),
            builds: builds.iter().map(|it| (*it).to_owned()).collect(),
            status: StagedStatus::Halted,
            fraction_bps: None,
            fallback: None,
            internal: false,
            review: None,
        }
    }

    #[test]
    fn a_targets_name_says_all_that_is_needed_to_read_it() {
        let track = TargetId::new(Service::GooglePlay, "com.northwind.wallet/production");
        for (version, builds) in [
            ("8.4.0", vec!["84012"]),
            ("Autumn / two", vec!["84012", "84013"]),
        ] {
            let target = target_of(&track, &release(version, &builds)).unwrap();
            let said = named(&target).unwrap();
            assert_eq!(said.package, "com.northwind.wallet");
            assert_eq!(
                (said.version.as_str(), said.builds),
                (version, release(version, &builds).builds)
            );
        }
        assert_eq!(named(&track), None);
        let beta = TargetId::new(Service::GooglePlay, "com.northwind.wallet/beta");
        assert_eq!(target_of(&beta, &release("8.4.0", &["84012"])), None);
        assert_eq!(target_of(&track, &release("", &[])), None);
    }
}
