//! What a person enters for Samsung Galaxy Store. Must not know what is done with it.

use std::fmt;

use cockpit_domain::Service;
use cockpit_domain::provider::ProviderError;
use cockpit_say::{mark, say};
use jsonwebtoken::EncodingKey;
use secrecy::ExposeSecret as _;

use crate::form::{Field, Form, Settings};

const HOST: &str = "https://devapi.samsungapps.com";
const CONTENT_ID_DIGITS: usize = 12;

pub(crate) static FORM: Form = Form {
    service: Service::SamsungGalaxyStore,
    purpose: mark!(
        "See an app's staged rollout on Galaxy Store, raise its share, and take the app off sale. Galaxy Store lets nobody pause a rollout from outside Seller Portal."
    ),
    least_permission: mark!(
        "A service account with the service \"Publishing & ITEM\" alone (scope publishing)."
    ),
    fields: &[
        Field::new(
            "package",
            mark!("Package name"),
            mark!("Such as com.example.app; the content ID must be of this app."),
        ),
        Field::new(
            "content_id",
            mark!("Content ID"),
            mark!("12 digits, in Seller Portal under Apps."),
        ),
        Field::new(
            "service_account_id",
            mark!("Service account ID"),
            mark!("In Seller Portal, Assistance, API Service."),
        ),
        Field::new(
            "private_key",
            mark!("Private key"),
            mark!(
                "The whole key file that Seller Portal gave when the service account was created."
            ),
        )
        .secret()
        .multiline(),
        Field::base_url(mark!("Leave empty for https://devapi.samsungapps.com.")),
    ],
};

pub(super) struct Config {
    pub base_url: String,
    pub package: String,
    pub content_id: String,
    pub account: String,
    pub key: EncodingKey,
}

impl Config {
    pub(super) fn read(settings: &Settings<'_>) -> Result<Config, ProviderError> {
        let pem = settings.secret("private_key")?;
        let key = EncodingKey::from_rsa_pem(pem.expose_secret().as_bytes()).map_err(|_| {
            settings.unusable("private_key", say!("holds no usable RSA private key"))
        })?;
        let content_id = settings.required("content_id")?;
        let digits = content_id.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || content_id.len() != CONTENT_ID_DIGITS {
            return Err(settings.unusable("content_id", say!("is not 12 digits")));
        }
        let account = settings.required("service_account_id")?;
        if !account.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(settings.unusable(
                "service_account_id",
                say!("holds characters that no ID has"),
            ));
        }
        Ok(Config {
            base_url: settings.base_url(Some(HOST))?,
            package: settings.required("package")?,
            content_id,
            account,
            key,
        })
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("base_url", &self.base_url)
            .field("content_id", &self.content_id)
            .finish_non_exhaustive()
    }
}
