//! The languages that the product brings along, each a file of the folder `catalogue`. Must not
//! know who asks for one.

use crate::{Language, Wrong, speak};

/// A language's tag and its file, with `include_str!`.
const FILES: &[(&str, &str)] = &[];

/// Speaks the first of the languages that the system is set to which is English or has a file.
///
/// # Errors
/// The language's file cannot be used; English is spoken.
pub fn speak_as_here() -> Result<&'static str, Wrong> {
    let known = |it: &String| it.starts_with("en") || best(FILES, it).is_some();
    speak_as(&sys_locale::get_locales().find(known).unwrap_or_default())
}

/// Speaks the language of a system locale, "de_AT.UTF-8" or "de-AT": exactly that one, else that of
/// its first part, else English. Gives the tag of what is spoken.
///
/// # Errors
/// The language's file cannot be used; English is spoken.
pub fn speak_as(locale: &str) -> Result<&'static str, Wrong> {
    if let Some((_, file)) = best(FILES, locale) {
        // A second call changes nothing, so the first one's answer is given again.
        let _ = speak(Language::read(file)?);
    }
    Ok(crate::tag())
}

/// The tags of the languages besides English.
pub fn languages() -> Vec<&'static str> {
    FILES.iter().map(|(tag, _)| *tag).collect()
}

fn best<'a>(files: &'a [(&str, &str)], locale: &str) -> Option<&'a (&'a str, &'a str)> {
    let tag = locale.split(['.', '@']).next().unwrap_or_default();
    let tag = tag.replace('_', "-");
    let bare = tag.split('-').next().unwrap_or_default();
    let of = |tag: &str| files.iter().find(|(it, _)| it.eq_ignore_ascii_case(tag));
    of(&tag).or_else(|| of(bare))
}

#[cfg(test)]
mod tests {
    use super::best;

    #[test]
    fn a_locale_finds_its_language() {
        let files = [("de", "1"), ("pt-BR", "2")];
        let found = |locale| best(&files, locale).map(|(tag, _)| *tag);
        assert_eq!(found("de_AT.UTF-8"), Some("de"));
        assert_eq!(found("de@euro"), Some("de"));
        assert_eq!(found("pt-br"), Some("pt-BR"));
        assert_eq!(found("pt_PT"), None);
        assert_eq!(found("C"), None);
        assert_eq!(found(""), None);
    }
}
