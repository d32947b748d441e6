//! Our words to Statuspage's and back. Must not know HTTP.

use std::collections::BTreeMap;
use std::fmt;

use async_trait::async_trait;
use cockpit_domain::provider::{
    Applied, Capability, CredentialCheck, Effect, ErrorKind, ProviderError, Reading, Receipt, Verb,
};
use cockpit_domain::target::{Phase, StatusPage};
use cockpit_domain::{Observation, Service, Target, TargetId, TargetState, Time};
use cockpit_say::say;
use futures_util::future::try_join;

use super::api::Api;
use super::config::Config;
use super::wire::{Incident, IncidentBody, Metadata, Ours};
use crate::Adapter;
use crate::channel::{Memory, fits, published};
use crate::form::note;
use crate::http::Http;

static CAPABILITY: Capability = Capability {
    service: Service::Statuspage,
    verbs: &[Verb::Publish],
    signals: false,
    conditional_write: false,
};

const OPERATIONAL: &str = "operational";

/// One status page.
pub struct Statuspage {
    api: Api,
    /// Looking and publishing go together, so that two calls of one laptop cannot both publish.
    publishing: tokio::sync::Mutex<()>,
    memory: Memory,
}

impl Statuspage {
    pub(super) fn new(config: Config, http: &Http) -> Self {
        Self {
            api: Api::new(config, http),
            publishing: tokio::sync::Mutex::new(()),
            memory: Memory::default(),
        }
    }

    fn own(&self, target: &TargetId) -> Result<(), ProviderError> {
        if target.name() == self.api.page_id() {
            return Ok(());
        }
        Err(ProviderError::new(
            ErrorKind::NotFound,
            say!("{target} is not the page {}.", self.api.page_id()),
        ))
    }

    /// The page's open and newest incidents, each once, and when they were read.
    async fn incidents(&self, urgent: bool) -> Result<(Vec<Incident>, Time), ProviderError> {
        let ((mut all, one), (recent, other)) =
            try_join(self.api.unresolved(urgent), self.api.recent(urgent)).await?;
        for incident in recent {
            if !all.iter().any(|it| it.id == incident.id) {
                all.push(incident);
            }
        }
        Ok((all, one.at.min(other.at)))
    }
}

impl Statuspage {
    /// What becomes of components: a first notice sets the connection's; a last one sets every one
    /// of the incident's to operational that no other open incident speaks of. Resolving alone
    /// would leave them as they are.
    fn components(
        &self,
        phase: Phase,
        known: Option<&Incident>,
        incidents: &[Incident],
    ) -> BTreeMap<String, String> {
        match (phase, known) {
            (Phase::Resolved, Some(known)) => {
                let elsewhere = |id: &str| {
                    incidents
                        .iter()
                        .filter(|it| it.id != known.id && it.is_open())
                        .any(|it| it.components.iter().any(|component| component.id == id))
                };
                known
                    .components
                    .iter()
                    .filter(|it| it.status != OPERATIONAL && !elsewhere(&it.id))
                    .map(|it| (it.id.clone(), OPERATIONAL.to_owned()))
                    .collect()
            }
            (Phase::Resolved, None) | (_, Some(_)) => BTreeMap::new(),
            (Phase::Investigating | Phase::Identified | Phase::Monitoring, None) => {
                self.api.components().clone()
            }
        }
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
            .map(|page| say!("The page is \"{}\".", page.name))
            .unwrap_or_default();
        if note(
            &mut check,
            say!("API key and page"),
            page.map(|_| ()),
            &named,
        )? {
            let incidents = self.api.unresolved(false).await.map(|_| ());
            note(
                &mut check,
                say!("Manage incidents"),
                incidents,
                say!(
                    "Incidents can be read. Whether they may be published shows only when one is."
                ),
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
        let (incidents, at) = self.incidents(reading != Reading::Poll).await?;
        let mut published: Vec<String> = incidents.iter().flat_map(Incident::keys).collect();
        published.sort();
        published.dedup();
        Ok(Observation {
            target: target.clone(),
            at,
            state: TargetState::StatusPage(StatusPage { published }),
        })
    }

    async fn apply(&self, effect: &Effect) -> Result<Receipt, ProviderError> {
        self.own(&effect.target)?;
        let notice = published(effect, Service::Statuspage)?;
        fits(Service::Statuspage, notice)?;
        let _one_at_a_time = self.publishing.lock().await;
        // Two posts are two incidents: look before.
        let (incidents, _) = self.incidents(true).await?;
        if let Some(incident) = incidents.iter().find(|it| it.keys().contains(&notice.key)) {
            return Ok(Receipt {
                provider_request_id: Some(incident.id.clone()),
                notes: vec![
                    say!("The notice already stands on the page: nothing was sent.").to_owned(),
                ],
            });
        }
        let about = notice.about.as_ref().map(|about| about.incident.as_str());
        let known = about.and_then(|about| incidents.iter().find(|it| it.about() == Some(about)));
        let mut keys = known.map(Incident::keys).unwrap_or_default();
        keys.push(notice.key.clone());
        let components = self.components(notice.phase, known, &incidents);
        let restored = match notice.phase {
            Phase::Resolved => components.len(),
            Phase::Investigating | Phase::Identified | Phase::Monitoring => 0,
        };
        let body = IncidentBody {
            name: &notice.title,
            status: in_their_words(notice.phase),
            body: &notice.body,
            deliver_notifications: notice.notify_subscribers,
            components,
            metadata: Metadata {
                cockpit: Ours {
                    incident: about,
                    keys,
                },
            },
        };
        let now = self.api.now();
        self.memory.not_again(&notice.key, now, true)?;
        self.memory.is_on_its_way(&notice.key, now);
        let answer = match known {
            Some(known) => self.api.update(&known.id, &body).await,
            None => self.api.create(&body).await,
        };
        match &answer {
            Ok(incident) => self
                .memory
                .was_taken(&notice.key, Some(incident.id.clone())),
            Err(error) if error.applied == Applied::No => self.memory.was_refused(&notice.key),
            Err(_) => {}
        }
        let incident = answer?;
        Ok(Receipt {
            provider_request_id: Some(incident.id),
            notes: match restored {
                0 => Vec::new(),
                1 => vec![say!("1 component was set to operational.").to_owned()],
                count => vec![say!("{count} components were set to operational.")],
            },
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
