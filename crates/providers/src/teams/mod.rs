//! Microsoft Teams: notices handed to a workflow. Hides that its 202 is no delivery and that it cannot
//! be asked afterwards; must not know who approved a notice.
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
) -> Result<ChannelAdapter<adapter::Teams>, ProviderError> {
    let line = adapter::Teams::new(config::Config::read(settings)?, http);
    Ok(ChannelAdapter::new(line, http))
}
