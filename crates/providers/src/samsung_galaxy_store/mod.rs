//! Samsung Galaxy Store: an app's staged rollout. Raises its share, gives it to everybody, and takes
//! the app off sale; it cannot be paused from here. Hides Samsung's tokens and result codes; must
//! not know why a release is stopped.
#![doc = include_str!("README.md")]

mod adapter;
mod api;
mod config;
mod errors;
mod guide;
mod listing;
mod wire;

use cockpit_domain::provider::ProviderError;

pub use adapter::SamsungGalaxyStore;
pub(crate) use config::FORM;
pub(crate) use guide::GUIDE;

use crate::form::Settings;
use crate::http::Http;

pub(crate) fn connect(
    settings: &Settings<'_>,
    http: &Http,
) -> Result<SamsungGalaxyStore, ProviderError> {
    Ok(SamsungGalaxyStore::new(
        config::Config::read(settings)?,
        http,
    ))
}
