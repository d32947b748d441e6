//! What a sessions request asks for, and how a group is shown. Must not know where counts come from.

use chrono::DateTime;
use serde_json::{Map, Value, json};

use super::{name_of, project_of, slug_of};
use crate::health::{Count, DAY_MS, HOUR_MS, Release};
use crate::wire::Call;

const MINUTE_MS: i64 = 60_000;
const FIELDS: [&str; 6] = [
    "sum(session)",
    "count_unique(user)",
    "crash_free_rate(session)",
    "crash_free_rate(user)",
    "crash_rate(session)",
    "crash_rate(user)",
];

#[derive(Debug)]
pub(super) struct Query {
    pub start_ms: i64,
    pub end_ms: i64,
    pub interval_ms: i64,
    pub projects: Vec<String>,
    pub groups: Vec<String>,
    pub per_page: usize,
    pub offset: usize,
    fields: Vec<String>,
    environments: Vec<String>,
    releases: Vec<String>,
    totals: bool,
    series: bool,
}

impl Query {
    pub(super) fn read(call: &Call, now_ms: i64) -> Result<Query, String> {
        let all = |name: &str| -> Vec<String> {
            call.query
                .iter()
                .filter(|(key, _)| key == name)
                .map(|(_, value)| value.clone())
                .collect()
        };
        let fields = all("field");
        if fields.is_empty() {
            return Err("Request is missing a \"field\"".to_owned());
        }
        if let Some(field) = fields
            .iter()
            .find(|field| !FIELDS.contains(&field.as_str()))
        {
            return Err(format!("Invalid field: \"{field}\""));
        }
        let groups = all("groupBy");
        let known = ["project", "release", "environment", "session.status"];
        if let Some(group) = groups.iter().find(|group| !known.contains(&group.as_str())) {
            return Err(format!("Invalid groupBy: \"{group}\""));
        }
        if groups.iter().any(|group| group == "session.status")
            && fields.iter().any(|field| field.starts_with("crash_"))
        {
            return Err("Cannot group by session.status together with a crash rate".to_owned());
        }
        let interval_ms = call.query("interval").map_or(Ok(HOUR_MS), |text| {
            period(text).ok_or_else(|| format!("Invalid interval: \"{text}\""))
        })?;
        if interval_ms > DAY_MS {
            return Err("The interval has to be less than one day.".to_owned());
        }
        if interval_ms < HOUR_MS || interval_ms % HOUR_MS != 0 {
            return Err(
                "The interval has to be a multiple of the minimum interval of one hour.".to_owned(),
            );
        }
        if DAY_MS % interval_ms != 0 {
            return Err("The interval should divide one day cleanly.".to_owned());
        }
        let (start_ms, end_ms) = range(call, now_ms, interval_ms)?;
        let (mut environments, releases) = filters(call.query("query").unwrap_or_default())?;
        environments.extend(all("environment"));
        let cursor = call
            .query("cursor")
            .and_then(|text| text.split(':').nth(1))
            .and_then(|text| text.parse().ok());
        Ok(Query {
            start_ms,
            end_ms,
            interval_ms,
            projects: all("project"),
            groups,
            per_page: call
                .query("per_page")
                .and_then(|text| text.parse().ok())
                .unwrap_or(50)
                .clamp(1, 100),
            offset: cursor.unwrap_or(0),
            fields,
            environments,
            releases,
            totals: call.query("includeTotals") != Some("0"),
            series: call.query("includeSeries") != Some("0"),
        })
    }

    /// The starts of the intervals.
    pub(super) fn intervals(&self) -> Vec<i64> {
        let mut starts = Vec::new();
        let mut at_ms = self.start_ms;
        while at_ms < self.end_ms {
            starts.push(at_ms);
            at_ms += self.interval_ms;
        }
        starts
    }

    pub(super) fn wants(&self, release: &Release) -> bool {
        let project = self.projects.is_empty()
            || self.projects.iter().any(|one| {
                one == "-1" || *one == project_of(release).to_string() || one == slug_of(release)
            });
        let name = name_of(release);
        let named = self.releases.is_empty()
            || self.releases.iter().any(|one| match one.split_once('*') {
                Some((start, end)) => name.starts_with(start) && name.ends_with(end),
                None => *one == name,
            });
        let environment =
            self.environments.is_empty() || self.environments.iter().any(|one| one == "production");
        project && named && environment
    }

    pub(super) fn group_of(&self, release: &Release) -> Map<String, Value> {
        let mut by = Map::new();
        for group in &self.groups {
            let value = match group.as_str() {
                "project" => json!(project_of(release)),
                "release" => json!(name_of(release)),
                "environment" => json!("production"),
                _ => continue,
            };
            by.insert(group.clone(), value);
        }
        by
    }

    /// The groups of one set of counts: one, or four when grouped by status.
    pub(super) fn show(&self, by: &Map<String, Value>, counts: &[Count]) -> Vec<Value> {
        if !self.groups.iter().any(|group| group == "session.status") {
            return vec![self.group(by.clone(), counts, None)];
        }
        ["abnormal", "crashed", "errored", "healthy"]
            .into_iter()
            .map(|status| {
                let mut by = by.clone();
                by.insert("session.status".to_owned(), json!(status));
                self.group(by, counts, Some(status))
            })
            .collect()
    }

    fn group(&self, by: Map<String, Value>, counts: &[Count], status: Option<&str>) -> Value {
        let mut sum = Count::default();
        for count in counts {
            sum.add(*count);
        }
        let mut totals = Map::new();
        let mut series = Map::new();
        for field in &self.fields {
            totals.insert(field.clone(), figure(field, &sum, status));
            series.insert(
                field.clone(),
                counts
                    .iter()
                    .map(|count| figure(field, count, status))
                    .collect(),
            );
        }
        let mut group = json!({ "by": by });
        group["totals"] = if self.totals {
            Value::Object(totals)
        } else {
            json!({})
        };
        group["series"] = if self.series {
            Value::Object(series)
        } else {
            json!({})
        };
        group
    }
}

/// A rate is a fraction, and null when nobody used the release.
fn figure(field: &str, count: &Count, status: Option<&str>) -> Value {
    let rate = |bad: f64, all: f64, free: bool| {
        if all == 0.0 {
            return Value::Null;
        }
        json!(if free { 1.0 - bad / all } else { bad / all })
    };
    let share = match status {
        None => 1.0,
        Some(_) if count.sessions == 0.0 => 0.0,
        Some("crashed") => count.crashed / count.sessions,
        Some("errored") => count.errored / count.sessions,
        Some("healthy") => 1.0 - (count.crashed + count.errored) / count.sessions,
        Some(_) => 0.0,
    };
    match field {
        "sum(session)" => json!((count.sessions * share).round() as i64),
        "count_unique(user)" => json!((count.users * share).round() as i64),
        "crash_free_rate(session)" => rate(count.crashed, count.sessions, true),
        "crash_free_rate(user)" => rate(count.crashed_users, count.users, true),
        "crash_rate(session)" => rate(count.crashed, count.sessions, false),
        _ => rate(count.crashed_users, count.users, false),
    }
}

fn period(text: &str) -> Option<i64> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: i64 = number
        .parse()
        .ok()
        .filter(|number| (1..=100_000).contains(number))?;
    let unit_ms = match unit {
        "s" => 1_000,
        "m" => MINUTE_MS,
        "h" => HOUR_MS,
        "d" => DAY_MS,
        "w" => 7 * DAY_MS,
        _ => return None,
    };
    Some(number * unit_ms)
}

/// The range rounds up to whole intervals; an end in the future shows as the next whole minute.
fn range(call: &Call, now_ms: i64, interval_ms: i64) -> Result<(i64, i64), String> {
    let (start_ms, end_ms) = match (
        call.query("statsPeriod"),
        call.query("start"),
        call.query("end"),
    ) {
        (Some(text), _, _) => {
            let length_ms =
                period(text).ok_or_else(|| format!("Invalid statsPeriod: \"{text}\""))?;
            (now_ms - length_ms, now_ms)
        }
        (None, Some(start), Some(end)) => (moment(start)?, moment(end)?),
        (None, None, None) => (now_ms - 90 * DAY_MS, now_ms),
        (None, _, _) => return Err("start and end are both required".to_owned()),
    };
    if start_ms >= end_ms {
        return Err("start must be before end".to_owned());
    }
    let up = |ms: i64, to_ms: i64| (ms + to_ms - 1).div_euclid(to_ms) * to_ms;
    let length_ms = up(end_ms - start_ms, interval_ms);
    let end_ms = up(end_ms, interval_ms);
    let start_ms = end_ms - length_ms;
    let shown_ms = if end_ms > now_ms {
        (now_ms.div_euclid(MINUTE_MS) + 1) * MINUTE_MS
    } else {
        end_ms
    };
    Ok((start_ms, shown_ms))
}

fn moment(text: &str) -> Result<i64, String> {
    let zoned = if text.ends_with('Z') || text.contains('+') {
        text.to_owned()
    } else {
        format!("{text}Z")
    };
    DateTime::parse_from_rfc3339(&zoned)
        .map(|at| at.timestamp_millis())
        .map_err(|_| format!("Invalid date: \"{text}\""))
}

/// Environments and releases of a search such as `release:a OR release:b`.
fn filters(query: &str) -> Result<(Vec<String>, Vec<String>), String> {
    let (mut environments, mut releases) = (Vec::new(), Vec::new());
    for word in query.replace(['(', ')'], " ").split_whitespace() {
        if matches!(word, "AND" | "OR") {
            continue;
        }
        let (key, value) = word
            .split_once(':')
            .ok_or_else(|| format!("Invalid search filter: {word}"))?;
        let values = value
            .trim_matches(['[', ']', '"'])
            .split(',')
            .map(|one| one.trim_matches('"').to_owned());
        match key {
            "release" => releases.extend(values),
            "environment" => environments.extend(values),
            _ => return Err(format!("Invalid search filter: {key}")),
        }
    }
    Ok((environments, releases))
}
