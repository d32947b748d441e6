//! The only loop: clock, keychain, wiring, the api table. Must not know a window or a terminal.

pub mod api;
