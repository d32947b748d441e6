//! Android vitals in our words: crash-free and freeze-free users of each release. Must not know HTTP.

use std::fmt;

use async_trait::async_trait;
use cockpit_domain::provider::{
    Capability, CredentialCheck, Effect, ErrorKind, ProviderError, Reading, Receipt,
};
use cockpit_domain::rule::to_bps;
use cockpit_domain::signal::{Measure, Signal, Unit};
use cockpit_domain::{Observation, Service, Target, TargetId, Time, words};
use cockpit_say::say;
use tokio::sync::Mutex;

use super::api::{Api, CRASHES, FREEZES, Set};
use super::civil::{DAY_MS, Period, moment};
use super::config::Config;
use super::rows::{Versions, series};
use super::wire::{Anomalies, Anomaly, Freshness};
use crate::Adapter;
use crate::form::note;
use crate::http::Http;
use crate::series::numbers;

static CAPABILITY: Capability = Capability {
    service: Service::PlayReporting,
    verbs: &[],
    signals: true,
    conditional_write: false,
};

const SETS: [(Set, Measure); 2] = [
    (CRASHES, Measure::CrashFreeUsers),
    (FREEZES, Measure::FreezeFreeUsers),
];

/// How much is read: two days of hours, or four weeks of days.
const HOURS: u64 = 48;
const DAYS: u64 = 28;

/// While Google has nothing newer, what was read is asked for again after this long only: rows are
/// put right now and then.
const AGAIN_MS: u64 = 10 * 60 * 1_000;

/// The vitals of one app.
pub struct PlayReporting {
    api: Api,
    kept: Mutex<Option<Kept>>,
}

/// The newest reading, and until when the figures were there.
struct Kept {
    fresh: Vec<Vec<Freshness>>,
    read_at: Time,
    signals: Vec<Signal>,
}

impl PlayReporting {
    pub(super) fn new(config: Config, http: &Http) -> Self {
        Self {
            api: Api::new(config, http),
            kept: Mutex::new(None),
        }
    }

    /// Everything that is shown, as far as Google has it.
    async fn read(&self, fresh: &[Vec<Freshness>]) -> Result<Vec<Signal>, ProviderError> {
        let versions = Versions::of(&self.api.releases().await?);
        let mut signals = Vec::new();
        for ((set, measure), fresh) in SETS.into_iter().zip(fresh) {
            signals.extend(self.read_set(set, measure, fresh, &versions).await?);
        }
        self.say(&mut signals, &versions).await;
        Ok(signals)
    }

    /// By the hour; by the day where there is nothing by the hour.
    async fn read_set(
        &self,
        set: Set,
        measure: Measure,
        fresh: &[Freshness],
        versions: &Versions,
    ) -> Result<Vec<Signal>, ProviderError> {
        let mut found = None;
        for (period, count) in [(Period::Hour, HOURS), (Period::Day, DAYS)] {
            let own = fresh
                .iter()
                .find(|it| it.aggregation_period == period.key());
            let Some(own) = own else { continue };
            let end = &own.latest_end_time;
            let rows = self.api.rows(set, period, end, count).await?;
            let all = series(&rows, set.rate, period, versions);
            if !all.is_empty() {
                found = Some((period, all));
                break;
            }
        }
        let read_at = self.api.now();
        let (period, mut all) = found.unwrap_or((Period::Hour, Default::default()));
        // A release without a row has no figure. It is shown as that, not left out.
        Ok(versions
            .names()
            .into_iter()
            .map(|version| {
                let series = all.remove(version).unwrap_or_default();
                let newest = series.iter().rev().find(|it| it.value.is_some()).cloned();
                let until = newest.as_ref().map(|it| (it.at + period.ms()).min(read_at));
                Signal {
                    platform: "Android".to_owned(),
                    version: version.to_owned(),
                    measure,
                    named: None,
                    value: newest.as_ref().and_then(|it| it.value),
                    sample: newest.as_ref().and_then(|it| it.sample),
                    data_until: until,
                    read_at,
                    series,
                    interval_ms: period.ms(),
                    source: Some(Service::PlayReporting),
                    said: Vec::new(),
                }
            })
            .collect())
    }

    /// What Google says beside the figures. It fires nothing, so a failure here is told and costs
    /// no figure.
    async fn say(&self, signals: &mut [Signal], versions: &Versions) {
        let since = self.api.now() - DAY_MS;
        match self.api.anomalies(since).await {
            Ok(found) => say_anomalies(signals, &found, versions),
            Err(error) => tell(signals, say!("What Google finds unusual"), &error),
        }
        let crashes = |it: &&mut Signal| it.measure == Measure::CrashFreeUsers;
        let with_value = |it: &&mut Signal| it.value.is_some();
        let newest = signals.iter_mut().filter(crashes).filter(with_value);
        let Some(newest) = newest.max_by_key(|it| numbers(&it.version)) else {
            return;
        };
        let codes = versions.codes(&newest.version);
        match self.api.most_frequent(&codes).await {
            Ok(found) => newest.said.extend(found.error_issues.first().map(|issue| {
                let count = |it: &Option<String>| {
                    let number = it.as_deref().and_then(|it| it.parse().ok());
                    number.map_or(say!("an unknown number").to_owned(), words::grouped)
                };
                say!(
                    "The most frequent crash of {}: {} in {}, {} reports by {} people.",
                    newest.version,
                    issue.cause,
                    issue.location,
                    count(&issue.error_report_count),
                    count(&issue.distinct_users)
                )
            })),
            Err(error) => tell(
                std::slice::from_mut(newest),
                say!("Its most frequent crash"),
                &error,
            ),
        }
    }

    async fn fresh(&self) -> Result<Vec<Vec<Freshness>>, ProviderError> {
        let mut fresh = Vec::new();
        for (set, _) in SETS {
            fresh.push(self.api.freshness(set).await?.0);
        }
        Ok(fresh)
    }
}

#[async_trait]
impl Adapter for PlayReporting {
    fn capability(&self) -> &Capability {
        &CAPABILITY
    }

    async fn check(&self) -> Result<CredentialCheck, ProviderError> {
        let mut check = CredentialCheck { items: Vec::new() };
        for (set, measure) in SETS {
            let read = self.api.freshness(set).await;
            let until = |period: Period| {
                let fresh = &read.as_ref().ok()?.0;
                let own = fresh
                    .iter()
                    .find(|it| it.aggregation_period == period.key())?;
                moment(&own.latest_end_time, period).map(|it| it.to_string())
            };
            let none = || "none".to_owned();
            let shown = say!(
                "Figures by the hour until {}, by the day until {}.",
                until(Period::Hour).unwrap_or_else(none),
                until(Period::Day).unwrap_or_else(none)
            );
            let permission = say!("View app information, {}", measure.name());
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
        let fresh = self.fresh().await?;
        let now = self.api.now();
        let mut kept = self.kept.lock().await;
        if let Some(kept) = kept.as_ref()
            && kept.fresh == fresh
            && now.ms_since(kept.read_at) < AGAIN_MS
        {
            // Google was asked just now, and has nothing newer.
            let mut signals = kept.signals.clone();
            for signal in &mut signals {
                signal.read_at = now;
            }
            return Ok(signals);
        }
        let signals = self.read(&fresh).await?;
        *kept = Some(Kept {
            fresh,
            read_at: now,
            signals: signals.clone(),
        });
        Ok(signals)
    }
}

impl fmt::Debug for PlayReporting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlayReporting")
            .field("package", &self.api.package())
            .finish_non_exhaustive()
    }
}

fn unsupported(what: &str) -> ProviderError {
    ProviderError::new(
        ErrorKind::Unsupported,
        say!("{what} at Android vitals: they give health figures only. Nothing was sent."),
    )
}

fn tell(signals: &mut [Signal], what: &str, error: &ProviderError) {
    if let Some(first) = signals.first_mut() {
        first
            .said
            .push(say!("{what} could not be read: {}", error.sentence));
    }
}

fn say_anomalies(signals: &mut [Signal], found: &Anomalies, versions: &Versions) {
    for anomaly in &found.anomalies {
        let set = anomaly.metric_set.rsplit('/').next().unwrap_or_default();
        let Some((_, measure)) = SETS.iter().find(|(it, _)| it.name == set) else {
            continue;
        };
        let code = anomaly.dimensions.iter().find_map(|it| it.version_code());
        let about = signals.iter_mut().find(|it| {
            it.measure == *measure
                && code.is_none_or(|code| versions.name(code) == Some(it.version.as_str()))
        });
        if let Some(signal) = about {
            let of = code.map_or(say!("the whole app"), |_| signal.version.as_str());
            let sentence = anomaly_words(anomaly, *measure, of);
            signal.said.push(sentence);
        }
    }
}

fn anomaly_words(anomaly: &Anomaly, measure: Measure, of: &str) -> String {
    let value = anomaly.metric.decimal_value.as_ref();
    let hit = value.and_then(|it| Unit::Fraction.fraction(it.number()?));
    let since = anomaly.timeline_spec.as_ref().and_then(|it| {
        let hour = it.aggregation_period == Period::Hour.key();
        let period = if hour { Period::Hour } else { Period::Day };
        moment(it.start_time.as_ref()?, period)
    });
    say!(
        "Google itself finds {} of {of} unusually low{}{}.",
        measure.name().to_lowercase(),
        since.map_or_else(String::new, |at| say!(" since {at}")),
        hit.map_or_else(String::new, |hit| format!(
            ": {}",
            words::percent_2(to_bps(1.0 - hit))
        ))
    )
}
