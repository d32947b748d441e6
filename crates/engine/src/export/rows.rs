//! An entry as a row of an export, in names instead of identifiers. Must not know where the row
//! goes.

use cockpit_domain::export::app_of;
use cockpit_domain::state::{Admitted, State};
use cockpit_domain::views;
use cockpit_say::say;
use cockpit_seal::Entry;
use cockpit_seal::pack::{Row, RowFact, Section};

/// The row of an entry, from the state after it was folded. `position` is its place in the log. `fault` is why it does not hold.
pub(super) fn row<'e>(
    state: &State,
    position: u64,
    entry: Option<&'e Entry>,
    event: Option<&Admitted>,
    fault: Option<String>,
) -> Row<'e> {
    let mut row = Row {
        decision: say!("An entry that cannot be read").into(),
        does_not_hold: fault.unwrap_or_default().into(),
        ..Row::of(position, entry)
    };
    let Some(event) = event else {
        return row;
    };
    let person = state
        .devices
        .get(&event.device)
        .and_then(|person| state.people.get(person))
        .map_or(say!("a device that belongs to nobody"), |it| {
            it.name.as_str()
        });
    let title = event
        .event
        .intent()
        .and_then(|intent| state.intents.get(intent))
        .map(|record| record.intent.title.clone());
    let words = views::log_row(event, person, title.as_deref());
    row.person = words.who.into();
    row.decision = words.decision.into();
    row.target = words.target.into();
    row.reason = words.reason.into();
    row.outcome = views::log_line(&event.event).outcome.into();
    row.app = app_of(state, &event.event).unwrap_or_default().into();
    row.without_force = state
        .rejected
        .iter()
        .rev()
        .find(|(at, _)| *at == position)
        .map(|(_, why)| why.clone().into())
        .unwrap_or_default();
    row.section = section(&row.kind, views::log_line(&event.event).by_person);
    row.facts = views::entry_facts(&event.event)
        .into_iter()
        .map(|fact| RowFact {
            name: fact.name.into(),
            value: fact.value.into(),
        })
        .collect();
    row
}

fn section(kind: &str, by_person: bool) -> Section {
    let family = kind.split('.').next().unwrap_or_default();
    match family {
        "connection" | "device" | "ledger" | "member" | "person" | "policy" | "proposal" => {
            Section::Authority
        }
        _ if by_person => Section::Decision,
        _ => Section::Observation,
    }
}
