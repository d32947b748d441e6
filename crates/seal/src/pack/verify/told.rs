//! The files that tell entries in words, compared with the entries and with each other. Must not
//! know how an entry is checked.

use std::io::{self, BufRead};

use super::super::chain::Read;
use super::super::hashed::Hashed;
use super::super::lines::{Lines, is_next};
use super::super::{DECISIONS_CSV, DECISIONS_JSONL, OCSF, Row, TOLD_COLUMNS, csv, ocsf};
use super::{Check, Source};
use crate::entry::Header;

/// The files that tell entries in words, read beside the chain.
pub(super) struct Told<'a> {
    rows: Lines<'a>,
    csv: Hashed<'a>,
    ocsf: Hashed<'a>,
    /// Whether a line was read and not yet told.
    waits: bool,
    /// The entry that the newest row is about which was looked at: no earlier one has to look at it.
    about: u64,
    line: u64,
    over: bool,
    /// Room for a line that is written again, to be compared.
    again: Vec<u8>,
}

impl<'a> Told<'a> {
    pub fn open<S: Source>(check: &Check<'a, S>) -> io::Result<Self> {
        let open =
            |name| -> io::Result<_> { Ok(check.open(name)?.unwrap_or_else(Hashed::nothing)) };
        let mut csv = open(DECISIONS_CSV)?;
        let title = csv::line(&TOLD_COLUMNS);
        let over = !is_next(&mut csv, title.as_bytes())?;
        let mut told = Self {
            rows: Lines::of(open(DECISIONS_JSONL)?),
            csv,
            ocsf: open(OCSF)?,
            waits: false,
            about: 0,
            line: 0,
            over,
            again: Vec::new(),
        };
        told.step()?;
        Ok(told)
    }

    fn step(&mut self) -> io::Result<()> {
        self.waits = self.rows.step()?;
        self.line += u64::from(self.waits);
        Ok(())
    }

    pub fn entry<S: Source>(
        &mut self,
        check: &mut Check<'_, S>,
        read: Option<&Read>,
        withheld: bool,
    ) -> io::Result<()> {
        let position = check.found.entries;
        if self.over || !self.waits || position < self.about {
            return Ok(());
        }
        let Some(row) = Row::from_json(&self.rows.line, &mut self.again) else {
            // A line that is no row ends what can be told apart.
            self.over = true;
            return Ok(());
        };
        self.about = row.position;
        if position < self.about {
            return Ok(());
        }
        let line = self.line;
        check.found.told += 1;
        check.redacted += u64::from(row.redacted);
        check.without_force += u64::from(!row.without_force.is_empty());
        let differs = match read {
            _ if row.position != position => Some("position"),
            Some(read) => column_that_differs(&row, read),
            None => None,
        };
        let brings_key = read.is_some_and(|it| it.header().brings_key());
        if let Some(column) = differs {
            let what = format!("Its \"{column}\" is not that of the entry.");
            check.fault(DECISIONS_JSONL, Some(line), what);
        } else if row.redacted != withheld && !brings_key {
            let what = "It does not say rightly whether its text stayed behind.";
            check.fault(DECISIONS_JSONL, Some(line), what);
        }
        self.again.clear();
        row.put_csv(&mut self.again);
        if !is_next(&mut self.csv, &self.again)? {
            let what = format!("Row {line} is not that of {DECISIONS_JSONL}.");
            check.fault(DECISIONS_CSV, None, what);
            self.over = true;
        }
        self.again.clear();
        ocsf::put(&mut self.again, &row);
        if !is_next(&mut self.ocsf, &self.again)? {
            let what = format!("It is not the row of {DECISIONS_JSONL}.");
            check.fault(OCSF, Some(line), what);
            self.over = true;
        }
        self.step()
    }

    pub fn end<S: Source>(mut self, check: &mut Check<'_, S>) -> io::Result<()> {
        if self.over || self.waits {
            let what = "From here on it does not follow the entries.";
            check.fault(DECISIONS_JSONL, Some(self.line), what);
        } else {
            for (name, file) in [(DECISIONS_CSV, &mut self.csv), (OCSF, &mut self.ocsf)] {
                if !file.fill_buf()?.is_empty() {
                    let what = format!("It goes on after {DECISIONS_JSONL} ends.");
                    check.fault(name, None, what);
                }
            }
        }
        for file in [self.rows.file, self.csv, self.ocsf] {
            check.close(file)?;
        }
        Ok(())
    }
}

fn column_that_differs(row: &Row<'_>, read: &Read) -> Option<&'static str> {
    let Header {
        at,
        device,
        kind,
        seq,
        ..
    } = read.header();
    let columns = [
        // Each has one spelling.
        ("id", row.id.parse() == Ok(read.id())),
        ("at", row.at.parse() == Ok(*at)),
        ("device", row.device.parse() == Ok(*device)),
        ("kind", row.kind == *kind),
        ("seq", row.seq == Some(*seq)),
    ];
    let differs = columns.into_iter().find(|(_, agrees)| !agrees);
    differs.map(|(name, _)| name)
}
