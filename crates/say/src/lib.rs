//! Texts for people, in the language of the process. The English text stands in the code and is
//! the key of its translations. Must not know what a text is about, nor where a language is kept.
//!
//! `say!("Halted {name} at {share}")` reads as `format!` does, and in English is nothing else. In
//! another language it fills that language's text with the same values. Without a value it gives a
//! `&'static str`. A text that must stand in a constant is a `mark!("…")` there, and [`said`] where
//! it is shown.
//!
//! Only what a person reads is said so. What is signed, hashed, compared, stored as a code or sent
//! to a service is written with `format!`, in English or in no language.

mod catalogue;
mod language;
mod template;

use std::sync::OnceLock;

pub use catalogue::{languages, speak_as, speak_as_here};
pub use cockpit_say_macro::{count, mark, say};
pub use language::{Language, Marks, Text, Wrong, catalogued};

static SPOKEN: OnceLock<Language> = OnceLock::new();

/// Sets the language of the process, once, before anything is said.
///
/// # Errors
/// One was set before.
pub fn speak(language: Language) -> Result<(), Language> {
    SPOKEN.set(language)
}

/// The tag of the language that is spoken.
pub fn tag() -> &'static str {
    SPOKEN.get().map_or("en", Language::tag)
}

/// How numbers are written in it.
pub fn marks() -> Marks {
    SPOKEN.get().map_or(language::ENGLISH, |it| it.marks)
}

/// A text that was marked where it stands.
pub fn said(english: &str) -> &str {
    let text = SPOKEN.get().and_then(|it| it.text(english));
    text.map_or(english, Text::whole)
}

/// The text that takes the place of an English one; none in English.
#[doc(hidden)]
pub fn translated(english: &str) -> Option<&'static Text> {
    SPOKEN.get()?.text(english)
}
