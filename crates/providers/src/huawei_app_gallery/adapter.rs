//! Our words to AppGallery's and back. Must not know HTTP.

use std::fmt;

use async_trait::async_trait;
use cockpit_domain::provider::{
    Capability, CredentialCheck, Effect, ErrorKind, ProviderError, Reading, Receipt, Verb,
};
use cockpit_domain::store::{Store, StoreRollout, StoreStatus, Submitted};
use cockpit_domain::target::Review;
use cockpit_domain::{Desired, Observation, Service, Target, TargetId, TargetState, Time};
use cockpit_say::say;
use tokio::sync::Mutex;

use super::api::{Api, Side};
use super::config::Config;
use super::wire::Info;
use crate::Adapter;
use crate::form::note;
use crate::http::Http;
use crate::look::held_already;

static CAPABILITY: Capability = Capability {
    service: Service::HuaweiAppGallery,
    verbs: &[Verb::Stop, Verb::Resume, Verb::SetFraction, Verb::Complete],
    signals: false,
    conditional_write: false,
};

/// One app on Huawei AppGallery.
pub struct HuaweiAppGallery {
    api: Api,
    /// Held through a whole apply, so that writes to one app come one by one.
    writing: Mutex<()>,
}

impl HuaweiAppGallery {
    pub(super) fn new(config: Config, http: &Http) -> Self {
        Self {
            api: Api::new(config, http),
            writing: Mutex::new(()),
        }
    }

    fn own(&self, target: &TargetId) -> Result<(), ProviderError> {
        if target.name() == self.api.package() {
            return Ok(());
        }
        Err(ProviderError::new(
            ErrorKind::NotFound,
            say!("{target} is not {}.", self.api.package()),
        ))
    }

    /// Both sides of the app: what everybody gets, and what a share gets.
    async fn read(&self, urgent: bool) -> Result<(StoreRollout, Time), ProviderError> {
        let (full, answer) = self.api.info(Side::Full, urgent).await?;
        let phased = match self.api.info(Side::Phased, urgent).await {
            Ok((phased, _)) => phased,
            // What Huawei answers where an app never had a phased release is not documented. A
            // refusal is taken for none only where the other side speaks of none.
            Err(error) if error.kind == ErrorKind::Rejected && !is_running(&full) => {
                Info::default()
            }
            Err(error) => return Err(error),
        };
        Ok((rollout(&full, &phased)?, answer.at))
    }
}

#[async_trait]
impl Adapter for HuaweiAppGallery {
    fn capability(&self) -> &Capability {
        &CAPABILITY
    }

    async fn check(&self) -> Result<CredentialCheck, ProviderError> {
        let mut check = CredentialCheck { items: Vec::new() };
        let signed_in = self.api.sign_in(false).await.map(|_| ());
        if !note(
            &mut check,
            say!("API client"),
            signed_in,
            say!("It signs in."),
        )? {
            return Ok(check);
        }
        let app = self.api.app(false).await.map(|_| ());
        let found = say!("{} is an app of this team.", self.api.package());
        if !note(&mut check, say!("This app"), app, &found)? {
            return Ok(check);
        }
        note(
            &mut check,
            say!("Releases of this app"),
            self.read(false).await.map(|_| ()),
            say!(
                "They can be read. Huawei has no dry run: whether the client may change them shows only at a real change."
            ),
        )?;
        Ok(check)
    }

    async fn targets(&self) -> Result<Vec<Target>, ProviderError> {
        self.api.app(false).await?;
        Ok(vec![Target {
            id: TargetId::new(Service::HuaweiAppGallery, self.api.package()),
            title: say!("Huawei AppGallery · phased release").to_owned(),
            platform: "Android".to_owned(),
        }])
    }

    async fn observe(
        &self,
        target: &TargetId,
        reading: Reading,
    ) -> Result<Observation, ProviderError> {
        self.own(target)?;
        let (rollout, at) = self.read(reading != Reading::Poll).await?;
        Ok(Observation {
            target: target.clone(),
            at,
            state: TargetState::StoreRollout(rollout),
        })
    }

    async fn apply(&self, effect: &Effect) -> Result<Receipt, ProviderError> {
        self.own(&effect.target)?;
        let _one_by_one = self.writing.lock().await;
        // Huawei has no conditional write: looking right before is the best there is.
        let (now, _) = self.read(true).await?;
        if let Some(receipt) = held_already(say!("Huawei AppGallery"), effect, &now)? {
            return Ok(receipt);
        }
        match &effect.desired {
            Desired::Stopped => self.api.set_state("SUSPEND").await?,
            Desired::RollingOut {
                fraction_bps: Some(bps),
            } if now.status == StoreStatus::Halted && now.fraction_bps == Some(*bps) => {
                self.api.set_state("RELEASE").await?;
            }
            Desired::RollingOut {
                fraction_bps: Some(bps),
            } => self.api.set_share(*bps).await?,
            Desired::Complete => self.api.complete().await?,
            Desired::RollingOut { fraction_bps: None }
            | Desired::Released { .. }
            | Desired::RolledBack { .. }
            | Desired::AskedToUpdate
            | Desired::NotAsked
            | Desired::RemovedFromSale
            | Desired::On
            | Desired::Off
            | Desired::Published { .. } => {
                return Err(ProviderError::new(
                    ErrorKind::Unsupported,
                    say!(
                        "AppGallery takes a share with every release that goes on. Nothing was \
                          sent."
                    ),
                )
                .hint(say!("Choose the share of people.")));
            }
        }
        Ok(Receipt {
            // Huawei's answer holds no identifier.
            provider_request_id: None,
            notes: Vec::new(),
        })
    }
}

impl fmt::Debug for HuaweiAppGallery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HuaweiAppGallery")
            .field("package", &self.api.package())
            .finish_non_exhaustive()
    }
}

/// Whether a phased release reaches people, or is suspended.
fn is_running(info: &Info) -> bool {
    info.phased
        .as_ref()
        .is_some_and(|it| matches!(it.state.as_str(), "RELEASE" | "SUSPEND"))
}

fn rollout(full: &Info, phased: &Info) -> Result<StoreRollout, ProviderError> {
    let own = if is_running(phased) { phased } else { full };
    let about = own.phased.clone().unwrap_or_default();
    let submitted = submitted(full, phased);
    let status = match about.state.as_str() {
        "RELEASE" => StoreStatus::InProgress,
        "SUSPEND" => StoreStatus::Halted,
        // The draft of a further version covers how the one on the shelf stands.
        "" | "DRAFT" if is_covered(full, phased) => return Err(covered(phased)),
        // Prepared, rolled back, or ended: what everybody gets is all there is.
        "" | "DRAFT" | "ROLLBACK" | "GRAY_TERMINATED" => {
            return Ok(without_phases(full, submitted));
        }
        other => return Err(not_known(other)),
    };
    let version = phased
        .on_shelf
        .clone()
        .or_else(|| phased.version.clone())
        .ok_or_else(|| {
            ProviderError::new(
                ErrorKind::Protocol,
                say!("Huawei says that a phased release is under way and not of which version."),
            )
            .hint(say!("Look at the app's versions in AppGallery Connect."))
        })?;
    let build = match &phased.on_shelf {
        Some(_) => &phased.on_shelf_build,
        None => &phased.build,
    };
    Ok(StoreRollout {
        store: Store::HuaweiAppGallery,
        fallback: full.on_shelf.clone().filter(|it| *it != version),
        builds: build.iter().cloned().collect(),
        version,
        status,
        fraction_bps: about.share_bps,
        countries: Vec::new(),
        ends_at: about.ends_at,
        submitted,
        air: None,
    })
}

/// The full release, or none.
fn without_phases(full: &Info, submitted: Option<Submitted>) -> StoreRollout {
    let status = match full.release_state {
        // Taken down, by Huawei or by the developer.
        Some(2 | 10) => StoreStatus::Removed,
        _ if full.on_shelf.is_some() => StoreStatus::Completed,
        _ => StoreStatus::Absent,
    };
    StoreRollout {
        store: Store::HuaweiAppGallery,
        version: full.on_shelf.clone().unwrap_or_default(),
        builds: full.on_shelf_build.iter().cloned().collect(),
        status,
        fraction_bps: None,
        countries: Vec::new(),
        fallback: None,
        ends_at: None,
        submitted,
        air: None,
    }
}

/// The newest version that nobody gets yet, of either side.
fn submitted(full: &Info, phased: &Info) -> Option<Submitted> {
    [phased, full].into_iter().find_map(|info| {
        let version = info.version.clone()?;
        let out = [&full.on_shelf, &phased.on_shelf];
        if out.contains(&&Some(version.clone())) {
            return None;
        }
        Some(Submitted {
            version,
            review: review(info.release_state?)?,
        })
    })
}

/// Nothing for what is out, and for what concerns taking the app down.
fn review(release_state: i64) -> Option<Review> {
    match release_state {
        7 => Some(Review::NotSent),
        4 | 5 | 12 => Some(Review::InReview),
        3 => Some(Review::Approved),
        1 | 8 | 13 => Some(Review::Rejected),
        _ => None,
    }
}

/// Whether a version is on the phased shelf, while the phased side speaks of a draft.
fn is_covered(full: &Info, phased: &Info) -> bool {
    let drafted = phased.phased.as_ref().is_some_and(|it| it.state == "DRAFT");
    drafted && phased.on_shelf.is_some() && phased.on_shelf != full.on_shelf
}

fn covered(phased: &Info) -> ProviderError {
    let version = phased.on_shelf.as_deref().unwrap_or_default();
    ProviderError::new(
        ErrorKind::Protocol,
        say!(
            "Huawei shows the draft of a further phased release in place of {version}, so it is \
             not known whether {version} goes on or is suspended."
        ),
    )
    .hint(say!(
        "Look at the app's versions in AppGallery Connect, and stop it there if need be."
    ))
}

fn not_known(state: &str) -> ProviderError {
    let state: String = state.chars().take(40).collect();
    ProviderError::new(
        ErrorKind::Protocol,
        say!(
            "Huawei says that the phased release is \"{state}\", which is not known here, so \
             nothing is said of it."
        ),
    )
    .hint(say!("Look at the app's versions in AppGallery Connect."))
}
