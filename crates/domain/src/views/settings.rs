//! People, policy and rules, in words.

use super::{Live, PersonView, PolicyView, RuleView, capital, short};
use crate::decide::policy_problem;
use crate::policy::ActKind;
use crate::state::State;
use crate::words;

/// People of the workspace.
pub fn people(state: &State, live: &Live) -> Vec<PersonView> {
    state
        .people
        .values()
        .map(|person| {
            let roles: Vec<&str> = person.roles.iter().map(|role| role.name()).collect();
            let device = state
                .devices
                .iter()
                .find(|(_, owner)| **owner == person.id)
                .map(|(device, _)| device.as_str())
                .unwrap_or_default();
            PersonView {
                id: person.id.clone(),
                name: person.name.clone(),
                roles: capital(&roles.join(", ")),
                you: person.id == live.actor,
                key: format!("device {}", short(device)),
            }
        })
        .collect()
}

/// Policy, one line for each kind of act.
pub fn policy(state: &State) -> Vec<PolicyView> {
    ActKind::ALL
        .into_iter()
        .map(|act| {
            let persons = state.persons_needed(act);
            let who = match (persons, act.is_explicit()) {
                (1, false) => "you",
                (1, true) => "you, and then your approval in the approval window",
                (_, _) => "you, and one more person who approves",
            };
            PolicyView {
                act: act.key().to_owned(),
                title: act.title().to_owned(),
                persons,
                sentence: format!("With this policy it needs: {who}."),
                why_not: policy_problem(state, act, if persons == 1 { 2 } else { 1 }),
            }
        })
        .collect()
}

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
