//! How each target really stood over time, from the sandbox's own diary and request log. Must not
//! know what the engine said.

use serde_json::Value;

use crate::plan::Plan;

/// A change of one target.
#[derive(Clone, Debug)]
pub struct Turn {
    pub at_ms: i64,
    /// By a request of ours; else by a person or by time.
    pub ours: bool,
    /// Whether the target is as the stop wants it from here on.
    pub met: bool,
}

/// One side of a target over time; it begins as not met.
#[derive(Clone, Debug, Default)]
pub struct Timeline(pub Vec<Turn>);

impl Timeline {
    /// Whether it was met at any moment from `from_ms` to `to_ms`.
    pub fn met_within(&self, from_ms: i64, to_ms: i64) -> bool {
        let before = self.0.iter().rfind(|turn| turn.at_ms < from_ms);
        before.is_some_and(|turn| turn.met)
            || self
                .0
                .iter()
                .any(|turn| turn.met && (from_ms..=to_ms).contains(&turn.at_ms))
    }

    /// The change that holds at `at_ms`.
    pub fn newest(&self, at_ms: i64) -> Option<&Turn> {
        self.0.iter().rfind(|turn| turn.at_ms <= at_ms)
    }

    /// Whether it was met all the time from `from_ms` to the end.
    pub fn met_since(&self, from_ms: i64) -> bool {
        self.newest(from_ms).is_some_and(|turn| turn.met)
            && self
                .0
                .iter()
                .filter(|turn| turn.at_ms > from_ms)
                .all(|turn| turn.met)
    }
}

/// A request as the sandbox saw it.
#[derive(Clone, Debug)]
pub struct Request {
    pub at_ms: i64,
    /// When its answer was given; none when none was.
    pub answered_at_ms: Option<i64>,
    pub line: String,
    pub status: u64,
}

/// The truth about one target.
#[derive(Debug)]
pub struct Target {
    pub id: String,
    /// What the stop changes.
    pub served: Timeline,
    /// What client apps see, where that is another side.
    pub clients: Option<Timeline>,
    /// Reads, each kind on its own: all must have answered before anything is confirmed.
    pub reads: Vec<Vec<Request>>,
    /// The requests that change it.
    pub writes: Vec<Request>,
}

impl Target {
    pub fn of(id: &str, truth: &Value, log: &Value, base: usize, plan: &Plan) -> Target {
        let (service, name) = id.split_once(':').unwrap();
        let (part, reads, write) = match service {
            "google_play" => (
                "tracks/production".to_owned(),
                vec!["GET */tracks/production".to_owned()],
                ":commit".to_owned(),
            ),
            "app_store" => (
                "appStoreVersionPhasedReleases/".to_owned(),
                vec!["GET */appStoreVersions".to_owned()],
                "PATCH ".to_owned(),
            ),
            _ => {
                let flag = name.rsplit('/').next().unwrap();
                (
                    format!("flags/{flag}/production"),
                    vec![
                        format!("GET */features/{flag}"),
                        format!("GET */client/features?namePrefix={flag}"),
                    ],
                    format!("/features/{flag}/environments/production/off"),
                )
            }
        };
        let turns: Vec<Turn> = truth["history"]
            .as_array()
            .unwrap()
            .iter()
            .skip(base)
            .filter(|change| change["service"] == service)
            .filter(|change| change["target"].as_str().unwrap().starts_with(&part))
            .map(|change| Turn {
                at_ms: change["at_ms"].as_i64().unwrap(),
                ours: change["who"] == "api",
                met: is_stopped(service, &change["after"]),
            })
            .collect();
        let clients = (service == "unleash").then(|| {
            let delay_ms = i64::try_from(plan.propagation_ms).unwrap();
            let late = |turn: &Turn| Turn {
                at_ms: turn.at_ms + delay_ms,
                ..turn.clone()
            };
            Timeline(turns.iter().map(late).collect())
        });
        let requests: Vec<Request> = log["requests"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|line| line["service"] == service)
            .map(request)
            .collect();
        let of = |pattern: &str| -> Vec<Request> {
            let (method, rest) = pattern.split_once(" *").unwrap();
            requests
                .iter()
                .filter(|it| it.line.starts_with(method) && it.line.contains(rest))
                .filter(|it| !rest.contains("/features/") || it.line.ends_with(rest))
                .cloned()
                .collect()
        };
        Target {
            id: id.to_owned(),
            served: Timeline(turns),
            clients,
            reads: reads.iter().map(|pattern| of(pattern)).collect(),
            writes: requests
                .iter()
                .filter(|it| it.line.contains(&write))
                .cloned()
                .collect(),
        }
    }

    /// Every side of it.
    pub fn sides(&self) -> impl Iterator<Item = &Timeline> {
        std::iter::once(&self.served).chain(&self.clients)
    }
}

/// "METHOD path" with the query where there is one.
fn request(line: &Value) -> Request {
    let text = |key: &str| line[key].as_str().unwrap_or_default();
    let query = match text("query") {
        "" => String::new(),
        query => format!("?{query}"),
    };
    let at_ms = line["at"].as_i64().unwrap();
    let ms = line["duration_ms"].as_f64();
    Request {
        at_ms,
        // Rounded up, but for what a sum of floats adds: an answer is not used before it came.
        answered_at_ms: ms.map(|ms| at_ms + (ms - 0.001).ceil() as i64),
        line: format!("{} {}{query}", text("method"), text("path")),
        status: line["status"].as_u64().unwrap_or(0),
    }
}

fn is_stopped(service: &str, after: &Value) -> bool {
    match service {
        "google_play" => {
            let code = |release: &Value| {
                let codes = release["versionCodes"].as_array().unwrap();
                let numbers = codes.iter().map(|it| it.as_str().unwrap().parse::<i64>());
                numbers.map(Result::unwrap).max()
            };
            let newest = after.as_array().unwrap().iter().max_by_key(|it| code(it));
            newest.unwrap()["status"] == "halted"
        }
        "app_store" => after == "PAUSED",
        _ => after["enabled"] == false,
    }
}
