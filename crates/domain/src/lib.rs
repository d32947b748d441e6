//! The rules: what may be decided and what follows. Pure: no clock, no randomness, no files,
//! no network; time, identifiers and observations are arguments.

pub mod attempt;
pub mod authority;
pub mod decide;
mod desired;
pub mod engagement;
pub mod event;
pub mod export;
pub mod exposure;
pub mod lint;
pub mod notice;
pub mod policy;
pub mod provider;
pub mod recovery;
pub mod rehearsal;
pub mod rule;
pub mod signal;
pub mod state;
pub mod store;
pub mod switch;
pub mod target;
pub mod time;
pub mod views;
pub mod words;

pub use target::{Desired, Observation, Service, Target, TargetId, TargetState};
pub use time::Time;
