//! What an entry about authority changes, once it has force. Must not know who may seal it.

use std::sync::Arc;

use cockpit_say::say;

use super::{
    Agreed, Authority, AuthorityEvent, Device, Enacted, Invite, Mandate, PROPOSAL_EXPIRES_MS,
    Passed, Proposal, Request, RequestState, Review, ReviewKind, Revoked,
};
use crate::event::{Event, Verdict};
use crate::policy::{Needs, Person, Policy, Role};
use crate::state::{Admitted, Standing, State};
use crate::time::Time;

/// Where a change took force.
#[derive(Clone, Copy, Debug)]
struct Place {
    position: u64,
    at: Time,
}

impl State {
    /// Takes in an entry about authority.
    pub(crate) fn take_authority(
        &mut self,
        entry: &Admitted,
        event: &AuthorityEvent,
    ) -> Result<(), String> {
        if let Some(why) = self.objection(&entry.device, entry.moment(), event) {
            return Err(why);
        }
        let place = Place {
            position: entry.position,
            at: entry.at,
        };
        let person = self.devices.get(&entry.device).cloned().unwrap_or_default();
        match event {
            AuthorityEvent::Invited {
                code_hash,
                expires_at,
                roles,
            } => {
                let invite = Invite {
                    code_hash: code_hash.clone(),
                    expires_at: *expires_at,
                    roles: roles.clone(),
                    by: person,
                    device: entry.device.clone(),
                    used: false,
                    withdrawn: false,
                };
                self.authority.invites.insert(entry.id.clone(), invite);
            }
            AuthorityEvent::JoinRequested {
                invite,
                code,
                name,
                device_name,
                key,
            } if !self.authority.is_recovery(&entry.device) => {
                let request = Request {
                    position: entry.position,
                    at: entry.at,
                    device: entry.device.clone(),
                    key: key.clone(),
                    invite: invite.clone(),
                    code: code.clone(),
                    name: name.trim().to_owned(),
                    device_name: device_name.trim().to_owned(),
                    state: RequestState::Open,
                };
                self.authority.requests.insert(entry.id.clone(), request);
            }
            AuthorityEvent::JoinRequested { .. } => {}
            AuthorityEvent::InviteWithdrawn { invite } => {
                if let Some(known) = self.authority.invites.get_mut(invite) {
                    known.withdrawn = true;
                }
                for request in self.authority.requests.values_mut() {
                    if request.invite == *invite && request.state == RequestState::Open {
                        let why = say!("the invitation was withdrawn").to_owned();
                        request.state = RequestState::Refused(why);
                    }
                }
            }
            AuthorityEvent::RequestRefused { request, reason } => {
                if let Some(request) = self.authority.requests.get_mut(request) {
                    request.state = RequestState::Refused(reason.clone());
                }
            }
            AuthorityEvent::DeviceForked { device, .. } => {
                let owner = self.devices.get(device).cloned();
                self.end_device(
                    device,
                    place,
                    say!("it signed two entries with one number"),
                    true,
                );
                let sentence = say!(
                    "A device of {} signed two entries with one number and is frozen. It may be a \
                     restored copy of its disk; the proof is in the log.",
                    owner
                        .as_deref()
                        .map_or(say!("nobody"), |it| self.name_of(it))
                );
                self.raise(ReviewKind::Forked, place, owner.clone(), sentence);
            }
            AuthorityEvent::ProposalJudged {
                proposal, verdict, ..
            } => self.judge_proposal(entry, &person, proposal, *verdict, place),
            AuthorityEvent::GlassBroken { intent, reason } => {
                let standing = self.intents.get(intent).map(|it| it.standing());
                let what = match standing {
                    Some(Standing::Ready) => say!("did not wait for the shared log"),
                    Some(_) | None => say!("went past the missing approvals"),
                };
                let sentence = format!("{} {what}: {reason}", self.name_of(&person));
                if let Some(record) = self.intents.get_mut(intent) {
                    record.passed = Some(Passed::Glass {
                        person: person.clone(),
                        device: entry.device.clone(),
                        position: entry.position,
                        reason: reason.clone(),
                    });
                }
                self.raise(ReviewKind::BreakGlass, place, Some(person), sentence);
            }
            AuthorityEvent::DefaultTaken { intent } => {
                if let Some(record) = self.intents.get_mut(intent) {
                    record.passed = Some(Passed::Default {
                        device: entry.device.clone(),
                        position: entry.position,
                    });
                }
                let sentence =
                    say!("Nobody judged this stop in time, and it went on as the policy says.")
                        .to_owned();
                self.raise(ReviewKind::SafeDefault, place, None, sentence);
            }
            AuthorityEvent::ReviewClosed { review, reason } => {
                if let Some(review) = self.authority.reviews.get_mut(review) {
                    review.closed = Some((person, reason.clone()));
                }
            }
            AuthorityEvent::PersonAdmitted { .. }
            | AuthorityEvent::RolesSet { .. }
            | AuthorityEvent::PersonRevoked { .. }
            | AuthorityEvent::DeviceAdded { .. }
            | AuthorityEvent::DeviceRevoked { .. }
            | AuthorityEvent::DeviceCompromised { .. }
            | AuthorityEvent::MandateSet { .. }
            | AuthorityEvent::ThresholdSet { .. }
            | AuthorityEvent::PresenceSet { .. } => {
                self.propose(entry, Event::Authority(event.clone()));
            }
        }
        Ok(())
    }

    /// Takes in a change that has no objection: at once, or as a proposal while more
    /// administrators have to agree.
    pub(crate) fn propose(&mut self, entry: &Admitted, change: Event) {
        let place = Place {
            position: entry.position,
            at: entry.at,
        };
        let by_recovery = self.authority.is_recovery(&entry.device);
        let person = self.devices.get(&entry.device).cloned().unwrap_or_default();
        let own = match (&change, self.people.get(&person)) {
            (Event::Authority(event), Some(person)) => self.is_own(person, event),
            (_, _) => false,
        };
        let agreed = vec![Agreed {
            person,
            device: entry.device.clone(),
            position: entry.position,
        }];
        if by_recovery || own || self.administrators_needed() <= 1 {
            self.enact(change, place, agreed);
        } else {
            let proposal = Proposal {
                position: entry.position,
                at: entry.at,
                expires_at: entry.at + PROPOSAL_EXPIRES_MS,
                change,
                agreed,
                against: Vec::new(),
            };
            self.authority.drop_lapsed(entry.at);
            self.authority.proposals.insert(entry.id.clone(), proposal);
        }
        if by_recovery {
            let sentence =
                say!("The recovery key brought in an administrator. See that this was meant.")
                    .to_owned();
            self.raise(ReviewKind::Recovery, place, None, sentence);
        }
    }

    fn judge_proposal(
        &mut self,
        entry: &Admitted,
        person: &str,
        id: &str,
        verdict: Verdict,
        place: Place,
    ) {
        let there = self.administrators().len();
        let needed = self.administrators_needed();
        let Some(mut proposal) = self.authority.proposals.remove(id) else {
            return;
        };
        match verdict {
            Verdict::Approve => {
                proposal.against.retain(|it| it != person);
                proposal.agreed.push(Agreed {
                    person: person.to_owned(),
                    device: entry.device.clone(),
                    position: entry.position,
                });
                if self.agreed_now(&proposal.agreed) >= needed {
                    self.enact(proposal.change, place, proposal.agreed);
                    return;
                }
            }
            Verdict::Reject => {
                let its_own = proposal
                    .agreed
                    .first()
                    .is_some_and(|it| it.person == person);
                proposal.agreed.retain(|it| it.person != person);
                proposal.against.push(person.to_owned());
                // One who is against it holds nothing up as long as enough others may agree.
                if its_own || there.saturating_sub(proposal.against.len()) < needed {
                    return;
                }
            }
        }
        self.authority.proposals.insert(id.to_owned(), proposal);
    }

    fn enact(&mut self, change: Event, place: Place, agreed: Vec<Agreed>) {
        match &change {
            Event::Authority(event) => self.enact_event(event, place),
            Event::PolicySet { act, persons } => {
                let before = self.mandate(*act);
                self.policy
                    .get_or_insert_with(Policy::one_person)
                    .0
                    .insert(*act, Needs::Persons(*persons));
                self.note_widening(*act, &before, place);
            }
            _ => {}
        }
        self.authority.history.push(Enacted {
            position: place.position,
            at: place.at,
            change,
            agreed,
        });
    }

    fn enact_event(&mut self, event: &AuthorityEvent, place: Place) {
        match event {
            AuthorityEvent::PersonAdmitted {
                request,
                person,
                roles,
            } => {
                let name = self.take_device(request, person, place);
                let joined = Person {
                    id: person.clone(),
                    name: name.clone(),
                    roles: roles.clone(),
                };
                self.people.insert(person.clone(), joined);
                self.authority.watch.widened(None, Some(person), place.at);
                let sentence = say!("{name} joined with a new device.");
                self.raise(ReviewKind::NewDevice, place, Some(person.clone()), sentence);
            }
            AuthorityEvent::DeviceAdded {
                request, person, ..
            } => {
                let _ = self.take_device(request, person, place);
                let sentence = say!("{} has one more device.", self.name_of(person));
                self.raise(ReviewKind::NewDevice, place, Some(person.clone()), sentence);
            }
            AuthorityEvent::RolesSet { person, roles } => {
                if let Some(member) = self.people.get_mut(person) {
                    let gains = roles.iter().any(|role| !member.roles.contains(role));
                    member.roles.clone_from(roles);
                    if gains {
                        self.authority.watch.widened(None, Some(person), place.at);
                    }
                }
            }
            AuthorityEvent::PersonRevoked { person, reason } => {
                let theirs: Vec<String> = self
                    .devices
                    .iter()
                    .filter(|(_, owner)| *owner == person)
                    .map(|(device, _)| device.clone())
                    .collect();
                for device in theirs {
                    self.end_device(&device, place, reason, false);
                }
                self.void_approvals(person);
                if let Some(mut left) = self.people.remove(person) {
                    left.roles.clear();
                    self.authority.former.insert(person.clone(), left);
                }
            }
            AuthorityEvent::DeviceRevoked { device, reason } => {
                self.end_device(device, place, reason, false);
            }
            AuthorityEvent::DeviceCompromised {
                device,
                from,
                reason,
            } => {
                let owner = self.authority.owner(device).map(ToOwned::to_owned);
                self.end_device(device, place, reason, false);
                self.void_what_it_signed(device, *from);
                self.void_envelopes(device, *from);
                let stays = self.signed_changes(device, *from);
                let sentence = say!(
                    "A device of {} was in other hands after entry {from}. What it asked and \
                     agreed to since then and what was not sent is void; {} in force and waits \
                     for a look.",
                    owner
                        .as_deref()
                        .map_or(say!("nobody"), |it| self.name_of(it)),
                    match stays {
                        0 => say!("nothing of it is").to_owned(),
                        1 => say!("1 change of people or policy is").to_owned(),
                        more => say!("{more} changes of people or policy are"),
                    }
                );
                self.raise(ReviewKind::Compromised, place, owner.clone(), sentence);
            }
            AuthorityEvent::MandateSet { act, mandate } => {
                let before = self.mandate(*act);
                let needs = Needs::Mandate(Arc::new((**mandate).clone()));
                self.policy
                    .get_or_insert_with(Policy::one_person)
                    .0
                    .insert(*act, needs);
                self.note_widening(*act, &before, place);
            }
            AuthorityEvent::ThresholdSet { administrators } => {
                self.authority.threshold = *administrators;
            }
            AuthorityEvent::PresenceSet { required } => {
                self.authority.presence_required = *required;
            }
            AuthorityEvent::Invited { .. }
            | AuthorityEvent::JoinRequested { .. }
            | AuthorityEvent::InviteWithdrawn { .. }
            | AuthorityEvent::RequestRefused { .. }
            | AuthorityEvent::DeviceForked { .. }
            | AuthorityEvent::ProposalJudged { .. }
            | AuthorityEvent::GlassBroken { .. }
            | AuthorityEvent::DefaultTaken { .. }
            | AuthorityEvent::ReviewClosed { .. } => {}
        }
    }

    /// Makes the device of a request one of this person's; gives the name in the request.
    fn take_device(&mut self, request: &str, person: &str, place: Place) -> String {
        let Some(request) = self.authority.requests.get_mut(request) else {
            return String::new();
        };
        request.state = RequestState::Admitted(person.to_owned());
        if let Some(invite) = self.authority.invites.get_mut(&request.invite) {
            invite.used = true;
        }
        let device = Device {
            key: request.key.clone(),
            person: person.to_owned(),
            name: request.device_name.clone(),
            added: place.position,
            revoked: None,
        };
        self.devices
            .insert(request.device.clone(), person.to_owned());
        let name = request.name.clone();
        self.authority
            .devices
            .insert(request.device.clone(), device);
        name
    }

    fn end_device(&mut self, device: &str, place: Place, reason: &str, forked: bool) {
        let owner = self.devices.remove(device);
        if let Some(known) = self.authority.devices.get_mut(device) {
            if known.revoked.is_none() {
                known.revoked = Some(Revoked {
                    position: place.position,
                    at: place.at,
                    reason: reason.trim().to_owned(),
                    forked,
                });
            }
        } else if let Some(person) = owner {
            let known = Device {
                key: String::new(),
                person,
                name: String::new(),
                added: 0,
                revoked: Some(Revoked {
                    position: place.position,
                    at: place.at,
                    reason: reason.trim().to_owned(),
                    forked,
                }),
            };
            self.authority.devices.insert(device.to_owned(), known);
        }
    }

    /// Takes the force from what a device signed after a position, where that can still be had:
    /// from what was not sent, and from what waits for other administrators.
    fn void_what_it_signed(&mut self, device: &str, from: u64) {
        for record in self.intents.values_mut() {
            if !record.is_open() || record.may_be_sent() {
                continue;
            }
            if record.device == device && record.position > from {
                record.rejected = Some((
                    record.by.clone(),
                    say!("its device was in other hands when this was asked").to_owned(),
                ));
                continue;
            }
            record
                .approvals
                .retain(|it| it.device != device || it.position <= from);
            let passed = record.passed.as_ref().map(Passed::signed);
            if passed.is_some_and(|(by, position)| by == device && position > from) {
                record.passed = None;
            }
        }
        for proposal in self.authority.proposals.values_mut() {
            proposal
                .agreed
                .retain(|it| it.device != device || it.position <= from);
        }
        self.authority.proposals.retain(|_, it| {
            it.agreed
                .first()
                .is_some_and(|by| by.position == it.position)
        });
        for invite in self.authority.invites.values_mut() {
            // Whoever was invited honestly can be invited again.
            invite.used |= invite.device == device;
        }
    }

    fn signed_changes(&self, device: &str, from: u64) -> usize {
        self.authority
            .history
            .iter()
            .filter(|it| {
                it.agreed
                    .iter()
                    .any(|by| by.device == device && by.position > from)
            })
            .count()
    }

    fn note_widening(&mut self, act: crate::policy::ActKind, before: &Mandate, place: Place) {
        if is_wider(before, &self.mandate(act)) {
            self.authority.watch.widened(Some(act), None, place.at);
        }
    }

    fn raise(&mut self, kind: ReviewKind, place: Place, person: Option<String>, sentence: String) {
        self.authority
            .raise(kind, place.position, place.at, person, sentence);
    }
}

impl Authority {
    /// Puts something unusual up for a look.
    pub(super) fn raise(
        &mut self,
        kind: ReviewKind,
        position: u64,
        at: Time,
        person: Option<String>,
        sentence: String,
    ) {
        let review = Review {
            kind,
            position,
            at,
            person,
            sentence,
            closed: None,
        };
        self.reviews
            .insert(format!("{position}-{}", kind.key()), review);
    }
}

/// Whether more can be done under `after` than under `before`, or by fewer.
fn is_wider(before: &Mandate, after: &Mandate) -> bool {
    let gains = |before: &[Role], after: &[Role]| after.iter().any(|role| !before.contains(role));
    after.persons() < before.persons()
        || gains(&before.ask, &after.ask)
        || gains(&before.break_glass, &after.break_glass)
        || after.expires_ms > before.expires_ms
        || (before.default_after_ms.is_none() && after.default_after_ms.is_some())
        || after
            .fallback
            .iter()
            .any(|it| !before.fallback.contains(it))
        || after
            .approve
            .iter()
            .zip(&before.approve)
            .any(|(after, before)| gains(&before.roles, &after.roles))
}
