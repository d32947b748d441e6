//! The wall clock that never goes back and never stands still. Hides suspend and clock changes;
//! must not know what the time is used for.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use cockpit_domain::Time;
use tokio::time::Instant;

/// Gives the time. Shared with the adapters, so that all ages are of one clock.
pub type Clock = Arc<dyn Fn() -> Time + Send + Sync>;

/// While the system's clock stands behind what was shown before, this much of each millisecond
/// that passes is shown: all of it but a tenth, so that the two meet again and nothing that waits
/// for a time waits much longer.
const CATCHING_UP: (u64, u64) = (9, 10);

/// The system's clock. When it is set back the time goes on from where it was, a little slower,
/// until the system's clock has come there.
pub fn system() -> Clock {
    steady(|| {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .ok()
            .and_then(|since| i64::try_from(since.as_millis()).ok())
            .unwrap_or(0);
        Time::from_ms(now)
    })
}

/// Any clock, so that it never goes back and never stands still.
pub fn steady(shows: impl Fn() -> Time + Send + Sync + 'static) -> Clock {
    // What was shown last that the clock itself said, and when that was.
    let anchor: Mutex<Option<(Time, Instant)>> = Mutex::new(None);
    Arc::new(move || {
        let (now, here) = (shows(), Instant::now());
        let mut anchor = anchor.lock().unwrap_or_else(PoisonError::into_inner);
        let least = anchor.map(|(shown, at)| {
            let passed = u64::try_from(here.saturating_duration_since(at).as_millis());
            let (part, whole) = CATCHING_UP;
            shown + passed.unwrap_or(u64::MAX) / whole * part
        });
        match least {
            Some(least) if now < least => least,
            Some(_) | None => {
                *anchor = Some((now, here));
                now
            }
        }
    })
}

/// A clock that begins at `epoch` and follows the runtime's time, which tests can pause.
pub fn runtime(epoch: Time) -> Clock {
    let began = Instant::now();
    Arc::new(move || epoch + u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX))
}
