//! Comparisons with the release before, standing orders, back-tests and oddities. Knows no screen.

use cockpit_domain::rule::{
    Breach, Comparator, Comparison, HealthRule, History, Judgement, Pair, Pairing, RuleOutcome,
    Sequential, earlier_release, would_have_fired,
};
use cockpit_domain::signal::{
    Anomaly, Count, Course, Interval, Measure, Signal, SignalPoint, Unit, anomalies,
};
use cockpit_domain::views::rule_test;
use cockpit_domain::{Service, Time};
use proptest::prelude::*;

use crate::cases::{NOON, figure};

const HOUR_MS: u64 = 3_600_000;

pub fn compares() -> HealthRule {
    HealthRule {
        name: "half a point worse".to_owned(),
        previous: Some(Comparison::standard()),
        outcome: RuleOutcome::Stop,
        ..HealthRule::standard()
    }
}

fn course(version: &str, begin: Time, counts: &[Option<(u64, u64)>]) -> Course {
    let interval = |(nth, count): (usize, &Option<(u64, u64)>)| {
        let at = begin + HOUR_MS * nth as u64;
        Interval {
            at,
            until: at + HOUR_MS,
            stage_bps: 2_000,
            count: count.map(|(bad, all)| Count { bad, all }),
        }
    };
    Course {
        version: version.to_owned(),
        intervals: counts.iter().enumerate().map(interval).collect(),
    }
}

/// Hours that end at noon, beside hours of the release before.
pub fn history(new: &[Option<(u64, u64)>], old: &[Option<(u64, u64)>]) -> History {
    History {
        platform: "Android".to_owned(),
        new: course("8.4.0", NOON - HOUR_MS * new.len() as u64, new),
        earlier: vec![course("8.3.2", NOON - 400 * HOUR_MS, old)],
        pairing: Pairing::SameStage,
    }
}

fn healthy() -> Vec<Option<(u64, u64)>> {
    vec![Some((2, 2_000)); 12]
}

fn worse() -> Vec<Option<(u64, u64)>> {
    vec![Some((14, 2_000)); 12]
}

pub fn breach_of(judged: Judgement) -> Breach {
    match judged {
        Judgement::Breach(breach) => breach,
        other => panic!("no breach, but {other:?}"),
    }
}

#[test]
fn worse_than_the_release_before_is_a_breach_with_its_figures() {
    let breach = breach_of(compares().judge_history(&history(&worse(), &healthy()), NOON));
    assert_eq!(breach.value_bps, 9_930);
    assert_eq!(breach.data_until, NOON);
    assert_eq!(
        breach.beyond(),
        "worse than 8.3.2 at the same stage by 0.60 points"
    );
    let evidence = breach.evidence.expect("a comparison shows its figures");
    assert_eq!(
        evidence.new,
        Count {
            bad: 168,
            all: 24_000
        }
    );
    assert_eq!(
        evidence.old,
        Count {
            bad: 24,
            all: 24_000
        }
    );
    assert!(evidence.times_likelier >= 100, "{evidence:?}");
    assert_eq!(evidence.pairs, 12);
}

#[test]
fn as_good_as_the_release_before_holds_whatever_the_floor_says() {
    let poor = vec![Some((40, 2_000)); 12];
    let judged = compares().judge_history(&history(&poor, &poor), NOON);
    assert_eq!(judged, Judgement::Holds);
    let floor = HealthRule::standard();
    let floored = floor.judge_history(&history(&poor, &poor), NOON);
    assert!(matches!(floored, Judgement::Breach(_)), "{floored:?}");
}

#[test]
fn a_tiny_difference_is_no_breach_however_sure_it_is() {
    let big = |bad| vec![Some((bad, 1_000_000)); 12];
    let judged = compares().judge_history(&history(&big(1_600), &big(1_000)), NOON);
    assert_eq!(judged, Judgement::Holds);
}

#[test]
fn old_missing_and_thin_data_says_nothing() {
    let says = |history: &History, now: Time| match compares().judge_history(history, now) {
        Judgement::CannotSay(why) => why,
        other => panic!("{other:?}"),
    };
    let none = "no data, which is not the same as healthy";
    let bad = history(&worse(), &healthy());
    let oldest = compares().data_age_ms_max;
    assert_eq!(
        says(&bad, NOON + oldest + 1),
        "the data is too old to judge"
    );
    assert_eq!(says(&history(&[None; 12], &healthy()), NOON), none);
    assert_eq!(
        says(&history(&worse(), &[None; 12]), NOON),
        "no earlier release has figures to compare with"
    );
    assert_eq!(
        says(&history(&[Some((0, 0)); 12], &healthy()), NOON),
        "only 0 sessions, too few to judge"
    );
    assert_eq!(
        says(&history(&[Some((40, 40)); 12], &healthy()), NOON),
        "only 480 sessions, too few to judge"
    );
    // An interval that has not ended is not looked at.
    assert_eq!(says(&bad, NOON - 12 * HOUR_MS), none);
}

#[test]
fn a_back_test_names_the_first_interval_that_would_have_fired() {
    let mut new = healthy();
    new.extend(worse());
    let mut old = healthy();
    old.extend(healthy());
    let fired = would_have_fired(&compares(), &history(&new, &old)).expect("it is worse");
    assert!(
        fired.at > NOON - 12 * HOUR_MS && fired.at < NOON,
        "{fired:?}"
    );
    assert!(
        fired.sentence().starts_with("Would have fired at 2026-"),
        "{}",
        fired.sentence()
    );
    let view = rule_test(&compares(), &history(&new, &old));
    let point = view.fired_point.expect("it fired at one of them");
    assert_eq!(view.points.len(), 24);
    assert!((12..24).contains(&point), "{view:?}");
    assert_eq!(would_have_fired(&compares(), &history(&old, &old)), None);
    assert_eq!(
        rule_test(&compares(), &history(&old, &old)).sentence,
        "Would not have fired on these 24 intervals of 8.4.0."
    );
    let floor = would_have_fired(&HealthRule::standard(), &history(&new, &old));
    assert_eq!(floor.map(|it| it.at), Some(NOON - 11 * HOUR_MS));
}

#[test]
fn signals_are_compared_in_the_same_hours_with_the_nearest_earlier_version() {
    let signal = |version: &str, value: f64| Signal {
        version: version.to_owned(),
        interval_ms: HOUR_MS,
        series: (1..=12)
            .rev()
            .map(|back| SignalPoint {
                at: NOON - back * HOUR_MS,
                value: Some(value),
                sample: Some(2_000),
            })
            .collect(),
        ..figure(Some(value), Some(2_000), &[])
    };
    let all = [
        signal("8.4.0", 0.993),
        signal("8.3.10", 0.999),
        signal("8.3.9", 0.5),
        signal("8.10.0", 0.5),
    ];
    let before = earlier_release(&all[0], &all).map(|it| it.version.as_str());
    assert_eq!(before, Some("8.3.10"));
    let breach = breach_of(compares().judge_among(&all[0], &all, NOON));
    assert_eq!(
        breach.against(),
        "worse than 8.3.10 in the same hours by 0.60 points"
    );
    let alone = compares().judge_among(&all[0], &all[..1], NOON);
    assert!(matches!(alone, Judgement::CannotSay(_)), "{alone:?}");
}

#[test]
fn a_ceiling_and_a_window() {
    let ceiling = HealthRule {
        comparator: Comparator::Above,
        floor_bps: 9_000,
        ..HealthRule::standard()
    };
    let breach = breach_of(ceiling.judge(&figure(Some(0.95), Some(500), &[]), NOON));
    assert_eq!(breach.beyond(), "above your 90.00 % ceiling");
    let lower = figure(Some(0.9), Some(500), &[]);
    assert_eq!(ceiling.judge(&lower, NOON), Judgement::Holds);

    // The newest hour alone is below; with the hours before it is not.
    let mut hours = healthy();
    hours.push(Some((30, 2_000)));
    let history = history(&hours, &[]);
    let floor = HealthRule::standard();
    let newest = floor.judge_history(&history, NOON);
    assert!(matches!(newest, Judgement::Breach(_)), "{newest:?}");
    let day = HealthRule {
        window_ms: Some(24 * HOUR_MS),
        ..floor
    };
    assert_eq!(day.judge_history(&history, NOON), Judgement::Holds);
}

#[test]
fn a_figure_in_another_unit_is_no_figure() {
    assert_eq!(Unit::Fraction.fraction(0.995), Some(0.995));
    assert_eq!(Unit::Percent.fraction(99.5), Some(0.995));
    assert_eq!(Unit::Fraction.fraction(99.5), None);
    assert_eq!(Unit::Percent.fraction(f64::NAN), None);
    for swapped in [99.5, -0.1, f64::NAN] {
        let judged = HealthRule::standard().judge(&figure(Some(swapped), Some(900), &[]), NOON);
        assert!(matches!(judged, Judgement::CannotSay(_)), "{swapped}");
    }
}

#[test]
fn an_old_rule_reads_as_it_was_written_and_writes_as_it_was() {
    let old = r#"{"name":"crash floor","measure":"crash_free_sessions","floor_bps":9950,"sample_min":500,"data_age_ms_max":7200000}"#;
    let rule: HealthRule = serde_json::from_str(old).expect("it parses");
    assert_eq!(rule, HealthRule::standard());
    assert_eq!(serde_json::to_string(&rule).expect("it writes"), old);
}

#[test]
fn what_is_odd_is_said_and_fires_nothing() {
    let samples = |newest: u64| Signal {
        interval_ms: 300_000,
        series: (0..8)
            .map(|nth| SignalPoint {
                at: NOON - 300_000 * (8 - nth),
                value: Some(0.999),
                sample: Some(if nth == 7 { newest } else { 2_000 }),
            })
            .collect(),
        ..figure(Some(0.999), Some(newest), &[])
    };
    assert_eq!(anomalies(&samples(1_500), &[]), []);
    let fewer = anomalies(&samples(200), &[]);
    assert!(
        matches!(&fewer[..], [Anomaly::FewerThanUsual { .. }]),
        "{fewer:?}"
    );
    assert_eq!(
        fewer[0].sentence(),
        "Android 8.4.0: 200 sessions in the newest interval, where 2 000 are usual. Data may be missing."
    );
    let one = samples(2_000);
    let other = Signal {
        value: Some(0.98),
        source: Some(Service::GooglePlay),
        ..one.clone()
    };
    let apart = anomalies(&one, &[one.clone(), other]);
    assert_eq!(
        apart[0].sentence(),
        "Android 8.4.0: Sentry says 99.90 % and Google Play says 98.00 %. They may count differently."
    );
    let percent = figure(Some(99.9), Some(900), &[]);
    assert!(matches!(
        &anomalies(&percent, &[])[..],
        [Anomaly::UnitSwapped { .. }]
    ));
    let crashes = figure(Some(0.002), Some(900), &[Some(0.002); 8]);
    assert!(matches!(
        &anomalies(&crashes, &[])[..],
        [Anomaly::UnitSwapped { .. }]
    ));
}

fn counts() -> impl Strategy<Value = Vec<Option<(u64, u64)>>> {
    let count = (0_u64..3_000).prop_flat_map(|all| (0..=all, Just(all)));
    prop::collection::vec(prop::option::weighted(0.8, count), 0..40)
}

proptest! {
    #[test]
    fn stale_data_never_fires(new in counts(), old in counts(), late in 1_u64..1_000_000) {
        let rule = compares();
        let now = NOON + rule.data_age_ms_max + late;
        for rule in [rule, HealthRule::standard()] {
            let judged = rule.judge_history(&history(&new, &old), now);
            prop_assert!(matches!(judged, Judgement::CannotSay(_)), "{judged:?}");
        }
    }

    #[test]
    fn missing_and_empty_data_never_fires(new in counts(), hours in 0_usize..40) {
        let rules = [compares(), HealthRule { sample_min: 0, ..compares() }];
        for rule in rules {
            for nothing in [None, Some((0, 0))] {
                let nothing = vec![nothing; hours];
                for history in [history(&nothing, &new), history(&new, &nothing)] {
                    let judged = rule.judge_history(&history, NOON);
                    prop_assert!(!matches!(judged, Judgement::Breach(_)), "{judged:?}");
                }
            }
        }
    }

    #[test]
    fn more_crashes_of_the_new_release_never_lessen_the_evidence(
        pairs in prop::collection::vec((1_u64..2_000, 0_u64..20, 1_u64..2_000, 0_u64..20), 1..40),
        at in any::<prop::sample::Index>(),
    ) {
        let run = |more: Option<usize>| {
            let mut test = Sequential::new(50);
            for (nth, (new, bad, old, old_bad)) in pairs.iter().enumerate() {
                let bad = bad + u64::from(more == Some(nth));
                test.take(&Pair {
                    new: Count { bad, all: new + 40 },
                    old: Count { bad: *old_bad, all: old + 40 },
                });
            }
            test.evidence()
        };
        let at = at.index(pairs.len());
        prop_assert!(run(Some(at)) >= run(None));
        prop_assert_eq!(run(None), run(None));
    }

    #[test]
    fn no_count_is_too_large(new in any::<u32>(), bad in any::<u32>(), old in any::<u32>()) {
        let mut test = Sequential::new(50);
        for _ in 0..30 {
            let all = u64::from(new);
            test.take(&Pair {
                new: Count { bad: u64::from(bad).min(all), all },
                old: Count { bad: 0, all: u64::from(old) },
            });
        }
        prop_assert!(test.evidence() <= 1_000_000_000);
    }
}

#[test]
fn a_share_is_rounded_down_and_needs_a_sample() {
    assert_eq!(Count { bad: 1, all: 3 }.good_bps(), Some(6_666));
    assert_eq!(Count::default().good_bps(), None);
    let point = |value, sample| Signal {
        series: vec![SignalPoint {
            at: NOON,
            value,
            sample,
        }],
        measure: Measure::CrashFreeUsers,
        ..figure(None, None, &[])
    };
    let count = |signal: Signal| signal.course().intervals[0].count;
    assert_eq!(
        count(point(Some(0.995), Some(1_000))),
        Some(Count { bad: 5, all: 1_000 })
    );
    assert_eq!(count(point(None, Some(1_000))), None);
    assert_eq!(count(point(Some(0.995), None)), None);
    assert_eq!(count(point(Some(99.5), Some(1_000))), None);
}
