//! The one guard before every adapter: what is not declared is refused without a request.
//! Must not know any service.

use async_trait::async_trait;
use cockpit_domain::engagement::Engagement;
use cockpit_domain::provider::{
    Capability, CredentialCheck, Effect, ErrorKind, ProviderError, Reading, Receipt, Verb,
};
use cockpit_domain::rehearsal::{Rehearsal, stop_of};
use cockpit_domain::signal::{Rating, Signal};
use cockpit_domain::target::{Notice, PhasedStatus, Posted, StagedStatus, StoreStatus};
use cockpit_domain::{Desired, Observation, Target, TargetId, TargetState, Time};
use cockpit_say::say;

use crate::Adapter;

/// An adapter that refuses undeclared verbs and foreign targets.
#[derive(Debug)]
pub struct Guarded<A> {
    inner: A,
}

impl<A: Adapter + 'static> Guarded<A> {
    /// Puts the guard before an adapter.
    pub fn new(inner: A) -> Self {
        Self { inner }
    }

    pub(crate) fn boxed(inner: A) -> Box<dyn Adapter> {
        Box::new(Self::new(inner))
    }

    fn own(&self, target: &TargetId) -> Result<(), ProviderError> {
        let service = self.inner.capability().service;
        if target.service() == Some(service) {
            return Ok(());
        }
        Err(ProviderError::new(
            ErrorKind::Unsupported,
            say!(
                "{target} is not a target of {}. Nothing was sent.",
                service.name()
            ),
        ))
    }
}

impl<A: Adapter> Guarded<A> {
    /// Refuses a change that needs a verb which the adapter does not declare.
    fn declared(&self, desired: &Desired, before: &TargetState) -> Result<(), ProviderError> {
        let capability = self.inner.capability();
        let missing = verbs(desired, before)
            .iter()
            .find(|verb| !capability.verbs.contains(verb));
        let Some(verb) = missing else { return Ok(()) };
        Err(ProviderError::new(
            ErrorKind::Unsupported,
            say!(
                "{} cannot {} here. Nothing was sent.",
                capability.service.name(),
                in_words(*verb)
            ),
        ))
    }
}

#[async_trait]
impl<A: Adapter + 'static> Adapter for Guarded<A> {
    fn capability(&self) -> &Capability {
        self.inner.capability()
    }

    async fn check(&self) -> Result<CredentialCheck, ProviderError> {
        self.inner.check().await
    }

    async fn targets(&self) -> Result<Vec<Target>, ProviderError> {
        self.inner.targets().await
    }

    fn look_for(&self, notice: &Notice, since: Time) {
        self.inner.look_for(notice, since);
    }

    fn answers(&self, notice: &Notice, first: &Posted) {
        self.inner.answers(notice, first);
    }

    async fn engagement(&self, posts: &[String]) -> Result<Vec<Engagement>, ProviderError> {
        self.inner.engagement(posts).await
    }

    async fn observe(
        &self,
        target: &TargetId,
        reading: Reading,
    ) -> Result<Observation, ProviderError> {
        self.own(target)?;
        self.inner.observe(target, reading).await
    }

    async fn apply(&self, effect: &Effect) -> Result<Receipt, ProviderError> {
        self.own(&effect.target)?;
        self.declared(&effect.desired, &effect.before.state)?;
        self.inner.apply(effect).await
    }

    async fn rehearse(&self, seen: &Observation) -> Rehearsal {
        let Some(desired) = stop_of(&seen.state) else {
            return Rehearsal::not_proven(say!("There is nothing to stop here."));
        };
        let allowed = self.own(&seen.target);
        match allowed.and_then(|()| self.declared(&desired, &seen.state)) {
            Ok(()) => self.inner.rehearse(seen).await,
            Err(error) => Rehearsal::cannot(error.sentence),
        }
    }

    async fn signals(&self) -> Result<Vec<Signal>, ProviderError> {
        if self.inner.capability().signals {
            self.inner.signals().await
        } else {
            Ok(Vec::new())
        }
    }

    async fn ratings(&self) -> Result<Vec<Rating>, ProviderError> {
        self.inner.ratings().await
    }
}

/// The verbs that a change needs.
fn verbs(desired: &Desired, before: &TargetState) -> &'static [Verb] {
    let stopped = match before {
        TargetState::StagedRollout(it) => it.status == StagedStatus::Halted,
        TargetState::PhasedRelease(it) => it.status == PhasedStatus::Paused,
        TargetState::StoreRollout(it) => it.status == StoreStatus::Halted,
        TargetState::Flag(_)
        | TargetState::StatusPage(_)
        | TargetState::Mailing(_)
        | TargetState::Recovery(_)
        | TargetState::Channel(_) => false,
    };
    match desired {
        Desired::Stopped => &[Verb::Stop],
        Desired::RollingOut { fraction_bps: None } => &[Verb::Resume],
        Desired::RollingOut {
            fraction_bps: Some(_),
        } if stopped => &[Verb::Resume, Verb::SetFraction],
        Desired::RollingOut {
            fraction_bps: Some(_),
        } => &[Verb::SetFraction],
        Desired::Complete => &[Verb::Complete],
        Desired::Released { .. } => &[Verb::Release],
        Desired::RemovedFromSale => &[Verb::RemoveFromSale],
        Desired::RolledBack { .. } => &[Verb::RollBack],
        Desired::AskedToUpdate | Desired::NotAsked => &[Verb::Recover],
        Desired::On => &[Verb::TurnOn],
        Desired::Off => &[Verb::TurnOff],
        Desired::Published { .. } => &[Verb::Publish],
    }
}

fn in_words(verb: Verb) -> &'static str {
    match verb {
        Verb::Stop => say!("stop a release"),
        Verb::Resume => say!("resume a release"),
        Verb::SetFraction => say!("set the share of people"),
        Verb::Complete => say!("release to everybody"),
        Verb::Release => say!("put an approved version on sale"),
        Verb::RemoveFromSale => say!("take an app off sale"),
        Verb::RollBack => say!("put an earlier update in place"),
        Verb::Recover => say!("ask people who have a version to update"),
        Verb::TurnOn => say!("turn a flag on"),
        Verb::TurnOff => say!("turn a flag off"),
        Verb::Publish => say!("publish a notice"),
    }
}
