//! A kill switch: what the console says and what apps get. Must not know about stores.

use cockpit_say::say;

use super::act::{act, last_act};
use crate::state::State;
use crate::switch::Caveat;
use crate::target::{Desired, Flag, TargetState};
use crate::time::Time;
use crate::views::ready::light;
use crate::views::stop::tied;
use crate::views::{Badge, FlagView, Icon, Live, STALE_MS, TargetLive, Tone, age, badge};
use crate::words;

pub(super) fn flag(
    state: &State,
    live: &Live,
    it: &TargetLive,
    version: &str,
    now: Time,
) -> Option<FlagView> {
    let seen = it.observation.as_ref()?;
    let TargetState::Flag(flag) = &seen.state else {
        return None;
    };
    let (label, desired) = if flag.enabled {
        (say!("Turn off"), Desired::Off)
    } else {
        (say!("Turn on"), Desired::On)
    };
    let tied = tied(&flag.description, version);
    Some(FlagView {
        target: it.target.id.0.clone(),
        name: flag.name.clone(),
        on: flag.enabled,
        badge: flag_badge(flag),
        detail: flag_detail(flag),
        age: age(Some(seen.at), STALE_MS, it.problem.as_deref()),
        tied,
        act: act(state, live, seen, label, desired, now),
        light: light(live, it, now),
        last_act: last_act(state, live, &it.target.id, now),
    })
}

fn flag_badge(flag: &Flag) -> Badge {
    match (flag.enabled, flag.serving) {
        (true, Some(false)) => badge(
            Tone::Wait,
            Icon::Waiting,
            say!("On in the console, not served yet"),
        ),
        (false, Some(true)) => badge(
            Tone::Bad,
            Icon::Alert,
            say!("Off in the console, apps still get it"),
        ),
        (true, Some(true)) => badge(Tone::Neutral, Icon::Progress, say!("On")),
        (true, None) => badge(Tone::Neutral, Icon::Progress, say!("On in the console")),
        (false, Some(false)) => badge(Tone::Neutral, Icon::Idle, say!("Off")),
        (false, None) => badge(Tone::Neutral, Icon::Idle, say!("Off in the console")),
    }
}

fn flag_detail(flag: &Flag) -> String {
    let reach = match (flag.enabled, flag.fraction_bps) {
        (true, Some(bps)) if bps < 10_000 => say!("on for {} · gradual", words::percent(bps)),
        (true, Some(_) | None) => say!("on for everybody").to_owned(),
        (false, Some(_) | None) if flag.has_overrides() => {
            say!("off for everybody without an override").to_owned()
        }
        (false, Some(_) | None) => say!("off for everybody").to_owned(),
    };
    let mut parts = vec![reach];
    // What was found of this flag. What holds for all of a service's flags, and when apps follow,
    // stands where one is turned off, and would hide the rest of the room here.
    if flag.enabled {
        let found = flag.caveats.iter().filter(|it| it.is_found());
        parts.extend(found.map(Caveat::sentence));
    }
    if !flag.description.is_empty() {
        parts.insert(0, flag.description.clone());
    }
    let parts: Vec<&str> = parts.iter().map(|it| it.trim_end_matches('.')).collect();
    parts.join(" · ")
}
