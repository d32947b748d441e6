//! How far this device's own chain had come and which slot it saw last, kept in the keychain beside
//! the key: a database or a folder of the log that was cut at its end or swapped for an older copy
//! is found by them. Must not hold anything secret.

use std::sync::Arc;
use std::time::Duration;

use cockpit_domain::views::Live;
use cockpit_seal::{DeviceKey, HighWater, Seen};
use serde_json::json;

use crate::api::Problem;
use crate::inner::Inner;
use crate::keychain::{self, Keychain};
use crate::record::blocking;
use crate::workspace::DEVICE_KEY;

const MARK: &str = "high-water-mark";
const NEWEST_SLOT: &str = "newest-slot";
const EVERY: Duration = Duration::from_secs(60);

impl Inner {
    /// The newest own entry that the keychain knows of; none while the keychain is closed.
    pub(crate) fn marks(&self) -> Vec<HighWater> {
        self.keychain()
            .ok()
            .and_then(|keychain| read(&keychain))
            .into_iter()
            .collect()
    }

    /// The newest slot that the keychain knows of; none while the keychain is closed.
    pub(crate) fn newest_slot_mark(&self) -> Option<Seen> {
        let keychain = self.keychain().ok()?;
        read_slot(&keychain)
    }

    /// Keeps the marks of the newest own entry and of the newest slot. Only a ledger that was found
    /// whole moves them, and a log that fits.
    ///
    /// # Errors
    /// The keychain does not answer, or the log cannot be read.
    pub(crate) async fn keep_mark(self: &Arc<Self>) -> Result<(), Problem> {
        let doubt =
            |live: &mut Live| live.ledger.broken.is_some() || live.ledger.log_problem.is_some();
        if self.with_live(doubt) {
            return Ok(());
        }
        // Without the key nothing was signed.
        let Ok(keychain) = self.keychain() else {
            return Ok(());
        };
        let ledger = Arc::clone(&self.ledger);
        blocking(move || {
            let Some(device) = device(&keychain)? else {
                return Ok(());
            };
            let head = ledger.head(device)?;
            let known = read(&keychain).filter(|mark| mark.device == device);
            let known = known.map(|mark| mark.seq);
            if let Some(seq) = head.next_seq.checked_sub(1)
                && known.is_none_or(|known| known < seq)
            {
                let id = head.prev.to_string();
                let mark = json!({ "device": device.to_string(), "seq": seq, "id": id });
                keychain.set_note(MARK, mark.to_string())?;
            }
            let end = ledger.log_end()?;
            let known = read_slot(&keychain).map(|mark| mark.slot);
            if let Some(n) = end.next.checked_sub(1)
                && known.is_none_or(|known| known < n)
            {
                let mark = json!({ "slot": n, "hash": end.link.to_string() });
                keychain.set_note(NEWEST_SLOT, mark.to_string())?;
            }
            Ok(())
        })
        .await?
    }

    /// Keeps a snapshot of the state when one is worth it. A ledger that does not hold has none.
    ///
    /// # Errors
    /// The log cannot be read or written.
    pub(crate) async fn keep_snapshot(&self) -> Result<(), Problem> {
        let broken = self.with_live(|live| live.ledger.broken.is_some());
        if broken || self.ledger.read_only().is_some() {
            return Ok(());
        }
        self.recorder.keep_snapshot().await
    }
}

/// Keeps the mark and the snapshot now and then, for a process that is ended without being asked to close.
pub(crate) async fn keep_marking(inner: Arc<Inner>) {
    loop {
        tokio::time::sleep(EVERY).await;
        if let Err(problem) = inner.keep_mark().await {
            tracing::warn!(kind = %problem.kind, "high-water mark not kept");
        }
        if let Err(problem) = inner.keep_snapshot().await {
            tracing::warn!(kind = %problem.kind, "snapshot not kept");
        }
    }
}

fn read(keychain: &Keychain) -> Option<HighWater> {
    let mark: serde_json::Value = serde_json::from_str(&keychain.note(MARK)?).ok()?;
    Some(HighWater {
        device: mark["device"].as_str()?.parse().ok()?,
        seq: mark["seq"].as_u64()?,
        id: mark["id"].as_str()?.parse().ok()?,
    })
}

fn read_slot(keychain: &Keychain) -> Option<Seen> {
    let mark: serde_json::Value = serde_json::from_str(&keychain.note(NEWEST_SLOT)?).ok()?;
    Some(Seen {
        slot: mark["slot"].as_u64()?,
        hash: mark["hash"].as_str()?.parse().ok()?,
    })
}

fn device(keychain: &Keychain) -> Result<Option<cockpit_seal::DeviceId>, Problem> {
    let kept = keychain.get(DEVICE_KEY)?;
    let seed = kept.as_ref().and_then(keychain::from_text);
    Ok(seed.map(|seed| DeviceKey::from_seed(&seed).device_id()))
}
