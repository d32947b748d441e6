//! The word lists, one file for each language, and the names. Hides how the files are written.
//! Must not know what is done with a match.
//!
//! A file is lines. `class NAME = words` names alternatives, `abbreviations = words` words whose
//! dot ends nothing, `ordinal_dots = yes` numbers whose dot ends nothing. `[SECTION]` begins a
//! list of patterns, one a line; in it `phases = early`, `unresolved` or `any` says when it is
//! asked (early is investigating and identified), `before = PATTERN` and `near = PATTERN` say
//! what takes a match back when it begins before the end of the match, or stands anywhere in the
//! sentence, and `instead = TEXT` what could stand there. `#` begins a comment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::face::Locale;
use super::pattern::{Classes, Phrases, Vocabulary};
use super::text::{Word, plain};
use crate::target::Phase;

static EN: LazyLock<Lists> =
    LazyLock::new(|| Lists::read(include_str!("lists/en.txt")).expect("a test reads this list"));
static DE: LazyLock<Lists> =
    LazyLock::new(|| Lists::read(include_str!("lists/de.txt")).expect("a test reads this list"));
static NAMES: LazyLock<Names> = LazyLock::new(|| Names::read(include_str!("lists/names.txt")));

/// What is known of a language.
#[derive(Default)]
pub(super) struct Lists {
    pub abbreviations: BTreeSet<String>,
    /// "22." goes on.
    pub ordinal_dots: bool,
    classes: Classes,
    /// What a word can stand for.
    pub vocabulary: Vocabulary,
    sections: BTreeMap<String, Section>,
}

/// Patterns of one kind, and what takes them back.
#[derive(Default)]
pub(super) struct Section {
    patterns: Phrases,
    before: Phrases,
    near: Phrases,
    phases: Phases,
    /// What could stand there.
    pub instead: Option<String>,
}

#[derive(Clone, Copy, Default)]
enum Phases {
    #[default]
    Any,
    Unresolved,
    Early,
}

impl Lists {
    pub(super) fn of(locale: Locale) -> &'static Self {
        match locale {
            Locale::En => &EN,
            Locale::De => &DE,
        }
    }

    /// A section; one that the file does not have matches nothing.
    pub(super) fn section(&self, name: &str) -> &Section {
        static NONE: Section = Section {
            patterns: Phrases::none(),
            before: Phrases::none(),
            near: Phrases::none(),
            phases: Phases::Any,
            instead: None,
        };
        self.sections.get(name).unwrap_or(&NONE)
    }

    /// Whether a word is one of a class, all of whose words are whole.
    pub(super) fn is(&self, class: &str, word: &str) -> bool {
        let words = self.classes.get(class).map(String::as_str);
        words.unwrap_or_default().split(' ').any(|it| it == word)
    }

    /// Whether a word ends with one of a class.
    pub(super) fn ends(&self, class: &str, word: &str) -> bool {
        let words = self.classes.get(class).map(String::as_str);
        let mut words = words.unwrap_or_default().split_whitespace();
        words.any(|it| word.ends_with(it))
    }

    fn read(file: &str) -> Result<Self, String> {
        let mut lists = Self::default();
        let mut open: Option<String> = None;
        for line in file.lines().map(str::trim) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(name) = line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
                lists.sections.entry(name.to_owned()).or_default();
                open = Some(name.to_owned());
                continue;
            }
            let setting = line.split_once(" = ");
            match (&open, setting) {
                (None, Some((key, value))) => lists.set(key, value)?,
                (None, None) => return Err(format!("no section has begun: {line}")),
                (Some(name), setting) => {
                    let section = lists.sections.entry(name.clone()).or_default();
                    section.line(line, setting, &lists.classes, &mut lists.vocabulary)?;
                }
            }
        }
        Ok(lists)
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        let words = || value.split_whitespace().map(plain);
        match (key, key.strip_prefix("class ")) {
            (_, Some(name)) => {
                // A class may go on in a second line.
                let class = self.classes.entry(name.to_owned()).or_default();
                let more = words().collect::<Vec<_>>().join(" ");
                *class = format!("{class} {more}").trim().to_owned();
            }
            ("abbreviations", None) => self.abbreviations.extend(words()),
            ("ordinal_dots", None) => self.ordinal_dots = value == "yes",
            (_, None) => return Err(format!("'{key}' is no setting")),
        }
        Ok(())
    }
}

impl Section {
    fn line(
        &mut self,
        line: &str,
        setting: Option<(&str, &str)>,
        classes: &Classes,
        vocabulary: &mut Vocabulary,
    ) -> Result<(), String> {
        match setting {
            None => self.patterns.add(line, classes, vocabulary)?,
            Some(("before", value)) => self.before.add(value, classes, vocabulary)?,
            Some(("near", value)) => self.near.add(value, classes, vocabulary)?,
            Some(("instead", value)) => self.instead = Some(value.to_owned()),
            Some(("phases", "any")) => self.phases = Phases::Any,
            Some(("phases", "unresolved")) => self.phases = Phases::Unresolved,
            Some(("phases", "early")) => self.phases = Phases::Early,
            Some(_) => return Err(format!("this is neither a setting nor a pattern: {line}")),
        }
        Ok(())
    }

    /// Whether it is asked in this phase.
    pub(super) fn is_asked(&self, phase: Phase) -> bool {
        match (self.phases, phase) {
            (Phases::Any, _)
            | (Phases::Unresolved, Phase::Investigating | Phase::Identified | Phase::Monitoring)
            | (Phases::Early, Phase::Investigating | Phase::Identified) => true,
            (Phases::Unresolved, Phase::Resolved)
            | (Phases::Early, Phase::Monitoring | Phase::Resolved) => false,
        }
    }

    /// The first match in a sentence that nothing takes back: from its first word to the end of
    /// the longest of those that begin there.
    pub(super) fn find(&self, words: &[Word]) -> Option<std::ops::Range<usize>> {
        if self.near.find(words).next().is_some() {
            return None;
        }
        let guard = self.before.find(words).next().map(|it| it.start);
        let matches = self.patterns.find(words);
        matches
            .filter(|found| guard.is_none_or(|guard| guard >= found.end))
            .min_by_key(|found| (found.start, usize::MAX - found.end))
    }
}

/// Given names of people.
#[derive(Default)]
pub(super) struct Names {
    /// Hardly ever anything else.
    pub clear: BTreeSet<String>,
    /// Also words, places or brands.
    pub also_words: BTreeSet<String>,
}

impl Names {
    pub(super) fn all() -> &'static Self {
        &NAMES
    }

    fn read(file: &str) -> Self {
        let mut names = Self::default();
        let mut words = false;
        for line in file.lines().map(str::trim) {
            match line {
                "[also words]" => words = true,
                _ if line.starts_with('#') || line.starts_with('[') => {}
                _ => {
                    let list = match words {
                        true => &mut names.also_words,
                        false => &mut names.clear,
                    };
                    list.extend(line.split_whitespace().map(plain));
                }
            }
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::{Lists, Names};

    #[test]
    fn every_list_can_be_read() {
        for file in [include_str!("lists/en.txt"), include_str!("lists/de.txt")] {
            let lists = Lists::read(file).expect("the file is a list");
            assert!(lists.sections.len() > 8, "{:?}", lists.sections.keys());
        }
        let names = Names::all();
        assert!(names.clear.is_disjoint(&names.also_words));
    }
}
