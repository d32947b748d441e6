//! States, changes and drifts in words, each store in its own. One place, so that the window,
//! the command line, the ledger and the approval window say the same. Must not decide anything.

mod moved;
mod numbers;

pub use moved::{Moved, exposure, moved, moved_for_approval};
pub use numbers::{clock, day, grouped, hundredths, moment, percent, percent_2, period, span};

use cockpit_say::{count, mark, said, say};

use crate::recovery;
use crate::store;
use crate::switch::Reach;
use crate::target::{
    Channel, Desired, Flag, PhasedRelease, PhasedStatus, Proof, Review, Service, StagedRollout,
    StagedStatus, TargetId, TargetState,
};

/// "in progress 20 %", "active, day 3", "on".
pub fn state(state: &TargetState) -> String {
    match state {
        TargetState::StagedRollout(it) => staged(it),
        TargetState::PhasedRelease(it) => phased(it),
        TargetState::StoreRollout(it) => store::state(it),
        TargetState::Recovery(it) => recovery::state(it),
        TargetState::Flag(it) => flag(it),
        TargetState::StatusPage(it) => match it.published.len() {
            0 => say!("no notice of ours").to_owned(),
            1 => say!("1 notice of ours").to_owned(),
            count => say!("{count} notices of ours"),
        },
        TargetState::Mailing(it) => match it.taken.len() {
            0 => say!("no mail of ours taken").to_owned(),
            1 => say!("1 mail of ours taken").to_owned(),
            count => say!("{count} mails of ours taken"),
        },
        TargetState::Channel(it) => channel(it),
    }
}

fn channel(it: &Channel) -> String {
    let word = match it.proof {
        Proof::Shown | Proof::Stored => say!("there"),
        Proof::Accepted => say!("taken"),
    };
    match it.notices.len() {
        0 => say!("no notice of ours {word}"),
        1 => say!("1 notice of ours {word}"),
        count => say!("{count} notices of ours {word}"),
    }
}

fn staged(it: &StagedRollout) -> String {
    match (it.status, it.fraction_bps) {
        (StagedStatus::Absent, _) => say!("no release").to_owned(),
        (StagedStatus::Draft, _) => say!("draft").to_owned(),
        (StagedStatus::InProgress, Some(bps)) => say!("in progress {}", percent(bps)),
        (StagedStatus::InProgress, None) => say!("in progress").to_owned(),
        (StagedStatus::Halted, Some(bps)) => say!("halted at {}", percent(bps)),
        (StagedStatus::Halted, None) => say!("halted").to_owned(),
        (StagedStatus::Completed, _) => say!("complete").to_owned(),
    }
}

/// What Google's review still holds up; nothing once it is published.
pub fn review(it: Review) -> Option<&'static str> {
    match it {
        Review::NotSent => Some(say!(
            "Not sent for review: a person must send it in the Play console"
        )),
        Review::InReview => Some(say!("In Google's review")),
        Review::Approved => Some(say!("Approved by Google, not published yet")),
        Review::Rejected => Some(say!("Google's review did not approve it")),
        Review::Published => None,
    }
}

fn phased(it: &PhasedRelease) -> String {
    let day = it.day.map(|day| say!(", day {day}")).unwrap_or_default();
    if it.removed {
        return say!("off sale").to_owned();
    }
    match it.status {
        PhasedStatus::Absent => say!("released to everybody, no phased release").to_owned(),
        PhasedStatus::Inactive => say!("not begun").to_owned(),
        PhasedStatus::Active => say!("active{day}"),
        PhasedStatus::Paused => say!("paused{day}"),
        PhasedStatus::Complete => say!("complete").to_owned(),
    }
}

fn flag(it: &Flag) -> String {
    let admin = if it.enabled { say!("on") } else { say!("off") };
    match it.serving {
        Some(serving) if serving != it.enabled => {
            let serving = if serving { say!("on") } else { say!("off") };
            say!("{admin} in the console, still {serving} for apps")
        }
        Some(_) | None => match (it.enabled, it.fraction_bps) {
            (true, Some(bps)) if bps < 10_000 => say!("on for {}", percent(bps)),
            (true, Some(_) | None) | (false, Some(_) | None) => admin.to_owned(),
        },
    }
}

/// "halted", "paused", "off": what a target should become, in its store's word.
pub fn desired(desired: &Desired, state: &TargetState) -> String {
    match desired {
        Desired::Stopped => stopped_word(state).to_owned(),
        Desired::RollingOut {
            fraction_bps: Some(bps),
        } => match state {
            TargetState::Flag(_) => say!("on for {}", percent(*bps)),
            TargetState::StagedRollout(_)
            | TargetState::StoreRollout(_)
            | TargetState::PhasedRelease(_)
            | TargetState::StatusPage(_)
            | TargetState::Mailing(_)
            | TargetState::Recovery(_)
            | TargetState::Channel(_) => say!("in progress {}", percent(*bps)),
        },
        Desired::RollingOut { fraction_bps: None } => match state {
            TargetState::PhasedRelease(_) => say!("active").to_owned(),
            TargetState::StoreRollout(it) => it.store.resumed_word().to_owned(),
            TargetState::StagedRollout(_)
            | TargetState::Flag(_)
            | TargetState::StatusPage(_)
            | TargetState::Mailing(_)
            | TargetState::Recovery(_)
            | TargetState::Channel(_) => say!("in progress").to_owned(),
        },
        Desired::Complete => say!("complete").to_owned(),
        Desired::Released { version } => say!("{version} on sale"),
        Desired::RemovedFromSale => say!("the whole app off sale").to_owned(),
        Desired::RolledBack { update } => match state {
            TargetState::StoreRollout(it) => store::rolled_back(update, it),
            TargetState::StagedRollout(_)
            | TargetState::PhasedRelease(_)
            | TargetState::Flag(_)
            | TargetState::StatusPage(_)
            | TargetState::Mailing(_)
            | TargetState::Recovery(_)
            | TargetState::Channel(_) => say!("rolled back").to_owned(),
        },
        Desired::AskedToUpdate => say!("asked to update").to_owned(),
        Desired::NotAsked => say!("no longer asked to update").to_owned(),
        Desired::On => say!("on").to_owned(),
        Desired::Off => say!("off").to_owned(),
        Desired::Published { .. } => match state {
            TargetState::Mailing(it) => {
                say!("handed to the mail server for {}", recipients(it.to.len()))
            }
            TargetState::StagedRollout(_)
            | TargetState::StoreRollout(_)
            | TargetState::PhasedRelease(_)
            | TargetState::Recovery(_)
            | TargetState::Flag(_)
            | TargetState::StatusPage(_) => say!("published").to_owned(),
            TargetState::Channel(it) => match it.proof {
                Proof::Shown | Proof::Stored => say!("published to {}", it.goes_to),
                Proof::Accepted => say!("handed over for {}", it.goes_to),
            },
        },
    }
}

/// The store's own word for stopped.
pub fn stopped_word(state: &TargetState) -> &'static str {
    match state {
        TargetState::StagedRollout(_) => say!("halted"),
        TargetState::PhasedRelease(_) => say!("paused"),
        TargetState::StoreRollout(it) => it.store.stopped_word(),
        TargetState::Recovery(_) => say!("no longer asked to update"),
        TargetState::Flag(_) => say!("off"),
        TargetState::StatusPage(_) => say!("published"),
        TargetState::Mailing(_) => say!("taken"),
        TargetState::Channel(_) => say!("published"),
    }
}

/// "1 recipient", "3 recipients".
pub fn recipients(count: usize) -> String {
    count!(count, "recipient", "recipients")
}

/// What a reading that meets what was desired says. What is observed of a mail is the mail server's
/// answer, and no more than that.
pub fn read_back(desired: &Desired, state: &TargetState) -> String {
    if let (Desired::Published { notice }, TargetState::Mailing(it)) = (desired, state)
        && let Some(mail) = it.taken.iter().find(|mail| mail.key == notice.key)
    {
        let taken = usize::try_from(mail.recipients).unwrap_or(usize::MAX);
        let refused = match mail.refused {
            0 => String::new(),
            1 => say!(" It refused 1 recipient, who gets nothing.").to_owned(),
            count => say!(" It refused {count} recipients, who get nothing."),
        };
        return say!(
            "The mail server took it for {}; delivery was not observed.{refused}",
            recipients(taken)
        );
    }
    if let (Desired::Published { notice }, TargetState::Channel(it)) = (desired, state)
        && let Some(posted) = it.notices.iter().find(|posted| posted.key == notice.key)
    {
        let named = posted
            .id
            .as_ref()
            .map(|id| say!(" as {id}"))
            .unwrap_or_default();
        return match it.proof {
            Proof::Shown => say!("Read back: it stands there{named}."),
            Proof::Stored => {
                say!("Read back{named}. Apps get it when they ask next; that was not observed.")
            }
            Proof::Accepted => {
                say!("The service took it{named}; whether it was shown was not observed.")
            }
        };
    }
    if let (Desired::RolledBack { .. }, TargetState::StoreRollout(it)) = (desired, state) {
        return say!("Read back: {}.", store::rolled_back_to(it));
    }
    if let TargetState::Recovery(it) = state {
        return recovery::read_back(desired, it);
    }
    let mut sentences = vec![say!("Read back: {}.", self::state(state))];
    if let (Desired::Off | Desired::On | Desired::RollingOut { .. }, TargetState::Flag(it)) =
        (desired, state)
    {
        sentences.extend(it.reach.map(Reach::sentence));
        sentences.extend(it.exceptions());
    }
    sentences.join(" ")
}

/// Whether a service can say afterwards what became of a write whose answer was lost.
pub fn can_be_asked(state: &TargetState) -> bool {
    match state {
        TargetState::StagedRollout(_)
        | TargetState::StoreRollout(_)
        | TargetState::PhasedRelease(_)
        | TargetState::Recovery(_)
        | TargetState::Flag(_)
        | TargetState::StatusPage(_) => true,
        TargetState::Mailing(_) => false,
        TargetState::Channel(it) => match it.proof {
            Proof::Shown | Proof::Stored => true,
            Proof::Accepted => false,
        },
    }
}

/// What is said of a write whose answer was lost where nobody can be asked afterwards.
pub fn never_answered(state: &TargetState) -> &'static str {
    match state {
        TargetState::Mailing(_) => {
            say!(
                "It was sent and no answer came. It may have been taken, and a mail server cannot \
                 be asked what became of a mail. It stays unknown and is not sent again by \
                 itself: look into the server's own log, then write again if it is not there."
            )
        }
        TargetState::StagedRollout(_)
        | TargetState::StoreRollout(_)
        | TargetState::PhasedRelease(_)
        | TargetState::Flag(_)
        | TargetState::StatusPage(_)
        | TargetState::Recovery(_)
        | TargetState::Channel(_) => {
            say!(
                "It was sent and no answer came. It may have been taken, and the service cannot be \
             asked what became of it. It stays unknown and is not sent again by itself: look \
             whether it arrived, then write again if it did not."
            )
        }
    }
}

/// The version that a state speaks of, when it has one.
pub fn version(state: &TargetState) -> Option<&str> {
    match state {
        TargetState::StagedRollout(it) => Some(&it.version),
        TargetState::PhasedRelease(it) => Some(&it.version),
        TargetState::StoreRollout(it) => Some(&it.version),
        TargetState::Recovery(it) => Some(&it.version),
        TargetState::Flag(_)
        | TargetState::StatusPage(_)
        | TargetState::Mailing(_)
        | TargetState::Channel(_) => None,
    }
}

/// "Google Play · production · 8.4.0": a target with its service and version.
pub fn target(id: &TargetId, state: &TargetState) -> String {
    let service = id.service().map_or("", Service::name);
    match state {
        TargetState::StagedRollout(it) => {
            let track = id.name().rsplit('/').next().unwrap_or("production");
            format!("{service} · {track} · {}", it.version)
        }
        TargetState::PhasedRelease(it) => say!("{service} · phased release · {}", it.version),
        TargetState::StoreRollout(it) => format!("{} · {}", it.store.name(), it.version),
        TargetState::Recovery(it) => {
            say!("{service} · ask people with {} to update", it.version)
        }
        TargetState::Flag(it) => format!("{service} · {}", it.name),
        TargetState::StatusPage(_) => service.to_owned(),
        TargetState::Mailing(it) => format!("{service} · {}", recipients(it.to.len())),
        TargetState::Channel(it) => format!("{service} · {}", it.goes_to),
    }
}

/// Every change on Google Play is one commit of the whole console.
const PLAY_SENDS_ALL: &str =
    mark!("Other changes that wait in the Play console are sent to review along with this.");

/// What the change does, and what it does not do.
pub fn consequence(desired: &Desired, state: &TargetState) -> String {
    match (desired, state) {
        (_, TargetState::StoreRollout(it)) => store::consequence(desired, it),
        (_, TargetState::Recovery(it)) => recovery::consequence(desired, it),
        (Desired::Stopped, TargetState::StagedRollout(it)) => {
            let instead = match (&it.fallback, it.status) {
                (Some(version), _) => say!(" and get {version}"),
                (None, StagedStatus::Completed) => say!(
                    " and get the full release before it; Google \
                     Play does not show beforehand which one that is, and refuses when there is \
                     none"
                )
                .to_owned(),
                (
                    None,
                    StagedStatus::Absent
                    | StagedStatus::Draft
                    | StagedStatus::InProgress
                    | StagedStatus::Halted,
                ) => String::new(),
            };
            say!(
                "New people stop getting {}{instead}. People who have it keep it. {}",
                it.version,
                said(PLAY_SENDS_ALL)
            )
        }
        (Desired::Stopped, TargetState::PhasedRelease(it)) => say!(
            "Automatic updates to {} pause. Manual downloads and new installs still get it. \
             {} of 30 days of pause are left.",
            it.version,
            30_u32.saturating_sub(it.pause_days_used)
        ),
        (Desired::Released { version }, TargetState::PhasedRelease(it)) => say!(
            "{version} goes on sale: new installs and manual downloads get it at once.{} There is \
             no way back to an older version.",
            if it.version.is_empty() || it.version == *version {
                String::new()
            } else {
                say!(
                    " It takes the place of {}, whose phased release ends for good.",
                    it.version
                )
            }
        ),
        (Desired::RemovedFromSale, TargetState::PhasedRelease(it)) => say!(
            "The whole app leaves the App Store in every country, not only {}: nobody can install \
             or update any version. Its phased release ends for good. People who have the app keep \
             it. This is not a pause.",
            it.version
        ),
        (Desired::RollingOut { fraction_bps }, TargetState::StagedRollout(it)) => {
            let share = fraction_bps
                .or(it.fraction_bps)
                .map(|bps| say!(" to {} of people", percent(bps)))
                .unwrap_or_default();
            say!(
                "{} rolls out{share}. The fraction cannot be lowered afterwards, only halted. \
                 {}",
                it.version,
                said(PLAY_SENDS_ALL)
            )
        }
        (Desired::RollingOut { .. }, TargetState::PhasedRelease(it)) => say!(
            "Automatic updates to {} go on{} and advance by themselves each day.",
            it.version,
            it.day
                .map(|day| say!(" from day {day}"))
                .unwrap_or_default()
        ),
        (Desired::Complete, TargetState::StagedRollout(it)) => {
            say!(
                "{} becomes available to everybody on this track. {}",
                it.version,
                said(PLAY_SENDS_ALL)
            )
        }
        (Desired::Complete, TargetState::PhasedRelease(it)) => say!(
            "{} goes to everybody at once. There is no way back to a phased release.",
            it.version
        ),
        (
            Desired::RollingOut {
                fraction_bps: Some(bps),
            },
            TargetState::Flag(it),
        ) => {
            let mut sentences = vec![say!(
                "{} is on in {} for {} of people{} as soon as apps ask again.",
                it.name,
                it.environment,
                percent(*bps),
                it.fraction_bps
                    .map(|bps| say!(" instead of {}", percent(bps)))
                    .unwrap_or_default()
            )];
            sentences.extend(it.reach.map(Reach::sentence));
            sentences.join(" ")
        }
        (Desired::Off, TargetState::Flag(it)) => turned_off(it),
        (Desired::On, TargetState::Flag(it)) => say!(
            "{} turns on in {} as soon as apps ask again{}.",
            it.name,
            it.environment,
            it.fraction_bps
                .map(|bps| say!(", for {}", percent(bps)))
                .unwrap_or_default()
        ),
        (Desired::Published { .. }, TargetState::Mailing(it)) => say!(
            "The mail server is asked to take it for {}; none of them sees another's address. A \
             mail cannot be taken back, and whether it arrives cannot be observed.",
            recipients(it.to.len())
        ),
        (Desired::Published { .. }, TargetState::Channel(it)) => {
            let end = match it.proof {
                Proof::Shown => {
                    say!("It can be deleted there, and people may have read it by then.")
                }
                Proof::Stored => {
                    say!(
                        "Apps show it when they ask next, until it expires or the next one \
                         replaces it."
                    )
                }
                Proof::Accepted => {
                    say!("It cannot be taken back, and whether people see it cannot be observed.")
                }
            };
            say!("The notice goes to {}. {end}", it.goes_to)
        }
        (Desired::Published { notice }, _) => {
            if notice.notify_subscribers {
                say!(
                    "The notice stands on the status page and its subscribers get a mail. A mail \
                 cannot be taken back."
                )
                .to_owned()
            } else {
                say!("The notice stands on the status page. Nobody gets a mail.").to_owned()
            }
        }
        (
            Desired::Stopped | Desired::RollingOut { .. } | Desired::Complete,
            TargetState::Flag(_)
            | TargetState::StatusPage(_)
            | TargetState::Mailing(_)
            | TargetState::Channel(_),
        )
        | (
            Desired::RolledBack { .. } | Desired::AskedToUpdate | Desired::NotAsked,
            TargetState::StagedRollout(_)
            | TargetState::PhasedRelease(_)
            | TargetState::Flag(_)
            | TargetState::StatusPage(_)
            | TargetState::Mailing(_)
            | TargetState::Channel(_),
        )
        | (
            Desired::Released { .. } | Desired::RemovedFromSale,
            TargetState::StagedRollout(_)
            | TargetState::Flag(_)
            | TargetState::StatusPage(_)
            | TargetState::Mailing(_)
            | TargetState::Channel(_),
        )
        | (
            Desired::On | Desired::Off,
            TargetState::StagedRollout(_)
            | TargetState::PhasedRelease(_)
            | TargetState::StatusPage(_)
            | TargetState::Mailing(_)
            | TargetState::Channel(_),
        ) => say!("This target does not offer that change.").to_owned(),
    }
}

/// What turning a flag off does for apps, and everything that keeps it from doing so.
fn turned_off(it: &Flag) -> String {
    let whom = if it.has_overrides() {
        say!("everybody without an override")
    } else {
        say!("everybody")
    };
    let mut sentences = vec![say!(
        "{} turns off in {} for {whom}, also for people who already have the release, as soon as \
         their app asks again. Apps that are offline keep what they have.",
        it.name,
        it.environment
    )];
    sentences.extend(it.reach.map(Reach::sentence));
    sentences.extend(it.truths());
    sentences.join(" ")
}

/// With a capital first letter.
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

/// "Google Play, the App Store and Unleash".
pub fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => say!("{} and {last}", first.join(", ")),
    }
}
