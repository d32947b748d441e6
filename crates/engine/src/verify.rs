//! Checks of the ledger and its daily backup, and what they say. Must not repair anything.

use std::sync::Arc;
use std::time::Duration;

use cockpit_domain::Time;
use cockpit_ledger::Verdict;
use cockpit_say::say;
use serde_json::json;

use crate::api::{Done, Problem, Tag};
use crate::inner::Inner;
use crate::mend::MENDED;
use crate::record::blocking;

/// Entries that are checked before anything is written.
const TAIL: usize = 1_000;
/// When every entry was last checked, in milliseconds since 1970.
pub(crate) const CHECKED_AT: &str = "every_entry_checked_at_ms";
/// Every entry is checked again after this long.
const WEEK_MS: u64 = 7 * 24 * 60 * 60 * 1_000;
const HOUR: Duration = Duration::from_secs(60 * 60);

/// Looks after the ledger for as long as the engine runs.
pub(crate) async fn keep_well(inner: Arc<Inner>) {
    loop {
        if inner.ledger.read_only().is_none()
            && let Err(problem) = inner.care().await
        {
            tracing::warn!(kind = %problem.kind, "the ledger was not looked after");
        }
        tokio::time::sleep(HOUR).await;
    }
}

impl Inner {
    /// Checks every entry and says what was found.
    pub(crate) async fn verify_log(self: &Arc<Self>) -> Result<Done, Problem> {
        self.checked_so_far(0);
        let (ledger, marks) = (Arc::clone(&self.ledger), self.marks());
        let inner = Arc::clone(self);
        let progress = move |done: i64, all: i64| {
            // A hundred steps are enough for whoever looks on.
            if done % (all / 100).max(1_000) < 1_000 {
                inner.checked_so_far(done.unsigned_abs());
            }
        };
        let found = blocking(move || ledger.verify_all(&marks, progress)).await;
        self.with_live(|live| live.ledger.checking = None);
        let found = found??;
        let mut sentence = self.verified(&found, None);
        let mut holds = matches!(found, Verdict::Whole(_));
        if holds && self.ledger.read_only().is_none() {
            match self.verify_slots().await {
                Ok(Ok(0)) => {}
                Ok(Ok(slots)) => {
                    sentence = say!("{sentence} {slots} slots of the log hold them.");
                }
                Ok(Err(what)) => {
                    self.with_live(|live| live.ledger.broken = Some(what.clone()));
                    (sentence, holds) = (what, false);
                }
                // The entries hold by themselves.
                Err(problem) => {
                    sentence = say!("{sentence} The slots were not checked: {problem}");
                }
            }
        }
        self.changed(&[Tag::Log]);
        if holds && self.ledger.read_only().is_none() {
            let (ledger, now) = (Arc::clone(&self.ledger), self.now());
            blocking(move || {
                ledger.setting_remove(MENDED)?;
                ledger.setting_put(CHECKED_AT, &json!(now.as_ms()))
            })
            .await??;
            self.with_live(|live| {
                live.ledger.whole_checked_at = Some(now);
                live.ledger.mended = None;
            });
            self.changed(&[Tag::Log]);
        }
        Ok(Done { sentence })
    }

    fn checked_so_far(&self, done: u64) {
        self.with_live(|live| live.ledger.checking = Some(done));
        self.changed(&[Tag::Log]);
    }

    /// A backup a day, and every entry checked once a week.
    async fn care(self: &Arc<Self>) -> Result<(), Problem> {
        let (ledger, now) = (Arc::clone(&self.ledger), self.now());
        let checked_at = blocking(move || {
            ledger.daily_backup(now.as_ms())?;
            ledger.setting(CHECKED_AT)
        })
        .await??;
        let checked_at = checked_at.and_then(|at| at.as_i64()).map(Time::from_ms);
        if checked_at.is_none_or(|at| now.ms_since(at) >= WEEK_MS) {
            self.verify_log().await?;
        }
        Ok(())
    }

    /// Takes in the result of a check; gives it in words.
    pub(crate) fn verified(&self, verdict: &Verdict, tail: Option<u64>) -> String {
        let now = self.now();
        match verdict {
            Verdict::Whole(whole) => {
                self.with_live(|live| {
                    live.ledger.broken = None;
                    live.ledger.checked_at = Some(now);
                    live.ledger.checked_tail = tail;
                });
                say!(
                    "{} entries checked, every signature and link holds.",
                    whole.entries
                )
            }
            Verdict::Broken(damage) => {
                let sentence = damage.to_string();
                self.with_live(|live| {
                    live.ledger.broken = Some(sentence.clone());
                    live.ledger.checked_at = Some(now);
                });
                sentence
            }
        }
    }

    /// Checks the newest entries, and that what the keychain knows of is there.
    pub(crate) async fn check_the_tail(&self) -> Result<(), Problem> {
        let ledger = Arc::clone(&self.ledger);
        let marks = self.marks();
        let verdict = blocking(move || ledger.verify_tail(TAIL, &marks)).await??;
        self.verified(&verdict, Some(TAIL as u64));
        Ok(())
    }
}
