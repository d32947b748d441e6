//! What every channel that posts, pushes or shows a notice holds to: look before posting, one at a
//! time, never twice. Must not know any service's HTTP.

mod known;

use std::fmt;

use async_trait::async_trait;
use cockpit_domain::engagement::Engagement;
use cockpit_domain::provider::{
    Applied, Capability, CredentialCheck, Effect, ErrorKind, ProviderError, Reading, Receipt, Verb,
    text_limits,
};
use cockpit_domain::target::{Channel, Notice, Posted, Proof};
use cockpit_domain::{Desired, Observation, Service, Target, TargetId, TargetState, Time};
use cockpit_say::say;

use crate::Adapter;
use crate::http::Http;
pub(crate) use known::{Memory, Sought};

/// What a channel is, as data.
#[derive(Clone, Debug)]
pub(crate) struct About {
    pub service: Service,
    /// The service's own name for the target.
    pub name: String,
    /// Who it reaches, in the words that a person agrees to: "topic incidents".
    pub goes_to: String,
    pub proof: Proof,
    /// The same notice sent again is the same notice, so a second request does no harm.
    pub repeatable: bool,
    /// The service refuses a write when it holds something else than was read.
    pub conditional_write: bool,
}

/// One service's part: reading and posting. Everything else is done here.
#[async_trait]
pub(crate) trait Line: Send + Sync + fmt::Debug {
    fn about(&self) -> &About;

    /// As [`Adapter::check`].
    async fn check(&self) -> Result<CredentialCheck, ProviderError>;

    /// Which notices of ours stand there, and when that was read. A service that cannot be asked
    /// ([`Proof::Accepted`]) gives none; it is not called for [`Reading::Serving`] then.
    async fn standing(
        &self,
        reading: Reading,
        sought: &[Sought],
    ) -> Result<(Vec<Posted>, Time), ProviderError>;

    /// As [`Adapter::engagement`].
    async fn engagement(&self, _posts: &[String]) -> Result<Vec<Engagement>, ProviderError> {
        Ok(Vec::new())
    }

    /// Posts a notice that was looked for and not found. Gives the service's own name of it.
    async fn post(&self, notice: &Notice) -> Result<Option<String>, ProviderError>;

    /// As [`Line::post`], as an answer to a post of ours, by the service's own name of that one.
    async fn post_after(
        &self,
        notice: &Notice,
        _first: &str,
    ) -> Result<Option<String>, ProviderError> {
        self.post(notice).await
    }
}

/// A channel as an adapter.
pub(crate) struct ChannelAdapter<L> {
    line: L,
    http: Http,
    capability: Capability,
    /// Looking and posting go together, so that two calls of one laptop cannot both post.
    posting: tokio::sync::Mutex<()>,
    memory: Memory,
}

impl<L: Line> ChannelAdapter<L> {
    pub(crate) fn new(line: L, http: &Http) -> Self {
        let about = line.about();
        Self {
            capability: Capability {
                service: about.service,
                verbs: &[Verb::Publish],
                signals: false,
                conditional_write: about.conditional_write,
            },
            line,
            http: http.clone(),
            posting: tokio::sync::Mutex::default(),
            memory: Memory::default(),
        }
    }

    fn target(&self) -> TargetId {
        let about = self.line.about();
        TargetId::new(about.service, &about.name)
    }

    fn own(&self, target: &TargetId) -> Result<(), ProviderError> {
        let own = self.target();
        if *target == own {
            return Ok(());
        }
        Err(ProviderError::new(
            ErrorKind::NotFound,
            say!("{target} is not {own}."),
        ))
    }

    async fn seen(&self, reading: Reading) -> Result<(Channel, Time), ProviderError> {
        let about = self.line.about();
        let (notices, at) = match (about.proof, reading) {
            // There is nothing to ask: what the service answered is known.
            (Proof::Accepted, Reading::Serving) => (self.memory.taken(), self.http.now()),
            (Proof::Accepted, Reading::Poll | Reading::Fresh) => {
                let (_, at) = self.line.standing(reading, &[]).await?;
                (self.memory.taken(), at)
            }
            (Proof::Shown | Proof::Stored, _) => {
                let sought = self.memory.sought();
                self.line.standing(reading, &sought).await?
            }
        };
        let channel = Channel {
            goes_to: about.goes_to.clone(),
            proof: about.proof,
            notices,
        };
        Ok((channel, at))
    }
}

#[async_trait]
impl<L: Line> Adapter for ChannelAdapter<L> {
    fn capability(&self) -> &Capability {
        &self.capability
    }

    async fn check(&self) -> Result<CredentialCheck, ProviderError> {
        self.line.check().await
    }

    async fn targets(&self) -> Result<Vec<Target>, ProviderError> {
        self.line.standing(Reading::Poll, &[]).await?;
        let about = self.line.about();
        Ok(vec![Target {
            id: self.target(),
            title: format!("{} · {}", about.service.name(), about.goes_to),
            platform: String::new(),
        }])
    }

    fn look_for(&self, notice: &Notice, since: Time) {
        self.memory.look_for(notice, since);
    }

    fn answers(&self, notice: &Notice, first: &Posted) {
        self.memory.answers(&notice.key, first);
    }

    async fn engagement(&self, posts: &[String]) -> Result<Vec<Engagement>, ProviderError> {
        self.line.engagement(posts).await
    }

    async fn observe(
        &self,
        target: &TargetId,
        reading: Reading,
    ) -> Result<Observation, ProviderError> {
        self.own(target)?;
        let (channel, at) = self.seen(reading).await?;
        Ok(Observation {
            target: target.clone(),
            at,
            state: TargetState::Channel(channel),
        })
    }

    async fn apply(&self, effect: &Effect) -> Result<Receipt, ProviderError> {
        self.own(&effect.target)?;
        let about = self.line.about();
        let notice = published(effect, about.service)?;
        fits(about.service, notice)?;
        self.memory.look_for(notice, effect.before.at);
        let _one_at_a_time = self.posting.lock().await;
        agreed(effect, about)?;
        let (channel, _) = match about.proof {
            Proof::Accepted => self.seen(Reading::Serving).await?,
            // Two posts are two notices: look before.
            Proof::Shown | Proof::Stored => self.seen(Reading::Fresh).await?,
        };
        if let Some(found) = channel.notices.into_iter().find(|it| it.key == notice.key) {
            return Ok(Receipt {
                provider_request_id: found.id,
                notes: vec![say!("The notice already stands there: nothing was sent.").to_owned()],
            });
        }
        if !about.repeatable {
            let can_be_asked = about.proof != Proof::Accepted;
            self.memory
                .not_again(&notice.key, self.http.now(), can_be_asked)?;
        }
        self.memory.is_on_its_way(&notice.key, self.http.now());
        let answer = match self.memory.first(&notice.key) {
            Some(first) => self.line.post_after(notice, &first).await,
            None => self.line.post(notice).await,
        };
        match &answer {
            Ok(id) => self.memory.was_taken(&notice.key, id.clone()),
            Err(error) if error.applied == Applied::No => self.memory.was_refused(&notice.key),
            Err(_) => {}
        }
        Ok(Receipt {
            provider_request_id: answer?,
            notes: Vec::new(),
        })
    }
}

impl<L: Line> fmt::Debug for ChannelAdapter<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ChannelAdapter").field(&self.line).finish()
    }
}

/// The notice of an effect, which is all that a channel takes.
pub(crate) fn published(effect: &Effect, service: Service) -> Result<&Notice, ProviderError> {
    match &effect.desired {
        Desired::Published { notice } => Ok(notice),
        Desired::Stopped
        | Desired::RollingOut { .. }
        | Desired::Complete
        | Desired::Released { .. }
        | Desired::RemovedFromSale
        | Desired::RolledBack { .. }
        | Desired::AskedToUpdate
        | Desired::NotAsked
        | Desired::On
        | Desired::Off => Err(ProviderError::new(
            ErrorKind::Unsupported,
            say!("{} only takes notices. Nothing was sent.", service.name()),
        )),
    }
}

/// Whoever agreed to a notice agreed to where it goes.
fn agreed(effect: &Effect, about: &About) -> Result<(), ProviderError> {
    match &effect.before.state {
        TargetState::Channel(seen) if seen.goes_to == about.goes_to => Ok(()),
        TargetState::Channel(_)
        | TargetState::StagedRollout(_)
        | TargetState::Recovery(_)
        | TargetState::StoreRollout(_)
        | TargetState::PhasedRelease(_)
        | TargetState::Flag(_)
        | TargetState::StatusPage(_)
        | TargetState::Mailing(_) => Err(ProviderError::new(
            ErrorKind::Moved,
            say!(
                "{} goes to {}, which is not what was seen.",
                about.service.name(),
                about.goes_to
            ),
        )
        .hint(say!("Write the notice again for where it goes."))),
    }
}

/// Refuses what the service would cut or refuse.
pub(crate) fn fits(service: Service, notice: &Notice) -> Result<(), ProviderError> {
    let Some(why) = text_limits(service).and_then(|limits| limits.exceeded_by(notice)) else {
        return Ok(());
    };
    Err(ProviderError::new(
        ErrorKind::Rejected,
        say!(
            "{} cannot take the notice: {why}. Nothing was sent.",
            service.name()
        ),
    )
    .hint(say!("Shorten the notice and have it approved again.")))
}
