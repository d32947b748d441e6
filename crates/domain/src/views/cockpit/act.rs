//! An act as a button: its name, who must agree, why it cannot be pressed. Must not know where
//! the button stands.

use cockpit_say::say;

use crate::decide::{act_kind, may_not_ask, not_offered, too_few, under_way};
use crate::policy::ActKind;
use crate::provider::Verb;
use crate::state::State;
use crate::target::{Desired, Observation, Service, TargetId, TargetState};
use crate::time::Time;
use crate::views::{ActView, LastAct, Live, asker, capital, of_record};
use crate::words;

/// What makes an app more exposed is not queued, so it is not offered while its service is away.
fn cannot_wait(live: &Live, target: &TargetId, desired: &Desired) -> Option<String> {
    let service = target.service()?;
    let away = live.services.get(&service).is_some_and(|it| it.offline);
    (away && !desired.is_safe_direction()).then(|| {
        say!(
            "{} cannot be reached, and this kind of act does not wait",
            service.name()
        )
    })
}

pub(super) fn act(
    state: &State,
    live: &Live,
    seen: &Observation,
    label: &str,
    desired: Desired,
    now: Time,
) -> ActView {
    let kind = act_kind(&desired, &seen.state);
    let why_not = may_not_ask(state, &live.actor, kind)
        .or_else(|| not_offered(&desired, &seen.state))
        .or_else(|| too_few(state, kind))
        .or_else(|| under_way(state, &seen.target, &desired, now))
        .or_else(|| cannot_wait(live, &seen.target, &desired))
        .map(|why| capital(&why));
    let service = seen.target.service().map_or("", Service::name);
    let what = match &seen.state {
        TargetState::Flag(flag) => flag.name.clone(),
        TargetState::StagedRollout(_)
        | TargetState::StoreRollout(_)
        | TargetState::PhasedRelease(_)
        | TargetState::StatusPage(_)
        | TargetState::Mailing(_)
        | TargetState::Recovery(_)
        | TargetState::Channel(_) => words::version(&seen.state).unwrap_or_default().to_owned(),
    };
    let persons = state.persons_needed(kind);
    let needs = match (persons, kind.is_explicit()) {
        (1, false) => say!("You").to_owned(),
        (1, true) => say!("You, and then your approval in the approval window").to_owned(),
        (_, _) => say!("You, and one more person who approves").to_owned(),
    };
    ActView {
        verb: verb(kind),
        name: match kind {
            ActKind::SetFraction => say!("Set the share of {what} on {service}"),
            ActKind::RemoveFromSale => say!("Take the whole app off the {service}"),
            ActKind::RollBack | ActKind::Recover => say!("{label}: {what} on {service}"),
            ActKind::Stop
            | ActKind::Resume
            | ActKind::Complete
            | ActKind::Release
            | ActKind::TurnOff
            | ActKind::TurnOn
            | ActKind::Publish => say!("{label} {what} on {service}"),
        },
        label: label.to_owned(),
        stops: desired.is_safe_direction(),
        why_not,
        sentence: words::consequence(&desired, &seen.state),
        needs,
        desired,
    }
}

fn verb(kind: ActKind) -> Verb {
    match kind {
        ActKind::Stop => Verb::Stop,
        ActKind::Resume => Verb::Resume,
        ActKind::SetFraction => Verb::SetFraction,
        ActKind::Complete => Verb::Complete,
        ActKind::Release => Verb::Release,
        ActKind::RemoveFromSale => Verb::RemoveFromSale,
        ActKind::RollBack => Verb::RollBack,
        ActKind::Recover => Verb::Recover,
        ActKind::TurnOff => Verb::TurnOff,
        ActKind::TurnOn => Verb::TurnOn,
        ActKind::Publish => Verb::Publish,
    }
}

pub(super) fn last_act(
    state: &State,
    live: &Live,
    target: &TargetId,
    now: Time,
) -> Option<LastAct> {
    let (id, record) = state.newest_intent(target)?;
    let who = asker(state, live, &record.by);
    let what = match record.intent.act {
        ActKind::Stop => say!("stop asked for by"),
        ActKind::Resume => say!("resume asked for by"),
        ActKind::SetFraction => say!("new fraction asked for by"),
        ActKind::Complete => say!("completion asked for by"),
        ActKind::Release => say!("release asked for by"),
        ActKind::RemoveFromSale => say!("taking the app off sale asked for by"),
        ActKind::RollBack => say!("rollback asked for by"),
        ActKind::Recover if record.intent.desired == Desired::NotAsked => {
            say!("end of the update prompt asked for by")
        }
        ActKind::Recover => say!("update prompt asked for by"),
        ActKind::TurnOff => say!("turning off asked for by"),
        ActKind::TurnOn => say!("turning on asked for by"),
        ActKind::Publish => say!("notice asked for by"),
    };
    Some(LastAct {
        words: format!("{} {who}", capital(what)),
        at: record.intent.asked_at.to_string(),
        outcome: of_record(id, record, live, now),
    })
}
