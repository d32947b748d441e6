//! What one process knows of its notices: what a service took, what it never answered, and which
//! are looked for. Must not know a service.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use cockpit_domain::Time;
use cockpit_domain::target::{Notice, Posted};

/// A notice that may stand at a service, for one that cannot carry our key where it can be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sought {
    pub key: String,
    /// What would stand there.
    pub text: String,
    /// Not before this.
    pub since: Time,
}

/// So many are looked for, the newest; each may cost a request.
const SOUGHT_MAX: usize = 8;

#[derive(Debug, Default)]
pub(super) struct Memory {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    taken: Vec<Posted>,
    unanswered: BTreeSet<String>,
    sought: VecDeque<Sought>,
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

    pub(super) fn is_unanswered(&self, key: &str) -> bool {
        self.known().unanswered.contains(key)
    }

    pub(super) fn is_on_its_way(&self, key: &str) {
        self.known().unanswered.insert(key.to_owned());
    }

    pub(super) fn was_refused(&self, key: &str) {
        self.known().unanswered.remove(key);
    }

    pub(super) fn was_taken(&self, key: &str, id: Option<String>) {
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
