//! The order of one effect: claim, read again, start, send, read back. A state machine that is
//! handed observations and the time, and says what to do next. Knows no provider and no clock.

mod step;
mod verdict;

pub use step::{Came, Step, may_be_sent};

use cockpit_say::{mark, say};

use self::step::{ADMITTING, ANSWER_LOST, READING, READING_BACK, SENDING, WAITING};
use crate::desired::Desired;
use crate::event::{EffectResult, Intent, Outcome};
use crate::provider::{Applied, ErrorKind, ProviderError, Reading, Receipt};
use crate::target::{Observation, TargetState};
use crate::time::Time;
use crate::words::{self, Moved};

/// From the moment an effect may begin, this long until its verdict is honest even if it is
/// "unknown" or "queued".
pub const VERDICT_MS: u64 = 10_000;
/// An unknown effect is probed often for this long, and seldom from then on; it never ends by
/// itself as anything that was not observed.
pub const PROBE_MS: u64 = 30 * 60 * 1_000;
const PROBE_SLOW_MS: u64 = 5 * 60 * 1_000;
/// How long this device may work on an effect before another may take it over.
pub const LEASE_MS: u64 = 2 * 60 * 1_000;
/// Fresh starts after the target moved under us.
const ATTEMPTS_MAX: u32 = 5;
/// A write whose reply was lost is given this long to show before it may be repeated.
const SETTLE_MS: u64 = 3_000;
/// A write whose reply was lost may still take effect for this long: a service goes on with a
/// request whose client has given up, but not for ever. "Nothing is in effect" is not said before.
const DOUBT_MS: u64 = 2 * 60 * 1_000;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Stage {
    Claim,
    Admit,
    Reread,
    Start,
    Send,
    ReadBack,
    Finished,
}

/// One effect on its way to an observed outcome.
#[derive(Clone, Debug)]
pub struct Attempt {
    intent_id: String,
    intent: Intent,
    number: u32,
    began_at: Time,
    stage: Stage,
    /// Until when nobody else begins it; none where nobody else could.
    lease_until: Option<Time>,
    /// Another device had begun it.
    taken_over: bool,
    /// A write may be at the service: set with the durable start, cleared when it is known that
    /// nothing was applied.
    sent_at: Option<Time>,
    reply_lost: bool,
    /// When the newest write was sent whose reply was lost; it outlives fresh starts.
    doubt_from: Option<Time>,
    /// How it ends when the doubt is over and nothing has taken effect.
    held: Option<(Outcome, String)>,
    before: Option<Observation>,
    after: Option<TargetState>,
    receipt: Receipt,
    retries: u32,
    wait_until: Option<(Time, &'static str)>,
    problem: Option<ProviderError>,
    reported: Option<Outcome>,
    pending: Option<EffectResult>,
}

impl Attempt {
    /// An effect that may begin at `now`.
    pub fn new(intent_id: String, intent: Intent, now: Time) -> Self {
        Self {
            intent_id,
            intent,
            number: 1,
            began_at: now,
            stage: Stage::Claim,
            lease_until: None,
            taken_over: false,
            sent_at: None,
            reply_lost: false,
            doubt_from: None,
            held: None,
            before: None,
            after: None,
            receipt: Receipt::default(),
            retries: 0,
            wait_until: None,
            problem: None,
            reported: None,
            pending: None,
        }
    }

    /// An effect that was under way when the process ended. With a durable start and no final
    /// result the service is asked first; nothing is sent again blindly.
    pub fn resume(
        intent_id: String,
        intent: Intent,
        now: Time,
        number: u32,
        started_at: Option<Time>,
        reported: Option<Outcome>,
    ) -> Self {
        let mut attempt = Self::new(intent_id, intent, now);
        attempt.number = number.max(1);
        attempt.reported = reported;
        if let Some(started_at) = started_at {
            attempt.stage = Stage::ReadBack;
            attempt.sent_at = Some(started_at);
            attempt.reply_lost = true;
            attempt.doubt_from = Some(started_at);
        }
        attempt
    }

    /// An effect that another device had claimed and not ended in its time, after attempt `number`.
    /// When that device may have sent it, from `sent_from` on, the target is asked first, as after
    /// a restart: nothing is sent again blindly.
    pub fn take_over(
        intent_id: String,
        intent: Intent,
        now: Time,
        number: u32,
        sent_from: Option<Time>,
        reported: Option<Outcome>,
    ) -> Self {
        let number = number.saturating_add(1);
        let mut attempt = Self::resume(intent_id, intent, now, number, sent_from, reported);
        attempt.stage = Stage::Claim;
        attempt.taken_over = true;
        attempt
    }

    /// The sealed claim holds until then. What has not begun by then is claimed again first.
    pub fn lease(&mut self, until: Time) {
        self.lease_until = Some(until);
    }

    /// The clock went forward by so much while no time passed: what is known about a write that
    /// was sent has not become older by it.
    pub fn clock_jumped(&mut self, by_ms: u64) {
        for at in [&mut self.sent_at, &mut self.doubt_from] {
            *at = at.map(|at| at + by_ms);
        }
    }

    /// The intent's entry, in hex.
    pub fn intent_id(&self) -> &str {
        &self.intent_id
    }

    /// The intent.
    pub fn intent(&self) -> &Intent {
        &self.intent
    }

    /// 1 for the first attempt.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// What was read before the write.
    pub fn before(&self) -> Option<&Observation> {
        self.before.as_ref()
    }

    /// What is going on: a text to be said.
    pub fn doing(&self) -> &'static str {
        if let Some((_, why)) = self.wait_until {
            return why;
        }
        match self.stage {
            Stage::Claim | Stage::Reread => READING,
            Stage::Admit => ADMITTING,
            Stage::Start | Stage::Send => SENDING,
            Stage::ReadBack if self.reply_lost => ANSWER_LOST,
            Stage::ReadBack => READING_BACK,
            Stage::Finished => mark!("Ended"),
        }
    }

    /// When a verdict is owed, and what it will be about. `None` once one was given that still
    /// holds: "queued" does not when the write is under way, nor when the intent has expired.
    pub fn deadline(&self) -> Option<(Time, &'static str)> {
        if self.stage == Stage::Finished {
            return None;
        }
        match (self.reported, self.sent_at) {
            (None, _) | (Some(Outcome::Queued), Some(_)) => {
                Some((self.verdict_due(), "an honest verdict is owed"))
            }
            (Some(Outcome::Queued), None) => {
                Some((self.intent.expires_at + 1, "it expires and is not sent"))
            }
            (
                Some(
                    Outcome::Unknown
                    | Outcome::Confirmed
                    | Outcome::Refused
                    | Outcome::Stale
                    | Outcome::Failed,
                ),
                _,
            ) => None,
        }
    }

    /// A verdict is owed this long after the beginning; after "queued", this long after the send;
    /// at once where nobody can be asked what became of a write.
    fn verdict_due(&self) -> Time {
        if self.reply_lost && !words::can_be_asked(&self.intent.pre.state) {
            return self.began_at;
        }
        match (self.reported, self.sent_at) {
            (Some(Outcome::Queued), Some(sent_at)) => sent_at + VERDICT_MS,
            (Some(_) | None, Some(_) | None) => self.began_at + VERDICT_MS,
        }
    }

    /// What to do at `now`.
    pub fn next(&self, now: Time) -> Step {
        if let Some(result) = &self.pending {
            return Step::Report(Box::new(result.clone()));
        }
        if let Some((until, why)) = self.wait_until
            && now < until
        {
            return Step::Wait { until, why };
        }
        let lapsed = self.lease_until.is_some_and(|until| until <= now);
        match self.stage {
            Stage::Claim => Step::Claim {
                lease_until: now + LEASE_MS,
            },
            Stage::Start if lapsed => Step::Claim {
                lease_until: now + LEASE_MS,
            },
            Stage::Admit => Step::Admit,
            Stage::Reread => Step::Observe(Reading::Fresh),
            Stage::Start => Step::Start,
            Stage::Send => match &self.before {
                Some(before) => Step::Send(Box::new(before.clone())),
                None => Step::Observe(Reading::Fresh),
            },
            Stage::ReadBack => Step::Observe(Reading::Serving),
            Stage::Finished => Step::Done,
        }
    }

    /// Takes in what came of the step.
    pub fn handle(&mut self, came: Came, now: Time) {
        if self.stage == Stage::Finished {
            return;
        }
        match came {
            Came::Claimed => {
                (self.problem, self.wait_until, self.retries) = (None, None, 0);
                self.stage = match self.sent_at {
                    Some(_) => Stage::ReadBack,
                    None => Stage::Reread,
                };
            }
            Came::NotAdmitted(error) => {
                self.stage = Stage::Admit;
                self.try_later(error, now);
            }
            // Making the start durable takes long when the disk is full.
            Came::Started if now > self.intent.expires_at => self.expire(now),
            Came::Started => {
                self.sent_at = Some(now);
                self.reply_lost = false;
                self.stage = Stage::Send;
            }
            Came::Reported => self.reported_now(),
            Came::DeadlinePassed => self.owe_a_verdict(now),
            Came::Sent(receipt) => {
                self.receipt = receipt;
                self.read_back_from(now);
            }
            Came::NotSent(error) => self.not_sent(error, now),
            Came::Observed(observation) => match self.stage {
                Stage::ReadBack => self.read_back(observation, now),
                Stage::Claim
                | Stage::Admit
                | Stage::Reread
                | Stage::Start
                | Stage::Send
                | Stage::Finished => self.reread(observation, now),
            },
            Came::NotObserved(error) => self.not_observed(error, now),
        }
    }

    /// Ends an effect whose intent expired or was withdrawn before anything was sent.
    pub fn give_up(&mut self, sentence: &str, now: Time) {
        let ended = self.stage == Stage::Finished
            || self
                .pending
                .as_ref()
                .is_some_and(|result| result.outcome.is_final());
        if self.sent_at.is_none() && !ended {
            self.finish(Outcome::Refused, sentence.to_owned(), now);
        }
    }

    fn reported_now(&mut self) {
        if let Some(result) = self.pending.take() {
            self.reported = Some(result.outcome);
            if result.outcome.is_final() {
                self.stage = Stage::Finished;
                self.wait_until = None;
            }
        }
    }

    fn reread(&mut self, observation: Observation, now: Time) {
        self.retries = 0;
        self.problem = None;
        self.wait_until = None;
        self.before = Some(observation.clone());
        if now > self.intent.expires_at {
            return self.expire(now);
        }
        let there = words::state(&observation.state);
        if self.is_as_desired(&observation.state) {
            let was = say!("It was already {there} when it was read. {}", self.sent());
            let sentence = format!("{was}{}", self.met_with(&observation.state));
            self.after = Some(observation.state);
            return self.finish(Outcome::Confirmed, sentence, now);
        }
        match words::moved(&self.intent.pre.state, &observation.state) {
            Moved::No => self.stage = Stage::Start,
            Moved::MoreExposed(_) if self.intent.desired.is_safe_direction() => {
                self.stage = Stage::Start;
            }
            Moved::MoreExposed(what) | Moved::Otherwise(what) => {
                self.after = Some(observation.state);
                let sentence = say!(
                    "It moved: {what}. {} Review the new state, then ask again.",
                    self.sent()
                );
                self.finish(Outcome::Stale, sentence, now);
            }
        }
    }

    fn read_back(&mut self, observation: Observation, now: Time) {
        self.problem = None;
        self.after = Some(observation.state.clone());
        if self.is_as_desired(&observation.state) {
            let lost = match (self.taken_over, self.reply_lost) {
                (true, true) => say!("Another laptop had begun it and did not say how it ended. "),
                (false, true) => say!("The answer was lost on the way. "),
                (_, false) => "",
            };
            let sentence = format!(
                "{lost}{}{}",
                words::read_back(&self.intent.desired, &observation.state),
                self.met_with(&observation.state)
            );
            return self.finish(Outcome::Confirmed, sentence, now);
        }
        if self.held.is_some() {
            return match self
                .held
                .take_if(|_| !is_within_doubt(self.doubt_from, now))
            {
                Some((outcome, sentence)) => self.report(outcome, sentence, now),
                None => self.wait_to_read_back(now),
            };
        }
        if self.may_send_again(&observation.state, now) {
            self.number += 1;
            self.sent_at = None;
            self.reply_lost = false;
            self.retries = 0;
            self.wait_until = None;
            self.stage = Stage::Claim;
            return;
        }
        if self.is_without_effect(&observation.state) && !is_within_doubt(self.doubt_from, now) {
            let sentence = say!(
                "It was sent and its answer was lost. Minutes later the target reads {}. \
                 Nothing is in effect. Ask again.",
                words::state(&observation.state)
            );
            return self.finish(Outcome::Failed, sentence, now);
        }
        self.wait_to_read_back(now);
    }

    /// As it should be, and still the release that was asked about where that matters.
    fn is_as_desired(&self, state: &TargetState) -> bool {
        let desired = &self.intent.desired;
        desired.is_met_by(state)
            && (desired.holds_for_every_release(state) || self.is_of_the_asked(state))
    }

    fn is_of_the_asked(&self, state: &TargetState) -> bool {
        state.is_same_release(&self.intent.pre.state)
    }

    /// What else an asker must know of a stop that was met.
    fn met_with(&self, state: &TargetState) -> &'static str {
        if self.intent.desired == Desired::Stopped && !self.is_of_the_asked(state) {
            say!(" Another release stands there by now and is stopped with it.")
        } else {
            ""
        }
    }

    fn sent(&self) -> &'static str {
        if self.doubt_from.is_some() {
            say!("An earlier try was sent and its answer was lost; it is not sent again.")
        } else {
            say!("Nothing was sent.")
        }
    }

    /// A stop or a flag turned off whose reply was lost, and whose target was seen unchanged.
    /// Everything else waits for a person: a notice sent twice, or a resume that lands late,
    /// cannot be taken back.
    fn is_without_effect(&self, state: &TargetState) -> bool {
        // After a restart what was read right before the write is gone; what the asker saw is not.
        let before = self.before.as_ref().unwrap_or(&self.intent.pre);
        let unchanged = matches!(
            words::moved(&before.state, state),
            Moved::No | Moved::MoreExposed(_)
        );
        self.reply_lost && unchanged && self.intent.desired.is_safe_direction()
    }

    /// What is without effect is sent again once it was so for long enough.
    fn may_send_again(&self, state: &TargetState, now: Time) -> bool {
        self.is_without_effect(state)
            && self.number < ATTEMPTS_MAX
            && now <= self.intent.expires_at
            && self
                .sent_at
                .is_some_and(|sent_at| now.ms_since(sent_at) >= SETTLE_MS)
    }

    fn wait_to_read_back(&mut self, now: Time) {
        let Some(sent_at) = self.sent_at else { return };
        self.owe_a_verdict(now);
        let slow = now.ms_since(sent_at) >= PROBE_MS;
        let pause = backoff(self.retries, 100, if slow { PROBE_SLOW_MS } else { 30_000 });
        self.retries += 1;
        self.wait_until = Some((now + pause, READING_BACK));
    }

    fn not_observed(&mut self, error: ProviderError, now: Time) {
        match self.stage {
            Stage::ReadBack => {
                let pause = error.retry_after_ms.unwrap_or(0);
                self.problem = Some(error);
                self.wait_to_read_back(now);
                if let Some((until, _)) = &mut self.wait_until {
                    *until = (*until).max(now + pause);
                }
            }
            Stage::Claim
            | Stage::Admit
            | Stage::Reread
            | Stage::Start
            | Stage::Send
            | Stage::Finished => self.could_not_begin(error, now),
        }
    }

    fn not_sent(&mut self, error: ProviderError, now: Time) {
        match error.applied {
            Applied::Unknown => {
                self.reply_lost = true;
                self.doubt_from = self.sent_at.or(Some(now));
                self.problem = Some(error);
                self.read_back_from(now);
            }
            Applied::No => {
                self.sent_at = None;
                self.could_not_begin(error, now);
            }
        }
    }

    /// Nothing is at the service. Try again where that can help, end it in words where not.
    fn could_not_begin(&mut self, error: ProviderError, now: Time) {
        self.stage = Stage::Reread;
        match error.kind {
            ErrorKind::Unreachable
            | ErrorKind::Timeout
            | ErrorKind::RateLimited
            | ErrorKind::Server => self.try_later(error, now),
            ErrorKind::Moved => {
                self.number += 1;
                if self.number > ATTEMPTS_MAX {
                    let sentence = say!(
                        "{} It kept moving while this was sent. Nothing is in effect.",
                        error.sentence
                    );
                    self.finish(Outcome::Stale, sentence, now);
                }
            }
            ErrorKind::Unauthorized
            | ErrorKind::Forbidden
            | ErrorKind::NotFound
            | ErrorKind::Unsupported
            | ErrorKind::Protocol => {
                self.finish(Outcome::Failed, not_in_effect(&error), now);
            }
            ErrorKind::Rejected | ErrorKind::NeedsPerson => {
                self.finish(Outcome::Refused, not_in_effect(&error), now);
            }
        }
    }

    fn try_later(&mut self, error: ProviderError, now: Time) {
        // What another device may have sent is asked about for as long as it takes.
        if now > self.intent.expires_at && self.sent_at.is_none() {
            return self.expire(now);
        }
        let pause = error
            .retry_after_ms
            .unwrap_or(0)
            .max(backoff(self.retries, 250, 15_000));
        self.retries += 1;
        self.problem = Some(error);
        self.wait_until = Some((now + pause, WAITING));
        self.owe_a_verdict(now);
    }

    fn read_back_from(&mut self, now: Time) {
        self.stage = Stage::ReadBack;
        self.retries = 0;
        self.wait_until = None;
        self.owe_a_verdict(now);
    }

    fn finish(&mut self, outcome: Outcome, mut sentence: String, now: Time) {
        for note in &self.receipt.notes {
            sentence.push(' ');
            sentence.push_str(note);
        }
        if outcome != Outcome::Confirmed && is_within_doubt(self.doubt_from, now) {
            // An earlier write may still land: watched on, and said only when it cannot any more.
            self.held = Some((outcome, sentence));
            self.sent_at = self.doubt_from;
            self.reply_lost = true;
            self.read_back_from(now);
            return self.wait_to_read_back(now);
        }
        self.report(outcome, sentence, now);
    }

    fn report(&mut self, outcome: Outcome, sentence: String, now: Time) {
        self.pending = Some(EffectResult {
            intent: self.intent_id.clone(),
            attempt: self.number,
            outcome,
            before: self
                .before
                .as_ref()
                .map(|observation| observation.state.clone()),
            after: self.after.clone(),
            ms: now.ms_since(self.began_at),
            sentence,
            provider_request_id: self.receipt.provider_request_id.clone(),
        });
    }
}

fn not_in_effect(error: &ProviderError) -> String {
    match &error.hint {
        Some(hint) => say!("{} Nothing is in effect. {hint}", error.sentence),
        None => say!("{} Nothing is in effect.", error.sentence),
    }
}

fn is_within_doubt(from: Option<Time>, now: Time) -> bool {
    from.is_some_and(|from| now.ms_since(from) < DOUBT_MS)
}

fn backoff(retries: u32, first_ms: u64, most_ms: u64) -> u64 {
    first_ms.saturating_mul(1 << retries.min(16)).min(most_ms)
}
