//! Checkpoints of C2SP tlog-checkpoint: a signed statement of how many entries there
//! are and what their tree's root is. Must not know what an entry says.
//!
//! The origin of a ledger's checkpoints is `release-cockpit/<ledger id>`. The device
//! that writes a slot signs its checkpoint under that name; a device that saw the
//! head cosigns under `release-cockpit/<ledger id>/<device id>`.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::id::{DeviceId, LedgerId, TreeHash};
use crate::key::{DeviceKey, PublicKey};
use crate::note::{Note, NoteFault, NoteKey, NoteKind};

/// The origin line of a ledger's checkpoints.
pub fn origin(ledger: LedgerId) -> String {
    format!("release-cockpit/{ledger}")
}

/// The key under which a device signs the checkpoints of its own slots.
pub fn writer_key(ledger: LedgerId, key: PublicKey) -> NoteKey {
    NoteKey::new(origin(ledger), NoteKind::Text, key).expect("an origin has no space and no plus")
}

/// The key under which a device cosigns checkpoints of others.
pub fn cosigner_key(ledger: LedgerId, key: PublicKey) -> NoteKey {
    NoteKey::new(
        cosigner_name(ledger, key.device_id()),
        NoteKind::Cosignature,
        key,
    )
    .expect("an origin and hex have no space and no plus")
}

fn cosigner_name(ledger: LedgerId, device: DeviceId) -> String {
    format!("{}/{device}", origin(ledger))
}

/// What a checkpoint says. Written as its note's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: one line, not empty.
    pub origin: String,
    /// How many leaves.
    pub size: u64,
    /// The root of the tree over them.
    pub root: TreeHash,
    /// Further lines, none of them empty. A slot has one: its number and the hash of
    /// its header.
    pub extensions: Vec<String>,
}

impl Checkpoint {
    /// Reads a note's text.
    ///
    /// # Errors
    /// [`NoteFault::Checkpoint`] with the part that cannot be read.
    pub fn parse(text: &str) -> Result<Self, NoteFault> {
        let text = text
            .strip_suffix('\n')
            .ok_or(NoteFault::Checkpoint("last line"))?;
        let mut lines = text.split('\n');
        let mut line = |what| lines.next().ok_or(NoteFault::Checkpoint(what));
        let (origin, size, root) = (line("origin")?, line("size")?, line("root")?);
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if origin.is_empty() {
            return Err(NoteFault::Checkpoint("origin"));
        }
        if extensions.iter().any(String::is_empty) {
            return Err(NoteFault::Checkpoint("extension"));
        }
        let number: u64 = size.parse().map_err(|_| NoteFault::Checkpoint("size"))?;
        if number.to_string() != size {
            return Err(NoteFault::Checkpoint("size"));
        }
        let root = STANDARD.decode(root).ok();
        let root = root.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        Ok(Self {
            origin: origin.to_owned(),
            size: number,
            root: TreeHash::from_bytes(root.ok_or(NoteFault::Checkpoint("root"))?),
            extensions,
        })
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let root = STANDARD.encode(self.root.as_bytes());
        writeln!(f, "{}\n{}\n{root}", self.origin, self.size)?;
        let mut lines = self.extensions.iter();
        lines.try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// A checkpoint with its signatures. Written as the note that it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: Note,
}

impl SignedCheckpoint {
    /// Signs it as the device that wrote it, under its origin.
    ///
    /// # Errors
    /// A line of it is empty or holds a line feed or another control character, or its
    /// origin is no name for a key.
    pub fn sign(checkpoint: Checkpoint, key: &DeviceKey) -> Result<Self, NoteFault> {
        let text = checkpoint.to_string();
        if Checkpoint::parse(&text)? != checkpoint {
            return Err(NoteFault::Checkpoint("text"));
        }
        let mut note = Note::new(text)?;
        note.sign(key, &checkpoint.origin)?;
        Ok(Self { checkpoint, note })
    }

    /// Reads a signed checkpoint. No signature is checked.
    ///
    /// # Errors
    /// The first thing that is wrong with the bytes.
    pub fn parse(bytes: impl AsRef<[u8]>) -> Result<Self, NoteFault> {
        let note = Note::parse(bytes)?;
        let checkpoint = Checkpoint::parse(note.text())?;
        Ok(Self { checkpoint, note })
    }

    /// What it says.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The note.
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// Whether the device with this key signed it as the writer of `ledger`'s log.
    ///
    /// # Errors
    /// [`NoteFault::BadSignature`]: a line says so and does not hold.
    pub fn is_written_by(&self, ledger: LedgerId, key: PublicKey) -> Result<bool, NoteFault> {
        let signed = self.note.verify(&writer_key(ledger, key))?;
        Ok(signed.is_some() && self.checkpoint.origin == origin(ledger))
    }

    /// Adds the cosignature of a device that saw this head and found it to follow the
    /// heads that it saw before. `seconds` is the time since 1970.
    ///
    /// # Errors
    /// The note has too many signatures already.
    pub fn cosign(
        &mut self,
        ledger: LedgerId,
        key: &DeviceKey,
        seconds: u64,
    ) -> Result<(), NoteFault> {
        let name = cosigner_name(ledger, key.device_id());
        self.note.cosign(key, &name, seconds)
    }

    /// Takes over from another copy of the same checkpoint what the given devices
    /// cosigned; of each the newest.
    ///
    /// # Errors
    /// It is another checkpoint, or a line names one of the devices and does not hold;
    /// then nothing was changed.
    pub fn merge(
        &mut self,
        other: &Self,
        ledger: LedgerId,
        devices: impl IntoIterator<Item = PublicKey>,
    ) -> Result<(), NoteFault> {
        let keys = devices.into_iter().map(|key| cosigner_key(ledger, key));
        self.note.merge(&other.note, &keys.collect::<Vec<_>>())
    }

    /// Which of the given devices cosigned it, each once, and when, in seconds since 1970.
    ///
    /// # Errors
    /// A line names one of the devices and does not hold.
    pub fn cosigners(
        &self,
        ledger: LedgerId,
        devices: impl IntoIterator<Item = PublicKey>,
    ) -> Result<BTreeMap<DeviceId, u64>, NoteFault> {
        let mut found = BTreeMap::new();
        for key in devices {
            if let Some(seconds) = self.note.verify(&cosigner_key(ledger, key))? {
                found.insert(key.device_id(), seconds);
            }
        }
        Ok(found)
    }
}

impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkpoint() -> Checkpoint {
        Checkpoint {
            origin: origin(LedgerId::from_bytes([1; 32])),
            size: 12,
            root: TreeHash::from_bytes([2; 32]),
            extensions: vec!["slot 3 x".to_owned()],
        }
    }

    #[test]
    fn a_text_has_one_spelling() {
        let checkpoint = checkpoint();
        assert_eq!(Checkpoint::parse(&checkpoint.to_string()), Ok(checkpoint));
        let root = STANDARD.encode([0; 32]);
        for (bad, what) in [
            (format!("o\n1\n{root}"), "last line"),
            (format!("\n1\n{root}\n"), "origin"),
            ("o\n".to_owned(), "size"),
            (format!("o\n01\n{root}\n"), "size"),
            (format!("o\n+1\n{root}\n"), "size"),
            (format!("o\n\n{root}\n"), "size"),
            (format!("o\n18446744073709551616\n{root}\n"), "size"),
            ("o\n1\n".to_owned(), "root"),
            (format!("o\n1\n{}\n", &root[1..]), "root"),
            (format!("o\n1\n{root}=\n"), "root"),
            (format!("o\n1\n{root}\n\nx\n"), "extension"),
            (format!("o\n1\n{root}\nx\n\n"), "extension"),
        ] {
            let fault = NoteFault::Checkpoint(what);
            assert_eq!(Checkpoint::parse(&bad), Err(fault), "{bad:?}");
        }
        let empty = Checkpoint::parse(&format!("o\n0\n{root}\n")).unwrap();
        assert_eq!(empty.size, 0);
    }

    #[test]
    fn what_would_read_back_differently_is_not_signed() {
        let key = DeviceKey::from_seed(&[1; 32]);
        for bad in [
            Checkpoint {
                origin: "a\nb".into(),
                ..checkpoint()
            },
            Checkpoint {
                origin: String::new(),
                ..checkpoint()
            },
            Checkpoint {
                origin: "a b".into(),
                ..checkpoint()
            },
            Checkpoint {
                extensions: vec![String::new()],
                ..checkpoint()
            },
            Checkpoint {
                extensions: vec!["a\nb".into()],
                ..checkpoint()
            },
            Checkpoint {
                extensions: vec!["a\r".into()],
                ..checkpoint()
            },
        ] {
            assert!(
                SignedCheckpoint::sign(bad.clone(), &key).is_err(),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn devices_are_counted_once() {
        let ledger = LedgerId::from_bytes([1; 32]);
        let keys = [1, 2, 3, 4].map(|n| DeviceKey::from_seed(&[n; 32]));
        let [writer, second, third, fourth] = keys.each_ref().map(DeviceKey::public);
        let written = SignedCheckpoint::sign(checkpoint(), &keys[0]).unwrap();
        assert_eq!(written.is_written_by(ledger, writer), Ok(true));
        assert_eq!(written.is_written_by(ledger, second), Ok(false));
        assert_eq!(written.is_written_by(LedgerId::ZERO, writer), Ok(false));

        let mut foreign = Note::new(format!("other\n1\n{}\n", STANDARD.encode([0; 32]))).unwrap();
        foreign.sign(&keys[0], &origin(ledger)).unwrap();
        let foreign = SignedCheckpoint::parse(foreign.to_string()).unwrap();
        assert_eq!(foreign.is_written_by(ledger, writer), Ok(false));

        let mut ours = written.clone();
        ours.cosign(ledger, &keys[1], 10).unwrap();
        ours.cosign(ledger, &keys[1], 20).unwrap();
        let mut theirs = written;
        theirs.cosign(ledger, &keys[2], 30).unwrap();
        theirs.cosign(ledger, &keys[3], 40).unwrap();
        ours.merge(&theirs, ledger, [second, third]).unwrap();
        let ours = SignedCheckpoint::parse(ours.to_string()).unwrap();
        let cosigners = ours.cosigners(ledger, [second, second, third, fourth]);
        let expected = BTreeMap::from([(second.device_id(), 20), (third.device_id(), 30)]);
        assert_eq!(cosigners, Ok(expected));
    }
}
