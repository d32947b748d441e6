//! Changing a flag: which of the three kinds of patch a body is, what stands against it, and doing
//! all of it or nothing. Must not know who asks.

use serde_json::Value;

use super::flags::{PRODUCTION, Serve};
use super::{LaunchDarkly, no_environment, no_flag, refused};
use crate::history::{Scene, Who};
use crate::wire::{Answer, Call};

const SEMANTIC: &str = "domain-model=launchdarkly.semanticpatch";

/// One step of a patch.
enum Step {
    Switch(bool),
    Shares(Vec<(usize, u32)>),
}

impl LaunchDarkly {
    pub(super) fn patch(
        &mut self,
        call: &Call,
        name: &str,
        scene: &mut Scene<'_>,
    ) -> Result<Answer, Answer> {
        if let Some(status) = self.refuses_writes {
            let code = if status == 401 {
                "unauthorized"
            } else {
                "forbidden"
            };
            let message = "Access to the requested resource was denied";
            return Err(refused(status, code, message));
        }
        let flag = self.there(scene).flags.get(name).ok_or_else(no_flag)?;
        let body = call
            .json()
            .ok_or_else(|| invalid("The request body is not valid JSON"))?;
        let semantic = call
            .header("content-type")
            .is_some_and(|kind| kind.replace(' ', "").contains(SEMANTIC));
        let (environment, steps) = if semantic {
            let places = |id: &str| flag.variations.iter().position(|it| it.id == id);
            instructions(&body, places)?
        } else {
            let version = |environment: &str| {
                let setting = flag.settings.get(environment);
                setting.map(|setting| setting.version)
            };
            json_patch(&body, version)?
        };
        if !flag.settings.contains_key(environment.as_str()) {
            return Err(no_environment());
        }
        if self.approvals && environment == PRODUCTION {
            return Err(refused(
                405,
                "method_not_allowed",
                "Approval is required to make this request",
            ));
        }
        if self.conflicts > 0 {
            self.conflicts -= 1;
            return Err(conflict());
        }
        let comment = body["comment"].as_str().unwrap_or_default();
        if call.query("dryRun") == Some("true") {
            let mut flag = self
                .there(scene)
                .flags
                .get(name)
                .ok_or_else(no_flag)?
                .clone();
            if let Some(setting) = flag.settings.get_mut(environment.as_str()) {
                for step in steps {
                    match step {
                        Step::Switch(on) => setting.on = on,
                        Step::Shares(shares) => setting.serve = Serve::Shares(shares),
                    }
                }
            }
            return Ok(Answer::json(200, &flag.shown(|_| true)));
        }
        for step in steps {
            match step {
                Step::Switch(on) => {
                    self.switch(name, &environment, on, comment, Who::Api, scene)?;
                }
                Step::Shares(shares) => {
                    let at_ms = scene.now_ms + self.propagation_ms;
                    let there = self.there(scene);
                    let flag = there.flags.get_mut(name).ok_or_else(no_flag)?;
                    let setting = flag.settings.get_mut(environment.as_str());
                    let setting = setting.ok_or_else(no_environment)?;
                    setting.serve = Serve::Shares(shares);
                    setting.version += 1;
                    flag.version += 1;
                    there.served.publish(at_ms, &there.flags);
                }
            }
        }
        let there = self.there(scene);
        let flag = there.flags.get(name).ok_or_else(no_flag)?;
        Ok(Answer::json(200, &flag.shown(|_| true)))
    }
}

fn invalid(message: &str) -> Answer {
    refused(400, "invalid_request", message)
}

fn conflict() -> Answer {
    refused(
        409,
        "optimistic_locking_error",
        "Conflict. Optimistic lock error. Try again later.",
    )
}

fn instructions(
    body: &Value,
    place_of: impl Fn(&str) -> Option<usize>,
) -> Result<(String, Vec<Step>), Answer> {
    let wanted = body["instructions"].as_array();
    let wanted = wanted.ok_or_else(|| invalid("instructions are required"))?;
    let environment = body["environmentKey"].as_str();
    let environment =
        environment.ok_or_else(|| invalid("environmentKey is required for this instruction"))?;
    let mut steps = Vec::new();
    for one in wanted {
        steps.push(match one["kind"].as_str() {
            Some("turnFlagOn") => Step::Switch(true),
            Some("turnFlagOff") => Step::Switch(false),
            Some("updateFallthroughVariationOrRollout") => {
                let weights = one["rolloutWeights"].as_object();
                let shares: Option<Vec<(usize, u32)>> = weights.and_then(|weights| {
                    weights
                        .iter()
                        .map(|(id, weight)| {
                            Some((place_of(id)?, u32::try_from(weight.as_u64()?).ok()?))
                        })
                        .collect()
                });
                let whole = |shares: &Vec<(usize, u32)>| {
                    shares.iter().map(|(_, weight)| *weight).sum::<u32>() == 100_000
                };
                let shares = shares.filter(whole);
                Step::Shares(shares.ok_or_else(|| invalid("rolloutWeights must sum to 100000"))?)
            }
            other => {
                return Err(invalid(&format!("unknown instruction kind: {other:?}")));
            }
        });
    }
    Ok((environment.to_owned(), steps))
}

/// A patch of operations on paths, of which these two are known here.
fn json_patch(
    body: &Value,
    version: impl Fn(&str) -> Option<u64>,
) -> Result<(String, Vec<Step>), Answer> {
    let operations = body.as_array().or_else(|| body["patch"].as_array());
    let operations = operations.ok_or_else(|| invalid("json: cannot unmarshal object"))?;
    let mut environment = PRODUCTION.to_owned();
    let mut steps = Vec::new();
    for one in operations {
        let path = one["path"].as_str().unwrap_or_default();
        let parts: Vec<&str> = path.split('/').collect();
        match (one["op"].as_str(), parts.as_slice()) {
            (Some("test"), ["", "environments", name, "version"]) => {
                if one["value"].as_u64() != version(name) {
                    return Err(conflict());
                }
            }
            (Some("replace"), ["", "environments", name, "on"]) => {
                environment = (*name).to_owned();
                let on = one["value"].as_bool();
                steps.push(Step::Switch(on.ok_or_else(|| invalid("on is a boolean"))?));
            }
            _ => return Err(invalid(&format!("the sandbox cannot patch {path}"))),
        }
    }
    Ok((environment, steps))
}
