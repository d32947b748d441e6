//! Counts of outcomes and the longest waits, for the end of a whole simulation. Must not judge.

use std::collections::BTreeMap;
use std::fmt;

use cockpit_engine::domain::event::Outcome;

use crate::run::{End, Verdict};

const WORDS: [&str; 7] = [
    "confirmed",
    "refused",
    "stale",
    "failed",
    "unknown",
    "queued",
    "none",
];

#[derive(Default)]
pub struct Tally {
    runs: usize,
    requests: usize,
    /// By service and outcome: how often it came first, and how often last.
    ends: BTreeMap<String, BTreeMap<&'static str, (usize, usize)>>,
    /// The longest wait for a first verdict, of those that nothing happened to and of all.
    healthy_ms: i64,
    board_ms: i64,
}

impl Tally {
    pub fn add(&mut self, verdict: &Verdict) {
        self.runs += 1;
        self.requests += verdict.requests;
        for end in &verdict.ends {
            self.end(end);
        }
    }

    fn end(&mut self, end: &End) {
        let words = self.ends.entry(end.service.clone()).or_default();
        words.entry(word(end.first)).or_default().0 += 1;
        words.entry(word(end.last)).or_default().1 += 1;
        let took_ms = end.took_ms.unwrap_or(i64::MAX);
        self.board_ms = self.board_ms.max(took_ms);
        if end.healthy {
            self.healthy_ms = self.healthy_ms.max(took_ms);
        }
    }
}

fn word(outcome: Option<Outcome>) -> &'static str {
    outcome.map_or("none", Outcome::word)
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} runs, {} requests", self.runs, self.requests)?;
        writeln!(
            f,
            "longest wait for a first verdict: {} ms, where nothing happened {} ms",
            self.board_ms, self.healthy_ms
        )?;
        write!(f, "{:<20}", "first → last")?;
        for word in WORDS {
            write!(f, " {word:>15}")?;
        }
        writeln!(f)?;
        let mut all: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for (service, words) in &self.ends {
            row(f, service, words)?;
            for (word, (first, last)) in words {
                let sum = all.entry(word).or_default();
                *sum = (sum.0 + first, sum.1 + last);
            }
        }
        row(f, "all", &all)
    }
}

fn row(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    words: &BTreeMap<&str, (usize, usize)>,
) -> fmt::Result {
    write!(f, "{name:<20}")?;
    for word in WORDS {
        let (first, last) = words.get(word).copied().unwrap_or_default();
        write!(f, " {:>15}", format!("{first} → {last}"))?;
    }
    writeln!(f)
}
