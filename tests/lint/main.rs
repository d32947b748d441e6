//! The linter as an editor meets it: how right it is on the labelled set, and what holds for
//! every text. Must not know how a rule finds anything.

mod laws;
mod library;
mod measure;
mod set;

use std::collections::BTreeSet;

use cockpit_domain::lint::{ChannelKind, Locale, Rule};
use cockpit_domain::notice::Severity;

use measure::{WORDS, measure, table, together};
use set::{Half, cases};

#[test]
fn each_half_is_judged_rightly() {
    let cases = cases();
    for half in Half::ALL {
        let tallies = measure(&cases, half);
        for rules in [&WORDS[..], &Rule::ALL[..]] {
            let tally = together(&tallies, rules);
            assert!(
                tally.precision() >= 0.9 && tally.recall() >= 0.85,
                "{}",
                table(&cases, half)
            );
        }
    }
}

#[test]
fn the_set_is_large_and_varied() {
    let cases = cases();
    let ids: BTreeSet<_> = cases.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids.len(), cases.len(), "each notice has an id of its own");
    assert!(cases.len() >= 220, "{}", cases.len());
    for half in Half::ALL {
        let of_half: Vec<_> = cases.iter().filter(|it| it.half == half).collect();
        assert!(of_half.len() >= 100, "{} {}", half.name(), of_half.len());
        let clean = of_half.iter().filter(|it| it.breaks.is_empty()).count();
        assert!(clean * 3 >= of_half.len(), "{} {clean}", half.name());
        for locale in [Locale::En, Locale::De] {
            assert!(of_half.iter().any(|it| it.draft.locale == locale));
        }
        for channel in ChannelKind::ALL {
            assert!(of_half.iter().any(|it| it.draft.channel == channel));
        }
        for severity in Severity::ALL {
            assert!(of_half.iter().any(|it| it.draft.severity == severity));
        }
        // Reading grade only advises.
        for rule in Rule::ALL.iter().filter(|it| **it != Rule::ReadingGrade) {
            let broken = of_half.iter().any(|it| it.breaks.contains(rule));
            assert!(broken, "{} {}", half.name(), rule.key());
        }
    }
}
