//! Unleash: flags of one project in one environment. Turns them on and off, and reads what client
//! apps evaluate from. Hides its two interfaces; must not know what a flag guards.
#![doc = include_str!("README.md")]

mod adapter;
mod api;
mod bulk;
mod config;
mod errors;
mod guide;
mod wire;

use cockpit_domain::provider::ProviderError;

pub use adapter::Unleash;
pub(crate) use config::FORM;
pub(crate) use guide::GUIDE;

use crate::form::Settings;
use crate::http::Http;

pub(crate) fn connect(settings: &Settings<'_>, http: &Http) -> Result<Unleash, ProviderError> {
    Ok(Unleash::new(config::Config::read(settings)?, http))
}
