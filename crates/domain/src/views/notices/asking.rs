//! What is asked for of each channel: a whole draft, or one channel once more. Must not know how a
//! draft looks.

use cockpit_say::say;

use super::board::headline;
use super::draft::draft;
use super::{about, channels, text};
use crate::event::Outcome;
use crate::notice::{About, Audience, Place, TemplateKey};
use crate::state::{IntentRecord, Standing, State};
use crate::target::{Desired, Notice, Observation, TargetId};
use crate::time::Time;
use crate::views::{Live, PreviewView, capital};

/// What is asked for of each channel once a draft was taken down.
///
/// # Errors
/// Why nothing can be asked for, in a sentence.
pub fn ready_to_ask(
    state: &State,
    live: &Live,
    id: &str,
    audience: Audience,
    quiet: bool,
    now: Time,
) -> Result<(String, Vec<(Observation, Desired)>), String> {
    let gone = || say!("There is no such incident.").to_owned();
    let incident = state.tell.incidents.get(id).ok_or_else(gone)?;
    let update = incident.next_update(incident.phase, audience);
    // What some channels were not told yet belongs to the notice before.
    let update = (0..=update)
        .rev()
        .find(|it| {
            incident
                .drafts
                .contains_key(&(incident.phase, *it, audience))
        })
        .unwrap_or(update);
    let record = incident
        .drafts
        .get(&(incident.phase, update, audience))
        .ok_or_else(|| say!("Nothing was drafted yet.").to_owned())?;
    let view =
        draft(state, live, id, audience, Some(record.texts.clone()), now).ok_or_else(gone)?;
    if let Some(why) = view.why_not {
        let wrong = view.findings.iter().find(|it| it.blocking);
        let detail = wrong.map(|it| format!(" {} {}", it.reason, it.fix));
        return Err(format!("{why}{}", detail.unwrap_or_default()));
    }
    let mut aims = Vec::new();
    let twice = |preview: &PreviewView, channel: &TargetId| {
        let place = Place {
            phase: incident.phase,
            update,
            audience,
            channel: channel.clone(),
            locale: preview.locale,
        };
        incident.told.contains_key(&place)
    };
    for preview in view.previews.iter().filter(|it| it.left_out.is_none()) {
        let slots = &record.texts[&preview.locale];
        let seen = channels(state, live)
            .into_iter()
            .find(|it| it.service.key() == preview.service)
            .and_then(|it| it.seen);
        let Some(seen) = seen else { continue };
        // Where it stands, or may, it is not asked for again.
        if twice(preview, &seen.target) {
            continue;
        }
        let key = TemplateKey {
            severity: incident.severity,
            phase: incident.phase,
            audience,
            channel: preview.kind,
            locale: preview.locale,
        };
        let about = About {
            incident: id.to_owned(),
            update,
            audience,
            locale: preview.locale,
            draft: record.id.clone(),
            template: state.tell.template(key).0,
            envelope: view.agreed.envelope.clone(),
            next_update_at: slots.next_update_at,
        };
        let notice = Notice {
            key: about.key(incident.phase),
            title: preview.text.title.clone(),
            body: preview.text.body.clone(),
            phase: incident.phase,
            notify_subscribers: preview.text.notify_subscribers && !quiet,
            about: Some(about),
        };
        aims.push((seen, Desired::Published { notice }));
    }
    if aims.is_empty() {
        return Err(say!("This notice was published on every channel already.").to_owned());
    }
    let title = headline(incident, record);
    Ok((title, aims))
}

/// What is asked for of the one channel where an intent came to nothing: the same words, once more.
///
/// # Errors
/// Why it cannot be asked for there, in a sentence.
pub fn ready_again(
    state: &State,
    live: &Live,
    intent: &str,
    now: Time,
) -> Result<(String, Observation, Desired), String> {
    let record = state
        .intents
        .get(intent)
        .ok_or_else(|| say!("There is no such notice.").to_owned())?;
    if !can_ask_again(state, record) {
        let why = state.may_not_publish(&record.intent);
        let why = why.unwrap_or_else(|| say!("it has not come to nothing there").to_owned());
        return Err(format!("{}.", capital(&why)));
    }
    let about = about(&record.intent.desired)
        .ok_or_else(|| say!("It belongs to no incident.").to_owned())?;
    let (incident, audience) = (&about.incident, about.audience);
    let found = state.tell.incidents.get(incident).and_then(|it| {
        let text = text(&record.intent.desired)?;
        it.drafts.get(&(text.phase, about.update, audience))
    });
    let texts = found.map(|it| it.texts.clone());
    let view = draft(state, live, incident, audience, texts, now)
        .ok_or_else(|| say!("There is no such incident.").to_owned())?;
    if let Some(why) = view.why_not {
        return Err(why);
    }
    let channel = channels(state, live)
        .into_iter()
        .find(|it| Some(it.service) == record.intent.target.service())
        .ok_or_else(|| say!("This channel is not connected.").to_owned())?;
    let unread = || say!("This channel was not read yet.").to_owned();
    let seen = channel
        .seen
        .ok_or_else(|| channel.why_not.unwrap_or_else(unread))?;
    Ok((
        record.intent.press_title.clone(),
        seen,
        record.intent.desired.clone(),
    ))
}

/// Whether a notice came to nothing at its channel and its place there is still free.
pub(super) fn can_ask_again(state: &State, record: &IntentRecord) -> bool {
    let over = match record.standing() {
        Standing::Ended(Outcome::Refused | Outcome::Stale | Outcome::Failed) => true,
        Standing::Ended(Outcome::Confirmed | Outcome::Unknown | Outcome::Queued)
        | Standing::Waiting
        | Standing::Ready
        | Standing::Rejected
        | Standing::Withdrawn => false,
    };
    over && about(&record.intent.desired).is_some()
        && state.may_not_publish(&record.intent).is_none()
}
