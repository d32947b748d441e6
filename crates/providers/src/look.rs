//! The look right before a write, at stores that have no conditional write of their own. Must not
//! know how a store is asked.

use cockpit_domain::provider::{Effect, ErrorKind, ProviderError, Receipt};
use cockpit_domain::store::{self, StoreRollout};
use cockpit_domain::target::TargetState;
use cockpit_say::say;

/// What is left of a change, once it is known how the store stands: nothing, when it stands so
/// already. `place` is what people call the store, or what holds the release there.
///
/// # Errors
/// [`Moved`](ErrorKind::Moved) when it is not as the asker saw it.
pub(crate) fn held_already(
    place: &str,
    effect: &Effect,
    now: &StoreRollout,
) -> Result<Option<Receipt>, ProviderError> {
    if effect
        .desired
        .is_met_by(&TargetState::StoreRollout(now.clone()))
    {
        return Ok(Some(Receipt {
            provider_request_id: None,
            notes: vec![say!("{place} already held this state: nothing was sent.")],
        }));
    }
    if is_as_read(now, &effect.before.state) {
        return Ok(None);
    }
    Err(ProviderError::new(
        ErrorKind::Moved,
        say!(
            "{place} moved: {} is there now, {}. Nothing was changed.",
            now.version,
            store::state(now)
        ),
    )
    .hint(say!("Review the new state, then decide again.")))
}

/// The same release, for as many people. What merely waits beside it does not count.
fn is_as_read(now: &StoreRollout, before: &TargetState) -> bool {
    let TargetState::StoreRollout(before) = before else {
        return false;
    };
    now.version == before.version
        && now.builds == before.builds
        && now.status == before.status
        && now.fraction_bps == before.fraction_bps
        && now.countries == before.countries
}
