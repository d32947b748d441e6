//! Who may do what, from the ledger alone: people and their devices, administrators who agree
//! with each other, mandates, and what was unusual. Hides how much of it must be remembered.
//! Must not know a signature: whoever hands over an entry has checked it.

mod change;
mod digest;
mod event;
mod judge;
mod mandate;
mod may;
mod members;
mod names;
mod review;
mod watch;
mod words;

pub use digest::DIGEST_VERSION;
pub use event::AuthorityEvent;
pub use judge::{Approval, Passed, asked_at, counts};
pub(crate) use mandate::shared;
pub use mandate::{
    CHANGE_EXPIRES_MS, EXPIRES_MS_MAX, EXPIRES_MS_MIN, Fallback, Mandate, NOTICE_EXPIRES_MS,
    PARTS_MAX, QUORUM_PERSONS_MAX, Quorum, STOP_EXPIRES_MS, Turn, Voice, unfilled,
};
pub use may::{CLOCK_TOLERANCE_MS, only_reads};
pub use members::{
    Agreed, Authority, Device, Enacted, INVITE_EXPIRES_MS_MAX, Invite, PROPOSAL_EXPIRES_MS,
    Proposal, Request, RequestState, Revoked,
};
pub use review::{Review, ReviewKind};
pub use watch::Watch;
pub use words::{WORDS, comparison_text, six_words};
