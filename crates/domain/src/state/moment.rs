//! What a claimed time is worth beside the log of slots: between which moments an entry was made.
//! Must not know a slot, nor what the time decides.

use cockpit_say::say;

use crate::authority::CLOCK_TOLERANCE_MS;
use crate::time::Time;
use crate::words;

/// Between which moments an entry was made, as slots show it: its author had seen one, and
/// another one admitted it. Both say their time by the clock of whoever wrote them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Bracket {
    /// The time of the slot that its author had seen.
    pub after: Option<Time>,
    /// The time of the slot that admitted it; none while it waits for one.
    pub before: Option<Time>,
}

/// A time as far as it can be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    claimed: Time,
    early: Time,
    late: Time,
}

impl Bracket {
    /// What a claimed time is worth. Honest clocks differ by [`CLOCK_TOLERANCE_MS`], so that much
    /// outside is inside. Where the two slots contradict each other one of two clocks is wrong
    /// and nobody can tell which: then the claim stands, and is put up for a look.
    pub fn moment(self, claimed: Time) -> Moment {
        let Some(before) = self.before.filter(|_| !self.is_empty()) else {
            return Moment::from(claimed);
        };
        let early = match before + CLOCK_TOLERANCE_MS < claimed {
            true => before,
            false => claimed,
        };
        let late = match self.after {
            Some(after) if claimed + CLOCK_TOLERANCE_MS < after => after,
            Some(_) | None => claimed,
        };
        Moment {
            claimed,
            early,
            late,
        }
    }

    /// What does not fit, in words; none where the claim lies inside.
    pub fn contradicts(self, claimed: Time) -> Option<String> {
        let clock = words::clock;
        if let (Some(after), Some(before)) = (self.after, self.before)
            && self.is_empty()
        {
            return Some(say!(
                "it was made after a slot of {} and admitted by one of {}",
                clock(after),
                clock(before)
            ));
        }
        match (self.after, self.before) {
            (Some(after), _) if claimed + CLOCK_TOLERANCE_MS < after => Some(say!(
                "it claims {}, and its author had seen a slot of {}",
                clock(claimed),
                clock(after)
            )),
            (_, Some(before)) if before + CLOCK_TOLERANCE_MS < claimed => Some(say!(
                "it claims {}, and the log had admitted it by {}",
                clock(claimed),
                clock(before)
            )),
            (_, _) => None,
        }
    }

    fn is_empty(self) -> bool {
        let ends = self.after.zip(self.before);
        ends.is_some_and(|(after, before)| before + CLOCK_TOLERANCE_MS < after)
    }
}

impl Moment {
    /// What it is shown as, and what durations count from.
    pub fn best(self) -> Time {
        match self.early < self.claimed {
            true => self.early,
            false => self.late,
        }
    }

    /// As claimed.
    pub fn claimed(self) -> Time {
        self.claimed
    }

    /// What has to wait for its time is judged by this one.
    pub fn early(self) -> Time {
        self.early
    }

    /// What has to come in time is judged by this one.
    pub fn late(self) -> Time {
        self.late
    }
}

impl From<Time> for Moment {
    fn from(claimed: Time) -> Self {
        Self {
            claimed,
            early: claimed,
            late: claimed,
        }
    }
}
