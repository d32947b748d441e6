//! The wall clock that never goes back. Hides suspend and clock changes; must not know what the
//! time is used for.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use cockpit_domain::Time;

/// Gives the time. Shared with the adapters, so that all ages are of one clock.
pub type Clock = Arc<dyn Fn() -> Time + Send + Sync>;

/// The system's clock, held where it was when it is set back.
pub fn system() -> Clock {
    let latest = AtomicI64::new(0);
    Arc::new(move || {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .ok()
            .and_then(|since| i64::try_from(since.as_millis()).ok())
            .unwrap_or(0);
        Time::from_ms(latest.fetch_max(now, Ordering::SeqCst).max(now))
    })
}

/// A clock that begins at `epoch` and follows the runtime's time, which tests can pause.
pub fn runtime(epoch: Time) -> Clock {
    let began = tokio::time::Instant::now();
    Arc::new(move || epoch + u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX))
}
