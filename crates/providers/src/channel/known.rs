//! What one process knows of its notices: what a service took, what it never answered, and which
//! are looked for. Must not know a service.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use cockpit_domain::Time;
use cockpit_domain::provider::{ErrorKind, ProviderError};
use cockpit_domain::target::{Notice, Posted};
use cockpit_say::say;

/// A notice that may stand at a service, for one that cannot carry our key where it can be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sought {
    pub key: String,
    /// What would stand there.
    pub text: String,
    /// Not before this.
    pub since: Time,
}

/// A request whose answer was lost may still take effect for this long, in milliseconds: a service
/// goes on with it when its client has given up, but not for ever.
const LANDS_MS: u64 = 2 * 60 * 1_000;
/// So many are looked for, the newest; each may cost a request.
const SOUGHT_MAX: usize = 8;

#[derive(Debug, Default)]
pub(crate) struct Memory {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    taken: Vec<Posted>,
    /// When what was never answered was sent.
    unanswered: BTreeMap<String, Time>,
    sought: VecDeque<Sought>,
    /// The service's own name of the post that a notice answers.
    first: BTreeMap<String, String>,
}

impl Memory {
    pub(super) fn taken(&self) -> Vec<Posted> {
        self.known().taken.clone()
    }

    pub(super) fn sought(&self) -> Vec<Sought> {
        self.known().sought.iter().cloned().collect()
    }

    pub(super) fn look_for(&self, notice: &Notice, since: Time) {
        let mut known = self.known();
        if let Some(sought) = known.sought.iter_mut().find(|it| it.key == notice.key) {
            sought.since = sought.since.min(since);
            return;
        }
        known.sought.push_back(Sought {
            key: notice.key.clone(),
            text: notice.as_text(),
            since,
        });
        while known.sought.len() > SOUGHT_MAX {
            known.sought.pop_front();
        }
    }

    pub(super) fn answers(&self, key: &str, first: &Posted) {
        if let Some(id) = &first.id {
            self.known().first.insert(key.to_owned(), id.clone());
        }
    }

    pub(super) fn first(&self, key: &str) -> Option<String> {
        self.known().first.get(key).cloned()
    }

    /// Refuses to send again what was sent and never answered: for ever where nobody can be asked
    /// what became of it, and else until it can no longer land unseen.
    pub(crate) fn not_again(
        &self,
        key: &str,
        now: Time,
        can_be_asked: bool,
    ) -> Result<(), ProviderError> {
        let sent_at = self.known().unanswered.get(key).copied();
        let Some(passed_ms) = sent_at.map(|at| now.ms_since(at)) else {
            return Ok(());
        };
        if can_be_asked && passed_ms >= LANDS_MS {
            return Ok(());
        }
        let error = ProviderError::new(
            ErrorKind::Timeout,
            say!("The notice was sent once and the answer to it was lost; it is not sent again."),
        )
        .maybe_applied();
        Err(if can_be_asked {
            error.retry_after(LANDS_MS - passed_ms)
        } else {
            error
        })
    }

    pub(crate) fn is_on_its_way(&self, key: &str, now: Time) {
        self.known().unanswered.insert(key.to_owned(), now);
    }

    pub(crate) fn was_refused(&self, key: &str) {
        self.known().unanswered.remove(key);
    }

    pub(crate) fn was_taken(&self, key: &str, id: Option<String>) {
        let mut known = self.known();
        known.unanswered.remove(key);
        known.taken.push(Posted {
            key: key.to_owned(),
            id,
        });
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // Each change is one insertion or removal: a panic elsewhere leaves nothing half changed.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
