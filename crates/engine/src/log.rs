//! Answers queries about the decision log: a page, what it can be narrowed to, one entry whole.
//! Changes nothing.

use cockpit_domain::Time;
use cockpit_domain::event::Event;
use cockpit_domain::state::State;
use cockpit_domain::views::{
    self, Badge, EntryView, Icon, LogChoice, LogChoicesView, LogPage, LogRow, Tone,
};
use cockpit_domain::words;
use cockpit_ledger::{ErrorKind, LogFilter, LogRow as Line, StoredEntry};
use cockpit_say::say;

use crate::answers::gone;
use crate::api::{LogArgs, Problem};
use crate::fold::{LogOrder, slot_time};
use crate::inner::Inner;
use crate::record::admitted;

/// Kinds of entries that a person decided.
const DECISION_KINDS: [&str; 8] = [
    "ledger.genesis",
    "connection.add",
    "connection.remove",
    "policy.set",
    "intent.request",
    "intent.approve",
    "intent.withdraw",
    "export.made",
];

impl Inner {
    pub(crate) fn log(&self, args: &LogArgs) -> Result<LogPage, Problem> {
        let limit = usize::try_from(args.limit.unwrap_or(100).clamp(1, 200)).unwrap_or(100);
        let before = args.before.and_then(|before| i64::try_from(before).ok());
        let text = args.search.as_deref().map(str::trim).unwrap_or_default();
        let found = match filter(args) {
            Some(filter) => self.ledger.search(text, before, &filter, limit)?,
            None => Vec::new(),
        };
        let next_before = (found.len() == limit)
            .then(|| {
                found
                    .last()
                    .and_then(|row| u64::try_from(row.position).ok())
            })
            .flatten();
        let state = self.state();
        let mut rows = Vec::with_capacity(found.len());
        for line in found {
            match self.ledger.entry_at(line.position) {
                Ok(Some(stored)) => rows.push(self.row(&state, &stored)),
                Ok(None) => {}
                Err(error) if error.kind() == ErrorKind::Corrupt => {
                    rows.push(damaged(&line, error.to_string()));
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(LogPage {
            rows,
            next_before,
            total: u64::try_from(self.ledger.count()?).unwrap_or(0),
            ledger: self.with_live(|live| views::ledger_status(live)),
        })
    }

    fn row(&self, state: &State, stored: &StoredEntry) -> LogRow {
        let Some(entry) = admitted(stored.position, &stored.entry) else {
            let header = stored.entry.header();
            return LogRow {
                position: u64::try_from(stored.position).unwrap_or(0),
                id: stored.entry.id().to_string(),
                at: header.at.to_string(),
                who: String::new(),
                decision: say!("An entry that this version cannot read").to_owned(),
                target: header.kind.clone(),
                reason: String::new(),
                outcome: None,
            };
        };
        let actor = self.with_live(|live| live.actor.clone());
        let who =
            state
                .devices
                .get(&entry.device)
                .map_or(say!("a device unknown here"), |person| {
                    if *person == actor {
                        "you"
                    } else {
                        state
                            .people
                            .get(person)
                            .map_or(say!("somebody"), |it| it.name.as_str())
                    }
                });
        let target = match &entry.event {
            // Its own words name what was found.
            Event::DriftSeen(_) => None,
            event => event.intent(),
        }
        .and_then(|intent| self.title_of(state, intent));
        let mut row = views::log_row(&entry, who, target.as_deref());
        if row.who == "you" {
            row.who = say!("You").to_owned();
        }
        let why = self.without_force(state, stored.position);
        match why {
            Some(why) => views::without_force(row, why),
            None => row,
        }
    }

    /// Why an entry was rejected when it was taken in, if it was.
    fn without_force<'a>(&self, state: &'a State, position: i64) -> Option<&'a str> {
        if state.rejected.is_empty() {
            return None;
        }
        let place = self.ledger.placed(position).ok()?.place;
        let found = state.rejected.iter().find(|(at, _)| *at == place);
        found.map(|(_, why)| why.as_str())
    }

    /// Places in the log as positions of this database, by which entries are looked up here.
    pub(crate) fn position_at(&self, place: &mut u64) -> Result<(), Problem> {
        if let Some(position) = self.ledger.position_at(*place)? {
            *place = position.unsigned_abs();
        }
        Ok(())
    }

    /// The target of an intent in words. One that ended long ago stands in the ledger alone.
    fn title_of(&self, state: &State, intent: &str) -> Option<String> {
        if let Some(record) = state.intents.get(intent) {
            return Some(record.intent.title.clone());
        }
        let asked = self.ledger.entry(intent.parse().ok()?).ok()??;
        if let Event::IntentRequested(intent) = admitted(asked.position, &asked.entry)?.event {
            Some(intent.title)
        } else {
            None
        }
    }

    pub(crate) fn log_choices(&self) -> Result<LogChoicesView, Problem> {
        let found = self.ledger.log_choices()?;
        let state = self.state();
        let name = |person: &str| {
            let known = state.people.get(person);
            known.map_or_else(
                || say!("Somebody unknown here").to_owned(),
                |it| it.name.clone(),
            )
        };
        let app = |app: &str| match state.app() {
            Some((id, name)) if id == app => name,
            Some(_) | None => app.to_owned(),
        };
        Ok(LogChoicesView {
            kinds: choices(found.kinds, views::kind_words),
            people: choices(found.people, name),
            apps: choices(found.apps, app),
            outcomes: choices(found.outcomes, views::outcome_words),
        })
    }

    pub(crate) fn entry(&self, position: u64) -> Result<EntryView, Problem> {
        let position = i64::try_from(position).map_err(|_| gone(say!("entry")))?;
        let stored = self
            .ledger
            .entry_at(position)?
            .ok_or_else(|| gone(say!("entry")))?;
        let header = stored.entry.header().clone();
        let (verified, verified_sentence) = match self.check_entry(&stored) {
            Ok(()) => (
                Badge {
                    tone: Tone::Good,
                    icon: Icon::Done,
                    words: say!("Signature and link checked").to_owned(),
                },
                say!(
                    "Checked when it was opened: the text hashes to what was signed, the \
                      signature is of the named device, and the entry before it is in its place."
                )
                .to_owned(),
            ),
            Err(what) => (
                Badge {
                    tone: Tone::Bad,
                    icon: Icon::Alert,
                    words: say!("Does not hold").to_owned(),
                },
                what,
            ),
        };
        let facts = Event::parse(&header.kind, stored.entry.body())
            .map(|event| views::entry_facts(&event))
            .unwrap_or_default();
        Ok(EntryView {
            row: self.row(&self.state(), &stored),
            kind: header.kind,
            verified,
            verified_sentence,
            device: header.device.to_string(),
            seq: header.seq,
            prev: header.prev.to_string(),
            facts,
            bracket: self.bracket(&stored)?,
            raw: stored.entry.lines(),
        })
    }

    /// Between which moments an entry was made, as slots show it: its author had seen one, and
    /// another one admitted it.
    fn bracket(&self, stored: &StoredEntry) -> Result<String, Problem> {
        let header = stored.entry.header();
        let at = Time::from_ms(header.at.ms());
        let claimed = say!("Claimed {} {}", day(at), words::clock(at));
        let moment = |other: Time| match day(other) == day(at) {
            true => words::clock(other),
            false => format!("{} {}", day(other), words::clock(other)),
        };
        // A slot that another one stands in place of proves nothing.
        let after = LogOrder::of(&self.ledger).seen_at(header.seen)?;
        let seen = header.seen.slot;
        let slot = self.ledger.slot_of(stored.position)?;
        let admitted = slot
            .as_ref()
            .and_then(|slot| Some((slot.n, slot_time(slot)?)));
        let bracket = match (after, admitted) {
            (Some(after), Some((n, before))) => say!(
                "{claimed}, provable {} to {}: its author had seen slot {seen}, and slot {n} \
                 admitted it.",
                moment(after),
                moment(before)
            ),
            (None, Some((n, before))) => say!(
                "{claimed}, provable until {}, when slot {n} admitted it.",
                moment(before)
            ),
            (Some(after), None) => say!(
                "{claimed}, provable from {} on: its author had seen slot {seen}; no slot has \
                 admitted it yet.",
                moment(after)
            ),
            (None, None) => say!("{claimed}; no slot has admitted it yet."),
        };
        let is_early = after.is_some_and(|after| at < after);
        let is_late = admitted.is_some_and(|(_, before)| at > before);
        Ok(match is_early || is_late {
            true => say!("{bracket} The claimed time lies outside."),
            false => bracket,
        })
    }

    /// Signature and link of one entry; what is wrong in words.
    pub(crate) fn check_entry(&self, stored: &StoredEntry) -> Result<(), String> {
        let entry = &stored.entry;
        let unreadable = |_| say!("The log could not be read to check it.").to_owned();
        let key = self.ledger.key_of(entry.header().device);
        let key = key.map_err(unreadable)?.ok_or(say!(
            "The entry that names the key of its device is not there or does not hold."
        ))?;
        entry
            .verify(&key)
            .map_err(|reason| say!("This entry does not hold: {reason}."))?;
        if entry.header().seq == 0 {
            return Ok(());
        }
        let before = self.ledger.entry(entry.header().prev).map_err(unreadable)?;
        match before {
            Some(before) if before.position < stored.position => Ok(()),
            Some(_) | None => Err(say!("The entry before it is not in its place.").to_owned()),
        }
    }
}

/// "2026-11-23".
fn day(at: Time) -> String {
    at.to_string().chars().take(10).collect()
}

/// What the ledger is asked for; none when nothing can be in it.
fn filter(args: &LogArgs) -> Option<LogFilter> {
    let mut kinds = args.kinds.clone();
    if args.decisions_only {
        let decided = DECISION_KINDS.into_iter();
        kinds = decided
            .filter(|kind| args.kinds.is_empty() || args.kinds.iter().any(|it| it == kind))
            .map(ToOwned::to_owned)
            .collect();
        if kinds.is_empty() {
            return None;
        }
    }
    Some(LogFilter {
        kinds,
        person: args.person.clone(),
        app: args.app.clone(),
        outcome: args.outcome.clone(),
        from_ms: args.from.map(Time::as_ms),
        before_ms: args.until.map(Time::as_ms),
    })
}

fn choices(values: Vec<String>, words: impl Fn(&str) -> String) -> Vec<LogChoice> {
    let mut choices: Vec<LogChoice> = values
        .into_iter()
        .map(|value| LogChoice {
            words: words(&value),
            value,
        })
        .collect();
    choices.sort_by(|one, other| one.words.cmp(&other.words));
    choices
}

/// A row for an entry whose text is not what was signed: its place and why, nothing that it says.
fn damaged(line: &Line, why: String) -> LogRow {
    LogRow {
        position: u64::try_from(line.position).unwrap_or(0),
        id: String::new(),
        at: Time::from_ms(line.index.at_ms).to_string(),
        who: String::new(),
        decision: say!("An entry that does not hold").to_owned(),
        target: String::new(),
        reason: why,
        outcome: Some(Badge {
            tone: Tone::Bad,
            icon: Icon::Alert,
            words: say!("Does not hold").to_owned(),
        }),
    }
}
