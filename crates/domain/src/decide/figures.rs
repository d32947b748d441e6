//! Figures that were read, against the rules: what is to be sealed of them. Must not know how they
//! were read, nor what follows from a breach.

use std::collections::BTreeMap;

use super::Command;
use crate::rule::{Breach, Courses, HealthRule, Judgement, to_bps};
use crate::signal::Signal;
use crate::state::{BreachKey, State};
use crate::time::Time;

/// The breaches to be seen and those to be cleared. Two sources may speak of the same release: it
/// is in breach while one of them says so.
pub fn judged(state: &State, signals: &[Signal], courses: &Courses, now: Time) -> Vec<Command> {
    let in_force = state.rules_in_force(now);
    let mut found: BTreeMap<BreachKey, Command> = BTreeMap::new();
    for (rule, signal) in pairs(&rules_to_judge(state, &in_force), signals) {
        let key = (
            signal.platform.clone(),
            signal.version.clone(),
            rule.name.clone(),
        );
        let standing = state.breaches.get(&key).map(|it| &it.breach);
        let command = match (rule.judge_beside(signal, signals, courses, now), standing) {
            // Also of one that stands: no other source may clear it.
            (Judgement::Breach(breach), _) => Command::SeeBreach(Breach {
                named: signal.named.clone(),
                source: signal.source,
                ..breach
            }),
            (Judgement::Holds, Some(standing)) => Command::ClearBreach(Breach {
                value_bps: signal.value.map_or(0, to_bps),
                sample: signal.sample.unwrap_or(0),
                data_until: signal.data_until.unwrap_or(now),
                ..standing.clone()
            }),
            (Judgement::Holds, None) | (Judgement::CannotSay(_), _) => continue,
        };
        let is_worse = matches!(command, Command::SeeBreach(_));
        if is_worse || !found.contains_key(&key) {
            found.insert(key, command);
        }
    }
    found
        .into_iter()
        .filter(|(key, command)| match command {
            Command::ClearBreach(_) => true,
            _ => !state.breaches.contains_key(key) && in_force.iter().any(|it| it.name == key.2),
        })
        .map(|(_, command)| command)
        .collect()
}

/// The rules in force, and those of ended orders whose breach still stands, so that it can be
/// cleared.
fn rules_to_judge<'a>(state: &'a State, in_force: &[&'a HealthRule]) -> Vec<&'a HealthRule> {
    let mut rules = in_force.to_vec();
    for rule in state.orders.values().map(|it| &it.order.rule) {
        let stands = state.breaches.keys().any(|(_, _, name)| *name == rule.name);
        if stands && !rules.iter().any(|it| it.name == rule.name) {
            rules.push(rule);
        }
    }
    rules
}

fn pairs<'a>(
    rules: &'a [&'a HealthRule],
    signals: &'a [Signal],
) -> impl Iterator<Item = (&'a HealthRule, &'a Signal)> {
    rules.iter().flat_map(move |rule| {
        let of_rule = signals
            .iter()
            .filter(move |signal| signal.measure == rule.measure);
        of_rule.map(move |signal| (*rule, signal))
    })
}
