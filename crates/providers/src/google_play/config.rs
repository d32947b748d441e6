//! What a person enters for Google Play. Must not know what is done with it.

use cockpit_domain::Service;
use cockpit_domain::provider::ProviderError;
use jsonwebtoken::EncodingKey;
use secrecy::ExposeSecret;
use serde::Deserialize;
use std::fmt;

use crate::form::{Field, Form, Settings, allowed_url};

pub(crate) static FORM: Form = Form {
    service: Service::GooglePlay,
    purpose: "See, stop and resume staged rollouts on Google Play.",
    least_permission: "A service account of its own, invited in the Play Console to this app alone with \"View app information\" and \"Release to production, exclude devices, and use Play App Signing\".",
    fields: &[
        Field::new("package", "Package name", "The application ID, such as com.example.app."),
        Field::new(
            "service_account",
            "Service account key",
            "The whole JSON file from Google Cloud: IAM, Service accounts, Keys. Use an account that nothing else uses: each account has one open edit.",
        )
        .secret()
        .multiline(),
        Field::base_url("Leave empty for Google's own, https://androidpublisher.googleapis.com."),
    ],
};

const BASE_URL: &str = "https://androidpublisher.googleapis.com";

pub(super) struct Config {
    pub package: String,
    pub base_url: String,
    pub account: Account,
}

/// The parts of a service account's key file that are used.
pub(super) struct Account {
    pub email: String,
    pub key_id: Option<String>,
    pub token_url: String,
    pub key: EncodingKey,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("package", &self.package)
            .field("base_url", &self.base_url)
            .field("account", &self.account.email)
            .finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct KeyFile {
    client_email: String,
    private_key: String,
    #[serde(default)]
    private_key_id: Option<String>,
    #[serde(default)]
    token_uri: Option<String>,
}

impl Config {
    pub(super) fn read(settings: &Settings<'_>) -> Result<Config, ProviderError> {
        let file = settings.secret("service_account")?;
        // The parser's own message may quote the file, so it is left out.
        let file: KeyFile = serde_json::from_str(file.expose_secret()).map_err(|_| {
            settings.unusable(
                "service_account",
                "is not the JSON file of a service account key (it has client_email and private_key)",
            )
        })?;
        let key = EncodingKey::from_rsa_pem(file.private_key.as_bytes())
            .map_err(|_| settings.unusable("service_account", "holds no usable RSA private key"))?;
        let token_url = file
            .token_uri
            .as_deref()
            .unwrap_or("https://oauth2.googleapis.com/token");
        let token_url = allowed_url(token_url).map_err(|_| {
            settings.unusable("service_account", "names a token_uri that is not https")
        })?;
        Ok(Config {
            package: settings.required("package")?,
            base_url: settings.base_url(Some(BASE_URL))?,
            account: Account {
                email: file.client_email,
                key_id: file.private_key_id,
                token_url,
                key,
            },
        })
    }
}
