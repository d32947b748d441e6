//! Prometheus behind a proxy that wants a credential: instant and range queries over recorded shares
//! and counts. Values are texts, also "NaN"; what nobody recorded is an empty success. Must not know
//! latency, faults or the other services.

mod query;

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::DateTime;
use serde_json::{Value, json};

use crate::channels::{StandIn, unknown_knob, wants_bool};
use crate::health::{Count, HOUR_MS, Phones, Platform, RELEASES};
use crate::history::Scene;
use crate::keys;
use crate::wire::{Answer, Call};
use query::{Given, Labels};

/// What one recorded value is about.
const WINDOW_MS: i64 = 15 * 60_000;
const POINTS_MAX: i64 = 11_000;
const USER: &str = "cockpit";

pub(crate) fn owns(path: &str) -> bool {
    path.starts_with("/prometheus/")
}

/// The server's own state.
#[derive(Debug, Default)]
pub(crate) struct Prometheus {
    overloaded: bool,
    too_much: bool,
}

impl Prometheus {
    fn route(&self, call: &Call, scene: &Scene<'_>) -> Result<Answer, Answer> {
        if !permitted(call, scene.seed) {
            return Err(failure(401));
        }
        let form = form_of(call);
        let get = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
        match (call.method.as_str(), call.parts(3).as_slice()) {
            ("GET", ["status", "buildinfo"]) => Ok(success(json!({"version": "2.42.0"}))),
            ("GET" | "POST", ["query"]) => self.query(&get, scene),
            ("GET" | "POST", ["query_range"]) => self.range(&get, scene),
            _ => Err(Answer {
                body: "404 page not found\n".to_owned(),
                ..Answer::empty(404)
            }),
        }
    }

    fn ready(&self) -> Result<(), Answer> {
        if self.overloaded {
            return Err(refused(
                503,
                "timeout",
                "query timed out in expression evaluation",
            ));
        }
        if self.too_much {
            return Err(refused(
                422,
                "execution",
                "query processing would load too many samples into memory in query execution",
            ));
        }
        Ok(())
    }

    fn query<'a>(
        &self,
        get: &dyn Fn(&str) -> &'a str,
        scene: &Scene<'_>,
    ) -> Result<Answer, Answer> {
        let at_ms = match get("time") {
            "" => scene.now_ms,
            text => moment(text).ok_or_else(|| bad("time", text))?,
        };
        let expr = query::parse(get("query")).map_err(|why| bad_query(&why))?;
        self.ready()?;
        let at_s = at_ms as f64 / 1_000.0;
        Ok(match expr.at(&|name| recorded(name, at_ms, scene)) {
            Given::Number(value) => {
                success(json!({"resultType": "scalar", "result": [at_s, written(value)]}))
            }
            Given::Series(all) => {
                let result: Vec<Value> = all
                    .iter()
                    .map(|(labels, value)| json!({"metric": labels, "value": [at_s, written(*value)]}))
                    .collect();
                success(json!({"resultType": "vector", "result": result}))
            }
        })
    }

    fn range<'a>(
        &self,
        get: &dyn Fn(&str) -> &'a str,
        scene: &Scene<'_>,
    ) -> Result<Answer, Answer> {
        let read = |name: &str| moment(get(name)).ok_or_else(|| bad(name, get(name)));
        let (start_ms, end_ms) = (read("start")?, read("end")?);
        if end_ms < start_ms {
            return Err(refused(
                400,
                "bad_data",
                "invalid parameter \"end\": end timestamp must not be before start time",
            ));
        }
        let step_ms = duration(get("step")).ok_or_else(|| bad("step", get("step")))?;
        if step_ms <= 0 {
            return Err(refused(
                400,
                "bad_data",
                "invalid parameter \"step\": zero or negative query resolution step widths are not accepted. Try a positive integer",
            ));
        }
        if (end_ms - start_ms) / step_ms > POINTS_MAX {
            return Err(refused(
                400,
                "bad_data",
                "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)",
            ));
        }
        let expr = query::parse(get("query")).map_err(|why| bad_query(&why))?;
        self.ready()?;
        let mut found: BTreeMap<Labels, Vec<Value>> = BTreeMap::new();
        let mut at_ms = start_ms;
        while at_ms <= end_ms {
            let all = match expr.at(&|name| recorded(name, at_ms, scene)) {
                Given::Number(value) => vec![(Labels::new(), value)],
                Given::Series(all) => all,
            };
            for (labels, value) in all {
                let point = json!([at_ms as f64 / 1_000.0, written(value)]);
                found.entry(labels).or_default().push(point);
            }
            at_ms += step_ms;
        }
        let result: Vec<Value> = found
            .into_iter()
            .map(|(labels, values)| json!({"metric": labels, "values": values}))
            .collect();
        Ok(success(json!({"resultType": "matrix", "result": result})))
    }
}

/// What stands under a name at a moment: nothing where nothing was recorded.
fn recorded(name: &str, at_ms: i64, scene: &Scene<'_>) -> Vec<(Labels, f64)> {
    let by_phone = name.ends_with(":by_phone");
    let value: fn(&Count) -> f64 = match name.trim_end_matches(":by_phone") {
        "app:crash_free_sessions:ratio" => |it| 1.0 - it.crashed / it.sessions,
        "app:crash_free_users:ratio" => |it| 1.0 - it.crashed_users / it.users,
        "app:freeze_free_users:ratio" => |it| 1.0 - it.frozen_users / it.users,
        "app:payments_that_succeed:ratio" => |it| 1.0 - it.errored / it.sessions,
        "app:sessions:count" => |it| it.sessions,
        "app:users:count" => |it| it.users,
        _ => return Vec::new(),
    };
    let mut all = Vec::new();
    for release in &RELEASES {
        let phones: &[Phones] = if by_phone {
            &[Phones::Old, Phones::New]
        } else {
            &[Phones::All]
        };
        for phones in phones {
            let from_ms = at_ms - WINDOW_MS;
            let health = scene.health;
            let count = health.count(release, *phones, from_ms, at_ms, scene.now_ms);
            // Nobody was counted: no sample was scraped, so no series is there.
            if count.sessions == 0.0 {
                continue;
            }
            let mut labels = labels(release.platform, release.version, release.build);
            match phones {
                Phones::All => {}
                Phones::Old => drop(labels.insert("phone", "old".to_owned())),
                Phones::New => drop(labels.insert("phone", "new".to_owned())),
            }
            all.push((labels, value(&count)));
        }
    }
    // A build of the team that is scraped and that nobody uses: none of none is NaN.
    if !by_phone {
        let nobody = Count::default();
        all.push((labels(Platform::Android, "8.5.0", "85001"), value(&nobody)));
    }
    all
}

fn labels(platform: Platform, version: &str, build: &str) -> Labels {
    let platform = match platform {
        Platform::Android => "android",
        Platform::Ios => "ios",
    };
    Labels::from([
        ("build", build.to_owned()),
        ("platform", platform.to_owned()),
        ("version", version.to_owned()),
    ])
}

/// Every value is a text.
fn written(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned()
    } else {
        value.to_string()
    }
}

fn form_of(call: &Call) -> BTreeMap<String, String> {
    let body = url::form_urlencoded::parse(&call.body).into_owned();
    call.query.iter().cloned().chain(body).collect()
}

/// Seconds since 1970, or RFC 3339.
fn moment(text: &str) -> Option<i64> {
    if let Ok(seconds) = text.parse::<f64>() {
        return Some((seconds * 1_000.0).round() as i64);
    }
    let at = DateTime::parse_from_rfc3339(text).ok()?;
    Some(at.timestamp_millis())
}

/// Seconds, or a number with a unit.
fn duration(text: &str) -> Option<i64> {
    if let Ok(seconds) = text.parse::<f64>() {
        return Some((seconds * 1_000.0).round() as i64);
    }
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: i64 = number.parse().ok()?;
    let unit_ms = match unit {
        "s" => 1_000,
        "m" => 60_000,
        "h" => HOUR_MS,
        "d" => 24 * HOUR_MS,
        _ => return None,
    };
    Some(number * unit_ms)
}

/// The proxy takes a bearer token, or the same as a password.
fn permitted(call: &Call, seed: u64) -> bool {
    let token = keys::prometheus(seed);
    let basic = STANDARD.encode(format!("{USER}:{token}"));
    call.header("authorization").is_some_and(|header| {
        header == format!("Bearer {token}") || header == format!("Basic {basic}")
    })
}

fn success(data: Value) -> Answer {
    Answer::json(200, &json!({"status": "success", "data": data}))
}

fn refused(status: u16, kind: &str, error: &str) -> Answer {
    Answer::json(
        status,
        &json!({"status": "error", "errorType": kind, "error": error}),
    )
}

fn bad(name: &str, text: &str) -> Answer {
    let why = match name {
        "step" => format!("cannot parse \"{text}\" to a valid duration"),
        _ => format!("cannot parse \"{text}\" to a valid timestamp"),
    };
    let message = format!("invalid parameter \"{name}\": {why}");
    refused(400, "bad_data", &message)
}

fn bad_query(why: &str) -> Answer {
    refused(
        400,
        "bad_data",
        &format!("invalid parameter \"query\": {why}"),
    )
}

fn failure(status: u16) -> Answer {
    match status {
        400 => bad_query("1:1: parse error: unexpected end of input"),
        // The proxy's own words.
        401 => Answer {
            body: "Unauthorized\n".to_owned(),
            ..Answer::empty(401)
        },
        403 | 404 => Answer {
            body: "Forbidden\n".to_owned(),
            ..Answer::empty(status)
        },
        422 => refused(
            422,
            "execution",
            "multiple matches for labels: grouping labels must ensure unique matches",
        ),
        503 => refused(503, "timeout", "query timed out in expression evaluation"),
        500.. => refused(status, "internal", "internal error"),
        _ => Answer::empty(status),
    }
}

impl StandIn for Prometheus {
    fn answer(&mut self, call: &Call, scene: &mut Scene<'_>) -> Answer {
        self.route(call, scene).unwrap_or_else(|refused| refused)
    }

    fn failure(&self, status: u16) -> Answer {
        failure(status)
    }

    fn truth(&self) -> Value {
        json!({})
    }

    fn connection(&self, url: &str, seed: u64) -> Value {
        json!({
            "base_url": format!("{url}/prometheus"),
            "crash_free_sessions": "app:crash_free_sessions:ratio",
            "sessions": "app:sessions:count",
            "crash_free_users": "app:crash_free_users:ratio",
            "freeze_free_users": "app:freeze_free_users:ratio",
            "users": "app:users:count",
            "share": "app:payments_that_succeed:ratio",
            "share_name": "Payments that succeed",
            "actions": "app:sessions:count",
            "token": keys::prometheus(seed),
        })
    }

    fn knob(&mut self, name: &str, value: &Value) -> Result<(), String> {
        match name {
            "overloaded" => self.overloaded = wants_bool(name, value)?,
            "too_many_samples" => self.too_much = wants_bool(name, value)?,
            _ => return Err(unknown_knob(name)),
        }
        Ok(())
    }
}
