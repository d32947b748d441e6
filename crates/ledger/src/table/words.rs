//! What a person typed, as a query of full-text search. Knows no line.
//!
//! The last word may be a beginning. Full-text search collects every line of every word that
//! begins so before it gives the first one, which takes long where there are many lines. So a
//! beginning is looked up among the words first: the few words that begin so are asked for whole,
//! which gives the newest lines at once. Short beginnings, which many words have, stand in an
//! index of their own.

use rusqlite::{Connection, OptionalExtension as _, Result, params};

const WORDS_MAX: usize = 16;
const WORD_CHARS_MAX: usize = 64;
/// More words with the same beginning are not asked for one by one.
const ENDINGS_MAX: usize = 24;
/// Beginnings of up to this many letters stand in an index; also written in the schema.
pub(crate) const BEGINNING_CHARS_MAX: usize = 3;

/// What a person typed: words that are all wanted, the last one as a beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Typed {
    whole: Vec<String>,
    last: String,
}

impl Typed {
    /// `None` when there is no word in it.
    pub fn new(typed: &str) -> Option<Self> {
        let mut whole: Vec<String> = typed
            .split(|character: char| character.is_whitespace() || character.is_control())
            .filter(|word| word.chars().any(char::is_alphanumeric))
            .take(WORDS_MAX)
            .map(|word| word.chars().take(WORD_CHARS_MAX).collect())
            .collect();
        let last = whole.pop()?;
        Some(Self { whole, last })
    }

    /// The query for any database: full-text search always accepts it.
    pub fn query(&self) -> String {
        self.with_last(&format!("{}*", quoted(&self.last)))
    }

    /// The query that is quick in this database; `None` when nothing in it begins like the last
    /// word.
    pub fn query_in(&self, connection: &Connection) -> Result<Option<String>> {
        let Some((stem, beginning)) = self.beginning() else {
            return Ok(Some(self.query()));
        };
        let mut statement =
            connection.prepare_cached("SELECT term FROM log_words WHERE term >= ?1 LIMIT 1")?;
        let mut next = beginning.clone();
        let mut endings = Vec::new();
        loop {
            let found: Option<String> = statement
                .query_row(params![next], |row| row.get(0))
                .optional()?;
            let Some(word) = found.filter(|word| word.starts_with(&beginning)) else {
                break;
            };
            if endings.len() == ENDINGS_MAX {
                return Ok(Some(self.query()));
            }
            endings.push(quoted(&format!("{stem}{word}")));
            // The first that can come after it.
            next = format!("{word}\u{1}");
        }
        Ok((!endings.is_empty()).then(|| self.with_last(&format!("({})", endings.join(" OR ")))))
    }

    fn with_last(&self, last: &str) -> String {
        let mut query = String::new();
        for word in &self.whole {
            query.push_str(&quoted(word));
            query.push_str(" AND ");
        }
        query + last
    }

    /// What stands before the last run of letters and digits, and that run as full-text search
    /// keeps it. `None` when it is short, or when only full-text search knows where it begins.
    fn beginning(&self) -> Option<(&str, String)> {
        if !self.last.is_ascii() {
            return None;
        }
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric();
        let bytes = self.last.as_bytes();
        let end = bytes.iter().rposition(is_part)? + 1;
        let start = bytes[..end]
            .iter()
            .rposition(|byte| !is_part(byte))
            .map_or(0, |at| at + 1);
        let beginning = &self.last[start..end];
        (beginning.len() > BEGINNING_CHARS_MAX)
            .then(|| (&self.last[..start], beginning.to_ascii_lowercase()))
    }
}

/// One phrase, whatever stands in it.
fn quoted(word: &str) -> String {
    format!("\"{}\"", word.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_run_of_letters_is_a_beginning() {
        let beginning = |typed: &str| {
            let typed = Typed::new(typed).unwrap();
            typed
                .beginning()
                .map(|(stem, beginning)| (stem.to_owned(), beginning))
        };
        let some = |stem: &str, beginning: &str| Some((stem.to_owned(), beginning.to_owned()));
        assert_eq!(beginning("stop TRANS"), some("", "trans"));
        assert_eq!(
            beginning("wallet.pay-Instant."),
            some("wallet.pay-", "instant")
        );
        assert_eq!(beginning("8.3"), None);
        assert_eq!(beginning("größe"), None);
    }

    #[test]
    fn words_are_wanted_all_and_whatever_is_typed_is_a_phrase() {
        let typed = Typed::new("a \"b OR* c").unwrap();
        assert_eq!(typed.query(), "\"a\" AND \"\"\"b\" AND \"OR*\" AND \"c\"*");
        assert_eq!(Typed::new(" - \" * "), None);
    }
}
