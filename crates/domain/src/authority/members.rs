//! What is remembered of people, devices, invitations and proposals. Only data; must not hold
//! the rules of who may change it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{AuthorityEvent, Review, Watch};
use crate::event::{Event, RecoveryKey};
use crate::policy::{Person, Role};
use crate::time::Time;

/// An invitation is valid for this long at most.
pub const INVITE_EXPIRES_MS_MAX: u64 = 7 * 24 * 60 * 60 * 1_000;

/// A proposal that not enough administrators agreed to lapses after this time.
pub const PROPOSAL_EXPIRES_MS: u64 = 7 * 24 * 60 * 60 * 1_000;

/// Everything about authority that is not in force by itself: what is in force are the people,
/// devices and policy of the state.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Authority {
    /// Every device that ever could sign, by identifier.
    pub devices: BTreeMap<String, Device>,
    /// People who left, by identifier.
    pub former: BTreeMap<String, Person>,
    /// Invitations by entry id.
    pub invites: BTreeMap<String, Invite>,
    /// Requests to join by entry id.
    pub requests: BTreeMap<String, Request>,
    /// The key that lies offline for the day on which no administrator can sign.
    ///
    /// What it signs takes force at once. A delay would need a clock that every reader believes,
    /// and it would keep out the one person who can still act. It is held in check otherwise: it
    /// can only bring in an administrator, which with three or more of them is one voice of at
    /// least two, and its use is put up for a look.
    pub recovery: Option<RecoveryKey>,
    /// How many administrators must agree, as it was set.
    pub threshold: u8,
    /// Whether an approval counts only where the system saw that a person was there.
    #[serde(default)]
    pub presence_required: bool,
    /// Changes that wait for another administrator, by entry id.
    pub proposals: BTreeMap<String, Proposal>,
    /// Changes of people and policy that took force, in order.
    pub history: Vec<Enacted>,
    /// What was unusual, by identifier.
    pub reviews: BTreeMap<String, Review>,
    /// What is remembered in order to find the unusual.
    pub watch: Watch,
}

/// A device of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Public key, base64.
    pub key: String,
    /// The person.
    pub person: String,
    /// What its owner calls it.
    pub name: String,
    /// Position of the entry by which it could sign.
    pub added: u64,
    /// Why it can sign no more.
    pub revoked: Option<Revoked>,
}

/// Why and since when a device can sign no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revoked {
    /// Position of the entry from which on nothing of it counts.
    pub position: u64,
    /// The time of that entry.
    pub at: Time,
    /// Why.
    pub reason: String,
    /// It signed two entries with one number.
    pub forked: bool,
}

/// An invitation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invite {
    /// SHA-256 of the one-time code, in hex.
    pub code_hash: String,
    /// Nobody may ask to join with it after this time.
    pub expires_at: Time,
    /// Roles that its author has in mind.
    pub roles: Vec<Role>,
    /// The person who invites.
    pub by: String,
    /// The device that signed.
    pub device: String,
    /// Somebody was admitted with it.
    pub used: bool,
    /// An administrator took it back.
    #[serde(default)]
    pub withdrawn: bool,
}

/// A request to join.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Position of its entry.
    pub position: u64,
    /// The time that its device claims.
    pub at: Time,
    /// The device that asks.
    pub device: String,
    /// Its public key, base64.
    pub key: String,
    /// The invitation's entry.
    pub invite: String,
    /// The one-time code.
    pub code: String,
    /// The person's name.
    pub name: String,
    /// The device's name.
    pub device_name: String,
    /// What became of it.
    pub state: RequestState,
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    /// An administrator has to look at it.
    Open,
    /// It became a device of this person.
    Admitted(String),
    /// It was turned down, and why.
    Refused(String),
}

/// A change that waits for more administrators.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Position of its entry.
    pub position: u64,
    /// The time that its device claims.
    pub at: Time,
    /// It lapses after this time.
    pub expires_at: Time,
    /// What is to change.
    pub change: Event,
    /// Administrators who agree, the proposer first.
    pub agreed: Vec<Agreed>,
    /// Administrators who do not.
    pub against: Vec<String>,
}

/// An administrator's word for a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreed {
    /// The person.
    pub person: String,
    /// The device that signed.
    pub device: String,
    /// Position of the entry.
    pub position: u64,
}

/// A change that took force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enacted {
    /// Position of the entry by which it took force.
    pub position: u64,
    /// The time of that entry.
    pub at: Time,
    /// What changed.
    pub change: Event,
    /// Who agreed.
    pub agreed: Vec<Agreed>,
}

impl Authority {
    /// The person of a device, also of one that can sign no more.
    pub fn owner(&self, device: &str) -> Option<&str> {
        self.devices.get(device).map(|it| it.person.as_str())
    }

    /// Requests that an administrator has to look at, by entry id.
    pub fn open_requests(&self) -> impl Iterator<Item = (&String, &Request)> {
        self.requests
            .iter()
            .filter(|(_, request)| request.state == RequestState::Open)
    }

    /// Whether a change needs the threshold of administrators.
    pub(crate) fn is_governed(event: &AuthorityEvent) -> bool {
        match event {
            AuthorityEvent::PersonAdmitted { .. }
            | AuthorityEvent::RolesSet { .. }
            | AuthorityEvent::PersonRevoked { .. }
            | AuthorityEvent::DeviceAdded { .. }
            | AuthorityEvent::DeviceRevoked { .. }
            | AuthorityEvent::DeviceCompromised { .. }
            | AuthorityEvent::MandateSet { .. }
            | AuthorityEvent::ThresholdSet { .. }
            | AuthorityEvent::PresenceSet { .. } => true,
            AuthorityEvent::Invited { .. }
            | AuthorityEvent::JoinRequested { .. }
            | AuthorityEvent::InviteWithdrawn { .. }
            | AuthorityEvent::RequestRefused { .. }
            | AuthorityEvent::DeviceForked { .. }
            | AuthorityEvent::ProposalJudged { .. }
            | AuthorityEvent::GlassBroken { .. }
            | AuthorityEvent::DefaultTaken { .. }
            | AuthorityEvent::ReviewClosed { .. } => false,
        }
    }
}
