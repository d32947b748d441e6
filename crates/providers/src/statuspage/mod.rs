//! Statuspage: notices on one status page. Publishes an incident once and finds it again.
//! Hides its lack of an idempotency key; must not know who approved a notice.
#![doc = include_str!("README.md")]

mod adapter;
mod api;
mod config;
mod errors;
mod guide;
mod wire;

use cockpit_domain::provider::ProviderError;

pub use adapter::Statuspage;
pub(crate) use config::FORM;
pub(crate) use guide::GUIDE;

use crate::form::Settings;
use crate::http::Http;

pub(crate) fn connect(settings: &Settings<'_>, http: &Http) -> Result<Statuspage, ProviderError> {
    Ok(Statuspage::new(config::Config::read(settings)?, http))
}
