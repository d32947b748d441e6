//! EAS Update's documents and their answers. Must not know our words.
//! Source: the GraphQL schema that Expo's command line tool is published with.

use serde::Deserialize;
use serde_json::Value;

/// An operation: its name, and its document.
pub(super) struct Operation {
    pub name: &'static str,
    pub document: &'static str,
    pub changes: bool,
}

pub(super) static WHO: Operation = Operation {
    name: "CockpitWho",
    document: "query CockpitWho { meActor { id displayName } }",
    changes: false,
};

pub(super) static CHANNELS: Operation = Operation {
    name: "CockpitChannels",
    document: "query CockpitChannels($app: String!) { app { byId(appId: $app) { fullName updateChannels(offset: 0, limit: 50) { name isProtected } } } }",
    changes: false,
};

/// A channel with the newest groups of each of its branches, without what is in them.
pub(super) static CHANNEL: Operation = Operation {
    name: "CockpitChannel",
    document: "query CockpitChannel($app: String!, $name: String!) { app { byId(appId: $app) { updateChannelByName(name: $name) { id name isPaused branchMapping updateBranches(offset: 0, limit: 5) { id updateGroups(offset: 0, limit: 15) { group message platform isRollBackToEmbedded rolloutPercentage runtime { version } codeSigningInfo { keyid } } } } } } }",
    changes: false,
};

/// All of a group, as publishing it again needs it.
pub(super) static GROUP: Operation = Operation {
    name: "CockpitGroup",
    document: "query CockpitGroup($group: ID!) { updatesByGroup(group: $group) { group message branchId platform isRollBackToEmbedded manifestFragment gitCommitHash isGitWorkingTreeDirty environment manifestHostOverride assetHostOverride runtime { version } codeSigningInfo { keyid } fingerprint { hash source { type bucketKey isDebugFingerprint } } } }",
    changes: false,
};

pub(super) static PAUSE: Operation = Operation {
    name: "CockpitPause",
    document: "mutation CockpitPause($channel: ID!) { updateChannel { pauseUpdateChannel(channelId: $channel) { id isPaused } } }",
    changes: true,
};

pub(super) static RESUME: Operation = Operation {
    name: "CockpitResume",
    document: "mutation CockpitResume($channel: ID!) { updateChannel { resumeUpdateChannel(channelId: $channel) { id isPaused } } }",
    changes: true,
};

pub(super) static PUBLISH: Operation = Operation {
    name: "CockpitRollBack",
    document: "mutation CockpitRollBack($groups: [PublishUpdateGroupInput!]!) { updateBranch { publishUpdateGroups(publishUpdateGroupsInput: $groups) { group platform } } }",
    changes: true,
};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Listed {
    pub name: String,
    #[serde(default)]
    pub is_protected: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Channel {
    pub id: String,
    pub is_paused: bool,
    /// A text that holds JSON.
    pub branch_mapping: String,
    pub update_branches: Vec<Branch>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Branch {
    pub id: String,
    /// Newest first; a group's updates are one for each platform.
    pub update_groups: Vec<Vec<Update>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Update {
    pub group: String,
    #[serde(default)]
    pub message: Option<String>,
    pub platform: String,
    pub is_roll_back_to_embedded: bool,
    #[serde(default)]
    pub rollout_percentage: Option<u32>,
    pub runtime: Runtime,
    #[serde(default)]
    pub code_signing_info: Option<Value>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Runtime {
    pub version: String,
}

/// An update with all that publishing takes over.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Whole {
    #[serde(flatten)]
    pub update: Update,
    pub branch_id: String,
    /// A text that holds JSON.
    pub manifest_fragment: String,
    #[serde(default)]
    pub git_commit_hash: Value,
    #[serde(default)]
    pub is_git_working_tree_dirty: Value,
    #[serde(default)]
    pub environment: Value,
    #[serde(default)]
    pub manifest_host_override: Value,
    #[serde(default)]
    pub asset_host_override: Value,
    #[serde(default)]
    pub fingerprint: Option<Fingerprint>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Fingerprint {
    pub hash: String,
    #[serde(default)]
    pub source: Value,
}

/// Which branches a channel leads to.
#[derive(Debug, Deserialize)]
pub(super) struct Mapping {
    pub data: Vec<Mapped>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Mapped {
    pub branch_id: String,
    pub branch_mapping_logic: Value,
}
