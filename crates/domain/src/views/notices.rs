//! The notices room: what was asked for, how it stands, and a draft for the newest stop.

use super::{Live, NoticeText, NoticeView, NoticesView, asker, capital, of_record};
use crate::decide::{may_not_approve, may_not_ask};
use crate::policy::ActKind;
use crate::state::{IntentRecord, State};
use crate::target::{Desired, Phase, Service};
use crate::time::Time;

/// The notices room at `now`.
pub fn notices(state: &State, live: &Live, now: Time) -> NoticesView {
    let mut found: Vec<(u64, NoticeView)> = state
        .intents
        .iter()
        .filter_map(|(id, record)| {
            let Desired::Published { notice } = &record.intent.desired else {
                return None;
            };
            let view = NoticeView {
                intent: id.clone(),
                text: NoticeText {
                    title: notice.title.clone(),
                    body: notice.body.clone(),
                    phase: notice.phase,
                    notify_subscribers: notice.notify_subscribers,
                },
                asked_by: asker(state, live, &record.by),
                asked_at: record.intent.asked_at.to_string(),
                outcome: of_record(id, record, live, now),
                why_not: may_not_approve(state, &live.actor, record, now),
            };
            Some((record.position, view))
        })
        .collect();
    found.sort_by_key(|(position, _)| std::cmp::Reverse(*position));
    let page = state.connections.get(&Service::Statuspage);
    NoticesView {
        notices: found.into_iter().map(|(_, view)| view).collect(),
        suggestion: suggestion(state),
        channel: page.map(|_| "Statuspage".to_owned()),
        why_not: may_not_ask(state, &live.actor, ActKind::Publish)
            .map(|why| format!("{}.", capital(&why)))
            .or_else(|| {
                page.is_none()
                    .then(|| "No status page is connected. Connect one in Settings.".to_owned())
            }),
    }
}

/// A first notice for the newest stop. It promises nothing and names what is not known.
fn suggestion(state: &State) -> Option<NoticeText> {
    let newest: &IntentRecord = state
        .intents
        .values()
        .filter(|record| record.intent.act == ActKind::Stop)
        .max_by_key(|record| record.position)?;
    let version = newest
        .intent
        .press_title
        .strip_prefix("Stop ")
        .unwrap_or_default();
    Some(NoticeText {
        title: format!("Problems in version {version}"),
        body: format!(
            "Some people see problems in version {version} of our app. We have asked the app \
             stores to stop handing it out and are looking for the cause. If you have not updated \
             yet, please wait. We do not know yet how many people are affected. We will write \
             again within 30 minutes."
        ),
        phase: Phase::Investigating,
        notify_subscribers: true,
    })
}
