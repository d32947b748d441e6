//! What a target should become, and what kind of change that is. Must not know how a service is
//! asked for it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::recovery;
use crate::store;
use crate::target::{Notice, PhasedStatus, StagedStatus, TargetState};

/// What a target should become.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "to", rename_all = "snake_case")]
pub enum Desired {
    /// Halted on Google Play, paused on the App Store, and so on in each store's own sense.
    Stopped,
    /// Rolling out again, or at another fraction (hundredths of a per cent; the App Store takes none).
    RollingOut {
        /// Share of people.
        fraction_bps: Option<u32>,
    },
    /// Reaches everybody.
    Complete,
    /// App Store: the approved version that waited is on sale.
    Released {
        /// Its version.
        version: String,
    },
    /// Nobody new can get any version of the app any more.
    RemovedFromSale,
    /// Over the air: an earlier update is published once more, in place of the newest.
    RolledBack {
        /// The service's own name of the earlier update, or [`store::EMBEDDED`].
        update: String,
    },
    /// Google Play: everybody who has the version is asked to update, when they open the app.
    AskedToUpdate,
    /// Google Play: nobody who has the version is asked to update any more.
    NotAsked,
    /// Flag on.
    On,
    /// Flag off.
    Off,
    /// A notice stands on the page, or is taken by the mail server.
    Published {
        /// The notice.
        notice: Notice,
    },
}

impl Desired {
    /// Whether `state` already is as desired, as the serving side sees it.
    pub fn is_met_by(&self, state: &TargetState) -> bool {
        match (self, state) {
            (_, TargetState::StoreRollout(it)) => store::meets(self, it),
            (_, TargetState::Recovery(it)) => recovery::meets(self, it),
            (Self::Stopped, TargetState::StagedRollout(it)) => it.status == StagedStatus::Halted,
            (Self::Stopped, TargetState::PhasedRelease(it)) => it.status == PhasedStatus::Paused,
            (Self::RollingOut { fraction_bps }, TargetState::StagedRollout(it)) => {
                it.status == StagedStatus::InProgress
                    && (fraction_bps.is_none() || *fraction_bps == it.fraction_bps)
            }
            (Self::RollingOut { .. }, TargetState::PhasedRelease(it)) => {
                it.status == PhasedStatus::Active
            }
            (Self::Complete, TargetState::StagedRollout(it)) => {
                it.status == StagedStatus::Completed
            }
            (Self::Complete, TargetState::PhasedRelease(it)) => it.status == PhasedStatus::Complete,
            (Self::Released { version }, TargetState::PhasedRelease(it)) => {
                it.version == *version && !it.removed && it.status != PhasedStatus::Inactive
            }
            (Self::RemovedFromSale, TargetState::PhasedRelease(it)) => it.removed,
            (
                Self::RollingOut {
                    fraction_bps: Some(share),
                },
                TargetState::Flag(it),
            ) => it.is_served() && it.fraction_bps.unwrap_or(10_000) == *share,
            (Self::On, TargetState::Flag(it)) => it.enabled && it.serving != Some(false),
            (Self::Off, TargetState::Flag(it)) => !it.enabled && it.serving != Some(true),
            (Self::Published { notice }, TargetState::StatusPage(it)) => {
                it.published.contains(&notice.key)
            }
            (Self::Published { notice }, TargetState::Mailing(it)) => {
                it.taken.iter().any(|mail| mail.key == notice.key)
            }
            (Self::Published { notice }, TargetState::Channel(it)) => {
                it.notices.iter().any(|posted| posted.key == notice.key)
            }
            (
                Self::Stopped | Self::RollingOut { .. } | Self::Complete,
                TargetState::Flag(_)
                | TargetState::StatusPage(_)
                | TargetState::Mailing(_)
                | TargetState::Channel(_),
            )
            | (
                Self::RolledBack { .. } | Self::AskedToUpdate | Self::NotAsked,
                TargetState::StagedRollout(_)
                | TargetState::PhasedRelease(_)
                | TargetState::Flag(_)
                | TargetState::StatusPage(_)
                | TargetState::Mailing(_)
                | TargetState::Channel(_),
            )
            | (
                Self::Released { .. } | Self::RemovedFromSale,
                TargetState::StagedRollout(_)
                | TargetState::Flag(_)
                | TargetState::StatusPage(_)
                | TargetState::Mailing(_)
                | TargetState::Channel(_),
            )
            | (
                Self::On | Self::Off,
                TargetState::StagedRollout(_)
                | TargetState::PhasedRelease(_)
                | TargetState::StatusPage(_)
                | TargetState::Mailing(_)
                | TargetState::Channel(_),
            )
            | (
                Self::Published { .. },
                TargetState::StagedRollout(_)
                | TargetState::PhasedRelease(_)
                | TargetState::Flag(_),
            ) => false,
        }
    }

    /// Whether this lowers exposure. Only such acts may go on when the target was found more
    /// exposed than its author saw, and only such acts may be sent again by themselves.
    pub fn is_safe_direction(&self) -> bool {
        match self {
            Self::Stopped | Self::Off => true,
            // It takes people's app away, so it is not done again by itself nor on a changed state.
            Self::RemovedFromSale => false,
            // It puts another update in place, and done twice it would be two.
            Self::RolledBack { .. } => false,
            // Neither lowers what people are exposed to, and Google makes a further one of each request.
            Self::AskedToUpdate | Self::NotAsked => false,
            Self::RollingOut { .. }
            | Self::Complete
            | Self::Released { .. }
            | Self::On
            | Self::Published { .. } => false,
        }
    }

    /// Whether it puts another release in place of the one that its asker saw.
    pub fn brings_another_release(&self) -> bool {
        match self {
            Self::Released { .. } | Self::RolledBack { .. } => true,
            Self::Stopped
            | Self::RollingOut { .. }
            | Self::Complete
            | Self::RemovedFromSale
            | Self::AskedToUpdate
            | Self::NotAsked
            | Self::On
            | Self::Off
            | Self::Published { .. } => false,
        }
    }

    /// Whether it is met in this state whatever release stands there by now.
    pub fn holds_for_every_release(&self, state: &TargetState) -> bool {
        let stops_all =
            matches!(state, TargetState::StoreRollout(it) if it.store.stops_every_release());
        self.brings_another_release() || (*self == Self::Stopped && stops_all)
    }

    /// Whether it may wait for the network until it expires. What makes an app more exposed may not:
    /// nobody would look when it lands.
    pub fn may_wait(&self) -> bool {
        match self {
            Self::Stopped | Self::Off | Self::Published { .. } => true,
            Self::RollingOut { .. }
            | Self::Complete
            | Self::Released { .. }
            | Self::RemovedFromSale
            | Self::RolledBack { .. }
            | Self::AskedToUpdate
            | Self::NotAsked
            | Self::On => false,
        }
    }
}
