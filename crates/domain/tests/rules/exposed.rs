//! Laws of the exposure meter. Must not know how it is worded.

use cockpit_domain::Time;
use cockpit_domain::exposure::{Exposure, How, TOO_OLD_MS, exposure};
use cockpit_domain::signal::{Measure, Signal};
use proptest::prelude::*;

const NOW: u64 = 1_795_458_600_000;

fn signal(version: &str, measure: Measure, sample: Option<u64>, age_ms: Option<u64>) -> Signal {
    Signal {
        platform: "Android".to_owned(),
        version: version.to_owned(),
        measure,
        value: Some(0.99),
        sample,
        data_until: age_ms.map(|ms| at(NOW - ms)),
        read_at: at(NOW),
        series: Vec::new(),
        interval_ms: 3_600_000,
        source: None,
        named: None,
        said: Vec::new(),
    }
}

fn at(ms: u64) -> Time {
    Time::from_ms(i64::try_from(ms).unwrap())
}

fn of(signals: &[Signal], fraction_bps: Option<u32>) -> Exposure {
    exposure("Android", "8.4.0", fraction_bps, signals, at(NOW))
}

fn any_signal() -> impl Strategy<Value = Signal> {
    let version = prop::sample::select(vec!["8.4.0", "8.3.2"]);
    let measure = prop::sample::select(vec![Measure::CrashFreeSessions, Measure::CrashFreeUsers]);
    let sample = prop::option::of(any::<u64>());
    let age = prop::option::of(0..3 * TOO_OLD_MS);
    let interval = prop::sample::select(vec![0, 1, 60_000, 3_600_000, u64::MAX]);
    (version, measure, sample, age, interval).prop_map(
        |(version, measure, sample, age_ms, interval_ms)| Signal {
            interval_ms,
            ..signal(version, measure, sample, age_ms)
        },
    )
}

proptest! {
    #[test]
    fn it_is_total_and_a_missing_figure_is_never_a_number(
        signals in prop::collection::vec(any_signal(), 0..6),
        fraction_bps in prop::option::of(any::<u32>()),
    ) {
        let found = of(&signals, fraction_bps);
        let told = |of_version: bool| signals.iter().any(|it| {
            it.sample.is_some()
                && it.data_until.is_some_and(|until| at(NOW).ms_since(until) <= TOO_OLD_MS)
                && it.interval_ms > 0
                && (!of_version || it.version == "8.4.0")
        });
        prop_assert_eq!(found.per_minute.is_some(), told(true));
        prop_assert_eq!(
            found.now.is_some(),
            told(true) || (told(false) && fraction_bps.is_some())
        );
        if let Some(now) = found.now {
            // Never more than somebody counted.
            match now.how {
                How::Counted => {
                    prop_assert!(signals.iter().any(|it| it.sample == Some(now.count)));
                }
                How::ShareOfAll { all, .. } => prop_assert!(now.count <= all),
            }
        }
    }

    #[test]
    fn a_minute_is_a_sixtieth_of_an_hour(sample in 0_u64..1_000_000_000) {
        let found = of(&[signal("8.4.0", Measure::CrashFreeSessions, Some(sample), Some(0))], None);
        let minute = found.per_minute.unwrap().count;
        prop_assert!(minute * 60 >= sample && minute * 60 < sample + 60);
    }

    #[test]
    fn more_sessions_are_never_less_exposure(one in any::<u64>(), other in any::<u64>()) {
        let count = |sample| {
            let signals = [signal("8.4.0", Measure::CrashFreeSessions, Some(sample), Some(0))];
            let found = of(&signals, None);
            (found.now.unwrap().count, found.per_minute.unwrap().count)
        };
        let (less, more) = (count(one.min(other)), count(one.max(other)));
        prop_assert!(less.0 <= more.0 && less.1 <= more.1);
    }

    #[test]
    fn a_larger_share_never_reaches_fewer(one in 0_u32..20_000, other in 0_u32..20_000) {
        let all = [signal("8.3.2", Measure::CrashFreeUsers, Some(412_000), Some(0))];
        let count = |bps| of(&all, Some(bps)).now.unwrap().count;
        prop_assert!(count(one.min(other)) <= count(one.max(other)));
    }
}

#[test]
fn people_say_who_has_it_and_sessions_how_often_it_is_met() {
    let both = [
        signal("8.4.0", Measure::CrashFreeUsers, Some(30_000), Some(60_000)),
        signal(
            "8.4.0",
            Measure::CrashFreeSessions,
            Some(61_204),
            Some(60_000),
        ),
    ];
    let found = of(&both, Some(2_000));
    let (now, minute) = (found.now.unwrap(), found.per_minute.unwrap());
    assert_eq!((now.count, now.unit), (30_000, "people"));
    assert_eq!((minute.count, minute.unit), (1_021, "sessions"));
    assert_eq!(now.how, How::Counted);
}

#[test]
fn before_the_first_figure_the_share_of_all_is_the_most() {
    let others = [signal(
        "8.3.2",
        Measure::CrashFreeUsers,
        Some(412_001),
        Some(0),
    )];
    let found = of(&others, Some(2_000));
    let now = found.now.unwrap();
    assert_eq!(now.count, 82_401);
    assert_eq!(
        now.how,
        How::ShareOfAll {
            fraction_bps: 2_000,
            all: 412_001
        }
    );
    assert_eq!(found.per_minute, None, "a share says nothing of a minute");
    assert_eq!(of(&others, None).now, None);
    assert_eq!(of(&[], Some(2_000)).now, None);
}

#[test]
fn two_measures_of_one_source_count_the_same_people_and_a_named_share_counts_none() {
    let both = [
        signal("8.3.2", Measure::CrashFreeUsers, Some(412_001), Some(0)),
        signal("8.3.2", Measure::FreezeFreeUsers, Some(412_001), Some(0)),
        signal("8.4.0", Measure::NamedShare, Some(9_000_000), Some(0)),
    ];
    let found = of(&both, Some(2_000));
    assert_eq!(found.now.unwrap().count, 82_401);
    assert_eq!(found.per_minute, None);
}
