//! Slack: notices in one channel. Posts a message once and finds it again by our key. Hides that
//! refusals come as HTTP 200; must not know who approved a notice.
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
) -> Result<ChannelAdapter<adapter::Slack>, ProviderError> {
    let line = adapter::Slack::new(config::Config::read(settings)?, http);
    Ok(ChannelAdapter::new(line, http))
}
