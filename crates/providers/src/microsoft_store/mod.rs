//! The Microsoft Store: the gradual package rollout of an app's newest submission. Halts, raises and
//! finalizes it. Hides sign-in, submissions and conflicts; must not know why a release is stopped.
#![doc = include_str!("README.md")]

mod adapter;
mod api;
mod config;
mod errors;
mod guide;
mod wire;

use cockpit_domain::provider::ProviderError;

pub use adapter::MicrosoftStore;
pub(crate) use config::FORM;
pub(crate) use guide::GUIDE;

use crate::form::Settings;
use crate::http::Http;

pub(crate) fn connect(
    settings: &Settings<'_>,
    http: &Http,
) -> Result<MicrosoftStore, ProviderError> {
    Ok(MicrosoftStore::new(config::Config::read(settings)?, http))
}
