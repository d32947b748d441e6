//! A made-up rollout in front of a rule: when it fired, as an engine would have seen it hour by
//! hour. Must not know how a rollout is made.

use cockpit_domain::Time;
use cockpit_domain::rule::{
    Comparator, Comparison, HealthRule, History, Judgement, Pairing, RuleOutcome, would_have_fired,
};
use cockpit_domain::signal::{Count, Course, Interval, Measure};

use crate::made::{FRACTIONS_BPS, Hour, KNOWN_AFTER, Kind, Rollout};

const HOUR_MS: u64 = 60 * 60 * 1_000;

/// Begin of the new rollout; the one before was a fortnight earlier.
const NEW: Time = Time::from_ms(1_780_272_000_000);

const EVERYTHING: usize = usize::MAX;

/// The rule that is tested: half a point, one false breach in a hundred rollouts.
pub fn rule() -> HealthRule {
    HealthRule {
        name: "half a point worse".to_owned(),
        measure: Measure::CrashFreeSessions,
        floor_bps: 0,
        sample_min: 500,
        data_age_ms_max: 4 * HOUR_MS,
        comparator: Comparator::Below,
        window_ms: None,
        previous: Some(Comparison::standard()),
        outcome: RuleOutcome::Stop,
    }
}

/// The floor that a new workspace has, for comparison.
pub fn floor() -> HealthRule {
    HealthRule::standard()
}

/// The hour at whose end a rule first fired; looked at after every hour, with what was known then.
pub fn fired(rule: &HealthRule, rollout: &Rollout) -> Option<usize> {
    let hours = rollout.new.len();
    if !is_revised(rollout.kind) {
        let at = would_have_fired(rule, &seen(rollout, EVERYTHING))?.at;
        return usize::try_from(at.ms_since(NEW) / HOUR_MS)
            .ok()
            .map(|hour| hour - 1);
    }
    // A few hours longer, for what comes late.
    let mut history = seen(rollout, 0);
    (0..hours + KNOWN_AFTER).find(|look| {
        let now = NEW + HOUR_MS * (*look as u64 + 1);
        history.new = course(&history.new.version, NEW, &rollout.new, *look);
        match rule.judge_history(&history, now) {
            Judgement::Breach(_) => true,
            Judgement::Holds | Judgement::CannotSay(_) => false,
        }
    })
}

/// Whether what is known of an hour changes later, so that each look sees other figures.
fn is_revised(kind: Kind) -> bool {
    match kind {
        Kind::Late | Kind::CliffInLate | Kind::Gaps | Kind::CliffInGaps => true,
        Kind::Calm
        | Kind::DayAndNight
        | Kind::Mix
        | Kind::Better
        | Kind::HardlyWorse
        | Kind::Cliff
        | Kind::LateCliff
        | Kind::SlowBurn
        | Kind::CliffInMix => false,
    }
}

/// What is known of a rollout at the end of an hour.
pub fn seen(rollout: &Rollout, look: usize) -> History {
    let earlier = rollout.earlier.iter().enumerate().map(|(nth, hours)| {
        let begin = NEW - 14 * 24 * HOUR_MS * (nth as u64 + 1);
        course(&format!("8.{}.0", 3 - nth), begin, hours, EVERYTHING)
    });
    History {
        platform: "Android".to_owned(),
        new: course("8.4.0", NEW, &rollout.new, look),
        earlier: earlier.collect(),
        pairing: Pairing::SameStage,
    }
}

fn course(version: &str, begin: Time, hours: &[Hour], look: usize) -> Course {
    let known = hours.iter().take(look.saturating_add(1)).enumerate();
    let intervals = known.map(|(nth, hour)| {
        let at = begin + HOUR_MS * nth as u64;
        Interval {
            at,
            until: at + HOUR_MS,
            stage_bps: FRACTIONS_BPS[hour.stage],
            count: hour.known(look - nth).map(|(all, bad)| Count { bad, all }),
        }
    });
    Course {
        version: version.to_owned(),
        intervals: intervals.collect(),
    }
}
