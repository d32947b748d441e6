//! Whether a command is allowed, and what it says then. Pure: the same state, command and
//! context give the same decision. Must not know how anything is carried out.

use crate::event::{Connection, Drift, EffectResult, Event, Intent, Outcome, Verdict};
use crate::policy::{ActKind, Role};
use crate::rule::Breach;
use crate::state::{IntentRecord, Standing, State, holds};
use crate::target::{Desired, Observation, Service, StagedStatus, TargetState};
use crate::time::Time;
use crate::words;

/// A stop may wait this long for the network.
pub const STOP_EXPIRES_MS: u64 = 15 * 60 * 1_000;
/// A notice may wait this long.
pub const NOTICE_EXPIRES_MS: u64 = 10 * 60 * 1_000;
/// Everything else must be approved and begun within this time.
pub const CHANGE_EXPIRES_MS: u64 = 30 * 60 * 1_000;
/// Longest reason, in characters.
pub const REASON_CHARS_MAX: usize = 2_000;

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

fn refuse(kind: RefusalKind, sentence: impl Into<String>, hint: &str) -> Refusal {
    Refusal {
        kind,
        sentence: sentence.into(),
        hint: (!hint.is_empty()).then(|| hint.to_owned()),
    }
}

/// Decides one command.
pub fn decide(state: &State, command: &Command, context: &Context) -> Result<Decision, Refusal> {
    let events = match command {
        Command::Connect(connection) => {
            needs_role(state, context, &[Role::Administrator], "connect a service")?;
            vec![Event::ConnectionAdded(connection.clone())]
        }
        Command::Disconnect(service) => {
            needs_role(
                state,
                context,
                &[Role::Administrator],
                "disconnect a service",
            )?;
            if !state.connections.contains_key(service) {
                return Err(refuse(
                    RefusalKind::AlreadySo,
                    format!("{} is not connected.", service.name()),
                    "",
                ));
            }
            vec![Event::ConnectionRemoved { service: *service }]
        }
        Command::SetPolicy { act, persons } => set_policy(state, *act, *persons, context)?,
        Command::Press(press) => self::press(state, press, context)?,
        Command::Judge {
            intent,
            verdict,
            reason,
        } => judge(state, intent, *verdict, reason, context)?,
        Command::Withdraw { intent } => withdraw(state, intent, context)?,
        Command::Claim {
            intent,
            attempt,
            lease_until,
        } => claim(state, intent, *attempt, *lease_until)?,
        Command::Report(result) => report(state, result)?,
        Command::SeeBreach(breach) => {
            let key = (
                breach.platform.clone(),
                breach.version.clone(),
                breach.rule.clone(),
            );
            if state.breaches.contains_key(&key) {
                return Err(refuse(
                    RefusalKind::AlreadySo,
                    "The breach is in the log.",
                    "",
                ));
            }
            vec![Event::BreachSeen(breach.clone())]
        }
        Command::ClearBreach(breach) => vec![Event::BreachCleared(breach.clone())],
        Command::SeeDrift(drift) => {
            if state
                .drifts
                .get(&drift.target)
                .is_some_and(|known| known.after == drift.after)
            {
                return Err(refuse(
                    RefusalKind::AlreadySo,
                    "The drift is in the log.",
                    "",
                ));
            }
            vec![Event::DriftSeen(drift.clone())]
        }
    };
    Ok(Decision { events })
}

/// Which kind of act a change of this target is.
pub fn act_kind(desired: &Desired, from: &TargetState) -> ActKind {
    match desired {
        Desired::Stopped => ActKind::Stop,
        Desired::RollingOut { .. } => match from {
            TargetState::StagedRollout(it) if it.status == StagedStatus::InProgress => {
                ActKind::SetFraction
            }
            TargetState::StagedRollout(_)
            | TargetState::PhasedRelease(_)
            | TargetState::Flag(_)
            | TargetState::StatusPage(_) => ActKind::Resume,
        },
        Desired::Complete => ActKind::Complete,
        Desired::On => ActKind::TurnOn,
        Desired::Off => ActKind::TurnOff,
        Desired::Published { .. } => ActKind::Publish,
    }
}

/// Why a target in this state cannot be changed so; `None` when it can.
pub fn not_offered(desired: &Desired, from: &TargetState) -> Option<String> {
    use crate::target::PhasedStatus;
    match (desired, from) {
        (Desired::Stopped, TargetState::StagedRollout(it)) => match it.status {
            StagedStatus::InProgress => None,
            StagedStatus::Completed if it.fallback.is_some() => None,
            StagedStatus::Completed => Some(format!(
                "{} reaches everybody and is the only version on the track, so Google Play \
                 cannot halt it",
                it.version
            )),
            StagedStatus::Halted => Some("it is halted already".to_owned()),
            StagedStatus::Absent | StagedStatus::Draft => Some("nothing rolls out".to_owned()),
        },
        (Desired::Stopped, TargetState::PhasedRelease(it)) => match it.status {
            PhasedStatus::Active => (it.pause_days_used >= 30)
                .then(|| "all 30 days of pause that Apple allows are used".to_owned()),
            PhasedStatus::Paused => Some("it is paused already".to_owned()),
            PhasedStatus::Complete => Some(format!(
                "the phased release of {} is complete; the App Store cannot pause it any more",
                it.version
            )),
            PhasedStatus::Inactive => Some("the phased release has not begun".to_owned()),
            PhasedStatus::Absent => Some(format!(
                "{} was released without a phased release, so there is nothing to pause",
                it.version
            )),
        },
        (Desired::RollingOut { fraction_bps }, TargetState::StagedRollout(it)) => match it.status {
            StagedStatus::InProgress | StagedStatus::Halted => {
                fraction_problem(*fraction_bps, it.fraction_bps)
            }
            StagedStatus::Absent | StagedStatus::Draft => {
                Some("nothing is there to roll out".to_owned())
            }
            StagedStatus::Completed => Some("it reaches everybody already".to_owned()),
        },
        (Desired::RollingOut { fraction_bps }, TargetState::PhasedRelease(it)) => {
            if fraction_bps.is_some() {
                return Some("Apple sets the share of each day; it cannot be chosen".to_owned());
            }
            match it.status {
                PhasedStatus::Paused => None,
                PhasedStatus::Active => Some("it is active already".to_owned()),
                PhasedStatus::Inactive | PhasedStatus::Absent | PhasedStatus::Complete => {
                    Some("there is no paused phased release".to_owned())
                }
            }
        }
        (Desired::Complete, TargetState::StagedRollout(it)) => match it.status {
            StagedStatus::InProgress | StagedStatus::Halted => None,
            StagedStatus::Completed => Some("it reaches everybody already".to_owned()),
            StagedStatus::Absent | StagedStatus::Draft => Some("nothing rolls out".to_owned()),
        },
        (Desired::Complete, TargetState::PhasedRelease(it)) => match it.status {
            PhasedStatus::Active | PhasedStatus::Paused => None,
            PhasedStatus::Complete => Some("it is complete already".to_owned()),
            PhasedStatus::Inactive | PhasedStatus::Absent => {
                Some("there is no phased release under way".to_owned())
            }
        },
        (Desired::Off, TargetState::Flag(_)) | (Desired::On, TargetState::Flag(_)) => desired
            .is_met_by(from)
            .then(|| format!("it is {} already", words::state(from))),
        (Desired::Published { .. }, TargetState::StatusPage(_)) => desired
            .is_met_by(from)
            .then(|| "this notice stands on the page already".to_owned()),
        (
            Desired::Stopped | Desired::RollingOut { .. } | Desired::Complete,
            TargetState::Flag(_) | TargetState::StatusPage(_),
        )
        | (
            Desired::On | Desired::Off,
            TargetState::StagedRollout(_)
            | TargetState::PhasedRelease(_)
            | TargetState::StatusPage(_),
        )
        | (
            Desired::Published { .. },
            TargetState::StagedRollout(_) | TargetState::PhasedRelease(_) | TargetState::Flag(_),
        ) => Some("this target does not offer that change".to_owned()),
    }
}

fn fraction_problem(asked: Option<u32>, now: Option<u32>) -> Option<String> {
    let asked = asked?;
    if !(1..10_000).contains(&asked) {
        return Some("a fraction lies between 0 and 100 %, without either end".to_owned());
    }
    match now {
        Some(now) if asked < now => Some(format!(
            "Google Play cannot lower a fraction ({} is out); it can only be halted",
            words::percent(now)
        )),
        Some(_) | None => None,
    }
}

/// Why this person may not ask for such an act; `None` when they may.
pub fn may_not_ask(state: &State, actor: &str, act: ActKind) -> Option<String> {
    match state.people.get(actor) {
        Some(person) if holds(person, act.may_ask()) => None,
        Some(person) => Some(format!(
            "{} is not {}",
            person.name,
            act.may_ask()
                .iter()
                .map(|role| role.name())
                .collect::<Vec<_>>()
                .join(" or ")
        )),
        None => Some("this laptop belongs to nobody in this workspace".to_owned()),
    }
}

/// Why this person may not approve this intent; `None` when they may.
pub fn may_not_approve(
    state: &State,
    actor: &str,
    record: &IntentRecord,
    now: Time,
) -> Option<String> {
    match record.standing() {
        Standing::Waiting => {}
        Standing::Ready => return Some("It is approved already.".to_owned()),
        Standing::Rejected => return Some("It was rejected.".to_owned()),
        Standing::Withdrawn => return Some("Its asker took it back.".to_owned()),
        Standing::Ended(outcome) => return Some(format!("It has ended: {}.", outcome.word())),
    }
    if now > record.intent.expires_at {
        return Some(format!(
            "It expired at {}. Ask again.",
            words::clock(record.intent.expires_at)
        ));
    }
    let roles = record.intent.act.may_approve();
    let able: Vec<&str> = state
        .people_with(roles)
        .filter(|person| record.intent.persons < 2 || person.id != record.by)
        .map(|person| person.name.as_str())
        .collect();
    let who = if able.is_empty() {
        "nobody yet".to_owned()
    } else {
        able.join(" or ")
    };
    match state.people.get(actor) {
        Some(person) if !holds(person, roles) => Some(format!(
            "{} may not approve this; {who} may, until {}.",
            person.name,
            words::clock(record.intent.expires_at)
        )),
        Some(person) if record.intent.persons > 1 && person.id == record.by => Some(format!(
            "Two persons must agree and you asked; {who} may approve until {}.",
            words::clock(record.intent.expires_at)
        )),
        Some(_) => None,
        None => Some("This laptop belongs to nobody in this workspace.".to_owned()),
    }
}

fn needs_role(state: &State, context: &Context, roles: &[Role], what: &str) -> Result<(), Refusal> {
    match state.people.get(&context.actor) {
        Some(person) if holds(person, roles) => Ok(()),
        Some(_) | None => Err(refuse(
            RefusalKind::NotAllowed,
            format!("You may not {what}. Nothing was changed."),
            "Ask an administrator of the workspace.",
        )),
    }
}

fn set_policy(
    state: &State,
    act: ActKind,
    persons: u8,
    context: &Context,
) -> Result<Vec<Event>, Refusal> {
    needs_role(state, context, &[Role::Administrator], "change the policy")?;
    if let Some(why_not) = policy_problem(state, act, persons) {
        return Err(refuse(
            RefusalKind::BadInput,
            format!("{why_not} The policy is as it was."),
            "",
        ));
    }
    if state.persons_needed(act) == persons {
        return Err(refuse(
            RefusalKind::AlreadySo,
            "The policy says so already.",
            "",
        ));
    }
    Ok(vec![Event::PolicySet { act, persons }])
}

/// Why an act cannot need this many persons; `None` when it can.
pub fn policy_problem(state: &State, act: ActKind, persons: u8) -> Option<String> {
    if !(1..=2).contains(&persons) {
        return Some("An act needs one person or two.".to_owned());
    }
    let able = state.people_with(act.may_approve()).count();
    (persons == 2 && able < 2).then(|| {
        format!(
            "Two persons would have to agree, and this workspace has {able} who may. With this \
             policy nobody could act."
        )
    })
}

fn press(state: &State, press: &Press, context: &Context) -> Result<Vec<Event>, Refusal> {
    let reason = press.reason.trim();
    if reason.is_empty() {
        return Err(refuse(
            RefusalKind::BadInput,
            "A reason is needed. Nothing was changed.",
            "Say in a few words why; it goes into the log.",
        ));
    }
    if reason.chars().count() > REASON_CHARS_MAX {
        return Err(refuse(
            RefusalKind::BadInput,
            format!(
                "The reason is longer than {REASON_CHARS_MAX} characters. Nothing was changed."
            ),
            "Shorten it.",
        ));
    }
    if press.aims.is_empty() {
        return Err(refuse(
            RefusalKind::NotOffered,
            "Nothing that can be changed was chosen. Nothing was changed.",
            "Look at the live releases for what can be stopped and why.",
        ));
    }
    press
        .aims
        .iter()
        .map(|(pre, desired)| aim(state, press, pre, desired, context))
        .collect()
}

fn aim(
    state: &State,
    press: &Press,
    pre: &Observation,
    desired: &Desired,
    context: &Context,
) -> Result<Event, Refusal> {
    let act = act_kind(desired, &pre.state);
    let title = words::target(&pre.target, &pre.state);
    if let Some(why) = may_not_ask(state, &context.actor, act) {
        return Err(refuse(
            RefusalKind::NotAllowed,
            format!("{}: {why}. Nothing was changed.", act.title()),
            "Ask somebody with that role.",
        ));
    }
    if let Some(why) = not_offered(desired, &pre.state) {
        return Err(refuse(
            RefusalKind::NotOffered,
            format!("{title}: {why}. Nothing was changed."),
            "",
        ));
    }
    if let Some(why) = under_way(state, pre, desired) {
        return Err(refuse(
            RefusalKind::UnderWay,
            format!("{title}: {why}."),
            "See the log.",
        ));
    }
    let expires_ms = match act {
        ActKind::Stop | ActKind::TurnOff => STOP_EXPIRES_MS,
        ActKind::Publish => NOTICE_EXPIRES_MS,
        ActKind::Resume | ActKind::SetFraction | ActKind::Complete | ActKind::TurnOn => {
            CHANGE_EXPIRES_MS
        }
    };
    Ok(Event::IntentRequested(Box::new(Intent {
        press: context.nonce.clone(),
        press_title: press.title.clone(),
        act,
        app: press.app.clone(),
        target: pre.target.clone(),
        title,
        desired: desired.clone(),
        pre: pre.clone(),
        asked_at: context.now,
        expires_at: context.now + expires_ms,
        persons: state.persons_needed(act),
        explicit: act.is_explicit(),
        reason: press.reason.trim().to_owned(),
        evidence: press.evidence.clone(),
    })))
}

/// An act that lowers exposure is never held up by another one, except by its own twin.
fn under_way(state: &State, pre: &Observation, desired: &Desired) -> Option<String> {
    state
        .intents
        .values()
        .filter(|record| record.intent.target == pre.target && record.is_open())
        .find(|record| {
            !desired.is_safe_direction() && record.standing() == Standing::Ready
                || record.intent.desired == *desired && record.standing() == Standing::Ready
        })
        .map(|record| format!("{} is under way", record.intent.press_title))
}

fn judge(
    state: &State,
    intent: &str,
    verdict: Verdict,
    reason: &str,
    context: &Context,
) -> Result<Vec<Event>, Refusal> {
    let record = find(state, intent)?;
    if let Some(why) = may_not_approve(state, &context.actor, record, context.now) {
        return Err(refuse(RefusalKind::NotAllowed, why, ""));
    }
    if verdict == Verdict::Reject && reason.trim().is_empty() {
        return Err(refuse(
            RefusalKind::BadInput,
            "Rejecting needs a reason. The intent still waits.",
            "Say in a few words why.",
        ));
    }
    Ok(vec![Event::IntentJudged {
        intent: intent.to_owned(),
        verdict,
        reason: reason.trim().to_owned(),
    }])
}

fn withdraw(state: &State, intent: &str, context: &Context) -> Result<Vec<Event>, Refusal> {
    let record = find(state, intent)?;
    if record.by != context.actor {
        return Err(refuse(
            RefusalKind::NotAllowed,
            "Only its asker may take it back.",
            "",
        ));
    }
    if !record.is_open() {
        return Err(refuse(
            RefusalKind::Gone,
            "It has ended already.",
            "See the log.",
        ));
    }
    if record
        .result
        .as_ref()
        .is_some_and(|(result, _)| result.outcome == Outcome::Unknown)
    {
        return Err(refuse(
            RefusalKind::UnderWay,
            "It was sent and may be in effect, so it cannot be taken back.",
            "Ask for the opposite change once the target can be read.",
        ));
    }
    Ok(vec![Event::IntentWithdrawn {
        intent: intent.to_owned(),
    }])
}

fn claim(
    state: &State,
    intent: &str,
    attempt: u32,
    lease_until: Time,
) -> Result<Vec<Event>, Refusal> {
    let record = find(state, intent)?;
    match record.standing() {
        Standing::Ready => Ok(vec![Event::EffectClaimed {
            intent: intent.to_owned(),
            attempt,
            lease_until,
        }]),
        Standing::Waiting | Standing::Rejected | Standing::Withdrawn | Standing::Ended(_) => {
            Err(refuse(
                RefusalKind::Gone,
                "The intent is not approved any more.",
                "",
            ))
        }
    }
}

fn report(state: &State, result: &EffectResult) -> Result<Vec<Event>, Refusal> {
    let record = find(state, &result.intent)?;
    if let Standing::Ended(_) = record.standing() {
        return Err(refuse(
            RefusalKind::Gone,
            "The effect has ended already.",
            "",
        ));
    }
    Ok(vec![Event::EffectResult(result.clone())])
}

fn find<'a>(state: &'a State, intent: &str) -> Result<&'a IntentRecord, Refusal> {
    state.intents.get(intent).ok_or_else(|| {
        refuse(
            RefusalKind::Gone,
            "There is no such intent in this ledger.",
            "See the log.",
        )
    })
}
