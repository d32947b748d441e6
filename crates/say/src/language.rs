//! A language: its texts under the English ones, and how it writes numbers. Must not know which
//! one is spoken.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use intl_pluralrules::{PluralCategory, PluralRuleType, PluralRules};
use serde::Deserialize;
use unic_langid::LanguageIdentifier;

use crate::template::{Part, key, parts};

/// A language that texts can be said in.
#[derive(Debug)]
pub struct Language {
    tag: String,
    pub(crate) marks: Marks,
    texts: HashMap<String, Text>,
}

/// How numbers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marks {
    /// Between the whole and its parts.
    pub decimal: char,
    /// Between groups of three digits.
    pub group: char,
}

/// What the English texts write: "61 204.5".
pub(crate) const ENGLISH: Marks = Marks {
    decimal: '.',
    group: ' ',
};

/// Why a file of the catalogue cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{text:?}: {why}")]
pub struct Wrong {
    /// The English text; empty when it is the file itself.
    pub text: String,
    /// What is wrong.
    pub why: String,
}

/// A text in one language.
pub struct Text {
    /// As the catalogue has it: what a marked text is handed out as.
    whole: String,
    kind: Kind,
}

enum Kind {
    Plain(Vec<Part>),
    /// By the plural form that a value takes.
    Plural {
        by: String,
        rules: PluralRules,
        forms: BTreeMap<String, Vec<Part>>,
    },
}

impl Language {
    /// Reads a file of the catalogue.
    ///
    /// # Errors
    /// What cannot be used of it.
    pub fn read(file: &str) -> Result<Self, Wrong> {
        let file: File = serde_json::from_str(file).map_err(|error| Wrong {
            text: String::new(),
            why: error.to_string(),
        })?;
        let mut texts = HashMap::new();
        for (english, translated) in file.texts {
            let text = text(&file.language, &english, translated);
            let text = text.map_err(|why| Wrong {
                text: english.clone(),
                why,
            })?;
            texts.insert(english, text);
        }
        Ok(Self {
            tag: file.language,
            marks: Marks {
                decimal: file.decimal,
                group: file.group,
            },
            texts,
        })
    }

    /// The language's tag, "de" or "pt-BR".
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// The texts that it lacks of these.
    pub fn lacks<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
        let texts = texts.into_iter();
        texts.filter(|it| !self.texts.contains_key(*it)).collect()
    }

    pub(crate) fn text(&self, english: &str) -> Option<&Text> {
        self.texts.get(english)
    }
}

impl Text {
    /// The text with its values.
    #[doc(hidden)]
    pub fn fill(&self, values: &[(&str, fmt::Arguments<'_>)]) -> String {
        match &self.kind {
            Kind::Plain(parts) => filled(parts, values),
            Kind::Plural { by, rules, forms } => {
                let number = values.iter().find(|(name, _)| name == by);
                let form = number.map_or("other", |(_, number)| form(rules, &number.to_string()));
                let parts = forms.get(form).or_else(|| forms.get("other"));
                parts.map_or(String::new(), |parts| filled(parts, values))
            }
        }
    }

    pub(crate) fn whole(&self) -> &str {
        &self.whole
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.whole.fmt(to)
    }
}

/// A file of the catalogue.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    language: String,
    decimal: char,
    group: char,
    texts: BTreeMap<String, Translated>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Translated {
    One(String),
    /// `by` names the value, every other key is a plural form of CLDR: "one", "few", "other".
    Forms(BTreeMap<String, String>),
}

fn text(tag: &str, english: &str, translated: Translated) -> Result<Text, String> {
    let known = parts(english)?;
    match translated {
        Translated::One(words) => {
            let kind = Kind::Plain(checked(&known, &words)?);
            Ok(Text { whole: words, kind })
        }
        Translated::Forms(mut forms) => {
            let by = forms.remove("by").ok_or("it does not say by which value")?;
            if !known.iter().any(|it| is_value(it, &by)) {
                return Err(format!("the English text has no value “{by}”"));
            }
            let whole = forms.get("other").cloned();
            let whole = whole.ok_or("the form “other” is missing")?;
            let rules = rules(tag)?;
            let forms = forms
                .into_iter()
                .map(|(form, words)| Ok((form, checked(&known, &words)?)))
                .collect::<Result<_, String>>()?;
            let kind = Kind::Plural { by, rules, forms };
            Ok(Text { whole, kind })
        }
    }
}

/// The parts of a translation, which names no value that the English text does not have.
fn checked(known: &[Part], translated: &str) -> Result<Vec<Part>, String> {
    let parts = parts(translated)?;
    for part in &parts {
        if let Part::Value { name, .. } = part
            && !known.iter().any(|it| is_value(it, name))
        {
            return Err(format!("the English text has no value “{name}”"));
        }
    }
    Ok(parts)
}

fn is_value(part: &Part, by: &str) -> bool {
    match part {
        Part::Value { name, .. } => name == by,
        Part::Words(_) => false,
    }
}

fn rules(tag: &str) -> Result<PluralRules, String> {
    let unknown = |_| format!("the plural forms of “{tag}” are not known");
    let whole: LanguageIdentifier = tag.parse().map_err(unknown)?;
    let bare = LanguageIdentifier::from_parts(whole.language, None, None, &[]);
    PluralRules::create(whole, PluralRuleType::CARDINAL)
        .or_else(|_| PluralRules::create(bare, PluralRuleType::CARDINAL))
        .map_err(|_| format!("the plural forms of “{tag}” are not known"))
}

fn form(rules: &PluralRules, number: &str) -> &'static str {
    let plain: String = number.chars().filter(|it| it.is_ascii_digit()).collect();
    match rules.select(plain.as_str()) {
        Ok(PluralCategory::ZERO) => "zero",
        Ok(PluralCategory::ONE) => "one",
        Ok(PluralCategory::TWO) => "two",
        Ok(PluralCategory::FEW) => "few",
        Ok(PluralCategory::MANY) => "many",
        Ok(PluralCategory::OTHER) | Err(_) => "other",
    }
}

fn filled(parts: &[Part], values: &[(&str, fmt::Arguments<'_>)]) -> String {
    let mut text = String::new();
    for part in parts {
        match part {
            Part::Words(words) => text.push_str(words),
            Part::Value { name, .. } => {
                let value = values.iter().find(|(known, _)| known == name);
                if let Some((_, value)) = value {
                    text.push_str(&value.to_string());
                }
            }
        }
    }
    text
}

/// The text under which the catalogue holds what stands in the code.
///
/// # Errors
/// It is not a text that `say!` takes.
pub fn catalogued(code: &str) -> Result<String, String> {
    Ok(key(&parts(code)?))
}
