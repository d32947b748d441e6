//! Which change of a track Play allows, and what the track is then. Must not know edits.

use super::errors::Refused;
use super::track::{Release, Status, Track};

/// Server state that changes the rules.
#[derive(Clone, Debug)]
pub(super) struct Switches {
    /// The app was never published: only drafts.
    pub draft_app: bool,
    /// A halt without a fraction keeps the served one, as Google's own example suggests, instead of
    /// the refusal that clients report.
    pub lenient_halt: bool,
    /// Version codes that were uploaded.
    pub uploaded: Vec<i64>,
}

/// The track after `wanted` was put on it.
pub(super) fn put(
    live: &Track,
    name: &str,
    wanted: Vec<Release>,
    switches: &Switches,
) -> Result<Track, Refused> {
    let mut checked = Vec::new();
    for release in wanted {
        checked.push(check(live, name, release, switches)?);
    }
    let halts_full = checked.iter().any(|release| {
        release.status == Status::Halted
            && prior(live, release).is_some_and(|prior| prior.status == Status::Completed)
    });
    let new_full = checked.iter().any(|release| {
        release.status == Status::Completed
            && prior(live, release).is_none_or(|prior| prior.status != Status::Completed)
    });
    if halts_full && new_full {
        return Err(Refused::invalid(
            "You can't halt a fully rolled out release and create a new fully rolled out release in a single edit.",
        ));
    }
    if checked.is_empty() {
        return Ok(emptied(live));
    }
    Ok(merged(live, checked))
}

fn prior<'a>(live: &'a Track, release: &Release) -> Option<&'a Release> {
    live.releases
        .iter()
        .find(|served| served.shares_code(release))
}

fn check(
    live: &Track,
    name: &str,
    mut release: Release,
    switches: &Switches,
) -> Result<Release, Refused> {
    if switches.draft_app && release.status != Status::Draft {
        return Err(Refused::invalid(
            "Only releases with status draft may be created on draft app.",
        ));
    }
    if let Some(code) = release
        .codes
        .iter()
        .find(|code| !switches.uploaded.contains(code))
    {
        return Err(Refused::invalid(format!(
            "Version code {code} does not exist for this app."
        )));
    }
    let prior = prior(live, &release);
    check_fraction(&mut release, prior, switches)?;
    if release.countries.is_some() && (release.status != Status::InProgress || name != "production")
    {
        return Err(Refused::invalid(
            "Country targeting is only supported for staged releases",
        ));
    }
    match release.status {
        Status::Draft => {}
        Status::InProgress => check_staged(live, prior)?,
        Status::Halted => check_halt(live, name, &release, prior)?,
        Status::Completed => check_full(live, &release, prior)?,
    }
    if let Some(prior) = prior {
        let priority_moved = release
            .priority
            .is_some_and(|priority| priority != prior.priority.unwrap_or(0));
        if priority_moved && prior.status != Status::Draft {
            return Err(Refused::invalid(
                "In-app update priority cannot be changed once the release is rolled out.",
            ));
        }
        if release.name.is_empty() {
            release.name.clone_from(&prior.name);
        }
        if release.notes.is_null() {
            release.notes = prior.notes.clone();
        }
        release.priority = release.priority.or(prior.priority);
    } else if release.name.is_empty() {
        release.name = release.newest_code().to_string();
    }
    Ok(release)
}

fn check_fraction(
    release: &mut Release,
    prior: Option<&Release>,
    switches: &Switches,
) -> Result<(), Refused> {
    let loud = release.status.loud();
    match (release.status, release.fraction) {
        (Status::Draft | Status::Completed, Some(_)) => {
            return Err(Refused::invalid(format!(
                "{loud} release must not have fraction"
            )));
        }
        (Status::InProgress, None) => {
            return Err(Refused::invalid(format!(
                "{loud} release must have fraction"
            )));
        }
        (Status::Halted, fraction) => {
            let staged = prior.and_then(|prior| prior.fraction);
            match (staged, fraction) {
                (Some(served), None) if switches.lenient_halt => release.fraction = Some(served),
                (Some(_), None) => {
                    return Err(Refused::invalid("HALTED release must have fraction"));
                }
                (None, Some(_)) => {
                    return Err(Refused::invalid("HALTED release must not have fraction"));
                }
                (Some(_), Some(_)) | (None, None) => {}
            }
        }
        (Status::InProgress, Some(_)) | (Status::Draft | Status::Completed, None) => {}
    }
    if let Some(fraction) = release.fraction {
        // Written so that NaN is refused too.
        if !(fraction > 0.0 && fraction < 1.0) {
            return Err(Refused::invalid(
                "Rollout fraction must be greater than 0 and less than 1",
            ));
        }
        let served = prior
            .filter(|prior| prior.status == Status::InProgress)
            .and_then(|prior| prior.fraction);
        if served.is_some_and(|served| fraction < served) {
            return Err(Refused::invalid("Rollout fraction cannot be decreased."));
        }
    }
    Ok(())
}

fn check_staged(live: &Track, prior: Option<&Release>) -> Result<(), Refused> {
    let has_full = live
        .releases
        .iter()
        .any(|served| served.status == Status::Completed)
        || !live.past.is_empty();
    if !has_full {
        return Err(Refused::invalid(
            "The first release on a track cannot be staged",
        ));
    }
    let Some(prior) = prior else { return Ok(()) };
    match prior.status {
        Status::Completed => Err(Refused::invalid("Fully released can not be staged")),
        Status::Halted if prior.fraction.is_none() && newer_staged(live, prior) => {
            Err(Refused::precondition(
                "A halted full release can only be completed again while a newer staged release exists.",
            ))
        }
        Status::Halted | Status::InProgress | Status::Draft => Ok(()),
    }
}

fn newer_staged(live: &Track, release: &Release) -> bool {
    live.releases.iter().any(|other| {
        other.status == Status::InProgress && other.newest_code() > release.newest_code()
    })
}

fn check_halt(
    live: &Track,
    name: &str,
    release: &Release,
    prior: Option<&Release>,
) -> Result<(), Refused> {
    let Some(prior) = prior else {
        return Err(Refused::invalid(
            "Only a release that is rolled out can be halted.",
        ));
    };
    match prior.status {
        Status::Draft => Err(Refused::invalid(
            "Only a release that is rolled out can be halted.",
        )),
        Status::InProgress | Status::Halted => Ok(()),
        Status::Completed => {
            if name == "internal" {
                return Err(Refused::precondition(
                    "Releases on the internal testing track cannot be halted.",
                ));
            }
            let is_fallback = live.releases.iter().any(|other| {
                other.status == Status::Halted
                    && other.fraction.is_none()
                    && other.newest_code() > release.newest_code()
            });
            if is_fallback {
                return Err(Refused::precondition(
                    "The serving fallback of a halted release cannot be halted.",
                ));
            }
            if live.past.is_empty() {
                return Err(Refused::precondition(
                    "The first full release of a track cannot be halted: there is no earlier release to serve.",
                ));
            }
            Ok(())
        }
    }
}

fn check_full(live: &Track, release: &Release, prior: Option<&Release>) -> Result<(), Refused> {
    let newest_full = live
        .releases
        .iter()
        .filter(|served| served.status == Status::Completed)
        .map(Release::newest_code)
        .max();
    if prior.is_none() && newest_full.is_some_and(|newest| release.newest_code() < newest) {
        return Err(Refused::denied(
            "APK specifies a version code that has already been used",
        ));
    }
    Ok(())
}

/// A list without releases does not clear a track: what was in progress comes back halted.
fn emptied(live: &Track) -> Track {
    let mut track = live.clone();
    for release in &mut track.releases {
        if release.status == Status::InProgress {
            release.status = Status::Halted;
        }
    }
    track
}

fn merged(live: &Track, wanted: Vec<Release>) -> Track {
    let mut track = Track {
        releases: wanted,
        past: live.past.clone(),
    };
    let stages_new = track
        .releases
        .iter()
        .any(|release| release.status == Status::InProgress && prior(live, release).is_none());
    let full_code = track
        .releases
        .iter()
        .filter(|release| release.status == Status::Completed)
        .map(Release::newest_code)
        .max();
    for served in &live.releases {
        if track
            .releases
            .iter()
            .any(|release| release.shares_code(served))
        {
            continue;
        }
        let superseded = full_code.is_some_and(|full| served.newest_code() < full);
        match served.status {
            Status::Completed if superseded => track.past.push(served.clone()),
            // A new staged release takes over the user group of the unfinished one.
            Status::InProgress | Status::Halted
                if superseded || (stages_new && served.fraction.is_some()) => {}
            Status::Draft | Status::InProgress | Status::Halted | Status::Completed => {
                track.releases.push(served.clone());
            }
        }
    }
    restore_fallback(&mut track);
    track
        .releases
        .sort_by_key(|release| std::cmp::Reverse(release.newest_code()));
    track
}

/// A track whose full release is halted serves the full release before it.
fn restore_fallback(track: &mut Track) {
    let halted_full = track
        .releases
        .iter()
        .any(|release| release.status == Status::Halted && release.fraction.is_none());
    let serves = track
        .releases
        .iter()
        .any(|release| release.status == Status::Completed);
    if halted_full
        && !serves
        && let Some(fallback) = track.past.pop()
    {
        track.releases.push(fallback);
    }
}
