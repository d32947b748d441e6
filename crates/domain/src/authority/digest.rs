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
//! - `intents`: entry id → `[asker, standing, [persons who approved, in order], passed, [roles that
//!   must still agree]]` of those that wait or may be carried out; `passed` is `null`, `"glass"` or
//!   `"default"`.
//! - `presence`: whether an approval counts only where the system saw a person.
//! - `invites`, `requests`, `proposals`: entry ids of what is still open, in order.
//! - `rules`: health rules in force, as an entry carries them.
//! - `orders`: entry id → `[signer, moment, position, null or [who ended it, why], [positions of
//!   the breaches that it followed]]`.
//! - `incidents`: entry id → `[who opened it, title, severity, version, phase, null or [moment at
//!   which it is expected to be over, position], null or [who closed it, moment, why], drafts, told,
//!   escalated, missed, [positions of what happened in it]]`. A draft is `[phase, update, audience,
//!   entry id, why, whether it took approvals from another]`, something told `[phase, update,
//!   audience, channel, language, intent, moment, sure, null or the promised moment]`, both in
//!   order of their places; `escalated` and `missed` are `[audience, moment]`.
//! - `templates`: name → the entry id of the one in use, of those that are not the library's.
//! - `envelopes`: entry id → `[proposer, null or why it ended, [[person, device, position, roles]]]`.
//! - `reviews`: identifiers of those that nobody has closed, in order.
//! - `rejected`: positions without force, in order of admission. It is the account of every entry
//!   that was ever folded: whatever is not here had force.
//!
//! Moments are milliseconds since 1970.

use serde_json::{Map, Value, json};

use super::Passed;
use crate::notice::{Audience, EnvelopeRecord, Incident};
use crate::policy::{ActKind, Role};
use crate::state::{IntentRecord, Standing, State};
use crate::time::Time;

/// Changes with the list of keys.
pub const DIGEST_VERSION: u32 = 2;

impl State {
    /// The state as canonical JSON. Equal states give equal bytes.
    pub fn canonical(&self) -> String {
        let people: Map<String, Value> = self
            .people
            .iter()
            .map(|(id, person)| (id.clone(), json!([person.name, keys(&person.roles)])))
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
        let invites = self.authority.invites.iter();
        let invites = invites.filter(|(_, it)| !it.used && !it.withdrawn);
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
        let orders: Map<String, Value> = self
            .orders
            .iter()
            .map(|(id, it)| {
                let moment = it.at.as_ms();
                let whole = json!([it.by, moment, it.position, it.ended, it.fired]);
                (id.clone(), whole)
            })
            .collect();
        let of = self.tell.incidents.iter();
        let incidents: Map<String, Value> = of.map(|(id, it)| (id.clone(), incident(it))).collect();
        let of = self.tell.envelopes.iter();
        let envelopes: Map<String, Value> = of.map(|(id, it)| (id.clone(), envelope(it))).collect();
        let templates = self.tell.templates.iter();
        let templates: Map<String, Value> = templates
            .map(|(key, it)| (key.name(), json!(it.version)))
            .collect();
        let whole = json!({
            "administrators": self.administrators_needed(),
            "connections": connections,
            "devices": self.devices,
            "drill": self.drill,
            "envelopes": envelopes,
            "incidents": incidents,
            "intents": intents,
            "invites": invites,
            "orders": orders,
            "people": people,
            "policy": policy,
            "presence": self.authority.presence_required,
            "proposals": proposals,
            "rejected": rejected,
            "requests": requests,
            "reviews": reviews,
            "revoked": revoked,
            "rules": self.rules,
            "templates": templates,
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
    let sign_off = keys(&record.missing_sign_off());
    json!([record.by, standing, approvals, passed, sign_off])
}

fn keys(roles: &[Role]) -> Vec<&'static str> {
    roles.iter().map(|role| role.key()).collect()
}

fn incident(it: &Incident) -> Value {
    let expected = it.expected.map(|(by, place)| (by.map(Time::as_ms), place));
    let closed = it.closed.as_ref();
    let closed = closed.map(|(who, at, why)| json!([who, at.as_ms(), why]));
    let drafts: Vec<Value> = it
        .drafts
        .iter()
        .map(|((phase, update, audience), draft)| {
            let edited = draft.before.is_some();
            json!([phase, update, audience, draft.id, draft.why, edited])
        })
        .collect();
    let told: Vec<Value> = it
        .told
        .iter()
        .map(|(place, told)| {
            let (at, next) = (told.at.as_ms(), told.next_update_at.map(Time::as_ms));
            json!([
                place.phase,
                place.update,
                place.audience,
                place.channel,
                place.locale,
                told.intent,
                at,
                told.sure,
                next,
            ])
        })
        .collect();
    let promises = |all: &[(Audience, Time)]| -> Vec<Value> {
        let each = all.iter();
        each.map(|(who, due)| json!([who, due.as_ms()])).collect()
    };
    let points: Vec<u64> = it.points.iter().map(|point| point.position).collect();
    json!([
        it.by,
        it.title,
        it.severity,
        it.version,
        it.phase,
        expected,
        closed,
        drafts,
        told,
        promises(&it.escalated),
        promises(&it.missed),
        points,
    ])
}

fn envelope(it: &EnvelopeRecord) -> Value {
    let signed: Vec<Value> = it
        .signed
        .iter()
        .map(|by| json!([by.person, by.device, by.position, keys(&by.roles)]))
        .collect();
    json!([it.by, it.ended, signed])
}
