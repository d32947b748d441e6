//! Health rules: setting and ending one. Must not know how a rule is judged.

use cockpit_say::say;

use super::order::may;
use super::{Context, REASON_CHARS_MAX, Refusal, RefusalKind, refuse};
use crate::event::Event;
use crate::rule::{HealthRule, RuleEvent};
use crate::state::State;
use crate::words;

/// Most rules that a workspace judges.
const RULES_MAX: usize = 50;

pub(super) fn set(
    state: &State,
    rule: &HealthRule,
    reason: &str,
    context: &Context,
) -> Result<Vec<Event>, Refusal> {
    may(state, context, say!("The rules are as they were."))?;
    let bad = |why: &str, hint: &str| {
        refuse(
            RefusalKind::BadInput,
            say!("{}. The rules are as they were.", words::capital(why)),
            hint,
        )
    };
    if let Some(why) = rule.problem() {
        return Err(bad(why, ""));
    }
    needs_reason(reason)
        .map_err(|why| bad(why, say!("Say in a few words why; it goes into the log.")))?;
    let of_order = state
        .orders
        .values()
        .any(|it| it.order.rule.name == rule.name && it.ended_because(context.now).is_none());
    if of_order {
        return Err(bad(
            say!("a standing order has a rule of this name"),
            say!("Give the rule another name, or end the order."),
        ));
    }
    let known = state.rules.iter().find(|it| it.name == rule.name);
    if known == Some(rule) {
        return Err(refuse(
            RefusalKind::AlreadySo,
            say!("This rule is judged already, word for word."),
            "",
        ));
    }
    if known.is_none() && state.rules.len() >= RULES_MAX {
        return Err(bad(
            &say!("a workspace has at most {RULES_MAX} rules"),
            say!("End one that is not needed."),
        ));
    }
    Ok(vec![Event::Rule(RuleEvent::Set {
        rule: Box::new(rule.clone()),
        reason: reason.trim().to_owned(),
    })])
}

pub(super) fn end(
    state: &State,
    rule: &str,
    reason: &str,
    context: &Context,
) -> Result<Vec<Event>, Refusal> {
    may(state, context, say!("The rule is judged as before."))?;
    if !state.rules.iter().any(|it| it.name == rule) {
        return Err(refuse(
            RefusalKind::Gone,
            say!("There is no rule of this name."),
            say!("See the rules of the workspace; a rule of a standing order ends with its order."),
        ));
    }
    needs_reason(reason).map_err(|why| {
        refuse(
            RefusalKind::BadInput,
            say!("{}. The rule is judged as before.", words::capital(why)),
            say!("Say in a few words why; it goes into the log."),
        )
    })?;
    Ok(vec![Event::Rule(RuleEvent::Ended {
        rule: rule.to_owned(),
        reason: reason.trim().to_owned(),
    })])
}

fn needs_reason(reason: &str) -> Result<(), &'static str> {
    match reason.trim().chars().count() {
        0 => Err(say!("a reason is needed")),
        1..=REASON_CHARS_MAX => Ok(()),
        _ => Err(say!("the reason is too long")),
    }
}
