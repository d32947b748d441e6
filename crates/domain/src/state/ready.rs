//! Which intent an entry makes ready, so that its effect is on disk together with the entry. Must
//! not know an outbox.

use super::{Admitted, Standing, State};
use crate::authority::{Approval, AuthorityEvent};
use crate::event::{Event, Verdict};

impl State {
    /// The intent, with its target, that may be carried out once this entry, which has force, is
    /// folded.
    pub fn made_ready(&self, entry: &Admitted) -> Option<(String, String)> {
        match &entry.event {
            Event::IntentRequested(intent) => {
                let alone = intent.persons <= 1
                    && !intent.explicit
                    && self.mandate(intent.act).approve.is_empty();
                alone.then(|| (entry.id.clone(), intent.target.0.clone()))
            }
            Event::IntentJudged {
                intent,
                verdict: Verdict::Approve,
                ..
            } => {
                let mut record = self.intents.get(intent)?.clone();
                let person = self.signer(&entry.device).ok()?;
                record.approvals.push(Approval {
                    person: person.id.clone(),
                    device: entry.device.clone(),
                    position: entry.position,
                    at: entry.at,
                    roles: person.roles.clone(),
                    fallback: self.turn(&record, entry.moment().early()).fallback,
                });
                let target = record.intent.target.0.clone();
                (record.standing() == Standing::Ready).then(|| (intent.clone(), target))
            }
            Event::Authority(
                AuthorityEvent::GlassBroken { intent, .. }
                | AuthorityEvent::DefaultTaken { intent },
            ) => {
                let record = self.intents.get(intent)?;
                let waits = record.standing() == Standing::Waiting;
                waits.then(|| (intent.clone(), record.intent.target.0.clone()))
            }
            Event::IntentJudged {
                verdict: Verdict::Reject,
                ..
            }
            | Event::Authority(_)
            | Event::Tell(_)
            | Event::Order(_)
            | Event::Rule(_)
            | Event::Genesis(_)
            | Event::ConnectionAdded(_)
            | Event::ConnectionRemoved { .. }
            | Event::PolicySet { .. }
            | Event::BreachSeen(_)
            | Event::BreachCleared(_)
            | Event::IntentWithdrawn { .. }
            | Event::EffectClaimed { .. }
            | Event::EffectResult(_)
            | Event::DriftSeen(_)
            | Event::ExportMade(_) => None,
        }
    }
}
