//! Channels, branches and the groups of updates on them, and what publishing takes. Must not know
//! GraphQL's language nor who asks.

use serde_json::{Map, Value, json};

use super::graphql::Error;
use super::moment;
use crate::dice;

const PLATFORMS: [&str; 2] = ["android", "ios"];

#[derive(Clone, Debug)]
pub(super) struct Channel {
    pub id: String,
    pub name: &'static str,
    pub paused: bool,
    pub protected: bool,
    /// More than one while people are spread over them.
    pub branches: Vec<String>,
}

impl Channel {
    pub(super) fn shown(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "isPaused": self.paused,
            "isProtected": self.protected,
            "branchMapping": self.mapping(),
        })
    }

    /// A text that holds JSON.
    fn mapping(&self) -> String {
        let last = self.branches.len().saturating_sub(1);
        let data: Vec<Value> = self
            .branches
            .iter()
            .enumerate()
            .map(|(place, branch)| {
                let logic = if place == last {
                    json!("true")
                } else {
                    json!({"operand": 0.1, "clientKey": "rolloutToken", "branchMappingOperator": "hash_lt"})
                };
                json!({"branchId": branch, "branchMappingLogic": logic})
            })
            .collect();
        json!({"version": 0, "data": data}).to_string()
    }
}

/// Updates that were published together, one for each platform.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub id: String,
    pub branch: String,
    pub runtime: String,
    pub message: String,
    pub created_ms: i64,
    /// By platform; none tells apps to run what is in their build.
    pub manifests: Map<String, Value>,
    pub embedded: bool,
    /// Share of people that get it, while it is rolled out.
    pub percentage: Option<u64>,
    pub signed: bool,
    pub commit: Option<String>,
}

impl Group {
    pub(super) fn shown(&self) -> Value {
        let signing = json!({"keyid": "main", "alg": "rsa-v1_5-sha256", "sig": "c2FuZGJveA=="});
        let update = |(platform, manifest): (&String, &Value)| {
            json!({
                "id": dice::uuid(0, &format!("{} {platform}", self.id)),
                "group": self.id,
                "message": self.message,
                "createdAt": moment(self.created_ms),
                "branchId": self.branch,
                "platform": platform,
                "runtime": {"id": dice::uuid(0, &self.runtime), "version": self.runtime},
                "manifestFragment": manifest.to_string(),
                "isRollBackToEmbedded": self.embedded,
                "awaitingCodeSigningInfo": false,
                "codeSigningInfo": if self.signed { signing.clone() } else { Value::Null },
                "rolloutPercentage": self.percentage,
                "rolloutControlUpdate": Value::Null,
                "gitCommitHash": self.commit,
                "isGitWorkingTreeDirty": false,
                "environment": "production",
                "fingerprint": Value::Null,
                "manifestHostOverride": Value::Null,
                "assetHostOverride": Value::Null,
            })
        };
        Value::Array(self.manifests.iter().map(update).collect())
    }

    pub(super) fn truth(&self) -> Value {
        json!({
            "group": self.id,
            "message": self.message,
            "runtime": self.runtime,
            "embedded": self.embedded,
            "bundle": self.manifests.get("android").map(|it| it["launchAsset"]["bundleKey"].clone()),
            "percentage": self.percentage,
        })
    }
}

#[derive(Debug)]
pub(super) struct Updates {
    pub channels: Vec<Channel>,
    /// Oldest first.
    pub groups: Vec<Group>,
    names: Vec<(String, &'static str)>,
}

impl Updates {
    pub(super) fn seeded(seed: u64, now_ms: i64) -> Updates {
        let branch = |name: &str| dice::uuid(seed, &format!("eas branch {name}"));
        let channel = |name: &'static str| Channel {
            id: dice::uuid(seed, &format!("eas channel {name}")),
            name,
            paused: false,
            protected: false,
            branches: vec![branch(name)],
        };
        let mut there = Updates {
            channels: vec![channel("production"), channel("preview")],
            groups: Vec::new(),
            names: vec![
                (branch("production"), "production"),
                (branch("preview"), "preview"),
            ],
        };
        const DAY_MS: i64 = 86_400_000;
        for (message, runtime, days) in [
            ("Rates of the week", "8.3.2", 20),
            ("Fix the rates screen", "8.4.0", 3),
            ("New transfer form", "8.4.0", 0),
        ] {
            let mut group = there.made(
                &branch("production"),
                message,
                seed,
                now_ms - days * DAY_MS - 900_000,
            );
            group.runtime = runtime.to_owned();
            there.groups.push(group);
        }
        there
    }

    /// A group as the tool that builds apps publishes it.
    pub(super) fn made(&self, branch: &str, message: &str, seed: u64, now_ms: i64) -> Group {
        let id = dice::uuid(seed, &format!("eas group {}", self.groups.len()));
        let bundle = |platform: &str| {
            let key = dice::hex(seed, &format!("{id} {platform}"), 32);
            json!({
                "launchAsset": {
                    "bundleKey": key, "contentType": "application/javascript",
                    "fileSHA256": dice::hex(seed, &format!("{id} {platform} hash"), 43),
                    "storageKey": format!("{key}.js"), "fileExtension": ".bundle",
                },
                "assets": [],
                "extra": {"expoClient": {"name": "Northwind Wallet"}},
            })
        };
        Group {
            branch: branch.to_owned(),
            runtime: "8.4.0".to_owned(),
            message: message.to_owned(),
            created_ms: now_ms,
            manifests: PLATFORMS
                .iter()
                .map(|platform| ((*platform).to_owned(), bundle(platform)))
                .collect(),
            embedded: false,
            percentage: None,
            signed: false,
            commit: Some(dice::hex(seed, &format!("{id} commit"), 40)),
            id,
        }
    }

    pub(super) fn newest(&self, branch: &str) -> Option<&Group> {
        self.groups
            .iter()
            .rev()
            .find(|group| group.branch == branch)
    }

    pub(super) fn branches_of(&self, channel: &str) -> Vec<Value> {
        let found = self.channels.iter().find(|it| it.name == channel);
        let branches = found.map(|it| it.branches.as_slice()).unwrap_or_default();
        let named = |id: &String| {
            let name = self.names.iter().find(|(known, _)| known == id);
            json!({"id": id, "name": name.map(|(_, name)| name)})
        };
        branches.iter().map(named).collect()
    }

    /// People are spread over two branches.
    pub(super) fn split(&mut self, channel: &str) {
        let other = self.names.last().map(|(id, _)| id.clone());
        for it in self.channels.iter_mut().filter(|it| it.name == channel) {
            it.branches.splice(0..0, other.clone());
        }
    }

    pub(super) fn set(&mut self, knob: &str, on: bool) {
        match knob {
            "protected" => self.channels.iter_mut().for_each(|it| it.protected = on),
            _ => self.groups.iter_mut().for_each(|it| it.signed = on),
        }
    }

    pub(super) fn truth(&self) -> Value {
        let of = |channel: &Channel| {
            let branch = channel.branches.last().cloned().unwrap_or_default();
            let newest = self.newest(&branch).map_or(Value::Null, Group::truth);
            let value = json!({
                "paused": channel.paused,
                "newest": newest,
                "groups": self.groups.iter().filter(|it| it.branch == branch).count(),
                // What an app gets that asks now; the one that it has stays where it gets none.
                "apps_get": if channel.paused { Value::Null } else { newest["group"].clone() },
            });
            (channel.name.to_owned(), value)
        };
        Value::Object(self.channels.iter().map(of).collect())
    }
}

fn wrong(message: impl Into<String>) -> Error {
    Error::new("BAD_USER_INPUT", message)
}

/// What publishing makes of its input. The same input twice makes two groups.
pub(super) fn published(
    there: &Updates,
    input: &Value,
    seed: u64,
    now_ms: i64,
) -> Result<Group, Error> {
    const KNOWN: &[&str] = &[
        "assetHostOverride",
        "awaitingCodeSigningInfo",
        "branchId",
        "environment",
        "fingerprintInfoGroup",
        "gitCommitHash",
        "isGitWorkingTreeDirty",
        "manifestHostOverride",
        "message",
        "rollBackToEmbeddedInfoGroup",
        "rolloutInfoGroup",
        "runtimeVersion",
        "updateInfoGroup",
    ];
    let fields = input.as_object().ok_or_else(|| wrong("Not an object."))?;
    if let Some(name) = fields.keys().find(|name| !KNOWN.contains(&name.as_str())) {
        return Err(wrong(format!(
            "Field \"{name}\" is not defined by type \"PublishUpdateGroupInput\"."
        )));
    }
    let text = |name: &str| input[name].as_str().filter(|it| !it.is_empty());
    let branch = text("branchId").ok_or_else(|| wrong("Field \"branchId\" is required."))?;
    let runtime = text("runtimeVersion");
    let runtime = runtime.ok_or_else(|| wrong("Field \"runtimeVersion\" is required."))?;
    if !there.names.iter().any(|(id, _)| id == branch) {
        return Err(Error::new(
            "ENTITY_NOT_FOUND",
            format!("Entity not found: UpdateBranchEntity ({branch})"),
        ));
    }
    let rolling = |group: &&Group| group.branch == branch && group.runtime == runtime;
    let newest = there.groups.iter().rev().find(rolling);
    if newest.is_some_and(|group| group.percentage.is_some_and(|share| share < 100)) {
        return Err(wrong(
            "An update rollout is in progress on this branch. End it before publishing.",
        ));
    }
    let group = |name: &str| input[name].as_object().filter(|it| !it.is_empty()).cloned();
    let (embedded, manifests) = match (
        group("updateInfoGroup"),
        group("rollBackToEmbeddedInfoGroup"),
    ) {
        (Some(manifests), None) => (false, manifests),
        (None, Some(platforms)) => (true, platforms),
        (Some(_), Some(_)) | (None, None) => {
            return Err(wrong(
                "Exactly one of updateInfoGroup and rollBackToEmbeddedInfoGroup must be given.",
            ));
        }
    };
    for (platform, manifest) in &manifests {
        let whole = manifest["launchAsset"].is_object() && manifest["assets"].is_array();
        if !embedded && !whole {
            return Err(wrong(format!(
                "Field \"launchAsset\" of \"{platform}\" is required."
            )));
        }
    }
    let id = dice::uuid(seed, &format!("eas group {}", there.groups.len()));
    Ok(Group {
        id,
        branch: branch.to_owned(),
        runtime: runtime.to_owned(),
        message: text("message").unwrap_or_default().to_owned(),
        created_ms: now_ms,
        manifests: match embedded {
            true => manifests
                .into_iter()
                .map(|(platform, _)| (platform, json!({})))
                .collect(),
            false => manifests,
        },
        embedded,
        percentage: None,
        signed: false,
        commit: text("gitCommitHash").map(str::to_owned),
    })
}
