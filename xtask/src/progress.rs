//! Says where a long task stands: step n of m, its name, how long it took.
//! Knows nothing of what a step does.

use std::time::{Duration, Instant};

use crate::failure::Failure;

/// Counts announced steps.
pub struct Progress {
    total: usize,
    begun: usize,
}

impl Progress {
    /// A task of `total` steps.
    pub fn new(total: usize) -> Self {
        Self { total, begun: 0 }
    }

    /// Announces a step, runs it, and says how it ended and after what time.
    pub fn step<T>(
        &mut self,
        name: &str,
        work: impl FnOnce() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        self.begun += 1;
        let place = format!("[{}/{}] {name}", self.begun, self.total);
        println!("\n{place}");
        let start = Instant::now();
        let result = work();
        let ended = if result.is_ok() { "done" } else { "failed" };
        println!("{place}: {ended} in {}", in_words(start.elapsed()));
        result
    }
}

/// A span of time as a person says it.
pub fn in_words(span: Duration) -> String {
    let seconds = span.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", span.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        _ => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_naturally() {
        for (millis, words) in [
            (40, "0.0 s"),
            (9_940, "9.9 s"),
            (59_900, "59 s"),
            (61_000, "1 min 1 s"),
        ] {
            assert_eq!(in_words(Duration::from_millis(millis)), words);
        }
    }
}
