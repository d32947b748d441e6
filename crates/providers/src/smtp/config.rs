//! What a person enters for a mail server. Must not know what is done with it.

use std::fmt;

use cockpit_domain::Service;
use cockpit_domain::provider::ProviderError;
use cockpit_say::{mark, say};
use lettre::message::Mailbox;
use lettre::transport::smtp::client::{Certificate, CertificateStore, TlsParameters};
use lettre::{Address, transport::smtp::client::TlsParametersBuilder};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use crate::form::{Field, Form, Settings};

pub(crate) static FORM: Form = Form {
    service: Service::Smtp,
    purpose: mark!("Send notices as e-mail, one mail that no recipient sees another's address in."),
    least_permission: mark!("A login at the mail server that may send as the sender's address."),
    fields: &[
        Field::new(
            "host",
            mark!("Mail server"),
            mark!("Its name, such as smtp.example.com, as its certificate has it."),
        ),
        Field::new(
            "security",
            mark!("TLS"),
            mark!("starttls, or tls for a port that speaks TLS from the start. Leave empty for starttls. Nothing is ever sent without TLS."),
        )
        .optional(),
        Field::new(
            "port",
            mark!("Port"),
            mark!("Leave empty for 587 with starttls and 465 with tls."),
        )
        .optional(),
        Field::new(
            "user",
            mark!("User name"),
            mark!("The login's name; often the sender's address."),
        ),
        Field::new(
            "password",
            mark!("Password"),
            mark!("The login's password, or an app password where the provider has such."),
        )
        .secret(),
        Field::new(
            "from",
            mark!("Sender"),
            mark!("An address that the login may send as: status@example.com or Example <status@example.com>."),
        ),
        Field::new(
            "recipients",
            mark!("Recipients"),
            mark!("Addresses with commas between, 100 at most; for more, a list's address. They stand in the signed log."),
        ),
        Field::new(
            "unsubscribe",
            mark!("Unsubscribe address"),
            mark!("Where a recipient can leave the list: https://… or mailto:…. Leave empty for \
                   none."),
        )
        .optional(),
        Field::new(
            "ca",
            mark!("Private certificate authority"),
            mark!("Its certificate as PEM, when the server's certificate is not a public one. Then only this one is trusted."),
        )
        .multiline()
        .optional(),
    ],
};

/// What every mail server takes in one mail (RFC 5321, 4.5.3.1.8).
const RECIPIENTS_MAX: usize = 100;

/// How the connection becomes an encrypted one. There is no third way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Security {
    /// By a command on a plain connection, before anything else is said.
    Starttls,
    /// From the first byte.
    Tls,
}

pub(super) struct Config {
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub tls: TlsParameters,
    pub user: String,
    pub password: SecretString,
    pub from: Mailbox,
    pub to: Vec<Address>,
    pub unsubscribe: Option<String>,
}

impl Config {
    pub(super) fn read(settings: &Settings<'_>) -> Result<Config, ProviderError> {
        let host = settings.required("host")?;
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || "-._:".contains(letter);
        if !host.chars().all(is_name) {
            return Err(settings.unusable("host", say!("is not the name of a server")));
        }
        let security = match settings.optional("security").as_deref() {
            None | Some("starttls") => Security::Starttls,
            Some("tls") => Security::Tls,
            Some(_) => {
                return Err(settings.unusable("security", say!("is neither starttls nor tls")));
            }
        };
        let port = match (settings.optional("port"), security) {
            (Some(port), _) => match port.parse() {
                Ok(port) if port > 0 => port,
                Ok(_) | Err(_) => {
                    return Err(settings.unusable("port", say!("is no number from 1 to 65535")));
                }
            },
            (None, Security::Starttls) => 587,
            (None, Security::Tls) => 465,
        };
        let password = settings.secret("password")?;
        if password.expose_secret().chars().any(char::is_control) {
            return Err(
                settings.unusable("password", say!("holds characters that no password has"))
            );
        }
        let from: Mailbox = settings
            .required("from")?
            .parse()
            .map_err(|_| settings.unusable("from", say!("is not an e-mail address")))?;
        Ok(Config {
            tls: tls(settings, &host)?,
            host,
            port,
            security,
            user: settings.required("user")?,
            password,
            from,
            to: recipients(settings)?,
            unsubscribe: unsubscribe(settings)?,
        })
    }
}

fn recipients(settings: &Settings<'_>) -> Result<Vec<Address>, ProviderError> {
    let text = settings.required("recipients")?;
    let mut found: Vec<Address> = Vec::new();
    for part in text.split([',', ';', '\n']).map(str::trim) {
        if part.is_empty() {
            continue;
        }
        let address: Address = part.parse().map_err(|_| {
            settings.unusable(
                "recipients",
                &say!("holds '{part}', which is not an e-mail address"),
            )
        })?;
        if !found.contains(&address) {
            found.push(address);
        }
    }
    match found.len() {
        0 => Err(settings.unusable("recipients", say!("holds no address"))),
        1..=RECIPIENTS_MAX => Ok(found),
        _ => Err(settings.unusable(
            "recipients",
            &say!("holds more than {RECIPIENTS_MAX} addresses"),
        )),
    }
}

fn unsubscribe(settings: &Settings<'_>) -> Result<Option<String>, ProviderError> {
    let Some(text) = settings.optional("unsubscribe") else {
        return Ok(None);
    };
    match Url::parse(&text) {
        Ok(url) if ["https", "mailto"].contains(&url.scheme()) => Ok(Some(url.to_string())),
        Ok(_) | Err(_) => Err(settings.unusable(
            "unsubscribe",
            say!("begins with neither https:// nor mailto:"),
        )),
    }
}

fn tls(settings: &Settings<'_>, host: &str) -> Result<TlsParameters, ProviderError> {
    let mut builder: TlsParametersBuilder = TlsParameters::builder(host.to_owned());
    if let Some(pem) = settings.optional("ca") {
        let certificate = Certificate::from_pem(pem.as_bytes())
            .ok()
            .filter(|_| pem.contains("-----BEGIN CERTIFICATE-----"))
            .ok_or_else(|| settings.unusable("ca", say!("is no certificate as PEM")))?;
        builder = builder
            .certificate_store(CertificateStore::None)
            .add_root_certificate(certificate);
    }
    builder
        .build_rustls()
        .map_err(|_| settings.unusable("ca", say!("cannot be used for TLS on this computer")))
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .field("recipients", &self.to.len())
            .finish_non_exhaustive()
    }
}
