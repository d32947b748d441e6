//! What a person enters for Slack. Must not know what is done with it.

use cockpit_domain::Service;
use cockpit_domain::provider::ProviderError;
use cockpit_say::{mark, say};
use http::HeaderValue;
use secrecy::ExposeSecret as _;

use crate::form::{Field, Form, Settings};
use crate::http::sensitive;

pub(crate) static FORM: Form = Form {
    service: Service::Slack,
    purpose: mark!("Post notices in one Slack channel and read them back."),
    least_permission: mark!(
        "A bot token of an app of your own workspace with chat:write and channels:history (groups:history for a private channel). Invite the bot to the channel."
    ),
    fields: &[
        Field::new(
            "channel",
            mark!("Channel ID"),
            mark!("In Slack: the channel's details, at the end. It begins with C."),
        ),
        Field::new(
            "token",
            mark!("Bot token"),
            mark!("On api.slack.com: your app, OAuth and permissions. It begins with xoxb."),
        )
        .secret(),
        Field::base_url(mark!("Leave empty for Slack's own, https://slack.com.")),
    ],
};

#[derive(Debug)]
pub(super) struct Config {
    pub base_url: String,
    pub channel: String,
    pub authorization: HeaderValue,
}

impl Config {
    pub(super) fn read(settings: &Settings<'_>) -> Result<Config, ProviderError> {
        let token = settings.secret("token")?;
        Ok(Config {
            base_url: settings.base_url(Some("https://slack.com"))?,
            channel: settings.required("channel")?,
            authorization: sensitive(&format!("Bearer {}", token.expose_secret())).ok_or_else(
                || settings.unusable("token", say!("holds characters that no token has")),
            )?,
        })
    }
}
