//! Prints how right the linter is on the labelled set: a table for each half, and what was
//! judged wrongly in the half that the lists may be tuned on. Must not print a notice of the
//! other half.

mod measure;
mod set;

use cockpit_domain::lint::lint;

use measure::{said, table};
use set::Half;

fn main() {
    let cases = set::cases();
    for half in Half::ALL {
        println!("{}", table(&cases, half));
    }
    println!("judged wrongly in the tuning half:");
    for case in cases.iter().filter(|it| it.half == Half::Tuning) {
        let said = said(case);
        for rule in said.symmetric_difference(&case.breaks) {
            match said.contains(rule) {
                false => println!("  {} missed {}", case.id, rule.key()),
                true => {
                    let findings = lint(&case.draft);
                    let wrong = findings
                        .iter()
                        .filter(|it| it.rule == *rule && it.weight.holds_back());
                    for finding in wrong {
                        println!("  {} wrongly {}: {}", case.id, rule.key(), finding.reason);
                    }
                }
            }
        }
    }
}
