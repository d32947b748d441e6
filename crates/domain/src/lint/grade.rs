//! How many years of school a text asks for. Hides two published formulas and how syllables are
//! counted. Must not know the limit that a notice is held to.

use super::face::Locale;
use super::text::Text;

/// Fewer words than this say nothing about a writer.
const WORDS_MIN: usize = 30;

/// The reading grade of a text, in years of school; absent for a text that is too short.
///
/// English: Flesch-Kincaid, 0.39 × words per sentence + 11.8 × syllables per word − 15.59
/// (J. P. Kincaid, R. P. Fishburne, R. L. Rogers, B. S. Chissom: Derivation of new readability
/// formulas for Navy enlisted personnel, Research Branch Report 8-75, 1975).
///
/// German: the first Wiener Sachtextformel, 0.1935 × MS + 0.1672 × SL + 0.1297 × IW − 0.0327 × ES
/// − 0.875, where MS, IW and ES are the percentages of words with three or more syllables, with
/// more than six letters and with one syllable, and SL is words per sentence (R. Bamberger,
/// E. Vanecek: Lesen, Verstehen, Lernen, Schreiben, Vienna 1984).
pub(super) fn grade(text: &Text<'_>, locale: Locale) -> Option<f64> {
    let words: Vec<&str> = text
        .words
        .iter()
        .map(|it| it.plain.as_str())
        .filter(|it| it.chars().all(|it| it.is_alphabetic() || it == '\''))
        .collect();
    if words.len() < WORDS_MIN {
        return None;
    }
    let count = |what: &dyn Fn(&str) -> bool| words.iter().filter(|it| what(it)).count() as f64;
    let all = words.len() as f64;
    let per_sentence = all / text.sentences.len().max(1) as f64;
    let syllables = |word: &str| syllables(word, locale);
    Some(match locale {
        Locale::En => {
            let spoken: usize = words.iter().map(|it| syllables(it)).sum();
            0.39 * per_sentence + 11.8 * (spoken as f64 / all) - 15.59
        }
        Locale::De => {
            let share = |what: &dyn Fn(&str) -> bool| 100.0 * count(what) / all;
            0.1935 * share(&|it| syllables(it) >= 3)
                + 0.1672 * per_sentence
                + 0.1297 * share(&|it| it.chars().count() > 6)
                - 0.0327 * share(&|it| syllables(it) == 1)
                - 0.875
        }
    })
}

/// Syllables as groups of vowels, with what English leaves silent and German says as one.
fn syllables(word: &str, locale: Locale) -> usize {
    let letters: Vec<char> = word.chars().collect();
    let vowel = |it: char| "aeiouyäöüàáâèéêëìíîïòóôùúû".contains(it);
    let mut count = 0;
    let mut before: Option<char> = None;
    for letter in &letters {
        let one_sound = match (locale, before) {
            (_, None) => false,
            (Locale::En, Some(_)) => true,
            (Locale::De, Some(before)) => {
                let pair = (before, *letter);
                let pairs = [
                    ('a', 'i'),
                    ('a', 'u'),
                    ('ä', 'u'),
                    ('e', 'i'),
                    ('e', 'u'),
                    ('i', 'e'),
                    ('a', 'a'),
                    ('e', 'e'),
                    ('o', 'o'),
                    ('a', 'y'),
                    ('e', 'y'),
                    ('o', 'u'),
                ];
                pairs.contains(&pair)
            }
        };
        if vowel(*letter) {
            count += usize::from(!one_sound);
            // A second vowel closes the sound; a third begins another.
            before = (!one_sound || locale == Locale::En).then_some(*letter);
        } else {
            before = None;
        }
    }
    let silent = locale == Locale::En
        && count > 1
        && (word.ends_with('e') && !word.ends_with("le")
            || word.ends_with("ed") && !word.ends_with("ted") && !word.ends_with("ded")
            || word.ends_with("es")
                && !["ses", "ces", "zes", "xes", "ges", "hes"]
                    .iter()
                    .any(|it| word.ends_with(it)));
    (count - usize::from(silent)).max(1)
}

#[cfg(test)]
mod tests {
    use super::super::face::{Locale, Part};
    use super::super::lists::Lists;
    use super::{Text, grade, syllables};

    #[test]
    fn syllables_are_near_enough() {
        for (word, count) in [
            ("we", 1),
            ("update", 2),
            ("paused", 1),
            ("people", 2),
            ("affected", 3),
            ("version", 2),
            ("cause", 1),
            ("information", 4),
        ] {
            assert_eq!(syllables(word, Locale::En), count, "{word}");
        }
        for (word, count) in [
            ("wir", 1),
            ("ursache", 3),
            ("meldung", 2),
            ("beeinträchtigung", 5),
            ("reihenfolge", 4),
            ("häuser", 2),
            ("die", 1),
        ] {
            assert_eq!(syllables(word, Locale::De), count, "{word}");
        }
    }

    #[test]
    fn long_words_in_long_sentences_need_more_school() {
        let check = |locale, plain: &str, hard: &str| {
            let of = |text: &str| {
                let text = text.repeat(4);
                let text = Text::new(Part::Body, &text, Lists::of(locale));
                grade(&text, locale).expect("a text that is long enough")
            };
            let (plain, hard) = (of(plain), of(hard));
            assert!(plain < 6.0 && hard > 12.0, "{plain} {hard}");
        };
        check(
            Locale::En,
            "The app shuts down for some of you. We do not know why. ",
            "Intermittent unavailability of authentication infrastructure necessitated precautionary \
             deactivation of personalisation functionality pending comprehensive investigation. ",
        );
        check(
            Locale::De,
            "Die App geht bei manchen von euch zu. Den Grund dafür kennen wir noch nicht. ",
            "Die vorübergehende Nichtverfügbarkeit der Authentifizierungsinfrastruktur erforderte die \
             vorsorgliche Deaktivierung sämtlicher Personalisierungsfunktionalitäten. ",
        );
        let short = Text::new(Part::Body, "Too short.", Lists::of(Locale::En));
        assert_eq!(grade(&short, Locale::En), None);
    }
}
