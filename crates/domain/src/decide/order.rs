//! Standing orders: signing, ending, and asking for stops under one. Must not know how a rule is
//! judged.

use cockpit_say::{said, say};

use super::press::press;
use super::{Context, Press, Refusal, RefusalKind, may_not_ask, refuse};
use crate::event::Event;
use crate::policy::ActKind;
use crate::rule::{Breach, OrderEvent, OrderRef, StandingOrder};
use crate::state::{BreachKey, State};
use crate::target::{Desired, Observation, TargetState};
use crate::words;

/// What the cockpit asks for under an order, without a person at the button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Follow {
    /// The order's entry, in hex.
    pub order: String,
    /// The breach that stands.
    pub breach: BreachKey,
    /// The app.
    pub app: String,
    /// What was seen of each target that has the breached version.
    pub targets: Vec<Observation>,
}

pub(super) fn sign(
    state: &State,
    order: &StandingOrder,
    context: &Context,
) -> Result<Vec<Event>, Refusal> {
    may(state, context, say!("No order was signed."))?;
    if let Some(why) = order.problem(context.now) {
        return Err(refuse(
            RefusalKind::BadInput,
            say!("{}. No order was signed.", words::capital(why)),
            "",
        ));
    }
    let same = |name: &String| *name == order.rule.name;
    let taken = state.rules_in_force(context.now);
    if taken.into_iter().any(|rule| same(&rule.name)) {
        return Err(refuse(
            RefusalKind::AlreadySo,
            say!("A rule of this name is judged already. No order was signed."),
            say!("Give the rule another name, or end the order that has it."),
        ));
    }
    let signed = OrderEvent::Signed(Box::new(order.clone()));
    Ok(vec![Event::Order(signed)])
}

pub(super) fn end(
    state: &State,
    order: &str,
    reason: &str,
    context: &Context,
) -> Result<Vec<Event>, Refusal> {
    may(state, context, say!("The order is as it was."))?;
    let holds = state
        .orders
        .get(order)
        .is_some_and(|it| it.ended_because(context.now).is_none());
    if !holds {
        return Err(refuse(
            RefusalKind::Gone,
            say!("No such standing order holds."),
            say!("See the log."),
        ));
    }
    if reason.trim().is_empty() {
        return Err(refuse(
            RefusalKind::BadInput,
            say!("Ending an order needs a reason. The order still holds."),
            say!("Say in a few words why; it goes into the log."),
        ));
    }
    Ok(vec![Event::Order(OrderEvent::Ended {
        order: order.to_owned(),
        reason: reason.trim().to_owned(),
    })])
}

pub(super) fn follow(
    state: &State,
    follow: &Follow,
    context: &Context,
) -> Result<Vec<Event>, Refusal> {
    let gone = |why: &str| {
        refuse(
            RefusalKind::Gone,
            say!("The standing order was not followed: {why}. Nothing was stopped by it."),
            say!("Stop by hand if the figures ask for it."),
        )
    };
    let standing = state
        .breaches
        .get(&follow.breach)
        .ok_or_else(|| gone(say!("no such breach stands")))?;
    let breach = &standing.breach;
    if let Some(why) = state.order_objects(&follow.order, breach, context.now) {
        return Err(gone(&why));
    }
    let signed = state
        .orders
        .get(&follow.order)
        .ok_or_else(|| gone(say!("there is no such standing order")))?;
    let under = OrderRef {
        order: follow.order.clone(),
        entry: standing.position,
        breach: Box::new(breach.clone()),
    };
    let (mut asked, mut refused) = (Vec::new(), None);
    let of_breach = |it: &&Observation| {
        words::version(&it.state) == Some(breach.version.as_str())
            && platform(&it.state) == Some(breach.platform.as_str())
    };
    for seen in follow.targets.iter().filter(of_breach) {
        let one = Press {
            title: say!("Stop {}", breach.version),
            app: follow.app.clone(),
            aims: vec![(seen.clone(), Desired::Stopped)],
            reason: say!("Standing order: {}", signed.order.reason.trim()),
            evidence: vec![figures(breach)],
        };
        match press(state, &one, context) {
            Ok(events) => asked.extend(events),
            Err(why) => refused = Some(why),
        }
    }
    for event in &mut asked {
        if let Event::IntentRequested(intent) = event {
            intent.order = Some(under.clone());
        }
    }
    match (asked.is_empty(), refused) {
        (false, _) => Ok(asked),
        (true, Some(why)) => Err(why),
        (true, None) => Err(gone(say!("no target has this version"))),
    }
}

pub(super) fn may(state: &State, context: &Context, rest: &str) -> Result<(), Refusal> {
    match may_not_ask(state, &context.actor, ActKind::Stop) {
        None => Ok(()),
        Some(why) => Err(refuse(
            RefusalKind::NotAllowed,
            format!("{}. {rest}", words::capital(&why)),
            say!("Ask somebody who may stop a rollout."),
        )),
    }
}

/// The platform whose people a rollout reaches.
fn platform(state: &TargetState) -> Option<&'static str> {
    match state {
        TargetState::StagedRollout(_) => Some("Android"),
        TargetState::PhasedRelease(_) => Some("iOS"),
        TargetState::StoreRollout(it) => it.store.platform(),
        TargetState::Flag(_)
        | TargetState::StatusPage(_)
        | TargetState::Mailing(_)
        | TargetState::Recovery(_)
        | TargetState::Channel(_) => None,
    }
}

fn figures(breach: &Breach) -> String {
    say!(
        "{} {}: {} {}, {}, of {} {}",
        breach.platform,
        breach.version,
        breach.name().to_lowercase(),
        words::percent_2(breach.value_bps),
        breach.against(),
        words::grouped(breach.sample),
        said(breach.measure.unit())
    )
}
