//! What a person enters for the App Store. Must not know what is done with it.

use std::fmt;

use cockpit_domain::Service;
use cockpit_domain::provider::ProviderError;
use cockpit_say::{mark, say};
use jsonwebtoken::EncodingKey;
use secrecy::ExposeSecret;

use crate::form::{Field, Form, Settings};

pub(crate) static FORM: Form = Form {
    service: Service::AppStore,
    purpose: mark!("See, pause and resume phased releases on the App Store."),
    least_permission: mark!("A team key for the App Store Connect API with the role App Manager, or an individual key of a person with that role for this app alone."),
    fields: &[
        Field::new("bundle_id", mark!("Bundle ID"), mark!("Such as com.example.app.")),
        Field::new(
            "issuer_id",
            mark!("Issuer ID"),
            mark!("In App Store Connect: Users and Access, Integrations. Leave empty for an individual key."),
        )
        .optional(),
        Field::new("key_id", mark!("Key ID"), mark!("Ten characters, beside the key in App Store \
                                                     Connect.")),
        Field::new("private_key", mark!("Private key"), mark!("The whole AuthKey_….p8 file.")).secret().multiline(),
        Field::base_url(mark!("Leave empty for Apple's own, \
                               https://api.appstoreconnect.apple.com.")),
    ],
};

const BASE_URL: &str = "https://api.appstoreconnect.apple.com";

pub(super) struct Config {
    pub bundle_id: String,
    pub base_url: String,
    pub key: Key,
}

/// What signs requests.
pub(super) struct Key {
    /// None for an individual key.
    pub issuer: Option<String>,
    pub id: String,
    pub secret: EncodingKey,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("bundle_id", &self.bundle_id)
            .field("base_url", &self.base_url)
            .field("key", &self.key.id)
            .finish_non_exhaustive()
    }
}

impl Config {
    pub(super) fn read(settings: &Settings<'_>) -> Result<Config, ProviderError> {
        let pem = settings.secret("private_key")?;
        let secret = EncodingKey::from_ec_pem(pem.expose_secret().as_bytes()).map_err(|_| {
            settings.unusable(
                "private_key",
                say!("is not a .p8 key file (it begins with BEGIN PRIVATE KEY)"),
            )
        })?;
        Ok(Config {
            bundle_id: settings.required("bundle_id")?,
            base_url: settings.base_url(Some(BASE_URL))?,
            key: Key {
                issuer: settings.optional("issuer_id"),
                id: settings.required("key_id")?,
                secret,
            },
        })
    }
}
