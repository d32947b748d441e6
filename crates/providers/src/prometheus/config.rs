//! What a person enters for Prometheus: queries by what they measure. Must not know what is done with
//! an answer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cockpit_domain::Service;
use cockpit_domain::provider::ProviderError;
use cockpit_domain::signal::{Measure, Unit};
use cockpit_say::{mark, say};
use http::HeaderValue;
use secrecy::ExposeSecret;

use crate::form::{Field, Form, Settings};
use crate::http::sensitive;

pub(crate) static FORM: Form = Form {
    service: Service::Prometheus,
    purpose: mark!("Read shares of what goes well, by version, with queries of your own."),
    least_permission: mark!("Nothing but the two query endpoints, /api/v1/query and /api/v1/query_range. Prometheus itself asks for no credential; what stands before it may."),
    fields: &[
        Field::new("base_url", mark!("Address"), mark!("Without /api/v1, such as https://prometheus.example.com or https://example.com/prometheus.")),
        Field::new("crash_free_sessions", mark!("Crash-free sessions"), mark!("A query for the share of sessions without a crash, one series for each version. {interval} stands for the interval below, as in increase(crashes[{interval}]).")).optional(),
        Field::new("sessions", mark!("Sessions"), mark!("A query for how many sessions that share is of. Without it rules say nothing of the share.")).optional(),
        Field::new("crash_free_users", mark!("Crash-free users"), mark!("The share of people who saw no crash.")).optional(),
        Field::new("freeze_free_users", mark!("Freeze-free users"), mark!("The share of people whose app never stopped answering (ANR).")).optional(),
        Field::new("users", mark!("Users"), mark!("How many people the two shares of users are \
                                                   of.")).optional(),
        Field::new("share", mark!("Another share"), mark!("Any other share of what goes well, such as payments that succeed.")).optional(),
        Field::new("share_name", mark!("Its name"), mark!("What people call the other share: Payments that succeed.")).optional(),
        Field::new("actions", mark!("Its count"), mark!("How many actions the other share is \
                                                         of.")).optional(),
        Field::new("unit", mark!("Unit"), mark!("fraction (0 to 1) or percent (0 to 100), for all shares. Empty for fraction.")).optional(),
        Field::new("interval", mark!("Interval in minutes"), mark!("What one figure is about, 1 to 60, a divisor of an hour. Empty for 15.")).optional(),
        Field::new("platform", mark!("Platform"), mark!("Android or iOS, when the series have no label \"platform\" that says so.")).optional(),
        Field::new("versions", mark!("Versions"), mark!("Only where a query holds {version}: the versions to ask for, such as 8.4.0, 8.3.2; six at most. Otherwise the label \"version\" says it.")).optional(),
        Field::new("token", mark!("Bearer token"), mark!("When what stands before Prometheus wants one.")).secret().optional(),
        Field::new("user", mark!("User"), mark!("When it wants a name and a password \
                                                 instead.")).optional(),
        Field::new("password", mark!("Password"), mark!("Of that user.")).secret().optional(),
    ],
};

const INTERVAL_MIN: u64 = 15;
const MINUTE_MS: u64 = 60_000;
const VERSIONS_MAX: usize = 6;
const NAME_CHARS_MAX: usize = 60;

/// What is asked for one measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ask {
    pub measure: Measure,
    /// What a share that we have no word for is called.
    pub named: Option<String>,
    pub value: String,
    pub sample: Option<String>,
}

impl Ask {
    pub(super) fn name(&self) -> &str {
        self.named.as_deref().unwrap_or(self.measure.name())
    }
}

/// A query with its places filled, and what they say of its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Filled {
    pub query: String,
    pub platform: Option<&'static str>,
    pub version: Option<String>,
}

#[derive(Debug)]
pub(super) struct Config {
    pub base_url: String,
    pub asks: Vec<Ask>,
    pub unit: Unit,
    pub interval_ms: u64,
    platform: Option<&'static str>,
    versions: Vec<String>,
    pub authorization: Option<HeaderValue>,
}

impl Config {
    pub(super) fn read(settings: &Settings<'_>) -> Result<Config, ProviderError> {
        let base_url = settings.base_url(None)?;
        let config = Config {
            // People copy the address with the path that the documents show.
            base_url: base_url
                .strip_suffix("/api/v1")
                .unwrap_or(&base_url)
                .to_owned(),
            asks: asks(settings)?,
            unit: match settings.optional("unit").as_deref() {
                None | Some("fraction") => Unit::Fraction,
                Some("percent" | "per cent" | "%") => Unit::Percent,
                Some(_) => {
                    return Err(settings.unusable("unit", say!("is neither fraction nor percent")));
                }
            },
            interval_ms: interval_ms(settings)?,
            platform: match settings.optional("platform") {
                None => None,
                Some(text) => Some(platform(&text).ok_or_else(|| {
                    settings.unusable("platform", say!("is neither Android nor iOS"))
                })?),
            },
            versions: versions(settings)?,
            authorization: authorization(settings)?,
        };
        let wants = |place: &str| {
            let all = config.asks.iter();
            let mut queries = all.flat_map(|it| [Some(&it.value), it.sample.as_ref()]);
            queries.any(|query| query.is_some_and(|it| it.contains(place)))
        };
        if wants("{version}") && config.versions.is_empty() {
            return Err(
                settings.unusable("versions", &say!("is empty, and a query holds {{version}}"))
            );
        }
        Ok(config)
    }

    /// A query with its places filled: once, or once for each platform and version that it asks for.
    pub(super) fn filled(&self, query: &str) -> Vec<Filled> {
        let query = query.replace("{interval}", &format!("{}m", self.interval_ms / MINUTE_MS));
        let platforms = match (query.contains("{platform}"), self.platform) {
            (_, Some(platform)) => vec![Some(platform)],
            (true, None) => vec![Some("Android"), Some("iOS")],
            (false, None) => vec![None],
        };
        let versions: Vec<Option<&String>> = if query.contains("{version}") {
            self.versions.iter().map(Some).collect()
        } else {
            vec![None]
        };
        let mut all = Vec::new();
        for platform in platforms {
            for version in &versions {
                let mut query = query.clone();
                if let Some(platform) = platform {
                    query = query.replace("{platform}", &platform.to_lowercase());
                }
                if let Some(version) = version {
                    query = query.replace("{version}", version);
                }
                all.push(Filled {
                    query,
                    platform,
                    version: version.cloned(),
                });
            }
        }
        all
    }
}

/// Our word for a platform that a label names.
pub(super) fn platform(text: &str) -> Option<&'static str> {
    match text.to_ascii_lowercase().as_str() {
        "android" => Some("Android"),
        "ios" => Some("iOS"),
        _ => None,
    }
}

fn asks(settings: &Settings<'_>) -> Result<Vec<Ask>, ProviderError> {
    let mut asks = Vec::new();
    for (key, sample, measure) in [
        (
            "crash_free_sessions",
            "sessions",
            Measure::CrashFreeSessions,
        ),
        ("crash_free_users", "users", Measure::CrashFreeUsers),
        ("freeze_free_users", "users", Measure::FreezeFreeUsers),
        ("share", "actions", Measure::NamedShare),
    ] {
        let Some(value) = settings.optional(key) else {
            continue;
        };
        let named = match measure {
            Measure::NamedShare => {
                let name = settings.required("share_name")?;
                if name.chars().count() > NAME_CHARS_MAX {
                    return Err(
                        settings.unusable("share_name", say!("is longer than 60 characters"))
                    );
                }
                Some(name)
            }
            Measure::CrashFreeSessions | Measure::CrashFreeUsers | Measure::FreezeFreeUsers => None,
        };
        asks.push(Ask {
            measure,
            named,
            value,
            sample: settings.optional(sample),
        });
    }
    if asks.is_empty() {
        return Err(settings.unusable(
            "crash_free_sessions",
            say!("and every other share are empty"),
        ));
    }
    Ok(asks)
}

fn interval_ms(settings: &Settings<'_>) -> Result<u64, ProviderError> {
    let minutes = match settings.optional("interval") {
        None => INTERVAL_MIN,
        Some(text) => text.parse().unwrap_or(0),
    };
    if !(1..=60).contains(&minutes) || 60 % minutes != 0 {
        return Err(settings.unusable("interval", say!("does not divide an hour")));
    }
    Ok(minutes * MINUTE_MS)
}

/// Versions stand inside a query's quotes, so they hold nothing that could end them.
fn versions(settings: &Settings<'_>) -> Result<Vec<String>, ProviderError> {
    let text = settings.optional("versions").unwrap_or_default();
    let listed = text.split([',', ' ']).filter(|it| !it.is_empty());
    let all: Vec<String> = listed.map(str::to_owned).collect();
    let fits = |it: char| it.is_ascii_alphanumeric() || ".-_+".contains(it);
    if all.iter().any(|it| !it.chars().all(fits)) {
        return Err(settings.unusable("versions", say!("holds characters that no version has")));
    }
    if all.len() > VERSIONS_MAX {
        return Err(settings.unusable("versions", say!("has more than six of them")));
    }
    Ok(all)
}

fn authorization(settings: &Settings<'_>) -> Result<Option<HeaderValue>, ProviderError> {
    let token = settings.optional_secret("token");
    let password = settings.optional_secret("password");
    let (header, key) = match (token, settings.optional("user"), password) {
        (None, None, None) => return Ok(None),
        (Some(token), None, None) => (format!("Bearer {}", token.expose_secret()), "token"),
        (None, Some(user), Some(password)) => {
            if user.contains(':') {
                return Err(settings.unusable("user", say!("holds a colon")));
            }
            let both = format!("{user}:{}", password.expose_secret());
            if both.chars().any(char::is_control) {
                return Err(
                    settings.unusable("password", say!("holds characters that no password has"))
                );
            }
            (format!("Basic {}", STANDARD.encode(both)), "password")
        }
        (None, Some(_), None) => return Err(settings.unusable("password", say!("is missing"))),
        (None, None, Some(_)) => return Err(settings.unusable("user", say!("is missing"))),
        (Some(_), _, _) => {
            return Err(settings.unusable("token", say!("stands beside a user; enter one of both")));
        }
    };
    sensitive(&header)
        .map(Some)
        .ok_or_else(|| settings.unusable(key, say!("holds characters that no credential has")))
}
