//! LaunchDarkly: flags of one project in one environment. Turns them on and off, and reads what
//! mobile apps get. Hides its patches and its two hosts; must not know what a flag guards.
#![doc = include_str!("README.md")]

mod adapter;
mod api;
mod config;
mod errors;
mod guide;
mod wire;

use cockpit_domain::provider::ProviderError;

pub use adapter::LaunchDarkly;
pub(crate) use config::FORM;
pub(crate) use guide::GUIDE;

use crate::form::Settings;
use crate::http::Http;

pub(crate) fn connect(settings: &Settings<'_>, http: &Http) -> Result<LaunchDarkly, ProviderError> {
    Ok(LaunchDarkly::new(config::Config::read(settings)?, http))
}
