//! The shapes that cross to the page: the words that every room shares, and the rooms. Only
//! data; must not hold rules.

mod approval;
mod cockpit;
mod health;
mod log;
mod notice;
mod people;
mod ready;
mod settings;
mod slots;
mod stop;

pub use approval::*;
pub use cockpit::*;
pub use health::*;
pub use log::*;
pub use notice::*;
pub use people::*;
pub use ready::*;
pub use settings::*;
pub use slots::*;
pub use stop::*;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::provider::Verb;
use crate::target::Desired;

/// How a word is coloured. Never the only carrier of meaning: a word or icon stands beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// Plain.
    Neutral,
    /// Observed to be as it should be.
    Good,
    /// Waiting, stale, or not yet known.
    Wait,
    /// Breach, stop, refused.
    Bad,
}

/// Which icon stands beside a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Icon {
    /// Rolling out.
    Progress,
    /// Paused or halted.
    Held,
    /// Reached everybody, or done.
    Done,
    /// Not begun, draft, off.
    Idle,
    /// A breach or a refusal.
    Alert,
    /// Not known.
    Unknown,
    /// Waiting for a person or the network.
    Waiting,
}

/// A short state in words with its tone and icon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Badge {
    /// Colour.
    pub tone: Tone,
    /// Icon.
    pub icon: Icon,
    /// Words.
    pub words: String,
}

/// How old a figure is. The page counts the age up from `at`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Age {
    /// RFC 3339 time of the reading; absent when it was never read.
    pub at: Option<String>,
    /// From this age on it is shown as stale.
    pub stale_after_ms: u32,
    /// Why the newest try to read failed, in words.
    pub problem: Option<String>,
}

/// An act that a person may press.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ActView {
    /// The verb.
    pub verb: Verb,
    /// The button's text: "Halt", "Pause", "Resume…".
    pub label: String,
    /// The button's full name for screen readers: "Halt 8.4.0 on Google Play".
    pub name: String,
    /// Lowers exposure; drawn in red.
    pub stops: bool,
    /// What it would ask for; the page sends it back with a reason.
    pub desired: Desired,
    /// Why it cannot be pressed now; absent when it can.
    pub why_not: Option<String>,
    /// What it does and does not do.
    pub sentence: String,
    /// Who must agree: "You", "You, then confirm in the approval window".
    pub needs: String,
}

/// What opens first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct BootView {
    /// Whether a workspace exists; without one the first run is shown.
    pub has_workspace: bool,
    /// The workspace is a team's, and nobody has admitted this laptop yet.
    pub joining: bool,
    /// The workspace is a drill on the sandbox.
    pub drill: bool,
    /// The drill's sandbox ended with an earlier run of the app: what that means. `new_drill`
    /// begins another.
    pub drill_over: Option<String>,
    /// light, dark or system.
    pub theme: String,
    /// Plain word about where keys are kept ("this computer's keychain").
    pub keys_kept_in: String,
    /// The app can only read: why, in words (newer database, disk full).
    pub read_only: Option<String>,
    /// The keychain is closed: what to do. The act `unlock` takes the passphrase.
    pub locked: Option<String>,
    /// No key file is here yet: `unlock` makes one, so the passphrase is asked for twice.
    pub new_passphrase: bool,
    /// The person of this laptop tells customers and releases nothing: the notices room opens first.
    pub lands_in_notices: bool,
    /// Version of the app.
    pub version: String,
}

/// The outcome words of the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeWord {
    /// Needs a person's approval first.
    Waiting,
    /// Being read, sent or read back.
    Working,
    /// Read back as asked.
    Confirmed,
    /// Refused by us or by the service: not in effect.
    Refused,
    /// The target had moved: not in effect.
    Stale,
    /// Sent, and what it did could not be read back yet.
    Unknown,
    /// Ended with a failure: not in effect.
    Failed,
    /// Waits for the network: not in effect.
    Queued,
}

/// How an act stands or ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OutcomeView {
    /// The word.
    pub outcome: OutcomeWord,
    /// Word with tone and icon: "Confirmed · 1.31 s", "Sent, reading back".
    pub badge: Badge,
    /// From the press to the verdict, in milliseconds.
    #[ts(type = "number | null")]
    pub ms: Option<u64>,
    /// What was seen before, "in progress 20 %".
    pub before: Option<String>,
    /// What was found afterwards, "halted".
    pub after: Option<String>,
    /// It was read where it serves people; false where the service only said that it took it.
    pub read_back: bool,
    /// What happened, what is in effect now, what to do next.
    pub sentence: String,
}
