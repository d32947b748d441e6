//! Goes through the texts of an answer and finds what was not said in the language. Must not know
//! the shape of an answer.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::pseudo::unsaid;

/// Places whose texts are data, and why.
const DATA_AT: &[(&str, &str)] = &[
    (".raw", "the line that was signed"),
    (".flags_from", "names at the services"),
    (".goes_to", "it is signed"),
    (
        ".previews[].channel",
        "where a channel goes, which is signed",
    ),
    (
        "notices.channels[].title",
        "where a channel goes, which is signed",
    ),
];

/// Places of what customers are told: in the languages of the incident, never in the laptop's.
const TOLD_AT: &[&str] = &[".slots.words.", ".text.title", ".text.body", ".promise"];

/// Texts that are data, wherever they stand: typed by a person, or kept at a service.
const DATA: &[&str] = &[
    "Crash on opening Transfer",
    "There is no cause",
    "Nobody is affected!!",
    "Northwind incidents",
    "Payments that succeed",
    "Android vitals",
    // The rule that a ledger begins with; its name stands in the ledger.
    "crash floor",
    // Descriptions of flags.
    "Instant transfers between wallets. New in 8.4.0; off means the standard transfer",
    "Sign in with passkeys, unless the app says otherwise",
    "Sign in with passkeys",
    "The third home feed, for a quarter of the people",
    "The third home feed, for half of the people",
    "Without a variation for off, so that apps fall back to what is in their code",
];

/// What was not said, with where it stood.
#[derive(Default)]
pub struct Unsaid {
    found: BTreeMap<String, String>,
    /// What customers are told; other answers repeat it.
    told: BTreeSet<String>,
}

impl Unsaid {
    pub fn look(&mut self, place: &str, value: &Value) {
        match value {
            Value::String(text) if TOLD_AT.iter().any(|it| place.contains(it)) => {
                if text.contains('⟦') {
                    let wrong = format!("{place}, in the language of the laptop");
                    self.found.insert(text.clone(), wrong);
                } else {
                    self.told.insert(text.clone());
                }
            }
            Value::String(text) => {
                let mut rest = unsaid(text);
                for data in DATA {
                    rest = rest.replace(data, " ");
                }
                if is_prose(&rest) {
                    self.found.entry(rest).or_insert_with(|| place.to_owned());
                }
            }
            Value::Array(values) => {
                for value in values {
                    self.look(&format!("{place}[]"), value);
                }
            }
            Value::Object(fields) => {
                for (name, value) in fields {
                    let place = format!("{place}.{name}");
                    if !DATA_AT.iter().any(|(it, _)| place.ends_with(it)) {
                        self.look(&place, value);
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    pub fn none(&self) {
        let found: Vec<String> = self
            .found
            .iter()
            .filter(|(text, _)| !self.told.iter().any(|told| told.contains(text.trim())))
            .map(|(text, place)| format!("{place}: {text:?}"))
            .collect();
        assert!(found.is_empty(), "not said:\n{}", found.join("\n"));
    }
}

/// Two words beside each other, one of them in small letters.
fn is_prose(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.windows(2).any(|pair| {
        let word = |it: &str| {
            let it = it.trim_matches(|letter: char| !letter.is_alphanumeric());
            it.len() > 1 && it.chars().all(char::is_alphabetic)
        };
        let small = |it: &str| it.chars().next().is_some_and(char::is_lowercase);
        pair.iter().all(|it| word(it)) && pair.iter().any(|it| small(it))
    })
}
