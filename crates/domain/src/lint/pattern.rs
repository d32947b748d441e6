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

/// Classes of words by name, each as alternatives.
pub(super) type Classes = BTreeMap<String, String>;

/// Phrases that mean the same, by what they begin with.
#[derive(Default)]
pub(super) struct Phrases {
    by_first: BTreeMap<u16, Vec<Pattern>>,
}

impl Phrases {
    /// None.
    pub(super) const fn none() -> Self {
        Self {
            by_first: BTreeMap::new(),
        }
    }

    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(super) fn add(
        &mut self,
        line: &str,
        classes: &Classes,
        vocabulary: &mut Vocabulary,
    ) -> Result<(), String> {
        let (first, pattern) = Pattern::read(line, classes, vocabulary)?;
        self.by_first.entry(first).or_default().push(pattern);
        Ok(())
    }

    /// Every match in a sentence, each at its shortest, in the order of their first words.
    pub(super) fn find<'a>(&'a self, words: &'a [Word]) -> impl Iterator<Item = Range<usize>> + 'a {
        words.iter().enumerate().flat_map(move |(start, word)| {
            let rest = words.get(start..).unwrap_or_default();
            let patterns = word.meanings.iter().filter_map(|it| self.by_first.get(it));
            let ends = patterns.flatten().filter_map(|it| it.begins(rest));
            ends.map(move |count| start..start + count)
        })
    }
}

/// A phrase.
struct Pattern {
    pieces: Vec<Piece>,
    /// Which of them may be left out, one bit for each.
    optional: u64,
}

#[derive(Clone, Copy)]
enum Piece {
    Any,
    Means(u16),
}

impl Pattern {
    /// A pattern, and what its first word means.
    fn read(
        line: &str,
        classes: &Classes,
        vocabulary: &mut Vocabulary,
    ) -> Result<(u16, Self), String> {
        let mut pieces = Vec::new();
        let mut optional = 0;
        for word in line.split_whitespace() {
            if let Some(count) = word.strip_prefix("..") {
                let count: usize = count
                    .parse()
                    .map_err(|_| format!("'{word}' is no gap: {line}"))?;
                for _ in 0..count.min(PIECES_MAX) {
                    optional |= 1_u64.checked_shl(pieces.len() as u32).unwrap_or(0);
                    pieces.push(Piece::Any);
                }
                continue;
            }
            let word = match word.strip_suffix('?') {
                Some(word) => {
                    optional |= 1_u64.checked_shl(pieces.len() as u32).unwrap_or(0);
                    word
                }
                None => word,
            };
            pieces.push(match word {
                "_" => Piece::Any,
                word => Piece::Means(vocabulary.number(word, classes)?),
            });
        }
        let most = pieces.len() <= PIECES_MAX;
        let open_end = pieces
            .len()
            .checked_sub(1)
            .is_none_or(|it| optional >> it & 1 == 1);
        match pieces.first() {
            Some(Piece::Means(first)) if most && !open_end && optional & 1 == 0 => {
                Ok((*first, Self { pieces, optional }))
            }
            _ => Err(format!(
                "a pattern begins and ends with a word and has at most {PIECES_MAX}: {line}"
            )),
        }
    }

    /// The shortest match that begins at the first of these words, as a count of words.
    fn begins(&self, words: &[Word]) -> Option<usize> {
        let end = 1_u64 << self.pieces.len();
        // Every place that a match may have reached, one bit for each.
        let mut places = 1_u64;
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

    /// Adds the places that are reached by leaving out what may be left out.
    fn skip(&self, mut places: u64) -> u64 {
        loop {
            let more = places | (places & self.optional) << 1;
            if more == places {
                return places;
            }
            places = more;
        }
    }
}

impl Piece {
    fn matches(self, word: &Word) -> bool {
        match self {
            Self::Any => true,
            Self::Means(number) => word.meanings.binary_search(&number).is_ok(),
        }
    }
}

/// What a word can stand for in any pattern, so that a text asks once for each of its words.
#[derive(Default)]
pub(super) struct Vocabulary {
    /// Each set of alternatives, as it is written.
    numbers: BTreeMap<String, u16>,
    whole: BTreeMap<String, Vec<u16>>,
    begins: Vec<(String, u16)>,
    ends: Vec<(String, u16)>,
    has: Vec<(String, u16)>,
    digits: Vec<u16>,
}

impl Vocabulary {
    /// What a word stands for, in order.
    pub(super) fn meanings(&self, plain: &str, stem: &str) -> Vec<u16> {
        let whole = |word: &str| self.whole.get(word).map(Vec::as_slice).unwrap_or_default();
        let mut found: Vec<u16> = [whole(plain), whole(stem)].concat();
        let mut parts = |list: &[(String, u16)], fits: &dyn Fn(&str) -> bool| {
            found.extend(list.iter().filter(|(it, _)| fits(it)).map(|(_, it)| *it));
        };
        parts(&self.begins, &|it| plain.starts_with(it));
        parts(&self.ends, &|it| plain.ends_with(it));
        parts(&self.has, &|it| plain.contains(it));
        if plain.bytes().any(|it| it.is_ascii_digit()) {
            found.extend(&self.digits);
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The number of a set of alternatives.
    fn number(&mut self, written: &str, classes: &Classes) -> Result<u16, String> {
        if let Some(number) = self.numbers.get(written) {
            return Ok(*number);
        }
        let number = u16::try_from(self.numbers.len()).map_err(|_| "too many words".to_owned())?;
        self.numbers.insert(written.to_owned(), number);
        for one in written.split('|') {
            let class = one.strip_prefix('<').and_then(|it| it.strip_suffix('>'));
            let words = match class {
                Some(name) => classes
                    .get(name)
                    .ok_or_else(|| format!("there is no class <{name}>"))?,
                None => one,
            };
            for word in words.split_whitespace() {
                self.learn(word, number);
            }
        }
        Ok(number)
    }

    fn learn(&mut self, word: &str, number: u16) {
        let inner = plain(word.trim_matches('*'));
        match (word.starts_with('*'), word.ends_with('*')) {
            _ if word == "0-9" => self.digits.push(number),
            (true, true) => self.has.push((inner, number)),
            (true, false) => self.ends.push((inner, number)),
            (false, true) => self.begins.push((inner, number)),
            (false, false) => self.whole.entry(inner).or_default().push(number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::face::{Locale, Part};
    use super::super::lists::Lists;
    use super::super::text::Text;
    use super::{Classes, Phrases, Vocabulary};

    fn check(pattern: &str, text: &str, found: Option<&str>) {
        let classes = Classes::from([("party".to_owned(), "vendor* bank".to_owned())]);
        let mut vocabulary = Vocabulary::default();
        let mut phrases = Phrases::default();
        let read = phrases.add(pattern, &classes, &mut vocabulary);
        read.expect("a pattern");
        let mut text = Text::new(Part::Body, text, Lists::of(Locale::En));
        for word in &mut text.words {
            word.meanings = vocabulary.meanings(&word.plain, &word.stem);
        }
        let first = phrases.find(&text.words).next();
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
        for line in [
            "", "..3 word", "word ..3", "a?", "<nobody>", "a ..x b", "_ a",
        ] {
            let read = Phrases::default().add(line, &Classes::new(), &mut Vocabulary::default());
            assert!(read.is_err(), "{line}");
        }
    }
}
