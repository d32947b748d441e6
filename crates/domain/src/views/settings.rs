//! Health rules, in words, and what a rule would have said of past figures.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{RuleView, order_log};
use crate::rule::{HealthRule, History, would_have_fired};
use crate::state::State;
use crate::words;

/// A rule on past figures, for its editor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct RuleTestView {
    /// The rule as a sentence.
    pub rule: String,
    /// When it would first have fired; absent when never.
    pub fired_at: Option<String>,
    /// "Would have fired at …", or that it would not.
    pub sentence: String,
    /// The share that did not crash, interval by interval, 0 to 1; absent where there is no data.
    pub points: Vec<Option<f64>>,
    /// The interval that decided it, as a place in `points`.
    pub fired_point: Option<usize>,
}

/// Health rules.
pub fn rules(state: &State) -> Vec<RuleView> {
    state
        .rules
        .iter()
        .map(|rule| RuleView {
            sentence: order_log::rule_words(rule),
        })
        .collect()
}

/// What a rule would have said of these figures.
pub fn rule_test(rule: &HealthRule, history: &History) -> RuleTestView {
    let fired = would_have_fired(rule, history);
    let intervals = &history.new.intervals;
    let sentence = match &fired {
        Some(fired) => fired.sentence(),
        None => format!(
            "Would not have fired on these {} intervals of {}.",
            words::grouped(intervals.len() as u64),
            history.new.version
        ),
    };
    let share = |bps: u32| f64::from(bps) / 10_000.0;
    RuleTestView {
        rule: order_log::rule_words(rule),
        fired_at: fired.as_ref().map(|fired| fired.at.to_string()),
        sentence,
        points: intervals
            .iter()
            .map(|it| it.count?.good_bps().map(share))
            .collect(),
        fired_point: fired.and_then(|fired| intervals.iter().position(|it| it.until == fired.at)),
    }
}
