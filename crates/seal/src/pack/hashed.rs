//! Files that are hashed while somebody reads them, so that what is hashed is what was read. Must
//! not know what is in a file, nor which hash it should have.

use std::io::{self, BufRead, Read};

use sha2::{Digest as _, Sha256};

/// A file that is hashed while it is read.
pub(super) struct Hashed<'a> {
    name: &'a str,
    file: Box<dyn BufRead + 'a>,
    hash: Sha256,
    /// Bytes that were hashed and not yet read.
    ahead: usize,
}

impl<'a> Hashed<'a> {
    /// In place of a file that is not there.
    pub fn nothing() -> Self {
        Self::of("", Box::new(io::empty()))
    }

    pub fn of(name: &'a str, file: Box<dyn BufRead + 'a>) -> Self {
        Self {
            name,
            file,
            hash: Sha256::new(),
            ahead: 0,
        }
    }

    pub fn name(&self) -> &'a str {
        self.name
    }

    /// The hash of the whole file, in hex.
    pub fn finish(mut self) -> io::Result<String> {
        io::copy(&mut self, &mut io::sink())?;
        Ok(hex::encode(self.hash.finalize()))
    }
}

impl BufRead for Hashed<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let chunk = self.file.fill_buf()?;
        // As much at once as there is: line by line it would cost more.
        self.hash.update(&chunk[self.ahead..]);
        self.ahead = chunk.len();
        Ok(chunk)
    }

    fn consume(&mut self, amount: usize) {
        self.ahead -= amount;
        self.file.consume(amount);
    }
}

impl Read for Hashed<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(bytes)?;
        self.consume(read);
        Ok(read)
    }
}
