//! What the approval window shows, from the sealed intents of a press and what is there now.

use cockpit_say::say;

use super::notices::text;
use super::{
    ChangeView, EnvelopeView, Icon, IntentView, Live, PartView, STALE_MS, Tone, age, asker, badge,
    capital, short,
};
use crate::decide::may_not_approve;
use crate::event::Intent;
use crate::state::{IntentRecord, Standing, State};
use crate::target::TargetState;
use crate::time::Time;
use crate::words::{self, Moved};

/// One intent, to be approved or rejected together with what else waits of its press.
pub fn intent(state: &State, live: &Live, id: &str, now: Time) -> Option<IntentView> {
    let record = state.intents.get(id)?;
    let it = &record.intent;
    let missing = record.missing_persons();
    let parts: Vec<PartView> = together(state, id, record, now)
        .into_iter()
        .filter_map(|id| Some(part(live, id, &state.intents.get(id)?.intent)))
        .collect();
    let ids: Vec<String> = parts.iter().map(|part| short(&part.intent)).collect();
    let named = ids.join(", ");
    let named = match ids.len() {
        1 => say!("intent {named}"),
        _ => say!("intents {named}"),
    };
    Some(IntentView {
        intent: id.to_owned(),
        title: say!("Approve: {}?", lower_first(&it.press_title)),
        asked_by: asker(state, live, &record.by),
        asked_at: it.asked_at.to_string(),
        expires_at: it.expires_at.to_string(),
        needs: if it.persons > 1 {
            say!("Two persons must agree; the asker is the first.").to_owned()
        } else {
            say!("One person must agree here, in this window.").to_owned()
        },
        parts,
        reason: it.reason.clone(),
        evidence: it.evidence.clone(),
        proof: say!(
            "{named} · signs with this laptop's key · ledger head {}",
            short(&live.ledger.head)
        ),
        approve_label: if missing > 1 {
            say!("Approve and sign").to_owned()
        } else {
            say!("Approve, sign and carry out").to_owned()
        },
        why_not: may_not_approve(state, &live.actor, record, now),
    })
}

/// The intent, and the others of its press that wait as it does.
fn together<'a>(
    state: &'a State,
    id: &'a str,
    record: &'a IntentRecord,
    now: Time,
) -> Vec<&'a str> {
    let waits = |record: &IntentRecord| {
        record.standing() == Standing::Waiting && now <= record.intent.expires_at
    };
    let mut ids = vec![id];
    if waits(record)
        && let Some(press) = state.presses.get(&record.intent.press)
    {
        ids.extend(
            press
                .iter()
                .filter(|other| *other != id && state.intents.get(*other).is_some_and(waits))
                .map(String::as_str),
        );
    }
    ids
}

fn part(live: &Live, id: &str, it: &Intent) -> PartView {
    let target = live.targets.get(&it.target);
    let there = target.and_then(|target| target.observation.as_ref());
    let problem = target.and_then(|target| target.problem.as_deref());
    let (now, moved) = match there {
        None => (
            badge(Tone::Wait, Icon::Unknown, say!("not read")),
            say!("It was not read yet.").to_owned(),
        ),
        Some(there) => match words::moved(&it.pre.state, &there.state) {
            Moved::No => (
                badge(Tone::Good, Icon::Done, say!("as asked")),
                String::new(),
            ),
            Moved::MoreExposed(_) | Moved::Otherwise(_) => (
                badge(Tone::Wait, Icon::Alert, say!("moved")),
                capital(&words::moved_for_approval(&it.desired, &it.pre, there)),
            ),
        },
    };
    PartView {
        intent: id.to_owned(),
        change: ChangeView {
            title: it.title.clone(),
            from: words::state(&it.pre.state),
            to: words::desired(&it.desired, &it.pre.state),
            now,
            moved,
            age: age(there.map(|it| it.at), STALE_MS, problem),
            sentence: words::consequence(&it.desired, &it.pre.state),
        },
        notice: text(&it.desired),
        mail: match &it.pre.state {
            TargetState::Mailing(it) => Some(EnvelopeView {
                from: it.from.clone(),
                to: it.to.clone(),
            }),
            TargetState::StagedRollout(_)
            | TargetState::StoreRollout(_)
            | TargetState::PhasedRelease(_)
            | TargetState::Flag(_)
            | TargetState::StatusPage(_)
            | TargetState::Recovery(_)
            | TargetState::Channel(_) => None,
        },
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| {
        first.to_lowercase().chain(chars).collect()
    })
}
