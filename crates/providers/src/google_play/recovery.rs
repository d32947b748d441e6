//! Asking people who have a version to update: one app recovery for each version, made, deployed and
//! read back by Google's list. Must not know an edit's life.

use std::time::Duration;

use cockpit_domain::provider::{Applied, Effect, ErrorKind, ProviderError, Reading, Receipt};
use cockpit_domain::recovery::{self, Devices, Named, Newer, Recovery, RecoveryStatus, Scope};
use cockpit_domain::words::{self, Moved};
use cockpit_domain::{Desired, Observation, TargetId, TargetState, Time};
use cockpit_say::say;
use tokio::time::{Instant, sleep};

use super::adapter::GooglePlay;
use super::edits::moved;
use super::release::{releases, version};
use super::wire::{Action, Bundle, Targeting, Track};

/// Where a newer version must be handed out.
const PRODUCTION: &str = "production";
/// Between two looks at what Google still makes, in milliseconds.
const LOOK_MS: u64 = 1_000;
/// For how long it is waited for before it is deployed, in milliseconds: less than the time after
/// which another laptop takes the effect over.
const MAKING_MS: u64 = 90_000;

impl GooglePlay {
    /// What the name of one of this app's recoveries says; none for a track.
    pub(super) fn recovery_named(&self, target: &TargetId) -> Option<Named> {
        recovery::named(target).filter(|named| named.package == self.api.package())
    }

    pub(super) async fn observe_recovery(
        &self,
        target: &TargetId,
        named: &Named,
        reading: Reading,
    ) -> Result<Observation, ProviderError> {
        let urgent = reading != Reading::Poll;
        let newer = self.newer(named, reading).await?;
        let (actions, at) = self.actions(named, urgent).await?;
        let state = TargetState::Recovery(standing(named, &actions, newer));
        Ok(Observation {
            target: target.clone(),
            at,
            state,
        })
    }

    pub(super) async fn apply_recovery(
        &self,
        effect: &Effect,
        named: &Named,
    ) -> Result<Receipt, ProviderError> {
        // Google makes a further recovery of each request, so looking and making are one step here.
        let _alone = self.recovering.lock().await;
        let newer = self.newer(named, Reading::Fresh).await?;
        let (actions, _) = self.actions(named, true).await?;
        let state = TargetState::Recovery(standing(named, &actions, newer));
        if effect.desired.is_met_by(&state) {
            return Ok(Receipt {
                provider_request_id: None,
                notes: vec![
                    say!("Google Play already holds this state: nothing was sent.").to_owned(),
                ],
            });
        }
        if words::moved(&effect.before.state, &state) != Moved::No {
            return Err(moved(say!("the update prompt is not as it was read")));
        }
        let action = match &effect.desired {
            Desired::AskedToUpdate => self.ask(named, actions).await?,
            Desired::NotAsked => self.stop_asking(named, &actions).await?,
            Desired::Stopped
            | Desired::RollingOut { .. }
            | Desired::Complete
            | Desired::Released { .. }
            | Desired::RemovedFromSale
            | Desired::RolledBack { .. }
            | Desired::On
            | Desired::Off
            | Desired::Published { .. } => {
                return Err(ProviderError::new(
                    ErrorKind::Unsupported,
                    say!(
                        "Google Play offers this neither for an update prompt nor beside it. Nothing was sent."
                    ),
                ));
            }
        };
        Ok(Receipt {
            provider_request_id: Some(action),
            notes: Vec::new(),
        })
    }

    /// Makes a recovery, or takes one of ours that was made and not deployed, and deploys it.
    async fn ask(&self, named: &Named, actions: Vec<Action>) -> Result<String, ProviderError> {
        let made = match ours(named, &actions, &[DRAFT, GENERATING]) {
            Some(made) => made.clone(),
            None => self.make(named).await?,
        };
        let waited = made.status == GENERATING;
        let action = self.made(named, made).await?;
        if waited && self.newer(named, Reading::Fresh).await?.is_none() {
            return Err(moved(say!(
                "nothing newer is handed out to update to any more"
            )));
        }
        match action.status.as_str() {
            DRAFT => self.api.deploy_recovery(&action.app_recovery_id).await?,
            // It was deployed before it was looked at.
            ACTIVE => {}
            _ => {
                return Err(moved(say!(
                    "the recovery was canceled or is in a state that is not known"
                )));
            }
        }
        Ok(action.app_recovery_id)
    }

    /// One request, whatever becomes of its answer. Where that is lost, Google's list says whether
    /// it made one.
    async fn make(&self, named: &Named) -> Result<Action, ProviderError> {
        let error = match self.api.create_recovery(&named.builds).await {
            Ok(made) => return Ok(made),
            Err(error) if error.applied == Applied::No => return Err(error),
            Err(error) => error,
        };
        match self.actions(named, true).await {
            Ok((actions, _)) => match ours(named, &actions, &[DRAFT, GENERATING]) {
                Some(made) => Ok(made.clone()),
                None => Err(error),
            },
            Err(_) => Err(error),
        }
    }

    /// Waits until Google has made what devices need.
    async fn made(&self, named: &Named, mut action: Action) -> Result<Action, ProviderError> {
        let began = Instant::now();
        while action.status == GENERATING {
            if began.elapsed() >= Duration::from_millis(MAKING_MS) {
                return Err(ProviderError::new(
                    ErrorKind::NeedsPerson,
                    say!("Google Play still makes what devices need to be asked. It was not deployed, so nobody is asked."),
                )
                .hint(say!("Ask again in some minutes: what was made is taken up, and no second one is made.")));
            }
            sleep(Duration::from_millis(LOOK_MS)).await;
            let (actions, _) = self.actions(named, true).await?;
            let id = &action.app_recovery_id;
            let found = actions.into_iter().find(|it| it.app_recovery_id == *id);
            action =
                found.ok_or_else(|| moved(say!("the recovery that was being made is gone")))?;
        }
        if action.status == FAILED {
            return Err(ProviderError::new(
                ErrorKind::Rejected,
                say!("Google Play could not make what devices need to be asked. It was not deployed, so nobody is asked."),
            )
            .hint(say!("Look at the version in the Play console, App bundle explorer: it must be an app bundle, signed by Play.")));
        }
        Ok(action)
    }

    /// Cancels every recovery of ours that asks people, or is about to.
    async fn stop_asking(
        &self,
        named: &Named,
        actions: &[Action],
    ) -> Result<String, ProviderError> {
        let mut last = None;
        for action in actions {
            if is_ours(named, action, &[ACTIVE, GENERATING]) {
                self.api.cancel_recovery(&action.app_recovery_id).await?;
                last = Some(action.app_recovery_id.clone());
            }
        }
        last.ok_or_else(|| moved(say!("nobody is asked to update any more")))
    }

    /// Every recovery that Google lists for the version's codes, and when it said so.
    async fn actions(
        &self,
        named: &Named,
        urgent: bool,
    ) -> Result<(Vec<Action>, Time), ProviderError> {
        let mut found: Vec<Action> = Vec::new();
        let mut at = self.api.now();
        for code in &named.builds {
            let (listed, answer) = self.api.recoveries(code, urgent).await?;
            at = answer.at;
            let known = |it: &Action, all: &[Action]| {
                all.iter()
                    .any(|one| one.app_recovery_id == it.app_recovery_id)
            };
            for action in listed {
                if !known(&action, &found) {
                    found.push(action);
                }
            }
        }
        Ok((found, at))
    }

    /// The newest version that production hands out, where it is newer than the one to be left.
    async fn newer(&self, named: &Named, reading: Reading) -> Result<Option<Newer>, ProviderError> {
        let (track, _) = match reading {
            Reading::Poll => self.look(PRODUCTION).await?,
            Reading::Fresh | Reading::Serving => {
                self.urgently()
                    .await
                    .read(&self.api, PRODUCTION, true)
                    .await?
            }
        };
        handed_out(&track, named)
    }
}

const DRAFT: &str = "RECOVERY_STATUS_DRAFT";
const GENERATING: &str = "RECOVERY_STATUS_GENERATION_IN_PROGRESS";
const ACTIVE: &str = "RECOVERY_STATUS_ACTIVE";
const CANCELED: &str = "RECOVERY_STATUS_CANCELED";
const FAILED: &str = "RECOVERY_STATUS_GENERATION_FAILED";

fn handed_out(track: &Track, named: &Named) -> Result<Option<Newer>, ProviderError> {
    let left = named.builds.iter().filter_map(|code| code.parse().ok());
    let left: u64 = left.max().unwrap_or(u64::MAX);
    let all = releases(track)?;
    let newest = all
        .iter()
        .filter(|it| ["inProgress", "completed"].contains(&it.status.as_str()))
        .filter(|it| it.newest_code() > left)
        .max_by_key(|it| it.newest_code());
    Ok(newest.map(|it| Newer {
        version: version(it),
        fraction_bps: it.user_fraction.map(|fraction| {
            // Hundredths of a per cent of at most 1.0 fit.
            (fraction.clamp(0.0, 1.0) * 10_000.0).round() as u32
        }),
    }))
}

/// How the recovery of a version stands: what asks people before what could, and what asks all of
/// them before what asks a part.
fn standing(named: &Named, actions: &[Action], newer: Option<Newer>) -> Recovery {
    let rank = |it: &&Action| {
        let whole = scope(named, it) == Some(Scope::Whole);
        let rank = match it.status.as_str() {
            ACTIVE => 5,
            GENERATING if whole => 4,
            DRAFT if whole => 3,
            FAILED | CANCELED if whole => 2,
            _ => 0,
        };
        (rank, whole, it.create_time.clone())
    };
    let found = actions
        .iter()
        .filter(|it| scope(named, it).is_some() && rank(it).0 > 0)
        .max_by_key(rank);
    let status = found.map_or(RecoveryStatus::Absent, |it| match it.status.as_str() {
        ACTIVE => RecoveryStatus::Active,
        GENERATING => RecoveryStatus::Generating,
        DRAFT => RecoveryStatus::Draft,
        FAILED => RecoveryStatus::Failed,
        _ => RecoveryStatus::Canceled,
    });
    Recovery {
        version: named.version.clone(),
        builds: named.builds.clone(),
        status,
        action: found.map(|it| it.app_recovery_id.clone()),
        scope: found.and_then(|it| scope(named, it)).unwrap_or_default(),
        devices: found.and_then(|it| counted(named, it)),
        newer,
    }
}

/// Devices with the version's own builds; none before Google counts any.
fn counted(named: &Named, action: &Action) -> Option<Devices> {
    let bundles = &action
        .remote_in_app_update_data
        .as_ref()?
        .remote_app_update_data_per_bundle;
    let of_it: Vec<_> = bundles
        .iter()
        .filter(|it| named.builds.contains(&it.version_code))
        .collect();
    let sum = |count: fn(&Bundle) -> &str| -> u64 {
        let counts = of_it.iter().filter_map(|it| count(it).parse::<u64>().ok());
        counts.sum()
    };
    (!of_it.is_empty()).then(|| Devices {
        all: sum(|it| &it.total_device_count),
        recovered: sum(|it| &it.recovered_device_count),
    })
}

/// Whom a recovery asks, seen from one version; none when it asks nobody who has it.
fn scope(named: &Named, action: &Action) -> Option<Scope> {
    let it: &Targeting = &action.targeting;
    let codes = it.version_list.as_ref().map(|list| &list.version_codes);
    let within = |code: &String| {
        codes.is_some_and(|codes| codes.contains(code))
            || it.version_range.as_ref().is_some_and(|range| {
                let number = |text: &str| text.parse::<u64>().ok();
                match (
                    number(&range.version_code_start),
                    number(&range.version_code_end),
                ) {
                    (Some(from), Some(to)) => {
                        number(code).is_some_and(|code| (from..=to).contains(&code))
                    }
                    (Some(_) | None, Some(_) | None) => false,
                }
            })
    };
    let reached = named.builds.iter().filter(|code| within(code)).count();
    let some_only = it.regions.is_some() || it.android_sdks.is_some();
    let other_codes = codes.is_some_and(|codes| codes.iter().any(|it| !named.builds.contains(it)));
    match reached {
        0 => None,
        reached if reached < named.builds.len() || some_only => Some(Scope::Narrower),
        _ if other_codes || it.version_range.is_some() => Some(Scope::Wider),
        _ => Some(Scope::Whole),
    }
}

/// A recovery that asks exactly those whom we would ask. Google has no place for a mark of ours.
fn ours<'a>(named: &Named, actions: &'a [Action], statuses: &[&str]) -> Option<&'a Action> {
    let found = actions.iter().filter(|it| is_ours(named, it, statuses));
    found.max_by_key(|it| it.create_time.clone())
}

fn is_ours(named: &Named, action: &Action, statuses: &[&str]) -> bool {
    statuses.contains(&action.status.as_str()) && scope(named, action) == Some(Scope::Whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cockpit_domain::Service;
    use serde_json::{Value, json};

    fn of_840() -> Named {
        let id = TargetId::new(Service::GooglePlay, "com.example/recovery/84012/8.4.0");
        recovery::named(&id).unwrap()
    }

    fn action(status: &str, targeting: Value) -> Action {
        serde_json::from_value(json!({
            "appRecoveryId": "7", "status": format!("RECOVERY_STATUS_{status}"), "targeting": targeting,
        }))
        .unwrap()
    }

    #[test]
    fn whom_a_recovery_asks_is_read_from_its_targeting() {
        let list = |codes: &[&str]| json!({"versionCodes": codes});
        let all = json!({"isAllUsersRequested": true});
        for (targeting, expected) in [
            (
                json!({"versionList": list(&["84012"]), "allUsers": all}),
                Some(Scope::Whole),
            ),
            (json!({"versionList": list(&["84012"])}), Some(Scope::Whole)),
            (
                json!({"versionList": list(&["84012", "84103"]), "allUsers": all}),
                Some(Scope::Wider),
            ),
            (
                json!({"versionRange": {"versionCodeStart": "1", "versionCodeEnd": "84012"}}),
                Some(Scope::Wider),
            ),
            (
                json!({"versionList": list(&["84012"]), "regions": {"regionCode": ["NO"]}}),
                Some(Scope::Narrower),
            ),
            (
                json!({"versionList": list(&["84012"]), "androidSdks": {"sdkLevels": ["34"]}}),
                Some(Scope::Narrower),
            ),
            (
                json!({"versionList": list(&["83207"]), "allUsers": all}),
                None,
            ),
            (json!({}), None),
        ] {
            assert_eq!(
                scope(&of_840(), &action("ACTIVE", targeting.clone())),
                expected,
                "{targeting}"
            );
        }
    }

    #[test]
    fn a_state_that_nobody_lists_is_no_guess_and_what_asks_comes_first() {
        let ours = json!({"versionList": {"versionCodes": ["84012"]}});
        let state = |actions: &[Action]| standing(&of_840(), actions, None).status;
        assert_eq!(state(&[]), RecoveryStatus::Absent);
        assert_eq!(
            state(&[action("UNSPECIFIED", ours.clone())]),
            RecoveryStatus::Absent
        );
        let canceled = action("CANCELED", ours.clone());
        assert_eq!(
            state(std::slice::from_ref(&canceled)),
            RecoveryStatus::Canceled
        );
        let active = action("ACTIVE", ours);
        assert_eq!(state(&[active, canceled]), RecoveryStatus::Active);
    }
}
