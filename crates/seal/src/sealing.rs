//! How a draft becomes an entry. Must not know what any kind means.

use serde_json::{Map, Value};

use crate::entry::{
    BODY_BYTES_MAX, Entry, HEADER_BYTES_MAX, Head, Header, KIND_BYTES_MAX, SALT_KEY, Seen, is_kind,
};
use crate::fault::{Part, Reason};
use crate::id::{BodyHash, DeviceId, EntryId};
use crate::json::{self, INTEGER_MAX, JsonFault};
use crate::key::DeviceKey;
use crate::time::TimeError;

/// What an author wants to say.
#[derive(Debug, Clone)]
pub struct Draft<'a> {
    /// When, as RFC 3339 in UTC with milliseconds: `2026-11-23T18:30:05.123Z`.
    pub at: &'a str,
    /// Lower-case letters, digits, `.`, `_` and `-`; at most [`KIND_BYTES_MAX`].
    pub kind: &'a str,
    /// The body without its salt.
    pub body: Map<String, Value>,
    /// 16 random bytes, fresh for each entry: they keep a redacted body from being guessed.
    pub salt: [u8; 16],
    /// What the author has seen of the team log.
    pub seen: Seen,
}

/// Why a draft cannot be sealed. Nothing was signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The chain is another device's.
    #[error("this key belongs to device {key} and cannot write in the chain of {head}")]
    OtherDevice {
        /// The key's device.
        key: DeviceId,
        /// The chain's device.
        head: DeviceId,
    },
    /// The time is not spelled as entries spell it.
    #[error("the time of the entry is not usable: {0}")]
    At(#[from] TimeError),
    /// The kind has other characters than it may, or is too long or empty.
    #[error("a kind is 1 to {KIND_BYTES_MAX} lower-case letters, digits, '.', '_' or '-'")]
    Kind,
    /// The body has a field that sealing writes itself.
    #[error("the body must not bring its own \"salt\"")]
    SaltGiven,
    /// The body holds what two readers could read differently.
    #[error("the body cannot be sealed: {0}")]
    Body(#[from] JsonFault),
    /// The entry would be larger than allowed; larger content goes beside the ledger, by its hash.
    #[error("the {part} of the entry has {bytes} bytes, at most {bytes_max} are allowed")]
    TooLarge {
        /// Which line.
        part: Part,
        /// Its size in bytes.
        bytes: usize,
        /// The limit in bytes.
        bytes_max: usize,
    },
    /// A genesis or a `device.add` must carry a usable public key in the body field `key`.
    #[error("the entry must bring in a public key in the field \"key\": {0}")]
    Key(Reason),
    /// The chain has no number left, or names a slot beyond the largest integer.
    #[error("a number of the entry is too large")]
    Number,
}

/// Signs a draft as the next entry of a device's chain.
///
/// # Errors
/// The draft is not one that every reader would accept; see [`SealError`].
pub fn seal(key: &DeviceKey, head: &Head, draft: Draft<'_>) -> Result<Entry, SealError> {
    let device = key.device_id();
    if device != head.device {
        return Err(SealError::OtherDevice {
            key: device,
            head: head.device,
        });
    }
    if head.next_seq > INTEGER_MAX || draft.seen.slot > INTEGER_MAX {
        return Err(SealError::Number);
    }
    if !is_kind(draft.kind) {
        return Err(SealError::Kind);
    }
    let at = draft.at.parse()?;
    let mut body = draft.body;
    if body.contains_key(SALT_KEY) {
        return Err(SealError::SaltGiven);
    }
    body.insert(SALT_KEY.to_owned(), Value::String(hex::encode(draft.salt)));
    let body_line = json::canonical(&body)?;
    within(Part::Body, &body_line, BODY_BYTES_MAX)?;

    let header = Header {
        at,
        body: BodyHash::of_body_line(body_line.as_bytes()),
        device,
        kind: draft.kind.to_owned(),
        ledger: head.ledger,
        prev: head.prev,
        seen: draft.seen,
        seq: head.next_seq,
    };
    let header_line = header.line();
    within(Part::Header, &header_line, HEADER_BYTES_MAX)?;
    let signature = key.sign(header_line.as_bytes());
    let entry = Entry {
        id: EntryId::of_header_line(header_line.as_bytes()),
        header,
        header_line,
        body,
        body_line,
        signature,
    };
    entry.key_brought_in().map_err(SealError::Key)?;
    Ok(entry)
}

fn within(part: Part, line: &str, bytes_max: usize) -> Result<(), SealError> {
    match line.len() {
        bytes if bytes > bytes_max => Err(SealError::TooLarge {
            part,
            bytes,
            bytes_max,
        }),
        _ => Ok(()),
    }
}
