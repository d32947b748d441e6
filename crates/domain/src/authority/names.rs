//! Roles and people as sentences name them. Must not know a rule.

use cockpit_say::say;

use crate::policy::Role;
use crate::state::State;

/// "product lead or responder".
pub(crate) fn roles_or(roles: &[Role]) -> String {
    let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
    listed(&names, say!("or"))
}

/// "Ada", "Ada or Ben", "Ada, Ben or Cleo".
pub(crate) fn listed(names: &[&str], word: &str) -> String {
    match names {
        [] => say!("nobody").to_owned(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}

impl State {
    /// The name of a person, also of one who left.
    pub fn name_of<'a>(&'a self, person: &'a str) -> &'a str {
        self.people
            .get(person)
            .or_else(|| self.authority.former.get(person))
            .map_or(person, |it| it.name.as_str())
    }

    /// "Mina (customer success) or Jonas (customer success)": who has one of these roles, but for
    /// `without`. "nobody" when there is no one.
    pub(crate) fn named_with(&self, roles: &[Role], without: Option<&str>) -> String {
        let names: Vec<String> = self
            .people_with(roles)
            .filter(|person| Some(person.id.as_str()) != without)
            .map(|person| {
                let role = person.roles.iter().find(|role| roles.contains(role));
                format!("{} ({})", person.name, role.map_or("", |role| role.name()))
            })
            .collect();
        listed(
            &names.iter().map(String::as_str).collect::<Vec<_>>(),
            say!("or"),
        )
    }
}
