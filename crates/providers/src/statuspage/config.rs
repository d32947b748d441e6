//! What a person enters for Statuspage. Must not know what is done with it.

use std::collections::BTreeMap;

use cockpit_domain::Service;
use cockpit_domain::provider::ProviderError;
use cockpit_say::{mark, say};
use http::HeaderValue;
use secrecy::ExposeSecret;

use crate::form::{Field, Form, Settings};
use crate::http::sensitive;

pub(crate) static FORM: Form = Form {
    service: Service::Statuspage,
    purpose: mark!("Publish notices on your status page and read them back."),
    least_permission: mark!("A Statuspage API key of a team member who may manage incidents. Statuspage has no narrower keys."),
    fields: &[
        Field::new(
            "page_id",
            mark!("Page ID"),
            mark!("In Statuspage: the avatar menu, API info."),
        ),
        Field::new(
            "api_key",
            mark!("API key"),
            mark!("In Statuspage: the avatar menu, API info."),
        )
        .secret(),
        Field::new(
            "components",
            mark!("Components"),
            mark!("What a first notice sets, such as abcd1234=partial_outage, separated by commas. Leave empty to set none. A resolved incident's components become operational."),
        )
        .optional(),
        Field::base_url(mark!("Leave empty for Atlassian's own, https://api.statuspage.io.")),
    ],
};

const BASE_URL: &str = "https://api.statuspage.io";

/// The key is a header value marked sensitive, which prints as `Sensitive`.
#[derive(Debug)]
pub(super) struct Config {
    pub base_url: String,
    pub page_id: String,
    /// Components that an incident of the app concerns, and what each becomes.
    pub components: BTreeMap<String, String>,
    pub authorization: HeaderValue,
}

const STATES: [&str; 4] = [
    "under_maintenance",
    "degraded_performance",
    "partial_outage",
    "major_outage",
];

impl Config {
    pub(super) fn read(settings: &Settings<'_>) -> Result<Config, ProviderError> {
        let key = settings.secret("api_key")?;
        let base_url = settings.base_url(Some(BASE_URL))?;
        Ok(Config {
            // People copy the address with its version, as the documents show it.
            base_url: base_url.strip_suffix("/v1").unwrap_or(&base_url).to_owned(),
            page_id: settings.required("page_id")?,
            components: components(settings)?,
            authorization: sensitive(&format!("OAuth {}", key.expose_secret())).ok_or_else(
                || settings.unusable("api_key", say!("holds characters that no key has")),
            )?,
        })
    }
}

fn components(settings: &Settings<'_>) -> Result<BTreeMap<String, String>, ProviderError> {
    let text = settings.optional("components").unwrap_or_default();
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (id, state) = part.split_once('=')?;
            let (id, state) = (id.trim(), state.trim());
            (!id.is_empty() && STATES.contains(&state)).then(|| (id.to_owned(), state.to_owned()))
        })
        .collect::<Option<_>>()
        .ok_or_else(|| {
            settings.unusable(
                "components",
                say!("is not a list such as abcd1234=partial_outage (or degraded_performance, major_outage, under_maintenance)"),
            )
        })
}
