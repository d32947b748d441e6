//! A sequential test of a release against the one before it: may be looked at after every interval
//! without its error growing. Must not know what is counted, nor when.
//!
//! Of the crashes of two paired intervals, the share that falls on the new release follows from
//! the sessions alone when both crash alike, whatever the rate is (the conditional test of two
//! Poisson rates: Przyborowski and Wilenski, 1940). The likelihood ratios of the intervals
//! multiply to a process that begins at 1 and is expected not to grow while the new release is no
//! worse, so that it reaches `1 / error` with a probability of at most `error`, however often it
//! is looked at (Ville, 1939; the mixture of alternatives: Robbins, 1970; Johari and others,
//! "Always valid inference", 2017; per event: Grünwald and others, "The safe logrank test", 2021).
//!
//! Only `+ - * /` on `f64`, which IEEE 754 rounds alike everywhere: no logarithm, no power of the
//! platform's library.

use crate::signal::Count;

/// What is bet on, as multiples of the difference that matters, with the share of the stake.
const BETS: [(f64, f64); 3] = [(0.5, 0.1), (1.0, 0.8), (4.0, 0.1)];

/// A new bet begins after so many pairs, so that trouble that begins late is not drowned in the
/// healthy time before it.
const AFRESH: u32 = 24;

/// The share of the stake that is on trouble from the first pair on. The rest goes to later
/// beginnings, the k-th of which gets 1 / (k (k + 1)) of it.
const FROM_THE_FIRST: f64 = 0.6;

/// What is believed of the old release before its first interval: 2 of 2 000.
const BEFORE: (f64, f64) = (2.0, 2_000.0);

/// No product is carried beyond this; less is only more careful.
const MOST: f64 = 1e100;

/// Most that is sealed of the evidence.
const SHOWN_MOST: f64 = 1_000_000_000.0;

/// What was counted in paired intervals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Of the new release.
    pub new: Count,
    /// Of the one before, in its own interval.
    pub old: Count,
}

/// The evidence so far that the new release is worse.
#[derive(Clone, Debug, PartialEq)]
pub struct Sequential {
    /// The difference that matters, as a fraction.
    worse_by: f64,
    running: [f64; BETS.len()],
    /// What is not yet on any beginning.
    kept: f64,
    pairs: u32,
    old: Count,
}

impl Sequential {
    /// A test of a difference in hundredths of a per cent.
    pub fn new(worse_by_bps: u32) -> Self {
        Self {
            worse_by: f64::from(worse_by_bps.max(1)) / 10_000.0,
            running: [0.0; BETS.len()],
            kept: 1.0,
            pairs: 0,
            old: Count::default(),
        }
    }

    /// Takes the next pair. One side without a count says nothing and is left out.
    pub fn take(&mut self, pair: &Pair) {
        if pair.new.all == 0 || pair.old.all == 0 {
            return;
        }
        self.begin_afresh();
        self.pairs += 1;
        let rate = (self.old.bad as f64 + BEFORE.0) / (self.old.all as f64 + BEFORE.1);
        let (new, old) = (pair.new.all as f64, pair.old.all as f64);
        for (running, (multiple, _)) in self.running.iter_mut().zip(BETS) {
            // Chosen from pairs before this one only: the bet is placed before the toss.
            let times = (rate + multiple * self.worse_by) / rate;
            let up = times * (new + old) / (new * times + old);
            let down = (new + old) / (new * times + old);
            *running = grown(*running, up, pair.new.bad, down, pair.old.bad);
        }
        self.old = self.old + pair.old;
    }

    fn begin_afresh(&mut self) {
        if !self.pairs.is_multiple_of(AFRESH) {
            return;
        }
        let k = f64::from(self.pairs / AFRESH);
        let stake = if k == 0.0 {
            FROM_THE_FIRST
        } else {
            (1.0 - FROM_THE_FIRST) / (k * (k + 1.0))
        };
        self.kept -= stake;
        for (running, (_, share)) in self.running.iter_mut().zip(BETS) {
            *running += stake * share;
        }
    }

    /// How many times likelier what was counted is when the new release is worse: 1 at the
    /// beginning. Whole, rounded down, and never more than a milliard.
    pub fn evidence(&self) -> u64 {
        let sum: f64 = self.kept.max(0.0) + self.running.iter().sum::<f64>();
        sum.clamp(0.0, SHOWN_MOST) as u64
    }
}

/// `from * up^ups * down^downs` without running over on the way.
fn grown(from: f64, up: f64, ups: u64, down: f64, downs: u64) -> f64 {
    // So few at a time that no part of the product leaves the range of a number.
    const STEP: u64 = 64;
    const COUNTED_MOST: u64 = 1 << 16;
    // So many leave no doubt even when half of them are left out, and a root of a likelihood
    // ratio is expected to grow even less.
    let (mut ups, mut downs) = (ups, downs);
    while ups.max(downs) > COUNTED_MOST {
        (ups, downs) = (ups / 2, downs.div_ceil(2));
    }
    let steps = ups.max(downs).div_ceil(STEP).max(1);
    let mut it = from;
    let (mut ups_done, mut downs_done) = (0, 0);
    for step in 1..=steps {
        let (ups_now, downs_now) = (ups * step / steps, downs * step / steps);
        it *= power(up, ups_now - ups_done) * power(down, downs_now - downs_done);
        it = it.min(MOST);
        (ups_done, downs_done) = (ups_now, downs_now);
    }
    it
}

/// By squaring, because the platform's own may round otherwise elsewhere.
fn power(base: f64, exponent: u64) -> f64 {
    let (mut result, mut base, mut left) = (1.0, base, exponent);
    while left > 0 {
        if left & 1 == 1 {
            result *= base;
        }
        base *= base;
        left >>= 1;
    }
    result
}
