//! What follows from the ledger. Folding is total: an entry that has no force becomes a
//! rejected entry with its reason, never an error. Must not know the time or any service.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use cockpit_say::say;
use serde::{Deserialize, Serialize};

use crate::attempt::LEASE_MS;
use crate::authority::{Approval, Authority, Device, Mandate, Passed, counts};
use crate::event::{Connection, Drift, EffectResult, Event, Genesis, Intent, Outcome, Verdict};
use crate::notice::{Step, Tell};
use crate::policy::{ActKind, Person, Policy, Role};
use crate::rule::{Breach, HealthRule, OrderRecord};
use crate::target::{Service, TargetId};
use crate::time::Time;

mod keep;
mod moment;
mod ready;

pub use keep::ENDED_KEPT;
pub(crate) use keep::pairs;
pub use moment::{Bracket, Moment};

/// An entry as it was admitted, with its event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admitted {
    /// Entry id, in hex.
    pub id: String,
    /// Position in admission order.
    pub position: u64,
    /// The time its device claims.
    pub at: Time,
    /// Between which moments it was made, as slots show it.
    pub bracket: Bracket,
    /// The device that signed.
    pub device: String,
    /// The event.
    pub event: Event,
}

impl Admitted {
    /// The time that deadlines are judged by.
    pub fn moment(&self) -> Moment {
        self.bracket.moment(self.at)
    }
}

/// Everything that follows from the entries so far.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct State {
    /// Workspace name; empty before the first entry.
    pub workspace: String,
    /// A drill on the sandbox.
    pub drill: bool,
    /// People by identifier.
    pub people: BTreeMap<String, Person>,
    /// Which person signs with which device.
    pub devices: BTreeMap<String, String>,
    /// Persons needed for each kind of act.
    pub policy: Option<Policy>,
    /// Health rules.
    pub rules: Vec<HealthRule>,
    /// Connected services.
    pub connections: BTreeMap<Service, Connection>,
    /// Intents by entry id: the open ones, the newest of each target, and of those that ended the
    /// newest [`ENDED_KEPT`].
    pub intents: BTreeMap<String, IntentRecord>,
    /// Intents of each press, in the order of their targets.
    pub presses: BTreeMap<String, Vec<String>>,
    /// The newest intents that ended, in the order in which they did.
    ended: VecDeque<String>,
    /// The newest intent of each target.
    lasting: BTreeMap<TargetId, String>,
    /// Breaches that stand, by platform, version and rule.
    #[serde(with = "keep::pairs")]
    pub breaches: BTreeMap<BreachKey, StandingBreach>,
    /// Stops that something undid, by target, until the target is acted on again.
    pub drifts: BTreeMap<TargetId, Drift>,
    /// Entries without force: position and reason.
    pub rejected: Vec<(u64, String)>,
    /// What is remembered of people, devices and changes that wait.
    pub authority: Authority,
    /// Incidents, and what people are told of them.
    pub tell: Tell,
    /// Standing orders, by entry.
    #[serde(default)]
    pub orders: BTreeMap<String, OrderRecord>,
}

/// Platform, version and rule.
pub type BreachKey = (String, String, String);

/// A breach with its entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingBreach {
    /// Position of the entry.
    pub position: u64,
    /// The breach as it was sealed.
    pub breach: Breach,
}

/// An intent and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntentRecord {
    /// Position of its entry.
    pub position: u64,
    /// The person who asked.
    pub by: String,
    /// The device that signed.
    pub device: String,
    /// When it was asked, as far as that is believed: deadlines count from here.
    pub at: Time,
    /// The intent.
    pub intent: Intent,
    /// What the policy asked for when it was asked.
    #[serde(with = "crate::authority::shared")]
    pub mandate: Arc<Mandate>,
    /// Roles that must be among those who approve.
    #[serde(default)]
    pub sign_off: Vec<Role>,
    /// Approvals, in order.
    pub approvals: Vec<Approval>,
    /// Why it may be carried out although approvals are missing.
    pub passed: Option<Passed>,
    /// Who rejected it and why.
    pub rejected: Option<(String, String)>,
    /// The asker took it back.
    pub withdrawn: bool,
    /// The newest attempt that was claimed.
    pub attempt: u32,
    /// The device that has taken it up, and until when nobody else may.
    pub claim: Option<(String, Time)>,
    /// The newest result, with its time.
    pub result: Option<(EffectResult, Time)>,
}

/// How an intent stands in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Somebody must approve first.
    Waiting,
    /// It may be carried out.
    Ready,
    /// A person rejected it.
    Rejected,
    /// The asker took it back.
    Withdrawn,
    /// It ended with an outcome.
    Ended(Outcome),
}

impl IntentRecord {
    /// How it stands.
    pub fn standing(&self) -> Standing {
        match self.result.as_ref().map(|(result, _)| result.outcome) {
            Some(
                ended @ (Outcome::Confirmed | Outcome::Refused | Outcome::Stale | Outcome::Failed),
            ) => return Standing::Ended(ended),
            // It was sent before it could be taken back: it is asked until it is known.
            Some(Outcome::Unknown) => return Standing::Ready,
            Some(Outcome::Queued) | None => {}
        }
        if self.withdrawn {
            return Standing::Withdrawn;
        }
        if self.rejected.is_some() {
            return Standing::Rejected;
        }
        if self.missing_persons() == 0 || self.passed.is_some() {
            Standing::Ready
        } else {
            Standing::Waiting
        }
    }

    /// How many more persons must approve. The asker counts as one person; an explicit act needs
    /// at least one approval even so.
    pub fn missing_persons(&self) -> u8 {
        let others = self
            .approvals
            .iter()
            .filter(|approval| approval.person != self.by)
            .count();
        let agreed = 1 + u8::try_from(others).unwrap_or(u8::MAX - 1);
        let unfilled = counts(&self.mandate, &self.approvals, &self.by);
        let missing = self
            .intent
            .persons
            .saturating_sub(agreed)
            .max(u8::try_from(unfilled).unwrap_or(u8::MAX))
            .max(u8::from(!self.missing_sign_off().is_empty()));
        if missing == 0 && self.intent.explicit && self.approvals.is_empty() {
            1
        } else {
            missing
        }
    }

    /// Whether its asker is none of those who may approve it.
    pub fn asker_is_out(&self) -> bool {
        self.intent.persons > 1 || !self.mandate.approve.is_empty()
    }

    /// Whether a device took it up and has not said that nothing was sent.
    pub fn may_be_sent(&self) -> bool {
        match self.result.as_ref().map(|(result, _)| result.outcome) {
            None => self.attempt > 0,
            Some(Outcome::Unknown | Outcome::Confirmed) => true,
            Some(Outcome::Queued | Outcome::Refused | Outcome::Stale | Outcome::Failed) => false,
        }
    }

    /// Whether a result of it can be true: it was approved and has not ended. One that was taken
    /// back after its approval may have been on its way.
    pub fn takes_results(&self) -> bool {
        match self.standing() {
            Standing::Ready => true,
            Standing::Withdrawn => self.missing_persons() == 0 || self.passed.is_some(),
            Standing::Waiting | Standing::Rejected | Standing::Ended(_) => false,
        }
    }

    /// Whether the target may be changed by it from here on.
    pub fn is_open(&self) -> bool {
        match self.standing() {
            Standing::Waiting | Standing::Ready => true,
            Standing::Rejected | Standing::Withdrawn | Standing::Ended(_) => false,
        }
    }
}

impl State {
    /// The state after these entries.
    pub fn of<'a>(entries: impl IntoIterator<Item = &'a Admitted>) -> Self {
        let mut state = Self::default();
        for entry in entries {
            state.fold(entry);
        }
        state
    }

    /// Takes in one entry. Never fails.
    pub fn fold(&mut self, entry: &Admitted) {
        let taken = self.apply(entry);
        self.watch(entry, taken.is_ok());
        match taken {
            Ok(()) => self.let_go(&entry.id, &entry.event),
            Err(reason) => self.rejected.push((entry.position, reason)),
        }
    }

    /// The app of the workspace: identifier and name.
    pub fn app(&self) -> Option<(String, String)> {
        let id = self
            .connections
            .values()
            .find_map(|connection| connection.app.clone())?;
        Some((id, self.workspace.clone()))
    }

    /// Persons needed for this kind of act.
    pub fn persons_needed(&self, act: ActKind) -> u8 {
        self.mandate(act).persons()
    }

    /// What the policy asks for in this kind of act.
    pub fn mandate(&self, act: ActKind) -> Arc<Mandate> {
        let policy = self.policy.as_ref();
        policy.map_or_else(|| Mandate::standard(act, 1), |policy| policy.mandate(act))
    }

    /// The person of a device, also of one that can sign no more.
    pub fn owner(&self, device: &str) -> Option<&String> {
        let known = self.authority.devices.get(device);
        self.devices.get(device).or(known.map(|it| &it.person))
    }

    /// People who have one of these roles.
    pub fn people_with(&self, roles: &[Role]) -> impl Iterator<Item = &Person> {
        self.people
            .values()
            .filter(move |person| holds(person, roles))
    }

    /// Whether one person can ask for such an act and another one approve it.
    pub fn has_two_for(&self, act: ActKind) -> bool {
        self.can_fulfil(&Mandate::standard(act, 2))
    }

    /// The newest intent on this target that was asked for.
    pub fn newest_intent(&self, target: &TargetId) -> Option<(&String, &IntentRecord)> {
        self.intents.get_key_value(self.lasting.get(target)?)
    }

    fn apply(&mut self, entry: &Admitted) -> Result<(), String> {
        if let Event::Genesis(genesis) = &entry.event {
            return self.begin(entry, genesis);
        }
        if self.policy.is_none() {
            return Err(say!("it stands before the first entry").to_owned());
        }
        match &entry.event {
            Event::Authority(event) => return self.take_authority(entry, event),
            Event::Tell(event) => return self.take_telling(entry, event),
            Event::Order(event) => return self.take_order(entry, event),
            Event::Rule(event) => return self.take_rule(entry, event),
            Event::ExportMade(_) => self.signer(&entry.device)?,
            _ => self.person_of(entry)?,
        };
        match &entry.event {
            Event::Genesis(_)
            | Event::Authority(_)
            | Event::Tell(_)
            | Event::Order(_)
            | Event::Rule(_)
            | Event::ExportMade(_) => Ok(()),
            Event::ConnectionAdded(connection) => {
                self.administrator(entry)?;
                self.connections
                    .insert(connection.service, connection.clone());
                Ok(())
            }
            Event::ConnectionRemoved { service } => {
                self.administrator(entry)?;
                self.connections.remove(service);
                Ok(())
            }
            Event::PolicySet { .. } => {
                self.administrator(entry)?;
                self.is_not_proposed(&entry.event, entry.at)?;
                self.fits(&entry.event)?;
                self.propose(entry, entry.event.clone());
                Ok(())
            }
            Event::BreachSeen(breach) => {
                let standing = StandingBreach {
                    position: entry.position,
                    breach: breach.clone(),
                };
                self.breaches.insert(breach.key(), standing);
                Ok(())
            }
            Event::BreachCleared(breach) => {
                self.breaches.remove(&breach.key());
                Ok(())
            }
            Event::IntentRequested(intent) => self.request(entry, intent),
            Event::IntentJudged {
                intent,
                verdict,
                reason,
                opened: _,
                presence,
            } => {
                if *verdict == Verdict::Approve {
                    self.presence_holds(*presence)?;
                }
                self.judge(entry, intent, *verdict, reason)
            }
            Event::IntentWithdrawn { intent } => {
                let person = self.person_of(entry)?.id.clone();
                let record = self.open_intent(intent)?;
                if record.by != person {
                    return Err(say!("only the asker may take an intent back").to_owned());
                }
                if record.may_be_sent() {
                    return Err(say!("it may be in effect, so it cannot be taken back").to_owned());
                }
                record.withdrawn = true;
                Ok(())
            }
            Event::EffectClaimed {
                intent,
                attempt,
                lease_until,
            } => {
                let record = self.open_intent(intent)?;
                if record.standing() != Standing::Ready {
                    return Err(say!("the intent is not approved").to_owned());
                }
                // The first one that the log admits has it, until its lease is over.
                let now = entry.moment();
                if let Some((device, until)) = &record.claim
                    && *device != entry.device
                    && now.early() < *until
                {
                    return Err(say!("another device had taken it up").to_owned());
                }
                // Whoever asks for longer has it no longer for that.
                let until = (*lease_until).min(now.best() + LEASE_MS);
                record.claim = Some((entry.device.clone(), until));
                record.attempt = record.attempt.max(*attempt);
                Ok(())
            }
            Event::EffectResult(result) => self.result(entry, result),
            Event::DriftSeen(drift) => {
                self.drifts.insert(drift.target.clone(), drift.clone());
                Ok(())
            }
        }
    }

    fn begin(&mut self, entry: &Admitted, genesis: &Genesis) -> Result<(), String> {
        if self.policy.is_some() {
            return Err(say!("a ledger begins once").to_owned());
        }
        self.workspace = genesis.workspace.clone();
        self.drill = genesis.drill;
        self.policy = Some(genesis.policy.clone());
        self.rules = genesis.rules.clone();
        self.devices
            .insert(entry.device.clone(), genesis.founder.id.clone());
        let device = Device {
            key: genesis.key.clone(),
            person: genesis.founder.id.clone(),
            name: String::new(),
            added: entry.position,
            revoked: None,
        };
        self.authority.devices.insert(entry.device.clone(), device);
        self.authority.recovery.clone_from(&genesis.recovery);
        self.authority.threshold = genesis.threshold.unwrap_or(1);
        self.people
            .insert(genesis.founder.id.clone(), genesis.founder.clone());
        Ok(())
    }

    fn request(&mut self, entry: &Admitted, intent: &Intent) -> Result<(), String> {
        let person = self.person_of(entry)?;
        let mandate = self.mandate(intent.act);
        if !holds(person, &mandate.ask) {
            return Err(say!("{} may not ask for this", person.name));
        }
        let now = entry.moment();
        if intent.expires_at > now.early() + mandate.expires_ms {
            return Err(say!("it lasts longer than the policy allows").to_owned());
        }
        if intent.persons < self.persons_needed(intent.act) {
            return Err(say!("it asks for fewer persons than the policy").to_owned());
        }
        if intent.act.is_explicit() && !intent.explicit {
            return Err(say!("it leaves out the approval that this kind of act needs").to_owned());
        }
        if let Some(why) = self.may_not_publish(intent) {
            return Err(why);
        }
        let sign_off = self.sign_off(intent, now.late());
        let record = IntentRecord {
            position: entry.position,
            by: person.id.clone(),
            device: entry.device.clone(),
            at: now.best(),
            intent: intent.clone(),
            mandate,
            sign_off,
            approvals: Vec::new(),
            passed: None,
            rejected: None,
            withdrawn: false,
            attempt: 0,
            claim: None,
            result: None,
        };
        self.intents.insert(entry.id.clone(), record);
        self.presses
            .entry(intent.press.clone())
            .or_default()
            .push(entry.id.clone());
        self.note_notice(entry, &entry.id, Step::Asked);
        if let Some(under) = &intent.order {
            self.note_firing(under);
        }
        Ok(())
    }

    fn judge(
        &mut self,
        entry: &Admitted,
        intent: &str,
        verdict: Verdict,
        reason: &str,
    ) -> Result<(), String> {
        let person = self.person_of(entry)?.clone();
        let record = self
            .intents
            .get(intent)
            .ok_or_else(|| say!("it speaks of an intent that is not here").to_owned())?;
        let now = entry.moment();
        if let Some(why) = self.may_not_judge(&person.id, record, now) {
            return Err(why.trim_end_matches('.').to_owned());
        }
        self.clock_holds(&entry.device, entry.at)?;
        let fallback = self.turn(record, now.early()).fallback;
        let record = self.open_intent(intent)?;
        match verdict {
            Verdict::Approve => record.approvals.push(Approval {
                person: person.id,
                device: entry.device.clone(),
                position: entry.position,
                at: entry.at,
                roles: person.roles,
                fallback,
            }),
            Verdict::Reject if reason.trim().is_empty() => {
                return Err(say!("rejecting needs a reason").to_owned());
            }
            Verdict::Reject => record.rejected = Some((person.id, reason.to_owned())),
        }
        if verdict == Verdict::Approve {
            self.note_notice(entry, intent, Step::Approved);
        }
        Ok(())
    }

    fn result(&mut self, entry: &Admitted, result: &EffectResult) -> Result<(), String> {
        let record = self
            .intents
            .get_mut(&result.intent)
            .ok_or_else(|| say!("it speaks of an intent that is not here").to_owned())?;
        if !record.takes_results() {
            return Err(say!("the intent was not approved, or had ended already").to_owned());
        }
        record.result = Some((result.clone(), entry.at));
        if result.outcome == Outcome::Confirmed {
            let target = record.intent.target.clone();
            self.drifts.remove(&target);
        }
        self.note_notice(entry, &result.intent, Step::Came(result.outcome));
        Ok(())
    }

    fn person_of(&self, entry: &Admitted) -> Result<&Person, String> {
        self.actor(&entry.device)
    }

    fn administrator(&self, entry: &Admitted) -> Result<(), String> {
        self.administers(self.person_of(entry)?, say!("change this"))
    }

    fn open_intent(&mut self, intent: &str) -> Result<&mut IntentRecord, String> {
        match self.intents.get_mut(intent) {
            None => Err(say!("it speaks of an intent that is not here").to_owned()),
            Some(record) if record.is_open() => Ok(record),
            Some(_) => Err(say!("the intent had ended already").to_owned()),
        }
    }
}

/// Whether a person has one of these roles.
pub fn holds(person: &Person, roles: &[Role]) -> bool {
    person.roles.iter().any(|role| roles.contains(role))
}
