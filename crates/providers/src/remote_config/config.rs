//! What a person enters for the banner inside the app and for switches. Must not know what is done
//! with it.

use cockpit_domain::Service;
use cockpit_domain::provider::ProviderError;
use cockpit_say::{mark, say};
use secrecy::{ExposeSecret as _, SecretString};

use crate::form::{Field, Form, Settings};
use crate::google::Account;
use crate::http::sensitive;

pub(crate) static FORM: Form = Form {
    service: Service::RemoteConfig,
    purpose: mark!("Show a notice as a banner inside the app, and turn features off and on that hang on a boolean parameter."),
    least_permission: mark!("A service account with the role \"Firebase Remote Config Admin\" in the app's Firebase project."),
    fields: &[
        Field::new(
            "parameter",
            mark!("Parameter"),
            mark!("The parameter that the app reads its banner from. Leave empty for \
                   incident_banner."),
        )
        .optional(),
        Field::new(
            "hours",
            mark!("Hours"),
            mark!("The app hides a banner by itself after so many hours, 1 to 168. Leave empty \
                   for 24."),
        )
        .optional(),
        Field::new(
            "flags",
            mark!("Flags"),
            mark!("Boolean parameters that switch a feature, separated by commas, or * for every one. Leave empty for the banner alone."),
        )
        .optional(),
        Field::new(
            "apps_ask_s",
            mark!("Apps fetch every"),
            mark!("Seconds of the app's minimum fetch interval. Leave empty for Firebase's own, twelve hours."),
        )
        .optional(),
        Field::new(
            "app_id",
            mark!("App ID"),
            mark!("With the API key, to read back what the app fetches: 1:…:android:… from the Firebase console, Project settings."),
        )
        .optional(),
        Field::new(
            "api_key",
            mark!("API key"),
            mark!("The app's own key (AIza…), from the same page. Leave both empty to read back only what is stored."),
        )
        .secret()
        .optional(),
        Field::new(
            "service_account",
            mark!("Service account key"),
            mark!("The whole JSON file from Google Cloud: IAM, Service accounts, Keys."),
        )
        .secret()
        .multiline(),
        Field::base_url(
            mark!("Leave empty for Google's own, https://firebaseremoteconfig.googleapis.com."),
        ),
    ],
};

#[derive(Debug)]
pub(super) struct Config {
    pub connection: Connection,
    pub parameter: String,
    pub hours: u64,
    pub flags: Wanted,
    /// The app's minimum fetch interval, where it was entered.
    pub apps_ask_s: Option<u32>,
}

/// Where the template is and who asks.
#[derive(Debug)]
pub(super) struct Connection {
    pub base_url: String,
    pub project: String,
    pub account: Account,
    pub app: Option<App>,
}

/// Which boolean parameters are switches.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    None,
    All,
    These(Vec<String>),
}

/// An app that fetches, as its own SDK would.
#[derive(Debug)]
pub(super) struct App {
    pub id: String,
    /// The Firebase project's number, which is a part of the app's identifier.
    pub number: String,
    pub key: SecretString,
}

impl Config {
    pub(super) fn read(settings: &Settings<'_>) -> Result<Config, ProviderError> {
        let account = Account::read(settings)?;
        let project = account
            .project
            .clone()
            .ok_or_else(|| settings.unusable("service_account", say!("names no project_id")))?;
        let parameter = settings
            .optional("parameter")
            .unwrap_or_else(|| "incident_banner".to_owned());
        let known = |it: char| it.is_ascii_alphanumeric() || it == '_';
        if !parameter.chars().all(known) || parameter.starts_with(|it: char| it.is_ascii_digit()) {
            return Err(settings.unusable("parameter", say!("is not the name of a parameter")));
        }
        let hours = match settings.optional("hours") {
            None => 24,
            Some(text) => text
                .parse()
                .ok()
                .filter(|hours| (1..=168).contains(hours))
                .ok_or_else(|| settings.unusable("hours", say!("is not a number from 1 to 168")))?,
        };
        Ok(Config {
            connection: Connection {
                base_url: settings.base_url(Some("https://firebaseremoteconfig.googleapis.com"))?,
                project,
                account,
                app: app(settings)?,
            },
            parameter,
            hours,
            flags: wanted(settings.optional("flags")),
            apps_ask_s: settings.seconds("apps_ask_s")?,
        })
    }
}

fn wanted(text: Option<String>) -> Wanted {
    let Some(text) = text else {
        return Wanted::None;
    };
    let names: Vec<String> = text
        .split(',')
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect();
    if names.iter().any(|name| name == "*") {
        Wanted::All
    } else {
        Wanted::These(names)
    }
}

/// Both of an app's fields or none.
fn app(settings: &Settings<'_>) -> Result<Option<App>, ProviderError> {
    let key = settings.optional_secret("api_key");
    let (id, key) = match (settings.optional("app_id"), key) {
        (None, None) => return Ok(None),
        (Some(id), Some(key)) => (id, key),
        (Some(_), None) => {
            return Err(settings.unusable("api_key", say!("is missing beside the app ID")));
        }
        (None, Some(_)) => {
            return Err(settings.unusable("app_id", say!("is missing beside the API key")));
        }
    };
    if sensitive(key.expose_secret()).is_none() {
        return Err(settings.unusable("api_key", say!("holds characters that no key has")));
    }
    let number = id.split(':').nth(1).map(str::to_owned);
    let number = number.filter(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()));
    let number = number
        .ok_or_else(|| settings.unusable("app_id", say!("is not like 1:1234:android:ab12")))?;
    Ok(Some(App { id, number, key }))
}
