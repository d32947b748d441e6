//! Flagsmith: flags of one environment, with versions of features or without. Turns them on and off,
//! and reads what apps get. Hides drafts, numbers and its two hosts; must not know what a flag guards.
#![doc = include_str!("README.md")]

mod adapter;
mod api;
mod change;
mod config;
mod errors;
mod guide;
mod wire;

use cockpit_domain::provider::ProviderError;

pub use adapter::Flagsmith;
pub(crate) use config::FORM;
pub(crate) use guide::GUIDE;

use crate::form::Settings;
use crate::http::Http;

pub(crate) fn connect(settings: &Settings<'_>, http: &Http) -> Result<Flagsmith, ProviderError> {
    Ok(Flagsmith::new(config::Config::read(settings)?, http))
}
