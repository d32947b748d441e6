//! The board: each notice in the one lane where it stands. Must not know an outcome's words.

use cockpit_say::say;

use crate::event::Outcome;
use crate::notice::{Audience, DraftRecord, Incident, Slot, Stage, Why, owed};
use crate::state::State;
use crate::time::Time;
use crate::views::{CardView, Lane, LaneView, Live, NoticeView, OutcomeWord, asker};

/// Published notices that stand on the board.
const PUBLISHED_MAX: usize = 8;

pub(super) fn lanes(
    state: &State,
    live: &Live,
    notices: &[NoticeView],
    now: Time,
) -> Vec<LaneView> {
    let lane = |lane, name: &str, cards| LaneView {
        lane,
        name: name.to_owned(),
        cards,
    };
    let of = |which: Lane| -> Vec<CardView> {
        let found = notices.iter().filter(|it| lane_of(it) == Some(which));
        found.map(|it| asked(state, it)).collect()
    };
    let mut published = of(Lane::Published);
    published.truncate(PUBLISHED_MAX);
    vec![
        lane(Lane::Draft, say!("Draft"), drafts(state, live)),
        lane(Lane::Waiting, say!("Waiting"), of(Lane::Waiting)),
        lane(Lane::Approved, say!("Approved"), of(Lane::Approved)),
        lane(Lane::Published, say!("Published"), published),
        lane(Lane::Overdue, say!("Overdue"), overdue(state, now)),
    ]
}

/// None for what ended without being published.
fn lane_of(notice: &NoticeView) -> Option<Lane> {
    let words: Vec<OutcomeWord> = notice
        .receipts
        .iter()
        .map(|it| it.outcome.outcome)
        .collect();
    let any = |word: OutcomeWord| words.contains(&word);
    if any(OutcomeWord::Waiting) {
        Some(Lane::Waiting)
    } else if any(OutcomeWord::Working) || any(OutcomeWord::Queued) || any(OutcomeWord::Unknown) {
        Some(Lane::Approved)
    } else if any(OutcomeWord::Confirmed) {
        Some(Lane::Published)
    } else {
        None
    }
}

fn asked(state: &State, notice: &NoticeView) -> CardView {
    let record = state.intents.get(&notice.intent);
    let confirmed = notice
        .receipts
        .iter()
        .filter(|it| it.outcome.outcome == OutcomeWord::Confirmed)
        .count();
    let mut detail = match notice.waits {
        true => say!("asked by {}", notice.asked_by),
        false => say!(
            "{confirmed} of {} channels confirmed",
            notice.receipts.len()
        ),
    };
    if let Some(missing) = &notice.missing {
        detail = format!("{detail} · {}", lower_first(missing));
    }
    let until = record.filter(|_| notice.waits);
    CardView {
        key: notice.press.clone(),
        title: notice.text.title.clone(),
        detail,
        incident: None,
        audience: None,
        intent: notice.waits.then(|| notice.intent.clone()),
        until: until.map(|it| it.intent.expires_at.to_string()),
        why_not: notice.why_not.clone(),
    }
}

/// Drafts that nobody asked for yet.
fn drafts(state: &State, live: &Live) -> Vec<CardView> {
    let mut found: Vec<(u64, CardView)> = Vec::new();
    for (id, incident) in state.tell.open() {
        for ((phase, update, audience), draft) in &incident.drafts {
            let next = incident.next_update(*phase, *audience);
            if *phase != incident.phase || *update != next || is_asked(state, id, draft) {
                continue;
            }
            let card = CardView {
                key: draft.id.clone(),
                title: headline(incident, draft),
                detail: say!("for {} · {}", whom(*audience), origin(state, live, draft)),
                incident: Some(id.clone()),
                audience: Some(*audience),
                intent: None,
                until: incident.promise(*audience).map(|due| due.to_string()),
                why_not: None,
            };
            found.push((draft.position, card));
        }
    }
    found.sort_by_key(|(position, _)| std::cmp::Reverse(*position));
    found.into_iter().map(|(_, card)| card).collect()
}

fn overdue(state: &State, now: Time) -> Vec<CardView> {
    owed(state, now)
        .into_iter()
        .filter(|it| it.stage == Stage::Missed)
        .filter_map(|it| {
            let incident = state.tell.incidents.get(&it.incident)?;
            Some(CardView {
                key: format!("{}-{}", it.incident, it.audience.key()),
                title: incident.title.clone(),
                detail: say!(
                    "an update was promised to {} and not sent",
                    whom(it.audience)
                ),
                incident: Some(it.incident),
                audience: Some(it.audience),
                intent: None,
                until: Some(it.due.to_string()),
                why_not: None,
            })
        })
        .collect()
}

/// Whether what a draft says is being asked for, or is on its way.
pub(super) fn is_asked(state: &State, incident: &str, draft: &DraftRecord) -> bool {
    state.intents.values().any(|record| {
        let same = super::about(&record.intent.desired)
            .is_some_and(|about| about.incident == incident && about.draft == draft.id);
        same && (record.is_open()
            || record
                .result
                .as_ref()
                .is_some_and(|(result, _)| result.outcome == Outcome::Confirmed))
    })
}

pub(super) fn headline(incident: &Incident, draft: &DraftRecord) -> String {
    let words = draft.texts.values().next().map(|it| it.get(Slot::Headline));
    match words {
        Some(words) if !words.is_empty() => words.to_owned(),
        Some(_) | None => incident.title.clone(),
    }
}

pub(super) fn origin(state: &State, live: &Live, draft: &DraftRecord) -> String {
    match draft.why {
        Why::Asked => say!("drafted by {}", asker(state, live, &draft.by)),
        Why::Edited => say!("written by {}", asker(state, live, &draft.by)),
        Why::NoNews => say!("drafted by the cockpit: the next update is due").to_owned(),
        Why::Phase => say!("drafted by the cockpit: the phase changed").to_owned(),
        Why::Expected => say!("drafted by the cockpit: the expected end moved").to_owned(),
    }
}

pub(super) fn whom(audience: Audience) -> &'static str {
    match audience {
        Audience::Customers => say!("customers"),
        Audience::Team => say!("the team"),
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| {
        first.to_lowercase().chain(chars).collect()
    })
}
