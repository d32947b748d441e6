//! Whether an entry about incidents and notices has force, and why not. Must not know what it changes.

use cockpit_say::say;

use super::*;

impl State {
    /// Why an entry of this device at this time would have no force; `None` when it has.
    pub fn tell_objection(&self, device: &str, at: Time, event: &TellEvent) -> Option<String> {
        self.may_tell(device, at, event).err()
    }

    /// The roles that open incidents and write notices.
    pub(super) fn tellers(&self) -> Vec<Role> {
        let mut roles = self.mandate(ActKind::Publish).ask.clone();
        roles.extend(self.mandate(ActKind::Stop).ask.iter().copied());
        roles.extend(SIGNERS);
        roles.push(Role::Administrator);
        roles
    }

    pub(super) fn tells(&self, person: &Person, what: &str) -> Answer {
        match holds(person, &self.tellers()) {
            true => Ok(()),
            false => no(say!("{} may not {what}", person.name)),
        }
    }

    pub(super) fn open_incident(&self, incident: &str) -> Result<&Incident, String> {
        match self.tell.incidents.get(incident) {
            None => Err(say!("there is no such incident").to_owned()),
            Some(it) if it.is_open() => Ok(it),
            Some(_) => Err(say!("the incident is closed").to_owned()),
        }
    }

    pub(super) fn may_tell(&self, device: &str, at: Time, event: &TellEvent) -> Answer {
        let person = self.actor(device)?;
        match event {
            TellEvent::Opened { title, version, .. } => {
                self.tells(person, say!("open an incident"))?;
                if title.trim().is_empty() || title.chars().count() > 200 {
                    return no(say!("an incident has a title of at most 200 characters"));
                }
                let twin = |it: &Incident| it.is_open() && it.version == *version;
                match self.tell.incidents.values().any(twin) {
                    true => no(say!("an incident about {version} is open already")),
                    false => Ok(()),
                }
            }
            TellEvent::SeveritySet {
                incident,
                severity,
                reason,
            } => {
                self.tells(person, say!("change an incident"))?;
                if self.open_incident(incident)?.severity == *severity {
                    return no(say!("the incident has this severity already"));
                }
                needs_reason(reason)
            }
            TellEvent::PhaseSet {
                incident,
                phase,
                reason,
            } => {
                self.tells(person, say!("change an incident"))?;
                if self.open_incident(incident)?.phase == *phase {
                    return no(say!("the incident is in this phase already"));
                }
                needs_reason(reason)
            }
            TellEvent::ExpectedSet {
                incident,
                by,
                reason,
            } => {
                self.tells(person, say!("change an incident"))?;
                let known = self.open_incident(incident)?.expected;
                if known.and_then(|(by, _)| by) == *by {
                    return no(say!("that is what is expected already"));
                }
                if by.is_some_and(|by| by <= at) {
                    return no(say!("that moment is over"));
                }
                needs_reason(reason)
            }
            TellEvent::Resolved { incident, reason } => {
                self.tells(person, say!("close an incident"))?;
                self.may_close_incident(incident)?;
                needs_reason(reason)
            }
            TellEvent::Drafted(draft) => self.may_draft(person, draft),
            TellEvent::Escalated {
                incident,
                audience,
                due,
            } => {
                let it = self.open_incident(incident)?;
                if it.promise(*audience) != Some(*due) {
                    return no(say!("nothing is promised for then"));
                }
                if it.escalated.contains(&(*audience, *due)) {
                    return no(say!("others were called already"));
                }
                match at + ESCALATE_AHEAD_MS < *due {
                    true => no(say!("it is not nearly due")),
                    false => Ok(()),
                }
            }
            TellEvent::Missed {
                incident,
                audience,
                due,
            } => {
                let it = self.open_incident(incident)?;
                if it.promise(*audience) != Some(*due) {
                    return no(say!("nothing was promised for then"));
                }
                if it.missed.contains(&(*audience, *due)) {
                    return no(say!("it is in the log already"));
                }
                match at <= *due {
                    true => no(say!("it is not over")),
                    false => Ok(()),
                }
            }
            TellEvent::TemplateSet(template) => {
                self.tells(person, say!("change a template"))?;
                if let Some(problem) = template.problem() {
                    return no(problem);
                }
                match self.tell.template(template.key).1 == **template {
                    true => no(say!("the template says so already")),
                    false => Ok(()),
                }
            }
            TellEvent::EnvelopeProposed(envelope) => {
                self.tells(person, say!("propose an envelope"))?;
                if let Some(problem) = envelope.problem(at) {
                    return no(problem);
                }
                let known = |version: &String| {
                    version == LIBRARY
                        || self
                            .tell
                            .templates
                            .values()
                            .any(|it| it.version == *version)
                };
                match envelope.templates.iter().all(known) {
                    true => Ok(()),
                    false => no(say!("it names a version of a template that is not here")),
                }
            }
            TellEvent::EnvelopeSigned { envelope } => {
                let record = self.standing_envelope(envelope, at)?;
                let Some(role) = SIGNERS.iter().find(|role| person.roles.contains(role)) else {
                    return no(say!(
                        "{} is neither legal nor brand, who agree to wording; {} may",
                        person.name,
                        self.named_with(&SIGNERS, None)
                    ));
                };
                let missing = self.envelope_missing(record);
                let fills = missing.iter().any(|it| person.roles.contains(it));
                match fills {
                    true => Ok(()),
                    false => no(say!("it is signed as {} already", role.name())),
                }
            }
            TellEvent::EnvelopeEnded { envelope, reason } => {
                let record = self.standing_envelope(envelope, at)?;
                let may = holds(person, &SIGNERS)
                    || holds(person, &[Role::Administrator])
                    || record.by == person.id;
                if !may {
                    return no(say!("{} may not end an envelope", person.name));
                }
                needs_reason(reason)
            }
        }
    }

    pub(super) fn may_draft(&self, person: &Person, draft: &Draft) -> Answer {
        let it = self.open_incident(&draft.incident)?;
        if it.phase != draft.phase {
            return no(say!("the incident is {} by now", phase_key(it.phase)));
        }
        if draft.update > it.next_update(draft.phase, draft.audience) {
            return no(say!("an earlier notice of this phase was not sent"));
        }
        if draft.texts.is_empty() {
            return no(say!("a draft has a text"));
        }
        if let Some(problem) = draft.texts.values().find_map(Slots::problem) {
            return no(problem);
        }
        let known = it.drafts.get(&(draft.phase, draft.update, draft.audience));
        if draft.why.is_by_itself() {
            return match known {
                Some(_) => no(say!("there is a draft already")),
                None => Ok(()),
            };
        }
        if !holds(person, &self.mandate(ActKind::Publish).ask) {
            return no(say!("{} may not write notices", person.name));
        }
        match known.is_some_and(|known| known.texts == draft.texts) {
            true => no(say!("the draft says so already")),
            false => Ok(()),
        }
    }

    pub(super) fn may_close_incident(&self, incident: &str) -> Answer {
        let it = self.open_incident(incident)?;
        if it.phase != Phase::Resolved {
            return no(say!("the incident is not resolved"));
        }
        let left = it.stranded();
        if left.is_empty() {
            return Ok(());
        }
        let mut where_to: Vec<String> = left
            .iter()
            .map(|(_, channel, _)| {
                let service = channel.service();
                service.map_or(channel.to_string(), |it| it.name().to_owned())
            })
            .collect();
        where_to.dedup();
        no(say!(
            "whoever was told of it on {} was not told of its end",
            where_to.join(say!(" and "))
        ))
    }

    /// An envelope that was not ended and has not expired, whoever has signed it.
    pub(crate) fn standing_envelope(
        &self,
        envelope: &str,
        at: Time,
    ) -> Result<&EnvelopeRecord, String> {
        let record = self
            .tell
            .envelopes
            .get(envelope)
            .ok_or_else(|| say!("there is no such envelope").to_owned())?;
        if let Some(why) = &record.ended {
            return Err(say!("the envelope was ended: {why}"));
        }
        match at > record.envelope.expires_at {
            true => Err(say!(
                "the envelope “{}” expired at {}",
                record.envelope.title,
                words::moment(record.envelope.expires_at)
            )),
            false => Ok(record),
        }
    }

    /// Roles whose signature an envelope lacks. A signature counts for as long as its author
    /// belongs to the workspace.
    pub fn envelope_missing(&self, record: &EnvelopeRecord) -> Vec<Role> {
        record.missing(|it| self.people.contains_key(&it.person))
    }
}
