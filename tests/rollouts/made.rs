//! Made-up rollouts: what two releases of an app count, hour by hour, and when each count becomes
//! known. Must not know the rule that is to be tested on them.

use crate::dice::Dice;

/// What a rollout is made to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing changed.
    Calm,
    /// Nothing changed; crashes follow the hour of the day, and the two releases began at
    /// different hours.
    DayAndNight,
    /// Nothing changed; early adopters have other phones than those who come later.
    Mix,
    /// Nothing changed; hours are known in part at first, crashes before healthy sessions.
    Late,
    /// Nothing changed; hours are missing.
    Gaps,
    /// Crashes less than the one before.
    Better,
    /// Crashes a little more: a fifth of a release that crashes seldom.
    HardlyWorse,
    /// Worse from the first hour.
    Cliff,
    /// Worse from a moment in the middle.
    LateCliff,
    /// Worse little by little.
    SlowBurn,
    /// Worse while the phones' mix changes.
    CliffInMix,
    /// Worse while hours come late, crashes last.
    CliffInLate,
    /// Worse while hours are missing.
    CliffInGaps,
}

impl Kind {
    /// Every kind, those that must not fire first.
    pub const ALL: [Kind; 13] = [
        Self::Calm,
        Self::DayAndNight,
        Self::Mix,
        Self::Late,
        Self::Gaps,
        Self::Better,
        Self::HardlyWorse,
        Self::Cliff,
        Self::LateCliff,
        Self::SlowBurn,
        Self::CliffInMix,
        Self::CliffInLate,
        Self::CliffInGaps,
    ];

    /// What the table calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Calm => "no change",
            Self::DayAndNight => "no change, day and night",
            Self::Mix => "no change, mix of phones",
            Self::Late => "no change, late data",
            Self::Gaps => "no change, gaps",
            Self::Better => "better",
            Self::HardlyWorse => "hardly worse (a fifth)",
            Self::Cliff => "cliff at the start",
            Self::LateCliff => "cliff later",
            Self::SlowBurn => "slow burn",
            Self::CliffInMix => "cliff, mix of phones",
            Self::CliffInLate => "cliff, late data",
            Self::CliffInGaps => "cliff, gaps",
        }
    }
}

/// Shares of people of the stages.
pub const FRACTIONS_BPS: [u32; 4] = [500, 2_000, 5_000, 10_000];

/// How much worse a worse release is: half a point.
pub const UPLIFT: f64 = 0.005;

/// Sessions that the worse part of a rollout has at least.
pub const SESSIONS_MIN: f64 = 5_000.0;

const SESSIONS_MAX: f64 = 500_000.0;

/// Hours after which everything is known.
pub const KNOWN_AFTER: usize = 4;

/// One hour of one release.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hour {
    /// The stage, as a place in [`FRACTIONS_BPS`].
    pub stage: usize,
    /// Sessions that become known so many hours after its end.
    pub sessions: [u64; KNOWN_AFTER],
    /// Crashed ones that become known so many hours after its end.
    pub crashes: [u64; KNOWN_AFTER],
    /// Nothing is known of it until so many hours after its end; `None`: ever.
    pub silent: Option<usize>,
}

impl Hour {
    /// Sessions and crashed ones, as known so many hours after its end.
    pub fn known(&self, after: usize) -> Option<(u64, u64)> {
        if self.silent.is_none_or(|until| after < until) {
            return None;
        }
        let known = after.saturating_add(1).min(KNOWN_AFTER);
        let sum = |it: &[u64; KNOWN_AFTER]| it[..known].iter().sum::<u64>();
        let sessions = sum(&self.sessions);
        Some((sessions, sum(&self.crashes).min(sessions)))
    }
}

/// A rollout and the one before it.
pub struct Rollout {
    /// What it shows.
    pub kind: Kind,
    /// The new release.
    pub new: Vec<Hour>,
    /// The ones before, the newest first.
    pub earlier: Vec<Vec<Hour>>,
    /// The hour from which on the new one is worse.
    pub worse_from: Option<usize>,
    /// Sessions of the new release in the hours in which it is worse in full, else in all.
    pub sessions: f64,
}

/// What all releases of an app share.
#[derive(Clone, Copy)]
struct App {
    crash_rate: f64,
    sessions_at_full: f64,
    /// How many times as often the first stage's people crash as the last one's.
    early: f64,
    day_of_crashes: f64,
}

impl Rollout {
    /// The rollout of a seed.
    pub fn made(kind: Kind, earlier: usize, seed: u64) -> Self {
        let dice = &mut Dice::new(seed.wrapping_mul(0x2545_F491_4F6C_DD1D) ^ 0x5EED);
        let stages = stages(dice);
        let hours: usize = stages.iter().sum();
        let (worse_from, ramp) = match kind {
            Kind::Calm
            | Kind::DayAndNight
            | Kind::Mix
            | Kind::Late
            | Kind::Gaps
            | Kind::Better
            | Kind::HardlyWorse => (None, 0),
            Kind::Cliff | Kind::CliffInMix | Kind::CliffInLate | Kind::CliffInGaps => (Some(0), 0),
            Kind::LateCliff => (
                Some(hours / 5 + dice.below(hours as u64 * 2 / 5) as usize),
                0,
            ),
            Kind::SlowBurn => (Some(0), 12 + dice.below(25) as usize),
        };
        let in_full = worse_from.unwrap_or(0) + ramp;
        let weight: f64 = by_stage(&stages).skip(in_full).map(share).sum();
        let sessions = dice.doubling(SESSIONS_MIN, SESSIONS_MAX);
        let app = App {
            // The middle app of the field has 99.95 % crash-free sessions; below 99.7 % it is
            // not steady enough for half a point to be seen in 5 000 of them.
            crash_rate: (0.000_5 * dice.factor(1.2)).clamp(0.000_05, 0.003),
            sessions_at_full: sessions / weight,
            early: match kind {
                Kind::Mix | Kind::CliffInMix => dice.doubling(0.4, 2.5),
                _ => dice.doubling(0.85, 1.2),
            },
            day_of_crashes: match kind {
                Kind::DayAndNight => 0.5,
                _ => 0.1,
            },
        };
        let uplift = |hour: usize| match worse_from {
            Some(from) if hour >= from && ramp == 0 => UPLIFT,
            Some(from) if hour >= from => UPLIFT * ((hour - from) as f64 / ramp as f64).min(1.0),
            Some(_) | None => 0.0,
        };
        let times = match kind {
            Kind::Better => 0.5,
            Kind::HardlyWorse => 1.2,
            _ => 1.0,
        };
        let new_times = times * dice.factor(0.08);
        let mut new = release(&app, &stages, new_times, uplift, dice);
        let mut before: Vec<Vec<Hour>> = (0..earlier)
            .map(|_| {
                let stages = stages_like(&stages, dice);
                let times = dice.factor(0.08);
                let app = App {
                    sessions_at_full: app.sessions_at_full * dice.doubling(0.7, 1.4),
                    ..app
                };
                release(&app, &stages, times, |_| 0.0, dice)
            })
            .collect();
        match kind {
            Kind::Late => come_late(&mut new, false, dice),
            Kind::CliffInLate => come_late(&mut new, true, dice),
            Kind::Gaps | Kind::CliffInGaps => {
                go_missing(&mut new, dice);
                before.iter_mut().for_each(|it| go_missing(it, dice));
            }
            _ => {}
        }
        Self {
            kind,
            new,
            earlier: before,
            worse_from,
            sessions,
        }
    }
}

/// Hours of each stage.
fn stages(dice: &mut Dice) -> Vec<usize> {
    FRACTIONS_BPS
        .iter()
        .map(|_| 18 + dice.below(19) as usize)
        .collect()
}

/// The release before had about the same plan.
fn stages_like(stages: &[usize], dice: &mut Dice) -> Vec<usize> {
    stages
        .iter()
        .map(|hours| hours - 2 + dice.below(13) as usize)
        .collect()
}

fn by_stage(stages: &[usize]) -> impl Iterator<Item = usize> {
    stages
        .iter()
        .enumerate()
        .flat_map(|(stage, hours)| std::iter::repeat_n(stage, *hours))
}

fn share(stage: usize) -> f64 {
    f64::from(FRACTIONS_BPS[stage]) / 10_000.0
}

fn release(
    app: &App,
    stages: &[usize],
    times: f64,
    uplift: impl Fn(usize) -> f64,
    dice: &mut Dice,
) -> Vec<Hour> {
    let begin = dice.below(24) as f64;
    let last = (FRACTIONS_BPS.len() - 1) as f64;
    by_stage(stages)
        .enumerate()
        .map(|(hour, stage)| {
            let of_day = std::f64::consts::TAU * (begin + hour as f64) / 24.0;
            let many = app.sessions_at_full * share(stage) * (1.0 + 0.6 * of_day.sin());
            let crowd = dice.factor(0.1);
            let sessions = dice.count(many * crowd);
            let mix = app.early.powf(1.0 - stage as f64 / last);
            let rate = app.crash_rate
                * times
                * mix
                * (1.0 + app.day_of_crashes * of_day.cos())
                * dice.factor(0.2);
            let crashes = dice.count(sessions as f64 * (rate + uplift(hour)));
            Hour {
                stage,
                sessions: [sessions, 0, 0, 0],
                crashes: [crashes.min(sessions), 0, 0, 0],
                silent: Some(0),
            }
        })
        .collect()
}

/// Part of each hour is known later: healthy sessions end late, or crashes are told at the next
/// start of the app.
fn come_late(hours: &mut [Hour], crashes_last: bool, dice: &mut Dice) {
    for hour in hours {
        let spread = |all: u64, at_once: f64| {
            let first = (all as f64 * at_once) as u64;
            let second = (all - first) / 2;
            let third = (all - first - second) / 2;
            [first, second, third, all - first - second - third]
        };
        let slow = dice.between(0.4, 0.8);
        let (sessions, crashes) = if crashes_last {
            (0.95, slow)
        } else {
            (slow, 0.95)
        };
        hour.sessions = spread(hour.sessions[0], sessions);
        hour.crashes = spread(hour.crashes[0], crashes);
    }
}

/// Some hours come many hours later, some never.
fn go_missing(hours: &mut [Hour], dice: &mut Dice) {
    let mut hour = 0;
    while hour < hours.len() {
        let long = 1 + dice.below(8) as usize;
        let kind = dice.below(10);
        for (place, it) in hours.iter_mut().skip(hour).take(long).enumerate() {
            match kind {
                0 => it.silent = None,
                1 | 2 => it.silent = Some(long - place + 2),
                _ => {}
            }
        }
        hour += long;
    }
}
