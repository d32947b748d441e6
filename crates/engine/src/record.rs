//! The one way into the ledger: decide, seal, append, fold. From the moment it returns, the
//! decision cannot be lost. Knows no provider.

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use cockpit_domain::authority::AuthorityEvent;
use cockpit_domain::decide::{Command, Context, decide};
use cockpit_domain::event::Event;
use cockpit_domain::state::{Admitted, Bracket, State};
use cockpit_domain::views::log_line;
use cockpit_domain::{Time, views};
use cockpit_ledger::{Append, Ledger, LogIndex, OutboxChange};
use cockpit_say::say;
use cockpit_seal::{DeviceKey, Entry, Head, Seen, seal};
use tokio::sync::Notify;

use crate::api::Problem;
use crate::crash;
use crate::fold;

/// Holds the device's key and the newest state.
#[derive(Debug)]
pub struct Recorder {
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) state: Arc<RwLock<State>>,
    pub(crate) writer: tokio::sync::Mutex<Option<Writer>>,
    /// The newest slot that was verified here: what every entry says to have seen.
    pub(crate) seen: Mutex<Seen>,
    /// Something was appended that no slot has admitted yet.
    pub(crate) grew: Notify,
}

/// The device's end of its own chain.
#[derive(Debug)]
pub struct Writer {
    /// The signing key.
    pub key: DeviceKey,
    /// Where the chain goes on.
    pub head: Head,
    /// The person who works here.
    pub actor: String,
}

/// What was sealed by one command.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// The entries, in order.
    pub entries: Vec<Admitted>,
    /// Intents that may be carried out because of them.
    pub ready: Vec<String>,
}

impl Recorder {
    /// Over an open ledger with the state that follows from it.
    pub fn new(ledger: Arc<Ledger>, state: Arc<RwLock<State>>) -> Self {
        Self {
            ledger,
            state,
            writer: tokio::sync::Mutex::new(None),
            seen: Mutex::default(),
            grew: Notify::new(),
        }
    }

    /// Gives it the device's key. Without one nothing can be recorded.
    pub async fn unlock(&self, writer: Writer) {
        *self.writer.lock().await = Some(writer);
    }

    /// The newest entry of this device's chain, in hex; empty while there is no key.
    pub async fn head(&self) -> String {
        let writer = self.writer.lock().await;
        let newest = writer.as_ref().map(|writer| writer.head.prev.to_string());
        newest.unwrap_or_default()
    }

    /// Forgets the key once nothing is being recorded.
    pub async fn lock(&self) {
        *self.writer.lock().await = None;
    }

    /// Decides commands that stand or fall together and seals what follows from all of them in one
    /// transaction. Each is decided on the state before the first, so none may lean on another.
    ///
    /// # Errors
    /// A refusal, a closed keychain, or a log that cannot be written; nothing was changed then.
    pub async fn record(&self, commands: &[Command], now: Time) -> Result<Recorded, Problem> {
        let mut writer = self.writer.lock().await;
        let Some(writer) = writer.as_mut() else {
            return Err(closed());
        };
        let context = Context {
            now,
            actor: writer.actor.clone(),
            device: writer.key.device_id().to_string(),
            nonce: hex::encode(random::<8>()?),
        };
        let mut events = Vec::new();
        {
            let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
            for command in commands {
                events.extend(decide(&state, command, &context)?.events);
            }
        }
        let outbox = commands.iter().flat_map(outbox_of).collect();
        self.seal(writer, events, outbox, now).await
    }

    /// Seals the first entry of a ledger.
    ///
    /// # Errors
    /// As [`Recorder::record`].
    pub async fn begin(&self, genesis: Event, now: Time) -> Result<Recorded, Problem> {
        let mut writer = self.writer.lock().await;
        let Some(writer) = writer.as_mut() else {
            return Err(closed());
        };
        self.seal(writer, vec![genesis], Vec::new(), now).await
    }

    async fn seal(
        &self,
        writer: &mut Writer,
        events: Vec<Event>,
        mut outbox: Vec<OutboxChange>,
        now: Time,
    ) -> Result<Recorded, Problem> {
        crash::point("before-record").await;
        let mut head = writer.head;
        let mut appends = Vec::with_capacity(events.len());
        let mut admitted = Vec::with_capacity(events.len());
        let at = now.to_string();
        for event in events {
            let draft = cockpit_seal::Draft {
                at: &at,
                kind: event.kind(),
                body: event.to_body(),
                salt: random()?,
                seen: *self.seen.lock().unwrap_or_else(PoisonError::into_inner),
            };
            let entry = seal(&writer.key, &head, draft).map_err(|error| {
                Problem::new(
                    "bad_input",
                    say!("It cannot be sealed: {error}. Nothing was changed."),
                )
            })?;
            head = entry.head();
            let id = entry.id().to_string();
            appends.push(Append {
                index: index(&event, &writer.actor, now),
                entry,
            });
            admitted.push(Admitted {
                id,
                position: 0,
                at: now,
                bracket: Bracket::default(),
                device: writer.key.device_id().to_string(),
                event,
            });
        }
        // What the entries make ready goes into the outbox in the same transaction.
        let ready: Vec<(String, String)> = {
            let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
            admitted
                .iter()
                .filter_map(|entry| {
                    let ready = state.made_ready(entry)?;
                    is_begun_here(&state, entry, &ready.0).then_some(ready)
                })
                .collect()
        };
        outbox.extend(ready.iter().map(|(id, target)| OutboxChange::Add {
            effect: id.clone(),
            target: target.clone(),
            payload: serde_json::Value::Null,
            next_at_ms: now.as_ms(),
        }));
        let ready = ready.into_iter().map(|(id, _)| id).collect();
        let ledger = Arc::clone(&self.ledger);
        let positions = blocking(move || ledger.append(&appends, &outbox)).await??;
        writer.head = head;
        let rejected_before = {
            let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
            let before = state.rejected.len();
            for (entry, position) in admitted.iter_mut().zip(positions) {
                entry.position = u64::try_from(position).unwrap_or(0);
                state.fold(entry);
            }
            (state.rejected.len() > before).then(|| state.rejected[..before].to_vec())
        };
        if let Some(before) = rejected_before {
            self.list_rejected(before).await?;
        }
        self.grew.notify_one();
        crash::point("after-record").await;
        Ok(Recorded {
            entries: admitted,
            ready,
        })
    }
}

impl Recorder {
    /// Says in the lines of the log which entries are without force.
    async fn list_rejected(&self, before: Vec<(u64, String)>) -> Result<(), Problem> {
        let (ledger, state) = (Arc::clone(&self.ledger), Arc::clone(&self.state));
        blocking(move || {
            let state = state.read().unwrap_or_else(PoisonError::into_inner);
            fold::list_rejected(&ledger, &state, &before, &[])
        })
        .await?
    }

    /// Makes every projection again from the entries, the state too; gives how many there are.
    ///
    /// # Errors
    /// The log cannot be read or written; the projections are as before then.
    pub async fn rebuild(&self) -> Result<i64, Problem> {
        // Nothing is recorded meanwhile.
        let _writer = self.writer.lock().await;
        let (ledger, state) = (Arc::clone(&self.ledger), Arc::clone(&self.state));
        blocking(move || {
            let folded = fold::fold_whole(&ledger)?.state;
            let count = ledger.rebuild(|entry| {
                let person = folded.devices.get(&entry.header().device.to_string());
                index_of_entry(entry, person.map_or("", String::as_str))
            })?;
            fold::list_rejected(&ledger, &folded, &[], &[])?;
            *state.write().unwrap_or_else(PoisonError::into_inner) = folded;
            Ok(count)
        })
        .await?
    }
}

/// The row of an entry that is without force.
pub fn rejected_line(entry: &Entry, person: &str, why: &str) -> LogIndex {
    let line = index_of_entry(entry, person);
    LogIndex {
        outcome: Some(views::WITHOUT_FORCE.to_owned()),
        text: format!("{} {why}", line.text),
        ..line
    }
}

/// A row of the log for an entry that was read back; used to rebuild.
pub fn index_of_entry(entry: &Entry, person: &str) -> LogIndex {
    let header = entry.header();
    match Event::parse(&header.kind, entry.body()) {
        Ok(event) => index(&event, person, Time::from_ms(header.at.ms())),
        Err(_) => LogIndex {
            at_ms: header.at.ms(),
            kind: header.kind.clone(),
            title: say!("An entry that this version cannot read").to_owned(),
            ..LogIndex::default()
        },
    }
}

/// An entry as the state takes it in. `None` when this version cannot read it.
pub fn admitted(position: i64, entry: &Entry) -> Option<Admitted> {
    let header = entry.header();
    Some(Admitted {
        id: entry.id().to_string(),
        position: u64::try_from(position).ok()?,
        at: Time::from_ms(header.at.ms()),
        bracket: Bracket::default(),
        device: header.device.to_string(),
        event: Event::parse(&header.kind, entry.body()).ok()?,
    })
}

/// Runs a call that blocks away from the loop.
///
/// # Errors
/// The call panicked, or the process is ending.
pub async fn blocking<T: Send + 'static>(
    call: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(call).await.map_err(|_| {
        Problem::new(
            "storage",
            say!("The log did not answer. Nothing more was changed."),
        )
    })
}

/// Random bytes of the operating system.
///
/// # Errors
/// The system gives none.
pub fn random<const N: usize>() -> Result<[u8; N], Problem> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| {
        Problem::new(
            "storage",
            say!("This computer gives no random numbers. Nothing was changed."),
        )
    })?;
    Ok(bytes)
}

fn index(event: &Event, person: &str, now: Time) -> LogIndex {
    let line = log_line(event);
    let some = |text: String| (!text.is_empty()).then_some(text);
    let facts: Vec<String> = views::entry_facts(event)
        .into_iter()
        .map(|fact| fact.value)
        .collect();
    LogIndex {
        at_ms: now.as_ms(),
        kind: event.kind().to_owned(),
        person: some(person.to_owned()),
        app: some(line.app),
        target: some(line.target.clone()),
        outcome: some(line.outcome),
        title: line.decision,
        text: format!("{} {} {}", line.target, line.reason, facts.join(" ")),
    }
}

/// Whether the laptop that sealed this entry is the one to carry out what it made ready. The one
/// that asked is, because whoever agrees may have no credentials; and whoever goes past the
/// approvals waits for no other laptop.
fn is_begun_here(state: &State, entry: &Admitted, intent: &str) -> bool {
    let goes_past = matches!(
        entry.event,
        Event::IntentRequested(_) | Event::Authority(AuthorityEvent::GlassBroken { .. })
    );
    let asked = state.intents.get(intent);
    goes_past || asked.is_some_and(|record| record.device == entry.device)
}

fn outbox_of(command: &Command) -> Vec<OutboxChange> {
    match command {
        Command::Claim {
            intent,
            lease_until,
            ..
        } => vec![OutboxChange::Lease {
            effect: intent.clone(),
            lease_until_ms: lease_until.as_ms(),
        }],
        Command::Report(result) if result.outcome.is_final() => {
            vec![OutboxChange::Finish {
                effect: result.intent.clone(),
            }]
        }
        Command::Report(_)
        | Command::Withdraw { .. }
        | Command::Connect(_)
        | Command::Disconnect(_)
        | Command::SetPolicy { .. }
        | Command::Press(_)
        | Command::Judge { .. }
        | Command::SeeBreach(_)
        | Command::ClearBreach(_)
        | Command::SeeDrift(_)
        | Command::NoteExport(_)
        | Command::Authority(_)
        | Command::Tell(_)
        | Command::SetRule { .. }
        | Command::EndRule { .. }
        | Command::SignOrder(_)
        | Command::EndOrder { .. }
        | Command::FollowOrder(_) => Vec::new(),
    }
}

fn closed() -> Problem {
    Problem::new(
        "locked",
        say!("The device's key is locked, so nothing can be signed. Nothing was changed."),
    )
    .hint(say!(
        "Unlock the keychain or give the passphrase, then try again."
    ))
}
