//! Incidents, drafts, templates and envelopes: the same answer that the fold gives, as a refusal.
//! Must not know how a notice is worded.

use cockpit_say::say;

use super::{Context, Refusal, RefusalKind, refuse};
use crate::event::Event;
use crate::notice::TellEvent;
use crate::state::State;
use crate::words;

pub(super) fn tell(
    state: &State,
    event: &TellEvent,
    context: &Context,
) -> Result<Vec<Event>, Refusal> {
    match state.tell_objection(&context.device, context.now, event) {
        Some(why) => Err(refuse(
            RefusalKind::NotAllowed,
            say!("{}. Nothing was changed.", words::capital(&why)),
            hint(event),
        )),
        None => Ok(vec![Event::Tell(event.clone())]),
    }
}

fn hint(event: &TellEvent) -> &'static str {
    match event {
        TellEvent::Resolved { .. } => {
            say!(
                "Set the phase to resolved, send its notice to everybody who was told, then close \
                 it."
            )
        }
        TellEvent::EnvelopeSigned { .. } => say!("Ask somebody with that role to sign it."),
        TellEvent::Opened { .. }
        | TellEvent::SeveritySet { .. }
        | TellEvent::PhaseSet { .. }
        | TellEvent::ExpectedSet { .. }
        | TellEvent::Drafted(_)
        | TellEvent::Escalated { .. }
        | TellEvent::Missed { .. }
        | TellEvent::TemplateSet(_)
        | TellEvent::EnvelopeProposed(_)
        | TellEvent::EnvelopeEnded { .. } => "",
    }
}
