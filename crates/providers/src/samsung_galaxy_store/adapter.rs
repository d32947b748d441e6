//! Our words to Galaxy Store's and back. Must not know HTTP.

use std::fmt;

use async_trait::async_trait;
use cockpit_domain::provider::{
    Capability, CredentialCheck, Effect, ErrorKind, ProviderError, Reading, Receipt, Verb,
};
use cockpit_domain::store::StoreRollout;
use cockpit_domain::{Desired, Observation, Service, Target, TargetId, TargetState, Time};
use cockpit_say::say;
use tokio::sync::Mutex;

use super::api::Api;
use super::config::Config;
use super::listing::{are_of, is_staged, met, rollout};
use crate::Adapter;
use crate::form::note;
use crate::http::Http;
use crate::look::held_already;

/// No stop: the interface has none. Suspending the sale is another act.
static CAPABILITY: Capability = Capability {
    service: Service::SamsungGalaxyStore,
    verbs: &[Verb::SetFraction, Verb::Complete, Verb::RemoveFromSale],
    signals: false,
    conditional_write: false,
};

/// One app on Samsung Galaxy Store.
pub struct SamsungGalaxyStore {
    package: String,
    api: Api,
    /// Held through a whole apply, so that writes to one app come one by one.
    writing: Mutex<()>,
}

impl SamsungGalaxyStore {
    pub(super) fn new(config: Config, http: &Http) -> Self {
        Self {
            package: config.package.clone(),
            api: Api::new(config, http),
            writing: Mutex::new(()),
        }
    }

    fn own(&self, target: &TargetId) -> Result<(), ProviderError> {
        if target.name() == self.api.content_id() {
            return Ok(());
        }
        Err(ProviderError::new(
            ErrorKind::NotFound,
            say!("{target} is not content {}.", self.api.content_id()),
        ))
    }

    async fn read(&self, urgent: bool) -> Result<(StoreRollout, Time), ProviderError> {
        let (listings, answer) = self.api.listings(urgent).await?;
        are_of(&listings, self.api.content_id(), &self.package)?;
        let staged = if met(&listings).is_some() {
            match self.api.staged(urgent).await {
                Ok(staged) => staged,
                // Samsung says so of content that is not for sale.
                Err(error) if error.kind == ErrorKind::NotFound => Vec::new(),
                Err(error) => return Err(error),
            }
        } else {
            Vec::new()
        };
        let rate = if staged.iter().any(is_staged) {
            Some(self.api.rate(urgent).await?)
        } else {
            None
        };
        Ok((rollout(&listings, &staged, rate.as_ref()), answer.at))
    }
}

#[async_trait]
impl Adapter for SamsungGalaxyStore {
    fn capability(&self) -> &Capability {
        &CAPABILITY
    }

    async fn check(&self) -> Result<CredentialCheck, ProviderError> {
        let mut check = CredentialCheck { items: Vec::new() };
        let signed_in = self.api.sign_in(false).await.map(|_| ());
        if !note(
            &mut check,
            say!("Service account"),
            signed_in,
            say!("It signs in with the scope publishing."),
        )? {
            return Ok(check);
        }
        note(
            &mut check,
            say!("This app"),
            self.read(false).await.map(|_| ()),
            say!(
                "It can be read. Samsung has no dry run: whether the account may change it shows only at a real change. A pause is not among what it may do."
            ),
        )?;
        Ok(check)
    }

    async fn targets(&self) -> Result<Vec<Target>, ProviderError> {
        let (listings, _) = self.api.listings(false).await?;
        are_of(&listings, self.api.content_id(), &self.package)?;
        Ok(vec![Target {
            id: TargetId::new(Service::SamsungGalaxyStore, self.api.content_id()),
            title: say!("Samsung Galaxy Store · staged rollout").to_owned(),
            platform: "Android".to_owned(),
        }])
    }

    async fn observe(
        &self,
        target: &TargetId,
        reading: Reading,
    ) -> Result<Observation, ProviderError> {
        self.own(target)?;
        let (rollout, at) = self.read(reading != Reading::Poll).await?;
        Ok(Observation {
            target: target.clone(),
            at,
            state: TargetState::StoreRollout(rollout),
        })
    }

    async fn apply(&self, effect: &Effect) -> Result<Receipt, ProviderError> {
        self.own(&effect.target)?;
        let _one_by_one = self.writing.lock().await;
        // Samsung has no conditional write: looking right before is the best there is.
        let (now, _) = self.read(true).await?;
        if let Some(receipt) = held_already(say!("Samsung Galaxy Store"), effect, &now)? {
            return Ok(receipt);
        }
        match &effect.desired {
            Desired::RollingOut {
                fraction_bps: Some(bps),
            } if bps % 100 == 0 => self.api.raise(bps / 100).await?,
            Desired::Complete => self.api.disable().await?,
            Desired::RemovedFromSale => self.api.suspend_sale().await?,
            Desired::RollingOut { .. }
            | Desired::Stopped
            | Desired::Released { .. }
            | Desired::RolledBack { .. }
            | Desired::AskedToUpdate
            | Desired::NotAsked
            | Desired::On
            | Desired::Off
            | Desired::Published { .. } => {
                return Err(ProviderError::new(
                    ErrorKind::Unsupported,
                    say!("Galaxy Store takes whole per cents of a share. Nothing was sent."),
                )
                .hint(say!("Choose a whole per cent.")));
            }
        }
        Ok(Receipt {
            // Samsung's answer holds no identifier.
            provider_request_id: None,
            notes: Vec::new(),
        })
    }
}

impl fmt::Debug for SamsungGalaxyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SamsungGalaxyStore")
            .field("content_id", &self.api.content_id())
            .finish_non_exhaustive()
    }
}
