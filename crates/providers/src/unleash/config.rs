//! What a person enters for Unleash. Must not know what is done with it.

use cockpit_domain::Service;
use cockpit_domain::provider::ProviderError;
use cockpit_say::{mark, say};
use http::HeaderValue;
use secrecy::ExposeSecret;

use crate::form::{Field, Form, Settings};
use crate::http::sensitive;

pub(crate) static FORM: Form = Form {
    service: Service::Unleash,
    purpose: mark!("See flags and turn them on and off, and read back what client apps evaluate."),
    least_permission: mark!("A personal or service-account token that may toggle features in this one environment, and a client token for the same project and environment."),
    fields: &[
        Field::new("base_url", mark!("Address"), mark!("Of your Unleash server, such as https://eu.app.unleash-hosted.com/acme.")),
        Field::new("project", mark!("Project"), mark!("The project's id, such as default.")),
        Field::new("environment", mark!("Environment"), mark!("Such as production.")),
        Field::new("admin_token", mark!("Admin token"), mark!("A personal access token (user:…) or service-account token.")).secret(),
        Field::new(
            "client_token",
            mark!("Client token"),
            mark!("A backend (client) token for this environment, such as default:production.…: it shows what client apps evaluate."),
        )
        .secret(),
        Field::new("flags", mark!("Flags"), mark!("Names separated by commas. Leave empty for every flag of the project.")).optional(),
        Field::new("apps_ask_s", mark!("Apps ask every"), mark!("Seconds after which an open app asks again. Leave empty for 15, as Unleash's SDKs do.")).optional(),
    ],
};

/// The tokens are header values marked sensitive, which print as `Sensitive`.
#[derive(Debug)]
pub(super) struct Config {
    pub base_url: String,
    pub project: String,
    pub environment: String,
    pub admin: HeaderValue,
    pub client: HeaderValue,
    /// Which environment the client token says it is for.
    pub client_environment: Option<String>,
    /// Empty for all.
    pub flags: Vec<String>,
    pub apps_ask_s: Option<u32>,
}

impl Config {
    pub(super) fn read(settings: &Settings<'_>) -> Result<Config, ProviderError> {
        let header = |key: &str| {
            let token = settings.secret(key)?;
            sensitive(token.expose_secret())
                .ok_or_else(|| settings.unusable(key, say!("holds characters that no token has")))
        };
        let client_token = settings.secret("client_token")?;
        Ok(Config {
            base_url: settings.base_url(None)?,
            project: settings.required("project")?,
            environment: settings.required("environment")?,
            admin: header("admin_token")?,
            client: header("client_token")?,
            client_environment: environment_of(client_token.expose_secret()),
            flags: settings.names("flags"),
            apps_ask_s: settings.seconds("apps_ask_s")?,
        })
    }
}

/// Client tokens are `project:environment.secret`.
fn environment_of(token: &str) -> Option<String> {
    let (_, rest) = token.split_once(':')?;
    let (environment, _) = rest.split_once('.')?;
    Some(environment.to_owned())
}
