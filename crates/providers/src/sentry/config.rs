//! What a person enters for Sentry. Must not know what is done with it.

use cockpit_domain::Service;
use cockpit_domain::provider::ProviderError;
use cockpit_say::{mark, say};
use http::HeaderValue;
use secrecy::ExposeSecret;

use crate::form::{Field, Form, Settings};
use crate::http::sensitive;

pub(crate) static FORM: Form = Form {
    service: Service::Sentry,
    purpose: mark!("Read crash-free sessions and users of each release."),
    least_permission: mark!("An internal integration's token with Organization: Read and Release: Read (org:read, project:releases)."),
    fields: &[
        Field::new("organization", mark!("Organization"), mark!("The slug in Sentry's address.")),
        Field::new("android_project", mark!("Android project"), mark!("The project's number (Settings, Projects, Client keys show it). Empty when there is none.")).optional(),
        Field::new("ios_project", mark!("iOS project"), mark!("The project's number. Empty when there is none.")).optional(),
        Field::new("token", mark!("Token"), mark!("In Sentry: Settings, Custom \
                                                   integrations.")).secret(),
        Field::new("package", mark!("Package or bundle ID"), mark!("Only releases of this app are read; empty for all of the projects.")).optional(),
        Field::base_url(mark!("Such as https://us.sentry.io or https://de.sentry.io. Leave empty for https://sentry.io.")),
    ],
};

const BASE_URL: &str = "https://sentry.io";

/// The token is a header value marked sensitive, which prints as `Sensitive`.
#[derive(Debug)]
pub(super) struct Config {
    pub base_url: String,
    pub organization: String,
    pub android_project: Option<String>,
    pub ios_project: Option<String>,
    pub package: Option<String>,
    pub authorization: HeaderValue,
}

impl Config {
    pub(super) fn read(settings: &Settings<'_>) -> Result<Config, ProviderError> {
        let token = settings.secret("token")?;
        let base_url = settings.base_url(Some(BASE_URL))?;
        let config = Config {
            // People copy the address with the path that the documents show.
            base_url: base_url
                .strip_suffix("/api/0")
                .unwrap_or(&base_url)
                .to_owned(),
            organization: settings.required("organization")?,
            android_project: settings.optional("android_project"),
            ios_project: settings.optional("ios_project"),
            package: settings.optional("package"),
            authorization: sensitive(&format!("Bearer {}", token.expose_secret())).ok_or_else(
                || settings.unusable("token", say!("holds characters that no token has")),
            )?,
        };
        if config.android_project.is_none() && config.ios_project.is_none() {
            return Err(
                settings.unusable("android_project", say!("and iOS project are both empty"))
            );
        }
        Ok(config)
    }
}
