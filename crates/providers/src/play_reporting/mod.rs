//! Android vitals, through the Play Developer Reporting interface: crashes and freezes of each
//! release, as Google counts them. Reads only. Hides its calendars, its version codes and rows that
//! are kept back; must not know what is healthy.
#![doc = include_str!("README.md")]

mod adapter;
mod api;
mod civil;
mod config;
mod errors;
mod guide;
mod rows;
mod wire;

use cockpit_domain::provider::ProviderError;

pub use adapter::PlayReporting;
pub(crate) use config::FORM;
pub(crate) use guide::GUIDE;

use crate::form::Settings;
use crate::http::Http;

pub(crate) fn connect(
    settings: &Settings<'_>,
    http: &Http,
) -> Result<PlayReporting, ProviderError> {
    Ok(PlayReporting::new(config::Config::read(settings)?, http))
}
