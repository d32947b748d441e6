//! The notices room: what was asked for, what each channel answered, and a draft for the newest
//! stop. Must not know how a channel is spoken to.

use std::collections::BTreeMap;

use super::{
    ChannelView, Live, NoticeDraftView, NoticeView, NoticesView, OutcomeWord, ReceiptView, asker,
    capital, of_record,
};
use crate::decide::{may_not_approve, may_not_ask};
use crate::event::Outcome;
use crate::notice::{Facts, NoticeText, Severity, draft};
use crate::policy::ActKind;
use crate::state::{IntentRecord, State};
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
    let found = live
        .targets
        .values()
        .find(|it| it.target.id.service() == Some(service));
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
            .then(|| format!("{} was not read yet.{problem}", service.name())),
        seen,
    }
}

/// Why no notice can be asked for; `None` when one can.
pub fn no_channel(channels: &[Channel]) -> Option<String> {
    if channels.is_empty() {
        return Some(
            "No status page and no mail server is connected. Connect one in Settings.".to_owned(),
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
    NoticesView {
        notices: asked_for(state, live, now),
        drafts: drafts(state, now),
        why_not: may_not_ask(state, &live.actor, ActKind::Publish)
            .map(|why| format!("{}.", capital(&why)))
            .or_else(|| no_channel(&channels)),
        channels: channels
            .into_iter()
            .map(|channel| ChannelView {
                service: channel.service.key().to_owned(),
                title: channel.title,
                why_not: channel.why_not,
            })
            .collect(),
    }
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
                    channel: record.intent.title.clone(),
                    outcome: of_record(id, record, live, now),
                    at: record.result.as_ref().map(|(_, at)| at.to_string()),
                })
                .collect();
            let waits = receipts
                .iter()
                .position(|it| it.outcome.outcome == OutcomeWord::Waiting);
            let why_not = waits
                .and_then(|at| records.get(at))
                .and_then(|(_, record)| may_not_approve(state, &live.actor, record, now));
            let view = NoticeView {
                press: press.to_owned(),
                intent: waits.map_or(first_id, |at| records[at].0).clone(),
                waits: waits.is_some(),
                text: text(&first.intent.desired)?,
                asked_by: asker(state, live, &first.by),
                asked_at: first.intent.asked_at.to_string(),
                receipts,
                why_not,
            };
            Some((first.position, view))
        })
        .collect();
    found.sort_by_key(|(position, _)| std::cmp::Reverse(*position));
    found.into_iter().map(|(_, view)| view).collect()
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
        | Desired::On
        | Desired::Off => None,
    }
}

/// A draft of each severity for the newest stop; none when nothing was stopped.
fn drafts(state: &State, now: Time) -> Vec<NoticeDraftView> {
    facts(state).map_or_else(Vec::new, |facts| {
        Severity::ALL
            .into_iter()
            .map(|severity| NoticeDraftView {
                severity,
                name: severity.name().to_owned(),
                text: draft(severity, &facts, now),
            })
            .collect()
    })
}

/// What is known of the newest stop.
fn facts(state: &State) -> Option<Facts> {
    let newest = state
        .intents
        .values()
        .filter(|record| record.intent.act == ActKind::Stop)
        .max_by_key(|record| record.position)?;
    let press: Vec<&IntentRecord> = state
        .presses
        .get(&newest.intent.press)?
        .iter()
        .filter_map(|id| state.intents.get(id))
        .collect();
    let version = words::version(&newest.intent.pre.state).unwrap_or_default();
    let (mut done, mut asked) = (Vec::new(), Vec::new());
    for record in &press {
        let Some(words) = for_customers(&record.intent.pre.state) else {
            continue;
        };
        let is_observed = record
            .result
            .as_ref()
            .is_some_and(|(result, _)| result.outcome == Outcome::Confirmed);
        let list = if is_observed { &mut done } else { &mut asked };
        if !list.contains(&words) {
            list.push(words);
        }
    }
    Some(Facts {
        version: version.to_owned(),
        decided_at: newest.intent.asked_at,
        done,
        asked,
        signals: newest
            .intent
            .evidence
            .iter()
            .map(|line| figure(line).to_owned())
            .collect(),
    })
}

/// "Android: crash-free sessions 98.21 %" out of a whole line of evidence.
fn figure(line: &str) -> &str {
    match line.find(" %") {
        Some(at) => line.get(..at + 2).unwrap_or(line),
        None => line,
    }
}

/// What a stop of this target means to people, without inside names.
fn for_customers(state: &TargetState) -> Option<String> {
    let words = match state {
        TargetState::StagedRollout(_) => "nobody new gets it from Google Play",
        TargetState::PhasedRelease(_) => "automatic updates from the App Store are paused",
        TargetState::Flag(_) => "the feature that fails is turned off",
        TargetState::StatusPage(_) | TargetState::Mailing(_) => return None,
    };
    Some(words.to_owned())
}
