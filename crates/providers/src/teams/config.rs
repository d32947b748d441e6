//! What a person enters for Microsoft Teams. Must not know what is done with it.

use cockpit_domain::Service;
use cockpit_domain::provider::ProviderError;
use cockpit_say::{mark, say};
use secrecy::{ExposeSecret as _, SecretString};

use crate::form::{Field, Form, Settings, allowed_url};

pub(crate) static FORM: Form = Form {
    service: Service::Teams,
    purpose: mark!("Hand notices to a workflow that posts them in a Teams channel or chat."),
    least_permission: mark!("The address of a workflow made from \"Post to a channel when a webhook request is received\". Whoever has the address can post; nobody can read with it."),
    fields: &[
        Field::new(
            "name",
            mark!("Channel or chat"),
            mark!("What people call the place that the workflow posts to, such as \"Northwind incidents\"."),
        ),
        Field::new(
            "url",
            mark!("Workflow address"),
            mark!("In Teams: Workflows, your workflow, its trigger, HTTP URL. It holds a signature, so it is kept as a secret."),
        )
        .secret(),
    ],
};

/// The whole address is the credential.
pub(super) struct Config {
    pub name: String,
    pub url: SecretString,
}

impl Config {
    pub(super) fn read(settings: &Settings<'_>) -> Result<Config, ProviderError> {
        let url = settings.secret("url")?;
        // The signature stands in the query; everything before it must hold as for any address.
        let place = url.expose_secret().split('?').next().unwrap_or_default();
        allowed_url(place).map_err(|why| settings.unusable("url", why))?;
        if url
            .expose_secret()
            .chars()
            .any(|letter| letter.is_whitespace() || letter.is_control() || letter == '#')
        {
            return Err(settings.unusable("url", say!("holds characters that no address has")));
        }
        Ok(Config {
            name: settings.required("name")?,
            url,
        })
    }
}
