//! Firebase Crashlytics' reports, as its alpha has them: percentages, counts as texts, and nothing
//! where there is 0 or where nobody was counted. Must not know latency, faults or the other services.

use std::collections::BTreeMap;

use chrono::DateTime;
use serde_json::{Map, Value, json};

use crate::channels::google::{self, key_file, refused};
use crate::channels::{StandIn, unknown_knob, wants_bool};
use crate::clock::rfc3339;
use crate::google_play::token::Tokens;
use crate::health::{Count, DAY_MS, HOUR_MS, Phones, Platform, RELEASES, Release};
use crate::history::Scene;
use crate::wire::{Answer, Call};

const SCOPE: &str = "https://www.googleapis.com/auth/firebase";
const TOKEN_PATH: &str = "/token/crashlytics";
const PROJECT_NUMBER: &str = "100000000001";
const ANDROID_APP: &str = "1:100000000001:android:5a9db0c5a9db0c5a";
const IOS_APP: &str = "1:100000000001:ios:5a9db0c5a9db0c5a";
const WINDOW_DAYS: i64 = 90;

pub(crate) fn owns(path: &str) -> bool {
    path.starts_with("/v1alpha/projects/") || path == TOKEN_PATH
}

/// Two apps of one project.
#[derive(Debug)]
pub(crate) struct Crashlytics {
    tokens: Tokens,
    permitted: bool,
    /// Without it nobody counts people and sessions.
    analytics: bool,
}

impl Default for Crashlytics {
    fn default() -> Self {
        Self {
            tokens: Tokens::default(),
            permitted: true,
            analytics: true,
        }
    }
}

/// What a report is asked for.
struct Asked {
    platform: Platform,
    from_ms: i64,
    until_ms: i64,
    /// None: one figure for the whole interval.
    step_ms: Option<i64>,
    versions: Vec<String>,
    size: usize,
    offset: usize,
}

impl Crashlytics {
    fn route(&self, call: &Call, scene: &Scene<'_>) -> Result<Answer, Answer> {
        google::check(&self.tokens, call, scene, SCOPE).map_err(plain)?;
        let parts = call.parts(1);
        let ("GET", ["projects", PROJECT_NUMBER, "apps", app, "reports", report]) =
            (call.method.as_str(), parts.as_slice())
        else {
            return Err(failure(404));
        };
        if !self.permitted {
            return Err(failure(403));
        }
        let platform = match *app {
            ANDROID_APP => Platform::Android,
            IOS_APP => Platform::Ios,
            _ => return Err(failure(404)),
        };
        let asked = Asked::read(call, platform, scene.now_ms).map_err(|why| invalid(&why))?;
        let groups = match *report {
            "topVersions" => self.versions(&asked, scene),
            "topIssues" => issues(&asked, scene),
            _ => return Err(failure(404)),
        };
        let total = groups.len();
        let page: Vec<Value> = groups
            .into_iter()
            .skip(asked.offset)
            .take(asked.size)
            .collect();
        let next = asked.offset + page.len();
        let mut shown = json!({
            "name": format!("projects/{PROJECT_NUMBER}/apps/{app}/reports/{report}"),
            "displayName": report,
        });
        if !page.is_empty() {
            shown["groups"] = json!(page);
            shown["totalSize"] = json!(total);
        }
        if next < total {
            shown["nextPageToken"] = json!(format!("groups-{next}"));
        }
        Ok(Answer::json(200, &shown))
    }

    fn versions(&self, asked: &Asked, scene: &Scene<'_>) -> Vec<Value> {
        let mut groups = Vec::new();
        for release in asked.releases() {
            let mut metrics = Vec::new();
            for (from_ms, until_ms) in asked.intervals() {
                let health = scene.health;
                let count = health.count(release, Phones::All, from_ms, until_ms, scene.now_ms);
                if count.sessions > 0.0 {
                    metrics.push(self.metrics(from_ms, until_ms, &count));
                }
            }
            if !metrics.is_empty() {
                groups.push(json!({"version": version(release), "metrics": metrics}));
            }
        }
        groups
    }

    fn metrics(&self, from_ms: i64, until_ms: i64, count: &Count) -> Value {
        let mut all = Map::new();
        all.insert("startTime".to_owned(), json!(rfc3339(from_ms)));
        all.insert("endTime".to_owned(), json!(rfc3339(until_ms)));
        let mut put = |name: &str, number: f64| {
            // What is 0 is left out.
            if number >= 1.0 {
                all.insert(name.to_owned(), json!((number as i64).to_string()));
            }
        };
        put("eventsCount", count.crashed);
        put("impactedUsersCount", count.crashed_users);
        put("impactedSessionsCount", count.crashed);
        put("sessionsCount", count.crashed);
        if self.analytics {
            put("totalSessionsCount", count.sessions);
            put("totalUsersCount", count.users);
            let percent = |bad: f64, good: f64| json!((1.0 - bad / good) * 100.0);
            let sessions = percent(count.crashed, count.sessions);
            all.insert("crashFreeSessionsPercentage".to_owned(), sessions);
            let users = percent(count.crashed_users, count.users);
            all.insert("crashFreeUsersPercentage".to_owned(), users);
        }
        Value::Object(all)
    }
}

impl Asked {
    fn read(call: &Call, platform: Platform, now_ms: i64) -> Result<Asked, String> {
        let moment = |name: &str| {
            let text = call.query(name);
            let read = text.map(|text| {
                DateTime::parse_from_rfc3339(text)
                    .map(|at| at.timestamp_millis())
                    .map_err(|_| format!("Invalid value at '{name}' (TYPE_STRING), \"{text}\""))
            });
            read.transpose()
        };
        let until_ms = moment("filter.interval.endTime")?.unwrap_or(now_ms);
        let from_ms = moment("filter.interval.startTime")?.unwrap_or(until_ms - 7 * DAY_MS);
        if from_ms >= until_ms {
            return Err("The interval's start must be before its end.".to_owned());
        }
        if from_ms < now_ms - WINDOW_DAYS * DAY_MS {
            return Err("The interval must lie within the last 90 days.".to_owned());
        }
        let step_ms = match call.query("granularity") {
            None | Some("TIME_GRANULARITY_UNSPECIFIED" | "TIME_GRANULARITY_NONE") => None,
            Some("TIME_GRANULARITY_HOUR") => Some(HOUR_MS),
            Some("TIME_GRANULARITY_DAY") => Some(DAY_MS),
            Some(other) => {
                return Err(format!("Invalid value at 'granularity', \"{other}\""));
            }
        };
        let repeated = |name: &str| -> Vec<String> {
            let all = call.query.iter().filter(|(key, _)| key == name);
            all.map(|(_, value)| value.clone()).collect()
        };
        for kind in repeated("filter.issue.errorTypes") {
            if !["FATAL", "NON_FATAL", "ANR"].contains(&kind.as_str()) {
                return Err(format!(
                    "Invalid value at 'filter.issue.error_types', \"{kind}\""
                ));
            }
        }
        let token = call.query("pageToken").unwrap_or("groups-0");
        Ok(Asked {
            platform,
            from_ms,
            until_ms,
            step_ms,
            versions: repeated("filter.version.displayNames"),
            size: call
                .query("pageSize")
                .and_then(|it| it.parse().ok())
                .unwrap_or(25)
                .clamp(1, 100),
            offset: token
                .strip_prefix("groups-")
                .and_then(|it| it.parse().ok())
                .ok_or("Invalid page token.")?,
        })
    }

    fn releases(&self) -> impl Iterator<Item = &'static Release> {
        RELEASES.iter().filter(|it| {
            it.platform == self.platform
                && (self.versions.is_empty() || self.versions.contains(&whole_name(it)))
        })
    }

    fn intervals(&self) -> Vec<(i64, i64)> {
        let Some(step_ms) = self.step_ms else {
            return vec![(self.from_ms, self.until_ms)];
        };
        let mut all = Vec::new();
        let mut at_ms = self.from_ms.div_euclid(step_ms) * step_ms;
        while at_ms < self.until_ms {
            all.push((at_ms, at_ms + step_ms));
            at_ms += step_ms;
        }
        all
    }
}

fn issues(asked: &Asked, scene: &Scene<'_>) -> Vec<Value> {
    let mut sum = Count::default();
    let mut seen: BTreeMap<&str, &Release> = BTreeMap::new();
    for release in asked.releases() {
        let health = scene.health;
        let (from_ms, until_ms) = (asked.from_ms, asked.until_ms);
        sum.add(health.count(release, Phones::All, from_ms, until_ms, scene.now_ms));
        seen.insert(release.version, release);
    }
    let Some((first, _)) = seen.first_key_value().filter(|_| sum.crashed > 0.0) else {
        return Vec::new();
    };
    let app = match asked.platform {
        Platform::Android => ANDROID_APP,
        Platform::Ios => IOS_APP,
    };
    let id = "5a9db0c5";
    let mut metrics = json!({
        "startTime": rfc3339(asked.from_ms), "endTime": rfc3339(asked.until_ms),
        "eventsCount": ((sum.crashed * 0.6) as i64).to_string(),
    });
    if sum.crashed_users > 2.0 {
        metrics["impactedUsersCount"] = json!(((sum.crashed_users * 0.6) as i64).to_string());
    }
    vec![json!({
        "issue": {
            "name": format!("projects/{PROJECT_NUMBER}/apps/{app}/issues/{id}"),
            "id": id,
            "title": "TransferSheet.onCreateView",
            "subtitle": "java.lang.NullPointerException",
            "errorType": "FATAL",
            "state": "OPEN",
            "firstSeenVersion": first,
            "signals": [{"signal": "SIGNAL_FRESH", "description": "First seen in the last week"}],
        },
        "metrics": [metrics],
    })]
}

fn version(release: &Release) -> Value {
    json!({
        "displayVersion": release.version,
        "buildVersion": release.build,
        "displayName": whole_name(release),
    })
}

fn whole_name(release: &Release) -> String {
    format!("{} ({})", release.version, release.build)
}

fn invalid(message: &str) -> Answer {
    refused(400, "INVALID_ARGUMENT", message, None)
}

/// The same refusal as the other Firebase interfaces have.
fn plain(answer: Answer) -> Answer {
    match answer.status {
        401 => failure(401),
        _ => answer,
    }
}

fn failure(status: u16) -> Answer {
    let (word, message) = match status {
        400 => ("INVALID_ARGUMENT", "Request contains an invalid argument."),
        401 => (
            "UNAUTHENTICATED",
            "Request had invalid authentication credentials.",
        ),
        403 => ("PERMISSION_DENIED", "The caller does not have permission"),
        404 => ("NOT_FOUND", "Requested entity was not found."),
        429 => ("RESOURCE_EXHAUSTED", "Quota exceeded."),
        503 => ("UNAVAILABLE", "The service is currently unavailable."),
        500.. => ("INTERNAL", "Internal error encountered."),
        _ => ("INVALID_ARGUMENT", "Bad request."),
    };
    refused(status, word, message, None)
}

impl StandIn for Crashlytics {
    fn answer(&mut self, call: &Call, scene: &mut Scene<'_>) -> Answer {
        if call.path == TOKEN_PATH {
            return self.tokens.answer(call, scene);
        }
        self.route(call, scene).unwrap_or_else(|refused| refused)
    }

    fn failure(&self, status: u16) -> Answer {
        failure(status)
    }

    fn truth(&self) -> Value {
        json!({})
    }

    fn connection(&self, url: &str, _seed: u64) -> Value {
        json!({
            "base_url": url, "android_app": ANDROID_APP, "ios_app": IOS_APP,
            "service_account": key_file(url, "crashlytics"),
        })
    }

    fn knob(&mut self, name: &str, value: &Value) -> Result<(), String> {
        match name {
            "permitted" => self.permitted = wants_bool(name, value)?,
            "analytics" => self.analytics = wants_bool(name, value)?,
            _ => return Err(unknown_knob(name)),
        }
        Ok(())
    }
}
