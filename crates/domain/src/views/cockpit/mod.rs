//! The main screen: the whole, put together from its parts. Must not know how a part is worded.

mod act;
mod exposure;
mod flags;
mod ledger;
mod online;
mod pending;
mod release;
mod signals;

use std::collections::BTreeSet;

pub use ledger::ledger_status;
pub(super) use signals::signal_view;

use super::ready::stop_light;
use super::stop::by_number;
use super::{
    AppChoice, CockpitView, Live, StopButton, capital, in_flight_version, owed_views, stoppable,
};
use crate::decide::may_not_ask;
use crate::policy::ActKind;
use crate::state::State;
use crate::target::{Service, TargetState};
use crate::time::Time;
use crate::words;
use cockpit_say::{count, say};
use flags::flag;
use online::online;
use pending::{drifts, queued, waiting};
use release::{is_live, release};
use signals::breaches;

/// The main screen at `now`.
pub fn cockpit(state: &State, live: &Live, now: Time) -> CockpitView {
    let (app, app_name) = state
        .app()
        .unwrap_or_else(|| (String::new(), state.workspace.clone()));
    let version = in_flight_version(state, live);
    let newest = version
        .clone()
        .or_else(|| newest_version(live))
        .unwrap_or_default();
    let stores = live
        .targets
        .values()
        .filter_map(|it| it.target.id.service())
        .filter(|service| service.is_store())
        .collect::<BTreeSet<_>>()
        .len();
    CockpitView {
        now: now.to_string(),
        workspace: state.workspace.clone(),
        drill: state.drill,
        apps: vec![AppChoice {
            id: app.clone(),
            name: app_name.clone(),
        }],
        app,
        app_name,
        summary: format!(
            "{} · {}",
            count!(stores, "store", "stores"),
            count!(state.connections.len(), "service", "services")
        ),
        actor: state.people.get(&live.actor).map_or_else(
            || say!("Nobody").to_owned(),
            |person| {
                let role = person.roles.iter().find(|role| {
                    **role == crate::policy::Role::ProductLead || person.roles.len() == 1
                });
                say!(
                    "You · {}",
                    role.map_or(say!("member").to_owned(), |it| capital(it.name()))
                )
            },
        ),
        online: online(state, live),
        breaches: breaches(state, live, now),
        releases: live
            .targets
            .values()
            .filter_map(|it| release(state, live, it, now))
            .collect(),
        flags: live
            .targets
            .values()
            .filter_map(|it| flag(state, live, it, &newest, now))
            .collect(),
        flags_from: live
            .targets
            .values()
            .filter_map(|it| it.observation.as_ref())
            .filter_map(|it| match &it.state {
                TargetState::Flag(flag) => {
                    let service = it.target.service().map_or("", Service::name);
                    Some(format!("{service} · {}", flag.environment))
                }
                TargetState::StagedRollout(_)
                | TargetState::StoreRollout(_)
                | TargetState::PhasedRelease(_)
                | TargetState::StatusPage(_)
                | TargetState::Mailing(_)
                | TargetState::Recovery(_)
                | TargetState::Channel(_) => None,
            })
            .collect::<BTreeSet<String>>()
            .into_iter()
            .collect::<Vec<String>>()
            .join(", "),
        waiting: waiting(state, live, now),
        owed: owed_views(state, now),
        queued: queued(state, live, now),
        drifts: drifts(state),
        stop: StopButton {
            why_not: stop_why_not(state, live, version.as_deref()),
            version,
        },
        light: stop_light(state, live, now),
        ledger: ledger_status(live),
    }
}

fn stop_why_not(state: &State, live: &Live, version: Option<&str>) -> Option<String> {
    if let Some(why) = may_not_ask(state, &live.actor, ActKind::Stop) {
        return Some(capital(&why));
    }
    match version {
        Some(version) if !stoppable(live, version).is_empty() => None,
        Some(_) | None if live.targets.is_empty() => Some(say!("No store was read yet").to_owned()),
        Some(_) | None => Some(say!("Nothing that can be stopped rolls out").to_owned()),
    }
}

fn newest_version(live: &Live) -> Option<String> {
    live.targets
        .values()
        .filter(|it| is_live(it))
        .filter_map(|it| it.observation.as_ref())
        .filter(|it| !it.state.is_over_the_air())
        .filter_map(|it| words::version(&it.state))
        .max_by_key(|version| by_number(version))
        .map(ToOwned::to_owned)
}

fn share(bps: u32) -> f64 {
    f64::from(bps) / 10_000.0
}
