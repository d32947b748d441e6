//! What went wrong, in a sentence, and what to do next. Knows no exit code.

use std::fmt;

/// One failure as a person reads it.
#[derive(Debug)]
pub struct Failure {
    sentence: String,
    hint: Option<String>,
}

impl Failure {
    /// A failure whose sentence already says what to do.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self {
            sentence: sentence.into(),
            hint: None,
        }
    }

    /// Adds what to do next. May hold several lines, for example a command to copy.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The sentence without the hint, for one line of a table.
    pub fn sentence(&self) -> &str {
        &self.sentence
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "error: {}", self.sentence)?;
        for line in self.hint.iter().flat_map(|hint| hint.lines()) {
            write!(out, "\n  {line}")?;
        }
        Ok(())
    }
}
