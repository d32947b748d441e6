//! Whatever is done to a ledger is found, and the place is named. Knows only the
//! public face of the crate.

use std::collections::BTreeMap;

use cockpit_seal::{
    Broken, DeviceKey, Draft, Entry, Head, HighWater, Reason, Seen, Verified, Verifier, seal,
};
use proptest::prelude::*;
use serde_json::{Map, Value};

fn key(n: u8) -> DeviceKey {
    DeviceKey::from_seed(&[n; 32])
}

fn sealed(key: &DeviceKey, head: &Head, kind: &str, brings: Option<&DeviceKey>, n: u8) -> Entry {
    let mut body = Map::new();
    body.insert("n".into(), n.into());
    if let Some(brings) = brings {
        body.insert("key".into(), Value::String(brings.public().to_string()));
    }
    let at = "2026-11-23T18:30:05.123Z";
    seal(
        key,
        head,
        Draft {
            at,
            kind,
            body,
            salt: [n; 16],
            seen: Seen::default(),
        },
    )
    .unwrap()
}

/// A ledger of two devices: genesis, device.add, then entries of whoever has a turn.
fn ledger(turns: &[bool]) -> Vec<Entry> {
    let keys = [key(1), key(2)];
    let mut entries = vec![sealed(
        &keys[0],
        &Head::genesis(keys[0].device_id()),
        "genesis",
        Some(&keys[0]),
        0,
    )];
    let add = sealed(
        &keys[0],
        &entries[0].head(),
        "device.add",
        Some(&keys[1]),
        1,
    );
    let first = Head::first(entries[0].ledger(), keys[1].device_id());
    let mut heads = [add.head(), first];
    entries.push(add);
    for (n, turn) in (2..).zip(turns) {
        let device = usize::from(*turn);
        let entry = sealed(&keys[device], &heads[device], "note", None, n);
        heads[device] = entry.head();
        entries.push(entry);
    }
    entries
}

fn verify(entries: &[Entry]) -> Result<Verified, Broken> {
    verify_with(entries, &[])
}

fn verify_with(entries: &[Entry], marks: &[HighWater]) -> Result<Verified, Broken> {
    let mut verifier = marks
        .iter()
        .fold(Verifier::new(), |v, mark| v.expecting(*mark));
    entries.iter().try_for_each(|entry| verifier.feed(entry))?;
    verifier.finish()
}

/// The last entry of each device: what a caller keeps outside.
fn marks(entries: &[Entry]) -> Vec<HighWater> {
    let mut last = BTreeMap::new();
    for entry in entries {
        let header = entry.header();
        let mark = HighWater {
            device: header.device,
            seq: header.seq,
            id: entry.id(),
        };
        last.insert(header.device, mark);
    }
    last.into_values().collect()
}

fn turns() -> impl Strategy<Value = Vec<bool>> {
    prop::collection::vec(any::<bool>(), 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn a_ledger_holds_and_reads_back(turns in turns()) {
        let entries = ledger(&turns);
        let verified = verify_with(&entries, &marks(&entries)).unwrap();
        prop_assert_eq!(verified.entries, entries.len() as u64);
        for entry in &entries {
            prop_assert_eq!(&Entry::parse(entry.lines()).unwrap(), entry);
        }
    }

    #[test]
    fn any_flipped_bits_in_any_byte_are_found_there(
        turns in turns(),
        place: prop::sample::Index,
        line in 0..3usize,
        byte: prop::sample::Index,
        bits in 1..=255u8,
    ) {
        let entries = ledger(&turns);
        let place = place.index(entries.len());
        let mut verifier = Verifier::new();
        entries[..place].iter().try_for_each(|entry| verifier.feed(entry)).unwrap();
        let entry = &entries[place];
        let mut lines = [entry.header_line(), entry.body_line(), &entry.signature_line()]
            .map(|line| line.as_bytes().to_vec());
        let byte = byte.index(lines[line].len());
        lines[line][byte] ^= bits;
        let broken = verifier.feed_lines(&lines[0], &lines[1], &lines[2]).unwrap_err();
        prop_assert_eq!(broken.position, place as u64 + 1);
        // As one text, too.
        let text = lines.map(|line| [line, vec![b'\n']].concat()).concat();
        let read = Entry::parse(text).map_err(Reason::from).and_then(|entry| {
            let signer = if entry.header().device == key(2).device_id() { 2 } else { 1 };
            entry.verify(&key(signer).public())
        });
        prop_assert!(read.is_err());
    }

    #[test]
    fn a_deleted_entry_is_missed(turns in turns(), place: prop::sample::Index) {
        let whole = ledger(&turns);
        let place = place.index(whole.len());
        let mut entries = whole.clone();
        let deleted = entries.remove(place);
        let (device, seq) = (deleted.header().device, deleted.header().seq);
        let broken = verify_with(&entries, &marks(&whole)).unwrap_err();
        let next = entries[place..].iter().position(|e| e.header().device == device);
        match (place, next) {
            (0, _) => prop_assert_eq!((broken.position, broken.reason), (1, Reason::NoGenesis)),
            (1, _) if broken.reason == Reason::UnknownDevice => {
                prop_assert_eq!(broken.device, Some(key(2).device_id()));
            }
            (_, Some(next)) => {
                prop_assert_eq!(broken.position, (place + next) as u64 + 1);
                prop_assert_eq!(broken.device, Some(device));
                prop_assert_eq!(broken.reason, Reason::Missing { expected_seq: seq });
            }
            (_, None) => {
                prop_assert_eq!(broken.device, Some(device));
                prop_assert_eq!(broken.reason, Reason::Truncated { expected_seq: seq });
            }
        }
    }

    #[test]
    fn a_cut_tail_is_missed(turns in turns(), place: prop::sample::Index) {
        let whole = ledger(&turns);
        let kept = place.index(whole.len());
        let broken = verify_with(&whole[..kept], &marks(&whole)).unwrap_err();
        prop_assert!(matches!(broken.reason, Reason::Truncated { .. }), "{broken}");
        prop_assert_eq!(broken.position, kept as u64 + 1);
        // Without knowledge from outside, a shorter ledger is a ledger.
        prop_assert!(verify(&whole[..kept]).is_ok());
    }

    #[test]
    fn a_copied_entry_is_found_where_it_stands(
        turns in turns(),
        from: prop::sample::Index,
        gap: prop::sample::Index,
    ) {
        let mut entries = ledger(&turns);
        let from = from.index(entries.len());
        let to = from + 1 + gap.index(entries.len() - from);
        entries.insert(to, entries[from].clone());
        let broken = verify(&entries).unwrap_err();
        prop_assert_eq!(broken.position, to as u64 + 1);
        let expected = if from == 0 { Reason::SecondGenesis } else { Reason::Repeated };
        prop_assert_eq!(broken.reason, expected);
    }

    #[test]
    fn a_foreign_entry_is_found_where_it_stands(turns in turns(), place: prop::sample::Index) {
        let mut entries = ledger(&turns);
        let place = 1 + place.index(entries.len());
        let stranger = key(9);
        let head = Head::first(entries[0].ledger(), stranger.device_id());
        entries.insert(place, sealed(&stranger, &head, "note", None, 99));
        let broken = verify(&entries).unwrap_err();
        prop_assert_eq!((broken.position, broken.reason), (place as u64 + 1, Reason::UnknownDevice));
    }

    #[test]
    fn swapped_entries_of_a_device_are_found(turns in turns(), a: prop::sample::Index, b: prop::sample::Index) {
        let mut entries = ledger(&turns);
        let (a, b) = (a.index(entries.len()), b.index(entries.len()));
        let (a, b) = (a.min(b), a.max(b));
        prop_assume!(a != b && entries[a].header().device == entries[b].header().device);
        entries.swap(a, b);
        let broken = verify(&entries).unwrap_err();
        prop_assert_eq!(broken.position, a as u64 + 1);
        let expected = matches!(broken.reason, Reason::Missing { .. } | Reason::NoGenesis);
        prop_assert!(expected, "{}", broken);
    }

    #[test]
    fn a_beginning_and_the_rest_are_the_whole(turns in turns(), place: prop::sample::Index) {
        let entries = ledger(&turns);
        let whole = verify(&entries).unwrap();
        let place = 1 + place.index(entries.len());
        let start = verify(&entries[..place]).unwrap();
        let mut rest = Verifier::resume(
            place as u64,
            start.ledger.unwrap(),
            start.devices.into_values(),
            start.heads.into_values(),
        );
        entries[place..].iter().try_for_each(|entry| rest.feed(entry)).unwrap();
        let rest = rest.finish().unwrap();
        prop_assert_eq!(start.entries + rest.entries, whole.entries);
        prop_assert_eq!((rest.ledger, rest.devices, rest.heads), (whole.ledger, whole.devices, whole.heads));
    }
}

#[test]
fn a_refused_entry_leaves_the_verifier_as_it_was() {
    let entries = ledger(&[false, true, false, true]);
    let mut verifier = Verifier::new();
    entries[..3]
        .iter()
        .try_for_each(|entry| verifier.feed(entry))
        .unwrap();
    verifier.feed(&entries[0]).unwrap_err();
    verifier.feed_lines(b"x", b"{}", b"").unwrap_err();
    entries[3..]
        .iter()
        .try_for_each(|entry| verifier.feed(entry))
        .unwrap();
    assert_eq!(verifier.finish().unwrap().entries, 6);
}

#[test]
fn another_entry_at_a_known_place_is_found() {
    let entries = ledger(&[false, false]);
    let other = sealed(&key(1), &entries[2].head(), "note", None, 77);
    let rewritten = [&entries[..3], &[other]].concat();
    let broken = verify_with(&rewritten, &marks(&entries)).unwrap_err();
    assert_eq!((broken.position, &broken.reason), (4, &Reason::Rewritten));
}

#[test]
fn a_person_can_read_what_is_wrong() {
    let mut entries = ledger(&[false, false]);
    entries.remove(2);
    let broken = verify(&entries).unwrap_err();
    let device = key(1).device_id();
    assert_eq!(
        broken.to_string(),
        format!(
            "Entry 3 of the ledger (entry 3 of device {device}) does not hold: entry 2 of this \
             device is missing before it (removed or moved)."
        )
    );
}
