//! Statuspage: incidents and components of one page. Must not know latency, faults or the other
//! services.

use serde_json::{Value, json};

use crate::history::Scene;
use crate::wire::{Answer, Call};

#[derive(Debug)]
pub(crate) struct Statuspage {}

impl Statuspage {
    pub(crate) fn new(_epoch_ms: i64) -> Statuspage {
        Statuspage {}
    }

    pub(crate) fn answer(&mut self, _call: &Call, _scene: &mut Scene<'_>) -> Answer {
        failure(404)
    }

    pub(crate) fn knob(&mut self, name: &str, _value: &Value) -> Result<(), String> {
        Err(format!("unknown knob \"{name}\" for statuspage"))
    }

    pub(crate) fn truth(&self) -> Value {
        json!({"incidents": []})
    }
}

/// The page that exists.
pub(crate) const PAGE: &str = "nwstatus2026";

/// The body for a status that has nothing to do with the request.
pub(crate) fn failure(status: u16) -> Answer {
    Answer::json(status, &json!({"error": "Not found"}))
}
