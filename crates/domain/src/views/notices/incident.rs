//! Incidents in words: how they stand, what is owed, what happened. Must not know a draft's words.

use cockpit_say::say;

use super::board::whom;
use crate::event::Outcome;
use crate::notice::{Audience, Incident, Owed, Point, Stage, TellEvent, What, owed};
use crate::state::State;
use crate::target::{Phase, TargetId};
use crate::time::Time;
use crate::views::{
    Badge, Icon, IncidentView, Live, OwedView, TimelineRow, Tone, asker, badge, capital,
};
use crate::words;

/// Closed incidents that are shown.
const CLOSED_MAX: usize = 5;

pub(super) fn incidents(state: &State, live: &Live, now: Time) -> Vec<IncidentView> {
    let mut found: Vec<(&String, &Incident)> = state.tell.incidents.iter().collect();
    found.sort_by_key(|(_, it)| (!it.is_open(), std::cmp::Reverse(it.position)));
    let open = found.iter().filter(|(_, it)| it.is_open()).count();
    found.truncate(open + CLOSED_MAX);
    let owed = owed_views(state, now);
    found
        .into_iter()
        .map(|(id, it)| IncidentView {
            incident: id.clone(),
            title: it.title.clone(),
            severity: it.severity,
            severity_name: it.severity.name().to_owned(),
            phase: it.phase,
            version: it.version.clone(),
            badge: standing(it),
            detail: detail(state, live, it),
            opened_at: it.at.to_string(),
            expected_by: it.expected.and_then(|(by, _)| by).map(|by| by.to_string()),
            open: it.is_open(),
            owed: owed
                .iter()
                .filter(|one| one.incident == *id)
                .cloned()
                .collect(),
            feedback: super::heard::feedback(state, live, id),
            timeline: it
                .points
                .iter()
                .map(|point| row(state, live, point))
                .collect(),
            close_why_not: close_why_not(state, live, id, now),
        })
        .collect()
}

fn close_why_not(state: &State, live: &Live, id: &str, now: Time) -> Option<String> {
    let close = TellEvent::Resolved {
        incident: id.to_owned(),
        reason: "closed".to_owned(),
    };
    let why = state.tell_objection(&live.device, now, &close)?;
    Some(format!("{}.", capital(&why)))
}

fn standing(it: &Incident) -> Badge {
    if !it.is_open() {
        return badge(Tone::Good, Icon::Done, say!("Closed"));
    }
    match it.phase {
        Phase::Resolved => badge(Tone::Wait, Icon::Waiting, say!("Resolved, not closed")),
        phase => badge(Tone::Wait, Icon::Progress, phase_name(phase)),
    }
}

/// "opened by you · customers first told after 2 min".
fn detail(state: &State, live: &Live, it: &Incident) -> String {
    let first = it
        .told
        .iter()
        .filter(|(place, told)| place.audience == Audience::Customers && told.sure);
    let told = match first.map(|(_, told)| told.at).min() {
        Some(at) => say!(
            "customers first told after {}",
            words::span(at.ms_since(it.at))
        ),
        None => say!("customers were not told yet").to_owned(),
    };
    let by = asker(state, live, &it.by);
    match &it.closed {
        Some((_, _, reason)) => say!("opened by {by} · {told} · closed: {reason}"),
        None => say!("opened by {by} · {told}"),
    }
}

/// What is owed to whom, the nearest first.
pub fn owed_views(state: &State, now: Time) -> Vec<OwedView> {
    owed(state, now)
        .into_iter()
        .filter_map(|it| {
            let incident = state.tell.incidents.get(&it.incident)?;
            Some(OwedView {
                title: match it.stage {
                    Stage::Missed => say!("An update is overdue to {}", whom(it.audience)),
                    Stage::Ahead | Stage::Soon | Stage::Near => {
                        say!("Next update owed to {}", whom(it.audience))
                    }
                },
                detail: owed_detail(state, incident, &it),
                due: it.due.to_string(),
                badge: match it.stage {
                    Stage::Ahead => badge(Tone::Neutral, Icon::Waiting, say!("in time")),
                    Stage::Soon => badge(Tone::Wait, Icon::Waiting, say!("due soon")),
                    Stage::Near => badge(Tone::Wait, Icon::Alert, say!("nearly due")),
                    Stage::Missed => badge(Tone::Bad, Icon::Alert, say!("overdue")),
                },
                incident: it.incident,
            })
        })
        .collect()
}

fn owed_detail(state: &State, incident: &Incident, it: &Owed) -> String {
    let every = words::span(incident.severity.cadence_ms());
    let draft = match &it.draft {
        Some(_) => say!("a draft is ready"),
        None => say!("no draft yet"),
    };
    let called = incident.escalated.contains(&(it.audience, it.due)) || it.stage == Stage::Missed;
    let called = match called {
        true => say!(" · called: {}", fallback(state)),
        false => String::new(),
    };
    say!("{} · every {every} · {draft}{called}", incident.title)
}

/// Who is called when customer success does not send in time.
fn fallback(state: &State) -> String {
    use crate::policy::{ActKind, Role};
    let mandate = state.mandate(ActKind::Publish);
    let roles = mandate.fallback.first().map_or_else(
        || vec![Role::ProductLead, Role::Administrator],
        |fallback| fallback.roles.clone(),
    );
    let names: Vec<String> = state
        .people_with(&roles)
        .map(|it| it.name.clone())
        .collect();
    match names.is_empty() {
        true => say!("nobody has that role").to_owned(),
        false => words::listed(&names),
    }
}

fn row(state: &State, live: &Live, point: &Point) -> TimelineRow {
    TimelineRow {
        entry: point.position,
        at: point.at.to_string(),
        who: asker(state, live, &point.by),
        what: what(&point.what),
    }
}

fn what(it: &What) -> Badge {
    match it {
        What::Opened => badge(Tone::Bad, Icon::Alert, say!("Incident opened")),
        What::Severity(severity) => badge(
            Tone::Neutral,
            Icon::Alert,
            say!("Severity: {}", severity.name()),
        ),
        What::Phase(phase) => badge(
            Tone::Neutral,
            Icon::Progress,
            say!("Phase: {}", phase_name(*phase).to_lowercase()),
        ),
        What::Expected(Some(by)) => badge(
            Tone::Neutral,
            Icon::Waiting,
            say!("Expected to end by {}", words::clock(*by)),
        ),
        What::Expected(None) => badge(
            Tone::Neutral,
            Icon::Unknown,
            say!("Nobody can say when it ends"),
        ),
        What::Drafted(why, phase, audience) => {
            let by_itself = if why.is_by_itself() {
                say!(" by the cockpit")
            } else {
                ""
            };
            badge(
                Tone::Neutral,
                Icon::Idle,
                say!(
                    "Notice drafted{by_itself}: {}, for {}",
                    phase_name(*phase).to_lowercase(),
                    whom(*audience)
                ),
            )
        }
        What::Asked(channel) => badge(
            Tone::Wait,
            Icon::Waiting,
            say!("Notice asked for: {}", service(channel)),
        ),
        What::Approved(channel) => badge(
            Tone::Neutral,
            Icon::Done,
            say!("Notice approved: {}", service(channel)),
        ),
        What::Came(channel, outcome) => {
            let (tone, icon) = match outcome {
                Outcome::Confirmed => (Tone::Good, Icon::Done),
                Outcome::Unknown => (Tone::Wait, Icon::Unknown),
                Outcome::Queued => (Tone::Wait, Icon::Waiting),
                Outcome::Refused | Outcome::Stale | Outcome::Failed => (Tone::Bad, Icon::Alert),
            };
            badge(
                tone,
                icon,
                say!("Notice {}: {}", outcome.word(), service(channel)),
            )
        }
        What::Escalated(audience) => badge(
            Tone::Wait,
            Icon::Alert,
            say!(
                "The update to {} is nearly due: others were called",
                whom(*audience)
            ),
        ),
        What::Missed(audience) => badge(
            Tone::Bad,
            Icon::Alert,
            say!("The update to {} was not sent in time", whom(*audience)),
        ),
        What::Closed => badge(Tone::Good, Icon::Done, say!("Incident closed")),
    }
}

fn service(channel: &TargetId) -> String {
    let service = channel.service();
    service.map_or(channel.to_string(), |it| it.name().to_owned())
}

pub(super) fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Investigating => say!("Investigating"),
        Phase::Identified => say!("Identified"),
        Phase::Monitoring => say!("Monitoring"),
        Phase::Resolved => say!("Resolved"),
    }
}
