//! Mastodon: notices of one account. Hides that a status cannot carry our key; must not know who
//! approved a notice.
#![doc = include_str!("README.md")]

mod adapter;
mod config;
mod errors;
mod guide;

use cockpit_domain::provider::ProviderError;

use crate::channel::ChannelAdapter;
use crate::form::Settings;
use crate::http::Http;

pub(crate) use config::FORM;
pub(crate) use guide::GUIDE;

pub(crate) fn connect(
    settings: &Settings<'_>,
    http: &Http,
) -> Result<ChannelAdapter<adapter::Mastodon>, ProviderError> {
    let line = adapter::Mastodon::new(config::Config::read(settings)?, http);
    Ok(ChannelAdapter::new(line, http))
}
