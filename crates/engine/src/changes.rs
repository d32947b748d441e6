//! What changed, in the api table's tags. Must not know who listens.

use serde::{Deserialize, Serialize};

use crate::api::Tag;

/// Queries with one of these tags are asked again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The tags.
    pub tags: Vec<Tag>,
}
