//! The lines of a log as one file, for spreadsheets or for programs. A list proves nothing by
//! itself, so its hash is taken while it is written. Must not know where the bytes go.

use std::io::{self, Write};

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::pack::csv;

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListForm {
    /// CSV as RFC 4180 has it, with one line of names first.
    Csv,
    /// One JSON object a line.
    Jsonl,
}

/// A line of the log in words. What is not known is empty.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct ListLine<'a> {
    /// Its place in the log as this machine keeps it.
    pub position: u64,
    /// The time that its device claims, RFC 3339.
    pub at: &'a str,
    /// What sort of entry it is.
    pub kind: &'a str,
    /// Who, by name.
    pub person: &'a str,
    /// Which app it is about.
    pub app: &'a str,
    /// What happened.
    pub decision: &'a str,
    /// To what.
    pub target: &'a str,
    /// How it ended.
    pub outcome: &'a str,
    /// All other words.
    pub words: &'a str,
}

const COLUMNS: [&str; 9] = [
    "position", "at", "kind", "person", "app", "decision", "target", "outcome", "words",
];

/// Writes a list, line by line.
#[derive(Debug)]
pub struct ListWriter<W> {
    out: W,
    form: ListForm,
    hash: Sha256,
    line: Vec<u8>,
}

impl<W: Write> ListWriter<W> {
    /// An empty list.
    ///
    /// # Errors
    /// Those of the place.
    pub fn begin(out: W, form: ListForm) -> io::Result<Self> {
        let mut list = Self {
            out,
            form,
            hash: Sha256::new(),
            line: Vec::new(),
        };
        if form == ListForm::Csv {
            csv::put(&mut list.line, &COLUMNS);
            list.put()?;
        }
        Ok(list)
    }

    /// Adds a line.
    ///
    /// # Errors
    /// Those of the place.
    pub fn line(&mut self, line: &ListLine<'_>) -> io::Result<()> {
        match self.form {
            ListForm::Csv => {
                let position = line.position.to_string();
                let cells = [
                    &*position,
                    line.at,
                    line.kind,
                    line.person,
                    line.app,
                    line.decision,
                    line.target,
                    line.outcome,
                    line.words,
                ];
                csv::put(&mut self.line, &cells);
            }
            ListForm::Jsonl => {
                serde_json::to_writer(&mut self.line, line)?;
                self.line.push(b'\n');
            }
        }
        self.put()
    }

    /// Gives back the place, and the SHA-256 of all that was written, in hex.
    pub fn finish(self) -> (W, String) {
        (self.out, hex::encode(self.hash.finalize()))
    }

    fn put(&mut self) -> io::Result<()> {
        self.hash.update(&self.line);
        self.out.write_all(&self.line)?;
        self.line.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_back_as_it_was_and_its_hash_is_of_its_bytes() {
        let lines = [
            ListLine {
                position: 2,
                at: "2026-11-23T18:30:05.123Z",
                kind: "intent.request",
                decision: "Asked: \"stop\"",
                words: "=1+1, two\nlines",
                ..ListLine::default()
            },
            ListLine::default(),
        ];
        let written = |form| {
            let mut list = ListWriter::begin(Vec::new(), form).unwrap();
            lines.iter().for_each(|line| list.line(line).unwrap());
            let (bytes, hash) = list.finish();
            assert_eq!(hash, hex::encode(Sha256::digest(&bytes)));
            String::from_utf8(bytes).unwrap()
        };
        let jsonl = written(ListForm::Jsonl);
        let read: Vec<serde_json::Value> = jsonl
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(read.len(), 2);
        assert_eq!(read[0]["words"], "=1+1, two\nlines");
        assert_eq!(read[0]["position"], 2);
        let csv = written(ListForm::Csv);
        assert!(csv.starts_with("\"position\",\"at\",\"kind\","), "{csv}");
        assert!(csv.contains("\"Asked: \"\"stop\"\"\""), "{csv}");
        // No cell is run by a spreadsheet.
        assert!(csv.contains("\"'=1+1, two\nlines\""), "{csv}");
    }
}
