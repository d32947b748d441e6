//! Writes a pack, entry by entry. Must not know where the bytes go.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::chain::{self, Next, Read};
use super::heads::file_of;
use super::report::Report;
use super::slots::Slots;
use super::{
    About, BODIES, CHECK_MJS, CHECK_PY, CHECKPOINT, DECISIONS_CSV, DECISIONS_JSONL, ENTRIES_PY,
    FOLD_PY, Facts, HEADERS, HEX, Made, NAMESPACE, NOTICES_PY, OCSF, README, REMOVED, REPORT_HTML,
    REPORT_PDF, RawLines, RawSlot, Row, SIGNATURES, SLOT_COLUMNS, SLOTS, SUMS, SUMS_SIGNATURE,
    Sink, TLOG, TOLD_COLUMNS, VERIFICATION, WITHHELD, csv, ocsf, readme,
};
use crate::checkpoint::{SignedCheckpoint, writer_key};
use crate::entry::Entry;
use crate::fault::Broken;
use crate::key::{DeviceKey, PublicKey};
use crate::sshsig;
use crate::tree::{TileId, TreeNodes, leaf_hash};
use crate::verify::Verifier;

/// Faults that are listed one by one.
const FAULTS_MAX: usize = 100;

/// Writes a pack, entry by entry.
#[derive(Debug)]
pub struct PackWriter<S> {
    sink: S,
    hashes: BTreeMap<String, Sha256>,
    verifier: Verifier,
    keys: BTreeMap<String, PublicKey>,
    tree: TreeNodes,
    slots: Slots,
    /// A slot does not hold, so that nothing can be said of those after it.
    slots_over: bool,
    faults: Vec<Value>,
    facts: Facts,
    report: Report,
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
            tree: TreeNodes::new(),
            slots: Slots::default(),
            slots_over: false,
            faults: Vec::new(),
            facts: Facts::default(),
            report: Report::default(),
        };
        for file in [HEADERS, BODIES, SIGNATURES, DECISIONS_JSONL, OCSF] {
            pack.put(file, b"")?;
        }
        pack.put(DECISIONS_CSV, csv::line(&TOLD_COLUMNS).as_bytes())?;
        pack.put(SLOTS, csv::line(&SLOT_COLUMNS).as_bytes())?;
        Ok(pack)
    }

    /// Takes the next slot of the log, before the entries that it admits. Gives what of it does
    /// not hold, which is said of the first alone.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn slot(&mut self, raw: RawSlot<'_>) -> Result<Option<String>, S::Error> {
        if self.slots_over {
            return Ok(None);
        }
        let after = self.facts.entries;
        let row = match self.slots.row_of(raw, after) {
            Ok(row) => row,
            Err(what) => return Ok(Some(self.note_slot_fault(what))),
        };
        self.put(SLOTS, row.csv_line().as_bytes())?;
        let fault = self.slots.begin(row, after).err();
        Ok(fault.map(|what| self.note_slot_fault(what)))
    }

    /// Takes the next entry of the ledger and checks it; gives it when it can be read, and what
    /// does not hold. With `withheld`, which is asked of every entry, its body stays here, unless
    /// it brings in a key.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn entry(
        &mut self,
        raw: RawLines<'_>,
        withheld: impl FnOnce(Option<&Entry>) -> bool,
    ) -> Result<(Option<Entry>, Option<String>), S::Error> {
        self.facts.entries += 1;
        let Next { read, broken } = chain::feed(
            &mut self.verifier,
            raw.header,
            Some(raw.body),
            raw.signature,
        );
        let entry = match read {
            Some(Read::Whole(entry)) => Some(entry),
            Some(Read::WithoutBody(_)) | None => None,
        };
        let mut brings_key = false;
        if let Some(entry) = &entry {
            self.note_entry(entry);
            // One that must bring a key in and does not says so by its body.
            brings_key = !matches!(entry.key_brought_in(), Ok(None));
            if let Ok(Some(key)) = entry.key_brought_in()
                && broken.is_none()
            {
                self.keys.insert(key.device_id().to_string(), key);
            }
        }
        let leaves = !withheld(entry.as_ref()) || brings_key;
        self.facts.withheld += u64::from(!leaves);
        let header = as_line(raw.header);
        let signature = as_line(raw.signature);
        let body = match leaves {
            true => as_line(raw.body),
            false => WITHHELD.to_owned(),
        };
        let leaf = format!("{header}\n{signature}");
        self.tree.push(leaf_hash(leaf.as_bytes()));
        self.slots.entry(raw.header, Some(raw.body), raw.signature);
        let (verifier, ledger) = (&self.verifier, self.facts.ledger);
        let closed = self
            .slots
            .end(self.tree.tree(), ledger, |it| verifier.key(it));
        if let Err(what) = closed {
            self.note_slot_fault(what);
        }
        self.put(HEADERS, (header + "\n").as_bytes())?;
        self.put(BODIES, (body + "\n").as_bytes())?;
        self.put(SIGNATURES, (signature + "\n").as_bytes())?;
        let fault = broken.map(|broken| self.note_fault(&broken, entry.as_ref()));
        self.facts.held += u64::from(fault.is_none());
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
        let position = self.facts.entries;
        let words = format!("Entry {position} of the ledger was removed.");
        if self.facts.faults == 1 {
            self.facts.first_fault = Some(words.clone());
        }
        if let Some(last) = self.faults.last_mut()
            && last["position"] == position
        {
            *last = json!({ "position": position, "code": "removed", "sentence": words });
        }
        Ok(words)
    }

    /// Tells an entry in words.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn tell(&mut self, row: &Row<'_>) -> Result<(), S::Error> {
        self.facts.told += 1;
        self.facts.redacted += u64::from(row.redacted);
        self.facts.without_force += u64::from(!row.without_force.is_empty());
        self.report.tell(row);
        let mut lines = [const { Vec::new() }; 3];
        row.put_csv(&mut lines[0]);
        row.put_json(&mut lines[1]);
        ocsf::put(&mut lines[2], row);
        self.put(DECISIONS_CSV, &lines[0])?;
        self.put(DECISIONS_JSONL, &lines[1])?;
        self.put(OCSF, &lines[2])
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
        if let Some(fault) = &about.database {
            self.facts.first_fault.get_or_insert_with(|| fault.clone());
        }
        self.facts.signed_by = signer.map(|key| key.device_id().to_string());
        self.put_tree(&about.cosigned)?;
        self.put_keys(signer)?;
        let found = self.found(about);
        let text = serde_json::to_string_pretty(&found).unwrap_or_else(|_| found.to_string());
        self.put(VERIFICATION, (text + "\n").as_bytes())?;
        let readme = readme::text(about, &self.facts);
        self.put(README, readme.as_bytes())?;
        let report = std::mem::take(&mut self.report).page(about, &self.facts);
        self.put(REPORT_HTML, report.html().as_bytes())?;
        self.put(REPORT_PDF, &report.pdf())?;
        self.put(CHECK_PY, include_bytes!("check.py"))?;
        self.put(CHECK_MJS, include_bytes!("check.mjs"))?;
        self.put(FOLD_PY, include_bytes!("fold.py"))?;
        self.put(ENTRIES_PY, include_bytes!("entries.py"))?;
        self.put(NOTICES_PY, include_bytes!("notices.py"))?;

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
            ledger: self.facts.ledger,
            entries: self.facts.entries,
            told: self.facts.told,
            redacted: self.facts.redacted,
            first_fault: self.facts.first_fault,
            sums: hex::encode(Sha256::digest(sums.as_bytes())),
            allowed_signer: signer.map(|key| sshsig::allowed_signer(&key.public(), NAMESPACE)),
        };
        Ok((made, self.sink))
    }

    /// The tiles of the tree over what the slots admitted, its head, and earlier heads that others
    /// cosigned.
    fn put_tree(&mut self, cosigned: &[(u64, SignedCheckpoint)]) -> Result<(), S::Error> {
        let tree = std::mem::take(&mut self.tree);
        let it = &self.slots;
        (self.facts.slots, self.facts.void) = (it.next, it.void);
        self.facts.admitted = it.admitted;
        for tile in TileId::between(0, it.admitted) {
            let bytes = tile.bytes(&tree).expect("every node is in memory");
            let file = format!("{TLOG}/{tile}");
            self.put(&file, &bytes)?;
            self.sink.close(&file)?;
        }
        let Some((last, head)) = self.slots.last.take() else {
            return Ok(());
        };
        self.facts.root = head.note().text().lines().nth(2).map(ToOwned::to_owned);
        let mut heads = BTreeMap::from([(CHECKPOINT.to_owned(), head)]);
        for (n, head) in cosigned.iter().filter(|(n, _)| *n <= last) {
            let file = match *n == last {
                true => CHECKPOINT.to_owned(),
                false => file_of(*n),
            };
            heads.insert(file, head.clone());
        }
        let mut cosigners = BTreeSet::new();
        for (file, head) in heads {
            let names = head.note().signatures().iter().map(|it| &it.name);
            cosigners.extend(names.filter_map(|it| it.splitn(3, '/').nth(2).map(str::to_owned)));
            self.put(&file, head.note().to_string().as_bytes())?;
            self.sink.close(&file)?;
        }
        self.facts.cosigners = cosigners.into_iter().collect();
        Ok(())
    }

    /// Gives the sink back with what was put so far: no pack, only its first files.
    pub fn into_sink(self) -> S {
        self.sink
    }

    fn put_keys(&mut self, signer: Option<&DeviceKey>) -> Result<(), S::Error> {
        if let Some(signer) = signer {
            let public = signer.public();
            self.keys.insert(public.device_id().to_string(), public);
        }
        for (device, key) in std::mem::take(&mut self.keys) {
            for (file, text) in key_files(&device, &key, self.facts.ledger) {
                self.put(&file, text.as_bytes())?;
                self.sink.close(&file)?;
            }
        }
        Ok(())
    }

    fn found(&self, about: &About) -> Value {
        let it = &self.facts;
        json!({
            "format": 1,
            "workspace": about.workspace,
            "ledger": it.ledger.map(|it| it.to_string()),
            "head": it.head,
            "root": it.root,
            "state": about.state,
            "cosigned_by": it.cosigners,
            "selection": about.selected,
            "population": {
                "entries": it.entries,
                "admitted": it.admitted,
                "slots": it.slots,
                "slots_void": it.void,
                "first_at": it.period.as_ref().map(|(first, _)| first),
                "last_at": it.period.as_ref().map(|(_, last)| last),
                "told": it.told,
                "told_redacted": it.redacted,
                "bodies_withheld": it.withheld,
                "told_without_force": it.without_force,
            },
            "holds": it.faults == 0 && about.database.is_none(),
            "entries_that_hold": it.held,
            "faults": it.faults,
            "first_faults": self.faults,
            "database": about.database,
            "signed_by": it.signed_by,
        })
    }

    fn note_entry(&mut self, entry: &Entry) {
        let it = &mut self.facts;
        it.ledger = it.ledger.or(entry.is_genesis().then(|| entry.ledger()));
        it.head = Some(entry.id().to_string());
        // The one spelling of times sorts as they do.
        let at = entry.header().at.to_string();
        it.period = Some(match it.period.take() {
            None => (at.clone(), at),
            Some((first, last)) => (first.min(at.clone()), last.max(at)),
        });
    }

    fn note_slot_fault(&mut self, words: String) -> String {
        self.slots_over = true;
        self.facts.faults += 1;
        self.facts.first_fault.get_or_insert_with(|| words.clone());
        self.faults
            .push(json!({ "code": "slot", "sentence": words }));
        words
    }

    fn note_fault(&mut self, broken: &Broken, entry: Option<&Entry>) -> String {
        let words = broken.to_string();
        self.facts.faults += 1;
        self.facts.first_fault.get_or_insert_with(|| words.clone());
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

    fn put(&mut self, file: &str, bytes: &[u8]) -> Result<(), S::Error> {
        match self.hashes.get_mut(file) {
            Some(hash) => hash.update(bytes),
            None => {
                let hash = Sha256::new_with_prefix(bytes);
                self.hashes.insert(file.to_owned(), hash);
            }
        }
        self.sink.put(file, bytes)
    }
}

/// The files of a device's key, in each tool's spelling.
pub(super) fn key_files(
    device: &str,
    key: &PublicKey,
    ledger: Option<crate::id::LedgerId>,
) -> Vec<(String, String)> {
    let mut files = vec![
        (format!("keys/{device}.pem"), sshsig::pem(key)),
        (
            format!("keys/{device}.pub"),
            format!("{} {device}\n", sshsig::ssh_key(key)),
        ),
    ];
    if let Some(ledger) = ledger {
        let vkey = format!("{}\n", writer_key(ledger, *key));
        files.push((format!("keys/{device}.vkey"), vkey));
    }
    files
}

/// Bytes as a line of a file; what cannot be a line is spelled in hex.
fn as_line(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains(['\n', '\r']) && !text.starts_with(HEX) && text != WITHHELD => {
            text.to_owned()
        }
        Ok(_) | Err(_) => format!("{HEX}{}", hex::encode(bytes)),
    }
}
