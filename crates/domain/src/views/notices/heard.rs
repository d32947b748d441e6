//! What people did with notices at their channels, with its age, and how many answered. Must not
//! know how it is read.

use cockpit_say::say;

use crate::engagement::counted;
use crate::event::Outcome;
use crate::policy::ActKind;
use crate::state::{IntentRecord, State};
use crate::target::Service;
use crate::time::Time;
use crate::views::Live;

/// Posts of which is asked what people did with them.
const POSTS_MAX: usize = 20;
/// Nobody answers a notice after that, in milliseconds.
const ASKED_MS: u64 = 7 * 24 * 60 * 60 * 1_000;

/// The service's own name of a notice that was seen to stand there, and when that was recorded.
fn post(record: &IntentRecord) -> Option<(String, Time)> {
    let (_, at) = record.result.as_ref()?;
    Some((record.posted()?.id?, *at))
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
            (now.ms_since(at) < ASKED_MS).then_some((it.position, id))
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
        let words = say!("What people do with it is not counted by this service.");
        return Some((words.to_owned(), None));
    }
    let known = post(record).and_then(|(id, _)| live.engagement.get(&(service, id)));
    Some(match known {
        Some((it, at)) => (it.words(service), Some(*at)),
        None => (
            say!("What people do with it was not read yet.").to_owned(),
            None,
        ),
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
            let place = (it.intent.target.service()?, post(it)?.0);
            live.engagement.get(&place)?.0.replies
        })
        .collect();
    match replies.iter().sum::<u64>() {
        _ if replies.is_empty() => None,
        1 => Some(say!("1 reply to what people were told").to_owned()),
        many => Some(say!("{many} replies to what people were told")),
    }
}
