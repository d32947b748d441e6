//! Checks a pack: that nothing was changed since it left, who made it, and that the log in it
//! holds. Must not believe any file, nor know where the files lie.

mod files;
mod told;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{self, BufRead};

use serde_json::Value;

use super::chain::{self, Next};
use super::hashed::Hashed;
use super::heads::Heads;
use super::lines::{Lines, is_next};
use super::slots::{SlotRow, Slots};
use super::writer::key_files;
use super::{
    BODIES, CHECKPOINT, HEADERS, NAMESPACE, SIGNATURES, SLOT_COLUMNS, SLOTS, SUMS, SUMS_SIGNATURE,
    TLOG, VERIFICATION, WITHHELD, csv,
};
use crate::fault::{Broken, Fault, Part, Reason};
use crate::id::{DeviceId, LedgerId};
use crate::key::PublicKey;
use crate::sshsig;
use crate::tree::{TileId, TreeNodes, leaf_hash};
use crate::verify::Verifier;
use told::Told;

/// Faults of entries that are listed.
const FAULTS_MAX: usize = 20;

/// Where the files of a pack are read.
pub trait Source {
    /// The names of all files, with `/` between folder and file.
    ///
    /// # Errors
    /// The pack cannot be read.
    fn names(&self) -> io::Result<Vec<String>>;

    /// Opens a file; `None` when there is none of this name.
    ///
    /// # Errors
    /// The pack cannot be read.
    fn open(&self, name: &str) -> io::Result<Option<Box<dyn BufRead + '_>>>;
}

/// Something that does not hold, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackFault {
    /// The file.
    pub file: String,
    /// The line in it, from 1, where one can be named.
    pub line: Option<u64>,
    /// What is wrong, in words.
    pub what: String,
}

impl fmt::Display for PackFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}, line {line}: {}", self.file, self.what),
            None => write!(f, "{}: {}", self.file, self.what),
        }
    }
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackVerified {
    /// The ledger.
    pub ledger: Option<LedgerId>,
    /// The last entry's id, in hex.
    pub head: Option<String>,
    /// Entries of the chain.
    pub entries: u64,
    /// Entries of these that slots of the log admitted; those after them are in no slot yet.
    pub admitted: u64,
    /// Slots that are told, void ones too.
    pub slots: u64,
    /// Devices that cosigned a head of the log: the newest slot that each had seen, and when, in
    /// seconds since 1970.
    pub cosigners: BTreeMap<DeviceId, (u64, u64)>,
    /// Entries that are told in words.
    pub told: u64,
    /// Bodies that stayed behind.
    pub withheld: u64,
    /// Who signed the pack.
    pub signer: Option<PublicKey>,
    /// What does not hold; none when everything does.
    pub faults: Vec<PackFault>,
}

/// Checks everything. `progress` hears now and then how many entries were checked.
///
/// # Errors
/// The pack cannot be read. A pack that does not hold is no error.
pub fn verify(source: &impl Source, progress: &mut dyn FnMut(u64)) -> io::Result<PackVerified> {
    let mut check = Check {
        source,
        found: PackVerified::default(),
        keys: BTreeMap::new(),
        tree: TreeNodes::new(),
        slots: Slots::default(),
        heads: Heads::of(source.names()?),
        slots_hold: true,
        redacted: 0,
        without_force: 0,
        entry_faults: 0,
        hashes: BTreeMap::new(),
    };
    let sums = check.whole(SUMS)?;
    check.signature(&sums)?;
    check.chain(progress)?;
    check.keys()?;
    check.tree()?;
    check.heads()?;
    check.statement()?;
    check.files(&sums)?;
    Ok(check.found)
}

struct Check<'a, S> {
    source: &'a S,
    found: PackVerified,
    keys: BTreeMap<DeviceId, PublicKey>,
    tree: TreeNodes,
    slots: Slots,
    heads: Heads,
    slots_hold: bool,
    redacted: u64,
    without_force: u64,
    entry_faults: usize,
    /// Of the files that were read, by name, in hex.
    hashes: BTreeMap<String, String>,
}

impl<'a, S: Source> Check<'a, S> {
    fn fault(&mut self, file: &str, line: Option<u64>, what: impl Into<String>) {
        self.found.faults.push(PackFault {
            file: file.to_owned(),
            line,
            what: what.into(),
        });
    }

    fn signature(&mut self, sums: &[u8]) -> io::Result<()> {
        if self.source.open(SUMS_SIGNATURE)?.is_none() {
            self.fault(SUMS_SIGNATURE, None, "Nobody signed this pack.");
            return Ok(());
        }
        let bytes = self.whole(SUMS_SIGNATURE)?;
        let text = String::from_utf8_lossy(&bytes);
        self.found.signer = sshsig::signer(&text, NAMESPACE, sums);
        if self.found.signer.is_none() {
            self.fault(SUMS_SIGNATURE, None, "It is no signature over SHA256SUMS.");
        }
        Ok(())
    }

    /// Every entry, and beside it what was told of it.
    fn chain(&mut self, progress: &mut dyn FnMut(u64)) -> io::Result<()> {
        let mut files = Vec::new();
        for name in [HEADERS, BODIES, SIGNATURES] {
            let Some(file) = self.open(name)? else {
                return Ok(());
            };
            files.push(Lines::of(file));
        }
        let mut told = Told::open(self)?;
        let mut rows = self.slot_rows()?;
        let mut verifier = Verifier::new();
        let mut leaf = Vec::new();
        let mut head = None;
        loop {
            let mut ends = [false; 3];
            for (end, file) in ends.iter_mut().zip(&mut files) {
                *end = !file.step()?;
            }
            if ends.contains(&true) {
                if let Some(short) = ends.iter().position(|end| *end)
                    && ends.contains(&false)
                {
                    let name = [HEADERS, BODIES, SIGNATURES][short];
                    let line = self.found.entries + 1;
                    self.fault(name, Some(line), "It ends here, and the others do not.");
                }
                break;
            }
            self.begin_slot(&mut rows)?;
            let [header, body, signature] = [0, 1, 2].map(|file| &files[file].line[..]);
            self.found.entries += 1;
            leaf.clear();
            leaf.extend_from_slice(header);
            leaf.push(b'\n');
            leaf.extend_from_slice(signature);
            self.tree.push(leaf_hash(&leaf));
            let withheld = body == WITHHELD.as_bytes();
            self.found.withheld += u64::from(withheld);
            let body = (!withheld).then_some(body);
            let Next { read, broken } = chain::feed(&mut verifier, header, body, signature);
            self.slots.entry(header, body, signature);
            if let Some(broken) = broken {
                self.entry_fault(&broken);
            }
            if let Some(read) = &read {
                self.found.ledger = self.found.ledger.or(Some(read.ledger()));
                head = Some(read.id());
            }
            self.end_slot(&verifier);
            told.entry(self, read.as_ref(), withheld)?;
            if self.found.entries.is_multiple_of(1_000) {
                progress(self.found.entries);
            }
        }
        self.found.head = head.map(|it| it.to_string());
        told.end(self)?;
        self.end_slots(&mut rows)?;
        for lines in files.into_iter().chain([rows]) {
            self.close(lines.file)?;
        }
        if let Ok(verified) = verifier.finish() {
            self.keys = verified.devices;
        }
        Ok(())
    }

    fn slot_rows(&mut self) -> io::Result<Lines<'a>> {
        let Some(mut file) = self.open(SLOTS)? else {
            self.slots_hold = false;
            self.fault(SLOTS, None, "It is missing.");
            return Ok(Lines::of(Hashed::nothing()));
        };
        if !is_next(&mut file, csv::line(&SLOT_COLUMNS).as_bytes())? {
            self.slot_fault(
                Some(1),
                "Its first row does not name the columns.".to_owned(),
            );
        }
        Ok(Lines::of(file))
    }

    /// Takes the rows of the slots up to the one that admits the next entry.
    fn begin_slot(&mut self, rows: &mut Lines<'_>) -> io::Result<()> {
        let after = self.found.entries;
        while self.slots_hold && !self.slots.is_open() {
            if !rows.step()? {
                break;
            }
            self.take_slot(&rows.line, after);
        }
        Ok(())
    }

    fn take_slot(&mut self, line: &[u8], after: u64) {
        let taken = match SlotRow::parse(line) {
            Some(row) => self.slots.begin(row, after),
            None => Err("This row cannot be read.".to_owned()),
        };
        if let Err(what) = taken {
            // The first row names the columns.
            self.slot_fault(Some(self.slots.next + 2), what);
        }
    }

    fn end_slot(&mut self, verifier: &Verifier) {
        if !self.slots_hold || !self.slots.is_open() {
            return;
        }
        let ledger = self.found.ledger;
        let closed = self
            .slots
            .end(self.tree.tree(), ledger, |it| verifier.key(it));
        if let Err(what) = closed {
            self.slot_fault(Some(self.slots.next + 1), what);
        } else if !self.slots.is_open()
            && let Some((n, head)) = &self.slots.last
        {
            self.heads.note(*n, head);
        }
    }

    fn end_slots(&mut self, rows: &mut Lines<'_>) -> io::Result<()> {
        let after = self.found.entries;
        if self.slots_hold && self.slots.is_open() {
            let what = "It admits more entries than there are here.";
            self.slot_fault(Some(self.slots.next + 1), what.to_owned());
        }
        while self.slots_hold && rows.step()? {
            self.take_slot(&rows.line, after);
            if self.slots.is_open() {
                let what = "It admits entries that are not here.".to_owned();
                self.slot_fault(Some(self.slots.next + 1), what);
            }
        }
        self.found.admitted = self.slots.admitted;
        self.found.slots = self.slots.next;
        // What is signed was published first; only what was recorded since may be in no slot yet.
        if self.slots_hold && self.found.signer.is_some() && self.found.admitted == 0 {
            self.slot_fault(None, "No slot of the log admits these entries.".to_owned());
        }
        Ok(())
    }

    fn slot_fault(&mut self, line: Option<u64>, what: String) {
        self.slots_hold = false;
        self.fault(SLOTS, line, what);
    }

    fn entry_fault(&mut self, broken: &Broken) {
        self.entry_faults += 1;
        if self.entry_faults <= FAULTS_MAX {
            let position = self.found.entries;
            self.fault(file_of(&broken.reason), Some(position), broken.to_string());
        }
    }

    fn keys(&mut self) -> io::Result<()> {
        let mut wanted = BTreeMap::new();
        for (device, key) in self.keys.clone() {
            wanted.extend(key_files(&device.to_string(), &key, self.found.ledger));
        }
        for (name, text) in &wanted {
            if self.whole(name)? != text.as_bytes() {
                self.fault(name, None, "It is not the key that the log brought in.");
            }
        }
        for name in self.source.names()? {
            if name.starts_with("keys/") && !wanted.contains_key(&name) {
                self.fault(&name, None, "The log brought in no such key.");
            }
        }
        if let Some(signer) = self.found.signer
            && self.keys.get(&signer.device_id()) != Some(&signer)
        {
            let what = "It was made with a key that is not of this ledger.";
            self.fault(SUMS_SIGNATURE, None, what);
        }
        Ok(())
    }

    fn tree(&mut self) -> io::Result<()> {
        let tree = std::mem::take(&mut self.tree);
        // Where a slot does not hold, the tree up to the end of the log is not known.
        if !self.slots_hold {
            return Ok(());
        }
        let size = self.found.admitted;
        let mut wanted = BTreeSet::new();
        for tile in TileId::between(0, size) {
            let name = format!("{TLOG}/{tile}");
            let bytes = tile.bytes(&tree).unwrap_or_default();
            if self.whole(&name)? != bytes {
                self.fault(&name, None, "It is not the tile of these entries.");
            }
            wanted.insert(name);
        }
        for name in self.source.names()? {
            if name.starts_with(TLOG) && !wanted.contains(&name) {
                self.fault(&name, None, "The tree over these entries has no such tile.");
            }
        }
        Ok(())
    }

    /// The head after the last slot, and earlier ones that others cosigned.
    fn heads(&mut self) -> io::Result<()> {
        let (Some(ledger), true) = (self.found.ledger, self.slots_hold) else {
            return Ok(());
        };
        let mut wanted = self.heads.take();
        if let Some((n, head)) = self.slots.last.take() {
            wanted.insert(CHECKPOINT.to_owned(), Some((n, head)));
        } else if self.source.open(CHECKPOINT)?.is_some() {
            wanted.insert(CHECKPOINT.to_owned(), None);
        }
        for (name, head) in wanted {
            let bytes = self.whole(&name)?;
            let checked = match head {
                Some((n, head)) => head
                    .cosigned_in(&bytes, ledger, self.keys.values())
                    .map(|by| (n, by)),
                None => Err("There is no slot here of which it is the head.".to_owned()),
            };
            match checked {
                Ok((n, by)) => {
                    for (device, seconds) in by {
                        let newest = self.found.cosigners.entry(device).or_insert((n, seconds));
                        *newest = (*newest).max((n, seconds));
                    }
                }
                Err(what) => self.fault(&name, None, what),
            }
        }
        Ok(())
    }

    /// What the pack says of itself is what is there.
    fn statement(&mut self) -> io::Result<()> {
        let bytes = self.whole(VERIFICATION)?;
        let said: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let ledger = self.found.ledger.map(|it| it.to_string());
        let signer = self.found.signer.map(|it| it.device_id().to_string());
        let cosigners: Vec<String> = self
            .found
            .cosigners
            .keys()
            .map(ToString::to_string)
            .collect();
        let facts = [
            ("/population/entries", Value::from(self.found.entries)),
            ("/population/admitted", self.found.admitted.into()),
            ("/population/slots", self.found.slots.into()),
            ("/population/slots_void", self.slots.void.into()),
            ("/population/told", self.found.told.into()),
            ("/population/told_redacted", self.redacted.into()),
            ("/population/told_without_force", self.without_force.into()),
            ("/population/bodies_withheld", self.found.withheld.into()),
            ("/ledger", ledger.into()),
            ("/head", self.found.head.clone().into()),
            ("/signed_by", signer.into()),
            ("/cosigned_by", cosigners.into()),
        ];
        for (pointer, fact) in facts {
            if said.pointer(pointer) != Some(&fact) {
                let what = format!("It says another {pointer} than what is there.");
                self.fault(VERIFICATION, None, what);
            }
        }
        let is_whole = self.entry_faults == 0 && self.slots_hold;
        if is_whole && said["faults"] != 0 {
            self.fault(
                VERIFICATION,
                None,
                "It says that entries or slots do not hold; they do.",
            );
        }
        if let Some(sentence) = said["database"].as_str() {
            let what = format!("When it was made, the database itself did not hold: {sentence}");
            self.fault(VERIFICATION, None, what);
        }
        Ok(())
    }
}

/// The file in which the fault of an entry lies most likely.
fn file_of(reason: &Reason) -> &'static str {
    match reason {
        Reason::Malformed(
            Fault::BodyHash
            | Fault::NotUtf8(Part::Body)
            | Fault::TooLarge(Part::Body)
            | Fault::Json(Part::Body, _),
        )
        | Reason::BadKey(_) => BODIES,
        Reason::BadSignature
        | Reason::Malformed(Fault::SignatureEncoding | Fault::NotUtf8(Part::Signature)) => {
            SIGNATURES
        }
        _ => HEADERS,
    }
}
