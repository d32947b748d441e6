//! What is kept of earlier releases, comparisons at the same stage, what readings lead to, and the
//! health room. Knows no rule's inside.

use cockpit_domain::decide::{Command, judged};
use cockpit_domain::rule::{
    Courses, HealthRule, INTERVALS_KEPT, Judgement, Pairing, RELEASES_KEPT, RuleOutcome, stage_bps,
};
use cockpit_domain::signal::{Signal, SignalPoint};
use cockpit_domain::target::{PhasedStatus, StagedStatus};
use cockpit_domain::views::{Live, health, rule_tests, stop_sheet};
use cockpit_domain::{Service, Time};

use crate::cases::{LEAD, NOON, figure, live, phased, play_id, staged_of, workspace};
use crate::comparing::{breach_of, compares};

const HOUR_MS: u64 = 3_600_000;

/// A reading at the end of `hours` hours that begin at `from`, of which the last ones have
/// `value`.
fn read(version: &str, from: Time, hours: u64, value: f64) -> Signal {
    Signal {
        version: version.to_owned(),
        interval_ms: HOUR_MS,
        read_at: from + hours * HOUR_MS,
        data_until: Some(from + hours * HOUR_MS),
        series: (0..hours)
            .map(|nth| SignalPoint {
                at: from + nth * HOUR_MS,
                value: Some(value),
                sample: Some(2_000),
            })
            .collect(),
        ..figure(Some(value), Some(2_000), &[])
    }
}

/// A rollout of twelve hours at one stage, read every hour, so that each stage is seen.
fn rolled_out(courses: &mut Courses, version: &str, from: Time, value: f64, stage: u32) -> Signal {
    for hours in 0..=12 {
        courses.take(&read(version, from, hours, value), Some(stage));
    }
    read(version, from, 12, value)
}

fn two_releases(value: f64) -> (Courses, Vec<Signal>) {
    let mut courses = Courses::default();
    let old = rolled_out(&mut courses, "8.3.2", NOON - 400 * HOUR_MS, 0.999, 2_000);
    let new = rolled_out(&mut courses, "8.4.0", NOON - 12 * HOUR_MS, value, 2_000);
    (courses, vec![new, old])
}

#[test]
fn a_release_is_compared_at_the_same_stage_of_the_one_before_where_both_were_watched() {
    let (courses, all) = two_releases(0.993);
    let breach = breach_of(compares().judge_beside(&all[0], &all, &courses, NOON));
    assert_eq!(
        breach.beyond(),
        "worse than 8.3.2 at the same stage by 0.60 points"
    );
    let evidence = breach.evidence.expect("a comparison shows its figures");
    assert_eq!(evidence.pairing, Pairing::SameStage);
    assert_eq!(evidence.pairs, 12);
    // Those hours lie weeks apart, so without the courses there is nothing beside them.
    let alone = compares().judge_among(&all[0], &all, NOON);
    assert!(matches!(alone, Judgement::CannotSay(_)), "{alone:?}");
    let (courses, all) = two_releases(0.999);
    let same = compares().judge_beside(&all[0], &all, &courses, NOON);
    assert_eq!(same, Judgement::Holds);
}

#[test]
fn where_no_stage_was_seen_the_same_hours_are_compared_and_the_evidence_says_so() {
    let from = NOON - 12 * HOUR_MS;
    let all = [
        read("8.4.0", from, 12, 0.993),
        read("8.3.2", from, 12, 0.999),
    ];
    let mut courses = Courses::default();
    for signal in &all {
        courses.take(signal, Some(2_000));
    }
    let breach = breach_of(compares().judge_beside(&all[0], &all, &courses, NOON));
    assert_eq!(
        breach.beyond(),
        "worse than 8.3.2 in the same hours by 0.60 points"
    );
}

#[test]
fn what_is_read_again_takes_the_place_of_what_was_read_before() {
    let mut courses = Courses::default();
    let from = NOON - 12 * HOUR_MS;
    assert!(courses.take(&read("8.4.0", from, 6, 0.99), None).is_some());
    assert!(courses.take(&read("8.4.0", from, 6, 0.99), None).is_none());
    let later = read("8.4.0", from + 4 * HOUR_MS, 6, 0.98);
    let kept = courses.take(&later, None).expect("it is new");
    let counted: Vec<u64> = kept
        .course
        .intervals
        .iter()
        .filter_map(|it| it.count)
        .map(|it| it.bad)
        .collect();
    assert_eq!(counted, [20, 20, 20, 20, 40, 40, 40, 40, 40, 40]);
    // The interval that runs on is not whole, and one without data is none.
    let mut odd = read("8.4.1", from, 3, 0.99);
    odd.read_at = from + 2 * HOUR_MS;
    odd.series[0].value = None;
    let kept = courses.take(&odd, None).expect("it is new");
    assert_eq!(kept.course.intervals.len(), 1);
}

#[test]
fn what_is_kept_has_an_end() {
    let mut courses = Courses::default();
    for minor in 1..=RELEASES_KEPT as u64 + 3 {
        let from = NOON - 1_000 * HOUR_MS;
        courses.take(&read(&format!("8.{minor}.0"), from, 2, 0.99), None);
    }
    let versions: Vec<&str> = courses
        .all()
        .iter()
        .map(|it| it.course.version.as_str())
        .collect();
    assert_eq!(
        versions,
        ["8.4.0", "8.5.0", "8.6.0", "8.7.0", "8.8.0", "8.9.0"]
    );
    // An older one that comes late finds no room.
    let late = read("8.1.0", NOON - 9 * HOUR_MS, 2, 0.99);
    assert_eq!(courses.take(&late, None), None);
    let long = read(
        "9.0.0",
        NOON - 3_000 * HOUR_MS,
        INTERVALS_KEPT as u64 + 50,
        0.99,
    );
    let kept = courses.take(&long, None).expect("it is new");
    assert_eq!(kept.course.intervals.len(), INTERVALS_KEPT);
    let written = serde_json::to_value(kept).expect("it writes");
    let again = serde_json::from_value(written).expect("it reads");
    assert_eq!(kept, &again);
}

#[test]
fn a_stage_is_the_share_that_the_store_lets_have_it() {
    let play = |status, fraction| stage_bps(&staged_of("8.4.0", status, fraction));
    assert_eq!(play(StagedStatus::InProgress, Some(2_000)), Some(2_000));
    assert_eq!(play(StagedStatus::Draft, None), None);
    assert_eq!(stage_bps(&phased(PhasedStatus::Active, Some(3))), Some(500));
    assert_eq!(stage_bps(&phased(PhasedStatus::Inactive, None)), None);
}

fn proposes() -> HealthRule {
    HealthRule {
        outcome: RuleOutcome::Proposal,
        ..HealthRule::standard()
    }
}

#[test]
fn a_release_is_in_breach_while_one_of_its_sources_says_so() {
    let mut all = workspace(&[LEAD]);
    let bad = Signal {
        source: Some(Service::Sentry),
        ..read("8.4.0", NOON - 3 * HOUR_MS, 3, 0.98)
    };
    let good = Signal {
        source: Some(Service::Statuspage),
        ..read("8.4.0", NOON - 3 * HOUR_MS, 3, 0.999)
    };
    let courses = Courses::default();
    for signals in [[bad.clone(), good.clone()], [good.clone(), bad]] {
        let found = judged(&all.state, &signals, &courses, NOON);
        assert!(
            matches!(found.as_slice(), [Command::SeeBreach(_)]),
            "{found:?}"
        );
        for command in found {
            all.does(LEAD, NOON, command).expect("it may be seen");
        }
        assert_eq!(judged(&all.state, &signals, &courses, NOON), []);
        let gone = judged(&all.state, std::slice::from_ref(&good), &courses, NOON);
        assert!(
            matches!(gone.as_slice(), [Command::ClearBreach(_)]),
            "{gone:?}"
        );
        for command in gone {
            all.does(LEAD, NOON, command).expect("it may be cleared");
        }
    }
}

#[test]
fn a_rule_that_proposes_a_stop_fills_the_sheet_in() {
    let mut all = workspace(&[LEAD]);
    let rolls = staged_of("8.4.0", StagedStatus::InProgress, Some(2_000));
    let mut live = live(LEAD, &[(play_id(), rolls)]);
    live.signals = vec![read("8.4.0", NOON - 3 * HOUR_MS, 3, 0.98)];
    for command in judged(&all.state, &live.signals, &live.courses, NOON) {
        all.does(LEAD, NOON, command).expect("it may be seen");
    }
    assert_eq!(stop_sheet(&all.state, &live, NOON).proposed_reason, None);
    let set = Command::SetRule {
        rule: Box::new(proposes()),
        reason: "ask us".to_owned(),
    };
    all.does(LEAD, NOON, set).expect("a lead may");
    for command in judged(&all.state, &live.signals, &live.courses, NOON) {
        all.does(LEAD, NOON, command).expect("it may be seen");
    }
    assert_eq!(
        stop_sheet(&all.state, &live, NOON).proposed_reason,
        Some(
            "Health rule “crash floor”: Android crash-free sessions at 98.00 %, below the floor of \
             99.50 %"
                .to_owned()
        )
    );
}

#[test]
fn the_room_says_of_every_rule_whether_it_is_armed_and_why_not() {
    let all = workspace(&[LEAD]);
    let few = Signal {
        sample: Some(20),
        ..read("8.4.1", NOON - 3 * HOUR_MS, 3, 0.98)
    };
    let none = Signal {
        value: None,
        sample: None,
        data_until: None,
        ..read("8.4.2", NOON, 0, 0.9)
    };
    let live = Live {
        actor: LEAD.to_owned(),
        signals: vec![
            read("8.4.0", NOON - 3 * HOUR_MS, 3, 0.98),
            read("8.3.2", NOON - 3 * HOUR_MS, 3, 0.999),
            few,
            none,
        ],
        ..Live::default()
    };
    let view = health(&all.state, &live, NOON);
    let said: Vec<(&str, &str)> = view.rules[0]
        .states
        .iter()
        .map(|it| (it.badge.words.as_str(), it.why.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            ("Breached", "Below your 99.50 % floor"),
            ("Armed", ""),
            ("Cannot judge", "Only 20 sessions, too few to judge"),
            ("Cannot judge", "No data, which is not the same as healthy"),
        ]
    );
    assert_eq!(view.rules[0].states[3].value, "no data");
    assert_eq!(view.why_not, None);
}

#[test]
fn a_rule_is_tried_out_on_what_was_kept_and_says_when_there_is_nothing() {
    let nothing = rule_tests(&Live::default(), &HealthRule::standard());
    assert_eq!(
        nothing.summary,
        "No past figures of crash-free sessions are known, so nothing can be said of what it \
         would have done."
    );
    let (courses, _) = two_releases(0.993);
    let live = Live {
        courses,
        ..Live::default()
    };
    let view = rule_tests(&live, &compares());
    assert_eq!(view.tests.len(), 1);
    let test = &view.tests[0];
    assert_eq!(test.beside, "Compared with 8.3.2 at the same stage.");
    assert!(test.fired_point.is_some(), "{test:?}");
    assert_eq!(test.points[3].value, Some(0.993));
    assert_eq!(test.points[3].before, Some(0.999));
    let floor = rule_tests(&live, &HealthRule::standard());
    assert_eq!(
        floor.summary,
        "It would have fired on 1 of the 2 releases whose figures are known."
    );
    assert_eq!(floor.tests[0].limit, Some(0.995));
    assert_eq!(floor.tests[0].fired_point, Some(0));
    assert_eq!(floor.problem, None);
}
