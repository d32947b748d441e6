//! Connections: forms, credential checks, secrets on their way to the keychain, adapters.
//! Must not show or log a secret.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use cockpit_domain::Service;
use cockpit_domain::decide::Command;
use cockpit_domain::event::Connection;
use cockpit_domain::provider::CredentialCheck;
use cockpit_providers::{Adapter, SecretString, form};
use cockpit_say::say;
use serde_json::Value;

use crate::api::{ConnectArgs, Done, Problem, Tag};
use crate::inner::Inner;
use crate::keychain::Keychain;
use crate::observe;
use crate::record::blocking;
use crate::rehearse;

/// A service with its plain fields and its secrets.
pub(crate) struct Credentials {
    pub service: Service,
    pub config: BTreeMap<String, String>,
    pub secrets: BTreeMap<String, SecretString>,
}

impl Credentials {
    /// Sorts a form's fields into plain ones and secrets.
    pub fn from_form(args: ConnectArgs) -> Result<Self, Problem> {
        let service = Service::from_key(&args.service).ok_or_else(|| unknown(&args.service))?;
        let mut config = BTreeMap::new();
        let mut secrets = BTreeMap::new();
        for field in form(service).fields {
            let Some(value) = args.fields.get(field.key) else {
                continue;
            };
            if value.trim().is_empty() {
                continue;
            }
            if field.secret {
                secrets.insert(field.key.to_owned(), SecretString::from(value.clone()));
            } else {
                config.insert(field.key.to_owned(), value.trim().to_owned());
            }
        }
        Ok(Self {
            service,
            config,
            secrets,
        })
    }

    /// Reads a sandbox's connections document: every service, ready to connect.
    pub fn from_sandbox(document: &Value) -> Vec<Self> {
        let Some(services) = document.as_object() else {
            return Vec::new();
        };
        services
            .iter()
            .filter_map(|(key, fields)| {
                let service = Service::from_key(key)?;
                let fields = flatten(service, fields.as_object()?);
                Self::from_form(ConnectArgs {
                    service: key.clone(),
                    fields,
                })
                .ok()
            })
            .collect()
    }

    fn app(&self) -> Option<String> {
        match self.service {
            Service::GooglePlay | Service::HuaweiAppGallery | Service::SamsungGalaxyStore => {
                self.config.get("package").cloned()
            }
            Service::AppStore => self.config.get("bundle_id").cloned(),
            Service::MicrosoftStore => self.config.get("app_id").cloned(),
            Service::EasUpdate
            | Service::Unleash
            | Service::LaunchDarkly
            | Service::Flagsmith
            | Service::Sentry
            | Service::Prometheus
            | Service::PlayReporting
            | Service::Crashlytics => None,
            // No channel belongs to an app.
            Service::Statuspage
            | Service::Smtp
            | Service::Fcm
            | Service::RemoteConfig
            | Service::Slack
            | Service::Teams
            | Service::Matrix
            | Service::Mastodon
            | Service::Bluesky => None,
        }
    }
}

/// The document's fields under the form's keys.
fn flatten(service: Service, fields: &serde_json::Map<String, Value>) -> BTreeMap<String, String> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let mut flat: BTreeMap<String, String> = fields
        .iter()
        .map(|(key, value)| (key.clone(), text(value)))
        .collect();
    let mut rename = |from: &str, to: &str| {
        if let Some(value) = flat.remove(from) {
            flat.insert(to.to_owned(), value);
        }
    };
    match service {
        Service::AppStore => rename("private_key_p8", "private_key"),
        Service::Sentry => {
            if let Some(projects) = fields.get("projects") {
                for platform in ["android", "ios"] {
                    if let Some(project) = projects.get(platform) {
                        flat.insert(format!("{platform}_project"), text(project));
                    }
                }
            }
            flat.entry("package".to_owned())
                .or_insert_with(|| "com.northwind.wallet".to_owned());
        }
        Service::GooglePlay
        | Service::HuaweiAppGallery
        | Service::SamsungGalaxyStore
        | Service::MicrosoftStore
        | Service::EasUpdate
        | Service::Unleash
        | Service::LaunchDarkly
        | Service::Flagsmith
        | Service::Prometheus
        | Service::PlayReporting
        | Service::Crashlytics
        | Service::Statuspage
        | Service::Smtp
        | Service::Fcm
        | Service::RemoteConfig
        | Service::Slack
        | Service::Teams
        | Service::Matrix
        | Service::Mastodon
        | Service::Bluesky => {}
    }
    flat
}

impl Inner {
    /// Tries a credential without keeping it.
    pub(crate) async fn check_connection(
        &self,
        args: ConnectArgs,
    ) -> Result<CredentialCheck, Problem> {
        let credentials = Credentials::from_form(args)?;
        let credentials = self.with_kept_secrets(credentials)?;
        let adapter = self.make_adapter(&credentials)?;
        let check = adapter.check().await?;
        self.remember_check(credentials.service, &check);
        Ok(check)
    }

    /// Checks a credential, keeps it in the keychain and connects.
    pub(crate) async fn connect(self: &Arc<Self>, args: ConnectArgs) -> Result<Done, Problem> {
        let credentials = self.with_kept_secrets(Credentials::from_form(args)?)?;
        let name = credentials.service.name();
        let adapter = self.make_adapter(&credentials)?;
        let check = adapter.check().await?;
        self.remember_check(credentials.service, &check);
        if let Some(missing) = check.items.iter().find(|item| !item.ok) {
            return Err(Problem::new(
                "refused",
                say!(
                    "{name} was not connected: {} is missing.",
                    missing.permission
                ),
            )
            .hint(missing.sentence.clone()));
        }
        self.connect_unchecked(vec![credentials]).await?;
        Ok(Done {
            sentence: say!("{name} is connected and every permission is there."),
        })
    }

    /// Keeps credentials and connects. All secrets go to the keychain at once.
    pub(crate) async fn connect_unchecked(
        self: &Arc<Self>,
        credentials: Vec<Credentials>,
    ) -> Result<(), Problem> {
        let mut kept = Secrets::new();
        let mut adapters = Vec::new();
        for it in &credentials {
            adapters.push(self.make_adapter(it)?);
            kept.extend(
                it.secrets
                    .iter()
                    .map(|(key, secret)| (secret_name(it.service, key), Some(secret.clone()))),
            );
        }
        let keychain = self.keychain()?;
        let before = {
            let keychain = Arc::clone(&keychain);
            blocking(move || replace(&keychain, &kept)).await??
        };
        let recorded = self.record_connections(credentials, adapters).await;
        if recorded.is_err() {
            // What is not connected leaves no key behind, and a connection that stood keeps its own.
            blocking(move || keychain.set(&before)).await??;
        }
        self.changed(&[Tag::Settings, Tag::Observed, Tag::Log]);
        recorded
    }

    async fn record_connections(
        self: &Arc<Self>,
        credentials: Vec<Credentials>,
        adapters: Vec<Arc<dyn Adapter>>,
    ) -> Result<(), Problem> {
        for (it, adapter) in credentials.into_iter().zip(adapters) {
            let (service, app) = (it.service, it.app());
            let connection = Connection {
                service,
                app,
                config: it.config,
            };
            if !self.only_keys_are_new(&connection) {
                self.record(Command::Connect(connection)).await?;
            }
            self.put_adapter(service, adapter);
            rehearse::forget(self, service).await;
        }
        Ok(())
    }

    /// Whether the workspace has this connection already and only this laptop lacks its keys, or
    /// whoever brings new ones may not change it.
    fn only_keys_are_new(&self, connection: &Connection) -> bool {
        let service = connection.service;
        let device = self.with_live(|live| live.device.clone());
        let known = {
            let state = self.state();
            state.connections.get(&service) == Some(connection) && state.signer(&device).is_ok()
        };
        known && (self.adapter(service).is_none() || self.people_room().why_not.is_some())
    }

    /// Forgets a service and its secrets.
    pub(crate) async fn disconnect(self: &Arc<Self>, service: &str) -> Result<Done, Problem> {
        let service = Service::from_key(service).ok_or_else(|| unknown(service))?;
        self.record(Command::Disconnect(service)).await?;
        self.adapters
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&service);
        let poller = {
            let mut pollers = self.pollers.lock().unwrap_or_else(PoisonError::into_inner);
            pollers.remove(&service)
        };
        if let Some(poller) = poller {
            poller.abort();
        }
        self.with_live(|live| {
            live.services.remove(&service);
            live.ratings.remove(&service);
            live.targets.retain(|id, _| id.service() != Some(service));
            live.signals
                .retain(|it| it.source.is_some_and(|source| source != service));
        });
        rehearse::forget(self, service).await;
        let forgotten: Secrets = form(service)
            .fields
            .iter()
            .filter(|field| field.secret)
            .map(|field| (secret_name(service, field.key), None))
            .collect();
        self.changed(&[Tag::Settings, Tag::Observed, Tag::Log]);
        let keychain = self.keychain()?;
        blocking(move || keychain.set(&forgotten))
            .await?
            .map_err(|problem| {
                Problem::new(
                    &problem.kind,
                    say!(
                        "{} is disconnected, but its key is still on this computer: {}",
                        service.name(),
                        problem.sentence
                    ),
                )
                .hint(say!("Revoke the key at the service."))
            })?;
        Ok(Done {
            sentence: say!(
                "{} is disconnected and its key was removed from this computer. Revoke the key \
                 at the service too if it is not used elsewhere.",
                service.name()
            ),
        })
    }

    /// Makes the adapters of every connection that the ledger knows. One that cannot be made is
    /// shown with its reason; the others go on.
    pub(crate) fn connect_all(&self) -> Result<(), Problem> {
        let connections: Vec<Connection> = self.state().connections.values().cloned().collect();
        for Connection {
            service, config, ..
        } in connections
        {
            let credentials = Credentials {
                service,
                config,
                secrets: BTreeMap::new(),
            };
            let credentials = match self.with_kept_secrets(credentials) {
                Ok(credentials) if lacks_keys(&credentials) => {
                    self.with_live(|live| {
                        let it = live.services.entry(service).or_default();
                        it.elsewhere = true;
                        it.problem = Some(not_here(service));
                    });
                    continue;
                }
                other => other,
            };
            match credentials.and_then(|credentials| self.make_adapter(&credentials)) {
                Ok(adapter) => self.put_adapter_quietly(service, adapter),
                Err(problem) if problem.kind == "locked" => return Err(problem),
                Err(problem) => self.with_live(|live| {
                    let it = live.services.entry(service).or_default();
                    it.problem = Some((problem.sentence.clone(), problem.hint.clone()));
                }),
            }
        }
        Ok(())
    }

    fn make_adapter(&self, credentials: &Credentials) -> Result<Arc<dyn Adapter>, Problem> {
        let Credentials {
            service,
            config,
            secrets,
        } = credentials;
        let adapter = cockpit_providers::connect(*service, config, secrets, &self.http)?;
        Ok(Arc::from(adapter))
    }

    /// A secret that was left empty is the one that is kept already.
    fn with_kept_secrets(&self, mut credentials: Credentials) -> Result<Credentials, Problem> {
        let keychain = self.keychain()?;
        for field in form(credentials.service)
            .fields
            .iter()
            .filter(|field| field.secret)
        {
            if !credentials.secrets.contains_key(field.key)
                && let Some(secret) = keychain.get(&secret_name(credentials.service, field.key))?
            {
                credentials.secrets.insert(field.key.to_owned(), secret);
            }
        }
        Ok(credentials)
    }

    fn put_adapter(self: &Arc<Self>, service: Service, adapter: Arc<dyn Adapter>) {
        self.put_adapter_quietly(service, adapter);
        if self.poll {
            observe::begin_reading(self, service);
        }
    }

    fn put_adapter_quietly(&self, service: Service, adapter: Arc<dyn Adapter>) {
        self.adapters
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(service, adapter);
        self.with_live(|live| {
            if let Some(it) = live.services.get_mut(&service) {
                it.elsewhere = false;
            }
        });
    }

    fn remember_check(&self, service: Service, check: &CredentialCheck) {
        let mut checks = self.checks.lock().unwrap_or_else(PoisonError::into_inner);
        checks.insert(service, (self.now(), check.items.clone()));
    }
}

/// Secrets by their names; none where one is to be forgotten.
type Secrets = Vec<(String, Option<SecretString>)>;

/// Keeps new secrets; gives what was there before.
fn replace(keychain: &Keychain, new: &Secrets) -> Result<Secrets, Problem> {
    let before: Result<Secrets, Problem> = new
        .iter()
        .map(|(name, _)| Ok((name.clone(), keychain.get(name)?)))
        .collect();
    let before = before?;
    keychain.set(new)?;
    Ok(before)
}

fn secret_name(service: Service, field: &str) -> String {
    format!("secret/{}/{field}", service.key())
}

/// Whether a service that wants a secret has none on this laptop: another one reads it.
fn lacks_keys(credentials: &Credentials) -> bool {
    let wants = |field: &cockpit_providers::Field| field.secret && !field.optional;
    credentials.secrets.is_empty() && form(credentials.service).fields.iter().any(wants)
}

fn not_here(service: Service) -> (String, Option<String>) {
    let name = service.name();
    (
        say!("The key of {name} is not on this laptop, so {name} is not read here."),
        Some(say!("Enter it in the settings to read it here too.").to_owned()),
    )
}

fn unknown(service: &str) -> Problem {
    Problem::new(
        "bad_input",
        say!("There is no service '{service}'. Nothing was changed."),
    )
    .hint(say!(
        "Known services: {}.",
        Service::ALL.map(Service::key).join(", ")
    ))
}
