//! Sentry: crash-free sessions and users of each release. Reads only. Hides its intervals and
//! nulls; must not know what is healthy.
#![doc = include_str!("README.md")]

mod adapter;
mod api;
mod config;
mod errors;
mod guide;
mod wire;

use cockpit_domain::provider::ProviderError;

pub use adapter::Sentry;
pub(crate) use config::FORM;
pub(crate) use guide::GUIDE;

use crate::form::Settings;
use crate::http::Http;

pub(crate) fn connect(settings: &Settings<'_>, http: &Http) -> Result<Sentry, ProviderError> {
    Ok(Sentry::new(config::Config::read(settings)?, http))
}
