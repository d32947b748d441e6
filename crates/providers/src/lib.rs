//! One folder for each outside service behind one trait. Hides foreign APIs: their words, limits,
//! tokens and ways to fail. Must not know why something is done, nor keep anything on disk.
//!
//! [`connect`] gives an [`Adapter`] for a service, [`form`] says what a person must enter for it.
//! Both go over every service, so a further one cannot be forgotten.

mod adapter;
pub mod app_store;
mod form;
pub mod google_play;
mod guard;
pub mod http;
pub mod sentry;
pub mod smtp;
pub mod statuspage;
pub mod unleash;

use std::collections::BTreeMap;

use cockpit_domain::Service;
use cockpit_domain::provider::ProviderError;

pub use adapter::Adapter;
pub use form::{Field, Form};
pub use guard::Guarded;
pub use http::{Clock, Http, Transport, TransportError, reqwest_transport};
pub use secrecy::SecretString;

use form::Settings;

/// Connects a service. Makes no request: [`Adapter::check`] does.
///
/// `config` holds the plain fields of [`form`] and `secrets` the secret ones, by their keys.
///
/// # Errors
/// [`Rejected`](cockpit_domain::provider::ErrorKind::Rejected) when a field is missing or cannot
/// be used; the sentence names the field and never its value when it is secret.
pub fn connect(
    service: Service,
    config: &BTreeMap<String, String>,
    secrets: &BTreeMap<String, SecretString>,
    http: &Http,
) -> Result<Box<dyn Adapter>, ProviderError> {
    let settings = Settings::new(form(service), config, secrets);
    Ok(match service {
        Service::GooglePlay => Guarded::boxed(google_play::connect(&settings, http)?),
        Service::AppStore => Guarded::boxed(app_store::connect(&settings, http)?),
        Service::Unleash => Guarded::boxed(unleash::connect(&settings, http)?),
        Service::Sentry => Guarded::boxed(sentry::connect(&settings, http)?),
        Service::Statuspage => Guarded::boxed(statuspage::connect(&settings, http)?),
        Service::Smtp => Guarded::boxed(smtp::connect(&settings, http)?),
    })
}

/// What a person must enter to connect a service.
pub fn form(service: Service) -> &'static Form {
    match service {
        Service::GooglePlay => &google_play::FORM,
        Service::AppStore => &app_store::FORM,
        Service::Unleash => &unleash::FORM,
        Service::Sentry => &sentry::FORM,
        Service::Statuspage => &statuspage::FORM,
        Service::Smtp => &smtp::FORM,
    }
}
