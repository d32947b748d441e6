//! Our words to Google Play's and back. Must not know HTTP.

use std::collections::BTreeMap;
use std::fmt;

use async_trait::async_trait;
use cockpit_domain::provider::{
    Applied, Capability, CredentialCheck, Effect, ErrorKind, ProviderError, Reading, Receipt, Verb,
};
use cockpit_domain::target::{StagedRollout, StagedStatus};
use cockpit_domain::{Desired, Observation, Service, Target, TargetId, TargetState, Time};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::api::Api;
use super::config::Config;
use super::wire::{Release, Track};
use crate::Adapter;
use crate::form::{answered, note};
use crate::http::Http;

static CAPABILITY: Capability = Capability {
    service: Service::GooglePlay,
    verbs: &[Verb::Stop, Verb::Resume, Verb::SetFraction, Verb::Complete],
    signals: false,
    conditional_write: true,
};

/// One app on Google Play.
pub struct GooglePlay {
    api: Api,
    /// Held through a whole apply, so that writes to one app come one by one.
    edits: Mutex<Edits>,
}

/// What is known of this account's edits of the app.
#[derive(Debug, Default)]
struct Edits {
    /// The tripwire: one open edit that nothing was written to.
    open: Option<OpenEdit>,
    /// The edit that a write was prepared in. Google may give its id out again within seconds, with
    /// what was put into it: nothing may be read from it.
    written: Option<String>,
    /// Edits of an earlier process can come back in the same way, so the first one is thrown away.
    cleared: bool,
}

/// While it lives, nothing changed since it was opened.
#[derive(Debug)]
struct OpenEdit {
    id: String,
    expires: Option<Time>,
    /// Tracks as read in it.
    tracks: BTreeMap<String, Track>,
}

/// An edit with less than this left is not begun with.
const EXPIRY_MARGIN_MS: u64 = 60_000;
const OPEN_TRIES: u32 = 3;

impl GooglePlay {
    pub(super) fn new(config: Config, http: &Http) -> Self {
        Self {
            api: Api::new(config, http),
            edits: Mutex::new(Edits::default()),
        }
    }

    /// The track of a target of this app.
    fn track<'a>(&self, target: &'a TargetId) -> Result<&'a str, ProviderError> {
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

    /// Opens an edit that holds what is served. It ends every earlier one.
    async fn open<'a>(
        &self,
        edits: &'a mut Edits,
        urgent: bool,
    ) -> Result<&'a mut OpenEdit, ProviderError> {
        // Gone with the insertion, even when its answer is lost.
        edits.open = None;
        for _ in 0..OPEN_TRIES {
            let edit = self.api.insert_edit(urgent).await?;
            if edits.cleared && edits.written.as_ref() != Some(&edit.id) {
                let expires = edit
                    .expiry_time_seconds
                    .and_then(|seconds| seconds.parse::<i64>().ok())
                    .map(|seconds| Time::from_ms(seconds.saturating_mul(1000)));
                return Ok(edits.open.insert(OpenEdit {
                    id: edit.id,
                    expires,
                    tracks: BTreeMap::new(),
                }));
            }
            match self.api.delete_edit(&edit.id).await {
                Ok(()) => edits.cleared = true,
                Err(error) if matches!(error.kind, ErrorKind::Moved | ErrorKind::NotFound) => {
                    edits.cleared = true;
                }
                Err(error) => return Err(error),
            }
        }
        Err(moved("it keeps giving out an edit that was written to"))
    }

    fn lasts(&self, edit: &OpenEdit) -> bool {
        edit.expires
            .is_none_or(|expires| self.api.now() + EXPIRY_MARGIN_MS < expires)
    }

    /// Reads a track in the open edit, or in another when that one has died.
    async fn read(
        &self,
        edits: &mut Edits,
        track: &str,
        urgent: bool,
    ) -> Result<(Track, Time), ProviderError> {
        if let Some(edit) = edits.open.as_mut().filter(|edit| self.lasts(edit)) {
            match self.api.get_track(&edit.id, track, urgent).await {
                Ok((found, answer)) => {
                    edit.tracks.insert(track.to_owned(), found.clone());
                    return Ok((found, answer.at));
                }
                Err(error) if error.kind == ErrorKind::Moved => {
                    tracing::info!(
                        package = self.api.package(),
                        "the open edit died: something changed on Google Play"
                    );
                }
                Err(error) => return Err(error),
            }
        }
        self.read_anew(edits, track, urgent).await
    }

    /// Reads a track in an edit opened for it, which becomes the tripwire.
    async fn read_anew(
        &self,
        edits: &mut Edits,
        track: &str,
        urgent: bool,
    ) -> Result<(Track, Time), ProviderError> {
        for last in [false, true] {
            let edit = self.open(edits, urgent).await?;
            match self.api.get_track(&edit.id, track, urgent).await {
                Ok((found, answer)) => {
                    edit.tracks.insert(track.to_owned(), found.clone());
                    return Ok((found, answer.at));
                }
                // Within seconds Google may give out an id that is already used up.
                Err(error) if error.kind == ErrorKind::Moved => {
                    edits.open = None;
                    if last {
                        return Err(error);
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Err(moved("the track could not be read in one piece"))
    }

    async fn write(&self, edit: OpenEdit, track: &Track) -> Result<Receipt, ProviderError> {
        let outcome = match self.api.put_track(&edit.id, track).await {
            Ok(()) => self.api.commit(&edit.id).await,
            Err(error) => Err(error),
        };
        match outcome {
            Ok(committed) => Ok(Receipt {
                provider_request_id: Some(committed.id),
                notes: vec![
                    "The commit also sent every other pending change in the Play console to review.".to_owned(),
                ],
            }),
            Err(error) => {
                if error.applied == Applied::No && answered(error.kind) && error.kind != ErrorKind::Moved {
                    // Tidiness only: the next edit ends this one as well.
                    if let Err(error) = self.api.delete_edit(&edit.id).await {
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
        let opened = self
            .open(&mut edits, false)
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
            &format!("{count} tracks found."),
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
        let mut found = None;
        if let Some(edit) = edits.open.as_ref().filter(|edit| self.lasts(edit)) {
            match self.api.list_tracks(&edit.id).await {
                Ok(tracks) => found = Some(tracks),
                Err(error) if error.kind == ErrorKind::Moved => edits.open = None,
                Err(error) => return Err(error),
            }
        }
        let tracks = match found {
            Some(tracks) => tracks,
            None => {
                let edit = self.open(&mut edits, false).await?;
                self.api.list_tracks(&edit.id).await?
            }
        };
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
        let mut edits = self.edits.lock().await;
        let (found, at) = match reading {
            Reading::Poll => self.read(&mut edits, track, false).await?,
            Reading::Fresh => self.read(&mut edits, track, true).await?,
            Reading::Serving => self.read_anew(&mut edits, track, true).await?,
        };
        let state = TargetState::StagedRollout(rollout(&found)?);
        Ok(Observation {
            target: target.clone(),
            at,
            state,
        })
    }

    async fn apply(&self, effect: &Effect) -> Result<Receipt, ProviderError> {
        let track = self.track(&effect.target)?;
        let mut edits = self.edits.lock().await;
        let known = edits
            .open
            .as_ref()
            .filter(|edit| self.lasts(edit))
            .and_then(|edit| edit.tracks.get(track).cloned());
        let held = match known {
            Some(held) => held,
            None => self.read_anew(&mut edits, track, true).await?.0,
        };
        let state = TargetState::StagedRollout(rollout(&held)?);
        if effect.desired.is_met_by(&state) {
            return Ok(Receipt {
                provider_request_id: None,
                notes: vec!["Google Play already holds this state: nothing was sent.".to_owned()],
            });
        }
        if state != effect.before.state {
            return Err(moved("the track is not as it was read"));
        }
        let changed = changed(&held, &effect.desired)?;
        // Taken out for good before the first byte is sent: whatever happens, nobody reads from it.
        let edit = edits
            .open
            .take()
            .ok_or_else(|| moved("the open edit is gone"))?;
        edits.written = Some(edit.id.clone());
        self.write(edit, &changed).await
    }
}

impl fmt::Debug for GooglePlay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GooglePlay")
            .field("package", &self.api.package())
            .finish_non_exhaustive()
    }
}

fn moved(what: &str) -> ProviderError {
    ProviderError::new(
        ErrorKind::Moved,
        format!("Google Play moved: {what}. Nothing was changed."),
    )
    .hint("Review the new state, then decide again.")
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
fn version(release: &Release) -> String {
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
fn changed(track: &Track, desired: &Desired) -> Result<Track, ProviderError> {
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
        (Desired::On | Desired::Off | Desired::Published { .. }, _) => {
            return Err(ProviderError::new(
                ErrorKind::Unsupported,
                "Google Play has neither flags nor notices. Nothing was sent.",
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
