//! Watches what was stopped until nothing is likely to undo it, within a share of each service's
//! quota, and alarms when something did. Never writes to the outside.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use cockpit_domain::decide::Command;
use cockpit_domain::event::{Drift, Outcome};
use cockpit_domain::state::State;
use cockpit_domain::{Service, Target, TargetId, Time, words};
use cockpit_providers::{Guide, guide};
use cockpit_say::say;
use futures_util::future::join_all;
use tokio::time::{Instant, sleep_until, timeout};

use crate::api::Tag;
use crate::inner::Inner;
use crate::observe;

/// Between the beginnings of two looks at a stopped target, in milliseconds. An undone stop must
/// be alarmed within 15 s, and an answer may take some of that.
const LOOK_MS: u64 = 10_000;
/// A stop is watched for this long, and for as long as an incident goes on, in milliseconds.
const WATCH_MS: u64 = 60 * 60 * 1_000;

/// Between two looks at so many targets of a service, in milliseconds: as often as `at_best_ms`,
/// or as seldom as the service's quotas ask for.
pub(crate) fn every_ms(at_best_ms: u64, guide: Option<&Guide>, targets: usize) -> u64 {
    at_best_ms.max(guide.map_or(0, |guide| guide.every_ms(targets)))
}

/// Looks at the stopped targets of a service again and again, beside the readings of everything.
pub(crate) async fn keep_watching(inner: &Arc<Inner>, service: Service) {
    let mut looked_at = Instant::now();
    loop {
        let mut recorded = pin!(inner.pace.notified());
        // From here on, so that nothing that is recorded meanwhile is missed.
        recorded.as_mut().enable();
        let targets = watched(inner, service);
        if targets.is_empty() {
            let _ = timeout(Duration::from_millis(LOOK_MS), recorded).await;
            // What was stopped just now was read just now.
            looked_at = Instant::now();
            continue;
        }
        let pause = Duration::from_millis(every_ms(LOOK_MS, guide(service), targets.len()));
        tokio::select! {
            () = sleep_until(looked_at + pause) => {}
            () = recorded => continue,
        }
        looked_at = Instant::now();
        // One that hangs does not hold up the next look at the others.
        let looks = join_all(targets.iter().map(|it| observe::look(inner, it)));
        if timeout(pause, looks).await.is_err() {
            tracing::debug!(
                service = service.key(),
                "not every look was answered in time"
            );
        }
        inner.changed(&[Tag::Observed]);
    }
}

/// The targets of a service that are watched now.
fn watched(inner: &Inner, service: Service) -> Vec<Target> {
    let now = inner.now();
    let ids: Vec<TargetId> = {
        let state = inner.state();
        inner.with_live(|live| {
            let of_it = live
                .targets
                .keys()
                .filter(|id| id.service() == Some(service));
            let watched = of_it.filter(|id| is_watched(&state, id, now));
            watched.cloned().collect()
        })
    };
    inner.with_live(|live| {
        let known = ids.iter().filter_map(|id| live.targets.get(id));
        known.map(|it| it.target.clone()).collect()
    })
}

fn is_watched(state: &State, target: &TargetId, now: Time) -> bool {
    if state.drifts.contains_key(target) {
        return true;
    }
    let Some((_, record)) = state.newest_intent(target) else {
        return false;
    };
    let Some((result, at)) = &record.result else {
        return false;
    };
    result.outcome == Outcome::Confirmed
        && record.intent.desired.is_safe_direction()
        && (now.ms_since(*at) < WATCH_MS || !state.tell.open().is_empty())
}

/// Alarms when a target that was confirmed as stopped is found more exposed.
pub(crate) async fn look_for_drift(inner: &Arc<Inner>, target: &Target) {
    let Some(seen) = inner.with_live(|live| {
        live.targets
            .get(&target.id)
            .and_then(|it| it.observation.clone())
    }) else {
        return;
    };
    let drift = {
        let state = inner.state();
        let Some((id, record)) = state.newest_intent(&target.id) else {
            return;
        };
        let Some((result, _)) = &record.result else {
            return;
        };
        let Some(before) = &result.after else { return };
        let undone = result.outcome == Outcome::Confirmed
            && record.intent.desired.is_safe_direction()
            && !record.intent.desired.is_met_by(&seen.state)
            // Another release that rolls out is news, and no stop of this one was undone by it.
            && seen.state.is_same_release(before)
            && words::exposure(&seen.state) > words::exposure(before);
        undone.then(|| Drift {
            target: target.id.clone(),
            intent: id.clone(),
            before: before.clone(),
            after: seen.state.clone(),
            seen_at: seen.at,
        })
    };
    let Some(drift) = drift else { return };
    let body = say!(
        "It was {}; it is now {}. Open Release Cockpit to stop it again.",
        words::state(&drift.before),
        words::state(&drift.after)
    );
    if inner.record(Command::SeeDrift(drift)).await.is_ok() {
        inner
            .desk
            .notify(&say!("{}: something undid the stop", target.title), &body);
        inner.changed(&[Tag::Decided, Tag::Log]);
    }
}
