//! The heads of the log that stand in a pack by themselves: the last one, and earlier ones that
//! other devices cosigned. Must not know how a slot is checked.

use std::collections::{BTreeMap, BTreeSet};

use super::CHECKPOINTS;
use crate::checkpoint::SignedCheckpoint;
use crate::id::{DeviceId, LedgerId};
use crate::key::PublicKey;

/// Heads by the name of their file; none where no slot has that number.
pub(super) type ByName = BTreeMap<String, Option<(u64, SignedCheckpoint)>>;

/// Earlier heads that files are there for.
#[derive(Debug, Default)]
pub(super) struct Heads {
    wanted: BTreeSet<u64>,
    found: ByName,
}

impl Heads {
    /// For the files with these names.
    pub fn of(names: Vec<String>) -> Self {
        let mut heads = Self::default();
        for name in names {
            if !name.starts_with(CHECKPOINTS) {
                continue;
            }
            let number = name.rsplit('/').next().and_then(|it| it.parse().ok());
            if let Some(n) = number.filter(|n| file_of(*n) == name) {
                heads.wanted.insert(n);
            }
            heads.found.insert(name, None);
        }
        heads
    }

    /// The head after slot `n`, which was checked.
    pub fn note(&mut self, n: u64, head: &SignedCheckpoint) {
        if self.wanted.remove(&n) {
            self.found.insert(file_of(n), Some((n, head.clone())));
        }
    }

    pub fn take(&mut self) -> ByName {
        std::mem::take(&mut self.found)
    }
}

/// The file of an earlier head.
pub(super) fn file_of(n: u64) -> String {
    format!("{CHECKPOINTS}/{n:016}")
}

impl SignedCheckpoint {
    /// Who cosigned this head in a copy of it, and when, in seconds since 1970. In the copy stand
    /// the signatures of this head and those of the given devices, and nobody else's.
    pub(super) fn cosigned_in<'k>(
        &self,
        copy: &[u8],
        ledger: LedgerId,
        keys: impl Iterator<Item = &'k PublicKey>,
    ) -> Result<BTreeMap<DeviceId, u64>, String> {
        let copy = Self::parse(copy).map_err(|fault| format!("It cannot be read: {fault}."))?;
        let own = self.note().signatures();
        if copy.checkpoint() != self.checkpoint() || !copy.note().signatures().starts_with(own) {
            return Err("It is not the head of these entries.".to_owned());
        }
        let by = copy.cosigners(ledger, keys.copied());
        let by = by.map_err(|fault| format!("It does not hold: {fault}."))?;
        match copy.note().signatures().len() == own.len() + by.len() {
            true => Ok(by),
            false => Err("Somebody signed it who is not of this ledger.".to_owned()),
        }
    }
}
