//! The cadence is a promise: what is owed to whom and when, and what the cockpit does about it by
//! itself. Drafts before it is due, calls others before it is missed, and never lets a miss pass
//! in silence, whatever the clock did meanwhile. Must not know how anybody is called.

use super::{Audience, Incident, Locale, TellEvent, Why, filled};
use crate::state::State;
use crate::target::Phase;
use crate::time::Time;

/// A draft without news is made so long before the next notice is due, in milliseconds.
pub const DRAFT_AHEAD_MS: u64 = 5 * 60 * 1_000;

/// Others are called so long before it is due, in milliseconds.
pub const ESCALATE_AHEAD_MS: u64 = 2 * 60 * 1_000;

/// How near a promise is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// There is time.
    Ahead,
    /// A draft should be there.
    Soon,
    /// Others are called.
    Near,
    /// It was not kept.
    Missed,
}

/// A notice that was promised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owed {
    /// The incident's entry, in hex.
    pub incident: String,
    /// Who waits for it.
    pub audience: Audience,
    /// When it is due.
    pub due: Time,
    /// How near that is.
    pub stage: Stage,
    /// The newest draft of it.
    pub draft: Option<String>,
}

/// Everything that is owed at `now`, the nearest first.
pub fn owed(state: &State, now: Time) -> Vec<Owed> {
    let mut owed: Vec<Owed> = state
        .tell
        .open()
        .into_iter()
        .flat_map(|(id, incident)| {
            Audience::ALL.into_iter().filter_map(move |audience| {
                let due = incident.promise(audience)?;
                Some(Owed {
                    incident: id.clone(),
                    audience,
                    due,
                    stage: stage(due, now),
                    draft: pending(incident, audience).map(ToOwned::to_owned),
                })
            })
        })
        .collect();
    owed.sort_by_key(|it| it.due);
    owed
}

fn stage(due: Time, now: Time) -> Stage {
    if now > due {
        Stage::Missed
    } else if now + ESCALATE_AHEAD_MS >= due {
        Stage::Near
    } else if now + DRAFT_AHEAD_MS >= due {
        Stage::Soon
    } else {
        Stage::Ahead
    }
}

/// The draft of the next notice, when there is one.
fn pending(incident: &Incident, audience: Audience) -> Option<&str> {
    let update = incident.next_update(incident.phase, audience);
    let draft = incident.drafts.get(&(incident.phase, update, audience))?;
    Some(&draft.id)
}

/// What the cockpit seals by itself at `now`. Each is refused once it is in the ledger, so that
/// asking again changes nothing.
pub fn steps(state: &State, now: Time) -> Vec<TellEvent> {
    let mut steps = Vec::new();
    for (id, incident) in state.tell.open() {
        for audience in Audience::ALL {
            let Some((told_at, _)) = incident.newest_told(audience) else {
                continue;
            };
            let due = incident.promise(audience);
            let near = due.map(|due| stage(due, now));
            if pending(incident, audience).is_none()
                && let Some(why) = why_draft(incident, audience, told_at.phase, near)
                && let Some(draft) = filled(
                    state,
                    id,
                    audience,
                    why,
                    &languages(incident, audience),
                    now,
                )
            {
                steps.push(TellEvent::Drafted(Box::new(draft)));
            }
            let (Some(due), Some(near)) = (due, near) else {
                continue;
            };
            let of = |list: &[(Audience, Time)]| list.contains(&(audience, due));
            match near {
                Stage::Near if !of(&incident.escalated) => steps.push(TellEvent::Escalated {
                    incident: id.clone(),
                    audience,
                    due,
                }),
                Stage::Missed if !of(&incident.missed) => steps.push(TellEvent::Missed {
                    incident: id.clone(),
                    audience,
                    due,
                }),
                Stage::Ahead | Stage::Soon | Stage::Near | Stage::Missed => {}
            }
        }
    }
    steps
}

fn why_draft(
    incident: &Incident,
    audience: Audience,
    told: Phase,
    near: Option<Stage>,
) -> Option<Why> {
    if told != incident.phase {
        return Some(Why::Phase);
    }
    let newest_draft = incident
        .drafts
        .iter()
        .filter(|((_, _, whom), _)| *whom == audience)
        .map(|(_, draft)| draft.position)
        .max();
    if let Some((_, position)) = incident.expected
        && newest_draft.is_none_or(|draft| draft < position)
    {
        return Some(Why::Expected);
    }
    near.is_some_and(|near| near >= Stage::Soon)
        .then_some(Why::NoNews)
}

/// The languages in which an audience was told.
fn languages(incident: &Incident, audience: Audience) -> Vec<Locale> {
    let told = incident.told.keys().filter(|it| it.audience == audience);
    let mut languages: Vec<Locale> = told.map(|it| it.locale).collect();
    languages.sort();
    languages.dedup();
    languages
}

/// When [`steps`] has something to say at the latest, as far as the clock alone decides; none
/// while nothing is promised.
pub fn wake_at(state: &State, now: Time) -> Option<Time> {
    owed(state, now)
        .into_iter()
        .flat_map(|it| {
            [
                it.due - DRAFT_AHEAD_MS,
                it.due - ESCALATE_AHEAD_MS,
                it.due + 1,
            ]
        })
        .filter(|at| *at > now)
        .min()
}
