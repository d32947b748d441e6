//! What a person enters for Bluesky. Must not know what is done with it.

use cockpit_domain::Service;
use cockpit_domain::provider::ProviderError;
use cockpit_say::{mark, say};
use secrecy::{ExposeSecret as _, SecretString};

use crate::form::{Field, Form, Settings};

pub(crate) static FORM: Form = Form {
    service: Service::Bluesky,
    purpose: mark!("Post notices from your Bluesky account and read them back."),
    least_permission: mark!("An app password without access to direct messages. Bluesky has no narrower ones."),
    fields: &[
        Field::new(
            "handle",
            mark!("Handle"),
            mark!("The account's handle without @, such as status.example.com."),
        ),
        Field::new(
            "app_password",
            mark!("App password"),
            mark!("In Bluesky: Settings, Privacy and security, App passwords. Never the account's own password."),
        )
        .secret(),
        Field::base_url(mark!("The account's server. Leave empty for https://bsky.social.")),
    ],
};

pub(super) struct Config {
    pub base_url: String,
    pub handle: String,
    pub password: SecretString,
}

impl Config {
    pub(super) fn read(settings: &Settings<'_>) -> Result<Config, ProviderError> {
        let password = settings.secret("app_password")?;
        if password
            .expose_secret()
            .chars()
            .any(|letter| letter.is_control() || letter.is_whitespace())
        {
            return Err(settings.unusable(
                "app_password",
                say!("holds characters that no password has"),
            ));
        }
        Ok(Config {
            base_url: settings.base_url(Some("https://bsky.social"))?,
            handle: settings
                .required("handle")?
                .trim_start_matches('@')
                .to_owned(),
            password,
        })
    }
}
