//! Turning a flag on or off in both kinds of environments. Must not know how it is read back.

use cockpit_domain::provider::{ErrorKind, ProviderError, Receipt};
use cockpit_say::{said, say};
use futures_util::future::join;

use super::api::Api;
use super::errors::{APPROVAL, ASK_THERE};
use super::wire::{Environment, Feature, VersionState};

/// Turns a feature on or off for everybody without an override.
pub(super) async fn switch(
    api: &Api,
    known: &Environment,
    name: &str,
    on: bool,
    comment: &str,
) -> Result<Receipt, ProviderError> {
    // The environment's numbers stay; whether it keeps versions and asks for approvals may change.
    let (environment, features) =
        join(api.environment(true), api.features(known, Some(name), true)).await;
    let (environment, (features, _)) = (environment?, features?);
    let feature = found(name, &environment, features)?;
    let state = state_of(&feature, &environment)?;
    if state.enabled == on {
        return Ok(Receipt {
            provider_request_id: Some(format!("feature state {}", state.id)),
            notes: vec![say!(
                "It was {} already: nothing was sent.",
                if on { "on" } else { "off" }
            )],
        });
    }
    // The older interface takes changes past the approvals that the console asks for.
    if environment.approvals.is_some() {
        return Err(ProviderError::new(
            ErrorKind::NeedsPerson,
            say!("{} Nothing was sent.", said(APPROVAL)),
        )
        .hint(said(ASK_THERE)));
    }
    if !environment.versioned {
        api.set(state.id, feature.id, on).await?;
        return Ok(Receipt {
            provider_request_id: Some(format!("feature state {}", state.id)),
            notes: vec![
                say!("Flagsmith takes no comment here: it keeps no versions in this environment.")
                    .to_owned(),
            ],
        });
    }
    let version = publish(api, &environment, &feature, on, comment).await?;
    Ok(Receipt {
        provider_request_id: Some(format!("version {version}")),
        notes: Vec::new(),
    })
}

/// The feature of exactly this name.
pub(super) fn found(
    name: &str,
    environment: &Environment,
    features: Vec<Feature>,
) -> Result<Feature, ProviderError> {
    let feature = features.into_iter().find(|it| it.name == name);
    feature.ok_or_else(|| {
        ProviderError::new(
            ErrorKind::NotFound,
            say!("Flagsmith has no flag {name} in {}.", environment.name),
        )
        .hint(say!(
            "Check its name in Flagsmith; it may have been deleted."
        ))
    })
}

pub(super) fn state_of<'a>(
    feature: &'a Feature,
    environment: &Environment,
) -> Result<&'a super::wire::State, ProviderError> {
    feature.state.as_ref().ok_or_else(|| {
        ProviderError::new(
            ErrorKind::NotFound,
            say!(
                "Flagsmith shows no state of {} in {}.",
                feature.name,
                environment.name
            ),
        )
        .hint(say!(
            "Look at the flag in Flagsmith; the environment may still be made."
        ))
    })
}

/// A further version in which nothing else is changed. Until it is published nobody gets it.
async fn publish(
    api: &Api,
    environment: &Environment,
    feature: &Feature,
    on: bool,
    comment: &str,
) -> Result<String, ProviderError> {
    let (env, id) = (environment.id, feature.id);
    let live = api.live(env, id).await?;
    let version = api.draft(env, id, comment).await?;
    match prepare(api, environment, feature, &version, live, on).await {
        Ok(()) => {
            api.publish(env, id, &version).await?;
            Ok(version)
        }
        Err(error) => {
            // A draft that stays is in nobody's way.
            let _ = api.discard(env, id, &version).await;
            Err(error)
        }
    }
}

/// Changes the draft, and looks whether somebody published another version since it was made: the
/// draft as a whole would take the place of theirs.
async fn prepare(
    api: &Api,
    environment: &Environment,
    feature: &Feature,
    version: &str,
    live: Option<String>,
    on: bool,
) -> Result<(), ProviderError> {
    let (env, id) = (environment.id, feature.id);
    let states = api.states(env, id, version).await?;
    let state = states.into_iter().find(is_for_everybody);
    let state = state.ok_or_else(|| {
        ProviderError::new(
            ErrorKind::Protocol,
            say!(
                "Flagsmith shows no state of {} for everybody in its further version. Nothing was changed.",
                feature.name
            ),
        )
        .hint(say!("Look at the flag in Flagsmith."))
    })?;
    api.set_in(env, id, version, &state, on).await?;
    // Last of all, so that nothing but the publication lies behind it.
    if api.live(env, id).await? != live {
        return Err(ProviderError::new(
            ErrorKind::Moved,
            say!(
                "Somebody published another version of {} in Flagsmith at the same moment. Nothing was changed.",
                feature.name
            ),
        )
        .hint(say!("Review the new state, then ask again.")));
    }
    Ok(())
}

/// The state that holds where neither a person nor a segment has another one.
fn is_for_everybody(state: &VersionState) -> bool {
    state.feature_segment.is_null() && state.identity.is_null()
}
