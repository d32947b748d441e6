//! What waits for a person, what waits for the network, and stops that were undone. Must not
//! know what a target offers.

use cockpit_say::say;

use crate::authority::AuthorityEvent;
use crate::decide::may_not_approve;
use crate::state::{Standing, State};
use crate::time::Time;
use crate::views::{DriftView, Live, QueuedView, WaitingView, approvals, asker, of_record};
use crate::words;

pub(super) fn waiting(state: &State, live: &Live, now: Time) -> Vec<WaitingView> {
    let mut found: Vec<(u64, WaitingView)> = state
        .intents
        .iter()
        .filter(|(_, record)| {
            record.standing() == Standing::Waiting && now <= record.intent.expires_at
        })
        .map(|(id, record)| {
            let view = WaitingView {
                intent: id.clone(),
                title: format!("{} · {}", record.intent.press_title, record.intent.title),
                detail: say!(
                    "asked by {} · needs {}",
                    asker(state, live, &record.by),
                    approvals(record.missing_persons())
                ),
                expires_at: record.intent.expires_at.to_string(),
                why_not: may_not_approve(state, &live.actor, record, now),
                may_break_glass: may_break_glass(state, live, id, now),
            };
            (record.position, view)
        })
        .collect();
    found.sort_by_key(|(position, _)| std::cmp::Reverse(*position));
    found.into_iter().map(|(_, view)| view).collect()
}

fn may_break_glass(state: &State, live: &Live, intent: &str, now: Time) -> bool {
    let event = AuthorityEvent::GlassBroken {
        intent: intent.to_owned(),
        reason: say!("a reason").to_owned(),
    };
    state.objection(&live.device, now, &event).is_none()
}

pub(super) fn queued(state: &State, live: &Live, now: Time) -> Vec<QueuedView> {
    state
        .intents
        .iter()
        .filter(|(_, record)| {
            record.standing() == Standing::Ready
                && record
                    .result
                    .as_ref()
                    .is_some_and(|(result, _)| !result.outcome.is_final())
        })
        .map(|(id, record)| QueuedView {
            intent: id.clone(),
            target: record.intent.target.0.clone(),
            title: format!("{} · {}", record.intent.press_title, record.intent.title),
            outcome: of_record(id, record, live, now),
            expires_at: record.intent.expires_at.to_string(),
            may_break_glass: live.ledger.log_problem.is_some()
                && may_break_glass(state, live, id, now),
        })
        .collect()
}

pub(super) fn drifts(state: &State) -> Vec<DriftView> {
    state
        .drifts
        .values()
        .map(|drift| DriftView {
            target: drift.target.0.clone(),
            headline: say!(
                "{}: something undid the stop",
                words::target(&drift.target, &drift.after)
            ),
            detail: say!(
                "It was confirmed as {}; at {} it was read as {}.",
                words::state(&drift.before),
                words::clock(drift.seen_at),
                words::state(&drift.after)
            ),
            seen_at: drift.seen_at.to_string(),
        })
        .collect()
}
