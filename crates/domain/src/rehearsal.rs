//! What a dry run of a stop showed, and what it could not show. Must not know how one is made, nor
//! how it is worded for a screen.

use cockpit_say::say;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::provider::{ErrorKind, ProviderError};
use crate::target::{Desired, TargetState};
use crate::time::Time;

/// Whether a stop would be taken at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Readiness {
    /// It was shown that the service would refuse it.
    Cannot,
    /// It was neither shown that it would be taken nor that it would be refused.
    NotProven,
    /// It was shown that the service would take it.
    CanStop,
}

/// What a dry run of a stop on one target showed. Nothing was changed by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rehearsal {
    /// What it showed.
    pub readiness: Readiness,
    /// What was tried, what came, and what it cannot show.
    pub sentence: String,
    /// What is missing, in the service's own words, when it is known.
    pub missing: Option<String>,
    /// What to do, when a person can do something.
    pub hint: Option<String>,
}

/// A rehearsal with when it was made and of what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rehearsed {
    /// What it showed.
    pub rehearsal: Rehearsal,
    /// When it ended.
    pub at: Time,
    /// How the target was seen right before.
    pub of: TargetState,
}

/// From this age on a dry run proves nothing any more, in milliseconds.
pub const PROOF_MS: u64 = 12 * 60 * 60 * 1_000;

impl Rehearsal {
    /// The service would take it.
    pub fn can_stop(sentence: impl Into<String>) -> Self {
        Self::new(Readiness::CanStop, sentence)
    }

    /// Nothing was shown either way.
    pub fn not_proven(sentence: impl Into<String>) -> Self {
        Self::new(Readiness::NotProven, sentence)
    }

    /// The service would refuse it.
    pub fn cannot(sentence: impl Into<String>) -> Self {
        Self::new(Readiness::Cannot, sentence)
    }

    fn new(readiness: Readiness, sentence: impl Into<String>) -> Self {
        Self {
            readiness,
            sentence: sentence.into(),
            missing: None,
            hint: None,
        }
    }

    /// Adds what a person can do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Names the permission that is missing, in the service's own words.
    #[must_use]
    pub fn missing(mut self, permission: impl Into<String>) -> Self {
        self.missing = Some(permission.into());
        self
    }

    /// Adds, for a flag whose other side was not read, that turning it off could not be confirmed.
    #[must_use]
    pub fn if_read_back(mut self, state: &TargetState) -> Self {
        if matches!(state, TargetState::Flag(flag) if flag.serving.is_none()) {
            self.sentence.push_str(say!(
                " What apps get is not read, so that it is off for them could not be confirmed."
            ));
        }
        self
    }

    /// What a failed dry run shows: an answer about the request shows that the stop would be refused
    /// too, and so does a quota that is used up. `permission` is what the request needs.
    pub fn failed(error: ProviderError, permission: &str) -> Self {
        let ProviderError {
            kind,
            sentence,
            hint,
            ..
        } = error;
        let (readiness, missing) = match kind {
            ErrorKind::Unauthorized | ErrorKind::Forbidden => {
                (Readiness::Cannot, Some(permission.to_owned()))
            }
            ErrorKind::NotFound
            | ErrorKind::Rejected
            | ErrorKind::NeedsPerson
            | ErrorKind::RateLimited
            | ErrorKind::Unsupported => (Readiness::Cannot, None),
            // What moved is read again; what did not answer showed nothing.
            ErrorKind::Moved
            | ErrorKind::Unreachable
            | ErrorKind::Timeout
            | ErrorKind::Server
            | ErrorKind::Protocol => (Readiness::NotProven, None),
        };
        Self {
            readiness,
            sentence: say!("A dry run of the stop came back: {sentence}"),
            missing,
            hint,
        }
    }
}

impl Rehearsed {
    /// Whether it says something of a target in this state: the same release, and a stop of the same
    /// kind.
    pub fn is_of(&self, state: &TargetState) -> bool {
        self.of.is_same_release(state) && kind_of_stop(&self.of) == kind_of_stop(state)
    }
}

/// What a stop makes of a target; none where there is nothing to stop.
pub fn stop_of(state: &TargetState) -> Option<Desired> {
    match state {
        TargetState::StagedRollout(_)
        | TargetState::PhasedRelease(_)
        | TargetState::StoreRollout(_) => Some(Desired::Stopped),
        TargetState::Flag(_) => Some(Desired::Off),
        TargetState::StatusPage(_)
        | TargetState::Mailing(_)
        | TargetState::Recovery(_)
        | TargetState::Channel(_) => None,
    }
}

/// Stores halt what reaches everybody by other rules than what reaches a part.
fn kind_of_stop(state: &TargetState) -> (Option<Desired>, bool) {
    let staged = match state {
        TargetState::StagedRollout(it) => it.fraction_bps.is_some(),
        TargetState::StoreRollout(it) => it.fraction_bps.is_some(),
        TargetState::PhasedRelease(_)
        | TargetState::Flag(_)
        | TargetState::StatusPage(_)
        | TargetState::Mailing(_)
        | TargetState::Recovery(_)
        | TargetState::Channel(_) => false,
    };
    (stop_of(state), staged)
}
