//! The notices room: incidents, the board, what was asked for and what each channel answered. Must
//! not know how a channel is spoken to.

mod asking;
mod board;
mod draft;
mod heard;
mod incident;

pub use asking::{ready_again, ready_to_ask};
pub use draft::{draft, open_incident};
pub use heard::posts_of;
pub use incident::owed_views;

use std::collections::BTreeMap;

use cockpit_say::say;

use super::{
    AgreementView, ApprovalView, Budget, ChangeSheetView, ChannelView, Icon, Live, NoticeView,
    NoticesView, OutcomeWord, ReceiptView, TargetLive, Tone, asker, badge, capital, of_record,
};
use crate::decide::{may_not_approve, may_not_ask};
use crate::notice::{About, EnvelopeRecord, NoticeText, TellEvent, locale_name};
use crate::policy::ActKind;
use crate::state::{IntentRecord, State, holds};
use crate::target::{Desired, Observation, Service, TargetState};
use crate::time::Time;
use crate::words;

/// A connected channel for notices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// The service.
    pub service: Service,
    /// What was read of it; an intent is asked for against it.
    pub seen: Option<Observation>,
    /// What people call it.
    pub title: String,
    /// Why nothing can be asked of it now; absent when it can.
    pub why_not: Option<String>,
}

/// Every connected channel, in the order in which services are shown.
pub fn channels(state: &State, live: &Live) -> Vec<Channel> {
    Service::ALL
        .into_iter()
        .filter(|service| service.is_channel() && state.connections.contains_key(service))
        .map(|service| channel(service, live))
        .collect()
}

fn channel(service: Service, live: &Live) -> Channel {
    let own = |it: &&TargetLive| it.target.id.service() == Some(service);
    let seen_as = |it: &TargetLive| it.observation.as_ref().map(|seen| is_flag(&seen.state));
    let mut targets = live.targets.values().filter(own);
    // A service may have switches beside its channel.
    let found = targets
        .clone()
        .find(|it| seen_as(it) == Some(false))
        .or_else(|| targets.find(|it| seen_as(it).is_none()));
    let seen = found.and_then(|it| it.observation.clone());
    let problem = live
        .services
        .get(&service)
        .and_then(|it| it.problem.as_ref())
        .map(|(sentence, _)| format!(" {sentence}"))
        .unwrap_or_default();
    Channel {
        service,
        title: found.map_or_else(|| service.name().to_owned(), |it| it.target.title.clone()),
        why_not: seen
            .is_none()
            .then(|| say!("{} was not read yet.{problem}", service.name())),
        seen,
    }
}

fn is_flag(state: &TargetState) -> bool {
    match state {
        TargetState::Flag(_) => true,
        TargetState::StagedRollout(_)
        | TargetState::StoreRollout(_)
        | TargetState::PhasedRelease(_)
        | TargetState::StatusPage(_)
        | TargetState::Mailing(_)
        | TargetState::Recovery(_)
        | TargetState::Channel(_) => false,
    }
}

/// Why no notice can be asked for; `None` when one can.
pub fn no_channel(channels: &[Channel]) -> Option<String> {
    if channels.is_empty() {
        return Some(
            say!("No status page and no mail server is connected. Connect one in Settings.")
                .to_owned(),
        );
    }
    if channels.iter().all(|channel| channel.seen.is_none()) {
        let why: Vec<&str> = channels
            .iter()
            .filter_map(|channel| channel.why_not.as_deref())
            .collect();
        return Some(why.join(" "));
    }
    None
}

/// The notices room at `now`.
pub fn notices(state: &State, live: &Live, now: Time) -> NoticesView {
    let channels = channels(state, live);
    let notices = asked_for(state, live, now);
    NoticesView {
        incidents: incident::incidents(state, live, now),
        lanes: board::lanes(state, live, &notices, now),
        notices,
        start: draft::start(state),
        why_not: may_not_ask(state, &live.actor, ActKind::Publish)
            .map(|why| format!("{}.", capital(&why)))
            .or_else(|| no_channel(&channels)),
        channels: channels
            .into_iter()
            .map(|channel| ChannelView {
                service: channel.service.key().to_owned(),
                budget: live.budgets.get(&channel.service).map(budget),
                title: channel.title,
                why_not: channel.why_not,
            })
            .collect(),
        envelopes: envelopes(state, live, now),
    }
}

/// "12 of 50 requests in the last minute, the limit that it publishes".
fn budget(it: &Budget) -> String {
    let period = words::period(it.per_s);
    let limit = match it.published {
        true => say!("the limit that it publishes"),
        false => say!("a limit of ours, as it publishes none"),
    };
    say!(
        "{} of {} requests in the last {period}, {limit}",
        it.used,
        it.most
    )
}

/// One line for each press, newest first.
fn asked_for(state: &State, live: &Live, now: Time) -> Vec<NoticeView> {
    let mut presses: BTreeMap<&str, Vec<(&String, &IntentRecord)>> = BTreeMap::new();
    for (id, record) in &state.intents {
        if record.intent.act == ActKind::Publish {
            let press = presses.entry(&record.intent.press).or_default();
            press.push((id, record));
        }
    }
    let mut found: Vec<(u64, NoticeView)> = presses
        .into_iter()
        .filter_map(|(press, mut records)| {
            records.sort_by_key(|(_, record)| record.position);
            let (first_id, first) = *records.first()?;
            let receipts: Vec<ReceiptView> = records
                .iter()
                .map(|(id, record)| ReceiptView {
                    intent: (*id).clone(),
                    channel: channel_words(record),
                    outcome: of_record(id, record, live, now),
                    tries: tries(state, record),
                    engagement: heard::engagement(record, live).map(|(words, _)| words),
                    engagement_at: heard::engagement(record, live)
                        .and_then(|(_, at)| Some(at?.to_string())),
                    again: asking::can_ask_again(state, record),
                    at: record.result.as_ref().map(|(_, at)| at.to_string()),
                })
                .collect();
            let waits = receipts
                .iter()
                .position(|it| it.outcome.outcome == OutcomeWord::Waiting);
            let waiting = waits.and_then(|at| records.get(at));
            let why_not =
                waiting.and_then(|(_, record)| may_not_approve(state, &live.actor, record, now));
            let view = NoticeView {
                press: press.to_owned(),
                intent: waits.map_or(first_id, |at| records[at].0).clone(),
                waits: waits.is_some(),
                text: text(&first.intent.desired)?,
                asked_by: asker(state, live, &first.by),
                asked_at: first.intent.asked_at.to_string(),
                receipts,
                approvals: approvals(state, live, first),
                missing: waiting.and_then(|(_, record)| missing(state, record)),
                why_not,
            };
            Some((first.position, view))
        })
        .collect();
    found.sort_by_key(|(position, _)| std::cmp::Reverse(*position));
    found.into_iter().map(|(_, view)| view).collect()
}

/// "asked for a 2nd time · 3 tries": what it took to get here, at this one channel.
fn tries(state: &State, record: &IntentRecord) -> String {
    let place = |record: &IntentRecord| {
        let key = about(&record.intent.desired).map(|it| (it.incident.clone(), it.update));
        let phase = text(&record.intent.desired).map(|it| it.phase);
        let channel = record.intent.target.clone();
        key.map(|key| (key, phase, channel, channel_words(record)))
    };
    let own = place(record);
    let before = state
        .intents
        .values()
        .filter(|it| own.is_some() && it.position < record.position && place(it) == own);
    let asked = match before.count() {
        0 => None,
        1 => Some(say!("asked for a 2nd time").to_owned()),
        2 => Some(say!("asked for a 3rd time").to_owned()),
        more => Some(say!("asked for a {}th time", more + 1)),
    };
    let tried = (record.attempt > 1).then(|| say!("{} tries", record.attempt));
    let words: Vec<String> = asked.into_iter().chain(tried).collect();
    words.join(" · ")
}

/// "E-mail · 3 recipients · Deutsch": the language stands there when it is not the usual one.
fn channel_words(record: &IntentRecord) -> String {
    let usual = crate::notice::Locale::En;
    match about(&record.intent.desired) {
        Some(about) if about.locale != usual => {
            format!("{} · {}", record.intent.title, locale_name(about.locale))
        }
        Some(_) | None => record.intent.title.clone(),
    }
}

/// Who approved an intent, as whom and when.
fn approvals(state: &State, live: &Live, record: &IntentRecord) -> Vec<ApprovalView> {
    record
        .approvals
        .iter()
        .map(|it| {
            let signs = |role: &&crate::policy::Role| {
                record.sign_off.contains(role)
                    || record
                        .mandate
                        .approve
                        .iter()
                        .any(|one| one.roles.contains(role))
            };
            let roles: Vec<&str> = it.roles.iter().filter(signs).map(|it| it.name()).collect();
            ApprovalView {
                who: asker(state, live, &it.person),
                roles: match roles.is_empty() {
                    true => say!("fallback").to_owned(),
                    false => roles.join(", "),
                },
                at: it.at.to_string(),
            }
        })
        .collect()
}

/// "Missing: legal (Ana) and brand (nobody has this role yet)".
fn missing(state: &State, record: &IntentRecord) -> Option<String> {
    let roles = record.missing_sign_off();
    (!roles.is_empty()).then(|| say!("Missing: {}", state.who_signs(&roles)))
}

fn envelopes(state: &State, live: &Live, now: Time) -> Vec<AgreementView> {
    let mut found: Vec<(&String, &EnvelopeRecord)> = state
        .tell
        .envelopes
        .iter()
        .filter(|(_, it)| it.ended.is_none())
        .collect();
    found.sort_by_key(|(_, it)| std::cmp::Reverse(it.position));
    found
        .into_iter()
        .map(|(id, it)| {
            let missing = state.envelope_missing(it);
            let expired = now > it.envelope.expires_at;
            let signed: Vec<String> = it
                .signed
                .iter()
                .map(|by| {
                    let roles: Vec<&str> = by.roles.iter().map(|role| role.name()).collect();
                    format!("{} ({})", asker(state, live, &by.person), roles.join(", "))
                })
                .collect();
            let severities: Vec<&str> = it.envelope.severities.iter().map(|it| it.name()).collect();
            let badge = match (expired, missing.is_empty()) {
                (true, _) => badge(Tone::Bad, Icon::Alert, say!("Expired")),
                (false, true) => badge(Tone::Good, Icon::Done, say!("In force")),
                (false, false) => badge(
                    Tone::Wait,
                    Icon::Waiting,
                    say!("Waits for {}", state.who_signs(&missing)),
                ),
            };
            let by = match signed.is_empty() {
                true => say!("nobody yet").to_owned(),
                false => words::listed(&signed),
            };
            let sign = TellEvent::EnvelopeSigned {
                envelope: id.clone(),
            };
            AgreementView {
                envelope: id.clone(),
                title: it.envelope.title.clone(),
                badge,
                detail: say!(
                    "{} · {} sentences · signed by {by}",
                    severities.join(", "),
                    it.envelope
                        .allowed
                        .values()
                        .flat_map(BTreeMap::values)
                        .map(Vec::len)
                        .sum::<usize>()
                ),
                expires_at: it.envelope.expires_at.to_string(),
                sign_why_not: state
                    .tell_objection(&live.device, now, &sign)
                    .map(|why| format!("{}.", capital(&why))),
                waits: !missing.is_empty() && !expired,
            }
        })
        .collect()
}

/// What a notice belongs to.
fn about(desired: &Desired) -> Option<&About> {
    match desired {
        Desired::Published { notice } => notice.about.as_ref(),
        Desired::Stopped
        | Desired::RollingOut { .. }
        | Desired::Complete
        | Desired::Released { .. }
        | Desired::RemovedFromSale
        | Desired::RolledBack { .. }
        | Desired::AskedToUpdate
        | Desired::NotAsked
        | Desired::On
        | Desired::Off => None,
    }
}

/// The text that is asked to be published.
pub(super) fn text(desired: &Desired) -> Option<NoticeText> {
    match desired {
        Desired::Published { notice } => Some(NoticeText {
            title: notice.title.clone(),
            body: notice.body.clone(),
            phase: notice.phase,
            notify_subscribers: notice.notify_subscribers,
        }),
        Desired::Stopped
        | Desired::RollingOut { .. }
        | Desired::Complete
        | Desired::Released { .. }
        | Desired::RemovedFromSale
        | Desired::RolledBack { .. }
        | Desired::AskedToUpdate
        | Desired::NotAsked
        | Desired::On
        | Desired::Off => None,
    }
}

/// Whether this person tells customers and releases nothing.
pub fn lands_in_notices(state: &State, actor: &str) -> bool {
    use crate::policy::Role;
    let elsewhere = [Role::Administrator, Role::ProductLead, Role::Responder];
    state.people.get(actor).is_some_and(|person| {
        person.roles.contains(&Role::CustomerSuccess) && !holds(person, &elsewhere)
    })
}

/// An envelope as the approval window shows it before it is signed.
pub fn envelope_sheet(state: &State, live: &Live, id: &str, now: Time) -> Option<ChangeSheetView> {
    let record = state.tell.envelopes.get(id)?;
    let sign = TellEvent::EnvelopeSigned {
        envelope: id.to_owned(),
    };
    let missing = state.who_signs(&state.envelope_missing(record));
    Some(ChangeSheetView {
        title: say!("Agree to the envelope “{}”?", record.envelope.title),
        facts: super::tell_log::envelope_facts(&record.envelope),
        needs: say!(
            "It takes {missing}. Inside it one signature of customer success sends a notice."
        ),
        proof: say!(
            "signs with this laptop's key · ledger head {}",
            super::short(&live.ledger.head)
        ),
        why_not: state
            .tell_objection(&live.device, now, &sign)
            .map(|why| format!("{}.", capital(&why))),
    })
}
