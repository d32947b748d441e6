//! Shapes of the people and policy room, and of what may be changed there. Only data; must not
//! hold rules.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Fact;
use crate::authority::Mandate;
use crate::policy::{ActKind, Role};

/// The people and policy room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PeopleView {
    /// People of the workspace, the one at this laptop first.
    pub people: Vec<MemberView>,
    /// Names of people who left.
    pub former: Vec<String>,
    /// Roles that can be given.
    pub roles: Vec<RoleView>,
    /// Who asks to join.
    pub requests: Vec<RequestView>,
    /// Invitations that nobody has used.
    pub invites: Vec<InviteView>,
    /// Changes that wait for another administrator.
    pub proposals: Vec<ProposalView>,
    /// How many administrators decide here.
    pub threshold: ThresholdView,
    /// Whether the system must have seen a person at each approval.
    pub presence: PresenceView,
    /// What each kind of act needs.
    pub policy: Vec<MandateView>,
    /// Changes of people and policy, newest first.
    pub history: Vec<HistoryView>,
    /// What is unusual and waits for a look, newest first.
    pub reviews: Vec<ReviewView>,
    /// Why the person at this laptop may change nothing here; absent when they may.
    pub why_not: Option<String>,
}

/// A person with every device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MemberView {
    /// Identifier.
    pub id: String,
    /// Name.
    pub name: String,
    /// This laptop acts as this person.
    pub you: bool,
    /// Roles.
    pub roles: Vec<Role>,
    /// "Product lead, customer success".
    pub roles_words: String,
    /// Devices, those that can sign first.
    pub devices: Vec<DeviceView>,
    /// Why the person cannot be removed; absent when they can.
    pub remove_why_not: Option<String>,
}

/// A device of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DeviceView {
    /// Identifier.
    pub id: String,
    /// "work laptop · 4c1f…9a02".
    pub title: String,
    /// "since entry 12", or why it can sign no more.
    pub detail: String,
    /// This laptop.
    pub here: bool,
    /// It can sign.
    pub signs: bool,
    /// Why it cannot be revoked; absent when it can.
    pub revoke_why_not: Option<String>,
}

/// A role that can be given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RoleView {
    /// Role.
    pub role: Role,
    /// "Product lead".
    pub name: String,
    /// What it may do.
    pub sentence: String,
}

/// A request to join.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RequestView {
    /// The request's entry, in hex.
    pub request: String,
    /// The person's name, as they wrote it.
    pub name: String,
    /// The device's name, as they wrote it.
    pub device_name: String,
    /// RFC 3339.
    pub asked_at: String,
    /// Six words; the other side reads the same ones, or it is somebody else.
    pub words: Vec<String>,
    /// The code is not the one of the invitation; absent when it is.
    pub warning: Option<String>,
    /// Roles that the invitation had in mind.
    pub roles: Vec<Role>,
}

/// An invitation that nobody has used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct InviteView {
    /// The invitation's entry, in hex.
    pub invite: String,
    /// "by you, for customer success".
    pub words: String,
    /// RFC 3339.
    pub expires_at: String,
}

/// Whether the system must have seen a person at each approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PresenceView {
    /// Whether an approval without it counts for nothing.
    pub required: bool,
    /// The same in words.
    pub sentence: String,
}

/// A change that waits for another administrator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ProposalView {
    /// The proposal's entry, in hex.
    pub proposal: String,
    /// "Change of roles · Cleo".
    pub title: String,
    /// What would change.
    pub detail: String,
    /// "Ada agrees; 1 more of Ben or Cleo is missing".
    pub agreed: String,
    /// RFC 3339.
    pub expires_at: String,
    /// Why the person at this laptop cannot agree; absent when they can.
    pub why_not: Option<String>,
}

/// How many administrators decide about people and policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ThresholdView {
    /// "You decide alone: you are the only administrator."
    pub sentence: String,
    /// How many must agree.
    pub administrators: u8,
    /// The least that may be chosen.
    pub min: u8,
    /// The most that may be chosen.
    pub max: u8,
}

/// What a kind of act needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MandateView {
    /// Kind of act.
    pub act: ActKind,
    /// "Stop a rollout".
    pub title: String,
    /// What it needs, in words that name people.
    pub sentence: String,
    /// What it needs, to be edited.
    pub mandate: Mandate,
    /// It only lowers what people are exposed to.
    pub safe: bool,
    /// Why nobody can act under it; absent when somebody can.
    pub problem: Option<String>,
}

/// What a policy would mean before it is proposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MandatePreview {
    /// What the act would need, in words that name people.
    pub sentence: String,
    /// Why it cannot be set; absent when it can.
    pub why_not: Option<String>,
}

/// A change of people or policy that took force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HistoryView {
    /// Position of the entry by which it took force.
    #[ts(type = "number")]
    pub position: u64,
    /// RFC 3339.
    pub at: String,
    /// "Change of the policy · Stop a rollout".
    pub title: String,
    /// What it says.
    pub detail: String,
    /// "agreed by Ada and Ben".
    pub by: String,
}

/// Something unusual that waits for a look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ReviewView {
    /// Identifier.
    pub review: String,
    /// "A clock was moved".
    pub title: String,
    /// What happened.
    pub sentence: String,
    /// RFC 3339.
    pub at: String,
    /// Position of the entry that raised it.
    #[ts(type = "number")]
    pub position: u64,
    /// Why the person at this laptop cannot close it; absent when they can.
    pub why_not: Option<String>,
}

/// A change of people or policy as a page asks for it. Nothing is signed by asking: the approval
/// window shows it once more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum ChangeDraft {
    /// What a kind of act needs.
    Mandate {
        /// Kind of act.
        act: ActKind,
        /// What it needs from here on.
        mandate: Mandate,
    },
    /// How many administrators must agree.
    Threshold {
        /// Distinct administrators.
        administrators: u8,
    },
    /// Whether the system must have seen a person at each approval.
    Presence {
        /// Whether it must.
        required: bool,
    },
    /// An invitation is good no more.
    Uninvite {
        /// The invitation's entry, in hex.
        invite: String,
    },
    /// A person's roles.
    Roles {
        /// The person.
        person: String,
        /// All roles from here on.
        roles: Vec<Role>,
    },
    /// A person leaves.
    Remove {
        /// The person.
        person: String,
        /// Why.
        reason: String,
    },
    /// A device may sign no more.
    Revoke {
        /// The device.
        device: String,
        /// Why.
        reason: String,
    },
    /// A device was in other hands.
    Compromised {
        /// The device.
        device: String,
        /// The last position that is believed to be its owner's.
        #[ts(type = "number")]
        from: u64,
        /// Why.
        reason: String,
    },
    /// Agree to a change that waits.
    Agree {
        /// The proposal's entry, in hex.
        proposal: String,
    },
    /// Turn down a change that waits.
    TurnDown {
        /// The proposal's entry, in hex.
        proposal: String,
        /// Why.
        reason: String,
    },
    /// Admit a request.
    Admit {
        /// The request's entry, in hex.
        request: String,
        /// An existing person whose device it is; somebody new when absent.
        person: Option<String>,
        /// Roles of somebody new.
        roles: Vec<Role>,
    },
    /// Turn down a request.
    Refuse {
        /// The request's entry, in hex.
        request: String,
        /// Why.
        reason: String,
    },
    /// Go past the approvals of a stop.
    BreakGlass {
        /// The intent, in hex.
        intent: String,
        /// Why.
        reason: String,
    },
    /// Say that something unusual was looked at.
    CloseReview {
        /// The review.
        review: String,
        /// What was found.
        reason: String,
    },
}

/// A change as the approval window shows it before it is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ChangeSheetView {
    /// "Change the policy: stop a rollout?".
    pub title: String,
    /// What it changes: name and value.
    pub facts: Vec<Fact>,
    /// "It takes force at once." or who else must agree.
    pub needs: String,
    /// "signs with this laptop's key · ledger head 9f3a…c71e".
    pub proof: String,
    /// Why it cannot be signed; absent when it can.
    pub why_not: Option<String>,
}
