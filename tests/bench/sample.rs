//! Measured numbers and what is said of many of them. Knows not what was measured.

use std::time::Instant;

/// The numbers of one thing, measured many times.
pub struct Sample {
    numbers: Vec<f64>,
}

impl Sample {
    /// Nothing measured yet.
    pub const fn new() -> Self {
        Self {
            numbers: Vec::new(),
        }
    }

    /// Keeps one more.
    pub fn add(&mut self, number: f64) {
        self.numbers.push(number);
    }

    /// Takes in those of another one.
    pub fn extend(&mut self, other: Self) {
        self.numbers.extend(other.numbers);
    }

    /// Does it once more, and keeps how many milliseconds it took.
    pub fn time_ms<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        self.add(start.elapsed().as_secs_f64() * 1e3);
        result
    }

    /// All of them together.
    pub fn sum(&self) -> f64 {
        self.numbers.iter().sum()
    }

    /// How often it was measured.
    pub fn tries(&self) -> usize {
        self.numbers.len()
    }

    /// The number that this share (0 to 1) of the tries did not exceed.
    pub fn quantile(&self, share: f64) -> f64 {
        let mut sorted = self.numbers.clone();
        sorted.sort_by(f64::total_cmp);
        let last = sorted.len().saturating_sub(1);
        let place = (last as f64 * share).round() as usize;
        sorted.get(place).copied().unwrap_or(f64::NAN)
    }

    /// The one in the middle.
    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }
}
