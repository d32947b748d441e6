//! Answers queries from the state, the ledger and what was observed. Changes nothing.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use cockpit_domain::event::Event;
use cockpit_domain::state::State;
use cockpit_domain::views::{
    self, Badge, BootView, ConnectionView, EntryView, FieldView, Icon, LogPage, LogRow,
    SettingsView, Tone,
};
use cockpit_domain::{Service, Time};
use cockpit_ledger::{ErrorKind, LogFilter, LogRow as Line, StoredEntry};
use cockpit_providers::form;
use serde::Serialize;
use serde_json::Value;

use crate::api::{LogArgs, Problem, Query};
use crate::inner::{Inner, KeychainState, closed_problem};
use crate::keychain::Closed;
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
    /// Answers one query. Blocks on the database for the log; call it away from the loop.
    pub(crate) fn answer(&self, query: &Query) -> Result<Value, Problem> {
        self.refresh_ledger_status()?;
        let now = self.now();
        match query {
            Query::Boot(_) => to_value(&self.boot()),
            Query::Cockpit(_) => {
                let state = self.state();
                to_value(&self.with_live(|live| views::cockpit(&state, live, now)))
            }
            Query::StopSheet(_) => {
                let state = self.state();
                to_value(&self.with_live(|live| views::stop_sheet(&state, live, now)))
            }
            Query::Press(args) => {
                let state = self.state();
                let view = self.with_live(|live| views::press(&state, live, &args.press, now));
                to_value(&view.ok_or_else(|| gone("press"))?)
            }
            Query::Log(args) => to_value(&self.log(args)?),
            Query::Entry(args) => to_value(&self.entry(args.position)?),
            Query::Intent(args) => {
                let state = self.state();
                let view = self.with_live(|live| views::intent(&state, live, &args.intent, now));
                to_value(&view.ok_or_else(|| gone("intent"))?)
            }
            Query::Notices(_) => {
                let state = self.state();
                to_value(&self.with_live(|live| views::notices(&state, live, now)))
            }
            Query::Settings(_) => to_value(&self.settings()?),
        }
    }

    fn boot(&self) -> BootView {
        let state = self.state();
        let keychain = self.keychain.read().unwrap_or_else(PoisonError::into_inner);
        let (keys_kept_in, locked, new_passphrase) = match &*keychain {
            KeychainState::Open(keychain) => (keychain.kept_in().to_owned(), None, false),
            KeychainState::Closed(closed) => {
                let problem = closed_problem(*closed);
                let words = format!("{} {}", problem.sentence, problem.hint.unwrap_or_default());
                (
                    String::new(),
                    Some(words),
                    *closed == Closed::NeedsNewPassphrase,
                )
            }
            KeychainState::Broken(problem) => {
                (String::new(), Some(problem.sentence.clone()), false)
            }
        };
        BootView {
            has_workspace: !state.workspace.is_empty(),
            drill: state.drill,
            drill_over: self.drill_over.load(Ordering::Relaxed).then(|| {
                "This drill has ended: its stores and services ran inside the app. Its log stays \
                 readable."
                    .to_owned()
            }),
            theme: self.theme(),
            keys_kept_in,
            read_only: self.ledger.read_only().map(ToString::to_string),
            locked,
            new_passphrase,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    fn theme(&self) -> String {
        match self.ledger.setting("theme") {
            Ok(Some(Value::String(theme))) => theme,
            Ok(Some(_) | None) | Err(_) => "system".to_owned(),
        }
    }

    fn refresh_ledger_status(&self) -> Result<(), Problem> {
        let entries = u64::try_from(self.ledger.count()?).unwrap_or(0);
        let devices = self.state().devices.len();
        self.with_live(|live| {
            live.ledger.entries = entries;
            live.ledger.devices = devices;
        });
        Ok(())
    }

    fn log(&self, args: &LogArgs) -> Result<LogPage, Problem> {
        let limit = usize::try_from(args.limit.unwrap_or(100).clamp(1, 200)).unwrap_or(100);
        let before = args.before.and_then(|before| i64::try_from(before).ok());
        let text = args.search.as_deref().map(str::trim).unwrap_or_default();
        let mut filter = LogFilter::default();
        if args.decisions_only {
            filter.kinds = DECISION_KINDS.map(ToOwned::to_owned).to_vec();
        }
        let found = self.ledger.search(text, before, &filter, limit)?;
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
                decision: "An entry that this version cannot read".to_owned(),
                target: header.kind.clone(),
                reason: String::new(),
                outcome: None,
            };
        };
        let actor = self.with_live(|live| live.actor.clone());
        let who = state
            .devices
            .get(&entry.device)
            .map_or("a device unknown here", |person| {
                if *person == actor {
                    "you"
                } else {
                    state
                        .people
                        .get(person)
                        .map_or("somebody", |it| it.name.as_str())
                }
            });
        let target = match &entry.event {
            Event::EffectResult(it) => Some(&it.intent),
            Event::EffectClaimed { intent, .. }
            | Event::IntentJudged { intent, .. }
            | Event::IntentWithdrawn { intent } => Some(intent),
            Event::Genesis(_)
            | Event::ConnectionAdded(_)
            | Event::ConnectionRemoved { .. }
            | Event::PolicySet { .. }
            | Event::BreachSeen(_)
            | Event::BreachCleared(_)
            | Event::IntentRequested(_)
            | Event::DriftSeen(_)
            | Event::ExportMade(_) => None,
        }
        .and_then(|intent| state.intents.get(intent))
        .map(|record| record.intent.title.clone());
        let mut row = views::log_row(&entry, who, target.as_deref());
        if row.who == "you" {
            row.who = "You".to_owned();
        }
        if let Some((_, why)) = state
            .rejected
            .iter()
            .find(|(position, _)| *position == entry.position)
        {
            row.outcome = Some(Badge {
                tone: Tone::Bad,
                icon: Icon::Alert,
                words: "Without force".to_owned(),
            });
            row.reason = format!("{why}. {}", row.reason);
        }
        row
    }

    fn entry(&self, position: u64) -> Result<EntryView, Problem> {
        let position = i64::try_from(position).map_err(|_| gone("entry"))?;
        let stored = self
            .ledger
            .entry_at(position)?
            .ok_or_else(|| gone("entry"))?;
        let header = stored.entry.header().clone();
        let (verified, verified_sentence) = match self.check_entry(&stored) {
            Ok(()) => (
                Badge {
                    tone: Tone::Good,
                    icon: Icon::Done,
                    words: "Signature and link checked".to_owned(),
                },
                "Checked when it was opened: the text hashes to what was signed, the signature is \
                 of the named device, and the entry before it is in its place."
                    .to_owned(),
            ),
            Err(what) => (
                Badge {
                    tone: Tone::Bad,
                    icon: Icon::Alert,
                    words: "Does not hold".to_owned(),
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
            raw: stored.entry.lines(),
        })
    }

    /// Signature and link of one entry; what is wrong in words.
    fn check_entry(&self, stored: &StoredEntry) -> Result<(), String> {
        let entry = &stored.entry;
        let unreadable = |_| "The log could not be read to check it.".to_owned();
        let founder = self.ledger.entry_at(1).map_err(unreadable)?;
        let key = founder
            .and_then(|founder| founder.entry.key_brought_in().ok().flatten())
            .ok_or("The first entry, which names the key, is not there or does not hold.")?;
        entry
            .verify(&key)
            .map_err(|reason| format!("This entry does not hold: {reason}."))?;
        if entry.header().seq == 0 {
            return Ok(());
        }
        let before = self.ledger.entry(entry.header().prev).map_err(unreadable)?;
        match before {
            Some(before) if before.position < stored.position => Ok(()),
            Some(_) | None => Err("The entry before it is not in its place.".to_owned()),
        }
    }

    fn settings(&self) -> Result<SettingsView, Problem> {
        let state = self.state();
        let connections = Service::ALL
            .into_iter()
            .map(|service| self.connection(&state, service))
            .collect();
        let boot_keys = match &*self.keychain.read().unwrap_or_else(PoisonError::into_inner) {
            KeychainState::Open(keychain) => keychain.kept_in().to_owned(),
            KeychainState::Closed(_) | KeychainState::Broken(_) => "locked".to_owned(),
        };
        Ok(self.with_live(|live| SettingsView {
            workspace: state.workspace.clone(),
            drill: state.drill,
            connections,
            people: views::people(&state, live),
            policy: views::policy(&state),
            rules: views::rules(&state),
            theme: self.theme(),
            keys_kept_in: boot_keys,
            folder: self.folder.display().to_string(),
        }))
    }

    fn connection(&self, state: &State, service: Service) -> ConnectionView {
        let form = form(service);
        let connected = state.connections.get(&service);
        let live = self.with_live(|live| live.services.get(&service).cloned());
        let badge = |tone, icon, words: &str| Badge {
            tone,
            icon,
            words: words.to_owned(),
        };
        let badge = match (connected, live.as_ref().and_then(|it| it.problem.as_ref())) {
            (None, _) => badge(Tone::Neutral, Icon::Idle, "Not connected"),
            (Some(_), Some(_)) => {
                badge(Tone::Wait, Icon::Alert, "Connected, answers with a problem")
            }
            (Some(_), None) if live.as_ref().is_some_and(|it| it.read_at.is_some()) => {
                badge(Tone::Good, Icon::Done, "Connected, answers")
            }
            (Some(_), None) => badge(Tone::Wait, Icon::Unknown, "Connected, not read yet"),
        };
        let checks = self.checks.lock().unwrap_or_else(PoisonError::into_inner);
        let checked = checks.get(&service);
        ConnectionView {
            service: service.key().to_owned(),
            name: service.name().to_owned(),
            purpose: form.purpose.to_owned(),
            badge,
            fields: form
                .fields
                .iter()
                .map(|field| FieldView {
                    key: field.key.to_owned(),
                    label: field.label.to_owned(),
                    hint: field.hint.to_owned(),
                    secret: field.secret,
                    multiline: field.multiline,
                    optional: field.optional,
                    value: connected
                        .and_then(|connection| connection.config.get(field.key).cloned())
                        .unwrap_or_default(),
                })
                .collect(),
            checks: checked.map(|(_, items)| items.clone()).unwrap_or_default(),
            checked_at: checked.map(|(at, _)| at.to_string()),
            least_permission: form.least_permission.to_owned(),
        }
    }
}

pub(crate) fn to_value<T: Serialize>(answer: &T) -> Result<Value, Problem> {
    serde_json::to_value(answer)
        .map_err(|_| Problem::new("storage", "The answer could not be written."))
}

/// A row for an entry whose text is not what was signed: its place and why, nothing that it says.
fn damaged(line: &Line, why: String) -> LogRow {
    LogRow {
        position: u64::try_from(line.position).unwrap_or(0),
        id: String::new(),
        at: Time::from_ms(line.index.at_ms).to_string(),
        who: String::new(),
        decision: "An entry that does not hold".to_owned(),
        target: String::new(),
        reason: why,
        outcome: Some(Badge {
            tone: Tone::Bad,
            icon: Icon::Alert,
            words: "Does not hold".to_owned(),
        }),
    }
}

fn gone(what: &str) -> Problem {
    Problem::new(
        "not_found",
        format!("There is no such {what} in this ledger."),
    )
    .hint("Look it up in the decision log.")
}
