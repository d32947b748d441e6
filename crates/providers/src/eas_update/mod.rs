//! Expo's EAS Update: channels that apps ask at for updates over the air. Pauses and resumes them,
//! and puts an earlier update in place of the newest. Hides GraphQL, groups of updates and refusals
//! that come with 200; must not know why a channel is paused.
#![doc = include_str!("README.md")]

mod adapter;
mod api;
mod config;
mod errors;
mod guide;
mod reading;
mod wire;

use cockpit_domain::provider::ProviderError;

pub use adapter::EasUpdate;
pub(crate) use config::FORM;
pub(crate) use guide::GUIDE;

use crate::form::Settings;
use crate::http::Http;

pub(crate) fn connect(settings: &Settings<'_>, http: &Http) -> Result<EasUpdate, ProviderError> {
    Ok(EasUpdate::new(config::Config::read(settings)?, http))
}
