//! Which interval of a series speaks for now, and which version is the newest. Must not know where a series came from.

use cockpit_domain::signal::SignalPoint;

/// An interval that has just begun says little: until it has this many, the one before speaks, with
/// its own age.
const FEW: u64 = 500;

/// The newest interval that has a value, or the one before while it has hardly begun. An interval
/// without a value is no health, and is passed over.
pub(crate) fn newest(points: &[SignalPoint]) -> Option<&SignalPoint> {
    let mut with_value = points.iter().rev().filter(|it| it.value.is_some());
    match (with_value.next(), with_value.next()) {
        (Some(now), Some(before)) if now.sample < Some(FEW) && now.sample < before.sample => {
            Some(before)
        }
        (now, _) => now,
    }
}

/// A version as numbers, so that 8.10.0 comes after 8.9.0.
pub(crate) fn numbers(version: &str) -> Vec<u64> {
    version
        .split('.')
        .map(|part| part.parse().unwrap_or(0))
        .collect()
}
