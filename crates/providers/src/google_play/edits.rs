//! The one open edit as a tripwire, and which edits may be read from. Must not know what a release
//! is.

use std::collections::BTreeMap;

use cockpit_domain::Time;
use cockpit_domain::provider::{ErrorKind, ProviderError};
use cockpit_say::say;

use super::api::Api;
use super::wire::Track;

/// What is known of this account's edits of the app.
#[derive(Debug, Default)]
pub(super) struct Edits {
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
pub(super) struct OpenEdit {
    pub id: String,
    expires: Option<Time>,
    /// Tracks as read in it.
    tracks: BTreeMap<String, Track>,
}

/// An edit with less than this left is not begun with.
const EXPIRY_MARGIN_MS: u64 = 60_000;
const OPEN_TRIES: u32 = 3;

impl Edits {
    /// Opens an edit that holds what is served. It ends every earlier one.
    pub(super) async fn open(
        &mut self,
        api: &Api,
        urgent: bool,
    ) -> Result<&mut OpenEdit, ProviderError> {
        // Gone with the insertion, even when its answer is lost.
        self.open = None;
        for _ in 0..OPEN_TRIES {
            let edit = api.insert_edit(urgent).await?;
            if self.cleared && self.written.as_ref() != Some(&edit.id) {
                let expires = edit
                    .expiry_time_seconds
                    .and_then(|seconds| seconds.parse::<i64>().ok())
                    .map(|seconds| Time::from_ms(seconds.saturating_mul(1000)));
                let tracks = BTreeMap::new();
                return Ok(self.open.insert(OpenEdit {
                    id: edit.id,
                    expires,
                    tracks,
                }));
            }
            match api.delete_edit(&edit.id).await {
                Ok(()) => self.cleared = true,
                Err(error) if matches!(error.kind, ErrorKind::Moved | ErrorKind::NotFound) => {
                    self.cleared = true;
                }
                Err(error) => return Err(error),
            }
        }
        Err(moved(say!(
            "it keeps giving out an edit that was written to"
        )))
    }

    /// Opens an edit for a dry run. Where none is given out, the one that was open stays in use: by it
    /// alone a stop could still be sent.
    pub(super) async fn open_to_rehearse(&mut self, api: &Api) -> Result<(), ProviderError> {
        let before = self.open.take();
        let opened = self.open(api, false).await.map(|_| ());
        if matches!(&opened, Err(error) if error.kind == ErrorKind::RateLimited) {
            self.open = before;
        }
        opened
    }

    /// Reads a track in the open edit, or in another when that one has died.
    pub(super) async fn read(
        &mut self,
        api: &Api,
        track: &str,
        urgent: bool,
    ) -> Result<(Track, Time), ProviderError> {
        if let Some(edit) = self.open.as_mut().filter(|edit| edit.lasts(api)) {
            match edit.read(api, track, urgent).await {
                Err(error) if error.kind == ErrorKind::Moved => died(api),
                outcome => return outcome,
            }
        }
        self.read_anew(api, track, urgent).await
    }

    /// Reads a track in an edit opened for it, which becomes the tripwire.
    pub(super) async fn read_anew(
        &mut self,
        api: &Api,
        track: &str,
        urgent: bool,
    ) -> Result<(Track, Time), ProviderError> {
        // Within seconds Google may give out an id that is already used up, hence twice.
        match self.open(api, urgent).await?.read(api, track, urgent).await {
            Err(error) if error.kind == ErrorKind::Moved => {
                self.open(api, urgent).await?.read(api, track, urgent).await
            }
            outcome => outcome,
        }
    }

    /// Lists the tracks in the open edit, or in another when that one has died.
    pub(super) async fn list(&mut self, api: &Api) -> Result<Vec<Track>, ProviderError> {
        if let Some(edit) = self.open.as_ref().filter(|edit| edit.lasts(api)) {
            match api.list_tracks(&edit.id).await {
                Err(error) if error.kind == ErrorKind::Moved => died(api),
                outcome => return outcome,
            }
        }
        let id = self.open(api, false).await?.id.clone();
        api.list_tracks(&id).await
    }

    /// The track as it was read in the open edit.
    pub(super) fn held(&self, api: &Api, track: &str) -> Option<Track> {
        self.open
            .as_ref()
            .filter(|edit| edit.lasts(api))
            .and_then(|edit| edit.tracks.get(track).cloned())
    }

    /// The open edit's id, to be written to. Taken out for good before the first byte is sent:
    /// whatever happens, nobody reads from it.
    pub(super) fn take_to_write(&mut self) -> Option<String> {
        let edit = self.open.take()?;
        self.written = Some(edit.id.clone());
        Some(edit.id)
    }
}

impl OpenEdit {
    fn lasts(&self, api: &Api) -> bool {
        self.expires
            .is_none_or(|expires| api.now() + EXPIRY_MARGIN_MS < expires)
    }

    async fn read(
        &mut self,
        api: &Api,
        track: &str,
        urgent: bool,
    ) -> Result<(Track, Time), ProviderError> {
        let (found, answer) = api.get_track(&self.id, track, urgent).await?;
        self.tracks.insert(track.to_owned(), found.clone());
        Ok((found, answer.at))
    }
}

fn died(api: &Api) {
    tracing::info!(
        package = api.package(),
        "the open edit died: something changed on Google Play"
    );
}

pub(super) fn moved(what: &str) -> ProviderError {
    ProviderError::new(
        ErrorKind::Moved,
        say!("Google Play moved: {what}. Nothing was changed."),
    )
    .hint(say!("Review the new state, then decide again."))
}
