//! Firebase Remote Config: boolean parameters as switches, and a notice as a banner inside the app in
//! one more. Hides versions, ETags and the rest of the template; must not know who approved a notice.
#![doc = include_str!("README.md")]

mod adapter;
mod api;
mod banner;
mod config;
mod flags;
mod guide;

use cockpit_domain::provider::ProviderError;

pub use adapter::RemoteConfig;
pub(crate) use config::FORM;
pub(crate) use guide::GUIDE;

use crate::form::Settings;
use crate::http::Http;

pub(crate) fn connect(settings: &Settings<'_>, http: &Http) -> Result<RemoteConfig, ProviderError> {
    Ok(RemoteConfig::new(config::Config::read(settings)?, http))
}
