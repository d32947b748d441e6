//! What a person enters for push messages. Must not know what is done with it.

use cockpit_domain::Service;
use cockpit_domain::provider::ProviderError;
use cockpit_say::{mark, say};

use crate::form::{Field, Form, Settings};
use crate::google::Account;

pub(crate) static FORM: Form = Form {
    service: Service::Fcm,
    purpose: mark!("Send notices as push messages to the people who use the app."),
    least_permission: mark!("A service account with the role \"Firebase Cloud Messaging API Admin\" in the app's Firebase project."),
    fields: &[
        Field::new(
            "topic",
            mark!("Topic"),
            mark!("The topic that the app subscribes everybody to, such as incidents. Leave empty when there is a condition."),
        )
        .optional(),
        Field::new(
            "condition",
            mark!("Condition"),
            mark!("Instead of a topic, such as 'incidents' in topics && 'android' in topics."),
        )
        .optional(),
        Field::new(
            "service_account",
            mark!("Service account key"),
            mark!("The whole JSON file from Google Cloud: IAM, Service accounts, Keys."),
        )
        .secret()
        .multiline(),
        Field::base_url(mark!("Leave empty for Google's own, https://fcm.googleapis.com.")),
    ],
};

/// Who gets a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum To {
    Topic(String),
    Condition(String),
}

#[derive(Debug)]
pub(super) struct Config {
    pub base_url: String,
    pub project: String,
    pub to: To,
    pub account: Account,
}

impl Config {
    pub(super) fn read(settings: &Settings<'_>) -> Result<Config, ProviderError> {
        let account = Account::read(settings)?;
        let project = account
            .project
            .clone()
            .ok_or_else(|| settings.unusable("service_account", say!("names no project_id")))?;
        let to = match (settings.optional("topic"), settings.optional("condition")) {
            (Some(topic), None) => {
                let topic = topic.trim_start_matches("/topics/").to_owned();
                let known = |it: char| it.is_ascii_alphanumeric() || "-_.~%".contains(it);
                if !topic.chars().all(known) {
                    return Err(
                        settings.unusable("topic", say!("holds characters that no topic has"))
                    );
                }
                To::Topic(topic)
            }
            (None, Some(condition)) if condition.contains("in topics") => To::Condition(condition),
            (None, Some(_)) => {
                return Err(settings.unusable("condition", say!("names no topic")));
            }
            (Some(_), Some(_)) => {
                return Err(settings.unusable(
                    "condition",
                    say!("stands beside a topic; enter one of both"),
                ));
            }
            (None, None) => return Err(settings.unusable("topic", say!("is missing"))),
        };
        Ok(Config {
            base_url: settings.base_url(Some("https://fcm.googleapis.com"))?,
            project,
            to,
            account,
        })
    }
}
