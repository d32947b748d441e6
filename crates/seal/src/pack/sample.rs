//! A sample that anybody draws again: no chance but the hash of the head. Knows no row.

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};

/// How many are drawn.
pub(super) const SIZE: usize = 25;

/// The positions with the smallest SHA-256 of "head:position", in order of position.
pub(super) fn draw(head: &str, positions: impl Iterator<Item = u64>) -> Vec<u64> {
    let mut smallest: BTreeSet<([u8; 32], u64)> = BTreeSet::new();
    for position in positions {
        let hash = Sha256::digest(format!("{head}:{position}")).into();
        smallest.insert((hash, position));
        if smallest.len() > SIZE {
            smallest.pop_last();
        }
    }
    let mut drawn: Vec<u64> = smallest.into_iter().map(|(_, position)| position).collect();
    drawn.sort_unstable();
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_head_draws_the_same_and_another_draws_others() {
        let first = draw("ab", 1..=500);
        assert_eq!(first.len(), SIZE);
        assert_eq!(first, draw("ab", (1..=500).rev()));
        assert_ne!(first, draw("ac", 1..=500));
        assert_eq!(draw("ab", 1..=3), [1, 2, 3]);
    }
}
