//! What every service's adapter offers to the core. Must not know HTTP.

use async_trait::async_trait;
use cockpit_domain::engagement::Engagement;
use cockpit_domain::provider::{
    Capability, CredentialCheck, Effect, ProviderError, Reading, Receipt,
};
use cockpit_domain::rehearsal::Rehearsal;
use cockpit_domain::signal::{Rating, Signal};
use cockpit_domain::target::{Notice, Posted};
use cockpit_domain::{Observation, Target, TargetId, Time};
use cockpit_say::say;

/// One connection to an outside service.
///
/// Every future may be dropped at any await: nothing is left half done in the adapter. A write that
/// was on its way when its future was dropped may still take effect, so read back.
#[async_trait]
pub trait Adapter: Send + Sync + std::fmt::Debug {
    /// What the adapter can do. Anything else is refused without a request.
    fn capability(&self) -> &Capability;

    /// Tries each permission that the adapter needs and names the missing ones with what to do.
    ///
    /// # Errors
    /// Only when the service gave no answer to judge by (unreachable, late, failing, limiting).
    async fn check(&self) -> Result<CredentialCheck, ProviderError>;

    /// Finds what this connection can stop or publish to.
    ///
    /// # Errors
    /// Any [`ProviderError`]; nothing is changed.
    async fn targets(&self) -> Result<Vec<Target>, ProviderError>;

    /// Says which notice may stand there, and that it was not asked for before `since`. A service that
    /// cannot carry our key with a notice finds it by what it says.
    fn look_for(&self, _notice: &Notice, _since: Time) {}

    /// Says which notice of ours, standing there already, this one continues: people read the two as
    /// one story where the service can show them so.
    fn answers(&self, _notice: &Notice, _first: &Posted) {}

    /// Reads a target's state, as carefully as `reading` asks.
    ///
    /// # Errors
    /// Any [`ProviderError`]; nothing is changed.
    async fn observe(
        &self,
        target: &TargetId,
        reading: Reading,
    ) -> Result<Observation, ProviderError>;

    /// Makes the write. A receipt says that the service took it, not that it is in effect: read
    /// back with [`Reading::Serving`].
    ///
    /// # Errors
    /// [`ProviderError::applied`] says whether the write may have taken effect.
    async fn apply(&self, effect: &Effect) -> Result<Receipt, ProviderError>;

    /// Tries the stop of a target that was seen so, without changing anything that anybody is served
    /// from: by the service's own dry run where there is one, else by what a reading shows of the
    /// permission. Says what it could not show. Takes nothing that is kept for stops, and gives way to
    /// one.
    async fn rehearse(&self, _seen: &Observation) -> Rehearsal {
        Rehearsal::not_proven(say!("It cannot be tried here without a change."))
    }

    /// Reads what people did with these posts, by the service's own names of them. A post that the
    /// service does not speak of is absent; so are all where it counts nothing.
    ///
    /// # Errors
    /// Any [`ProviderError`]; nothing is changed.
    async fn engagement(&self, _posts: &[String]) -> Result<Vec<Engagement>, ProviderError> {
        Ok(Vec::new())
    }

    /// Reads the health figures; empty where the service gives none.
    ///
    /// # Errors
    /// Any [`ProviderError`]. Missing figures are no error and never health: they are absent.
    async fn signals(&self) -> Result<Vec<Signal>, ProviderError> {
        Ok(Vec::new())
    }

    /// Reads what people say in the store's reviews; empty where there are none. Costs more than a
    /// look, so it is asked for seldom.
    ///
    /// # Errors
    /// Any [`ProviderError`]; nothing is changed.
    async fn ratings(&self) -> Result<Vec<Rating>, ProviderError> {
        Ok(Vec::new())
    }
}
