//! Firebase Remote Config: a notice as a banner inside the app, in one parameter. Hides versions, ETags
//! and the rest of the template; must not know who approved a notice.
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
) -> Result<ChannelAdapter<adapter::RemoteConfig>, ProviderError> {
    let line = adapter::RemoteConfig::new(config::Config::read(settings)?, http);
    Ok(ChannelAdapter::new(line, http))
}
