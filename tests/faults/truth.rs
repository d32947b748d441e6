//! How each target really stood over time, from the sandbox's own diary and request log. Must not
//! know what the engine said.

use serde_json::Value;

use crate::plan::Plan;
use crate::services::{Pattern, Ways};

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
    /// Flags that its body names.
    pub flags: Vec<String>,
    /// Its answer is the service's own, and a success.
    pub tells: bool,
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
        let name = name.rsplit('/').next().unwrap();
        let ways = Ways::of(id);
        let turns: Vec<Turn> = truth["history"]
            .as_array()
            .unwrap()
            .iter()
            .skip(base)
            .filter(|change| change["service"] == service)
            .filter(|change| change["target"].as_str().unwrap().starts_with(&ways.diary))
            .filter_map(|change| {
                Some(Turn {
                    at_ms: change["at_ms"].as_i64().unwrap(),
                    ours: change["who"] == "api",
                    met: (ways.is_stopped)(name, change)?,
                })
            })
            .collect();
        let delay_ms = i64::try_from(plan.late_ms(service)).unwrap();
        let late = |turn: &Turn| Turn {
            at_ms: turn.at_ms + delay_ms,
            ..turn.clone()
        };
        let clients = (delay_ms > 0).then(|| Timeline(turns.iter().map(late).collect()));
        let requests: Vec<Request> = log["requests"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|line| line["service"] == service)
            .map(request)
            .collect();
        let of = |patterns: &[Pattern]| -> Vec<Request> {
            let meant = |it: &&Request| patterns.iter().any(|pattern| pattern.is(it));
            requests.iter().filter(meant).cloned().collect()
        };
        Target {
            id: id.to_owned(),
            served: Timeline(turns),
            clients,
            reads: ways.reads.chunks(1).map(of).collect(),
            writes: of(&ways.writes),
        }
    }

    pub fn service(&self) -> &str {
        self.id.split_once(':').map_or("", |(service, _)| service)
    }

    /// Whether nobody ever changed it, and no request of ours that could have was taken or came
    /// after `at_ms`.
    pub fn is_untouched_until(&self, at_ms: i64) -> bool {
        let lost = |write: &Request| !write.tells && write.at_ms <= at_ms;
        self.served.0.is_empty() && self.writes.iter().all(lost)
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
    let flags = line["flags"].as_array().into_iter().flatten();
    Request {
        at_ms,
        // Rounded up, but for what a sum of floats adds: an answer is not used before it came.
        answered_at_ms: ms.map(|ms| at_ms + (ms - 0.001).ceil() as i64),
        line: format!("{} {}{query}", text("method"), text("path")),
        flags: flags.map(|it| it.as_str().unwrap().to_owned()).collect(),
        tells: line["status"] == 200 && line["fault"] != "garbage",
    }
}
