//! The state, made from the ledger: from a snapshot of it where there is one that holds, so that a
//! start reads only what came since. Must not know what an entry does to the state.
//!
//! A snapshot is a projection, and whoever can write the database could put another one there. So
//! the device signs it, and it is believed only under a key that an entry of this ledger brought
//! in. Without one the whole ledger is folded; that costs time and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};

use cockpit_domain::Time;
use cockpit_domain::state::{Admitted, Bracket, State};
use cockpit_ledger::{
    ErrorKind, Ledger, LedgerError, Placed, SlotKind, SlotRow, Snapshot, StoredEntry,
};
use cockpit_say::say;
use cockpit_seal::note::{Note, NoteKey, NoteKind};
use cockpit_seal::tree::leaf_hash;
use cockpit_seal::{DeviceId, DeviceKey, EntryId, LedgerId, PublicKey, Seen};

use crate::api::Problem;
use crate::people;
use crate::record::{self, Recorder, admitted, blocking};

/// The rules that fold here.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "-", env!("COCKPIT_FOLD"));
/// Entries that are read at a time.
const BATCH: usize = 5_000;
/// A new snapshot is worth its writing after so many entries.
const SNAPSHOT_AFTER: i64 = 1_000;

/// What a snapshot is good for: the rules that fold here, and the language of the reasons in it.
fn version() -> String {
    format!("{VERSION}-{}", cockpit_say::tag())
}

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
    let mut order = LogOrder::of(ledger);
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
                match fold_singly(&mut order, after, state)? {
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
                Ok(stored) => fold_one(state, &stored, order.of_stored(&stored)?),
                // Left out with its reason. Acts are refused on such a ledger.
                Err(error) => {
                    let place = order.place(ordered.position)?;
                    state.rejected.push((place, error.to_string()));
                }
            }
        }
    }
}

/// Reading goes on in a damaged database, row by row. Gives where it stopped; none at the end.
fn fold_singly(
    order: &mut LogOrder<'_>,
    after: i64,
    state: &mut State,
) -> Result<Option<i64>, Problem> {
    let ledger = order.ledger;
    let step = i64::try_from(BATCH).unwrap_or(i64::MAX);
    let last = after.saturating_add(step);
    let mut found = false;
    for position in after + 1..=last {
        match ledger.entry_at(position) {
            Ok(Some(stored)) => fold_one(state, &stored, order.of_stored(&stored)?),
            Ok(None) => continue,
            Err(error) if error.kind() == ErrorKind::Corrupt => {
                let place = order.place(position)?;
                state.rejected.push((place, error.to_string()));
            }
            Err(error) => return Err(error.into()),
        }
        found = true;
    }
    // What was put in far behind all others is not looked for.
    Ok((found && last < ledger.count()?).then_some(last))
}

pub(crate) fn fold_one(state: &mut State, stored: &StoredEntry, there: There) {
    match admitted(stored.position, &stored.entry) {
        Some(entry) if people::holds(state, &entry.event) => state.fold(&Admitted {
            position: there.place,
            bracket: there.bracket,
            ..entry
        }),
        Some(_) => state
            .rejected
            .push((there.place, say!("its proof does not hold").to_owned())),
        None => state
            .rejected
            .push((there.place, say!("this version cannot read it").to_owned())),
    }
}

/// Where an entry stands in the log, and between which moments that shows it was made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct There {
    /// From 1; the same for every reader of the log.
    pub place: u64,
    pub bracket: Bracket,
}

/// Says of entries where they stand in the log. Remembers the newest slots, because neighbours
/// mostly ask for the same ones.
pub(crate) struct LogOrder<'a> {
    ledger: &'a Ledger,
    /// Nothing was admitted yet, so places are positions.
    no_slots: bool,
    run: Option<(i64, Placed, Option<Time>)>,
    seen: Option<(Seen, Option<Time>)>,
}

impl<'a> LogOrder<'a> {
    pub fn of(ledger: &'a Ledger) -> Self {
        Self {
            ledger,
            no_slots: false,
            run: None,
            seen: None,
        }
    }

    pub fn of_stored(&mut self, stored: &StoredEntry) -> Result<There, Problem> {
        let (place, before) = self.find(stored.position)?;
        let after = match before {
            Some(_) => self.seen_at(stored.entry.header().seen)?,
            // Its bracket is not there before a slot has admitted it.
            None => None,
        };
        let bracket = Bracket { after, before };
        Ok(There { place, bracket })
    }

    fn place(&mut self, position: i64) -> Result<u64, Problem> {
        self.find(position).map(|(place, _)| place)
    }

    fn find(&mut self, position: i64) -> Result<(u64, Option<Time>), Problem> {
        if self.run.is_none() {
            self.no_slots = self.ledger.log_end()?.tree.size() == 0;
        }
        if self.no_slots {
            self.run = Some((
                position,
                Placed {
                    place: 0,
                    slot: None,
                    last: position,
                },
                None,
            ));
            return Ok((u64::try_from(position).unwrap_or(0), None));
        }
        if let Some((first, placed, at)) = &self.run
            && (*first..=placed.last).contains(&position)
        {
            return Ok((placed.place + position.abs_diff(*first), *at));
        }
        let placed = self.ledger.placed(position)?;
        let at = match placed.slot {
            Some(n) => self.ledger.slot(n)?.as_ref().and_then(slot_time),
            None => None,
        };
        self.run = Some((position, placed, at));
        Ok((placed.place, at))
    }

    /// When the slot was written that an author says to have seen; none when another one stands
    /// there.
    pub fn seen_at(&mut self, seen: Seen) -> Result<Option<Time>, Problem> {
        if seen == Seen::default() {
            return Ok(None);
        }
        if let Some((known, at)) = &self.seen
            && *known == seen
        {
            return Ok(*at);
        }
        let slot = self.ledger.slot(seen.slot)?;
        let at = slot
            .filter(|slot| slot.link == seen.hash)
            .as_ref()
            .and_then(slot_time);
        self.seen = Some((seen, at));
        Ok(at)
    }
}

/// When a slot was written, as its writer says.
pub(crate) fn slot_time(slot: &SlotRow) -> Option<Time> {
    match &slot.kind {
        SlotKind::Admitting { at, .. } => at.parse().ok(),
        SlotKind::Void { .. } => None,
    }
}

/// Says in the lines of the log which entries are without force, where that is not said yet.
/// `before` are those of which it was said, and `moved` the positions of those of them whose place
/// in the log was not certain yet. Blocks.
///
/// # Errors
/// The log cannot be read or written.
pub(crate) fn list_rejected(
    ledger: &Ledger,
    state: &State,
    before: &[(u64, String)],
    moved: &[i64],
) -> Result<(), Problem> {
    if (state.rejected == before && moved.is_empty()) || ledger.read_only().is_some() {
        return Ok(());
    }
    let moved: BTreeSet<u64> = moved
        .iter()
        .map(|position| Ok(ledger.placed(*position)?.place))
        .collect::<Result<_, LedgerError>>()?;
    let known: BTreeMap<u64, &str> = before.iter().map(|(at, why)| (*at, why.as_str())).collect();
    let now: BTreeMap<u64, &str> = state
        .rejected
        .iter()
        .map(|(at, why)| (*at, why.as_str()))
        .collect();
    let places: BTreeSet<u64> = known
        .keys()
        .chain(now.keys())
        .chain(&moved)
        .copied()
        .collect();
    let mut lines = Vec::new();
    for place in places {
        let why = now.get(&place);
        if known.get(&place) == why && !moved.contains(&place) {
            continue;
        }
        let Some(position) = ledger.position_at(place)? else {
            continue;
        };
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

/// Where rejected entries stand in the database whose places come after the first `admitted`.
///
/// # Errors
/// The log cannot be read.
pub(crate) fn not_placed_yet(
    ledger: &Ledger,
    state: &State,
    admitted: u64,
) -> Result<Vec<i64>, Problem> {
    let waiting = state.rejected.iter().filter(|(place, _)| *place > admitted);
    let positions = waiting.filter_map(|(place, _)| ledger.position_at(*place).transpose());
    Ok(positions.collect::<Result<_, LedgerError>>()?)
}

/// Whose device signed an entry; empty when nobody knows.
fn person_of<'a>(state: &'a State, stored: &StoredEntry) -> &'a str {
    let device = stored.entry.header().device.to_string();
    state.devices.get(&device).map_or("", String::as_str)
}

// ---- the snapshot

fn from_snapshot(ledger: &Ledger) -> Result<Option<Folded>, LedgerError> {
    let Some(snapshot) = ledger.snapshot(&version())? else {
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
    /// How many of them a slot had admitted: the others were judged without their brackets.
    admitted: u64,
    /// The last of them.
    last: EntryId,
}

impl Place {
    fn text(&self, bytes: &[u8]) -> String {
        format!(
            "release-cockpit/{}/snapshot\n{}\n{} {}\n{}\n{}\n",
            self.ledger,
            version(),
            self.entries,
            self.admitted,
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
    let admitted = ledger.log_end()?.tree.size();
    Ok(last.map(|stored| Place {
        ledger: stored.entry.ledger(),
        entries,
        admitted: admitted.min(entries.unsigned_abs()),
        last: stored.entry.id(),
    }))
}

/// How many entries the kept snapshot stands for; 0 when it speaks of another log than this.
fn kept_entries(ledger: &Ledger) -> Result<i64, LedgerError> {
    let Some(snapshot) = ledger.snapshot(&version())? else {
        return Ok(0);
    };
    let place = place(ledger, snapshot.entries)?;
    let note = Note::parse(&snapshot.proof).ok();
    let stands = place
        .zip(note)
        .is_some_and(|(place, note)| note.text() == place.text(&snapshot.bytes));
    Ok(if stands { snapshot.entries } else { 0 })
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
        version: version(),
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
            let kept = kept_entries(&ledger)?;
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
