//! What a person enters for LaunchDarkly. Must not know what is done with it.

use cockpit_domain::Service;
use cockpit_domain::provider::ProviderError;
use cockpit_say::{mark, say};
use http::HeaderValue;
use secrecy::ExposeSecret;

use crate::form::{Field, Form, Settings};
use crate::http::sensitive;

const HOST: &str = "https://app.launchdarkly.com";

pub(crate) static FORM: Form = Form {
    service: Service::LaunchDarkly,
    purpose: mark!("See flags and turn them on and off, and read back what mobile apps get."),
    least_permission: mark!(
        "A service token whose role may \"updateOn\" for the flags of this one environment, and the environment's mobile key."
    ),
    fields: &[
        Field::new(
            "project",
            mark!("Project"),
            mark!("The project's key, such as default."),
        ),
        Field::new(
            "environment",
            mark!("Environment"),
            mark!("The environment's key, such as production."),
        ),
        Field::new(
            "token",
            mark!("Access token"),
            mark!("A service token (api-…) from Organization settings, Authorization."),
        )
        .secret(),
        Field::new(
            "mobile_key",
            mark!("Mobile key"),
            mark!("The mobile key (mob-…) of the same environment: it shows what apps get."),
        )
        .secret(),
        Field::new(
            "flags",
            mark!("Flags"),
            mark!("Keys separated by commas. Leave empty for every flag that mobile apps get."),
        )
        .optional(),
        Field::base_url(mark!(
            "Leave empty for https://app.launchdarkly.com. In the EU https://app.eu.launchdarkly.com, for the US government https://app.launchdarkly.us."
        )),
    ],
};

/// The token and the key are header values marked sensitive, which print as `Sensitive`.
#[derive(Debug)]
pub(super) struct Config {
    pub base_url: String,
    /// Where mobile apps ask.
    pub client_url: String,
    pub project: String,
    pub environment: String,
    pub token: HeaderValue,
    pub mobile_key: HeaderValue,
    /// Empty for all.
    pub flags: Vec<String>,
}

impl Config {
    pub(super) fn read(settings: &Settings<'_>) -> Result<Config, ProviderError> {
        let header = |key: &str| {
            let token = settings.secret(key)?;
            sensitive(token.expose_secret())
                .ok_or_else(|| settings.unusable(key, say!("holds characters that no token has")))
        };
        let base_url = settings.base_url(Some(HOST))?;
        Ok(Config {
            client_url: client_url(&base_url),
            base_url,
            project: settings.required("project")?,
            environment: settings.required("environment")?,
            token: header("token")?,
            mobile_key: header("mobile_key")?,
            flags: settings.names("flags"),
        })
    }
}

/// LaunchDarkly answers apps on a host of its own in each region.
fn client_url(base_url: &str) -> String {
    match base_url.strip_prefix("https://app.") {
        Some(region) => format!("https://clientsdk.{region}"),
        None => base_url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::client_url;

    #[test]
    fn apps_ask_on_the_region_s_other_host() {
        for (base, client) in [
            (super::HOST, "https://clientsdk.launchdarkly.com"),
            (
                "https://app.eu.launchdarkly.com",
                "https://clientsdk.eu.launchdarkly.com",
            ),
            ("http://127.0.0.1:8030", "http://127.0.0.1:8030"),
        ] {
            assert_eq!(client_url(base), client);
        }
    }
}
