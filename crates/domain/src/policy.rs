//! Who may ask and who must agree. Rules count persons, not devices.
//! Must not know how a person proves who they are.

use std::collections::BTreeMap;
use std::sync::Arc;

use cockpit_say::say;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::authority::Mandate;

/// A role of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Changes people and policy.
    Administrator,
    /// Stops and resumes.
    ProductLead,
    /// Approves notices.
    CustomerSuccess,
    /// Reads everything, changes nothing.
    Auditor,
    /// On call: stops, and turns flags off.
    Responder,
    /// Agrees to wording: what the law asks for.
    Legal,
    /// Agrees to wording: how the house speaks.
    Brand,
}

impl Role {
    /// Every role, in the order in which they are shown.
    pub const ALL: [Role; 7] = [
        Self::Administrator,
        Self::ProductLead,
        Self::CustomerSuccess,
        Self::Responder,
        Self::Legal,
        Self::Brand,
        Self::Auditor,
    ];

    /// Key on the wire.
    pub fn key(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::ProductLead => "product_lead",
            Self::CustomerSuccess => "customer_success",
            Self::Auditor => "auditor",
            Self::Responder => "responder",
            Self::Legal => "legal",
            Self::Brand => "brand",
        }
    }

    /// The role with this key.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.key() == key)
    }

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Administrator => say!("administrator"),
            Self::ProductLead => say!("product lead"),
            Self::CustomerSuccess => say!("customer success"),
            Self::Auditor => say!("auditor"),
            Self::Responder => say!("responder"),
            Self::Legal => say!("legal"),
            Self::Brand => say!("brand"),
        }
    }
}

/// A person of the workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Identifier.
    pub id: String,
    /// Name.
    pub name: String,
    /// Roles.
    pub roles: Vec<Role>,
}

impl Person {
    /// What stands for the name of whoever begins without saying one, as in a drill.
    pub const UNNAMED: &str = "You";

    /// Whether they said a name of their own.
    pub fn is_named(&self) -> bool {
        self.name != Self::UNNAMED
    }
}

/// A kind of act that policy speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ActKind {
    /// Halt or pause a rollout.
    Stop,
    /// Roll out again.
    Resume,
    /// Raise a fraction.
    SetFraction,
    /// Release to everybody.
    Complete,
    /// Put an approved version on sale.
    Release,
    /// Take the whole app off its store. Always two persons.
    RemoveFromSale,
    /// Put an earlier update over the air in place of the newest.
    RollBack,
    /// Ask people who have a version to update, or stop asking them.
    Recover,
    /// Turn a flag off.
    TurnOff,
    /// Turn a flag on.
    TurnOn,
    /// Publish a notice.
    Publish,
}

impl ActKind {
    /// Every kind, in the order in which they are shown.
    pub const ALL: [ActKind; 11] = [
        Self::Stop,
        Self::TurnOff,
        Self::Resume,
        Self::SetFraction,
        Self::Complete,
        Self::Release,
        Self::RemoveFromSale,
        Self::RollBack,
        Self::Recover,
        Self::TurnOn,
        Self::Publish,
    ];

    /// Key on the wire.
    pub fn key(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Resume => "resume",
            Self::SetFraction => "set_fraction",
            Self::Complete => "complete",
            Self::Release => "release",
            Self::RemoveFromSale => "remove_from_sale",
            Self::RollBack => "roll_back",
            Self::Recover => "recover",
            Self::TurnOff => "turn_off",
            Self::TurnOn => "turn_on",
            Self::Publish => "publish",
        }
    }

    /// The kind with this key.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.key() == key)
    }

    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Stop => say!("Stop a rollout"),
            Self::Resume => say!("Resume a rollout"),
            Self::SetFraction => say!("Change a rollout's fraction"),
            Self::Complete => say!("Release to everybody"),
            Self::Release => say!("Put an approved version on sale"),
            Self::RemoveFromSale => say!("Take the whole app off sale"),
            Self::RollBack => say!("Roll back to an earlier update"),
            Self::Recover => say!("Ask people who have a version to update"),
            Self::TurnOff => say!("Turn a flag off"),
            Self::TurnOn => say!("Turn a flag on"),
            Self::Publish => say!("Publish a notice"),
        }
    }

    /// Whether a separate approval in the approval window is needed even from one person.
    /// Acts that lower exposure need none: the press itself is signed.
    pub fn is_explicit(self) -> bool {
        match self {
            Self::Stop | Self::TurnOff => false,
            Self::Resume
            | Self::SetFraction
            | Self::Complete
            | Self::Release
            | Self::RemoveFromSale
            | Self::RollBack
            | Self::Recover
            | Self::TurnOn
            | Self::Publish => true,
        }
    }

    /// Fewest persons that it takes, the asker included, whatever the policy says.
    pub fn persons_min(self) -> u8 {
        match self {
            Self::RemoveFromSale => 2,
            Self::Stop
            | Self::TurnOff
            | Self::Resume
            | Self::SetFraction
            | Self::Complete
            | Self::Release
            | Self::RollBack
            | Self::Recover
            | Self::TurnOn
            | Self::Publish => 1,
        }
    }

    /// Whether it only lowers what people are exposed to, and does no other harm.
    pub fn is_safe_direction(self) -> bool {
        match self {
            Self::Stop | Self::TurnOff => true,
            Self::Resume
            | Self::SetFraction
            | Self::Complete
            | Self::Release
            | Self::RemoveFromSale
            | Self::RollBack
            | Self::Recover
            | Self::TurnOn
            | Self::Publish => false,
        }
    }

    /// Roles that may ask, unless a mandate says otherwise.
    pub fn may_ask(self) -> &'static [Role] {
        match self {
            Self::Stop | Self::TurnOff => &[Role::ProductLead, Role::Responder],
            Self::Resume
            | Self::SetFraction
            | Self::Complete
            | Self::Release
            | Self::RemoveFromSale
            | Self::RollBack
            | Self::Recover
            | Self::TurnOn => &[Role::ProductLead],
            Self::Publish => &[Role::ProductLead, Role::CustomerSuccess],
        }
    }

    /// Roles that may approve, unless a mandate says otherwise.
    pub fn may_approve(self) -> &'static [Role] {
        match self {
            Self::Stop | Self::TurnOff => &[Role::ProductLead, Role::Responder],
            Self::Resume
            | Self::SetFraction
            | Self::Complete
            | Self::Release
            | Self::RemoveFromSale
            | Self::RollBack
            | Self::Recover
            | Self::TurnOn => &[Role::ProductLead],
            Self::Publish => &[Role::CustomerSuccess],
        }
    }
}

/// What each kind of act needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Policy(pub BTreeMap<ActKind, Needs>);

/// What a kind of act needs: a number of persons with the usual roles, or a mandate that says
/// everything. On the wire a number or an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Needs {
    /// Persons with the usual roles, the asker included.
    Persons(u8),
    /// A mandate of its own.
    Mandate(#[serde(with = "crate::authority::shared")] Arc<Mandate>),
}

impl Policy {
    /// One person for everything.
    pub fn one_person() -> Self {
        Self(
            ActKind::ALL
                .into_iter()
                .map(|act| (act, Needs::Persons(1)))
                .collect(),
        )
    }

    /// The mandate for this kind of act.
    pub fn mandate(&self, act: ActKind) -> Arc<Mandate> {
        match self.0.get(&act) {
            Some(Needs::Mandate(mandate)) => Arc::clone(mandate),
            Some(Needs::Persons(persons)) => Mandate::standard(act, *persons),
            None => Mandate::standard(act, 1),
        }
    }

    /// Persons needed for this kind of act, the asker included.
    pub fn persons(&self, act: ActKind) -> u8 {
        self.mandate(act).persons()
    }
}
