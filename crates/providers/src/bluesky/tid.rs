//! A record key that follows from a notice's key. Must not know what is written under it.
//! Source: the record key and TID pages of the AT Protocol's specification.

/// The alphabet of TIDs, in the order of their sorting.
const ALPHABET: &[u8; 32] = b"234567abcdefghijklmnopqrstuvwxyz";
/// 2024-01-01, in microseconds since 1970: record keys look like those of posts made from then on.
const FROM_US: u64 = 1_704_067_200_000_000;
/// About 1.1 years of microseconds, all of them past.
const SPAN_BITS: u32 = 45;

/// The same notice always has the same record key, so that writing it again is the same post. It is
/// a valid TID whose time means nothing.
pub(super) fn of(key: &str) -> String {
    let mixed = mix(key);
    let at_us = FROM_US + (mixed & ((1 << SPAN_BITS) - 1));
    let clock = mixed >> (64 - 10);
    let mut number = (at_us << 10) | clock;
    let mut text = [0_u8; 13];
    for place in text.iter_mut().rev() {
        *place = ALPHABET[usize::try_from(number & 31).unwrap_or_default()];
        number >>= 5;
    }
    text.iter().copied().map(char::from).collect()
}

/// FNV-1a over the bytes, then mixed so that near keys lie far apart.
fn mix(key: &str) -> u64 {
    let mut mixed: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in key.bytes() {
        mixed = (mixed ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{ALPHABET, of};

    #[test]
    fn a_record_key_is_a_tid_and_each_notice_has_its_own() {
        let keys: BTreeSet<String> = (0..20_000).map(|it| of(&format!("{it:016x}"))).collect();
        assert_eq!(keys.len(), 20_000);
        for key in &keys {
            assert_eq!(key.len(), 13);
            assert!(
                key.bytes().all(|letter| ALPHABET.contains(&letter)),
                "{key}"
            );
            // The highest bit is 0.
            assert!(key.as_bytes()[0] <= b'j', "{key}");
        }
        assert_eq!(of("n-1"), of("n-1"));
    }
}
