//! The bars that a health rule must hold on made-up rollouts. Must not know the test's inside.

use crate::FIRST_SEED;
use crate::judged::{fired, rule, seen};
use crate::made::{Kind, Rollout};
use crate::table::Table;
use cockpit_domain::rule::{Judgement, would_have_fired};

/// About an eighth of the published ones, by the same seeds: so many are judged within seconds.
const SOME: u32 = 1_300;

#[test]
fn at_most_one_false_stop_and_two_misses_of_a_hundred() {
    for earlier in [1, 3] {
        let table = Table::of(SOME, earlier, FIRST_SEED);
        let total = table.total();
        assert!(total.false_stops.percent() <= 1.0, "{table}");
        assert!(total.misses.percent() <= 2.0, "{table}");
        // The rule that compares is worth its trouble.
        assert!(total.floor_false.percent() > total.false_stops.percent());
        assert!(total.floor_misses.percent() > total.misses.percent());
    }
}

#[test]
fn the_same_seed_makes_the_same_rollout_and_the_same_verdict() {
    for kind in Kind::ALL {
        let once = Rollout::made(kind, 1, 7);
        let again = Rollout::made(kind, 1, 7);
        assert_eq!(seen(&once, 30), seen(&again, 30));
        assert_eq!(fired(&rule(), &once), fired(&rule(), &again));
    }
}

#[test]
fn what_a_back_test_says_is_what_looking_every_hour_would_have_said() {
    for kind in Kind::ALL {
        for seed in 0..5 {
            let rollout = Rollout::made(kind, 1, seed);
            let whole = seen(&rollout, usize::MAX);
            let first = whole
                .new
                .intervals
                .iter()
                .map(|it| it.until)
                .find(|now| matches!(rule().judge_history(&whole, *now), Judgement::Breach(_)));
            let tested = would_have_fired(&rule(), &whole).map(|it| it.at);
            assert_eq!(tested, first, "{kind:?} {seed}");
        }
    }
}
