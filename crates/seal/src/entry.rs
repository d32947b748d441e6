//! One entry: its form, and how it is read. Must not know what any kind means.

use std::fmt;

use serde_json::{Map, Value};

use crate::fault::{Fault, Part, Reason};
use crate::id::{BodyHash, DeviceId, EntryId, LedgerId, SlotHash};
use crate::json::{self, INTEGER_MAX};
use crate::key::{PublicKey, Signature};
use crate::time::Timestamp;
use crate::verify::{KEY_FIELD, KIND_DEVICE_ADD, KIND_MEMBER_REQUEST};

/// The first bytes of every header. They keep a signature over an entry from
/// ever being one over anything else.
pub const ENTRY_PREFIX: &str = "cockpit.ledger/entry/v1 ";
/// The format that this crate reads and writes.
pub const VERSION: u64 = 1;
/// The longest header line in bytes, with its prefix, without its line feed.
pub const HEADER_BYTES_MAX: usize = 1024;
/// The longest body line in bytes, without its line feed.
pub const BODY_BYTES_MAX: usize = 16 * 1024;
/// The longest kind in bytes.
pub const KIND_BYTES_MAX: usize = 64;

/// The first bytes of a header of any version, without its number.
const PREFIX_OF_ANY_VERSION: &str = "cockpit.ledger/entry/v";
pub(crate) const SALT_KEY: &str = "salt";
const HEADER_KEYS: [&str; 9] = [
    "at", "body", "dev", "kind", "ledger", "prev", "seen", "seq", "v",
];

/// The newest slot of the team log that an author had verified. A workspace
/// without a team log has the default: slot 0 with an all-zero hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// The slot's number.
    pub slot: u64,
    /// The slot's link: of a slot that admits its entries the hash of its bytes.
    pub hash: SlotHash,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            slot: 0,
            hash: SlotHash::ZERO,
        }
    }
}

/// What the first line of an entry says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// When the author says it was. A claim: order never depends on it.
    pub at: Timestamp,
    /// The hash of the body line.
    pub body: BodyHash,
    /// The device that signed.
    pub device: DeviceId,
    /// What sort of entry it is, such as `stop.approve`.
    pub kind: String,
    /// The ledger that it was signed for; all zeros in a genesis.
    pub ledger: LedgerId,
    /// The device's entry before; all zeros in the device's first.
    pub prev: EntryId,
    /// What the author had seen of the team log.
    pub seen: Seen,
    /// The number on this device, from 0.
    pub seq: u64,
}

impl Header {
    /// Whether the body of an entry with this header brings in a device's key.
    pub(crate) fn brings_key(&self) -> bool {
        self.ledger.is_zero()
            || [KIND_DEVICE_ADD, KIND_MEMBER_REQUEST].contains(&self.kind.as_str())
    }

    pub(crate) fn line(&self) -> String {
        // Every value is made of characters that JSON does not escape.
        format!(
            concat!(
                "{}{{\"at\":\"{}\",\"body\":\"{}\",\"dev\":\"{}\",\"kind\":\"{}\",\"ledger\":\"{}\",",
                "\"prev\":\"{}\",\"seen\":[{},\"{}\"],\"seq\":{},\"v\":{}}}"
            ),
            ENTRY_PREFIX,
            self.at,
            self.body,
            self.device,
            self.kind,
            self.ledger,
            self.prev,
            self.seen.slot,
            self.seen.hash,
            self.seq,
            VERSION,
        )
    }
}

/// Where the next entry of a device goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The ledger; all zeros before the genesis.
    pub ledger: LedgerId,
    /// The device.
    pub device: DeviceId,
    /// The number that the device's next entry gets.
    pub next_seq: u64,
    /// The id of the device's last entry; all zeros before its first.
    pub prev: EntryId,
}

impl Head {
    /// Before the first entry of a ledger.
    pub fn genesis(device: DeviceId) -> Self {
        Self::first(LedgerId::ZERO, device)
    }

    /// Before the first entry of a device in a ledger that exists.
    pub fn first(ledger: LedgerId, device: DeviceId) -> Self {
        Self {
            ledger,
            device,
            next_seq: 0,
            prev: EntryId::ZERO,
        }
    }

    /// Whether `entry` is the next one here. Looks at the chain alone, not at
    /// the signature.
    ///
    /// # Errors
    /// The reason why it is not.
    pub fn admits(&self, entry: &Entry) -> Result<(), Reason> {
        self.admits_header(&entry.header)
    }

    pub(crate) fn admits_header(&self, header: &Header) -> Result<(), Reason> {
        if header.ledger != self.ledger {
            return Err(match header.ledger.is_zero() {
                true => Reason::SecondGenesis,
                false => Reason::OtherLedger {
                    found: header.ledger,
                },
            });
        }
        if header.device != self.device {
            return Err(Reason::UnknownDevice);
        }
        if header.seq > self.next_seq {
            return Err(Reason::Missing {
                expected_seq: self.next_seq,
            });
        }
        if header.seq < self.next_seq {
            return Err(Reason::Repeated);
        }
        if header.prev != self.prev {
            return Err(Reason::BrokenLink);
        }
        Ok(())
    }
}

/// An entry whose form is right and whose body is the one in its header. Whether
/// its signature and its place hold is asked with [`Entry::verify`] and the
/// [`Verifier`](crate::Verifier).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub(crate) id: EntryId,
    pub(crate) header: Header,
    pub(crate) header_line: String,
    pub(crate) body: Map<String, Value>,
    pub(crate) body_line: String,
    pub(crate) signature: Signature,
}

impl Entry {
    /// Reads the three lines of an entry, each ended by a line feed.
    ///
    /// # Errors
    /// The first thing that is wrong with the bytes.
    pub fn parse(bytes: impl AsRef<[u8]>) -> Result<Self, Fault> {
        let bytes = bytes.as_ref();
        newer_version(bytes, PREFIX_OF_ANY_VERSION)?;
        let bytes = bytes.strip_suffix(b"\n").ok_or(Fault::NotThreeLines)?;
        let mut lines = bytes.split(|byte| *byte == b'\n');
        match (lines.next(), lines.next(), lines.next(), lines.next()) {
            (Some(header), Some(body), Some(signature), None) => {
                Self::from_lines(header, body, signature)
            }
            _ => Err(Fault::NotThreeLines),
        }
    }

    /// Reads an entry from its lines, which come without their line feeds.
    ///
    /// # Errors
    /// The first thing that is wrong with the bytes.
    pub fn from_lines(header: &[u8], body: &[u8], signature: &[u8]) -> Result<Self, Fault> {
        newer_version(header, PREFIX_OF_ANY_VERSION)?;
        if [header, body, signature]
            .iter()
            .any(|line| line.contains(&b'\n'))
        {
            return Err(Fault::NotThreeLines);
        }
        let header_line = text(Part::Header, header, HEADER_BYTES_MAX)?;
        let body_line = text(Part::Body, body, BODY_BYTES_MAX)?;
        let header = parse_header(header_line)?;
        if BodyHash::of_body_line(body) != header.body {
            return Err(Fault::BodyHash);
        }
        let body = parse_body(body_line)?;
        let signature = parse_signature(signature)?;
        Ok(Self {
            id: EntryId::of_header_line(header_line.as_bytes()),
            header,
            header_line: header_line.to_owned(),
            body,
            body_line: body_line.to_owned(),
            signature,
        })
    }

    /// The hash of the first line.
    pub fn id(&self) -> EntryId {
        self.id
    }

    /// What the first line says.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// What the second line says, with its salt and with keys that this version does not know.
    pub fn body(&self) -> &Map<String, Value> {
        &self.body
    }

    /// The signature of the third line.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// The exact first line, without its line feed.
    pub fn header_line(&self) -> &str {
        &self.header_line
    }

    /// The exact second line, without its line feed.
    pub fn body_line(&self) -> &str {
        &self.body_line
    }

    /// The exact third line, without its line feed.
    pub fn signature_line(&self) -> String {
        self.signature.to_string()
    }

    /// The three lines, each with its line feed: the bytes of the wire, the disk and the export.
    pub fn lines(&self) -> String {
        self.to_string()
    }

    /// The entry as a leaf of the tree: header line, line feed, signature line. The
    /// body is not in it; the header holds its hash.
    pub fn leaf(&self) -> Vec<u8> {
        format!("{}\n{}", self.header_line, self.signature).into_bytes()
    }

    /// Whether it is the first entry of a ledger.
    pub fn is_genesis(&self) -> bool {
        self.header.ledger.is_zero()
    }

    /// The ledger that it belongs to; for a genesis the one that it starts.
    pub fn ledger(&self) -> LedgerId {
        match self.is_genesis() {
            true => self.id.into(),
            false => self.header.ledger,
        }
    }

    /// Where the device's next entry goes.
    pub fn head(&self) -> Head {
        Head {
            ledger: self.ledger(),
            device: self.header.device,
            next_seq: self.header.seq + 1,
            prev: self.id,
        }
    }

    /// Whether a device asks with it to join, under its own key.
    pub fn is_request(&self) -> bool {
        !self.is_genesis() && self.header.kind == KIND_MEMBER_REQUEST
    }

    /// The public key that the entry brings in: a genesis and a
    /// [`KIND_MEMBER_REQUEST`] their own, a [`KIND_DEVICE_ADD`] another device's; other
    /// entries none. A key that is known makes signatures checkable; it gives no right.
    ///
    /// # Errors
    /// [`Reason::BadKey`] or [`Reason::KeyMismatch`]: the entry must bring one in
    /// and does not bring a fit one.
    pub fn key_brought_in(&self) -> Result<Option<PublicKey>, Reason> {
        let own = self.is_genesis() || self.is_request();
        if !own && self.header.kind != KIND_DEVICE_ADD {
            return Ok(None);
        }
        let text = self
            .body
            .get(KEY_FIELD)
            .and_then(Value::as_str)
            .ok_or(Reason::BadKey(None))?;
        let key: PublicKey = text.parse().map_err(|error| Reason::BadKey(Some(error)))?;
        if own && key.device_id() != self.header.device {
            return Err(Reason::KeyMismatch);
        }
        Ok(Some(key))
    }

    /// Whether `key` is the author's and signed exactly this.
    ///
    /// # Errors
    /// [`Reason::UnknownDevice`] for another device's key, [`Reason::BadSignature`] otherwise.
    pub fn verify(&self, key: &PublicKey) -> Result<(), Reason> {
        if key.device_id() != self.header.device {
            return Err(Reason::UnknownDevice);
        }
        if !key.holds(self.header_line.as_bytes(), &self.signature) {
            return Err(Reason::BadSignature);
        }
        Ok(())
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}\n{}\n{}",
            self.header_line, self.body_line, self.signature
        )
    }
}

/// Looks at the prefix before anything else: a newer format may differ in all the rest.
pub(crate) fn newer_version(bytes: &[u8], prefix_of_any_version: &str) -> Result<(), Fault> {
    let Some(rest) = bytes.strip_prefix(prefix_of_any_version.as_bytes()) else {
        return Ok(());
    };
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let ends = rest.get(digits) == Some(&b' ');
    let version = std::str::from_utf8(&rest[..digits])
        .ok()
        .and_then(|text| text.parse().ok());
    match version {
        Some(version) if ends && version > VERSION => Err(Fault::NewerVersion { version }),
        Some(_) | None => Ok(()),
    }
}

pub(crate) fn text(part: Part, line: &[u8], bytes_max: usize) -> Result<&str, Fault> {
    if line.len() > bytes_max {
        return Err(Fault::TooLarge(part));
    }
    std::str::from_utf8(line).map_err(|_| Fault::NotUtf8(part))
}

/// Reads a header line and the signature below it, where the body is not at hand.
pub(crate) fn parse_signed_header<'a>(
    header: &'a [u8],
    signature: &[u8],
) -> Result<(Header, &'a str, Signature), Fault> {
    newer_version(header, PREFIX_OF_ANY_VERSION)?;
    let line = text(Part::Header, header, HEADER_BYTES_MAX)?;
    Ok((parse_header(line)?, line, parse_signature(signature)?))
}

fn parse_signature(line: &[u8]) -> Result<Signature, Fault> {
    std::str::from_utf8(line)
        .map_err(|_| Fault::NotUtf8(Part::Signature))
        .and_then(|line| Signature::parse(line).ok_or(Fault::SignatureEncoding))
}

/// The JSON of a header: exactly these keys, sorted, and a `v` of this version.
pub(crate) fn header_map(json: &str, keys: &[&'static str]) -> Result<Map<String, Value>, Fault> {
    let object = json::parse_object(json).map_err(|fault| Fault::Json(Part::Header, fault))?;
    let map = object.map;
    if let Some(version) = map.get("v").and_then(Value::as_u64)
        && version > VERSION
    {
        return Err(Fault::NewerVersion { version });
    }
    if let Some(key) = object.keys.iter().find(|key| !keys.contains(&key.as_str())) {
        return Err(Fault::UnknownKey(key.clone()));
    }
    if let Some(key) = keys.iter().find(|key| !map.contains_key(**key)) {
        return Err(Fault::MissingKey(key));
    }
    if !object.keys.is_sorted() {
        return Err(Fault::UnsortedKeys);
    }
    if map["v"] != VERSION {
        return Err(Fault::BadValue("v"));
    }
    Ok(map)
}

fn parse_header(line: &str) -> Result<Header, Fault> {
    // A header in its one spelling is read where its values must stand. All else is read as
    // JSON, which says what is wrong with it.
    as_written(line).map_or_else(|| read_header(line), Ok)
}

fn as_written(line: &str) -> Option<Header> {
    let mut rest = line.strip_prefix(ENTRY_PREFIX)?;
    let mut next = |before: &str, end: char| {
        let (text, after) = rest.strip_prefix(before)?.split_once(end)?;
        rest = after;
        Some(text)
    };
    let header = Header {
        at: next("{\"at\":\"", '"')?.parse().ok()?,
        body: next(",\"body\":\"", '"')?.parse().ok()?,
        device: next(",\"dev\":\"", '"')?.parse().ok()?,
        kind: next(",\"kind\":\"", '"')?.to_owned(),
        ledger: next(",\"ledger\":\"", '"')?.parse().ok()?,
        prev: next(",\"prev\":\"", '"')?.parse().ok()?,
        seen: Seen {
            slot: integer(next(",\"seen\":[", ',')?)?,
            hash: next("\"", '"')?.parse().ok()?,
        },
        seq: integer(next("],\"seq\":", ',')?)?,
    };
    // Each value was read in its one spelling, and nothing stands before, between or behind them.
    let ends = rest.strip_prefix("\"v\":")?.strip_suffix('}')?;
    let is_whole = integer(ends) == Some(VERSION);
    (is_whole && consistent(&header).is_ok()).then_some(header)
}

/// An integer as JSON spells it.
fn integer(text: &str) -> Option<u64> {
    let is_spelled_so = text == "0" || text.starts_with(|first| matches!(first, '1'..='9'));
    let number = text.parse().ok().filter(|_| is_spelled_so)?;
    (number <= INTEGER_MAX).then_some(number)
}

fn read_header(line: &str) -> Result<Header, Fault> {
    let json = line.strip_prefix(ENTRY_PREFIX).ok_or(Fault::Prefix)?;
    let map = &header_map(json, &HEADER_KEYS)?;
    let header = Header {
        at: value(map, "at")?,
        body: value(map, "body")?,
        device: value(map, "dev")?,
        kind: value(map, "kind")?,
        ledger: value(map, "ledger")?,
        prev: value(map, "prev")?,
        seen: seen(&map["seen"]).ok_or(Fault::BadValue("seen"))?,
        seq: number(map, "seq")?,
    };
    consistent(&header)?;
    if header.line() != line {
        return Err(Fault::NotCanonical);
    }
    Ok(header)
}

fn consistent(header: &Header) -> Result<(), Fault> {
    if !is_kind(&header.kind) {
        return Err(Fault::BadValue("kind"));
    }
    if (header.seq == 0) != header.prev.is_zero() {
        return Err(Fault::BadValue("prev"));
    }
    if header.ledger.is_zero() && header.seq != 0 {
        return Err(Fault::BadValue("ledger"));
    }
    Ok(())
}

pub(crate) fn value<T: std::str::FromStr>(
    map: &Map<String, Value>,
    key: &'static str,
) -> Result<T, Fault> {
    map[key]
        .as_str()
        .and_then(|text| text.parse().ok())
        .ok_or(Fault::BadValue(key))
}

pub(crate) fn number(map: &Map<String, Value>, key: &'static str) -> Result<u64, Fault> {
    map[key].as_u64().ok_or(Fault::BadValue(key))
}

fn seen(value: &Value) -> Option<Seen> {
    let [slot, hash] = value.as_array()?.as_slice() else {
        return None;
    };
    Some(Seen {
        slot: slot.as_u64()?,
        hash: hash.as_str()?.parse().ok()?,
    })
}

fn parse_body(line: &str) -> Result<Map<String, Value>, Fault> {
    let body = json::parse_object(line)
        .map_err(|fault| Fault::Json(Part::Body, fault))?
        .map;
    let salt = body
        .get(SALT_KEY)
        .and_then(Value::as_str)
        .unwrap_or_default();
    let is_hex = salt
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if salt.len() != 32 || !is_hex {
        return Err(Fault::Salt);
    }
    Ok(body)
}

pub(crate) fn is_kind(text: &str) -> bool {
    let allowed = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-');
    (1..=KIND_BYTES_MAX).contains(&text.len()) && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines() -> Vec<String> {
        let header = Header {
            at: "2026-11-23T18:30:05.123Z".parse().unwrap(),
            body: BodyHash::of_body_line(b"{}"),
            device: DeviceId::from_bytes([7; 8]),
            kind: "stop.approve".to_owned(),
            ledger: LedgerId::from_bytes([8; 32]),
            prev: EntryId::from_bytes([9; 32]),
            seen: Seen {
                slot: 4711,
                hash: SlotHash::from_bytes([10; 32]),
            },
            seq: 12,
        };
        let genesis = Header {
            ledger: LedgerId::ZERO,
            prev: EntryId::ZERO,
            seen: Seen::default(),
            seq: 0,
            ..header.clone()
        };
        let last = Header {
            seq: INTEGER_MAX,
            ..header.clone()
        };
        let beyond = Header {
            seq: INTEGER_MAX + 1,
            ..header.clone()
        };
        [header, genesis, last, beyond].map(|it| it.line()).to_vec()
    }

    #[test]
    fn both_ways_to_read_a_header_agree() {
        let agree = |line: &str| {
            let read = read_header(line);
            assert_eq!(as_written(line), read.clone().ok(), "{line}: {read:?}");
        };
        for line in lines() {
            agree(&line);
            for at in 0..=line.len() {
                agree(&line[..at]);
                for more in [
                    "", " ", "0", "9", "\"", ",", "a", "A", "\\u0061", "[", "-", "+", ".0",
                ] {
                    agree(&format!("{}{more}{}", &line[..at], &line[at..]));
                    let rest = line.get(at + 1..).unwrap_or_default();
                    agree(&format!("{}{more}{rest}", &line[..at]));
                }
            }
        }
        assert!(as_written(&lines()[2]).is_some());
        assert!(as_written(&lines()[3]).is_none());
    }
}
