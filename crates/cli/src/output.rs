//! What goes to standard output, and how a command exits. The JSON is a contract.

use std::io::Write as _;
use std::process::ExitCode;

use cockpit_engine::api::Problem;
use cockpit_engine::domain::rehearsal::Readiness;
use cockpit_engine::domain::views::{
    CockpitView, FlagView, LightView, OutcomeView, OutcomeWord, PressView, ReleaseView,
};
use cockpit_say::say;
use serde_json::{Value, json};

/// How a command exits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Every outcome as asked.
    AsAsked,
    /// Refused, stale or failed.
    NotAsAsked,
    /// Bad input.
    Usage,
    /// Unknown, queued or waiting: not in effect.
    NotInEffect,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::AsAsked => 0,
            Exit::NotAsAsked => 1,
            Exit::Usage => 2,
            Exit::NotInEffect => 3,
        })
    }
}

/// Says a problem on standard error.
pub fn problem(problem: &Problem) -> Exit {
    // A closed pipe changes nothing about how it ended.
    let mut error = std::io::stderr();
    let _ = writeln!(error, "{}", problem.sentence);
    if let Some(hint) = &problem.hint {
        let _ = writeln!(error, "{hint}");
    }
    if problem.kind == "bad_input" {
        Exit::Usage
    } else {
        Exit::NotAsAsked
    }
}

/// Writes a line to standard output; a closed pipe is no reason to fail.
pub fn line(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Writes one JSON document to standard output.
pub fn document(value: &Value) {
    line(&serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string()));
}

/// A press with its outcomes.
pub fn press(view: &PressView, as_json: bool) -> Exit {
    shown(view, None, as_json)
}

/// A stop with its outcomes, and what it does not reach.
pub fn stop(view: &PressView, not_covered: &[String], as_json: bool) -> Exit {
    shown(view, Some(not_covered), as_json)
}

fn shown(view: &PressView, not_covered: Option<&[String]>, as_json: bool) -> Exit {
    if as_json {
        let targets: Vec<Value> = view
            .targets
            .iter()
            .map(|target| {
                let OutcomeView {
                    outcome,
                    ms,
                    before,
                    after,
                    sentence,
                    ..
                } = &target.outcome;
                json!({
                    "target": target.target,
                    "title": target.title,
                    "intent": target.intent,
                    "outcome": word(*outcome),
                    "ms": ms,
                    "before": before,
                    "after": after,
                    "sentence": sentence,
                })
            })
            .collect();
        let mut whole = json!({
            "intent": view.press,
            "title": view.title,
            "asked_at": view.asked_at,
            "targets": targets,
        });
        if let Some(lines) = not_covered {
            whole["not_covered"] = json!(lines);
        }
        document(&whole);
    } else {
        line(&format!("{}: {}", view.title, view.summary));
        for target in &view.targets {
            let it = &target.outcome;
            let after = it
                .after
                .as_ref()
                .map(|after| format!(" → {after}"))
                .unwrap_or_default();
            line(&format!(
                "  {:<10} {}  {}{after}  {}",
                word(it.outcome),
                target.title,
                it.before.as_deref().unwrap_or(say!("not read")),
                it.ms.map(|ms| format!("{ms} ms")).unwrap_or_default()
            ));
            line(&format!("             {}", it.sentence));
            if it.outcome == OutcomeWord::Waiting {
                line(&format!(
                    "             cockpit approve --intent {}",
                    short(&target.intent)
                ));
            }
        }
    }
    if let Some(lines) = not_covered.filter(|lines| !lines.is_empty() && !as_json) {
        line(say!("Not covered by this stop:"));
        for it in lines {
            line(&format!("  {it}"));
        }
    }
    let words: Vec<OutcomeWord> = view.targets.iter().map(|it| it.outcome.outcome).collect();
    exit_of(&words)
}

/// The worst of several outcomes decides: what is not in effect by a refusal before what is not
/// known.
pub fn exit_of(words: &[OutcomeWord]) -> Exit {
    let is_refused = |word: &OutcomeWord| match word {
        OutcomeWord::Refused | OutcomeWord::Stale | OutcomeWord::Failed => true,
        OutcomeWord::Waiting
        | OutcomeWord::Working
        | OutcomeWord::Confirmed
        | OutcomeWord::Unknown
        | OutcomeWord::Queued => false,
    };
    if words.iter().any(is_refused) {
        Exit::NotAsAsked
    } else if words.iter().all(|word| *word == OutcomeWord::Confirmed) {
        Exit::AsAsked
    } else {
        Exit::NotInEffect
    }
}

/// The cockpit as a document.
pub fn status_document(view: &CockpitView) -> Value {
    json!({
        "now": view.now,
        "workspace": view.workspace,
        "drill": view.drill,
        "online": view.online.badge.words,
        "can_stop": {
            "state": view.light.readiness.map(readiness),
            "words": view.light.badge.words,
            "sentence": view.light.sentence,
            "targets": view.light.targets.iter().map(|it| {
                let mut shown = can_stop(&it.light);
                shown["target"] = json!(it.target);
                shown["covers"] = json!(it.cover);
                shown
            }).collect::<Vec<_>>(),
        },
        "services": view.online.services.iter().map(|it| json!({
            "service": it.service,
            "state": it.badge.words,
            "read_at": it.age.at,
            "problem": it.age.problem,
        })).collect::<Vec<_>>(),
        "apps": [{
            "id": view.app,
            "name": view.app_name,
            "releases": view.releases.iter().map(release).collect::<Vec<_>>(),
            "flags": view.flags.iter().map(flag).collect::<Vec<_>>(),
            "signals": view.releases.iter().flat_map(signals).collect::<Vec<_>>(),
            "breaches": view.breaches.iter().map(|it| json!({
                "headline": it.headline,
                "detail": it.detail,
                "version": it.version,
                "since": it.since,
                "targets": it.targets,
            })).collect::<Vec<_>>(),
            "drifts": view.drifts.iter().map(|it| json!({
                "target": it.target,
                "headline": it.headline,
                "detail": it.detail,
                "seen_at": it.seen_at,
            })).collect::<Vec<_>>(),
        }],
        "waiting": view.waiting.iter().map(|it| json!({
            "intent": it.intent,
            "title": it.title,
            "detail": it.detail,
            "expires_at": it.expires_at,
            "why_not": it.why_not,
        })).collect::<Vec<_>>(),
        "queued": view.queued.iter().map(|it| json!({
            "intent": it.intent,
            "target": it.target,
            "title": it.title,
            "outcome": word(it.outcome.outcome),
            "sentence": it.outcome.sentence,
            "expires_at": it.expires_at,
        })).collect::<Vec<_>>(),
        "ledger": {
            "entries": view.ledger.entries,
            "state": view.ledger.badge.words,
            "sentence": view.ledger.sentence,
            "head": view.ledger.head,
        },
    })
}

/// The cockpit for a person at a terminal.
pub fn status_lines(view: &CockpitView) {
    let drill = if view.drill {
        say!(" (drill: nothing real is touched)")
    } else {
        ""
    };
    line(&format!("{} · {}{drill}", view.app_name, view.summary));
    line(&format!(
        "{} · {} · {}",
        view.online.badge.words, view.online.fresh, view.online.outbox
    ));
    if let Some(banner) = &view.online.banner {
        line(banner);
    }
    line(&say!(
        "Can I stop right now? {}. {}",
        view.light.badge.words,
        view.light.sentence
    ));
    for it in &view.light.targets {
        line(&format!("  {}: {}", it.title, it.light.badge.words));
        line(&format!(
            "    {} {}",
            it.light.sentence,
            it.light.hint.as_deref().unwrap_or_default()
        ));
    }
    for breach in &view.breaches {
        line(&say!("\nBreach: {}\n  {}", breach.headline, breach.detail));
    }
    for drift in &view.drifts {
        line(&say!("\nAlarm: {}\n  {}", drift.headline, drift.detail));
    }
    line(say!("\nLive releases"));
    for it in &view.releases {
        line(&format!(
            "  {} {} ({})  {}  {} {}  {}",
            it.store,
            it.version,
            it.build,
            it.badge.words,
            it.rollout.label.to_lowercase(),
            it.rollout.words,
            read_at(&it.age)
        ));
        line(&format!("    {}", it.target));
        let reaches = &it.exposure;
        let waiting = match reaches.per_minute_count {
            Some(_) => say!(", and {} of waiting", reaches.per_minute),
            None => String::new(),
        };
        line(&say!(
            "    reaches {}{waiting}. {}",
            reaches.now,
            reaches.how
        ));
        for signal in &it.signals {
            line(&format!(
                "    {} {}, {}, {}",
                signal.name, signal.words, signal.verdict, signal.sample
            ));
        }
    }
    line(say!("\nKill switches"));
    for it in &view.flags {
        line(&format!(
            "  {}  {}  {}  {}",
            it.name,
            it.badge.words,
            it.detail,
            read_at(&it.age)
        ));
    }
    if !view.waiting.is_empty() {
        line(say!("\nWaiting for a person"));
        for it in &view.waiting {
            line(&say!(
                "  {}  {}  until {}",
                it.title,
                it.detail,
                it.expires_at
            ));
            line(&format!(
                "    cockpit approve --intent {}",
                short(&it.intent)
            ));
        }
    }
    for it in &view.queued {
        line(&format!(
            "\n{}: {}\n  {}",
            it.outcome.badge.words, it.title, it.outcome.sentence
        ));
    }
    line(&say!(
        "\nLog: {} Head {}.",
        view.ledger.sentence,
        view.ledger.head
    ));
}

fn read_at(age: &cockpit_engine::domain::views::Age) -> String {
    let at = age
        .at
        .as_ref()
        .map_or(say!("never read").to_owned(), |at| say!("read at {at}"));
    match &age.problem {
        Some(problem) => format!("{at} ({problem})"),
        None => at,
    }
}

fn release(it: &ReleaseView) -> Value {
    json!({
        "target": it.target,
        "store": it.store,
        "platform": it.platform,
        "version": it.version,
        "build": it.build,
        "state": it.badge.words,
        "fraction": it.rollout.fraction,
        "held": it.rollout.held,
        "at_risk": it.at_risk,
        "observed_at": it.age.at,
        "problem": it.age.problem,
        "note": it.note,
        "exposure": {
            "now": it.exposure.now_count,
            "per_minute": it.exposure.per_minute_count,
            "words": [it.exposure.now, it.exposure.per_minute],
            "how": it.exposure.how,
            "data_until": it.exposure.age.at,
        },
        "can_stop": it.light.as_ref().map(can_stop),
        "acts": it.acts.iter().map(|act| json!({
            "verb": act.verb,
            "label": act.label,
            "why_not": act.why_not,
        })).collect::<Vec<_>>(),
    })
}

/// Whether a target can be stopped now, and how that is known.
fn can_stop(it: &LightView) -> Value {
    json!({
        "state": readiness(it.readiness),
        "sentence": it.sentence,
        "missing": it.missing,
        "hint": it.hint,
        "proven_at": it.age.at,
    })
}

fn readiness(readiness: Readiness) -> &'static str {
    match readiness {
        Readiness::CanStop => "can_stop",
        Readiness::NotProven => "not_proven",
        Readiness::Cannot => "cannot",
    }
}

fn flag(it: &FlagView) -> Value {
    json!({
        "target": it.target,
        "name": it.name,
        "on": it.on,
        "state": it.badge.words,
        "detail": it.detail,
        "tied": it.tied,
        "can_stop": it.light.as_ref().map(can_stop),
        "observed_at": it.age.at,
        "problem": it.age.problem,
    })
}

fn signals(it: &ReleaseView) -> Vec<Value> {
    it.signals
        .iter()
        .map(|signal| {
            json!({
                "platform": it.platform,
                "version": it.version,
                "name": signal.name,
                "value": signal.value,
                "threshold": signal.threshold,
                "breach": signal.breach,
                "verdict": signal.verdict,
                "sample": signal.sample,
                "data_until": signal.age.at,
            })
        })
        .collect()
}

/// The product's word for an outcome.
pub fn word(outcome: OutcomeWord) -> &'static str {
    match outcome {
        OutcomeWord::Waiting => "waiting",
        OutcomeWord::Working => "working",
        OutcomeWord::Confirmed => "confirmed",
        OutcomeWord::Refused => "refused",
        OutcomeWord::Stale => "stale",
        OutcomeWord::Unknown => "unknown",
        OutcomeWord::Failed => "failed",
        OutcomeWord::Queued => "queued",
    }
}

pub fn short(hex: &str) -> &str {
    hex.get(..12).unwrap_or(hex)
}
