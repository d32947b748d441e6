//! A draft's slots from what the ledger knows: what was stopped and seen to be, figures, entries.
//! Says nothing that was not observed or decided. Must not know a template.

use std::collections::BTreeMap;

use super::texts::{measure, place, rank, texts};
use super::{Audience, Because, Draft, Incident, Locale, Slot, Slots, Why, locale};
use crate::event::Outcome;
use crate::policy::ActKind;
use crate::state::{IntentRecord, State};
use crate::target::{Phase, TargetState};
use crate::time::Time;
use crate::words;

/// A draft of the next notice of an incident for an audience, filled in each of these languages.
pub fn filled(
    state: &State,
    id: &str,
    audience: Audience,
    why: Why,
    locales: &[Locale],
    now: Time,
) -> Option<Draft> {
    let incident = state.tell.incidents.get(id)?;
    let texts: BTreeMap<Locale, Slots> = locales
        .iter()
        .map(|of| (*of, fill(state, incident, why, *of, now)))
        .collect();
    Some(Draft {
        incident: id.to_owned(),
        phase: incident.phase,
        update: incident.next_update(incident.phase, audience),
        audience,
        why,
        texts,
    })
}

/// The slots of an incident as it stands at `now`.
pub fn fill(state: &State, incident: &Incident, why: Why, of: Locale, now: Time) -> Slots {
    let texts = texts(of);
    let (severity, phase) = (rank(incident.severity), place(incident.phase));
    let version = |pattern: &str| pattern.replace("{version}", &incident.version);
    let stop = stop_of(state, incident);
    let mut slots = Slots::default();
    slots.set(
        Slot::Headline,
        match incident.version.is_empty() {
            true => incident.title.clone(),
            false => version(texts.headline[severity][phase]),
        },
    );

    let mut happened: Vec<String> = Vec::new();
    if why == Why::NoNews {
        happened.push(texts.no_news.to_owned());
    }
    happened.extend(texts.happened[severity][phase].iter().map(|it| version(it)));
    if incident.phase == Phase::Investigating {
        happened.extend(incident.figures.iter().map(|figure| {
            texts
                .figure
                .replace("{platform}", &figure.platform)
                .replace("{measure}", measure(of, figure.measure))
                .replace("{percent}", &locale::percent(of, figure.value_bps))
        }));
    }
    slots.set(Slot::Happened, happened.join("\n"));

    let mut doing: Vec<String> = Vec::new();
    for record in &stop {
        let is_observed = record
            .result
            .as_ref()
            .is_some_and(|(result, _)| result.outcome == Outcome::Confirmed);
        let said = if is_observed {
            &texts.done
        } else {
            &texts.asked
        };
        let line = match &record.intent.pre.state {
            TargetState::StagedRollout(_) => said.google_play,
            TargetState::PhasedRelease(_) => said.app_store,
            TargetState::StoreRollout(it) if it.air.is_some() => said.air,
            TargetState::StoreRollout(_) => said.store,
            TargetState::Flag(_) => said.flag,
            _ => continue,
        };
        let line = version(line);
        let line = match &record.intent.pre.state {
            TargetState::StoreRollout(it) => line.replace("{store}", it.store.name()),
            _ => line,
        };
        if !doing.contains(&line) {
            doing.push(line);
        }
    }
    doing.push(texts.doing[phase].to_owned());
    slots.set(Slot::Doing, doing.join("\n"));

    let mut expect = vec![texts.expect[severity][phase].to_owned()];
    if let Some((Some(by), _)) = incident.expected
        && incident.phase != Phase::Resolved
    {
        expect.push(texts.expected.replace("{time}", &locale::moment(of, by)));
    }
    slots.set(Slot::Expect, expect.join("\n"));
    slots.set(Slot::Unknown, texts.unknown[phase].to_owned());

    let decided = stop.iter().min_by_key(|record| record.position);
    let (at, entry, words) = match decided {
        Some(record) => (record.at, record.position, texts.stopped),
        None => (incident.at, incident.position, texts.opened),
    };
    let numbered = |pattern: &str, entry: u64| pattern.replace("{entry}", &entry.to_string());
    let words = version(words).replace("{time}", &locale::moment(of, at));
    slots.set(Slot::Decision, numbered(&words, entry));
    slots.entries.insert(Slot::Decision, entry);

    let (why_entry, rationale) = match &incident.because {
        Because::Breach { entry } => (*entry, texts.below),
        Because::Stop { .. } | Because::Said => (entry, texts.unsure),
    };
    slots.set(Slot::Rationale, numbered(rationale, why_entry));
    slots.entries.insert(Slot::Rationale, why_entry);
    slots.set(Slot::Safeguards, numbered(texts.safeguard, entry));
    slots.entries.insert(Slot::Safeguards, entry);
    slots.set(Slot::Feedback, texts.feedback.to_owned());

    if incident.phase != Phase::Resolved {
        slots.next_update_at = Some(next_update(incident.severity.cadence_ms(), now));
    }
    slots
}

/// The last full five minutes within a cadence from `now`: a moment that people can remember, and
/// never later than was promised.
fn next_update(cadence_ms: u64, now: Time) -> Time {
    const STEP_MS: i64 = 5 * 60 * 1_000;
    let due = now + cadence_ms;
    Time::from_ms(due.as_ms().div_euclid(STEP_MS) * STEP_MS)
}

/// The intents of the newest stop of the incident's version.
fn stop_of<'a>(state: &'a State, incident: &Incident) -> Vec<&'a IntentRecord> {
    let stops = |record: &&IntentRecord| match record.intent.act {
        ActKind::Stop => words::version(&record.intent.pre.state) == Some(&incident.version),
        ActKind::Resume
        | ActKind::SetFraction
        | ActKind::Complete
        | ActKind::Release
        | ActKind::RemoveFromSale
        | ActKind::RollBack
        | ActKind::Recover
        | ActKind::TurnOff
        | ActKind::TurnOn
        | ActKind::Publish => false,
    };
    let newest = state
        .intents
        .values()
        .filter(stops)
        .max_by_key(|record| record.position);
    let Some(newest) = newest else {
        return Vec::new();
    };
    let press = state.presses.get(&newest.intent.press);
    let ids = press.map_or(&[][..], Vec::as_slice);
    ids.iter().filter_map(|id| state.intents.get(id)).collect()
}
