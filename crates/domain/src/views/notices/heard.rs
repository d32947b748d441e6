//! What people did with notices at their channels, with its age, and how many answered. Must not
//! know how it is read.

use crate::engagement::counted;
use crate::event::Outcome;
use crate::policy::ActKind;
use crate::state::{IntentRecord, State};
use crate::target::{Service, TargetState};
use crate::time::Time;
use crate::views::Live;

/// Posts of which is asked what people did with them.
const POSTS_MAX: usize = 20;
/// Nobody answers a notice after that, in milliseconds.
const ASKED_MS: u64 = 7 * 24 * 60 * 60 * 1_000;

/// The service's own name of a notice that was seen to stand there.
fn post(record: &IntentRecord) -> Option<(&str, Time)> {
    let (result, at) = record.result.as_ref()?;
    if result.outcome != Outcome::Confirmed {
        return None;
    }
    let key = super::key(&record.intent.desired)?;
    let read = match &result.after {
        Some(TargetState::Channel(channel)) => channel.notices.iter().find(|it| it.key == key),
        Some(
            TargetState::StagedRollout(_)
            | TargetState::PhasedRelease(_)
            | TargetState::Flag(_)
            | TargetState::StatusPage(_)
            | TargetState::Mailing(_),
        )
        | None => None,
    };
    let id = read.and_then(|it| it.id.as_deref());
    Some((id.or(result.provider_request_id.as_deref())?, *at))
}

/// The newest posts of a service that people may still answer, the newest last.
pub fn posts_of(state: &State, service: Service, now: Time) -> Vec<String> {
    if counted(service).is_empty() {
        return Vec::new();
    }
    let of_it = |it: &&IntentRecord| {
        it.intent.act == ActKind::Publish && it.intent.target.service() == Some(service)
    };
    let records = state.intents.values().filter(of_it);
    let mut posts: Vec<(u64, String)> = records
        .filter_map(|it| {
            let (id, at) = post(it)?;
            (now.ms_since(at) < ASKED_MS).then(|| (it.position, id.to_owned()))
        })
        .collect();
    posts.sort();
    let from = posts.len().saturating_sub(POSTS_MAX);
    posts
        .split_off(from)
        .into_iter()
        .map(|(_, id)| id)
        .collect()
}

/// What people did with a notice, and when that was read.
pub(super) fn engagement(record: &IntentRecord, live: &Live) -> Option<(String, Option<Time>)> {
    let (result, _) = record.result.as_ref()?;
    let service = record.intent.target.service()?;
    if result.outcome != Outcome::Confirmed {
        return None;
    }
    if counted(service).is_empty() {
        let words = "What people do with it is not counted by this service.";
        return Some((words.to_owned(), None));
    }
    let known = post(record).and_then(|(id, _)| live.engagement.get(&(service, id.to_owned())));
    Some(match known {
        Some((it, at)) => (it.words(service), Some(*at)),
        None => ("What people do with it was not read yet.".to_owned(), None),
    })
}

/// "7 replies to what people were told"; none while no service said a number.
pub(super) fn feedback(state: &State, live: &Live, incident: &str) -> Option<String> {
    let of_it = |it: &&IntentRecord| {
        super::about(&it.intent.desired).is_some_and(|about| about.incident == incident)
    };
    let replies: Vec<u64> = state
        .intents
        .values()
        .filter(of_it)
        .filter_map(|it| {
            let place = (it.intent.target.service()?, post(it)?.0.to_owned());
            live.engagement.get(&place)?.0.replies
        })
        .collect();
    match replies.iter().sum::<u64>() {
        _ if replies.is_empty() => None,
        1 => Some("1 reply to what people were told".to_owned()),
        many => Some(format!("{many} replies to what people were told")),
    }
}
