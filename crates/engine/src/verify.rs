//! Checks of the ledger, and what they say. Must not repair anything.

use std::sync::Arc;

use cockpit_ledger::Verdict;

use crate::api::{Done, Problem, Tag};
use crate::inner::Inner;
use crate::record::blocking;

/// Entries that are checked before anything is written.
const TAIL: usize = 1_000;

impl Inner {
    /// Checks every entry and says what was found.
    pub(crate) async fn verify_log(self: &Arc<Self>) -> Result<Done, Problem> {
        self.with_live(|live| live.ledger.checking = true);
        self.changed(&[Tag::Log]);
        let ledger = Arc::clone(&self.ledger);
        let marks = self.marks();
        let found = blocking(move || ledger.verify_all(&marks, |_, _| {})).await;
        self.with_live(|live| live.ledger.checking = false);
        let sentence = self.verified(&found??, None);
        self.changed(&[Tag::Log]);
        Ok(Done { sentence })
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
                format!(
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
