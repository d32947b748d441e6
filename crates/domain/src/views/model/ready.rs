//! Shapes of the light that says whether a stop would be taken now. Only data; must not hold rules.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Age, Badge};
use crate::rehearsal::Readiness;

/// Whether one target can be stopped now, and how that is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LightView {
    /// The word to branch on.
    pub readiness: Readiness,
    /// "Can stop", "Cannot stop", "Not proven", with shape and colour.
    pub badge: Badge,
    /// What was tried, what came, and what it cannot show.
    pub sentence: String,
    /// The permission that is missing, in the service's own words.
    pub missing: Option<String>,
    /// What to do, when a person can do something.
    pub hint: Option<String>,
    /// Age of the dry run; never read when none was made.
    pub age: Age,
}

/// One target's light with its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TargetLightView {
    /// Target identifier.
    pub target: String,
    /// "Google Play · production · 8.4.0".
    pub title: String,
    /// What it covers: "Stores · Android".
    pub cover: String,
    /// Its light.
    pub light: LightView,
}

/// Whether everything that a stop would touch can be stopped now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StopLightView {
    /// The worst of its targets; absent when nothing is there to be stopped.
    pub readiness: Option<Readiness>,
    /// "Can stop now", "Cannot stop 1 of 3", "Not proven for 1 of 3", "Nothing to stop".
    pub badge: Badge,
    /// What stands behind it, in one sentence.
    pub sentence: String,
    /// Each target.
    pub targets: Vec<TargetLightView>,
}
