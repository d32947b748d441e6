//! EAS Update's GraphQL, without meaning: one address, and errors that come with 200. Must not know
//! our words.

use cockpit_domain::provider::ProviderError;
use cockpit_domain::rehearsal::Rehearsal;
use cockpit_domain::{Service, Time};
use cockpit_say::say;
use http::{HeaderValue, Method};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::config::Config;
use super::errors::{RULES, message, status_of};
use super::wire::{
    CHANNEL, CHANNELS, Channel, GROUP, Listed, Operation, PAUSE, PUBLISH, RESUME, WHO, Whole,
};
use crate::http::{Answer, Body, Call, Client, Http, Limit, Nature};

/// Expo publishes no number; these are ours.
const REQUESTS: Limit = Limit {
    burst: 60,
    per_minute: 60,
    reserve: 20,
};

pub(super) struct Api {
    client: Client,
    project: String,
    token: HeaderValue,
}

impl Api {
    pub(super) fn new(config: Config, http: &Http) -> Api {
        Api {
            client: Client::new(
                http,
                Service::EasUpdate,
                config.base_url,
                REQUESTS,
                RULES,
                message,
            ),
            project: config.project,
            token: config.token,
        }
    }

    /// Says that no dry run is made, where its requests are kept for stops.
    pub(super) fn spares_a_look(&self) -> Result<(), Rehearsal> {
        self.client.spares(8)
    }

    pub(super) fn project(&self) -> &str {
        &self.project
    }

    /// What the token's owner is called.
    pub(super) async fn who(&self) -> Result<String, ProviderError> {
        let (data, _) = self.run(&WHO, json!({}), false).await?;
        let name = data["meActor"]["displayName"].as_str();
        Ok(name.unwrap_or(say!("nobody by name")).to_owned())
    }

    pub(super) async fn channels(&self) -> Result<Vec<Listed>, ProviderError> {
        let variables = json!({"app": self.project});
        let (data, _) = self.run(&CHANNELS, variables, false).await?;
        self.part(&data["app"]["byId"]["updateChannels"])
    }

    /// None where there is no channel by this name.
    pub(super) async fn channel(
        &self,
        name: &str,
        urgent: bool,
    ) -> Result<(Option<Channel>, Time), ProviderError> {
        let variables = json!({"app": self.project, "name": name});
        let (data, at) = self.run(&CHANNEL, variables, urgent).await?;
        Ok((self.part(&data["app"]["byId"]["updateChannelByName"])?, at))
    }

    pub(super) async fn group(&self, id: &str, urgent: bool) -> Result<Vec<Whole>, ProviderError> {
        let (data, _) = self.run(&GROUP, json!({ "group": id }), urgent).await?;
        self.part(&data["updatesByGroup"])
    }

    pub(super) async fn pause(&self, channel: &str, paused: bool) -> Result<(), ProviderError> {
        let (operation, field) = match paused {
            true => (&PAUSE, "pauseUpdateChannel"),
            false => (&RESUME, "resumeUpdateChannel"),
        };
        let (data, _) = self
            .run(operation, json!({ "channel": channel }), true)
            .await?;
        let now = &data["updateChannel"][field];
        if now["id"] == channel && now["isPaused"] == paused {
            Ok(())
        } else {
            Err(self.client.not_understood(Nature::Commit))
        }
    }

    /// Publishes a group of updates; gives its name.
    pub(super) async fn publish(&self, group: Value) -> Result<String, ProviderError> {
        let (data, _) = self
            .run(&PUBLISH, json!({ "groups": [group] }), true)
            .await?;
        let made = &data["updateBranch"]["publishUpdateGroups"][0]["group"];
        let made = made.as_str().map(str::to_owned);
        made.ok_or_else(|| self.client.not_understood(Nature::Commit))
    }

    fn part<T: DeserializeOwned>(&self, data: &Value) -> Result<T, ProviderError> {
        T::deserialize(data).map_err(|_| self.client.not_understood(Nature::Read))
    }

    /// Runs an operation. A reading that Expo calls a passing failure is tried once more.
    async fn run(
        &self,
        operation: &Operation,
        variables: Value,
        urgent: bool,
    ) -> Result<(Value, Time), ProviderError> {
        let nature = match operation.changes {
            true => Nature::Commit,
            false => Nature::Read,
        };
        let call = Call {
            method: Method::POST,
            authorization: Some(self.token.clone()),
            body: Body::Json(json!({
                "operationName": operation.name,
                "query": operation.document,
                "variables": variables,
            })),
            nature,
            urgent,
            ..Call::get("/graphql")
        };
        let mut tries = if operation.changes { 1 } else { 2 };
        loop {
            let answer = self.client.raw(&call).await?;
            tries -= 1;
            let outcome = self.data(answer, nature);
            match outcome {
                Err(Failed::Passing(_)) if tries > 0 => {}
                Err(Failed::Passing(error) | Failed::Other(error)) => return Err(error),
                Ok(done) => return Ok(done),
            }
        }
    }

    fn data(&self, mut answer: Answer, nature: Nature) -> Result<(Value, Time), Failed> {
        if !answer.is_success() {
            return Err(Failed::Other(self.client.refused(&answer, nature)));
        }
        let not_understood = || Failed::Other(self.client.not_understood(nature));
        let mut body = answer.value().ok_or_else(not_understood)?;
        if let Some(errors) = body["errors"]
            .as_array()
            .filter(|errors| !errors.is_empty())
        {
            answer.status = status_of(errors);
            let passing = answer.status == 500;
            let error = self.client.refused(&answer, nature);
            return Err(match passing {
                true => Failed::Passing(error),
                false => Failed::Other(error),
            });
        }
        match body["data"].take() {
            data @ Value::Object(_) => Ok((data, answer.at)),
            _ => Err(not_understood()),
        }
    }
}

enum Failed {
    /// An error of Expo's own that came with 200.
    Passing(ProviderError),
    Other(ProviderError),
}
