//! That an entry is in a tree, and that a tree grew out of another one. Must not
//! know where the hashes come from or who signed a root.

use super::{MissingNode, Nodes, empty_root, node_hash, range, split};
use crate::id::TreeHash;

/// Why a proof proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The leaf's number is not below the size, or the sizes are in the wrong order.
    #[error("the proof is about a place that the tree does not have")]
    OutOfRange,
    /// More or fewer hashes than such a proof has.
    #[error("the proof has too many or too few hashes")]
    Length,
    /// The hashes lead to another root.
    #[error("the proof leads to another root")]
    OtherRoot,
    /// A hash is not at hand, so no proof can be made.
    #[error(transparent)]
    Missing(#[from] MissingNode),
}

/// A proof that a leaf is in a tree (RFC 9162 §2.1.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inclusion {
    /// The leaf's number, from 0.
    pub index: u64,
    /// The number of leaves of the tree.
    pub size: u64,
    /// The hashes beside the way from the leaf to the root, the lowest first.
    pub path: Vec<TreeHash>,
}

impl Inclusion {
    /// Makes the proof for leaf `index` of the first `size` leaves.
    ///
    /// # Errors
    /// There is no such leaf, or a node is not at hand.
    pub fn prove(nodes: &impl Nodes, index: u64, size: u64) -> Result<Self, ProofError> {
        if index >= size {
            return Err(ProofError::OutOfRange);
        }
        let (mut from, mut to) = (0, size);
        let mut path = Vec::new();
        while to - from > 1 {
            let middle = from + split(to - from);
            if index < middle {
                path.push(range(nodes, middle, to)?);
                to = middle;
            } else {
                path.push(range(nodes, from, middle)?);
                from = middle;
            }
        }
        path.reverse();
        Ok(Self { index, size, path })
    }

    /// Whether it proves that the leaf with this hash is in the tree with this root.
    ///
    /// # Errors
    /// It does not.
    pub fn verify(&self, leaf: TreeHash, root: TreeHash) -> Result<(), ProofError> {
        if self.index >= self.size {
            return Err(ProofError::OutOfRange);
        }
        let (mut place, mut last) = (self.index, self.size - 1);
        let mut hash = leaf;
        for beside in &self.path {
            if last == 0 {
                return Err(ProofError::Length);
            }
            if place & 1 == 1 || place == last {
                hash = node_hash(*beside, hash);
                up_to_a_right_node(&mut place, &mut last);
            } else {
                hash = node_hash(hash, *beside);
            }
            place >>= 1;
            last >>= 1;
        }
        if last != 0 {
            return Err(ProofError::Length);
        }
        same(hash, root)
    }
}

/// A proof that the first leaves of a tree are another tree (RFC 9162 §2.1.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consistency {
    /// The number of leaves of the earlier tree.
    pub from: u64,
    /// The number of leaves of the later tree.
    pub to: u64,
    /// The hashes that lead to both roots; none when the sizes are equal or `from` is 0.
    pub path: Vec<TreeHash>,
}

impl Consistency {
    /// Makes the proof from the first `from` to the first `to` leaves.
    ///
    /// # Errors
    /// The sizes are in the wrong order, or a node is not at hand.
    pub fn prove(nodes: &impl Nodes, from: u64, to: u64) -> Result<Self, ProofError> {
        if from > to {
            return Err(ProofError::OutOfRange);
        }
        let mut path = Vec::new();
        if from > 0 && from < to {
            let (mut left, mut right) = (0, to);
            // The root of the earlier tree need not be told while it is whole.
            let mut whole = true;
            while right != from {
                let middle = left + split(right - left);
                if from <= middle {
                    path.push(range(nodes, middle, right)?);
                    right = middle;
                } else {
                    path.push(range(nodes, left, middle)?);
                    left = middle;
                    whole = false;
                }
            }
            if !whole {
                path.push(range(nodes, left, right)?);
            }
            path.reverse();
        }
        Ok(Self { from, to, path })
    }

    /// Whether it proves that the tree with the root `later` begins with the tree
    /// with the root `earlier`.
    ///
    /// # Errors
    /// It does not.
    pub fn verify(&self, earlier: TreeHash, later: TreeHash) -> Result<(), ProofError> {
        if self.from > self.to {
            return Err(ProofError::OutOfRange);
        }
        if self.from == 0 || self.from == self.to {
            if !self.path.is_empty() {
                return Err(ProofError::Length);
            }
            return match self.from == self.to {
                true => same(earlier, later),
                false => same(earlier, empty_root()),
            };
        }
        let (mut place, mut last) = (self.from - 1, self.to - 1);
        let skipped = place.trailing_ones();
        place >>= skipped;
        last >>= skipped;
        let mut path = self.path.iter().copied();
        let first = match self.from.is_power_of_two() {
            true => earlier,
            false => path.next().ok_or(ProofError::Length)?,
        };
        let (mut old, mut new) = (first, first);
        for beside in path {
            if last == 0 {
                return Err(ProofError::Length);
            }
            if place & 1 == 1 || place == last {
                old = node_hash(beside, old);
                new = node_hash(beside, new);
                up_to_a_right_node(&mut place, &mut last);
            } else {
                new = node_hash(new, beside);
            }
            place >>= 1;
            last >>= 1;
        }
        if last != 0 {
            return Err(ProofError::Length);
        }
        same(old, earlier)?;
        same(new, later)
    }
}

/// A node without a right neighbour has no hash beside it on the levels where it is
/// a left one: up to where it is a right one, or to the top.
fn up_to_a_right_node(place: &mut u64, last: &mut u64) {
    while *place & 1 == 0 && *place != 0 {
        *place >>= 1;
        *last >>= 1;
    }
}

fn same(found: TreeHash, root: TreeHash) -> Result<(), ProofError> {
    match found == root {
        true => Ok(()),
        false => Err(ProofError::OtherRoot),
    }
}
