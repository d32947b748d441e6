//! Channels against their real servers, started here and stopped here. Knows no stand-in.
//!
//! `tests/servers/README.md` says how to run them.
#![cfg(unix)]

mod bluesky;
mod matrix;
mod wire;
