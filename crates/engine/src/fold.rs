//! The state, made from the ledger: from a snapshot of it where there is one that holds, so that a
//! start reads only what came since. Must not know what an entry does to the state.
//!
//! A snapshot is a projection, and whoever can write the database could put another one there. So
//! the device signs it, and it is believed only under a key that an entry of this ledger brought
//! in. Without one the whole ledger is folded; that costs time and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};

use cockpit_domain::state::State;
use cockpit_ledger::{ErrorKind, Ledger, LedgerError, Snapshot, StoredEntry};
use cockpit_seal::note::{Note, NoteKey, NoteKind};
use cockpit_seal::tree::leaf_hash;
use cockpit_seal::{DeviceId, DeviceKey, EntryId, LedgerId, PublicKey};

use crate::api::Problem;
use crate::people;
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
    /// The state after the last entry that a slot has admitted; none when a snapshot stood for
    /// later ones too.
    pub admitted: Option<State>,
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
    let folded = from_snapshot(ledger)?.unwrap_or_default();
    fold_rest(ledger, folded)
}

/// Folds a ledger from its first entry on. Blocks.
///
/// # Errors
/// The log cannot be read.
pub(crate) fn fold_whole(ledger: &Ledger) -> Result<Folded, Problem> {
    fold_rest(ledger, Folded::default())
}

/// Folds in the order of the log; what no slot has admitted yet comes last.
fn fold_rest(ledger: &Ledger, mut folded: Folded) -> Result<Folded, Problem> {
    let admitted = i64::try_from(ledger.log_end()?.tree.size()).unwrap_or(i64::MAX);
    let mut after = folded.from;
    let state = &mut folded.state;
    loop {
        if after == admitted {
            folded.admitted = Some(state.clone());
        }
        let limit = match usize::try_from(admitted - after) {
            Ok(left) if left > 0 => left.min(BATCH),
            Ok(_) | Err(_) => BATCH,
        };
        let batch = match ledger.in_order(after, limit) {
            Ok(batch) => batch,
            Err(error) if error.kind() == ErrorKind::Corrupt => {
                match fold_singly(ledger, after, state)? {
                    Some(last) => after = last,
                    None => return Ok(folded),
                }
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        if batch.is_empty() {
            return Ok(folded);
        }
        after += i64::try_from(batch.len()).unwrap_or(0);
        for ordered in batch {
            match ordered.entry {
                Ok(stored) => fold_one(state, &stored),
                // Left out with its reason. Acts are refused on such a ledger.
                Err(error) => {
                    let place = u64::try_from(ordered.position).unwrap_or(0);
                    state.rejected.push((place, error.to_string()));
                }
            }
        }
    }
}

/// Reading goes on in a damaged database, row by row. Gives where it stopped; none at the end.
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

pub(crate) fn fold_one(state: &mut State, stored: &StoredEntry) {
    match admitted(stored.position, &stored.entry) {
        Some(entry) if people::holds(state, &entry.event) => state.fold(&entry),
        Some(entry) => state
            .rejected
            .push((entry.position, "its proof does not hold".to_owned())),
        None => state.rejected.push((
            u64::try_from(stored.position).unwrap_or(0),
            "this version cannot read it".to_owned(),
        )),
    }
}

/// Says in the lines of the log which entries are without force, where that is not said yet.
/// `before` are those of which it was said. Blocks.
///
/// # Errors
/// The log cannot be read or written.
pub(crate) fn list_rejected(
    ledger: &Ledger,
    state: &State,
    before: &[(u64, String)],
) -> Result<(), Problem> {
    if state.rejected == before || ledger.read_only().is_some() {
        return Ok(());
    }
    let known: BTreeMap<u64, &str> = before.iter().map(|(at, why)| (*at, why.as_str())).collect();
    let now: BTreeMap<u64, &str> = state
        .rejected
        .iter()
        .map(|(at, why)| (*at, why.as_str()))
        .collect();
    let places: BTreeSet<u64> = known.keys().chain(now.keys()).copied().collect();
    let mut lines = Vec::new();
    for place in places {
        let why = now.get(&place);
        if known.get(&place) == why {
            continue;
        }
        let position = i64::try_from(place).unwrap_or(0);
        let stored = match ledger.entry_at(position) {
            Ok(Some(stored)) => stored,
            // The checks say what is wrong with it.
            Ok(None) => continue,
            Err(error) if error.kind() == ErrorKind::Corrupt => continue,
            Err(error) => return Err(error.into()),
        };
        let person = person_of(state, &stored);
        lines.push((
            position,
            match why {
                Some(why) => record::rejected_line(&stored.entry, person, why),
                None => record::index_of_entry(&stored.entry, person),
            },
        ));
    }
    match lines.is_empty() {
        true => Ok(()),
        false => ledger.relist(&lines).map_err(Problem::from),
    }
}

/// Whose device signed an entry; empty when nobody knows.
fn person_of<'a>(state: &'a State, stored: &StoredEntry) -> &'a str {
    let device = stored.entry.header().device.to_string();
    state.devices.get(&device).map_or("", String::as_str)
}

// ---- the snapshot

fn from_snapshot(ledger: &Ledger) -> Result<Option<Folded>, LedgerError> {
    let Some(snapshot) = ledger.snapshot(VERSION)? else {
        return Ok(None);
    };
    let Some(place) = place(ledger, snapshot.entries)? else {
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
        from: snapshot.entries,
        admitted: None,
        state,
    }))
}

/// What a snapshot is bound to.
struct Place {
    ledger: LedgerId,
    /// How many entries it stands for, in the order of the log.
    entries: i64,
    /// The last of them.
    last: EntryId,
}

impl Place {
    fn text(&self, bytes: &[u8]) -> String {
        format!(
            "release-cockpit/{}/snapshot\n{VERSION}\n{}\n{}\n{}\n",
            self.ledger,
            self.entries,
            self.last,
            leaf_hash(bytes)
        )
    }

    fn signer(&self, device: DeviceId) -> String {
        format!("release-cockpit/{}/snapshot/{device}", self.ledger)
    }
}

fn place(ledger: &Ledger, entries: i64) -> Result<Option<Place>, LedgerError> {
    let last = match ledger.in_order(entries - 1, 1) {
        Ok(mut found) => found.pop().and_then(|last| last.entry.ok()),
        Err(error) if error.kind() == ErrorKind::Corrupt => None,
        Err(error) => return Err(error),
    };
    Ok(last.map(|stored| Place {
        ledger: stored.entry.ledger(),
        entries,
        last: stored.entry.id(),
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
        entries: place.entries,
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
            let entries = ledger.count()?;
            let kept = ledger.snapshot(VERSION)?.map_or(0, |it| it.entries);
            match entries - kept < SNAPSHOT_AFTER {
                true => Ok(None),
                false => place(&ledger, entries),
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
