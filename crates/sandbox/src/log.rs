//! The request log. Must not know headers, nor of bodies more than the flags that one names: no
//! secret can get in.

use serde::Serialize;

const ENTRIES_MAX: usize = 50_000;

/// One request as the log tells it. Times in milliseconds.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Line {
    pub seq: u64,
    /// Sandbox time at arrival, milliseconds since 1970.
    pub at: i64,
    pub service: &'static str,
    pub method: String,
    pub path: String,
    pub query: String,
    /// The flags that a request for several names in its body; empty where the path tells.
    pub flags: Vec<String>,
    /// None while it runs, and when no answer was ever given.
    pub status: Option<u16>,
    pub duration_ms: Option<f64>,
    /// Arrival and end on the runtime's clock, since the sandbox's start.
    pub started_ms: f64,
    pub ended_ms: Option<f64>,
    pub fault: Option<String>,
    /// Whether the ground truth changed.
    pub changed: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Log {
    lines: Vec<Line>,
    dropped: u64,
}

impl Log {
    pub(crate) fn lines(&self) -> &[Line] {
        &self.lines
    }

    pub(crate) fn next_seq(&self) -> u64 {
        self.dropped + self.lines.len() as u64 + 1
    }

    pub(crate) fn open(&mut self, line: Line) {
        if self.lines.len() == ENTRIES_MAX {
            self.lines.drain(..ENTRIES_MAX / 10);
            self.dropped += (ENTRIES_MAX / 10) as u64;
        }
        self.lines.push(line);
    }

    pub(crate) fn line(&mut self, seq: u64) -> Option<&mut Line> {
        let index = usize::try_from(seq.checked_sub(self.dropped + 1)?).ok()?;
        self.lines.get_mut(index)
    }

    pub(crate) fn clear(&mut self) {
        self.dropped += self.lines.len() as u64;
        self.lines.clear();
    }
}
