//! The Play Developer Reporting interface: crash and freeze rates by version code, what Google finds
//! unusual, and the errors behind it. Figures are hours or days old, rows about few people are kept
//! back. Must not know latency, faults or the other services.

mod civil;
mod query;
mod said;

use serde_json::{Value, json};

use crate::channels::google::{key_file, refused};
use crate::channels::{StandIn, Window, unknown_knob, wants_bool};
use crate::google_play::token::{Held, Tokens};
use crate::health::{DAY_MS, HOUR_MS};
use crate::history::Scene;
use crate::wire::{Answer, Call};
use civil::{Period, civil};

const SCOPE: &str = "https://www.googleapis.com/auth/playdeveloperreporting";
const PACKAGE: &str = crate::google_play::PACKAGE;
const TOKEN_PATH: &str = "/token/play_reporting";
const PER_SECOND_MAX: usize = 10;
/// How far figures lag; assumed.
const LAG_HOURS: i64 = 3;

pub(crate) fn owns(path: &str) -> bool {
    path.starts_with("/v1beta1/apps") || path == TOKEN_PATH
}

/// One app's vitals.
#[derive(Debug)]
pub(crate) struct PlayReporting {
    tokens: Tokens,
    asked: Window,
    permitted: bool,
    turned_on: bool,
    lag_hours: i64,
    /// Rows by the hour are there at all.
    hourly: bool,
}

impl Default for PlayReporting {
    fn default() -> Self {
        Self {
            tokens: Tokens::default(),
            asked: Window::default(),
            permitted: true,
            turned_on: true,
            lag_hours: LAG_HOURS,
            hourly: true,
        }
    }
}

/// The two sets that are modelled: the name in a path, and the rate of each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Set {
    Crashes,
    Freezes,
}

impl Set {
    fn of(name: &str) -> Option<Set> {
        match name {
            "crashRateMetricSet" => Some(Set::Crashes),
            "anrRateMetricSet" => Some(Set::Freezes),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Set::Crashes => "crashRateMetricSet",
            Set::Freezes => "anrRateMetricSet",
        }
    }
}

impl PlayReporting {
    fn route(&mut self, call: &Call, scene: &Scene<'_>) -> Result<Answer, Answer> {
        self.asked
            .take(scene.now_ms, 1_000, PER_SECOND_MAX)
            .map_err(|_| failure(429))?;
        match self.tokens.held(call, scene.now_ms, &[SCOPE]) {
            Held::Good => {}
            Held::Missing | Held::Invalid => return Err(failure(401)),
            Held::OtherScope => {
                return Err(denied("Request had insufficient authentication scopes."));
            }
        }
        if !self.turned_on {
            return Err(denied(
                "Google Play Developer Reporting API has not been used in project 1000 before or it is disabled.",
            ));
        }
        let parts = call.parts(1);
        if (call.method.as_str(), parts.as_slice()) == ("GET", &["apps:search"]) {
            return Ok(Answer::json(
                200,
                &json!({"apps": [{
                    "name": format!("apps/{PACKAGE}"), "packageName": PACKAGE,
                    "displayName": "Northwind Wallet",
                }]}),
            ));
        }
        let (app, rest) = match parts.as_slice() {
            ["apps", app] => (*app, ""),
            ["apps", app, rest] => (*app, *rest),
            _ => return Err(failure(404)),
        };
        let (app, verb) = app.split_once(':').unwrap_or((app, ""));
        if app != PACKAGE {
            return Err(failure(404));
        }
        if !self.permitted {
            return Err(denied("The caller does not have permission"));
        }
        match (call.method.as_str(), rest, verb) {
            ("GET", "", "fetchReleaseFilterOptions") => {
                Ok(Answer::json(200, &said::filter_options()))
            }
            ("GET", "anomalies", "") => said::anomalies(self, call, scene),
            ("GET", "errorIssues:search", "") => said::issues(call, scene),
            ("GET", name, "") => {
                let set = Set::of(name).ok_or_else(|| failure(404))?;
                Ok(Answer::json(200, &self.metric_set(set, scene)))
            }
            ("POST", name, "") => {
                let set = name.strip_suffix(":query").and_then(Set::of);
                query::answer(self, set.ok_or_else(|| failure(404))?, call, scene)
            }
            _ => Err(failure(404)),
        }
    }

    /// Until when figures are there.
    fn fresh_until(&self, period: Period, now_ms: i64) -> i64 {
        match period {
            Period::Hourly => period.floor(now_ms) - self.lag_hours * HOUR_MS,
            Period::Daily => period.floor(now_ms - DAY_MS),
        }
    }

    fn metric_set(&self, set: Set, scene: &Scene<'_>) -> Value {
        let periods = [Period::Daily, Period::Hourly];
        let freshnesses: Vec<Value> = periods
            .iter()
            .filter(|period| self.hourly || **period != Period::Hourly)
            .map(|period| {
                let until_ms = self.fresh_until(*period, scene.now_ms);
                json!({"aggregationPeriod": period.key(), "latestEndTime": civil(until_ms, *period)})
            })
            .collect();
        json!({
            "name": format!("apps/{PACKAGE}/{}", set.name()),
            "freshnessInfo": {"freshnesses": freshnesses},
        })
    }
}

fn denied(message: &str) -> Answer {
    refused(403, "PERMISSION_DENIED", message, None)
}

fn invalid(message: &str) -> Answer {
    refused(400, "INVALID_ARGUMENT", message, None)
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

impl StandIn for PlayReporting {
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
            "base_url": url, "package": PACKAGE,
            "service_account": key_file(url, "play_reporting"),
        })
    }

    fn knob(&mut self, name: &str, value: &Value) -> Result<(), String> {
        match name {
            "permitted" => self.permitted = wants_bool(name, value)?,
            "turned_on" => self.turned_on = wants_bool(name, value)?,
            "hourly" => self.hourly = wants_bool(name, value)?,
            "lag_hours" => {
                self.lag_hours = value.as_i64().ok_or("\"lag_hours\" needs a number")?;
            }
            _ => return Err(unknown_knob(name)),
        }
        Ok(())
    }
}
