//! Approving, rejecting and taking back: persons, roles and expiry. Must not know what the act
//! would change.

use cockpit_say::say;

use super::{Context, Refusal, RefusalKind, find, refuse};
use crate::event::{Event, Presence, Verdict};
use crate::state::{IntentRecord, State};
use crate::time::Time;
use crate::words;

pub(super) fn judge(
    state: &State,
    intent: &str,
    verdict: Verdict,
    reason: &str,
    (opened, presence): (Option<bool>, Option<Presence>),
    context: &Context,
) -> Result<Vec<Event>, Refusal> {
    let record = find(state, intent)?;
    if let Some(why) = may_not_approve(state, &context.actor, record, context.now) {
        return Err(refuse(RefusalKind::NotAllowed, why, ""));
    }
    if verdict == Verdict::Approve
        && let Err(why) = state.presence_holds(presence)
    {
        return Err(refuse(
            RefusalKind::NotAllowed,
            say!(
                "{}. Nothing was signed, and the intent still waits.",
                words::capital(&why)
            ),
            say!("Approve in the window of an installed app, on a system that has such a prompt."),
        ));
    }
    if verdict == Verdict::Reject && reason.trim().is_empty() {
        return Err(refuse(
            RefusalKind::BadInput,
            say!("Rejecting needs a reason. The intent still waits."),
            say!("Say in a few words why."),
        ));
    }
    if let Err(why) = state.clock_holds(&context.device, context.now) {
        return Err(refuse(
            RefusalKind::NotAllowed,
            say!("{}. The intent still waits.", words::capital(&why)),
            say!("Set the clock of this laptop right, then try again."),
        ));
    }
    Ok(vec![Event::IntentJudged {
        intent: intent.to_owned(),
        verdict,
        reason: reason.trim().to_owned(),
        opened,
        presence,
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
            say!("Only its asker may take it back."),
            "",
        ));
    }
    if !record.is_open() {
        return Err(refuse(
            RefusalKind::Gone,
            say!("It has ended already."),
            say!("See the log."),
        ));
    }
    if record.may_be_sent() {
        return Err(refuse(
            RefusalKind::UnderWay,
            say!("It is being carried out and may be in effect, so it cannot be taken back."),
            say!("Wait for its outcome, then ask for the opposite change."),
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
    state.may_not_judge(actor, record, now)
}
