//! Incidents, templates and envelopes as they follow from the ledger, and who may change them.
//! One answer for who asks and for who folds. Must not know how a notice is worded.

mod may;

use std::collections::{BTreeMap, VecDeque};

use cockpit_say::say;
use serde::{Deserialize, Serialize};

use super::envelope::{SIGNERS, Signature};
use super::{
    About, Audience, Because, Draft, ESCALATE_AHEAD_MS, EnvelopeRecord, Figure, LIBRARY, Locale,
    Severity, Slots, TellEvent, Template, TemplateKey, TemplateRecord, Why, phase_key,
};
use crate::event::Outcome;
use crate::policy::{ActKind, Person, Role};
use crate::state::{Admitted, IntentRecord, State, holds, pairs};
use crate::target::{Desired, Notice, Phase, TargetId};
use crate::time::Time;
use crate::words;

/// Closed incidents that stay in the state; what was before stands in the ledger.
const CLOSED_KEPT: usize = 32;

/// Moments of an incident that stay in the state.
const POINTS_KEPT: usize = 512;

/// Longest reason, in characters.
const REASON_CHARS_MAX: usize = 2_000;

/// Incidents, templates and envelopes.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tell {
    /// Incidents by entry id: those that are open, and the newest that were closed.
    pub incidents: BTreeMap<String, Incident>,
    /// Templates of one's own.
    #[serde(with = "pairs")]
    pub templates: BTreeMap<TemplateKey, TemplateRecord>,
    /// Envelopes by entry id.
    pub envelopes: BTreeMap<String, EnvelopeRecord>,
    closed: VecDeque<String>,
}

/// An incident and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// Position of its entry.
    pub position: u64,
    /// When it was opened.
    pub at: Time,
    /// Who opened it.
    pub by: String,
    /// "Problems in version 8.4.0".
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// The version that it is about.
    pub version: String,
    /// What it began with.
    pub because: Because,
    /// Figures as they were seen.
    pub figures: Vec<Figure>,
    /// Where it stands.
    pub phase: Phase,
    /// When it is expected to be over, and the position of the entry that says so.
    pub expected: Option<(Option<Time>, u64)>,
    /// What happened, in order.
    pub points: Vec<Point>,
    /// The newest draft of each notice.
    #[serde(with = "pairs")]
    pub drafts: BTreeMap<(Phase, u32, Audience), DraftRecord>,
    /// What was published, and what may have been.
    #[serde(with = "pairs")]
    pub told: BTreeMap<Place, Told>,
    /// Promises for which others were called.
    pub escalated: Vec<(Audience, Time)>,
    /// Promises that were not kept.
    pub missed: Vec<(Audience, Time)>,
    /// Who closed it, when and with which words.
    pub closed: Option<(String, Time, String)>,
}

/// Where and to whom something was told: it is told there once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The phase.
    pub phase: Phase,
    /// Which notice of the phase.
    pub update: u32,
    /// Who was told.
    pub audience: Audience,
    /// Where.
    pub channel: TargetId,
    /// In which language.
    pub locale: Locale,
}

/// Something that was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The intent.
    pub intent: String,
    /// When that was recorded.
    pub at: Time,
    /// Observed to be there. What may have been sent is told, and not certain.
    pub sure: bool,
    /// When people were promised to hear again.
    pub next_update_at: Option<Time>,
}

/// A draft as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftRecord {
    /// Its entry.
    pub id: String,
    /// Position of the entry.
    pub position: u64,
    /// The time of the entry.
    pub at: Time,
    /// Who wrote it.
    pub by: String,
    /// Why.
    pub why: Why,
    /// Slots by language.
    pub texts: BTreeMap<Locale, Slots>,
    /// The words that were asked for before an edit took their approvals.
    pub before: Option<BTreeMap<Locale, Slots>>,
}

/// Something that happened in an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// Position of the entry.
    pub position: u64,
    /// The time of the entry.
    pub at: Time,
    /// Who signed it.
    pub by: String,
    /// What it was.
    pub what: What,
}

/// What happened in an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// It began.
    Opened,
    /// How bad it is.
    Severity(Severity),
    /// Where it stands.
    Phase(Phase),
    /// When it is expected to be over.
    Expected(Option<Time>),
    /// A notice was drafted.
    Drafted(Why, Phase, Audience),
    /// A notice was asked for, on this channel.
    Asked(TargetId),
    /// Somebody approved a notice.
    Approved(TargetId),
    /// What became of a notice at a channel.
    Came(TargetId, Outcome),
    /// Others were called because a notice is nearly due.
    Escalated(Audience),
    /// A notice was not sent in time.
    Missed(Audience),
    /// It was closed.
    Closed,
}

impl Incident {
    /// Whether it goes on.
    pub fn is_open(&self) -> bool {
        self.closed.is_none()
    }

    /// The number of the next notice of a phase for an audience.
    pub fn next_update(&self, phase: Phase, audience: Audience) -> u32 {
        self.told
            .keys()
            .filter(|it| it.phase == phase && it.audience == audience)
            .map(|it| it.update + 1)
            .max()
            .unwrap_or(0)
    }

    /// What an audience was told last, where that was observed.
    pub fn newest_told(&self, audience: Audience) -> Option<(&Place, &Told)> {
        self.told
            .iter()
            .filter(|(place, told)| place.audience == audience && told.sure)
            .max_by_key(|(place, told)| (told.at, place.phase, place.update))
    }

    /// When an audience was promised to hear again; none when nothing is promised.
    pub fn promise(&self, audience: Audience) -> Option<Time> {
        let (place, told) = self.newest_told(audience)?;
        match place.phase {
            Phase::Resolved => None,
            Phase::Investigating | Phase::Identified | Phase::Monitoring => told.next_update_at,
        }
    }

    /// Channels whose people were told of it, or may have been, and were not seen to be told of
    /// its end.
    pub fn stranded(&self) -> Vec<(Audience, TargetId, Locale)> {
        let mut left: Vec<(Audience, TargetId, Locale)> = self
            .told
            .keys()
            .map(|it| (it.audience, it.channel.clone(), it.locale))
            .collect();
        left.sort();
        left.dedup();
        left.retain(|(audience, channel, locale)| {
            !self.told.iter().any(|(place, told)| {
                place.phase == Phase::Resolved
                    && told.sure
                    && place.audience == *audience
                    && place.channel == *channel
                    && place.locale == *locale
            })
        });
        left
    }

    fn note(&mut self, entry: &Admitted, by: &str, what: What) {
        self.points.push(Point {
            position: entry.position,
            at: entry.moment().best(),
            by: by.to_owned(),
            what,
        });
        if self.points.len() > POINTS_KEPT {
            // The beginning says what it is about.
            self.points.remove(1);
        }
    }
}

impl Tell {
    /// Incidents that go on, the newest first.
    pub fn open(&self) -> Vec<(&String, &Incident)> {
        let mut open: Vec<(&String, &Incident)> = self
            .incidents
            .iter()
            .filter(|(_, it)| it.is_open())
            .collect();
        open.sort_by_key(|(_, it)| std::cmp::Reverse(it.position));
        open
    }

    /// The template in use, with its version.
    pub fn template(&self, key: TemplateKey) -> (String, Template) {
        match self.templates.get(&key) {
            Some(record) => (record.version.clone(), record.template.clone()),
            None => (LIBRARY.to_owned(), Template::of_the_library(key)),
        }
    }
}

type Answer = Result<(), String>;

fn no(why: impl Into<String>) -> Answer {
    Err(why.into())
}

fn needs_reason(reason: &str) -> Answer {
    if reason.trim().is_empty() {
        return no(say!("it needs a reason"));
    }
    match reason.chars().count() > REASON_CHARS_MAX {
        true => no(say!(
            "the reason is longer than {REASON_CHARS_MAX} characters"
        )),
        false => Ok(()),
    }
}

impl State {
    /// Takes in an entry about incidents and notices.
    pub(crate) fn take_telling(&mut self, entry: &Admitted, event: &TellEvent) -> Answer {
        self.may_tell(&entry.device, entry.moment().best(), event)?;
        let person = self.actor(&entry.device)?.clone();
        let by = person.id.as_str();
        match event {
            TellEvent::Opened {
                title,
                severity,
                version,
                because,
                figures,
            } => {
                let mut incident = Incident {
                    position: entry.position,
                    at: entry.moment().best(),
                    by: person.id.clone(),
                    title: title.trim().to_owned(),
                    severity: *severity,
                    version: version.clone(),
                    because: because.clone(),
                    figures: figures.clone(),
                    phase: Phase::Investigating,
                    expected: None,
                    points: Vec::new(),
                    drafts: BTreeMap::new(),
                    told: BTreeMap::new(),
                    escalated: Vec::new(),
                    missed: Vec::new(),
                    closed: None,
                };
                incident.note(entry, by, What::Opened);
                self.tell.incidents.insert(entry.id.clone(), incident);
            }
            TellEvent::Drafted(draft) => self.take_draft(entry, by, draft),
            TellEvent::TemplateSet(template) => {
                let record = TemplateRecord {
                    version: entry.id.clone(),
                    position: entry.position,
                    template: (**template).clone(),
                };
                self.tell.templates.insert(template.key, record);
            }
            TellEvent::EnvelopeProposed(envelope) => {
                let record = EnvelopeRecord {
                    position: entry.position,
                    at: entry.moment().best(),
                    by: person.id.clone(),
                    envelope: (**envelope).clone(),
                    signed: Vec::new(),
                    ended: None,
                };
                self.tell.envelopes.insert(entry.id.clone(), record);
            }
            TellEvent::EnvelopeSigned { envelope } => {
                let signature = Signature {
                    person: person.id.clone(),
                    device: entry.device.clone(),
                    position: entry.position,
                    at: entry.moment().best(),
                    roles: SIGNERS
                        .into_iter()
                        .filter(|role| person.roles.contains(role))
                        .collect(),
                };
                if let Some(record) = self.tell.envelopes.get_mut(envelope) {
                    record.signed.push(signature);
                }
            }
            TellEvent::EnvelopeEnded { envelope, reason } => {
                if let Some(record) = self.tell.envelopes.get_mut(envelope) {
                    record.ended = Some(reason.trim().to_owned());
                }
            }
            TellEvent::SeveritySet { .. }
            | TellEvent::PhaseSet { .. }
            | TellEvent::ExpectedSet { .. }
            | TellEvent::Resolved { .. }
            | TellEvent::Escalated { .. }
            | TellEvent::Missed { .. } => self.take_change(entry, by, event),
        }
        Ok(())
    }

    fn take_change(&mut self, entry: &Admitted, by: &str, event: &TellEvent) {
        let Some(id) = event.incident().cloned() else {
            return;
        };
        let Some(it) = self.tell.incidents.get_mut(&id) else {
            return;
        };
        let what = match event {
            TellEvent::SeveritySet { severity, .. } => {
                it.severity = *severity;
                What::Severity(*severity)
            }
            TellEvent::PhaseSet { phase, .. } => {
                it.phase = *phase;
                What::Phase(*phase)
            }
            TellEvent::ExpectedSet { by, .. } => {
                it.expected = Some((*by, entry.position));
                What::Expected(*by)
            }
            TellEvent::Resolved { reason, .. } => {
                it.closed = Some((
                    by.to_owned(),
                    entry.moment().best(),
                    reason.trim().to_owned(),
                ));
                What::Closed
            }
            TellEvent::Escalated { audience, due, .. } => {
                it.escalated.push((*audience, *due));
                What::Escalated(*audience)
            }
            TellEvent::Missed { audience, due, .. } => {
                it.missed.push((*audience, *due));
                What::Missed(*audience)
            }
            TellEvent::Opened { .. }
            | TellEvent::Drafted(_)
            | TellEvent::TemplateSet(_)
            | TellEvent::EnvelopeProposed(_)
            | TellEvent::EnvelopeSigned { .. }
            | TellEvent::EnvelopeEnded { .. } => return,
        };
        it.note(entry, by, what);
        if !it.is_open() {
            self.tell.closed.push_back(id);
            while self.tell.closed.len() > CLOSED_KEPT {
                if let Some(oldest) = self.tell.closed.pop_front() {
                    self.tell.incidents.remove(&oldest);
                }
            }
        }
    }

    /// The newest words of a notice. Words that were asked for lose their approvals, unless they
    /// may have been sent already.
    fn take_draft(&mut self, entry: &Admitted, by: &str, draft: &Draft) {
        let mut voided: Vec<String> = Vec::new();
        for (id, record) in &mut self.intents {
            let Some((notice, about)) = about(record) else {
                continue;
            };
            let same = about.incident == draft.incident
                && about.update == draft.update
                && about.audience == draft.audience
                && notice.phase == draft.phase;
            if same && record.is_open() && !record.may_be_sent() {
                record.rejected = Some((by.to_owned(), say!("the words were edited").to_owned()));
                voided.push(id.clone());
            }
        }
        for id in &voided {
            self.note_end(id);
        }
        let Some(it) = self.tell.incidents.get_mut(&draft.incident) else {
            return;
        };
        let place = (draft.phase, draft.update, draft.audience);
        let known = it.drafts.remove(&place);
        let before = match (known, voided.is_empty()) {
            (Some(known), false) => Some(known.texts),
            (Some(known), true) => known.before,
            (None, _) => None,
        };
        let record = DraftRecord {
            id: entry.id.clone(),
            position: entry.position,
            at: entry.moment().best(),
            by: by.to_owned(),
            why: draft.why,
            texts: draft.texts.clone(),
            before,
        };
        it.drafts.insert(place, record);
        it.note(
            entry,
            by,
            What::Drafted(draft.why, draft.phase, draft.audience),
        );
    }

    /// Notes in its incident what was done about a notice.
    pub(crate) fn note_notice(&mut self, entry: &Admitted, intent: &str, step: Step) {
        let Some(record) = self.intents.get(intent) else {
            return;
        };
        let Some((notice, about)) = about(record) else {
            return;
        };
        let place = Place {
            phase: notice.phase,
            update: about.update,
            audience: about.audience,
            channel: record.intent.target.clone(),
            locale: about.locale,
        };
        let (next_update_at, channel) = (about.next_update_at, record.intent.target.clone());
        let by = self.owner(&entry.device).cloned().unwrap_or_default();
        let Some(it) = self.tell.incidents.get_mut(&about.incident.clone()) else {
            return;
        };
        let what = match step {
            Step::Asked => What::Asked(channel),
            Step::Approved => What::Approved(channel),
            Step::Came(outcome) => {
                match outcome {
                    Outcome::Confirmed | Outcome::Unknown => {
                        let told = Told {
                            intent: intent.to_owned(),
                            at: entry.moment().best(),
                            sure: outcome == Outcome::Confirmed,
                            next_update_at,
                        };
                        it.told.insert(place, told);
                    }
                    Outcome::Refused | Outcome::Stale | Outcome::Failed => {
                        it.told.remove(&place);
                    }
                    Outcome::Queued => {}
                }
                What::Came(channel, outcome)
            }
        };
        it.note(entry, &by, what);
    }

    /// Takes the force from signatures under envelopes that a device gave after a position.
    pub(crate) fn void_envelopes(&mut self, device: &str, from: u64) {
        for record in self.tell.envelopes.values_mut() {
            record
                .signed
                .retain(|it| it.device != device || it.position <= from);
        }
    }

    /// An approval by somebody who left counts no more for what exposes people and was not sent.
    pub(crate) fn void_approvals(&mut self, person: &str) {
        for record in self.intents.values_mut() {
            let unsent = record.is_open() && !record.may_be_sent();
            if unsent && !record.intent.act.is_safe_direction() {
                record.approvals.retain(|it| it.person != person);
            }
        }
    }

    /// "Ana (legal)", or who could be when nobody is.
    pub fn who_signs(&self, roles: &[Role]) -> String {
        let named: Vec<String> = roles
            .iter()
            .map(|role| {
                let people: Vec<&str> = self
                    .people_with(&[*role])
                    .map(|it| it.name.as_str())
                    .collect();
                match people.is_empty() {
                    true => say!("{} (nobody has this role yet)", role.name()),
                    false => format!("{} ({})", role.name(), people.join(say!(" or "))),
                }
            })
            .collect();
        words::listed(&named)
    }
}

/// What was done about a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// It was asked for.
    Asked,
    /// Somebody approved it.
    Approved,
    /// What was observed of it.
    Came(Outcome),
}

/// The notice of an intent and what it belongs to.
pub(crate) fn about(record: &IntentRecord) -> Option<(&Notice, &About)> {
    match &record.intent.desired {
        Desired::Published { notice } => Some((notice, notice.about.as_ref()?)),
        Desired::Stopped
        | Desired::RollingOut { .. }
        | Desired::Complete
        | Desired::Released { .. }
        | Desired::RemovedFromSale
        | Desired::RolledBack { .. }
        | Desired::AskedToUpdate
        | Desired::NotAsked
        | Desired::On
        | Desired::Off => None,
    }
}
