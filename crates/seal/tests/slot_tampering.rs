//! Whatever is done to a log of slots is found, and the place is named: thousands of
//! seeded cases. Knows only the public face of the crate.

#[path = "support/log.rs"]
mod log;

use cockpit_seal::slot::{Halt, Slot, SlotHead, SlotOrder, SlotVerifier, Verdict, VoidReason};
use cockpit_seal::{DeviceKey, Entry, KIND_DEVICE_ADD, Reason, Seen, SlotHash};
use log::{Reader, Team, at, key};
use proptest::prelude::*;

/// Cases of each way to tamper, for each seed.
const CASES: u64 = 250;
const SEEDS: u64 = 3;
/// The slot of the log that is void from the beginning.
const JUNK: usize = 5;

/// A small generator, so that a case is named by its numbers for ever.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// A log, what a reader knew before each slot, and another log of the same devices.
struct Stage {
    slots: Vec<Vec<u8>>,
    /// Before slot n, and at the end.
    before: Vec<Reader>,
    foreign: Vec<Vec<u8>>,
    team: Team,
}

fn stage(seed: u64) -> Stage {
    let mut chance = Chance(seed + 1);
    let mut team = Team::found();
    let mut add = vec![team.entry(1, KIND_DEVICE_ADD, Some(2))];
    add.push(team.note(1));
    team.write(1, add);
    while team.slots.len() < 12 {
        match team.slots.len() {
            JUNK => drop(team.junk(b"cockpit.ledger/slot/v1 {junk}\n".to_vec())),
            7 => {
                let request = team.request(3);
                team.write(3, vec![request]);
            }
            _ => {
                let count = 1 + chance.below(4);
                let entries = (0..count)
                    .map(|_| team.note(*chance.one(&[1, 2])))
                    .collect();
                team.write(*chance.one(&[1, 2]), entries);
            }
        }
    }
    let mut other = Team::found_by(2);
    let add = other.entry(2, KIND_DEVICE_ADD, Some(1));
    other.write(2, vec![add]);
    while other.slots.len() < 12 {
        let entry = other.note(*chance.one(&[1, 2]));
        other.write(*chance.one(&[1, 2]), vec![entry]);
    }
    let mut reader = Reader::new(team.ledger);
    let mut before = vec![reader.clone()];
    for slot in &team.slots {
        reader.feed(slot);
        before.push(reader.clone());
    }
    Stage {
        slots: team.slots.clone(),
        before,
        foreign: other.slots,
        team,
    }
}

/// Where and how a reader finds that the log is not the one that was written.
#[derive(Debug, PartialEq)]
enum Found {
    Void(usize, VoidReason),
    Halt(usize, Halt),
}

impl Found {
    fn place(&self) -> usize {
        match self {
            Self::Void(place, _) | Self::Halt(place, _) => *place,
        }
    }
}

impl Stage {
    /// Somewhere that is not the void slot.
    fn place(&self, chance: &mut Chance) -> usize {
        loop {
            let place = chance.below(self.slots.len());
            if place != JUNK {
                return place;
            }
        }
    }

    /// Reads the log from `place` on; what stands before it was not touched. A void slot
    /// is a finding, but for the one that everybody knows. With `marked` the reader knows
    /// the true last slot.
    fn find(&self, place: usize, rest: &[Vec<u8>], marked: bool) -> Option<Found> {
        let mut reader = self.before[place].clone();
        if marked {
            reader.verifier = reader.verifier.expecting(Seen {
                slot: self.slots.len() as u64 - 1,
                hash: SlotHash::of_bytes(&self.slots[self.slots.len() - 1]),
            });
        }
        for (n, bytes) in (place..).zip(rest) {
            match reader.verifier.feed(bytes, &reader.memory) {
                Err(halt) => return Some(Found::Halt(n, halt)),
                Ok(verdict) => {
                    reader.memory.take(&verdict);
                    let known = n == JUNK && *bytes == self.slots[JUNK];
                    if let Verdict::Void(void) = verdict
                        && !known
                    {
                        return Some(Found::Void(n, void.reason));
                    }
                }
            }
        }
        let end = place + rest.len();
        reader
            .verifier
            .finish()
            .err()
            .map(|halt| Found::Halt(end, halt))
    }

    /// The log from `place` on, with something done to it.
    fn rest(&self, place: usize, change: impl FnOnce(&mut Vec<Vec<u8>>)) -> Vec<Vec<u8>> {
        let mut rest = self.slots[place..].to_vec();
        change(&mut rest);
        rest
    }

    fn entries(&self, n: usize) -> Vec<Entry> {
        Slot::parse(&self.slots[n]).unwrap().entries().to_vec()
    }

    fn head(&self, n: usize) -> &SlotHead {
        self.before[n].verifier.head()
    }

    fn build(&self, n: usize, by: &DeviceKey, entries: Vec<Entry>) -> Vec<u8> {
        Slot::build(by, self.head(n), at(9_999), entries)
            .unwrap()
            .bytes()
    }
}

/// One case: where it must be found, and what a reader finds.
fn case(stage: &Stage, way: usize, chance: &mut Chance) -> (&'static str, usize, Option<Found>) {
    let k = stage.place(chance);
    let last = stage.slots.len() - 1;
    let find = |place, rest: &[Vec<u8>], marked| stage.find(place, rest, marked);
    match way {
        0 => {
            let byte = chance.below(stage.slots[k].len());
            let bits = 1 + chance.below(255) as u8;
            let rest = stage.rest(k, |rest| rest[0][byte] ^= bits);
            ("flip", k, find(k, &rest, false))
        }
        1 => {
            let rest = stage.rest(k, |rest| drop(rest.remove(0)));
            ("delete a slot", k, find(k, &rest, true))
        }
        2 => {
            let copy = chance.one(&stage.slots).clone();
            let place = chance.below(last + 2);
            let mut rest = stage.slots[place..].to_vec();
            rest.insert(0, copy.clone());
            // Of a slot beside itself the second is one too many.
            let found = place + usize::from(rest.get(1) == Some(&copy));
            ("insert a copy", found, find(place, &rest, false))
        }
        3 => {
            let (mut i, mut j) = (k, stage.place(chance));
            if i == j {
                j = if i == 0 { last } else { 0 };
            }
            (i, j) = (i.min(j), i.max(j));
            let rest = stage.rest(i, |rest| rest.swap(0, j - i));
            ("swap two slots", i, find(i, &rest, false))
        }
        4 => {
            let rest = stage.rest(k, |rest| rest.truncate(chance.below(stage.slots.len() - k)));
            let end = k + rest.len();
            ("cut the tail", end, find(k, &rest, true))
        }
        5 => {
            let length = chance.below(stage.slots[k].len());
            let rest = stage.rest(k, |rest| rest[0].truncate(length));
            ("cut a slot short", k, find(k, &rest, false))
        }
        6 => {
            let foreign = chance.one(&stage.foreign).clone();
            let rest = stage.rest(k, |rest| rest[0] = foreign);
            ("replay from another ledger", k, find(k, &rest, false))
        }
        7 => {
            let forged = stage.build(k, &key(9), stage.entries(k));
            let rest = stage.rest(k, |rest| rest[0] = forged);
            ("sign anew as an outsider", k, find(k, &rest, false))
        }
        8 => {
            // A member writes its own slot anew: it is a slot like any other, but the
            // next one does not follow it, and the last one is known.
            let by = Slot::parse(&stage.slots[k]).unwrap().header().by;
            let by = [1, 2, 3]
                .map(key)
                .into_iter()
                .find(|key| key.device_id() == by);
            let forged = stage.build(k, &by.unwrap(), stage.entries(k));
            let rest = stage.rest(k, |rest| rest[0] = forged);
            let next = if k + 1 == JUNK { JUNK + 1 } else { k + 1 };
            (
                "write a slot anew",
                next.min(last).max(k),
                find(k, &rest, true),
            )
        }
        9 => {
            let mut entries = stage.entries(k);
            let place = chance.below(entries.len());
            let (header, body) = (entries[place].header_line(), entries[place].body_line());
            let salt = "\"salt\":\"";
            let other = body.replacen(salt, &format!("\"x\":1,{salt}"), 1);
            let header = header.replace(&hash(body), &hash(&other));
            let signature = entries[place].signature_line();
            entries[place] =
                Entry::from_lines(header.as_bytes(), other.as_bytes(), signature.as_bytes())
                    .unwrap();
            let by = if k == 7 { 3 } else { 1 };
            let forged = stage.build(k, &key(by), entries);
            let rest = stage.rest(k, |rest| rest[0] = forged);
            ("edit a body and its hash", k, find(k, &rest, false))
        }
        10 => {
            let mut entries = stage.entries(k);
            let from = chance.below(entries.len());
            let to = chance.below(entries.len() + 1);
            entries.insert(to, entries[from].clone());
            let by = if k == 7 { 3 } else { 1 };
            let forged = stage.build(k, &key(by), entries);
            let rest = stage.rest(k, |rest| rest[0] = forged);
            ("copy an entry", k, find(k, &rest, false))
        }
        11 => {
            let slot = String::from_utf8(stage.slots[k].clone()).unwrap();
            let mut lines: Vec<_> = slot.split_inclusive('\n').collect();
            let (from, to) = (chance.below(lines.len()), chance.below(lines.len()));
            match chance.below(3) {
                0 => drop(lines.remove(from)),
                1 => lines.insert(to, lines[from]),
                _ if lines[from] != lines[to] => lines.swap(from, to),
                _ => drop(lines.remove(from)),
            }
            let forged = lines.concat().into_bytes();
            let rest = stage.rest(k, |rest| rest[0] = forged);
            ("remove, copy or swap lines", k, find(k, &rest, false))
        }
        _ => unreachable!("there are {WAYS} ways"),
    }
}

const WAYS: usize = 12;

fn hash(body: &str) -> String {
    cockpit_seal::BodyHash::of_body_line(body.as_bytes()).to_string()
}

#[test]
fn every_seeded_case_is_found_where_it_was_done() {
    for seed in 0..SEEDS {
        let stage = stage(seed);
        assert_eq!(stage.find(0, &stage.slots, true), None);
        for way in 0..WAYS {
            for n in 0..CASES {
                let mut chance = Chance((seed << 32 | (way as u64) << 16 | n) + 0x9e37_79b9);
                (0..8).for_each(|_| _ = chance.below(2));
                let (what, place, found) = case(&stage, way, &mut chance);
                let place_found = found.as_ref().map(Found::place);
                assert_eq!(
                    place_found,
                    Some(place),
                    "{what}, seed {seed}, case {n}: {found:?}"
                );
            }
        }
    }
}

#[test]
fn a_changed_void_slot_is_found_in_the_next_one() {
    let stage = stage(0);
    let rest = stage.rest(JUNK, |rest| rest[0][24] ^= 1);
    let mut reader = stage.before[JUNK].clone();
    assert_eq!(reader.why_void(&rest[0]).code(), "json_syntax");
    assert_eq!(reader.why_void(&rest[1]), VoidReason::BrokenLink);
}

#[test]
fn the_reason_names_the_entry() {
    let stage = stage(0);
    let k = 1;
    let mut entries = stage.entries(k);
    entries.swap(0, 1);
    let slot = stage.build(k, &key(1), entries.clone());
    let VoidReason::Entry(broken) = stage.before[k].clone().why_void(&slot) else {
        panic!("an entry is out of its place")
    };
    assert_eq!(broken.position, 2);
    assert_eq!(broken.id, Some(entries[0].id()));
    assert_eq!(broken.reason, Reason::Missing { expected_seq: 1 });
    assert_eq!(stage.team.slots.len(), stage.slots.len());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn slots_in_any_order_of_delivery_give_the_same(
        order in Just((0..12u64).collect::<Vec<_>>()).prop_shuffle(),
        again in prop::collection::vec(0..12u64, 0..6),
    ) {
        let stage = stage(0);
        let mut reader = Reader::new(stage.team.ledger);
        let mut queue = SlotOrder::from(0);
        for n in order.iter().chain(&again) {
            queue.offer(*n, stage.slots[*n as usize].clone()).unwrap();
            while let Some((place, bytes)) = queue.take() {
                prop_assert_eq!(place, reader.verifier.head().next);
                reader.feed(&bytes);
            }
        }
        prop_assert_eq!(queue.waiting(), 0);
        prop_assert_eq!(queue.next(), 12);
        let whole = stage.before.last().unwrap();
        prop_assert_eq!(reader.verifier.head(), whole.verifier.head());
        prop_assert_eq!(&reader.memory, &whole.memory);
        let [reader, whole] = [reader, whole.clone()].map(|it| it.verifier.finish());
        prop_assert_eq!(reader, whole);
    }
}

#[test]
fn any_beginning_and_the_rest_are_the_whole() {
    for seed in 0..SEEDS {
        let stage = stage(seed);
        let [end, ..] = stage.before.last_chunk::<1>().unwrap();
        let whole = end.verifier.clone().finish().unwrap();
        for (n, start) in stage.before.iter().enumerate() {
            let head = start.verifier.head().clone();
            let known = start.verifier.clone().finish().unwrap();
            let (devices, heads) = (known.devices.into_values(), known.heads.into_values());
            let mut rest = Reader {
                verifier: SlotVerifier::resume(head, devices, heads),
                memory: start.memory.clone(),
            };
            for slot in &stage.slots[n..] {
                rest.feed(slot);
            }
            assert_eq!(rest.verifier.head(), end.verifier.head());
            assert_eq!(rest.memory, end.memory);
            let rest = rest.verifier.finish().unwrap();
            assert_eq!(known.slots + rest.slots, whole.slots);
            assert_eq!(known.void + rest.void, whole.void);
            assert_eq!(
                (rest.tree, rest.devices, rest.heads),
                (
                    whole.tree.clone(),
                    whole.devices.clone(),
                    whole.heads.clone()
                )
            );
        }
    }
}

#[test]
fn two_slots_with_one_number_are_told() {
    let mut queue = SlotOrder::from(1);
    queue.offer(0, b"old".to_vec()).unwrap();
    queue.offer(2, b"a".to_vec()).unwrap();
    queue.offer(2, b"a".to_vec()).unwrap();
    let two = queue.offer(2, b"b".to_vec()).unwrap_err();
    assert_eq!((two.n, two.first), (2, SlotHash::of_bytes(b"a")));
    assert_eq!(queue.take(), None);
    queue.offer(1, b"x".to_vec()).unwrap();
    assert_eq!(queue.take(), Some((1, b"x".to_vec())));
    assert_eq!(queue.take(), Some((2, b"a".to_vec())));
}
