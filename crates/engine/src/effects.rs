//! Carries out effects, one task each: asks the attempt what to do, does it, tells it what came.
//! The only place that writes to the outside. Decides nothing.

use std::collections::btree_map::Entry;
use std::sync::Arc;
use std::time::Duration;

use cockpit_domain::attempt::{Attempt, Came, Step};
use cockpit_domain::decide::Command;
use cockpit_domain::event::{EffectResult, Outcome};
use cockpit_domain::provider::{Applied, Effect, ErrorKind, ProviderError, Reading};
use cockpit_domain::state::Standing;
use cockpit_domain::{Desired, Observation, Service, Time};
use cockpit_ledger::{OutboxChange, OutboxState};
use cockpit_providers::Adapter;
use cockpit_say::say;
use tokio::time::Instant;

use crate::api::{Problem, Tag};
use crate::crash;
use crate::inner::{Hold, Inner, Running};
use crate::observe;
use crate::record::blocking;

/// Pause before a log that could not be written is tried again.
const LOG_RETRY_MS: u64 = 2_000;
/// A clock that went further than time did by more than this was set, in milliseconds.
const CLOCK_JUMP_MS: u64 = 1_000;
/// Pause while an intent is being taken back.
const TAKING_BACK_MS: u64 = 20;

impl Inner {
    /// Begins carrying out an intent that is ready.
    pub(crate) fn begin_effect(self: &Arc<Self>, intent_id: &str) {
        let found = self
            .state()
            .intents
            .get(intent_id)
            .map(|record| record.intent.clone());
        let Some(intent) = found else { return };
        let attempt = Attempt::new(intent_id.to_owned(), intent, self.now());
        self.spawn_attempt(attempt, false);
    }

    /// Takes up again what was under way when the process ended.
    ///
    /// # Errors
    /// The outbox cannot be read.
    pub(crate) async fn take_up_again(self: &Arc<Self>) -> Result<(), Problem> {
        let ledger = Arc::clone(&self.ledger);
        let rows = blocking(move || ledger.outbox_open()).await??;
        for row in rows {
            let found = self
                .state()
                .intents
                .get(&row.effect)
                .filter(|record| record.standing() == Standing::Ready)
                .map(|record| {
                    let reported = record.result.as_ref().map(|(result, _)| result.outcome);
                    (record.intent.clone(), record.attempt, reported)
                });
            let Some((intent, number, reported)) = found else {
                continue;
            };
            let started_at = match row.state {
                OutboxState::Started => row.started_at_ms.map(Time::from_ms),
                OutboxState::Due | OutboxState::Finished => None,
            };
            let attempt = Attempt::resume(
                row.effect,
                intent,
                self.now(),
                number,
                started_at,
                // A queued effect may go on; what it reported is not repeated.
                reported.filter(|outcome| *outcome != Outcome::Confirmed),
            );
            self.spawn_attempt(attempt, started_at.is_some());
        }
        Ok(())
    }

    pub(crate) fn spawn_attempt(self: &Arc<Self>, attempt: Attempt, started: bool) {
        let id = attempt.intent_id().to_owned();
        let running = Running {
            target: attempt.intent().target.clone(),
            hold: if started { Hold::Sending } else { Hold::Free },
        };
        // One task for each intent, whoever begins it.
        let is_new = self.with_running(|all| match all.entry(id.clone()) {
            Entry::Vacant(place) => {
                place.insert(running);
                true
            }
            Entry::Occupied(_) => false,
        });
        if !is_new {
            return;
        }
        let run = Run {
            inner: Arc::clone(self),
            attempt,
            started,
            lost: started,
            unlogged: false,
            elsewhere: false,
            pace: (Instant::now(), self.now()),
        };
        let inner = Arc::clone(self);
        self.spawn(async move {
            run.carry_out().await;
            inner.with_running(|all| all.remove(&id));
            inner.with_live(|live| live.doing.remove(&id));
            inner.changed(&[Tag::Decided, Tag::Observed]);
        });
    }
}

/// One attempt with what it needs to act.
struct Run {
    inner: Arc<Inner>,
    attempt: Attempt,
    /// The outbox says that something may have been sent.
    started: bool,
    /// An answer was lost once, so that it may be in effect whatever came afterwards.
    lost: bool,
    /// The log could not be written when it was tried last; what is shown says so until it can.
    unlogged: bool,
    /// Another laptop carries it out.
    elsewhere: bool,
    /// When it was looked at last, by the time that passes and by the clock.
    pace: (Instant, Time),
}

impl Run {
    async fn carry_out(mut self) {
        loop {
            self.mind_the_asker();
            self.mind_the_clock();
            let now = self.inner.now();
            let step = self.attempt.next(now);
            self.say(&step);
            match step {
                Step::Done => return,
                Step::Claim { lease_until } => {
                    self.claim(lease_until).await;
                    if self.elsewhere {
                        return;
                    }
                }
                Step::Admit => {
                    self.admit().await;
                    if self.elsewhere {
                        return;
                    }
                }
                Step::Observe(reading) => self.observe(reading).await,
                Step::Start => self.start().await,
                Step::Send(before) => self.send(*before).await,
                Step::Report(result) => {
                    if self.report(*result).await {
                        return;
                    }
                }
                Step::Wait { until, why: _ } => self.wait(until).await,
            }
        }
    }

    /// An intent that its asker took back is not begun.
    fn mind_the_asker(&mut self) {
        let standing = self
            .inner
            .state()
            .intents
            .get(self.attempt.intent_id())
            .map_or(Standing::Withdrawn, |record| record.standing());
        match standing {
            Standing::Withdrawn | Standing::Rejected => {
                let now = self.inner.now();
                self.attempt
                    .give_up(say!("Its asker took it back. Nothing was sent."), now);
            }
            // It was approved when it began, and whoever approved it has left since.
            Standing::Waiting => {
                let now = self.inner.now();
                self.attempt.give_up(
                    say!("An approval that it had counts no more. Nothing was sent."),
                    now,
                );
            }
            Standing::Ready | Standing::Ended(_) => {}
        }
    }

    /// A clock that was set forward, and a laptop that slept, make nothing older that was sent.
    fn mind_the_clock(&mut self) {
        let (then, shown) = self.pace;
        self.pace = (Instant::now(), self.inner.now());
        let passed = u64::try_from((self.pace.0 - then).as_millis()).unwrap_or(u64::MAX);
        let jumped = self.pace.1.ms_since(shown).saturating_sub(passed);
        if jumped > CLOCK_JUMP_MS {
            self.attempt.clock_jumped(jumped);
        }
    }

    fn say(&self, step: &Step) {
        if self.unlogged || matches!(step, Step::Done) {
            return;
        }
        let doing = self.attempt.doing().to_owned();
        let id = self.attempt.intent_id().to_owned();
        let before = self
            .inner
            .with_live(|live| live.doing.insert(id, doing.clone()));
        if before.as_ref() != Some(&doing) {
            self.inner.changed(&[Tag::Decided]);
        }
    }

    async fn claim(&mut self, lease_until: Time) {
        let command = Command::Claim {
            intent: self.attempt.intent_id().to_owned(),
            attempt: self.attempt.number(),
            lease_until,
        };
        match self.inner.record(command).await {
            Ok(_) => {
                self.unlogged = false;
                crash::point("after-claim").await;
                if self.inner.is_shared().unwrap_or(true) {
                    self.attempt.lease(lease_until);
                }
                self.admit().await;
            }
            Err(problem) => self.log_failed(&problem).await,
        }
    }

    /// Where several laptops write, the log decides who carries an effect out: asks it whether
    /// the claim was the first. When another laptop was, that one does it.
    async fn admit(&mut self) {
        let (inner, intent) = (Arc::clone(&self.inner), self.attempt.intent_id().to_owned());
        let call = async move { inner.holds_claim(&intent).await };
        let came = match self.within_the_deadline(call).await {
            Some(Ok(true)) => Came::Claimed,
            Some(Ok(false)) => {
                self.elsewhere = true;
                return;
            }
            Some(Err(problem)) => {
                let sentence = say!("The shared log does not answer: {}", problem.sentence);
                Came::NotAdmitted(ProviderError::new(ErrorKind::Unreachable, sentence))
            }
            None => return,
        };
        self.attempt.handle(came, self.inner.now());
    }

    async fn observe(&mut self, reading: Reading) {
        let Some(adapter) = self.adapter() else {
            let error = self.not_connected();
            return self
                .attempt
                .handle(Came::NotObserved(error), self.inner.now());
        };
        let intent = self.attempt.intent();
        if let Desired::Published { notice } = &intent.desired {
            adapter.look_for(notice, intent.asked_at);
        }
        let target = intent.target.clone();
        let call = async move { adapter.observe(&target, reading).await };
        let Some(came) = self.within_the_deadline(call).await else {
            return;
        };
        crash::point(match reading {
            Reading::Poll | Reading::Fresh => "after-reread",
            Reading::Serving => "after-read-back",
        })
        .await;
        let came = match came {
            Ok(observation) => {
                observe::show(&self.inner, &observation).await;
                Came::Observed(observation)
            }
            Err(error) => Came::NotObserved(error),
        };
        self.attempt.handle(came, self.inner.now());
    }

    async fn start(&mut self) {
        if !self
            .inner
            .take_in_hand(self.attempt.intent_id(), Hold::Sending)
        {
            // Its asker is taking it back just now; the log will say whether that came about.
            return tokio::time::sleep(Duration::from_millis(TAKING_BACK_MS)).await;
        }
        let ledger = Arc::clone(&self.inner.ledger);
        let effect = self.attempt.intent_id().to_owned();
        let (again, now) = (self.started, self.inner.now());
        let done = blocking(move || {
            if again {
                let change = OutboxChange::Retry {
                    effect: effect.clone(),
                    next_at_ms: now.as_ms(),
                };
                ledger.append(&[], &[change])?;
            }
            ledger.mark_started(&effect, now.as_ms(), now.as_ms())
        })
        .await;
        match done {
            Ok(Ok(_)) => {
                (self.started, self.unlogged) = (true, false);
                crash::point("after-start").await;
                self.attempt.handle(Came::Started, self.inner.now());
            }
            Ok(Err(error)) => self.start_failed(&error.into()).await,
            Err(problem) => self.start_failed(&problem).await,
        }
    }

    async fn start_failed(&mut self, problem: &Problem) {
        if !self.started {
            self.inner.let_go(self.attempt.intent_id());
        }
        self.log_failed(problem).await;
    }

    async fn send(&mut self, before: Observation) {
        let Some(adapter) = self.adapter() else {
            let error = self.not_connected();
            return self.attempt.handle(Came::NotSent(error), self.inner.now());
        };
        let effect = Effect {
            key: self.attempt.intent_id().to_owned(),
            target: self.attempt.intent().target.clone(),
            desired: self.attempt.intent().desired.clone(),
            before,
            head: self.inner.recorder.head().await,
        };
        if let Desired::Published { notice } = &effect.desired {
            let first = self.inner.state().first_of_story(notice, &effect.target);
            if let Some(first) = first {
                adapter.answers(notice, &first);
            }
        }
        let call = async move { adapter.apply(&effect).await };
        let Some(came) = self.within_the_deadline(call).await else {
            return;
        };
        crash::point("after-send").await;
        let came = match came {
            Ok(receipt) => Came::Sent(receipt),
            Err(error) => {
                match error.applied {
                    Applied::Unknown => self.lost = true,
                    Applied::No if self.lost => {}
                    Applied::No => self.inner.let_go(self.attempt.intent_id()),
                }
                Came::NotSent(error)
            }
        };
        self.attempt.handle(came, self.inner.now());
    }

    /// Gives true when the attempt has ended.
    async fn report(&mut self, result: EffectResult) -> bool {
        crash::point("before-result").await;
        let outcome = result.outcome;
        let gone = self
            .inner
            .state()
            .intents
            .get(self.attempt.intent_id())
            .is_none_or(|record| record.standing() == Standing::Withdrawn);
        match self.inner.record(Command::Report(result)).await {
            Ok(_) => {
                self.unlogged = false;
                crash::point("after-result").await;
                self.attempt.handle(Came::Reported, self.inner.now());
                self.inner.changed(&[Tag::Decided, Tag::Log]);
            }
            Err(problem) if problem.kind == "not_found" || gone => return true,
            Err(problem) => self.log_failed(&problem).await,
        }
        outcome.is_final()
    }

    async fn wait(&mut self, until: Time) {
        let now = self.inner.now();
        let owed = self
            .attempt
            .deadline()
            .map(|(at, _)| at)
            .filter(|at| *at > now);
        let wake = owed.map_or(until, |owed| owed.min(until));
        tokio::time::sleep(Duration::from_millis(wake.ms_since(now).max(1))).await;
        let now = self.inner.now();
        if owed.is_some_and(|owed| owed <= now) {
            self.attempt.handle(Came::DeadlinePassed, now);
        }
    }

    /// Waits for a call; when a verdict is owed before it ends, gives the verdict and goes on
    /// waiting. `None` when the attempt has ended meanwhile, so that the call is dropped.
    async fn within_the_deadline<T>(&mut self, call: impl Future<Output = T>) -> Option<T> {
        let mut call = std::pin::pin!(call);
        while let Some((owed, _)) = self.attempt.deadline() {
            let left = owed.ms_since(self.inner.now());
            if left > 0 {
                // A clock that was set back is slow, so that its time may come a little later.
                tokio::select! {
                    biased;
                    came = &mut call => return Some(came),
                    () = tokio::time::sleep(Duration::from_millis(left)) => continue,
                }
            }
            self.attempt.handle(Came::DeadlinePassed, self.inner.now());
            let Step::Report(result) = self.attempt.next(self.inner.now()) else {
                break;
            };
            let ends = result.outcome.is_final();
            self.report(*result).await;
            if ends {
                return None;
            }
        }
        Some(call.await)
    }

    /// The log could not be written, so nothing more is sent or claimed. Says so and tries again.
    async fn log_failed(&mut self, problem: &Problem) {
        self.unlogged = true;
        let sent = if self.started {
            say!("It was sent or may have been, and what came of it cannot be recorded yet")
        } else {
            say!("Nothing was sent")
        };
        let words = format!("{sent}: {}", problem.sentence);
        tracing::warn!(kind = %problem.kind, intent = self.attempt.intent_id(), "log not written");
        let id = self.attempt.intent_id().to_owned();
        self.inner.with_live(|live| live.doing.insert(id, words));
        self.inner.changed(&[Tag::Decided]);
        tokio::time::sleep(Duration::from_millis(LOG_RETRY_MS)).await;
    }

    fn adapter(&self) -> Option<Arc<dyn Adapter>> {
        self.inner.adapter(self.attempt.intent().target.service()?)
    }

    fn not_connected(&self) -> ProviderError {
        let name = self
            .attempt
            .intent()
            .target
            .service()
            .map_or(say!("The service"), Service::name);
        ProviderError::new(ErrorKind::Unauthorized, say!("{name} is not connected."))
            .hint(say!("Connect it in the settings, then ask again."))
    }
}
