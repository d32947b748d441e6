//! What a person enters for Android vitals. Must not know what is done with it.

use cockpit_domain::Service;
use cockpit_domain::provider::ProviderError;
use cockpit_say::mark;

use crate::form::{Field, Form, Settings};
use crate::google::Account;

pub(crate) static FORM: Form = Form {
    service: Service::PlayReporting,
    purpose: mark!("Read crash and freeze (ANR) rates of each release as Google Play counts them."),
    least_permission: mark!(
        "A service account that may \"View app information (read-only)\" for this app in the Play console; the Play Developer Reporting API turned on in its Google Cloud project."
    ),
    fields: &[
        Field::new(
            "package",
            mark!("Package name"),
            mark!("Such as com.example.app."),
        ),
        Field::new(
            "service_account",
            mark!("Service account key"),
            mark!("The whole JSON file from Google Cloud: IAM, Service accounts, Keys."),
        )
        .secret()
        .multiline(),
        Field::base_url(mark!(
            "Leave empty for Google's own, https://playdeveloperreporting.googleapis.com."
        )),
    ],
};

#[derive(Debug)]
pub(super) struct Config {
    pub base_url: String,
    pub package: String,
    pub account: Account,
}

impl Config {
    pub(super) fn read(settings: &Settings<'_>) -> Result<Config, ProviderError> {
        Ok(Config {
            package: settings.required("package")?,
            account: Account::read(settings)?,
            base_url: settings.base_url(Some("https://playdeveloperreporting.googleapis.com"))?,
        })
    }
}
