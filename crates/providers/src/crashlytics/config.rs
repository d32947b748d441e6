//! What a person enters for Crashlytics. Must not know what is done with it.

use cockpit_domain::Service;
use cockpit_domain::provider::ProviderError;
use cockpit_say::{mark, say};

use crate::form::{Field, Form, Settings};
use crate::google::Account;

pub(crate) static FORM: Form = Form {
    service: Service::Crashlytics,
    purpose: mark!("Read crash-free sessions and users of each version. Google calls this interface an alpha: it may change or end without notice, so let no standing order rest on it alone."),
    least_permission: mark!("A service account with the role \"Firebase Crashlytics Viewer\" in the app's Firebase project."),
    fields: &[
        Field::new("android_app", mark!("Android app ID"), mark!("Such as 1:123456789012:android:0a1b2c3d4e5f (Firebase console, Project settings). Empty when there is none.")).optional(),
        Field::new("ios_app", mark!("iOS app ID"), mark!("Such as 1:123456789012:ios:0a1b2c3d4e5f. Empty when there is none.")).optional(),
        Field::new(
            "service_account",
            mark!("Service account key"),
            mark!("The whole JSON file from Google Cloud: IAM, Service accounts, Keys."),
        )
        .secret()
        .multiline(),
        Field::base_url(mark!("Leave empty for Google's own, https://firebasecrashlytics.googleapis.com.")),
    ],
};

/// One app of a Firebase project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct App {
    pub platform: &'static str,
    /// The number of the project, which stands in the app's ID.
    pub project: String,
    pub id: String,
}

#[derive(Debug)]
pub(super) struct Config {
    pub base_url: String,
    pub apps: Vec<App>,
    pub account: Account,
}

impl Config {
    pub(super) fn read(settings: &Settings<'_>) -> Result<Config, ProviderError> {
        let mut apps = Vec::new();
        for (key, platform, word) in [
            ("android_app", "Android", "android"),
            ("ios_app", "iOS", "ios"),
        ] {
            let Some(id) = settings.optional(key) else {
                continue;
            };
            let parts: Vec<&str> = id.split(':').collect();
            let project = match parts.as_slice() {
                [_, project, kind, _] if *kind == word => *project,
                _ => return Err(settings.unusable(key, say!("is no app ID of this platform"))),
            };
            apps.push(App {
                platform,
                project: project.to_owned(),
                id: id.clone(),
            });
        }
        if apps.is_empty() {
            return Err(settings.unusable("android_app", say!("and iOS app ID are both empty")));
        }
        Ok(Config {
            apps,
            account: Account::read(settings)?,
            base_url: settings.base_url(Some("https://firebasecrashlytics.googleapis.com"))?,
        })
    }
}
