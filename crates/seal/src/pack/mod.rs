//! The evidence pack: a folder that stock tools verify. Hides the names and forms of its files;
//! must not know where the bytes go, nor what an entry means.
//!
//! Line i of `headers.txt`, `bodies.jsonl` and `sigs.txt` is entry i of the ledger, so the chain
//! is whole in every pack; a body that does not leave is the line [`WITHHELD`]. The same entries
//! and the same selection give the same bytes: no clock and no chance is in them.

mod csv;
mod readme;
mod told;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::entry::Entry;
use crate::fault::Broken;
use crate::id::{EntryId, LedgerId};
use crate::key::{DeviceKey, PublicKey};
use crate::sshsig;
use crate::verify::{KIND_DEVICE_ADD, Verifier};

pub use told::{Row, TOLD_COLUMNS};

/// The header lines.
pub const HEADERS: &str = "headers.txt";
/// The body lines.
pub const BODIES: &str = "bodies.jsonl";
/// The signature lines.
pub const SIGNATURES: &str = "sigs.txt";
/// What was told, for spreadsheets.
pub const DECISIONS_CSV: &str = "decisions.csv";
/// What was told, for programs.
pub const DECISIONS_JSONL: &str = "decisions.jsonl";
/// What the app found when it verified the pack's entries.
pub const VERIFICATION: &str = "verification.json";
/// How to verify it without the app.
pub const README: &str = "README.txt";
/// The hash of every other file.
pub const SUMS: &str = "SHA256SUMS";
/// The signature over [`SUMS`].
pub const SUMS_SIGNATURE: &str = "SHA256SUMS.sshsig";
/// The namespace of that signature.
pub const NAMESPACE: &str = "release-cockpit";
/// Stands for a body that does not leave.
pub const WITHHELD: &str = "-";
/// Stands for an entry whose row is gone from the database.
pub const REMOVED: &str = "!removed";
/// Before the hex of bytes that cannot be a line.
const HEX: &str = "!hex:";
/// Faults that are listed one by one.
const FAULTS_MAX: usize = 100;

/// Where the files go.
pub trait Sink {
    /// Why bytes could not be put.
    type Error;

    /// Appends bytes to a file, which is made when it is first named. Names have `/` between
    /// folder and file.
    ///
    /// # Errors
    /// The bytes could not be put; the pack is not usable then.
    fn put(&mut self, file: &str, bytes: &[u8]) -> Result<(), Self::Error>;
}

/// An entry as it lies in the database, with nothing believed.
#[derive(Clone, Copy, Debug)]
pub struct RawLines<'a> {
    /// The header line.
    pub header: &'a [u8],
    /// The body line.
    pub body: &'a [u8],
    /// The signature line.
    pub signature: &'a [u8],
}

/// What the pack is of, beside its entries.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// The workspace's name.
    pub workspace: String,
    /// The whole selection in words: "entries 1 to 15".
    pub selection: String,
    /// The selection as it is sealed.
    pub selected: Map<String, Value>,
    /// What is wrong with the database beside its entries, in a sentence.
    pub database: Option<String>,
}

/// What came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The ledger; `None` when its first entry cannot be read.
    pub ledger: Option<LedgerId>,
    /// Lines of the chain.
    pub entries: u64,
    /// Entries that were told.
    pub told: u64,
    /// Of these, entries without their text.
    pub redacted: u64,
    /// The first thing that does not hold, in a sentence.
    pub first_fault: Option<String>,
    /// The SHA-256 of [`SUMS`], in hex.
    pub sums: String,
    /// The line that allows the signer's key for ssh-keygen; `None` when nobody signed.
    pub allowed_signer: Option<String>,
}

/// Writes a pack, entry by entry.
#[derive(Debug)]
pub struct PackWriter<S> {
    sink: S,
    hashes: BTreeMap<String, Sha256>,
    verifier: Verifier,
    keys: BTreeMap<String, PublicKey>,
    ledger: Option<LedgerId>,
    head: Option<EntryId>,
    first_at: Option<String>,
    last_at: Option<String>,
    faults: Vec<Value>,
    faults_count: u64,
    first_fault: Option<String>,
    entries: u64,
    held: u64,
    withheld: u64,
    told: u64,
    redacted: u64,
    without_force: u64,
}

impl<S: Sink> PackWriter<S> {
    /// An empty pack.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn begin(sink: S) -> Result<Self, S::Error> {
        let mut pack = Self {
            sink,
            hashes: BTreeMap::new(),
            verifier: Verifier::new(),
            keys: BTreeMap::new(),
            ledger: None,
            head: None,
            first_at: None,
            last_at: None,
            faults: Vec::new(),
            faults_count: 0,
            first_fault: None,
            entries: 0,
            held: 0,
            withheld: 0,
            told: 0,
            redacted: 0,
            without_force: 0,
        };
        for file in [HEADERS, BODIES, SIGNATURES, DECISIONS_JSONL] {
            pack.put(file, b"")?;
        }
        pack.put(DECISIONS_CSV, csv::line(&TOLD_COLUMNS).as_bytes())?;
        Ok(pack)
    }

    /// Takes the next entry of the ledger and checks it; gives it when it can be read, and what
    /// does not hold. With `withheld` its body stays here, unless it brings in a key.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn entry(
        &mut self,
        raw: RawLines<'_>,
        withheld: impl FnOnce(Option<&Entry>) -> bool,
    ) -> Result<(Option<Entry>, Option<String>), S::Error> {
        self.entries += 1;
        let read = Entry::from_lines(raw.header, raw.body, raw.signature);
        let (entry, broken) = match read {
            Ok(entry) => {
                let broken = self.verifier.feed(&entry).err();
                if let Ok(Some(key)) = entry.key_brought_in()
                    && broken.is_none()
                {
                    self.keys.insert(key.device_id().to_string(), key);
                }
                (Some(entry), broken)
            }
            Err(_) => (
                None,
                self.verifier
                    .feed_lines(raw.header, raw.body, raw.signature)
                    .err(),
            ),
        };
        if let Some(entry) = &entry {
            self.ledger = self.ledger.or(entry.is_genesis().then(|| entry.ledger()));
            self.head = Some(entry.id());
            let at = entry.header().at.to_string();
            self.first_at = self.first_at.take().min_with(&at);
            self.last_at = self.last_at.take().max_with(&at);
        }
        let brings_key = entry
            .as_ref()
            .is_some_and(|it| it.is_genesis() || it.header().kind == KIND_DEVICE_ADD);
        // Asked of every entry: the caller follows the log by it.
        let withheld = withheld(entry.as_ref());
        let leaves = brings_key || !withheld;
        if !leaves {
            self.withheld += 1;
        }
        let body = if leaves {
            raw.body
        } else {
            WITHHELD.as_bytes()
        };
        self.line(HEADERS, raw.header)?;
        self.line(BODIES, body)?;
        self.line(SIGNATURES, raw.signature)?;
        let fault = broken.map(|broken| self.note(&broken, entry.as_ref()));
        if fault.is_none() {
            self.held += 1;
        }
        Ok((entry, fault))
    }

    /// Says that the database has no row where the next entry should be.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn removed(&mut self) -> Result<String, S::Error> {
        let raw = RawLines {
            header: REMOVED.as_bytes(),
            body: REMOVED.as_bytes(),
            signature: REMOVED.as_bytes(),
        };
        // What stands there cannot be read, so there is always a fault; this names it better.
        let (_, _) = self.entry(raw, |_| false)?;
        let words = format!("Entry {} of the ledger was removed.", self.entries);
        if self.faults_count == 1 {
            self.first_fault = Some(words.clone());
        }
        if let Some(last) = self.faults.last_mut() {
            *last = json!({ "position": self.entries, "code": "removed", "sentence": words });
        }
        Ok(words)
    }

    /// Tells an entry in words.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn tell(&mut self, row: &Row) -> Result<(), S::Error> {
        self.told += 1;
        self.redacted += u64::from(row.redacted);
        self.without_force += u64::from(!row.without_force.is_empty());
        let columns = row.columns();
        let cells: Vec<&str> = columns.iter().map(String::as_str).collect();
        self.put(DECISIONS_CSV, csv::line(&cells).as_bytes())?;
        self.put(DECISIONS_JSONL, row.json_line().as_bytes())
    }

    /// Closes the pack, signed by `signer` when there is one. Gives the sink back.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn finish(
        mut self,
        about: &About,
        signer: Option<&DeviceKey>,
    ) -> Result<(Made, S), S::Error> {
        if let Some(signer) = signer {
            let public = signer.public();
            self.keys.insert(public.device_id().to_string(), public);
        }
        for (device, key) in std::mem::take(&mut self.keys) {
            let ssh = format!("{} {device}\n", sshsig::ssh_key(&key));
            self.put(&format!("keys/{device}.pub"), ssh.as_bytes())?;
            self.put(&format!("keys/{device}.pem"), sshsig::pem(&key).as_bytes())?;
            let vkey = sshsig::vkey(&format!("{NAMESPACE}/{device}"), &key);
            self.put(&format!("keys/{device}.vkey"), (vkey + "\n").as_bytes())?;
        }
        let signed_by = signer.map(|key| key.device_id().to_string());
        let first_fault = self.first_fault.clone().or_else(|| about.database.clone());
        let found = self.found(about, signed_by.as_deref());
        let text = serde_json::to_string_pretty(&found).unwrap_or_else(|_| found.to_string());
        self.put(VERIFICATION, (text + "\n").as_bytes())?;
        let readme = readme::text(&readme::Facts {
            about,
            ledger: self.ledger.map(|it| it.to_string()),
            head: self.head.map(|it| it.to_string()),
            entries: self.entries,
            told: self.told,
            redacted: self.redacted,
            withheld: self.withheld,
            without_force: self.without_force,
            period: self.first_at.clone().zip(self.last_at.clone()),
            first_fault: first_fault.as_deref(),
            faults: self.faults_count,
            signed_by: signed_by.as_deref(),
        });
        self.put(README, readme.as_bytes())?;

        let mut sums = String::new();
        for (file, hash) in std::mem::take(&mut self.hashes) {
            sums += &format!("{}  {file}\n", hex::encode(hash.finalize()));
        }
        self.sink.put(SUMS, sums.as_bytes())?;
        if let Some(signer) = signer {
            let signature = sshsig::sign(signer, NAMESPACE, sums.as_bytes());
            self.sink.put(SUMS_SIGNATURE, signature.as_bytes())?;
        }
        let made = Made {
            ledger: self.ledger,
            entries: self.entries,
            told: self.told,
            redacted: self.redacted,
            first_fault,
            sums: hex::encode(Sha256::digest(sums.as_bytes())),
            allowed_signer: signer.map(|key| sshsig::allowed_signer(&key.public(), NAMESPACE)),
        };
        Ok((made, self.sink))
    }

    fn found(&self, about: &About, signed_by: Option<&str>) -> Value {
        json!({
            "format": 1,
            "workspace": about.workspace,
            "ledger": self.ledger.map(|it| it.to_string()),
            "head": self.head.map(|it| it.to_string()),
            "selection": about.selected,
            "population": {
                "entries": self.entries,
                "first_at": self.first_at,
                "last_at": self.last_at,
                "told": self.told,
                "told_redacted": self.redacted,
                "bodies_withheld": self.withheld,
                "told_without_force": self.without_force,
            },
            "holds": self.faults_count == 0 && about.database.is_none(),
            "entries_that_hold": self.held,
            "faults": self.faults_count,
            "first_faults": self.faults,
            "database": about.database,
            "signed_by": signed_by,
        })
    }

    fn note(&mut self, broken: &Broken, entry: Option<&Entry>) -> String {
        let words = broken.to_string();
        self.faults_count += 1;
        self.first_fault.get_or_insert_with(|| words.clone());
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(json!({
                "position": broken.position,
                "device": broken.device.map(|it| it.to_string()),
                "seq": broken.seq,
                "at": entry.map(|it| it.header().at.to_string()),
                "code": broken.reason.code(),
                "sentence": words,
            }));
        }
        words
    }

    fn line(&mut self, file: &str, bytes: &[u8]) -> Result<(), S::Error> {
        let is_line = !bytes.contains(&b'\n')
            && !bytes.starts_with(HEX.as_bytes())
            && std::str::from_utf8(bytes).is_ok();
        if is_line {
            self.put(file, bytes)?;
        } else {
            self.put(file, format!("{HEX}{}", hex::encode(bytes)).as_bytes())?;
        }
        self.put(file, b"\n")
    }

    fn put(&mut self, file: &str, bytes: &[u8]) -> Result<(), S::Error> {
        match self.hashes.get_mut(file) {
            Some(hash) => hash.update(bytes),
            None => {
                self.hashes
                    .insert(file.to_owned(), Sha256::new_with_prefix(bytes));
            }
        }
        self.sink.put(file, bytes)
    }
}

/// The earlier and the later of two times in the one spelling that entries have.
trait Widest: Sized {
    fn min_with(self, at: &str) -> Self;
    fn max_with(self, at: &str) -> Self;
}

impl Widest for Option<String> {
    fn min_with(self, at: &str) -> Self {
        Some(
            self.filter(|known| known.as_str() <= at)
                .unwrap_or_else(|| at.to_owned()),
        )
    }

    fn max_with(self, at: &str) -> Self {
        Some(
            self.filter(|known| known.as_str() >= at)
                .unwrap_or_else(|| at.to_owned()),
        )
    }
}
