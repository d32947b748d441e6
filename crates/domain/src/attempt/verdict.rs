//! What is said of an effect when a verdict is owed and nothing was observed. Must not know what
//! is done next.

use cockpit_say::say;

use super::{Attempt, Stage, is_within_doubt};
use crate::event::Outcome;
use crate::time::Time;
use crate::words;

impl Attempt {
    /// Says how it stands when nothing was said yet and the time is up.
    pub(super) fn owe_a_verdict(&mut self, now: Time) {
        if now < self.verdict_due() || self.pending.is_some() {
            return;
        }
        let problem = self.problem.as_ref().map(|error| error.sentence.clone());
        if self.sent_at.is_some() {
            if self.reported != Some(Outcome::Unknown) {
                let seen = self.after.as_ref().map(words::state);
                let sentence = match (problem, seen) {
                    (_, _) if !words::can_be_asked(&self.intent.pre.state) => {
                        words::never_answered(&self.intent.pre.state).to_owned()
                    }
                    (_, _) if self.taken_over && self.stage != Stage::ReadBack => say!(
                        "Another laptop had begun it and may have sent it. The target is asked \
                         again until it shows how it is."
                    )
                    .to_owned(),
                    (Some(problem), _) => say!(
                        "It was sent and may be in effect. {problem} The target is asked again \
                         until it shows how it is."
                    ),
                    (None, Some(seen)) => say!(
                        "It was sent; the target reads {seen}. It is asked again until it shows \
                         the change."
                    ),
                    (None, None) => say!(
                        "It was sent and may be in effect; no answer came. The target \
                                     is asked again until it answers."
                    )
                    .to_owned(),
                };
                self.report(Outcome::Unknown, sentence, now);
            }
        } else if is_within_doubt(self.doubt_from, now) {
            if self.reported != Some(Outcome::Unknown) {
                let why =
                    problem.unwrap_or_else(|| say!("The service has not answered.").to_owned());
                let sentence = say!(
                    "{why} An earlier try was sent and may still take effect. The target is asked \
                     again until it answers."
                );
                self.report(Outcome::Unknown, sentence, now);
            }
        } else if now > self.intent.expires_at {
            self.expire(now);
        } else if self.intent.desired.may_wait() {
            if self.reported != Some(Outcome::Queued) {
                let sentence = self.queued_words(problem);
                self.report(Outcome::Queued, sentence, now);
            }
        } else {
            let outcome = match self.stage {
                Stage::Admit => Outcome::Refused,
                Stage::Claim
                | Stage::Reread
                | Stage::Start
                | Stage::Send
                | Stage::ReadBack
                | Stage::Finished => Outcome::Failed,
            };
            let why = problem.unwrap_or_else(|| say!("The service has not answered.").to_owned());
            let sentence =
                say!("{why} Nothing is in effect. This kind of act does not wait; ask again.");
            self.finish(outcome, sentence, now);
        }
    }

    fn queued_words(&self, problem: Option<String>) -> String {
        let until = words::clock(self.intent.expires_at);
        if self.stage == Stage::Admit {
            let why =
                problem.unwrap_or_else(|| say!("The shared log has not answered.").to_owned());
            return say!(
                "{why} Queued: not in effect. It goes on when the shared log answers, until \
                 {until}. Whoever may go past the approvals can send it now, with a reason."
            );
        }
        let why = problem.unwrap_or_else(|| say!("The service has not answered.").to_owned());
        say!(
            "{why} Queued: not in effect. It is checked again and sent when the service answers, \
             until {until}."
        )
    }

    pub(super) fn expire(&mut self, now: Time) {
        let sentence = say!(
            "It expired at {} before it could be sent. Nothing is in effect. Ask again.",
            words::clock(self.intent.expires_at)
        );
        self.finish(Outcome::Refused, sentence, now);
    }
}
