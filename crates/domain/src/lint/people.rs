//! People who are named in a notice. Hides how a name differs from a word in English, where only
//! names have capitals, and in German, where every noun has one. Must not know the names.

use std::ops::Range;

use cockpit_say::say;

use super::claims::FOUND_MAX;
use super::face::{Draft, Finding, Locale, Part, Rule, Weight};
use super::lists::{Lists, Names};
use super::text::{Text, plain};

/// Every person in a part of a draft.
pub(super) fn check(draft: &Draft, text: &Text<'_>, lists: &Lists, out: &mut Vec<Finding>) {
    let names = Names::all();
    let mut next = 0;
    let most = out.len() + FOUND_MAX;
    for at in 0..text.words.len() {
        if out.len() >= most {
            return;
        }
        if at < next {
            continue;
        }
        let sight = Sight {
            draft,
            text,
            lists,
            names,
            at,
        };
        if let Some(found) = sight.person() {
            next = found.end;
            out.extend(finding(text, found));
        }
    }
    signature(draft, text, lists, names, out);
}

fn finding(text: &Text<'_>, words: Range<usize>) -> Option<Finding> {
    let span = text.span(words)?;
    let name = text.source.get(span.start..span.end)?;
    Some(Finding {
        rule: Rule::PersonNamed,
        weight: Weight::Blocking,
        span: Some(span),
        reason: say!("\"{name}\" names a person; a notice speaks for all of you."),
        fix: say!("Name the role or the team, or nobody.").to_owned(),
        instead: None,
    })
}

/// What can be seen from one word.
struct Sight<'a> {
    draft: &'a Draft,
    text: &'a Text<'a>,
    lists: &'a Lists,
    names: &'a Names,
    at: usize,
}

impl Sight<'_> {
    fn person(&self) -> Option<Range<usize>> {
        self.known()
            .or_else(|| self.handle())
            .or_else(|| self.titled())
            .or_else(|| self.initial())
            .or_else(|| self.given())
    }

    fn plain(&self, at: usize) -> &str {
        self.text.words.get(at).map_or("", |it| it.stem.as_str())
    }

    /// Whether the word at a place may be part of a name that began before it.
    fn goes_on(&self, at: usize) -> bool {
        let Some(word) = self.text.words.get(at) else {
            return false;
        };
        let near = self
            .text
            .ahead(at)
            .chars()
            .all(|it| it == ' ' || it == '-' || it == '.');
        word.capital && !word.first && near && !self.is_known_word(at)
    }

    /// Months, stores, systems: capitals that are no names.
    fn is_known_word(&self, at: usize) -> bool {
        self.lists.is("known", self.plain(at)) || self.lists.is("place", self.plain(at))
    }

    /// The family name behind a given name: all of the words that go on, at most three. German
    /// nouns have capitals too, so there it is one.
    fn with_family(&self, from: usize) -> usize {
        let most = match self.draft.locale {
            Locale::En => 3,
            Locale::De => 1,
        };
        let more = (from..from + most)
            .take_while(|it| self.goes_on(*it))
            .count();
        from + more
    }

    /// Somebody of the workspace.
    fn known(&self) -> Option<Range<usize>> {
        self.draft.people.iter().find_map(|person| {
            let name: Vec<String> = person.split_whitespace().map(plain).collect();
            let count = name.len();
            let here = self.text.words.get(self.at..self.at + count)?;
            let same = count > 0
                && here
                    .iter()
                    .zip(&name)
                    .all(|(word, part)| word.stem == *part);
            let long = name.iter().map(String::len).sum::<usize>() > 2;
            let first = here.first().is_some_and(|it| it.capital);
            (same && long && (count > 1 || first)).then_some(self.at..self.at + count)
        })
    }

    /// "@somebody", "some.body@example.com".
    fn handle(&self) -> Option<Range<usize>> {
        let word = self.text.words.get(self.at)?;
        let ahead = self.text.ahead(self.at);
        let is_mail = self.text.behind(self.at) == "@";
        let is_handle = ahead.ends_with('@') && (ahead != "@" || self.at == 0);
        let parts = || word.plain.split(['_', '.', '-']);
        if is_handle {
            let official = parts().any(|it| self.lists.is("official", it))
                || self.lists.is("party", &word.plain);
            return (!official).then_some(self.at..self.at + 1);
        }
        let named = is_mail && parts().any(|it| self.names.clear.contains(it));
        named.then_some(self.at..self.at + 2)
    }

    /// Whether the word before says whose.
    fn is_ours(&self) -> bool {
        let before = self.at.checked_sub(1);
        before.is_some_and(|before| self.lists.is("our", self.plain(before)))
    }

    /// Whether the word there goes on in the same breath, in small letters.
    fn is_small(&self, at: usize) -> bool {
        let word = self.text.words.get(at);
        self.text.ahead(at) == " " && word.is_some_and(|it| !it.capital)
    }

    /// "Mr. Okafor", "Kollegin Meier", "our engineer Kwesi".
    fn titled(&self) -> Option<Range<usize>> {
        let title = self.plain(self.at);
        let next = self.at + 1;
        let word = self.text.words.get(next)?;
        let near = self
            .text
            .behind(self.at)
            .chars()
            .all(|it| matches!(it, ' ' | '.' | ','));
        if !near || !word.capital || word.first || self.is_known_word(next) {
            return None;
        }
        let capital = self.text.words.get(self.at)?.capital;
        let is_title = capital && self.lists.is("title", title);
        let name = word.stem.as_str();
        let also_named = self.names.also_words.contains(name);
        let is_role = self.lists.is("role", title) || self.lists.ends("role_end", title);
        let role_names = match self.draft.locale {
            Locale::En => !capital && self.text.part == Part::Body || also_named,
            // "Unser Leiter Kwabena geht", not "unser Leiter Kundendienst".
            Locale::De => also_named || self.is_ours() && self.is_small(next + 1),
        };
        let whole = || next..self.with_family(next + 1);
        match (is_title, is_role && role_names) {
            (true, _) => Some(self.at..whole().end),
            (false, true) => Some(whole()),
            (false, false) => None,
        }
    }

    /// "J. Meyer". Not "z. B. Karten", not "plan B. Then".
    fn initial(&self) -> Option<Range<usize>> {
        let word = self.text.words.get(self.at)?;
        let letter = word.capital && word.plain.chars().count() == 1;
        let family = self.text.words.get(self.at + 1)?;
        let joined = self.text.behind(self.at).trim_end() == ".";
        let before = self
            .at
            .checked_sub(1)
            .and_then(|it| self.text.words.get(it));
        let alone =
            before.is_none_or(|it| word.first || !it.capital && it.plain.chars().count() > 1);
        let begins = self.lists.is("starter", &family.plain);
        let long = family.plain.chars().count() > 2 && family.capital && !family.first;
        (letter && joined && alone && long && !begins).then(|| self.at..self.at + 2)
    }

    /// "Tobias", "Tobias Lindner"; "Mark Twain", where only names have capitals.
    fn given(&self) -> Option<Range<usize>> {
        let word = self.text.words.get(self.at)?;
        let name = word.stem.as_str();
        let compound = |gap: &str| gap.starts_with('-') || gap.ends_with('-');
        let next = self.at + 1;
        if !word.capital || compound(self.text.ahead(self.at)) {
            return None;
        }
        if compound(self.text.behind(self.at)) {
            let both =
                self.names.clear.contains(name) && self.names.clear.contains(self.plain(next));
            return both.then(|| self.at..self.with_family(next + 1));
        }
        let place = self.lists.is("place", self.plain(next))
            || self
                .at
                .checked_sub(1)
                .is_some_and(|before| self.lists.is("saint", self.plain(before)));
        if place {
            return None;
        }
        if self.names.clear.contains(name) {
            return Some(self.at..self.with_family(next));
        }
        let family = self.names.also_words.contains(name)
            && self.draft.locale == Locale::En
            && self.text.part == Part::Body
            && self.goes_on(next)
            && !self.lists.is("function", self.plain(next));
        family.then(|| self.at..self.with_family(next))
    }
}

/// A name under a greeting, with the signer's role under it.
fn signature(draft: &Draft, text: &Text<'_>, lists: &Lists, names: &Names, out: &mut Vec<Finding>) {
    let words = |at: usize| {
        let sentence = text.sentences.get(at).cloned().unwrap_or_default();
        text.words.get(sentence).unwrap_or_default()
    };
    for (at, _) in text.sentences.iter().enumerate() {
        let greets =
            words(at).len() <= 4 && words(at).iter().any(|it| lists.is("regards", &it.plain));
        let name = words(at + 1);
        let like_a_name = (1..=4).contains(&name.len())
            && name.iter().all(|it| it.capital)
            && !name.iter().any(|it| lists.is("official", &it.plain));
        let named = name
            .first()
            .is_some_and(|it| names.also_words.contains(&it.plain));
        let role =
            words(at + 2).len() <= 8 && words(at + 2).iter().any(|it| lists.is("role", &it.plain));
        let Some(sentence) = text.sentences.get(at + 1) else {
            continue;
        };
        if !greets || !like_a_name || !(named || role) || draft.body.is_empty() {
            continue;
        }
        let Some(finding) = finding(text, sentence.clone()) else {
            continue;
        };
        let told = out.iter().any(|it| {
            it.rule == finding.rule
                && it.span.zip(finding.span).is_some_and(|(one, other)| {
                    one.part == other.part && one.start < other.end && other.start < one.end
                })
        });
        if !told {
            out.push(finding);
        }
    }
}
