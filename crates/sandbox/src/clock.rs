//! Sandbox time: an epoch, plus what the runtime's clock has measured since, plus what the control
//! API has added. Must not know any service.

use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{DateTime, SecondsFormat};
use tokio::time::Instant;

#[derive(Debug)]
pub(crate) struct Clock {
    epoch_ms: i64,
    start: Instant,
    added_ms: i64,
}

impl Clock {
    /// Starts at `epoch_ms`, or at the machine's time.
    pub(crate) fn start(epoch_ms: Option<i64>) -> Clock {
        let epoch_ms = epoch_ms.unwrap_or_else(|| {
            SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| {
                    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
                })
        });
        Clock {
            epoch_ms,
            start: Instant::now(),
            added_ms: 0,
        }
    }

    pub(crate) fn epoch_ms(&self) -> i64 {
        self.epoch_ms
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.epoch_ms + self.elapsed_ms() as i64 + self.added_ms
    }

    /// Milliseconds since the start on the runtime's clock; the control API cannot move it.
    pub(crate) fn elapsed_ms(&self) -> f64 {
        self.start.elapsed().as_secs_f64() * 1000.0
    }

    pub(crate) fn advance(&mut self, ms: i64) {
        self.added_ms += ms.max(0);
    }
}

/// A moment as RFC 3339 in UTC with whole seconds.
pub(crate) fn rfc3339(at_ms: i64) -> String {
    DateTime::from_timestamp_millis(at_ms)
        .map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true))
        .unwrap_or_default()
}

/// A moment as RFC 3339 in UTC with milliseconds.
pub(crate) fn rfc3339_ms(at_ms: i64) -> String {
    DateTime::from_timestamp_millis(at_ms)
        .map(|at| at.to_rfc3339_opts(SecondsFormat::Millis, true))
        .unwrap_or_default()
}
