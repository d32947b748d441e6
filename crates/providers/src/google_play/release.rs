//! A track's releases in our words, and a track as it is to be sent. Must not know an edit.

use cockpit_domain::Desired;
use cockpit_domain::provider::{ErrorKind, ProviderError};
use cockpit_domain::target::{StagedRollout, StagedStatus};
use cockpit_say::say;
use serde_json::{Value, json};

use super::wire::{Release, Track};

/// The track's newest release in our words.
pub(super) fn rollout(track: &Track) -> Result<StagedRollout, ProviderError> {
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

/// All releases of a track.
pub(super) fn releases(track: &Track) -> Result<Vec<Release>, ProviderError> {
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
        say!("Google Play holds a release in a state that this version does not know."),
    )
    .hint(say!("Look at the track in the Play console."))
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
    let (index, newest) =
        newest(&all).ok_or_else(|| rejected(say!("the track holds no release"), ""))?;
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
                &say!("{name} is a draft and reaches nobody"),
                say!("Roll it out in the Play console or by your delivery pipeline first."),
            ));
        }
        (Desired::Stopped, StagedStatus::Completed) if track.track == "internal" => {
            return Err(rejected(
                &say!(
                    "{name} reaches everybody on the internal testing track, where no full release is halted"
                ),
                say!("Release a corrected build to the track."),
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
                &say!(
                    "{name} reached everybody before it was halted, so there is no share to go on with"
                ),
                say!("Choose a share, or release it to everybody."),
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
                &say!("{name} already reaches everybody, and a share cannot be lowered"),
                say!("Halt the release instead."),
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
                    say!("the share must be above 0 and below 100 %"),
                    say!("To reach everybody, complete the release."),
                ));
            }
            let fraction = f64::from(*bps) / 10_000.0;
            if from == StagedStatus::InProgress
                && newest.user_fraction.is_some_and(|served| fraction < served)
            {
                return Err(rejected(
                    &say!("{name} already reaches more people, and a share cannot be lowered"),
                    say!("Halt the release instead."),
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
            | Desired::RolledBack { .. }
            | Desired::AskedToUpdate
            | Desired::NotAsked
            | Desired::On
            | Desired::Off
            | Desired::Published { .. },
            _,
        ) => {
            return Err(ProviderError::new(
                ErrorKind::Unsupported,
                say!(
                    "Google Play offers this neither for a track nor for the app. Nothing was sent."
                ),
            ));
        }
    }
    Ok(sent)
}

fn rejected(what: &str, hint: &str) -> ProviderError {
    let error = ProviderError::new(
        ErrorKind::Rejected,
        say!("Google Play would refuse this: {what}. Nothing was changed."),
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
