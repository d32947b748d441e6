//! Firebase Cloud Messaging: notices as push messages to a topic. Hides that a message cannot be asked
//! about or recalled; must not know who approved a notice.
#![doc = include_str!("README.md")]

mod adapter;
mod config;
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
) -> Result<ChannelAdapter<adapter::Fcm>, ProviderError> {
    let line = adapter::Fcm::new(config::Config::read(settings)?, http);
    Ok(ChannelAdapter::new(line, http))
}
