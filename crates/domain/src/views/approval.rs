//! What the approval window shows, from the sealed intent and what is there now.

use super::{ChangeView, Icon, IntentView, Live, NoticeText, Tone, asker, badge, capital, short};
use crate::decide::may_not_approve;
use crate::state::State;
use crate::target::Desired;
use crate::time::Time;
use crate::words::{self, Moved};

/// One intent, to be approved or rejected.
pub fn intent(state: &State, live: &Live, id: &str, now: Time) -> Option<IntentView> {
    let record = state.intents.get(id)?;
    let it = &record.intent;
    let there = live
        .targets
        .get(&it.target)
        .and_then(|target| target.observation.as_ref());
    let (now_badge, moved) = match there {
        None => (
            badge(Tone::Wait, Icon::Unknown, "not read"),
            "It was not read yet.".to_owned(),
        ),
        Some(there) => match words::moved(&it.pre.state, &there.state) {
            Moved::No => (badge(Tone::Good, Icon::Done, "as asked"), String::new()),
            Moved::MoreExposed(_) | Moved::Otherwise(_) => (
                badge(Tone::Wait, Icon::Alert, "moved"),
                capital(&words::moved_for_approval(&it.desired, &it.pre, there)),
            ),
        },
    };
    let missing = record.missing_persons();
    let notice = match &it.desired {
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
    };
    Some(IntentView {
        intent: id.to_owned(),
        title: format!("Approve: {}?", lower_first(&it.press_title)),
        asked_by: asker(state, live, &record.by),
        asked_at: it.asked_at.to_string(),
        expires_at: it.expires_at.to_string(),
        needs: if it.persons > 1 {
            "Two persons must agree; the asker is the first.".to_owned()
        } else {
            "One person must agree here, in this window.".to_owned()
        },
        change: ChangeView {
            title: it.title.clone(),
            from: words::state(&it.pre.state),
            to: words::desired(&it.desired, &it.pre.state),
            now: now_badge,
            moved,
            sentence: words::consequence(&it.desired, &it.pre.state),
        },
        reason: it.reason.clone(),
        evidence: it.evidence.clone(),
        notice,
        proof: format!(
            "intent {} · signs with this laptop's key · ledger head {}",
            short(id),
            short(&live.ledger.head)
        ),
        approve_label: if missing > 1 {
            "Approve and sign".to_owned()
        } else {
            "Approve, sign and carry out".to_owned()
        },
        why_not: may_not_approve(state, &live.actor, record, now),
    })
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| {
        first.to_lowercase().chain(chars).collect()
    })
}
