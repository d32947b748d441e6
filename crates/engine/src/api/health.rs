//! What the table says about health rules and standing orders. Only data; must not know how a rule
//! is judged.

use cockpit_domain::rule::HealthRule;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A rule to be tried out on past figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RuleTestArgs {
    /// The rule.
    pub rule: HealthRule,
}

/// A rule to be judged from here on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SetRuleArgs {
    /// The rule; it takes the place of one with the same name.
    pub rule: HealthRule,
    /// Why.
    pub reason: String,
}

/// A rule to be judged no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EndRuleArgs {
    /// Its name.
    pub rule: String,
    /// Why.
    pub reason: String,
}

/// A standing order to be signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SignOrderArgs {
    /// The rule, which compares with the release before and asks for a stop.
    pub rule: HealthRule,
    /// Android or iOS; both when absent.
    #[serde(default)]
    pub platform: Option<String>,
    /// For how many hours it holds, 720 at most.
    pub hours: u32,
    /// Breaches that it may follow, 10 at most.
    pub fires_max: u32,
    /// Why.
    pub reason: String,
}

/// A standing order to be ended before its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EndOrderArgs {
    /// Its entry, in hex.
    pub order: String,
    /// Why.
    pub reason: String,
}
