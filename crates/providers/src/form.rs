//! What a person must enter for a connection, as data, and reading it back. Must not know what
//! the values mean to a service.

use std::collections::BTreeMap;

use cockpit_domain::Service;
use cockpit_domain::provider::{CheckItem, CredentialCheck, ErrorKind, ProviderError};
use cockpit_say::{mark, said, say};
use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

/// The settings form of a service.
#[derive(Debug, PartialEq, Eq)]
pub struct Form {
    /// The service.
    pub service: Service,
    /// What the connection is for, in one sentence.
    pub purpose: &'static str,
    /// The smallest permission that is enough, in the service's own words.
    pub least_permission: &'static str,
    /// The fields in the order in which they are asked for.
    pub fields: &'static [Field],
}

/// One field of a [`Form`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The key under which the value is given to [`connect`](crate::connect).
    pub key: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// Where to find it, or what an empty value means.
    pub hint: &'static str,
    /// Goes to the keychain and is never shown again.
    pub secret: bool,
    /// Holds several lines, such as a key file.
    pub multiline: bool,
    /// May be empty.
    pub optional: bool,
}

impl Field {
    pub(crate) const fn new(key: &'static str, label: &'static str, hint: &'static str) -> Field {
        Field {
            key,
            label,
            hint,
            secret: false,
            multiline: false,
            optional: false,
        }
    }

    pub(crate) const fn secret(mut self) -> Field {
        self.secret = true;
        self
    }

    pub(crate) const fn multiline(mut self) -> Field {
        self.multiline = true;
        self
    }

    pub(crate) const fn optional(mut self) -> Field {
        self.optional = true;
        self
    }

    pub(crate) const fn base_url(hint: &'static str) -> Field {
        Field::new("base_url", mark!("Address"), hint).optional()
    }
}

/// What a person entered, read by the form's fields.
pub(crate) struct Settings<'a> {
    form: &'static Form,
    config: &'a BTreeMap<String, String>,
    secrets: &'a BTreeMap<String, SecretString>,
}

impl<'a> Settings<'a> {
    pub(crate) fn new(
        form: &'static Form,
        config: &'a BTreeMap<String, String>,
        secrets: &'a BTreeMap<String, SecretString>,
    ) -> Self {
        Self {
            form,
            config,
            secrets,
        }
    }

    pub(crate) fn optional(&self, key: &str) -> Option<String> {
        self.config
            .get(key)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    }

    pub(crate) fn required(&self, key: &str) -> Result<String, ProviderError> {
        self.optional(key).ok_or_else(|| self.missing(key))
    }

    pub(crate) fn secret(&self, key: &str) -> Result<SecretString, ProviderError> {
        self.secrets
            .get(key)
            .map(|secret| secret.expose_secret().trim().to_owned())
            .filter(|secret| !secret.is_empty())
            .map(SecretString::from)
            .ok_or_else(|| self.missing(key))
    }

    pub(crate) fn optional_secret(&self, key: &str) -> Option<SecretString> {
        self.secret(key).ok()
    }

    /// The names in a field that are separated by commas; none when it is empty.
    pub(crate) fn names(&self, key: &str) -> Vec<String> {
        let text = self.optional(key).unwrap_or_default();
        text.split(',')
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty())
            .collect()
    }

    /// A number of seconds of at most a week; none when it is empty.
    pub(crate) fn seconds(&self, key: &str) -> Result<Option<u32>, ProviderError> {
        const WEEK_S: u32 = 7 * 24 * 3_600;
        let Some(text) = self.optional(key) else {
            return Ok(None);
        };
        let seconds = text.parse().ok().filter(|it| (1..=WEEK_S).contains(it));
        seconds
            .map(Some)
            .ok_or_else(|| self.unusable(key, say!("is not a number of seconds, a week at most")))
    }

    /// The address of the service without a slash at the end. Only https, or http on loopback.
    pub(crate) fn base_url(&self, default: Option<&str>) -> Result<String, ProviderError> {
        let text = match (self.optional("base_url"), default) {
            (Some(text), _) => text,
            (None, Some(default)) => default.to_owned(),
            (None, None) => return Err(self.missing("base_url")),
        };
        allowed_url(&text).map_err(|why| self.unusable("base_url", why))
    }

    /// The error for a field whose value cannot be used. `why` must not quote a secret.
    pub(crate) fn unusable(&self, key: &str, why: &str) -> ProviderError {
        ProviderError::new(
            ErrorKind::Rejected,
            say!(
                "{} cannot be connected: {} {why}.",
                self.form.service.name(),
                self.label(key)
            ),
        )
        .hint(self.hint(key))
    }

    fn missing(&self, key: &str) -> ProviderError {
        self.unusable(key, say!("is missing"))
    }

    fn field(&self, key: &str) -> Option<&'static Field> {
        self.form.fields.iter().find(|field| field.key == key)
    }

    fn label(&self, key: &str) -> &'static str {
        self.field(key)
            .map_or(say!("a field"), |field| said(field.label))
    }

    fn hint(&self, key: &str) -> &'static str {
        self.field(key).map_or("", |field| said(field.hint))
    }
}

/// The address without a slash at the end, when a secret may be sent there.
pub(crate) fn allowed_url(text: &str) -> Result<String, &'static str> {
    let url =
        Url::parse(text).map_err(|_| say!("is not an address such as https://example.com"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(say!("must not contain a name or password"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(say!("must not contain '?' or '#'"));
    }
    let allowed = match url.scheme() {
        "https" => url.host().is_some(),
        "http" => is_loopback(&url),
        _ => false,
    };
    if !allowed {
        return Err(say!(
            "must begin with https:// (http:// is taken for this computer only)"
        ));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// Whether the address is this computer.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether a failure is the service's own answer about the request, so that a check can judge by it.
pub(crate) fn answered(kind: ErrorKind) -> bool {
    match kind {
        ErrorKind::Unauthorized
        | ErrorKind::Forbidden
        | ErrorKind::NotFound
        | ErrorKind::Moved
        | ErrorKind::Rejected
        | ErrorKind::NeedsPerson
        | ErrorKind::Unsupported => true,
        ErrorKind::Unreachable
        | ErrorKind::Timeout
        | ErrorKind::RateLimited
        | ErrorKind::Server
        | ErrorKind::Protocol => false,
    }
}

/// Adds a permission that was tried to a check. Gives whether it is there.
///
/// # Errors
/// A failure by which nothing can be judged.
pub(crate) fn note(
    check: &mut CredentialCheck,
    permission: &str,
    outcome: Result<(), ProviderError>,
    when_ok: &str,
) -> Result<bool, ProviderError> {
    let (ok, sentence) = match outcome {
        Ok(()) => (true, when_ok.to_owned()),
        Err(error) if answered(error.kind) => (
            false,
            match error.hint {
                Some(hint) => format!("{} {hint}", error.sentence),
                None => error.sentence,
            },
        ),
        Err(error) => return Err(error),
    };
    check.items.push(CheckItem {
        permission: permission.to_owned(),
        ok,
        sentence,
    });
    Ok(ok)
}
