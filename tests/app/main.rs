//! The real app on a virtual screen, driven as a person drives it: by keyboard, by what is
//! written and by roles. Knows no crate of the app but the sandbox, for the secrets to look for.
//!
//! Run it with `cargo xtask test --only window`, which builds the app first. Every test has its
//! own screen, home, session bus and driver, and pictures of each room land in `target/look/`.
#![cfg(target_os = "linux")]

mod axe;
mod desktop;
mod doors;
mod flight;
mod joining;
mod keyboard;
mod laptops;
mod log_at_scale;
mod person;
mod rooms;
mod secrets;
mod signing;
mod supervised;
mod telling;
mod wrong_input;
