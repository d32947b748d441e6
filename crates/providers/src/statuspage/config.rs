//! What a person enters for Statuspage. Must not know what is done with it.

use cockpit_domain::Service;
use cockpit_domain::provider::ProviderError;
use http::HeaderValue;
use secrecy::ExposeSecret;

use crate::form::{Field, Form, Settings};
use crate::http::sensitive;

pub(crate) static FORM: Form = Form {
    service: Service::Statuspage,
    purpose: "Publish notices on your status page and read them back.",
    least_permission: "A Statuspage API key of a team member who may manage incidents. Statuspage has no narrower keys.",
    fields: &[
        Field::new(
            "page_id",
            "Page ID",
            "In Statuspage: the avatar menu, API info.",
        ),
        Field::new(
            "api_key",
            "API key",
            "In Statuspage: the avatar menu, API info.",
        )
        .secret(),
        Field::base_url("Leave empty for Atlassian's own, https://api.statuspage.io."),
    ],
};

const BASE_URL: &str = "https://api.statuspage.io";

/// The key is a header value marked sensitive, which prints as `Sensitive`.
#[derive(Debug)]
pub(super) struct Config {
    pub base_url: String,
    pub page_id: String,
    pub authorization: HeaderValue,
}

impl Config {
    pub(super) fn read(settings: &Settings<'_>) -> Result<Config, ProviderError> {
        let key = settings.secret("api_key")?;
        let base_url = settings.base_url(Some(BASE_URL))?;
        Ok(Config {
            // People copy the address with its version, as the documents show it.
            base_url: base_url.strip_suffix("/v1").unwrap_or(&base_url).to_owned(),
            page_id: settings.required("page_id")?,
            authorization: sensitive(&format!("OAuth {}", key.expose_secret()))
                .ok_or_else(|| settings.unusable("api_key", "holds characters that no key has"))?,
        })
    }
}
