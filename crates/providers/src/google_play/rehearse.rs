//! The dry run of a halt, in an edit that is thrown away. Must not know who asks for it.

use std::pin::pin;

use cockpit_domain::provider::ProviderError;
use cockpit_domain::rehearsal::Rehearsal;
use cockpit_domain::target::Review;
use cockpit_domain::{Desired, Observation, TargetState};
use cockpit_say::{mark, said, say};
use futures_util::future::{Either, select};

use super::adapter::GooglePlay;
use super::edits::moved;
use super::release::changed;

/// The permission that a halt needs, as the Play console names it.
const RELEASES: &str = mark!("Release to production, exclude devices, and use Play App Signing");

impl GooglePlay {
    /// Whether Google would take a halt of a track that was seen so.
    pub(super) async fn rehearse_halt(&self, seen: &Observation) -> Rehearsal {
        let track = match self.track(&seen.target) {
            Ok(track) => track,
            Err(error) => return Rehearsal::failed(error, said(RELEASES)),
        };
        if let Err(kept) = self.api.spares_a_dry_run() {
            return kept;
        }
        let mut hurry = pin!(self.hurry.notified());
        // Heard from here on, also while others are waited for.
        hurry.as_mut().enable();
        let version = match select(hurry, pin!(self.dry_run(track))).await {
            Either::Left(((), _)) => {
                return Rehearsal::not_proven(say!(
                    "The dry run gave way to a stop or to a careful reading."
                ));
            }
            Either::Right((Err(error), _)) => return Rehearsal::failed(error, said(RELEASES)),
            Either::Right((Ok(version), _)) => version,
        };
        let taken = say!(
            "Google Play took a dry run of halting {version} (edits.validate), and nothing was sent."
        );
        if matches!(&seen.state, TargetState::StagedRollout(it) if it.review == Some(Review::InReview))
        {
            return Rehearsal::not_proven(say!(
                "{taken} But Google reviews this release now, and refuses a halt while the review runs."
            ))
            .hint(say!("In the Play console, Publishing overview: wait for the review, or remove the changes from it."));
        }
        Rehearsal::can_stop(say!(
            "{taken} It does not show whether other changes of the app are in review: the halt would be refused then."
        ))
    }

    /// Puts the halt into an edit of its own, lets Google check it, and throws the edit away.
    async fn dry_run(&self, track: &str) -> Result<String, ProviderError> {
        let mut edits = self.edits.lock().await;
        edits.open_to_rehearse(&self.api).await?;
        let (found, _) = edits.read(&self.api, track, false).await?;
        let halted = changed(&found, &Desired::Stopped)?;
        let version = self.rollout(&found)?.version;
        let edit = edits
            .take_to_write()
            .ok_or_else(|| moved(say!("the open edit is gone")))?;
        let tried = match self.api.put_track(&edit, &halted).await {
            Ok(()) => self.api.validate(&edit).await,
            Err(error) => Err(error),
        };
        // Tidiness only: the next edit ends this one as well.
        if let Err(error) = self.api.delete_edit(&edit).await {
            tracing::debug!(kind = ?error.kind, "an edit was left to end by itself");
        }
        tried.map(|()| version)
    }
}
