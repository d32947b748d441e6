//! How many persons an act may need. Must not know which intents are open.

use cockpit_say::say;

use super::{Context, Refusal, RefusalKind, needs_role, refuse};
use crate::event::Event;
use crate::policy::{ActKind, Role};
use crate::state::State;
use crate::words;

pub(super) fn set_policy(
    state: &State,
    act: ActKind,
    persons: u8,
    context: &Context,
) -> Result<Vec<Event>, Refusal> {
    needs_role(
        state,
        context,
        &[Role::Administrator],
        say!("change the policy"),
    )?;
    let change = Event::PolicySet { act, persons };
    if let Err(why) = state.is_not_proposed(&change, context.now) {
        return Err(refuse(
            RefusalKind::AlreadySo,
            say!("{}. The policy is as it was.", words::capital(&why)),
            "",
        ));
    }
    if let Some(why_not) = policy_problem(state, act, persons) {
        return Err(refuse(
            RefusalKind::BadInput,
            say!("{why_not} The policy is as it was."),
            "",
        ));
    }
    if state.persons_needed(act) == persons {
        return Err(refuse(
            RefusalKind::AlreadySo,
            say!("The policy says so already."),
            "",
        ));
    }
    Ok(vec![change])
}

/// Why nobody could act under the policy as it is; `None` when somebody can.
pub fn unfulfilled(state: &State, act: ActKind) -> Option<String> {
    (!state.can_fulfil(&state.mandate(act))).then(|| {
        say!("The policy asks for persons whom this workspace does not have: nobody could act.")
            .to_owned()
    })
}

/// Why an act cannot need this many persons; `None` when it can.
pub fn policy_problem(state: &State, act: ActKind, persons: u8) -> Option<String> {
    match persons {
        1 => None,
        2 => (!state.has_two_for(act)).then(|| {
            say!(
                "Two persons would have to agree, one who asks and another who approves, and this \
             workspace has no such two. With this policy nobody could act."
            )
            .to_owned()
        }),
        _ => Some(say!("An act needs one person or two.").to_owned()),
    }
}
