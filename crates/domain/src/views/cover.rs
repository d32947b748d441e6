//! What a target covers, so that targets can be shown together that cover the same: stores by their
//! platform, switches, channels. Must not know how a target stands.

use cockpit_say::say;

use crate::target::{Target, TargetState};

/// A group of targets.
pub(super) struct Cover {
    /// Groups come in this order.
    pub rank: u8,
    /// "Stores · Android", "Switches · every platform".
    pub words: String,
}

/// The group that a target belongs to.
pub(super) fn cover(target: &Target, state: &TargetState) -> Cover {
    let (rank, what) = match state {
        TargetState::StagedRollout(_)
        | TargetState::PhasedRelease(_)
        | TargetState::StoreRollout(_)
        | TargetState::Recovery(_) => (0, say!("Stores")),
        TargetState::Flag(_) => (1, say!("Switches")),
        TargetState::StatusPage(_) | TargetState::Mailing(_) | TargetState::Channel(_) => {
            return Cover {
                rank: 2,
                words: say!("Channels").to_owned(),
            };
        }
    };
    let platform = match target.platform.as_str() {
        "" => say!("every platform"),
        platform => platform,
    };
    Cover {
        rank,
        words: format!("{what} · {platform}"),
    }
}
