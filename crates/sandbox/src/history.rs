//! The ground truth's diary: who changed what, when, and by which request. Must not know what the
//! targets mean.

use serde::Serialize;
use serde_json::Value;

use crate::health::Health;
use crate::wire::Service;

/// Who changed something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Who {
    /// A request to the service's API.
    Api,
    /// A person in the service's own console.
    Console,
    /// The passing of time.
    Schedule,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Change {
    pub seq: u64,
    pub at_ms: i64,
    pub service: &'static str,
    pub target: String,
    pub who: Who,
    /// The log's number of the request that did it.
    pub request: Option<u64>,
    pub before: Value,
    pub after: Value,
}

#[derive(Debug, Default)]
pub(crate) struct History {
    changes: Vec<Change>,
    /// The request being answered.
    request: Option<u64>,
}

impl History {
    pub(crate) fn changes(&self) -> &[Change] {
        &self.changes
    }

    pub(crate) fn answering(&mut self, request: Option<u64>) {
        self.request = request;
    }

    pub(crate) fn record(
        &mut self,
        at_ms: i64,
        who: Who,
        service: Service,
        target: impl Into<String>,
        before: Value,
        after: Value,
    ) {
        self.changes.push(Change {
            seq: self.changes.len() as u64 + 1,
            at_ms,
            service: service.name(),
            target: target.into(),
            who,
            request: if who == Who::Api { self.request } else { None },
            before,
            after,
        });
    }
}

/// What a service gets beside the request.
pub(crate) struct Scene<'a> {
    /// Sandbox time, milliseconds since 1970.
    pub now_ms: i64,
    /// The service's own wall clock, which a knob can set wrong.
    pub wall_ms: i64,
    pub seed: u64,
    pub url: &'a str,
    /// What people really meet in each release.
    pub health: &'a Health,
    /// The service itself.
    pub service: Service,
    pub history: &'a mut History,
}
