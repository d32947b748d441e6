//! Exports the log as an evidence pack: checks every entry, writes it beside its place, seals that
//! it was made, then puts it there. Must not know the form of any file.

mod check;
mod folder;
mod list;
mod order;
mod rows;
mod underway;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cockpit_domain::decide::Command;
use cockpit_domain::event::Export;
use cockpit_domain::export::{Redaction, Selection, in_words};
use cockpit_domain::state::State;
use cockpit_domain::{Time, export::Told};
use cockpit_ledger::{Ledger, SlotKind, SlotRow, StoredEntry, Verdict};
use cockpit_say::say;
use cockpit_seal::pack::{About, Made, PackWriter, RawLines, RawSlot};
use cockpit_seal::{BodyHash, DeviceKey};
use serde_json::Value;

use crate::api::{ExportArgs, Exported, Problem, Tag};
use crate::crash;
use crate::fold::fold_one;
use crate::inner::Inner;
use crate::keychain;
use crate::record::{admitted, blocking};
use crate::slots::Cosigned;
use crate::workspace::DEVICE_KEY;
pub use check::{PackCheck, verify_pack};
use folder::Folder;
pub use list::Listed;
use order::{Item, Order};
pub(crate) use underway::Underway;

impl Inner {
    /// Exports what was asked for to `place`; without one to where the shell keeps exports.
    pub(crate) async fn export(
        self: &Arc<Self>,
        args: &ExportArgs,
        place: Option<PathBuf>,
    ) -> Result<Exported, Problem> {
        let ledger = Arc::clone(&self.ledger);
        let last = blocking(move || ledger.count()).await??;
        let selection = self.selection(args, u64::try_from(last).unwrap_or(0))?;
        let place = place.unwrap_or_else(|| self.own_place(selection.through));
        let place_of_one = self.begin_export(2 * selection.through)?;
        let underway = Arc::clone(&place_of_one.underway);
        let checking = self.database_fault(&underway);
        let database = underway.unless_called_off(checking).await?;
        // What was recorded last is in a slot then, so that a head of the log stands for all of it.
        let synced = self.sync().await.err();
        let not_the_log = synced.filter(|problem| problem.kind == "read_only");
        let cosigned = match self.cosigned().await {
            Ok(cosigned) => cosigned,
            Err(problem) => {
                tracing::warn!(kind = %problem.kind, "exported without cosignatures");
                Cosigned::default()
            }
        };
        let database = database
            .or(not_the_log.map(|problem| problem.sentence))
            .or_else(|| cosigned.other.clone());
        let workspace = self.state().workspace.clone();
        let signer = self.signer();

        let ledger = Arc::clone(&self.ledger);
        let asked = selection.clone();
        let about = About {
            workspace,
            selection: in_words(&asked),
            selected: as_map(&asked),
            database,
            ..About::default()
        };
        let (inner, step) = (Arc::clone(self), Arc::clone(&underway));
        let (made, mut folder) = blocking(move || {
            let step = |position| step.step(&inner, asked.through + position);
            write(&ledger, (&asked, &cosigned), &place, about, signer, step)
        })
        .await??;
        let export = Export {
            selection,
            told: made.told,
            redacted: made.redacted,
            sums: made.sums.clone(),
        };
        folder = blocking(move || folder.settle().map(|()| folder))
            .await?
            .map_err(|error| trouble(&error))?;
        let paused = async {
            crash::point("export-written").await;
            Ok(())
        };
        underway.unless_called_off(paused).await?;
        // What leaves is in the log before it can be carried away.
        let not_in_log = self
            .record(Command::NoteExport(export.clone()))
            .await
            .err()
            .map(|problem| problem.sentence);
        let place = blocking(move || folder.stand()).await?.map_err(|error| {
            let mut problem = trouble(&error);
            if not_in_log.is_none() {
                problem.sentence += say!(" The log says that it was made.");
            }
            problem
        })?;
        self.changed(&[Tag::Log]);
        Ok(told(&export, made, &place, not_in_log))
    }

    /// What was asked for, with persons by identifier.
    fn selection(&self, args: &ExportArgs, last: u64) -> Result<Selection, Problem> {
        let through = args.through.unwrap_or(last);
        if through > last || through == 0 {
            return Err(bad(say!("The log has {last} entries.")));
        }
        let time = |text: &Option<String>| {
            let time = text.as_deref().map(str::parse::<Time>).transpose();
            time.map_err(|error| bad(format!("{error}.")))
        };
        Ok(Selection {
            through,
            from: time(&args.from)?,
            until: time(&args.until)?,
            apps: sorted(args.apps.clone()),
            kinds: sorted(args.kinds.clone()),
            persons: self.persons(&args.persons)?,
            redacted: Redaction {
                kinds: sorted(args.redact_kinds.clone()),
                persons: self.persons(&args.redact_persons)?,
                positions: sorted(args.redact_entries.clone()),
            },
        })
    }

    fn persons(&self, asked: &[String]) -> Result<Vec<String>, Problem> {
        let state = self.state();
        let found = asked.iter().map(|name| {
            let mut people = state.people.values();
            people
                .find(|it| it.id == *name || it.name.eq_ignore_ascii_case(name))
                .map(|it| it.id.clone())
                .ok_or_else(|| bad(say!("There is no person '{name}' in this workspace.")))
        });
        Ok(sorted(found.collect::<Result<_, _>>()?))
    }

    /// The first free name in the folder that the shell offers for exports.
    fn own_place(&self, through: u64) -> PathBuf {
        let offered = self.desk.exports();
        let folder = offered.unwrap_or_else(|| self.folder.join("exports"));
        let name = format!("evidence-{}-1-to-{through}", slug(&self.state().workspace));
        let mut place = folder.join(&name);
        let mut nth = 1_u32;
        while place.symlink_metadata().is_ok() && nth < u32::MAX {
            nth += 1;
            place = folder.join(format!("{name}-{nth}"));
        }
        place
    }

    /// Checks the whole database; what does not hold, in a sentence.
    async fn database_fault(
        self: &Arc<Self>,
        underway: &Arc<Underway>,
    ) -> Result<Option<String>, Problem> {
        let (ledger, marks) = (Arc::clone(&self.ledger), self.marks());
        let (inner, underway) = (Arc::clone(self), Arc::clone(underway));
        let checking = move || {
            ledger.verify_all(&marks, |position, _| {
                // Whoever waits for this hears of it being called off at once.
                let _ = underway.step(&inner, u64::try_from(position).unwrap_or(0));
            })
        };
        let verdict = blocking(checking).await??;
        let sentence = self.verified(&verdict, None);
        Ok(match verdict {
            Verdict::Whole(_) => None,
            Verdict::Broken(_) => Some(sentence),
        })
    }

    /// The device's key, when the keychain is open and holds it.
    fn signer(&self) -> Option<DeviceKey> {
        let kept = self.keychain().ok()?.get(DEVICE_KEY).ok()?;
        let seed = kept.as_ref().and_then(keychain::from_text)?;
        Some(DeviceKey::from_seed(&seed))
    }
}

/// Writes the whole pack beside its place. `step` hears how many entries were written, and ends it.
fn write(
    ledger: &Ledger,
    (selection, cosigned): (&Selection, &Cosigned),
    place: &Path,
    mut about: About,
    signer: Option<DeviceKey>,
    step: impl Fn(u64) -> Result<(), Problem>,
) -> Result<(Made, Folder), Problem> {
    let folder = Folder::begin(place).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Problem::new(
            "bad_input",
            say!("{} exists already. Nothing was exported.", place.display()),
        )
        .hint(say!("Choose another name, or move it away.")),
        _ => trouble(&error),
    })?;
    let mut pack = PackWriter::begin(folder).map_err(|error| trouble(&error))?;
    let through = i64::try_from(selection.through).unwrap_or(i64::MAX);
    let mut state = State::default();
    let mut last_slot = 0;
    let mut order = Order::of(ledger, through, about.database.is_none())?;
    while let Some(items) = order.next()? {
        step(order.done().min(selection.through))?;
        for item in items {
            let (row, there) = match item {
                Item::Slot(slot) => {
                    last_slot = slot.n;
                    pack.slot(raw_slot(&slot))
                        .map_err(|error| trouble(&error))?;
                    continue;
                }
                Item::Removed => {
                    pack.removed().map_err(|error| trouble(&error))?;
                    continue;
                }
                Item::Entry(row, there) => (row, there),
            };
            let lines = RawLines {
                header: &row.header,
                body: &row.body,
                signature: &row.signature,
            };
            let mut told = (Told::Left, None);
            let (entry, fault) = pack
                .entry(lines, |entry| {
                    let event = entry.and_then(|it| admitted(row.position, it));
                    if let Some(entry) = entry {
                        let stored = StoredEntry {
                            position: row.position,
                            entry: entry.clone(),
                        };
                        fold_one(&mut state, &stored, there);
                    }
                    // By their position here persons name entries; those behind the last one that
                    // was asked for are there for their slot alone.
                    if there.place <= selection.through {
                        let position = row.position.unsigned_abs();
                        told.0 = selection.tells(&state, event.as_ref(), position);
                    }
                    told.1 = event;
                    told.0 != Told::Whole
                })
                .map_err(|error| trouble(&error))?;
            let (tells, event) = told;
            if tells != Told::Left {
                let row = rows::row(&state, there.place, entry.as_ref(), event.as_ref(), fault);
                let row = if tells == Told::Redacted {
                    row.redact()
                } else {
                    row
                };
                pack.tell(&row).map_err(|error| trouble(&error))?;
            }
        }
    }
    about.cosigned = cosigned.newest_of_each(last_slot);
    about.state = Some(BodyHash::of_body_line(state.canonical().as_bytes()).to_string());
    pack.finish(&about, signer.as_ref())
        .map_err(|error| trouble(&error))
}

fn raw_slot(slot: &SlotRow) -> RawSlot<'_> {
    match &slot.kind {
        SlotKind::Admitting {
            header, checkpoint, ..
        } => RawSlot::Admitting {
            header,
            checkpoint,
            hash: slot.hash,
        },
        SlotKind::Void { why, .. } => RawSlot::Void {
            n: slot.n,
            hash: slot.hash,
            why,
        },
    }
}

fn told(export: &Export, made: Made, place: &Path, not_in_log: Option<String>) -> Exported {
    let holds = made.first_fault.is_none();
    let verified = made.first_fault.unwrap_or_else(|| {
        say!(
            "{} entries checked, every signature and link holds.",
            made.entries
        )
    });
    let redacted = match made.redacted {
        0 => String::new(),
        redacted => say!(" {redacted} of them redacted."),
    };
    let in_log = match &not_in_log {
        None => String::new(),
        Some(why) => say!(" The export is not in the log: {why}"),
    };
    Exported {
        folder: place.display().to_string(),
        entries: made.entries,
        told: made.told,
        redacted: made.redacted,
        holds,
        sentence: say!(
            "Exported {} ({} told).{redacted} {verified}{in_log}",
            in_words(&export.selection),
            made.told
        ),
        verified,
        in_log: not_in_log.is_none(),
        sums: made.sums,
        allowed_signer: made.allowed_signer,
    }
}

fn as_map(selection: &Selection) -> serde_json::Map<String, Value> {
    match serde_json::to_value(selection) {
        Ok(Value::Object(map)) => map,
        Ok(_) | Err(_) => serde_json::Map::new(),
    }
}

/// A name as a part of a folder's name on any system.
fn slug(name: &str) -> String {
    let words = name
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase);
    let slug = words.collect::<Vec<_>>().join("-");
    match slug.is_empty() {
        true => "workspace".to_owned(),
        false => slug,
    }
}

fn sorted<T: Ord>(mut list: Vec<T>) -> Vec<T> {
    list.sort();
    list.dedup();
    list
}

fn bad(what: String) -> Problem {
    Problem::new("bad_input", say!("{what} Nothing was exported."))
}

fn trouble(error: &io::Error) -> Problem {
    Problem::new(
        "storage",
        say!("The export could not be written: {error}. Nothing of it was left behind."),
    )
    .hint(say!(
        "Make room on the disk, or choose a folder that you may write to."
    ))
}
