//! What was counted of each release, kept from one reading to the next, so that the next release
//! stands beside the same stage of those before. Hides what is forgotten; must not know where it
//! is kept.

use serde::{Deserialize, Serialize};

use super::back_test::{History, WouldHaveFired, would_have_fired};
use super::compare::{Pairing, numbers};
use super::{HealthRule, Judgement};
use crate::signal::{Course, Interval, Measure, Signal};
use crate::target::{Service, TargetState};
use crate::time::Time;

/// Releases of which the course is kept, for each platform, measure and source.
pub const RELEASES_KEPT: usize = 6;

/// Intervals of a course that are kept: six weeks of hours. What comes after is not.
pub const INTERVALS_KEPT: usize = 1_008;

/// Earlier releases that one is compared with.
const COMPARED_WITH: usize = 3;

/// Stages of a release that are remembered.
const STAGES_KEPT: usize = 64;

/// What was counted of one release by one source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptCourse {
    /// Android or iOS.
    pub platform: String,
    /// What it measures.
    pub measure: Measure,
    /// Who measured it.
    pub source: Option<Service>,
    /// The figures; the stage of an interval is 0 where nobody saw how far it was out.
    pub course: Course,
    /// From when on a stage was seen, older first.
    stages: Vec<(Time, u32)>,
}

/// The courses of the newest releases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Courses(Vec<KeptCourse>);

/// How far a release is out, in hundredths of a per cent; nothing for what is no rollout, or not
/// one that reaches anybody.
pub fn stage_bps(state: &TargetState) -> Option<u32> {
    match state {
        TargetState::StagedRollout(it) => it.fraction_bps.filter(|it| *it > 0),
        TargetState::PhasedRelease(it) => it.fraction_bps().filter(|it| *it > 0),
        // Figures are of a platform. How far a further store is out tells little of them where
        // another store hands out the same release.
        TargetState::StoreRollout(_) => None,
        TargetState::Flag(_)
        | TargetState::StatusPage(_)
        | TargetState::Mailing(_)
        | TargetState::Recovery(_)
        | TargetState::Channel(_) => None,
    }
}

impl KeptCourse {
    fn is_of(&self, signal: &Signal) -> bool {
        self.is_beside(signal) && self.course.version == signal.version
    }

    fn is_beside(&self, signal: &Signal) -> bool {
        self.platform == signal.platform
            && self.measure == signal.measure
            && self.source == signal.source
    }

    fn goes_with(&self, other: &Self) -> bool {
        self.platform == other.platform
            && self.measure == other.measure
            && self.source == other.source
    }

    fn order(&self) -> Vec<u64> {
        numbers(&self.course.version)
    }

    /// The stage since before an interval began; 0 when it was not seen.
    fn stage_at(&self, at: Time) -> u32 {
        let known = self.stages.iter().rev().find(|(from, _)| *from <= at);
        known.map_or(0, |(_, bps)| *bps)
    }

    /// The intervals of which the stage is known.
    fn staged(&self) -> Course {
        Course {
            version: self.course.version.clone(),
            intervals: self
                .course
                .intervals
                .iter()
                .filter(|it| it.stage_bps > 0)
                .copied()
                .collect(),
        }
    }
}

impl Courses {
    /// Those that were kept, as they were written down; what is more than the bounds is let go.
    pub fn of(kept: impl IntoIterator<Item = KeptCourse>) -> Self {
        let mut courses = Self(kept.into_iter().collect());
        courses.let_go();
        courses
    }

    /// All of them.
    pub fn all(&self) -> &[KeptCourse] {
        &self.0
    }

    /// Takes a reading in: what it says of an interval is put in the place of what an earlier one
    /// said, because figures come late. `stage_bps` is how far the release was out when it was
    /// read, where that is known. The course, when anything in it is new.
    pub fn take(&mut self, signal: &Signal, stage_bps: Option<u32>) -> Option<&KeptCourse> {
        let place = match self.0.iter().position(|it| it.is_of(signal)) {
            Some(place) => place,
            None => {
                self.0.push(KeptCourse {
                    platform: signal.platform.clone(),
                    measure: signal.measure,
                    source: signal.source,
                    course: Course {
                        version: signal.version.clone(),
                        intervals: Vec::new(),
                    },
                    stages: Vec::new(),
                });
                self.0.len() - 1
            }
        };
        let kept = self.0.get_mut(place)?;
        let before = kept.clone();
        let stage = stage_bps.filter(|bps| kept.stages.last().is_none_or(|(_, last)| last != bps));
        if let Some(bps) = stage {
            kept.stages.push((signal.read_at, bps));
            let more = kept.stages.len().saturating_sub(STAGES_KEPT);
            kept.stages.drain(..more);
        }
        let read: Vec<Interval> = signal
            .course()
            .intervals
            .into_iter()
            .filter(|it| it.until <= signal.read_at && it.until > it.at && it.count.is_some())
            .map(|it| Interval {
                stage_bps: kept.stage_at(it.at),
                ..it
            })
            .collect();
        if let Some(from) = read.first().map(|it| it.at) {
            let last = read.last().map_or(from, |it| it.until);
            let known = |at: Time| before.course.intervals.iter().find(|it| it.at == at);
            let intervals = &mut kept.course.intervals;
            intervals.retain(|it| it.until <= from || it.at >= last);
            intervals.extend(read.into_iter().map(|it| {
                Interval {
                    // What was seen at the time holds, also when the stages have been let go.
                    stage_bps: known(it.at)
                        .map(|known| known.stage_bps)
                        .filter(|bps| *bps > 0)
                        .unwrap_or(it.stage_bps),
                    ..it
                }
            }));
            intervals.sort_by_key(|it| it.at);
            intervals.truncate(INTERVALS_KEPT);
        }
        let is_new = *kept != before || before.course.intervals.is_empty();
        let has_any = !kept.course.intervals.is_empty();
        self.let_go();
        let kept = self.0.iter().find(|it| it.is_of(signal))?;
        (is_new && has_any).then_some(kept)
    }

    /// Only the newest releases of each platform, measure and source stay.
    fn let_go(&mut self) {
        let all = std::mem::take(&mut self.0);
        for one in &all {
            let newer = all
                .iter()
                .filter(|it| it.goes_with(one) && it.order() > one.order())
                .count();
            if newer < RELEASES_KEPT {
                self.0.push(one.clone());
            }
        }
    }

    /// A release beside the same stage of those before; nothing when none of them was seen there.
    pub fn same_stage(&self, signal: &Signal) -> Option<History> {
        self.history(self.0.iter().find(|it| it.is_of(signal))?)
    }

    fn history(&self, own: &KeptCourse) -> Option<History> {
        let new = own.staged();
        let newest = new.intervals.last()?.stage_bps;
        let reached = |it: &Course| it.intervals.iter().any(|it| it.stage_bps == newest);
        let earlier: Vec<Course> = self
            .before(own)
            .map(KeptCourse::staged)
            .filter(reached)
            .take(COMPARED_WITH)
            .collect();
        (!earlier.is_empty()).then(|| History {
            platform: own.platform.clone(),
            new,
            earlier,
            pairing: Pairing::SameStage,
        })
    }

    /// Earlier releases, the newest first.
    fn before<'a>(&'a self, own: &'a KeptCourse) -> impl Iterator<Item = &'a KeptCourse> {
        let mut found: Vec<&KeptCourse> = self
            .0
            .iter()
            .filter(|it| it.goes_with(own) && it.order() < own.order())
            .collect();
        found.sort_by_key(|it| std::cmp::Reverse(it.order()));
        found.into_iter()
    }

    /// When a rule would first have fired on a course, and the figures that it was shown; nothing
    /// was there to compare with when the figures are absent.
    pub fn test(
        &self,
        rule: &HealthRule,
        own: &KeptCourse,
    ) -> Option<(History, Option<WouldHaveFired>)> {
        let history = match rule.previous {
            None => History {
                platform: own.platform.clone(),
                new: own.course.clone(),
                earlier: Vec::new(),
                pairing: Pairing::SameHours,
            },
            Some(_) => match self.history(own) {
                Some(history) => history,
                None => History {
                    platform: own.platform.clone(),
                    new: own.course.clone(),
                    earlier: vec![self.before(own).next()?.course.clone()],
                    pairing: Pairing::SameHours,
                },
            },
        };
        let fired = would_have_fired(rule, &history);
        Some((history, fired))
    }
}

impl HealthRule {
    /// Judges a signal at `now`. A comparison takes the same stage of earlier releases where that
    /// was kept and says enough, and the same hours of the release before otherwise; the evidence
    /// says which.
    pub fn judge_beside(
        &self,
        signal: &Signal,
        all: &[Signal],
        courses: &Courses,
        now: Time,
    ) -> Judgement {
        if self.previous.is_some()
            && let Some(history) = courses.same_stage(signal)
        {
            match self.judge_history(&history, now) {
                Judgement::CannotSay(_) => {}
                said @ (Judgement::Breach(_) | Judgement::Holds) => return said,
            }
        }
        self.judge_among(signal, all, now)
    }
}
