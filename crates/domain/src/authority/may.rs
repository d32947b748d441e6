//! Whether an entry about authority has force. One answer for who asks and for who folds, so that
//! both say the same. Must not change anything.

use cockpit_say::say;

use super::names::listed;
use super::{
    Agreed, Authority, AuthorityEvent, INVITE_EXPIRES_MS_MAX, Mandate, Request, RequestState,
    Voice, unfilled,
};
use crate::event::{Event, Verdict};
use crate::policy::{ActKind, Person, Role};
use crate::state::{Admitted, Moment, State, holds};
use crate::time::Time;
use crate::words;

/// Clocks of honest laptops differ by less, in milliseconds.
pub const CLOCK_TOLERANCE_MS: u64 = 5 * 60 * 1_000;

/// Longest name of a person or a device, in characters.
const NAME_CHARS_MAX: usize = 80;

/// Whether a person reads and exports, and does nothing else.
pub fn only_reads(person: &Person) -> bool {
    person.roles.iter().all(|role| *role == Role::Auditor)
}

type Answer = Result<(), String>;

fn no(why: impl Into<String>) -> Answer {
    Err(why.into())
}

impl State {
    /// Why an entry of this device at this time would have no force; `None` when it has.
    pub fn objection(
        &self,
        device: &str,
        at: impl Into<Moment>,
        event: &AuthorityEvent,
    ) -> Option<String> {
        self.allows(device, at.into(), event).err()
    }

    /// The person who signs with a device.
    ///
    /// # Errors
    /// Nobody does, or nobody does any more.
    pub fn signer(&self, device: &str) -> Result<&Person, String> {
        if let Some(person) = self.devices.get(device).and_then(|it| self.people.get(it)) {
            return Ok(person);
        }
        match self.authority.devices.get(device) {
            Some(known) => Err(match &known.revoked {
                Some(revoked) if revoked.forked => say!(
                    "this device of {} is frozen: it signed two entries with one number",
                    self.name_of(&known.person)
                ),
                Some(revoked) => say!(
                    "this device of {} was revoked at {}: {}",
                    self.name_of(&known.person),
                    words::clock(revoked.at),
                    revoked.reason
                ),
                None => say!("{} has left the workspace", self.name_of(&known.person)),
            }),
            None => Err(say!("this laptop belongs to nobody in this workspace").to_owned()),
        }
    }

    /// As [`State::signer`], for what a person who only reads may not do.
    pub(crate) fn actor(&self, device: &str) -> Result<&Person, String> {
        let person = self.signer(device)?;
        if only_reads(person) {
            return Err(say!(
                "{} is an auditor, who sees everything, may export it and does nothing else",
                person.name
            ));
        }
        Ok(person)
    }

    /// Whether a device may write to the log: it signs for somebody, or it is the recovery key.
    pub fn may_write(&self, device: &str) -> bool {
        self.signer(device).is_ok() || self.authority.is_recovery(device)
    }

    /// Whether a device that nobody knows may put this entry into the log: a request to join that
    /// an invitation stands for.
    pub fn may_ask(&self, entry: &Admitted) -> bool {
        match &entry.event {
            Event::Authority(event @ AuthorityEvent::JoinRequested { .. }) => self
                .objection(&entry.device, entry.moment(), event)
                .is_none(),
            _ => false,
        }
    }

    /// Administrators who can sign.
    pub fn administrators(&self) -> Vec<&Person> {
        self.people_with(&[Role::Administrator])
            .filter(|person| self.devices.values().any(|owner| *owner == person.id))
            .collect()
    }

    /// How many administrators must agree on people and policy: with three or more at least two.
    pub fn administrators_needed(&self) -> usize {
        let there = self.administrators().len();
        let least = if there >= 3 { 2 } else { 1 };
        usize::from(self.authority.threshold)
            .max(least)
            .min(there.max(1))
    }

    /// Whether the people of the workspace could ask for an act and agree on it.
    pub fn can_fulfil(&self, mandate: &Mandate) -> bool {
        self.people_with(&mandate.ask).any(|asker| {
            let others: Vec<Voice<'_>> = self
                .people
                .values()
                .filter(|person| person.id != asker.id)
                .map(|person| Voice {
                    roles: &person.roles,
                    fallback: false,
                })
                .collect();
            unfilled(&mandate.approve, &others) == 0
        })
    }

    fn allows(&self, device: &str, at: Moment, event: &AuthorityEvent) -> Answer {
        match event {
            AuthorityEvent::JoinRequested {
                invite,
                name,
                device_name,
                key,
                ..
            } => {
                // So that a reader learns the key before the entry that brings somebody in.
                if let Some(recovery) = &self.authority.recovery
                    && recovery.device == device
                    && recovery.key == *key
                {
                    return Ok(());
                }
                return self.may_request(device, at, invite, [name, device_name]);
            }
            AuthorityEvent::DeviceForked {
                device: forked,
                seq,
                first,
                second,
            } => {
                self.signer(device)?;
                return self.is_fork(forked, *seq, &first.0, &second.0);
            }
            AuthorityEvent::PersonAdmitted { roles, .. }
                if self.authority.is_recovery(device) && roles.contains(&Role::Administrator) =>
            {
                return self.fits_event(event);
            }
            _ if self.authority.is_recovery(device) => {
                return no(say!("the recovery key only brings in an administrator"));
            }
            _ => {}
        }
        let person = self.actor(device)?;
        match event {
            AuthorityEvent::Invited {
                code_hash,
                expires_at,
                roles,
            } => {
                self.administers(person, say!("invite somebody"))?;
                roles_fit(roles)?;
                if code_hash.len() != 64 || !code_hash.bytes().all(|it| it.is_ascii_hexdigit()) {
                    return no(say!("the invitation names no code"));
                }
                if *expires_at <= at.late() || *expires_at > at.early() + INVITE_EXPIRES_MS_MAX {
                    return no(say!("an invitation is for at most 7 days"));
                }
                Ok(())
            }
            AuthorityEvent::InviteWithdrawn { invite } => {
                self.administers(person, say!("withdraw an invitation"))?;
                match self.authority.invites.get(invite) {
                    None => no(say!("there is no such invitation")),
                    Some(it) if it.used => {
                        no(say!("somebody was admitted with this invitation already"))
                    }
                    Some(it) if it.withdrawn => no(say!("the invitation was withdrawn already")),
                    Some(_) => Ok(()),
                }
            }
            AuthorityEvent::RequestRefused { request, reason } => {
                self.administers(person, say!("turn down a request"))?;
                self.open_request(request)?;
                needs_reason(reason)
            }
            AuthorityEvent::ProposalJudged {
                proposal,
                verdict,
                reason,
            } => self.may_judge_proposal(person, at, proposal, *verdict, reason),
            AuthorityEvent::GlassBroken { intent, reason } => {
                needs_reason(reason)?;
                self.clock_holds(device, at.claimed())?;
                self.may_break_glass(person, at, intent)
            }
            AuthorityEvent::DefaultTaken { intent } => {
                self.clock_holds(device, at.claimed())?;
                self.may_take_default(at, intent)
            }
            AuthorityEvent::ReviewClosed { review, reason } => {
                needs_reason(reason)?;
                self.may_close(person, review)
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
                if !self.is_own(person, event) {
                    self.administers(person, say!("change people or policy"))?;
                    self.is_not_proposed(&Event::Authority(event.clone()), at.claimed())?;
                }
                self.fits_event(event)
            }
            AuthorityEvent::JoinRequested { .. } | AuthorityEvent::DeviceForked { .. } => Ok(()),
        }
    }

    /// Whether a person decides alone because it is about a device of their own.
    pub(crate) fn is_own(&self, person: &Person, event: &AuthorityEvent) -> bool {
        match event {
            AuthorityEvent::DeviceAdded { person: whose, .. } => *whose == person.id,
            AuthorityEvent::DeviceRevoked { device, .. }
            | AuthorityEvent::DeviceCompromised { device, .. } => {
                self.authority.owner(device) == Some(person.id.as_str())
                    || self.devices.get(device) == Some(&person.id)
            }
            _ => false,
        }
    }

    pub(crate) fn administers(&self, person: &Person, what: &str) -> Answer {
        if holds(person, &[Role::Administrator]) {
            return Ok(());
        }
        let names: Vec<&str> = self
            .administrators()
            .iter()
            .map(|it| it.name.as_str())
            .collect();
        no(say!(
            "{} is not an administrator and may not {what}; {} may",
            person.name,
            listed(&names, say!("or"))
        ))
    }

    /// Whether the same change waits already.
    pub(crate) fn is_not_proposed(&self, change: &Event, at: Time) -> Answer {
        let mut open = self.authority.proposals.values();
        match open.any(|it| it.change == *change && at <= it.expires_at) {
            true => no(say!(
                "the same change waits for another administrator already"
            )),
            false => Ok(()),
        }
    }

    /// Whether a device's clock stands where it may be believed about a deadline.
    pub(crate) fn clock_holds(&self, device: &str, at: Time) -> Answer {
        match self.authority.watch.newest_of(device) {
            Some(newest) if at + CLOCK_TOLERANCE_MS < newest => no(say!(
                "the clock of this laptop stands {} before what it signed last; what depends on \
                 the time waits until it is right again",
                words::span(newest.ms_since(at))
            )),
            Some(_) | None => Ok(()),
        }
    }

    /// Whether a change can take force now, whoever wants it.
    pub(crate) fn fits(&self, change: &Event) -> Answer {
        match change {
            Event::Authority(event) => self.fits_event(event),
            Event::PolicySet { act, persons } => self.fits_policy(*act, *persons),
            _ => no(say!("it is no change of people or policy")),
        }
    }

    fn fits_policy(&self, act: ActKind, persons: u8) -> Answer {
        if !(1..=2).contains(&persons) {
            return no(say!("an act needs 1 or 2 persons, not {persons}"));
        }
        if persons == 2 && !self.has_two_for(act) {
            return no(say!("nobody could act under this policy"));
        }
        Ok(())
    }

    fn fits_event(&self, event: &AuthorityEvent) -> Answer {
        match event {
            AuthorityEvent::PersonAdmitted {
                request,
                person,
                roles,
            } => {
                let request = self.open_request(request)?;
                roles_fit(roles)?;
                self.is_unused(request)?;
                if person.is_empty() || person.len() > NAME_CHARS_MAX {
                    return no(say!("a person needs an identifier"));
                }
                if self.people.contains_key(person) || self.authority.former.contains_key(person) {
                    return no(say!("there is or was a person with this identifier"));
                }
                Ok(())
            }
            AuthorityEvent::DeviceAdded {
                request,
                person,
                key,
            } => {
                let request = self.open_request(request)?;
                self.member(person)?;
                self.is_unused(request)?;
                match request.key == *key {
                    true => Ok(()),
                    false => no(say!("the key is not the one that asked to join")),
                }
            }
            AuthorityEvent::RolesSet { person, roles } => {
                let member = self.member(person)?;
                roles_fit(roles)?;
                if member.roles == *roles {
                    return no(say!("{} has these roles already", member.name));
                }
                let stays = roles.contains(&Role::Administrator);
                self.keeps_an_administrator(|owner, _| stays || owner != person)
            }
            AuthorityEvent::PersonRevoked { person, reason } => {
                self.member(person)?;
                needs_reason(reason)?;
                self.keeps_an_administrator(|owner, _| owner != person)
            }
            AuthorityEvent::DeviceRevoked { device, reason } => {
                if !self.devices.contains_key(device) {
                    return no(say!("this device can sign nothing already"));
                }
                needs_reason(reason)?;
                self.keeps_an_administrator(|_, it| it != device)
            }
            AuthorityEvent::DeviceCompromised { device, reason, .. } => {
                if !self.devices.contains_key(device)
                    && !self.authority.devices.contains_key(device)
                {
                    return no(say!("there is no such device"));
                }
                needs_reason(reason)?;
                self.keeps_an_administrator(|_, it| it != device)
            }
            AuthorityEvent::MandateSet { act, mandate } => {
                if let Some(problem) = mandate.problem(*act) {
                    return no(problem);
                }
                if *self.mandate(*act) == **mandate {
                    return no(say!("the policy says so already"));
                }
                if !self.can_fulfil(mandate) {
                    return no(say!(
                        "with this policy nobody could act: too few people have these roles"
                    ));
                }
                Ok(())
            }
            AuthorityEvent::ThresholdSet { administrators } => {
                let there = self.administrators().len();
                let least = if there >= 3 { 2 } else { 1 };
                let asked = usize::from(*administrators);
                if asked < least || asked > there {
                    return no(say!(
                        "with {there} administrators between {least} and {there} of them must agree"
                    ));
                }
                match *administrators == self.authority.threshold {
                    true => no(say!("the policy says so already")),
                    false => Ok(()),
                }
            }
            AuthorityEvent::PresenceSet { required } => {
                match *required == self.authority.presence_required {
                    true => no(say!("the policy says so already")),
                    false => Ok(()),
                }
            }
            AuthorityEvent::Invited { .. }
            | AuthorityEvent::JoinRequested { .. }
            | AuthorityEvent::InviteWithdrawn { .. }
            | AuthorityEvent::RequestRefused { .. }
            | AuthorityEvent::DeviceForked { .. }
            | AuthorityEvent::ProposalJudged { .. }
            | AuthorityEvent::GlassBroken { .. }
            | AuthorityEvent::DefaultTaken { .. }
            | AuthorityEvent::ReviewClosed { .. } => {
                no(say!("it is no change of people or policy"))
            }
        }
    }

    fn may_request(&self, device: &str, at: Moment, invite: &str, names: [&String; 2]) -> Answer {
        if self.devices.contains_key(device) || self.authority.devices.contains_key(device) {
            return no(say!("this device belongs to somebody here already, or did"));
        }
        let fits = |name: &&String| {
            (1..=NAME_CHARS_MAX).contains(&name.trim().chars().count())
                && !name.chars().any(char::is_control)
        };
        if !names.iter().all(fits) {
            return no(say!(
                "a request names the person and the device, in at most 80 characters each"
            ));
        }
        let Some(invite) = self.authority.invites.get(invite) else {
            return no(say!("there is no such invitation"));
        };
        if invite.used {
            return no(say!("somebody was admitted with this invitation already"));
        }
        if invite.withdrawn {
            return no(say!("the invitation was withdrawn"));
        }
        if at.late() > invite.expires_at {
            return no(say!(
                "the invitation expired at {}",
                words::clock(invite.expires_at)
            ));
        }
        let mut open = self.authority.open_requests();
        match open.any(|(_, it)| it.device == device) {
            true => no(say!("this device has asked already")),
            false => Ok(()),
        }
    }

    fn may_judge_proposal(
        &self,
        person: &Person,
        at: Moment,
        proposal: &str,
        verdict: Verdict,
        reason: &str,
    ) -> Answer {
        self.administers(person, say!("judge a change of people or policy"))?;
        let Some(proposal) = self.authority.proposals.get(proposal) else {
            return no(say!("no such change waits"));
        };
        if at.late() > proposal.expires_at {
            return no(say!(
                "the proposal lapsed at {}",
                words::clock(proposal.expires_at)
            ));
        }
        match verdict {
            Verdict::Reject if proposal.against.contains(&person.id) => {
                no(say!("{} has turned it down already", person.name))
            }
            Verdict::Reject => needs_reason(reason),
            Verdict::Approve if proposal.agreed.iter().any(|it| it.person == person.id) => {
                no(say!("{} has agreed already", person.name))
            }
            Verdict::Approve => {
                let agreed = self.agreed_now(&proposal.agreed) + 1;
                match agreed >= self.administrators_needed() {
                    true => self.fits(&proposal.change),
                    false => Ok(()),
                }
            }
        }
    }

    /// How many of these are administrators who can sign.
    pub fn agreed_now(&self, agreed: &[Agreed]) -> usize {
        let there = self.administrators();
        let is_there = |who: &String| there.iter().any(|it| it.id == *who);
        agreed.iter().filter(|it| is_there(&it.person)).count()
    }

    fn may_close(&self, person: &Person, review: &str) -> Answer {
        self.administers(person, say!("close a review"))?;
        let Some(review) = self.authority.reviews.get(review) else {
            return no(say!("there is no such review"));
        };
        if review.closed.is_some() {
            return no(say!("somebody has looked at it already"));
        }
        if review.person.as_deref() == Some(person.id.as_str()) && self.administrators().len() > 1 {
            return no(say!(
                "it is about {}; another administrator looks at it",
                person.name
            ));
        }
        Ok(())
    }

    fn is_fork(&self, device: &str, seq: u64, first: &str, second: &str) -> Answer {
        if !self.devices.contains_key(device) {
            return no(say!("this device can sign nothing already"));
        }
        let says = |line: &str| {
            let json = line.split_once(' ').map_or("", |(_, json)| json);
            serde_json::from_str::<serde_json::Value>(json)
                .is_ok_and(|header| header["dev"] == device && header["seq"] == seq)
        };
        match first != second && says(first) && says(second) {
            true => Ok(()),
            false => no(say!("the proof does not show two entries with one number")),
        }
    }

    fn open_request(&self, request: &str) -> Result<&Request, String> {
        match self.authority.requests.get(request) {
            None => Err(say!("there is no such request").to_owned()),
            Some(request) => match &request.state {
                RequestState::Open => Ok(request),
                RequestState::Admitted(_) => Err(say!("{} was admitted already", request.name)),
                RequestState::Refused(_) => Err(say!("the request was turned down").to_owned()),
            },
        }
    }

    fn is_unused(&self, request: &Request) -> Answer {
        match self.authority.invites.get(&request.invite) {
            Some(invite) if !invite.used => Ok(()),
            Some(_) | None => no(say!("somebody was admitted with this invitation already")),
        }
    }

    fn member(&self, person: &str) -> Result<&Person, String> {
        self.people
            .get(person)
            .ok_or_else(|| say!("there is no such person").to_owned())
    }

    /// Whether an administrator could still sign with only these devices: owner and device.
    fn keeps_an_administrator(&self, stays: impl Fn(&str, &str) -> bool) -> Answer {
        let administers = |owner: &String| {
            let person = self.people.get(owner);
            person.is_some_and(|person| holds(person, &[Role::Administrator]))
        };
        let mut left = self
            .devices
            .iter()
            .filter(|(device, owner)| stays(owner, device));
        match left.any(|(_, owner)| administers(owner)) {
            true => Ok(()),
            false => no(say!("no administrator would be left who can sign")),
        }
    }
}

fn roles_fit(roles: &[Role]) -> Answer {
    let twice = |(place, role): (usize, &Role)| roles[..place].contains(role);
    if roles.is_empty() || roles.iter().enumerate().any(twice) {
        return no(say!("a person needs at least one role, and each only once"));
    }
    if roles.contains(&Role::Auditor) && roles.len() > 1 {
        return no(say!(
            "an auditor has no other role, so that nobody audits what they decided"
        ));
    }
    Ok(())
}

fn needs_reason(reason: &str) -> Answer {
    match reason.trim().is_empty() {
        true => no(say!("a reason is needed")),
        false => Ok(()),
    }
}

impl Authority {
    /// Whether this is the key that lies offline.
    pub(super) fn is_recovery(&self, device: &str) -> bool {
        let key = self.recovery.as_ref();
        key.is_some_and(|it| it.device == device)
    }

    /// Whether a proposal has lapsed.
    pub(super) fn drop_lapsed(&mut self, at: Time) {
        self.proposals.retain(|_, it| at <= it.expires_at);
    }
}
