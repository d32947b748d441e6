//! What a person enters for EAS Update. Must not know what is done with it.

use cockpit_domain::Service;
use cockpit_domain::provider::ProviderError;
use cockpit_say::{mark, say};
use http::HeaderValue;
use secrecy::ExposeSecret as _;

use crate::form::{Field, Form, Settings};
use crate::http::sensitive;

pub(crate) static FORM: Form = Form {
    service: Service::EasUpdate,
    purpose: mark!("See, pause and resume channels of updates over the air, and roll them back."),
    least_permission: mark!(
        "An access token of a robot user with the role Developer in the account that owns the project. For a protected channel it must be Admin."
    ),
    fields: &[
        Field::new(
            "project",
            mark!("Project ID"),
            mark!(
                "In the project's settings on expo.dev, or extra.eas.projectId in its app config."
            ),
        ),
        Field::new(
            "channels",
            mark!("Channels"),
            mark!("Names separated by commas, such as production. Leave empty for all."),
        )
        .optional(),
        Field::new(
            "token",
            mark!("Access token"),
            mark!("Of a robot user: on expo.dev, Account settings, Access tokens."),
        )
        .secret(),
        Field::base_url(mark!("Leave empty for Expo's own, https://api.expo.dev.")),
    ],
};

const BASE_URL: &str = "https://api.expo.dev";

/// The token is a header value marked sensitive, which prints as `Sensitive`.
#[derive(Debug)]
pub(super) struct Config {
    pub base_url: String,
    pub project: String,
    /// Empty for all.
    pub channels: Vec<String>,
    pub token: HeaderValue,
}

impl Config {
    pub(super) fn read(settings: &Settings<'_>) -> Result<Config, ProviderError> {
        let token = settings.secret("token")?;
        let token = sensitive(&format!("Bearer {}", token.expose_secret())).ok_or_else(|| {
            settings.unusable("token", say!("holds characters that no token has"))
        })?;
        Ok(Config {
            base_url: settings.base_url(Some(BASE_URL))?,
            project: settings.required("project")?,
            channels: settings
                .optional("channels")
                .unwrap_or_default()
                .split(',')
                .map(|name| name.trim().to_owned())
                .filter(|name| !name.is_empty())
                .collect(),
            token,
        })
    }
}
