//! Sentry's release-health endpoint: sessions by release and hour. Must not know latency, faults or
//! the other services.

mod query;

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Map, Value, json};

use crate::clock::rfc3339;
use crate::health::{Count, Phones, Platform, RELEASES, Release};
use crate::history::Scene;
use crate::keys;
use crate::wire::{Answer, Call};
use query::Query;

pub(crate) const ORGANIZATION: &str = "northwind";
pub(crate) const ANDROID: i64 = 4_509_001;
pub(crate) const IOS: i64 = 4_509_002;
const PER_SECOND_MAX: usize = 40;
const POINTS_MAX: usize = 10_000;

#[derive(Debug, Default)]
pub(crate) struct Sentry {
    queries_ms: VecDeque<i64>,
}

impl Sentry {
    pub(crate) fn answer(&mut self, call: &Call, scene: &mut Scene<'_>) -> Answer {
        while self
            .queries_ms
            .front()
            .is_some_and(|at_ms| scene.now_ms - at_ms >= 1_000)
        {
            self.queries_ms.pop_front();
        }
        let answer = if self.queries_ms.len() >= PER_SECOND_MAX {
            failure(429)
        } else {
            self.queries_ms.push_back(scene.now_ms);
            self.route(call, scene).unwrap_or_else(|refused| refused)
        };
        let left = PER_SECOND_MAX - self.queries_ms.len();
        answer
            .header("x-sentry-rate-limit-limit", PER_SECOND_MAX.to_string())
            .header("x-sentry-rate-limit-remaining", left.to_string())
            .header(
                "x-sentry-rate-limit-reset",
                (scene.now_ms / 1000 + 1).to_string(),
            )
            .header("x-sentry-rate-limit-concurrentlimit", "25")
            .header("x-sentry-rate-limit-concurrentremaining", "24")
    }

    fn route(&self, call: &Call, scene: &Scene<'_>) -> Result<Answer, Answer> {
        let token = call
            .header("authorization")
            .and_then(|header| header.strip_prefix("Bearer "));
        match token {
            None => {
                return Err(refused(
                    401,
                    "Authentication credentials were not provided.",
                ));
            }
            Some(token) if token != keys::sentry(scene.seed) => {
                return Err(refused(401, "Invalid token"));
            }
            Some(_) => {}
        }
        match (call.method.as_str(), call.parts(2).as_slice()) {
            ("GET", ["organizations", ORGANIZATION, "sessions"]) => self.sessions(call, scene),
            ("GET", ["organizations", ORGANIZATION]) => Ok(Answer::json(
                200,
                &json!({"id": "4509000", "slug": ORGANIZATION, "name": "Northwind"}),
            )),
            _ => Err(failure(404)),
        }
    }

    fn sessions(&self, call: &Call, scene: &Scene<'_>) -> Result<Answer, Answer> {
        let query = Query::read(call, scene.now_ms).map_err(|detail| refused(400, &detail))?;
        for project in &query.projects {
            let known = RELEASES
                .iter()
                .any(|one| project_of(one).to_string() == *project || slug_of(one) == project);
            if !known && project != "-1" {
                return Err(refused(
                    403,
                    "You do not have permission to perform this action.",
                ));
            }
        }
        let mut groups: BTreeMap<String, (Map<String, Value>, Vec<Count>)> = BTreeMap::new();
        let intervals = query.intervals();
        if query.groups.is_empty() {
            // Without grouping there is one group, even when nothing was counted.
            groups.insert(
                Value::Object(Map::new()).to_string(),
                (Map::new(), vec![Count::default(); intervals.len()]),
            );
        }
        for release in RELEASES.iter().filter(|release| query.wants(release)) {
            let by = query.group_of(release);
            let counts = self.counts(release, &intervals, query.interval_ms, scene);
            if counts.iter().all(|count| count.sessions == 0.0) {
                continue;
            }
            let group = groups
                .entry(Value::Object(by.clone()).to_string())
                .or_insert_with(|| (by, vec![Count::default(); intervals.len()]));
            for (sum, count) in group.1.iter_mut().zip(counts) {
                sum.add(count);
            }
        }
        if groups.len() * intervals.len() > POINTS_MAX {
            return Err(refused(
                400,
                "Your interval and date range would create too many results. Use a larger interval, or a smaller date range.",
            ));
        }
        let groups: Vec<Value> = groups
            .into_values()
            .flat_map(|(by, counts)| query.show(&by, &counts))
            .collect();
        Ok(self.page(call, scene, &query, &intervals, groups))
    }

    fn counts(
        &self,
        release: &Release,
        intervals: &[i64],
        interval_ms: i64,
        scene: &Scene<'_>,
    ) -> Vec<Count> {
        let until = |from_ms: i64| from_ms + interval_ms;
        intervals
            .iter()
            .map(|from_ms| {
                let until_ms = until(*from_ms);
                scene
                    .health
                    .count(release, Phones::All, *from_ms, until_ms, scene.now_ms)
            })
            .collect()
    }

    fn page(
        &self,
        call: &Call,
        scene: &Scene<'_>,
        query: &Query,
        intervals: &[i64],
        groups: Vec<Value>,
    ) -> Answer {
        let total = groups.len();
        let page: Vec<Value> = groups
            .into_iter()
            .skip(query.offset)
            .take(query.per_page)
            .collect();
        let next = query.offset + page.len();
        let times: Vec<String> = intervals.iter().map(|at_ms| rfc3339(*at_ms)).collect();
        let body = json!({
            "start": rfc3339(query.start_ms),
            "end": rfc3339(query.end_ms),
            "intervals": times,
            "groups": page,
            "query": call.query("query").unwrap_or_default(),
        });
        let link = |rel: &str, results: bool, cursor: String| {
            format!(
                "<{}{}?cursor={cursor}>; rel=\"{rel}\"; results=\"{results}\"; cursor=\"{cursor}\"",
                scene.url, call.path
            )
        };
        let before = query.offset.saturating_sub(query.per_page);
        Answer::json(200, &body).header(
            "link",
            format!(
                "{}, {}",
                link("previous", query.offset > 0, format!("0:{before}:1")),
                link("next", next < total, format!("0:{next}:0")),
            ),
        )
    }
}

/// The number of the project that a release belongs to.
fn project_of(release: &Release) -> i64 {
    match release.platform {
        Platform::Android => ANDROID,
        Platform::Ios => IOS,
    }
}

fn slug_of(release: &Release) -> &'static str {
    match release.platform {
        Platform::Android => "northwind-android",
        Platform::Ios => "northwind-ios",
    }
}

fn name_of(release: &Release) -> String {
    format!("com.northwind.wallet@{}+{}", release.version, release.build)
}

fn refused(status: u16, detail: &str) -> Answer {
    Answer::json(status, &json!({ "detail": detail }))
}

/// The body for a status that has nothing to do with the request.
pub(crate) fn failure(status: u16) -> Answer {
    match status {
        401 => refused(401, "Invalid token"),
        403 => refused(403, "You do not have permission to perform this action."),
        404 => refused(404, "The requested resource does not exist"),
        429 => refused(
            429,
            "You are attempting to use this endpoint too frequently. Limit is 40 requests in 1 seconds",
        ),
        status => refused(status, "Internal Error"),
    }
}
