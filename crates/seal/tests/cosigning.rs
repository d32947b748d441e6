//! Heads that several devices signed: who counts, in whatever order copies come together.
//! Knows only the public face of the crate.

use std::collections::BTreeMap;

use cockpit_seal::checkpoint::{Checkpoint, SignedCheckpoint, origin};
use cockpit_seal::{DeviceId, DeviceKey, LedgerId, TreeHash};
use proptest::prelude::*;

const LEDGER: LedgerId = LedgerId::from_bytes([3; 32]);

fn key(n: u8) -> DeviceKey {
    DeviceKey::from_seed(&[n; 32])
}

fn written() -> SignedCheckpoint {
    let checkpoint = Checkpoint {
        origin: origin(LEDGER),
        size: 12,
        root: TreeHash::from_bytes([2; 32]),
        extensions: vec![format!("slot 3 {}", "ab".repeat(32))],
    };
    SignedCheckpoint::sign(checkpoint, &key(0)).unwrap()
}

fn cosigned(by: &[(u8, u64)]) -> SignedCheckpoint {
    let mut copy = written();
    for (device, seconds) in by {
        copy.cosign(LEDGER, &key(*device), *seconds).unwrap();
    }
    copy
}

fn counted(of: &SignedCheckpoint) -> BTreeMap<DeviceId, u64> {
    let keys = (1..=4).map(|n| key(n).public());
    of.cosigners(LEDGER, keys).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn copies_come_together_in_any_order(
        copies in prop::collection::vec(prop::collection::vec((1..=5u8, 0..50u64), 0..5), 1..5),
        order in any::<prop::sample::Index>(),
    ) {
        let mut newest = BTreeMap::new();
        for (device, seconds) in copies.iter().flatten().filter(|(device, _)| *device < 5) {
            let kept = newest.entry(key(*device).device_id()).or_insert(*seconds);
            *kept = (*kept).max(*seconds);
        }
        let mut copies: Vec<_> = copies.iter().map(|by| cosigned(by)).collect();
        let turn = order.index(copies.len());
        let mut merged = Vec::new();
        for _ in 0..2 {
            let mut one = written();
            for copy in &copies {
                // Twice, as when it is downloaded again.
                let keys = || (1..=4).map(|n| key(n).public());
                one.merge(copy, LEDGER, keys()).unwrap();
                one.merge(copy, LEDGER, keys()).unwrap();
            }
            prop_assert_eq!(one.note().signatures().len(), 1 + newest.len());
            prop_assert_eq!(&counted(&one), &newest);
            prop_assert_eq!(one.is_written_by(LEDGER, key(0).public()), Ok(true));
            merged.push(one);
            copies.rotate_left(turn);
            copies.reverse();
        }
        prop_assert_eq!(counted(&merged[0]), counted(&merged[1]));
    }
}

#[test]
fn no_flipped_bit_leaves_a_head_as_it_was() {
    let good = cosigned(&[(1, 1_679_315_147), (2, 7)]);
    let bytes = good.to_string().into_bytes();
    let expected = counted(&good);
    for place in 0..bytes.len() {
        for bit in 0..8 {
            let mut bad = bytes.clone();
            bad[place] ^= 1 << bit;
            let Ok(read) = SignedCheckpoint::parse(&bad) else {
                continue;
            };
            let written = read.is_written_by(LEDGER, key(0).public());
            let cosigners = read.cosigners(LEDGER, [1, 2].map(|n| key(n).public()));
            assert!(
                written != Ok(true) || cosigners.as_ref() != Ok(&expected),
                "byte {place}, bit {bit}"
            );
        }
    }
}
