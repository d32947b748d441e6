//! Whether a command is allowed, and what it says then. Pure: the same state, command and
//! context give the same decision. Must not know how anything is carried out.

mod effect;
mod figures;
mod judge;
mod offered;
mod order;
mod people;
mod policy;
mod press;
mod rule;
mod tell;

pub use figures::judged;
pub use judge::may_not_approve;
pub use offered::{act_kind, not_offered};
pub use order::Follow;
pub use policy::{policy_problem, unfulfilled};
pub use press::{REASON_CHARS_MAX, may_not_ask, too_few, under_way};

pub use crate::authority::{CHANGE_EXPIRES_MS, NOTICE_EXPIRES_MS, STOP_EXPIRES_MS};

use cockpit_say::say;

use crate::authority::AuthorityEvent;
use crate::event::{Connection, Drift, EffectResult, Event, Export, Presence, Verdict};
use crate::notice::TellEvent;
use crate::policy::{ActKind, Role};
use crate::rule::{Breach, HealthRule, StandingOrder};
use crate::state::{IntentRecord, State, holds};
use crate::target::{Desired, Observation, Service};
use crate::time::Time;
use crate::words;

/// Something that is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Connect a service.
    Connect(Connection),
    /// Disconnect a service.
    Disconnect(Service),
    /// Set how many persons an act needs.
    SetPolicy {
        /// Kind of act.
        act: ActKind,
        /// 1 or 2.
        persons: u8,
    },
    /// Change targets with one press.
    Press(Press),
    /// Approve or reject an intent.
    Judge {
        /// The intent's entry, in hex.
        intent: String,
        /// Approve or reject.
        verdict: Verdict,
        /// Why; needed to reject.
        reason: String,
        /// Whether the person had what it changes on screen.
        opened: Option<bool>,
        /// What the system saw of the person; none where nobody asked.
        presence: Option<Presence>,
    },
    /// Take an intent back.
    Withdraw {
        /// The intent's entry, in hex.
        intent: String,
    },
    /// This device takes an effect upon itself.
    Claim {
        /// The intent's entry, in hex.
        intent: String,
        /// Which attempt.
        attempt: u32,
        /// Nobody else may act before.
        lease_until: Time,
    },
    /// What was observed of an effect.
    Report(EffectResult),
    /// A rule was breached.
    SeeBreach(Breach),
    /// A breached rule holds again.
    ClearBreach(Breach),
    /// A stop was found undone.
    SeeDrift(Drift),
    /// A part of the log leaves.
    NoteExport(Export),
    /// Something about people, devices or policy.
    Authority(AuthorityEvent),
    /// Something about an incident, or about what people are told.
    Tell(TellEvent),
    /// Judge a health rule from here on.
    SetRule {
        /// The rule; it takes the place of one with the same name.
        rule: Box<HealthRule>,
        /// Why.
        reason: String,
    },
    /// Judge a health rule no more.
    EndRule {
        /// Its name.
        rule: String,
        /// Why.
        reason: String,
    },
    /// Sign a standing order.
    SignOrder(Box<StandingOrder>),
    /// End a standing order before its time.
    EndOrder {
        /// The order's entry, in hex.
        order: String,
        /// Why.
        reason: String,
    },
    /// Ask for stops under a standing order.
    FollowOrder(Box<Follow>),
}

/// One press on one or several targets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Press {
    /// "Stop 8.4.0".
    pub title: String,
    /// The app.
    pub app: String,
    /// What the asker saw of each target, and what it should become.
    pub aims: Vec<(Observation, Desired)>,
    /// Why.
    pub reason: String,
    /// Evidence as seen, in words.
    pub evidence: Vec<String>,
}

/// Who asks, where and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// The time on this laptop.
    pub now: Time,
    /// The person.
    pub actor: String,
    /// The device that will sign.
    pub device: String,
    /// A number used once, in hex; names a press.
    pub nonce: String,
}

/// What is sealed. Intents that are ready by it are carried out afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Decision {
    /// Events, in order.
    pub events: Vec<Event>,
}

/// Kinds of refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// The person may not do this.
    NotAllowed,
    /// Something is missing or malformed.
    BadInput,
    /// It is so already.
    AlreadySo,
    /// The target does not offer it in its state.
    NotOffered,
    /// Something on the same target is under way.
    UnderWay,
    /// There is no such thing, or it has ended.
    Gone,
}

/// Why a command was not allowed. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}")]
pub struct Refusal {
    /// The kind.
    pub kind: RefusalKind,
    /// What happened.
    pub sentence: String,
    /// What to do next.
    pub hint: Option<String>,
}

/// Decides one command.
pub fn decide(state: &State, command: &Command, context: &Context) -> Result<Decision, Refusal> {
    if let Command::Authority(event) = command {
        return people::decide(state, event, context);
    }
    let reads = matches!(command, Command::NoteExport(_));
    people::may_act(state, context, reads)?;
    let events = match command {
        Command::Connect(connection) => {
            needs_role(
                state,
                context,
                &[Role::Administrator],
                say!("connect a service"),
            )?;
            vec![Event::ConnectionAdded(connection.clone())]
        }
        Command::Disconnect(service) => {
            needs_role(
                state,
                context,
                &[Role::Administrator],
                say!("disconnect a service"),
            )?;
            if !state.connections.contains_key(service) {
                return Err(refuse(
                    RefusalKind::AlreadySo,
                    say!("{} is not connected.", service.name()),
                    "",
                ));
            }
            vec![Event::ConnectionRemoved { service: *service }]
        }
        Command::SetPolicy { act, persons } => policy::set_policy(state, *act, *persons, context)?,
        Command::Press(press) => press::press(state, press, context)?,
        Command::Judge {
            intent,
            verdict,
            reason,
            opened,
            presence,
        } => {
            let seen = (*opened, *presence);
            judge::judge(state, intent, *verdict, reason, seen, context)?
        }
        Command::Withdraw { intent } => judge::withdraw(state, intent, context)?,
        Command::Claim {
            intent,
            attempt,
            lease_until,
        } => effect::claim(state, intent, *attempt, *lease_until)?,
        Command::Report(result) => effect::report(state, result)?,
        Command::SeeBreach(breach) => {
            if state.breaches.contains_key(&breach.key()) {
                return Err(refuse(
                    RefusalKind::AlreadySo,
                    say!("The breach is in the log."),
                    "",
                ));
            }
            vec![Event::BreachSeen(breach.clone())]
        }
        Command::ClearBreach(breach) => {
            if !state.breaches.contains_key(&breach.key()) {
                return Err(refuse(
                    RefusalKind::AlreadySo,
                    say!("No such breach stands."),
                    "",
                ));
            }
            vec![Event::BreachCleared(breach.clone())]
        }
        Command::SeeDrift(drift) => {
            // Apps follow a switch one after another: another reading of the same is no further
            // alarm, unless more people are exposed by it.
            if state.drifts.get(&drift.target).is_some_and(|known| {
                known.after.is_same_release(&drift.after)
                    && words::exposure(&drift.after) <= words::exposure(&known.after)
            }) {
                return Err(refuse(
                    RefusalKind::AlreadySo,
                    say!("The drift is in the log."),
                    "",
                ));
            }
            vec![Event::DriftSeen(drift.clone())]
        }
        // Whoever may read the log may show it; that they did is in the log.
        Command::NoteExport(export) => vec![Event::ExportMade(export.clone())],
        Command::Tell(event) => tell::tell(state, event, context)?,
        Command::SetRule { rule, reason } => rule::set(state, rule, reason, context)?,
        Command::EndRule { rule, reason } => rule::end(state, rule, reason, context)?,
        Command::SignOrder(it) => order::sign(state, it, context)?,
        Command::EndOrder { order, reason } => order::end(state, order, reason, context)?,
        Command::FollowOrder(it) => order::follow(state, it, context)?,
        Command::Authority(_) => Vec::new(),
    };
    Ok(Decision { events })
}

fn needs_role(state: &State, context: &Context, roles: &[Role], what: &str) -> Result<(), Refusal> {
    match state.people.get(&context.actor) {
        Some(person) if holds(person, roles) => Ok(()),
        Some(_) | None => Err(refuse(
            RefusalKind::NotAllowed,
            say!("You may not {what}. Nothing was changed."),
            say!("Ask an administrator of the workspace."),
        )),
    }
}

fn find<'a>(state: &'a State, intent: &str) -> Result<&'a IntentRecord, Refusal> {
    state.intents.get(intent).ok_or_else(|| {
        refuse(
            RefusalKind::Gone,
            say!("There is no such intent in this ledger."),
            say!("See the log."),
        )
    })
}

fn refuse(kind: RefusalKind, sentence: impl Into<String>, hint: &str) -> Refusal {
    Refusal {
        kind,
        sentence: sentence.into(),
        hint: (!hint.is_empty()).then(|| hint.to_owned()),
    }
}
