//! What was unusual and waits for a look. It blames nobody. Must not know how it was found.

use cockpit_say::say;
use serde::{Deserialize, Serialize};

use crate::time::Time;

/// Something that a person should look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// What it is.
    pub kind: ReviewKind,
    /// Position of the entry that raised it.
    pub position: u64,
    /// The time of that entry.
    pub at: Time,
    /// Whom it is about, when it is about somebody.
    pub person: Option<String>,
    /// What happened, in words.
    pub sentence: String,
    /// Who looked, and what was found.
    pub closed: Option<(String, String)>,
}

/// Kinds of what is unusual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewKind {
    /// A stop went past its approvals.
    BreakGlass,
    /// A stop went on because nobody judged it.
    SafeDefault,
    /// The recovery key was used.
    Recovery,
    /// Somebody has a new device.
    NewDevice,
    /// A decision at an hour at which its author never signed.
    OddHour,
    /// An approval without a look at what it changes.
    NotOpened,
    /// A mandate was widened just before it was used.
    Widened,
    /// A clock was moved.
    ClockMoved,
    /// Many exports in a short time.
    ExportSpike,
    /// Entries are missing between two others.
    LogGap,
    /// A device was in other hands.
    Compromised,
    /// A device signed two entries with one number.
    Forked,
}

impl ReviewKind {
    /// Key on the wire.
    pub fn key(self) -> &'static str {
        match self {
            Self::BreakGlass => "break_glass",
            Self::SafeDefault => "safe_default",
            Self::Recovery => "recovery",
            Self::NewDevice => "new_device",
            Self::OddHour => "odd_hour",
            Self::NotOpened => "not_opened",
            Self::Widened => "widened",
            Self::ClockMoved => "clock_moved",
            Self::ExportSpike => "export_spike",
            Self::LogGap => "log_gap",
            Self::Compromised => "compromised",
            Self::Forked => "forked",
        }
    }

    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::BreakGlass => say!("A stop without its approvals"),
            Self::SafeDefault => say!("A stop that nobody judged in time"),
            Self::Recovery => say!("The recovery key was used"),
            Self::NewDevice => say!("A new device"),
            Self::OddHour => say!("An unusual hour"),
            Self::NotOpened => say!("Approved without opening the change"),
            Self::Widened => say!("Allowed shortly before it was used"),
            Self::ClockMoved => say!("A clock was moved"),
            Self::ExportSpike => say!("Many exports"),
            Self::LogGap => say!("Entries are missing"),
            Self::Compromised => say!("A device was in other hands"),
            Self::Forked => say!("Two entries with one number"),
        }
    }
}
