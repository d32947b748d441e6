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
use cockpit_domain::{Desired, Observation, Service, Target, TargetId, TargetState, Time};
use futures_util::future::{Either, select};
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard, Notify};

use super::api::Api;
use super::config::Config;
use super::edits::{Edits, moved};
use super::ratings;
use super::seen::Seen;
use super::wire::{Release, Summary, Track};
use crate::Adapter;
use crate::form::{answered, note};
use crate::http::Http;

static CAPABILITY: Capability = Capability {
    service: Service::GooglePlay,
    verbs: &[Verb::Stop, Verb::Resume, Verb::SetFraction, Verb::Complete],
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
    async fn urgently(&self) -> MutexGuard<'_, Edits> {
        self.hurry.notify_waiters();
        self.edits.lock().await
    }

    async fn look(&self, track: &str) -> Result<(Track, Time), ProviderError> {
        let mut hurry = pin!(self.hurry.notified());
        // Heard from here on, also while others are waited for.
        hurry.as_mut().enable();
        let look = async { self.edits.lock().await.read(&self.api, track, false).await };
        match select(hurry, pin!(look)).await {
            Either::Left(((), _)) => Err(ProviderError::new(
                ErrorKind::RateLimited,
                "Google Play was not looked at: a write or a careful reading goes first.",
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
                format!("{target} is not a track of {}.", self.api.package()),
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
                    "Every other change that was pending in the Play console went to review with it.".to_owned(),
                    "Google gives no time by which the store shows this to everybody: it can take hours.".to_owned(),
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
        let email = format!("Signed in as {}.", self.api.email());
        if !note(&mut check, "Service account", signed_in, &email)? {
            return Ok(check);
        }
        let mut edits = self.edits.lock().await;
        let opened = edits
            .open(&self.api, false)
            .await
            .map(|edit| edit.id.clone());
        let id = opened.clone().unwrap_or_default();
        let package = format!("{} can be edited.", self.api.package());
        if !note(
            &mut check,
            "Edits of this app",
            opened.map(|_| ()),
            &package,
        )? {
            return Ok(check);
        }
        let tracks = self.api.list_tracks(&id).await;
        let count = tracks.as_ref().map_or(0, Vec::len);
        note(
            &mut check,
            "View app information",
            tracks.map(|_| ()),
            &format!("Tracks found: {count}."),
        )?;
        note(
            &mut check,
            "Release to production",
            self.api.validate(&id).await,
            "A dry run of a commit was accepted. Google shows only at a real commit whether every right is there.",
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
                notes: vec!["Google Play already holds this state: nothing was sent.".to_owned()],
            });
        }
        if !is_as_read(&state, &effect.before.state) {
            return Err(moved("the track is not as it was read"));
        }
        let changed = changed(&held, &effect.desired)?;
        let edit = edits
            .take_to_write()
            .ok_or_else(|| moved("the open edit is gone"))?;
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

/// The track's newest release in our words.
fn rollout(track: &Track) -> Result<StagedRollout, ProviderError> {
    let releases = releases(track)?;
    let Some((_, newest)) = newest(&releases) else {
        return Ok(StagedRollout {
            version: String::new(),
            builds: Vec::new(),
            status: StagedStatus::Absent,
            fraction_bps: None,
            fallback: None,
            internal: false,
            review: None,
        });
    };
    let fallback = releases
        .iter()
        .filter(|other| other.status == "completed" && other.version_codes != newest.version_codes)
        .max_by_key(|other| other.newest_code());
    Ok(StagedRollout {
        version: version(newest),
        builds: newest.version_codes.clone(),
        status: status(newest)?,
        fraction_bps: newest.user_fraction.map(|fraction| {
            // Hundredths of a per cent of at most 1.0 fit.
            (fraction.clamp(0.0, 1.0) * 10_000.0).round() as u32
        }),
        fallback: fallback.map(version),
        internal: track.track == "internal",
        review: None,
    })
}

fn releases(track: &Track) -> Result<Vec<Release>, ProviderError> {
    track
        .releases
        .iter()
        .map(|release| serde_json::from_value(release.clone()).map_err(|_| not_understood()))
        .collect()
}

/// What people get newest: a draft counts only when there is nothing else.
fn newest(releases: &[Release]) -> Option<(usize, &Release)> {
    releases
        .iter()
        .enumerate()
        .max_by_key(|(_, release)| (release.status != "draft", release.newest_code()))
}

fn status(release: &Release) -> Result<StagedStatus, ProviderError> {
    match release.status.as_str() {
        "draft" => Ok(StagedStatus::Draft),
        "inProgress" => Ok(StagedStatus::InProgress),
        "halted" => Ok(StagedStatus::Halted),
        "completed" => Ok(StagedStatus::Completed),
        _ => Err(not_understood()),
    }
}

fn not_understood() -> ProviderError {
    ProviderError::new(
        ErrorKind::Protocol,
        "Google Play holds a release in a state that this version does not know.",
    )
    .hint("Look at the track in the Play console.")
}

/// The version in a release's name: "8.4.0", "84012 (8.4.0)" or "8.4.0 (84012)". Names are free
/// text; one without a version is shown whole.
pub(super) fn version(release: &Release) -> String {
    let Some(name) = release
        .name
        .as_deref()
        .filter(|name| !name.trim().is_empty())
    else {
        return release.version_codes.join(", ");
    };
    name.split(|letter: char| letter.is_whitespace() || "()[],".contains(letter))
        .map(|word| word.trim_start_matches(['v', 'V']))
        .find(|word| word.contains('.') && word.starts_with(|letter: char| letter.is_ascii_digit()))
        .unwrap_or(name.trim())
        .to_owned()
}

/// The track as it is to be sent: the newest release changed, everything else as it came.
pub(super) fn changed(track: &Track, desired: &Desired) -> Result<Track, ProviderError> {
    let all = releases(track)?;
    let (index, newest) = newest(&all).ok_or_else(|| rejected("the track holds no release", ""))?;
    let name = version(newest);
    let from = status(newest)?;
    let mut sent = track.clone();
    let release = sent
        .releases
        .get_mut(index)
        .and_then(Value::as_object_mut)
        .ok_or_else(not_understood)?;
    match (desired, from) {
        (_, StagedStatus::Draft | StagedStatus::Absent) => {
            return Err(rejected(
                &format!("{name} is a draft and reaches nobody"),
                "Roll it out in the Play console or by your delivery pipeline first.",
            ));
        }
        (Desired::Stopped, StagedStatus::Completed) if track.track == "internal" => {
            return Err(rejected(
                &format!(
                    "{name} reaches everybody on the internal testing track, where no full release is halted"
                ),
                "Release a corrected build to the track.",
            ));
        }
        (Desired::Stopped, _) => {
            // A share that was there stays, none is added: Google refuses either otherwise.
            release.insert("status".to_owned(), json!("halted"));
        }
        (Desired::RollingOut { fraction_bps: None }, StagedStatus::Halted)
            if newest.user_fraction.is_none() =>
        {
            return Err(rejected(
                &format!(
                    "{name} reached everybody before it was halted, so there is no share to go on with"
                ),
                "Choose a share, or release it to everybody.",
            ));
        }
        (
            Desired::RollingOut { fraction_bps: None },
            StagedStatus::Halted | StagedStatus::InProgress,
        ) => {
            release.insert("status".to_owned(), json!("inProgress"));
        }
        (Desired::RollingOut { .. }, StagedStatus::Completed) => {
            return Err(rejected(
                &format!("{name} already reaches everybody, and a share cannot be lowered"),
                "Halt the release instead.",
            ));
        }
        (
            Desired::RollingOut {
                fraction_bps: Some(bps),
            },
            StagedStatus::Halted | StagedStatus::InProgress,
        ) => {
            if !(1..10_000).contains(bps) {
                return Err(rejected(
                    "the share must be above 0 and below 100 %",
                    "To reach everybody, complete the release.",
                ));
            }
            let fraction = f64::from(*bps) / 10_000.0;
            if from == StagedStatus::InProgress
                && newest.user_fraction.is_some_and(|served| fraction < served)
            {
                return Err(rejected(
                    &format!("{name} already reaches more people, and a share cannot be lowered"),
                    "Halt the release instead.",
                ));
            }
            release.insert("status".to_owned(), json!("inProgress"));
            release.insert("userFraction".to_owned(), json!(fraction));
        }
        (Desired::Complete, _) => {
            release.insert("status".to_owned(), json!("completed"));
            release.remove("userFraction");
            release.remove("countryTargeting");
            // The release takes the place of what everybody had.
            let mut at = 0;
            sent.releases.retain(|other| {
                at += 1;
                at - 1 == index || other["status"] != "completed"
            });
        }
        (
            Desired::Released { .. }
            | Desired::RemovedFromSale
            | Desired::On
            | Desired::Off
            | Desired::Published { .. },
            _,
        ) => {
            return Err(ProviderError::new(
                ErrorKind::Unsupported,
                "Google Play offers this neither for a track nor for the app. Nothing was sent.",
            ));
        }
    }
    Ok(sent)
}

fn rejected(what: &str, hint: &str) -> ProviderError {
    let error = ProviderError::new(
        ErrorKind::Rejected,
        format!("Google Play would refuse this: {what}. Nothing was changed."),
    );
    if hint.is_empty() {
        error
    } else {
        error.hint(hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn versions_in_names() {
        let named = |name: &str| {
            version(&Release {
                name: (!name.is_empty()).then(|| name.to_owned()),
                version_codes: vec!["84012".to_owned()],
                ..Release::default()
            })
        };
        for name in [
            "8.4.0",
            "84012 (8.4.0)",
            "8.4.0 (84012)",
            "v8.4.0",
            " 8.4.0 ",
        ] {
            assert_eq!(named(name), "8.4.0", "{name}");
        }
        assert_eq!(named("Autumn release"), "Autumn release");
        assert_eq!(named(""), "84012");
    }

    fn any_release() -> impl Strategy<Value = Value> {
        let status = prop::sample::select(vec!["draft", "inProgress", "halted", "completed"]);
        (1_u32..50, status, prop::option::of(0.01_f64..0.99)).prop_map(|(code, status, share)| {
            let mut release = json!({
                "name": format!("1.{code}"), "versionCodes": [code.to_string()], "status": status,
                "releaseNotes": [{"language": "en-GB", "text": "Notes"}], "unheardOf": {"kept": true},
            });
            if let Some(share) = share {
                release["userFraction"] = json!(share);
            }
            release
        })
    }

    proptest! {
        /// Whatever stands on a track, a stop changes one word of one release, and a track that was
        /// sent never holds a lower share of a release than before.
        #[test]
        fn a_stop_changes_one_status_and_nothing_else(
            releases in prop::collection::vec(any_release(), 0..5),
        ) {
            let track = Track { track: "production".to_owned(), releases };
            if let Ok(sent) = changed(&track, &Desired::Stopped) {
                let differ: Vec<_> =
                    track.releases.iter().zip(&sent.releases).filter(|(was, is)| was != is).collect();
                prop_assert_eq!(track.releases.len(), sent.releases.len());
                prop_assert!(differ.len() <= 1);
                for (was, is) in differ {
                    let mut back = is.clone();
                    back["status"] = was["status"].clone();
                    prop_assert_eq!(&back, was);
                    prop_assert_eq!(&is["status"], "halted");
                }
            }
        }

        #[test]
        fn a_served_share_is_never_lowered(
            releases in prop::collection::vec(any_release(), 1..5),
            bps in 0_u32..11_000,
        ) {
            let track = Track { track: "production".to_owned(), releases };
            let desired = Desired::RollingOut { fraction_bps: Some(bps) };
            if let Ok(sent) = changed(&track, &desired) {
                for (was, is) in track.releases.iter().zip(&sent.releases) {
                    if was["status"] == "inProgress" {
                        prop_assert!(is["userFraction"].as_f64() >= was["userFraction"].as_f64());
                    }
                    prop_assert!(was["status"] != "completed" || is == was);
                }
            }
        }
    }
}
