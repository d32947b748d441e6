//! Whether a notice may be asked for, and who must agree to it: inside an envelope customer
//! success alone, outside it legal and brand as well. What is approved are the bytes that a
//! template made of a draft. Must not know who asks.

use cockpit_say::say;

use super::incident::{Place, about};
use super::{About, TemplateKey, kind_of, reaches, render};
use crate::event::Intent;
use crate::lint::ChannelKind;
use crate::policy::{ActKind, Role};
use crate::state::{IntentRecord, State};
use crate::target::{Desired, Notice};
use crate::time::Time;

impl State {
    /// Why this notice cannot be asked for; `None` when it can, and for what is no notice of an
    /// incident.
    pub fn may_not_publish(&self, intent: &Intent) -> Option<String> {
        self.may_publish(intent).err()
    }

    fn may_publish(&self, intent: &Intent) -> Result<(), String> {
        let Some((notice, about)) = told_of(intent) else {
            return Ok(());
        };
        let incident = self
            .tell
            .incidents
            .get(&about.incident)
            .ok_or_else(|| say!("the notice belongs to no incident that is here").to_owned())?;
        if !incident.is_open() {
            return Err(say!("the incident is closed").to_owned());
        }
        if notice.key != about.key(notice.phase) {
            return Err(say!("the notice does not have the key of its place").to_owned());
        }
        let kind = channel_of(intent).ok_or_else(|| say!("it goes to no channel").to_owned())?;
        if reaches(kind) != about.audience {
            return Err(say!("this channel does not reach the people whom it is for").to_owned());
        }
        let draft = incident
            .drafts
            .get(&(notice.phase, about.update, about.audience))
            .filter(|draft| draft.id == about.draft);
        let Some(draft) = draft else {
            return Err(say!("the words were edited since; ask with the newest draft").to_owned());
        };
        let slots = draft
            .texts
            .get(&about.locale)
            .ok_or_else(|| say!("the draft has no text in this language").to_owned())?;
        let key = TemplateKey {
            severity: incident.severity,
            phase: notice.phase,
            audience: about.audience,
            channel: kind,
            locale: about.locale,
        };
        let (version, template) = self.tell.template(key);
        let made = render(&template, slots).map_err(|error| error.to_string())?;
        if version != about.template
            || made != (notice.title.clone(), notice.body.clone())
            || slots.next_update_at != about.next_update_at
        {
            return Err(
                say!("these are not the words that the template makes of the draft").to_owned(),
            );
        }
        let place = Place {
            phase: notice.phase,
            update: about.update,
            audience: about.audience,
            channel: intent.target.clone(),
            locale: about.locale,
        };
        if let Some(told) = incident.told.get(&place) {
            return Err(match told.sure {
                true => say!("this notice was published there already").to_owned(),
                false => say!("this notice may have been published there already").to_owned(),
            });
        }
        let twin = self.intents.values().find(|record| {
            record.is_open()
                && record.intent.target == intent.target
                && at_place(record, &place, &about.incident)
        });
        match twin {
            Some(_) => Err(say!("this notice was asked for there already").to_owned()),
            None => Ok(()),
        }
    }

    /// Roles that must be among those who approve an intent.
    pub(crate) fn sign_off(&self, intent: &Intent, at: Time) -> Vec<Role> {
        if intent.act != ActKind::Publish {
            return Vec::new();
        }
        let mut roles = Vec::new();
        if self.mandate(ActKind::Publish).approve.is_empty() {
            roles.push(Role::CustomerSuccess);
        }
        let inside = match told_of(intent) {
            Some((notice, about)) => self.inside(intent, notice, about, at).is_ok(),
            None => false,
        };
        if !inside {
            roles.extend([Role::Legal, Role::Brand]);
        }
        roles
    }

    fn inside(
        &self,
        intent: &Intent,
        notice: &Notice,
        about: &About,
        at: Time,
    ) -> Result<(), String> {
        self.may_publish(intent)?;
        let id = about
            .envelope
            .as_ref()
            .ok_or_else(|| say!("it names no envelope").to_owned())?;
        let kind = channel_of(intent).ok_or_else(|| say!("it goes to no channel").to_owned())?;
        let incident = self
            .tell
            .incidents
            .get(&about.incident)
            .ok_or_else(|| say!("it belongs to no incident").to_owned())?;
        let draft = incident
            .drafts
            .get(&(notice.phase, about.update, about.audience))
            .and_then(|draft| draft.texts.get(&about.locale))
            .ok_or_else(|| say!("there is no such draft").to_owned())?;
        let key = TemplateKey {
            severity: incident.severity,
            phase: notice.phase,
            audience: about.audience,
            channel: kind,
            locale: about.locale,
        };
        self.fits_envelope(id, key, &about.template, draft, at)
    }

    /// Why these words lie outside an envelope.
    ///
    /// # Errors
    /// The first thing that was not agreed to, in words.
    pub fn fits_envelope(
        &self,
        id: &str,
        key: TemplateKey,
        version: &str,
        slots: &super::Slots,
        at: Time,
    ) -> Result<(), String> {
        let record = self.standing_envelope(id, at)?;
        let missing = self.envelope_missing(record);
        if !missing.is_empty() {
            return Err(say!(
                "the envelope “{}” waits for {}",
                record.envelope.title,
                self.who_signs(&missing)
            ));
        }
        let it = &record.envelope;
        let covers = it.severities.contains(&key.severity)
            && it.phases.contains(&key.phase)
            && it.audiences.contains(&key.audience)
            && it.channels.contains(&key.channel)
            && it.locales.contains(&key.locale);
        if !covers {
            return Err(say!(
                "the envelope “{}” does not speak of this severity, phase, channel or language",
                it.title
            ));
        }
        if !it.templates.contains(version) {
            return Err(say!("the template has changed since it was agreed to").to_owned());
        }
        match it.outside(key.locale, slots) {
            Some((slot, line)) => Err(say!(
                "“{line}” under “{}” was not agreed to beforehand",
                slot.name()
            )),
            None => Ok(()),
        }
    }
}

impl IntentRecord {
    /// Roles that must agree and have not.
    pub fn missing_sign_off(&self) -> Vec<Role> {
        let agreed = |role: &Role| {
            self.approvals.iter().any(|it| {
                it.roles.contains(role) || (*role == Role::CustomerSuccess && it.fallback)
            })
        };
        let roles = self.sign_off.iter().copied();
        roles.filter(|role| !agreed(role)).collect()
    }
}

fn told_of(intent: &Intent) -> Option<(&Notice, &About)> {
    match &intent.desired {
        Desired::Published { notice } => Some((notice, notice.about.as_ref()?)),
        Desired::Stopped
        | Desired::RollingOut { .. }
        | Desired::Complete
        | Desired::Released { .. }
        | Desired::RemovedFromSale
        | Desired::RolledBack { .. }
        | Desired::AskedToUpdate
        | Desired::NotAsked
        | Desired::On
        | Desired::Off => None,
    }
}

fn channel_of(intent: &Intent) -> Option<ChannelKind> {
    kind_of(intent.target.service()?)
}

fn at_place(record: &IntentRecord, place: &Place, incident: &str) -> bool {
    about(record).is_some_and(|(notice, about)| {
        about.incident == incident
            && notice.phase == place.phase
            && about.update == place.update
            && about.audience == place.audience
            && about.locale == place.locale
    })
}
