//! Our words to Google Play's and back. Must not know HTTP.

use std::fmt;
use std::pin::pin;
use std::sync::PoisonError;

use async_trait::async_trait;
use cockpit_domain::provider::{
    Applied, Capability, CredentialCheck, Effect, ErrorKind, ProviderError, Reading, Receipt, Verb,
};
use cockpit_domain::rehearsal::Rehearsal;
use cockpit_domain::signal::Rating;
use cockpit_domain::target::{Review, StagedRollout, StagedStatus};
use cockpit_domain::{Observation, Service, Target, TargetId, TargetState, Time};
use cockpit_say::say;
use futures_util::future::{Either, select};
use tokio::sync::{Mutex, MutexGuard, Notify};

use super::api::Api;
use super::config::Config;
use super::edits::{Edits, moved};
use super::ratings;
use super::release::{changed, releases, rollout};
use super::seen::Seen;
use super::wire::{Summary, Track};
use crate::Adapter;
use crate::form::{answered, note};
use crate::http::Http;

static CAPABILITY: Capability = Capability {
    service: Service::GooglePlay,
    verbs: &[
        Verb::Stop,
        Verb::Resume,
        Verb::SetFraction,
        Verb::Complete,
        Verb::Recover,
    ],
    signals: false,
    conditional_write: true,
};

/// When a look that gave way may be taken again.
const GIVE_WAY_MS: u64 = 1_000;

/// One app on Google Play.
pub struct GooglePlay {
    pub(super) api: Api,
    /// Held through a whole apply, so that writes to one app come one by one.
    pub(super) edits: Mutex<Edits>,
    /// Held while a recovery is looked for, made and deployed. No stop waits for it.
    pub(super) recovering: Mutex<()>,
    /// Called by what cannot wait behind a look at a slow service.
    pub(super) hurry: Notify,
    /// What was seen on each track: Google shows no release before a full one.
    seen: std::sync::Mutex<Seen>,
}

impl GooglePlay {
    pub(super) fn new(config: Config, http: &Http) -> Self {
        Self {
            api: Api::new(config, http),
            edits: Mutex::new(Edits::default()),
            recovering: Mutex::new(()),
            hurry: Notify::new(),
            seen: std::sync::Mutex::default(),
        }
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The track's newest release, with the one before it where that was seen.
    pub(super) fn rollout(&self, track: &Track) -> Result<StagedRollout, ProviderError> {
        let mut found = rollout(track)?;
        let before = self.seen().before(&track.track, &releases(track)?);
        if found.status == StagedStatus::Completed && found.fallback.is_none() {
            found.fallback = before;
        }
        Ok(found)
    }

    /// Where the review stands. Costs no edit; what cannot be read is left out.
    async fn review(&self, track: &str, builds: &[String]) -> Option<Review> {
        let now = self.api.now();
        if let Some(known) = self.seen().review(track, builds, now) {
            return known;
        }
        let found = self.api.summaries(track).await.ok().and_then(|found| {
            let of = |it: &&Summary| it.codes().any(|code| builds.contains(&code));
            found.iter().find(of).and_then(Summary::review)
        });
        self.seen().reviewed(track, builds, now, found);
        found
    }

    /// The edits for what cannot wait: looks that are under way give way.
    pub(super) async fn urgently(&self) -> MutexGuard<'_, Edits> {
        self.hurry.notify_waiters();
        self.edits.lock().await
    }

    pub(super) async fn look(&self, track: &str) -> Result<(Track, Time), ProviderError> {
        let mut hurry = pin!(self.hurry.notified());
        // Heard from here on, also while others are waited for.
        hurry.as_mut().enable();
        let look = async { self.edits.lock().await.read(&self.api, track, false).await };
        match select(hurry, pin!(look)).await {
            Either::Left(((), _)) => Err(ProviderError::new(
                ErrorKind::RateLimited,
                say!("Google Play was not looked at: a write or a careful reading goes first."),
            )
            .retry_after(GIVE_WAY_MS)),
            Either::Right((outcome, _)) => outcome,
        }
    }

    /// The track of a target of this app.
    pub(super) fn track<'a>(&self, target: &'a TargetId) -> Result<&'a str, ProviderError> {
        match target.name().split_once('/') {
            Some((package, track)) if package == self.api.package() && !track.is_empty() => {
                Ok(track)
            }
            Some(_) | None => Err(ProviderError::new(
                ErrorKind::NotFound,
                say!("{target} is not a track of {}.", self.api.package()),
            )),
        }
    }

    async fn write(&self, edit: &str, track: &Track) -> Result<Receipt, ProviderError> {
        let outcome = match self.api.put_track(edit, track).await {
            Ok(()) => self.api.commit(edit).await,
            Err(error) => Err(error),
        };
        match outcome {
            Ok(committed) => Ok(Receipt {
                provider_request_id: Some(committed.id),
                notes: vec![
                    say!("Every other change that was pending in the Play console went to review with it.").to_owned(),
                    say!("Google gives no time by which the store shows this to everybody: it can take hours.").to_owned(),
                ],
            }),
            Err(error) => {
                if error.applied == Applied::No && answered(error.kind) && error.kind != ErrorKind::Moved {
                    // Tidiness only: the next edit ends this one as well.
                    if let Err(error) = self.api.delete_edit(edit).await {
                        tracing::debug!(kind = ?error.kind, "an edit was left to end by itself");
                    }
                }
                Err(error)
            }
        }
    }
}

#[async_trait]
impl Adapter for GooglePlay {
    fn capability(&self) -> &Capability {
        &CAPABILITY
    }

    async fn check(&self) -> Result<CredentialCheck, ProviderError> {
        let mut check = CredentialCheck { items: Vec::new() };
        let signed_in = self.api.sign_in(false).await.map(|_| ());
        let email = say!("Signed in as {}.", self.api.email());
        if !note(&mut check, say!("Service account"), signed_in, &email)? {
            return Ok(check);
        }
        let mut edits = self.edits.lock().await;
        let opened = edits
            .open(&self.api, false)
            .await
            .map(|edit| edit.id.clone());
        let id = opened.clone().unwrap_or_default();
        let package = say!("{} can be edited.", self.api.package());
        if !note(
            &mut check,
            say!("Edits of this app"),
            opened.map(|_| ()),
            &package,
        )? {
            return Ok(check);
        }
        let tracks = self.api.list_tracks(&id).await;
        let count = tracks.as_ref().map_or(0, Vec::len);
        note(
            &mut check,
            say!("View app information"),
            tracks.map(|_| ()),
            &say!("Tracks found: {count}."),
        )?;
        note(
            &mut check,
            say!("Release to production"),
            self.api.validate(&id).await,
            say!(
                "A dry run of a commit was accepted. Google shows only at a real commit whether every right is there."
            ),
        )?;
        Ok(check)
    }

    async fn targets(&self) -> Result<Vec<Target>, ProviderError> {
        let mut edits = self.edits.lock().await;
        let tracks = edits.list(&self.api).await?;
        Ok(tracks
            .iter()
            .filter(|track| !track.releases.is_empty() || track.track == "production")
            .map(|track| Target {
                id: TargetId::new(
                    Service::GooglePlay,
                    &format!("{}/{}", self.api.package(), track.track),
                ),
                title: format!("Google Play · {}", track.track),
                platform: "Android".to_owned(),
            })
            .collect())
    }

    async fn observe(
        &self,
        target: &TargetId,
        reading: Reading,
    ) -> Result<Observation, ProviderError> {
        if let Some(named) = self.recovery_named(target) {
            return self.observe_recovery(target, &named, reading).await;
        }
        let track = self.track(target)?;
        let (found, at) = match reading {
            Reading::Poll => self.look(track).await?,
            Reading::Fresh => self.urgently().await.read(&self.api, track, true).await?,
            Reading::Serving => {
                self.urgently()
                    .await
                    .read_anew(&self.api, track, true)
                    .await?
            }
        };
        let mut rollout = self.rollout(&found)?;
        if reading == Reading::Poll && !rollout.builds.is_empty() {
            rollout.review = self.review(track, &rollout.builds).await;
        }
        let state = TargetState::StagedRollout(rollout);
        Ok(Observation {
            target: target.clone(),
            at,
            state,
        })
    }

    async fn rehearse(&self, seen: &Observation) -> Rehearsal {
        self.rehearse_halt(seen).await
    }

    async fn apply(&self, effect: &Effect) -> Result<Receipt, ProviderError> {
        if let Some(named) = self.recovery_named(&effect.target) {
            return self.apply_recovery(effect, &named).await;
        }
        let track = self.track(&effect.target)?;
        let mut edits = self.urgently().await;
        let held = match edits.held(&self.api, track) {
            Some(held) => held,
            None => edits.read_anew(&self.api, track, true).await?.0,
        };
        let state = TargetState::StagedRollout(self.rollout(&held)?);
        if effect.desired.is_met_by(&state) {
            return Ok(Receipt {
                provider_request_id: None,
                notes: vec![
                    say!("Google Play already holds this state: nothing was sent.").to_owned(),
                ],
            });
        }
        if !is_as_read(&state, &effect.before.state) {
            return Err(moved(say!("the track is not as it was read")));
        }
        let changed = changed(&held, &effect.desired)?;
        let edit = edits
            .take_to_write()
            .ok_or_else(|| moved(say!("the open edit is gone")))?;
        self.write(&edit, &changed).await
    }

    async fn ratings(&self) -> Result<Vec<Rating>, ProviderError> {
        ratings::read(&self.api).await
    }
}

impl fmt::Debug for GooglePlay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GooglePlay")
            .field("package", &self.api.package())
            .finish_non_exhaustive()
    }
}

/// The same release in the same state. The review goes on by itself and does not count.
fn is_as_read(now: &TargetState, before: &TargetState) -> bool {
    match (now, before) {
        (TargetState::StagedRollout(now), TargetState::StagedRollout(before)) => {
            now.version == before.version
                && now.builds == before.builds
                && now.status == before.status
                && now.fraction_bps == before.fraction_bps
                && now.fallback == before.fallback
        }
        _ => false,
    }
}
