//! Dry runs of stops, on a budget: whether the services would take one now. Changes nothing there,
//! and nothing is decided from what they show.

use std::sync::Arc;
use std::time::Duration;

use cockpit_domain::decide::not_offered;
use cockpit_domain::provider::Verb;
use cockpit_domain::rehearsal::{Readiness, Rehearsed, stop_of};
use cockpit_domain::views::Live;
use cockpit_domain::{Observation, Service, TargetId, Time};
use cockpit_ledger::CacheRow;
use cockpit_say::say;
use futures_util::future::join_all;
use tokio::time::timeout;

use crate::api::{Done, Problem, Tag};
use crate::inner::Inner;

/// Between two dry runs of a stop that would be taken, in milliseconds. One costs two of the edits that
/// Google Play gives out for a day.
const REST_MS: u64 = 6 * 60 * 60 * 1_000;
/// Until one that did not prove it is made again, in milliseconds.
const UNPROVEN_MS: u64 = 60 * 60 * 1_000;
/// Between two of one target, whoever asks, in milliseconds.
const AGAIN_MS: u64 = 60_000;
/// Between two looks at what is due, in milliseconds.
const LOOK_MS: u64 = 10_000;
/// So many targets of a service are tried in one go.
const TARGETS_MAX: usize = 25;
const KEY: &str = "rehearsal/";

/// Loads what was shown before the last end, with its age.
pub(crate) fn load(live: &mut Live, rows: &[CacheRow]) {
    for row in rows {
        if let Some(target) = row.key.strip_prefix(KEY)
            && let Ok(known) = serde_json::from_value(row.value.clone())
        {
            live.rehearsals.insert(TargetId(target.to_owned()), known);
        }
    }
}

/// Makes dry runs at a service whenever they are due, beside the readings.
pub(crate) async fn keep_rehearsing(inner: &Arc<Inner>, service: Service) {
    loop {
        at(inner, service, false).await;
        let _ = timeout(Duration::from_millis(LOOK_MS), inner.pace.notified()).await;
    }
}

/// Makes dry runs now, at one service or at all. Those of the last minute are not made again.
pub(crate) async fn on_request(inner: &Arc<Inner>, service: Option<&str>) -> Result<Done, Problem> {
    let connected: Vec<Service> = inner.state().connections.keys().copied().collect();
    let wanted = |it: &Service| service.is_none_or(|key| it.key() == key);
    let services: Vec<Service> = connected.into_iter().filter(wanted).collect();
    if services.is_empty() {
        return Err(Problem::new(
            "not_found",
            say!("No such service is connected, so no dry run was made."),
        )
        .hint(say!("Connect it in the settings.")));
    }
    let made = join_all(services.into_iter().map(|it| at(inner, it, true))).await;
    let sentence = match made.into_iter().sum::<usize>() {
        0 => say!("No dry run was due: there is nothing to stop, or the last one is less than a minute old.")
            .to_owned(),
        1 => say!("A dry run of a stop was made on 1 target. Nothing was changed.").to_owned(),
        made => say!("Dry runs of a stop were made on {made} targets. Nothing was changed."),
    };
    Ok(Done { sentence })
}

/// Makes the dry runs that are due at a service; gives how many.
async fn at(inner: &Arc<Inner>, service: Service, wanted: bool) -> usize {
    let Some(adapter) = inner.adapter(service) else {
        return 0;
    };
    let stops = |verb: &Verb| matches!(verb, Verb::Stop | Verb::TurnOff);
    if !adapter.capability().verbs.iter().any(stops) {
        return 0;
    }
    let mut made = 0;
    for seen in due(inner, service, wanted) {
        if is_busy(inner, service) {
            // A stop is under way there. It shows more than a dry run could.
            break;
        }
        let rehearsal = adapter.rehearse(&seen).await;
        let known = Rehearsed {
            rehearsal,
            at: inner.now(),
            of: seen.state,
        };
        let row = CacheRow {
            key: format!("{KEY}{}", seen.target),
            value: serde_json::to_value(&known).unwrap_or_default(),
            observed_at_ms: known.at.as_ms(),
        };
        inner.with_live(|live| live.rehearsals.insert(seen.target, known));
        inner.keep(vec![row]).await;
        inner.changed(&[Tag::Observed]);
        made += 1;
    }
    made
}

fn due(inner: &Inner, service: Service, wanted: bool) -> Vec<Observation> {
    let now = inner.now();
    inner.with_live(|live| {
        let of_it = live.targets.values();
        let of_it = of_it.filter(|it| it.target.id.service() == Some(service));
        let seen = of_it.filter_map(|it| it.observation.as_ref());
        let stoppable = seen.filter(|seen| {
            let stop = stop_of(&seen.state);
            stop.is_some_and(|stop| not_offered(&stop, &seen.state).is_none())
        });
        let due =
            stoppable.filter(|seen| is_due(live.rehearsals.get(&seen.target), seen, now, wanted));
        due.take(TARGETS_MAX).cloned().collect()
    })
}

fn is_due(known: Option<&Rehearsed>, seen: &Observation, now: Time, wanted: bool) -> bool {
    let Some(known) = known else { return true };
    let since = now.ms_since(known.at);
    let pause_ms = if wanted || !known.is_of(&seen.state) {
        AGAIN_MS
    } else {
        match known.rehearsal.readiness {
            Readiness::CanStop => REST_MS,
            Readiness::NotProven | Readiness::Cannot => UNPROVEN_MS,
        }
    };
    since >= pause_ms
}

fn is_busy(inner: &Inner, service: Service) -> bool {
    inner.with_running(|running| {
        let mut targets = running.values().map(|it| &it.target);
        targets.any(|target| target.service() == Some(service))
    })
}

/// What a credential showed says nothing of another one.
pub(crate) async fn forget(inner: &Inner, service: Service) {
    let gone = inner.with_live(|live| {
        let of_it = live.rehearsals.keys();
        let of_it = of_it.filter(|id| id.service() == Some(service));
        let keys: Vec<String> = of_it.map(|id| format!("{KEY}{id}")).collect();
        live.rehearsals
            .retain(|id, _| id.service() != Some(service));
        keys
    });
    inner.forget(gone).await;
}

#[cfg(test)]
mod tests {
    use cockpit_domain::TargetState;
    use cockpit_domain::rehearsal::Rehearsal;
    use cockpit_domain::target::StatusPage;

    use super::*;

    /// How it stands plays no part here.
    fn seen() -> Observation {
        Observation {
            target: TargetId::new(Service::Unleash, "a"),
            at: Time::from_ms(0),
            state: TargetState::StatusPage(StatusPage {
                published: Vec::new(),
            }),
        }
    }

    #[test]
    fn a_dry_run_is_due_the_sooner_the_less_it_proved() {
        let seen = seen();
        let due = |rehearsal: Rehearsal, after_ms: u64, wanted: bool| {
            let known = Rehearsed {
                rehearsal,
                at: Time::from_ms(0),
                of: seen.state.clone(),
            };
            is_due(Some(&known), &seen, Time::from_ms(0) + after_ms, wanted)
        };
        assert!(is_due(None, &seen, Time::from_ms(0), false));
        for (made, pause_ms) in [
            (Rehearsal::can_stop(""), REST_MS),
            (Rehearsal::not_proven(""), UNPROVEN_MS),
            (Rehearsal::cannot(""), UNPROVEN_MS),
        ] {
            assert!(!due(made.clone(), pause_ms - 1, false));
            assert!(due(made.clone(), pause_ms, false));
            assert!(!due(made.clone(), AGAIN_MS - 1, true));
            assert!(due(made, AGAIN_MS, true));
        }
    }
}
