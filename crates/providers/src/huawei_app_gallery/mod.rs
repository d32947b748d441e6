//! Huawei AppGallery: an app's phased release. Suspends it, lets it go on, sets its share, makes it
//! the full release. Hides Huawei's envelopes and tokens; must not know why a release is stopped.
#![doc = include_str!("README.md")]

mod adapter;
mod api;
mod config;
mod errors;
mod guide;
mod wire;

use cockpit_domain::provider::ProviderError;

pub use adapter::HuaweiAppGallery;
pub(crate) use config::FORM;
pub(crate) use guide::GUIDE;

use crate::form::Settings;
use crate::http::Http;

pub(crate) fn connect(
    settings: &Settings<'_>,
    http: &Http,
) -> Result<HuaweiAppGallery, ProviderError> {
    Ok(HuaweiAppGallery::new(config::Config::read(settings)?, http))
}
