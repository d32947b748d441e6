//! What is known beside the ledger: the newest observations with their ages, and what is being
//! done at this moment. Must not hold anything that a decision rests on after a restart.

use std::collections::BTreeMap;

use crate::engagement::Engagement;
use crate::rehearsal::Rehearsed;
use crate::rule::Courses;
use crate::signal::{Rating, Signal};
use crate::target::{Observation, Service, Target, TargetId};
use crate::time::Time;

/// From this age on a target's state is stale, in milliseconds.
pub const STALE_MS: u32 = 2 * 60 * 1_000;
/// From this age on the data of a signal is stale, in milliseconds.
pub const SIGNAL_STALE_MS: u32 = 2 * 60 * 60 * 1_000;

/// What is known beside the ledger.
#[derive(Clone, Debug, Default)]
pub struct Live {
    /// Targets that were found, by identifier.
    pub targets: BTreeMap<TargetId, TargetLive>,
    /// Health figures.
    pub signals: Vec<Signal>,
    /// What people say in each store's reviews.
    pub ratings: BTreeMap<Service, RatingsLive>,
    /// What was counted of the newest releases, for comparisons.
    pub courses: Courses,
    /// How each connected service answers.
    pub services: BTreeMap<Service, ServiceLive>,
    /// What people did with notices, by service and post, and when that was read.
    pub engagement: BTreeMap<(Service, String), (Engagement, Time)>,
    /// The newest dry run of a stop on each target.
    pub rehearsals: BTreeMap<TargetId, Rehearsed>,
    /// How much of what each service allows was used.
    pub budgets: BTreeMap<Service, Budget>,
    /// What the executor does for an intent right now, in words.
    pub doing: BTreeMap<String, String>,
    /// The ledger's state.
    pub ledger: LedgerLive,
    /// The person at this laptop.
    pub actor: String,
    /// The device at this laptop.
    pub device: String,
}

/// Requests to a service against what it allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Requests of this laptop in the period.
    pub used: u64,
    /// The most that is allowed in it.
    pub most: u32,
    /// Length of the period, in seconds.
    pub per_s: u32,
    /// Whether the service publishes the number.
    pub published: bool,
}

/// A target with its newest observation.
#[derive(Clone, Debug)]
pub struct TargetLive {
    /// The target.
    pub target: Target,
    /// What was read last.
    pub observation: Option<Observation>,
    /// Why the newest try to read failed.
    pub problem: Option<String>,
}

/// What was read last of a store's reviews.
#[derive(Clone, Debug, Default)]
pub struct RatingsLive {
    /// When they were asked for last.
    pub asked_at: Option<Time>,
    /// All versions together first.
    pub found: Vec<Rating>,
    /// Why the newest try to read failed.
    pub problem: Option<String>,
}

/// How a service answers.
#[derive(Clone, Debug, Default)]
pub struct ServiceLive {
    /// When it answered last.
    pub read_at: Option<Time>,
    /// Why the newest call failed, with what to do.
    pub problem: Option<(String, Option<String>)>,
    /// No connection could be made.
    pub offline: bool,
    /// Its key is not on this laptop, so it is read on others only.
    pub elsewhere: bool,
}

/// How the ledger was last checked.
#[derive(Clone, Debug, Default)]
pub struct LedgerLive {
    /// Entries.
    pub entries: u64,
    /// Devices that signed.
    pub devices: usize,
    /// When the whole check ended.
    pub checked_at: Option<Time>,
    /// How many of the newest entries were checked; `None` for all of them.
    pub checked_tail: Option<u64>,
    /// What is wrong, with the place.
    pub broken: Option<String>,
    /// A check of every entry is under way, and has come so far.
    pub checking: Option<u64>,
    /// When every entry was last checked here.
    pub whole_checked_at: Option<Time>,
    /// When the first entry was made, as its author claims.
    pub since: Option<Time>,
    /// How a damaged database was made good, in words, until every entry was checked again.
    pub mended: Option<String>,
    /// Why the log of slots is not in step with what is here.
    pub log_problem: Option<String>,
    /// Slots of the log that admit nothing.
    pub void_slots: usize,
    /// The newest entry's id, in hex.
    pub head: String,
}
