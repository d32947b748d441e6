//! The files that tell entries in words, compared with the entries and with each other. Must not
//! know how an entry is checked.

use std::io::{self, BufRead};

use super::super::lines::{Lines, is_next};
use super::super::{DECISIONS_CSV, DECISIONS_JSONL, OCSF, Row, TOLD_COLUMNS, csv, ocsf};
use super::{Check, Source};
use crate::entry::Header;
use crate::fork::SignedHeader;

/// The files that tell entries in words, read beside the chain.
pub(super) struct Told<'a> {
    rows: Lines<'a>,
    csv: Box<dyn BufRead + 'a>,
    ocsf: Box<dyn BufRead + 'a>,
    next: Option<Row>,
    line: u64,
    over: bool,
}

impl<'a> Told<'a> {
    pub fn open<S: Source>(source: &'a S) -> io::Result<Self> {
        let open = |name| -> io::Result<Box<dyn BufRead + 'a>> {
            let file = source.open(name)?;
            Ok(file.unwrap_or_else(|| Box::new(io::empty())))
        };
        let mut csv = open(DECISIONS_CSV)?;
        let title = csv::line(&TOLD_COLUMNS);
        let over = !is_next(&mut csv, title.as_bytes())?;
        let mut told = Self {
            rows: Lines::of(open(DECISIONS_JSONL)?),
            csv,
            ocsf: open(OCSF)?,
            next: None,
            line: 0,
            over,
        };
        told.step()?;
        Ok(told)
    }

    fn step(&mut self) -> io::Result<()> {
        self.next = None;
        if self.rows.step()? {
            self.line += 1;
            self.next = Row::from_json_line(&self.rows.line);
            // A line that is no row ends what can be told apart.
            self.over |= self.next.is_none();
        }
        Ok(())
    }

    pub fn entry<S: Source>(
        &mut self,
        check: &mut Check<'_, S>,
        signed: Option<&SignedHeader>,
        withheld: bool,
    ) -> io::Result<()> {
        if self.over {
            return Ok(());
        }
        let position = check.found.entries;
        let Some(row) = self.next.take_if(|row| row.position <= position) else {
            return Ok(());
        };
        let line = self.line;
        check.found.told += 1;
        check.redacted += u64::from(row.redacted);
        check.without_force += u64::from(!row.without_force.is_empty());
        let differs = match signed {
            _ if row.position != position => Some("position"),
            Some(signed) => column_that_differs(&row, signed),
            None => None,
        };
        let brings_key = signed.is_some_and(|it| it.brings_key());
        if let Some(column) = differs {
            let what = format!("Its \"{column}\" is not that of the entry.");
            check.fault(DECISIONS_JSONL, Some(line), what);
        } else if row.redacted != withheld && !brings_key {
            let what = "It does not say rightly whether its text stayed behind.";
            check.fault(DECISIONS_JSONL, Some(line), what);
        }
        if !is_next(&mut self.csv, row.csv_line().as_bytes())? {
            let what = format!("Row {line} is not that of {DECISIONS_JSONL}.");
            check.fault(DECISIONS_CSV, None, what);
            self.over = true;
        }
        if !is_next(&mut self.ocsf, ocsf::line(&row).as_bytes())? {
            let what = format!("It is not the row of {DECISIONS_JSONL}.");
            check.fault(OCSF, Some(line), what);
            self.over = true;
        }
        self.step()
    }

    pub fn end<S: Source>(mut self, check: &mut Check<'_, S>) -> io::Result<()> {
        if self.over || self.next.is_some() || self.rows.step()? {
            let what = "From here on it does not follow the entries.";
            check.fault(DECISIONS_JSONL, Some(self.line), what);
            return Ok(());
        }
        for (name, mut file) in [(DECISIONS_CSV, self.csv), (OCSF, self.ocsf)] {
            if !file.fill_buf()?.is_empty() {
                check.fault(
                    name,
                    None,
                    format!("It goes on after {DECISIONS_JSONL} ends."),
                );
            }
        }
        Ok(())
    }
}

fn column_that_differs(row: &Row, signed: &SignedHeader) -> Option<&'static str> {
    let Header {
        at,
        device,
        kind,
        seq,
        ..
    } = signed.header();
    let columns = [
        ("id", row.id == signed.id().to_string()),
        ("at", row.at == at.to_string()),
        ("device", row.device == device.to_string()),
        ("kind", row.kind == *kind),
        ("seq", row.seq == Some(*seq)),
    ];
    let differs = columns.into_iter().find(|(_, agrees)| !agrees);
    differs.map(|(name, _)| name)
}
