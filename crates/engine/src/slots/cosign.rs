//! Heads of the log that devices have seen: this one signs those that others wrote and lays them
//! beside the slots, and reads what the others laid there. A store that shows different logs to
//! different laptops is found so, and an auditor sees since when others knew a head. Must not know
//! how a store keeps a file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cockpit_ledger::{SlotKind, SlotRow};
use cockpit_say::say;
use cockpit_seal::checkpoint::SignedCheckpoint;
use cockpit_seal::{DeviceId, LedgerId, PublicKey};

use super::Log;
use crate::api::Problem;
use crate::inner::Inner;

/// What devices signed of the heads that stand here.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cosigned {
    /// Heads by slot, each with all cosignatures.
    heads: BTreeMap<u64, (SignedCheckpoint, BTreeSet<DeviceId>)>,
    /// A device signed another head than stands here; in a sentence.
    pub other: Option<String>,
}

impl Cosigned {
    /// Of each device the newest head up to slot `last`.
    pub fn newest_of_each(&self, last: u64) -> Vec<(u64, SignedCheckpoint)> {
        let mut known = BTreeSet::new();
        let mut newest = Vec::new();
        for (n, (head, devices)) in self.heads.range(..=last).rev() {
            if !devices.is_subset(&known) {
                known.extend(devices);
                newest.push((*n, head.clone()));
            }
        }
        newest
    }

    /// Takes in what a device laid down for the head that stands here. What is nobody's word says
    /// nothing.
    fn take(&mut self, ledger: LedgerId, key: PublicKey, (n, ours): (u64, &str), bytes: &[u8]) {
        let device = key.device_id();
        let Ok(theirs) = SignedCheckpoint::parse(bytes) else {
            return;
        };
        match theirs.cosigners(ledger, [key]) {
            Ok(by) if by.contains_key(&device) => {}
            Ok(_) | Err(_) => return,
        }
        let Ok(ours) = SignedCheckpoint::parse(ours) else {
            return;
        };
        let (head, devices) = self
            .heads
            .entry(n)
            .or_insert_with(|| (ours, BTreeSet::new()));
        match head.merge(&theirs, ledger, [key]) {
            Ok(()) => drop(devices.insert(device)),
            Err(_) => {
                self.other.get_or_insert_with(|| {
                    say!(
                        "Device {device} has signed another head after slot {n} than stands here: \
                         the place of the log shows it another log, or the device does not tell \
                         the truth."
                    )
                });
            }
        }
    }
}

impl Inner {
    /// Signs the newest head, when another device wrote it, and lays it beside the slots.
    ///
    /// # Errors
    /// The ledger cannot be read, or the place of the log does not answer; it is tried again then.
    pub(super) async fn cosign(&self, log: &mut Log) -> Result<(), Problem> {
        let head = log.reader.verifier.head();
        let Some(n) = head
            .next
            .checked_sub(1)
            .filter(|_| log.cosigned < head.next)
        else {
            return Ok(());
        };
        let slot = self.ledger.slot(n)?;
        let signed = {
            let writer = self.recorder.writer.lock().await;
            let Some(writer) = writer.as_ref() else {
                return Ok(());
            };
            let device = writer.key.device_id();
            let is_known = log.reader.verifier.key(device).is_some();
            match slot.as_ref().and_then(head_of) {
                Some((by, mut signed)) if by != device && is_known => {
                    let seconds = u64::try_from(self.now().as_ms() / 1_000).unwrap_or(0);
                    let done = signed.cosign(head.ledger, &writer.key, seconds);
                    done.is_ok().then_some((device, signed))
                }
                Some(_) | None => None,
            }
        };
        if let Some((device, signed)) = signed {
            let bytes = signed.to_string();
            log.store.put_cosigned(n, device, bytes.as_bytes()).await?;
        }
        log.cosigned = n + 1;
        Ok(())
    }

    /// Reads what devices have signed of the heads that stand here.
    ///
    /// # Errors
    /// The ledger cannot be read, or the place of the log does not answer.
    pub(crate) async fn cosigned(self: &Arc<Self>) -> Result<Cosigned, Problem> {
        let mut found = Cosigned::default();
        let (Some(id), true) = (self.ledger.ledger_id()?, self.is_shared()?) else {
            return Ok(found);
        };
        let keys: BTreeMap<DeviceId, PublicKey> = self
            .ledger
            .keys()?
            .into_iter()
            .map(|(_, key)| (key.device_id(), key))
            .collect();
        let store = self.place_of_log()?;
        for n in store.cosigned().await? {
            let Some(SlotRow {
                kind: SlotKind::Admitting { checkpoint, .. },
                ..
            }) = self.ledger.slot(n)?
            else {
                continue;
            };
            for device in store.cosigners(n).await? {
                if let Some(key) = keys.get(&device)
                    && let Some(bytes) = store.get_cosigned(n, device).await?
                {
                    found.take(id, *key, (n, &checkpoint), &bytes);
                }
            }
        }
        found.heads.retain(|_, (_, devices)| !devices.is_empty());
        Ok(found)
    }
}

/// Who wrote a slot, and the head after it.
fn head_of(slot: &SlotRow) -> Option<(DeviceId, SignedCheckpoint)> {
    match &slot.kind {
        SlotKind::Admitting {
            writer, checkpoint, ..
        } => Some((*writer, SignedCheckpoint::parse(checkpoint).ok()?)),
        SlotKind::Void { .. } => None,
    }
}
