//! What a person enters for Flagsmith. Must not know what is done with it.

use cockpit_domain::Service;
use cockpit_domain::provider::ProviderError;
use cockpit_say::{mark, say};
use http::HeaderValue;
use secrecy::ExposeSecret;

use crate::form::{Field, Form, Settings};
use crate::http::sensitive;

const HOST: &str = "https://api.flagsmith.com";
/// Apps of Flagsmith's own cloud ask here.
const APPS_HOST: &str = "https://edge.api.flagsmith.com";
/// Keys that begin so are a server's, and secret.
const SERVER: &str = "ser.";

pub(crate) static FORM: Form = Form {
    service: Service::Flagsmith,
    purpose: mark!("See flags and turn them on and off, and read back what apps get."),
    least_permission: mark!("An organisation API key whose role may view the project and, in this one environment, view it, view identities and \"Update feature state\"."),
    fields: &[
        Field::new(
            "environment_key",
            mark!("Environment key"),
            mark!("The client-side environment key from the environment's SDK keys. Apps carry it; it says which environment."),
        ),
        Field::new(
            "api_key",
            mark!("API key"),
            mark!("An organisation API key, from Organisation settings, API keys."),
        )
        .secret(),
        Field::new(
            "flags",
            mark!("Flags"),
            mark!("Names separated by commas. Leave empty for every flag that apps get."),
        )
        .optional(),
        Field::new(
            "apps_ask_s",
            mark!("Apps ask every"),
            mark!("Seconds after which an open app asks again, where it does. Leave empty when it asks at its start only."),
        )
        .optional(),
        Field::base_url(
            mark!("Leave empty for https://api.flagsmith.com. Your own server's address \
                   otherwise."),
        ),
    ],
};

/// The key is a header value marked sensitive, which prints as `Sensitive`.
#[derive(Debug)]
pub(super) struct Config {
    pub base_url: String,
    /// Where apps ask.
    pub apps_url: String,
    pub environment_key: String,
    pub api_key: HeaderValue,
    /// Empty for all.
    pub flags: Vec<String>,
    pub apps_ask_s: Option<u32>,
}

impl Config {
    pub(super) fn read(settings: &Settings<'_>) -> Result<Config, ProviderError> {
        let environment_key = settings.required("environment_key")?;
        if environment_key.starts_with(SERVER) {
            return Err(settings.unusable(
                "environment_key",
                say!("is a server's key: it is secret, and shows what servers get"),
            ));
        }
        if !environment_key.bytes().all(|it| it.is_ascii_alphanumeric()) {
            return Err(settings.unusable("environment_key", say!("is not like a client-side key")));
        }
        let given = settings.secret("api_key")?;
        // Whoever copied the whole header has the word in front already.
        let bare = given.expose_secret().trim_start_matches("Api-Key ");
        let api_key = sensitive(&say!("Api-Key {bare}")).ok_or_else(|| {
            settings.unusable("api_key", say!("holds characters that no key has"))
        })?;
        let base_url = settings.base_url(Some(HOST))?;
        let base_url = base_url.trim_end_matches("/api/v1").to_owned();
        Ok(Config {
            apps_url: apps_url(&base_url),
            base_url,
            environment_key,
            api_key,
            flags: settings.names("flags"),
            apps_ask_s: settings.seconds("apps_ask_s")?,
        })
    }
}

/// Only the cloud has a host of its own for apps.
fn apps_url(base_url: &str) -> String {
    if base_url == HOST {
        APPS_HOST.to_owned()
    } else {
        base_url.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::apps_url;

    #[test]
    fn apps_of_the_cloud_ask_at_the_edge_and_others_at_their_own_server() {
        assert_eq!(apps_url(super::HOST), "https://edge.api.flagsmith.com");
        let own = "https://flags.example.com";
        assert_eq!(apps_url(own), own);
    }
}
