//! Takes up what another laptop had claimed and did not end in its time. Must not know how an
//! effect is carried out.

use std::sync::Arc;

use cockpit_domain::Time;
use cockpit_domain::attempt::{Attempt, LEASE_MS};
use cockpit_domain::authority::only_reads;
use cockpit_domain::event::{Intent, Outcome};
use cockpit_domain::state::{IntentRecord, Standing};
use cockpit_domain::words;
use cockpit_ledger::OutboxChange;
use serde_json::Value;

use crate::api::Problem;
use crate::inner::Inner;
use crate::record::blocking;

/// An effect that nobody carries out any more.
struct Lapsed {
    effect: String,
    intent: Intent,
    /// The newest attempt that was claimed.
    attempt: u32,
    /// Since when it may be at the service; none when nothing was sent.
    sent_from: Option<Time>,
    reported: Option<Outcome>,
}

impl Inner {
    /// Begins what others have left lying: a laptop may act on another one's effect once that
    /// one's lease is over. The first claim that the log admits has it, so several may try.
    ///
    /// # Errors
    /// The log cannot be read or written.
    pub(crate) async fn take_over(self: &Arc<Self>) -> Result<(), Problem> {
        if !self.is_shared()? {
            return Ok(());
        }
        let Some(device) = self.own_device().await else {
            return Ok(());
        };
        for lapsed in self.lapsed(&device) {
            let row = OutboxChange::Add {
                effect: lapsed.effect.clone(),
                target: lapsed.intent.target.0.clone(),
                payload: Value::Null,
                next_at_ms: self.now().as_ms(),
            };
            let (ledger, now) = (Arc::clone(&self.ledger), self.now());
            let (effect, sent_from) = (lapsed.effect.clone(), lapsed.sent_from);
            blocking(move || {
                if ledger.outbox_get(&effect)?.is_none() {
                    ledger.append(&[], &[row])?;
                    // So that the target is asked first after a restart here, too.
                    if let Some(from) = sent_from {
                        ledger.mark_started(&effect, from.as_ms(), now.as_ms())?;
                    }
                }
                Ok::<_, Problem>(())
            })
            .await??;
            let attempt = Attempt::take_over(
                lapsed.effect,
                lapsed.intent,
                now,
                lapsed.attempt,
                lapsed.sent_from,
                lapsed.reported,
            );
            self.spawn_attempt(attempt, lapsed.sent_from.is_some());
        }
        Ok(())
    }

    fn lapsed(&self, device: &str) -> Vec<Lapsed> {
        let now = self.now();
        let state = self.state();
        if state.signer(device).map_or(true, only_reads) {
            return Vec::new();
        }
        let idle = |id: &String| self.with_running(|running| !running.contains_key(id));
        let connected = |record: &IntentRecord| {
            let service = record.intent.target.service();
            service.is_some_and(|service| self.adapter(service).is_some())
        };
        state
            .intents
            .iter()
            .filter(|(id, record)| is_left(record, device, now) && idle(id) && connected(record))
            .map(|(id, record)| Lapsed {
                effect: id.clone(),
                intent: record.intent.clone(),
                attempt: record.attempt,
                sent_from: sent_from(record),
                reported: record.result.as_ref().map(|(result, _)| result.outcome),
            })
            .collect()
    }
}

/// Whether another laptop should have carried this out and did not.
fn is_left(record: &IntentRecord, device: &str, now: Time) -> bool {
    if record.standing() != Standing::Ready {
        return false;
    }
    let is_unknown = record
        .result
        .as_ref()
        .is_some_and(|(result, _)| result.outcome == Outcome::Unknown);
    if is_unknown && !words::can_be_asked(&record.intent.pre.state) {
        // Nobody learns more of it by asking again.
        return false;
    }
    match &record.claim {
        Some((holder, until)) => holder != device && *until <= now,
        None => {
            let agreed = record.approvals.iter().map(|approval| approval.at).max();
            let ready = agreed.map_or(record.at, |at| at.max(record.at));
            record.device != device && ready + LEASE_MS <= now
        }
    }
}

/// Since when a write of another laptop may be at the service.
fn sent_from(record: &IntentRecord) -> Option<Time> {
    let (_, until) = record.claim.as_ref()?;
    record.may_be_sent().then(|| *until - LEASE_MS)
}
