//! What a person enters for Mastodon. Must not know what is done with it.

use cockpit_domain::Service;
use cockpit_domain::provider::ProviderError;
use cockpit_say::{mark, say};
use http::HeaderValue;
use secrecy::ExposeSecret as _;
use url::Url;

use crate::form::{Field, Form, Settings};
use crate::http::sensitive;

pub(crate) static FORM: Form = Form {
    service: Service::Mastodon,
    purpose: mark!("Post notices from your Mastodon account and read them back."),
    least_permission: mark!(
        "An application of the account with read:accounts, read:statuses and write:statuses."
    ),
    fields: &[
        Field::new(
            "base_url",
            mark!("Server"),
            mark!("The account's server, such as https://mastodon.example."),
        ),
        Field::new(
            "token",
            mark!("Access token"),
            mark!("In Mastodon: Preferences, Development, your application."),
        )
        .secret(),
        Field::new(
            "visibility",
            mark!("Visibility"),
            mark!("public, unlisted or private. Leave empty for public."),
        )
        .optional(),
    ],
};

const VISIBILITIES: [&str; 3] = ["public", "unlisted", "private"];

#[derive(Debug)]
pub(super) struct Config {
    pub base_url: String,
    /// The server's name.
    pub host: String,
    pub visibility: &'static str,
    pub authorization: HeaderValue,
}

impl Config {
    pub(super) fn read(settings: &Settings<'_>) -> Result<Config, ProviderError> {
        let token = settings.secret("token")?;
        let base_url = settings.base_url(None)?;
        let host = Url::parse(&base_url)
            .ok()
            .and_then(|url| url.host_str().map(str::to_owned))
            .ok_or_else(|| settings.unusable("base_url", say!("names no server")))?;
        let wished = settings.optional("visibility");
        let visibility = match &wished {
            None => VISIBILITIES[0],
            Some(wished) => VISIBILITIES
                .into_iter()
                .find(|it| it == wished)
                .ok_or_else(|| {
                    settings.unusable("visibility", say!("is not public, unlisted or private"))
                })?,
        };
        Ok(Config {
            base_url,
            host,
            visibility,
            authorization: sensitive(&format!("Bearer {}", token.expose_secret())).ok_or_else(
                || settings.unusable("token", say!("holds characters that no token has")),
            )?,
        })
    }
}
