//! Google Play: staged rollouts of an app's tracks. Stops, resumes, raises and completes them.
//! Hides edits, tokens and Play's ways to refuse; must not know why a release is stopped.
#![doc = include_str!("README.md")]

mod adapter;
mod api;
mod config;
mod edits;
mod errors;
mod guide;
mod ratings;
mod recovery;
mod rehearse;
mod release;
mod seen;
mod wire;

use cockpit_domain::provider::ProviderError;

pub use adapter::GooglePlay;
pub(crate) use config::FORM;
pub(crate) use guide::GUIDE;

use crate::form::Settings;
use crate::http::Http;

pub(crate) fn connect(settings: &Settings<'_>, http: &Http) -> Result<GooglePlay, ProviderError> {
    Ok(GooglePlay::new(config::Config::read(settings)?, http))
}
