//! Counts of outcomes, for the end of a whole simulation. Must not judge.

use std::collections::BTreeMap;
use std::fmt;

use cockpit_engine::domain::event::Outcome;

use crate::run::Verdict;

#[derive(Default)]
pub struct Tally {
    runs: usize,
    requests: usize,
    first: BTreeMap<&'static str, usize>,
    last: BTreeMap<&'static str, usize>,
}

impl Tally {
    pub fn add(&mut self, verdict: &Verdict) {
        self.runs += 1;
        self.requests += verdict.requests;
        for (first, last) in &verdict.outcomes {
            *self.first.entry(word(*first)).or_default() += 1;
            *self.last.entry(word(*last)).or_default() += 1;
        }
    }
}

fn word(outcome: Option<Outcome>) -> &'static str {
    outcome.map_or("none", Outcome::word)
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} runs, {} requests", self.runs, self.requests)?;
        writeln!(f, "{:<10} {:>9} {:>9}", "outcome", "first", "last")?;
        for word in [
            "confirmed",
            "refused",
            "stale",
            "failed",
            "unknown",
            "queued",
            "none",
        ] {
            let count = |of: &BTreeMap<&str, usize>| of.get(word).copied().unwrap_or(0);
            writeln!(
                f,
                "{word:<10} {:>9} {:>9}",
                count(&self.first),
                count(&self.last)
            )?;
        }
        Ok(())
    }
}
