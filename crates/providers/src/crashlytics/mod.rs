//! Firebase Crashlytics, an alpha: crash-free sessions and users of each version. Reads only. Hides
//! its percentages and what it leaves out; must not know what is healthy.
#![doc = include_str!("README.md")]

mod adapter;
mod api;
mod config;
mod groups;
mod guide;
mod wire;

use cockpit_domain::provider::ProviderError;

pub use adapter::Crashlytics;
pub(crate) use config::FORM;
pub(crate) use guide::GUIDE;

use crate::form::Settings;
use crate::http::Http;

pub(crate) fn connect(settings: &Settings<'_>, http: &Http) -> Result<Crashlytics, ProviderError> {
    Ok(Crashlytics::new(config::Config::read(settings)?, http))
}
