//! The light that says whether a stop would be taken now: proven by a dry run of no great age on the
//! release that is there, or said not to be. Must not know how a dry run is made.

use cockpit_say::say;

use super::cover::cover;
use super::{
    Badge, Icon, LightView, Live, StopLightView, TargetLightView, TargetLive, Tone, age, badge,
    in_flight_version, stoppable,
};
use crate::decide::not_offered;
use crate::rehearsal::{PROOF_MS, Readiness, Rehearsal, stop_of};
use crate::state::State;
use crate::target::{Service, TargetId};
use crate::time::Time;
use crate::words;

/// The light of one target; none where nothing is there to be stopped.
pub(super) fn light(live: &Live, it: &TargetLive, now: Time) -> Option<LightView> {
    let seen = it.observation.as_ref()?;
    if not_offered(&stop_of(&seen.state)?, &seen.state).is_some() {
        return None;
    }
    let known = live.rehearsals.get(&it.target.id);
    let made = known.map(|known| &known.rehearsal);
    let (readiness, sentence) = match (kept_from(live, &it.target.id), known) {
        (Some(why), _) => (Readiness::NotProven, why),
        (None, None) => (
            Readiness::NotProven,
            say!("No dry run of a stop was made here yet.").to_owned(),
        ),
        (None, Some(known)) if !known.is_of(&seen.state) => (
            Readiness::NotProven,
            say!(
                "The last dry run was of what was there before ({}), and says nothing of what is \
                 there now.",
                words::state(&known.of)
            ),
        ),
        (None, Some(known)) if now.ms_since(known.at) > PROOF_MS => (
            Readiness::NotProven,
            say!(
                "The last dry run is {} old and proves nothing any more. It came to this: {}",
                words::span(now.ms_since(known.at)),
                known.rehearsal.sentence
            ),
        ),
        (None, Some(known)) => match &it.problem {
            Some(problem) if known.rehearsal.readiness == Readiness::CanStop => (
                Readiness::NotProven,
                say!(
                    "The newest look at it failed, so the dry run before proves nothing: {problem}"
                ),
            ),
            Some(_) | None => (known.rehearsal.readiness, known.rehearsal.sentence.clone()),
        },
    };
    let still: Option<&Rehearsal> = made.filter(|made| made.sentence == sentence);
    let stale_after_ms = u32::try_from(PROOF_MS).unwrap_or(u32::MAX);
    Some(LightView {
        readiness,
        badge: badge_of(readiness, word(readiness)),
        sentence,
        missing: still.and_then(|made| made.missing.clone()),
        hint: still.and_then(|made| made.hint.clone()),
        age: age(known.map(|known| known.at), stale_after_ms, None),
    })
}

/// What stands between this laptop and the service, so that no dry run counts.
fn kept_from(live: &Live, target: &TargetId) -> Option<String> {
    let service = target.service()?;
    let name = service.name();
    let it = live.services.get(&service)?;
    if it.elsewhere {
        return Some(say!(
            "The key of {name} is not on this laptop: a stop there is carried out by another one."
        ));
    }
    it.offline.then(|| {
        say!("{name} cannot be reached: a stop there would be queued, and not be in effect.")
    })
}

/// The light of everything that a stop would touch now.
pub(super) fn stop_light(state: &State, live: &Live, now: Time) -> StopLightView {
    let version = in_flight_version(state, live).unwrap_or_default();
    let aims = stoppable(live, &version);
    let of_a_stop = aims
        .iter()
        .filter_map(|(seen, _)| live.targets.get(&seen.target));
    all_of(lights(live, of_a_stop, now), now)
}

/// The light of everything that can be stopped at one service; none where it stops nothing.
pub fn service_light(live: &Live, service: Service, now: Time) -> Option<StopLightView> {
    let of_it = live.targets.values();
    let of_it = of_it.filter(|it| it.target.id.service() == Some(service));
    let stops = |it: &TargetLive| {
        let seen = it.observation.as_ref();
        seen.is_some_and(|seen| stop_of(&seen.state).is_some())
    };
    let of_it: Vec<&TargetLive> = of_it.filter(|it| stops(it)).collect();
    (!of_it.is_empty()).then(|| all_of(lights(live, of_it.into_iter(), now), now))
}

fn lights<'a>(
    live: &Live,
    targets: impl Iterator<Item = &'a TargetLive>,
    now: Time,
) -> Vec<TargetLightView> {
    let mut found: Vec<(u8, TargetLightView)> = targets
        .filter_map(|it| {
            let seen = it.observation.as_ref()?;
            let cover = cover(&it.target, &seen.state);
            let shown = TargetLightView {
                target: it.target.id.0.clone(),
                title: words::target(&it.target.id, &seen.state),
                cover: cover.words,
                light: light(live, it, now)?,
            };
            Some((cover.rank, shown))
        })
        .collect();
    found.sort_by(|(one, first), (other, second)| (one, &first.cover).cmp(&(other, &second.cover)));
    found.into_iter().map(|(_, shown)| shown).collect()
}

fn all_of(targets: Vec<TargetLightView>, now: Time) -> StopLightView {
    let all = targets.len();
    let Some(readiness) = targets.iter().map(|it| it.light.readiness).min() else {
        return StopLightView {
            readiness: None,
            badge: badge(Tone::Neutral, Icon::Idle, say!("Nothing to stop")),
            sentence: say!("Nothing rolls out that a stop would touch.").to_owned(),
            targets,
        };
    };
    let worst: Vec<&str> = targets
        .iter()
        .filter(|it| it.light.readiness == readiness)
        .map(|it| it.title.as_str())
        .collect();
    let count = worst.len();
    let (words, sentence) = match readiness {
        Readiness::CanStop => (
            say!("Can stop now").to_owned(),
            say!(
                "A dry run of the stop was taken on {}{}. Nothing was changed.",
                if all == 1 {
                    say!("the one target").to_owned()
                } else {
                    say!("each of {all} targets")
                },
                oldest(&targets, now)
            ),
        ),
        Readiness::NotProven => (
            say!("Not proven for {count} of {all}"),
            say!(
                "Whether a stop would be taken is not proven for {}.",
                worst.join(", ")
            ),
        ),
        Readiness::Cannot => (
            say!("Cannot stop {count} of {all}"),
            say!("A stop would be refused for {}.", worst.join(", ")),
        ),
    };
    StopLightView {
        readiness: Some(readiness),
        badge: badge_of(readiness, words),
        sentence,
        targets,
    }
}

fn oldest(targets: &[TargetLightView], now: Time) -> String {
    let at = targets.iter().filter_map(|it| it.light.age.at.as_ref());
    let oldest = at.filter_map(|at| at.parse::<Time>().ok()).min();
    oldest.map_or(String::new(), |at| {
        say!(", the oldest {} ago", words::span(now.ms_since(at)))
    })
}

fn word(readiness: Readiness) -> &'static str {
    match readiness {
        Readiness::CanStop => say!("Can stop"),
        Readiness::NotProven => say!("Not proven"),
        Readiness::Cannot => say!("Cannot stop"),
    }
}

/// Three shapes, so that the colour says nothing alone.
fn badge_of(readiness: Readiness, words: impl Into<String>) -> Badge {
    match readiness {
        Readiness::CanStop => badge(Tone::Good, Icon::Done, words),
        Readiness::NotProven => badge(Tone::Wait, Icon::Unknown, words),
        Readiness::Cannot => badge(Tone::Bad, Icon::Alert, words),
    }
}
