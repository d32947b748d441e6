//! Holds what a person is shown of an intent against the bytes that its asker signed. Must not know
//! who may approve it.

use cockpit_domain::event::Event;
use cockpit_domain::state::State;
use cockpit_say::say;

use crate::api::Problem;
use crate::inner::Inner;

impl Inner {
    /// Whether these intents are here as they were signed. What is shown of them, and what an
    /// approval stands for, comes from the state; the state comes from the entries; so the entries
    /// are read and checked again. Blocks.
    ///
    /// # Errors
    /// One of them is not here as it was signed, and must not be approved.
    pub(crate) fn are_as_signed<'a>(
        &self,
        intents: impl IntoIterator<Item = &'a String>,
    ) -> Result<(), Problem> {
        for intent in intents {
            let state = self.state();
            self.is_as_signed(&state, intent)
                .map_err(|what| differs(&what))?;
        }
        Ok(())
    }

    fn is_as_signed(&self, state: &State, intent: &str) -> Result<(), String> {
        let gone = || say!("Its entry is not in the log.").to_owned();
        let id = intent.parse().map_err(|_| gone())?;
        let found = self
            .ledger
            .entry(id)
            .map_err(|_| say!("Its entry cannot be read.").to_owned())?;
        let stored = found.ok_or_else(gone)?;
        self.check_entry(&stored)?;
        let kind = &stored.entry.header().kind;
        let signed = match Event::parse(kind, stored.entry.body()) {
            Ok(Event::IntentRequested(signed)) => signed,
            Ok(_) | Err(_) => return Err(say!("Its entry asks for nothing.").to_owned()),
        };
        let known = state.intents.get(intent).map(|record| &record.intent);
        match known == Some(&*signed) {
            true => Ok(()),
            false => Err(say!("It is not what its asker signed.").to_owned()),
        }
    }
}

fn differs(what: &str) -> Problem {
    Problem::new(
        "read_only",
        say!("This cannot be approved: {what} Nothing was signed."),
    )
    .hint(say!("Check the log, and ask for the change again."))
}
