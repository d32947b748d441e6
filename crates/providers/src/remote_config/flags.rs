//! Boolean parameters as switches. Off is the value "false" by default and for every condition; on is
//! what the parameter was before it was turned off. Must not know HTTP.

use std::sync::Arc;

use cockpit_domain::provider::{Effect, ErrorKind, ProviderError, Reading, Receipt};
use cockpit_domain::rehearsal::Rehearsal;
use cockpit_domain::switch::{By, Flag, Reach};
use cockpit_domain::words::capital;
use cockpit_domain::{Desired, Observation, Service, Target, TargetId, TargetState};
use cockpit_say::say;
use futures_util::future::join;
use serde_json::{Map, Value, json};

use super::api::{Api, Fetched, Template};
use super::config::Wanted;
use crate::form::answered;

/// The permission that publishing needs, as Google names it.
pub(super) const PUBLISHES: &str = "cloudconfig.configs.update";

pub(super) struct Flags {
    wanted: Wanted,
    /// The parameter that holds notices.
    banner: String,
    reach: Reach,
    api: Arc<Api>,
}

/// Firebase's SDKs fetch again after twelve hours.
const FETCH_S: u32 = 12 * 3_600;

impl Flags {
    pub(super) fn new(
        wanted: Wanted,
        banner: String,
        apps_ask_s: Option<u32>,
        api: Arc<Api>,
    ) -> Flags {
        Flags {
            wanted,
            banner,
            reach: Reach {
                by: By::Fetch,
                within_s: apps_ask_s.unwrap_or(FETCH_S),
            },
            api,
        }
    }

    pub(super) fn are_wanted(&self) -> bool {
        self.wanted != Wanted::None
    }

    pub(super) async fn targets(&self) -> Result<Vec<Target>, ProviderError> {
        let (template, _) = self.api.polled().await?;
        Ok(parameters(&template.body)
            .filter(|(name, parameter)| self.is_wanted(name, parameter))
            .map(|(name, _)| Target {
                id: TargetId::new(
                    Service::RemoteConfig,
                    &format!("{}/{name}", self.api.project()),
                ),
                title: name.clone(),
                platform: String::new(),
            })
            .collect())
    }

    fn is_wanted(&self, name: &str, parameter: &Value) -> bool {
        let chosen = match &self.wanted {
            Wanted::None => false,
            Wanted::All => true,
            Wanted::These(names) => names.iter().any(|it| it == name),
        };
        chosen && name != self.banner && parameter["valueType"] == "BOOLEAN"
    }

    pub(super) async fn observe(
        &self,
        target: &TargetId,
        reading: Reading,
    ) -> Result<Observation, ProviderError> {
        let name = self.name(target)?;
        let (template, fetched) = match reading {
            Reading::Poll => {
                let (template, fetched) = self.api.polled().await?;
                (template, Ok(fetched))
            }
            Reading::Fresh | Reading::Serving => {
                let both = join(self.api.template(true), self.api.fetched(true)).await;
                let fetched = both.1.map(|fetched| fetched.map(Arc::new));
                (Arc::new(both.0?), fetched)
            }
        };
        let mut flag = self.flag(name, &template.body)?;
        let mut at = template.at;
        let served = fetched.and_then(|fetched| match fetched {
            None => Ok(None),
            Some(fetched) => Ok(Some((is_served(name, &fetched)?, fetched.at))),
        });
        match served {
            Ok(None) => {}
            Ok(Some((serving, served_at))) => {
                flag.serving = Some(serving);
                // As old as the older of the two.
                at = at.min(served_at);
            }
            // What the app fetches cannot keep a switch from being turned off, nor is it needed for
            // a look; only a proof needs it.
            Err(error)
                if reading == Reading::Poll
                    || (reading == Reading::Fresh && flag.enabled && answered(error.kind)) => {}
            Err(error) => return Err(error),
        }
        Ok(Observation {
            target: target.clone(),
            at,
            state: TargetState::Flag(flag),
        })
    }

    pub(super) async fn apply(&self, effect: &Effect) -> Result<Receipt, ProviderError> {
        let name = self.name(&effect.target)?;
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
                    say!(
                        "A parameter of Remote Config is only turned on and off. Nothing was sent."
                    ),
                ));
            }
        };
        let Template { mut body, etag, .. } = self.api.template(true).await?;
        if self.flag(name, &body)?.enabled == on {
            return Ok(Receipt {
                provider_request_id: body["version"]["versionNumber"]
                    .as_str()
                    .map(|number| format!("version {number}")),
                notes: vec![say!(
                    "It was {} already: nothing was published.",
                    if on { "on" } else { "off" }
                )],
            });
        }
        let mut notes = Vec::new();
        let before = if on {
            self.before_off(name).await?
        } else {
            None
        };
        let defined = body["conditions"].clone();
        let parameter = parameter_mut(&mut body, name).ok_or_else(|| not_there(name))?;
        match (on, before) {
            (false, _) => turn_off(parameter),
            (true, Some(before)) => notes.extend(restore(parameter, &before, &defined)),
            (true, None) => {
                parameter["defaultValue"] = json!({"value": "true"});
                notes.push(say!("It was not turned off from here, so its default was set to true; values for conditions stay as they are.").to_owned());
            }
        }
        let word = if on { "on" } else { "off" };
        let comment = format!("{}. {}", mark(name, word), capital(&effect.trace()));
        body["version"] = json!({"description": comment});
        let number = self.api.publish(body, &etag).await?;
        Ok(Receipt {
            provider_request_id: number.map(|number| format!("version {number}")),
            notes,
        })
    }

    /// Lets the service check the template with the switch off, and publishes nothing.
    pub(super) async fn rehearse(&self, seen: &Observation) -> Rehearsal {
        if let Err(kept) = self.api.spares_a_dry_run() {
            return kept;
        }
        match self.dry_run(&seen.target).await {
            Ok(name) => Rehearsal::can_stop(say!(
                "Remote Config took a dry run of turning {name} off (validate_only), and nothing was published."
            ))
            .if_read_back(&seen.state),
            Err(error) => Rehearsal::failed(error, PUBLISHES),
        }
    }

    async fn dry_run<'a>(&self, target: &'a TargetId) -> Result<&'a str, ProviderError> {
        let name = self.name(target)?;
        let mut template = self.api.template(false).await?;
        let parameter = parameter_mut(&mut template.body, name).ok_or_else(|| not_there(name))?;
        turn_off(parameter);
        self.api.try_to_publish(template).await.map(|()| name)
    }

    /// The parameter as it was in the version before the newest one in which it was turned off from
    /// here; none when no such version is kept.
    async fn before_off(&self, name: &str) -> Result<Option<Value>, ProviderError> {
        let versions = self.api.versions().await?;
        let off = mark(name, "off.");
        let mut why = versions.iter().filter_map(|it| it["description"].as_str());
        let newest = why.find(|why| why.starts_with(&off));
        // Who sends a whole template back may send our description too: ours was the first of them.
        let place = newest.and_then(|why| versions.iter().rposition(|it| it["description"] == why));
        let before = place.and_then(|place| versions.get(place + 1));
        let Some(number) = before.and_then(|it| it["versionNumber"].as_str()) else {
            return Ok(None);
        };
        let mut template = self.api.earlier(number).await?;
        let parameter = parameter_mut(&mut template, name).map(Value::take);
        Ok(parameter.filter(is_on))
    }

    fn name<'a>(&self, target: &'a TargetId) -> Result<&'a str, ProviderError> {
        let project = self.api.project();
        match target.name().split_once('/') {
            Some((own, name)) if own == project && !name.is_empty() => Ok(name),
            Some(_) | None => Err(ProviderError::new(
                ErrorKind::NotFound,
                say!("{target} is not a parameter of project {project}."),
            )),
        }
    }

    fn flag(&self, name: &str, template: &Value) -> Result<Flag, ProviderError> {
        let found = parameters(template).find(|(it, _)| *it == name);
        let (_, parameter) = found
            .filter(|(_, parameter)| self.is_wanted(name, parameter))
            .ok_or_else(|| not_there(name))?;
        Ok(Flag {
            name: name.to_owned(),
            environment: self.api.project().to_owned(),
            enabled: is_on(parameter),
            serving: None,
            fraction_bps: fraction_bps(parameter, &template["conditions"]),
            description: parameter["description"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            // Off overrides each condition, and Google tells nothing of a parameter's use.
            caveats: Vec::new(),
            reach: Some(self.reach),
        })
    }
}

/// How the version is described in which a switch was turned.
fn mark(name: &str, word: &str) -> String {
    format!("Release Cockpit: {name} {word}")
}

fn not_there(name: &str) -> ProviderError {
    ProviderError::new(
        ErrorKind::NotFound,
        say!(
            "Remote Config has no boolean parameter {name} that this connection turns on and off."
        ),
    )
    .hint(say!(
        "Check its name and type in the Firebase console, and the flags of the connection."
    ))
}

/// Every parameter, in a group or not.
fn parameters(template: &Value) -> impl Iterator<Item = (&String, &Value)> {
    let groups = template["parameterGroups"]
        .as_object()
        .into_iter()
        .flatten();
    let grouped = groups.map(|(_, group)| &group["parameters"]);
    std::iter::once(&template["parameters"])
        .chain(grouped)
        .filter_map(Value::as_object)
        .flatten()
}

fn parameter_mut<'a>(template: &'a mut Value, name: &str) -> Option<&'a mut Value> {
    if template["parameters"].get(name).is_some() {
        return template["parameters"].get_mut(name);
    }
    let groups = template.get_mut("parameterGroups")?.as_object_mut()?;
    groups
        .values_mut()
        .find_map(|group| group.get_mut("parameters")?.get_mut(name))
}

/// A parameter's default and its values for conditions.
fn values(parameter: &Value) -> impl Iterator<Item = &Value> {
    let conditional = parameter["conditionalValues"].as_object().into_iter();
    let conditional = conditional.flat_map(Map::values);
    std::iter::once(&parameter["defaultValue"]).chain(conditional)
}

/// On for somebody. What is left to the app, a rollout or a personalization may be on.
fn is_on(parameter: &Value) -> bool {
    values(parameter).any(|it| it["value"] != "false")
}

fn turn_off(parameter: &mut Value) {
    let off = json!({"value": "false"});
    parameter["defaultValue"] = off.clone();
    // A value for a condition wins over the default, so each is overridden.
    let conditional = parameter["conditionalValues"].as_object_mut();
    for value in conditional.into_iter().flat_map(Map::values_mut) {
        *value = off.clone();
    }
}

/// Puts back what a parameter served; gives what could not be put back.
fn restore(parameter: &mut Value, before: &Value, conditions: &Value) -> Option<String> {
    let is_defined = |name: &str| {
        let mut all = conditions.as_array().into_iter().flatten();
        all.any(|it| it["name"] == name)
    };
    let mut conditional = before["conditionalValues"]
        .as_object()
        .cloned()
        .unwrap_or_default();
    let many = conditional.len();
    conditional.retain(|name, _| is_defined(name));
    let lost = many - conditional.len();
    parameter["defaultValue"] = before["defaultValue"].clone();
    parameter["conditionalValues"] = Value::Object(conditional);
    (lost > 0).then(|| say!("{lost} values were left out whose condition is no more."))
}

/// Whether the app gets another value than "false". One that it does not get is in its own code: no
/// answer, not "off".
fn is_served(name: &str, fetched: &Fetched) -> Result<bool, ProviderError> {
    // What Firebase's SDKs take for false.
    const FALSE: [&str; 7] = ["0", "false", "f", "no", "n", "off", ""];
    let value = fetched.entries.get(name).and_then(Value::as_str);
    match value {
        Some(value) => Ok(!FALSE.contains(&value.to_ascii_lowercase().as_str())),
        None => Err(ProviderError::new(
            ErrorKind::NotFound,
            say!("The app fetches no value of {name}, so it takes the one in its own code, which is not known."),
        )
        .hint(say!("Give the parameter a value in the Firebase console."))),
    }
}

/// The share where the default is off and one condition on chance alone turns it on.
fn fraction_bps(parameter: &Value, conditions: &Value) -> Option<u32> {
    if parameter["defaultValue"]["value"] != "false" {
        return None;
    }
    let conditional = parameter["conditionalValues"].as_object()?;
    let mut on = conditional.iter().filter(|(_, it)| it["value"] == "true");
    let (name, _) = on.next().filter(|_| conditional.len() == 1)?;
    let mut all = conditions.as_array()?.iter();
    let expression = all.find(|it| it["name"] == *name)?["expression"].as_str()?;
    let share = expression.strip_prefix("percent <= ")?.trim();
    let per_cent: u32 = share.parse().ok()?;
    (per_cent < 100).then_some(per_cent * 100)
}
