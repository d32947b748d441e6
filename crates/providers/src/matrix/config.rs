//! What a person enters for Matrix. Must not know what is done with it.

use cockpit_domain::Service;
use cockpit_domain::provider::ProviderError;
use cockpit_say::{mark, say};
use http::HeaderValue;
use secrecy::ExposeSecret as _;

use crate::form::{Field, Form, Settings};
use crate::http::sensitive;

pub(crate) static FORM: Form = Form {
    service: Service::Matrix,
    purpose: mark!("Post notices in one Matrix room and read them back."),
    least_permission: mark!("An account of its own that has joined the room and may send messages \
                             there."),
    fields: &[
        Field::new(
            "base_url",
            mark!("Homeserver"),
            mark!("The homeserver's address, such as https://matrix.example.com."),
        ),
        Field::new(
            "room",
            mark!("Room ID"),
            mark!("In the room's settings, Advanced: the internal room ID. It begins with an exclamation mark."),
        ),
        Field::new(
            "token",
            mark!("Access token"),
            mark!("Sign in once as the account, then copy the token from the client's settings, Help and about. Do not sign that client out."),
        )
        .secret(),
    ],
};

#[derive(Debug)]
pub(super) struct Config {
    pub base_url: String,
    pub room: String,
    pub authorization: HeaderValue,
}

impl Config {
    pub(super) fn read(settings: &Settings<'_>) -> Result<Config, ProviderError> {
        let token = settings.secret("token")?;
        let room = settings.required("room")?;
        if !room.starts_with('!') {
            return Err(settings.unusable("room", say!("is not a room ID: it begins with '!'")));
        }
        Ok(Config {
            base_url: settings.base_url(None)?,
            room,
            authorization: sensitive(&format!("Bearer {}", token.expose_secret())).ok_or_else(
                || settings.unusable("token", say!("holds characters that no token has")),
            )?,
        })
    }
}
