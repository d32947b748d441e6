//! Reads services for the screen and the alarms: targets, signals, breaches, drifts. Never writes
//! to the outside.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use cockpit_domain::provider::{Capability, ErrorKind, ProviderError, Reading, Verb};
use cockpit_domain::state::Standing;
use cockpit_domain::views::{self, Budget, Live, ServiceLive, TargetLive};
use cockpit_domain::{Observation, Service, Target, Time, words};
use cockpit_ledger::CacheRow;
use cockpit_providers::{Adapter, Counted, guide};
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::api::Tag;
use crate::health;
use crate::inner::Inner;
use crate::ratings;
use crate::rehearse;
use crate::watch;

/// Between two readings of a service while something is wrong there, in milliseconds. What was
/// stopped is watched beside this.
const URGENT_MS: u64 = 10_000;
/// Between two readings of health figures, in milliseconds: a breach must be on screen within 10 s.
const FIGURES_MS: u64 = 8_000;
/// Between two readings at rest, in milliseconds.
const REST_MS: u64 = 60_000;
/// Between two readings of what people did with a notice, in milliseconds.
const HEARD_MS: u64 = 30_000;

/// A target as it is kept between two starts.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    target: Target,
    observation: Option<Observation>,
}

/// Loads what was read before the last end, with its age.
pub(crate) fn load(inner: &Inner, rows: Vec<CacheRow>) {
    inner.with_live(|live| {
        health::load(live, &rows);
        ratings::load(live, &rows);
        rehearse::load(live, &rows);
        for row in rows {
            if let Some(key) = row.key.strip_prefix("service/") {
                if let Some(service) = Service::from_key(key) {
                    was_read(live, service, Time::from_ms(row.observed_at_ms));
                }
            } else if row.key == "signals" {
                live.signals = serde_json::from_value(row.value).unwrap_or_default();
            } else if row.key.starts_with("target/")
                && let Ok(Kept {
                    target,
                    observation,
                }) = serde_json::from_value(row.value)
            {
                let id = target.id.clone();
                if let Some(service) = id.service() {
                    was_read(live, service, Time::from_ms(row.observed_at_ms));
                }
                live.targets.insert(
                    id,
                    TargetLive {
                        target,
                        observation,
                        problem: None,
                    },
                );
            }
        }
    });
}

fn was_read(live: &mut Live, service: Service, at: Time) {
    let it = live.services.entry(service).or_default();
    it.read_at = it.read_at.max(Some(at));
}

/// Shows an observation and keeps it.
pub(crate) async fn show(inner: &Inner, observation: &Observation) {
    let row = inner.with_live(|live| {
        let it = live.targets.get_mut(&observation.target)?;
        it.observation = Some(observation.clone());
        it.problem = None;
        if let Some(service) = observation.target.service() {
            live.services.insert(
                service,
                ServiceLive {
                    read_at: Some(observation.at),
                    ..ServiceLive::default()
                },
            );
        }
        kept_row(&live.targets[&observation.target])
    });
    inner.changed(&[Tag::Observed]);
    if let Some(row) = row {
        inner.keep(vec![row]).await;
    }
}

/// Reads every connected service once, all at the same time.
pub(crate) async fn everything(inner: &Arc<Inner>) {
    let services: Vec<Service> = inner.state().connections.keys().copied().collect();
    join_all(services.into_iter().map(|service| one(inner, service))).await;
}

/// Reads one service: its targets, their states and its signals.
pub(crate) async fn one(inner: &Arc<Inner>, service: Service) {
    let Some(adapter) = inner.adapter(service) else {
        return;
    };
    let known: Vec<Target> = inner.with_live(|live| {
        live.targets
            .values()
            .filter(|it| it.target.id.service() == Some(service))
            .map(|it| it.target.clone())
            .collect()
    });
    let gives_targets = !adapter.capability().verbs.is_empty();
    let (targets, signals) = tokio::join!(
        async {
            if !gives_targets {
                return Ok(Vec::new());
            }
            match adapter.targets().await {
                Ok(found) => Ok(found),
                Err(error) => Err(error),
            }
        },
        async {
            if adapter.capability().signals {
                Some(adapter.signals().await)
            } else {
                None
            }
        },
    );
    let mut problem: Option<ProviderError> = None;
    let mut targets = targets.unwrap_or_else(|error| {
        problem = Some(error);
        known
    });
    if problem.is_none() {
        targets.extend(left_behind(inner, service));
        let readings = join_all(targets.iter().map(|target| read(inner, &adapter, target))).await;
        problem = readings.into_iter().flatten().next();
    } else {
        inner.with_live(|live| {
            for it in live
                .targets
                .values_mut()
                .filter(|it| it.target.id.service() == Some(service))
            {
                it.problem = problem.as_ref().map(|error| error.sentence.clone());
            }
        });
    }
    match signals {
        Some(Ok(signals)) => health::take_signals(inner, service, signals).await,
        Some(Err(error)) => problem = problem.or(Some(error)),
        None => {}
    }
    service_answered(inner, service, problem).await;
    listen(inner, &adapter, service).await;
    ratings::read(inner, &adapter, service).await;
    reckon(inner, service);
    inner.changed(&[Tag::Observed]);
}

/// Versions that a stop at a service left with people. No service lists them: which there are
/// follows from what was read and decided.
fn left_behind(inner: &Inner, service: Service) -> Vec<Target> {
    let (state, now) = (inner.state(), inner.now());
    let mut found = inner.with_live(|live| views::left_behind(&state, live, now));
    found.retain(|it| it.id.service() == Some(service));
    found
}

/// Notes how much of the tightest limit of a service was used.
fn reckon(inner: &Inner, service: Service) {
    let requests = guide(service).into_iter().flat_map(|it| it.quotas);
    let tightest = requests
        .filter(|it| it.of == Counted::Requests)
        .map(|it| Budget {
            used: inner.http.spent(service, it.of, it.per_s),
            most: it.most,
            per_s: it.per_s,
            published: it.published,
        })
        .max_by_key(|it| it.used * 1_000 / u64::from(it.most.max(1)));
    if let Some(tightest) = tightest {
        inner.with_live(|live| live.budgets.insert(service, tightest));
    }
}

/// Reads what people did with the notices that stand at a service. A reading that fails leaves
/// what was read before, with its age.
async fn listen(inner: &Arc<Inner>, adapter: &Arc<dyn Adapter>, service: Service) {
    let now = inner.now();
    let posts = views::posts_of(&inner.state(), service, now);
    let heard = inner.with_live(|live| {
        let of = |id: &String| live.engagement.get(&(service, id.clone()));
        posts
            .iter()
            .all(|id| of(id).is_some_and(|(_, at)| now.ms_since(*at) < HEARD_MS))
    });
    if heard {
        return;
    }
    match adapter.engagement(&posts).await {
        Ok(found) => inner.with_live(|live| {
            for it in found {
                live.engagement.insert((service, it.id.clone()), (it, now));
            }
        }),
        Err(error) => {
            tracing::debug!(service = service.key(), kind = ?error.kind, "engagement was not read");
        }
    }
}

/// Reads the targets of a press again, beside everything else.
pub(crate) fn again(inner: &Arc<Inner>, intent: &str) {
    let targets: Vec<Target> = {
        let state = inner.state();
        let press = state.intents.get(intent).map(|it| &it.intent.press);
        let parts = press.and_then(|press| state.presses.get(press));
        let parts = parts.into_iter().flatten();
        let asked = parts.filter_map(|id| state.intents.get(id));
        let ids: Vec<_> = asked.map(|record| record.intent.target.clone()).collect();
        inner.with_live(|live| {
            let known = ids.iter().filter_map(|id| live.targets.get(id));
            known.map(|it| it.target.clone()).collect()
        })
    };
    let reader = Arc::clone(inner);
    inner.spawn(async move {
        let readings = targets.iter().filter_map(|target| {
            let adapter = reader.adapter(target.id.service()?)?;
            let reader = &reader;
            Some(async move { read(reader, &adapter, target).await })
        });
        join_all(readings).await;
        reader.changed(&[Tag::Observed]);
    });
}

/// Keeps reading a service until the engine ends or the service is disconnected. A poller that
/// reads it already ends, so that there is one.
pub(crate) fn begin_reading(inner: &Arc<Inner>, service: Service) {
    let poller = inner.spawn(keep_reading(Arc::clone(inner), service));
    let mut pollers = inner.pollers.lock().unwrap_or_else(PoisonError::into_inner);
    let before = match poller {
        Some(poller) => pollers.insert(service, poller),
        None => pollers.remove(&service),
    };
    if let Some(before) = before {
        before.abort();
    }
}

async fn keep_reading(inner: Arc<Inner>, service: Service) {
    // Without an adapter the reading ends by itself, and the watch with it.
    tokio::select! {
        () = read_again_and_again(&inner, service) => {}
        () = watch::keep_watching(&inner, service) => {}
        () = rehearse::keep_rehearsing(&inner, service) => {}
    }
}

async fn read_again_and_again(inner: &Arc<Inner>, service: Service) {
    loop {
        let Some(adapter) = inner.adapter(service) else {
            return;
        };
        one(inner, service).await;
        let read_at = Instant::now();
        loop {
            let mut recorded = std::pin::pin!(inner.pace.notified());
            // From here on, so that nothing that is recorded meanwhile is missed.
            recorded.as_mut().enable();
            let pause = pause_ms(inner, adapter.capability());
            tokio::select! {
                () = tokio::time::sleep_until(read_at + Duration::from_millis(pause)) => break,
                () = recorded => {}
            }
        }
    }
}

/// Until the next reading of everything at a service.
fn pause_ms(inner: &Inner, capability: &Capability) -> u64 {
    let service = capability.service;
    let targets = inner.with_live(|live| {
        let all = live.targets.keys();
        all.filter(|id| id.service() == Some(service)).count()
    });
    let at_best_ms = if capability.signals {
        FIGURES_MS
    } else if is_urgent(inner, capability) {
        URGENT_MS
    } else {
        REST_MS
    };
    watch::every_ms(at_best_ms, guide(service), targets)
}

/// Something is under way there, or something is wrong that a stop there would help with.
fn is_urgent(inner: &Inner, capability: &Capability) -> bool {
    let state = inner.state();
    let stops = |verb: &Verb| matches!(verb, Verb::Stop | Verb::TurnOff);
    state.drill
        || (!state.breaches.is_empty() && capability.verbs.iter().any(stops))
        || state.intents.values().any(|record| {
            record.intent.target.service() == Some(capability.service)
                && record.standing() == Standing::Ready
                // What nobody can be asked about does not end by looking more often.
                && words::can_be_asked(&record.intent.pre.state)
        })
}

/// Looks at one target, and says so of its service when it cannot be reached or can be again.
pub(crate) async fn look(inner: &Arc<Inner>, target: &Target) {
    let Some(service) = target.id.service() else {
        return;
    };
    let Some(adapter) = inner.adapter(service) else {
        return;
    };
    let problem = read(inner, &adapter, target).await;
    let was_offline =
        inner.with_live(|live| live.services.get(&service).is_some_and(|it| it.offline));
    if problem.is_some() || was_offline {
        service_answered(inner, service, problem).await;
    }
}

async fn read(
    inner: &Arc<Inner>,
    adapter: &Arc<dyn Adapter>,
    target: &Target,
) -> Option<ProviderError> {
    let asked_at = inner.now();
    let came = adapter.observe(&target.id, Reading::Poll).await;
    let busy = inner.with_running(|running| running.values().any(|it| it.target == target.id));
    let (row, error) = inner.with_live(|live| {
        let it = live
            .targets
            .entry(target.id.clone())
            .or_insert_with(|| TargetLive {
                target: target.clone(),
                observation: None,
                problem: None,
            });
        it.target = target.clone();
        match came {
            // The executor reads its target itself. An answer that was asked for before its
            // newest reading must not replace that, nor look like a drift.
            Ok(_)
                if it
                    .observation
                    .as_ref()
                    .is_some_and(|known| busy || known.at > asked_at) =>
            {
                (None, None)
            }
            Ok(observation) => {
                it.problem = None;
                it.observation = Some(observation);
                (kept_row(it), None)
            }
            // Our own limit held a poll back: it was not looked at, which its age shows.
            Err(error) if error.kind == ErrorKind::RateLimited && it.observation.is_some() => {
                (None, None)
            }
            Err(error) => {
                it.problem = Some(error.sentence.clone());
                (None, Some(error))
            }
        }
    });
    if let Some(row) = row {
        inner.keep(vec![row]).await;
        watch::look_for_drift(inner, target).await;
    }
    error
}

async fn service_answered(inner: &Inner, service: Service, problem: Option<ProviderError>) {
    let now = inner.now();
    inner.with_live(|live| {
        let it = live.services.entry(service).or_default();
        match &problem {
            None => {
                *it = ServiceLive {
                    read_at: Some(now),
                    ..ServiceLive::default()
                }
            }
            Some(error) => {
                it.offline = match error.kind {
                    ErrorKind::Unreachable | ErrorKind::Timeout => true,
                    ErrorKind::RateLimited
                    | ErrorKind::Server
                    | ErrorKind::Unauthorized
                    | ErrorKind::Forbidden
                    | ErrorKind::NotFound
                    | ErrorKind::Moved
                    | ErrorKind::Rejected
                    | ErrorKind::NeedsPerson
                    | ErrorKind::Unsupported
                    | ErrorKind::Protocol => false,
                };
                it.problem = Some((error.sentence.clone(), error.hint.clone()));
            }
        }
    });
    if problem.is_none() {
        let key = format!("service/{}", service.key());
        let row = CacheRow {
            key,
            value: serde_json::Value::Null,
            observed_at_ms: now.as_ms(),
        };
        inner.keep(vec![row]).await;
    }
}

fn kept_row(it: &TargetLive) -> Option<CacheRow> {
    let observation = it.observation.clone();
    let observed_at_ms = observation.as_ref()?.at.as_ms();
    let kept = Kept {
        target: it.target.clone(),
        observation,
    };
    Some(CacheRow {
        key: format!("target/{}", it.target.id),
        value: serde_json::to_value(kept).ok()?,
        observed_at_ms,
    })
}
