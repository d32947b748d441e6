//! Our words to EAS Update's and back. Must not know HTTP.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use cockpit_domain::provider::{
    Capability, CredentialCheck, Effect, ErrorKind, ProviderError, Reading, Receipt, Verb,
};
use cockpit_domain::rehearsal::Rehearsal;
use cockpit_domain::store::{EMBEDDED, not_offered};
use cockpit_domain::target::StoreRollout;
use cockpit_domain::{Desired, Observation, Service, Target, TargetId, TargetState, Time};
use cockpit_say::say;
use serde_json::{Map, Value, json};

use super::api::Api;
use super::config::Config;
use super::reading::{Contents, content, place, state, unknown};
use super::wire::{Channel, Whole};
use crate::Adapter;
use crate::form::note;
use crate::http::Http;
use crate::look::held_already;

static CAPABILITY: Capability = Capability {
    service: Service::EasUpdate,
    verbs: &[Verb::Stop, Verb::Resume, Verb::RollBack],
    signals: false,
    conditional_write: false,
};

/// So many groups' contents are kept.
const CONTENTS_MAX: usize = 200;

/// One project on EAS Update.
pub struct EasUpdate {
    api: Api,
    /// The channels that count; empty for all.
    channels: Vec<String>,
    contents: Mutex<Contents>,
}

struct Read {
    state: StoreRollout,
    channel: Channel,
    at: Time,
}

impl EasUpdate {
    pub(super) fn new(config: Config, http: &Http) -> Self {
        Self {
            channels: config.channels.clone(),
            api: Api::new(config, http),
            contents: Mutex::default(),
        }
    }

    fn channel<'a>(&self, target: &'a TargetId) -> Result<&'a str, ProviderError> {
        match target.name().split_once('/') {
            Some((project, channel)) if project == self.api.project() && !channel.is_empty() => {
                Ok(channel)
            }
            Some(_) | None => Err(ProviderError::new(
                ErrorKind::NotFound,
                say!(
                    "{target} is not a channel of the project {}.",
                    self.api.project()
                ),
            )),
        }
    }

    fn contents(&self) -> std::sync::MutexGuard<'_, Contents> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn read(&self, name: &str, urgent: bool) -> Result<Read, ProviderError> {
        let (channel, at) = self.api.channel(name, urgent).await?;
        let Some(channel) = channel else {
            return Err(ProviderError::new(
                ErrorKind::NotFound,
                say!("The project has no channel \"{name}\"."),
            )
            .hint(say!("Check the channel's name on expo.dev.")));
        };
        let missing = unknown(&channel, &self.contents());
        for group in missing {
            // Without it a rollback is not offered; a pause does not wait for it.
            if let Ok(whole) = self.api.group(&group, urgent).await {
                let mut contents = self.contents();
                if contents.len() >= CONTENTS_MAX {
                    contents.clear();
                }
                contents.insert(group, content(&whole));
            }
        }
        let state = state(&channel, &self.contents());
        Ok(Read { state, channel, at })
    }

    /// Publishes an earlier group once more, or the word to run what is in the build.
    async fn roll_back(&self, to: &str, read: &Read, key: &str) -> Result<Receipt, ProviderError> {
        let place =
            place(&read.channel).ok_or_else(|| rejected(say!("the channel leads to no branch")))?;
        let branch = &place.branch.id;
        // As many characters as tell two acts apart in a list.
        let mark: String = key.chars().take(12).collect();
        let group = if to == EMBEDDED {
            let platforms = place
                .branch
                .update_groups
                .iter()
                .find(|group| group.iter().any(|it| read.state.builds.contains(&it.group)));
            let platforms: Map<String, Value> = platforms
                .into_iter()
                .flatten()
                .map(|update| (update.platform.clone(), json!(true)))
                .collect();
            json!({
                "branchId": branch,
                "runtimeVersion": read.state.version,
                "message": format!("Roll back to embedded · {mark}"),
                "rollBackToEmbeddedInfoGroup": platforms,
                "awaitingCodeSigningInfo": false,
            })
        } else {
            again(
                &self.api.group(to, true).await?,
                branch,
                &read.state.version,
                &mark,
            )?
        };
        let made = self.api.publish(group).await?;
        Ok(Receipt {
            provider_request_id: Some(made),
            notes: vec![
                say!("Apps ask at their next start and run what they loaded from the start after that; that was not observed.").to_owned(),
            ],
        })
    }
}

#[async_trait]
impl Adapter for EasUpdate {
    fn capability(&self) -> &Capability {
        &CAPABILITY
    }

    async fn check(&self) -> Result<CredentialCheck, ProviderError> {
        let mut check = CredentialCheck { items: Vec::new() };
        let who = self.api.who().await;
        let name = who.clone().unwrap_or_default();
        let signed_in = say!("Signed in as {name}.");
        if !note(
            &mut check,
            say!("Access token"),
            who.map(|_| ()),
            &signed_in,
        )? {
            return Ok(check);
        }
        let channels = self.api.channels().await;
        let all = match &channels {
            Ok(channels) => channels.as_slice(),
            Err(_) => &[],
        };
        let protected: Vec<&str> = all
            .iter()
            .filter(|channel| channel.is_protected && self.counts(&channel.name))
            .map(|channel| channel.name.as_str())
            .collect();
        let missing = self
            .channels
            .iter()
            .find(|name| !all.iter().any(|channel| channel.name == **name))
            .cloned();
        let found = match protected.as_slice() {
            [] => say!(
                "Channels found: {}. Whether the role may pause them shows only at a real change: use Developer.",
                all.len()
            ),
            names => say!(
                "{} is protected: only an Admin may release to it. Whether the role may shows only at a real change.",
                names.join(", ")
            ),
        };
        let outcome = match (channels.map(|_| ()), missing) {
            (Ok(()), Some(name)) => Err(ProviderError::new(
                ErrorKind::NotFound,
                say!("The project has no channel \"{name}\"."),
            )),
            (outcome, _) => outcome,
        };
        note(&mut check, say!("Project and channels"), outcome, &found)?;
        Ok(check)
    }

    async fn targets(&self) -> Result<Vec<Target>, ProviderError> {
        let channels = self.api.channels().await?;
        Ok(channels
            .iter()
            .filter(|channel| self.counts(&channel.name))
            .map(|channel| Target {
                id: TargetId::new(
                    Service::EasUpdate,
                    &format!("{}/{}", self.api.project(), channel.name),
                ),
                title: format!("EAS Update · {}", channel.name),
                // Android and iOS alike.
                platform: String::new(),
            })
            .collect())
    }

    async fn observe(
        &self,
        target: &TargetId,
        reading: Reading,
    ) -> Result<Observation, ProviderError> {
        let channel = self.channel(target)?;
        let read = self.read(channel, reading != Reading::Poll).await?;
        Ok(Observation {
            target: target.clone(),
            at: read.at,
            state: TargetState::StoreRollout(read.state),
        })
    }

    async fn rehearse(&self, seen: &Observation) -> Rehearsal {
        if let Err(kept) = self.api.spares_a_look() {
            return kept;
        }
        let read = match self.channel(&seen.target) {
            Ok(channel) => self.read(channel, false).await,
            Err(error) => Err(error),
        };
        match read {
            Ok(_) => Rehearsal::not_proven(say!(
                "The channel can be read with this token. Expo takes no dry run: whether the role may pause it shows only at a real pause."
            )),
            Err(error) => Rehearsal::failed(
                error,
                say!("A robot user's access token with the role Developer"),
            ),
        }
    }

    async fn apply(&self, effect: &Effect) -> Result<Receipt, ProviderError> {
        let name = self.channel(&effect.target)?;
        // There is no conditional write: looking right before is the best there is.
        let read = self.read(name, true).await?;
        let place = say!("The channel {name}");
        if let Some(receipt) = held_already(&place, effect, &read.state)? {
            return Ok(receipt);
        }
        if let Some(why) = not_offered(&effect.desired, &read.state) {
            return Err(rejected(&why));
        }
        match &effect.desired {
            Desired::Stopped | Desired::RollingOut { .. } => {
                let paused = effect.desired == Desired::Stopped;
                self.api.pause(&read.channel.id, paused).await?;
                Ok(Receipt {
                    provider_request_id: Some(read.channel.id),
                    notes: Vec::new(),
                })
            }
            Desired::RolledBack { update } => self.roll_back(update, &read, &effect.key).await,
            Desired::Complete
            | Desired::Released { .. }
            | Desired::RemovedFromSale
            | Desired::AskedToUpdate
            | Desired::NotAsked
            | Desired::On
            | Desired::Off
            | Desired::Published { .. } => Err(ProviderError::new(
                ErrorKind::Unsupported,
                say!("EAS Update does not offer this from here. Nothing was sent."),
            )),
        }
    }
}

impl EasUpdate {
    fn counts(&self, channel: &str) -> bool {
        self.channels.is_empty() || self.channels.iter().any(|name| name == channel)
    }
}

impl fmt::Debug for EasUpdate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EasUpdate")
            .field("project", &self.api.project())
            .finish_non_exhaustive()
    }
}

fn rejected(why: &str) -> ProviderError {
    ProviderError::new(
        ErrorKind::Rejected,
        say!("This was not sent to EAS Update: {why}. Nothing was changed."),
    )
    .hint(say!("Look at the channel on expo.dev."))
}

/// What publishes a group once more, with all that it held.
fn again(group: &[Whole], branch: &str, runtime: &str, mark: &str) -> Result<Value, ProviderError> {
    let Some(first) = group.first() else {
        return Err(rejected(say!("that update is not there any more")));
    };
    let same = |it: &Whole| it.branch_id == branch && it.update.runtime.version == runtime;
    if !group.iter().all(same) {
        return Err(rejected(say!(
            "that update is of another branch or runtime version"
        )));
    }
    let mut manifests = Map::new();
    let mut fingerprints = Map::new();
    for it in group {
        let manifest = serde_json::from_str::<Value>(&it.manifest_fragment)
            .map_err(|_| rejected(say!("what is in that update cannot be read")))?;
        manifests.insert(it.update.platform.clone(), manifest);
        if let Some(fingerprint) = it.fingerprint.as_ref().filter(|it| it.source.is_object()) {
            fingerprints.insert(
                it.update.platform.clone(),
                json!({"fingerprintHash": fingerprint.hash, "fingerprintSource": fingerprint.source}),
            );
        }
    }
    let title = first.update.message.as_deref().unwrap_or_default();
    let short: String = first.update.group.chars().take(8).collect();
    let mut input = json!({
        "branchId": branch,
        "runtimeVersion": runtime,
        "message": format!("Roll back to \"{title}\" (group {short}) · {mark}"),
        "updateInfoGroup": manifests,
        "gitCommitHash": first.git_commit_hash,
        "isGitWorkingTreeDirty": first.is_git_working_tree_dirty,
        "environment": first.environment,
        "manifestHostOverride": first.manifest_host_override,
        "assetHostOverride": first.asset_host_override,
        "awaitingCodeSigningInfo": false,
    });
    if !fingerprints.is_empty() {
        input["fingerprintInfoGroup"] = Value::Object(fingerprints);
    }
    Ok(input)
}
