//! Incidents, drafts, templates and envelopes: what a page asks for, and the promise of the next
//! notice that is kept beside it. Must not know a template's words.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use cockpit_domain::Time;
use cockpit_domain::decide::{Command, Press};
use cockpit_domain::event::Event;
use cockpit_domain::lint::ChannelKind;
use cockpit_domain::notice::{
    self, Audience, Draft, Envelope, LIBRARY, Locale, PHASES, Severity, TellEvent, Why,
};
use cockpit_domain::views::{self, ChangeSheetView, DraftView};
use cockpit_say::say;

use crate::Handle;
use crate::api::{
    ChangeIncidentArgs, Done, DraftNoticeArgs, Drafted, EndEnvelopeArgs, IncidentChange,
    NoticeDraftArgs, Pressed, Problem, ProposeEnvelopeArgs, Proposed, SetTemplatesArgs,
    SubmitNoticeArgs, Tag, WriteNoticeArgs,
};
use crate::inner::Inner;
use crate::people::Wanted;

/// How long the clock is left alone at most while a notice is owed.
const LOOK: Duration = Duration::from_secs(30);

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

impl Inner {
    pub(crate) fn notice_draft(&self, args: &NoticeDraftArgs) -> Result<DraftView, Problem> {
        let (state, now) = (self.state(), self.now());
        let view = self.with_live(|live| {
            let texts = args.texts.clone();
            views::notice_draft(&state, live, &args.incident, args.audience, texts, now)
        });
        view.ok_or_else(no_incident)
    }

    /// One press: an incident when none is open, its severity and phase, and a draft of its next
    /// notice with what the ledger knows.
    pub(crate) async fn draft_notice(
        self: &Arc<Self>,
        args: DraftNoticeArgs,
    ) -> Result<Drafted, Problem> {
        let audience = args.audience.unwrap_or(Audience::Customers);
        let incident = match &args.incident {
            Some(incident) => incident.clone(),
            None => self.open_or_newest(args.severity).await?,
        };
        let (severity, phase) = {
            let state = self.state();
            let it = state
                .tell
                .incidents
                .get(&incident)
                .ok_or_else(no_incident)?;
            (it.severity, it.phase)
        };
        let reason = match args.reason.trim() {
            "" => say!("Set while a notice was drafted."),
            reason => reason,
        };
        if let Some(wanted) = args.severity.filter(|it| *it != severity) {
            self.tell(TellEvent::SeveritySet {
                incident: incident.clone(),
                severity: wanted,
                reason: reason.to_owned(),
            })
            .await?;
        }
        if let Some(wanted) = args.phase.filter(|it| *it != phase) {
            self.tell(TellEvent::PhaseSet {
                incident: incident.clone(),
                phase: wanted,
                reason: reason.to_owned(),
            })
            .await?;
        }
        let changed = args.severity.is_some_and(|it| it != severity);
        let drafted = {
            let state = self.state();
            let it = state
                .tell
                .incidents
                .get(&incident)
                .ok_or_else(no_incident)?;
            let update = it.next_update(it.phase, audience);
            let taken = it.drafts.get(&(it.phase, update, audience));
            let locales = match (args.locales.as_slice(), taken) {
                ([], Some(taken)) => taken.texts.keys().copied().collect(),
                ([], None) => vec![Locale::En],
                (locales, _) => locales.to_vec(),
            };
            let other = taken.is_some_and(|it| !it.texts.keys().eq(locales.iter()));
            match taken {
                // Somebody's words are not written over, unless others are asked for.
                Some(_) if !changed && !other => None,
                Some(_) | None => {
                    let now = self.now();
                    let fresh =
                        notice::filled(&state, &incident, audience, Why::Asked, &locales, now);
                    fresh.map(|mut fresh| {
                        let kept = taken.filter(|_| !changed).map(|it| &it.texts);
                        for (of, slots) in kept.into_iter().flatten() {
                            if let Some(place) = fresh.texts.get_mut(of) {
                                place.clone_from(slots);
                            }
                        }
                        fresh
                    })
                }
            }
        };
        let sentence = match drafted {
            Some(draft) => {
                self.tell(TellEvent::Drafted(Box::new(draft))).await?;
                say!("Drafted from the log. Nothing is published.")
            }
            None => say!("The draft is as it was taken down. Nothing is published."),
        };
        Ok(Drafted {
            incident,
            audience,
            sentence: sentence.to_owned(),
        })
    }

    async fn open_or_newest(
        self: &Arc<Self>,
        severity: Option<Severity>,
    ) -> Result<String, Problem> {
        let opens =
            {
                let state = self.state();
                let severity = severity.unwrap_or(Severity::Major);
                let opens = self.with_live(|live| views::open_incident(&state, live, severity));
                match (opens, state.tell.open().first()) {
                    (Some(opens), _) => opens,
                    (None, Some((id, _))) => return Ok((*id).clone()),
                    (None, None) => {
                        return Err(Problem::new(
                        "not_found",
                        say!("Nothing was stopped and no rule is breached, so there is nothing to \
                              draft a notice from."),
                    )
                    .hint(say!("Stop a release first, or write a notice of your own.")));
                    }
                }
            };
        self.tell(opens).await
    }

    /// Takes down what a person wrote. What was asked for with other words waits no more.
    pub(crate) async fn write_notice(
        self: &Arc<Self>,
        args: WriteNoticeArgs,
    ) -> Result<Drafted, Problem> {
        let draft = {
            let state = self.state();
            let it = state
                .tell
                .incidents
                .get(&args.incident)
                .ok_or_else(no_incident)?;
            Draft {
                incident: args.incident.clone(),
                phase: it.phase,
                update: it.next_update(it.phase, args.audience),
                audience: args.audience,
                why: Why::Edited,
                texts: args.texts,
            }
        };
        self.tell(TellEvent::Drafted(Box::new(draft))).await?;
        Ok(Drafted {
            incident: args.incident,
            audience: args.audience,
            sentence: say!("Taken down. Nothing is published.").to_owned(),
        })
    }

    pub(crate) async fn submit_notice(
        self: &Arc<Self>,
        args: SubmitNoticeArgs,
    ) -> Result<Pressed, Problem> {
        let press = {
            let (state, now) = (self.state(), self.now());
            let ready = self.with_live(|live| {
                let (incident, quiet) = (&args.incident, args.quiet);
                views::ready_to_ask(&state, live, incident, args.audience, quiet, now)
            });
            let (title, aims) = ready.map_err(|why| {
                Problem::new("refused", say!("{why} Nothing was asked for."))
                    .hint(say!("Look at the draft in the notices room."))
            })?;
            Press {
                title: say!("Publish “{title}”"),
                app: state.app().map(|(id, _)| id).unwrap_or_default(),
                aims,
                reason: say!("Tell people what is known.").to_owned(),
                evidence: Vec::new(),
            }
        };
        self.press(
            press,
            say!("Recorded. It waits for approval and is not published."),
        )
        .await
    }

    /// The same words once more, on the one channel where they came to nothing.
    pub(crate) async fn ask_again(self: &Arc<Self>, intent: String) -> Result<Pressed, Problem> {
        let press = {
            let (state, now) = (self.state(), self.now());
            let ready = self.with_live(|live| views::ready_again(&state, live, &intent, now));
            let (title, seen, desired) = ready.map_err(|why| {
                Problem::new("refused", say!("{why} Nothing was asked for."))
                    .hint(say!("Look at the notice in the notices room."))
            })?;
            Press {
                title,
                app: state.app().map(|(id, _)| id).unwrap_or_default(),
                aims: vec![(seen, desired)],
                reason: say!("It came to nothing there when it was asked for.").to_owned(),
                evidence: Vec::new(),
            }
        };
        self.press(
            press,
            say!("Recorded for this channel alone. It waits for approval and is not published."),
        )
        .await
    }

    pub(crate) async fn change_incident(
        self: &Arc<Self>,
        args: ChangeIncidentArgs,
    ) -> Result<Done, Problem> {
        let (incident, reason) = (args.incident, args.reason);
        let (event, words) = match args.change {
            IncidentChange::Severity { severity } => (
                TellEvent::SeveritySet {
                    incident,
                    severity,
                    reason,
                },
                say!("The severity is set."),
            ),
            IncidentChange::Phase { phase } => (
                TellEvent::PhaseSet {
                    incident,
                    phase,
                    reason,
                },
                say!("The phase is set. People who were told of it are owed a notice."),
            ),
            IncidentChange::Expect { by } => (
                TellEvent::ExpectedSet {
                    incident,
                    by,
                    reason,
                },
                say!("The expected end is set. A draft tells people of it."),
            ),
            IncidentChange::Close => (
                TellEvent::Resolved { incident, reason },
                say!("The incident is closed."),
            ),
        };
        self.tell(event).await?;
        Ok(done(words))
    }

    pub(crate) async fn set_templates(
        self: &Arc<Self>,
        args: SetTemplatesArgs,
    ) -> Result<Done, Problem> {
        let changed: Vec<_> = {
            let state = self.state();
            let differs = |it: &notice::Template| state.tell.template(it.key).1 != *it;
            args.templates.into_iter().filter(differs).collect()
        };
        let count = changed.len();
        let sets = changed
            .into_iter()
            .map(|it| Command::Tell(TellEvent::TemplateSet(Box::new(it))));
        let sets: Vec<Command> = sets.collect();
        if !sets.is_empty() {
            self.record_together(sets).await?;
        }
        self.keep_promises().await;
        Ok(done(&match count {
            0 => say!("Every template is as it was.").to_owned(),
            1 => say!("1 template was changed. Envelopes name the one before.").to_owned(),
            more => say!("{more} templates were changed. Envelopes name those before."),
        }))
    }

    pub(crate) async fn propose_envelope(
        self: &Arc<Self>,
        args: ProposeEnvelopeArgs,
    ) -> Result<Done, Problem> {
        let envelope = {
            let state = self.state();
            let severities = match args.severities.is_empty() {
                true => Severity::ALL.into_iter().collect(),
                false => args.severities,
            };
            let locales: BTreeSet<Locale> = match args.locales.is_empty() {
                true => [Locale::En, Locale::De].into(),
                false => args.locales,
            };
            let mut allowed: BTreeMap<_, _> = locales
                .iter()
                .map(|of| (*of, notice::agreed_phrases(*of)))
                .collect();
            for (of, slots) in args.sentences {
                for (slot, sentences) in slots {
                    let list: &mut Vec<String> =
                        allowed.entry(of).or_default().entry(slot).or_default();
                    list.extend(sentences);
                }
            }
            let own = state.tell.templates.values().map(|it| it.version.clone());
            Envelope {
                title: args.title.trim().to_owned(),
                severities,
                phases: PHASES.into_iter().collect(),
                audiences: Audience::ALL.into_iter().collect(),
                channels: ChannelKind::ALL.into_iter().collect(),
                locales,
                templates: own.chain([LIBRARY.to_owned()]).collect(),
                allowed,
                expires_at: self.now() + u64::from(args.days) * DAY_MS,
            }
        };
        self.tell(TellEvent::EnvelopeProposed(Box::new(envelope)))
            .await?;
        Ok(done(say!(
            "Proposed. Legal and brand sign it in the approval window; until then it allows nothing."
        )))
    }

    pub(crate) async fn end_envelope(
        self: &Arc<Self>,
        args: EndEnvelopeArgs,
    ) -> Result<Done, Problem> {
        self.tell(TellEvent::EnvelopeEnded {
            envelope: args.envelope,
            reason: args.reason,
        })
        .await?;
        Ok(done(say!(
            "The envelope is ended. It allows nothing from here on."
        )))
    }

    /// Asks for a signature under an envelope; the approval window signs it.
    pub(crate) fn propose_signature(&self, envelope: String) -> Result<Proposed, Problem> {
        let sign = TellEvent::EnvelopeSigned {
            envelope: envelope.clone(),
        };
        let device = self.with_live(|live| live.device.clone());
        if let Some(why) = self.state().tell_objection(&device, self.now(), &sign) {
            let sentence = say!("{}. Nothing was signed.", views::capital(&why));
            return Err(Problem::new("refused", sentence));
        }
        self.wait_for_signature(Wanted::Envelope(envelope))
    }

    pub(crate) fn envelope_sheet(&self, envelope: &str) -> Result<ChangeSheetView, Problem> {
        let (state, now) = (self.state(), self.now());
        let view = self.with_live(|live| views::envelope_sheet(&state, live, envelope, now));
        view.ok_or_else(|| Problem::new("not_found", say!("There is no such envelope.")))
    }

    pub(crate) async fn sign_envelope(self: &Arc<Self>, envelope: String) -> Result<Done, Problem> {
        self.tell(TellEvent::EnvelopeSigned {
            envelope: envelope.clone(),
        })
        .await?;
        let state = self.state();
        let missing = state
            .tell
            .envelopes
            .get(&envelope)
            .map(|it| state.envelope_missing(it))
            .unwrap_or_default();
        Ok(done(&match missing.is_empty() {
            true => say!("Signed. The envelope is in force.").to_owned(),
            false => say!("Signed. It still waits for {}.", state.who_signs(&missing)),
        }))
    }

    /// Records one entry; gives its id.
    async fn tell(self: &Arc<Self>, event: TellEvent) -> Result<String, Problem> {
        let recorded = self.record(Command::Tell(event)).await?;
        self.changed(&[Tag::Decided, Tag::Log]);
        let first = recorded.entries.first().map(|entry| entry.id.clone());
        Ok(first.unwrap_or_default())
    }

    /// Seals what the cadence calls for now.
    pub(crate) async fn keep_promises(self: &Arc<Self>) {
        let now = self.now();
        let steps = notice::steps(&self.state(), now);
        for step in steps {
            let calls = matches!(step, TellEvent::Escalated { .. } | TellEvent::Missed { .. });
            match self.record(Command::Tell(step.clone())).await {
                Ok(recorded) => {
                    self.changed(&[Tag::Decided, Tag::Log]);
                    let event = recorded.entries.first().map(|entry| &entry.event);
                    if let (true, Some(Event::Tell(event))) = (calls, event) {
                        self.call(event, now);
                    }
                }
                // Another laptop was first, or this one may not.
                Err(problem) => {
                    tracing::debug!(kind = %problem.kind, "a step of the cadence was not taken");
                }
            }
        }
    }

    /// Says on the desktop whose turn it is.
    fn call(&self, event: &TellEvent, now: Time) {
        let owed = views::owed_views(&self.state(), now);
        let about = owed
            .iter()
            .find(|it| Some(&it.incident) == event.incident());
        if let Some(it) = about {
            self.desk.notify(&it.title, &it.detail);
        }
    }
}

/// Keeps an eye on what is owed for as long as the workspace is open. Looks at the clock at least
/// every half minute, so that a laptop that slept, or whose clock was moved, says soon what it
/// missed.
pub(crate) async fn keep_cadence(inner: Arc<Inner>) {
    loop {
        inner.keep_promises().await;
        let now = inner.now();
        let next = notice::wake_at(&inner.state(), now);
        let wait = next.map_or(LOOK, |at| Duration::from_millis(at.ms_since(now)).min(LOOK));
        tokio::select! {
            () = tokio::time::sleep(wait.max(Duration::from_millis(200))) => {}
            () = inner.pace.notified() => {}
        }
    }
}

fn no_incident() -> Problem {
    Problem::new(
        "not_found",
        say!("There is no such incident in this ledger."),
    )
    .hint(say!("Look it up in the decision log."))
}

fn done(sentence: &str) -> Done {
    Done {
        sentence: sentence.to_owned(),
    }
}

impl Handle {
    /// Every template in use, with the name of its file. Not an act of the table: only a shell
    /// chooses a place.
    pub fn templates(&self) -> Vec<(String, notice::Template)> {
        let state = self.inner.state();
        let mut templates = Vec::new();
        for severity in Severity::ALL {
            for phase in PHASES {
                for channel in ChannelKind::ALL {
                    for locale in [Locale::En, Locale::De] {
                        let key = notice::TemplateKey {
                            severity,
                            phase,
                            audience: notice::reaches(channel),
                            channel,
                            locale,
                        };
                        templates.push((key.name(), state.tell.template(key).1));
                    }
                }
            }
        }
        templates
    }
}
