//! What the executor may write of an effect. Must not know how it is carried out.

use cockpit_say::say;

use super::{Refusal, RefusalKind, find, refuse};
use crate::event::{EffectResult, Event};
use crate::state::{Standing, State};
use crate::time::Time;

pub(super) fn claim(
    state: &State,
    intent: &str,
    attempt: u32,
    lease_until: Time,
) -> Result<Vec<Event>, Refusal> {
    let record = find(state, intent)?;
    match record.standing() {
        Standing::Ready => Ok(vec![Event::EffectClaimed {
            intent: intent.to_owned(),
            attempt,
            lease_until,
        }]),
        Standing::Waiting | Standing::Rejected | Standing::Withdrawn | Standing::Ended(_) => {
            Err(refuse(
                RefusalKind::Gone,
                say!("The intent may not be carried out."),
                "",
            ))
        }
    }
}

pub(super) fn report(state: &State, result: &EffectResult) -> Result<Vec<Event>, Refusal> {
    let record = find(state, &result.intent)?;
    if record.takes_results() {
        Ok(vec![Event::EffectResult(result.clone())])
    } else {
        Err(refuse(
            RefusalKind::Gone,
            say!("The intent was not approved, or has ended already."),
            "",
        ))
    }
}
