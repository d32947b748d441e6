//! Precision and recall of the blocking rules on a part of the labelled set. Must not know how a
//! rule finds anything.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use cockpit_domain::lint::{Rule, lint};

use crate::set::{Case, Half};

/// How often a rule was right.
#[derive(Clone, Copy, Default)]
pub struct Tally {
    pub found: u32,
    pub wrongly: u32,
    pub missed: u32,
}

impl Tally {
    /// Of what was found, the share that is right; 1 when nothing was.
    pub fn precision(self) -> f64 {
        share(self.found, self.found + self.wrongly)
    }

    /// Of what there is, the share that was found; 1 when there is nothing.
    pub fn recall(self) -> f64 {
        share(self.found, self.found + self.missed)
    }

    fn add(&mut self, other: Self) {
        self.found += other.found;
        self.wrongly += other.wrongly;
        self.missed += other.missed;
    }
}

fn share(part: u32, all: u32) -> f64 {
    match all {
        0 => 1.0,
        _ => f64::from(part) / f64::from(all),
    }
}

/// The rules that judge words. The others count and compare, and are right or broken.
pub const WORDS: [Rule; 5] = [
    Rule::Overpromise,
    Rule::MissingUncertainty,
    Rule::PersonNamed,
    Rule::Blame,
    Rule::Privacy,
];

/// The blocking rules that the linter says a notice breaks.
pub fn said(case: &Case) -> BTreeSet<Rule> {
    let findings = lint(&case.draft).into_iter();
    findings
        .filter(|it| it.weight.holds_back())
        .map(|it| it.rule)
        .collect()
}

/// The tally of each rule over a half.
pub fn measure(cases: &[Case], half: Half) -> BTreeMap<Rule, Tally> {
    let mut tallies: BTreeMap<Rule, Tally> = BTreeMap::new();
    for case in cases.iter().filter(|it| it.half == half) {
        let said = said(case);
        for rule in Rule::ALL {
            let tally = tallies.entry(rule).or_default();
            match (case.breaks.contains(&rule), said.contains(&rule)) {
                (true, true) => tally.found += 1,
                (false, true) => tally.wrongly += 1,
                (true, false) => tally.missed += 1,
                (false, false) => {}
            }
        }
    }
    tallies
}

/// Some rules together.
pub fn together(tallies: &BTreeMap<Rule, Tally>, rules: &[Rule]) -> Tally {
    let mut sum = Tally::default();
    for rule in rules {
        sum.add(tallies.get(rule).copied().unwrap_or_default());
    }
    sum
}

/// A half as a table.
pub fn table(cases: &[Case], half: Half) -> String {
    let tallies = measure(cases, half);
    let of_half: Vec<&Case> = cases.iter().filter(|it| it.half == half).collect();
    let clean = of_half.iter().filter(|it| it.breaks.is_empty()).count();
    let mut out = format!(
        "{}: {} notices, {clean} of them break nothing\n",
        half.name(),
        of_half.len()
    );
    let _ = writeln!(
        out,
        "  {:<20} {:>6} {:>8} {:>7} {:>10} {:>7}",
        "rule", "found", "wrongly", "missed", "precision", "recall"
    );
    let mut row = |name: &str, tally: Tally| {
        let _ = writeln!(
            out,
            "  {name:<20} {:>6} {:>8} {:>7} {:>10.3} {:>7.3}",
            tally.found,
            tally.wrongly,
            tally.missed,
            tally.precision(),
            tally.recall()
        );
    };
    for rule in Rule::ALL {
        // It only advises.
        if rule != Rule::ReadingGrade {
            row(rule.key(), together(&tallies, &[rule]));
        }
    }
    row("rules of words", together(&tallies, &WORDS));
    row("all", together(&tallies, &Rule::ALL));
    out
}
