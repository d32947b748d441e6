//! What a person enters for the Microsoft Store. Must not know what is done with it.

use cockpit_domain::Service;
use cockpit_domain::provider::ProviderError;
use cockpit_say::{mark, say};
use secrecy::{ExposeSecret as _, SecretString};

use crate::form::{Field, Form, Settings, allowed_url};

pub(crate) static FORM: Form = Form {
    service: Service::MicrosoftStore,
    purpose: mark!(
        "See, halt, raise and finalize gradual package rollouts in the Microsoft Store."
    ),
    least_permission: mark!(
        "An Azure AD application of its own, added in Partner Center with the role Manager. Microsoft offers none that is limited to one app or to rollouts."
    ),
    fields: &[
        Field::new(
            "app_id",
            mark!("Store ID"),
            mark!(
                "Twelve characters such as 9NBLGGH4R315, in Partner Center: the app, Product \
                 identity."
            ),
        ),
        Field::new(
            "tenant_id",
            mark!("Tenant ID"),
            mark!(
                "In Partner Center: Account settings, User management, Azure AD applications, the application."
            ),
        ),
        Field::new(
            "client_id",
            mark!("Client ID"),
            mark!("Beside the tenant ID."),
        ),
        Field::new(
            "client_secret",
            mark!("Key"),
            mark!("The key's value, which is shown once when it is made; not its ID."),
        )
        .secret(),
        Field::new(
            "login_url",
            mark!("Sign-in address"),
            mark!("Leave empty for Microsoft's own, https://login.microsoftonline.com."),
        )
        .optional(),
        Field::base_url(mark!(
            "Leave empty for Microsoft's own, https://manage.devcenter.microsoft.com."
        )),
    ],
};

const BASE_URL: &str = "https://manage.devcenter.microsoft.com";
const LOGIN_URL: &str = "https://login.microsoftonline.com";

/// The key prints as redacted.
#[derive(Debug)]
pub(super) struct Config {
    pub app: String,
    pub base_url: String,
    pub login_url: String,
    pub tenant: String,
    pub client_id: String,
    pub client_secret: SecretString,
}

impl Config {
    pub(super) fn read(settings: &Settings<'_>) -> Result<Config, ProviderError> {
        let secret = settings.secret("client_secret")?;
        let odd = |letter: char| letter.is_control() || letter.is_whitespace();
        if secret.expose_secret().contains(odd) {
            return Err(
                settings.unusable("client_secret", say!("holds characters that no key has"))
            );
        }
        let login_url = match settings.optional("login_url") {
            Some(text) => allowed_url(&text).map_err(|why| settings.unusable("login_url", why))?,
            None => LOGIN_URL.to_owned(),
        };
        Ok(Config {
            app: settings.required("app_id")?.to_ascii_uppercase(),
            base_url: settings.base_url(Some(BASE_URL))?,
            login_url,
            tenant: settings.required("tenant_id")?,
            client_id: settings.required("client_id")?,
            client_secret: secret,
        })
    }
}
