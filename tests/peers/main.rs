//! Tests against real servers, started here and stopped here. Knows no stand-in.
//!
//! Run them with `cargo xtask test --only peers`, which installs the servers first.
#![cfg(unix)]

mod admin;
mod postgres;
mod prometheus_adapter;
mod prometheus_server;
mod sdk;
mod smtp_adapter;
mod unleash_adapter;
mod unleash_app;
mod unleash_raw;
mod unleash_server;

use cockpit_tests::{mail_server, supervised};
