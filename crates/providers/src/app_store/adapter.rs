//! Our words to App Store Connect's and back. Must not know HTTP.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use cockpit_domain::provider::{
    Capability, CredentialCheck, Effect, ErrorKind, ProviderError, Reading, Receipt, Verb,
};
use cockpit_domain::rehearsal::Rehearsal;
use cockpit_domain::signal::Rating;
use cockpit_domain::target::{PhasedRelease, PhasedStatus};
use cockpit_domain::{Desired, Observation, Service, Target, TargetId, TargetState, Time};
use cockpit_say::say;

use super::api::{Api, Patched};
use super::config::Config;
use super::ratings;
use super::wire::{Included, Many, Version};
use crate::Adapter;
use crate::form::note;
use crate::http::Http;

static CAPABILITY: Capability = Capability {
    service: Service::AppStore,
    verbs: &[
        Verb::Stop,
        Verb::Resume,
        Verb::Complete,
        Verb::Release,
        Verb::RemoveFromSale,
    ],
    signals: false,
    conditional_write: false,
};

/// All pauses of a phased release together.
const PAUSE_DAYS_MAX: u32 = 30;

/// One app on the App Store.
pub struct AppStore {
    bundle_id: String,
    api: Api,
    /// Apple's own id of the app, which never changes.
    app: Mutex<Option<String>>,
}

/// A version as read, with the id that its phased release is changed by.
struct Read {
    state: PhasedRelease,
    phased_id: Option<String>,
    /// Apple's id of the version that waits to be released.
    waiting_id: Option<String>,
    at: Time,
}

/// The role that a pause needs, as App Store Connect names it.
const ROLE: &str = "App Manager";
/// A pause reads, writes and reads back, each tried again where it must be.
const PAUSE_REQUESTS: u32 = 6;

impl AppStore {
    pub(super) fn new(config: Config, http: &Http) -> Self {
        let bundle_id = config.bundle_id.clone();
        Self {
            bundle_id,
            api: Api::new(config, http),
            app: Mutex::new(None),
        }
    }

    fn platform<'a>(&self, target: &'a TargetId) -> Result<&'a str, ProviderError> {
        match target.name().split_once('/') {
            Some((bundle, platform)) if bundle == self.bundle_id && !platform.is_empty() => {
                Ok(platform)
            }
            Some(_) | None => Err(ProviderError::new(
                ErrorKind::NotFound,
                say!("{target} is not a platform of {}.", self.bundle_id),
            )),
        }
    }

    async fn app(&self) -> Result<String, ProviderError> {
        let known = self
            .app
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some(id) = known {
            return Ok(id);
        }
        let apps = self.api.apps(&self.bundle_id).await?;
        let app = apps
            .into_iter()
            .find(|app| app.attributes.bundle_id == self.bundle_id);
        let Some(app) = app else {
            return Err(ProviderError::new(
                ErrorKind::NotFound,
                say!(
                    "App Store Connect shows no app {} to this key.",
                    self.bundle_id
                ),
            )
            .hint(say!(
                "Check the bundle ID, and that the key may see this app."
            )));
        };
        *self.app.lock().unwrap_or_else(PoisonError::into_inner) = Some(app.id.clone());
        Ok(app.id)
    }

    async fn read(&self, platform: &str, urgent: bool) -> Result<Read, ProviderError> {
        let app = self.app().await?;
        let (versions, answer) = self.api.versions(&app, platform, urgent).await?;
        let waits = waiting(&versions);
        let waiting_id = waits.map(|it| it.id.clone());
        let waiting = waits.map(|it| it.attributes.version_string.clone());
        let Some(version) = served(&versions) else {
            let state = PhasedRelease {
                version: String::new(),
                build: String::new(),
                status: PhasedStatus::Absent,
                day: None,
                pause_days_used: 0,
                removed: false,
                waiting,
            };
            return Ok(Read {
                state,
                phased_id: None,
                waiting_id,
                at: answer.at,
            });
        };
        let (mut state, phased_id) = phased(version, &versions.included)?;
        state.waiting = waiting;
        Ok(Read {
            state,
            phased_id,
            waiting_id,
            at: answer.at,
        })
    }
}

impl AppStore {
    /// Says so when too few requests are left to pause.
    fn too_few(&self) -> Option<Rehearsal> {
        let (left, most) = self.api.left()?;
        (left < PAUSE_REQUESTS).then(|| {
            Rehearsal::cannot(say!(
                "The key has {left} of {most} requests left this hour, too few to pause and to read it back."
            ))
            .hint(say!("Stop other tools that use this key, or give the cockpit a key of its own. More are there within the hour."))
        })
    }

    async fn release(&self, read: &Read, version: &str) -> Result<Receipt, ProviderError> {
        let id = match (&read.waiting_id, &read.state.waiting) {
            (Some(id), Some(waiting)) if waiting == version => id,
            (Some(_) | None, _) => {
                return Err(ProviderError::new(
                    ErrorKind::Rejected,
                    say!("{version} does not wait to be released on the App Store. Nothing was changed."),
                )
                .hint(say!("Apple must have approved it, and its release must be set to manual. Look at the version in App Store Connect.")));
            }
        };
        let request = self.api.request_release(id).await?;
        Ok(Receipt {
            provider_request_id: Some(request),
            notes: vec![say!("The App Store may take a while to show the version.").to_owned()],
        })
    }

    async fn remove_from_sale(&self) -> Result<Receipt, ProviderError> {
        let app = self.app().await?;
        let territories = self.api.territories(&app).await?;
        if territories.is_empty() {
            return Err(ProviderError::new(
                ErrorKind::Protocol,
                say!(
                    "App Store Connect named no country in which the app is sold. Nothing was \
                      changed."
                ),
            )
            .hint(say!(
                "Look at Pricing and Availability in App Store Connect."
            )));
        }
        let id = self.api.remove_everywhere(&app, &territories).await?;
        Ok(Receipt {
            provider_request_id: Some(id),
            notes: vec![say!(
                "Asked for in {} countries and regions. Phased releases have ended for good.",
                territories.len()
            )],
        })
    }
}

#[async_trait]
impl Adapter for AppStore {
    fn capability(&self) -> &Capability {
        &CAPABILITY
    }

    async fn check(&self) -> Result<CredentialCheck, ProviderError> {
        let mut check = CredentialCheck { items: Vec::new() };
        *self.app.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let found = say!("{} found.", self.bundle_id);
        if !note(
            &mut check,
            say!("API key and app"),
            self.app().await.map(|_| ()),
            &found,
        )? {
            return Ok(check);
        }
        let read = self.read("IOS", false).await.map(|_| ());
        note(
            &mut check,
            say!("Versions and phased releases"),
            read,
            say!(
                "They can be read. Whether the key's role may change them shows only at a real change: use App Manager."
            ),
        )?;
        Ok(check)
    }

    async fn targets(&self) -> Result<Vec<Target>, ProviderError> {
        self.app().await?;
        Ok(vec![Target {
            id: TargetId::new(Service::AppStore, &format!("{}/IOS", self.bundle_id)),
            title: say!("App Store · phased release").to_owned(),
            platform: "iOS".to_owned(),
        }])
    }

    async fn observe(
        &self,
        target: &TargetId,
        reading: Reading,
    ) -> Result<Observation, ProviderError> {
        let platform = self.platform(target)?;
        let read = self.read(platform, reading != Reading::Poll).await?;
        Ok(Observation {
            target: target.clone(),
            at: read.at,
            state: TargetState::PhasedRelease(read.state),
        })
    }

    async fn rehearse(&self, seen: &Observation) -> Rehearsal {
        if let Err(kept) = self.api.spares_a_dry_run() {
            return self.too_few().unwrap_or(kept);
        }
        let read = match self.platform(&seen.target) {
            Ok(platform) => self.read(platform, false).await,
            Err(error) => Err(error),
        };
        let read = match read {
            Ok(read) => read,
            Err(error) => {
                let missing = if error.kind == ErrorKind::Unauthorized {
                    say!("An API key that Apple accepts")
                } else {
                    ROLE
                };
                return Rehearsal::failed(error, missing);
            }
        };
        if let Some(too_few) = self.too_few() {
            return too_few;
        }
        let quota = self.api.left().map_or(String::new(), |(left, most)| {
            say!(" {left} of {most} requests are left this hour.")
        });
        Rehearsal::not_proven(say!(
            "The key reads {}. The App Store takes no dry run: whether the key's role may pause shows only at a real pause.{quota}",
            read.state.version
        ))
        .hint(say!("Use a key with the role App Manager (App Store Connect: Users and Access, Integrations)."))
    }

    async fn apply(&self, effect: &Effect) -> Result<Receipt, ProviderError> {
        let platform = self.platform(&effect.target)?;
        // App Store Connect has no conditional write: looking right before is the best there is.
        let read = self.read(platform, true).await?;
        let state = TargetState::PhasedRelease(read.state.clone());
        if effect.desired.is_met_by(&state) {
            return Ok(already());
        }
        if !same_release(&state, &effect.before.state) {
            return Err(ProviderError::new(
                ErrorKind::Moved,
                say!(
                    "The App Store moved: {} is there now, {}. Nothing was changed.",
                    read.state.version,
                    in_words(read.state.status)
                ),
            )
            .hint(say!("Review the new state, then decide again.")));
        }
        match &effect.desired {
            Desired::Released { version } => return self.release(&read, version).await,
            Desired::RemovedFromSale => return self.remove_from_sale().await,
            Desired::Stopped
            | Desired::RollingOut { .. }
            | Desired::Complete
            | Desired::RolledBack { .. }
            | Desired::AskedToUpdate
            | Desired::NotAsked
            | Desired::On
            | Desired::Off
            | Desired::Published { .. } => {}
        }
        let wanted = wanted(&effect.desired, &read.state)?;
        let id = read.phased_id.ok_or_else(no_phased_release)?;
        match self.api.patch_phased(&id, wanted).await? {
            Patched::Changed => Ok(Receipt {
                provider_request_id: Some(id),
                notes: Vec::new(),
            }),
            Patched::Already => Ok(already()),
        }
    }

    async fn ratings(&self) -> Result<Vec<Rating>, ProviderError> {
        let app = self.app().await?;
        let (versions, _) = self.api.versions(&app, "IOS", false).await?;
        let version = served(&versions).map(|it| (it.id.as_str(), &it.attributes.version_string));
        ratings::read(&self.api, &app, version).await
    }
}

impl fmt::Debug for AppStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppStore")
            .field("bundle_id", &self.bundle_id)
            .finish_non_exhaustive()
    }
}

fn already() -> Receipt {
    Receipt {
        provider_request_id: None,
        notes: vec![say!("The App Store already held this state.").to_owned()],
    }
}

fn no_phased_release() -> ProviderError {
    ProviderError::new(
        ErrorKind::Rejected,
        say!("This version has no phased release: automatic updates reach everybody, and there is nothing to pause. Nothing was changed."),
    )
    .hint(say!("Turn the feature off by a flag, or send a corrected version to review."))
}

/// Same version in the same status. The day moves by itself and does not count.
fn same_release(now: &TargetState, before: &TargetState) -> bool {
    match (now, before) {
        (TargetState::PhasedRelease(now), TargetState::PhasedRelease(before)) => {
            now.version == before.version
                && now.build == before.build
                && now.status == before.status
        }
        _ => false,
    }
}

/// The version that people get; else the newest that waits to be released.
fn served(versions: &Many<Version>) -> Option<&Version> {
    versions
        .data
        .iter()
        .max_by(|one, other| rank(one).cmp(&rank(other)))
}

/// The newest version that Apple approved and that waits for its release by hand.
fn waiting(versions: &Many<Version>) -> Option<&Version> {
    versions
        .data
        .iter()
        .filter(|it| it.attributes.app_version_state == "PENDING_DEVELOPER_RELEASE")
        .max_by(|one, other| rank(one).cmp(&rank(other)))
}

fn rank(version: &Version) -> (bool, bool, &str) {
    let on_sale = version.is_released();
    let phased = version
        .relationships
        .app_store_version_phased_release
        .data
        .is_some();
    // Dates of one service in one format sort as text.
    (
        on_sale,
        phased,
        version
            .attributes
            .created_date
            .as_deref()
            .unwrap_or_default(),
    )
}

fn phased(
    version: &Version,
    included: &[Included],
) -> Result<(PhasedRelease, Option<String>), ProviderError> {
    let build_id = version
        .relationships
        .build
        .data
        .as_ref()
        .map(|it| it.id.as_str());
    let phased_id = version
        .relationships
        .app_store_version_phased_release
        .data
        .as_ref()
        .map(|it| it.id.as_str());
    let mut state = PhasedRelease {
        version: version.attributes.version_string.clone(),
        build: String::new(),
        status: if version.is_released() {
            PhasedStatus::Absent
        } else {
            PhasedStatus::Inactive
        },
        day: None,
        pause_days_used: 0,
        removed: version.is_removed(),
        waiting: None,
    };
    let mut found = None;
    for item in included {
        match item {
            Included::Build { id, attributes } if Some(id.as_str()) == build_id => {
                state.build.clone_from(&attributes.version);
            }
            Included::PhasedRelease { id, attributes } if Some(id.as_str()) == phased_id => {
                state.status = status(&attributes.phased_release_state)?;
                state.day = match state.status {
                    PhasedStatus::Active | PhasedStatus::Paused => attributes.current_day_number,
                    PhasedStatus::Absent | PhasedStatus::Inactive | PhasedStatus::Complete => None,
                };
                state.pause_days_used = attributes.total_pause_duration.unwrap_or(0);
                found = Some(id.clone());
            }
            Included::Build { .. } | Included::PhasedRelease { .. } | Included::Other => {}
        }
    }
    Ok((state, found))
}

fn status(text: &str) -> Result<PhasedStatus, ProviderError> {
    match text {
        "INACTIVE" => Ok(PhasedStatus::Inactive),
        "ACTIVE" => Ok(PhasedStatus::Active),
        "PAUSED" => Ok(PhasedStatus::Paused),
        "COMPLETE" => Ok(PhasedStatus::Complete),
        _ => Err(ProviderError::new(
            ErrorKind::Protocol,
            say!(
                "The App Store holds a phased release in a state that this version does not know."
            ),
        )
        .hint(say!("Look at the version in App Store Connect."))),
    }
}

/// The state to send.
fn wanted(desired: &Desired, now: &PhasedRelease) -> Result<&'static str, ProviderError> {
    let ended = || {
        ProviderError::new(
            ErrorKind::Rejected,
            say!(
                "{} has reached everybody on the App Store: a phased release that has ended cannot be changed. Nothing was changed.",
                now.version
            ),
        )
        .hint(say!("Turn the feature off by a flag, or send a corrected version to review."))
    };
    let not_begun = || {
        ProviderError::new(
            ErrorKind::Rejected,
            say!(
                "The phased release of {} has not begun. Nothing was changed.",
                now.version
            ),
        )
        .hint(say!(
            "Release the version in App Store Connect first, or leave it unreleased."
        ))
    };
    match (desired, now.status) {
        (_, PhasedStatus::Absent) => Err(no_phased_release()),
        (_, PhasedStatus::Complete) => Err(ended()),
        (_, PhasedStatus::Inactive) => Err(not_begun()),
        (Desired::Stopped, PhasedStatus::Active) if now.pause_days_used >= PAUSE_DAYS_MAX => {
            Err(ProviderError::new(
                ErrorKind::Rejected,
                say!(
                    "{} has used all its {PAUSE_DAYS_MAX} days of pause on the App Store: automatic updates go on, and cannot be paused again. Nothing was changed.",
                    now.version
                ),
            )
            .hint(say!("Turn the feature off by a flag, or send a corrected version to review.")))
        }
        (Desired::Stopped, PhasedStatus::Active | PhasedStatus::Paused) => Ok("PAUSED"),
        (
            Desired::RollingOut { fraction_bps: None },
            PhasedStatus::Active | PhasedStatus::Paused,
        ) => Ok("ACTIVE"),
        (Desired::Complete, PhasedStatus::Active | PhasedStatus::Paused) => Ok("COMPLETE"),
        (
            Desired::RollingOut {
                fraction_bps: Some(_),
            }
            | Desired::Released { .. }
            | Desired::RemovedFromSale
            | Desired::RolledBack { .. }
            | Desired::AskedToUpdate
            | Desired::NotAsked
            | Desired::On
            | Desired::Off
            | Desired::Published { .. },
            PhasedStatus::Active | PhasedStatus::Paused,
        ) => Err(ProviderError::new(
            ErrorKind::Unsupported,
            say!("The App Store sets the share of people itself, day by day. Nothing was sent."),
        )),
    }
}

fn in_words(status: PhasedStatus) -> &'static str {
    match status {
        PhasedStatus::Absent => say!("without a phased release"),
        PhasedStatus::Inactive => say!("its phased release not begun"),
        PhasedStatus::Active => say!("its phased release running"),
        PhasedStatus::Paused => say!("its phased release paused"),
        PhasedStatus::Complete => say!("its phased release ended"),
    }
}
