//! The log of slots behind the ledger: what was recorded here is put into it, what others put into
//! it is taken in. Must not know what a decision is, nor how a store keeps the first writer.
//!
//! An entry is appended first and published after. Between the two it is pending: it counts here,
//! and others do not know it. When another device's slot comes in between, the state is folded
//! anew in the order of the log, and what was pending comes after.

mod cosign;
mod reader;
mod shown;

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use cockpit_domain::authority::{AuthorityEvent, Passed};
use cockpit_domain::decide::Command;
use cockpit_domain::state::{Standing, State};
use cockpit_ledger::OutboxChange;
use cockpit_say::say;
use cockpit_seal::slot::{Slot, SlotVerifier, Verdict};
use cockpit_seal::{Fork, LedgerId, Seen, SignedHeader, SlotHash, Timestamp};
use cockpit_sync::{Put, SlotStore, unfit_for_a_team};
use serde_json::{Value, json};

use crate::api::{Problem, Tag};
use crate::crash;
use crate::fold::{LogOrder, fold_one};
use crate::inner::Inner;
use crate::record::{blocking, random};
pub(crate) use cosign::Cosigned;
use reader::{Before, Reader};
use shown::Unshown;

pub(crate) use reader::{first_ledger, restore};

/// Setting: the folder in which several laptops keep the log. Without it the log lies in the
/// workspace folder and has one writer.
const TEAM_FOLDER: &str = "team_folder";
/// What is recorded within this time goes into one slot, where nobody waits for it.
const GATHER: Duration = Duration::from_millis(250);
/// How often the folder of several laptops is looked at.
const LOOK: Duration = Duration::from_secs(2);
/// How long a place that did not answer is left alone.
const LEAVE: Duration = Duration::from_secs(30);

/// The log, once it is open.
pub(crate) struct Slots {
    log: Option<Log>,
    /// The state after the admitted entries, until the log is opened with it.
    admitted: Option<State>,
}

impl Slots {
    /// Before the first look, with the state after the admitted entries where it is at hand.
    pub(crate) fn not_open(admitted: Option<State>) -> Self {
        Self {
            log: None,
            admitted,
        }
    }
}

/// An open log.
struct Log {
    store: SlotStore,
    reader: Reader,
    /// The newest slot that the keychain knows of, until it was looked for.
    mark: Option<Seen>,
    /// Heads before this slot are signed, or need not be.
    cosigned: u64,
    /// What slots did that the state of this laptop does not show yet.
    unshown: Option<Unshown>,
}

impl Inner {
    /// Reads what others have put into the log, and puts into it what was recorded here.
    ///
    /// # Errors
    /// The place of the log does not answer, or what stands there cannot be this ledger's log.
    pub(crate) async fn sync(self: &Arc<Self>) -> Result<(), Problem> {
        let done = self.sync_now().await;
        self.looked(&done);
        let problem = done.as_ref().err().map(|it| it.sentence.clone());
        let before =
            self.with_live(|live| std::mem::replace(&mut live.ledger.log_problem, problem.clone()));
        if before != problem {
            self.changed(&[Tag::Log, Tag::Observed]);
        }
        done
    }

    async fn sync_now(self: &Arc<Self>) -> Result<(), Problem> {
        if self.ledger.read_only().is_some() || self.with_live(|live| live.ledger.broken.is_some())
        {
            return Ok(());
        }
        let mut slots = self.slots.lock().await;
        let mut log = match slots.log.take() {
            Some(log) => log,
            None => match self.open_log(slots.admitted.take()).await? {
                Some(log) => log,
                None => return Ok(()),
            },
        };
        // Kept only when all went well: after an error it is resumed from the ledger.
        self.read_and_write(&mut log).await?;
        slots.log = Some(log);
        Ok(())
    }

    /// Whether other laptops write to the log too.
    pub(crate) fn is_shared(&self) -> Result<bool, Problem> {
        Ok(self.team_folder()?.is_some())
    }

    /// The folder that several laptops write to; none while the log lies here alone.
    pub(crate) fn team_folder(&self) -> Result<Option<PathBuf>, Problem> {
        Ok(match self.ledger.setting(TEAM_FOLDER)? {
            Some(Value::String(folder)) => Some(PathBuf::from(folder)),
            Some(_) | None => None,
        })
    }

    /// Whether this laptop may carry an effect out that it has claimed. Where nobody else writes
    /// it may at once; otherwise the log must have admitted the claim, and as the first.
    ///
    /// # Errors
    /// The place of the log does not answer, so it is not known.
    pub(crate) async fn holds_claim(self: &Arc<Self>, intent: &str) -> Result<bool, Problem> {
        if !self.is_shared()? {
            return Ok(true);
        }
        let own = self.own_device().await;
        if own
            .as_deref()
            .is_some_and(|own| self.goes_past_the_log(intent, own))
        {
            return Ok(true);
        }
        self.sync().await?;
        if !self.ledger.pending(1)?.is_empty() {
            return Err(Problem::new(
                "storage",
                say!("What was recorded here is not in the shared log yet."),
            ));
        }
        let state = self.state();
        let record = state.intents.get(intent);
        let claim = record.and_then(|it| it.claim.as_ref());
        Ok(own.is_some() && claim.map(|(device, _)| device) == own.as_ref())
    }

    /// Whether somebody here has broken the glass for it, so that it does not wait for a place that
    /// does not answer.
    fn goes_past_the_log(&self, intent: &str, own: &str) -> bool {
        let state = self.state();
        let passed = state.intents.get(intent).and_then(|it| it.passed.as_ref());
        matches!(passed, Some(Passed::Glass { device, .. }) if device == own)
    }

    async fn open_log(&self, admitted: Option<State>) -> Result<Option<Log>, Problem> {
        let ledger = Arc::clone(&self.ledger);
        let Some(reader) = blocking(move || Reader::resume(ledger, admitted)).await?? else {
            return Ok(None);
        };
        let log = Log {
            store: self.place_of_log()?,
            reader,
            mark: self.newest_slot_mark(),
            cosigned: 0,
            unshown: None,
        };
        let next = log.reader.verifier.head().next;
        self.still_stands(&log, next).await?;
        self.saw(&log.reader);
        Ok(Some(log))
    }

    /// A log that was cut or exchanged is found before anything is put into it.
    async fn still_stands(&self, log: &Log, next: u64) -> Result<(), Problem> {
        let Some(last) = next.checked_sub(1) else {
            return Ok(());
        };
        let known = self.ledger.slot(last)?.map(|slot| slot.hash);
        let found = log.store.get(last).await?;
        let found = found.map(|bytes| SlotHash::of_bytes(&bytes));
        match found == known {
            true => Ok(()),
            false => Err(not_the_log(last, found.is_some())),
        }
    }

    /// What is wrong with a log that was read up to `next` where the keychain knows a slot that is
    /// not in it.
    fn not_as_marked(&self, mark: Seen, next: u64) -> Result<Option<Problem>, Problem> {
        if mark.slot < next {
            let known = self.ledger.slot(mark.slot)?.map(|slot| slot.link);
            return Ok((known != Some(mark.hash)).then(|| not_the_log(mark.slot, true)));
        }
        let sentence = say!(
            "The log ends before slot {next}, and this laptop has read slot {}: its folder, or the \
             database and its folder, are an older copy. Nothing was put into the log.",
            mark.slot
        );
        let hint =
            say!("Put the newer folder of the log back; what it holds is taken in by itself.");
        Ok(Some(Problem::new("read_only", sentence).hint(hint)))
    }

    fn saw(&self, reader: &Reader) {
        let seen: Seen = reader.verifier.seen();
        *self
            .recorder
            .seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = seen;
    }

    async fn read_and_write(self: &Arc<Self>, log: &mut Log) -> Result<(), Problem> {
        loop {
            let done = self.take_and_put(log).await;
            // What was taken in counts also when the place of the log then stops to answer.
            let more = self.show_taken(log).await?;
            done?;
            // What it led to here goes out as well.
            if !more {
                break;
            }
        }
        if self.is_shared()?
            && let Err(problem) = self.cosign(log).await
        {
            tracing::warn!(kind = %problem.kind, "head not cosigned");
        }
        Ok(())
    }

    async fn take_and_put(self: &Arc<Self>, log: &mut Log) -> Result<(), Problem> {
        loop {
            while let Some(bytes) = log.store.get(log.reader.verifier.head().next).await? {
                self.take_slot(log, bytes).await?;
            }
            if let Some(mark) = log.mark.take() {
                let next = log.reader.verifier.head().next;
                if let Some(what) = self.not_as_marked(mark, next)? {
                    return Err(what);
                }
            }
            let Some(slot) = self.next_slot(log).await? else {
                return Ok(());
            };
            self.still_stands(log, slot.header().n).await?;
            crash::point("before-publish").await;
            let bytes = slot.bytes();
            match log.store.put(slot.header().n, &bytes).await? {
                Put::Won => {
                    crash::point("after-publish").await;
                    self.take_slot(log, bytes).await?;
                }
                // Somebody was faster: what stands there is read, and the rest is tried again.
                Put::Lost(_) => {}
            }
        }
    }

    async fn next_slot(&self, log: &Log) -> Result<Option<Slot>, Problem> {
        // Nothing is recorded while the slot is signed, so that no entry is left out of its turn.
        let writer = self.recorder.writer.lock().await;
        let Some(writer) = writer.as_ref() else {
            return Ok(None);
        };
        let Ok(at) = Timestamp::from_ms(self.now().as_ms()) else {
            return Ok(None);
        };
        log.reader.write(&writer.key, at)
    }

    /// Puts the proof that a device signed two entries with one number into the log, which freezes
    /// it for everybody.
    async fn publish_fork(self: &Arc<Self>, fork: &Fork) {
        let lines = |it: &SignedHeader| (it.header_line().to_owned(), it.signature_line());
        let proof = AuthorityEvent::DeviceForked {
            device: fork.device().to_string(),
            seq: fork.seq(),
            first: lines(fork.first()),
            second: lines(fork.second()),
        };
        match self.record(Command::Authority(proof)).await {
            Ok(_) => self.changed(&[Tag::Settings, Tag::Log]),
            // Somebody else has said so already, or this laptop signs nothing.
            Err(problem) => tracing::warn!(kind = %problem.kind, "a fork was not published"),
        }
    }

    /// Goes on with what others have made possible.
    async fn others_decided(self: &Arc<Self>) -> Result<(), Problem> {
        self.changed(&[
            Tag::Boot,
            Tag::Settings,
            Tag::Log,
            Tag::Decided,
            Tag::Observed,
        ]);
        self.know_oneself().await?;
        let Some(device) = self.own_device().await else {
            return Ok(());
        };
        // The laptop that asked carries it out.
        let ready: Vec<(String, String)> = {
            let state = self.state();
            let own = state.intents.iter().filter(|(_, record)| {
                record.device == device && record.standing() == Standing::Ready
            });
            own.map(|(id, record)| (id.clone(), record.intent.target.0.clone()))
                .collect()
        };
        let (ledger, now) = (Arc::clone(&self.ledger), self.now());
        let due = blocking(move || {
            let mut due = Vec::new();
            for (effect, target) in ready {
                if ledger.outbox_get(&effect)?.is_none() {
                    let add = OutboxChange::Add {
                        effect: effect.clone(),
                        target,
                        payload: Value::Null,
                        next_at_ms: now.as_ms(),
                    };
                    ledger.append(&[], &[add])?;
                    due.push(effect);
                }
            }
            Ok::<_, Problem>(due)
        });
        for effect in due.await?? {
            self.begin_effect(&effect);
        }
        Ok(())
    }

    /// Reads the whole log of slots again beside the ledger. Gives how many slots there are, or
    /// what does not hold, with its place.
    ///
    /// # Errors
    /// The place of the log does not answer.
    pub(crate) async fn verify_slots(self: &Arc<Self>) -> Result<Result<u64, String>, Problem> {
        // What came into the log by now is read first; what is wrong with it is told below.
        if let Err(problem) = self.sync().await {
            tracing::warn!(kind = %problem.kind, "checked without the newest slots");
        }
        // Nothing is put into it meanwhile.
        let _slots = self.slots.lock().await;
        let ledger = Arc::clone(&self.ledger);
        let (Some(id), end) = (ledger.ledger_id()?, ledger.log_end()?) else {
            return Ok(Ok(0));
        };
        if let Some(mark) = self.newest_slot_mark()
            && let Some(what) = self.not_as_marked(mark, end.next)?
        {
            return Ok(Err(what.sentence));
        }
        let store = self.place_of_log()?;
        let mut verifier = SlotVerifier::new(id);
        let mut state = State::default();
        while verifier.head().next < end.next {
            let n = verifier.head().next;
            let Some(bytes) = store.get(n).await? else {
                return Ok(Err(not_the_log(n, false).sentence));
            };
            if ledger.slot(n)?.map(|slot| slot.hash) != Some(SlotHash::of_bytes(&bytes)) {
                return Ok(Err(not_the_log(n, true).sentence));
            }
            let ledger = Arc::clone(&ledger);
            let checked = blocking(move || {
                let before = Before {
                    state: &state,
                    ledger: &ledger,
                };
                let verdict = verifier.feed(&bytes, &before).map_err(halted)?;
                if let Verdict::Admitted(slot) = verdict {
                    let mut order = LogOrder::of(&ledger);
                    for entry in slot.entries {
                        match ledger.entry(entry.id())? {
                            Some(stored) => {
                                fold_one(&mut state, &stored, order.of_stored(&stored)?);
                            }
                            None => return Ok(Err(n)),
                        }
                    }
                }
                Ok::<_, Problem>(Ok((verifier, state)))
            });
            match checked.await?? {
                Ok(checked) => (verifier, state) = checked,
                Err(n) => {
                    let sentence = say!("An entry that slot {n} of the log admits is not here.");
                    return Ok(Err(sentence));
                }
            }
        }
        if let Some(other) = self.cosigned().await?.other {
            return Ok(Err(other));
        }
        Ok(match verifier.head().tree == end.tree {
            true => Ok(end.next),
            false => {
                Err(say!("The slots of the log admit other entries than stand here.").to_owned())
            }
        })
    }

    fn place_of_log(&self) -> Result<SlotStore, Problem> {
        let folder = self.team_folder()?;
        Ok(SlotStore::in_folder(
            folder.as_ref().unwrap_or(&self.folder),
        )?)
    }

    pub(crate) async fn own_device(&self) -> Option<String> {
        let writer = self.recorder.writer.lock().await;
        writer.as_ref().map(|it| it.key.device_id().to_string())
    }

    /// Moves the log to a folder that other laptops write to as well.
    pub(crate) async fn share(self: &Arc<Self>, folder: PathBuf) -> Result<(), Problem> {
        if self.is_shared()? {
            return Err(Problem::new(
                "refused",
                say!("The log lies in a shared folder already. Nothing was changed."),
            ));
        }
        self.sync().await?;
        let mut slots = self.slots.lock().await;
        let store = self.team_store(&folder).await?;
        let own = SlotStore::in_folder(&self.folder)?;
        let mut n = 0;
        while let Some(bytes) = own.get(n).await? {
            match store.put(n, &bytes).await? {
                Put::Won => n += 1,
                Put::Lost(_) => {
                    return Err(Problem::new(
                        "refused",
                        say!("The folder keeps another log already. Nothing was changed here."),
                    )
                    .hint(say!("Choose an empty folder.")));
                }
            }
        }
        let place = json!(folder.display().to_string());
        self.ledger.setting_put(TEAM_FOLDER, &place)?;
        *slots = Slots::not_open(None);
        Ok(())
    }

    /// Begins an empty workspace with the log that others keep in a folder.
    pub(crate) async fn follow(
        self: &Arc<Self>,
        folder: PathBuf,
        ledger: &str,
    ) -> Result<(), Problem> {
        let id: LedgerId = ledger.parse().map_err(|_| {
            Problem::new(
                "bad_input",
                say!("This is not the name of a ledger. Nothing was made."),
            )
        })?;
        if self.ledger.count()? > 0 {
            return Err(Problem::new(
                "refused",
                say!("There is a workspace here already. Nothing was changed."),
            )
            .hint(say!("Join from a folder of its own.")));
        }
        let store = self.team_store(&folder).await?;
        let first = store.get(0).await?;
        if first.as_deref().and_then(first_ledger) != Some(id) {
            return Err(Problem::new(
                "refused",
                say!("The folder does not keep the log of this ledger. Nothing was made."),
            )
            .hint(say!("Ask whoever invited you for the right folder.")));
        }
        let mut slots = self.slots.lock().await;
        let mut log = Log {
            store,
            reader: Reader::begin(Arc::clone(&self.ledger), id),
            mark: None,
            cosigned: 0,
            unshown: None,
        };
        let place = json!(folder.display().to_string());
        self.ledger.setting_put(TEAM_FOLDER, &place)?;
        while let Some(bytes) = log.store.get(log.reader.verifier.head().next).await? {
            self.take_slot(&mut log, bytes).await?;
        }
        self.show_taken(&mut log).await?;
        slots.log = Some(log);
        Ok(())
    }

    async fn team_store(&self, folder: &Path) -> Result<SlotStore, Problem> {
        let tag = hex::encode(random::<8>()?);
        let store = SlotStore::in_folder(folder)?;
        unfit_for_a_team(folder, &tag)?;
        store.check(&tag).await?;
        Ok(store)
    }
}

/// Keeps the log up to date for as long as the engine runs.
pub(crate) async fn keep_in_step(inner: Arc<Inner>) {
    loop {
        let pause = match inner.sync().await {
            Ok(()) if inner.is_shared().unwrap_or(false) => {
                if let Err(problem) = inner.take_over().await {
                    tracing::warn!(kind = %problem.kind, "nothing was taken over");
                }
                Some(LOOK)
            }
            // Nobody else writes.
            Ok(()) => None,
            Err(problem) => {
                tracing::warn!(kind = %problem.kind, "log of slots not in step");
                Some(LEAVE)
            }
        };
        let look_again = async {
            match pause {
                Some(pause) => tokio::time::sleep(pause).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = inner.recorder.grew.notified() => tokio::time::sleep(GATHER).await,
            () = look_again => {}
        }
    }
}

pub(crate) fn halted(halt: cockpit_seal::slot::Halt) -> Problem {
    Problem::new("read_only", say!("{halt} Nothing was taken in.")).hint(say!(
        "Run `cockpit verify`, and keep the folder of the log as it is."
    ))
}

fn not_the_log(n: u64, is_there: bool) -> Problem {
    let what = match is_there {
        true => say!("is not the one that this laptop has read"),
        false => say!("was there and is gone"),
    };
    Problem::new(
        "read_only",
        say!("Slot {n} of the log {what}. Nothing was put into the log."),
    )
    .hint(say!(
        "Run `cockpit verify`, and keep the folder of the log as it is."
    ))
}

impl From<cockpit_sync::StoreError> for Problem {
    fn from(error: cockpit_sync::StoreError) -> Self {
        Problem::new("storage", error.to_string()).hint(error.hint())
    }
}
