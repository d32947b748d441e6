//! The submission API's endpoints, without meaning. Must not know our words.

use cockpit_domain::provider::{ErrorKind, ProviderError};
use cockpit_domain::rehearsal::Rehearsal;
use cockpit_domain::{Service, Time};
use http::Method;
use secrecy::ExposeSecret as _;
use serde::de::DeserializeOwned;

use super::config::Config;
use super::errors::{RULES, message};
use super::wire::{App, Rollout, Status, Submission, TokenAnswer};
use crate::http::{Answer, Body, Call, Client, Http, Limit, Nature, Token, TokenCache};

/// Microsoft publishes no number; these are ours.
const REQUESTS: Limit = Limit {
    burst: 60,
    per_minute: 60,
    reserve: 20,
};
const SIGN_INS: Limit = Limit {
    burst: 30,
    per_minute: 30,
    reserve: 10,
};
/// A token opens one resource, whatever address it is asked at.
const RESOURCE: &str = "https://manage.devcenter.microsoft.com";

pub(super) struct Api {
    client: Client,
    sign_in: Client,
    config: Config,
    token: TokenCache,
}

/// A change of a rollout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// To this share, in whole per cents.
    Percentage(u32),
    Halt,
    Finalize,
}

impl Change {
    /// The status that it leads to.
    fn leads_to(self) -> &'static str {
        match self {
            Change::Percentage(_) => "PackageRolloutInProgress",
            Change::Halt => "PackageRolloutStopped",
            Change::Finalize => "PackageRolloutComplete",
        }
    }
}

impl Api {
    pub(super) fn new(config: Config, http: &Http) -> Api {
        let client = |address: &str, limit| {
            Client::new(
                http,
                Service::MicrosoftStore,
                address.to_owned(),
                limit,
                RULES,
                message,
            )
        };
        Api {
            client: client(&config.base_url, REQUESTS),
            sign_in: client(&config.login_url, SIGN_INS),
            config,
            token: TokenCache::default(),
        }
    }

    pub(super) fn now(&self) -> Time {
        self.client.now()
    }

    /// Says that no dry run is made, where its requests are kept for stops.
    pub(super) fn spares_a_look(&self) -> Result<(), Rehearsal> {
        self.client.spares(6)
    }

    pub(super) fn app_id(&self) -> &str {
        &self.config.app
    }

    /// Signs in when no token is held.
    pub(super) async fn signed_in(&self, urgent: bool) -> Result<(), ProviderError> {
        let now = self.client.now();
        self.token.get(now, self.fetch(urgent)).await.map(|_| ())
    }

    pub(super) async fn app(&self, urgent: bool) -> Result<App, ProviderError> {
        let call = Call {
            arguments: &[self.app_id()],
            urgent,
            ..Call::get("/v1.0/my/applications/{}")
        };
        Ok(self.read(call).await?.0)
    }

    /// A submission's rollout, and when it was answered.
    pub(super) async fn rollout(
        &self,
        submission: &str,
        urgent: bool,
    ) -> Result<(Rollout, Time), ProviderError> {
        let call = Call {
            arguments: &[self.app_id(), submission],
            urgent,
            ..Call::get("/v1.0/my/applications/{}/submissions/{}/packagerollout")
        };
        let (rollout, answer) = self.read::<Rollout>(call).await?;
        Ok((rollout, answer.at))
    }

    pub(super) async fn submission(
        &self,
        submission: &str,
        urgent: bool,
    ) -> Result<Submission, ProviderError> {
        let call = Call {
            arguments: &[self.app_id(), submission],
            urgent,
            ..Call::get("/v1.0/my/applications/{}/submissions/{}")
        };
        Ok(self.read(call).await?.0)
    }

    /// Where a submission that is not out stands.
    pub(super) async fn status(&self, submission: &str) -> Result<String, ProviderError> {
        let call = Call {
            arguments: &[self.app_id(), submission],
            ..Call::get("/v1.0/my/applications/{}/submissions/{}/status")
        };
        Ok(self.read::<Status>(call).await?.0.status)
    }

    /// Changes a submission's rollout.
    pub(super) async fn change(
        &self,
        submission: &str,
        change: Change,
    ) -> Result<(), ProviderError> {
        let percentage = match change {
            Change::Percentage(percentage) => percentage.to_string(),
            Change::Halt | Change::Finalize => String::new(),
        };
        let share = [("percentage", percentage.as_str())];
        let (template, query): (_, &[(&str, &str)]) = match change {
            Change::Percentage(_) => (
                "/v1.0/my/applications/{}/submissions/{}/updatepackagerolloutpercentage",
                &share,
            ),
            Change::Halt => (
                "/v1.0/my/applications/{}/submissions/{}/haltpackagerollout",
                &[],
            ),
            Change::Finalize => (
                "/v1.0/my/applications/{}/submissions/{}/finalizepackagerollout",
                &[],
            ),
        };
        let call = Call {
            method: Method::POST,
            arguments: &[self.app_id(), submission],
            query,
            nature: Nature::Commit,
            urgent: true,
            ..Call::get(template)
        };
        let call = self.signed(call).await?;
        let outcome = self.client.json::<Rollout>(&call).await;
        self.forget_when_refused(&outcome).await;
        match outcome?.0.package_rollout_status {
            status if status == change.leads_to() => Ok(()),
            // Whatever answered so, it is not what the pages say.
            _ => Err(self.client.not_understood(Nature::Commit)),
        }
    }

    /// A token that is not accepted is made anew once.
    async fn read<T: DeserializeOwned>(
        &self,
        call: Call<'_>,
    ) -> Result<(T, Answer), ProviderError> {
        let call = self.signed(call).await?;
        let outcome = self.client.json(&call).await;
        if !self.forget_when_refused(&outcome).await {
            return outcome;
        }
        let call = self.signed(call).await?;
        self.client.json(&call).await
    }

    async fn forget_when_refused<T>(&self, outcome: &Result<T, ProviderError>) -> bool {
        let refused = outcome
            .as_ref()
            .is_err_and(|error| error.kind == ErrorKind::Unauthorized);
        if refused {
            self.token.forget().await;
        }
        refused
    }

    async fn signed<'a>(&self, mut call: Call<'a>) -> Result<Call<'a>, ProviderError> {
        let now = self.client.now();
        call.authorization = Some(self.token.get(now, self.fetch(call.urgent)).await?);
        Ok(call)
    }

    async fn fetch(&self, urgent: bool) -> Result<Token, ProviderError> {
        let now = self.client.now();
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_id", &self.config.client_id)
            .append_pair("client_secret", self.config.client_secret.expose_secret())
            .append_pair("resource", RESOURCE)
            .finish();
        let call = Call {
            method: Method::POST,
            arguments: &[&self.config.tenant],
            body: Body::Form(form),
            urgent,
            ..Call::get("/{}/oauth2/token")
        };
        let (answer, _) = self.sign_in.json::<TokenAnswer>(&call).await?;
        let until = now + answer.expires_in.saturating_mul(1_000);
        Token::bearer(&answer.access_token, now, until)
            .ok_or_else(|| self.sign_in.not_understood(Nature::Read))
    }
}
