//! What people say of a release in a store's reviews: stars, their number and where they go. A kind
//! of its own beside signals, so that no rule can judge it. Must not know how it was read.

use serde::{Deserialize, Serialize};

use crate::target::Service;
use crate::time::Time;

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// With fewer reviews than this on either side nothing is said of a trend.
const TREND_OF_MIN: usize = 5;

/// Reviews of one app, or of one version of it, over a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// Android or iOS.
    pub platform: String,
    /// The version that they are about; absent for all versions together.
    pub version: Option<String>,
    /// The store that holds them.
    pub source: Service,
    /// When they were read.
    pub read_at: Time,
    /// Beginning of the period that was read.
    pub since: Time,
    /// Each review in the period, in no order.
    pub reviews: Vec<Review>,
    /// The store has more in the period than were read: these are the newest.
    pub more: bool,
    /// What these reviews leave out, as a sentence.
    pub limits: String,
}

/// One review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// When it was written, or changed last.
    pub at: Time,
    /// 1 to 5.
    pub stars: u8,
}

/// Where a rating goes: the newest day beside the days before it. Means in hundredths of a star.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trend {
    /// One side has too few reviews to say.
    TooFew,
    /// Both sides.
    Day {
        /// Mean of the newest 24 hours.
        newest: u32,
        /// Mean of the days before.
        before: u32,
    },
}

impl Rating {
    /// The mean in hundredths of a star, rounded; nothing without a review.
    pub fn mean(&self) -> Option<u32> {
        mean(&self.reviews)
    }

    /// The newest day beside the days before it.
    pub fn trend(&self) -> Trend {
        let day = self.read_at - DAY_MS;
        let (newest, before): (Vec<Review>, Vec<Review>) =
            self.reviews.iter().copied().partition(|it| it.at > day);
        if newest.len() < TREND_OF_MIN || before.len() < TREND_OF_MIN {
            return Trend::TooFew;
        }
        match (mean(&newest), mean(&before)) {
            (Some(newest), Some(before)) => Trend::Day { newest, before },
            (Some(_) | None, _) => Trend::TooFew,
        }
    }

    /// The mean of each 24 hours up to the reading, older first; nothing for a day without a review.
    pub fn days(&self) -> Vec<Option<u32>> {
        let days = self.read_at.ms_since(self.since).div_ceil(DAY_MS);
        let of_day = |nth: u64| {
            let (from, until) = (
                self.read_at - (nth + 1) * DAY_MS,
                self.read_at - nth * DAY_MS,
            );
            let within = |it: &&Review| it.at > from && it.at <= until;
            let found: Vec<Review> = self.reviews.iter().filter(within).copied().collect();
            mean(&found)
        };
        (0..days).rev().map(of_day).collect()
    }
}

fn mean(reviews: &[Review]) -> Option<u32> {
    let count = u64::try_from(reviews.len()).ok()?;
    let stars: u64 = reviews.iter().map(|it| u64::from(it.stars)).sum();
    let hundredths = (stars * 100 + count / 2).checked_div(count)?;
    u32::try_from(hundredths).ok()
}
