//! Unleash: the admin API, the client API that SDKs poll, and the front-end API. Must not know
//! latency, faults or the other services.

mod client;
mod console;
mod errors;
mod flags;
mod lists;
mod owner;
mod strategies;

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value, json};

use crate::clock::rfc3339_ms;
use crate::history::{Scene, Who};
use crate::keys;
use crate::wire::{Answer, Call, Service};
use errors::Refused;
use flags::{ClientView, Environment, Flag, Flags, strategy};

pub(crate) use errors::failure;

pub(crate) const PROJECT: &str = "default";
pub(crate) const ENVIRONMENT: &str = "production";
const EVENTS_MAX: usize = 1_000;

#[derive(Debug)]
pub(crate) struct Unleash {
    flags: Flags,
    client: ClientView,
    events: Vec<Value>,
    revision: u64,
    strategies_made: u64,
    propagation_ms: i64,
    change_requests: bool,
    /// The admin token may turn flags on and off; otherwise it may only look.
    may_switch: bool,
    searches_ms: VecDeque<i64>,
}

impl Unleash {
    pub(crate) fn new(seed: u64, epoch_ms: i64) -> Unleash {
        let flag = |name: &str,
                    kind: &str,
                    description: &str,
                    tags: Vec<&'static str>,
                    rollout: &str,
                    age_days: i64| {
            let environment = |enabled, environment: &str| Environment {
                enabled,
                strategies: vec![strategy(
                    seed,
                    &format!("{name} {environment}"),
                    name,
                    rollout,
                )],
            };
            let environments = [
                ("development".to_owned(), environment(true, "development")),
                (ENVIRONMENT.to_owned(), environment(true, ENVIRONMENT)),
            ];
            let flag = Flag {
                name: name.to_owned(),
                kind: kind.to_owned(),
                description: description.to_owned(),
                tags,
                created_ms: epoch_ms - age_days * 24 * 3_600_000,
                last_seen_ms: Some(epoch_ms - 60_000),
                environments: BTreeMap::from(environments),
            };
            (name.to_owned(), flag)
        };
        let flags = BTreeMap::from([
            flag(
                "wallet.instant_transfer",
                "kill-switch",
                "Instant transfers between wallets. New in 8.4.0; off means the standard transfer.",
                vec!["8.4.0", "payments"],
                "100",
                9,
            ),
            flag(
                "home.feed_v3",
                "release",
                "The third home feed, for half of the people.",
                vec!["home"],
                "50",
                21,
            ),
            flag(
                "auth.passkeys",
                "release",
                "Sign in with passkeys.",
                vec!["auth"],
                "100",
                120,
            ),
        ]);
        Unleash {
            client: ClientView::new(ENVIRONMENT, &flags),
            flags,
            events: Vec::new(),
            revision: 1,
            strategies_made: 0,
            propagation_ms: 0,
            change_requests: false,
            may_switch: true,
            searches_ms: VecDeque::new(),
        }
    }

    pub(crate) fn tick(&mut self, now_ms: i64) {
        self.client.tick(now_ms);
    }

    pub(crate) fn answer(&mut self, call: &Call, scene: &mut Scene<'_>) -> Answer {
        match self.route(call, scene) {
            Ok(answer) => answer,
            Err(refused) => refused.answer(),
        }
    }

    fn route(&mut self, call: &Call, scene: &mut Scene<'_>) -> Result<Answer, Refused> {
        check_token(call, scene.seed)?;
        let parts = call.parts(1);
        match (call.method.as_str(), parts.as_slice()) {
            ("GET", ["client", "features"]) => Ok(self.client_features(call, scene.seed)),
            ("GET", ["client", "features", name]) => self
                .client
                .feature(name)
                .map(|feature| Answer::json(200, feature))
                .ok_or_else(|| Refused::no_flag(name)),
            ("GET" | "POST", ["frontend"]) => Ok(self.evaluated(call, scene.seed)),
            ("POST", ["client", "register"]) => Ok(Answer::empty(202)),
            ("POST", ["client", "metrics"]) => Ok(Answer::empty(202)),
            ("GET", ["admin", "user"]) => Ok(self.owner()),
            ("GET", ["admin", "projects", project, "change-requests", "config"]) => {
                known_project(project)?;
                self.change_request_settings(call)
            }
            ("GET", ["admin", "projects"]) => Ok(self.projects(scene)),
            ("GET", ["admin", "projects", project, "features"]) => {
                known_project(project)?;
                let features: Vec<Value> = self.flags.values().map(Flag::summary).collect();
                Ok(Answer::json(
                    200,
                    &json!({"version": 2, "features": features}),
                ))
            }
            ("POST", ["admin", "projects", project, "features"]) => {
                known_project(project)?;
                self.create(call, scene)
            }
            ("GET", ["admin", "projects", project, "features", name]) => {
                known_project(project)?;
                Ok(Answer::json(200, &self.flag(name)?.whole()))
            }
            (
                "GET",
                [
                    "admin",
                    "projects",
                    project,
                    "features",
                    name,
                    "environments",
                    environment,
                ],
            ) => {
                known_project(project)?;
                let found = self.flag(name)?.environment(environment);
                Ok(Answer::json(
                    200,
                    &found.ok_or_else(|| Refused::no_environment(name, environment))?,
                ))
            }
            (
                "POST",
                [
                    "admin",
                    "projects",
                    project,
                    "features",
                    name,
                    "environments",
                    environment,
                    "on" | "off",
                ],
            ) => {
                known_project(project)?;
                self.check_switching()?;
                let on = parts.last() == Some(&"on");
                self.check_change_requests(environment)?;
                self.switch(name, environment, on, Who::Api, scene)?;
                Ok(Answer::empty(200))
            }
            (
                method,
                [
                    "admin",
                    "projects",
                    project,
                    "features",
                    name,
                    "environments",
                    environment,
                    "strategies",
                    rest @ ..,
                ],
            ) => {
                known_project(project)?;
                self.strategies(method, name, environment, rest, call, scene)
            }
            (
                "POST",
                [
                    "admin",
                    "projects",
                    project,
                    "bulk_features",
                    "environments",
                    environment,
                    "on" | "off",
                ],
            ) => {
                known_project(project)?;
                self.bulk(call, environment, parts.last() == Some(&"on"), scene)
            }
            ("GET", ["admin", "search", "features"]) => Ok(self.search(call, scene.now_ms)),
            ("GET", ["admin", "events"]) => Ok(self.event_list(call, None)),
            ("GET", ["admin", "events", name]) => Ok(self.event_list(call, Some(name))),
            _ => Err(Refused::new(
                404,
                "NotFoundError",
                format!(
                    "The path you were looking for ({}) is not available.",
                    call.path
                ),
            )),
        }
    }

    fn flag(&self, name: &str) -> Result<&Flag, Refused> {
        self.flags.get(name).ok_or_else(|| Refused::no_flag(name))
    }

    fn check_change_requests(&self, environment: &str) -> Result<(), Refused> {
        if self.change_requests && environment == ENVIRONMENT {
            Err(Refused::change_request())
        } else {
            Ok(())
        }
    }

    /// Switches a flag. The same again is no change. Switching on without strategies adds one that
    /// reaches everybody, as the real server does without a word.
    fn switch(
        &mut self,
        name: &str,
        environment: &str,
        on: bool,
        who: Who,
        scene: &mut Scene<'_>,
    ) -> Result<(), Refused> {
        let fresh = strategy(
            scene.seed,
            &format!("added {}", self.strategies_made),
            name,
            "100",
        );
        let flag = self
            .flags
            .get_mut(name)
            .ok_or_else(|| Refused::no_flag(name))?;
        let found = flag
            .environments
            .get_mut(environment)
            .ok_or_else(|| Refused::no_environment(name, environment))?;
        if found.enabled == on {
            return Ok(());
        }
        if on && found.strategies.is_empty() {
            self.strategies_made += 1;
            found.strategies.push(fresh);
        }
        found.enabled = on;
        let kind = if on {
            "feature-environment-enabled"
        } else {
            "feature-environment-disabled"
        };
        self.changed(
            kind,
            name,
            environment,
            who,
            json!({"enabled": !on}),
            json!({"enabled": on}),
            scene,
        );
        Ok(())
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one change, told to the audit, the truth and the clients"
    )]
    fn changed(
        &mut self,
        kind: &str,
        name: &str,
        environment: &str,
        who: Who,
        before: Value,
        after: Value,
        scene: &mut Scene<'_>,
    ) {
        let by = match who {
            Who::Api => "cockpit-admin-token",
            Who::Console => "dana.reyes",
            Who::Schedule => "unleash_system_user",
        };
        if self.events.len() == EVENTS_MAX {
            self.events.remove(0);
        }
        self.revision += 1;
        self.events.push(json!({
            "id": self.revision,
            "createdAt": rfc3339_ms(scene.now_ms),
            "type": kind,
            "createdBy": by,
            "project": PROJECT,
            "environment": environment,
            "featureName": name,
            "preData": before,
            "data": after,
            "tags": [],
        }));
        scene.history.record(
            scene.now_ms,
            who,
            Service::Unleash,
            format!("flags/{name}/{environment}"),
            before,
            after,
        );
        self.client.publish(
            scene.now_ms + self.propagation_ms,
            self.revision,
            &self.flags,
        );
        self.client.tick(scene.now_ms);
    }

    fn create(&mut self, call: &Call, scene: &mut Scene<'_>) -> Result<Answer, Refused> {
        let body = call
            .json()
            .ok_or_else(|| Refused::bad("/", "The body is not valid JSON."))?;
        let name = body["name"].as_str().unwrap_or_default();
        let friendly = |letter: char| letter.is_ascii_alphanumeric() || "-_.~".contains(letter);
        if name.is_empty() || !name.chars().all(friendly) {
            return Err(Refused::bad("/name", "\"name\" must be URL friendly"));
        }
        if self.flags.contains_key(name) {
            return Err(Refused::new(
                409,
                "NameExistsError",
                "A flag with that name already exists",
            ));
        }
        let off = || Environment {
            enabled: false,
            strategies: Vec::new(),
        };
        let flag = Flag {
            name: name.to_owned(),
            kind: body["type"].as_str().unwrap_or("release").to_owned(),
            description: body["description"].as_str().unwrap_or_default().to_owned(),
            tags: Vec::new(),
            created_ms: scene.now_ms,
            last_seen_ms: None,
            environments: BTreeMap::from([
                ("development".to_owned(), off()),
                (ENVIRONMENT.to_owned(), off()),
            ]),
        };
        let answer = Answer::json(201, &flag.whole());
        self.flags.insert(name.to_owned(), flag);
        self.changed(
            "feature-created",
            name,
            "",
            Who::Api,
            Value::Null,
            json!({"name": name}),
            scene,
        );
        Ok(answer)
    }

    fn bulk(
        &mut self,
        call: &Call,
        environment: &str,
        on: bool,
        scene: &mut Scene<'_>,
    ) -> Result<Answer, Refused> {
        self.check_switching()?;
        self.check_change_requests(environment)?;
        let body = call
            .json()
            .ok_or_else(|| Refused::bad("/", "The body is not valid JSON."))?;
        let Some(names) = body["features"].as_array() else {
            return Err(Refused::bad("/features", "\"features\" is required"));
        };
        for name in names.iter().filter_map(Value::as_str) {
            self.flag(name)?;
        }
        for name in names.iter().filter_map(Value::as_str) {
            self.switch(name, environment, on, Who::Api, scene)?;
        }
        Ok(Answer::empty(200))
    }
}

fn check_token(call: &Call, seed: u64) -> Result<(), Refused> {
    let Some(header) = call.header("authorization") else {
        return Err(Refused::no_header());
    };
    let token = header.strip_prefix("Bearer ").unwrap_or(header);
    let admin = token == keys::unleash_admin(seed);
    let client = token == keys::unleash_client(seed);
    if !admin && !client {
        return Err(Refused::wrong_token());
    }
    if call.path.starts_with("/api/admin") == admin {
        Ok(())
    } else {
        Err(Refused::wrong_kind())
    }
}

fn known_project(project: &str) -> Result<(), Refused> {
    if project == PROJECT {
        Ok(())
    } else {
        Err(Refused::new(
            404,
            "NotFoundError",
            format!("No project with id {project}"),
        ))
    }
}
