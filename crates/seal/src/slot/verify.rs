//! A log of slots, read in order: what does each admit? Must not know what entries
//! mean; who may write is asked of [`StateBefore`].

use std::collections::BTreeMap;

use super::{
    Admitted, Halt, OtherView, Slot, SlotError, SlotHead, StateBefore, Verdict, Void, VoidReason,
    frame, void_link,
};
use crate::checkpoint::{SignedCheckpoint, origin};
use crate::entry::{Entry, Head, Seen};
use crate::fault::{Broken, Reason};
use crate::fork::{Fork, SignedHeader};
use crate::id::{DeviceId, LedgerId, SlotHash};
use crate::key::{DeviceKey, PublicKey};
use crate::time::Timestamp;
use crate::tree::{Tree, leaf_hash};
use crate::verify::Verifier;

/// What a log consists of that was read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogVerified {
    /// The ledger.
    pub ledger: LedgerId,
    /// How many slots were read, void ones too.
    pub slots: u64,
    /// How many of them were void.
    pub void: u64,
    /// The tree over all admitted entries.
    pub tree: Tree,
    /// The devices whose keys are known.
    pub devices: BTreeMap<DeviceId, PublicKey>,
    /// Where each device that has written goes on.
    pub heads: BTreeMap<DeviceId, Head>,
}

/// Reads slots one after the other.
///
/// The checks of a slot, in this order: its form; its number and the slot that it
/// follows; its log; whether its writer may write; its checkpoint's signature; every
/// entry in its device's chain; the checkpoint's size and root. The first that fails
/// makes the slot void, and the state stays as it was but for the slot's number and
/// link.
///
/// Who may write: in a log without entries the device whose genesis comes first; later
/// a device with a known key for which [`StateBefore::may_write`] says yes. A device
/// that nobody knows may write one slot with one entry: its own request to join
/// ([`KIND_MEMBER_REQUEST`](crate::KIND_MEMBER_REQUEST)), if [`StateBefore::may_ask`]
/// says yes.
#[derive(Debug, Clone)]
pub struct SlotVerifier {
    head: SlotHead,
    read: u64,
    void: u64,
    chain: Verifier,
    marks: Vec<Seen>,
}

impl SlotVerifier {
    /// At the start of a ledger's log.
    pub fn new(ledger: LedgerId) -> Self {
        Self {
            head: SlotHead::first(ledger),
            read: 0,
            void: 0,
            chain: Verifier::new(),
            marks: Vec::new(),
        }
    }

    /// After slots that the caller has reason to trust, with what they brought: keys,
    /// and where each device goes on.
    pub fn resume(
        head: SlotHead,
        keys: impl IntoIterator<Item = PublicKey>,
        heads: impl IntoIterator<Item = Head>,
    ) -> Self {
        let chain = match head.tree.size() {
            0 => Verifier::new(),
            size => Verifier::resume(size, head.ledger, keys, heads),
        };
        Self {
            chain,
            head,
            read: 0,
            void: 0,
            marks: Vec::new(),
        }
    }

    /// Also asks that this slot is in the log.
    #[must_use]
    pub fn expecting(mut self, mark: Seen) -> Self {
        self.marks.push(mark);
        self
    }

    /// Where the next slot goes.
    pub fn head(&self) -> &SlotHead {
        &self.head
    }

    /// The last slot that was read, as an author states it; the default before the first.
    pub fn seen(&self) -> Seen {
        self.head
            .next
            .checked_sub(1)
            .map_or_else(Seen::default, |slot| Seen {
                slot,
                hash: self.head.prev,
            })
    }

    /// The key of a device, once an admitted entry has brought it in.
    pub fn key(&self, device: DeviceId) -> Option<PublicKey> {
        self.chain.key(device)
    }

    /// Takes the bytes of the next slot.
    ///
    /// # Errors
    /// The log must not be read on; the verifier is as it was.
    pub fn feed(&mut self, bytes: &[u8], before: &impl StateBefore) -> Result<Verdict, Halt> {
        let n = self.head.next;
        let hash = SlotHash::of_bytes(bytes);
        let checked = match Slot::parse(bytes) {
            Ok(slot) => self
                .check(&slot, before)
                .map(|(chain, tree)| (slot, chain, tree)),
            Err(fault) => match fault.newer_version() {
                Some(version) if self.is_of_a_member(bytes, before) => {
                    return Err(Halt::NewerApp { n, version });
                }
                Some(_) | None => Err(VoidReason::from(fault).into()),
            },
        };
        let link = match checked {
            Ok(_) => hash,
            Err(_) => void_link(self.head.prev, hash),
        };
        let mark = self.marks.iter().find(|mark| mark.slot == n);
        if let Some(mark) = mark.filter(|mark| mark.hash != link) {
            return Err(Halt::Rewritten {
                n,
                known: mark.hash,
                found: link,
            });
        }
        let verdict = match checked {
            Ok((slot, chain, tree)) => self.admit(slot, chain, tree, before),
            Err(Objection { reason, fork }) => {
                self.void += 1;
                Verdict::Void(Box::new(Void {
                    n,
                    hash,
                    link,
                    reason,
                    fork,
                }))
            }
        };
        self.head.next += 1;
        self.head.prev = link;
        self.read += 1;
        Ok(verdict)
    }

    /// Writes the slot that admits `entries` here. The verifier stays as it is: the slot
    /// counts when it was stored first and comes back through [`SlotVerifier::feed`].
    ///
    /// # Errors
    /// The entries do not go into one slot, or everybody would find it void.
    pub fn write(
        &self,
        key: &DeviceKey,
        at: Timestamp,
        entries: Vec<Entry>,
        before: &impl StateBefore,
    ) -> Result<Slot, SlotError> {
        let slot = Slot::build(key, &self.head, at, entries)?;
        match self.check(&slot, before) {
            Ok(_) => Ok(slot),
            Err(Objection { reason, fork }) => Err(SlotError::Void(Box::new(Void {
                n: self.head.next,
                hash: slot.hash,
                link: void_link(self.head.prev, slot.hash),
                reason,
                fork,
            }))),
        }
    }

    /// No more slots come.
    ///
    /// # Errors
    /// [`Halt::Truncated`]: a slot that was expected did not come.
    pub fn finish(self) -> Result<LogVerified, Halt> {
        let next = self.head.next;
        if let Some(mark) = self.marks.iter().find(|mark| mark.slot >= next) {
            let known = mark.slot;
            return Err(Halt::Truncated { next, known });
        }
        let (devices, heads) = self.chain.into_devices();
        Ok(LogVerified {
            ledger: self.head.ledger,
            slots: self.read,
            void: self.void,
            tree: self.head.tree,
            devices,
            heads,
        })
    }

    fn check(&self, slot: &Slot, before: &impl StateBefore) -> Result<(Verifier, Tree), Objection> {
        let header = &slot.header;
        if header.n != self.head.next {
            return Err(VoidReason::Number { found: header.n }.into());
        }
        if header.prev != self.head.prev {
            return Err(VoidReason::BrokenLink.into());
        }
        let found = &slot.checkpoint.checkpoint().origin;
        if *found != origin(self.head.ledger) {
            let found = found.clone();
            return Err(VoidReason::OtherLog { found }.into());
        }
        let by = header.by;
        let key = self.writer(slot, before)?;
        let signed = slot.checkpoint.is_written_by(self.head.ledger, key);
        if !signed.unwrap_or(false) {
            return Err(VoidReason::BadSignature { by }.into());
        }
        let (mut chain, mut tree) = (self.chain.clone(), self.head.tree.clone());
        for (index, entry) in slot.entries.iter().enumerate() {
            chain.feed(entry).map_err(|broken| Objection {
                fork: fork(entry, &broken, &slot.entries[..index], before),
                reason: VoidReason::Entry(broken),
            })?;
            tree.push(leaf_hash(&entry.leaf()));
        }
        let checkpoint = slot.checkpoint.checkpoint();
        if checkpoint.size != tree.size() {
            return Err(VoidReason::Size {
                expected: tree.size(),
                found: checkpoint.size,
            }
            .into());
        }
        if checkpoint.root != tree.root() {
            let found = checkpoint.root;
            return Err(VoidReason::Root { found }.into());
        }
        Ok((chain, tree))
    }

    /// The key under which the slot's checkpoint must be signed.
    fn writer(&self, slot: &Slot, before: &impl StateBefore) -> Result<PublicKey, VoidReason> {
        let by = slot.header.by;
        let first = slot.entries.first();
        let objection = |entry: &Entry, reason| {
            VoidReason::Entry(Broken {
                position: self.head.tree.size() + 1,
                device: Some(entry.header().device),
                seq: Some(entry.header().seq),
                id: Some(entry.id()),
                reason,
            })
        };
        let own_key = |entry: &Entry| match entry.key_brought_in() {
            Ok(Some(key)) => Ok(key),
            Ok(None) => Err(VoidReason::NotAllowed { by }),
            Err(reason) => Err(objection(entry, reason)),
        };
        let known = self.chain.key(by);
        match (first, known) {
            (Some(entry), _) if self.head.tree.size() == 0 => {
                if !entry.is_genesis() {
                    return Err(objection(entry, Reason::NoGenesis));
                }
                if entry.ledger() != self.head.ledger {
                    let found = entry.ledger();
                    return Err(objection(entry, Reason::OtherLedger { found }));
                }
                match entry.header().device == by {
                    true => own_key(entry),
                    false => Err(VoidReason::NotAllowed { by }),
                }
            }
            (_, Some(key)) if before.may_write(by) => Ok(key),
            (Some(entry), None)
                if slot.entries.len() == 1
                    && entry.is_request()
                    && entry.header().device == by
                    && before.may_ask(entry) =>
            {
                own_key(entry)
            }
            (Some(_) | None, Some(_) | None) => Err(VoidReason::NotAllowed { by }),
        }
    }

    /// Whether a slot of a newer format is one that a member wrote for this place: then
    /// this app is too old, otherwise it is junk. In a log without entries nobody can tell.
    fn is_of_a_member(&self, bytes: &[u8], before: &impl StateBefore) -> bool {
        if self.head.tree.size() == 0 {
            return true;
        }
        let signed = frame(bytes, self.head.next);
        let by_member = |signed: &SignedCheckpoint| {
            self.chain.keys().any(|key| {
                let writes = || before.may_write(key.device_id());
                signed.is_written_by(self.head.ledger, *key) == Ok(true) && writes()
            })
        };
        signed.as_ref().is_some_and(by_member)
    }

    fn admit(
        &mut self,
        slot: Slot,
        chain: Verifier,
        tree: Tree,
        before: &impl StateBefore,
    ) -> Verdict {
        let other_views = slot
            .entries
            .iter()
            .filter_map(|entry| self.other_view(entry, before))
            .collect();
        let first_leaf = self.head.tree.size();
        self.chain = chain;
        self.head.tree = tree;
        Verdict::Admitted(Box::new(Admitted {
            n: self.head.next,
            hash: slot.hash,
            by: slot.header.by,
            at: slot.header.at,
            first_leaf,
            entries: slot.entries,
            checkpoint: slot.checkpoint,
            other_views,
        }))
    }

    fn other_view(&self, entry: &Entry, before: &impl StateBefore) -> Option<OtherView> {
        let seen = entry.header().seen;
        if seen == Seen::default() {
            return None;
        }
        let ours = match self.head.next.checked_sub(1) {
            Some(last) if seen.slot == last => Some(self.head.prev),
            Some(last) if seen.slot < last => Some(before.slot_hash(seen.slot)?),
            Some(_) | None => None,
        };
        (ours != Some(seen.hash)).then(|| OtherView {
            entry: entry.id(),
            device: entry.header().device,
            seen,
            ours,
        })
    }
}

/// Why a slot is void, with what that proves.
struct Objection {
    reason: VoidReason,
    fork: Option<Box<Fork>>,
}

impl From<VoidReason> for Objection {
    fn from(reason: VoidReason) -> Self {
        Self { reason, fork: None }
    }
}

/// The entry's own signature was checked by the verifier, and the other's when it was
/// admitted.
fn fork(
    entry: &Entry,
    broken: &Broken,
    earlier: &[Entry],
    before: &impl StateBefore,
) -> Option<Box<Fork>> {
    if broken.reason != Reason::Repeated {
        return None;
    }
    let (device, seq) = (entry.header().device, entry.header().seq);
    let in_slot = earlier
        .iter()
        .find(|other| (other.header().device, other.header().seq) == (device, seq));
    let first = in_slot
        .map(SignedHeader::from)
        .or_else(|| before.admitted(device, seq))?;
    Fork::new(first, entry).map(Box::new)
}
