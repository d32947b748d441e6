//! Our words to Unleash's and back. Must not know HTTP.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use cockpit_domain::provider::{
    Capability, CredentialCheck, Effect, ErrorKind, ProviderError, Reading, Receipt, Verb,
};
use cockpit_domain::rehearsal::Rehearsal;
use cockpit_domain::switch::{By, Caveat, Flag, Reach};
use cockpit_domain::{Desired, Observation, Service, Target, TargetId, TargetState, Time};
use cockpit_say::say;
use futures_util::future::join;
use tokio::sync::Mutex;

use super::api::Api;
use super::bulk::Bulk;
use super::config::Config;
use super::wire::{ClientFeature, ClientFeatures, Environment, Feature, Permission, Strategy};
use crate::Adapter;
use crate::form::{answered, note};
use crate::http::Http;

static CAPABILITY: Capability = Capability {
    service: Service::Unleash,
    verbs: &[Verb::TurnOn, Verb::TurnOff, Verb::SetFraction],
    signals: false,
    conditional_write: false,
};

/// The flags of one project in one environment.
pub struct Unleash {
    project: String,
    environment: String,
    client_environment: Option<String>,
    flags: Vec<String>,
    reach: Reach,
    api: Arc<Api>,
    bulk: Bulk,
    /// What apps evaluate, as it was listed for the last round of polls: one request for all
    /// flags, not one for each. `None` in the pair when that request failed.
    listed: Mutex<Option<(Time, Option<Listed>)>>,
    http: Http,
}

/// A flag as apps evaluate it.
struct Served {
    enabled: bool,
    share_bps: Option<u32>,
}

impl Served {
    fn of(feature: &ClientFeature) -> Served {
        Served {
            enabled: feature.enabled,
            share_bps: fraction_bps(&feature.strategies),
        }
    }

    /// What apps have counts, also for the share: it follows what is set later.
    fn tell(&self, flag: &mut Flag) {
        flag.serving = Some(self.enabled);
        if self.enabled && flag.enabled {
            flag.fraction_bps = self.share_bps;
        }
    }
}

/// A list of what apps evaluate, and when it arrived.
struct Listed {
    features: ClientFeatures,
    at: Time,
}

/// The permission to turn flags on and off, as Unleash names it.
const SWITCHES: &str = "UPDATE_FEATURE_ENVIRONMENT";
/// The permission to do so where changes are asked for first.
const SKIPS: &str = "SKIP_CHANGE_REQUEST";

/// A list is shared by the polls of one round, in milliseconds.
const ROUND_MS: u64 = 2_000;
/// Unleash's SDKs ask again after so many seconds.
const POLL_S: u32 = 15;
/// A flag that no app asked for in so many days may be a dead switch.
const UNUSED_DAYS: u32 = 30;

impl Unleash {
    pub(super) fn new(config: Config, http: &Http) -> Self {
        let reach = Reach {
            by: By::Poll,
            within_s: config.apps_ask_s.unwrap_or(POLL_S),
        };
        let (project, environment) = (config.project.clone(), config.environment.clone());
        let (client_environment, flags) = (config.client_environment.clone(), config.flags.clone());
        let api = Arc::new(Api::new(config, http));
        Self {
            bulk: Bulk::new(Arc::clone(&api)),
            project,
            environment,
            client_environment,
            flags,
            reach,
            api,
            listed: Mutex::new(None),
            http: http.clone(),
        }
    }

    fn flag<'a>(&self, target: &'a TargetId) -> Result<&'a str, ProviderError> {
        let mut parts = target.name().splitn(3, '/');
        match (parts.next(), parts.next(), parts.next()) {
            (Some(project), Some(environment), Some(flag))
                if project == self.project
                    && environment == self.environment
                    && !flag.is_empty() =>
            {
                Ok(flag)
            }
            _ => Err(ProviderError::new(
                ErrorKind::NotFound,
                say!(
                    "{target} is not a flag of project {} in {}.",
                    self.project,
                    self.environment
                ),
            )),
        }
    }

    /// The flag as the admin side has it, and when that was.
    async fn admin(&self, name: &str, urgent: bool) -> Result<(Flag, Time), ProviderError> {
        let (feature, answer) = self.api.feature(name, urgent).await?;
        let environment = self.environment(&feature)?;
        let flag = Flag {
            name: feature.name.clone(),
            environment: self.environment.clone(),
            enabled: environment.enabled && !feature.archived,
            serving: None,
            fraction_bps: fraction_bps(&environment.strategies),
            description: feature.description.clone().unwrap_or_default(),
            caveats: caveats(&feature, environment, answer.at),
            reach: Some(self.reach),
        };
        Ok((flag, answer.at))
    }

    /// Sets the share of a flag that one gradual strategy alone decides. Unleash takes any number for
    /// it, also 500, so what is no share is not sent.
    async fn set_share(&self, name: &str, share_bps: u32) -> Result<Receipt, ProviderError> {
        let refused = |why: &str| {
            ProviderError::new(
                ErrorKind::Rejected,
                say!("{name}: {why}. Nothing was sent."),
            )
            .hint(say!("Look at the flag's strategies in Unleash."))
        };
        let per_cent = share_bps / 100;
        if !share_bps.is_multiple_of(100) || !(1..=100).contains(&per_cent) {
            return Err(refused(say!("a share is a whole number from 1 to 100 %")));
        }
        let (feature, _) = self.api.feature(name, true).await?;
        let environment = self.environment(&feature)?;
        let strategy = gradual(&environment.strategies)
            .ok_or_else(|| refused(say!("no single gradual strategy decides for whom it is on")))?;
        let id = strategy.id.as_deref();
        let id = id.ok_or_else(|| refused(say!("Unleash names no strategy that could be set")))?;
        self.api.set_share(name, id, per_cent).await?;
        Ok(Receipt::default())
    }

    fn environment<'a>(&self, feature: &'a Feature) -> Result<&'a Environment, ProviderError> {
        feature
            .environments
            .iter()
            .find(|it| it.name == self.environment)
            .ok_or_else(|| {
                ProviderError::new(
                    ErrorKind::NotFound,
                    say!(
                        "Unleash does not have {} in {}.",
                        feature.name,
                        self.environment
                    ),
                )
                .hint(say!(
                    "Check the environment's name, and that it is turned on for the project."
                ))
            })
    }

    /// Another environment's answer proves nothing, and an admin token's shows every flag as off.
    fn is_of_our_environment(&self, listed: &ClientFeatures) -> Result<(), ProviderError> {
        let shown = listed.query.environment.as_deref();
        match shown.or(self.client_environment.as_deref()) {
            Some(environment) if environment == self.environment => Ok(()),
            other => Err(ProviderError::new(
                ErrorKind::Forbidden,
                say!(
                    "The client token is not for {} but for {}, so what apps evaluate is not known.",
                    self.environment,
                    other.filter(|other| *other != "*").unwrap_or(say!("no environment at all"))
                ),
            )
            .hint(say!(
                "Make a backend (client) token for project {} and environment {}.",
                self.project, self.environment
            ))),
        }
    }

    /// Whether the admin token may switch flags here at once, by what Unleash lists of it.
    async fn may_switch(&self) -> Result<(), ProviderError> {
        let granted = self.api.permissions().await?;
        let may = |wanted: &str| {
            let here = |it: &Permission| it.allows(wanted, &self.project, &self.environment);
            granted.iter().any(here)
        };
        if !may(SWITCHES) {
            return Err(ProviderError::new(
                ErrorKind::Forbidden,
                say!(
                    "The admin token lacks {SWITCHES} in {} of project {}: it may read flags and not switch them.",
                    self.environment, self.project
                ),
            )
            .hint(say!("In Unleash, give the token's owner a project role with \"Enable/disable feature flags\" in this environment.")));
        }
        if self.api.wants_change_request(&self.environment).await? && !may(SKIPS) {
            return Err(ProviderError::new(
                ErrorKind::NeedsPerson,
                say!(
                    "Unleash takes changes in {} only through a change request, so a switch from here would wait for a person there.",
                    self.environment
                ),
            )
            .hint(say!("Give the token's owner the permission {SKIPS} in this environment, or be ready to approve the change in Unleash.")));
        }
        Ok(())
    }

    /// Adds whether the admin token may switch flags.
    async fn check_switching(&self, check: &mut CredentialCheck) -> Result<(), ProviderError> {
        let (tried, sentence) = match self.may_switch().await {
            // Not the token's fault: a connection for looking is worth having.
            Err(error) if error.kind == ErrorKind::NeedsPerson => (Ok(()), error.sentence),
            // A server that lists nothing of the token proves nothing against it.
            Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Protocol) => (
                Ok(()),
                say!("Unleash does not list the token's permissions: whether it may switch flags shows only at a real change.").to_owned(),
            ),
            other => (
                other,
                say!("Unleash lists it for {} in {}.", self.project, self.environment),
            ),
        };
        note(check, SWITCHES, tried, &sentence)?;
        Ok(())
    }

    /// What apps evaluate for this flag, as far as it can be had without a request of its own.
    async fn polled_client(&self, name: &str) -> Option<(Served, Time)> {
        let mut listed = self.listed.lock().await;
        let now = self.http.now();
        if listed
            .as_ref()
            .is_none_or(|(asked_at, _)| now.ms_since(*asked_at) >= ROUND_MS)
        {
            let found = self.api.client_features(None, false).await.ok();
            let ours = found.filter(|(features, _)| self.is_of_our_environment(features).is_ok());
            *listed = Some((
                now,
                ours.map(|(features, answer)| Listed {
                    features,
                    at: answer.at,
                }),
            ));
        }
        let (_, Some(Listed { features, at })) = listed.as_ref()? else {
            return None;
        };
        let feature = features
            .features
            .iter()
            .find(|feature| feature.name == name)?;
        Some((Served::of(feature), *at))
    }

    /// Whether the endpoint that client apps evaluate from has the flag on, and when that was.
    async fn client(&self, name: &str) -> Result<(Served, Time), ProviderError> {
        let (listed, answer) = self.api.client_features(Some(name), true).await?;
        self.is_of_our_environment(&listed)?;
        let found = listed.features.iter().find(|feature| feature.name == name);
        // A flag that the token does not show may still be on for others: no answer, not "off".
        match found {
            Some(feature) => Ok((Served::of(feature), answer.at)),
            None => Err(ProviderError::new(
                ErrorKind::NotFound,
                say!("Unleash's client endpoint does not show {name} to the client token, so what apps evaluate is not known."),
            )
            .hint(say!(
                "Use a client token for project {} and environment {}.",
                self.project, self.environment
            ))),
        }
    }
}

#[async_trait]
impl Adapter for Unleash {
    fn capability(&self) -> &Capability {
        &CAPABILITY
    }

    async fn check(&self) -> Result<CredentialCheck, ProviderError> {
        let mut check = CredentialCheck { items: Vec::new() };
        let features = self.api.features().await;
        let count = features.as_ref().map_or(0, Vec::len);
        let shown = say!("Flags found in {}: {count}.", self.project);
        let missing = features.as_ref().ok().and_then(|features| {
            features
                .iter()
                .find_map(|feature| self.environment(feature).err())
        });
        let admin = features.map(|_| ());
        if note(&mut check, say!("Admin token"), admin, &shown)? {
            if let Some(error) = missing {
                note(&mut check, say!("Environment"), Err(error), "")?;
            }
            self.check_switching(&mut check).await?;
        }
        let listed = self.api.client_features(None, false).await;
        let count = listed
            .as_ref()
            .map_or(0, |(listed, _)| listed.features.len());
        let listed = listed.and_then(|(listed, _)| self.is_of_our_environment(&listed));
        note(
            &mut check,
            say!("Client token"),
            listed,
            &say!("Flags shown as client apps see them: {count}."),
        )?;
        Ok(check)
    }

    async fn targets(&self) -> Result<Vec<Target>, ProviderError> {
        let features = self.api.features().await?;
        Ok(features
            .into_iter()
            .filter(|feature| !feature.archived)
            .filter(|feature| self.flags.is_empty() || self.flags.contains(&feature.name))
            .map(|feature| Target {
                id: TargetId::new(
                    Service::Unleash,
                    &format!("{}/{}/{}", self.project, self.environment, feature.name),
                ),
                title: feature.name,
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
            Reading::Poll => {
                let (mut flag, read) = self.admin(name, false).await?;
                match self.polled_client(name).await {
                    Some((serving, served)) => {
                        serving.tell(&mut flag);
                        (flag, read.min(served))
                    }
                    None => (flag, read),
                }
            }
            Reading::Fresh | Reading::Serving => {
                let (admin, client) = join(self.admin(name, true), self.client(name)).await;
                let (mut flag, read) = admin?;
                match client {
                    Ok((serving, served)) => {
                        serving.tell(&mut flag);
                        // As old as the older of the two.
                        (flag, read.min(served))
                    }
                    // A client token that does not work must not keep a flag from being turned
                    // off: before a write, what is on may be shown without its other side.
                    Err(error)
                        if reading == Reading::Fresh && flag.enabled && answered(error.kind) =>
                    {
                        (flag, read)
                    }
                    Err(error) => return Err(error),
                }
            }
        };
        Ok(Observation {
            target: target.clone(),
            at,
            state: TargetState::Flag(flag),
        })
    }

    async fn rehearse(&self, seen: &Observation) -> Rehearsal {
        if let Err(kept) = self.api.spares_a_dry_run() {
            return kept;
        }
        let tried = match self.flag(&seen.target) {
            Ok(_) => self.may_switch().await,
            Err(error) => Err(error),
        };
        match tried {
            Ok(()) => Rehearsal::can_stop(say!(
                "Unleash takes no dry run, and lists {SWITCHES} in {} among the token's permissions. Nothing was changed.",
                self.environment
            ))
            .if_read_back(&seen.state),
            Err(error) => Rehearsal::failed(error, SWITCHES),
        }
    }

    async fn apply(&self, effect: &Effect) -> Result<Receipt, ProviderError> {
        let name = self.flag(&effect.target)?;
        let on = match effect.desired {
            Desired::On => true,
            Desired::Off => false,
            Desired::RollingOut {
                fraction_bps: Some(share),
            } => return self.set_share(name, share).await,
            Desired::Stopped
            | Desired::RollingOut { fraction_bps: None }
            | Desired::Complete
            | Desired::Released { .. }
            | Desired::RemovedFromSale
            | Desired::RolledBack { .. }
            | Desired::AskedToUpdate
            | Desired::NotAsked
            | Desired::Published { .. } => {
                return Err(ProviderError::new(
                    ErrorKind::Unsupported,
                    say!(
                        "Unleash only turns flags on and off and sets their share. Nothing was \
                         sent."
                    ),
                ));
            }
        };
        // Switching twice is the same as once, so nothing has to be looked at first.
        if !on {
            return self.bulk.off(name).await;
        }
        self.api.switch(name, true).await?;
        Ok(Receipt::default())
    }
}

impl fmt::Debug for Unleash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unleash")
            .field("project", &self.project)
            .field("environment", &self.environment)
            .finish_non_exhaustive()
    }
}

/// What Unleash tells of how little turning it off may do.
fn caveats(feature: &Feature, environment: &Environment, now: Time) -> Vec<Caveat> {
    const DAY_MS: u64 = 24 * 3_600_000;
    let mut all = Vec::new();
    if feature.archived {
        all.push(Caveat::Archived);
    }
    let unused = environment.last_seen().is_some_and(|seen| {
        let seen: Option<Time> = seen.and_then(|it| it.parse().ok());
        seen.is_none_or(|it| now.ms_since(it) >= u64::from(UNUSED_DAYS) * DAY_MS)
    });
    if unused {
        all.push(Caveat::NotAskedFor { days: UNUSED_DAYS });
    }
    let strategies = &environment.strategies;
    if !strategies.is_empty() && strategies.iter().all(|it| it.disabled == Some(true)) {
        all.push(Caveat::NoStrategy);
    }
    // The interface for apps leaves out what is off, and some SDKs then ask the app's own code.
    all.push(Caveat::DefaultInCode { value: None });
    all
}

/// The share when one gradual strategy alone decides. Values above 100 are accepted by the server
/// and mean everybody.
fn fraction_bps(strategies: &[Strategy]) -> Option<u32> {
    let strategy = gradual(strategies)?;
    let rollout = strategy.parameters.get("rollout")?;
    let per_cent = match rollout.as_str() {
        Some(text) => text.trim().parse::<u32>().ok()?,
        None => u32::try_from(rollout.as_u64()?).ok()?,
    };
    (per_cent < 100).then_some(per_cent * 100)
}

/// The gradual strategy that alone decides for whom a flag is on.
fn gradual(strategies: &[Strategy]) -> Option<&Strategy> {
    let mut active = strategies.iter().filter(|it| it.disabled != Some(true));
    let strategy = active.next().filter(|_| active.next().is_none())?;
    (strategy.name == "flexibleRollout" && strategy.constraints.is_empty()).then_some(strategy)
}
