//! A text as words and sentences, each with its place. Hides how writing systems cut words and
//! how an abbreviation differs from an end. Must not know a rule.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation as _;

use super::face::{Part, Span};
use super::lists::Lists;

/// One part of a draft, cut into words.
pub(super) struct Text<'a> {
    pub part: Part,
    pub source: &'a str,
    pub words: Vec<Word>,
    /// Ranges of `words`, in order, without a gap.
    pub sentences: Vec<Range<usize>>,
}

/// A word, a number, or a sign that is read aloud.
pub(super) struct Word {
    /// Place in the source, in bytes.
    pub start: usize,
    pub end: usize,
    /// In small letters, with one spelling for what looks the same.
    pub plain: String,
    /// `plain` without an English possessive: "google" of "google's".
    pub stem: String,
    /// What it can stand for in a pattern.
    pub meanings: Vec<u16>,
    /// Begins with a capital letter.
    pub capital: bool,
    /// The first of its sentence.
    pub first: bool,
}

impl<'a> Text<'a> {
    pub(super) fn new(part: Part, source: &'a str, lists: &Lists) -> Self {
        let mut words: Vec<Word> = Vec::new();
        let mut sentences: Vec<Range<usize>> = Vec::new();
        let mut begin = 0;
        for (start, piece) in source.split_word_bound_indices() {
            if !piece.chars().any(|it| it.is_alphanumeric() || it == '%') {
                continue;
            }
            let ended = words.last().is_some_and(|last| {
                let between = source.get(last.end..start).unwrap_or_default();
                ends(last, between, piece, lists)
            });
            if ended {
                sentences.push(begin..words.len());
                begin = words.len();
            }
            let plain = plain(piece);
            let stem = plain.strip_suffix("'s").unwrap_or(&plain).to_owned();
            words.push(Word {
                start,
                end: start + piece.len(),
                meanings: lists.vocabulary.meanings(&plain, &stem),
                stem,
                plain,
                capital: piece.chars().next().is_some_and(char::is_uppercase),
                first: begin == words.len(),
            });
        }
        if begin < words.len() {
            sentences.push(begin..words.len());
        }
        Self {
            part,
            source,
            words,
            sentences,
        }
    }

    /// The place of some words.
    pub(super) fn span(&self, words: Range<usize>) -> Option<Span> {
        let first = self.words.get(words.start)?;
        let last = self.words.get(words.end.checked_sub(1)?)?;
        Some(self.span_of(first.start..last.end))
    }

    /// The place of some bytes; they stand on whole characters.
    pub(super) fn span_of(&self, bytes: Range<usize>) -> Span {
        let units = |text: Option<&str>| text.unwrap_or_default().encode_utf16().count();
        let utf16_start = units(self.source.get(..bytes.start));
        Span {
            part: self.part,
            start: bytes.start,
            end: bytes.end,
            utf16_start,
            utf16_end: utf16_start + units(self.source.get(bytes)),
        }
    }

    /// What stands directly behind a word, up to the next one.
    pub(super) fn behind(&self, word: usize) -> &str {
        let from = self.words.get(word).map_or(0, |it| it.end);
        let to = self
            .words
            .get(word + 1)
            .map_or(self.source.len(), |it| it.start);
        self.source.get(from..to).unwrap_or_default()
    }

    /// What stands directly before a word, from the one before.
    pub(super) fn ahead(&self, word: usize) -> &str {
        match word.checked_sub(1) {
            Some(before) => self.behind(before),
            None => {
                let to = self.words.first().map_or(0, |it| it.start);
                self.source.get(..to).unwrap_or_default()
            }
        }
    }
}

/// Whether a sentence ends between two words.
fn ends(last: &Word, between: &str, next: &str, lists: &Lists) -> bool {
    let breaks = between.matches('\n').count();
    if breaks > 1 {
        return true;
    }
    if breaks == 1 {
        // A line that was only wrapped goes on with a small letter.
        let wrapped = between.trim_matches([' ', '\r', '\n', ',']).is_empty()
            && next.chars().next().is_some_and(char::is_lowercase);
        return !wrapped;
    }
    let Some(mark) = between.find(['.', '!', '?', '…']) else {
        return false;
    };
    let spaced = between
        .get(mark..)
        .is_some_and(|rest| rest.contains(char::is_whitespace));
    if !spaced {
        return false;
    }
    let dot = between.trim_start().starts_with('.');
    let ordinal = lists.ordinal_dots
        && last.plain.len() <= 2
        && last.plain.bytes().all(|it| it.is_ascii_digit());
    let short = lists.abbreviations.contains(&last.plain) || last.plain.chars().count() == 1;
    !(dot && (ordinal || short))
}

/// One spelling: small letters, straight apostrophes, umlauts as one character, no invisible
/// signs, "ss" for "ß".
pub(super) fn plain(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for letter in word.chars().flat_map(char::to_lowercase) {
        match letter {
            '\u{2018}' | '\u{2019}' | '\u{02bc}' | '\u{ff07}' => out.push('\''),
            '\u{00ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => {}
            'ß' => out.push_str("ss"),
            '\u{0308}' => {
                let whole = match out.pop() {
                    Some('a') => 'ä',
                    Some('o') => 'ö',
                    Some('u') => 'ü',
                    Some(other) => other,
                    None => continue,
                };
                out.push(whole);
            }
            other => out.push(other),
        }
    }
    out
}
