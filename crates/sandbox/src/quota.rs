//! How much of each service's quota was used, counted from the request log. Each service refuses
//! by its own rules; this only tells. Must not know who asks, nor what a service answers.

use serde_json::{Value, json};

use crate::log::Line;

/// A limit as the service documents it, or as others met it.
struct Quota {
    service: &'static str,
    of: &'static str,
    most: usize,
    per_s: i64,
    counts: fn(&Line) -> bool,
}

const fn requests(service: &'static str, most: usize, per_s: i64) -> Quota {
    Quota {
        service,
        of: "requests",
        most,
        per_s,
        counts: |_| true,
    }
}

const DAY_S: i64 = 24 * 3600;

const QUOTAS: &[Quota] = &[
    Quota {
        counts: |line| line.path != "/token",
        ..requests("google_play", 3_000, 60)
    },
    Quota {
        of: "edits",
        counts: |line| line.method == "POST" && line.path.ends_with("/edits"),
        ..requests("google_play", 500, DAY_S)
    },
    Quota {
        of: "requests for reviews",
        counts: |line| line.method == "GET" && line.path.ends_with("/reviews"),
        ..requests("google_play", 200, 3_600)
    },
    requests("app_store", 3_600, 3_600),
    requests("sentry", 40, 1),
    Quota {
        counts: |line| !line.path.starts_with("/token"),
        ..requests("play_reporting", 10, 1)
    },
    Quota {
        counts: |line| !line.path.starts_with("/token"),
        ..requests("crashlytics", 300, 60)
    },
    requests("statuspage", 60, 60),
    requests("slack", 50, 60),
    requests("mastodon", 300, 300),
    requests("bluesky", 3_000, 300),
    requests("teams", 4, 1),
    Quota {
        // What SDKs ask is not limited.
        counts: |line| crate::flagsmith::is_counted(&line.path),
        ..requests("flagsmith", 500, 60)
    },
    requests("fcm", 600_000, 60),
];

/// Each quota with the most that was used of it in any period of its length, since the log was
/// emptied; and how many requests each service got that has none.
pub(crate) fn used(lines: &[Line]) -> Value {
    let quotas: Vec<Value> = QUOTAS
        .iter()
        .map(|quota| {
            let at: Vec<i64> = lines
                .iter()
                .filter(|line| line.service == quota.service && (quota.counts)(line))
                .map(|line| line.at)
                .collect();
            let used = busiest(&at, quota.per_s * 1_000);
            json!({
                "service": quota.service,
                "of": quota.of,
                "most": quota.most,
                "per_s": quota.per_s,
                "total": at.len(),
                "used": used,
                "share": used as f64 / quota.most as f64,
            })
        })
        .collect();
    json!({ "quotas": quotas })
}

/// The most that lie within any period of this length. Times come in order.
fn busiest(at: &[i64], period_ms: i64) -> usize {
    let mut first = 0;
    let mut most = 0;
    for (last, now) in at.iter().enumerate() {
        while now - at[first] >= period_ms {
            first += 1;
        }
        most = most.max(last + 1 - first);
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_busiest_period_counts_wherever_it_begins() {
        assert_eq!(busiest(&[], 1_000), 0);
        assert_eq!(busiest(&[0, 999, 1_000, 1_500, 1_998, 5_000], 1_000), 4);
        assert_eq!(busiest(&[7, 7, 7], 1), 3);
    }
}
