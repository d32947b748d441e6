//! Our words to Statuspage's and back. Must not know HTTP.

use std::fmt;

use async_trait::async_trait;
use cockpit_domain::provider::{
    Capability, CredentialCheck, Effect, ErrorKind, ProviderError, Reading, Receipt, Verb,
};
use cockpit_domain::target::{Phase, StatusPage};
use cockpit_domain::{Desired, Observation, Service, Target, TargetId, TargetState, Time};
use futures_util::future::try_join;

use super::api::Api;
use super::config::Config;
use super::wire::{Metadata, NewIncident, Ours};
use crate::Adapter;
use crate::form::note;
use crate::http::Http;

static CAPABILITY: Capability = Capability {
    service: Service::Statuspage,
    verbs: &[Verb::Publish],
    signals: false,
    conditional_write: false,
};

/// One status page.
pub struct Statuspage {
    api: Api,
    /// Looking and publishing go together, so that two calls of one laptop cannot both publish.
    publishing: tokio::sync::Mutex<()>,
}

impl Statuspage {
    pub(super) fn new(config: Config, http: &Http) -> Self {
        Self {
            api: Api::new(config, http),
            publishing: tokio::sync::Mutex::new(()),
        }
    }

    fn own(&self, target: &TargetId) -> Result<(), ProviderError> {
        if target.name() == self.api.page_id() {
            return Ok(());
        }
        Err(ProviderError::new(
            ErrorKind::NotFound,
            format!("{target} is not the page {}.", self.api.page_id()),
        ))
    }

    /// Our keys on the page with their incidents, and when they were read.
    async fn published(
        &self,
        urgent: bool,
    ) -> Result<(Vec<(String, String)>, Time), ProviderError> {
        let ((open, one), (recent, other)) =
            try_join(self.api.unresolved(urgent), self.api.recent(urgent)).await?;
        let mut found: Vec<(String, String)> = open
            .iter()
            .chain(&recent)
            .filter_map(|incident| Some((incident.key()?.to_owned(), incident.id.clone())))
            .collect();
        found.sort();
        found.dedup_by(|one, other| one.0 == other.0);
        Ok((found, one.at.min(other.at)))
    }
}

#[async_trait]
impl Adapter for Statuspage {
    fn capability(&self) -> &Capability {
        &CAPABILITY
    }

    async fn check(&self) -> Result<CredentialCheck, ProviderError> {
        let mut check = CredentialCheck { items: Vec::new() };
        let page = self.api.page().await;
        let named = page
            .as_ref()
            .map(|page| format!("The page is \"{}\".", page.name))
            .unwrap_or_default();
        if note(&mut check, "API key and page", page.map(|_| ()), &named)? {
            let incidents = self.api.unresolved(false).await.map(|_| ());
            note(
                &mut check,
                "Manage incidents",
                incidents,
                "Incidents can be read. Whether they may be published shows only when one is.",
            )?;
        }
        Ok(check)
    }

    async fn targets(&self) -> Result<Vec<Target>, ProviderError> {
        let page = self.api.page().await?;
        let name = if page.name.is_empty() {
            self.api.page_id()
        } else {
            &page.name
        };
        Ok(vec![Target {
            id: TargetId::new(Service::Statuspage, self.api.page_id()),
            title: format!("Statuspage · {name}"),
            platform: String::new(),
        }])
    }

    async fn observe(
        &self,
        target: &TargetId,
        reading: Reading,
    ) -> Result<Observation, ProviderError> {
        self.own(target)?;
        let (found, at) = self.published(reading != Reading::Poll).await?;
        let published = found.into_iter().map(|(key, _)| key).collect();
        Ok(Observation {
            target: target.clone(),
            at,
            state: TargetState::StatusPage(StatusPage { published }),
        })
    }

    async fn apply(&self, effect: &Effect) -> Result<Receipt, ProviderError> {
        self.own(&effect.target)?;
        let notice = match &effect.desired {
            Desired::Published { notice } => notice,
            Desired::Stopped
            | Desired::RollingOut { .. }
            | Desired::Complete
            | Desired::On
            | Desired::Off => {
                return Err(ProviderError::new(
                    ErrorKind::Unsupported,
                    "Statuspage only publishes notices. Nothing was sent.",
                ));
            }
        };
        let _one_at_a_time = self.publishing.lock().await;
        // Two posts are two incidents: look before.
        let (found, _) = self.published(true).await?;
        if let Some((_, incident)) = found.into_iter().find(|(key, _)| *key == notice.key) {
            return Ok(Receipt {
                provider_request_id: Some(incident),
                notes: vec!["The notice already stands on the page: nothing was sent.".to_owned()],
            });
        }
        let incident = self
            .api
            .create(&NewIncident {
                name: &notice.title,
                status: in_their_words(notice.phase),
                body: &notice.body,
                deliver_notifications: notice.notify_subscribers,
                metadata: Metadata {
                    cockpit: Ours { key: &notice.key },
                },
            })
            .await?;
        Ok(Receipt {
            provider_request_id: Some(incident.id),
            notes: Vec::new(),
        })
    }
}

impl fmt::Debug for Statuspage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Statuspage")
            .field("page_id", &self.api.page_id())
            .finish_non_exhaustive()
    }
}

fn in_their_words(phase: Phase) -> &'static str {
    match phase {
        Phase::Investigating => "investigating",
        Phase::Identified => "identified",
        Phase::Monitoring => "monitoring",
        Phase::Resolved => "resolved",
    }
}
