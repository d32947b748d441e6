//! Sentry's release-health endpoint. Must not know latency, faults or the other services.

use serde_json::json;

use crate::history::Scene;
use crate::wire::{Answer, Call};

#[derive(Debug)]
pub(crate) struct Sentry {
    spike_ms: Option<i64>,
}

impl Sentry {
    pub(crate) fn new() -> Sentry {
        Sentry { spike_ms: None }
    }

    /// From when on 8.4.0 crashes; None: it does not.
    pub(crate) fn spike_from(&mut self, at_ms: Option<i64>) {
        self.spike_ms = at_ms;
    }

    pub(crate) fn answer(&mut self, _call: &Call, _scene: &mut Scene<'_>) -> Answer {
        failure(404)
    }
}

/// The body for a status that has nothing to do with the request.
pub(crate) fn failure(status: u16) -> Answer {
    Answer::json(
        status,
        &json!({"detail": "The requested resource does not exist"}),
    )
}
