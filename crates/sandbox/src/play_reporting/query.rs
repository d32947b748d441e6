//! Questions for rates: what is refused about them, and the rows that answer them. Must not know
//! tokens.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::civil::{Period, civil, moment};
use super::{PlayReporting, Set, invalid};
use crate::health::{Count, Phones, Platform, RELEASES, Release};
use crate::history::Scene;
use crate::wire::{Answer, Call};

/// Rows about fewer people are kept back; the number is assumed.
const PEOPLE_MIN: f64 = 100.0;
const ROWS_MAX: usize = 10_000;
const ROWS_USUAL: usize = 1_000;

/// Everything that a question may hold.
const FIELDS: [&str; 7] = [
    "timelineSpec",
    "dimensions",
    "metrics",
    "filter",
    "pageSize",
    "pageToken",
    "userCohort",
];

pub(super) fn answer(
    own: &PlayReporting,
    set: Set,
    call: &Call,
    scene: &Scene<'_>,
) -> Result<Answer, Answer> {
    let body = call.json().ok_or_else(|| super::failure(400))?;
    if let Some(refused) = crate::channels::google::unknown_field(&body, "", &FIELDS) {
        return Err(refused);
    }
    let question = Question::read(own, set, &body, scene).map_err(|why| invalid(&why))?;
    let rows = question.rows(scene);
    let offset: usize = match body["pageToken"].as_str() {
        None => 0,
        Some(token) => token
            .strip_prefix("rows-")
            .and_then(|it| it.parse().ok())
            .ok_or_else(|| invalid("Invalid page token."))?,
    };
    let size = match body["pageSize"].as_u64() {
        None | Some(0) => ROWS_USUAL,
        Some(size) => usize::try_from(size).unwrap_or(ROWS_MAX).min(ROWS_MAX),
    };
    let page: Vec<&Value> = rows.iter().skip(offset).take(size).collect();
    let next = offset + page.len();
    // What is empty is left out.
    let mut shown = json!({});
    if !page.is_empty() {
        shown["rows"] = json!(page);
    }
    if next < rows.len() {
        shown["nextPageToken"] = json!(format!("rows-{next}"));
    }
    Ok(Answer::json(200, &shown))
}

struct Question {
    set: Set,
    period: Period,
    from_ms: i64,
    until_ms: i64,
    dimensions: Vec<String>,
    metrics: Vec<String>,
    codes: Vec<String>,
}

impl Question {
    fn read(
        own: &PlayReporting,
        set: Set,
        body: &Value,
        scene: &Scene<'_>,
    ) -> Result<Question, String> {
        let spec = &body["timelineSpec"];
        let period = match spec["aggregationPeriod"].as_str() {
            Some("HOURLY") => Period::Hourly,
            None | Some("DAILY") => Period::Daily,
            Some(other) => return Err(format!("Unsupported aggregation period: {other}")),
        };
        let from_ms = moment(&spec["startTime"], period, "start_time")?;
        let until_ms = moment(&spec["endTime"], period, "end_time")?;
        if until_ms <= from_ms {
            return Err("timeline_spec.end_time must be after timeline_spec.start_time".to_owned());
        }
        if until_ms > own.fresh_until(period, scene.now_ms) {
            return Err(format!(
                "timeline_spec.end_time is after the latest data available for aggregation period {}. Check the freshness of the metric set.",
                period.key()
            ));
        }
        let list = |key: &str| -> Vec<String> {
            let all = body[key].as_array().into_iter().flatten();
            all.filter_map(|it| it.as_str().map(str::to_owned))
                .collect()
        };
        let question = Question {
            set,
            period,
            from_ms,
            until_ms,
            dimensions: list("dimensions"),
            metrics: list("metrics"),
            codes: codes(body["filter"].as_str().unwrap_or_default())?,
        };
        if let Some(other) = question
            .dimensions
            .iter()
            .find(|it| !["versionCode", "deviceRamBucket"].contains(&it.as_str()))
        {
            return Err(format!("Unsupported dimension: {other}"));
        }
        for metric in &question.metrics {
            let rolling = metric.ends_with("UserWeighted");
            if rolling && period == Period::Hourly {
                return Err(format!(
                    "Metric {metric} is not supported for HOURLY aggregation"
                ));
            }
            if question.value(metric, &Count::default()).is_none() {
                return Err(format!("Unsupported metric: {metric}"));
            }
        }
        Ok(question)
    }

    fn rows(&self, scene: &Scene<'_>) -> Vec<Value> {
        let mut rows = Vec::new();
        let mut at_ms = self.from_ms;
        while at_ms < self.until_ms {
            let next_ms = self.period.next(at_ms);
            let mut found: BTreeMap<(String, String), Count> = BTreeMap::new();
            let android = |it: &&Release| it.platform == Platform::Android;
            for release in RELEASES.iter().filter(android) {
                if !self.codes.is_empty() && !self.codes.iter().any(|it| it == release.build) {
                    continue;
                }
                for (phones, bucket) in self.buckets() {
                    let health = scene.health;
                    let count = health.count(release, phones, at_ms, next_ms, scene.now_ms);
                    let code = self.has("versionCode", release.build);
                    let bucket = self.has("deviceRamBucket", bucket);
                    found.entry((code, bucket)).or_default().add(count);
                }
            }
            for ((code, bucket), count) in found {
                if count.users >= PEOPLE_MIN {
                    rows.push(self.row(at_ms, &code, &bucket, &count));
                }
            }
            at_ms = next_ms;
        }
        rows
    }

    fn has(&self, dimension: &str, value: &str) -> String {
        let has = self.dimensions.iter().any(|it| it == dimension);
        if has { value.to_owned() } else { String::new() }
    }

    /// Old phones have 2 GB, new ones 8.
    fn buckets(&self) -> Vec<(Phones, &'static str)> {
        if self.dimensions.iter().any(|it| it == "deviceRamBucket") {
            vec![(Phones::Old, "2048"), (Phones::New, "8192")]
        } else {
            vec![(Phones::All, "")]
        }
    }

    fn row(&self, at_ms: i64, code: &str, bucket: &str, count: &Count) -> Value {
        let named = [("versionCode", code), ("deviceRamBucket", bucket)];
        let dimensions: Vec<Value> = named
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| json!({"dimension": name, "int64Value": value}))
            .collect();
        let metrics: Vec<Value> = self
            .metrics
            .iter()
            .filter_map(|metric| {
                let value = self.value(metric, count)?;
                Some(json!({"metric": metric, "decimalValue": {"value": value}}))
            })
            .collect();
        let mut row = json!({
            "aggregationPeriod": self.period.key(),
            "startTime": civil(at_ms, self.period),
            "metrics": metrics,
        });
        if !dimensions.is_empty() {
            row["dimensions"] = json!(dimensions);
        }
        row
    }

    /// A fraction as a text, though the description says percentage.
    fn value(&self, metric: &str, count: &Count) -> Option<String> {
        let short = metric
            .trim_end_matches("7dUserWeighted")
            .trim_end_matches("28dUserWeighted");
        let rate = |hit: f64| {
            format!(
                "{:.6}",
                if count.users > 0.0 {
                    hit / count.users
                } else {
                    0.0
                }
            )
        };
        match (self.set, short) {
            (_, "distinctUsers") => Some(rounded(count.users)),
            (Set::Crashes, "crashRate") => Some(rate(count.crashed_users)),
            (Set::Crashes, "userPerceivedCrashRate") => Some(rate(count.crashed_users * 0.97)),
            (Set::Freezes, "anrRate") => Some(rate(count.frozen_users)),
            (Set::Freezes, "userPerceivedAnrRate") => Some(rate(count.frozen_users * 0.9)),
            (Set::Crashes | Set::Freezes, _) => None,
        }
    }
}

/// Rounded by its size.
fn rounded(people: f64) -> String {
    let to = match people {
        it if it < 1_000.0 => 10.0,
        it if it < 100_000.0 => 100.0,
        _ => 1_000.0,
    };
    format!("{}", ((people / to).round() * to) as i64)
}

/// `versionCode = 421 OR versionCode = 422`.
pub(super) fn codes(filter: &str) -> Result<Vec<String>, String> {
    let plain = filter.replace(['(', ')'], " ").replace(" AND ", " OR ");
    let mut codes = Vec::new();
    for part in plain
        .split(" OR ")
        .map(str::trim)
        .filter(|it| !it.is_empty())
    {
        match part
            .split_once('=')
            .map(|(key, value)| (key.trim(), value.trim()))
        {
            Some(("versionCode", code)) => codes.push(code.to_owned()),
            Some(("errorIssueType", _)) => {}
            Some(_) | None => return Err(format!("Invalid filter: {part}")),
        }
    }
    Ok(codes)
}
