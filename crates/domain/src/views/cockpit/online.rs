//! Which services answer, and what that means for acts. Must not know what was read.

use cockpit_say::{count, say};

use crate::event::Outcome;
use crate::state::{Standing, State};
use crate::views::{Icon, Live, OnlineView, STALE_MS, ServiceView, Tone, age, badge};

pub(super) fn online(state: &State, live: &Live) -> OnlineView {
    let services: Vec<ServiceView> = state
        .connections
        .keys()
        .map(|service| {
            let it = live.services.get(service).cloned().unwrap_or_default();
            let badge = match (&it.problem, it.read_at, it.offline) {
                _ if it.elsewhere => {
                    badge(Tone::Neutral, Icon::Idle, say!("Not read on this laptop"))
                }
                (_, _, true) => badge(Tone::Bad, Icon::Alert, say!("Cannot be reached")),
                (Some(_), _, false) => {
                    badge(Tone::Wait, Icon::Alert, say!("Answers with an error"))
                }
                (None, Some(_), false) => badge(Tone::Good, Icon::Done, say!("Answers")),
                (None, None, false) => badge(Tone::Wait, Icon::Unknown, say!("Not read yet")),
            };
            ServiceView {
                service: service.key().to_owned(),
                name: service.name().to_owned(),
                badge,
                age: age(
                    it.read_at,
                    STALE_MS,
                    it.problem.as_ref().map(|(sentence, _)| sentence.as_str()),
                ),
                hint: it.problem.and_then(|(_, hint)| hint),
            }
        })
        .collect();
    let names_of = |tone: Tone| -> Vec<&str> {
        services
            .iter()
            .filter(|it| it.badge.tone == tone)
            .map(|it| it.name.as_str())
            .collect()
    };
    let down = names_of(Tone::Bad);
    let fresh = names_of(Tone::Good).len();
    let elsewhere = names_of(Tone::Neutral).len();
    let here = services.len() - elsewhere;
    let (word, banner) =
        if services.is_empty() {
            (
                badge(Tone::Wait, Icon::Idle, say!("Nothing connected")),
                None,
            )
        } else if here == 0 {
            (
                badge(
                    Tone::Wait,
                    Icon::Idle,
                    say!("Nothing is read on this laptop"),
                ),
                None,
            )
        } else if down.len() == here {
            (
            badge(Tone::Bad, Icon::Alert, say!("Offline")),
            Some(
                say!("Offline: everything shown is what was read last, with its age. A stop or a \
                      flag turned off is queued, not in effect, and is checked again before it is \
                      sent.")
                    .to_owned(),
            ),
        )
        } else if !down.is_empty() {
            (
                badge(Tone::Wait, Icon::Alert, say!("Partly offline")),
                Some(say!(
                    "{} cannot be reached. What is shown of it is what was read last.",
                    down.join(say!(" and "))
                )),
            )
        } else if fresh < here {
            (
                badge(Tone::Wait, Icon::Unknown, say!("Not everything answers")),
                None,
            )
        } else {
            (badge(Tone::Good, Icon::Done, say!("Online")), None)
        };
    let open: Vec<Outcome> = state
        .intents
        .values()
        .filter(|record| record.standing() == Standing::Ready)
        .filter_map(|record| record.result.as_ref().map(|(result, _)| result.outcome))
        .collect();
    let queued = open
        .iter()
        .filter(|outcome| **outcome == Outcome::Queued)
        .count();
    let unknown = open
        .iter()
        .filter(|outcome| **outcome == Outcome::Unknown)
        .count();
    let outbox = match (queued, unknown) {
        (0, 0) => say!("Outbox empty").to_owned(),
        (queued, 0) => say!("{} queued, not in effect", count!(queued, "act", "acts")),
        (0, unknown) => say!("{} unknown, asked again", count!(unknown, "act", "acts")),
        (queued, unknown) => say!("{queued} queued, not in effect · {unknown} unknown"),
    };
    let not_here = match elsewhere {
        0 => String::new(),
        elsewhere => say!(" · {elsewhere} not read on this laptop"),
    };
    OnlineView {
        badge: word,
        fresh: say!("{fresh} of {here} services fresh{not_here}"),
        outbox,
        banner,
        services,
    }
}
