//! Strategies of a flag in one environment. Must not know who may change them.

use serde_json::{Value, json};

use super::Unleash;
use super::errors::Refused;
use super::flags::strategy;
use crate::history::{Scene, Who};
use crate::wire::{Answer, Call};

impl Unleash {
    pub(super) fn strategies(
        &mut self,
        method: &str,
        name: &str,
        environment: &str,
        rest: &[&str],
        call: &Call,
        scene: &mut Scene<'_>,
    ) -> Result<Answer, Refused> {
        if method != "GET" {
            self.check_change_requests(environment)?;
        }
        let label = format!("made {}", self.strategies_made);
        let flag = self
            .flags
            .get_mut(name)
            .ok_or_else(|| Refused::no_flag(name))?;
        let found = flag
            .environments
            .get_mut(environment)
            .ok_or_else(|| Refused::no_environment(name, environment))?;
        let before = json!(found.strategies);
        let body = call.json().unwrap_or(Value::Null);
        let index = |id: &str, all: &[Value]| {
            all.iter().position(|one| one["id"] == id).ok_or_else(|| {
                Refused::new(
                    404,
                    "NotFoundError",
                    format!("Could not find strategy with id {id}"),
                )
            })
        };
        let answer = match (method, rest) {
            ("GET", []) => return Ok(Answer::json(200, &before)),
            ("GET", [id]) => {
                return Ok(Answer::json(
                    200,
                    &found.strategies[index(id, &found.strategies)?],
                ));
            }
            ("POST", []) => {
                let mut made = strategy(scene.seed, &label, name, "100");
                self.strategies_made += 1;
                overlay(&mut made, &body);
                found.strategies.push(made.clone());
                made
            }
            ("PUT", [id]) => {
                let at = index(id, &found.strategies)?;
                overlay(&mut found.strategies[at], &body);
                found.strategies[at].clone()
            }
            ("PATCH", [id]) => {
                let at = index(id, &found.strategies)?;
                patch(&mut found.strategies[at], &body)?;
                found.strategies[at].clone()
            }
            ("DELETE", [id]) => {
                let at = index(id, &found.strategies)?;
                found.strategies.remove(at);
                Value::Null
            }
            _ => {
                return Err(Refused::new(
                    404,
                    "NotFoundError",
                    "The path you were looking for is not available.",
                ));
            }
        };
        let after = json!(found.strategies);
        if before != after {
            self.changed(
                "feature-strategy-update",
                name,
                environment,
                Who::Api,
                before,
                after,
                scene,
            );
        }
        Ok(if answer.is_null() {
            Answer::empty(200)
        } else {
            Answer::json(200, &answer)
        })
    }
}

/// The given fields over the ones that are there. The rollout is not range checked, as on the real
/// server.
fn overlay(strategy: &mut Value, body: &Value) {
    for (key, value) in body.as_object().into_iter().flatten() {
        if key != "id" {
            strategy[key.as_str()] = value.clone();
        }
    }
}

fn patch(strategy: &mut Value, operations: &Value) -> Result<(), Refused> {
    let Some(operations) = operations.as_array() else {
        return Err(Refused::bad("/", "A JSON patch is a list of operations."));
    };
    for operation in operations {
        let path = operation["path"].as_str().unwrap_or_default();
        let Some((parent, key)) = path.rsplit_once('/') else {
            return Err(Refused::bad("/path", format!("\"{path}\" is not a path")));
        };
        match (operation["op"].as_str(), strategy.pointer_mut(parent)) {
            (Some("replace" | "add"), Some(Value::Object(fields))) => {
                fields.insert(key.to_owned(), operation["value"].clone());
            }
            (Some("remove"), Some(Value::Object(fields))) => {
                fields.remove(key);
            }
            _ => {
                return Err(Refused::bad(
                    "/op",
                    format!("The operation on \"{path}\" cannot be done."),
                ));
            }
        }
    }
    Ok(())
}
