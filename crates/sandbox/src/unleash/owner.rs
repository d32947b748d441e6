//! What the admin token's owner may do, and whether changes are asked for first. Must not know flags.

use serde_json::{Value, json};

use super::errors::Refused;
use super::{ENVIRONMENT, PROJECT, Unleash};
use crate::wire::{Answer, Call};

const SWITCHES: &str = "UPDATE_FEATURE_ENVIRONMENT";

impl Unleash {
    /// The owner with each permission and where it holds, as the server lists them for a service
    /// account with a project role.
    pub(super) fn owner(&self) -> Answer {
        let of_project = |name: &str| json!({"permission": name, "project": PROJECT});
        let of_environment = |name: &str, environment: &str| json!({"permission": name, "project": PROJECT, "environment": environment});
        let mut permissions: Vec<Value> = vec![
            of_project("UPDATE_FEATURE"),
            // A right in another environment is none in this one.
            of_environment(SWITCHES, "development"),
        ];
        if self.may_switch {
            permissions.push(of_environment(SWITCHES, ENVIRONMENT));
        }
        Answer::json(
            200,
            &json!({
                "user": {"id": 7, "name": "release-cockpit", "accountType": "Service Account"},
                "permissions": permissions,
                "feedback": [],
                "splash": {},
            }),
        )
    }

    /// The edition without change requests does not know the path.
    pub(super) fn change_request_settings(&self, call: &Call) -> Result<Answer, Refused> {
        if !self.change_requests {
            return Err(Refused::new(
                404,
                "NotFoundError",
                format!(
                    "The path you were looking for ({}) is not available.",
                    call.path
                ),
            ));
        }
        let of = |environment: &str, on: bool| {
            json!({
                "environment": environment,
                "type": environment,
                "changeRequestEnabled": on,
                "requiredApprovals": if on { json!(1) } else { Value::Null },
            })
        };
        Ok(Answer::json(
            200,
            &json!([of("development", false), of(ENVIRONMENT, true)]),
        ))
    }

    pub(super) fn check_switching(&self) -> Result<(), Refused> {
        if self.may_switch {
            return Ok(());
        }
        Err(Refused::new(
            403,
            "PermissionError",
            format!("You need the \"{SWITCHES}\" permission to perform this action."),
        ))
    }
}
