//! The shortest time in which the requests of a stop can be made, from a sandbox's request log.
//! Must not know a clock of its own.

use serde_json::Value;

/// How long a stop took at its services, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Path {
    /// The longest chain of requests of one target, each begun when the one before had ended.
    pub critical_ms: f64,
    /// From the first request of the stop to the end of its last.
    pub total_ms: f64,
}

/// One request: which target it belongs to, when it began and ended.
#[derive(Clone, Debug)]
struct Span {
    target: String,
    began_ms: f64,
    ended_ms: f64,
}

/// Reads the newest stop out of a sandbox's log (`GET /_sandbox/log`), which begins with the
/// first request after the last look at the whole. `None` when no stop was sent.
pub fn of_stop(log: &Value) -> Option<Path> {
    let lines = log["requests"].as_array()?;
    // A look reads signals and lists; a stop does neither.
    let is_look = |line: &Value| {
        let path = line["path"].as_str().unwrap_or_default();
        path.contains("/sessions/")
            || path.ends_with("/tracks")
            || path.ends_with("/features") && path.starts_with("/api/admin")
    };
    let looked_ms = lines
        .iter()
        .filter(|line| is_look(line))
        .filter_map(|line| line["ended_ms"].as_f64())
        .fold(0.0, f64::max);
    let spans: Vec<Span> = lines
        .iter()
        .filter_map(|line| span(line, looked_ms))
        .collect();
    let is_write = |line: &Value| {
        let path = line["path"].as_str().unwrap_or_default();
        let began = line["started_ms"].as_f64() >= Some(looked_ms);
        began && (path.ends_with(":commit") || path.ends_with("/off") || line["method"] == "PATCH")
    };
    lines.iter().find(|line| is_write(line))?;
    let first_ms = spans
        .iter()
        .map(|it| it.began_ms)
        .fold(f64::INFINITY, f64::min);
    let last_ms = spans.iter().map(|it| it.ended_ms).fold(0.0, f64::max);
    let mut targets: Vec<&str> = spans.iter().map(|it| it.target.as_str()).collect();
    targets.sort_unstable();
    targets.dedup();
    let chains = targets.into_iter().map(|target| {
        let of = spans.iter().filter(|it| it.target == target);
        longest_chain(of.cloned().collect())
    });
    Some(Path {
        critical_ms: chains.fold(0.0, f64::max),
        total_ms: last_ms - first_ms,
    })
}

fn span(line: &Value, after_ms: f64) -> Option<Span> {
    let began_ms = line["started_ms"].as_f64()?;
    let ended_ms = line["ended_ms"].as_f64()?;
    let (path, query) = (line["path"].as_str()?, line["query"].as_str()?);
    let target = match line["service"].as_str()? {
        service @ ("google_play" | "app_store") => service.to_owned(),
        "unleash" => match path.split_once("/features/") {
            Some((_, rest)) => rest.split('/').next()?.to_owned(),
            None => query.strip_prefix("namePrefix=")?.to_owned(),
        },
        _ => return None,
    };
    (began_ms >= after_ms).then_some(Span {
        target,
        began_ms,
        ended_ms,
    })
}

/// The most milliseconds of requests that follow one another without overlap.
fn longest_chain(mut spans: Vec<Span>) -> f64 {
    spans.sort_by(|one, other| one.ended_ms.total_cmp(&other.ended_ms));
    let mut longest: Vec<f64> = Vec::with_capacity(spans.len());
    for (index, span) in spans.iter().enumerate() {
        let before = spans[..index]
            .iter()
            .zip(&longest)
            .filter(|(earlier, _)| earlier.ended_ms <= span.began_ms)
            .map(|(_, length)| *length)
            .fold(0.0, f64::max);
        longest.push(before + span.ended_ms - span.began_ms);
    }
    longest.into_iter().fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn line(service: &str, path: &str, began_ms: f64, ended_ms: f64) -> Value {
        json!({
            "service": service, "method": "POST", "path": path, "query": "",
            "started_ms": began_ms, "ended_ms": ended_ms,
        })
    }

    #[test]
    fn the_longest_chain_of_one_target_counts() {
        let log = json!({"requests": [
            line("sentry", "/api/0/organizations/northwind/sessions/", 0.0, 90.0),
            line("google_play", "/edits/1/tracks/production", 100.0, 200.0),
            line("unleash", "/api/admin/projects/default/features/a", 100.0, 180.0),
            line("unleash", "/api/admin/projects/default/features/a/x/off", 180.0, 300.0),
            line("google_play", "/edits/1:commit", 210.0, 310.0),
            line("google_play", "/edits/2/tracks/production", 315.0, 415.0),
        ]});
        let path = of_stop(&log).unwrap();
        assert_eq!(
            path,
            Path {
                critical_ms: 300.0,
                total_ms: 315.0
            }
        );
    }

    #[test]
    fn without_a_write_there_is_no_stop() {
        let log = json!({"requests": [line("google_play", "/edits", 0.0, 1.0)]});
        assert_eq!(of_stop(&log), None);
    }
}
