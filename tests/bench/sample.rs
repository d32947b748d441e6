//! Measured times and how they are shown. Knows not what was measured.

use std::time::{Duration, Instant};

/// The times of one thing, done many times.
pub struct Sample {
    nanos: Vec<u128>,
}

impl Sample {
    /// Nothing measured yet.
    pub const fn new() -> Self {
        Self { nanos: Vec::new() }
    }

    /// Does it once more, and keeps how long it took.
    pub fn time<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        self.nanos.push(start.elapsed().as_nanos());
        result
    }

    /// The time that this share (0 to 1) of the tries did not exceed.
    fn quantile(&mut self, share: f64) -> Duration {
        self.nanos.sort_unstable();
        let last = self.nanos.len() - 1;
        let place = (last as f64 * share).round() as usize;
        Duration::from_nanos(
            self.nanos[place]
                .try_into()
                .expect("no try takes centuries"),
        )
    }
}

/// Shows two samples and the first in terms of the second.
pub fn compare(
    title: &str,
    (ours, name): (&mut Sample, &str),
    (peer, peer_name): (&mut Sample, &str),
) {
    const SHARES: [f64; 2] = [0.5, 0.99];
    println!(
        "{title}, {} tries each, one after the other in turns",
        ours.nanos.len()
    );
    println!("  {:34} {:>10} {:>10}", "", "p50", "p99");
    let [ours, peer] = [ours, peer].map(|sample| SHARES.map(|share| sample.quantile(share)));
    for (name, times) in [(name, ours), (peer_name, peer)] {
        let [middle, high] = times.map(|time| format!("{:.3} ms", time.as_secs_f64() * 1e3));
        println!("  {name:34} {middle:>10} {high:>10}");
    }
    let [middle, high] = [0, 1].map(|i| ours[i].as_secs_f64() / peer[i].as_secs_f64());
    println!("  {:34} {middle:>10.2} {high:>10.2}", "ratio");
}
