//! Tests against real servers, started here and stopped here. Knows no stand-in.
//!
//! Run them with `cargo xtask test --only peers`, which installs the servers first.
#![cfg(unix)]

mod postgres;
mod supervised;
mod unleash_raw;
mod unleash_server;
