//! What a person enters for Google Play. Must not know what is done with it.

use cockpit_domain::Service;
use cockpit_domain::provider::ProviderError;
use cockpit_say::mark;
use std::fmt;

use crate::form::{Field, Form, Settings};
use crate::google::Account;

pub(crate) static FORM: Form = Form {
    service: Service::GooglePlay,
    purpose: mark!("See, stop and resume staged rollouts on Google Play."),
    least_permission: mark!("A service account of its own, invited in the Play Console to this app alone with \"View app information\" and \"Release to production, exclude devices, and use Play App Signing\"."),
    fields: &[
        Field::new("package", mark!("Package \
                                     name"), mark!("The application ID, such as com.example.app.")),
        Field::new(
            "service_account",
            mark!("Service account key"),
            mark!("The whole JSON file from Google Cloud: IAM, Service accounts, Keys. Use an account that nothing else uses: each account has one open edit."),
        )
        .secret()
        .multiline(),
        Field::base_url(mark!("Leave empty for Google's own, \
                               https://androidpublisher.googleapis.com.")),
    ],
};

const BASE_URL: &str = "https://androidpublisher.googleapis.com";

pub(super) struct Config {
    pub package: String,
    pub base_url: String,
    pub account: Account,
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

impl Config {
    pub(super) fn read(settings: &Settings<'_>) -> Result<Config, ProviderError> {
        Ok(Config {
            package: settings.required("package")?,
            base_url: settings.base_url(Some(BASE_URL))?,
            account: Account::read(settings)?,
        })
    }
}
