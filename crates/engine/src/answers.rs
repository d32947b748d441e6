//! Answers queries from the state, the ledger and what was observed. Changes nothing.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use cockpit_domain::state::State;
use cockpit_domain::views::{
    self, Badge, BootView, ConnectionView, FieldView, Icon, QuotaView, SettingsView, Tone,
};
use cockpit_domain::{Service, Time, words};
use cockpit_providers::{Quota, form, guide};
use cockpit_say::{said, say};
use serde::Serialize;
use serde_json::Value;

use crate::api::{Problem, Query};
use crate::inner::{Inner, KeychainState, closed_problem};
use crate::keychain::Closed;

impl Inner {
    /// Answers one query. Blocks on the database for the log; call it away from the loop.
    pub(crate) fn answer(&self, query: &Query) -> Result<Value, Problem> {
        self.refresh_ledger_status()?;
        let now = self.now();
        match query {
            Query::Boot(_) => to_value(&self.boot()),
            Query::Cockpit(_) => {
                let state = self.state();
                let mut view = self.with_live(|live| views::cockpit(&state, live, now));
                for entry in view.breaches.iter_mut().filter_map(|it| it.entry.as_mut()) {
                    self.position_at(entry)?;
                }
                to_value(&view)
            }
            Query::StopSheet(_) => {
                let state = self.state();
                to_value(&self.with_live(|live| views::stop_sheet(&state, live, now)))
            }
            Query::Press(args) => {
                let state = self.state();
                let view = self.with_live(|live| views::press(&state, live, &args.press, now));
                to_value(&view.ok_or_else(|| gone(say!("press")))?)
            }
            Query::Log(args) => to_value(&self.log(args)?),
            Query::LogChoices(_) => to_value(&self.log_choices()?),
            Query::Entry(args) => to_value(&self.entry(args.position)?),
            Query::Intent(args) => {
                let state = self.state();
                let view = self.with_live(|live| views::intent(&state, live, &args.intent, now));
                let view = view.ok_or_else(|| gone(say!("intent")))?;
                drop(state);
                self.are_as_signed(view.parts.iter().map(|part| &part.intent))?;
                self.note_opened(&args.intent);
                to_value(&view)
            }
            Query::Notices(_) => {
                let state = self.state();
                to_value(&self.with_live(|live| views::notices(&state, live, now)))
            }
            Query::NoticeDraft(args) => to_value(&self.notice_draft(args)?),
            Query::People(_) => {
                let mut view = self.people_room();
                for review in &mut view.reviews {
                    self.position_at(&mut review.position)?;
                }
                for change in &mut view.history {
                    self.position_at(&mut change.position)?;
                }
                to_value(&view)
            }
            Query::MandatePreview(args) => to_value(&self.mandate_preview(args)),
            Query::ChangeSheet(args) => to_value(&self.change_sheet(&args.change)?),
            Query::VoidSlots(_) => to_value(&self.void_slots()?),
            Query::Team(_) => to_value(&self.team()?),
            Query::Settings(_) => to_value(&self.settings()?),
            Query::Health(_) => to_value(&self.health()?),
            Query::RuleTest(args) => to_value(&self.rule_test(args)),
            Query::ExportProgress(_) => to_value(&self.export_progress()),
        }
    }

    fn boot(&self) -> BootView {
        let joining = self.joining().is_some();
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
            joining,
            drill: state.drill,
            drill_over: self.drill_over.load(Ordering::Relaxed).then(|| {
                say!(
                    "This drill has ended: its stores and services ran inside the app. Its log \
                      stays readable."
                )
                .to_owned()
            }),
            theme: self.theme(),
            keys_kept_in,
            read_only: self.ledger.read_only().map(ToString::to_string),
            locked,
            new_passphrase,
            lands_in_notices: self.with_live(|live| views::lands_in_notices(&state, &live.actor)),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    fn quota(&self, service: Service, quota: &Quota) -> QuotaView {
        let used = self.http.spent(service, quota.of, quota.per_s);
        let most = u64::from(quota.most.max(1));
        let left = most.saturating_sub(used);
        QuotaView {
            words: say!(
                "{} of {} {} each {} are left",
                words::grouped(left),
                words::grouped(most),
                quota.of.words(),
                words::period(quota.per_s)
            ),
            left_permille: u16::try_from(left * 1_000 / most).unwrap_or(1_000),
            source: source(quota),
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
        let void_slots = self.count_void_slots()?;
        let since = match self.with_live(|live| live.ledger.since) {
            // One that cannot be read is named by the checks.
            None => self.ledger.entry_at(1).ok().flatten(),
            Some(_) => None,
        };
        self.with_live(|live| {
            live.ledger.entries = entries;
            live.ledger.devices = devices;
            live.ledger.void_slots = void_slots;
            if let Some(first) = since {
                live.ledger.since = Some(Time::from_ms(first.entry.header().at.ms()));
            }
        });
        Ok(())
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
        Ok(SettingsView {
            workspace: state.workspace.clone(),
            drill: state.drill,
            connections,
            rules: views::rules(&state),
            theme: self.theme(),
            keys_kept_in: boot_keys,
            folder: self.folder.display().to_string(),
        })
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
            (None, _) => badge(Tone::Neutral, Icon::Idle, say!("Not connected")),
            (Some(_), Some(_)) => badge(
                Tone::Wait,
                Icon::Alert,
                say!("Connected, answers with a problem"),
            ),
            (Some(_), None) if live.as_ref().is_some_and(|it| it.read_at.is_some()) => {
                badge(Tone::Good, Icon::Done, say!("Connected, answers"))
            }
            (Some(_), None) => badge(Tone::Wait, Icon::Unknown, say!("Connected, not read yet")),
        };
        let checks = self.checks.lock().unwrap_or_else(PoisonError::into_inner);
        let checked = checks.get(&service);
        ConnectionView {
            service: service.key().to_owned(),
            name: service.name().to_owned(),
            purpose: said(form.purpose).to_owned(),
            badge,
            fields: form
                .fields
                .iter()
                .map(|field| FieldView {
                    key: field.key.to_owned(),
                    label: said(field.label).to_owned(),
                    hint: said(field.hint).to_owned(),
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
            least_permission: said(form.least_permission).to_owned(),
            steps: guide(service)
                .map(|guide| guide.steps.iter().map(|it| said(it).to_owned()).collect())
                .unwrap_or_default(),
            light: connected.and_then(|_| {
                let now = self.now();
                self.with_live(|live| views::service_light(live, service, now))
            }),
            quotas: connected
                .and_then(|_| guide(service))
                .map(|guide| {
                    guide
                        .quotas
                        .iter()
                        .map(|it| self.quota(service, it))
                        .collect()
                })
                .unwrap_or_default(),
        }
    }
}

/// What one limit counts and where its number is from.
fn source(quota: &Quota) -> String {
    let whose = if quota.published {
        say!("Published by the service.")
    } else {
        say!("Not published by the service: the number is ours.")
    };
    say!(
        "Counted on this laptop since it was opened. {whose} {}",
        said(quota.source)
    )
    .trim_end()
    .to_owned()
}

pub(crate) fn to_value<T: Serialize>(answer: &T) -> Result<Value, Problem> {
    serde_json::to_value(answer)
        .map_err(|_| Problem::new("storage", say!("The answer could not be written.")))
}

pub(crate) fn gone(what: &str) -> Problem {
    Problem::new("not_found", say!("There is no such {what} in this ledger."))
        .hint(say!("Look it up in the decision log."))
}
