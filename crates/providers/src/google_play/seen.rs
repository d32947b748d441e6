//! What was seen on each track since the start: the full release before the one that is there now,
//! and where reviews stood. Must not know how it is read.

use std::collections::BTreeMap;

use cockpit_domain::Time;
use cockpit_domain::target::Review;

use super::release::version;
use super::wire::Release;

/// How long a review's state is believed.
const REVIEW_MS: u64 = 60_000;

#[derive(Debug, Default)]
pub(super) struct Seen {
    full: BTreeMap<String, Full>,
    reviews: BTreeMap<String, Asked>,
}

#[derive(Debug)]
struct Full {
    code: u64,
    version: String,
    before: Option<String>,
}

#[derive(Debug)]
struct Asked {
    builds: Vec<String>,
    at: Time,
    found: Option<Review>,
}

impl Seen {
    /// Takes in the track's newest full release and gives the version of the one that was there
    /// before it, when it was seen.
    pub(super) fn before(&mut self, track: &str, releases: &[Release]) -> Option<String> {
        let full = releases.iter().filter(|it| it.status == "completed");
        let newest = full.max_by_key(|it| it.newest_code())?;
        let code = newest.newest_code();
        let known = self.full.remove(track);
        let before = match known {
            Some(known) if known.code == code => known.before,
            Some(known) if known.code < code => Some(known.version),
            // An older one serves again: what was before that one was never seen.
            Some(_) | None => None,
        };
        let version = version(newest);
        let kept = Full {
            code,
            version,
            before: before.clone(),
        };
        self.full.insert(track.to_owned(), kept);
        before
    }

    /// Where the review of these builds stood lately; nothing when it must be asked.
    pub(super) fn review(
        &self,
        track: &str,
        builds: &[String],
        now: Time,
    ) -> Option<Option<Review>> {
        let asked = self.reviews.get(track)?;
        (asked.builds == builds && now.ms_since(asked.at) < REVIEW_MS).then_some(asked.found)
    }

    pub(super) fn reviewed(
        &mut self,
        track: &str,
        builds: &[String],
        at: Time,
        found: Option<Review>,
    ) {
        let builds = builds.to_vec();
        self.reviews
            .insert(track.to_owned(), Asked { builds, at, found });
    }
}
