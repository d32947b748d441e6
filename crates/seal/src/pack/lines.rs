//! Files that are read line by line. Must not know what a line says.

use std::io::{self, BufRead, Read as _};

use super::hashed::Hashed;

/// The longest line that a pack of ours has: a body that is spelled in hex, and a row of it.
const LINE_BYTES_MAX: u64 = 1 << 20;

/// Lines, each ended by a line feed.
pub(super) struct Lines<'a> {
    pub file: Hashed<'a>,
    /// The newest line without its line feed. A last line without one, and what is longer than
    /// any line of a pack, keep something that no line has, so that they are found.
    pub line: Vec<u8>,
}

impl<'a> Lines<'a> {
    pub fn of(file: Hashed<'a>) -> Self {
        Self {
            file,
            line: Vec::new(),
        }
    }

    /// Reads the next line; `false` at the end.
    pub fn step(&mut self) -> io::Result<bool> {
        self.line.clear();
        let mut file = (&mut self.file).take(LINE_BYTES_MAX);
        file.read_until(b'\n', &mut self.line)?;
        match self.line.last() {
            None => return Ok(false),
            Some(b'\n') => {
                self.line.pop();
            }
            Some(_) => self.line.push(b'\n'),
        }
        Ok(true)
    }
}

/// Whether these bytes come next; they are read then.
pub(super) fn is_next(file: &mut dyn BufRead, mut wanted: &[u8]) -> io::Result<bool> {
    while !wanted.is_empty() {
        let found = file.fill_buf()?;
        let length = found.len().min(wanted.len());
        if length == 0 || found[..length] != wanted[..length] {
            return Ok(false);
        }
        file.consume(length);
        wanted = &wanted[length..];
    }
    Ok(true)
}
