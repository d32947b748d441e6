//! Our words to the Microsoft Store's and back. Must not know HTTP.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use cockpit_domain::provider::{
    Capability, CredentialCheck, Effect, ErrorKind, ProviderError, Reading, Receipt, Verb,
};
use cockpit_domain::rehearsal::Rehearsal;
use cockpit_domain::store::not_offered;
use cockpit_domain::target::{Review, Store, StoreRollout, StoreStatus, Submitted};
use cockpit_domain::{Desired, Observation, Service, Target, TargetId, TargetState, Time};
use cockpit_say::say;

use super::api::{Api, Change};
use super::config::Config;
use super::wire::Rollout;
use crate::Adapter;
use crate::form::note;
use crate::http::Http;
use crate::look::held_already;

static CAPABILITY: Capability = Capability {
    service: Service::MicrosoftStore,
    // A halt is for good, so there is nothing to resume.
    verbs: &[Verb::Stop, Verb::SetFraction, Verb::Complete],
    signals: false,
    conditional_write: false,
};

/// So many submissions' versions are kept.
const VERSIONS_MAX: usize = 16;

/// One app in the Microsoft Store.
pub struct MicrosoftStore {
    api: Api,
    /// By the number of a published submission, whose packages never change.
    versions: Mutex<BTreeMap<String, String>>,
}

/// What was read, with the submission that a change goes to.
struct Read {
    state: StoreRollout,
    submission: Option<String>,
    at: Time,
}

impl MicrosoftStore {
    pub(super) fn new(config: Config, http: &Http) -> Self {
        Self {
            api: Api::new(config, http),
            versions: Mutex::default(),
        }
    }

    fn own(&self, target: &TargetId) -> Result<(), ProviderError> {
        if target.name() == self.api.app_id() {
            return Ok(());
        }
        Err(ProviderError::new(
            ErrorKind::NotFound,
            say!("{target} is not the app {}.", self.api.app_id()),
        ))
    }

    async fn read(&self, reading: Reading) -> Result<Read, ProviderError> {
        let urgent = reading != Reading::Poll;
        let app = self.api.app(urgent).await?;
        let Some(published) = app.last_published_application_submission else {
            return Ok(Read {
                state: nothing_out(),
                submission: None,
                at: self.api.now(),
            });
        };
        let (rollout, at) = self.api.rollout(&published.id, urgent).await?;
        let version = self.version(&published.id, urgent).await?;
        let mut state = shown(&published.id, version, &rollout)?;
        if let Some(before) = rollout.fallback_submission_id.filter(|id| id != "0") {
            // What people fall back to is told where it can be read; a stop does not wait for it.
            state.fallback = self.version(&before, urgent).await.ok();
        }
        if reading == Reading::Poll
            && let Some(pending) = app.pending_application_submission
        {
            state.submitted = self.submitted(&pending.id).await;
        }
        Ok(Read {
            state,
            submission: Some(published.id),
            at,
        })
    }

    async fn version(&self, submission: &str, urgent: bool) -> Result<String, ProviderError> {
        let kept = || self.versions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(version) = kept().get(submission) {
            return Ok(version.clone());
        }
        let version = self.api.submission(submission, urgent).await?.version();
        let mut versions = kept();
        if versions.len() >= VERSIONS_MAX {
            versions.clear();
        }
        versions.insert(submission.to_owned(), version.clone());
        Ok(version)
    }

    /// The version that was handed in after the one that is out; what cannot be read is left out.
    async fn submitted(&self, submission: &str) -> Option<Submitted> {
        let review = review(&self.api.status(submission).await.ok()?)?;
        // Its packages may still change, so they are not kept.
        let version = self.api.submission(submission, false).await.ok()?.version();
        Some(Submitted { version, review })
    }
}

#[async_trait]
impl Adapter for MicrosoftStore {
    fn capability(&self) -> &Capability {
        &CAPABILITY
    }

    async fn check(&self) -> Result<CredentialCheck, ProviderError> {
        let mut check = CredentialCheck { items: Vec::new() };
        let signed_in = self.api.signed_in(false).await;
        if !note(
            &mut check,
            say!("Azure AD application"),
            signed_in,
            say!("Signed in."),
        )? {
            return Ok(check);
        }
        let app = self.api.app(false).await.map(|_| ());
        let found = say!("{} found.", self.api.app_id());
        if !note(&mut check, say!("App"), app, &found)? {
            return Ok(check);
        }
        let rollout = self.read(Reading::Poll).await.map(|_| ());
        note(
            &mut check,
            say!("Submissions and package rollout"),
            rollout,
            say!(
                "They can be read. Whether the role may change them shows only at a real change: use Manager."
            ),
        )?;
        Ok(check)
    }

    async fn targets(&self) -> Result<Vec<Target>, ProviderError> {
        self.api.app(false).await?;
        Ok(vec![Target {
            id: TargetId::new(Service::MicrosoftStore, self.api.app_id()),
            title: say!("Microsoft Store · package rollout").to_owned(),
            platform: "Windows".to_owned(),
        }])
    }

    async fn observe(
        &self,
        target: &TargetId,
        reading: Reading,
    ) -> Result<Observation, ProviderError> {
        self.own(target)?;
        let read = self.read(reading).await?;
        Ok(Observation {
            target: target.clone(),
            at: read.at,
            state: TargetState::StoreRollout(read.state),
        })
    }

    async fn rehearse(&self, seen: &Observation) -> Rehearsal {
        if let Err(kept) = self.api.spares_a_look() {
            return kept;
        }
        let read = match self.own(&seen.target) {
            Ok(()) => self.read(Reading::Poll).await,
            Err(error) => Err(error),
        };
        match read {
            Ok(_) => Rehearsal::not_proven(say!(
                "The rollout can be read with this key. Microsoft takes no dry run: whether the role may halt it shows only at a real halt."
            )),
            Err(error) => {
                Rehearsal::failed(error, say!("An Azure AD application with the role Manager"))
            }
        }
    }

    async fn apply(&self, effect: &Effect) -> Result<Receipt, ProviderError> {
        self.own(&effect.target)?;
        // There is no conditional write: looking right before is the best there is.
        let read = self.read(Reading::Fresh).await?;
        if let Some(receipt) = held_already(say!("The Microsoft Store"), effect, &read.state)? {
            return Ok(receipt);
        }
        if let Some(why) = not_offered(&effect.desired, &read.state) {
            return Err(rejected(&why));
        }
        let change = change(&effect.desired)?;
        let Some(submission) = read.submission else {
            return Err(rejected(say!("no version is out")));
        };
        self.api.change(&submission, change).await?;
        Ok(Receipt {
            provider_request_id: Some(submission),
            notes: Vec::new(),
        })
    }
}

impl fmt::Debug for MicrosoftStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MicrosoftStore")
            .field("app", &self.api.app_id())
            .finish_non_exhaustive()
    }
}

fn rejected(why: &str) -> ProviderError {
    ProviderError::new(
        ErrorKind::Rejected,
        say!("The Microsoft Store would refuse this: {why}. Nothing was changed."),
    )
    .hint(say!(
        "Look at the rollout in Partner Center, or turn the feature off by a flag."
    ))
}

fn nothing_out() -> StoreRollout {
    StoreRollout {
        store: Store::MicrosoftStore,
        version: String::new(),
        builds: Vec::new(),
        status: StoreStatus::Absent,
        fraction_bps: None,
        countries: Vec::new(),
        fallback: None,
        ends_at: None,
        submitted: None,
        air: None,
    }
}

fn shown(
    submission: &str,
    version: String,
    rollout: &Rollout,
) -> Result<StoreRollout, ProviderError> {
    // Hundredths of a per cent of at most 100 fit.
    let share = (rollout.package_rollout_percentage.clamp(0.0, 100.0) * 100.0).round() as u32;
    let (status, fraction_bps) = match (
        rollout.is_package_rollout,
        rollout.package_rollout_status.as_str(),
    ) {
        // No rollout shows 0 % as well, and everybody gets the release.
        (false, "PackageRolloutNotStarted") => (StoreStatus::Completed, None),
        (_, "PackageRolloutInProgress") => (StoreStatus::InProgress, Some(share)),
        (_, "PackageRolloutComplete") => (StoreStatus::Completed, None),
        // The share that was out is not shown any more.
        (_, "PackageRolloutStopped") => (StoreStatus::Halted, None),
        (true | false, _) => {
            return Err(ProviderError::new(
                ErrorKind::Protocol,
                say!(
                    "The Microsoft Store holds a rollout in a state that this version does not \
                      know."
                ),
            )
            .hint(say!("Look at the rollout in Partner Center.")));
        }
    };
    Ok(StoreRollout {
        version,
        builds: vec![submission.to_owned()],
        status,
        fraction_bps,
        ..nothing_out()
    })
}

/// Where a submission's certification stands; none where nothing waits.
fn review(status: &str) -> Option<Review> {
    match status {
        "PendingCommit" | "CommitFailed" => Some(Review::NotSent),
        "CommitStarted" | "PreProcessing" | "Certification" => Some(Review::InReview),
        "PendingPublication" | "Publishing" | "Release" => Some(Review::Approved),
        "PreProcessingFailed" | "CertificationFailed" | "PublishFailed" | "ReleaseFailed" => {
            Some(Review::Rejected)
        }
        _ => None,
    }
}

/// What to send.
fn change(desired: &Desired) -> Result<Change, ProviderError> {
    match desired {
        Desired::Stopped => Ok(Change::Halt),
        Desired::RollingOut {
            fraction_bps: Some(bps),
        } if bps % 100 == 0 => Ok(Change::Percentage(bps / 100)),
        Desired::Complete => Ok(Change::Finalize),
        Desired::RollingOut { .. }
        | Desired::Released { .. }
        | Desired::RemovedFromSale
        | Desired::RolledBack { .. }
        | Desired::AskedToUpdate
        | Desired::NotAsked
        | Desired::On
        | Desired::Off
        | Desired::Published { .. } => Err(ProviderError::new(
            ErrorKind::Unsupported,
            say!("The Microsoft Store does not offer this. Nothing was sent."),
        )),
    }
}
