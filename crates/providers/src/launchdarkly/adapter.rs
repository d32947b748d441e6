//! Our words to LaunchDarkly's and back. Must not know HTTP.

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
use serde_json::Value;
use tokio::sync::Mutex;

use super::api::Api;
use super::config::Config;
use super::wire::{self, Evaluated, Setting, Status};
use crate::Adapter;
use crate::form::{answered, note};
use crate::http::Http;

static CAPABILITY: Capability = Capability {
    service: Service::LaunchDarkly,
    verbs: &[Verb::TurnOn, Verb::TurnOff],
    signals: false,
    conditional_write: false,
};

/// The flags of one project in one environment.
pub struct LaunchDarkly {
    project: String,
    environment: String,
    flags: Vec<String>,
    api: Api,
    /// Everything as it was read for the last round of polls: two requests for all flags.
    round: Mutex<Option<(Time, Arc<Round>)>>,
    /// How flags are used, asked for now and then only; empty where it is not told.
    uses: Mutex<Option<(Time, Vec<Status>)>>,
    http: Http,
}

/// Every flag as it is set, and what apps get, which is absent when that failed.
struct Round {
    flags: Vec<wire::Flag>,
    at: Time,
    served: Option<(Evaluated, Time)>,
}

/// A round is shared by the polls of so many milliseconds.
const ROUND_MS: u64 = 2_000;
/// How flags are used is asked for again after so long.
const USES_MS: u64 = 60 * 60_000;
/// LaunchDarkly calls a flag inactive that nobody asked for in so many days.
const INACTIVE_DAYS: u32 = 7;
/// Open apps keep a stream.
const REACH: Reach = Reach {
    by: By::Stream,
    within_s: 5,
};

impl LaunchDarkly {
    pub(super) fn new(config: Config, http: &Http) -> Self {
        Self {
            project: config.project.clone(),
            environment: config.environment.clone(),
            flags: config.flags.clone(),
            api: Api::new(config, http),
            round: Mutex::new(None),
            uses: Mutex::new(None),
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

    fn setting<'a>(&self, flag: &'a wire::Flag) -> Result<&'a Setting, ProviderError> {
        flag.environments.get(&self.environment).ok_or_else(|| {
            ProviderError::new(
                ErrorKind::NotFound,
                say!(
                    "LaunchDarkly does not have {} in {}.",
                    flag.key,
                    self.environment
                ),
            )
            .hint(say!("Check the environment's key."))
        })
    }

    /// The flag as it is set, and when that was.
    async fn set(&self, key: &str, urgent: bool) -> Result<(Flag, Time), ProviderError> {
        let (flag, answer) = self.api.flag(key, urgent).await?;
        Ok((self.state(&flag).await?, answer.at))
    }

    async fn state(&self, flag: &wire::Flag) -> Result<Flag, ProviderError> {
        let key = &flag.key;
        if flag.archived {
            return Err(ProviderError::new(
                ErrorKind::NotFound,
                say!("{key} is archived in LaunchDarkly: apps do not get it and take the value in their own code."),
            )
            .hint(say!("Restore it in LaunchDarkly, or leave it out of the connection's flags.")));
        }
        let setting = self.setting(flag)?;
        Ok(Flag {
            name: flag.key.clone(),
            environment: self.environment.clone(),
            enabled: setting.on,
            serving: None,
            fraction_bps: fraction_bps(setting),
            description: flag.description.clone().unwrap_or_default(),
            caveats: self.caveats(flag, setting).await,
            reach: Some(REACH),
        })
    }

    /// What LaunchDarkly tells of how little turning it off may do.
    async fn caveats(&self, flag: &wire::Flag, setting: &Setting) -> Vec<Caveat> {
        let uses = self.uses.lock().await;
        let all = uses.as_ref().map_or(&[][..], |(_, all)| all);
        caveats(
            flag,
            setting,
            all.iter().find(|it| it.flag() == Some(&flag.key)),
        )
    }

    /// Asks how flags are used, at most once an hour.
    async fn look_at_uses(&self) {
        let mut uses = self.uses.lock().await;
        let now = self.http.now();
        let old = |(asked_at, _): &(Time, _)| now.ms_since(*asked_at) >= USES_MS;
        if uses.as_ref().is_none_or(old) {
            let all = self.api.statuses().await.unwrap_or_default();
            *uses = Some((now, all));
        }
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
        let (flags, at) = self.api.flags().await?;
        let served = self.api.evaluated(false).await.ok();
        self.look_at_uses().await;
        let read = Arc::new(Round {
            flags,
            at,
            served: served.map(|(values, answer)| (values, answer.at)),
        });
        *round = Some((now, Arc::clone(&read)));
        Ok(read)
    }

    async fn looked_at(&self, key: &str) -> Result<(Flag, Time), ProviderError> {
        let round = self.polled().await?;
        let Some(found) = round.flags.iter().find(|flag| flag.key == key) else {
            // An archived flag is in no list.
            return self.set(key, false).await;
        };
        let mut flag = self.state(found).await?;
        let mut at = round.at;
        if let Some((values, served_at)) = &round.served
            && let Ok(serving) = is_served(key, values)
        {
            flag.serving = Some(serving);
            at = at.min(*served_at);
        }
        Ok((flag, at))
    }

    /// Whether apps get more of the flag than what is served while it is off, and when that was.
    async fn served(&self, key: &str) -> Result<(bool, Time), ProviderError> {
        let (values, answer) = self.api.evaluated(true).await?;
        Ok((is_served(key, &values)?, answer.at))
    }

    fn is_wanted(&self, flag: &wire::Flag) -> bool {
        if self.flags.is_empty() {
            flag.apps.as_ref().is_none_or(|apps| apps.mobile)
        } else {
            self.flags.contains(&flag.key)
        }
    }

    /// The keys of the flags that are targets.
    async fn wanted(&self) -> Result<Vec<String>, ProviderError> {
        let round = self.polled().await?;
        let wanted = round
            .flags
            .iter()
            .filter(|flag| !flag.archived && self.is_wanted(flag));
        Ok(wanted.map(|flag| flag.key.clone()).collect())
    }

    /// Adds whether changes wait for an approval, and whether the mobile key is this environment's.
    async fn check_environment(&self, check: &mut CredentialCheck) -> Result<(), ProviderError> {
        let read = self.api.environment().await;
        let mut sentence = say!("{} takes changes at once.", self.environment);
        let mut foreign = None;
        if let Ok(environment) = &read {
            if environment.approvals.as_ref().is_some_and(|it| it.required) {
                sentence = say!(
                    "Every change in {} waits for an approval in LaunchDarkly: a stop from here is not in effect until somebody there agrees.",
                    self.environment
                );
            }
            // A role may see only a part of the key.
            foreign = environment
                .mobile_key
                .as_deref()
                .filter(|shown| !shown.contains('*') && !self.api.is_ours(shown));
        }
        let foreign = foreign.map(|_| {
            ProviderError::new(
                ErrorKind::Forbidden,
                say!("The mobile key is not the one of {}, so what apps get there would not be known.", self.environment),
            )
            .hint(say!("Copy the mobile key from the settings of this environment."))
        });
        note(check, say!("Environment"), read.map(|_| ()), &sentence)?;
        if let Some(error) = foreign {
            note(check, say!("Mobile key"), Err(error), "")?;
        }
        Ok(())
    }
}

#[async_trait]
impl Adapter for LaunchDarkly {
    fn capability(&self) -> &Capability {
        &CAPABILITY
    }

    async fn check(&self) -> Result<CredentialCheck, ProviderError> {
        let mut check = CredentialCheck { items: Vec::new() };
        let flags = self.wanted().await;
        let first = flags.as_ref().ok().and_then(|flags| flags.first()).cloned();
        let count = flags.as_ref().map_or(0, Vec::len);
        let shown = say!("Flags found in {}: {count}.", self.project);
        let read = note(&mut check, say!("Access token"), flags.map(|_| ()), &shown)?;
        if read {
            self.check_environment(&mut check).await?;
        }
        if let Some(key) = first {
            let tried = self.api.switch(&key, false, "", true).await;
            let (tried, sentence) = match tried {
                // Not the token's fault, and nothing that another token of its kind would mend.
                Err(error) if error.kind == ErrorKind::NeedsPerson => (
                    Ok(()),
                    say!("A dry run was answered with: an approval is needed first.").to_owned(),
                ),
                other => (
                    other.map(|_| ()),
                    say!("A dry run of turning {key} off was taken; nothing was changed."),
                ),
            };
            note(&mut check, "updateOn", tried, &sentence)?;
        }
        let apps = self.api.evaluated(false).await;
        let count = apps.as_ref().map_or(0, |(values, _)| values.len());
        let sentence = say!("Flags that apps get: {count}.");
        note(&mut check, say!("Mobile key"), apps.map(|_| ()), &sentence)?;
        Ok(check)
    }

    async fn targets(&self) -> Result<Vec<Target>, ProviderError> {
        let flags = self.wanted().await?;
        Ok(flags
            .into_iter()
            .map(|key| Target {
                id: TargetId::new(
                    Service::LaunchDarkly,
                    &format!("{}/{}/{key}", self.project, self.environment),
                ),
                title: key,
                platform: String::new(),
            })
            .collect())
    }

    async fn observe(
        &self,
        target: &TargetId,
        reading: Reading,
    ) -> Result<Observation, ProviderError> {
        let key = self.flag(target)?;
        let (flag, at) = match reading {
            Reading::Poll => self.looked_at(key).await?,
            Reading::Fresh | Reading::Serving => {
                let (set, served) = join(self.set(key, true), self.served(key)).await;
                let (mut flag, read) = set?;
                match served {
                    Ok((serving, served)) => {
                        flag.serving = Some(serving);
                        // As old as the older of the two.
                        (flag, read.min(served))
                    }
                    // A mobile key that does not work must not keep a flag from being turned off:
                    // before a write, what is on may be shown without its other side.
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
            Ok(key) => self.api.switch(key, false, "", true).await.map(|_| key),
            Err(error) => Err(error),
        };
        match tried {
            Ok(key) => Rehearsal::can_stop(say!(
                "LaunchDarkly took a dry run of turning {key} off, and nothing was changed."
            ))
            .if_read_back(&seen.state),
            Err(error) => Rehearsal::failed(error, "updateOn"),
        }
    }

    async fn apply(&self, effect: &Effect) -> Result<Receipt, ProviderError> {
        let key = self.flag(&effect.target)?;
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
                    say!("LaunchDarkly only turns flags on and off. Nothing was sent."),
                ));
            }
        };
        // Switching twice is the same as once, so nothing has to be looked at first.
        let flag = self.api.switch(key, on, &effect.comment(), false).await?;
        let setting = flag.environments.get(&self.environment);
        Ok(Receipt {
            provider_request_id: setting.map(|it| format!("version {}", it.version)),
            notes: setting
                .filter(|_| !on)
                .and_then(|setting| why_off_is_not_off(&flag, setting, None))
                .map(|it| it.sentence())
                .into_iter()
                .collect(),
        })
    }
}

impl fmt::Debug for LaunchDarkly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LaunchDarkly")
            .field("project", &self.project)
            .field("environment", &self.environment)
            .finish_non_exhaustive()
    }
}

/// Whether an app gets the flag as it is set while on. One that it does not get at all may be on for
/// others: no answer, not "off".
fn is_served(key: &str, values: &Evaluated) -> Result<bool, ProviderError> {
    let Some(value) = values.get(key) else {
        return Err(ProviderError::new(
            ErrorKind::NotFound,
            say!("LaunchDarkly does not give {key} to mobile keys, so what apps get is not known."),
        )
        .hint(say!("In LaunchDarkly, turn on \"SDKs using Mobile key\" for this flag, or leave it out of the connection's flags.")));
    };
    match value.reason.as_ref().map(|reason| reason.kind.as_str()) {
        Some("OFF" | "PREREQUISITE_FAILED") => Ok(false),
        Some("FALLTHROUGH" | "TARGET_MATCH" | "RULE_MATCH") => Ok(true),
        Some(_) | None => Err(ProviderError::new(
            ErrorKind::Protocol,
            say!(
                "LaunchDarkly does not say why apps get what they get of {key}, so whether it is off for them is not known."
            ),
        )),
    }
}

/// What LaunchDarkly tells of a flag and its use.
fn caveats(flag: &wire::Flag, setting: &Setting, used: Option<&Status>) -> Vec<Caveat> {
    let mut all = Vec::new();
    if flag.apps.as_ref().is_some_and(|apps| !apps.mobile) {
        all.push(Caveat::NotForApps);
    }
    if used.is_some_and(|it| it.name == "inactive") {
        all.push(Caveat::NotAskedFor {
            days: INACTIVE_DAYS,
        });
    }
    all.extend(why_off_is_not_off(flag, setting, used));
    all
}

/// What a person must know whose app may do the same after a flag was turned off.
fn why_off_is_not_off(
    flag: &wire::Flag,
    setting: &Setting,
    used: Option<&Status>,
) -> Option<Caveat> {
    let value = |place: usize| flag.variations.get(place).map(|it| &it.value);
    let Some(off) = setting.off.and_then(value) else {
        let seen = used.and_then(|it| it.default.as_ref());
        return Some(Caveat::DefaultInCode {
            value: seen.map(as_text),
        });
    };
    let on = setting.fallthrough.as_ref().and_then(|it| it.variation);
    let on = on.and_then(value);
    (on == Some(off) || *off == Value::Bool(true)).then(|| Caveat::ServedWhenOff {
        value: as_text(off),
    })
}

fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            value.to_string()
        }
    }
}

/// The share of people who get another variation than when it is off, where shares alone decide.
fn fraction_bps(setting: &Setting) -> Option<u32> {
    let decides_alone = setting.rules.is_empty()
        && setting.targets.is_empty()
        && setting.context_targets.is_empty()
        && setting.prerequisites.is_empty();
    let rollout = setting.fallthrough.as_ref()?.rollout.as_ref()?;
    let reached: u32 = rollout
        .variations
        .iter()
        .filter(|share| Some(share.variation) != setting.off)
        .map(|share| share.weight)
        .fold(0, u32::saturating_add);
    (decides_alone && reached < 100_000).then_some(reached / 10)
}
