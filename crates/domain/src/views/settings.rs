//! Health rules, in words.

use super::RuleView;
use crate::state::State;
use crate::words;

/// Health rules.
pub fn rules(state: &State) -> Vec<RuleView> {
    state
        .rules
        .iter()
        .map(|rule| RuleView {
            sentence: format!(
                "{}: breached below {} with at least {} {} in the newest interval; data \
                 older than {} cannot trigger it.",
                rule.measure.name(),
                words::percent_2(rule.floor_bps),
                words::grouped(rule.sample_min),
                rule.measure.unit(),
                words::span(rule.data_age_ms_max)
            ),
        })
        .collect()
}
