//! One run from its seed to what was recorded of it. Must not judge.

use std::collections::BTreeMap;
use std::sync::Arc;

use cockpit_engine::domain::event::{EffectResult, Event, Intent, Outcome};
use cockpit_ledger::{Ledger, Verdict as LedgerVerdict};
use serde_json::{Value, json};

use crate::judge;
use crate::plan::Plan;
use crate::stage::{LaptopClock, Stage, pass_ms};
use crate::truth::Target;

/// From the press to the last verdict: what is promised, and a little for the recording.
pub const VERDICT_MS_MAX: u64 = 10_000 + 100;
/// A queued stop ends after a quarter of an hour at the latest; this is as long in steps.
const STEP_MS: u64 = 30_000;
const STEPS_MAX: usize = 40;
/// At the end nothing may be open that could be known for this long.
pub const QUIET_MS: u64 = 60_000;

/// An intent with everything that was reported of it, in order, each with the time when that
/// really was.
pub struct Course {
    pub id: String,
    pub intent: Intent,
    pub results: Vec<(i64, EffectResult)>,
    pub target: Target,
}

/// What was recorded of one run.
pub struct Record {
    pub plan: Plan,
    pub pressed_at_ms: i64,
    pub ended_at_ms: i64,
    pub courses: Vec<Course>,
    /// What a check of the whole ledger found.
    pub ledger: Result<(), String>,
    pub settled_in_time: bool,
    /// How far the laptop's clock stood ahead at the end.
    pub ahead_ms: i64,
}

/// One run, judged.
pub struct Verdict {
    pub complaints: Vec<String>,
    pub ends: Vec<End>,
    pub requests: usize,
    /// All of it, for a person who asked.
    pub story: Option<String>,
}

/// What became of one target.
pub struct End {
    pub service: String,
    /// Nothing happened to it.
    pub healthy: bool,
    pub first: Option<Outcome>,
    pub last: Option<Outcome>,
    /// From the press to the first verdict; none when there never was one.
    pub took_ms: Option<i64>,
}

impl End {
    fn of(record: &Record, course: &Course) -> End {
        let outcome = |it: &(i64, EffectResult)| it.1.outcome;
        End {
            service: course.target.service().to_owned(),
            healthy: record.is_healthy(course),
            first: course.results.first().map(outcome),
            last: course.results.last().map(outcome),
            took_ms: record.took_ms(course),
        }
    }
}

impl Record {
    /// From the press to a target's first verdict.
    pub fn took_ms(&self, course: &Course) -> Option<i64> {
        let (at_ms, _) = course.results.first()?;
        Some(at_ms - self.pressed_at_ms)
    }

    /// Whether nothing happens to it in this run.
    pub fn is_healthy(&self, course: &Course) -> bool {
        let id = &course.target.id;
        let mut healthy = self.plan.healthy.iter();
        healthy.any(|spot| course.target.service() == *spot || id.ends_with(spot))
    }
}

pub fn run(seed: u64, plan: Plan, told: bool) -> Verdict {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let (stage, seen) = runtime.block_on(play(seed, &plan));
    let Stage {
        handle,
        folder,
        laptop,
        ..
    } = stage;
    // The engine ends with the runtime; from here on only its files speak.
    drop((handle, runtime));
    let (courses, ledger) = read(folder.path(), &plan, &seen, &laptop);
    let record = Record {
        plan,
        pressed_at_ms: seen.pressed_at_ms,
        ended_at_ms: seen.truth["at_ms"].as_i64().unwrap(),
        courses,
        ledger,
        settled_in_time: seen.settled_in_time,
        ahead_ms: laptop.ahead_ms(),
    };
    Verdict {
        complaints: judge::complaints(&record),
        ends: record
            .courses
            .iter()
            .map(|course| End::of(&record, course))
            .collect(),
        requests: seen.log["requests"].as_array().unwrap().len(),
        story: told.then(|| judge::story(&record, &seen.truth, &seen.log)),
    }
}

struct Seen {
    pressed_at_ms: i64,
    /// Entries of the sandbox's history before the press.
    base: usize,
    intents: Vec<String>,
    settled_in_time: bool,
    truth: Value,
    log: Value,
}

async fn play(seed: u64, plan: &Plan) -> (Stage, Seen) {
    let stage = Stage::new(seed, plan.latency_ms, plan.polls, &plan.board).await;
    stage.control("DELETE", "log", &json!({}));
    let before = stage.sandbox.truth();
    for (service, ms) in &plan.late {
        let propagation = json!({"service": service, "propagation_ms": ms});
        stage.control("POST", "knobs", &propagation);
    }
    for (path, bodies) in [
        ("knobs", &plan.knobs),
        ("fault", &plan.faults),
        ("console", &plan.consoles),
    ] {
        for body in bodies {
            stage.control("POST", path, body);
        }
    }
    let pressed = stage.press_stop().await;
    let network = {
        let sandbox = stage.sandbox.clone();
        let offline = plan.offline.clone();
        tokio::spawn(async move {
            let Some((services, from_ms, for_ms)) = offline else {
                return;
            };
            for (wait_ms, on) in [(from_ms, true), (for_ms, false)] {
                pass_ms(wait_ms).await;
                let body = json!({"services": services, "on": on});
                sandbox.control("POST", "/_sandbox/offline", &body);
            }
        })
    };
    let hand = {
        let (laptop, sets) = (Arc::clone(&stage.laptop), plan.clock.clone());
        tokio::spawn(async move {
            let mut at_ms = 0;
            for (then_ms, by_ms) in sets {
                pass_ms(then_ms - at_ms).await;
                laptop.set(by_ms);
                at_ms = then_ms;
            }
        })
    };
    let promised_ms = VERDICT_MS_MAX + plan.slack(VERDICT_MS_MAX);
    let view = stage.handle.settled(&pressed, promised_ms).await.unwrap();
    pass_ms(plan.lingers_ms).await;
    network.abort();
    hand.await.unwrap();
    stage.control("DELETE", "fault", &json!({}));
    stage.control("POST", "offline", &json!({"services": "all", "on": false}));
    for _ in 0..STEPS_MAX {
        let view = stage.handle.settled(&pressed, 0).await.unwrap();
        let open = |word: &str| matches!(word, "unknown" | "queued" | "working");
        let words: Vec<Value> = view
            .targets
            .iter()
            .map(|it| json!(it.outcome.outcome))
            .collect();
        if !words.iter().any(|word| open(word.as_str().unwrap())) {
            break;
        }
        pass_ms(STEP_MS).await;
    }
    pass_ms(QUIET_MS).await;
    let seen = Seen {
        pressed_at_ms: before["at_ms"].as_i64().unwrap(),
        base: before["history"].as_array().unwrap().len(),
        intents: pressed.intents,
        settled_in_time: view.settled,
        truth: stage.sandbox.truth(),
        log: stage.control("GET", "log", &json!({})),
    };
    (stage, seen)
}

/// What the ledger holds of the press, read from its file, and whether it verifies.
fn read(
    folder: &std::path::Path,
    plan: &Plan,
    seen: &Seen,
    laptop: &LaptopClock,
) -> (Vec<Course>, Result<(), String>) {
    let ledger = Ledger::open(folder.join("ledger.db"), seen.pressed_at_ms).unwrap();
    let checked = match ledger.verify_all(&[], |_, _| {}).unwrap() {
        LedgerVerdict::Whole(_) => Ok(()),
        LedgerVerdict::Broken(damage) => Err(damage.to_string()),
    };
    let mut intents: BTreeMap<String, Intent> = BTreeMap::new();
    let mut results: BTreeMap<String, Vec<(i64, EffectResult)>> = BTreeMap::new();
    for stored in ledger.entries_after(0, 10_000).unwrap() {
        let header = stored.entry.header();
        match Event::parse(&header.kind, stored.entry.body()).unwrap() {
            Event::IntentRequested(intent) => {
                intents.insert(stored.entry.id().to_string(), *intent);
            }
            Event::EffectResult(result) => results
                .entry(result.intent.clone())
                .or_default()
                .push((laptop.really(header.at.ms()), result)),
            _ => {}
        }
    }
    let courses = seen
        .intents
        .iter()
        .map(|id| {
            let intent = intents
                .remove(id)
                .expect("what was pressed is in the ledger");
            let target = Target::of(&intent.target.0, &seen.truth, &seen.log, seen.base, plan);
            Course {
                id: id.clone(),
                results: results.remove(id).unwrap_or_default(),
                intent,
                target,
            }
        })
        .collect();
    (courses, checked)
}
