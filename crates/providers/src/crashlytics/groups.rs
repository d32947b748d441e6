//! Groups of a report as series of each version. Must not know a request.

use std::collections::BTreeMap;

use cockpit_domain::Time;
use cockpit_domain::signal::{Measure, SignalPoint, Unit};

use super::wire::{Group, Metrics, Version};

/// Sessions or people of one hour, and those among them without a crash.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    free: f64,
    all: f64,
}

/// The share without a crash of each version, hour by hour, older first. Builds of one version are
/// added up. An hour without sessions is no figure.
pub(super) fn series(groups: &[Group], measure: Measure) -> BTreeMap<String, Vec<SignalPoint>> {
    let mut sums: BTreeMap<(String, Time), Option<Sum>> = BTreeMap::new();
    for group in groups {
        let Some(version) = group.version.as_ref().and_then(name) else {
            continue;
        };
        for metrics in &group.metrics {
            let Some(at) = metrics.start_time.as_deref().and_then(|it| it.parse().ok()) else {
                continue;
            };
            let sum = sums
                .entry((version.to_owned(), at))
                .or_insert(Some(Sum::default()));
            let Some((share, all)) = figure(metrics, measure) else {
                continue;
            };
            // A build with people and without a share makes the version's unknown.
            *sum = match (*sum, share) {
                (Some(sum), Some(share)) => Some(Sum {
                    free: sum.free + share * all,
                    all: sum.all + all,
                }),
                _ => None,
            };
        }
    }
    let mut series: BTreeMap<String, Vec<SignalPoint>> = BTreeMap::new();
    for ((version, at), sum) in sums {
        let sum = sum.filter(|it| it.all > 0.0);
        series.entry(version).or_default().push(SignalPoint {
            at,
            value: sum.map(|it| it.free / it.all),
            sample: sum.map(|it| it.all.round() as u64),
        });
    }
    series
}

/// The version's whole names, by which reports can be narrowed.
pub(super) fn whole_name<'a>(groups: &'a [Group], version: &str) -> Option<&'a str> {
    let all = groups.iter().filter_map(|it| it.version.as_ref());
    let mut own = all.filter(|it| name(it) == Some(version));
    own.next().map(|it| it.display_name.as_str())
}

fn name(version: &Version) -> Option<&str> {
    let whole = version.display_name.as_str();
    let short = match version.display_version.as_str() {
        "" => whole.split_once(" (").map_or(whole, |(short, _)| short),
        short => short,
    };
    (!short.is_empty()).then_some(short)
}

/// The share and of how many; nothing when nobody was counted.
fn figure(metrics: &Metrics, measure: Measure) -> Option<(Option<f64>, f64)> {
    let (percent, hit, all) = match measure {
        Measure::CrashFreeSessions => (
            metrics.crash_free_sessions_percentage,
            &metrics.impacted_sessions_count,
            &metrics.total_sessions_count,
        ),
        Measure::CrashFreeUsers => (
            metrics.crash_free_users_percentage,
            &metrics.impacted_users_count,
            &metrics.total_users_count,
        ),
        Measure::FreezeFreeUsers | Measure::NamedShare => return None,
    };
    let all = number(all).filter(|it| *it > 0.0)?;
    // 0 is left out of an answer, and so is what was not worked out: only counts can tell.
    let counted = || Some(1.0 - number(hit)? / all);
    let share = match percent {
        Some(percent) => Unit::Percent.fraction(percent),
        None => counted().filter(|it| (0.0..=1.0).contains(it)),
    };
    Some((share, all))
}

fn number(text: &Option<String>) -> Option<f64> {
    text.as_deref()?
        .parse()
        .ok()
        .filter(|it: &f64| it.is_finite())
}

/// A count of a report, in words' numbers.
pub(super) fn count(text: &Option<String>) -> u64 {
    text.as_deref().and_then(|it| it.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(metrics: &[(&str, Value)]) -> Option<(Option<f64>, Option<u64>)> {
        let groups: Vec<Value> = metrics
            .iter()
            .map(|(build, metrics)| {
                let mut metrics = metrics.clone();
                metrics["startTime"] = json!("2026-11-23T17:00:00Z");
                json!({
                    "version": {"displayVersion": "8.4.0", "displayName": format!("8.4.0 ({build})")},
                    "metrics": [metrics],
                })
            })
            .collect();
        let groups: Vec<Group> = serde_json::from_value(json!(groups)).unwrap();
        let all = series(&groups, Measure::CrashFreeUsers);
        let point = all.get("8.4.0")?.first()?;
        Some((point.value, point.sample))
    }

    #[test]
    fn percentages_become_fractions_and_builds_are_added_up() {
        let good = json!({"totalUsersCount": "1000", "crashFreeUsersPercentage": 99.8});
        assert_eq!(
            read(&[("1", good.clone())]),
            Some((Some(0.998), Some(1_000)))
        );
        let bad = json!({"totalUsersCount": "1000", "crashFreeUsersPercentage": 98.0});
        let (value, sample) = read(&[("1", good), ("2", bad)]).unwrap();
        assert!((value.unwrap() - 0.989).abs() < 1e-9);
        assert_eq!(sample, Some(2_000));
    }

    #[test]
    fn what_is_left_out_is_not_taken_for_zero_nor_for_health() {
        for nothing in [
            json!({}),
            json!({"totalUsersCount": "0", "crashFreeUsersPercentage": 100.0}),
        ] {
            assert_eq!(read(&[("1", nothing)]), Some((None, None)));
        }
        // Nobody worked it out, and nothing says who crashed.
        assert_eq!(
            read(&[("1", json!({"totalUsersCount": "50"}))]),
            Some((None, None))
        );
        let all_crashed = json!({"totalUsersCount": "50", "impactedUsersCount": "50"});
        assert_eq!(read(&[("1", all_crashed)]), Some((Some(0.0), Some(50))));
        let strange = json!({"totalUsersCount": "50", "crashFreeUsersPercentage": 101.0});
        assert_eq!(read(&[("1", strange)]), Some((None, None)));
    }
}
