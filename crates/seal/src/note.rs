//! Signed notes of C2SP signed-note: a text and signature lines below it. Must not
//! know what a text says.
//!
//! Reading is strict, so that a note has one spelling: what was read is written back
//! byte for byte. A signature by a key that is not asked about is kept and ignored.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::id::DeviceId;
use crate::key::{DeviceKey, KeyError, PublicKey, Signature};

/// The longest note in bytes: room for many signatures, also larger ones of later kinds.
pub const NOTE_BYTES_MAX: usize = 1_000_000;
/// The most signatures that a note may carry.
pub const NOTE_SIGNATURES_MAX: usize = 100;

const DASH: &str = "\u{2014} ";
const KEY_ID_BYTES: usize = 4;
const TIME_BYTES: usize = 8;

/// Why bytes are not a note, or not one that may be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteFault {
    /// More than [`NOTE_BYTES_MAX`] or [`NOTE_SIGNATURES_MAX`].
    #[error("the note is too long or has too many signatures")]
    TooLarge,
    /// Not UTF-8 text.
    #[error("the note is not UTF-8 text")]
    NotUtf8,
    /// A control character other than a line feed.
    #[error("the note holds a control character")]
    Control,
    /// No text that ends with a line feed, an empty line and signature lines after it.
    #[error("the note is not a text, an empty line and signature lines")]
    Form,
    /// A line below the text is not a dash, a name and base64.
    #[error("signature line {0} of the note cannot be read")]
    SignatureLine(usize),
    /// A key's name is empty or holds a space or a plus.
    #[error("the name of a key is empty or holds a space or a plus")]
    KeyName,
    /// A signature that names this key is not one of it over this text.
    #[error("the signature by {0} does not match the note")]
    BadSignature(String),
    /// The text is not origin, size and root, each on a line.
    #[error("the note's text is not a checkpoint: its {0} cannot be read")]
    Checkpoint(&'static str),
    /// Two notes that were to become one have different texts.
    #[error("the notes have different texts")]
    OtherText,
}

impl NoteFault {
    /// A short name that never changes, for tables and tests.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge => "note_too_large",
            Self::NotUtf8 => "note_not_utf8",
            Self::Control => "note_control",
            Self::Form => "note_form",
            Self::SignatureLine(_) => "note_signature_line",
            Self::KeyName => "note_key_name",
            Self::BadSignature(_) => "note_bad_signature",
            Self::Checkpoint(_) => "checkpoint_text",
            Self::OtherText => "note_other_text",
        }
    }
}

/// What a key of a note signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoteKind {
    /// The text itself (C2SP signed-note, "Ed25519 signatures", type 0x01).
    Text,
    /// The text with the time at which it was seen (C2SP tlog-cosignature, "Ed25519
    /// signed message", type 0x04).
    Cosignature,
}

impl NoteKind {
    /// The byte that stands for it in key ids and verifier keys.
    pub fn byte(self) -> u8 {
        match self {
            Self::Text => 1,
            Self::Cosignature => 4,
        }
    }
}

/// Why a text is not a verifier key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteKeyError {
    /// Not name, eight hex characters and base64 with a plus between them.
    #[error("a verifier key is a name, eight hex characters and base64 with a plus between them")]
    Form,
    /// The name is empty or holds a space or a plus.
    #[error("the name of a verifier key is empty or holds a space or a plus")]
    Name,
    /// Another type than 0x01 and 0x04.
    #[error("the type {0:#04x} of the verifier key is not known")]
    Kind(u8),
    /// The key cannot be used.
    #[error("the verifier key cannot be used: {0}")]
    Key(#[from] KeyError),
    /// The eight hex characters belong to another name or key.
    #[error("the hash in the verifier key does not belong to its name and key")]
    Hash,
}

/// A public key with the name under which it signs notes. Written as a verifier key:
/// `name+hash+base64`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteKey {
    name: String,
    kind: NoteKind,
    key: PublicKey,
}

impl NoteKey {
    /// # Errors
    /// [`NoteKeyError::Name`]
    pub fn new(
        name: impl Into<String>,
        kind: NoteKind,
        key: PublicKey,
    ) -> Result<Self, NoteKeyError> {
        let name = name.into();
        match is_key_name(&name) {
            true => Ok(Self { name, kind, key }),
            false => Err(NoteKeyError::Name),
        }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it signs.
    pub fn kind(&self) -> NoteKind {
        self.kind
    }

    /// The key itself.
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// The device that holds the secret half.
    pub fn device_id(&self) -> DeviceId {
        self.key.device_id()
    }

    /// The first four bytes of SHA-256 over name, line feed, type and key.
    pub fn id(&self) -> [u8; KEY_ID_BYTES] {
        let mut sha = Sha256::new();
        sha.update(self.name.as_bytes());
        sha.update([b'\n', self.kind.byte()]);
        sha.update(self.key.as_bytes());
        let digest: [u8; 32] = sha.finalize().into();
        [digest[0], digest[1], digest[2], digest[3]]
    }
}

impl fmt::Display for NoteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![self.kind.byte()];
        bytes.extend_from_slice(self.key.as_bytes());
        let (id, bytes) = (hex::encode(self.id()), STANDARD.encode(bytes));
        write!(f, "{}+{id}+{bytes}", self.name)
    }
}

impl FromStr for NoteKey {
    type Err = NoteKeyError;

    fn from_str(text: &str) -> Result<Self, NoteKeyError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(bytes)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteKeyError::Form);
        };
        let bytes = STANDARD.decode(bytes).map_err(|_| NoteKeyError::Form)?;
        let (kind, bytes) = match bytes.split_first() {
            Some((1, bytes)) => (NoteKind::Text, bytes),
            Some((4, bytes)) => (NoteKind::Cosignature, bytes),
            Some((other, _)) => return Err(NoteKeyError::Kind(*other)),
            None => return Err(NoteKeyError::Form),
        };
        let bytes = bytes.try_into().map_err(|_| KeyError::Encoding)?;
        let key = Self::new(name, kind, PublicKey::from_bytes(bytes)?)?;
        match hex::encode(key.id()) == id {
            true => Ok(key),
            false => Err(NoteKeyError::Hash),
        }
    }
}

/// One line below a note's text. Whether it holds is asked with [`Note::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    /// The name of the key.
    pub name: String,
    /// The key's id.
    pub key_id: [u8; KEY_ID_BYTES],
    /// What follows the id: for the types that this crate knows 64 bytes, with eight
    /// bytes of time before them in a cosignature.
    pub bytes: Vec<u8>,
}

impl NoteSignature {
    /// Reads one line without its line feed.
    fn parse(line: &str) -> Option<Self> {
        let (name, text) = line.strip_prefix(DASH)?.split_once(' ')?;
        let bytes = STANDARD.decode(text).ok()?;
        let (key_id, bytes) = bytes.split_first_chunk::<KEY_ID_BYTES>()?;
        (is_key_name(name) && !bytes.is_empty()).then(|| Self {
            name: name.to_owned(),
            key_id: *key_id,
            bytes: bytes.to_vec(),
        })
    }

    fn is_of(&self, key: &NoteKey) -> bool {
        self.name == key.name && self.key_id == key.id()
    }

    /// When it was made, in seconds since 1970, if it is a cosignature that holds over
    /// `text`; 0 for a signature over the text, which tells no time.
    fn verify(&self, text: &str, key: &NoteKey) -> Option<u64> {
        match key.kind {
            NoteKind::Text => {
                let signature = Signature::from_bytes(self.bytes.as_slice().try_into().ok()?);
                key.key.holds(text.as_bytes(), &signature).then_some(0)
            }
            NoteKind::Cosignature => {
                let (time, signature) = self.bytes.split_first_chunk::<TIME_BYTES>()?;
                let seconds = u64::from_be_bytes(*time);
                let signature = Signature::from_bytes(signature.try_into().ok()?);
                let message = cosigned(text, seconds);
                let in_range = i64::try_from(seconds).is_ok();
                (in_range && key.key.holds(message.as_bytes(), &signature)).then_some(seconds)
            }
        }
    }
}

impl fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&self.key_id[..], &self.bytes].concat();
        writeln!(f, "{DASH}{} {}", self.name, STANDARD.encode(bytes))
    }
}

/// A text with signatures, written as C2SP signed-note says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

impl Note {
    /// A text that nobody signed yet. It ends with a line feed and holds no other
    /// control characters.
    ///
    /// # Errors
    /// It is not such a text.
    pub fn new(text: impl Into<String>) -> Result<Self, NoteFault> {
        let text = text.into();
        if text.len() > NOTE_BYTES_MAX {
            return Err(NoteFault::TooLarge);
        }
        if text.bytes().any(|byte| byte < b' ' && byte != b'\n') {
            return Err(NoteFault::Control);
        }
        match text.ends_with('\n') {
            true => Ok(Self {
                text,
                signatures: Vec::new(),
            }),
            false => Err(NoteFault::Form),
        }
    }

    /// Reads a note with at least one signature. No signature is checked.
    ///
    /// # Errors
    /// The first thing that is wrong with the bytes.
    pub fn parse(bytes: impl AsRef<[u8]>) -> Result<Self, NoteFault> {
        let bytes = bytes.as_ref();
        if bytes.len() > NOTE_BYTES_MAX {
            return Err(NoteFault::TooLarge);
        }
        let all = std::str::from_utf8(bytes).map_err(|_| NoteFault::NotUtf8)?;
        let end = all.rfind("\n\n").ok_or(NoteFault::Form)?;
        let mut note = Self::new(&all[..=end])?;
        let lines = all[end + 2..].strip_suffix('\n').ok_or(NoteFault::Form)?;
        for (number, line) in (1..).zip(lines.split('\n')) {
            if number > NOTE_SIGNATURES_MAX {
                return Err(NoteFault::TooLarge);
            }
            let signature = NoteSignature::parse(line).ok_or(NoteFault::SignatureLine(number))?;
            note.signatures.push(signature);
        }
        Ok(note)
    }

    /// The signed text, with its last line feed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signatures in their order, checked or not.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Adds a signature over the text (type 0x01) below the others.
    ///
    /// # Errors
    /// [`NoteFault::KeyName`], [`NoteFault::TooLarge`]
    pub fn sign(&mut self, key: &DeviceKey, name: &str) -> Result<(), NoteFault> {
        let signature = key.sign(self.text.as_bytes());
        self.add(name, NoteKind::Text, key, signature.as_bytes().to_vec())
    }

    /// Adds a signature over the text and a time in seconds since 1970 (type 0x04).
    ///
    /// # Errors
    /// [`NoteFault::KeyName`], [`NoteFault::TooLarge`]
    pub fn cosign(&mut self, key: &DeviceKey, name: &str, seconds: u64) -> Result<(), NoteFault> {
        let signature = key.sign(cosigned(&self.text, seconds).as_bytes());
        let bytes = [&seconds.to_be_bytes()[..], signature.as_bytes()].concat();
        self.add(name, NoteKind::Cosignature, key, bytes)
    }

    /// Whether `key` signed it: `None` when no line names the key, else the time of
    /// its newest cosignature in seconds since 1970 (0 for a [`NoteKind::Text`] key,
    /// whose signatures tell no time).
    ///
    /// # Errors
    /// [`NoteFault::BadSignature`]: a line names the key and is not a signature of it.
    pub fn verify(&self, key: &NoteKey) -> Result<Option<u64>, NoteFault> {
        let mut newest = None;
        for signature in self.signatures.iter().filter(|line| line.is_of(key)) {
            match signature.verify(&self.text, key) {
                Some(seconds) => newest = newest.max(Some(seconds)),
                None => return Err(NoteFault::BadSignature(key.name.clone())),
            }
        }
        Ok(newest)
    }

    /// Takes over from another copy of the same text the signatures by `keys`, and of
    /// each key the newest only. What is not by these keys stays behind.
    ///
    /// # Errors
    /// The texts differ, or a line in either names one of the keys and does not hold;
    /// then nothing was changed.
    pub fn merge(&mut self, other: &Self, keys: &[NoteKey]) -> Result<(), NoteFault> {
        if other.text != self.text {
            return Err(NoteFault::OtherText);
        }
        let mut merged = self.clone();
        for key in keys {
            let (ours, theirs) = (self.verify(key)?, other.verify(key)?);
            if theirs <= ours {
                continue;
            }
            merged.signatures.retain(|line| !line.is_of(key));
            let of_key = other.signatures.iter().filter(|line| line.is_of(key));
            let newest = of_key.max_by_key(|line| line.verify(&self.text, key));
            merged.push(newest.cloned())?;
        }
        *self = merged;
        Ok(())
    }

    fn add(
        &mut self,
        name: &str,
        kind: NoteKind,
        key: &DeviceKey,
        bytes: Vec<u8>,
    ) -> Result<(), NoteFault> {
        let key = NoteKey::new(name, kind, key.public()).map_err(|_| NoteFault::KeyName)?;
        self.push(Some(NoteSignature {
            key_id: key.id(),
            name: key.name,
            bytes,
        }))
    }

    fn push(&mut self, signature: Option<NoteSignature>) -> Result<(), NoteFault> {
        self.signatures.extend(signature);
        let length = self.to_string().len();
        match self.signatures.len() > NOTE_SIGNATURES_MAX || length > NOTE_BYTES_MAX {
            true => {
                self.signatures.pop();
                Err(NoteFault::TooLarge)
            }
            false => Ok(()),
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|line| line.fmt(f))
    }
}

/// The message of a cosignature.
fn cosigned(text: &str, seconds: u64) -> String {
    format!("cosignature/v1\ntime {seconds}\n{text}")
}

fn is_key_name(name: &str) -> bool {
    let allowed = |c: char| !c.is_whitespace() && !c.is_control() && c != '+';
    !name.is_empty() && name.chars().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    // The examples of C2SP tlog-cosignature.
    const EXAMPLE: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\u{2014} witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";

    fn key(n: u8) -> DeviceKey {
        DeviceKey::from_seed(&[n; 32])
    }

    fn verifier(n: u8, name: &str, kind: NoteKind) -> NoteKey {
        NoteKey::new(name, kind, key(n).public()).unwrap()
    }

    #[test]
    fn the_example_of_the_specification_is_read_and_written_back() {
        let note = Note::parse(EXAMPLE).unwrap();
        assert_eq!(note.to_string(), EXAMPLE);
        let [log, witness] = note.signatures() else {
            panic!("two signatures")
        };
        assert_eq!(log.name, "example.com/behind-the-sofa");
        assert_eq!((log.bytes.len(), witness.bytes.len()), (64, 72));
        assert_eq!(
            witness.bytes[..8],
            [0, 0, 0, 0, 0x64, 0x18, 0x50, 0xcb] // 1679315147
        );
    }

    #[test]
    fn other_forms_are_refused() {
        let line = EXAMPLE.lines().nth(4).unwrap();
        for (bad, fault) in [
            (String::new(), NoteFault::Form),
            ("a\n".into(), NoteFault::Form),
            ("a\n\n".into(), NoteFault::Form),
            (format!("a\n{line}\n"), NoteFault::Form),
            (format!("a\n\n{line}"), NoteFault::Form),
            (format!("a\r\n\n{line}\n"), NoteFault::Control),
            (format!("a\u{0}\n\n{line}\n"), NoteFault::Control),
            (format!("a\n\n{line}\nx\n"), NoteFault::SignatureLine(2)),
            (format!("a\n\n{line} \n"), NoteFault::SignatureLine(1)),
            (format!("a\n\n {line}\n"), NoteFault::SignatureLine(1)),
            (format!("a\n\n{line}=\n"), NoteFault::SignatureLine(1)),
            (
                "a\n\n\u{2014} n AAAAAA==\n".into(),
                NoteFault::SignatureLine(1),
            ),
            (
                "a\n\n\u{2014} n+m AAAAAAA=\n".into(),
                NoteFault::SignatureLine(1),
            ),
            (
                "a\n\n\u{2014}  AAAAAAA=\n".into(),
                NoteFault::SignatureLine(1),
            ),
            (
                "a\n\n\u{2014} n\u{a0}m AAAAAAA=\n".into(),
                NoteFault::SignatureLine(1),
            ),
            (
                format!("a\n\n{}", format!("{line}\n").repeat(101)),
                NoteFault::TooLarge,
            ),
        ] {
            assert_eq!(Note::parse(&bad), Err(fault), "{bad:?}");
        }
        assert_eq!(Note::parse(b"\xff\n\n"), Err(NoteFault::NotUtf8));
        let long = format!("a\n\n{DASH}n {}\n", "AAAA".repeat(NOTE_BYTES_MAX / 4));
        assert_eq!(Note::parse(long), Err(NoteFault::TooLarge));
        assert_eq!(Note::new("no end"), Err(NoteFault::Form));
    }

    #[test]
    fn a_known_key_must_hold_and_an_unknown_one_is_ignored() {
        let mut note = Note::new("text\n").unwrap();
        note.sign(&key(1), "log").unwrap();
        note.cosign(&key(2), "log/two", 17).unwrap();
        let note = Note::parse(note.to_string()).unwrap();
        let text = |n, name| verifier(n, name, NoteKind::Text);
        let cosigner = |n, name| verifier(n, name, NoteKind::Cosignature);
        assert_eq!(note.verify(&text(1, "log")), Ok(Some(0)));
        assert_eq!(note.verify(&cosigner(2, "log/two")), Ok(Some(17)));
        for stranger in [text(3, "log"), text(1, "gol"), cosigner(1, "log")] {
            assert_eq!(note.verify(&stranger), Ok(None));
        }
        let mut late = Note::new("text\n").unwrap();
        late.cosign(&key(2), "log/two", 1 << 63).unwrap();
        assert!(late.verify(&cosigner(2, "log/two")).is_err());
        let other = note.to_string().replace("text", "test");
        let other = Note::parse(other).unwrap();
        for known in [text(1, "log"), cosigner(2, "log/two")] {
            let bad = NoteFault::BadSignature(known.name().to_owned());
            assert_eq!(other.verify(&known), Err(bad));
        }
    }

    #[test]
    fn a_verifier_key_has_one_spelling() {
        // From the documentation of Go's golang.org/x/mod/sumdb/note.
        let known = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let key: NoteKey = known.parse().unwrap();
        assert_eq!((key.name(), key.kind()), ("PeterNeumann", NoteKind::Text));
        assert_eq!(key.to_string(), known);
        let cosigner = verifier(5, "log/five", NoteKind::Cosignature);
        assert_eq!(cosigner.to_string().parse(), Ok(cosigner));
        for (bad, error) in [
            (known.replace("Neumann", " Neumann"), NoteKeyError::Name),
            (known.replace("Peter", "Paul"), NoteKeyError::Hash),
            (known.replace("c74f20a3", "C74F20A3"), NoteKeyError::Hash),
            (known.replace("+AR", "+BR"), NoteKeyError::Kind(5)),
            (known[1..].replace('+', "-"), NoteKeyError::Form),
            ("a+00000000+".into(), NoteKeyError::Form),
            (
                "a+00000000+AQ==".into(),
                NoteKeyError::Key(KeyError::Encoding),
            ),
        ] {
            assert_eq!(bad.parse::<NoteKey>(), Err(error), "{bad}");
        }
    }

    #[test]
    fn copies_of_a_note_become_one() {
        let mut ours = Note::new("text\n").unwrap();
        ours.sign(&key(1), "log").unwrap();
        let unsigned = ours.clone();
        ours.cosign(&key(2), "log/two", 17).unwrap();
        let mut theirs = unsigned.clone();
        theirs.cosign(&key(2), "log/two", 18).unwrap();
        theirs.cosign(&key(3), "log/three", 5).unwrap();
        theirs.cosign(&key(4), "log/four", 5).unwrap();
        let keys = [(2, "log/two"), (3, "log/three")]
            .map(|(n, name)| verifier(n, name, NoteKind::Cosignature));
        ours.merge(&theirs, &keys).unwrap();
        let once = ours.clone();
        ours.merge(&theirs, &keys).unwrap();
        ours.merge(&unsigned, &keys).unwrap();
        assert_eq!(ours, once);
        let times = keys.each_ref().map(|key| ours.verify(key).unwrap());
        assert_eq!(times, [Some(18), Some(5)]);
        assert_eq!(ours.signatures().len(), 3);
        let other = Note::new("other\n").unwrap();
        assert_eq!(ours.merge(&other, &keys), Err(NoteFault::OtherText));
        let mut forged = unsigned;
        forged.cosign(&key(2), "log/two", 30).unwrap();
        forged.signatures[1].bytes[20] ^= 1;
        assert!(ours.merge(&forged, &keys).is_err());
        assert_eq!(ours, once);
    }
}
