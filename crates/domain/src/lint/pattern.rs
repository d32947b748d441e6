//! Patterns over words, written as people write phrases: `will never ..3 happen|occur again?`.
//! Hides how they are matched: all ways at once, so that no text makes one slow. Must not know
//! what a phrase means.
//!
//! | written | matches |
//! |---|---|
//! | `word` | this word |
//! | `fix*`, `*daten`, `*daten*` | a word that begins, ends, or has this within |
//! | `a\|b*` | either |
//! | `<party>` | a word of a class |
//! | `0-9` | a number |
//! | `_` | any word |
//! | `..3` | up to three words |
//! | `again?` | this word, or nothing |

use std::collections::BTreeMap;
use std::ops::Range;

use super::text::{Word, plain};

/// Longest pattern in words, gaps spelt out: a set of places fits into one number.
const PIECES_MAX: usize = 63;

/// A phrase.
pub(super) struct Pattern {
    pieces: Vec<Piece>,
}

struct Piece {
    tests: Vec<Test>,
    optional: bool,
}

enum Test {
    Any,
    Number,
    Is(String),
    Begins(String),
    Ends(String),
    Has(String),
}

/// Classes of words by name, each as alternatives.
pub(super) type Classes = BTreeMap<String, String>;

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(super) fn read(line: &str, classes: &Classes) -> Result<Self, String> {
        let mut pieces = Vec::new();
        for word in line.split_whitespace() {
            if let Some(count) = word.strip_prefix("..") {
                let count: usize = count
                    .parse()
                    .map_err(|_| format!("'{word}' is no gap: {line}"))?;
                pieces.extend((0..count).map(|_| Piece {
                    tests: vec![Test::Any],
                    optional: true,
                }));
                continue;
            }
            let (word, optional) = match word.strip_suffix('?') {
                Some(word) => (word, true),
                None => (word, false),
            };
            let mut tests = Vec::new();
            for one in word.split('|') {
                let class = one.strip_prefix('<').and_then(|it| it.strip_suffix('>'));
                match class {
                    Some(name) => {
                        let words = classes
                            .get(name)
                            .ok_or_else(|| format!("there is no class <{name}>: {line}"))?;
                        tests.extend(words.split_whitespace().map(test));
                    }
                    None => tests.push(test(one)),
                }
            }
            pieces.push(Piece { tests, optional });
        }
        let whole = pieces.first().is_some_and(|it| !it.optional)
            && pieces.last().is_some_and(|it| !it.optional);
        if !whole || pieces.len() > PIECES_MAX {
            return Err(format!(
                "a pattern begins and ends with a word and has at most {PIECES_MAX}: {line}"
            ));
        }
        Ok(Self { pieces })
    }

    /// The shortest match that begins at the first of these words, as a count of words.
    pub(super) fn begins(&self, words: &[Word]) -> Option<usize> {
        let end = 1_u64 << self.pieces.len();
        let mut places = self.skip(1);
        for (word, read) in words.iter().zip(1..) {
            let mut next = 0;
            for (piece, place) in self.pieces.iter().zip(0_u32..) {
                if places >> place & 1 == 1 && piece.matches(word) {
                    next |= 1 << (place + 1);
                }
            }
            places = self.skip(next);
            if places & end != 0 {
                return Some(read);
            }
            if places == 0 {
                return None;
            }
        }
        None
    }

    /// Every match in a sentence, each at its shortest.
    pub(super) fn find<'a>(&'a self, words: &'a [Word]) -> impl Iterator<Item = Range<usize>> + 'a {
        (0..words.len()).filter_map(move |start| {
            let count = self.begins(words.get(start..)?)?;
            Some(start..start + count)
        })
    }

    /// Adds the places that are reached by leaving out what may be left out.
    fn skip(&self, mut places: u64) -> u64 {
        for (piece, place) in self.pieces.iter().zip(0_u32..) {
            if piece.optional && places >> place & 1 == 1 {
                places |= 1 << (place + 1);
            }
        }
        places
    }
}

impl Piece {
    fn matches(&self, word: &Word) -> bool {
        self.tests.iter().any(|test| match test {
            Test::Any => true,
            Test::Number => word.plain.bytes().any(|it| it.is_ascii_digit()),
            Test::Is(it) => word.plain == *it || word.stem == *it,
            Test::Begins(it) => word.plain.starts_with(it.as_str()),
            Test::Ends(it) => word.plain.ends_with(it.as_str()),
            Test::Has(it) => word.plain.contains(it.as_str()),
        })
    }
}

fn test(word: &str) -> Test {
    let (front, back) = (word.starts_with('*'), word.ends_with('*'));
    let inner = plain(word.trim_matches('*'));
    match (front, back) {
        _ if word == "_" => Test::Any,
        _ if word == "0-9" => Test::Number,
        (true, true) => Test::Has(inner),
        (true, false) => Test::Ends(inner),
        (false, true) => Test::Begins(inner),
        (false, false) => Test::Is(inner),
    }
}

#[cfg(test)]
mod tests {
    use super::super::face::{Locale, Part};
    use super::super::lists::Lists;
    use super::super::text::Text;
    use super::{Classes, Pattern};

    fn check(pattern: &str, text: &str, found: Option<&str>) {
        let classes = Classes::from([("party".to_owned(), "vendor* bank".to_owned())]);
        let pattern = Pattern::read(pattern, &classes).expect("a pattern");
        let text = Text::new(Part::Body, text, Lists::of(Locale::En));
        let first = pattern.find(&text.words).next();
        let words = first.and_then(|it| text.span(it));
        assert_eq!(
            words.and_then(|it| text.source.get(it.start..it.end)),
            found
        );
    }

    #[test]
    fn phrases_are_found_at_their_shortest() {
        check(
            "never ..2 again",
            "It will never happen again, again",
            Some("never happen again"),
        );
        check("never ..2 again", "never is a long way off again", None);
        check("fix*|mend*", "We are mending it", Some("mending"));
        check(
            "the <party>",
            "It was the vendor's turn",
            Some("the vendor's"),
        );
        check(
            "in 0-9 minute*",
            "back in 30 minutes",
            Some("in 30 minutes"),
        );
        check("won't be? back", "It won't be back", Some("won't be back"));
        check("won't be? back", "It won’t back", Some("won’t back"));
        check("100 %", "We are 100% sure", Some("100%"));
    }

    #[test]
    fn what_is_no_pattern_is_named() {
        for line in ["", "..3 word", "word ..3", "a?", "<nobody>", "a ..x b"] {
            assert!(Pattern::read(line, &Classes::new()).is_err(), "{line}");
        }
    }
}
