//! The only loop: clock, keychain, wiring, the api table. Must not know a window or a terminal.
//!
//! Both shells use [`Engine::start`] and then [`Handle::query`], [`Handle::act`],
//! [`Handle::approve`] and [`Handle::subscribe`].

mod acts;
mod answers;
pub mod api;
pub mod changes;
pub mod clock;
mod connect;
pub mod crash;
pub mod desk;
mod effects;
mod export;
mod fold;
mod health;
mod inner;
mod invitation;
mod joining;
pub mod keychain;
mod log;
mod mark;
mod mend;
mod notices;
mod observe;
mod people;
pub mod presence;
mod problem;
mod ratings;
mod record;
mod recover;
mod rehearse;
mod signed;
mod slots;
mod takeover;
mod team;
mod verify;
mod void;
mod watch;
mod workspace;

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

use cockpit_domain::event::Outcome;
use cockpit_domain::state::{IntentRecord, Standing};
use cockpit_domain::views::{Live, PressView};
use cockpit_domain::{Time, words};
use cockpit_ledger::ErrorKind;
use cockpit_say::say;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::{Notify, broadcast};
use tokio::task::JoinSet;
use tokio::time::Instant;

pub use cockpit_domain as domain;
pub use cockpit_providers::{Http, SecretString, Transport, reqwest_transport};
pub use cockpit_seal::list::ListForm;
pub use export::{Listed, PackCheck, verify_pack};

use api::{Act, Approval, Done, ExportArgs, Exported, PressArgs, Pressed, Problem, Query};
use changes::Change;
use desk::Desk;
use inner::{Inner, KeychainState};
use keychain::{Keychain, OpenError, Wish};
pub use record::index_of_entry;
use record::{Recorder, blocking};
use slots::Slots;

/// How an engine starts.
pub struct Options {
    /// The workspace folder; made when it is not there.
    pub folder: PathBuf,
    /// How keys are kept.
    pub keychain: Wish,
    /// The way to every service.
    pub http: Http,
    /// The clock.
    pub clock: clock::Clock,
    /// What the shell offers.
    pub desk: Arc<dyn Desk>,
    /// Read services by itself. Off for a command that ends.
    pub poll: bool,
}

/// Starts engines.
#[derive(Debug)]
pub struct Engine;

/// A running engine. Clones are the same engine; it ends with the last one.
#[derive(Clone)]
pub struct Handle {
    inner: Arc<Inner>,
    _life: Arc<Life>,
}

/// Ends pollers and effects with the last handle: they hold the engine themselves.
struct Life(Arc<Inner>);

impl Drop for Life {
    fn drop(&mut self) {
        drop(self.0.end_tasks());
    }
}

impl Engine {
    /// Opens the workspace in the folder, checks the newest entries, goes on with what was under
    /// way. A folder without a workspace opens too: `boot` says so.
    ///
    /// # Errors
    /// The folder cannot be used, another process has it, or the database is not ours.
    pub async fn start(options: Options) -> Result<Handle, Problem> {
        let Options {
            folder,
            keychain,
            http,
            clock,
            desk,
            poll,
        } = options;
        let lock = lock(&folder).await?;
        let now = clock();
        let ledger = {
            let folder = folder.clone();
            blocking(move || mend::open(&folder, now)).await??
        };
        let ledger = Arc::new(ledger);
        let folded = {
            let (ledger, folder) = (Arc::clone(&ledger), folder.clone());
            blocking(move || {
                slots::restore(&ledger, &folder)?;
                let folded = fold::fold(&ledger)?;
                let known = &folded.state.rejected[..folded.rejected_before];
                fold::list_rejected(&ledger, &folded.state, known, &[])?;
                Ok::<_, Problem>(folded)
            })
            .await??
        };
        let state = Arc::new(RwLock::new(folded.state));
        let inner = Arc::new(Inner {
            folder,
            recorder: Recorder::new(Arc::clone(&ledger), Arc::clone(&state)),
            ledger,
            state,
            live: Mutex::new(Live::default()),
            adapters: RwLock::new(BTreeMap::new()),
            checks: Mutex::default(),
            keychain: RwLock::new(KeychainState::Closed(keychain::Closed::NeedsPassphrase)),
            http,
            clock,
            desk,
            changes: broadcast::channel(256).0,
            poll,
            pace: Notify::new(),
            running: Mutex::default(),
            tasks: Mutex::new(Some(JoinSet::new())),
            pollers: Mutex::default(),
            opening: tokio::sync::Mutex::default(),
            exporting: Mutex::default(),
            screen: Mutex::default(),
            slots: tokio::sync::Mutex::new(Slots::not_open(folded.admitted)),
            looks: Mutex::default(),
            _lock: lock,
            drill_over: AtomicBool::new(false),
        });
        let life = Arc::new(Life(Arc::clone(&inner)));
        inner.show_what_was_kept().await?;
        inner.open_keychain(keychain).await?;
        Ok(Handle { inner, _life: life })
    }

    /// Sets a damaged database aside and makes it again, from the log of slots and from what still
    /// holds of it; says what was kept. The workspace must not be open.
    ///
    /// # Errors
    /// The workspace is open elsewhere, or cannot be read or written; it is as it was then.
    pub async fn mend(folder: PathBuf, clock: &clock::Clock) -> Result<String, Problem> {
        let lock = lock(&folder).await?;
        let now = clock();
        let sentence = blocking(move || mend::mend(&folder, now)).await?;
        drop(lock);
        sentence
    }
}

impl Handle {
    /// Answers a query.
    ///
    /// # Errors
    /// What it asks for is not there, or the log cannot be read.
    pub async fn query(&self, query: Query) -> Result<Value, Problem> {
        let inner = Arc::clone(&self.inner);
        blocking(move || inner.answer(&query)).await?
    }

    /// As [`Handle::query`], typed.
    ///
    /// # Errors
    /// As [`Handle::query`], or another type was asked for than the table says.
    pub async fn ask<T: DeserializeOwned>(&self, query: Query) -> Result<T, Problem> {
        typed(self.query(query).await?)
    }

    /// Does an act.
    ///
    /// # Errors
    /// A refusal with its reason; nothing was changed then.
    pub async fn act(&self, act: Act) -> Result<Value, Problem> {
        // Not cut off when the window that asked goes away.
        let inner = Arc::clone(&self.inner);
        tokio::spawn(async move { inner.act(act).await })
            .await
            .map_err(|_| ended())?
    }

    /// As [`Handle::act`], typed.
    ///
    /// # Errors
    /// As [`Handle::act`].
    pub async fn do_it<T: DeserializeOwned>(&self, act: Act) -> Result<T, Problem> {
        typed(self.act(act).await?)
    }

    /// Approves or rejects. Only the approval window and the command line may reach this.
    ///
    /// # Errors
    /// A refusal that names who may, and by when.
    pub async fn approve(&self, approval: Approval) -> Result<Value, Problem> {
        let inner = Arc::clone(&self.inner);
        tokio::spawn(async move { inner.approve(approval).await })
            .await
            .map_err(|_| ended())?
    }

    /// Whether the workspace is a drill on the sandbox, or none was made yet.
    pub fn is_drill(&self) -> bool {
        let state = self.inner.state();
        state.drill || state.workspace.is_empty()
    }

    /// Ends pollers and effects, and keeps how far the own chain came. What is under way goes on
    /// at the next start; it is in the outbox. Acts are refused from here on; reading goes on.
    ///
    /// # Errors
    /// The keychain does not answer; everything else has ended then too.
    pub async fn close(&self) -> Result<(), Problem> {
        if let Some(mut tasks) = self.inner.end_tasks() {
            tasks.shutdown().await;
        }
        if let Err(problem) = self.inner.sync().await {
            // It stays in the ledger and is put into the log at the next start.
            tracing::warn!(kind = %problem.kind, "log of slots not written");
        }
        if let Err(problem) = self.inner.keep_snapshot().await {
            tracing::warn!(kind = %problem.kind, "snapshot not kept");
        }
        // A record that has begun is finished first.
        self.inner.recorder.lock().await;
        self.inner.keep_mark().await
    }

    /// Reads what others have put into the log of slots, and puts into it what was recorded here.
    ///
    /// # Errors
    /// The place of the log does not answer, or what stands there cannot be the log of this
    /// ledger. What was recorded stays.
    pub async fn sync(&self) -> Result<(), Problem> {
        self.inner.sync().await
    }

    /// Moves the log of slots to a folder that other laptops write to as well. Not an act of the
    /// table: only a shell or the approval window says where the log goes.
    ///
    /// # Errors
    /// The person at this laptop may not, or the folder cannot keep the order of decisions, or
    /// keeps another ledger's.
    pub async fn share(&self, folder: PathBuf) -> Result<Done, Problem> {
        self.inner.share_with_team(&folder).await
    }

    /// Begins an empty workspace with the log that others keep in a folder. This laptop can read
    /// everything then and decide nothing until somebody has admitted it.
    ///
    /// # Errors
    /// There is a workspace here already, or the folder does not keep the log of this ledger.
    pub async fn follow(&self, folder: PathBuf, ledger: &str) -> Result<(), Problem> {
        self.inner.follow(folder, ledger).await
    }

    /// The hash of the state that follows from the log, in hex: two laptops that have read the
    /// same log have the same one.
    pub fn state_hash(&self) -> String {
        hex::encode(people::sha256(&self.inner.state().canonical()))
    }

    /// Hears of every change.
    pub fn subscribe(&self) -> broadcast::Receiver<Change> {
        self.inner.changes.subscribe()
    }

    /// Makes a workspace on a sandbox, from the sandbox's connections document.
    ///
    /// # Errors
    /// There is a workspace here already, or the document names no service.
    pub async fn begin_on_sandbox(&self, document: &Value, person: &str) -> Result<(), Problem> {
        self.inner.begin_on_sandbox(document, person).await
    }

    /// Waits until every target of a press has a verdict, at most `ms_max`; gives how it stands.
    ///
    /// # Errors
    /// There is no such press.
    pub async fn settled(&self, pressed: &Pressed, ms_max: u64) -> Result<PressView, Problem> {
        let mut changes = self.subscribe();
        let query = || {
            Query::Press(PressArgs {
                press: pressed.press.clone(),
            })
        };
        let waiting = async {
            loop {
                let view: PressView = self.ask(query()).await?;
                if view.settled {
                    return Ok(view);
                }
                // A change that was missed is asked for again.
                let _ = changes.recv().await;
            }
        };
        match tokio::time::timeout(Duration::from_millis(ms_max), waiting).await {
            Ok(view) => view,
            Err(_) => self.ask(query()).await,
        }
    }

    /// Waits until no effect is under way any more, at most `ms_max`; gives whether that came.
    /// What is still under way goes on, here or at the next start.
    pub async fn idle(&self, ms_max: u64) -> bool {
        let mut changes = self.subscribe();
        let busy = || {
            let state = self.inner.state();
            let mut records = state.intents.values();
            records.any(|record| record.standing() == Standing::Ready && !is_beyond_asking(record))
        };
        let waiting = async {
            while busy() {
                // A change that was missed is asked for again.
                let _ = changes.recv().await;
            }
        };
        tokio::time::timeout(Duration::from_millis(ms_max), waiting)
            .await
            .is_ok()
    }

    /// Whether this laptop asked for an intent, so that it is the one to carry it out.
    pub fn is_asked_here(&self, intent: &str) -> bool {
        let device = self.inner.with_live(|live| live.device.clone());
        let state = self.inner.state();
        let record = state.intents.get(intent);
        record.is_some_and(|record| record.device == device)
    }

    /// The press that an intent belongs to.
    ///
    /// # Errors
    /// There is no such intent.
    pub fn press_of(&self, intent: &str) -> Result<String, Problem> {
        let state = self.inner.state();
        state
            .intents
            .get(intent)
            .map(|record| record.intent.press.clone())
            .ok_or_else(|| {
                Problem::new("not_found", say!("There is no such intent in this ledger."))
            })
    }

    /// Exports the log as an evidence pack to `place`, where nothing may stand yet. Not an act of
    /// the table: only a shell chooses a place.
    ///
    /// # Errors
    /// What was asked for cannot be, or the pack cannot be written; nothing of it is left then.
    pub async fn export(&self, args: ExportArgs, place: PathBuf) -> Result<Exported, Problem> {
        let inner = Arc::clone(&self.inner);
        tokio::spawn(async move { inner.export(&args, Some(place)).await })
            .await
            .map_err(|_| ended())?
    }

    /// Lists the log, newest first, in one file at `place`, where nothing may stand yet. Like
    /// [`Handle::export`] it can be called off, and is sealed in the log.
    ///
    /// # Errors
    /// What was asked for cannot be, or the file cannot be written; nothing of it is left then.
    pub async fn list(
        &self,
        args: ExportArgs,
        form: ListForm,
        place: PathBuf,
    ) -> Result<Listed, Problem> {
        let inner = Arc::clone(&self.inner);
        tokio::spawn(async move { inner.list(&args, form, place).await })
            .await
            .map_err(|_| ended())?
    }

    /// Makes every projection again from the entries; gives how many there are.
    ///
    /// # Errors
    /// The log cannot be read or written; the projections are as before then.
    pub async fn rebuild(&self) -> Result<i64, Problem> {
        let count = self.inner.recorder.rebuild().await?;
        self.inner.keep_snapshot().await?;
        Ok(count)
    }

    /// Fetches a sandbox's connections document.
    ///
    /// # Errors
    /// The sandbox does not answer.
    pub async fn sandbox_connections(http: &Http, url: &str) -> Result<Value, Problem> {
        http.fetch_json(&format!(
            "{}/_sandbox/connections",
            url.trim_end_matches('/')
        ))
        .await
        .map_err(Problem::from)
    }
}

impl Inner {
    async fn show_what_was_kept(&self) -> Result<(), Problem> {
        let ledger = Arc::clone(&self.ledger);
        let (newest, kept, [embedded, mended, checked_at]) = blocking(move || {
            let newest = match ledger.entry_at(ledger.count()?) {
                Ok(newest) => newest,
                // The check of the newest entries says it.
                Err(error) if error.kind() == ErrorKind::Corrupt => None,
                Err(error) => return Err(error),
            };
            let settings = [
                ledger.setting(workspace::EMBEDDED)?,
                ledger.setting(mend::MENDED)?,
                ledger.setting(verify::CHECKED_AT)?,
            ];
            Ok::<_, cockpit_ledger::LedgerError>((newest, ledger.cache_list("")?, settings))
        })
        .await??;
        observe::load(self, kept);
        self.drill_over
            .store(embedded == Some(Value::Bool(true)), Ordering::Relaxed);
        self.with_live(|live| {
            live.ledger.mended = mended.and_then(|it| it.as_str().map(ToOwned::to_owned));
            live.ledger.whole_checked_at = checked_at.and_then(|at| at.as_i64()).map(Time::from_ms);
        });
        if let Some(newest) = newest {
            self.with_live(|live| live.ledger.head = newest.entry.id().to_string());
        }
        Ok(())
    }

    async fn open_keychain(self: &Arc<Self>, wish: Wish) -> Result<(), Problem> {
        let folder = self.folder.clone();
        let id = match self.ledger.setting("workspace_id")? {
            Some(Value::String(id)) => id,
            Some(_) | None => {
                let id = hex::encode(record::random::<8>()?);
                if self.ledger.read_only().is_none() {
                    self.ledger
                        .setting_put("workspace_id", &Value::String(id.clone()))?;
                }
                id
            }
        };
        let opened = blocking(move || Keychain::open(&folder, &id, &wish)).await?;
        let closed = match opened {
            Ok(keychain) => match self.use_keychain(Arc::new(keychain)).await {
                Ok(()) => return Ok(()),
                Err(problem) => KeychainState::Broken(problem),
            },
            Err(OpenError::Closed(closed)) => KeychainState::Closed(closed),
            Err(OpenError::Problem(problem)) => KeychainState::Broken(problem),
        };
        self.put_keychain(closed);
        Ok(())
    }
}

/// Nothing more comes of a mail whose answer was lost, so nobody waits for it.
fn is_beyond_asking(record: &IntentRecord) -> bool {
    let is_unknown = record
        .result
        .as_ref()
        .is_some_and(|(result, _)| result.outcome == Outcome::Unknown);
    is_unknown && !words::can_be_asked(&record.intent.pre.state)
}

/// How long a workspace may stay taken before it is said to be open elsewhere: a program that was
/// just closed keeps its files until the last of its writes is on the disk.
const STILL_CLOSING: Duration = Duration::from_secs(2);

async fn lock(folder: &Path) -> Result<File, Problem> {
    let cannot = |error: &std::io::Error| {
        Problem::new(
            "storage",
            say!(
                "The folder {} cannot be used: {error}. Nothing was changed.",
                folder.display()
            ),
        )
        .hint(say!("Choose a folder that you may write to."))
    };
    std::fs::create_dir_all(folder).map_err(|error| cannot(&error))?;
    let file = File::create(folder.join("lock")).map_err(|error| cannot(&error))?;
    let began = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if began.elapsed() < STILL_CLOSING => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Err(TryLockError::WouldBlock) => {
                return Err(Problem::new(
                    "read_only",
                    say!(
                        "The workspace is open in another window or command. Nothing was changed."
                    ),
                )
                .hint(say!("Close the other one, then try again.")));
            }
            Err(TryLockError::Error(error)) => return Err(cannot(&error)),
        }
    }
}

fn typed<T: DeserializeOwned>(value: Value) -> Result<T, Problem> {
    serde_json::from_value(value)
        .map_err(|error| Problem::new("storage", say!("The answer has another shape: {error}.")))
}

fn ended() -> Problem {
    Problem::new(
        "storage",
        say!("The engine is ending. Look at the log for what was recorded."),
    )
}
