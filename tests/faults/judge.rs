//! What must be true of every run. Compares what the ledger says with what the sandbox knows.
//! Must not know what went wrong, but for how late clients see a flag. The sandbox's times are
//! whole milliseconds, cut off, so that two of them may be one apart.

use std::fmt::Write as _;

use cockpit_engine::domain::event::{EffectResult, Outcome};
use serde_json::Value;

use crate::run::{Course, QUIET_MS, Record, VERDICT_MS_MAX};
use crate::truth::{Request, Turn};

/// A clock that is off by more is noticed by the services that are signed in to with it.
const CLOCK_OFF_MS: i64 = 60_000;
/// A healthy target has its verdict within this, at up to 100 ms for each request.
const HEALTHY_MS_MAX: i64 = 2_000;
/// A write whose answer was lost may take effect for this long, and is then looked for again.
const LANDING_MS: i64 = 120_000 + 40_000;

/// Every rule that a run broke, in words.
pub fn complaints(record: &Record) -> Vec<String> {
    let mut found = Vec::new();
    if let Err(damage) = &record.ledger {
        found.push(format!("the ledger does not verify: {damage}"));
    }
    if !record.settled_in_time {
        found.push(format!("no verdict for all within {VERDICT_MS_MAX} ms"));
    }
    let targets = record.plan.board.targets;
    if record.courses.len() != targets {
        found.push(format!(
            "{} targets instead of {targets}",
            record.courses.len()
        ));
    }
    for course in &record.courses {
        let broken = [
            owed_in_time(record, course),
            healthy_at_once(record, course),
            one_final_outcome(course),
            confirmed_is_true(record, course),
            confirmed_is_read_back(course),
            not_in_effect_is_true(course),
            nothing_open_that_can_be_known(record, course),
            nothing_sent_twice(course),
            looked_before_sending_again(course),
        ];
        let name = &course.target.id;
        found.extend(
            broken
                .into_iter()
                .flatten()
                .map(|it| format!("{name}: {it}")),
        );
    }
    found
}

fn owed_in_time(record: &Record, course: &Course) -> Option<String> {
    let took = record.took_ms(course)?;
    let promised_ms = VERDICT_MS_MAX + record.plan.slack(VERDICT_MS_MAX);
    (took > i64::try_from(promised_ms).unwrap())
        .then(|| format!("the first verdict came after {took} ms"))
}

/// What nothing happens to is stopped within two seconds, whatever hangs beside it.
fn healthy_at_once(record: &Record, course: &Course) -> Option<String> {
    if !record.is_healthy(course) {
        return None;
    }
    let (_, result) = course.results.first()?;
    let took = record.took_ms(course)?;
    let well = result.outcome == Outcome::Confirmed && took <= HEALTHY_MS_MAX;
    (!well).then(|| {
        format!(
            "nothing happened to it, but: {:?} after {took} ms",
            result.outcome
        )
    })
}

/// A final outcome is the last one, and a report repeats none before it.
fn one_final_outcome(course: &Course) -> Option<String> {
    let outcomes: Vec<Outcome> = course.results.iter().map(|it| it.1.outcome).collect();
    let last = outcomes.len().checked_sub(1)?;
    let early = outcomes[..last].iter().any(|outcome| outcome.is_final());
    let twice = outcomes.windows(2).any(|pair| pair[0] == pair[1]);
    (early || twice).then(|| format!("reported {outcomes:?}"))
}

/// Somewhere between asking for the state and having the answer, the state was as confirmed.
fn confirmed_is_true(record: &Record, course: &Course) -> Option<String> {
    let (at_ms, result) = course.results.last()?;
    if result.outcome != Outcome::Confirmed {
        return None;
    }
    let from_ms = course
        .target
        .reads
        .iter()
        .map(|reads| asked_at_ms(reads, *at_ms, record.plan.polls))
        .min()
        .flatten();
    let Some(from_ms) = from_ms else {
        return Some("confirmed without a read".to_owned());
    };
    let contradicted = course
        .target
        .sides()
        .any(|side| !side.met_within(from_ms, *at_ms));
    contradicted.then(|| {
        format!(
            "confirmed at {at_ms}, but not so from {from_ms} on: {}",
            result.sentence
        )
    })
}

/// Each side was asked after the last request that was sent to change it.
fn confirmed_is_read_back(course: &Course) -> Option<String> {
    let (at_ms, result) = course.results.last()?;
    let target = &course.target;
    let sent = target.writes.iter().rfind(|it| it.at_ms <= *at_ms)?;
    let is_after = |it: &Request| {
        let answered = it.answered_at_ms.is_some_and(|it| it <= at_ms + 1);
        it.tells && answered && it.at_ms >= sent.at_ms
    };
    let read = target.reads.iter().all(|reads| reads.iter().any(is_after));
    (result.outcome == Outcome::Confirmed && !read)
        .then(|| format!("confirmed at {at_ms} without a read after {}", sent.line))
}

/// When the answer that was there at `at_ms` was asked for. With pollers two of them may have
/// been under way.
fn asked_at_ms(reads: &[Request], at_ms: i64, polls: bool) -> Option<i64> {
    let mut answered: Vec<&Request> = reads
        .iter()
        .filter(|it| it.tells && it.answered_at_ms.is_some_and(|it| it <= at_ms + 1))
        .collect();
    answered.sort_by_key(|it| it.answered_at_ms);
    let several = if polls { 2 } else { 1 };
    answered.iter().rev().take(several).map(|it| it.at_ms).min()
}

/// "Nothing is in effect" holds when it is said, and stays so.
fn not_in_effect_is_true(course: &Course) -> Option<String> {
    course.results.iter().find_map(|(at_ms, result)| {
        let claims = match result.outcome {
            Outcome::Refused | Outcome::Stale | Outcome::Failed | Outcome::Queued => true,
            Outcome::Confirmed | Outcome::Unknown => false,
        };
        if !claims {
            return None;
        }
        let by_us = |turn: &Turn| turn.ours && turn.met;
        // Within one millisecond nobody can say which came first.
        let in_effect = course.target.served.newest(*at_ms - 1).is_some_and(by_us);
        let later = result.outcome.is_final()
            && course
                .target
                .served
                .0
                .iter()
                .any(|turn| turn.at_ms > *at_ms && by_us(turn));
        (in_effect || later).then(|| {
            let when = if in_effect { "is" } else { "came" };
            format!(
                "said at {at_ms} \"{}\", but it {when} in effect",
                result.sentence
            )
        })
    })
}

/// At the end all faults have long been lifted: what can be known is known.
fn nothing_open_that_can_be_known(record: &Record, course: &Course) -> Option<String> {
    let Some((_, result)) = course.results.last() else {
        return Some("never had a verdict".to_owned());
    };
    let quiet_from_ms = record.ended_at_ms - i64::try_from(QUIET_MS).unwrap();
    match result.outcome {
        Outcome::Queued => Some(format!("still queued at the end: {}", result.sentence)),
        // A store takes no proof of identity that is dated by a wrong clock.
        Outcome::Unknown
            if record.ahead_ms.abs() > CLOCK_OFF_MS && course.target.service() != "unleash" =>
        {
            None
        }
        Outcome::Unknown => {
            let target = &course.target;
            let shows = if target.sides().all(|side| side.met_since(quiet_from_ms)) {
                "it shows"
            } else if target.is_untouched_until(quiet_from_ms - LANDING_MS) {
                "nothing happened to it"
            } else {
                return None;
            };
            Some(format!(
                "still unknown, though {shows}: {}",
                result.sentence
            ))
        }
        Outcome::Confirmed | Outcome::Refused | Outcome::Stale | Outcome::Failed => None,
    }
}

/// No write follows a read that was asked for while an earlier write of ours was in effect.
/// Between that read and the write a late one may still land; nobody can see that.
fn nothing_sent_twice(course: &Course) -> Option<String> {
    let target = &course.target;
    let second = target.writes.iter().find(|write| {
        let reads = target.reads.iter().flatten();
        let read = reads
            .filter(|it| it.tells && it.answered_at_ms.is_some_and(|it| it <= write.at_ms + 1))
            .max_by_key(|it| it.answered_at_ms);
        read.is_some_and(|read| {
            let standing = target.served.newest(read.at_ms - 1);
            let undone =
                |turn: &Turn| !turn.met && (read.at_ms..=write.at_ms).contains(&turn.at_ms);
            standing.is_some_and(|turn| turn.ours && turn.met)
                && !target.served.0.iter().any(undone)
        })
    })?;
    Some(format!(
        "sent again at {} what was in effect: {}",
        second.at_ms, second.line
    ))
}

/// Between two writes the target was read.
fn looked_before_sending_again(course: &Course) -> Option<String> {
    let target = &course.target;
    let blind = target.writes.windows(2).find(|pair| {
        let between = |it: &&Request| {
            let answered = it
                .answered_at_ms
                .is_some_and(|at_ms| at_ms <= pair[1].at_ms + 1);
            it.tells && answered && it.at_ms >= pair[0].at_ms
        };
        // The side that the stop changes. The other one may refuse to tell, which keeps no flag on.
        let reads = target.reads.first();
        !reads.is_some_and(|reads| reads.iter().any(|it| between(&it)))
    })?;
    Some(format!("sent again at {} without a look", blind[1].at_ms))
}

/// The run for a person.
pub fn story(record: &Record, truth: &Value, log: &Value) -> String {
    let mut text = format!("{:#?}\npressed at {}\n", record.plan, record.pressed_at_ms);
    for course in &record.courses {
        let _ = writeln!(text, "{} ({})", course.target.id, &course.id[..8]);
        let _ = writeln!(text, "  asked at {}", course.intent.asked_at.as_ms());
        for (at_ms, result) in &course.results {
            let EffectResult {
                outcome, sentence, ..
            } = result;
            let _ = writeln!(text, "  {at_ms} {outcome:?} {sentence}");
        }
        let _ = writeln!(text, "  {:?}", course.target.served.0);
    }
    for line in log["requests"].as_array().unwrap() {
        let _ = writeln!(
            text,
            "{} {} {}?{} {} {} {} ms {}",
            line["at"],
            line["method"].as_str().unwrap(),
            line["path"].as_str().unwrap(),
            line["query"].as_str().unwrap(),
            line["flags"],
            line["status"],
            line["duration_ms"],
            line["fault"]
        );
    }
    for change in truth["history"].as_array().unwrap() {
        let _ = writeln!(
            text,
            "{} {} {} {} → {}",
            change["at_ms"], change["who"], change["target"], change["before"], change["after"]
        );
    }
    text
}
