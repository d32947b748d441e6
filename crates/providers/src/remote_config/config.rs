//! What a person enters for the banner inside the app. Must not know what is done with it.

use cockpit_domain::Service;
use cockpit_domain::provider::ProviderError;

use crate::form::{Field, Form, Settings};
use crate::google::Account;

pub(crate) static FORM: Form = Form {
    service: Service::RemoteConfig,
    purpose: "Show a notice as a banner inside the app, through one Remote Config parameter.",
    least_permission: "A service account with the role \"Firebase Remote Config Admin\" in the app's Firebase project.",
    fields: &[
        Field::new(
            "parameter",
            "Parameter",
            "The parameter that the app reads its banner from. Leave empty for incident_banner.",
        )
        .optional(),
        Field::new(
            "hours",
            "Hours",
            "The app hides a banner by itself after so many hours, 1 to 168. Leave empty for 24.",
        )
        .optional(),
        Field::new(
            "service_account",
            "Service account key",
            "The whole JSON file from Google Cloud: IAM, Service accounts, Keys.",
        )
        .secret()
        .multiline(),
        Field::base_url(
            "Leave empty for Google's own, https://firebaseremoteconfig.googleapis.com.",
        ),
    ],
};

#[derive(Debug)]
pub(super) struct Config {
    pub base_url: String,
    pub project: String,
    pub parameter: String,
    pub hours: u64,
    pub account: Account,
}

impl Config {
    pub(super) fn read(settings: &Settings<'_>) -> Result<Config, ProviderError> {
        let account = Account::read(settings)?;
        let project = account
            .project
            .clone()
            .ok_or_else(|| settings.unusable("service_account", "names no project_id"))?;
        let parameter = settings
            .optional("parameter")
            .unwrap_or_else(|| "incident_banner".to_owned());
        let known = |it: char| it.is_ascii_alphanumeric() || it == '_';
        if !parameter.chars().all(known) || parameter.starts_with(|it: char| it.is_ascii_digit()) {
            return Err(settings.unusable("parameter", "is not the name of a parameter"));
        }
        let hours = match settings.optional("hours") {
            None => 24,
            Some(text) => text
                .parse()
                .ok()
                .filter(|hours| (1..=168).contains(hours))
                .ok_or_else(|| settings.unusable("hours", "is not a number from 1 to 168"))?,
        };
        Ok(Config {
            base_url: settings.base_url(Some("https://firebaseremoteconfig.googleapis.com"))?,
            project,
            parameter,
            hours,
            account,
        })
    }
}
