//! Chance that is the same for ever, and the entries that something is done to. Must not know what
//! is done.

use cockpit_seal::{DeviceKey, Draft, Entry, Head, Seen, seal};
use serde_json::{Map, json};

/// SplitMix64.
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end as u64) as usize
    }

    /// Two different ones, the smaller first.
    pub fn two(&mut self, end: usize) -> (usize, usize) {
        let first = self.below(end);
        let second = (first + 1 + self.below(end - 1)) % end;
        (first.min(second), first.max(second))
    }

    pub fn flip(&mut self, bytes: &mut [u8]) {
        let at = self.below(bytes.len());
        bytes[at] ^= 1 << self.below(8);
    }
}

pub fn key() -> DeviceKey {
    DeviceKey::from_seed(&[7; 32])
}

pub fn outsider() -> DeviceKey {
    DeviceKey::from_seed(&[99; 32])
}

/// A ledger of one device. Another `salt` makes another ledger of the same device.
pub fn entries(key: &DeviceKey, count: usize, salt: u8) -> Vec<Entry> {
    let mut head = Head::genesis(key.device_id());
    let sealed = (0..count).map(|n| {
        let entry = entry(key, &head, n, salt);
        head = entry.head();
        entry
    });
    sealed.collect()
}

pub fn entry(key: &DeviceKey, head: &Head, n: usize, salt: u8) -> Entry {
    let mut body = Map::new();
    body.insert("reason".to_owned(), json!(format!("It crashes {n}")));
    if n == 0 {
        body.insert("key".to_owned(), json!(key.public().to_string()));
    }
    let draft = Draft {
        at: &format!("2026-11-23T18:30:{n:02}.123Z"),
        kind: "note",
        body,
        salt: [salt; 16],
        seen: Seen::default(),
    };
    seal(key, head, draft).unwrap()
}

/// The three lines of an entry.
pub fn lines(entry: &Entry) -> [Vec<u8>; 3] {
    [
        entry.header_line().into(),
        entry.body_line().into(),
        entry.signature_line().into(),
    ]
}

/// The entry at this place of its chain, with another text, by somebody who has no key of the
/// ledger.
pub fn forged(all: &[Entry], place: usize) -> Entry {
    let before = all[..place].last().map(Entry::head);
    let stranger = outsider();
    let head = before.unwrap_or(Head::genesis(stranger.device_id()));
    let head = Head {
        device: stranger.device_id(),
        ..head
    };
    entry(&stranger, &head, place, 3)
}
