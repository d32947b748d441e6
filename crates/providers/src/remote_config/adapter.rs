//! One connection with two kinds of targets: the banner, and switches. Must not know how either is
//! done.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use cockpit_domain::provider::{
    Capability, CredentialCheck, Effect, ProviderError, Reading, Receipt, Verb,
};
use cockpit_domain::rehearsal::Rehearsal;
use cockpit_domain::target::Notice;
use cockpit_domain::{Observation, Service, Target, TargetId, Time};
use cockpit_say::say;

use super::api::Api;
use super::banner::Banner;
use super::config::Config;
use super::flags::{Flags, PUBLISHES};
use crate::Adapter;
use crate::channel::ChannelAdapter;
use crate::form::note;
use crate::http::Http;

static BANNER_ALONE: Capability = Capability {
    service: Service::RemoteConfig,
    verbs: &[Verb::Publish],
    signals: false,
    conditional_write: true,
};
static BOTH: Capability = Capability {
    verbs: &[Verb::Publish, Verb::TurnOn, Verb::TurnOff],
    ..BANNER_ALONE
};

/// The parameters of one Firebase project.
pub struct RemoteConfig {
    banner: ChannelAdapter<Banner>,
    /// The banner's target.
    shown_in: TargetId,
    flags: Flags,
    api: Arc<Api>,
}

impl RemoteConfig {
    pub(super) fn new(config: Config, http: &Http) -> RemoteConfig {
        let (api, parameter, hours, flags, apps_ask_s) = (
            Arc::new(Api::new(config.connection, http)),
            config.parameter,
            config.hours,
            config.flags,
            config.apps_ask_s,
        );
        let name = format!("{}/{parameter}", api.project());
        let banner = Banner::new(parameter.clone(), hours, Arc::clone(&api));
        RemoteConfig {
            banner: ChannelAdapter::new(banner, http),
            shown_in: TargetId::new(Service::RemoteConfig, &name),
            flags: Flags::new(flags, parameter, apps_ask_s, Arc::clone(&api)),
            api,
        }
    }

    fn is_flag(&self, target: &TargetId) -> bool {
        self.flags.are_wanted() && *target != self.shown_in
    }
}

#[async_trait]
impl Adapter for RemoteConfig {
    fn capability(&self) -> &Capability {
        if self.flags.are_wanted() {
            &BOTH
        } else {
            &BANNER_ALONE
        }
    }

    async fn check(&self) -> Result<CredentialCheck, ProviderError> {
        let mut check = self.banner.check().await?;
        if !check.items.iter().all(|item| item.ok) {
            return Ok(check);
        }
        let tried = match self.api.template(false).await {
            Ok(template) => self.api.try_to_publish(template).await,
            Err(error) => Err(error),
        };
        note(
            &mut check,
            PUBLISHES,
            tried,
            say!("A dry run of publishing the template as it is was taken; nothing was changed."),
        )?;
        if !self.flags.are_wanted() {
            return Ok(check);
        }
        let found = self.flags.targets().await;
        let count = found.as_ref().map_or(0, Vec::len);
        let sentence = say!("Boolean parameters to turn off and on: {count}.");
        note(&mut check, say!("Flags"), found.map(|_| ()), &sentence)?;
        let fetched = self.api.fetched(false).await;
        let sentence = match &fetched {
            Ok(Some(fetched)) => say!("Parameters that the app fetches: {}.", fetched.entries.len()),
            Ok(None) | Err(_) => say!("No app was entered: it is read back what is stored, and what apps fetch is not observed.").to_owned(),
        };
        note(
            &mut check,
            say!("The app's fetch"),
            fetched.map(|_| ()),
            &sentence,
        )?;
        Ok(check)
    }

    async fn targets(&self) -> Result<Vec<Target>, ProviderError> {
        let mut targets = self.banner.targets().await?;
        if self.flags.are_wanted() {
            targets.extend(self.flags.targets().await?);
        }
        Ok(targets)
    }

    fn look_for(&self, notice: &Notice, since: Time) {
        self.banner.look_for(notice, since);
    }

    async fn observe(
        &self,
        target: &TargetId,
        reading: Reading,
    ) -> Result<Observation, ProviderError> {
        if self.is_flag(target) {
            self.flags.observe(target, reading).await
        } else {
            self.banner.observe(target, reading).await
        }
    }

    async fn rehearse(&self, seen: &Observation) -> Rehearsal {
        self.flags.rehearse(seen).await
    }

    async fn apply(&self, effect: &Effect) -> Result<Receipt, ProviderError> {
        if self.is_flag(&effect.target) {
            self.flags.apply(effect).await
        } else {
            self.banner.apply(effect).await
        }
    }
}

impl fmt::Debug for RemoteConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteConfig")
            .field("banner", &self.banner)
            .finish_non_exhaustive()
    }
}
