//! A phased release: states, days and the pause budget, moved by sandbox time. Must not know JSON.

const DAY_MS: i64 = 24 * 3600 * 1000;
const DAYS: i64 = 7;
const PAUSE_MS_MAX: i64 = 30 * DAY_MS;
/// Percent of automatic updates on days 1 to 7.
const PERCENT: [u8; 7] = [1, 2, 5, 10, 20, 50, 100];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Inactive,
    Active,
    Paused,
    Complete,
}

impl State {
    pub(super) fn wire(self) -> &'static str {
        match self {
            State::Inactive => "INACTIVE",
            State::Active => "ACTIVE",
            State::Paused => "PAUSED",
            State::Complete => "COMPLETE",
        }
    }

    pub(super) fn read(text: &str) -> Option<State> {
        [
            State::Inactive,
            State::Active,
            State::Paused,
            State::Complete,
        ]
        .into_iter()
        .find(|state| state.wire() == text)
    }
}

/// Why a change of state is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum No {
    AlreadyThere,
    Final,
    NotAllowed,
    PauseUsedUp,
}

#[derive(Clone, Debug)]
pub(super) struct Phased {
    pub id: String,
    pub state: State,
    /// None before the release.
    pub start_ms: Option<i64>,
    paused_since_ms: Option<i64>,
    paused_before_ms: i64,
    ended_day: Option<i64>,
}

impl Phased {
    pub(super) fn active(id: &str, start_ms: i64) -> Phased {
        Phased {
            id: id.to_owned(),
            state: State::Active,
            start_ms: Some(start_ms),
            paused_since_ms: None,
            paused_before_ms: 0,
            ended_day: None,
        }
    }

    pub(super) fn complete(id: &str, start_ms: i64) -> Phased {
        Phased {
            state: State::Complete,
            ended_day: Some(DAYS),
            ..Phased::active(id, start_ms)
        }
    }

    pub(super) fn inactive(id: &str) -> Phased {
        Phased {
            state: State::Inactive,
            start_ms: None,
            ..Phased::active(id, 0)
        }
    }

    /// Asks for a state, as a PATCH or a person does.
    pub(super) fn change(&mut self, wanted: State, now_ms: i64) -> Result<(), No> {
        // Both are a 409; a client that repeats itself must be able to tell them apart by text.
        if wanted == self.state {
            return Err(No::AlreadyThere);
        }
        match (self.state, wanted) {
            (State::Complete, _) => return Err(No::Final),
            (State::Active, State::Paused) => {
                if self.paused_ms(now_ms) >= PAUSE_MS_MAX {
                    return Err(No::PauseUsedUp);
                }
                self.paused_since_ms = Some(now_ms);
            }
            (State::Paused, State::Active) => self.end_pause(now_ms),
            (State::Active | State::Paused, State::Complete) => {
                self.ended_day = Some(self.day(now_ms));
                self.end_pause(now_ms);
            }
            // Set by hand before the release; time starts with the release itself.
            (State::Inactive, State::Active) if self.start_ms.is_none() => {
                self.start_ms = Some(now_ms)
            }
            (State::Inactive | State::Active | State::Paused, _) => return Err(No::NotAllowed),
        }
        self.state = wanted;
        Ok(())
    }

    /// Lets time pass. Gives the state before, if it moved.
    pub(super) fn tick(&mut self, now_ms: i64) -> Option<State> {
        let before = self.state;
        // Whether Apple resumes by itself is not certain; the documented budget is 30 days.
        if self.state == State::Paused && self.paused_ms(now_ms) >= PAUSE_MS_MAX {
            let since_ms = self.paused_since_ms.unwrap_or(now_ms);
            self.end_pause(since_ms + PAUSE_MS_MAX - self.paused_before_ms);
            self.state = State::Active;
        }
        if self.state == State::Active && self.run_ms(now_ms) >= DAYS * DAY_MS {
            self.ended_day = Some(DAYS);
            self.state = State::Complete;
        }
        (before != self.state).then_some(before)
    }

    /// 1 to 7; 0 before the release.
    pub(super) fn day(&self, now_ms: i64) -> i64 {
        match (self.ended_day, self.start_ms) {
            (Some(day), _) => day,
            (None, None) => 0,
            (None, Some(_)) => (self.run_ms(now_ms) / DAY_MS + 1).clamp(1, DAYS),
        }
    }

    /// The share of people with automatic updates who are offered the version, in percent. A pause
    /// takes nothing back, but offers it to nobody new.
    pub(super) fn percent(&self, now_ms: i64) -> u8 {
        match self.state {
            State::Complete => 100,
            State::Inactive => 0,
            State::Active | State::Paused => {
                let index = usize::try_from(self.day(now_ms).max(1) - 1).unwrap_or(0);
                PERCENT.get(index).copied().unwrap_or(100)
            }
        }
    }

    /// Whole days of pause so far.
    pub(super) fn pause_days(&self, now_ms: i64) -> i64 {
        self.paused_ms(now_ms) / DAY_MS
    }

    fn paused_ms(&self, now_ms: i64) -> i64 {
        self.paused_before_ms
            + self
                .paused_since_ms
                .map_or(0, |since_ms| (now_ms - since_ms).max(0))
    }

    fn run_ms(&self, now_ms: i64) -> i64 {
        self.start_ms
            .map_or(0, |start_ms| now_ms - start_ms - self.paused_ms(now_ms))
    }

    fn end_pause(&mut self, at_ms: i64) {
        if let Some(since_ms) = self.paused_since_ms.take() {
            self.paused_before_ms += (at_ms - since_ms).max(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_move_by_themselves_and_a_pause_holds_them() {
        let mut phased = Phased::active("p", 0);
        assert_eq!((phased.day(0), phased.percent(0)), (1, 1));
        assert_eq!((phased.day(2 * DAY_MS), phased.percent(2 * DAY_MS)), (3, 5));
        phased.change(State::Paused, 2 * DAY_MS).unwrap();
        assert_eq!(phased.day(9 * DAY_MS), 3);
        phased.change(State::Active, 9 * DAY_MS).unwrap();
        assert_eq!(phased.pause_days(9 * DAY_MS), 7);
        assert_eq!(phased.tick(13 * DAY_MS), None);
        assert_eq!(phased.tick(14 * DAY_MS), Some(State::Active));
        assert_eq!(phased.state, State::Complete);
    }

    #[test]
    fn thirty_days_of_pause_in_all() {
        let mut phased = Phased::active("p", 0);
        phased.change(State::Paused, 0).unwrap();
        assert_eq!(phased.tick(30 * DAY_MS), Some(State::Paused));
        assert_eq!(
            phased.change(State::Paused, 31 * DAY_MS),
            Err(No::PauseUsedUp)
        );
    }

    #[test]
    fn the_same_again_and_a_final_state_are_refused() {
        let mut phased = Phased::complete("p", 0);
        assert_eq!(phased.change(State::Complete, 1), Err(No::AlreadyThere));
        assert_eq!(phased.change(State::Active, 1), Err(No::Final));
    }
}
