//! Tests against real servers, started here and stopped here. Knows no stand-in.
//!
//! Run them with `cargo xtask test --only peers`, which installs the servers first.
#![cfg(unix)]

mod admin;
mod postgres;
mod sdk;
mod smtp_adapter;
mod smtp_server;
mod supervised;
mod unleash_adapter;
mod unleash_app;
mod unleash_raw;
mod unleash_server;
