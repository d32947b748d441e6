//! Shapes of the log of slots as far as a person has to know of it. Only data; must not hold rules.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Slots that admit nothing, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct VoidSlotsView {
    /// The newest of them.
    pub slots: Vec<VoidSlotView>,
    /// What they mean, in words; absent when there is none.
    pub sentence: Option<String>,
}

/// A slot that admits nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct VoidSlotView {
    /// Its number.
    #[ts(type = "number")]
    pub n: u64,
    /// Why it is void.
    pub why: String,
    /// What stands in it, in bytes.
    #[ts(type = "number")]
    pub bytes: u64,
}
