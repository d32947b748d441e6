//! The App Store: phased releases of an app's versions. Pauses, resumes and completes them.
//! Hides JSON:API, tokens and conflicts; must not know why a release is stopped.
#![doc = include_str!("README.md")]

mod adapter;
mod api;
mod config;
mod errors;
mod guide;
mod ratings;
mod wire;

use cockpit_domain::provider::ProviderError;

pub use adapter::AppStore;
pub(crate) use config::FORM;
pub(crate) use guide::GUIDE;

use crate::form::Settings;
use crate::http::Http;

pub(crate) fn connect(settings: &Settings<'_>, http: &Http) -> Result<AppStore, ProviderError> {
    Ok(AppStore::new(config::Config::read(settings)?, http))
}
