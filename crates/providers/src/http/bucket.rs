//! A token bucket with a reserve that only stops may use. Must not know what a request is for.

use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::time::Instant;

/// The limits of a bucket, taken from the service's documents.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    /// Requests in a full bucket.
    pub burst: u32,
    /// Requests that come back each minute.
    pub per_minute: u32,
    /// Requests that are kept for stops.
    pub reserve: u32,
}

#[derive(Debug)]
pub(crate) struct Bucket {
    limit: Limit,
    level: Mutex<Level>,
}

#[derive(Debug)]
struct Level {
    tokens: f64,
    at: Option<Instant>,
    /// The service said not to come back before this point.
    closed_until: Option<Instant>,
}

impl Bucket {
    pub(crate) fn new(limit: Limit) -> Self {
        let tokens = f64::from(limit.burst);
        Self {
            limit,
            level: Mutex::new(Level {
                tokens,
                at: None,
                closed_until: None,
            }),
        }
    }

    /// Takes one request out. An urgent one may use the reserve and does not mind an earlier
    /// "come back later".
    ///
    /// # Errors
    /// The milliseconds until there is one.
    pub(crate) fn take(&self, urgent: bool) -> Result<(), u64> {
        let now = Instant::now();
        let mut level = self.level();
        let per_second = self.filled(&mut level, now);
        if let (false, Some(until)) = (urgent, level.closed_until)
            && until > now
        {
            return Err(ms(until.duration_since(now).as_secs_f64()));
        }
        let floor = if urgent {
            0.0
        } else {
            f64::from(self.limit.reserve)
        };
        let short = floor + 1.0 - level.tokens;
        if short > 0.0 {
            return Err(ms(short / per_second));
        }
        level.tokens -= 1.0;
        Ok(())
    }

    /// Whether so many requests could be taken that are not kept for stops. Takes none.
    pub(crate) fn can_spare(&self, requests: u32) -> bool {
        let now = Instant::now();
        let mut level = self.level();
        self.filled(&mut level, now);
        let closed = level.closed_until.is_some_and(|until| until > now);
        !closed && level.tokens >= f64::from(self.limit.reserve) + f64::from(requests)
    }

    /// Puts in what came back since; gives how much comes back in a second.
    fn filled(&self, level: &mut Level, now: Instant) -> f64 {
        let since = level
            .at
            .map_or(0.0, |at| now.duration_since(at).as_secs_f64());
        let per_second = f64::from(self.limit.per_minute) / 60.0;
        level.tokens = (level.tokens + since * per_second).min(f64::from(self.limit.burst));
        level.at = Some(now);
        per_second
    }

    /// The service says how many requests are left.
    pub(crate) fn left(&self, requests: u32) {
        let mut level = self.level();
        level.tokens = level.tokens.min(f64::from(requests));
    }

    /// The service says when to come back.
    pub(crate) fn close_for(&self, ms: u64) {
        let until = Instant::now() + std::time::Duration::from_millis(ms);
        let mut level = self.level();
        level.closed_until = level.closed_until.max(Some(until));
    }

    fn level(&self) -> MutexGuard<'_, Level> {
        // Plain numbers: a panic elsewhere cannot leave them half changed.
        self.level.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn ms(seconds: f64) -> u64 {
    // Rounded up, so that coming back then is never too early. Never negative, never huge.
    (seconds * 1000.0).ceil().clamp(1.0, 86_400_000.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn polling_never_touches_the_reserve() {
        let bucket = Bucket::new(Limit {
            burst: 3,
            per_minute: 60,
            reserve: 2,
        });
        assert_eq!(bucket.take(false), Ok(()));
        assert_eq!(bucket.take(false), Err(1000));
        assert_eq!(bucket.take(true), Ok(()));
        assert_eq!(bucket.take(true), Ok(()));
        assert_eq!(bucket.take(true), Err(1000));
        tokio::time::advance(std::time::Duration::from_secs(3)).await;
        assert_eq!(bucket.take(false), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn what_can_be_spared_is_looked_at_and_not_taken() {
        let bucket = Bucket::new(Limit {
            burst: 5,
            per_minute: 60,
            reserve: 2,
        });
        assert!(bucket.can_spare(3) && bucket.can_spare(3));
        assert!(!bucket.can_spare(4));
        bucket.close_for(1_000);
        assert!(!bucket.can_spare(1));
        tokio::time::advance(std::time::Duration::from_secs(1)).await;
        assert!(bucket.can_spare(1));
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_service_says_counts() {
        let bucket = Bucket::new(Limit {
            burst: 100,
            per_minute: 60,
            reserve: 10,
        });
        bucket.left(5);
        assert!(bucket.take(false).is_err());
        assert!(bucket.take(true).is_ok());
        let bucket = Bucket::new(Limit {
            burst: 100,
            per_minute: 60,
            reserve: 10,
        });
        bucket.close_for(30_000);
        assert_eq!(bucket.take(false), Err(30_000));
        assert_eq!(bucket.take(true), Ok(()));
    }
}
