//! Checks a pack: that nothing was changed since it left, who made it, and that the log in it
//! holds. Must not believe any file, nor know where the files lie.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{self, BufRead, Read as _};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::chain::{self, Next};
use super::writer::key_files;
use super::{
    BODIES, CHECKPOINT, DECISIONS_CSV, DECISIONS_JSONL, HEADERS, NAMESPACE, OCSF, Row, SIGNATURES,
    SUMS, SUMS_SIGNATURE, TLOG, TOLD_COLUMNS, VERIFICATION, WITHHELD, csv, ocsf,
};
use crate::checkpoint::{SignedCheckpoint, origin};
use crate::entry::Header;
use crate::fault::{Broken, Fault, Part, Reason};
use crate::fork::SignedHeader;
use crate::id::{DeviceId, LedgerId};
use crate::key::PublicKey;
use crate::sshsig;
use crate::tree::{TileId, TreeNodes, leaf_hash};
use crate::verify::Verifier;

/// The longest line that a pack of ours has: a body that is spelled in hex, and a row of it.
const LINE_BYTES_MAX: u64 = 1 << 20;
/// Faults of entries that are listed.
const FAULTS_MAX: usize = 20;
/// Files that are read whole.
const FILE_BYTES_MAX: u64 = 1 << 26;

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
        redacted: 0,
        without_force: 0,
        entry_faults: 0,
    };
    let sums = check.sums()?;
    check.signature(&sums)?;
    check.chain(progress)?;
    check.keys()?;
    check.tree()?;
    check.statement()?;
    Ok(check.found)
}

struct Check<'a, S> {
    source: &'a S,
    found: PackVerified,
    keys: BTreeMap<DeviceId, PublicKey>,
    tree: TreeNodes,
    redacted: u64,
    without_force: u64,
    entry_faults: usize,
}

impl<S: Source> Check<'_, S> {
    fn fault(&mut self, file: &str, line: Option<u64>, what: impl Into<String>) {
        self.found.faults.push(PackFault {
            file: file.to_owned(),
            line,
            what: what.into(),
        });
    }

    /// A file that is small in every pack; empty, with a fault, when it is not there.
    fn whole(&mut self, name: &str) -> io::Result<Vec<u8>> {
        let Some(file) = self.source.open(name)? else {
            self.fault(name, None, "It is missing.");
            return Ok(Vec::new());
        };
        let mut bytes = Vec::new();
        file.take(FILE_BYTES_MAX).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Every file is the one that is listed, and every file is listed.
    fn sums(&mut self) -> io::Result<Vec<u8>> {
        let bytes = self.whole(SUMS)?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let mut listed = BTreeMap::new();
        for (number, line) in (1..).zip(text.lines()) {
            match line.split_once("  ") {
                Some((hash, name)) if hash.len() == 64 => {
                    listed.insert(name.to_owned(), hash.to_owned());
                }
                Some(_) | None => self.fault(SUMS, Some(number), "It is no hash with a name."),
            }
        }
        let names: BTreeSet<String> = self.source.names()?.into_iter().collect();
        for (name, wanted) in &listed {
            let Some(mut file) = self.source.open(name)? else {
                self.fault(name, None, "It is missing.");
                continue;
            };
            let mut hash = Sha256::new();
            loop {
                let chunk = file.fill_buf()?;
                if chunk.is_empty() {
                    break;
                }
                hash.update(chunk);
                let read = chunk.len();
                file.consume(read);
            }
            if hex::encode(hash.finalize()) != *wanted {
                self.fault(name, None, "It was changed since the pack was made.");
            }
        }
        for name in names {
            if ![SUMS, SUMS_SIGNATURE].contains(&name.as_str()) && !listed.contains_key(&name) {
                self.fault(&name, None, "It was put in after the pack was made.");
            }
        }
        Ok(bytes)
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
            let Some(file) = self.source.open(name)? else {
                return Ok(());
            };
            files.push(Lines::of(file));
        }
        let mut told = Told::open(self.source)?;
        let mut verifier = Verifier::new();
        let mut leaf = Vec::new();
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
            let Next { signed, broken, .. } = chain::feed(&mut verifier, header, body, signature);
            if let Some(broken) = broken {
                self.entry_fault(&broken);
            }
            if let Some(signed) = &signed {
                self.found.ledger = self.found.ledger.or(Some(signed.ledger()));
                self.found.head = Some(signed.id().to_string());
            }
            told.entry(self, signed.as_ref(), withheld)?;
            if self.found.entries.is_multiple_of(1_000) {
                progress(self.found.entries);
            }
        }
        told.end(self)?;
        if let Ok(verified) = verifier.finish() {
            self.keys = verified.devices;
        }
        Ok(())
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
        let size = tree.tree().size();
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
        let Some(signer) = self.found.signer else {
            return Ok(());
        };
        let Some(ledger) = self.found.ledger else {
            return Ok(());
        };
        let bytes = self.whole(CHECKPOINT)?;
        let what = match SignedCheckpoint::parse(bytes) {
            Err(fault) => Some(format!("It cannot be read: {fault}.")),
            Ok(signed) => {
                let it = signed.checkpoint();
                let (is_root, is_size) = (it.root == tree.tree().root(), it.size == size);
                match signed.is_written_by(ledger, signer) {
                    _ if !is_size || !is_root || it.origin != origin(ledger) => {
                        Some("It is not the head of these entries.".to_owned())
                    }
                    Ok(true) => None,
                    Ok(false) | Err(_) => {
                        Some("The one who signed the pack did not sign it.".to_owned())
                    }
                }
            }
        };
        if let Some(what) = what {
            self.fault(CHECKPOINT, None, what);
        }
        Ok(())
    }

    /// What the pack says of itself is what is there.
    fn statement(&mut self) -> io::Result<()> {
        let bytes = self.whole(VERIFICATION)?;
        let said: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let ledger = self.found.ledger.map(|it| it.to_string());
        let signer = self.found.signer.map(|it| it.device_id().to_string());
        let facts = [
            ("/population/entries", Value::from(self.found.entries)),
            ("/population/told", self.found.told.into()),
            ("/population/told_redacted", self.redacted.into()),
            ("/population/told_without_force", self.without_force.into()),
            ("/population/bodies_withheld", self.found.withheld.into()),
            ("/ledger", ledger.into()),
            ("/head", self.found.head.clone().into()),
            ("/signed_by", signer.into()),
        ];
        for (pointer, fact) in facts {
            if said.pointer(pointer) != Some(&fact) {
                let what = format!("It says another {pointer} than what is there.");
                self.fault(VERIFICATION, None, what);
            }
        }
        let is_whole = self.entry_faults == 0;
        if is_whole && said["faults"] != 0 {
            self.fault(
                VERIFICATION,
                None,
                "It says that entries do not hold; they do.",
            );
        }
        if let Some(sentence) = said["database"].as_str() {
            let what = format!("When it was made, the database itself did not hold: {sentence}");
            self.fault(VERIFICATION, None, what);
        }
        Ok(())
    }
}

/// The files that tell entries in words, read beside the chain.
struct Told<'a> {
    rows: Lines<'a>,
    csv: Box<dyn BufRead + 'a>,
    ocsf: Box<dyn BufRead + 'a>,
    next: Option<Row>,
    line: u64,
    over: bool,
}

impl<'a> Told<'a> {
    fn open<S: Source>(source: &'a S) -> io::Result<Self> {
        let open = |name| -> io::Result<Box<dyn BufRead + 'a>> {
            let file = source.open(name)?;
            Ok(file.unwrap_or_else(|| Box::new(io::empty())))
        };
        let mut csv = open(DECISIONS_CSV)?;
        let title = csv::line(&TOLD_COLUMNS);
        let over = !is_next(&mut csv, title.as_bytes())?;
        let mut told = Self {
            rows: Lines::of(open(DECISIONS_JSONL)?),
            csv,
            ocsf: open(OCSF)?,
            next: None,
            line: 0,
            over,
        };
        told.step()?;
        Ok(told)
    }

    fn step(&mut self) -> io::Result<()> {
        self.next = None;
        if self.rows.step()? {
            self.line += 1;
            self.next = Row::from_json_line(&self.rows.line);
            // A line that is no row ends what can be told apart.
            self.over |= self.next.is_none();
        }
        Ok(())
    }

    fn entry<S: Source>(
        &mut self,
        check: &mut Check<'_, S>,
        signed: Option<&SignedHeader>,
        withheld: bool,
    ) -> io::Result<()> {
        if self.over {
            return Ok(());
        }
        let position = check.found.entries;
        let Some(row) = self.next.take_if(|row| row.position <= position) else {
            return Ok(());
        };
        let line = self.line;
        check.found.told += 1;
        check.redacted += u64::from(row.redacted);
        check.without_force += u64::from(!row.without_force.is_empty());
        let differs = match signed {
            _ if row.position != position => Some("position"),
            Some(signed) => column_that_differs(&row, signed),
            None => None,
        };
        let brings_key = signed.is_some_and(|it| it.brings_key());
        if let Some(column) = differs {
            let what = format!("Its \"{column}\" is not that of the entry.");
            check.fault(DECISIONS_JSONL, Some(line), what);
        } else if row.redacted != withheld && !brings_key {
            let what = "It does not say rightly whether its text stayed behind.";
            check.fault(DECISIONS_JSONL, Some(line), what);
        }
        if !is_next(&mut self.csv, row.csv_line().as_bytes())? {
            let what = format!("Row {line} is not that of {DECISIONS_JSONL}.");
            check.fault(DECISIONS_CSV, None, what);
            self.over = true;
        }
        if !is_next(&mut self.ocsf, ocsf::line(&row).as_bytes())? {
            let what = format!("It is not the row of {DECISIONS_JSONL}.");
            check.fault(OCSF, Some(line), what);
            self.over = true;
        }
        self.step()
    }

    fn end<S: Source>(mut self, check: &mut Check<'_, S>) -> io::Result<()> {
        if self.over || self.next.is_some() || self.rows.step()? {
            let what = "From here on it does not follow the entries.";
            check.fault(DECISIONS_JSONL, Some(self.line), what);
            return Ok(());
        }
        for (name, mut file) in [(DECISIONS_CSV, self.csv), (OCSF, self.ocsf)] {
            if !file.fill_buf()?.is_empty() {
                check.fault(
                    name,
                    None,
                    format!("It goes on after {DECISIONS_JSONL} ends."),
                );
            }
        }
        Ok(())
    }
}

/// Whether these bytes come next; they are read then.
fn is_next(file: &mut dyn BufRead, mut wanted: &[u8]) -> io::Result<bool> {
    while !wanted.is_empty() {
        let found = file.fill_buf()?;
        let length = found.len().min(wanted.len());
        if length == 0 || found[..length] != wanted[..length] {
            return Ok(false);
        }
        file.consume(length);
        wanted = &wanted[length..];
    }
    Ok(true)
}

fn column_that_differs(row: &Row, signed: &SignedHeader) -> Option<&'static str> {
    let Header {
        at,
        device,
        kind,
        seq,
        ..
    } = signed.header();
    let columns = [
        ("id", row.id == signed.id().to_string()),
        ("at", row.at == at.to_string()),
        ("device", row.device == device.to_string()),
        ("kind", row.kind == *kind),
        ("seq", row.seq == Some(*seq)),
    ];
    let differs = columns.into_iter().find(|(_, agrees)| !agrees);
    differs.map(|(name, _)| name)
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

/// Lines, each ended by a line feed.
struct Lines<'a> {
    file: Box<dyn BufRead + 'a>,
    /// The newest line without its line feed. A last line without one, and what is longer than
    /// any line of a pack, keep something that no line has, so that they are found.
    line: Vec<u8>,
}

impl<'a> Lines<'a> {
    fn of(file: Box<dyn BufRead + 'a>) -> Self {
        Self {
            file,
            line: Vec::new(),
        }
    }

    /// Reads the next line; `false` at the end.
    fn step(&mut self) -> io::Result<bool> {
        self.line.clear();
        let mut file = (&mut self.file).take(LINE_BYTES_MAX);
        file.read_until(b'\n', &mut self.line)?;
        match self.line.last() {
            None => return Ok(false),
            Some(b'\n') => {
                self.line.pop();
            }
            Some(_) => self.line.push(b'\n'),
        }
        Ok(true)
    }
}
