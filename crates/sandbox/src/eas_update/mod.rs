//! Expo's EAS Update: channels that apps ask at, branches of updates behind them, over GraphQL. Must
//! not know latency, faults or the other services.

mod graphql;
mod updates;

use serde_json::{Map, Value, json};

use crate::channels::{StandIn, unknown_knob, wants_bool};
use crate::clock;
use crate::dice;
use crate::history::{Scene, Who};
use crate::wire::{Answer, Call};
use graphql::{Error, Schema};
use updates::{Group, Updates, published};

/// The project's ID.
const PROJECT: &str = "0c5e8f3a-51d2-4b7e-9c1f-9a27b6d4e840";

pub(crate) fn owns(path: &str) -> bool {
    path == "/graphql"
}

/// The part of the published schema that is here, with its types.
#[rustfmt::skip]
static SCHEMA: Schema = &[
    ("RootQuery", &[
        ("app", &[], "AppQuery!"),
        ("meActor", &[], "Actor"),
        ("updatesByGroup", &[("group", "ID!"), ("platform", "String")], "[Update!]!"),
    ]),
    ("RootMutation", &[
        ("updateChannel", &[], "UpdateChannelMutation!"),
        ("updateBranch", &[], "UpdateBranchMutation!"),
    ]),
    ("Actor", &[("id", &[], "ID!"), ("displayName", &[], "String!")]),
    ("AppQuery", &[("byId", &[("appId", "String!")], "App!")]),
    ("App", &[
        ("id", &[], "ID!"), ("name", &[], "String!"), ("slug", &[], "String!"), ("fullName", &[], "String!"),
        ("updateChannels", &[("offset", "Int!"), ("limit", "Int!")], "[UpdateChannel!]!"),
        ("updateChannelByName", &[("name", "String!")], "UpdateChannel"),
    ]),
    ("UpdateChannel", &[
        ("id", &[], "ID!"), ("name", &[], "String!"), ("isPaused", &[], "Boolean!"),
        ("isProtected", &[], "Boolean!"), ("branchMapping", &[], "String!"),
        ("updateBranches", &[("offset", "Int!"), ("limit", "Int!")], "[UpdateBranch!]!"),
    ]),
    ("UpdateBranch", &[
        ("id", &[], "ID!"), ("name", &[], "String!"),
        ("updateGroups", &[("offset", "Int!"), ("limit", "Int!"), ("filter", "UpdatesFilter")], "[[Update!]!]!"),
    ]),
    ("Update", &[
        ("id", &[], "ID!"), ("group", &[], "String!"), ("message", &[], "String"), ("createdAt", &[], "DateTime!"),
        ("branchId", &[], "ID!"), ("platform", &[], "String!"), ("runtime", &[], "Runtime!"),
        ("manifestFragment", &[], "String!"), ("isRollBackToEmbedded", &[], "Boolean!"),
        ("awaitingCodeSigningInfo", &[], "Boolean!"), ("codeSigningInfo", &[], "CodeSigningInfo"),
        ("rolloutPercentage", &[], "Int"), ("rolloutControlUpdate", &[], "Update"),
        ("gitCommitHash", &[], "String"), ("isGitWorkingTreeDirty", &[], "Boolean!"),
        ("environment", &[], "EnvironmentVariableEnvironment"), ("fingerprint", &[], "Fingerprint"),
        ("manifestHostOverride", &[], "String"), ("assetHostOverride", &[], "String"),
    ]),
    ("Runtime", &[("id", &[], "ID!"), ("version", &[], "String!")]),
    ("CodeSigningInfo", &[("keyid", &[], "String!"), ("alg", &[], "String!"), ("sig", &[], "String!")]),
    ("Fingerprint", &[("id", &[], "ID!"), ("hash", &[], "String!"), ("source", &[], "FingerprintSource")]),
    ("FingerprintSource", &[
        ("type", &[], "FingerprintSourceType!"), ("bucketKey", &[], "String!"), ("isDebugFingerprint", &[], "Boolean"),
    ]),
    ("UpdateChannelMutation", &[
        ("pauseUpdateChannel", &[("channelId", "ID!")], "UpdateChannel!"),
        ("resumeUpdateChannel", &[("channelId", "ID!")], "UpdateChannel!"),
    ]),
    ("UpdateBranchMutation", &[
        ("publishUpdateGroups", &[("publishUpdateGroupsInput", "[PublishUpdateGroupInput!]!")], "[Update!]!"),
    ]),
];

/// What the token's robot may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Role {
    ViewOnly,
    #[default]
    Developer,
    Admin,
}

/// The stand-in; its world is made at the first look, as it needs the seed and the time.
#[derive(Debug, Default)]
pub(crate) struct EasUpdate {
    there: Option<Updates>,
    role: Role,
    /// So many of the next changes take effect and are answered with an error.
    fails_after_write: u64,
    /// So many of the next answers are errors that pass, with nothing done.
    transient: u64,
}

fn token(seed: u64) -> String {
    dice::hex(seed, "eas token", 40)
}

/// The refusal to whoever lacks a right.
fn not_authorized(entity: &str, id: &str, action: &str) -> Error {
    Error::new(
        "UNAUTHORIZED_ERROR",
        format!(
            "Entity not authorized: {entity}[{id}] (viewer = RobotViewerContext[0c1d], action = {action}, ruleIndex = -1)"
        ),
    )
}

fn passing() -> Error {
    Error {
        message: "Unexpected server error.".to_owned(),
        code: Some("INTERNAL_SERVER_ERROR"),
        transient: true,
    }
}

impl EasUpdate {
    fn there(&mut self, scene: &Scene<'_>) -> &mut Updates {
        self.there
            .get_or_insert_with(|| Updates::seeded(scene.seed, scene.now_ms))
    }

    fn run(&mut self, call: &Call, scene: &mut Scene<'_>) -> Result<Value, (u16, Error)> {
        let body = call.json().unwrap_or_default();
        let document = body["query"].as_str().unwrap_or_default();
        let operation = graphql::read(document, SCHEMA).map_err(|error| (400, error))?;
        if self.transient > 0 {
            self.transient -= 1;
            return Err((200, passing()));
        }
        self.there(scene);
        let mutation = operation.mutation;
        let answer = operation
            .run(
                SCHEMA,
                &body["variables"],
                &mut |kind, parent, field, arguments| {
                    self.resolve(kind, parent, field, arguments, scene)
                },
            )
            .map_err(|error| (200, error))?;
        if mutation && self.fails_after_write > 0 {
            self.fails_after_write -= 1;
            return Err((200, passing()));
        }
        Ok(answer)
    }

    fn resolve(
        &mut self,
        kind: &str,
        parent: &Value,
        field: &str,
        arguments: &Map<String, Value>,
        scene: &mut Scene<'_>,
    ) -> Result<Value, Error> {
        let text = |name: &str| arguments.get(name).and_then(Value::as_str);
        let number = |name: &str| {
            let given = arguments.get(name).and_then(Value::as_u64);
            given.and_then(|it| usize::try_from(it).ok()).unwrap_or(0)
        };
        let page = |items: Vec<Value>| -> Value {
            let items = items.into_iter().skip(number("offset"));
            Value::Array(items.take(number("limit")).collect())
        };
        match (kind, field) {
            ("RootQuery", "app") | ("RootMutation", _) => Ok(json!({})),
            ("RootQuery", "meActor") => Ok(json!({"id": "0c1d", "displayName": "cockpit (robot)"})),
            ("RootQuery", "updatesByGroup") => {
                let wanted = text("group").unwrap_or_default();
                let there = self.there(scene);
                let found = there.groups.iter().find(|group| group.id == wanted);
                Ok(found.map_or(json!([]), Group::shown))
            }
            ("AppQuery", _) => {
                let asked = text("appId").unwrap_or_default();
                if asked != PROJECT {
                    return Err(not_authorized("AppEntity", asked, "READ"));
                }
                Ok(json!({
                    "id": asked, "name": "Northwind Wallet", "slug": "wallet",
                    "fullName": "@northwind/wallet",
                }))
            }
            ("App", "updateChannels") => {
                let there = self.there(scene);
                Ok(page(
                    there.channels.iter().map(updates::Channel::shown).collect(),
                ))
            }
            ("App", "updateChannelByName") => {
                let wanted = text("name").unwrap_or_default();
                let there = self.there(scene);
                let found = there.channels.iter().find(|channel| channel.name == wanted);
                Ok(found.map_or(Value::Null, updates::Channel::shown))
            }
            ("UpdateChannel", "updateBranches") => {
                let there = self.there(scene);
                Ok(page(
                    there.branches_of(parent["name"].as_str().unwrap_or_default()),
                ))
            }
            ("UpdateBranch", "updateGroups") => {
                let runtimes = &arguments.get("filter").unwrap_or(&Value::Null)["runtimeVersions"];
                let runtimes = runtimes.as_array().cloned();
                let branch = parent["id"].as_str().unwrap_or_default();
                let there = self.there(scene);
                let own = |group: &&Group| {
                    group.branch == branch
                        && runtimes
                            .as_ref()
                            .is_none_or(|wanted| wanted.contains(&json!(group.runtime)))
                };
                Ok(page(
                    there
                        .groups
                        .iter()
                        .rev()
                        .filter(own)
                        .map(Group::shown)
                        .collect(),
                ))
            }
            ("UpdateChannelMutation", verb) => {
                let paused = verb == "pauseUpdateChannel";
                self.pause(
                    text("channelId").unwrap_or_default(),
                    paused,
                    Who::Api,
                    scene,
                )
            }
            ("UpdateBranchMutation", _) => {
                let input = arguments.get("publishUpdateGroupsInput");
                let input = input.and_then(Value::as_array).cloned().unwrap_or_default();
                let mut made = Vec::new();
                for group in &input {
                    self.may_release(group["branchId"].as_str().unwrap_or_default(), scene)?;
                    let group = published(self.there(scene), group, scene.seed, scene.now_ms)?;
                    made.extend(group.shown().as_array().cloned().unwrap_or_default());
                    self.publish(group, Who::Api, scene);
                }
                Ok(Value::Array(made))
            }
            _ => Ok(parent[field].clone()),
        }
    }

    /// A robot that may only view changes nothing; only admins release to a protected channel.
    fn may_release(&mut self, branch: &str, scene: &Scene<'_>) -> Result<(), Error> {
        let role = self.role;
        let there = self.there(scene);
        let own = |channel: &updates::Channel| {
            channel.protected && channel.branches.contains(&branch.to_owned())
        };
        let protected = there.channels.iter().any(own);
        match role {
            Role::Admin => Ok(()),
            Role::Developer if !protected => Ok(()),
            Role::Developer | Role::ViewOnly => {
                Err(not_authorized("UpdateBranchEntity", branch, "UPDATE"))
            }
        }
    }

    fn pause(
        &mut self,
        id: &str,
        paused: bool,
        who: Who,
        scene: &mut Scene<'_>,
    ) -> Result<Value, Error> {
        let role = self.role;
        let there = self.there(scene);
        let channel = there.channels.iter_mut().find(|channel| channel.id == id);
        let Some(channel) = channel else {
            return Err(Error::new(
                "ENTITY_NOT_FOUND",
                format!("Entity not found: UpdateChannelEntity ({id})"),
            ));
        };
        let admin = role == Role::Admin || (role == Role::Developer && !channel.protected);
        if who == Who::Api && !admin {
            return Err(not_authorized("UpdateChannelEntity", id, "UPDATE"));
        }
        let before = channel.paused;
        channel.paused = paused;
        let (name, shown) = (channel.name, channel.shown());
        scene.history.record(
            scene.now_ms,
            who,
            scene.service,
            format!("channels/{name}"),
            json!({"paused": before}),
            json!({"paused": paused}),
        );
        Ok(shown)
    }

    fn publish(&mut self, group: Group, who: Who, scene: &mut Scene<'_>) {
        let there = self.there(scene);
        let newest = |there: &Updates| {
            there
                .newest(&group.branch)
                .map_or(Value::Null, Group::truth)
        };
        let before = newest(there);
        let branch = group.branch.clone();
        there.groups.push(group);
        let after = there.newest(&branch).map_or(Value::Null, Group::truth);
        let target = format!("branches/{branch}");
        scene
            .history
            .record(scene.now_ms, who, scene.service, target, before, after);
    }
}

impl StandIn for EasUpdate {
    fn answer(&mut self, call: &Call, scene: &mut Scene<'_>) -> Answer {
        let given = call.header("authorization").unwrap_or_default();
        if given.strip_prefix("Bearer ") != Some(token(scene.seed).as_str()) {
            return self.failure(401);
        }
        if call.method.as_str() != "POST" {
            return self.failure(405);
        }
        // A refusal comes with 200 as well; only a document that does not fit the schema does not.
        match self.run(call, scene) {
            Ok(data) => Answer::json(200, &json!({ "data": data })),
            Err((status, error)) => Answer::json(
                status,
                &json!({"errors": [error.shown()], "data": Value::Null}),
            ),
        }
    }

    fn failure(&self, status: u16) -> Answer {
        let (code, message, transient) = match status {
            401 => ("UNAUTHORIZED", "The bearer token is invalid.", false),
            403 => ("UNAUTHORIZED_ERROR", "Not authorized.", false),
            429 => ("TOO_MANY_REQUESTS", "Too many requests.", true),
            500.. => ("INTERNAL_SERVER_ERROR", "Unexpected server error.", true),
            _ => ("BAD_REQUEST", "Bad request.", false),
        };
        Answer::json(
            status,
            &json!({"errors": [{"code": code, "message": message, "isTransient": transient}]}),
        )
    }

    fn truth(&self) -> Value {
        let Some(there) = &self.there else {
            return json!({"channels": {}});
        };
        json!({"channels": there.truth()})
    }

    fn connection(&self, url: &str, seed: u64) -> Value {
        json!({
            "base_url": url,
            "project": PROJECT,
            "channels": "production",
            "token": token(seed),
        })
    }

    fn knob(&mut self, name: &str, value: &Value) -> Result<(), String> {
        let count = || {
            let wrong = || format!("\"{name}\" needs a number from 0");
            value.as_u64().ok_or_else(wrong)
        };
        match name {
            "role" => {
                self.role = match value.as_str() {
                    Some("view_only") => Role::ViewOnly,
                    Some("developer") => Role::Developer,
                    Some("admin") => Role::Admin,
                    _ => return Err("\"role\" is view_only, developer or admin".to_owned()),
                };
            }
            "fails_after_write" => self.fails_after_write = count()?,
            "transient" => self.transient = count()?,
            "protected" | "code_signing" => {
                let on = wants_bool(name, value)?;
                let there = self.there.as_mut();
                there.ok_or("nobody has looked yet")?.set(name, on);
            }
            _ => return Err(unknown_knob(name)),
        }
        Ok(())
    }

    fn console(&mut self, body: &Value, scene: &mut Scene<'_>) -> Result<(), String> {
        let name = body["channel"].as_str().unwrap_or("production");
        let there = self.there(scene);
        let channel = there.channels.iter().find(|channel| channel.name == name);
        let channel = channel.ok_or("there is no such channel")?.clone();
        let branch = channel.branches.first().cloned().unwrap_or_default();
        match body["action"].as_str().unwrap_or_default() {
            "pause" | "resume" => {
                let paused = body["action"] == "pause";
                self.pause(&channel.id, paused, Who::Console, scene)
                    .map(|_| ())
                    .map_err(|error| error.message)
            }
            "publish" => {
                let message = body["message"].as_str().unwrap_or("Another update");
                let mut group = there.made(&branch, message, scene.seed, scene.now_ms);
                group.percentage = body["percentage"].as_u64();
                self.publish(group, Who::Console, scene);
                Ok(())
            }
            "split" => {
                there.split(name);
                Ok(())
            }
            other => Err(format!("unknown action \"{other}\"")),
        }
    }
}

/// A moment as the service writes it.
fn moment(at_ms: i64) -> String {
    clock::rfc3339_ms(at_ms)
}
