//! Rows of rates by version code, as a series of each version. Must not know a request.

use std::collections::BTreeMap;

use cockpit_domain::Time;
use cockpit_domain::signal::{SignalPoint, Unit};

use super::api::USERS;
use super::civil::{Period, moment};
use super::wire::{FilterOptions, Metric, Row};

/// Version names by their version codes.
#[derive(Debug, Default)]
pub(super) struct Versions(BTreeMap<String, String>);

impl Versions {
    /// A release that nobody named is called `84012 (8.4.0)`.
    pub(super) fn of(options: &FilterOptions) -> Versions {
        let releases = options.tracks.iter().flat_map(|it| &it.serving_releases);
        Versions(
            releases
                .flat_map(|release| {
                    let name = version_of(&release.display_name);
                    let codes = release.version_codes.iter().cloned();
                    codes.map(move |code| (code, name.to_owned()))
                })
                .filter(|(_, name)| !name.is_empty())
                .collect(),
        )
    }

    pub(super) fn name(&self, code: &str) -> Option<&str> {
        self.0.get(code).map(String::as_str)
    }

    pub(super) fn names(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self.0.values().map(String::as_str).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    pub(super) fn codes(&self, name: &str) -> Vec<&str> {
        let own = self.0.iter().filter(|(_, it)| *it == name);
        own.map(|(code, _)| code.as_str()).collect()
    }
}

fn version_of(display_name: &str) -> &str {
    let name = display_name.trim();
    let inner = name
        .strip_suffix(')')
        .and_then(|it| it.split_once(" ("))
        .filter(|(code, _)| code.chars().all(|it| it.is_ascii_digit()));
    inner.map_or(name, |(_, version)| version.trim())
}

/// People and those among them who were hit.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    hit: f64,
    people: f64,
    /// The share that is healthy, of a row that does not say of how many.
    alone: Option<f64>,
    rows: usize,
}

/// The healthy share of each version, period by period, older first. A row that is not there is no
/// figure: Google keeps back what is about few people.
pub(super) fn series(
    rows: &[Row],
    rate: &str,
    period: Period,
    versions: &Versions,
) -> BTreeMap<String, Vec<SignalPoint>> {
    let mut sums: BTreeMap<(String, Time), Sum> = BTreeMap::new();
    for row in rows {
        let code = row.dimensions.iter().find_map(|it| it.version_code());
        let Some(version) = code.and_then(|it| versions.name(it)) else {
            continue;
        };
        let Some(at) = row.start_time.as_ref().and_then(|it| moment(it, period)) else {
            continue;
        };
        // The interface calls them percentages and sends fractions.
        let hit = number(&row.metrics, rate).and_then(|it| Unit::Fraction.fraction(it));
        let Some(hit) = hit else { continue };
        let sum = sums.entry((version.to_owned(), at)).or_default();
        sum.rows += 1;
        match number(&row.metrics, USERS).filter(|it| *it > 0.0) {
            Some(people) => {
                sum.hit += hit * people;
                sum.people += people;
            }
            None => sum.alone = Some(1.0 - hit),
        }
    }
    let mut series: BTreeMap<String, Vec<SignalPoint>> = BTreeMap::new();
    for ((version, at), sum) in sums {
        // A version of several packages is judged by all of them, weighed by their people.
        let value = match sum.alone {
            None => Some(1.0 - sum.hit / sum.people),
            Some(alone) if sum.rows == 1 => Some(alone),
            Some(_) => None,
        };
        let sample = (sum.alone.is_none()).then(|| sum.people.round() as u64);
        series
            .entry(version)
            .or_default()
            .push(SignalPoint { at, value, sample });
    }
    series
}

fn number(metrics: &[Metric], name: &str) -> Option<f64> {
    let metric = metrics.iter().find(|it| it.metric == name)?;
    metric.decimal_value.as_ref()?.number()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn versions() -> Versions {
        let options = json!({"tracks": [{"servingReleases": [
            {"displayName": "8.4.0", "versionCodes": ["1", "2"]},
            {"displayName": "9 (8.3.2)", "versionCodes": ["9"]},
        ]}]});
        Versions::of(&serde_json::from_value(options).unwrap())
    }

    fn row(code: &str, hours: u32, metrics: &Value) -> Value {
        json!({
            "startTime": {"year": 2026, "month": 11, "day": 23, "hours": hours, "timeZone": {"id": "UTC"}},
            "dimensions": [{"dimension": "versionCode", "int64Value": code}],
            "metrics": metrics,
        })
    }

    fn rate(value: &str, people: Option<&str>) -> Value {
        let mut metrics = vec![json!({"metric": "r", "decimalValue": {"value": value}})];
        metrics.extend(
            people.map(|it| json!({"metric": "distinctUsers", "decimalValue": {"value": it}})),
        );
        json!(metrics)
    }

    fn read(rows: &[Value]) -> BTreeMap<String, Vec<SignalPoint>> {
        let rows: Vec<Row> = serde_json::from_value(json!(rows)).unwrap();
        series(&rows, "r", Period::Hour, &versions())
    }

    #[test]
    fn packages_of_one_version_are_weighed_by_their_people() {
        let found = read(&[
            row("1", 3, &rate("0.02", Some("1000"))),
            row("2", 3, &rate("0.00", Some("3000"))),
            row("9", 3, &rate("0.0142", Some("20"))),
        ]);
        let new = &found["8.4.0"][0];
        assert!((new.value.unwrap() - 0.995).abs() < 1e-9);
        assert_eq!(new.sample, Some(4_000));
        assert!((found["8.3.2"][0].value.unwrap() - 0.9858).abs() < 1e-9);
    }

    #[test]
    fn what_is_not_said_is_not_made_up() {
        assert!(read(&[]).is_empty());
        // A version that no track serves has no name, a rate in per cent is no rate.
        assert!(read(&[row("77", 3, &rate("0.1", Some("9")))]).is_empty());
        assert!(read(&[row("1", 3, &rate("1.42", Some("9")))]).is_empty());
        let alone = read(&[row("1", 3, &rate("0.25", None))]);
        assert_eq!(alone["8.4.0"][0].sample, None);
        assert_eq!(alone["8.4.0"][0].value, Some(0.75));
        let both = read(&[
            row("1", 3, &rate("0.25", None)),
            row("2", 3, &rate("0.1", Some("9"))),
        ]);
        assert_eq!(both["8.4.0"][0].value, None);
        // An empty decimal is 0 by the interface's own words.
        let none = read(&[row("1", 3, &rate("", Some("9")))]);
        assert_eq!(none["8.4.0"][0].value, Some(1.0));
    }
}
