//! One press becomes one intent for each target, or nothing at all. Must not know whether a
//! target can be reached.

use cockpit_say::say;

use super::{Context, Press, Refusal, RefusalKind, act_kind, not_offered, refuse};
use crate::event::{Event, Intent};
use crate::policy::ActKind;
use crate::state::{Standing, State, holds};
use crate::target::{Desired, Observation, StagedStatus, StoreStatus, TargetId, TargetState};
use crate::time::Time;
use crate::words;

/// Longest reason, in characters.
pub const REASON_CHARS_MAX: usize = 2_000;

pub(super) fn press(
    state: &State,
    press: &Press,
    context: &Context,
) -> Result<Vec<Event>, Refusal> {
    let reason = press.reason.trim();
    if reason.is_empty() {
        return Err(refuse(
            RefusalKind::BadInput,
            say!("A reason is needed. Nothing was changed."),
            say!("Say in a few words why; it goes into the log."),
        ));
    }
    if reason.chars().count() > REASON_CHARS_MAX {
        return Err(refuse(
            RefusalKind::BadInput,
            say!("The reason is longer than {REASON_CHARS_MAX} characters. Nothing was changed."),
            say!("Shorten it."),
        ));
    }
    if press.aims.is_empty() {
        return Err(refuse(
            RefusalKind::NotOffered,
            say!("Nothing that can be changed was chosen. Nothing was changed."),
            say!("Look at the live releases for what can be stopped and why."),
        ));
    }
    press
        .aims
        .iter()
        .map(|(pre, desired)| aim(state, press, pre, desired, context))
        .collect()
}

fn aim(
    state: &State,
    press: &Press,
    pre: &Observation,
    desired: &Desired,
    context: &Context,
) -> Result<Event, Refusal> {
    let desired = &with_its_fraction(desired, &pre.state);
    let act = act_kind(desired, &pre.state);
    let title = words::target(&pre.target, &pre.state);
    if let Some(why) = may_not_ask(state, &context.actor, act) {
        return Err(refuse(
            RefusalKind::NotAllowed,
            say!("{}: {why}. Nothing was changed.", act.title()),
            say!("Ask somebody with that role."),
        ));
    }
    if let Some(why) = not_offered(desired, &pre.state) {
        return Err(refuse(
            RefusalKind::NotOffered,
            say!("{title}: {why}. Nothing was changed."),
            "",
        ));
    }
    if let Some(why) = too_few(state, act) {
        return Err(refuse(
            RefusalKind::NotAllowed,
            say!("{title}: {why}. Nothing was changed."),
            say!("Add a second person who may agree to it, in the settings."),
        ));
    }
    if let Some(why) = under_way(state, &pre.target, desired, context.now) {
        return Err(refuse(
            RefusalKind::UnderWay,
            say!("{title}: {why}. Nothing was changed."),
            say!("Wait until it has ended; the log shows how it stands."),
        ));
    }
    let mandate = state.mandate(act);
    let intent = Intent {
        press: context.nonce.clone(),
        press_title: press.title.clone(),
        act,
        app: press.app.clone(),
        target: pre.target.clone(),
        title,
        desired: desired.clone(),
        pre: pre.clone(),
        asked_at: context.now,
        expires_at: context.now + mandate.expires_ms,
        persons: mandate.persons(),
        explicit: act.is_explicit(),
        reason: press.reason.trim().to_owned(),
        evidence: press.evidence.clone(),
        order: None,
    };
    if let Some(why) = state.may_not_publish(&intent) {
        return Err(refuse(
            RefusalKind::NotOffered,
            say!("{}: {why}. Nothing was asked for.", intent.title),
            say!("Look at the notice's board for how it stands."),
        ));
    }
    Ok(Event::IntentRequested(Box::new(intent)))
}

/// A halted rollout that is to go on without a word about its fraction goes on at the one that
/// the asker saw: nobody agrees to a share that they were not shown.
fn with_its_fraction(desired: &Desired, from: &TargetState) -> Desired {
    match (desired, from) {
        (Desired::RollingOut { fraction_bps: None }, TargetState::StagedRollout(it))
            if it.status == StagedStatus::Halted =>
        {
            Desired::RollingOut {
                fraction_bps: it.fraction_bps,
            }
        }
        (Desired::RollingOut { fraction_bps: None }, TargetState::StoreRollout(it))
            if it.status == StoreStatus::Halted && it.store.takes_shares() =>
        {
            Desired::RollingOut {
                fraction_bps: it.fraction_bps,
            }
        }
        (desired, _) => desired.clone(),
    }
}

/// What is under way on a target and must end first. An act that lowers exposure is held up by
/// nothing but its own twin. What has expired sends nothing any more, so it holds up nothing,
/// even while it is unknown and asked again.
pub fn under_way(state: &State, target: &TargetId, desired: &Desired, now: Time) -> Option<String> {
    state
        .intents
        .values()
        .filter(|record| record.intent.target == *target)
        .filter(|record| record.standing() == Standing::Ready && now <= record.intent.expires_at)
        .find(|record| !desired.is_safe_direction() || record.intent.desired == *desired)
        .map(|record| say!("{} is under way", record.intent.press_title))
}

/// Why nobody could agree to an act that always takes several persons; `None` when somebody can.
pub fn too_few(state: &State, act: ActKind) -> Option<String> {
    let least = act.persons_min();
    (least > 1 && !state.can_fulfil(&state.mandate(act)))
        .then(|| say!("it always takes {least} persons, and this workspace does not have them"))
}

/// Why this person may not ask for such an act; `None` when they may.
pub fn may_not_ask(state: &State, actor: &str, act: ActKind) -> Option<String> {
    let mandate = state.mandate(act);
    match state.people.get(actor) {
        Some(person) if holds(person, &mandate.ask) => None,
        Some(person) => Some(say!(
            "{} is not {}",
            person.name,
            mandate
                .ask
                .iter()
                .map(|role| role.name())
                .collect::<Vec<_>>()
                .join(say!(" or "))
        )),
        None => Some(say!("this laptop belongs to nobody in this workspace").to_owned()),
    }
}
