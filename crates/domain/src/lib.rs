//! The rules: what may be decided and what follows. Pure: no clock, no randomness, no files,
//! no network; time, identifiers and observations are arguments.

pub mod provider;
pub mod signal;
pub mod target;
pub mod time;
pub mod views;

pub use target::{Desired, Observation, Service, Target, TargetId, TargetState};
pub use time::Time;
