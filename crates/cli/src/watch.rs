//! `cockpit watch`: keeps reading like the window does and says what changed, a line each. Must
//! not decide what a change means: the words come from the engine.

use std::collections::BTreeMap;
use std::time::Duration;

use cockpit_engine::Handle;
use cockpit_engine::api::{AppArgs, EntryArgs, Problem, Query};
use cockpit_engine::domain::views::{CockpitView, EntryView};
use cockpit_say::say;
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

use crate::args;
use crate::commands;
use crate::output::{self, Exit};

/// Entries that are told of one change at most; the log has them all.
const ENTRIES_MAX: u64 = 1_000;

/// Watches until it is ended, until nothing is under way, or for a time.
pub async fn run(args: args::Watch) -> Result<Exit, Problem> {
    let handle = commands::workspace_that_reads(&args.at.workspace).await?;
    let mut changes = handle.subscribe();
    let end = args
        .seconds
        .map(|seconds| Instant::now() + Duration::from_secs(seconds));
    // From here on, so that it is heard at any moment.
    let mut ended = std::pin::pin!(ended()?);
    let mut seen = Seen::begin(&handle, args.at.json).await?;
    loop {
        let view = seen.look(&handle).await?;
        if args.until_idle && seen.is_idle(&view) {
            return Ok(Exit::AsAsked);
        }
        tokio::select! {
            change = changes.recv() => match change {
                // Some were missed: everything is looked at anyway.
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return Ok(Exit::AsAsked),
            },
            () = seen.next_expiry() => {}
            () = until(end) => return Ok(Exit::AsAsked),
            () = &mut ended => return Ok(Exit::AsAsked),
        }
    }
}

/// What was told already.
struct Seen {
    as_json: bool,
    /// The newest entry that was told.
    position: u64,
    /// How each service answered, in words.
    services: BTreeMap<String, String>,
    /// What waits for a person, with the time at which it expires.
    waiting: BTreeMap<String, (String, String)>,
    /// When it began, in the spelling of the views.
    started: String,
    /// The time of the newest look.
    now: String,
}

impl Seen {
    async fn begin(handle: &Handle, as_json: bool) -> Result<Self, Problem> {
        let view = cockpit(handle).await?;
        let services = view.online.services.iter();
        let seen = Self {
            as_json,
            position: view.ledger.entries,
            services: services
                .map(|it| (it.service.clone(), it.badge.words.clone()))
                .collect(),
            waiting: BTreeMap::new(),
            started: view.now.clone(),
            now: view.now.clone(),
        };
        let breaches: Vec<&str> = view
            .breaches
            .iter()
            .map(|it| it.headline.as_str())
            .collect();
        let drifts: Vec<&str> = view.drifts.iter().map(|it| it.headline.as_str()).collect();
        let stand: String = breaches
            .iter()
            .chain(&drifts)
            .map(|headline| format!(" {headline}."))
            .collect();
        seen.tell(
            "watching",
            &say!(
                "{}, {} services.{stand}",
                view.app_name,
                view.online.services.len(),
            ),
            json!({
                "app": view.app_name,
                "services": view.online.services.len(),
                "breaches": breaches,
                "drifts": drifts,
                "waiting": view.waiting.len(),
                "queued": view.queued.len(),
                "position": view.ledger.entries,
            }),
        );
        Ok(seen)
    }

    /// Everything was read since the beginning, and nothing waits for a result.
    fn is_idle(&self, view: &CockpitView) -> bool {
        let read = view.online.services.iter().all(|it| {
            let fresh = it.age.at.as_ref().is_some_and(|at| *at >= self.started);
            fresh || it.age.problem.is_some()
        });
        read && view.queued.is_empty()
    }

    /// Tells what is there now and was not before.
    async fn look(&mut self, handle: &Handle) -> Result<CockpitView, Problem> {
        let view = cockpit(handle).await?;
        self.now.clone_from(&view.now);
        if view.ledger.entries > self.position {
            self.entries(handle, &view).await?;
        }
        for service in &view.online.services {
            let before = self
                .services
                .insert(service.service.clone(), service.badge.words.clone());
            if before.as_ref() != Some(&service.badge.words) {
                self.tell(
                    "service",
                    &format!("{}: {}", service.service, service.badge.words),
                    json!({
                        "service": service.service,
                        "state": service.badge.words,
                        "problem": service.age.problem,
                    }),
                );
            }
        }
        let waiting: BTreeMap<_, _> = view
            .waiting
            .iter()
            .map(|it| (it.intent.clone(), (it.title.clone(), it.expires_at.clone())))
            .collect();
        let before = std::mem::replace(&mut self.waiting, waiting);
        for (intent, (title, expires_at)) in before {
            // The spelling of times sorts as they do.
            if !self.waiting.contains_key(&intent) && expires_at <= view.now {
                self.tell(
                    "expired",
                    &say!("{title}: it expired before it was approved. Nothing is in effect."),
                    json!({ "intent": intent, "title": title, "expires_at": expires_at }),
                );
            }
        }
        Ok(view)
    }

    /// Tells the entries since the last look, oldest first.
    async fn entries(&mut self, handle: &Handle, view: &CockpitView) -> Result<(), Problem> {
        let last = view.ledger.entries;
        for position in self.position + 1..=last.min(self.position + ENTRIES_MAX) {
            let entry: EntryView = handle.ask(Query::Entry(EntryArgs { position })).await?;
            self.entry(&entry);
        }
        self.position = last;
        Ok(())
    }

    fn entry(&self, entry: &EntryView) {
        let row = &entry.row;
        let outcome = row.outcome.as_ref().map(|it| it.words.clone());
        let change = match entry.kind.as_str() {
            "breach.seen" => "breach",
            "breach.cleared" => "breach_over",
            "drift.seen" => "drift",
            "effect.result" => "outcome",
            _ => "entry",
        };
        self.tell(
            change,
            &format!("{}  {}  {}", row.decision, row.target, row.reason),
            json!({
                "position": row.position,
                "id": row.id,
                "kind": entry.kind,
                "entry_at": row.at,
                "who": row.who,
                "decision": row.decision,
                "target": row.target,
                "reason": row.reason,
                "outcome": outcome,
            }),
        );
    }

    fn tell(&self, change: &str, words: &str, more: Value) {
        if !self.as_json {
            output::line(&format!("{}  {change:<11}  {words}", self.now));
            return;
        }
        let mut document = json!({ "at": self.now, "change": change });
        if let (Some(document), Value::Object(more)) = (document.as_object_mut(), more) {
            document.extend(more);
        }
        output::line(&document.to_string());
    }

    /// Comes when something that waits may have expired: nothing else tells of it.
    async fn next_expiry(&self) {
        if self.waiting.is_empty() {
            return std::future::pending().await;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn cockpit(handle: &Handle) -> Result<CockpitView, Problem> {
    handle.ask(Query::Cockpit(AppArgs::default())).await
}

async fn until(end: Option<Instant>) {
    match end {
        Some(end) => tokio::time::sleep_until(end).await,
        None => std::future::pending().await,
    }
}

/// Comes when a person or a supervisor ends it. Listens from the call on.
#[cfg(unix)]
fn ended() -> Result<impl Future<Output = ()>, Problem> {
    use tokio::signal::unix::{SignalKind, signal};
    let deaf = |_| Problem::new("storage", say!("The command cannot hear Ctrl-C here."));
    let mut interrupt = signal(SignalKind::interrupt()).map_err(deaf)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(deaf)?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Comes when a person ends it. Listens from the call on.
#[cfg(windows)]
fn ended() -> Result<impl Future<Output = ()>, Problem> {
    let deaf = |_| Problem::new("storage", say!("The command cannot hear Ctrl-C here."));
    let mut interrupt = tokio::signal::windows::ctrl_c().map_err(deaf)?;
    Ok(async move {
        let _ = interrupt.recv().await;
    })
}
