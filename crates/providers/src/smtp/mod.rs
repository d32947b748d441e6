//! E-mail: a notice as one mail to every recipient, over a mail server with TLS and a login. Hides
//! that a mail server cannot be asked afterwards; must not know who approved a notice.
#![doc = include_str!("README.md")]

mod adapter;
mod api;
mod config;
mod errors;
mod guide;
mod wire;

use cockpit_domain::provider::ProviderError;

pub use adapter::Smtp;
pub(crate) use config::FORM;
pub(crate) use guide::GUIDE;

use crate::form::Settings;
use crate::http::Http;

pub(crate) fn connect(settings: &Settings<'_>, http: &Http) -> Result<Smtp, ProviderError> {
    Ok(Smtp::new(config::Config::read(settings)?, http))
}
