//! What every part of the engine shares: the ledger, the state, what was observed, the adapters.
//! Must not decide or call anything by itself.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};

use cockpit_domain::provider::CheckItem;
use cockpit_domain::state::State;
use cockpit_domain::views::Live;
use cockpit_domain::{Service, TargetId, Time};
use cockpit_ledger::{CacheRow, Ledger};
use cockpit_providers::{Adapter, Http};
use cockpit_say::say;
use tokio::sync::{Notify, broadcast};
use tokio::task::{AbortHandle, JoinSet};

use crate::api::{Problem, Tag};
use crate::changes::Change;
use crate::clock::Clock;
use crate::desk::Desk;
use crate::export::Underway;
use crate::keychain::{Closed, Keychain};
use crate::people::OnScreen;
use crate::record::{Recorder, blocking};
use crate::slots::Slots;
use crate::team::Looks;

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
    /// Something was recorded, so that the pace of reading may be another one.
    pub pace: Notify,
    /// Pollers and effects. None once the engine has ended: nothing is begun any more.
    pub tasks: Mutex<Option<JoinSet<()>>>,
    /// The one poller of each service.
    pub pollers: Mutex<BTreeMap<Service, AbortHandle>>,
    /// The workspace is a drill whose embedded sandbox ended with an earlier run of the app.
    pub drill_over: AtomicBool,
    /// Effects under way, by intent.
    pub running: Mutex<BTreeMap<String, Running>>,
    /// A workspace is made or unlocked by one at a time.
    pub opening: tokio::sync::Mutex<()>,
    /// The export under way.
    pub exporting: Mutex<Option<Arc<Underway>>>,
    /// What is on this screen and not in the ledger.
    pub screen: Mutex<OnScreen>,
    /// The log of slots; read and written by one at a time.
    pub slots: tokio::sync::Mutex<Slots>,
    /// How the looks into the log of slots went.
    pub looks: Mutex<Looks>,
    /// Keeps a second process from writing to the same workspace, as long as anybody here may.
    pub _lock: File,
}

/// An effect under way.
pub(crate) struct Running {
    pub target: TargetId,
    pub hold: Hold,
}

/// Who has an effect in hand: sending it and taking it back exclude each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    /// Neither.
    Free,
    /// It may be at the service.
    Sending,
    /// Its asker is taking it back.
    TakingBack,
}

/// Whether keys can be used.
#[derive(Clone)]
pub(crate) enum KeychainState {
    Open(Arc<Keychain>),
    Closed(Closed),
    Broken(Problem),
}

impl Inner {
    /// Runs something beside the loop until it is done or the engine ends.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) -> Option<AbortHandle> {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        let tasks = tasks.as_mut()?;
        while tasks.try_join_next().is_some() {}
        Some(tasks.spawn(task))
    }

    /// Lets nothing begin any more; gives what runs, which ends when it is dropped.
    pub fn end_tasks(&self) -> Option<JoinSet<()>> {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.take()
    }

    pub fn has_ended(&self) -> bool {
        let tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.is_none()
    }

    pub fn with_running<T>(&self, change: impl FnOnce(&mut BTreeMap<String, Running>) -> T) -> T {
        change(&mut self.running.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes an effect in hand for `hold`, unless it is in another hand. One that is not under
    /// way is in nobody's.
    pub fn take_in_hand(&self, intent: &str, hold: Hold) -> bool {
        self.with_running(|running| match running.get_mut(intent) {
            Some(it) if it.hold == Hold::Free || it.hold == hold => {
                it.hold = hold;
                true
            }
            Some(_) => false,
            None => true,
        })
    }

    pub fn let_go(&self, intent: &str) {
        self.with_running(|running| {
            if let Some(it) = running.get_mut(intent) {
                it.hold = Hold::Free;
            }
        });
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

    pub fn keychain_state(&self) -> KeychainState {
        let state = self.keychain.read().unwrap_or_else(PoisonError::into_inner);
        state.clone()
    }

    pub fn put_keychain(&self, state: KeychainState) {
        *self
            .keychain
            .write()
            .unwrap_or_else(PoisonError::into_inner) = state;
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

    /// Keeps no more what has these keys.
    pub async fn forget(&self, keys: Vec<String>) {
        if keys.is_empty() {
            return;
        }
        let ledger = Arc::clone(&self.ledger);
        let gone = blocking(move || keys.iter().try_for_each(|key| ledger.cache_remove(key))).await;
        if !matches!(gone, Ok(Ok(()))) {
            tracing::warn!("cache not cleared");
        }
    }
}

pub(crate) fn closed_problem(closed: Closed) -> Problem {
    match closed {
        Closed::NeedsPassphrase => Problem::new("locked", say!("The key file is locked.")).hint(
            say!("Give its passphrase, in the window or as COCKPIT_PASSPHRASE."),
        ),
        Closed::NeedsNewPassphrase => Problem::new(
            "locked",
            say!("No keychain of this computer answers, and there is no key file."),
        )
        .hint(say!(
            "Choose a passphrase for a key file, in the window or as COCKPIT_PASSPHRASE. \
                     Without it the keys cannot be had back."
        )),
    }
}
