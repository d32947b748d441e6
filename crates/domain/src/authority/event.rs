//! What the ledger says of people, devices and policy: entry kinds and bodies, append-only for
//! ever. Must not know who may seal them.

use serde::{Deserialize, Serialize};

use super::Mandate;
use crate::event::Verdict;
use crate::policy::{ActKind, Role};
use crate::time::Time;

/// Something that happened to authority, as it is sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "body")]
pub enum AuthorityEvent {
    /// An administrator invites somebody. It gives nothing by itself.
    #[serde(rename = "member.invite")]
    Invited {
        /// SHA-256 of the one-time code, in hex.
        code_hash: String,
        /// Nobody may ask to join with it after this time.
        expires_at: Time,
        /// Roles that the administrator has in mind.
        roles: Vec<Role>,
    },
    /// A device that is nobody yet asks to join; signed with its own key.
    #[serde(rename = "member.request")]
    JoinRequested {
        /// The invitation's entry, in hex.
        invite: String,
        /// The one-time code. It protects nobody: the six words do.
        code: String,
        /// The person's name.
        name: String,
        /// The device's name.
        device_name: String,
        /// The device's public key, base64; its hash is the entry's device.
        key: String,
    },
    /// An invitation is good no more, and who asked with it was not admitted.
    #[serde(rename = "member.uninvite")]
    InviteWithdrawn {
        /// The invitation's entry, in hex.
        invite: String,
    },
    /// A request becomes a person.
    #[serde(rename = "member.admit")]
    PersonAdmitted {
        /// The request's entry, in hex.
        request: String,
        /// Identifier of the new person.
        person: String,
        /// Roles.
        roles: Vec<Role>,
    },
    /// A request is turned down.
    #[serde(rename = "member.refuse")]
    RequestRefused {
        /// The request's entry, in hex.
        request: String,
        /// Why.
        reason: String,
    },
    /// A person's roles.
    #[serde(rename = "member.roles")]
    RolesSet {
        /// The person.
        person: String,
        /// All roles from here on.
        roles: Vec<Role>,
    },
    /// A person leaves, with every device.
    #[serde(rename = "person.revoke")]
    PersonRevoked {
        /// The person.
        person: String,
        /// Why.
        reason: String,
    },
    /// A request becomes one more device of a person.
    #[serde(rename = "device.add")]
    DeviceAdded {
        /// The request's entry, in hex.
        request: String,
        /// The person.
        person: String,
        /// The public key of the request, base64: whoever reads this entry can check the device's.
        key: String,
    },
    /// A device may sign nothing from here on.
    #[serde(rename = "device.revoke")]
    DeviceRevoked {
        /// The device.
        device: String,
        /// Why.
        reason: String,
    },
    /// A device was in other hands from a position on.
    #[serde(rename = "device.compromised")]
    DeviceCompromised {
        /// The device.
        device: String,
        /// The last position that is believed to be its owner's.
        from: u64,
        /// Why.
        reason: String,
    },
    /// A device signed two entries with one number: the proof.
    #[serde(rename = "device.fork")]
    DeviceForked {
        /// The device.
        device: String,
        /// The number that both have.
        seq: u64,
        /// First line and signature of one entry.
        first: (String, String),
        /// First line and signature of the other.
        second: (String, String),
    },
    /// What a kind of act needs.
    #[serde(rename = "policy.mandate")]
    MandateSet {
        /// The kind of act.
        act: ActKind,
        /// What it needs from here on.
        mandate: Box<Mandate>,
    },
    /// How many administrators must agree on people and policy.
    #[serde(rename = "policy.threshold")]
    ThresholdSet {
        /// Distinct administrators.
        administrators: u8,
    },
    /// Whether an approval counts only where the system saw that a person was there.
    #[serde(rename = "policy.presence")]
    PresenceSet {
        /// Whether it does.
        required: bool,
    },
    /// An administrator agrees to a proposal or turns it down.
    #[serde(rename = "proposal.judge")]
    ProposalJudged {
        /// The proposal's entry, in hex.
        proposal: String,
        /// Approve or reject.
        verdict: Verdict,
        /// Why, when rejected.
        reason: String,
    },
    /// A person goes past the approvals of a stop.
    #[serde(rename = "intent.break_glass")]
    GlassBroken {
        /// The intent's entry, in hex.
        intent: String,
        /// Why.
        reason: String,
    },
    /// Nobody judged a stop in time, and it goes on as was agreed beforehand.
    #[serde(rename = "intent.default")]
    DefaultTaken {
        /// The intent's entry, in hex.
        intent: String,
    },
    /// Somebody looked at what was unusual.
    #[serde(rename = "review.close")]
    ReviewClosed {
        /// The review.
        review: String,
        /// What was found.
        reason: String,
    },
}

impl AuthorityEvent {
    /// Every kind, in the order of the variants.
    pub const KINDS: [&str; 18] = [
        "member.invite",
        "member.request",
        "member.uninvite",
        "member.admit",
        "member.refuse",
        "member.roles",
        "person.revoke",
        "device.add",
        "device.revoke",
        "device.compromised",
        "device.fork",
        "policy.mandate",
        "policy.threshold",
        "policy.presence",
        "proposal.judge",
        "intent.break_glass",
        "intent.default",
        "review.close",
    ];

    /// The entry's kind.
    pub fn kind(&self) -> &'static str {
        let place = match self {
            Self::Invited { .. } => 0,
            Self::JoinRequested { .. } => 1,
            Self::InviteWithdrawn { .. } => 2,
            Self::PersonAdmitted { .. } => 3,
            Self::RequestRefused { .. } => 4,
            Self::RolesSet { .. } => 5,
            Self::PersonRevoked { .. } => 6,
            Self::DeviceAdded { .. } => 7,
            Self::DeviceRevoked { .. } => 8,
            Self::DeviceCompromised { .. } => 9,
            Self::DeviceForked { .. } => 10,
            Self::MandateSet { .. } => 11,
            Self::ThresholdSet { .. } => 12,
            Self::PresenceSet { .. } => 13,
            Self::ProposalJudged { .. } => 14,
            Self::GlassBroken { .. } => 15,
            Self::DefaultTaken { .. } => 16,
            Self::ReviewClosed { .. } => 17,
        };
        Self::KINDS[place]
    }
}
