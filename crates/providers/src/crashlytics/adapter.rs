//! Crashlytics' figures in our words. Must not know HTTP.

use std::fmt;

use async_trait::async_trait;
use cockpit_domain::provider::{
    Capability, CredentialCheck, Effect, ErrorKind, ProviderError, Reading, Receipt,
};
use cockpit_domain::signal::{Measure, Signal};
use cockpit_domain::{Observation, Service, Target, TargetId, Time, words};
use cockpit_say::say;

use super::api::Api;
use super::config::{App, Config};
use super::groups::{count, series, whole_name};
use super::wire::Group;
use crate::Adapter;
use crate::form::note;
use crate::http::Http;
use crate::series::{newest, numbers};

static CAPABILITY: Capability = Capability {
    service: Service::Crashlytics,
    verbs: &[],
    signals: true,
    conditional_write: false,
};

const HOUR_MS: u64 = 3_600_000;
const HOURS: u64 = 24;

/// The crashes of one or two apps of a Firebase project.
pub struct Crashlytics {
    api: Api,
}

impl Crashlytics {
    pub(super) fn new(config: Config, http: &Http) -> Self {
        Self {
            api: Api::new(config, http),
        }
    }

    async fn versions(&self, app: &App) -> Result<(Vec<Group>, Time), ProviderError> {
        let now = self.api.now();
        let groups = self.api.versions(app, first_hour(now), now).await?;
        Ok((groups, self.api.now()))
    }

    async fn of_app(&self, app: &App) -> Result<Vec<Signal>, ProviderError> {
        let (groups, read_at) = self.versions(app).await?;
        let mut signals = Vec::new();
        for measure in [Measure::CrashFreeSessions, Measure::CrashFreeUsers] {
            for (version, series) in series(&groups, measure) {
                let speaks = newest(&series).cloned();
                signals.push(Signal {
                    platform: app.platform.to_owned(),
                    version,
                    measure,
                    named: None,
                    value: speaks.as_ref().and_then(|it| it.value),
                    sample: speaks.as_ref().and_then(|it| it.sample),
                    data_until: speaks.map(|it| (it.at + HOUR_MS).min(read_at)),
                    read_at,
                    series,
                    interval_ms: HOUR_MS,
                    source: Some(Service::Crashlytics),
                    said: Vec::new(),
                });
            }
        }
        self.say(app, &groups, &mut signals).await;
        Ok(signals)
    }

    /// The newest version's most frequent crash. It fires nothing, so a failure here is told and
    /// costs no figure.
    async fn say(&self, app: &App, groups: &[Group], signals: &mut [Signal]) {
        let with_value = signals.iter_mut().filter(|it| it.value.is_some());
        let Some(newest) = with_value.max_by_key(|it| numbers(&it.version)) else {
            return;
        };
        let Some(whole) = whole_name(groups, &newest.version) else {
            return;
        };
        let now = self.api.now();
        let read = self.api.most_frequent(app, whole, first_hour(now), now);
        match read.await {
            Ok(found) => newest
                .said
                .extend(found.first().and_then(|it| frequent(it, whole))),
            Err(error) => newest.said.push(say!(
                "Its most frequent crash could not be read: {}",
                error.sentence
            )),
        }
    }
}

#[async_trait]
impl Adapter for Crashlytics {
    fn capability(&self) -> &Capability {
        &CAPABILITY
    }

    async fn check(&self) -> Result<CredentialCheck, ProviderError> {
        let mut check = CredentialCheck { items: Vec::new() };
        for app in self.api.apps() {
            let read = self.versions(app).await;
            let groups = read.as_ref().map_or(0, |(groups, _)| groups.len());
            let shown = if groups == 0 {
                say!("It can be read, but no version of this app was used in the last day. The interface is an alpha.")
                    .to_owned()
            } else {
                say!(
                    "Builds that were used in the last day: {groups}. The interface is an alpha and may change."
                )
            };
            let permission = say!("Firebase Crashlytics Viewer, {}", app.platform);
            note(&mut check, &permission, read.map(|_| ()), &shown)?;
        }
        Ok(check)
    }

    async fn targets(&self) -> Result<Vec<Target>, ProviderError> {
        Ok(Vec::new())
    }

    async fn observe(
        &self,
        target: &TargetId,
        _reading: Reading,
    ) -> Result<Observation, ProviderError> {
        Err(unsupported(&say!("{target} cannot be read")))
    }

    async fn apply(&self, effect: &Effect) -> Result<Receipt, ProviderError> {
        Err(unsupported(&say!("{} cannot be changed", effect.target)))
    }

    async fn signals(&self) -> Result<Vec<Signal>, ProviderError> {
        let mut signals = Vec::new();
        for app in self.api.apps() {
            signals.extend(self.of_app(app).await?);
        }
        Ok(signals)
    }
}

impl fmt::Debug for Crashlytics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Crashlytics")
            .field("apps", &self.api.apps())
            .finish_non_exhaustive()
    }
}

fn unsupported(what: &str) -> ProviderError {
    ProviderError::new(
        ErrorKind::Unsupported,
        say!("{what} at Firebase Crashlytics: it gives health figures only. Nothing was sent."),
    )
}

/// A day of whole hours before the one that runs.
fn first_hour(now: Time) -> Time {
    let running = now.ms_since(Time::from_ms(0)) % HOUR_MS;
    now - running - HOURS * HOUR_MS
}

fn frequent(group: &Group, version: &str) -> Option<String> {
    let issue = group.issue.as_ref()?;
    let metrics = group.metrics.first()?;
    let what = [issue.title.as_str(), issue.subtitle.as_str()];
    let what: Vec<&str> = what.into_iter().filter(|it| !it.is_empty()).collect();
    Some(say!(
        "The most frequent crash of {version}: {}, {} times for {} people in the last day.",
        what.join(", "),
        words::grouped(count(&metrics.events_count)),
        words::grouped(count(&metrics.impacted_users_count))
    ))
}
