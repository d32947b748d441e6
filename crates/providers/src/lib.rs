//! One folder for each outside service behind one trait. Hides foreign APIs: their words, limits,
//! tokens and ways to fail. Must not know why something is done, nor keep anything on disk.
//!
//! [`connect`] gives an [`Adapter`] for a service, [`form`] says what a person must enter for it.
//! Both go over every service, so a further one cannot be forgotten.

mod adapter;
pub mod app_store;
pub mod bluesky;
mod channel;
pub mod crashlytics;
pub mod eas_update;
pub mod fcm;
mod firebase;
pub mod flagsmith;
mod form;
mod google;
pub mod google_play;
mod guard;
mod guide;
pub mod http;
pub mod huawei_app_gallery;
pub mod launchdarkly;
mod look;
pub mod mastodon;
pub mod matrix;
pub mod microsoft_store;
pub mod play_reporting;
pub mod prometheus;
pub mod remote_config;
pub mod samsung_galaxy_store;
pub mod sentry;
mod series;
pub mod slack;
pub mod smtp;
pub mod statuspage;
pub mod teams;
pub mod unleash;

use std::collections::BTreeMap;

use cockpit_domain::Service;
use cockpit_domain::provider::ProviderError;

pub use adapter::Adapter;
pub use form::{Field, Form};
pub use guard::Guarded;
pub use guide::{Counted, Guide, Quota};
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
) -> Connected {
    let entry = entry(service);
    (entry.connect)(&Settings::new(entry.form, config, secrets), http)
}

/// What a person must enter to connect a service.
pub fn form(service: Service) -> &'static Form {
    entry(service).form
}

/// How to make a credential for a service, and what it lets one ask; none where nobody wrote it.
pub fn guide(service: Service) -> Option<&'static Guide> {
    entry(service).guide
}

type Connected = Result<Box<dyn Adapter>, ProviderError>;

/// How a service is connected.
struct Entry {
    form: &'static Form,
    guide: Option<&'static Guide>,
    connect: fn(&Settings<'_>, &Http) -> Connected,
}

macro_rules! entry {
    ($folder:ident) => {
        entry!($folder, None)
    };
    ($folder:ident, guided) => {
        entry!($folder, Some(&$folder::GUIDE))
    };
    ($folder:ident, $guide:expr) => {
        Entry {
            form: &$folder::FORM,
            guide: $guide,
            connect: |settings, http| Ok(Guarded::boxed($folder::connect(settings, http)?)),
        }
    };
}

/// Each service's folder.
fn entry(service: Service) -> Entry {
    match service {
        Service::GooglePlay => entry!(google_play, guided),
        Service::AppStore => entry!(app_store, guided),
        Service::HuaweiAppGallery => entry!(huawei_app_gallery, guided),
        Service::SamsungGalaxyStore => entry!(samsung_galaxy_store, guided),
        Service::MicrosoftStore => entry!(microsoft_store, guided),
        Service::EasUpdate => entry!(eas_update, guided),
        Service::Unleash => entry!(unleash, guided),
        Service::LaunchDarkly => entry!(launchdarkly, guided),
        Service::Flagsmith => entry!(flagsmith, guided),
        Service::Sentry => entry!(sentry, guided),
        Service::Prometheus => entry!(prometheus, guided),
        Service::PlayReporting => entry!(play_reporting, guided),
        Service::Crashlytics => entry!(crashlytics, guided),
        Service::Statuspage => entry!(statuspage, guided),
        Service::Smtp => entry!(smtp, guided),
        Service::Fcm => entry!(fcm, guided),
        Service::RemoteConfig => entry!(remote_config, guided),
        Service::Slack => entry!(slack, guided),
        Service::Teams => entry!(teams, guided),
        Service::Matrix => entry!(matrix, guided),
        Service::Mastodon => entry!(mastodon, guided),
        Service::Bluesky => entry!(bluesky, guided),
    }
}
