//! Shapes of the health room. Only data; must not hold rules.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Age, Badge, SignalView, Tone};
use crate::rule::HealthRule;

/// The health room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct HealthView {
    /// When this was computed, RFC 3339.
    pub now: String,
    /// Every figure that is read, releases that roll out first.
    pub signals: Vec<HealthSignalView>,
    /// What people say in the stores, releases that roll out first. No rule judges it.
    pub ratings: Vec<RatingView>,
    /// Why reviews could not be read, as sentences.
    pub rating_problems: Vec<String>,
    /// The workspace's rules, then those of standing orders that hold.
    pub rules: Vec<HealthRuleView>,
    /// Standing orders, the newest first.
    pub orders: Vec<OrderView>,
    /// Why the person at this laptop may set no rule and sign no order; absent when they may.
    pub why_not: Option<String>,
}

/// One figure with where it comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct HealthSignalView {
    /// "Android 8.4.0".
    pub title: String,
    /// "Sentry", "a source that was not kept".
    pub source: String,
    /// Value, threshold, sample and age.
    pub signal: SignalView,
    /// What is odd about it, as sentences. None of them fires.
    pub odd: Vec<String>,
    /// What the source itself says beside it, as sentences. Fires nothing.
    pub said: Vec<String>,
}

/// What people say of a release in one store's reviews.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct RatingView {
    /// "Android 8.4.0", "Android, all versions".
    pub title: String,
    /// "Google Play".
    pub source: String,
    /// "4.27 of 5", "no reviews".
    pub stars: String,
    /// "252 reviews in 7 days".
    pub sample: String,
    /// "newest day 3.10, 1.20 below the days before".
    pub trend: String,
    /// It falls by half a star or more; else plain. Never bad: nothing follows from it.
    pub tone: Tone,
    /// Mean stars of each day, older first; absent where nobody wrote.
    pub points: Vec<Option<f64>>,
    /// What these reviews are not: "Only reviews with text, of the last week."
    pub limits: String,
    /// When they were read.
    pub age: Age,
}

/// A rule, and what it says of each figure now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct HealthRuleView {
    /// Its name.
    pub name: String,
    /// The rule as a sentence.
    pub sentence: String,
    /// "an alarm", "the proposal of a stop", "a stop under a standing order".
    pub leads_to: String,
    /// The rule itself, to change it.
    pub rule: HealthRule,
    /// The standing order that it belongs to, in hex; it ends with the order.
    pub order: Option<String>,
    /// What it says of each figure that it looks at.
    pub states: Vec<RuleStateView>,
}

/// What a rule says of one figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct RuleStateView {
    /// "Android 8.4.0 · Sentry".
    pub title: String,
    /// "Breached", "Armed", "Cannot judge".
    pub badge: Badge,
    /// "98.21 %", "no data".
    pub value: String,
    /// "below 99.50 %", "worse than 8.3.2 at the same stage".
    pub threshold: String,
    /// "61 204 sessions of at least 500".
    pub sample: String,
    /// How old the data is; stale from the age on at which the rule judges no more.
    pub age: Age,
    /// Why it is breached, or why nothing can be said; empty when it holds.
    pub why: String,
}

/// A standing order and what is left of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OrderView {
    /// Its entry, in hex.
    pub order: String,
    /// "Android: stop when … is breached".
    pub title: String,
    /// The rule as a sentence, word for word what was signed.
    pub rule: String,
    /// "Holds", "Ended".
    pub badge: Badge,
    /// "signed by Mira".
    pub signed: String,
    /// When it was signed, RFC 3339.
    pub signed_at: String,
    /// Why.
    pub reason: String,
    /// "5 h and 2 of 3 breaches left", or why it holds no more.
    pub left: String,
    /// The last moment at which it holds, RFC 3339.
    pub until: String,
    /// Positions of the sealed breaches that it followed.
    #[ts(type = "Array<number>")]
    pub fired: Vec<u64>,
    /// Whether it holds.
    pub holds: bool,
}

/// A rule on past figures, before it is armed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct RuleTestsView {
    /// The rule as a sentence.
    pub sentence: String,
    /// What it leads to.
    pub leads_to: String,
    /// Why it cannot be a rule; absent when it can.
    pub problem: Option<String>,
    /// What it would have said of each release whose figures were kept.
    pub tests: Vec<RuleTestView>,
    /// In one sentence: how often it would have fired, or that no past figures are known.
    pub summary: String,
}

/// A rule on the past figures of one release.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct RuleTestView {
    /// "Android 8.4.0 · Sentry".
    pub title: String,
    /// When it would first have fired, RFC 3339; absent when never.
    pub fired_at: Option<String>,
    /// "Would have fired at …", or that it would not.
    pub sentence: String,
    /// What it was compared with, and how; empty for a limit.
    pub beside: String,
    /// The limit, 0 to 1; absent for a comparison.
    pub limit: Option<f64>,
    /// The intervals, older first.
    pub points: Vec<TestPointView>,
    /// The interval that decided it, as a place in `points`.
    pub fired_point: Option<u32>,
}

/// One interval of a back-test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct TestPointView {
    /// Its start, RFC 3339.
    pub at: String,
    /// The share that did not crash, 0 to 1; absent where there is no data.
    pub value: Option<f64>,
    /// The same of the release before at the same place; absent where there is none.
    pub before: Option<f64>,
    /// "2 000 sessions", "no data".
    pub sample: String,
}
