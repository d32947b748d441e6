//! Approving an intent: whose turn it is, what counts, and the ways past an approval that is
//! missing. Must not know what the act would change.

use cockpit_say::say;
use serde::{Deserialize, Serialize};

use super::names::roles_or;
use super::{Mandate, Voice, unfilled};
use crate::event::{Outcome, Presence};
use crate::policy::{ActKind, Person, Role};
use crate::state::{IntentRecord, Moment, Standing, State, holds};
use crate::time::Time;
use crate::words;

/// An approval as it was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// The person.
    pub person: String,
    /// The device that signed.
    pub device: String,
    /// Position of the entry.
    pub position: u64,
    /// The time that the device claims.
    pub at: Time,
    /// The person's roles then.
    pub roles: Vec<Role>,
    /// It was a fallback's turn.
    pub fallback: bool,
}

/// Why an intent may be carried out although approvals are missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Passed {
    /// Somebody went past them, with a reason.
    Glass {
        /// The person.
        person: String,
        /// The device that signed.
        device: String,
        /// Position of the entry.
        position: u64,
        /// Why.
        reason: String,
    },
    /// Nobody judged it in time.
    Default {
        /// The device that signed.
        device: String,
        /// Position of the entry.
        position: u64,
    },
}

impl Passed {
    /// The device that signed and the position of its entry.
    pub(super) fn signed(&self) -> (&str, u64) {
        match self {
            Self::Glass {
                device, position, ..
            }
            | Self::Default { device, position } => (device, *position),
        }
    }
}

/// From when on its deadlines count.
pub fn asked_at(record: &IntentRecord) -> Time {
    record.at
}

/// Whether these approvals are enough for what the policy asked for; how many are missing.
pub fn counts(mandate: &Mandate, approvals: &[Approval], asker: &str) -> usize {
    let voices: Vec<Voice<'_>> = approvals
        .iter()
        .filter(|it| it.person != asker)
        .map(|it| Voice {
            roles: &it.roles,
            fallback: it.fallback,
        })
        .collect();
    unfilled(&mandate.approve, &voices)
}

impl State {
    /// Why this person may not judge this intent at this time; `None` when they may.
    pub fn may_not_judge(
        &self,
        actor: &str,
        record: &IntentRecord,
        at: impl Into<Moment>,
    ) -> Option<String> {
        let at: Moment = at.into();
        match record.standing() {
            Standing::Waiting => {}
            Standing::Ready => return Some(say!("It is approved already.").to_owned()),
            Standing::Rejected => return Some(say!("It was rejected.").to_owned()),
            Standing::Withdrawn => return Some(say!("Its asker took it back.").to_owned()),
            Standing::Ended(outcome) => return Some(say!("It has ended: {}.", outcome.word())),
        }
        if at.late() > record.intent.expires_at {
            return Some(say!(
                "It expired at {}. Ask again.",
                words::clock(record.intent.expires_at)
            ));
        }
        let Some(person) = self.people.get(actor) else {
            return Some(say!("This laptop belongs to nobody in this workspace.").to_owned());
        };
        if record.asker_is_out() && person.id == record.by {
            return Some(say!(
                "{} and you asked; {}.",
                match record.intent.persons {
                    0..=2 => say!("Two persons must agree").to_owned(),
                    more => say!("{more} persons must agree"),
                },
                self.who_may_judge(record, at.late())
            ));
        }
        let turn = self.turn(record, at.early());
        // Nobody dates themselves into somebody else's turn, neither back nor forward.
        let due = self.turn(record, at.late());
        // Who agrees to wording may do so at any time until it expires.
        let missing = record.missing_sign_off();
        let signs_off = holds(person, &missing);
        if !signs_off && (!holds(person, &turn.roles) || !holds(person, &due.roles)) {
            return Some(say!(
                "{} may not approve this; {}.",
                person.name,
                self.who_may_judge(record, at.late())
            ));
        }
        if record.approvals.iter().any(|it| it.person == person.id) {
            return Some(say!("{} has approved already.", person.name));
        }
        let nothing = counts_nothing(record, person, turn.fallback)
            || (record.mandate.approve.is_empty() && !missing.is_empty() && !turn.fallback);
        if nothing && !signs_off {
            return Some(say!(
                "What is missing is not an approval by {}; {}.",
                person.name,
                self.who_may_judge(record, at.late())
            ));
        }
        None
    }

    /// Whether an approval says of presence what the policy asks for.
    pub(crate) fn presence_holds(&self, presence: Option<Presence>) -> Result<(), String> {
        match self.authority.presence_required && presence != Some(Presence::Answered) {
            true => Err(say!(
                "the policy asks that the system's own prompt is answered before an \
                         approval, and it was not"
            )
            .to_owned()),
            false => Ok(()),
        }
    }

    /// "Mina (customer success) may approve this until 10:40:00Z; after that Jonas
    /// (administrator)".
    pub fn who_may_judge(&self, record: &IntentRecord, at: Time) -> String {
        let asker = record.asker_is_out().then_some(record.by.as_str());
        let approved: Vec<&str> = record
            .approvals
            .iter()
            .map(|it| it.person.as_str())
            .collect();
        let named = |roles: &[Role], fallback: bool| {
            let able: Vec<String> = self
                .people_with(roles)
                .filter(|it| Some(it.id.as_str()) != asker && !approved.contains(&it.id.as_str()))
                .filter(|it| !counts_nothing(record, it, fallback))
                .map(|it| with_role(it, roles))
                .collect();
            match able.is_empty() {
                true => say!("nobody yet (it takes a {})", roles_or(roles)),
                false => able.join(say!(" or ")),
            }
        };
        let act = record.intent.act;
        let turn = self.turn(record, at);
        let now = named(&turn.roles, turn.fallback);
        let expires = words::clock(record.intent.expires_at);
        match turn.until_ms.map(|after_ms| record.at + after_ms) {
            Some(until) if until <= record.intent.expires_at => {
                let then = record.mandate.turn(act, until.ms_since(record.at));
                say!(
                    "{now} may approve this until {}; after that {}",
                    words::clock(until),
                    named(&then.roles, then.fallback)
                )
            }
            Some(_) | None => say!("{now} may approve this until {expires}"),
        }
    }

    pub(crate) fn turn(&self, record: &IntentRecord, at: Time) -> super::Turn {
        let after_ms = at.ms_since(asked_at(record));
        record.mandate.turn(record.intent.act, after_ms)
    }

    pub(super) fn may_break_glass(
        &self,
        person: &Person,
        at: Moment,
        intent: &str,
    ) -> Result<(), String> {
        let record = match self.approved_and_not_sent(intent, at) {
            Some(record) => record,
            None => self.waiting_intent(intent, at)?,
        };
        safe(record.intent.act, say!("break-glass is for stops"))?;
        if holds(person, &record.mandate.break_glass) {
            return Ok(());
        }
        Err(match record.mandate.break_glass.is_empty() {
            true => say!("the policy allows no break-glass for this act").to_owned(),
            false => say!(
                "{} may not go past the approvals; {} may",
                person.name,
                self.named_with(&record.mandate.break_glass, None)
            ),
        })
    }

    /// A stop that is approved and that the shared log holds up.
    fn approved_and_not_sent(&self, intent: &str, at: Moment) -> Option<&IntentRecord> {
        let record = self.intents.get(intent)?;
        let not_sent = match record.result.as_ref().map(|(result, _)| result.outcome) {
            None | Some(Outcome::Queued) => true,
            Some(
                Outcome::Confirmed
                | Outcome::Refused
                | Outcome::Stale
                | Outcome::Unknown
                | Outcome::Failed,
            ) => false,
        };
        let ready = record.standing() == Standing::Ready && record.passed.is_none();
        let in_time = at.late() <= record.intent.expires_at;
        (ready && not_sent && in_time).then_some(record)
    }

    pub(super) fn may_take_default(&self, at: Moment, intent: &str) -> Result<(), String> {
        let record = self.waiting_intent(intent, at)?;
        safe(record.intent.act, say!("only a stop goes on by itself"))?;
        let Some(after_ms) = record.mandate.default_after_ms else {
            return Err(say!("the policy does not let it go on by itself").to_owned());
        };
        let from = asked_at(record) + after_ms;
        match at.early() < from {
            true => Err(say!(
                "it goes on by itself at {} and not before; {}",
                words::clock(from),
                self.who_may_judge(record, at.early())
            )),
            false => Ok(()),
        }
    }

    fn waiting_intent(&self, intent: &str, at: Moment) -> Result<&IntentRecord, String> {
        let record = self
            .intents
            .get(intent)
            .ok_or_else(|| say!("it speaks of an intent that is not here").to_owned())?;
        if record.standing() != Standing::Waiting {
            return Err(say!("the intent does not wait for approval").to_owned());
        }
        match at.late() > record.intent.expires_at {
            true => Err(say!("the intent had expired").to_owned()),
            false => Ok(record),
        }
    }
}

/// Whether an approval by this person would fill no place that is empty.
fn counts_nothing(record: &IntentRecord, person: &Person, fallback: bool) -> bool {
    if record.mandate.approve.is_empty() {
        return false;
    }
    let before = counts(&record.mandate, &record.approvals, &record.by);
    let mut with = record.approvals.clone();
    with.push(Approval {
        person: person.id.clone(),
        device: String::new(),
        position: 0,
        at: record.at,
        roles: person.roles.clone(),
        fallback,
    });
    before > 0 && counts(&record.mandate, &with, &record.by) == before
}

fn safe(act: ActKind, otherwise: &str) -> Result<(), String> {
    match act.is_safe_direction() {
        true => Ok(()),
        false => Err(otherwise.to_owned()),
    }
}

fn with_role(person: &Person, roles: &[Role]) -> String {
    let role = person.roles.iter().find(|role| roles.contains(role));
    match role {
        Some(role) => format!("{} ({})", person.name, role.name()),
        None => person.name.clone(),
    }
}
