//! What the ledger says happened. Each event is an entry's kind and body. Must not know how an
//! entry is signed. Bodies hold no floats: shares are hundredths of a per cent.

use std::collections::BTreeMap;

use cockpit_say::say;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::authority::AuthorityEvent;
use crate::export::Selection;
use crate::notice::TellEvent;
use crate::policy::{ActKind, Person, Policy};
use crate::rule::{Breach, HealthRule, OrderEvent, OrderRef, RuleEvent};
use crate::target::{Desired, Observation, Service, TargetId, TargetState};
use crate::time::Time;

/// Something that happened, as it is sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "body")]
pub enum Event {
    /// The ledger begins: who founded it and under which policy.
    #[serde(rename = "ledger.genesis")]
    Genesis(Genesis),
    /// A service was connected.
    #[serde(rename = "connection.add")]
    ConnectionAdded(Connection),
    /// A service was disconnected.
    #[serde(rename = "connection.remove")]
    ConnectionRemoved {
        /// The service.
        service: Service,
    },
    /// How many persons an act needs was changed.
    #[serde(rename = "policy.set")]
    PolicySet {
        /// The kind of act.
        act: ActKind,
        /// Persons who must agree, the asker included.
        persons: u8,
    },
    /// A health rule was breached.
    #[serde(rename = "breach.seen")]
    BreachSeen(Breach),
    /// A breached rule holds again.
    #[serde(rename = "breach.cleared")]
    BreachCleared(Breach),
    /// A person asks for a change of one target.
    #[serde(rename = "intent.request")]
    IntentRequested(Box<Intent>),
    /// A person approves or rejects an intent's exact bytes.
    #[serde(rename = "intent.approve")]
    IntentJudged {
        /// The intent's entry, in hex.
        intent: String,
        /// Approve or reject.
        verdict: Verdict,
        /// Why, when rejected.
        reason: String,
        /// Whether the person had what it changes on screen; absent where nobody asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        opened: Option<bool>,
        /// What the system saw of the person, as this laptop says; absent where nobody asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        presence: Option<Presence>,
    },
    /// The asker takes an intent back.
    #[serde(rename = "intent.withdraw")]
    IntentWithdrawn {
        /// The intent's entry, in hex.
        intent: String,
    },
    /// This device takes an effect upon itself.
    #[serde(rename = "effect.claim")]
    EffectClaimed {
        /// The intent's entry, in hex.
        intent: String,
        /// 1 for the first attempt.
        attempt: u32,
        /// Nobody else may act before this time.
        lease_until: Time,
    },
    /// What was observed of an effect.
    #[serde(rename = "effect.result")]
    EffectResult(EffectResult),
    /// Something undid a stop.
    #[serde(rename = "drift.seen")]
    DriftSeen(Drift),
    /// A part of the log was exported.
    #[serde(rename = "export.made")]
    ExportMade(Export),
    /// Something about people, devices or policy.
    #[serde(untagged)]
    Authority(AuthorityEvent),
    /// Something about an incident, or about what people are told.
    #[serde(untagged)]
    Tell(TellEvent),
    /// Something about a standing order.
    #[serde(untagged)]
    Order(OrderEvent),
    /// Something about a health rule.
    #[serde(untagged)]
    Rule(RuleEvent),
}

/// The first entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Genesis {
    /// Workspace name.
    pub workspace: String,
    /// A drill on the sandbox.
    pub drill: bool,
    /// The founder's device key, base64.
    pub key: String,
    /// The founder.
    pub founder: Person,
    /// Persons needed for each kind of act.
    pub policy: Policy,
    /// Health rules.
    pub rules: Vec<HealthRule>,
    /// The key that lies offline for the day on which no administrator can sign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery: Option<RecoveryKey>,
    /// How many administrators must agree on people and policy; 1 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<u8>,
}

/// A key that only brings in an administrator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryKey {
    /// Its device identifier.
    pub device: String,
    /// Public key, base64.
    pub key: String,
}

/// A connected service, without its secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// The service.
    pub service: Service,
    /// App identifier (package or bundle) when the service has one.
    pub app: Option<String>,
    /// Plain fields of the form.
    pub config: BTreeMap<String, String>,
}

/// Approve or reject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Go on.
    Approve,
    /// Do not.
    Reject,
}

/// What the system saw of whoever approves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Its own prompt was answered.
    Answered,
    /// It had no prompt to show.
    NotOffered,
}

/// What a person asks for, and what they saw when they asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// Intents of one press share it.
    pub press: String,
    /// "Stop 8.4.0".
    pub press_title: String,
    /// The kind of act.
    pub act: ActKind,
    /// The app.
    pub app: String,
    /// The target.
    pub target: TargetId,
    /// The target in words.
    pub title: String,
    /// What it should become.
    pub desired: Desired,
    /// What the asker saw.
    pub pre: Observation,
    /// When it was asked.
    pub asked_at: Time,
    /// Nothing is sent after this time.
    pub expires_at: Time,
    /// Persons who must agree, the asker included.
    pub persons: u8,
    /// Somebody must agree in the approval window.
    pub explicit: bool,
    /// Why.
    pub reason: String,
    /// Evidence as the asker saw it, in words.
    pub evidence: Vec<String>,
    /// The standing order that it was asked for under; absent when a person asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderRef>,
}

/// How an effect stands, from observation only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Read back as asked.
    Confirmed,
    /// Refused: not in effect.
    Refused,
    /// The target had moved: not in effect.
    Stale,
    /// Sent, and not yet read back as asked.
    Unknown,
    /// Not sent, ended by a failure.
    Failed,
    /// Not sent, waits for the network.
    Queued,
}

impl Outcome {
    /// Whether nothing more will happen by itself.
    pub fn is_final(self) -> bool {
        match self {
            Self::Confirmed | Self::Refused | Self::Stale | Self::Failed => true,
            Self::Unknown | Self::Queued => false,
        }
    }

    /// The word in the product's list.
    pub fn word(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Refused => "refused",
            Self::Stale => "stale",
            Self::Unknown => "unknown",
            Self::Failed => "failed",
            Self::Queued => "queued",
        }
    }
}

/// What was observed of an effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EffectResult {
    /// The intent's entry, in hex.
    pub intent: String,
    /// Which attempt.
    pub attempt: u32,
    /// How it stands.
    pub outcome: Outcome,
    /// Read before the write, when it was read.
    pub before: Option<TargetState>,
    /// Read back, when it was read back.
    pub after: Option<TargetState>,
    /// From the moment it could begin, in milliseconds.
    pub ms: u64,
    /// What happened, what is in effect, what to do next.
    pub sentence: String,
    /// The service's own identifier of the request.
    pub provider_request_id: Option<String>,
}

/// A stopped target was found undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift {
    /// The target.
    pub target: TargetId,
    /// The intent that had stopped it.
    pub intent: String,
    /// As we had confirmed it.
    pub before: TargetState,
    /// As it was found.
    pub after: TargetState,
    /// When it was found.
    pub seen_at: Time,
}

/// An export as it left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// What was asked for.
    pub selection: Selection,
    /// Entries that are told, with their text or redacted.
    pub told: u64,
    /// Entries of those that are told without their text.
    pub redacted: u64,
    /// The SHA-256 of the list of the files' hashes, in hex.
    pub sums: String,
}

/// The entry's kind or body is not an event of this version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotAnEvent(String);

impl Event {
    /// The entry's kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Genesis(_) => "ledger.genesis",
            Self::ConnectionAdded(_) => "connection.add",
            Self::ConnectionRemoved { .. } => "connection.remove",
            Self::PolicySet { .. } => "policy.set",
            Self::BreachSeen(_) => "breach.seen",
            Self::BreachCleared(_) => "breach.cleared",
            Self::IntentRequested(_) => "intent.request",
            Self::IntentJudged { .. } => "intent.approve",
            Self::IntentWithdrawn { .. } => "intent.withdraw",
            Self::EffectClaimed { .. } => "effect.claim",
            Self::EffectResult(_) => "effect.result",
            Self::DriftSeen(_) => "drift.seen",
            Self::ExportMade(_) => "export.made",
            Self::Authority(event) => event.kind(),
            Self::Tell(event) => event.kind(),
            Self::Order(event) => event.kind(),
            Self::Rule(event) => event.kind(),
        }
    }

    /// The intent that it speaks of, in hex; its own entry is none.
    pub fn intent(&self) -> Option<&String> {
        match self {
            Self::IntentJudged { intent, .. }
            | Self::IntentWithdrawn { intent }
            | Self::EffectClaimed { intent, .. } => Some(intent),
            Self::EffectResult(result) => Some(&result.intent),
            Self::DriftSeen(drift) => Some(&drift.intent),
            Self::Genesis(_)
            | Self::ConnectionAdded(_)
            | Self::ConnectionRemoved { .. }
            | Self::PolicySet { .. }
            | Self::BreachSeen(_)
            | Self::BreachCleared(_)
            | Self::IntentRequested(_)
            | Self::ExportMade(_) => None,
            Self::Authority(
                AuthorityEvent::GlassBroken { intent, .. }
                | AuthorityEvent::DefaultTaken { intent },
            ) => Some(intent),
            Self::Authority(_) | Self::Tell(_) | Self::Order(_) | Self::Rule(_) => None,
        }
    }

    /// The entry's body, without its salt.
    pub fn to_body(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(mut whole)) => match whole.remove("body") {
                Some(Value::Object(body)) => body,
                Some(_) | None => Map::new(),
            },
            Ok(_) | Err(_) => Map::new(),
        }
    }

    /// Reads an event back. Unknown body keys are ignored.
    pub fn parse(kind: &str, body: &Map<String, Value>) -> Result<Self, NotAnEvent> {
        let mut whole = Map::new();
        whole.insert("kind".to_owned(), Value::String(kind.to_owned()));
        whole.insert("body".to_owned(), Value::Object(body.clone()));
        // A kind of its own table says more precisely what is wrong with it.
        let read = if AuthorityEvent::KINDS.contains(&kind) {
            serde_json::from_value(Value::Object(whole)).map(Self::Authority)
        } else if TellEvent::KINDS.contains(&kind) {
            serde_json::from_value(Value::Object(whole)).map(Self::Tell)
        } else if OrderEvent::KINDS.contains(&kind) {
            serde_json::from_value(Value::Object(whole)).map(Self::Order)
        } else if RuleEvent::KINDS.contains(&kind) {
            serde_json::from_value(Value::Object(whole)).map(Self::Rule)
        } else {
            serde_json::from_value(Value::Object(whole))
        };
        read.map_err(|error| NotAnEvent(say!("'{kind}' cannot be read: {error}")))
    }
}
