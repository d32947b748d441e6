//! The only place of the tests that waits: asks again and again until the answer is there.
//! Knows no reason for the wait.

use std::time::{Duration, Instant};

/// Time between two questions, in milliseconds: short against anything that is waited for.
const PAUSE_MS: u64 = 20;

/// Asks until there is an answer, and gives it.
///
/// A test waits for a fact with this and never for a time; the limit only ends a test that
/// would hang.
///
/// # Panics
/// When there is no answer within `limit`, naming what was waited for.
pub async fn wait_until<T>(
    what: &str,
    limit: Duration,
    mut ask: impl AsyncFnMut() -> Option<T>,
) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(
            start.elapsed() < limit,
            "waited {limit:?} for {what}, in vain"
        );
        tokio::time::sleep(Duration::from_millis(PAUSE_MS)).await;
    }
}
