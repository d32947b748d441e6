//! Reads what people say in the stores' reviews, seldom, and after everything that a stop needs.
//! Nothing follows from it: must not know a rule.

use std::sync::Arc;

use cockpit_domain::Service;
use cockpit_domain::views::{Live, RatingsLive};
use cockpit_ledger::CacheRow;
use cockpit_providers::Adapter;

use crate::inner::Inner;

/// Where they are kept.
const RATINGS: &str = "ratings/";
/// Between two readings, in milliseconds. A store allows few requests for reviews, and they move
/// slowly.
const EVERY_MS: u64 = 10 * 60 * 1_000;

/// What was read before the last end, with its age.
pub(crate) fn load(live: &mut Live, rows: &[CacheRow]) {
    for row in rows {
        let service = row.key.strip_prefix(RATINGS).and_then(Service::from_key);
        let found = serde_json::from_value(row.value.clone());
        if let (Some(service), Ok(found)) = (service, found) {
            let kept = RatingsLive {
                found,
                ..RatingsLive::default()
            };
            live.ratings.insert(service, kept);
        }
    }
}

/// Reads the reviews that a service holds when it is time. A reading that fails leaves what was
/// read before, with its age, and says nothing of the service: a stop does not need reviews.
pub(crate) async fn read(inner: &Arc<Inner>, adapter: &Arc<dyn Adapter>, service: Service) {
    let now = inner.now();
    let due = inner.with_live(|live| {
        let asked_at = live.ratings.get(&service).and_then(|it| it.asked_at);
        asked_at.is_none_or(|at| now.ms_since(at) >= EVERY_MS)
    });
    if !due {
        return;
    }
    let read = adapter.ratings().await;
    let row = inner.with_live(|live| {
        let kept = live.ratings.entry(service).or_default();
        kept.asked_at = Some(now);
        match read {
            Ok(found) => {
                kept.found = found;
                kept.problem = None;
            }
            Err(error) => {
                tracing::debug!(service = service.key(), kind = ?error.kind, "reviews were not read");
                let hint = error.hint.map(|hint| format!(" {hint}"));
                kept.problem = Some(format!("{}{}", error.sentence, hint.unwrap_or_default()));
                return None;
            }
        }
        (!kept.found.is_empty()).then(|| CacheRow {
            key: format!("{RATINGS}{}", service.key()),
            value: serde_json::to_value(&kept.found).unwrap_or_default(),
            observed_at_ms: now.as_ms(),
        })
    });
    if let Some(row) = row {
        inner.keep(vec![row]).await;
    }
}
