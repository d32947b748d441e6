//! Prometheus: shares that any PromQL gives, each version's, with what they were counted of. Reads
//! only. Hides series, texts for numbers and what is no number; must not know what is healthy.
#![doc = include_str!("README.md")]

mod adapter;
mod api;
mod config;
mod errors;
mod guide;
mod wire;

use cockpit_domain::provider::ProviderError;

pub use adapter::Prometheus;
pub(crate) use config::FORM;
pub(crate) use guide::GUIDE;

use crate::form::Settings;
use crate::http::Http;

pub(crate) fn connect(settings: &Settings<'_>, http: &Http) -> Result<Prometheus, ProviderError> {
    Ok(Prometheus::new(config::Config::read(settings)?, http))
}
