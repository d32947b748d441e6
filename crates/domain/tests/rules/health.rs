//! Health rules over figures. Knows no screen.

use cockpit_domain::rule::{Breach, HealthRule, Judgement, to_bps};
use cockpit_domain::signal::{Measure, Signal};

use crate::cases::{NOON, figure};

fn judges(signal: &Signal) -> Judgement {
    HealthRule::standard().judge(signal, NOON)
}

fn breach(signal: &Signal) -> Breach {
    match judges(signal) {
        Judgement::Breach(breach) => breach,
        other => panic!("no breach, but {other:?}"),
    }
}

#[test]
fn below_the_floor_is_a_breach_and_the_floor_itself_is_not() {
    for (value, is_breach) in [
        (0.994_9, true),
        (0.994_999, true),
        (0.995, false),
        (0.995_1, false),
        (1.0, false),
        (0.0, true),
    ] {
        let judged = judges(&figure(Some(value), Some(500), &[]));
        assert_eq!(matches!(judged, Judgement::Breach(_)), is_breach, "{value}");
        assert_eq!(matches!(judged, Judgement::Holds), !is_breach, "{value}");
    }
}

#[test]
fn shares_are_rounded_down_and_never_leave_their_range() {
    for (fraction, bps) in [
        (0.995, 9_950),
        (0.994_999_9, 9_949),
        (0.982_1, 9_821),
        (0.57, 5_700),
        (1.0, 10_000),
        (1.5, 10_000),
        (-0.1, 0),
        (f64::NAN, 0),
    ] {
        assert_eq!(to_bps(fraction), bps, "{fraction}");
    }
    for bps in 0..=10_000 {
        assert_eq!(to_bps(f64::from(bps) / 10_000.0), bps);
    }
}

#[test]
fn missing_old_or_thin_data_says_nothing() {
    let cannot_say = |signal: &Signal| match judges(signal) {
        Judgement::CannotSay(why) => why,
        other => panic!("{other:?}"),
    };
    let none = "no data, which is not the same as healthy";
    assert_eq!(cannot_say(&figure(None, Some(500), &[])), none);
    assert_eq!(cannot_say(&figure(Some(0.5), None, &[])), none);
    let mut without_time = figure(Some(0.5), Some(500), &[]);
    without_time.data_until = None;
    assert_eq!(cannot_say(&without_time), none);

    assert_eq!(
        cannot_say(&figure(Some(0.5), Some(499), &[])),
        "only 499 sessions, too few to judge"
    );

    let oldest_ms = HealthRule::standard().data_age_ms_max;
    let mut old = figure(Some(0.5), Some(500), &[]);
    old.data_until = Some(NOON - oldest_ms);
    assert!(matches!(judges(&old), Judgement::Breach(_)));
    old.data_until = Some(NOON - (oldest_ms + 1));
    assert_eq!(cannot_say(&old), "the data is too old to judge");
}

#[test]
fn a_breach_began_with_the_last_unbroken_run_below_the_floor() {
    let series = [Some(0.98), Some(0.999), Some(0.99), Some(0.985)];
    let signal = figure(Some(0.985), Some(900), &series);
    assert_eq!(breach(&signal).since, signal.series[2].at);

    // A gap is not health, and not a breach either.
    let gap = figure(Some(0.985), Some(900), &[Some(0.98), None, Some(0.985)]);
    assert_eq!(breach(&gap).since, gap.series[2].at);

    let whole = figure(Some(0.985), Some(900), &[Some(0.98), Some(0.985)]);
    assert_eq!(breach(&whole).since, whole.series[0].at);

    let bare = figure(Some(0.985), Some(900), &[]);
    assert_eq!(Some(breach(&bare).since), bare.data_until);
}

#[test]
fn a_breach_carries_what_was_seen() {
    let seen = breach(&figure(Some(0.982_1), Some(61_204), &[Some(0.982_1)]));
    assert_eq!(
        (seen.value_bps, seen.floor_bps, seen.sample),
        (9_821, 9_950, 61_204)
    );
    assert_eq!(seen.rule, "crash floor");
}

/// The log keeps who measured and what the share is called, and reads entries that say neither.
#[test]
fn a_breach_names_its_share_and_old_ones_have_no_source() {
    let signal = Signal {
        measure: Measure::NamedShare,
        named: Some("Payments that succeed".to_owned()),
        ..figure(Some(0.98), Some(500), &[])
    };
    let rule = HealthRule {
        measure: Measure::NamedShare,
        ..HealthRule::standard()
    };
    let Judgement::Breach(breach) = rule.judge(&signal, NOON) else {
        panic!("98 % is below the floor");
    };
    assert_eq!(breach.name(), "Payments that succeed");
    assert_eq!(breach.source, signal.source);
    let mut written = serde_json::to_value(&breach).expect("it has bytes");
    let fields = written.as_object_mut().expect("an object");
    fields.retain(|name, _| name != "named" && name != "source");
    let old: Breach = serde_json::from_value(written).expect("it reads as ever");
    assert_eq!((old.name(), old.source), ("Named share", None));
}
