//! The slots of the log as a pack tells them, one a row: which entries each admitted, and what its
//! writer signed. The bodies are not signed over again, so all of it can be checked in a pack from
//! which bodies were taken. Must not know where a slot lies, nor who may write one.

use sha2::{Digest as _, Sha256};

use super::csv;
use crate::checkpoint::{Checkpoint, SignedCheckpoint, origin, writer_key};
use crate::id::{DeviceId, LedgerId, SlotHash, TreeHash};
use crate::key::{PublicKey, Signature};
use crate::note::NoteSignature;
use crate::slot::{SLOT_ENTRIES_MAX, SlotHeader, header_mark, void_link};
use crate::time::Timestamp;
use crate::tree::Tree;

/// The columns of `slots.csv`. Hashes and signatures are in hex, so that no cell begins like a
/// formula.
pub const SLOT_COLUMNS: [&str; 10] = [
    "slot",
    "first",
    "entries",
    "writer",
    "at",
    "hash",
    "link",
    "root",
    "signature",
    "void",
];

/// A slot as a ledger keeps it, with nothing believed.
#[derive(Clone, Copy, Debug)]
pub enum RawSlot<'a> {
    /// It admits the entries that come next.
    Admitting {
        /// Its first line.
        header: &'a str,
        /// What stands below its entries.
        checkpoint: &'a str,
        /// The hash of its bytes.
        hash: SlotHash,
    },
    /// It admits nothing.
    Void {
        /// Its number.
        n: u64,
        /// The hash of its bytes.
        hash: SlotHash,
        /// Why, in words.
        why: &'a str,
    },
}

/// A row of `slots.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SlotRow {
    n: u64,
    hash: SlotHash,
    link: SlotHash,
    does: Does,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Does {
    Admit {
        /// The line of its first entry.
        first: u64,
        entries: u64,
        writer: DeviceId,
        at: Timestamp,
        root: TreeHash,
        signature: Signature,
    },
    Nothing {
        why: String,
    },
}

impl SlotRow {
    /// Reads what [`SlotRow::csv_line`] wrote, without its line feed; `None` for anything else.
    pub fn parse(line: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(line).ok()?;
        let cells = text.strip_prefix('"')?.strip_suffix("\"\r")?;
        let cells: Vec<&str> = cells.splitn(SLOT_COLUMNS.len(), "\",\"").collect();
        let [
            n,
            first,
            entries,
            writer,
            at,
            hash,
            link,
            root,
            signature,
            why,
        ] = <[&str; 10]>::try_from(cells).ok()?;
        let row = Self {
            n: n.parse().ok()?,
            hash: hash.parse().ok()?,
            link: link.parse().ok()?,
            does: match why.is_empty() {
                true => {
                    let mut bytes = [0; 64];
                    hex::decode_to_slice(signature, &mut bytes).ok()?;
                    Does::Admit {
                        first: first.parse().ok()?,
                        entries: entries.parse().ok()?,
                        writer: writer.parse().ok()?,
                        at: at.parse().ok()?,
                        root: root.parse().ok()?,
                        signature: Signature::from_bytes(bytes),
                    }
                }
                false => Does::Nothing {
                    why: why.replace("\"\"", "\""),
                },
            },
        };
        // One spelling, so that nothing hides beside what is read.
        (row.csv_line().strip_suffix('\n') == Some(text)).then_some(row)
    }

    pub fn csv_line(&self) -> String {
        let [n, hash, link] = [
            self.n.to_string(),
            self.hash.to_string(),
            self.link.to_string(),
        ];
        match &self.does {
            Does::Admit {
                first,
                entries,
                writer,
                at,
                root,
                signature,
            } => csv::line(&[
                &n,
                &first.to_string(),
                &entries.to_string(),
                &writer.to_string(),
                &at.to_string(),
                &hash,
                &link,
                &root.to_string(),
                &hex::encode(signature.as_bytes()),
                "",
            ]),
            Does::Nothing { why } => csv::line(&[&n, "", "", "", "", &hash, &link, "", "", why]),
        }
    }
}

/// Reads the rows of a log beside its entries, and says what of them does not hold.
#[derive(Debug, Default)]
pub(super) struct Slots {
    /// The number of the next one.
    pub next: u64,
    /// How many of them were void.
    pub void: u64,
    /// Entries that were admitted.
    pub admitted: u64,
    /// The last one that admitted any, with the head after it.
    pub last: Option<(u64, SignedCheckpoint)>,
    link: Option<SlotHash>,
    open: Option<Open>,
}

/// A slot of which entries are still to come.
#[derive(Debug)]
struct Open {
    row: SlotRow,
    header: String,
    /// Of its bytes so far; none once a body of it stayed behind.
    bytes: Option<Sha256>,
}

impl Slots {
    /// The row of the slot that comes next, after as many entries.
    ///
    /// # Errors
    /// It cannot be read, in a sentence.
    pub fn row_of(&self, raw: RawSlot<'_>, after: u64) -> Result<SlotRow, String> {
        let unread =
            |what: String| format!("Slot {} of the log cannot be read: {what}.", self.next);
        match raw {
            RawSlot::Void { n, hash, why } => Ok(SlotRow {
                n,
                hash,
                link: void_link(self.before(), hash),
                does: Does::Nothing {
                    why: why.replace(char::is_control, " "),
                },
            }),
            RawSlot::Admitting {
                header,
                checkpoint,
                hash,
            } => {
                let header = SlotHeader::parse(header).map_err(|it| unread(it.to_string()))?;
                let signed = SignedCheckpoint::parse(checkpoint);
                let signed = signed.map_err(|it| unread(it.to_string()))?;
                let signature = match signed.note().signatures() {
                    [one] => one.bytes.as_slice().try_into().ok(),
                    _ => None,
                };
                let no_signature = || unread("its checkpoint has not one signature".to_owned());
                Ok(SlotRow {
                    n: header.n,
                    hash,
                    link: hash,
                    does: Does::Admit {
                        first: after + 1,
                        entries: header.count,
                        writer: header.by,
                        at: header.at,
                        root: signed.checkpoint().root,
                        signature: Signature::from_bytes(signature.ok_or_else(no_signature)?),
                    },
                })
            }
        }
    }

    /// Whether the entries of a slot are still to come.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Takes the next row, after as many entries.
    ///
    /// # Errors
    /// What of it does not hold. Nothing is known of the rows behind it then.
    pub fn begin(&mut self, row: SlotRow, after: u64) -> Result<(), String> {
        let n = row.n;
        if self.open.is_some() || n != self.next {
            return Err(format!(
                "Slot {n} does not follow the one before it: slot {} comes next.",
                self.next
            ));
        }
        let link = match &row.does {
            Does::Admit { .. } => row.hash,
            Does::Nothing { .. } => void_link(self.before(), row.hash),
        };
        if row.link != link {
            return Err(format!(
                "The link of slot {n} is not that of the log up to it."
            ));
        }
        match &row.does {
            Does::Nothing { .. } => {
                self.void += 1;
                self.link = Some(link);
            }
            Does::Admit { first, entries, .. }
                if *first != after + 1 || !(1..=SLOT_ENTRIES_MAX as u64).contains(entries) =>
            {
                return Err(format!(
                    "Slot {n} does not admit the entries that come next."
                ));
            }
            Does::Admit {
                entries,
                writer,
                at,
                ..
            } => {
                let header = SlotHeader {
                    at: *at,
                    by: *writer,
                    count: *entries,
                    n,
                    prev: self.before(),
                };
                let header = header.line();
                let mut bytes = Sha256::new_with_prefix(header.as_bytes());
                bytes.update(b"\n");
                self.open = Some(Open {
                    row,
                    header,
                    bytes: Some(bytes),
                });
            }
        }
        self.next += 1;
        Ok(())
    }

    /// Takes the lines of the next entry; none for a body that stayed behind.
    pub fn entry(&mut self, header: &[u8], body: Option<&[u8]>, signature: &[u8]) {
        let Some(open) = &mut self.open else {
            return;
        };
        match (&mut open.bytes, body) {
            (Some(bytes), Some(body)) => {
                for part in [header, b"\n", body, b"\n", signature, b"\n"] {
                    bytes.update(part);
                }
            }
            (_, _) => open.bytes = None,
        }
    }

    /// Closes the slot when its last entry was taken: `tree` is over all entries so far.
    ///
    /// # Errors
    /// What of it does not hold.
    pub fn end(
        &mut self,
        tree: &Tree,
        ledger: Option<LedgerId>,
        key: impl FnOnce(DeviceId) -> Option<PublicKey>,
    ) -> Result<(), String> {
        let is_last = |open: &mut Open| match &open.row.does {
            Does::Admit { first, entries, .. } => first - 1 + entries == tree.size(),
            Does::Nothing { .. } => false,
        };
        let Some(open) = self.open.take_if(is_last) else {
            return Ok(());
        };
        let (n, hash) = (open.row.n, open.row.hash);
        self.link = Some(hash);
        let Does::Admit {
            writer,
            root,
            signature,
            ..
        } = open.row.does
        else {
            return Ok(());
        };
        if root != tree.root() {
            return Err(format!("The root of slot {n} is not that of its entries."));
        }
        let key = key(writer)
            .zip(ledger)
            .ok_or_else(|| format!("Slot {n} was written by a device that nobody knows."))?;
        let head = head_of((n, &open.header), tree, key, signature)
            .filter(|head| head.is_written_by(key.1, key.0) == Ok(true))
            .ok_or_else(|| format!("Slot {n} is not signed by its device {writer}."))?;
        if let Some(bytes) = open.bytes {
            let bytes = bytes.chain_update(head.to_string()).finalize();
            if SlotHash::from_bytes(bytes.into()) != hash {
                return Err(format!("The hash of slot {n} is not that of its bytes."));
            }
        }
        self.admitted = tree.size();
        self.last = Some((n, head));
        Ok(())
    }

    fn before(&self) -> SlotHash {
        self.link.unwrap_or(SlotHash::ZERO)
    }
}

/// The head after a slot as its writer signed it; nobody has checked that yet.
fn head_of(
    (n, header): (u64, &str),
    tree: &Tree,
    (key, ledger): (PublicKey, LedgerId),
    signature: Signature,
) -> Option<SignedCheckpoint> {
    let checkpoint = Checkpoint {
        origin: origin(ledger),
        size: tree.size(),
        root: tree.root(),
        extensions: vec![header_mark(n, header)],
    };
    let signature = NoteSignature {
        name: checkpoint.origin.clone(),
        key_id: writer_key(ledger, key).id(),
        bytes: signature.as_bytes().to_vec(),
    };
    SignedCheckpoint::parse(format!("{checkpoint}\n{signature}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_one_spelling() {
        let void = SlotRow {
            n: 3,
            hash: SlotHash::from_bytes([0xab; 32]),
            link: SlotHash::from_bytes([2; 32]),
            does: Does::Nothing {
                why: "Its checkpoint is for the log \"x\".".to_owned(),
            },
        };
        let admits = SlotRow {
            does: Does::Admit {
                first: 9,
                entries: 2,
                writer: DeviceId::from_bytes([7; 8]),
                at: Timestamp::from_ms(1_795_458_605_123).unwrap(),
                root: TreeHash::from_bytes([3; 32]),
                signature: Signature::from_bytes([0xfb; 64]),
            },
            ..void.clone()
        };
        for row in [void, admits] {
            let line = row.csv_line();
            let read = line.strip_suffix('\n').unwrap();
            assert_eq!(SlotRow::parse(read.as_bytes()), Some(row));
            for bad in [
                &line,
                &line[1..],
                &read.replacen('3', "03", 1),
                &read.to_uppercase(),
                &format!("{}x", read.trim_end()),
            ] {
                assert_eq!(SlotRow::parse(bad.as_bytes()), None, "{bad:?}");
            }
        }
    }
}
