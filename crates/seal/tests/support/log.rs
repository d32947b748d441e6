//! A small team that writes a log, for tests. Knows only the public face of the crate.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::collections::BTreeMap;

use cockpit_seal::slot::{
    Admitted, Slot, SlotHead, SlotVerifier, StateBefore, Verdict, Void, VoidReason,
};
use cockpit_seal::{
    DeviceId, DeviceKey, Draft, Entry, Head, KIND_DEVICE_ADD, KIND_MEMBER_REQUEST, LedgerId, Seen,
    SignedHeader, SlotHash, Timestamp, seal,
};
use serde_json::{Map, Value};

pub fn key(n: u8) -> DeviceKey {
    DeviceKey::from_seed(&[n; 32])
}

pub fn at(n: u64) -> Timestamp {
    Timestamp::from_ms(1_795_458_605_123 + i64::try_from(n).unwrap()).unwrap()
}

/// What a fold would remember: every device with a `device.add` or the genesis may
/// write, until it is struck off.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Memory {
    pub members: Vec<DeviceId>,
    pub closed: bool,
    pub entries: BTreeMap<(DeviceId, u64), SignedHeader>,
    pub slots: Vec<SlotHash>,
}

impl StateBefore for Memory {
    fn may_write(&self, device: DeviceId) -> bool {
        self.members.contains(&device)
    }

    fn may_ask(&self, _: &Entry) -> bool {
        !self.closed
    }

    fn admitted(&self, device: DeviceId, seq: u64) -> Option<SignedHeader> {
        self.entries.get(&(device, seq)).cloned()
    }

    fn slot_hash(&self, n: u64) -> Option<SlotHash> {
        self.slots.get(usize::try_from(n).ok()?).copied()
    }
}

impl Memory {
    pub fn take(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Void(void) => self.slots.push(void.link),
            Verdict::Admitted(admitted) => {
                self.slots.push(admitted.hash);
                for entry in &admitted.entries {
                    let header = entry.header();
                    let place = (header.device, header.seq);
                    self.entries.insert(place, entry.into());
                    let founds = entry.is_genesis() || header.kind == KIND_DEVICE_ADD;
                    if let Some(key) = entry.key_brought_in().unwrap().filter(|_| founds) {
                        self.members.push(key.device_id());
                    }
                }
            }
        }
    }
}

/// Somebody who reads a log.
#[derive(Debug, Clone)]
pub struct Reader {
    pub verifier: SlotVerifier,
    pub memory: Memory,
}

impl Reader {
    pub fn new(ledger: LedgerId) -> Self {
        Self {
            verifier: SlotVerifier::new(ledger),
            memory: Memory::default(),
        }
    }

    pub fn feed(&mut self, bytes: &[u8]) -> Verdict {
        let verdict = self.verifier.feed(bytes, &self.memory).unwrap();
        self.memory.take(&verdict);
        verdict
    }

    pub fn admitted(&mut self, bytes: &[u8]) -> Admitted {
        match self.feed(bytes) {
            Verdict::Admitted(admitted) => *admitted,
            Verdict::Void(void) => panic!("{void}"),
        }
    }

    pub fn void(&mut self, bytes: &[u8]) -> Void {
        match self.feed(bytes) {
            Verdict::Void(void) => *void,
            Verdict::Admitted(admitted) => panic!("slot {} was admitted", admitted.n),
        }
    }

    pub fn why_void(&mut self, bytes: &[u8]) -> VoidReason {
        self.void(bytes).reason
    }
}

/// Devices 1 to 5, their chains, and the log that they write.
pub struct Team {
    pub ledger: LedgerId,
    pub heads: BTreeMap<u8, Head>,
    pub reader: Reader,
    pub slots: Vec<Vec<u8>>,
    made: u8,
}

impl Team {
    /// Slot 0: the genesis of device 1.
    pub fn found() -> Self {
        Self::found_by(1)
    }

    pub fn found_by(device: u8) -> Self {
        let founder = key(device);
        let mut team = Self {
            ledger: LedgerId::ZERO,
            heads: BTreeMap::from([(device, Head::genesis(founder.device_id()))]),
            reader: Reader::new(LedgerId::ZERO),
            slots: Vec::new(),
            made: 0,
        };
        let genesis = team.entry(device, "genesis", Some(device));
        team.ledger = genesis.ledger();
        team.reader = Reader::new(team.ledger);
        team.write(device, vec![genesis]);
        team
    }

    /// With device 2 as a member, in slot 1.
    pub fn of_two() -> Self {
        let mut team = Self::found();
        let add = team.entry(1, KIND_DEVICE_ADD, Some(2));
        team.write(1, vec![add]);
        team
    }

    /// The next entry of a device; it is sealed and not yet admitted.
    pub fn entry(&mut self, device: u8, kind: &str, brings: Option<u8>) -> Entry {
        let seen = self.reader.verifier.seen();
        self.entry_seeing(device, kind, brings, seen)
    }

    pub fn entry_seeing(
        &mut self,
        device: u8,
        kind: &str,
        brings: Option<u8>,
        seen: Seen,
    ) -> Entry {
        self.made = self.made.wrapping_add(1);
        let signer = key(device);
        let first = Head::first(self.ledger, signer.device_id());
        let head = *self.heads.entry(device).or_insert(first);
        let mut body = Map::new();
        body.insert("n".into(), self.made.into());
        if let Some(brings) = brings {
            let public = key(brings).public().to_string();
            body.insert("key".into(), Value::String(public));
        }
        let draft = Draft {
            at: &at(self.made.into()).to_string(),
            kind,
            body,
            salt: [self.made; 16],
            seen,
        };
        let entry = seal(&signer, &head, draft).unwrap();
        self.heads.insert(device, entry.head());
        entry
    }

    pub fn note(&mut self, device: u8) -> Entry {
        self.entry(device, "note", None)
    }

    pub fn request(&mut self, device: u8) -> Entry {
        self.entry(device, KIND_MEMBER_REQUEST, Some(device))
    }

    /// The bytes of the next slot; they are not stored.
    pub fn slot(&self, by: u8, entries: Vec<Entry>) -> Vec<u8> {
        self.slot_after(self.reader.verifier.head(), by, entries)
    }

    pub fn slot_after(&self, head: &SlotHead, by: u8, entries: Vec<Entry>) -> Vec<u8> {
        let n = head.next;
        Slot::build(&key(by), head, at(1_000 + n), entries)
            .unwrap()
            .bytes()
    }

    /// Writes, stores and reads the next slot.
    pub fn write(&mut self, by: u8, entries: Vec<Entry>) -> Admitted {
        let bytes = self.slot(by, entries);
        let admitted = self.reader.admitted(&bytes);
        self.slots.push(bytes);
        admitted
    }

    /// Stores and reads bytes that admit nothing.
    pub fn junk(&mut self, bytes: Vec<u8>) -> Void {
        let void = self.reader.void(&bytes);
        self.slots.push(bytes);
        void
    }
}
