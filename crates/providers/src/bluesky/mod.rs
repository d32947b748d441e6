//! Bluesky: notices of one account. Writes each under a record key that follows from its own key, so
//! that a second write is the same post; must not know who approved a notice.
#![doc = include_str!("README.md")]

mod adapter;
mod config;
mod errors;
mod guide;
mod tid;

use cockpit_domain::provider::ProviderError;

use crate::channel::ChannelAdapter;
use crate::form::Settings;
use crate::http::Http;

pub(crate) use config::FORM;
pub(crate) use guide::GUIDE;

pub(crate) fn connect(
    settings: &Settings<'_>,
    http: &Http,
) -> Result<ChannelAdapter<adapter::Bluesky>, ProviderError> {
    let line = adapter::Bluesky::new(config::Config::read(settings)?, http);
    Ok(ChannelAdapter::new(line, http))
}
