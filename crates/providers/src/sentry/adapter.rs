//! Sentry's figures in our words. Must not know HTTP.

use std::fmt;

use async_trait::async_trait;
use cockpit_domain::provider::{
    Capability, CredentialCheck, Effect, ErrorKind, ProviderError, Reading, Receipt,
};
use cockpit_domain::signal::{Measure, Signal, SignalPoint, Unit};
use cockpit_domain::{Observation, Service, Target, TargetId, Time};
use cockpit_say::say;

use super::api::{Api, CRASH_FREE_SESSIONS, CRASH_FREE_USERS, INTERVAL_MS, SESSIONS, USERS};
use super::config::Config;
use super::wire::{Group, Sessions};
use crate::Adapter;
use crate::form::note;
use crate::http::Http;
use crate::series::newest;

static CAPABILITY: Capability = Capability {
    service: Service::Sentry,
    verbs: &[],
    signals: true,
    conditional_write: false,
};

/// The release health of one app's projects.
pub struct Sentry {
    api: Api,
}

impl Sentry {
    pub(super) fn new(config: Config, http: &Http) -> Self {
        Self {
            api: Api::new(config, http),
        }
    }

    fn projects(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let config = self.api.config();
        let android = config
            .android_project
            .as_deref()
            .map(|project| ("Android", project));
        let ios = config
            .ios_project
            .as_deref()
            .map(|project| ("iOS", project));
        android.into_iter().chain(ios)
    }
}

#[async_trait]
impl Adapter for Sentry {
    fn capability(&self) -> &Capability {
        &CAPABILITY
    }

    async fn check(&self) -> Result<CredentialCheck, ProviderError> {
        let mut check = CredentialCheck { items: Vec::new() };
        for (platform, project) in self.projects() {
            let read = self.api.sessions(project).await;
            let count = read
                .as_ref()
                .map_or(0, |(sessions, _)| sessions.groups.len());
            let shown = if count == 0 {
                say!("It can be read, but no release of this app had a session in the last day.")
                    .to_owned()
            } else {
                say!("Releases with sessions in the last day: {count}.")
            };
            note(
                &mut check,
                &say!("Release health, {platform}"),
                read.map(|_| ()),
                &shown,
            )?;
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
        for (platform, project) in self.projects() {
            let (sessions, answer) = self.api.sessions(project).await?;
            signals.extend(of_project(
                platform,
                &sessions,
                self.api.config(),
                answer.at,
            ));
        }
        Ok(signals)
    }
}

impl fmt::Debug for Sentry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sentry")
            .field("organization", &self.api.config().organization)
            .finish_non_exhaustive()
    }
}

fn unsupported(what: &str) -> ProviderError {
    ProviderError::new(
        ErrorKind::Unsupported,
        say!("{what} at Sentry: it gives health figures only. Nothing was sent."),
    )
}

fn of_project(platform: &str, sessions: &Sessions, config: &Config, read_at: Time) -> Vec<Signal> {
    let starts: Vec<Option<Time>> = sessions
        .intervals
        .iter()
        .map(|at| at.parse().ok())
        .collect();
    let mut signals = Vec::new();
    for group in &sessions.groups {
        let Some(release) = Release::parse(&group.by.release) else {
            continue;
        };
        if config
            .package
            .as_deref()
            .is_some_and(|package| package != release.bundle)
        {
            continue;
        }
        for (measure, rate, count) in [
            (Measure::CrashFreeSessions, CRASH_FREE_SESSIONS, SESSIONS),
            (Measure::CrashFreeUsers, CRASH_FREE_USERS, USERS),
        ] {
            signals.push(Signal {
                platform: platform.to_owned(),
                version: release.version.to_owned(),
                measure,
                read_at,
                ..figure(group, &starts, rate, count, read_at)
            });
        }
    }
    signals
}

/// The newest interval that has data, and the series. An interval without sessions has no value:
/// null is not health.
fn figure(
    group: &Group,
    starts: &[Option<Time>],
    rate: &str,
    count: &str,
    read_at: Time,
) -> Signal {
    let none = Vec::new();
    let rates = group.series.get(rate).unwrap_or(&none);
    let counts = group.series.get(count).unwrap_or(&none);
    let points: Vec<SignalPoint> = starts
        .iter()
        .enumerate()
        .filter_map(|(index, at)| {
            let value = rates.get(index).copied().flatten();
            // Another unit or a broken figure is no figure.
            let value = value.and_then(|value| Unit::Fraction.fraction(value));
            let sample = counts.get(index).copied().flatten().map(people);
            let at = (*at)?;
            Some(SignalPoint { at, value, sample })
        })
        .collect();
    let speaks = newest(&points).cloned();
    Signal {
        platform: String::new(),
        version: String::new(),
        measure: Measure::CrashFreeSessions,
        value: speaks.as_ref().and_then(|point| point.value),
        sample: speaks.as_ref().and_then(|point| point.sample),
        // The running hour's end is still to come: it has data until it was read.
        data_until: speaks.map(|point| (point.at + INTERVAL_MS).min(read_at)),
        read_at,
        series: points,
        interval_ms: INTERVAL_MS,
        source: Some(Service::Sentry),
        named: None,
        said: Vec::new(),
    }
}

/// Counts of people and sessions fit.
fn people(count: f64) -> u64 {
    count.max(0.0).round() as u64
}

/// A release's name: `<bundle>@<version>+<build>`.
#[derive(Debug, PartialEq, Eq)]
struct Release<'a> {
    bundle: &'a str,
    version: &'a str,
}

impl<'a> Release<'a> {
    fn parse(name: &'a str) -> Option<Self> {
        let (bundle, rest) = name.split_once('@')?;
        let version = rest.split_once('+').map_or(rest, |(version, _)| version);
        (!bundle.is_empty() && !version.is_empty()).then_some(Release { bundle, version })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn release_names() {
        let release = |bundle, version| Some(Release { bundle, version });
        assert_eq!(
            Release::parse("com.a@8.4.0+84012"),
            release("com.a", "8.4.0")
        );
        assert_eq!(Release::parse("com.a@8.4.0"), release("com.a", "8.4.0"));
        assert_eq!(Release::parse("5f3c0aa"), None);
    }

    #[test]
    fn no_data_is_no_value() {
        let group = Group {
            by: super::super::wire::By {
                release: "a@1+1".to_owned(),
            },
            series: [(CRASH_FREE_SESSIONS.to_owned(), vec![Some(0.99), None])].into(),
        };
        let starts = [Some(Time::from_ms(0)), Some(Time::from_ms(3_600_000))];
        let read_at = Time::from_ms(7_000_000);
        let shown = figure(&group, &starts, CRASH_FREE_SESSIONS, SESSIONS, read_at);
        assert_eq!(shown.value, Some(0.99));
        assert_eq!(shown.data_until, Some(Time::from_ms(3_600_000)));
        let nothing = figure(&group, &starts, CRASH_FREE_USERS, USERS, read_at);
        assert_eq!(
            (nothing.value, nothing.data_until, nothing.sample),
            (None, None, None)
        );
    }

    #[test]
    fn an_hour_that_has_just_begun_leaves_the_word_to_the_one_before() {
        let shown = |sessions: [f64; 2]| {
            let group = Group {
                by: super::super::wire::By {
                    release: "a@1+1".to_owned(),
                },
                series: [
                    (CRASH_FREE_SESSIONS.to_owned(), vec![Some(0.982), Some(1.0)]),
                    (SESSIONS.to_owned(), sessions.map(Some).to_vec()),
                ]
                .into(),
            };
            let starts = [Some(Time::from_ms(0)), Some(Time::from_ms(3_600_000))];
            let read_at = Time::from_ms(3_700_000);
            let it = figure(&group, &starts, CRASH_FREE_SESSIONS, SESSIONS, read_at);
            (it.value, it.sample, it.data_until.map(Time::as_ms))
        };
        let before = (Some(0.982), Some(9_000), Some(3_600_000));
        assert_eq!(shown([9_000.0, 499.0]), before);
        let now = (Some(1.0), Some(500), Some(3_700_000));
        assert_eq!(shown([9_000.0, 500.0]), now);
        // A small app's newest hour is not worse than the one before.
        assert_eq!(shown([40.0, 60.0]).1, Some(60));
    }
}
