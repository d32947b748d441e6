//! What every part of the engine shares: the ledger, the state, what was observed, the adapters.
//! Must not decide or call anything by itself.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};

use cockpit_domain::provider::CheckItem;
use cockpit_domain::state::State;
use cockpit_domain::views::Live;
use cockpit_domain::{Service, Time};
use cockpit_ledger::{CacheRow, Ledger};
use cockpit_providers::{Adapter, Http};
use tokio::sync::{Notify, broadcast};
use tokio::task::JoinSet;

use crate::api::{Problem, Tag};
use crate::changes::Change;
use crate::clock::Clock;
use crate::desk::Desk;
use crate::keychain::{Closed, Keychain};
use crate::record::{Recorder, blocking};

/// Shared by the loop, the executor and the pollers.
pub(crate) struct Inner {
    pub folder: PathBuf,
    pub ledger: Arc<Ledger>,
    pub state: Arc<RwLock<State>>,
    pub recorder: Recorder,
    pub live: Mutex<Live>,
    pub adapters: RwLock<BTreeMap<Service, Arc<dyn Adapter>>>,
    pub checks: Mutex<BTreeMap<Service, (Time, Vec<CheckItem>)>>,
    pub keychain: RwLock<KeychainState>,
    pub http: Http,
    pub clock: Clock,
    pub desk: Arc<dyn Desk>,
    pub changes: broadcast::Sender<Change>,
    pub poll: bool,
    pub poll_now: Notify,
    /// Pollers and effects; all of them end with the engine.
    pub tasks: Mutex<JoinSet<()>>,
    /// The workspace is a drill whose embedded sandbox ended with an earlier run of the app.
    pub drill_over: AtomicBool,
    /// Targets that the executor is working on; the pollers leave their shown state alone.
    pub busy: Mutex<BTreeMap<String, usize>>,
}

/// Whether keys can be used.
pub(crate) enum KeychainState {
    Open(Arc<Keychain>),
    Closed(Closed),
    Broken(Problem),
}

impl Inner {
    /// Runs something beside the loop until it is done or the engine ends.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    }

    pub fn now(&self) -> Time {
        (self.clock)()
    }

    pub fn state(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn with_live<T>(&self, change: impl FnOnce(&mut Live) -> T) -> T {
        change(&mut self.live.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn adapter(&self, service: Service) -> Option<Arc<dyn Adapter>> {
        let adapters = self.adapters.read().unwrap_or_else(PoisonError::into_inner);
        adapters.get(&service).cloned()
    }

    pub fn keychain(&self) -> Result<Arc<Keychain>, Problem> {
        match &*self.keychain.read().unwrap_or_else(PoisonError::into_inner) {
            KeychainState::Open(keychain) => Ok(Arc::clone(keychain)),
            KeychainState::Closed(closed) => Err(closed_problem(*closed)),
            KeychainState::Broken(problem) => Err(problem.clone()),
        }
    }

    /// Tells every shell which queries are stale.
    pub fn changed(&self, tags: &[Tag]) {
        // Nobody listens while no window is open.
        let _ = self.changes.send(Change {
            tags: tags.to_vec(),
        });
    }

    /// Keeps what was observed for the next start. What cannot be kept is only shown until then.
    pub async fn keep(&self, rows: Vec<CacheRow>) {
        let ledger = Arc::clone(&self.ledger);
        match blocking(move || ledger.cache_put(&rows)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(kind = error.kind().code(), "cache not written"),
            Err(problem) => tracing::warn!(kind = %problem.kind, "cache not written"),
        }
    }
}

pub(crate) fn closed_problem(closed: Closed) -> Problem {
    match closed {
        Closed::NeedsPassphrase => Problem::new("locked", "The key file is locked.")
            .hint("Give its passphrase, in the window or as COCKPIT_PASSPHRASE."),
        Closed::NeedsNewPassphrase => Problem::new(
            "locked",
            "No keychain of this computer answers, and there is no key file.",
        )
        .hint(
            "Choose a passphrase for a key file, in the window or as COCKPIT_PASSPHRASE. \
                     Without it the keys cannot be had back.",
        ),
    }
}
