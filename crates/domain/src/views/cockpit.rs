//! The main screen.

use super::live::{SIGNAL_STALE_MS, STALE_MS};
use super::stop::{is_busy, tied};
use super::{
    ActView, AppChoice, Badge, BreachView, CockpitView, DriftView, FlagView, Icon, LastAct,
    LedgerStatus, Live, OnlineView, QueuedView, ReleaseView, RolloutView, ServiceView, SignalView,
    StopButton, TargetLive, Tone, WaitingView, age, badge, capital, in_flight_version, of_record,
    short, stoppable,
};
use crate::decide::{act_kind, may_not_approve, may_not_ask, not_offered};
use crate::event::Outcome;
use crate::policy::ActKind;
use crate::provider::Verb;
use crate::rule::to_bps;
use crate::signal::Signal;
use crate::state::{Standing, State};
use crate::target::{
    Desired, Flag, Observation, PhasedStatus, Service, StagedStatus, TargetId, TargetState,
};
use crate::time::Time;
use crate::words;

/// The main screen at `now`.
pub fn cockpit(state: &State, live: &Live, now: Time) -> CockpitView {
    let (app, app_name) = state
        .app()
        .unwrap_or_else(|| (String::new(), state.workspace.clone()));
    let version = in_flight_version(state, live);
    let newest = version
        .clone()
        .or_else(|| newest_version(live))
        .unwrap_or_default();
    let stores = live
        .targets
        .values()
        .filter(|it| {
            matches!(
                it.target.id.service(),
                Some(Service::GooglePlay | Service::AppStore)
            )
        })
        .count();
    CockpitView {
        now: now.to_string(),
        workspace: state.workspace.clone(),
        drill: state.drill,
        apps: vec![AppChoice {
            id: app.clone(),
            name: app_name.clone(),
        }],
        app,
        app_name,
        summary: format!(
            "{} · {}",
            count(stores, "store", "stores"),
            count(state.connections.len(), "service", "services")
        ),
        actor: state.people.get(&live.actor).map_or_else(
            || "Nobody".to_owned(),
            |person| {
                let role = person.roles.iter().find(|role| {
                    **role == crate::policy::Role::ProductLead || person.roles.len() == 1
                });
                format!(
                    "You · {}",
                    role.map_or("member".to_owned(), |it| capital(it.name()))
                )
            },
        ),
        online: online(state, live),
        breaches: breaches(state, live, now),
        releases: live
            .targets
            .values()
            .filter_map(|it| release(state, live, it, now))
            .collect(),
        flags: live
            .targets
            .values()
            .filter_map(|it| flag(state, live, it, &newest, now))
            .collect(),
        flags_from: live
            .targets
            .values()
            .filter_map(|it| it.observation.as_ref())
            .find_map(|it| match &it.state {
                TargetState::Flag(flag) => Some(format!("Unleash · {}", flag.environment)),
                TargetState::StagedRollout(_)
                | TargetState::PhasedRelease(_)
                | TargetState::StatusPage(_) => None,
            })
            .unwrap_or_default(),
        waiting: waiting(state, live, now),
        queued: queued(state, live, now),
        drifts: drifts(state),
        stop: StopButton {
            why_not: stop_why_not(state, live, version.as_deref()),
            version,
        },
        ledger: ledger_status(live),
    }
}

/// State of the ledger, in words.
pub fn ledger_status(live: &Live) -> LedgerStatus {
    let it = &live.ledger;
    let devices = count(it.devices, "device", "devices");
    let (badge, sentence) = match (&it.broken, it.checking, it.checked_at) {
        (Some(what), _, _) => (
            badge(Tone::Bad, Icon::Alert, "Broken"),
            format!("{what} Acts are refused until the log is repaired; reading goes on."),
        ),
        (None, true, _) => (
            badge(Tone::Wait, Icon::Waiting, "Checking"),
            format!(
                "Checking {} entries from {devices}.",
                words::grouped(it.entries)
            ),
        ),
        (None, false, None) => (
            badge(Tone::Wait, Icon::Unknown, "Not checked yet"),
            format!("{} entries, not checked yet.", words::grouped(it.entries)),
        ),
        (None, false, Some(_)) => (
            badge(Tone::Good, Icon::Done, "Intact"),
            match it.checked_tail {
                Some(tail) if tail < it.entries => format!(
                    "{} entries from {devices}; the newest {} were checked, every signature and \
                     link.",
                    words::grouped(it.entries),
                    words::grouped(tail)
                ),
                Some(_) | None => format!(
                    "{} entries from {devices}, every signature and link checked.",
                    words::grouped(it.entries)
                ),
            },
        ),
    };
    LedgerStatus {
        entries: it.entries,
        badge,
        sentence,
        checked_at: it.checked_at.map(|at| at.to_string()),
        head: short(&it.head),
    }
}

fn stop_why_not(state: &State, live: &Live, version: Option<&str>) -> Option<String> {
    if let Some(why) = may_not_ask(state, &live.actor, ActKind::Stop) {
        return Some(capital(&why));
    }
    match version {
        Some(version) if !stoppable(live, version).is_empty() => None,
        Some(_) | None if live.targets.is_empty() => Some("No store was read yet".to_owned()),
        Some(_) | None => Some("Nothing that can be stopped rolls out".to_owned()),
    }
}

fn newest_version(live: &Live) -> Option<String> {
    live.targets
        .values()
        .filter(|it| is_live(it))
        .filter_map(|it| it.observation.as_ref())
        .filter_map(|it| words::version(&it.state))
        .max_by_key(|version| super::stop::by_number(version))
        .map(ToOwned::to_owned)
}

fn online(state: &State, live: &Live) -> OnlineView {
    let services: Vec<ServiceView> = state
        .connections
        .keys()
        .map(|service| {
            let it = live.services.get(service).cloned().unwrap_or_default();
            let badge = match (&it.problem, it.read_at, it.offline) {
                (_, _, true) => badge(Tone::Bad, Icon::Alert, "Cannot be reached"),
                (Some(_), _, false) => badge(Tone::Wait, Icon::Alert, "Answers with an error"),
                (None, Some(_), false) => badge(Tone::Good, Icon::Done, "Answers"),
                (None, None, false) => badge(Tone::Wait, Icon::Unknown, "Not read yet"),
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
    let (word, banner) = if services.is_empty() {
        (badge(Tone::Wait, Icon::Idle, "Nothing connected"), None)
    } else if down.len() == services.len() {
        (
            badge(Tone::Bad, Icon::Alert, "Offline"),
            Some(
                "Offline: everything shown is what was read last, with its age. A stop or a flag \
                 turned off is queued, not in effect, and is checked again before it is sent."
                    .to_owned(),
            ),
        )
    } else if !down.is_empty() {
        (
            badge(Tone::Wait, Icon::Alert, "Partly offline"),
            Some(format!(
                "{} cannot be reached. What is shown of it is what was read last.",
                down.join(" and ")
            )),
        )
    } else if fresh < services.len() {
        (
            badge(Tone::Wait, Icon::Unknown, "Not everything answers"),
            None,
        )
    } else {
        (badge(Tone::Good, Icon::Done, "Online"), None)
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
        (0, 0) => "Outbox empty".to_owned(),
        (queued, 0) => format!("{} queued, not in effect", count(queued, "act", "acts")),
        (0, unknown) => format!("{} unknown, asked again", count(unknown, "act", "acts")),
        (queued, unknown) => format!("{queued} queued, not in effect · {unknown} unknown"),
    };
    OnlineView {
        badge: word,
        fresh: format!("{fresh} of {} services fresh", services.len()),
        outbox,
        banner,
        services,
    }
}

fn breaches(state: &State, live: &Live, now: Time) -> Vec<BreachView> {
    let mut found: Vec<(Time, BreachView)> = state
        .breaches
        .values()
        .map(|standing| {
            let it = &standing.breach;
            // The newest figure, if a newer one was read than the one that was sealed.
            let newest = live.signals.iter().find(|signal| {
                signal.platform == it.platform
                    && signal.version == it.version
                    && signal.measure == it.measure
            });
            let value_bps = newest.and_then(|it| it.value).map_or(it.value_bps, to_bps);
            let sample = newest.and_then(|it| it.sample).unwrap_or(it.sample);
            let until = newest.and_then(|it| it.data_until).unwrap_or(it.data_until);
            let view = BreachView {
                headline: format!(
                    "{} {}: {} {}",
                    it.platform,
                    it.version,
                    it.measure.name().to_lowercase(),
                    words::percent_2(value_bps)
                ),
                detail: format!(
                    "below your {} floor for {} · {} sessions in the newest interval",
                    words::percent_2(it.floor_bps),
                    words::span(now.ms_since(it.since)),
                    words::grouped(sample)
                ),
                since: it.since.to_string(),
                age: age(Some(until), SIGNAL_STALE_MS, None),
                version: it.version.clone(),
                targets: stoppable(live, &it.version)
                    .into_iter()
                    .map(|(seen, _)| seen.target.0)
                    .collect(),
                entry: Some(standing.position),
            };
            (it.since, view)
        })
        .collect();
    found.sort_by_key(|(since, _)| std::cmp::Reverse(*since));
    found.into_iter().map(|(_, view)| view).collect()
}

fn release(state: &State, live: &Live, it: &TargetLive, now: Time) -> Option<ReleaseView> {
    let service = it.target.id.service()?;
    if !matches!(service, Service::GooglePlay | Service::AppStore) {
        return None;
    }
    let seen = it.observation.as_ref();
    if !is_live(it) {
        return None;
    }
    let (version, build) = seen.map_or((String::new(), String::new()), version_and_build);
    let signals: Vec<SignalView> = live
        .signals
        .iter()
        .filter(|signal| signal.platform == it.target.platform && signal.version == version)
        .map(|signal| signal_view(state, signal, now))
        .collect();
    Some(ReleaseView {
        target: it.target.id.0.clone(),
        store: service.name().to_owned(),
        platform: it.target.platform.clone(),
        at_risk: state
            .breaches
            .values()
            .any(|at| at.breach.version == version && at.breach.platform == it.target.platform),
        badge: seen.map_or_else(
            || badge(Tone::Wait, Icon::Unknown, "Never read"),
            |seen| rollout_badge(&seen.state),
        ),
        rollout: rollout(seen),
        signals,
        age: age(seen.map(|seen| seen.at), STALE_MS, it.problem.as_deref()),
        note: seen.map_or_else(String::new, |seen| note(&seen.state)),
        acts: seen.map_or_else(Vec::new, |seen| rollout_acts(state, live, seen)),
        last_act: last_act(state, live, &it.target.id, now),
        version,
        build,
    })
}

/// Production always; a test track only while something rolls out or is halted on it.
fn is_live(it: &TargetLive) -> bool {
    if it.target.id.service() != Some(Service::GooglePlay)
        || it.target.id.name().ends_with("/production")
    {
        return true;
    }
    match it.observation.as_ref().map(|seen| &seen.state) {
        Some(TargetState::StagedRollout(rollout)) => match rollout.status {
            StagedStatus::InProgress | StagedStatus::Halted => true,
            StagedStatus::Absent | StagedStatus::Draft | StagedStatus::Completed => false,
        },
        Some(TargetState::PhasedRelease(_) | TargetState::Flag(_) | TargetState::StatusPage(_))
        | None => false,
    }
}

fn version_and_build(seen: &Observation) -> (String, String) {
    match &seen.state {
        TargetState::StagedRollout(it) => (it.version.clone(), it.builds.join(", ")),
        TargetState::PhasedRelease(it) => (it.version.clone(), it.build.clone()),
        TargetState::Flag(_) | TargetState::StatusPage(_) => (String::new(), String::new()),
    }
}

fn rollout_badge(state: &TargetState) -> Badge {
    match state {
        TargetState::StagedRollout(it) => match it.status {
            StagedStatus::Absent => badge(Tone::Neutral, Icon::Idle, "No release"),
            StagedStatus::Draft => badge(Tone::Neutral, Icon::Idle, "Draft"),
            StagedStatus::InProgress => badge(Tone::Neutral, Icon::Progress, "In progress"),
            StagedStatus::Halted => badge(Tone::Wait, Icon::Held, "Halted"),
            StagedStatus::Completed => badge(Tone::Good, Icon::Done, "Complete"),
        },
        TargetState::PhasedRelease(it) => {
            let day = it
                .day
                .map(|day| format!(", day {day} of 7"))
                .unwrap_or_default();
            match it.status {
                PhasedStatus::Absent => badge(Tone::Neutral, Icon::Done, "Released to everybody"),
                PhasedStatus::Inactive => badge(Tone::Neutral, Icon::Idle, "Not begun"),
                PhasedStatus::Active => {
                    badge(Tone::Neutral, Icon::Progress, format!("Active{day}"))
                }
                PhasedStatus::Paused => badge(Tone::Wait, Icon::Held, format!("Paused{day}")),
                PhasedStatus::Complete => badge(Tone::Good, Icon::Done, "Complete"),
            }
        }
        TargetState::Flag(_) | TargetState::StatusPage(_) => {
            badge(Tone::Neutral, Icon::Idle, capital(&words::state(state)))
        }
    }
}

fn rollout(seen: Option<&Observation>) -> RolloutView {
    let unknown = || RolloutView {
        label: "Rollout".to_owned(),
        fraction: None,
        words: "not known".to_owned(),
        held: false,
        detail: "never read".to_owned(),
    };
    let Some(seen) = seen else { return unknown() };
    match &seen.state {
        TargetState::StagedRollout(it) => {
            let bps = match it.status {
                StagedStatus::Completed => Some(10_000),
                StagedStatus::Absent
                | StagedStatus::Draft
                | StagedStatus::InProgress
                | StagedStatus::Halted => it.fraction_bps,
            };
            RolloutView {
                label: "Staged rollout".to_owned(),
                fraction: bps.map(share),
                words: bps.map_or("no share".to_owned(), words::percent),
                held: it.status == StagedStatus::Halted,
                detail: it.fallback.as_ref().map_or_else(
                    || "no earlier full release on this track".to_owned(),
                    |version| format!("everybody else gets {version}"),
                ),
            }
        }
        TargetState::PhasedRelease(it) => {
            let bps = it.fraction_bps();
            RolloutView {
                label: "Phased release".to_owned(),
                fraction: bps.map(share),
                words: bps.map_or("not known".to_owned(), words::percent),
                held: it.status == PhasedStatus::Paused,
                detail: format!(
                    "of automatic updates · {} days of pause left",
                    30_u32.saturating_sub(it.pause_days_used)
                ),
            }
        }
        TargetState::Flag(_) | TargetState::StatusPage(_) => unknown(),
    }
}

fn note(state: &TargetState) -> String {
    match state {
        TargetState::StagedRollout(it) => match it.status {
            StagedStatus::Halted => format!("People who have {} keep it", it.version),
            StagedStatus::InProgress => "A fraction cannot be lowered, only halted".to_owned(),
            StagedStatus::Absent | StagedStatus::Draft | StagedStatus::Completed => String::new(),
        },
        TargetState::PhasedRelease(it) => match it.status {
            PhasedStatus::Active | PhasedStatus::Paused => {
                format!("Manual downloads still get {}", it.version)
            }
            PhasedStatus::Absent | PhasedStatus::Inactive | PhasedStatus::Complete => String::new(),
        },
        TargetState::Flag(_) | TargetState::StatusPage(_) => String::new(),
    }
}

fn rollout_acts(state: &State, live: &Live, seen: &Observation) -> Vec<ActView> {
    let wishes: Vec<(&str, Desired)> = match &seen.state {
        TargetState::StagedRollout(it) => match it.status {
            StagedStatus::InProgress => vec![
                ("Halt", Desired::Stopped),
                (
                    "Set %",
                    Desired::RollingOut {
                        fraction_bps: next_fraction(it.fraction_bps),
                    },
                ),
                ("Complete", Desired::Complete),
            ],
            StagedStatus::Halted => vec![
                (
                    "Resume",
                    Desired::RollingOut {
                        fraction_bps: it.fraction_bps,
                    },
                ),
                ("Complete", Desired::Complete),
            ],
            StagedStatus::Completed => vec![("Halt", Desired::Stopped)],
            StagedStatus::Absent | StagedStatus::Draft => Vec::new(),
        },
        TargetState::PhasedRelease(it) => match it.status {
            PhasedStatus::Active => {
                vec![("Pause", Desired::Stopped), ("Complete", Desired::Complete)]
            }
            PhasedStatus::Paused => vec![
                ("Resume", Desired::RollingOut { fraction_bps: None }),
                ("Complete", Desired::Complete),
            ],
            PhasedStatus::Absent | PhasedStatus::Inactive | PhasedStatus::Complete => Vec::new(),
        },
        TargetState::Flag(_) | TargetState::StatusPage(_) => Vec::new(),
    };
    wishes
        .into_iter()
        .map(|(label, desired)| act(state, live, seen, label, desired))
        .collect()
}

fn act(state: &State, live: &Live, seen: &Observation, label: &str, desired: Desired) -> ActView {
    let kind = act_kind(&desired, &seen.state);
    let why_not = may_not_ask(state, &live.actor, kind)
        .or_else(|| not_offered(&desired, &seen.state))
        .or_else(|| is_busy(state, &seen.target).then(|| "an act on it is under way".to_owned()))
        .map(|why| capital(&why));
    let service = seen.target.service().map_or("", Service::name);
    let what = match &seen.state {
        TargetState::Flag(flag) => flag.name.clone(),
        TargetState::StagedRollout(_)
        | TargetState::PhasedRelease(_)
        | TargetState::StatusPage(_) => words::version(&seen.state).unwrap_or_default().to_owned(),
    };
    let persons = state.persons_needed(kind);
    let needs = match (persons, kind.is_explicit()) {
        (1, false) => "You".to_owned(),
        (1, true) => "You, and then your approval in the approval window".to_owned(),
        (_, _) => "You, and one more person who approves".to_owned(),
    };
    ActView {
        verb: verb(kind),
        name: format!("{label} {what} on {service}"),
        label: label.to_owned(),
        stops: desired.is_safe_direction(),
        why_not,
        sentence: words::consequence(&desired, &seen.state),
        needs,
        desired,
    }
}

fn verb(kind: ActKind) -> Verb {
    match kind {
        ActKind::Stop => Verb::Stop,
        ActKind::Resume => Verb::Resume,
        ActKind::SetFraction => Verb::SetFraction,
        ActKind::Complete => Verb::Complete,
        ActKind::TurnOff => Verb::TurnOff,
        ActKind::TurnOn => Verb::TurnOn,
        ActKind::Publish => Verb::Publish,
    }
}

fn flag(state: &State, live: &Live, it: &TargetLive, version: &str, now: Time) -> Option<FlagView> {
    let seen = it.observation.as_ref()?;
    let TargetState::Flag(flag) = &seen.state else {
        return None;
    };
    let (label, desired) = if flag.enabled {
        ("Turn off", Desired::Off)
    } else {
        ("Turn on", Desired::On)
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
        act: act(state, live, seen, label, desired),
        last_act: last_act(state, live, &it.target.id, now),
    })
}

fn flag_badge(flag: &Flag) -> Badge {
    match (flag.enabled, flag.serving) {
        (true, Some(false)) => badge(
            Tone::Wait,
            Icon::Waiting,
            "On in the console, not served yet",
        ),
        (false, Some(true)) => badge(
            Tone::Bad,
            Icon::Alert,
            "Off in the console, apps still get it",
        ),
        (true, Some(true)) => badge(Tone::Neutral, Icon::Progress, "On"),
        (true, None) => badge(Tone::Neutral, Icon::Progress, "On in the console"),
        (false, Some(false)) => badge(Tone::Neutral, Icon::Idle, "Off"),
        (false, None) => badge(Tone::Neutral, Icon::Idle, "Off in the console"),
    }
}

fn flag_detail(flag: &Flag) -> String {
    let reach = match (flag.enabled, flag.fraction_bps) {
        (true, Some(bps)) if bps < 10_000 => format!("on for {} · gradual", words::percent(bps)),
        (true, Some(_) | None) => "on for everybody".to_owned(),
        (false, Some(_) | None) => "off for everybody".to_owned(),
    };
    if flag.description.is_empty() {
        reach
    } else {
        format!("{} · {reach}", flag.description)
    }
}

fn last_act(state: &State, live: &Live, target: &TargetId, now: Time) -> Option<LastAct> {
    let (id, record) = state.newest_intent(target)?;
    let who = if record.by == live.actor {
        "you".to_owned()
    } else {
        state
            .people
            .get(&record.by)
            .map_or("somebody".to_owned(), |it| it.name.clone())
    };
    let what = match record.intent.act {
        ActKind::Stop => "stop asked for by",
        ActKind::Resume => "resume asked for by",
        ActKind::SetFraction => "new fraction asked for by",
        ActKind::Complete => "completion asked for by",
        ActKind::TurnOff => "turning off asked for by",
        ActKind::TurnOn => "turning on asked for by",
        ActKind::Publish => "notice asked for by",
    };
    Some(LastAct {
        words: format!("{} {who}", capital(what)),
        at: record.intent.asked_at.to_string(),
        outcome: of_record(id, record, live, now),
    })
}

fn signal_view(state: &State, signal: &Signal, now: Time) -> SignalView {
    let rule = state
        .rules
        .iter()
        .find(|rule| rule.measure == signal.measure);
    let bps = signal.value.map(to_bps);
    let (tone, verdict) = match (rule.map(|rule| (rule, rule.judge(signal, now))), bps) {
        (Some((rule, crate::rule::Judgement::Breach(_))), _) => (
            Tone::Bad,
            format!("below the {} floor", words::percent_2(rule.floor_bps)),
        ),
        (Some((rule, crate::rule::Judgement::Holds)), _) => (
            Tone::Good,
            format!("above the {} floor", words::percent_2(rule.floor_bps)),
        ),
        (Some((_, crate::rule::Judgement::CannotSay(why))), _) => (Tone::Wait, why),
        (None, _) => (Tone::Neutral, "no floor set".to_owned()),
    };
    SignalView {
        name: signal.measure.name().to_owned(),
        words: bps.map_or("no data".to_owned(), words::percent_2),
        value: signal.value,
        breach: tone == Tone::Bad,
        tone,
        verdict,
        threshold: rule.map(|rule| share(rule.floor_bps)),
        points: signal.series.iter().map(|point| point.value).collect(),
        sample: signal.sample.map_or("no sessions".to_owned(), |count| {
            format!("{} sessions", words::grouped(count))
        }),
        age: age(signal.data_until, SIGNAL_STALE_MS, None),
    }
}

fn waiting(state: &State, live: &Live, now: Time) -> Vec<WaitingView> {
    let mut found: Vec<(u64, WaitingView)> = state
        .intents
        .iter()
        .filter(|(_, record)| {
            record.standing() == Standing::Waiting && now <= record.intent.expires_at
        })
        .map(|(id, record)| {
            let who = if record.by == live.actor {
                "you".to_owned()
            } else {
                state
                    .people
                    .get(&record.by)
                    .map_or("somebody".to_owned(), |it| it.name.clone())
            };
            let needed = record.missing_persons();
            let view = WaitingView {
                intent: id.clone(),
                title: format!("{} · {}", record.intent.press_title, record.intent.title),
                detail: format!(
                    "asked by {who} · needs {}",
                    if needed == 1 {
                        "1 approval".to_owned()
                    } else {
                        format!("{needed} approvals")
                    }
                ),
                expires_at: record.intent.expires_at.to_string(),
                why_not: may_not_approve(state, &live.actor, record, now),
            };
            (record.position, view)
        })
        .collect();
    found.sort_by_key(|(position, _)| std::cmp::Reverse(*position));
    found.into_iter().map(|(_, view)| view).collect()
}

fn queued(state: &State, live: &Live, now: Time) -> Vec<QueuedView> {
    state
        .intents
        .iter()
        .filter(|(_, record)| {
            record.standing() == Standing::Ready
                && record
                    .result
                    .as_ref()
                    .is_some_and(|(result, _)| match result.outcome {
                        Outcome::Queued | Outcome::Unknown => true,
                        Outcome::Confirmed
                        | Outcome::Refused
                        | Outcome::Stale
                        | Outcome::Failed => false,
                    })
        })
        .map(|(id, record)| QueuedView {
            intent: id.clone(),
            target: record.intent.target.0.clone(),
            title: format!("{} · {}", record.intent.press_title, record.intent.title),
            outcome: of_record(id, record, live, now),
            expires_at: record.intent.expires_at.to_string(),
        })
        .collect()
}

fn drifts(state: &State) -> Vec<DriftView> {
    state
        .drifts
        .values()
        .map(|drift| DriftView {
            target: drift.target.0.clone(),
            headline: format!(
                "{}: something undid the stop",
                words::target(&drift.target, &drift.after)
            ),
            detail: format!(
                "It was confirmed as {}; at {} it was read as {}.",
                words::state(&drift.before),
                words::clock(drift.seen_at),
                words::state(&drift.after)
            ),
            seen_at: drift.seen_at.to_string(),
        })
        .collect()
}

/// The next usual step above the fraction that is out; only a suggestion for the form.
fn next_fraction(now: Option<u32>) -> Option<u32> {
    const STEPS: [u32; 8] = [100, 200, 500, 1_000, 2_000, 5_000, 7_500, 9_999];
    let now = now.unwrap_or(0);
    STEPS.into_iter().find(|step| *step > now)
}

fn share(bps: u32) -> f64 {
    f64::from(bps) / 10_000.0
}

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
