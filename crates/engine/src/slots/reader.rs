//! What reads slots and takes them into the ledger. Must not know where slots lie, but for the
//! folder that a lost ledger is made again from.

use std::path::Path;
use std::sync::Arc;

use cockpit_domain::state::State;
use cockpit_ledger::{Admission, Append, Ledger, SlotKind, SlotRow, StoredEntry};
use cockpit_say::say;
use cockpit_seal::slot::{SLOT_ENTRIES_MAX, Slot, SlotHead, SlotVerifier, StateBefore, Verdict};
use cockpit_seal::{
    DeviceId, DeviceKey, Entry, Fork, Head, LedgerId, SignedHeader, SlotHash, Timestamp,
};

use super::halted;
use crate::api::Problem;
use crate::fold::{self, LogOrder, fold_one};
use crate::record::{admitted, index_of_entry};

/// What reads slots and takes them into the ledger.
pub(crate) struct Reader {
    pub ledger: Arc<Ledger>,
    pub verifier: SlotVerifier,
    /// The state after the admitted entries alone.
    pub admitted: State,
}

/// What a slot did.
pub(crate) struct Taken {
    /// Entries of others came in, so that what is pending comes after them.
    pub foreign: bool,
    /// The slot is void, and by that proves that a device signed two entries with one number.
    pub fork: Option<Box<Fork>>,
}

impl Reader {
    /// Where the log stands that the ledger knows.
    pub fn resume(ledger: Arc<Ledger>, admitted: Option<State>) -> Result<Option<Self>, Problem> {
        let Some(id) = ledger.ledger_id()? else {
            return Ok(None);
        };
        let end = ledger.log_end()?;
        let mut keys = Vec::new();
        for (position, key) in ledger.keys()? {
            if ledger.slot_of(position)?.is_some() {
                keys.push(key);
            }
        }
        let heads = ledger.admitted_heads(id)?;
        let admitted = match admitted {
            Some(state) => state,
            None => fold::fold_whole(&ledger)?.admitted.unwrap_or_default(),
        };
        let head = SlotHead {
            ledger: id,
            next: end.next,
            prev: end.link,
            tree: end.tree,
        };
        Ok(Some(Self {
            ledger,
            verifier: SlotVerifier::resume(head, keys, heads),
            admitted,
        }))
    }

    /// At the start of a ledger that is not here yet.
    pub fn begin(ledger: Arc<Ledger>, id: LedgerId) -> Self {
        Self {
            ledger,
            verifier: SlotVerifier::new(id),
            admitted: State::default(),
        }
    }

    /// Takes in the bytes of the next slot. Blocks. After an error it must be resumed anew.
    pub fn take(&mut self, bytes: &[u8]) -> Result<Taken, Problem> {
        let before = Before {
            state: &self.admitted,
            ledger: &self.ledger,
        };
        let verdict = self.verifier.feed(bytes, &before).map_err(halted)?;
        let tree = self.verifier.head().tree.clone();
        let known = self.ledger.count()?;
        let fork = match &verdict {
            Verdict::Void(void) => void.fork.clone(),
            Verdict::Admitted(_) => None,
        };
        let admission = match verdict {
            Verdict::Admitted(slot) => Admission {
                heads: heads(&slot.entries),
                slot: SlotRow {
                    n: slot.n,
                    hash: slot.hash,
                    link: self.verifier.head().prev,
                    kind: SlotKind::Admitting {
                        writer: slot.by,
                        at: slot.at.to_string(),
                        header: first_line(bytes),
                        checkpoint: slot.checkpoint.to_string(),
                        first_leaf: slot.first_leaf,
                        entries: slot.entries.len() as u64,
                    },
                },
                entries: self.lines(slot.entries),
                tree,
            },
            Verdict::Void(void) => Admission {
                slot: SlotRow {
                    n: void.n,
                    hash: void.hash,
                    link: void.link,
                    kind: SlotKind::Void {
                        why: void.reason.to_string(),
                        bytes: bytes.to_vec(),
                    },
                },
                entries: Vec::new(),
                heads: Vec::new(),
                tree,
            },
        };
        let positions = self.ledger.admit(&admission)?;
        let ledger = Arc::clone(&self.ledger);
        let mut order = LogOrder::of(&ledger);
        for (append, position) in admission.entries.into_iter().zip(&positions) {
            let stored = StoredEntry {
                position: *position,
                entry: append.entry,
            };
            let there = order.of_stored(&stored)?;
            fold_one(&mut self.admitted, &stored, there);
        }
        Ok(Taken {
            foreign: positions.iter().any(|position| *position > known),
            fork,
        })
    }

    /// The lines of the decision log of entries that come in. Who joins in this very slot is not
    /// known by name yet.
    fn lines(&self, entries: Vec<Entry>) -> Vec<Append> {
        let with_line = |entry: Entry| {
            let device = entry.header().device.to_string();
            let person = self.admitted.devices.get(&device);
            Append {
                index: index_of_entry(&entry, person.map_or("", String::as_str)),
                entry,
            }
        };
        entries.into_iter().map(with_line).collect()
    }

    /// The state with what is pending.
    pub fn with_pending(&self) -> Result<State, Problem> {
        let mut state = self.admitted.clone();
        let mut order = LogOrder::of(&self.ledger);
        let mut after = i64::try_from(self.verifier.head().tree.size()).unwrap_or(i64::MAX);
        loop {
            let batch = self.ledger.in_order(after, SLOT_ENTRIES_MAX)?;
            if batch.is_empty() {
                return Ok(state);
            }
            after += i64::try_from(batch.len()).unwrap_or(0);
            for ordered in batch {
                let stored = ordered.entry?;
                let there = order.of_stored(&stored)?;
                fold_one(&mut state, &stored, there);
            }
        }
    }

    /// The next slot with what is pending; none when nothing is, or nothing of it may be written.
    pub fn write(&self, key: &DeviceKey, at: Timestamp) -> Result<Option<Slot>, Problem> {
        let pending = self.ledger.pending(SLOT_ENTRIES_MAX)?;
        let mut entries: Vec<Entry> = pending.into_iter().map(|it| it.entry).collect();
        let before = Before {
            state: &self.admitted,
            ledger: &self.ledger,
        };
        let device = key.device_id();
        // Whoever nobody knows yet writes its request to join alone.
        let is_known = self.verifier.head().tree.size() == 0
            || (self.verifier.key(device).is_some() && before.may_write(device));
        entries.truncate(if is_known { Slot::fitting(&entries) } else { 1 });
        if entries.is_empty() {
            return Ok(None);
        }
        match self.verifier.write(key, at, entries, &before) {
            Ok(slot) => Ok(Some(slot)),
            Err(error) => Err(Problem::new(
                "refused",
                say!("What was recorded here is not in the shared log: {error}"),
            )
            .hint(say!(
                "It stays in the log of this laptop. Ask an administrator of the workspace."
            ))),
        }
    }
}

/// What the ledger says up to the slot before.
pub(crate) struct Before<'a> {
    pub state: &'a State,
    pub ledger: &'a Ledger,
}

impl StateBefore for Before<'_> {
    fn may_write(&self, device: DeviceId) -> bool {
        self.state.may_write(&device.to_string())
    }

    fn may_ask(&self, request: &Entry) -> bool {
        admitted(0, request).is_some_and(|entry| self.state.may_ask(&entry))
    }

    fn admitted(&self, device: DeviceId, seq: u64) -> Option<SignedHeader> {
        let stored = self.ledger.entry_of(device, seq).ok()??;
        let slot = self.ledger.slot_of(stored.position).ok()?;
        slot.map(|_| SignedHeader::from(&stored.entry))
    }

    fn slot_hash(&self, n: u64) -> Option<SlotHash> {
        Some(self.ledger.slot(n).ok()??.link)
    }
}

/// Makes a ledger that is gone again from the slots in its folder. Where there are none, nothing
/// happens. Blocks.
///
/// # Errors
/// The slots are not a log that holds.
pub(crate) fn restore(ledger: &Arc<Ledger>, folder: &Path) -> Result<(), Problem> {
    if ledger.count()? > 0 || ledger.read_only().is_some() {
        return Ok(());
    }
    let mut n = 0;
    let mut reader: Option<Reader> = None;
    // Read without the runtime: it runs before anything else does.
    while let Some(bytes) = read_file(&folder.join(cockpit_seal::slot::slot_path(n)))? {
        let reader = match &mut reader {
            Some(reader) => reader,
            None => match first_ledger(&bytes) {
                Some(id) => reader.insert(Reader::begin(Arc::clone(ledger), id)),
                None => return Ok(()),
            },
        };
        reader.take(&bytes)?;
        n += 1;
    }
    Ok(())
}

fn read_file(path: &Path) -> Result<Option<Vec<u8>>, Problem> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Problem::new(
            "storage",
            say!("The log of slots cannot be read: {error}. Nothing was changed."),
        )
        .hint(say!(
            "Make the workspace folder readable for you, then open it again."
        ))),
    }
}

/// The ledger that a first slot begins.
pub(crate) fn first_ledger(bytes: &[u8]) -> Option<LedgerId> {
    let slot = Slot::parse(bytes).ok()?;
    let first = slot.entries().first()?;
    first.is_genesis().then(|| first.ledger())
}

fn heads(entries: &[Entry]) -> Vec<Head> {
    let mut heads: Vec<Head> = Vec::new();
    for entry in entries {
        heads.retain(|head| head.device != entry.header().device);
        heads.push(entry.head());
    }
    heads
}

fn first_line(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == b'\n');
    String::from_utf8_lossy(&bytes[..end.unwrap_or(bytes.len())]).into_owned()
}
