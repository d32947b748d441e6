//! The proof that a device signed two entries with one number. Must not know what is
//! done about it.

use std::fmt;

use crate::entry::{Entry, Header, parse_signed_header};
use crate::fault::{Fault, Reason};
use crate::id::{DeviceId, EntryId, LedgerId};
use crate::key::{PublicKey, Signature};

/// An entry without its body: the two lines that its author's signature needs.
/// Written as a leaf of the tree: header line, line feed, signature line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedHeader {
    id: EntryId,
    header: Header,
    header_line: String,
    signature: Signature,
}

impl SignedHeader {
    /// Reads the first and the third line of an entry, without their line feeds.
    ///
    /// # Errors
    /// The first thing that is wrong with the bytes.
    pub fn from_lines(header: &[u8], signature: &[u8]) -> Result<Self, Fault> {
        let (parsed, line, signature) = parse_signed_header(header, signature)?;
        Ok(Self {
            id: EntryId::of_header_line(header),
            header: parsed,
            header_line: line.to_owned(),
            signature,
        })
    }

    /// The id of the entry.
    pub fn id(&self) -> EntryId {
        self.id
    }

    /// What the first line says.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The exact first line, without its line feed.
    pub fn header_line(&self) -> &str {
        &self.header_line
    }

    /// The exact third line, without its line feed.
    pub fn signature_line(&self) -> String {
        self.signature.to_string()
    }

    /// The ledger that the entry belongs to; for a genesis the one that it starts.
    pub fn ledger(&self) -> LedgerId {
        match self.header.ledger.is_zero() {
            true => self.id.into(),
            false => self.header.ledger,
        }
    }

    /// Whether the body of the entry, which is not here, brings in a device's key.
    pub fn brings_key(&self) -> bool {
        self.header.brings_key()
    }

    /// Whether `key` is the author's and signed exactly this.
    ///
    /// # Errors
    /// [`Reason::UnknownDevice`] for another device's key, [`Reason::BadSignature`] otherwise.
    pub fn verify(&self, key: &PublicKey) -> Result<(), Reason> {
        if key.device_id() != self.header.device {
            return Err(Reason::UnknownDevice);
        }
        match key.holds(self.header_line.as_bytes(), &self.signature) {
            true => Ok(()),
            false => Err(Reason::BadSignature),
        }
    }
}

impl From<&Entry> for SignedHeader {
    fn from(entry: &Entry) -> Self {
        Self {
            id: entry.id,
            header: entry.header.clone(),
            header_line: entry.header_line.clone(),
            signature: entry.signature,
        }
    }
}

impl fmt::Display for SignedHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}", self.header_line, self.signature)
    }
}

/// Two entries of one device, one ledger and one number. It convinces everybody who
/// has the device's key, whoever brings it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fork {
    first: SignedHeader,
    second: SignedHeader,
}

impl Fork {
    /// `None` when the two do not contradict each other. Signatures are checked by
    /// [`Fork::verify`].
    pub fn new(first: impl Into<SignedHeader>, second: impl Into<SignedHeader>) -> Option<Self> {
        let (first, second) = (first.into(), second.into());
        let place = |it: &SignedHeader| (it.ledger(), it.header.device, it.header.seq);
        let contradict = place(&first) == place(&second) && first.id != second.id;
        contradict.then_some(Self { first, second })
    }

    /// The device that signed both.
    pub fn device(&self) -> DeviceId {
        self.first.header.device
    }

    /// The number that both have.
    pub fn seq(&self) -> u64 {
        self.first.header.seq
    }

    /// The entry that was admitted, where the fork was found by admitting.
    pub fn first(&self) -> &SignedHeader {
        &self.first
    }

    /// The other one.
    pub fn second(&self) -> &SignedHeader {
        &self.second
    }

    /// Whether the device with this key signed both.
    ///
    /// # Errors
    /// It did not: the proof proves nothing.
    pub fn verify(&self, key: &PublicKey) -> Result<(), Reason> {
        self.first.verify(key)?;
        self.second.verify(key)
    }
}
