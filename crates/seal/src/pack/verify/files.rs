//! The files of a pack against the list of their hashes. Each is read once: what is hashed is what
//! is checked. Must not know what a file says.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read as _};

use super::super::hashed::Hashed;
use super::super::{SUMS, SUMS_SIGNATURE};
use super::{Check, Source};

/// Files that are read whole.
const FILE_BYTES_MAX: u64 = 1 << 26;

impl<'a, S: Source> Check<'a, S> {
    /// Opens a file; `None` when it is not there.
    pub(super) fn open<'n>(&self, name: &'n str) -> io::Result<Option<Hashed<'n>>>
    where
        'a: 'n,
    {
        let file = self.source.open(name)?;
        Ok(file.map(|file| Hashed::of(name, file)))
    }

    /// Takes a file back of which enough was read.
    pub(super) fn close(&mut self, file: Hashed<'_>) -> io::Result<()> {
        let name = file.name().to_owned();
        self.hashes.insert(name, file.finish()?);
        Ok(())
    }

    /// A file that is small in every pack; empty, with a fault, when it is not there.
    pub(super) fn whole(&mut self, name: &str) -> io::Result<Vec<u8>> {
        let Some(mut file) = self.open(name)? else {
            self.fault(name, None, "It is missing.");
            return Ok(Vec::new());
        };
        let mut bytes = Vec::new();
        (&mut file).take(FILE_BYTES_MAX).read_to_end(&mut bytes)?;
        self.close(file)?;
        Ok(bytes)
    }

    /// Every file is the one that is listed, and every file is listed. Asked last, for files that
    /// were read by then are not read again; said first, for it explains the rest.
    pub(super) fn files(&mut self, sums: &[u8]) -> io::Result<()> {
        let found = std::mem::take(&mut self.found.faults);
        let text = String::from_utf8_lossy(sums);
        let mut listed = BTreeMap::new();
        for (number, line) in (1..).zip(text.lines()) {
            match line.split_once("  ") {
                Some((hash, name)) if hash.len() == 64 => {
                    listed.insert(name, hash);
                }
                Some(_) | None => self.fault(SUMS, Some(number), "It is no hash with a name."),
            }
        }
        let names: BTreeSet<String> = self.source.names()?.into_iter().collect();
        for (name, wanted) in &listed {
            let Some(file) = self.open(name)? else {
                self.fault(name, None, "It is missing.");
                continue;
            };
            let hash = match self.hashes.remove(*name) {
                Some(hash) => hash,
                None => file.finish()?,
            };
            if hash != *wanted {
                self.fault(name, None, "It was changed since the pack was made.");
            }
        }
        for name in names {
            if ![SUMS, SUMS_SIGNATURE].contains(&&*name) && !listed.contains_key(&*name) {
                self.fault(&name, None, "It was put in after the pack was made.");
            }
        }
        self.found.faults.extend(found);
        Ok(())
    }
}
