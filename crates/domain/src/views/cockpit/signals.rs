//! Health figures against their floors, with their ages. Must not know how a rollout stands.

use cockpit_say::{said, say};

use super::share;
use crate::event::Outcome;
use crate::rule::{Comparator, HealthRule, Judgement, to_bps};
use crate::signal::Signal;
use crate::state::{IntentRecord, State};
use crate::target::{TargetId, TargetState};
use crate::time::Time;
use crate::views::health::proposes_stop;
use crate::views::stop::tied;
use crate::views::{BreachView, Live, SIGNAL_STALE_MS, SignalView, Tone, age, stoppable};
use crate::words;

pub(super) fn breaches(state: &State, live: &Live, now: Time) -> Vec<BreachView> {
    let mut found: Vec<(Time, BreachView)> = state
        .breaches
        .values()
        .map(|standing| {
            let it = &standing.breach;
            // The newest figure of the same source, if a newer one was read than the one that was
            // sealed.
            let newest = live.signals.iter().find(|signal| {
                signal.platform == it.platform
                    && signal.version == it.version
                    && signal.measure == it.measure
                    && (it.source.is_none() || signal.source == it.source)
            });
            let value_bps = newest.and_then(|it| it.value).map_or(it.value_bps, to_bps);
            let sample = newest.and_then(|it| it.sample).unwrap_or(it.sample);
            let until = newest.and_then(|it| it.data_until).unwrap_or(it.data_until);
            let targets = stoppable(live, &it.version);
            let view = BreachView {
                headline: format!(
                    "{} {}: {} {}",
                    it.platform,
                    it.version,
                    it.name().to_lowercase(),
                    words::percent_2(value_bps)
                ),
                detail: say!(
                    "{} · figures of the last {} · {} {} in the newest",
                    it.beyond(),
                    words::span(now.ms_since(it.since)),
                    words::grouped(sample),
                    said(it.measure.unit())
                ),
                since: it.since.to_string(),
                age: age(Some(until), SIGNAL_STALE_MS, None),
                version: it.version.clone(),
                done: targets
                    .is_empty()
                    .then(|| stopped(state, &it.version))
                    .flatten(),
                targets: targets.into_iter().map(|(seen, _)| seen.target.0).collect(),
                entry: Some(standing.position),
                proposes_stop: proposes_stop(state, it, now),
            };
            (it.since, view)
        })
        .collect();
    found.sort_by_key(|(since, _)| std::cmp::Reverse(*since));
    found.into_iter().map(|(_, view)| view).collect()
}

/// "3 targets of 8.4.0 are stopped, the last at 14:02:11Z, …", where that was read back.
fn stopped(state: &State, version: &str) -> Option<String> {
    let is_about = |record: &IntentRecord| match &record.intent.pre.state {
        TargetState::Flag(flag) => tied(&flag.description, version),
        seen => words::version(seen) == Some(version),
    };
    let mut ended: Vec<(&TargetId, Time)> = Vec::new();
    for record in state.intents.values().filter(|record| is_about(record)) {
        let newest = state.newest_intent(&record.intent.target);
        let is_newest = newest.is_some_and(|(_, newest)| newest.position == record.position);
        if let Some((result, at)) = &record.result
            && result.outcome == Outcome::Confirmed
            && record.intent.desired.is_safe_direction()
            && is_newest
        {
            ended.push((&record.intent.target, *at));
        }
    }
    let last = ended.iter().map(|(_, at)| *at).max()?;
    let targets = match ended.len() {
        1 => say!("1 target is").to_owned(),
        more => say!("{more} targets are"),
    };
    Some(say!(
        "{targets} stopped and read back, the last at {}. Who has {version} keeps it, so the \
         figures may stay low for a while; what a stop leaves open stands at each release.",
        words::clock(last)
    ))
}

pub(in crate::views) fn signal_view(state: &State, signal: &Signal, now: Time) -> SignalView {
    let rule = state
        .rules
        .iter()
        .find(|rule| rule.measure == signal.measure && rule.previous.is_none());
    let worse = state.breaches.values().find_map(|standing| {
        let it = &standing.breach;
        let same = it.platform == signal.platform
            && it.version == signal.version
            && it.measure == signal.measure;
        it.evidence.as_ref().filter(|_| same)
    });
    let bps = signal.value.map(to_bps);
    let (tone, verdict) = match (rule.map(|rule| (rule, rule.judge(signal, now))), bps) {
        (Some((rule, Judgement::Breach(_))), _) => {
            (Tone::Bad, side(rule, rule.comparator.words().0))
        }
        (Some((rule, Judgement::Holds)), _) => {
            let within = match rule.comparator {
                Comparator::Below => Comparator::Above,
                Comparator::Above => Comparator::Below,
            };
            (Tone::Good, side(rule, within.words().0))
        }
        (Some((_, Judgement::CannotSay(why))), _) => (Tone::Wait, why),
        (None, _) => (Tone::Neutral, say!("no floor set").to_owned()),
    };
    let (tone, verdict) = match worse {
        Some(evidence) => (Tone::Bad, evidence.in_words()),
        None => (tone, verdict),
    };
    SignalView {
        name: signal.name().to_owned(),
        words: bps.map_or(say!("no data").to_owned(), words::percent_2),
        value: signal.value,
        breach: tone == Tone::Bad,
        tone,
        verdict,
        threshold: rule.map(|rule| share(rule.floor_bps)),
        points: signal.series.iter().map(|point| point.value).collect(),
        sample: signal.sample.map_or_else(
            || say!("no {}", said(signal.measure.unit())),
            |count| format!("{} {}", words::grouped(count), said(signal.measure.unit())),
        ),
        age: age(signal.data_until, SIGNAL_STALE_MS, None),
    }
}

fn side(rule: &HealthRule, side: &str) -> String {
    let limit = words::percent_2(rule.floor_bps);
    say!("{side} the {limit} {}", rule.comparator.words().1)
}
