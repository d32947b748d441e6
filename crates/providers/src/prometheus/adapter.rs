//! What queries give in our words: shares by version, with sample and age. Must not know HTTP.

use std::collections::BTreeMap;
use std::fmt;

use async_trait::async_trait;
use cockpit_domain::provider::{
    Capability, CredentialCheck, Effect, ErrorKind, ProviderError, Reading, Receipt,
};
use cockpit_domain::signal::{Signal, SignalPoint, Unit};
use cockpit_domain::{Observation, Service, Target, TargetId, Time};
use cockpit_say::say;
use futures_util::future::{try_join_all, try_join4};

use super::api::Api;
use super::config::{Ask, Config, Filled, platform};
use super::wire::Range;
use crate::Adapter;
use crate::form::note;
use crate::http::Http;

static CAPABILITY: Capability = Capability {
    service: Service::Prometheus,
    verbs: &[],
    signals: true,
    conditional_write: false,
};

/// How far back figures are read.
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// The shares that queries of one Prometheus give.
pub struct Prometheus {
    api: Api,
}

/// Platform and version.
type Of = (String, String);

/// The points of each version; nothing where two series speak of the same one, because a share
/// cannot be had of two without what they are of.
type Found = BTreeMap<Of, Option<Points>>;

type Points = BTreeMap<Time, f64>;

impl Prometheus {
    pub(super) fn new(config: Config, http: &Http) -> Self {
        Self {
            api: Api::new(config, http),
        }
    }

    async fn now_of(&self, query: Option<&str>) -> Result<Found, ProviderError> {
        let asked = self.filled(query);
        let each = asked
            .iter()
            .map(async |filled: &Filled| Ok((filled, self.api.at_once(&filled.query).await?)));
        Ok(found(try_join_all(each).await?))
    }

    async fn past_of(&self, query: Option<&str>, end: Time) -> Result<Found, ProviderError> {
        let step_ms = self.api.config().interval_ms;
        let asked = self.filled(query);
        let each = asked.iter().map(async |filled: &Filled| {
            let start = end - DAY_MS;
            let read = self.api.over(&filled.query, start, end, step_ms).await?;
            Ok((filled, read))
        });
        Ok(found(try_join_all(each).await?))
    }

    fn filled(&self, query: Option<&str>) -> Vec<Filled> {
        query.map_or_else(Vec::new, |query| self.api.config().filled(query))
    }

    /// All figures of one measure.
    async fn read(&self, ask: &Ask) -> Result<Vec<Signal>, ProviderError> {
        let config = self.api.config();
        let read_at = self.api.now();
        // Intervals stand where they stood at the last reading.
        let interval_ms = i64::try_from(config.interval_ms).unwrap_or(i64::MAX);
        let end = Time::from_ms(read_at.as_ms().div_euclid(interval_ms) * interval_ms);
        let sample = ask.sample.as_deref();
        let read = try_join4(
            self.now_of(Some(&ask.value)),
            self.past_of(Some(&ask.value), end),
            self.now_of(sample),
            self.past_of(sample, end),
        );
        let (now, past, now_sample, past_sample) = read.await.map_err(|error| named(error, ask))?;
        let mut all: Vec<&Of> = now.keys().chain(past.keys()).collect();
        all.sort();
        all.dedup();
        Ok(all
            .into_iter()
            .map(|of| {
                let parts = Parts {
                    now: points(&now, of),
                    past: points(&past, of),
                    now_sample: points(&now_sample, of),
                    past_sample: points(&past_sample, of),
                    end,
                };
                signal(ask, of, &parts, config, read_at)
            })
            .collect())
    }

    async fn checked(&self, ask: &Ask) -> Result<String, ProviderError> {
        let unit = self.api.config().unit;
        let asked = self.api.config().filled(&ask.value);
        let mut raw = Vec::new();
        for filled in &asked {
            raw.push((filled, self.api.at_once(&filled.query).await?));
        }
        let nameless = |(filled, all): &&(&Filled, Vec<Range>)| {
            !all.is_empty() && all.iter().all(|it| of(filled, it).is_none())
        };
        if raw.iter().any(|it| nameless(&it)) {
            return Err(unusable(
                say!(
                    "its series have no label \"version\" or \"platform\" that says what they are about"
                ),
                &say!(
                    "Let the query keep both: sum by (version, platform) (…). The form has fields for apps on one platform and for queries with {{version}}."
                ),
            ));
        }
        let found = found(raw);
        if found.values().any(Option::is_none) {
            return Err(unusable(
                say!("it gives more than one series for the same version"),
                say!("Let the query add them up: sum by (version, platform) (…)."),
            ));
        }
        let mut values = found.values().flatten().flat_map(Points::values);
        let strange = values.find(|value| share(unit, **value).is_none());
        if let Some(value) = strange {
            let (is, hint) = match unit {
                Unit::Fraction => (
                    say!("no fraction from 0 to 1"),
                    say!("If the query gives per cent, write percent into the field Unit."),
                ),
                Unit::Percent => (say!("no per cent from 0 to 100"), say!("Check the query.")),
            };
            return Err(unusable(&say!("it gives {value}, which is {is}"), hint));
        }
        let has_any =
            |(_, points): &(&Of, &Option<Points>)| points.as_ref().is_some_and(|it| !it.is_empty());
        let named: Vec<String> = found
            .iter()
            .filter(has_any)
            .map(|((platform, version), _)| format!("{platform} {version}"))
            .collect();
        let given = if named.is_empty() {
            say!("It can be asked, and gives no figure at present: no data, which is not the same as healthy.")
                .to_owned()
        } else {
            say!("It gives figures of {}.", named.join(", "))
        };
        Ok(match ask.sample {
            Some(_) => given,
            None => say!("{given} Nothing says how many they are of, so no rule judges them."),
        })
    }
}

#[async_trait]
impl Adapter for Prometheus {
    fn capability(&self) -> &Capability {
        &CAPABILITY
    }

    async fn check(&self) -> Result<CredentialCheck, ProviderError> {
        let mut check = CredentialCheck { items: Vec::new() };
        for ask in &self.api.config().asks {
            let read = self.checked(ask).await;
            let shown = read.as_ref().cloned().unwrap_or_default();
            note(&mut check, ask.name(), read.map(|_| ()), &shown)?;
            let Some(sample) = &ask.sample else { continue };
            let read = self.now_of(Some(sample)).await.map(|_| ());
            let permission = say!("{}, how many", ask.name());
            note(&mut check, &permission, read, say!("It can be asked."))?;
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
        let each = self.api.config().asks.iter().map(|ask| self.read(ask));
        Ok(try_join_all(each).await?.into_iter().flatten().collect())
    }
}

impl fmt::Debug for Prometheus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prometheus")
            .field("base_url", &self.api.config().base_url)
            .finish_non_exhaustive()
    }
}

fn unsupported(what: &str) -> ProviderError {
    ProviderError::new(
        ErrorKind::Unsupported,
        say!("{what} at Prometheus: it gives health figures only. Nothing was sent."),
    )
}

fn unusable(why: &str, hint: &str) -> ProviderError {
    ProviderError::new(
        ErrorKind::Rejected,
        say!("The query cannot be used: {why}."),
    )
    .hint(hint)
}

/// Says which of the queries failed.
fn named(mut error: ProviderError, ask: &Ask) -> ProviderError {
    error.sentence = format!("{}: {}", ask.name(), error.sentence);
    error
}

/// What a series is about, by its labels or by what was asked for.
fn of(filled: &Filled, range: &Range) -> Option<Of> {
    let label = |name: &str| range.metric.get(name).map(String::as_str);
    let platform = label("platform").and_then(platform).or(filled.platform)?;
    let version = filled.version.as_deref().or_else(|| label("version"))?;
    // A label may carry the build behind the version.
    let version = version.split_once('+').map_or(version, |(it, _)| it).trim();
    (!version.is_empty()).then(|| (platform.to_owned(), version.to_owned()))
}

/// Points by what they are about. What is no number (NaN, ±Inf) is no point.
fn found(read: Vec<(&Filled, Vec<Range>)>) -> Found {
    let mut found = Found::new();
    for (filled, all) in read {
        for range in all {
            let Some(of) = of(filled, &range) else {
                continue;
            };
            let points = range
                .values
                .iter()
                .filter_map(|point| {
                    let value: f64 = point.1.parse().ok()?;
                    let at = Time::from_ms((point.0 * 1_000.0).round() as i64);
                    value.is_finite().then_some((at, value))
                })
                .collect();
            found
                .entry(of)
                .and_modify(|it| *it = None)
                .or_insert(Some(points));
        }
    }
    found
}

fn points<'a>(found: &'a Found, of: &Of) -> Option<&'a Points> {
    found.get(of)?.as_ref()
}

/// A value as a fraction. Prometheus extrapolates, so a whole share may lie a hair above one.
fn share(unit: Unit, value: f64) -> Option<f64> {
    const HAIR: f64 = 1e-6;
    let whole = match unit {
        Unit::Fraction => 1.0,
        Unit::Percent => 100.0,
    };
    let value = if value > whole && value <= whole * (1.0 + HAIR) {
        whole
    } else {
        value
    };
    unit.fraction(value)
}

fn count(value: f64) -> Option<u64> {
    (0.0..1e15).contains(&value).then(|| value.round() as u64)
}

/// What was read of one version.
struct Parts<'a> {
    now: Option<&'a Points>,
    past: Option<&'a Points>,
    now_sample: Option<&'a Points>,
    past_sample: Option<&'a Points>,
    end: Time,
}

fn signal(ask: &Ask, of: &Of, parts: &Parts<'_>, config: &Config, read_at: Time) -> Signal {
    // A value at a moment is about the interval that ends then.
    let series: Vec<SignalPoint> = (0..=DAY_MS / config.interval_ms)
        .rev()
        .map(|back| parts.end - back * config.interval_ms)
        .map(|at| SignalPoint {
            at: at - config.interval_ms,
            value: parts.past.and_then(|it| share(config.unit, *it.get(&at)?)),
            sample: parts.past_sample.and_then(|it| count(*it.get(&at)?)),
        })
        .collect();
    let now = parts.now.and_then(|it| {
        let (at, value) = it.last_key_value()?;
        let value = share(config.unit, *value)?;
        let sample = parts.now_sample.and_then(|it| it.last_key_value());
        Some((
            value,
            sample.and_then(|it| count(*it.1)),
            (*at).min(read_at),
        ))
    });
    // Without a figure of now the newest that there was stands, with its own age.
    let newest = now.or_else(|| {
        let it = series.iter().rev().find(|it| it.value.is_some())?;
        Some((it.value?, it.sample, it.at + config.interval_ms))
    });
    Signal {
        platform: of.0.clone(),
        version: of.1.clone(),
        measure: ask.measure,
        named: ask.named.clone(),
        value: newest.map(|it| it.0),
        sample: newest.and_then(|it| it.1),
        data_until: newest.map(|it| it.2),
        read_at,
        series,
        interval_ms: config.interval_ms,
        source: Some(Service::Prometheus),
        said: Vec::new(),
    }
}
