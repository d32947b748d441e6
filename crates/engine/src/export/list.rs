//! The lines of the decision log as one file, CSV or one JSON object a line: for reading on, not as
//! evidence. Written page by page, beside its place, and sealed as an export before it stands. Must
//! not know the form of a line.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cockpit_domain::Time;
use cockpit_domain::decide::Command;
use cockpit_domain::event::Export;
use cockpit_domain::export::in_words;
use cockpit_ledger::{Ledger, LogFilter, LogRow};
use cockpit_say::say;
use cockpit_seal::list::{ListForm, ListLine, ListWriter};

use super::{bad, trouble};
use crate::api::{ExportArgs, Problem, Tag};
use crate::inner::Inner;
use crate::record::{blocking, random};

/// Lines that are in memory at a time.
const PAGE: usize = 2_000;

/// A list that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Where it lies.
    pub file: PathBuf,
    /// Lines of the log in it.
    pub lines: u64,
    /// The SHA-256 of the file, in hex.
    pub sha256: String,
    /// Whether the export stands in the log itself.
    pub in_log: bool,
    /// All of it in words.
    pub sentence: String,
}

impl Inner {
    /// Lists what was asked for, newest first, in a file at `place`, where nothing may stand yet.
    pub(crate) async fn list(
        self: &Arc<Self>,
        args: &ExportArgs,
        form: ListForm,
        place: PathBuf,
    ) -> Result<Listed, Problem> {
        let ledger = Arc::clone(&self.ledger);
        let last = blocking(move || ledger.count()).await??;
        let selection = self.selection(args, u64::try_from(last).unwrap_or(0))?;
        let one = |values: &[String], what: &str| match values {
            [] => Ok(None),
            [value] => Ok(Some(value.clone())),
            _ => Err(bad(say!("A list is of one {what} or of all."))),
        };
        if selection.redacted != Default::default() {
            return Err(bad(
                say!("Only an evidence pack can be redacted.").to_owned()
            ));
        }
        let filter = LogFilter {
            kinds: selection.kinds.clone(),
            person: one(&selection.persons, say!("person"))?,
            app: one(&selection.apps, say!("app"))?,
            outcome: None,
            from_ms: selection.from.map(Time::as_ms),
            before_ms: selection.until.map(Time::as_ms),
        };
        let names: BTreeMap<String, String> = {
            let state = self.state();
            let people = state.people.values();
            people.map(|it| (it.id.clone(), it.name.clone())).collect()
        };
        let place_of_one = self.begin_export(selection.through)?;
        let (inner, step) = (Arc::clone(self), Arc::clone(&place_of_one.underway));
        let ledger = Arc::clone(&self.ledger);
        let through = i64::try_from(selection.through).unwrap_or(i64::MAX);
        let writing = move || {
            let from_the_end = |position: i64| {
                let done = through.saturating_sub(position);
                step.step(&inner, u64::try_from(done).unwrap_or(0))
            };
            write(
                &ledger,
                through,
                &filter,
                &names,
                form,
                &place,
                from_the_end,
            )
        };
        let (partial, lines, sha256) = blocking(writing).await??;
        let export = Export {
            selection,
            told: lines,
            redacted: 0,
            sums: sha256.clone(),
        };
        // What leaves is in the log before it can be carried away.
        let recorded = self.record(Command::NoteExport(export.clone())).await;
        let not_in_log = recorded.err().map(|problem| problem.sentence);
        let file = blocking(move || partial.stand())
            .await?
            .map_err(|error| trouble(&error))?;
        self.changed(&[Tag::Log]);
        let in_log = match &not_in_log {
            None => String::new(),
            Some(why) => say!(" The export is not in the log: {why}"),
        };
        Ok(Listed {
            sentence: say!(
                "Listed {}: {lines} lines. A list proves nothing by itself; an evidence pack \
                 does.{in_log}",
                in_words(&export.selection)
            ),
            file,
            lines,
            sha256,
            in_log: not_in_log.is_none(),
        })
    }
}

/// Writes the whole list beside its place; gives how many lines it has and its hash.
fn write(
    ledger: &Ledger,
    through: i64,
    filter: &LogFilter,
    names: &BTreeMap<String, String>,
    form: ListForm,
    place: &Path,
    step: impl Fn(i64) -> Result<(), Problem>,
) -> Result<(Partial, u64, String), Problem> {
    let partial = Partial::beside(place).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => bad(say!("{} exists already.", place.display()))
            .hint(say!("Choose another name, or move it away.")),
        _ => trouble(&error),
    })?;
    let file = File::create_new(&partial.path).map_err(|error| trouble(&error))?;
    let out = BufWriter::with_capacity(1 << 16, file);
    let mut list = ListWriter::begin(out, form).map_err(|error| trouble(&error))?;
    let mut lines = 0;
    let mut before = through.saturating_add(1);
    loop {
        step(before)?;
        let page = ledger.log_page(Some(before), filter, PAGE)?;
        let Some(last) = page.last() else { break };
        before = last.position;
        lines += page.len() as u64;
        for row in &page {
            line(&mut list, row, names).map_err(|error| trouble(&error))?;
        }
    }
    let (out, sha256) = list.finish();
    let settled = out
        .into_inner()
        .map_err(io::IntoInnerError::into_error)
        .and_then(|file| file.sync_all());
    settled.map_err(|error| trouble(&error))?;
    Ok((partial, lines, sha256))
}

fn line(
    list: &mut ListWriter<BufWriter<File>>,
    LogRow { position, index }: &LogRow,
    names: &BTreeMap<String, String>,
) -> io::Result<()> {
    let person = index.person.as_deref().unwrap_or_default();
    list.line(&ListLine {
        position: position.unsigned_abs(),
        at: &Time::from_ms(index.at_ms).to_string(),
        kind: &index.kind,
        person: names.get(person).map_or(person, String::as_str),
        app: index.app.as_deref().unwrap_or_default(),
        decision: &index.title,
        target: index.target.as_deref().unwrap_or_default(),
        outcome: index.outcome.as_deref().unwrap_or_default(),
        words: &index.text,
    })
}

/// A file under another name, beside the place where it shall stand. Dropped before
/// [`Partial::stand`], it goes.
struct Partial {
    path: PathBuf,
    place: PathBuf,
}

impl Partial {
    fn beside(place: &Path) -> io::Result<Self> {
        if place.symlink_metadata().is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let name = place.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let nonce = random::<8>().map_err(|problem| io::Error::other(problem.sentence))?;
        let name = format!(".{}.{}.part", name.to_string_lossy(), hex::encode(nonce));
        Ok(Self {
            path: place.with_file_name(name),
            place: place.to_owned(),
        })
    }

    fn stand(self) -> io::Result<PathBuf> {
        if self.place.symlink_metadata().is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        fs::rename(&self.path, &self.place)?;
        Ok(self.place.clone())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // After it stands there is nothing here any more.
        let _ = fs::remove_file(&self.path);
    }
}
