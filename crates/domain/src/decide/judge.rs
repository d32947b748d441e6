//! Approving, rejecting and taking back: persons, roles and expiry. Must not know what the act
//! would change.

use super::{Context, Refusal, RefusalKind, find, refuse};
use crate::event::{Event, Verdict};
use crate::state::{IntentRecord, Standing, State, holds};
use crate::time::Time;
use crate::words;

pub(super) fn judge(
    state: &State,
    intent: &str,
    verdict: Verdict,
    reason: &str,
    context: &Context,
) -> Result<Vec<Event>, Refusal> {
    let record = find(state, intent)?;
    if let Some(why) = may_not_approve(state, &context.actor, record, context.now) {
        return Err(refuse(RefusalKind::NotAllowed, why, ""));
    }
    if verdict == Verdict::Reject && reason.trim().is_empty() {
        return Err(refuse(
            RefusalKind::BadInput,
            "Rejecting needs a reason. The intent still waits.",
            "Say in a few words why.",
        ));
    }
    Ok(vec![Event::IntentJudged {
        intent: intent.to_owned(),
        verdict,
        reason: reason.trim().to_owned(),
    }])
}

pub(super) fn withdraw(
    state: &State,
    intent: &str,
    context: &Context,
) -> Result<Vec<Event>, Refusal> {
    let record = find(state, intent)?;
    if record.by != context.actor {
        return Err(refuse(
            RefusalKind::NotAllowed,
            "Only its asker may take it back.",
            "",
        ));
    }
    if !record.is_open() {
        return Err(refuse(
            RefusalKind::Gone,
            "It has ended already.",
            "See the log.",
        ));
    }
    if record.may_be_sent() {
        return Err(refuse(
            RefusalKind::UnderWay,
            "It is being carried out and may be in effect, so it cannot be taken back.",
            "Wait for its outcome, then ask for the opposite change.",
        ));
    }
    Ok(vec![Event::IntentWithdrawn {
        intent: intent.to_owned(),
    }])
}

/// Why this person may not approve this intent; `None` when they may.
pub fn may_not_approve(
    state: &State,
    actor: &str,
    record: &IntentRecord,
    now: Time,
) -> Option<String> {
    match record.standing() {
        Standing::Waiting => {}
        Standing::Ready => return Some("It is approved already.".to_owned()),
        Standing::Rejected => return Some("It was rejected.".to_owned()),
        Standing::Withdrawn => return Some("Its asker took it back.".to_owned()),
        Standing::Ended(outcome) => return Some(format!("It has ended: {}.", outcome.word())),
    }
    if now > record.intent.expires_at {
        return Some(format!(
            "It expired at {}. Ask again.",
            words::clock(record.intent.expires_at)
        ));
    }
    let roles = record.intent.act.may_approve();
    let able: Vec<&str> = state
        .people_with(roles)
        .filter(|person| record.intent.persons < 2 || person.id != record.by)
        .map(|person| person.name.as_str())
        .collect();
    let who = if able.is_empty() {
        "nobody yet".to_owned()
    } else {
        able.join(" or ")
    };
    match state.people.get(actor) {
        Some(person) if !holds(person, roles) => Some(format!(
            "{} may not approve this; {who} may, until {}.",
            person.name,
            words::clock(record.intent.expires_at)
        )),
        Some(person) if record.intent.persons > 1 && person.id == record.by => Some(format!(
            "Two persons must agree and you asked; {who} may approve until {}.",
            words::clock(record.intent.expires_at)
        )),
        Some(_) => None,
        None => Some("This laptop belongs to nobody in this workspace.".to_owned()),
    }
}
