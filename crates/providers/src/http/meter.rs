//! How much each service was asked for in the last while, by this process. Must not know what a
//! service allows.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cockpit_domain::Service;
use tokio::time::Instant;

use crate::guide::Counted;

/// Requests within so many seconds are counted together.
const SLOT_S: u64 = 5;
/// Nothing older is kept, in seconds.
const KEPT_S: u64 = 24 * 60 * 60;

/// By what is counted and when.
type Sent = BTreeMap<(Service, Counted, u64), u32>;

#[derive(Debug)]
pub(super) struct Meter {
    began: Instant,
    sent: Mutex<Sent>,
}

impl Meter {
    pub(super) fn new() -> Self {
        Self {
            began: Instant::now(),
            sent: Mutex::default(),
        }
    }

    pub(super) fn count(&self, service: Service, of: Counted) {
        let slot = self.slot();
        let mut sent = self.sent();
        let gone = slot.saturating_sub(KEPT_S / SLOT_S);
        sent.retain(|(it, _, at), _| *it != service || *at >= gone);
        *sent.entry((service, of, slot)).or_default() += 1;
    }

    /// How much of it in the last so many seconds, a slot more at most.
    pub(super) fn spent(&self, service: Service, of: Counted, per_s: u32) -> u64 {
        let slot = self.slot();
        let from = slot.saturating_sub(u64::from(per_s).div_ceil(SLOT_S));
        let sent = self.sent();
        let of_it = sent.range((service, of, from)..=(service, of, slot));
        of_it.map(|(_, count)| u64::from(*count)).sum()
    }

    fn slot(&self) -> u64 {
        self.began.elapsed().as_secs() / SLOT_S
    }

    fn sent(&self) -> MutexGuard<'_, Sent> {
        // Plain numbers: a panic elsewhere cannot leave them half changed.
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn only_the_last_while_counts() {
        let meter = Meter::new();
        for _ in 0..3 {
            meter.count(Service::Slack, Counted::Requests);
        }
        meter.count(Service::Matrix, Counted::Requests);
        meter.count(Service::Slack, Counted::Edits);
        tokio::time::advance(Duration::from_secs(50)).await;
        meter.count(Service::Slack, Counted::Requests);
        assert_eq!(meter.spent(Service::Slack, Counted::Requests, 60), 4);
        tokio::time::advance(Duration::from_secs(30)).await;
        assert_eq!(meter.spent(Service::Slack, Counted::Requests, 60), 1);
        assert_eq!(meter.spent(Service::Slack, Counted::Requests, 3_600), 4);
        assert_eq!(meter.spent(Service::Teams, Counted::Requests, 3_600), 0);
    }
}
