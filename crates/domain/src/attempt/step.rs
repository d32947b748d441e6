//! What an effect asks for and what it is told, and the words for what is going on. Must not know
//! in which order.

use cockpit_say::mark;

use crate::event::EffectResult;
use crate::provider::{ProviderError, Reading, Receipt};
use crate::target::Observation;
use crate::time::Time;

pub(super) const READING: &str = mark!("Reading the target");
pub(super) const ADMITTING: &str = mark!("Waiting for the shared log");
pub(super) const WAITING: &str = mark!("Waiting for the service");
pub(super) const SENDING: &str = mark!("Sending");
pub(super) const READING_BACK: &str = mark!("Sent, reading back");
pub(super) const ANSWER_LOST: &str = mark!("The answer was lost, reading back");

/// Whether, while this is going on, a write may be at the service.
pub fn may_be_sent(doing: &str) -> bool {
    [SENDING, READING_BACK, ANSWER_LOST].contains(&doing)
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Seal a claim for this attempt.
    Claim {
        /// Nobody else may act before.
        lease_until: Time,
    },
    /// The claim is sealed; see whether the log has admitted it, and as the first.
    Admit,
    /// Read the target.
    Observe(Reading),
    /// Make the start durable on this laptop.
    Start,
    /// Send the write, given what was just read.
    Send(Box<Observation>),
    /// Seal how it stands. Ends the attempt when the outcome is final.
    Report(Box<EffectResult>),
    /// Nothing before this time, and why.
    Wait {
        /// When to ask again.
        until: Time,
        /// What is waited for, in words.
        why: &'static str,
    },
    /// Nothing more will happen.
    Done,
}

/// What came of a step.
#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "one at a time is handed over, and none is kept"
)]
pub enum Came {
    /// The claim is sealed, and it is the first where several devices write.
    Claimed,
    /// The claim is sealed, and the log could not be asked whether it is the first.
    NotAdmitted(ProviderError),
    /// The target was read.
    Observed(Observation),
    /// The target could not be read.
    NotObserved(ProviderError),
    /// The start is durable.
    Started,
    /// The service took the write. Not yet an observation.
    Sent(Receipt),
    /// The write failed.
    NotSent(ProviderError),
    /// The report is sealed.
    Reported,
    /// The time that [`Attempt::deadline`] named is over while a step was still under way.
    DeadlinePassed,
}
