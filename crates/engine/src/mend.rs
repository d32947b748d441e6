//! Makes a damaged database good again: it is set aside, and a new one is made of what the log of
//! slots has and what still holds of the damaged one. Must not erase anything.

use std::path::Path;
use std::sync::Arc;

use cockpit_domain::{Time, words};
use cockpit_ledger::{ErrorKind, Ledger, Salvage, salvage};
use cockpit_say::say;
use cockpit_seal::slot::slot_path;
use serde_json::Value;

use crate::api::Problem;
use crate::fold;
use crate::record::index_of_entry;
use crate::slots;

/// Setting: what was mended, in words, until every entry was checked again.
pub(crate) const MENDED: &str = "mended";
/// Lines that are named at a time.
const BATCH: usize = 1_000;

/// Opens the workspace's database. One that is too damaged to be opened is mended first, where
/// the log of slots has it too. Blocks.
///
/// # Errors
/// It cannot be opened, and nothing was changed.
pub(crate) fn open(folder: &Path, now: Time) -> Result<Ledger, Problem> {
    let path = folder.join("ledger.db");
    match Ledger::open(&path, now.as_ms()) {
        Err(error) if error.kind() == ErrorKind::Corrupt && has_log(folder) => {
            tracing::warn!("the database is damaged; it is made again from the log");
            mend(folder, now)?;
        }
        opened => return Ok(opened?),
    }
    Ok(Ledger::open(&path, now.as_ms())?)
}

/// Sets the workspace's database aside and makes it again; says what was kept. The caller holds
/// the workspace. Blocks.
///
/// # Errors
/// It cannot be read or written; the database is as it was.
pub(crate) fn mend(folder: &Path, now: Time) -> Result<String, Problem> {
    let path = folder.join("ledger.db");
    let mut log_fault = None;
    let unnamed = |entry: &cockpit_seal::Entry| index_of_entry(entry, "");
    let saved = salvage(&path, now.as_ms(), unnamed, |fresh| {
        match slots::restore(&Arc::new(fresh), folder) {
            // What was read before it holds.
            Err(problem) if problem.kind == "read_only" => log_fault = Some(problem.sentence),
            restored => restored?,
        }
        Ok::<_, Problem>(())
    })?;
    let ledger = Ledger::open(&path, now.as_ms())?;
    name_people(&ledger, saved.entries_from_elsewhere)?;
    let mut sentence = in_words(&saved, now);
    if let Some(fault) = log_fault {
        sentence = say!("{sentence} The log could not be read to its end: {fault}");
    }
    ledger.setting_put(MENDED, &Value::String(sentence.clone()))?;
    Ok(sentence)
}

fn has_log(folder: &Path) -> bool {
    folder.join(slot_path(0)).exists()
}

/// Puts the names of persons into the lines of the log after `from`; what came with the log of
/// slots has them already.
fn name_people(ledger: &Ledger, from: u64) -> Result<(), Problem> {
    let mut after = i64::try_from(from).unwrap_or(i64::MAX);
    if after >= ledger.count()? {
        return Ok(());
    }
    let devices = fold::fold_whole(ledger)?.state.devices;
    loop {
        let batch = ledger.entries_after(after, BATCH)?;
        let Some(last) = batch.last() else {
            return Ok(());
        };
        after = last.position;
        let lines = batch.iter().map(|stored| {
            let device = stored.entry.header().device.to_string();
            let person = devices.get(&device).map_or("", String::as_str);
            (stored.position, index_of_entry(&stored.entry, person))
        });
        ledger.relist(&lines.collect::<Vec<_>>())?;
    }
}

fn in_words(saved: &Salvage, now: Time) -> String {
    let entries = |count: u64| match count {
        1 => say!("1 entry").to_owned(),
        _ => say!("{} entries", words::grouped(count)),
    };
    let own = saved.entries_kept - saved.entries_from_elsewhere - saved.entries_from_backup;
    let sources = [
        (saved.entries_from_elsewhere, say!("from the log")),
        (saved.entries_from_backup, say!("from a backup")),
        (own, say!("from the damaged database, which no slot had")),
    ];
    let kept: Vec<String> = sources
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, source)| format!("{} {source}", entries(count)))
        .collect();
    let kept = match kept.is_empty() {
        true => say!("no entry").to_owned(),
        false => kept.join(", "),
    };
    let left = match saved.entries_left {
        0 => String::new(),
        left => say!(" {} that do not hold are left out.", entries(left)),
    };
    let outbox = match saved.outbox_kept {
        true => "",
        false => {
            say!(" What was under way could not be read: look at every target before you act.")
        }
    };
    let name = saved.broken_path.file_name().unwrap_or_default();
    say!(
        "The database was damaged and was made again at {now}: {kept}.{left}{outbox} The damaged \
         one is kept as {}.",
        name.to_string_lossy()
    )
}
