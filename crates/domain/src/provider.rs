//! What the core and an adapter say to each other. Must not know HTTP.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::target::{Desired, Observation, Service, TargetId};

/// How careful a reading must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// To show it: whatever costs least quota and is still true now.
    Poll,
    /// Before a write: what the service holds at this moment.
    Fresh,
    /// After a write, or after a lost reply: from the side that serves people, sharing nothing
    /// with what was read or written before.
    Serving,
}

/// A write that is to be made once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// The idempotency key: the intent's hash in hex.
    pub key: String,
    /// The target.
    pub target: TargetId,
    /// What it should become.
    pub desired: Desired,
    /// What was observed last, right before.
    pub before: Observation,
}

/// The service accepted a write. This is not yet an observation.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Receipt {
    /// The service's own identifier of the request or of what was made.
    pub provider_request_id: Option<String>,
    /// What else the write did, in words ("sent 3 other console changes to review").
    pub notes: Vec<String>,
}

/// Kinds of failure, told apart because somebody handles each in its own way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// No connection could be made: queue what may be queued.
    Unreachable,
    /// No answer in time.
    Timeout,
    /// Told to come back later, or our own bucket is empty.
    RateLimited,
    /// The service failed (5xx).
    Server,
    /// The credential is not accepted.
    Unauthorized,
    /// The credential lacks a permission.
    Forbidden,
    /// The target is not there.
    NotFound,
    /// The target moved between reading and writing: read again.
    Moved,
    /// The service refuses this write in this state.
    Rejected,
    /// A person must act in the service's console first.
    NeedsPerson,
    /// The adapter does not offer this verb for this target.
    Unsupported,
    /// The answer could not be understood.
    Protocol,
}

/// What a failed call may have done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Applied {
    /// Nothing was changed at the service.
    No,
    /// The write may have taken effect: read back before anything else.
    Unknown,
}

/// A failure at an outside service, in words for a person. Carries no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}")]
pub struct ProviderError {
    /// The kind to branch on.
    pub kind: ErrorKind,
    /// What it may have done.
    pub applied: Applied,
    /// When to try again at the earliest, in milliseconds from the answer.
    pub retry_after_ms: Option<u64>,
    /// What happened.
    pub sentence: String,
    /// What to do next, when a person can do something.
    pub hint: Option<String>,
}

impl ProviderError {
    /// A failure that changed nothing.
    pub fn new(kind: ErrorKind, sentence: impl Into<String>) -> Self {
        Self {
            kind,
            applied: Applied::No,
            retry_after_ms: None,
            sentence: sentence.into(),
            hint: None,
        }
    }

    /// Adds what a person can do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds when to try again.
    #[must_use]
    pub fn retry_after(mut self, ms: u64) -> Self {
        self.retry_after_ms = Some(ms);
        self
    }

    /// Marks that the write may have taken effect.
    #[must_use]
    pub fn maybe_applied(mut self) -> Self {
        self.applied = Applied::Unknown;
        self
    }
}

/// A verb that an adapter may offer for its targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Halt or pause.
    Stop,
    /// Roll out again.
    Resume,
    /// Raise the fraction.
    SetFraction,
    /// Release to everybody.
    Complete,
    /// Flag on.
    TurnOn,
    /// Flag off.
    TurnOff,
    /// Publish a notice.
    Publish,
}

/// What an adapter can do, as data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capability {
    /// The service.
    pub service: Service,
    /// The verbs it offers. An undeclared one is refused as [`ErrorKind::Unsupported`].
    pub verbs: &'static [Verb],
    /// It gives health signals.
    pub signals: bool,
    /// The service refuses a write when the target moved since it was read.
    pub conditional_write: bool,
}

/// The result of checking a credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CredentialCheck {
    /// Each permission that was tried.
    pub items: Vec<CheckItem>,
}

/// One permission that was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CheckItem {
    /// The permission in the service's own words.
    pub permission: String,
    /// Whether it is there.
    pub ok: bool,
    /// What was seen, or what to do when it is missing.
    pub sentence: String,
}
