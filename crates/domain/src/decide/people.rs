//! People, devices and policy: the same answer that the fold gives, as a refusal. Must not know
//! what is remembered of them.

use cockpit_say::say;

use super::{Context, Decision, Refusal, RefusalKind, refuse};
use crate::authority::AuthorityEvent;
use crate::event::Event;
use crate::state::State;
use crate::words;

pub(super) fn decide(
    state: &State,
    event: &AuthorityEvent,
    context: &Context,
) -> Result<Decision, Refusal> {
    match state.objection(&context.device, context.now, event) {
        Some(why) => Err(not_allowed(&why)),
        None => Ok(Decision {
            events: vec![Event::Authority(event.clone())],
        }),
    }
}

/// Whether this device may act at all; one who only reads may still export.
pub(super) fn may_act(state: &State, context: &Context, reads: bool) -> Result<(), Refusal> {
    let person = match reads {
        true => state.signer(&context.device),
        false => state.actor(&context.device),
    };
    person.map(|_| ()).map_err(|why| not_allowed(&why))
}

fn not_allowed(why: &str) -> Refusal {
    refuse(
        RefusalKind::NotAllowed,
        say!("{}. Nothing was changed.", words::capital(why)),
        say!("Ask an administrator of the workspace."),
    )
}
