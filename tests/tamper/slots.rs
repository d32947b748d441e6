//! A log of slots in wrong hands. Must not know what makes a slot void.

use cockpit_seal::slot::{AnyKnownDevice, Halt, Slot, SlotHead, SlotVerifier, Verdict};
use cockpit_seal::tree::leaf_hash;
use cockpit_seal::{DeviceKey, Entry, Seen, SlotHash, Timestamp};

use crate::chance::{Chance, entries, forged, key, outsider};
use crate::{Case, Way};

const SLOTS: usize = 8;
const OF_EACH: usize = 3;

/// A log whose last slot is known from outside, and what stood before each slot.
pub struct Stage {
    slots: Vec<Vec<u8>>,
    heads: Vec<SlotHead>,
    entries: Vec<Entry>,
    foreign: Vec<Vec<u8>>,
}

fn at(n: usize) -> Timestamp {
    Timestamp::from_ms(1_795_458_605_123 + n as i64).unwrap()
}

fn written(entries: &[Entry]) -> (Vec<Vec<u8>>, Vec<SlotHead>) {
    let mut head = SlotHead::first(entries[0].ledger());
    let (mut slots, mut heads) = (Vec::new(), Vec::new());
    for (n, chunk) in entries.chunks(OF_EACH).enumerate() {
        heads.push(head.clone());
        let slot = Slot::build(&key(), &head, at(n), chunk.to_vec()).unwrap();
        (head.prev, head.next) = (slot.hash(), head.next + 1);
        for entry in chunk {
            head.tree.push(leaf_hash(&entry.leaf()));
        }
        slots.push(slot.bytes());
    }
    (slots, heads)
}

impl Stage {
    pub fn new() -> Self {
        let all = entries(&key(), SLOTS * OF_EACH, 1);
        let (slots, heads) = written(&all);
        let (foreign, _) = written(&entries(&key(), SLOTS * OF_EACH, 2));
        Self {
            slots,
            heads,
            entries: all,
            foreign,
        }
    }

    pub fn untouched(&self) -> Case {
        self.read(0, &self.slots)
    }

    pub fn case(&self, way: Way, chance: &mut Chance) -> Case {
        let mut slots = self.slots.clone();
        let k = chance.below(SLOTS);
        let mut place = k;
        match way {
            Way::Flip => chance.flip(&mut slots[k]),
            Way::Delete => drop(slots.remove(k)),
            Way::Insert => {
                let copy = slots[(k + 1 + chance.below(SLOTS - 1)) % SLOTS].clone();
                slots.insert(k, copy);
            }
            Way::Reorder => {
                let (one, other) = chance.two(SLOTS);
                slots.swap(one, other);
                place = one;
            }
            Way::CutTheTail => slots.truncate(k),
            // The newest slots are the same ones written before somebody else's came in.
            Way::OlderCopy => {
                slots.truncate(k + 1);
                let own = &self.entries[k * OF_EACH..k * OF_EACH + 1 + chance.below(2)];
                slots[k] = self.built(k, &key(), own.to_vec());
                place = if k + 1 == SLOTS { k } else { k + 1 };
            }
            Way::EditABody => {
                let text = String::from_utf8(slots[k].clone()).unwrap();
                let n = k * OF_EACH + chance.below(OF_EACH);
                let edited = text.replacen(
                    &format!("It crashes {n}\""),
                    &format!("It does not {n}\""),
                    1,
                );
                slots[k] = edited.into_bytes();
            }
            Way::Forge => {
                let mut all = self.of_slot(k);
                let nth = chance.below(OF_EACH);
                all[nth] = forged(&self.entries, k * OF_EACH + nth);
                slots[k] = self.built(k, &key(), all);
            }
            Way::Replay => {
                let from = match chance.below(2) {
                    0 => k,
                    _ => chance.below(SLOTS),
                };
                slots[k] = self.foreign[from].clone();
            }
            Way::SignAnew => slots[k] = self.built(k, &outsider(), self.of_slot(k)),
        }
        self.read(place, &slots)
    }

    fn of_slot(&self, k: usize) -> Vec<Entry> {
        self.entries[k * OF_EACH..(k + 1) * OF_EACH].to_vec()
    }

    fn built(&self, k: usize, by: &DeviceKey, entries: Vec<Entry>) -> Vec<u8> {
        Slot::build(by, &self.heads[k], at(k), entries)
            .unwrap()
            .bytes()
    }

    /// Where the first slot stands that a reader does not take, who knows the last one.
    fn read(&self, place: usize, slots: &[Vec<u8>]) -> Case {
        let last = &self.slots[SLOTS - 1];
        let mark = Seen {
            slot: SLOTS as u64 - 1,
            hash: SlotHash::of_bytes(last),
        };
        let mut verifier = SlotVerifier::new(self.heads[0].ledger).expecting(mark);
        let mut named = None;
        for bytes in slots {
            match verifier.feed(bytes, &AnyKnownDevice) {
                Ok(Verdict::Admitted(_)) => {}
                Ok(Verdict::Void(void)) => {
                    named.get_or_insert(void.n);
                }
                Err(Halt::NewerApp { n, .. } | Halt::Rewritten { n, .. }) => {
                    named.get_or_insert(n);
                    break;
                }
                Err(Halt::Truncated { next, .. }) => {
                    named.get_or_insert(next);
                    break;
                }
            }
        }
        if let Err(Halt::Truncated { next, .. }) = verifier.finish() {
            named.get_or_insert(next);
        }
        Case {
            place: format!("slot {place}"),
            named: named.map(|n| format!("slot {n}")).into_iter().collect(),
        }
    }
}
