//! The state in one canonical text, so that two readers can compare what they made of the same
//! entries. Must not hash it: whoever compares takes SHA-256 of the bytes.
//!
//! The text is JSON with keys in order of their bytes, without white space, floats or text outside
//! what `serde_json` writes unescaped: RFC 8785 gives the same bytes. Its keys:
//!
//! - `v`: [`DIGEST_VERSION`]; `workspace`, `drill`.
//! - `people`: identifier → `[name, [role keys in order of the list in the entry]]`.
//! - `devices`: device → person, of those that can sign.
//! - `revoked`: device → `[person, position, forked]`, of those that can sign no more.
//! - `administrators`: how many must agree now.
//! - `policy`: act key → the mandate as `policy.mandate` carries it, usual ones written out.
//! - `connections`: service keys in order.
//! - `intents`: entry id → `[asker, standing, [persons who approved, in order], passed]` of those
//!   that wait or may be carried out; `passed` is `null`, `"glass"` or `"default"`.
//! - `invites`, `requests`, `proposals`: entry ids of what is still open, in order.
//! - `reviews`: identifiers of those that nobody has closed, in order.
//! - `rejected`: positions without force, in order of admission. It is the account of every entry
//!   that was ever folded: whatever is not here had force.

use serde_json::{Map, Value, json};

use super::Passed;
use crate::policy::ActKind;
use crate::state::{IntentRecord, Standing, State};

/// Changes with the list of keys.
pub const DIGEST_VERSION: u32 = 1;

impl State {
    /// The state as canonical JSON. Equal states give equal bytes.
    pub fn canonical(&self) -> String {
        let people: Map<String, Value> = self
            .people
            .iter()
            .map(|(id, person)| {
                let roles: Vec<&str> = person.roles.iter().map(|role| role.key()).collect();
                (id.clone(), json!([person.name, roles]))
            })
            .collect();
        let revoked: Map<String, Value> = self
            .authority
            .devices
            .iter()
            .filter_map(|(id, device)| {
                let revoked = device.revoked.as_ref()?;
                Some((
                    id.clone(),
                    json!([device.person, revoked.position, revoked.forked]),
                ))
            })
            .collect();
        let policy: Map<String, Value> = ActKind::ALL
            .into_iter()
            .map(|act| (act.key().to_owned(), json!(*self.mandate(act))))
            .collect();
        let intents: Map<String, Value> = self
            .intents
            .iter()
            .filter(|(_, record)| record.is_open())
            .map(|(id, record)| (id.clone(), open_intent(record)))
            .collect();
        let invites = self.authority.invites.iter().filter(|(_, it)| !it.used);
        let invites: Vec<&String> = invites.map(|(id, _)| id).collect();
        let requests: Vec<&String> = self.authority.open_requests().map(|(id, _)| id).collect();
        let proposals: Vec<&String> = self.authority.proposals.keys().collect();
        let reviews = self.authority.reviews.iter();
        let reviews: Vec<&String> = reviews
            .filter(|(_, review)| review.closed.is_none())
            .map(|(id, _)| id)
            .collect();
        let rejected: Vec<u64> = self
            .rejected
            .iter()
            .map(|(position, _)| *position)
            .collect();
        let connections: Vec<&str> = self.connections.keys().map(|it| it.key()).collect();
        let whole = json!({
            "administrators": self.administrators_needed(),
            "connections": connections,
            "devices": self.devices,
            "drill": self.drill,
            "intents": intents,
            "invites": invites,
            "people": people,
            "policy": policy,
            "proposals": proposals,
            "rejected": rejected,
            "requests": requests,
            "reviews": reviews,
            "revoked": revoked,
            "v": DIGEST_VERSION,
            "workspace": self.workspace,
        });
        whole.to_string()
    }
}

fn open_intent(record: &IntentRecord) -> Value {
    let standing = match record.standing() {
        Standing::Waiting => "waiting",
        Standing::Ready => "ready",
        Standing::Rejected => "rejected",
        Standing::Withdrawn => "withdrawn",
        Standing::Ended(outcome) => outcome.word(),
    };
    let approvals: Vec<&str> = record
        .approvals
        .iter()
        .map(|it| it.person.as_str())
        .collect();
    let passed = record.passed.as_ref().map(|passed| match passed {
        Passed::Glass { .. } => "glass",
        Passed::Default { .. } => "default",
    });
    json!([record.by, standing, approvals, passed])
}
