//! A whole ledger, read in admission order: does every entry hold, and if not,
//! which is the first and why. Must not know what entries mean beyond which of
//! them bring in a device's key. A key that is known gives no right: who may decide
//! what is asked elsewhere.

use std::collections::BTreeMap;

use crate::entry::{Entry, Head, Header};
use crate::fault::{Broken, Reason};
use crate::fork::SignedHeader;
use crate::id::{DeviceId, EntryId, LedgerId};
use crate::key::PublicKey;

/// The kind of an entry that brings in another device's key.
pub const KIND_DEVICE_ADD: &str = "device.add";
/// The kind of an entry with which a device that nobody knows yet asks to join.
pub const KIND_MEMBER_REQUEST: &str = "member.request";
/// The body field with the public key (base64), in a genesis, in [`KIND_DEVICE_ADD`]
/// and in [`KIND_MEMBER_REQUEST`].
pub const KEY_FIELD: &str = "key";

/// What is known from outside about how far a device had come, so that a tail
/// cut off cannot go unseen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HighWater {
    /// The device.
    pub device: DeviceId,
    /// The number of the last entry that is known.
    pub seq: u64,
    /// The id of that entry.
    pub id: EntryId,
}

/// What a ledger that holds consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The ledger; `None` when there are no entries.
    pub ledger: Option<LedgerId>,
    /// How many entries were checked.
    pub entries: u64,
    /// The devices whose keys are known.
    pub devices: BTreeMap<DeviceId, PublicKey>,
    /// Where each device that has written goes on.
    pub heads: BTreeMap<DeviceId, Head>,
}

/// Checks entries one after the other.
///
/// A refused entry leaves the verifier as it was. So one may stop there (the
/// ledger is broken, and this is the first entry that shows it) or go on and keep
/// what still holds: of each device the entries before its first broken one.
#[derive(Debug, Clone, Default)]
pub struct Verifier {
    ledger: Option<LedgerId>,
    keys: BTreeMap<DeviceId, PublicKey>,
    heads: BTreeMap<DeviceId, Head>,
    marks: Vec<HighWater>,
    fed: u64,
    entries: u64,
}

impl Verifier {
    /// At the start of a ledger.
    pub fn new() -> Self {
        Self::default()
    }

    /// After the first `position` entries, which the caller has reason to trust,
    /// with what they brought: the ledger's id, keys, and where each device goes on.
    pub fn resume(
        position: u64,
        ledger: LedgerId,
        keys: impl IntoIterator<Item = PublicKey>,
        heads: impl IntoIterator<Item = Head>,
    ) -> Self {
        Self {
            ledger: Some(ledger),
            keys: keys.into_iter().map(|key| (key.device_id(), key)).collect(),
            heads: heads.into_iter().map(|head| (head.device, head)).collect(),
            marks: Vec::new(),
            fed: position,
            entries: 0,
        }
    }

    /// The key of a device, once an entry has brought it in.
    pub fn key(&self, device: DeviceId) -> Option<PublicKey> {
        self.keys.get(&device).copied()
    }

    /// How many entries were taken, those that do not hold included: the newest one's position.
    pub fn position(&self) -> u64 {
        self.fed
    }

    /// Also asks that this entry is in the ledger.
    #[must_use]
    pub fn expecting(mut self, mark: HighWater) -> Self {
        self.marks.push(mark);
        self
    }

    /// Takes the next entry as three lines without their line feeds, reads and checks it.
    ///
    /// # Errors
    /// The entry does not hold; the verifier is as it was, but for the position.
    pub fn feed_lines(
        &mut self,
        header: &[u8],
        body: &[u8],
        signature: &[u8],
    ) -> Result<Entry, Broken> {
        match Entry::from_lines(header, body, signature) {
            Ok(entry) => self.feed(&entry).map(|()| entry),
            Err(fault) => {
                self.fed += 1;
                Err(Broken {
                    position: self.fed,
                    device: None,
                    seq: None,
                    id: Some(EntryId::of_header_line(header)),
                    reason: fault.into(),
                })
            }
        }
    }

    /// Takes the next entry and checks it.
    ///
    /// # Errors
    /// The entry does not hold; the verifier is as it was, but for the position.
    pub fn feed(&mut self, entry: &Entry) -> Result<(), Broken> {
        self.fed += 1;
        self.check(entry).map_err(|reason| Broken {
            position: self.fed,
            device: Some(entry.header().device),
            seq: Some(entry.header().seq),
            id: Some(entry.id()),
            reason,
        })
    }

    /// Takes the next entry without its body: signature and place are checked, and nobody says
    /// what its text was.
    ///
    /// # Errors
    /// As [`Verifier::feed`]; [`Reason::BadKey`] for one whose body brings in a key.
    pub fn feed_without_body(&mut self, signed: &SignedHeader) -> Result<(), Broken> {
        self.fed += 1;
        let (header, id) = (signed.header(), signed.id());
        let checked = match signed.brings_key() {
            true => Err(Reason::BadKey(None)),
            false => self.admit(header, id, None, |key| signed.verify(key)),
        };
        checked.map_err(|reason| Broken {
            position: self.fed,
            device: Some(header.device),
            seq: Some(header.seq),
            id: Some(id),
            reason,
        })
    }

    /// No more entries come.
    ///
    /// # Errors
    /// [`Reason::Truncated`]: an entry that was expected did not come.
    pub fn finish(self) -> Result<Verified, Broken> {
        for mark in &self.marks {
            let next_seq = self.heads.get(&mark.device).map_or(0, |head| head.next_seq);
            if next_seq <= mark.seq {
                return Err(Broken {
                    position: self.fed + 1,
                    device: Some(mark.device),
                    seq: Some(mark.seq),
                    id: None,
                    reason: Reason::Truncated {
                        expected_seq: next_seq,
                    },
                });
            }
        }
        Ok(Verified {
            ledger: self.ledger,
            entries: self.entries,
            devices: self.keys,
            heads: self.heads,
        })
    }

    /// The keys of all devices that an entry brought in.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &PublicKey> {
        self.keys.values()
    }

    /// The keys and heads of all devices.
    pub(crate) fn into_devices(self) -> (BTreeMap<DeviceId, PublicKey>, BTreeMap<DeviceId, Head>) {
        (self.keys, self.heads)
    }

    fn check(&mut self, entry: &Entry) -> Result<(), Reason> {
        let brought = entry.key_brought_in()?;
        self.admit(entry.header(), entry.id(), brought, |key| entry.verify(key))
    }

    fn admit(
        &mut self,
        header: &Header,
        id: EntryId,
        brought: Option<PublicKey>,
        holds: impl FnOnce(&PublicKey) -> Result<(), Reason>,
    ) -> Result<(), Reason> {
        let device = header.device;
        let is_genesis = header.ledger.is_zero();
        let is_request = !is_genesis && header.kind == KIND_MEMBER_REQUEST;
        let head = match self.ledger {
            None if is_genesis => Head::genesis(device),
            None => return Err(Reason::NoGenesis),
            Some(ledger) => self
                .heads
                .get(&device)
                .copied()
                .unwrap_or(Head::first(ledger, device)),
        };
        let key = match brought {
            Some(own) if is_genesis && self.ledger.is_none() => Some(own),
            Some(own) if is_request && head.next_seq == 0 => {
                Some(self.keys.get(&device).copied().unwrap_or(own))
            }
            Some(_) | None => self.keys.get(&device).copied(),
        };
        // The ledger first: what was signed for another one says nothing here.
        if header.ledger != head.ledger {
            return head.admits_header(header);
        }
        holds(&key.ok_or(Reason::UnknownDevice)?)?;
        head.admits_header(header)?;
        let marked = self
            .marks
            .iter()
            .find(|m| m.device == device && m.seq == header.seq);
        if marked.is_some_and(|mark| mark.id != id) {
            return Err(Reason::Rewritten);
        }
        if let Some(key) = brought {
            let known = self.keys.get(&key.device_id());
            if known.is_some_and(|known| *known != key) {
                return Err(Reason::KeyMismatch);
            }
            self.keys.insert(key.device_id(), key);
        }
        let ledger = match is_genesis {
            true => id.into(),
            false => header.ledger,
        };
        self.ledger = Some(ledger);
        let next = Head {
            ledger,
            device,
            next_seq: header.seq + 1,
            prev: id,
        };
        self.heads.insert(device, next);
        self.entries += 1;
        Ok(())
    }
}
