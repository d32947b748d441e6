//! What is unusual about how people, keys and clocks are used, found from the entries alone.
//! Calm words and nobody's fault. Must not refuse anything.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use cockpit_say::say;
use serde::{Deserialize, Serialize};

use super::{Authority, AuthorityEvent, CLOCK_TOLERANCE_MS, ReviewKind};
use crate::event::{Event, Verdict};
use crate::policy::ActKind;
use crate::state::{Admitted, State};
use crate::time::Time;
use crate::words;

const HOUR_MS: u64 = 60 * 60 * 1_000;

/// A mandate used within this time of being widened is looked at, in milliseconds.
const WIDENED_MS: u64 = HOUR_MS;

/// More exports of one person than this within an hour are looked at.
const EXPORTS_MAX: usize = 3;

/// A person's hours say something from this many entries on.
const HABIT_ENTRIES_MIN: u32 = 20;

/// An hour is usual when its author signed so near to it before, in hours.
const HABIT_HOURS: usize = 2;

/// Changes of mandates that are remembered.
const WIDENINGS_KEPT: usize = 64;

/// What is remembered in order to find the unusual.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Watch {
    /// The newest time that any device claimed.
    newest: Option<Time>,
    /// The newest time that each device claimed.
    newest_by: BTreeMap<String, Time>,
    /// Devices whose clock did not fit at their last entry.
    behind: BTreeSet<String>,
    /// Position of the last entry.
    last: Option<u64>,
    /// Each person's entries by hour of the day in UTC.
    hours: BTreeMap<String, Vec<u32>>,
    /// Mandates that were widened: for an act or for a person, and when.
    widened: VecDeque<(Option<ActKind>, Option<String>, Time)>,
    /// Each person's exports of the last hour.
    exports: BTreeMap<String, VecDeque<Time>>,
}

impl Watch {
    /// The newest time that a device claimed.
    pub(super) fn newest_of(&self, device: &str) -> Option<Time> {
        self.newest_by.get(device).copied()
    }

    pub(super) fn widened(&mut self, act: Option<ActKind>, person: Option<&str>, at: Time) {
        self.widened
            .push_back((act, person.map(ToOwned::to_owned), at));
        while self.widened.len() > WIDENINGS_KEPT {
            self.widened.pop_front();
        }
    }

    fn was_widened(&self, act: ActKind, person: &str, at: Time) -> bool {
        self.widened.iter().any(|(of, whose, since)| {
            at.ms_since(*since) <= WIDENED_MS
                && (*of == Some(act) || whose.as_deref() == Some(person))
        })
    }
}

impl State {
    /// Looks at an entry after it was folded.
    pub(crate) fn watch(&mut self, entry: &Admitted, has_force: bool) {
        let rejected: Vec<u64> = self.rejected.iter().rev().take(64).map(|it| it.0).collect();
        let Some(person) = self.owner(&entry.device).cloned() else {
            self.authority.look_at_the_gap(entry, &rejected);
            return;
        };
        let name = self.name_of(&person).to_owned();
        let found = {
            let act = match &entry.event {
                Event::IntentRequested(intent) => Some(intent.act),
                Event::IntentJudged { intent, .. } => {
                    self.intents.get(intent).map(|record| record.intent.act)
                }
                _ => None,
            };
            let mut found = Vec::new();
            if has_force {
                let watch = &mut self.authority.watch;
                found.extend(odd_hour(watch, entry, &person, &name));
                found.extend(widened(watch, act, entry, &person, &name));
                found.extend(exports(watch, entry, &person, &name));
                found.extend(not_opened(&entry.event, &name));
            }
            found.extend(clock(&mut self.authority.watch, entry, &name));
            found
        };
        for (kind, sentence) in found {
            let person = Some(person.clone());
            self.authority
                .raise(kind, entry.position, entry.at, person, sentence);
        }
        self.authority.look_at_the_gap(entry, &rejected);
    }
}

type Found = Option<(ReviewKind, String)>;

impl Authority {
    fn look_at_the_gap(&mut self, entry: &Admitted, rejected: &[u64]) {
        if let Some(last) = self.watch.last {
            let between = last.saturating_add(1)..entry.position;
            // A gap of more than this is one whatever stands in the list of rejected entries.
            let missing = between.end.saturating_sub(between.start) > 64
                || between
                    .clone()
                    .any(|position| !rejected.contains(&position));
            if missing && between.start < between.end {
                let sentence = say!(
                    "Entries {} to {} are not here. Check the log against a copy of it.",
                    between.start,
                    between.end - 1
                );
                self.raise(ReviewKind::LogGap, entry.position, entry.at, None, sentence);
            }
        }
        let last = self.watch.last.unwrap_or(0).max(entry.position);
        self.watch.last = Some(last);
    }
}

fn clock(watch: &mut Watch, entry: &Admitted, name: &str) -> Found {
    let newest = watch.newest.max(Some(entry.at));
    let before = watch.newest.replace(newest.unwrap_or(entry.at));
    let own = watch.newest_by.entry(entry.device.clone());
    let own = own.or_insert(entry.at);
    *own = (*own).max(entry.at);
    let behind = before.filter(|before| entry.at + CLOCK_TOLERANCE_MS < *before);
    let sentence = match (entry.bracket.contradicts(entry.at), behind) {
        (Some(what), _) => say!(
            "The time of an entry of {name} does not fit the log: {what}. A clock was moved, on \
             this laptop or on another."
        ),
        (None, Some(before)) => say!(
            "An entry of {name} is dated {} before an older one. A clock was moved, on this \
             laptop or on the other, or the entry was kept back.",
            words::span(before.ms_since(entry.at))
        ),
        (None, None) => {
            watch.behind.remove(&entry.device);
            return None;
        }
    };
    // Said once until the clock is right again.
    let fresh = watch.behind.insert(entry.device.clone());
    fresh.then_some((ReviewKind::ClockMoved, sentence))
}

fn odd_hour(watch: &mut Watch, entry: &Admitted, person: &str, name: &str) -> Found {
    if !is_by_hand(&entry.event) {
        return None;
    }
    let hour = usize::try_from(entry.at.as_ms().div_euclid(3_600_000).rem_euclid(24)).unwrap_or(0);
    let hours = watch
        .hours
        .entry(person.to_owned())
        .or_insert_with(|| vec![0; 24]);
    let total: u32 = hours.iter().sum();
    let near = (0..=2 * HABIT_HOURS).any(|step| hours[(hour + 24 + step - HABIT_HOURS) % 24] > 0);
    hours[hour] = hours[hour].saturating_add(1);
    (is_weighty(&entry.event) && total >= HABIT_ENTRIES_MIN && !near).then(|| {
        (
            ReviewKind::OddHour,
            say!("{name} decided at about {hour:02}:00 UTC, an hour without entries of theirs."),
        )
    })
}

fn widened(
    watch: &Watch,
    act: Option<ActKind>,
    entry: &Admitted,
    person: &str,
    name: &str,
) -> Found {
    let act = act.filter(|act| !act.is_safe_direction())?;
    watch.was_widened(act, person, entry.at).then(|| {
        (
            ReviewKind::Widened,
            say!(
                "{name} took part in “{}” less than an hour after the policy or their roles were \
                 widened.",
                act.title()
            ),
        )
    })
}

fn exports(watch: &mut Watch, entry: &Admitted, person: &str, name: &str) -> Found {
    let Event::ExportMade(_) = &entry.event else {
        return None;
    };
    let made = watch.exports.entry(person.to_owned()).or_default();
    made.push_back(entry.at);
    while made
        .front()
        .is_some_and(|at| entry.at.ms_since(*at) > HOUR_MS)
        || made.len() > 2 * EXPORTS_MAX
    {
        made.pop_front();
    }
    (made.len() == EXPORTS_MAX + 1).then(|| {
        (
            ReviewKind::ExportSpike,
            say!("{name} exported the log more than {EXPORTS_MAX} times within an hour."),
        )
    })
}

fn not_opened(event: &Event, name: &str) -> Found {
    match event {
        Event::IntentJudged {
            verdict: Verdict::Approve,
            opened: Some(false),
            ..
        } => Some((
            ReviewKind::NotOpened,
            say!("{name} approved without opening what it changes."),
        )),
        _ => None,
    }
}

/// Whether a person did it, rather than the cockpit by itself.
fn is_by_hand(event: &Event) -> bool {
    match event {
        Event::Genesis(_)
        | Event::ConnectionAdded(_)
        | Event::ConnectionRemoved { .. }
        | Event::PolicySet { .. }
        | Event::IntentRequested(_)
        | Event::IntentJudged { .. }
        | Event::IntentWithdrawn { .. }
        | Event::ExportMade(_) => true,
        Event::Authority(event) => !matches!(
            event,
            AuthorityEvent::DeviceForked { .. } | AuthorityEvent::DefaultTaken { .. }
        ),
        Event::Tell(event) => event.is_by_hand(),
        Event::Order(_) | Event::Rule(_) => true,
        Event::BreachSeen(_)
        | Event::BreachCleared(_)
        | Event::EffectClaimed { .. }
        | Event::EffectResult(_)
        | Event::DriftSeen(_) => false,
    }
}

/// Whether the hour of it is worth a look: a stop at night is what the product is for.
fn is_weighty(event: &Event) -> bool {
    match event {
        Event::IntentRequested(intent) => !intent.act.is_safe_direction(),
        Event::IntentJudged { verdict, .. } => *verdict == Verdict::Approve,
        Event::PolicySet { .. } => true,
        Event::Authority(event) => {
            Authority::is_governed(event) || matches!(event, AuthorityEvent::ProposalJudged { .. })
        }
        _ => false,
    }
}
