//! The state, made from the ledger: from a snapshot of it where there is one that holds, so that a
//! start reads only what came since. Must not know what an entry does to the state.
//!
//! A snapshot is a projection, and whoever can write the database could put another one there. So
//! the device signs it, and it is believed only under a key that an entry of this ledger brought
//! in. Without one the whole ledger is folded; that costs time and nothing else.

use std::sync::{Arc, PoisonError};

use cockpit_domain::state::State;
use cockpit_ledger::{ErrorKind, Ledger, LedgerError, Snapshot, StoredEntry};
use cockpit_seal::note::{Note, NoteKey, NoteKind};
use cockpit_seal::tree::leaf_hash;
use cockpit_seal::{DeviceId, DeviceKey, EntryId, LedgerId, PublicKey};

use crate::api::Problem;
use crate::record::{self, Recorder, admitted, blocking};

/// The rules that fold here.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "-", env!("COCKPIT_FOLD"));
/// Entries that are read at a time.
const BATCH: usize = 5_000;
/// A new snapshot is worth its writing after so many entries.
const SNAPSHOT_AFTER: i64 = 1_000;

/// What a ledger says.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Folded {
    /// The state after the last entry.
    pub state: State,
    /// The entries that the snapshot stood for; 0 without one.
    pub from: i64,
    /// How many of the rejected entries were in the snapshot.
    pub rejected_before: usize,
}

/// Folds a ledger, from its snapshot on where there is one that holds. Blocks.
///
/// # Errors
/// The log cannot be read.
pub(crate) fn fold(ledger: &Ledger) -> Result<Folded, Problem> {
    let mut folded = from_snapshot(ledger)?.unwrap_or_default();
    fold_rest(ledger, folded.from, &mut folded.state)?;
    Ok(folded)
}

/// Folds a ledger from its first entry on. Blocks.
///
/// # Errors
/// The log cannot be read.
pub(crate) fn fold_whole(ledger: &Ledger) -> Result<State, Problem> {
    let mut state = State::default();
    fold_rest(ledger, 0, &mut state)?;
    Ok(state)
}

fn fold_rest(ledger: &Ledger, from: i64, state: &mut State) -> Result<(), Problem> {
    let mut after = from;
    loop {
        let batch = match ledger.entries_after(after, BATCH) {
            Ok(batch) => batch,
            Err(error) if error.kind() == ErrorKind::Corrupt => {
                match fold_singly(ledger, after, state)? {
                    Some(last) => after = last,
                    None => return Ok(()),
                }
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        let Some(last) = batch.last() else {
            return Ok(());
        };
        after = last.position;
        for stored in &batch {
            fold_one(state, stored);
        }
    }
}

/// Reading goes on in a damaged log: what does not hold is left out with its reason. Nothing is
/// done on such a state, because acts are refused then. Gives where it stopped; none at the end.
fn fold_singly(ledger: &Ledger, after: i64, state: &mut State) -> Result<Option<i64>, Problem> {
    let step = i64::try_from(BATCH).unwrap_or(i64::MAX);
    let last = after.saturating_add(step);
    let mut found = false;
    for position in after + 1..=last {
        match ledger.entry_at(position) {
            Ok(Some(stored)) => fold_one(state, &stored),
            Ok(None) => continue,
            Err(error) if error.kind() == ErrorKind::Corrupt => {
                let place = u64::try_from(position).unwrap_or(0);
                state.rejected.push((place, error.to_string()));
            }
            Err(error) => return Err(error.into()),
        }
        found = true;
    }
    // What was put in far behind all others is not looked for.
    Ok((found && last < ledger.count()?).then_some(last))
}

fn fold_one(state: &mut State, stored: &StoredEntry) {
    match admitted(stored.position, &stored.entry) {
        Some(entry) => state.fold(&entry),
        None => state.rejected.push((
            u64::try_from(stored.position).unwrap_or(0),
            "this version cannot read it".to_owned(),
        )),
    }
}

/// Says of the entries without force, from the given one on, in their lines of the log that they
/// have none. Blocks.
///
/// # Errors
/// The log cannot be read or written.
pub(crate) fn list_rejected(ledger: &Ledger, state: &State, from: usize) -> Result<(), Problem> {
    let mut lines = Vec::new();
    for (place, why) in state.rejected.iter().skip(from) {
        let position = i64::try_from(*place).unwrap_or(0);
        let stored = match ledger.entry_at(position) {
            Ok(Some(stored)) => stored,
            // The checks say what is wrong with it.
            Ok(None) => continue,
            Err(error) if error.kind() == ErrorKind::Corrupt => continue,
            Err(error) => return Err(error.into()),
        };
        let device = stored.entry.header().device.to_string();
        let person = state.devices.get(&device).map_or("", String::as_str);
        lines.push((position, record::rejected_line(&stored.entry, person, why)));
    }
    if lines.is_empty() || ledger.read_only().is_some() {
        return Ok(());
    }
    ledger.relist(&lines).map_err(Problem::from)
}

// ---- the snapshot

fn from_snapshot(ledger: &Ledger) -> Result<Option<Folded>, LedgerError> {
    let Some(snapshot) = ledger.snapshot(VERSION)? else {
        return Ok(None);
    };
    let Some(place) = place(ledger, snapshot.position)? else {
        return Ok(None);
    };
    if !is_signed(ledger, &place, &snapshot)? {
        return Ok(None);
    }
    let Ok(state) = serde_json::from_slice::<State>(&snapshot.bytes) else {
        return Ok(None);
    };
    Ok(Some(Folded {
        rejected_before: state.rejected.len(),
        from: snapshot.position,
        state,
    }))
}

/// What a snapshot is bound to.
struct Place {
    ledger: LedgerId,
    position: i64,
    entry: EntryId,
}

impl Place {
    fn text(&self, bytes: &[u8]) -> String {
        format!(
            "release-cockpit/{}/snapshot\n{VERSION}\n{}\n{}\n{}\n",
            self.ledger,
            self.position,
            self.entry,
            leaf_hash(bytes)
        )
    }

    fn signer(&self, device: DeviceId) -> String {
        format!("release-cockpit/{}/snapshot/{device}", self.ledger)
    }
}

fn place(ledger: &Ledger, position: i64) -> Result<Option<Place>, LedgerError> {
    let entry = match ledger.entry_at(position) {
        Ok(entry) => entry,
        Err(error) if error.kind() == ErrorKind::Corrupt => None,
        Err(error) => return Err(error),
    };
    Ok(entry.map(|stored| Place {
        ledger: stored.entry.ledger(),
        position,
        entry: stored.entry.id(),
    }))
}

fn is_signed(ledger: &Ledger, place: &Place, snapshot: &Snapshot) -> Result<bool, LedgerError> {
    let Ok(note) = Note::parse(&snapshot.proof) else {
        return Ok(false);
    };
    if note.text() != place.text(&snapshot.bytes) {
        return Ok(false);
    }
    let device = note.signatures().iter().find_map(|line| {
        let (_, device) = line.name.rsplit_once('/')?;
        device.parse::<DeviceId>().ok()
    });
    let Some(device) = device else {
        return Ok(false);
    };
    let key: Option<PublicKey> = match ledger.key_of(device) {
        Ok(key) => key,
        Err(error) if error.kind() == ErrorKind::Corrupt => None,
        Err(error) => return Err(error),
    };
    let key = key.and_then(|key| NoteKey::new(place.signer(device), NoteKind::Text, key).ok());
    Ok(key.is_some_and(|key| matches!(note.verify(&key), Ok(Some(_)))))
}

fn snapshot_of(place: &Place, key: &DeviceKey, state: &State) -> Option<Snapshot> {
    let bytes = serde_json::to_vec(state).ok()?;
    let mut note = Note::new(place.text(&bytes)).ok()?;
    note.sign(key, &place.signer(key.device_id())).ok()?;
    Some(Snapshot {
        position: place.position,
        version: VERSION.to_owned(),
        proof: note.to_string(),
        bytes,
    })
}

impl Recorder {
    /// Keeps a snapshot of the state when enough came since the last one.
    ///
    /// # Errors
    /// The log cannot be read or written.
    pub(crate) async fn keep_snapshot(&self) -> Result<(), Problem> {
        // Nothing is recorded meanwhile, so state and ledger speak of the same entries.
        let writer = self.writer.lock().await;
        let Some(writer) = writer.as_ref() else {
            return Ok(());
        };
        let ledger = Arc::clone(&self.ledger);
        let found = blocking(move || {
            let position = ledger.count()?;
            let kept = ledger.snapshot(VERSION)?.map_or(0, |it| it.position);
            match position - kept < SNAPSHOT_AFTER {
                true => Ok(None),
                false => place(&ledger, position),
            }
        });
        let Some(place) = found.await?? else {
            return Ok(());
        };
        let snapshot = {
            let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
            snapshot_of(&place, &writer.key, &state)
        };
        let Some(snapshot) = snapshot else {
            return Ok(());
        };
        let ledger = Arc::clone(&self.ledger);
        blocking(move || ledger.snapshot_put(&snapshot)).await??;
        Ok(())
    }
}
