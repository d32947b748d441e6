//! What the tray says while nobody looks at the window: one mood and one sentence. Must not know
//! how a tray is drawn.

use cockpit_say::say;

use super::{CockpitView, Tone};

/// What the tray's icon shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// Everything answered, nothing is below its rule, nothing waits.
    Calm,
    /// Something waits for a person.
    Waiting,
    /// A breach, or something that undid a stop.
    Alarm,
    /// Not everything answers.
    Unknown,
}

/// What the tray says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrayView {
    /// The icon.
    pub mood: Mood,
    /// One sentence, without a full stop.
    pub words: String,
}

/// The worst that is true now. Calm is said only when everything answered.
pub fn tray(cockpit: &CockpitView) -> TrayView {
    let standing = cockpit.breaches.iter().find(|it| it.done.is_none());
    let (mood, words) = if let Some(drift) = cockpit.drifts.first() {
        (Mood::Alarm, drift.headline.clone())
    } else if let Some(breach) = standing {
        (
            Mood::Alarm,
            format!("{}, {}", breach.headline, breach.detail),
        )
    } else if let Some(owed) = cockpit.owed.iter().find(|it| it.badge.tone == Tone::Bad) {
        (
            Mood::Waiting,
            format!("{}: {}", owed.title, owed.badge.words),
        )
    } else if !cockpit.waiting.is_empty() {
        let words = match cockpit.waiting.len() {
            1 => say!("1 act waits for a person").to_owned(),
            count => say!("{count} acts wait for a person"),
        };
        (Mood::Waiting, words)
    } else if cockpit.online.badge.tone != Tone::Good {
        let online = &cockpit.online;
        (
            Mood::Unknown,
            format!("{}: {}", online.badge.words, online.fresh),
        )
    } else {
        let fresh = &cockpit.online.fresh;
        (
            Mood::Calm,
            say!("Nothing is below its health rule, and nothing waits · {fresh}"),
        )
    };
    TrayView { mood, words }
}
