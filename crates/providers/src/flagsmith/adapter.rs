//! Our words to Flagsmith's and back. Must not know HTTP.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use cockpit_domain::provider::{
    Capability, CredentialCheck, Effect, ErrorKind, ProviderError, Reading, Receipt, Verb,
};
use cockpit_domain::switch::{By, Caveat, Flag, Reach};
use cockpit_domain::{Desired, Observation, Service, Target, TargetId, TargetState, Time};
use cockpit_say::say;
use futures_util::future::join;
use tokio::sync::Mutex;

use super::api::{Api, USAGE_DAYS};
use super::change::{found, state_of, switch};
use super::config::Config;
use super::wire::{Environment, Feature, Served};
use crate::Adapter;
use crate::form::{answered, note};
use crate::http::Http;

static CAPABILITY: Capability = Capability {
    service: Service::Flagsmith,
    verbs: &[Verb::TurnOn, Verb::TurnOff],
    signals: false,
    conditional_write: false,
};

/// The flags of one environment.
pub struct Flagsmith {
    environment_key: String,
    flags: Vec<String>,
    reach: Reach,
    api: Api,
    /// The environment as it was read last. Its numbers never change.
    environment: Mutex<Option<(Time, Environment)>>,
    /// Everything as it was read for the last round of polls: two requests for all flags.
    round: Mutex<Option<(Time, Arc<Round>)>>,
    /// What is asked of each flag now and then only.
    details: Mutex<BTreeMap<u64, (Time, Details)>>,
    http: Http,
}

/// Every feature as it is set, and what apps get, which is absent when that failed.
struct Round {
    environment: Environment,
    features: Vec<Feature>,
    at: Time,
    served: Option<(Vec<Served>, Time)>,
}

/// What is known of a feature's use; absent where it was not told.
#[derive(Clone, Copy, Default)]
struct Details {
    asked: Option<u64>,
    persons: Option<u64>,
}

/// A round is shared by the polls of so many milliseconds.
const ROUND_MS: u64 = 2_000;
/// The environment is read again after so long for a look.
const ENVIRONMENT_MS: u64 = 10 * 60_000;
/// Use and persons are asked for again after so long.
const DETAILS_MS: u64 = 60 * 60_000;

impl Flagsmith {
    pub(super) fn new(config: Config, http: &Http) -> Self {
        let reach = match config.apps_ask_s {
            Some(within_s) => Reach {
                by: By::Poll,
                within_s,
            },
            None => Reach {
                by: By::Start,
                within_s: 0,
            },
        };
        Self {
            environment_key: config.environment_key.clone(),
            flags: config.flags.clone(),
            reach,
            api: Api::new(config, http),
            environment: Mutex::new(None),
            round: Mutex::new(None),
            details: Mutex::new(BTreeMap::new()),
            http: http.clone(),
        }
    }

    fn flag<'a>(&self, target: &'a TargetId) -> Result<&'a str, ProviderError> {
        match target.name().split_once('/') {
            Some((key, flag)) if key == self.environment_key && !flag.is_empty() => Ok(flag),
            Some(_) | None => Err(ProviderError::new(
                ErrorKind::NotFound,
                say!("{target} is not a flag of this environment in Flagsmith."),
            )),
        }
    }

    /// The environment, as it was read lately.
    async fn environment(&self, urgent: bool) -> Result<Environment, ProviderError> {
        let mut known = self.environment.lock().await;
        let now = self.http.now();
        if let Some((read_at, environment)) = known.as_ref()
            && now.ms_since(*read_at) < ENVIRONMENT_MS
        {
            return Ok(environment.clone());
        }
        let environment = self.api.environment(urgent).await?;
        *known = Some((now, environment.clone()));
        Ok(environment)
    }

    fn state(
        &self,
        environment: &Environment,
        feature: &Feature,
        details: Details,
    ) -> Result<Flag, ProviderError> {
        let state = state_of(feature, environment)?;
        Ok(Flag {
            name: feature.name.clone(),
            environment: environment.name.clone(),
            enabled: state.enabled,
            serving: None,
            fraction_bps: None,
            description: feature.description.clone().unwrap_or_default(),
            caveats: caveats(environment, feature, details),
            reach: Some(self.reach),
        })
    }

    /// How much a feature is used, asked for at most once an hour. What is not told stays unknown.
    async fn details(&self, environment: &Environment, feature: &Feature) -> Details {
        let mut all = self.details.lock().await;
        let now = self.http.now();
        if let Some((asked_at, known)) = all.get(&feature.id)
            && now.ms_since(*asked_at) < DETAILS_MS
        {
            return *known;
        }
        let details = Details {
            asked: self.api.asked(environment, feature.id).await.ok(),
            persons: match feature.persons {
                Some(many) => Some(many),
                None => self.api.persons(feature.id).await.ok(),
            },
        };
        all.insert(feature.id, (now, details));
        details
    }

    /// What is known of a feature's use without asking.
    async fn details_known(&self, feature: &Feature) -> Details {
        let all = self.details.lock().await;
        let known = all.get(&feature.id).map(|(_, details)| *details);
        known.unwrap_or_default()
    }

    /// One reading of everything for all flags that are looked at now. Goes on without what apps get.
    async fn polled(&self) -> Result<Arc<Round>, ProviderError> {
        let mut round = self.round.lock().await;
        let now = self.http.now();
        if let Some((asked_at, known)) = round.as_ref()
            && now.ms_since(*asked_at) < ROUND_MS
        {
            return Ok(Arc::clone(known));
        }
        // One after the other: while flags may not be asked for, nothing is.
        let environment = self.environment(false).await?;
        let (features, at) = self.api.features(&environment, None, false).await?;
        let served = self.api.served(false).await.ok();
        let read = Arc::new(Round {
            environment,
            features,
            at,
            served: served.map(|(flags, answer)| (flags, answer.at)),
        });
        *round = Some((now, Arc::clone(&read)));
        Ok(read)
    }

    async fn looked_at(&self, name: &str) -> Result<(Flag, Time), ProviderError> {
        let round = self.polled().await?;
        let feature = found(name, &round.environment, round.features.clone())?;
        let details = self.details(&round.environment, &feature).await;
        let mut flag = self.state(&round.environment, &feature, details)?;
        let mut at = round.at;
        if let Some((served, served_at)) = &round.served
            && let Some(serving) = value_of(name, served)
        {
            flag.serving = Some(serving);
            at = at.min(*served_at);
        }
        Ok((flag, at))
    }

    /// The flag as it is set, and when that was.
    async fn set(&self, name: &str) -> Result<(Feature, Flag, Time), ProviderError> {
        let environment = self.environment(true).await?;
        let (features, at) = self.api.features(&environment, Some(name), true).await?;
        let feature = found(name, &environment, features)?;
        let details = self.details_known(&feature).await;
        let flag = self.state(&environment, &feature, details)?;
        Ok((feature, flag, at))
    }

    /// Whether apps get a flag that is not in what they are given: it is off where flags that are off
    /// are left out. Otherwise it may be on for others: no answer, not "off".
    async fn absent(&self, feature: &Feature) -> Result<bool, ProviderError> {
        let name = &feature.name;
        let unknown = |why: &str, hint: &str| {
            ProviderError::new(
                ErrorKind::NotFound,
                say!("{why}, so what apps get of {name} is not known."),
            )
            .hint(hint)
        };
        if feature.server_only {
            return Err(unknown(
                say!("Flagsmith gives this flag to servers only"),
                say!(
                    "In Flagsmith, turn off \"Server-side only\" for this flag, or leave it out of the connection's flags."
                ),
            ));
        }
        if self.hides_disabled().await? {
            return Ok(false);
        }
        Err(unknown(
            say!("Flagsmith does not show this flag to the environment key"),
            say!(
                "Check that the flag exists in this environment and that the address is the one that apps ask."
            ),
        ))
    }

    /// Whether flags that are off are left out of what apps get, as it is set at this moment.
    async fn hides_disabled(&self) -> Result<bool, ProviderError> {
        let environment = self.api.environment(true).await?;
        match environment.hides_disabled {
            Some(hides) => Ok(hides),
            None => {
                let project = self.api.project(environment.project).await?;
                Ok(project.hides_disabled.unwrap_or(false))
            }
        }
    }

    async fn carefully(&self, name: &str, reading: Reading) -> Result<(Flag, Time), ProviderError> {
        let (set, served) = join(self.set(name), self.api.served(true)).await;
        let (feature, mut flag, read) = set?;
        let serving = match served {
            Ok((served, answer)) => match value_of(name, &served) {
                Some(serving) => Ok((serving, answer.at)),
                None => self.absent(&feature).await.map(|it| (it, answer.at)),
            },
            Err(error) => Err(error),
        };
        match serving {
            Ok((serving, served_at)) => {
                flag.serving = Some(serving);
                // As old as the older of the two.
                Ok((flag, read.min(served_at)))
            }
            // What apps get must not keep a flag from being turned off: before a write, what is on
            // may be shown without its other side.
            Err(error) if reading == Reading::Fresh && flag.enabled && answered(error.kind) => {
                Ok((flag, read))
            }
            Err(error) => Err(error),
        }
    }

    fn is_wanted(&self, feature: &Feature) -> bool {
        if self.flags.is_empty() {
            !feature.archived && !feature.server_only
        } else {
            self.flags.contains(&feature.name)
        }
    }
}

#[async_trait]
impl Adapter for Flagsmith {
    fn capability(&self) -> &Capability {
        &CAPABILITY
    }

    async fn check(&self) -> Result<CredentialCheck, ProviderError> {
        let mut check = CredentialCheck { items: Vec::new() };
        let environment = self.api.environment(false).await;
        let sentence = match &environment {
            Ok(it) if it.approvals.is_some() => say!(
                "Every change in {} waits for an approval in Flagsmith: a stop from here is not in effect until somebody there agrees.",
                it.name
            ),
            Ok(it) if it.versioned => say!(
                "{} takes changes at once, each as a version with our comment.",
                it.name
            ),
            Ok(it) => say!(
                "{} takes changes at once. It keeps no versions, so no comment of ours stands there.",
                it.name
            ),
            Err(_) => String::new(),
        };
        let read = environment.as_ref().ok().cloned();
        note(
            &mut check,
            say!("View environment"),
            environment.map(|_| ()),
            &sentence,
        )?;
        if let Some(environment) = read {
            let features = self.api.features(&environment, None, false).await;
            let count = features.as_ref().map_or(0, |(all, _)| {
                all.iter().filter(|it| self.is_wanted(it)).count()
            });
            let sentence = say!(
                "Flags found: {count}. Whether it may update their states shows only at a real change."
            );
            note(
                &mut check,
                say!("View project"),
                features.map(|_| ()),
                &sentence,
            )?;
        }
        let served = self.api.served(false).await;
        let count = served.as_ref().map_or(0, |(flags, _)| flags.len());
        let sentence = say!("Flags that apps get: {count}.");
        note(
            &mut check,
            say!("Environment key"),
            served.map(|_| ()),
            &sentence,
        )?;
        Ok(check)
    }

    async fn targets(&self) -> Result<Vec<Target>, ProviderError> {
        let round = self.polled().await?;
        let wanted = round.features.iter().filter(|it| self.is_wanted(it));
        Ok(wanted
            .map(|feature| Target {
                id: TargetId::new(
                    Service::Flagsmith,
                    &format!("{}/{}", self.environment_key, feature.name),
                ),
                title: feature.name.clone(),
                platform: String::new(),
            })
            .collect())
    }

    async fn observe(
        &self,
        target: &TargetId,
        reading: Reading,
    ) -> Result<Observation, ProviderError> {
        let name = self.flag(target)?;
        let (flag, at) = match reading {
            Reading::Poll => self.looked_at(name).await?,
            Reading::Fresh | Reading::Serving => self.carefully(name, reading).await?,
        };
        Ok(Observation {
            target: target.clone(),
            at,
            state: TargetState::Flag(flag),
        })
    }

    async fn apply(&self, effect: &Effect) -> Result<Receipt, ProviderError> {
        let name = self.flag(&effect.target)?;
        let on = match effect.desired {
            Desired::On => true,
            Desired::Off => false,
            Desired::Stopped
            | Desired::RollingOut { .. }
            | Desired::Complete
            | Desired::Released { .. }
            | Desired::RemovedFromSale
            | Desired::RolledBack { .. }
            | Desired::AskedToUpdate
            | Desired::NotAsked
            | Desired::Published { .. } => {
                return Err(ProviderError::new(
                    ErrorKind::Unsupported,
                    say!("Flagsmith only turns flags on and off. Nothing was sent."),
                ));
            }
        };
        let known = self.environment(true).await?;
        *self.round.lock().await = None;
        let done = switch(&self.api, &known, name, on, &effect.comment()).await;
        // Whatever became of it, what was read before it is old.
        *self.round.lock().await = None;
        done
    }
}

impl fmt::Debug for Flagsmith {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flagsmith")
            .field("environment_key", &self.environment_key)
            .finish_non_exhaustive()
    }
}

fn value_of(name: &str, served: &[Served]) -> Option<bool> {
    let found = served.iter().find(|it| it.feature.name == name);
    found.map(|it| it.enabled)
}

/// What Flagsmith tells of how little turning it off may do.
fn caveats(environment: &Environment, feature: &Feature, details: Details) -> Vec<Caveat> {
    let mut all = Vec::new();
    if feature.server_only {
        all.push(Caveat::NotForApps);
    }
    if details.asked == Some(0) {
        all.push(Caveat::NotAskedFor { days: USAGE_DAYS });
    }
    if environment.hides_disabled == Some(true) {
        all.push(Caveat::DefaultInCode { value: None });
    }
    match feature.persons.or(details.persons) {
        Some(0) => {}
        many => all.push(Caveat::IdentityOverrides { many }),
    }
    if let Some(many) = feature.segments.filter(|many| *many > 0) {
        all.push(Caveat::SegmentOverrides { many });
    }
    all
}
