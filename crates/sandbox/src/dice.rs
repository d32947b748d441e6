//! Chance that repeats: numbers and ids from a seed. Must not know the clock.

/// A well mixed number for a seed and a label.
pub(crate) fn roll(seed: u64, label: &str) -> u64 {
    let mut mixed = seed ^ 0x9e37_79b9_7f4a_7c15;
    for byte in label.bytes() {
        mixed = mix(mixed ^ u64::from(byte));
    }
    mix(mixed)
}

/// A number in `0.0..1.0` for a seed and a label.
pub(crate) fn chance(seed: u64, label: &str) -> f64 {
    // 53 bits are what a double holds exactly.
    (roll(seed, label) >> 11) as f64 / (1_u64 << 53) as f64
}

/// Hexadecimal text of the wanted length for a seed and a label.
pub(crate) fn hex(seed: u64, label: &str, length: usize) -> String {
    let mut text = String::new();
    let mut round = 0;
    while text.len() < length {
        text.push_str(&format!("{:016x}", roll(seed, &format!("{label}#{round}"))));
        round += 1;
    }
    text.truncate(length);
    text
}

/// Text in the shape of a UUID for a seed and a label.
pub(crate) fn uuid(seed: u64, label: &str) -> String {
    let text = hex(seed, label, 32);
    format!(
        "{}-{}-4{}-a{}-{}",
        &text[..8],
        &text[8..12],
        &text[13..16],
        &text[17..20],
        &text[20..]
    )
}

fn mix(value: u64) -> u64 {
    let mut mixed = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
