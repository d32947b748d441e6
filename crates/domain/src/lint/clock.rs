//! Times of day in a sentence: "14:30 UTC", "2:30 pm", "14.30 Uhr MEZ". Hides how they are
//! written. Must not know what happens then.

use std::ops::Range;

use super::text::Text;

/// Minutes of a day.
pub(super) const DAY_MIN: i64 = 24 * 60;

/// A time of day.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Clock {
    /// Its words.
    pub words: Range<usize>,
    /// Minutes since midnight UTC; absent when the text does not name a zone that is known.
    pub utc_min: Option<i64>,
}

/// Every time of day in some words of a text.
pub(super) fn clocks(text: &Text<'_>, words: Range<usize>) -> Vec<Clock> {
    let mut found = Vec::new();
    let mut at = words.start;
    while at < words.end {
        match clock(text, at, words.end) {
            Some(clock) => {
                at = clock.words.end;
                found.push(clock);
            }
            None => at += 1,
        }
    }
    found
}

fn clock(text: &Text<'_>, at: usize, end: usize) -> Option<Clock> {
    let word = |at: usize| {
        let word = text.words.get(at).filter(|_| at < end);
        word.map_or("", |it| it.plain.as_str())
    };
    let tight = |at: usize, sign: &str| text.behind(at) == sign;
    let (hour, minute, mut next, plain_colon) =
        match (number(word(at), 1..=2), number(word(at + 1), 2..=2)) {
            (Some(hour), Some(minute)) if tight(at, ":") => (hour, minute, at + 2, true),
            (Some(hour), _) => (hour, 0, at + 1, false),
            (None, _) => {
                let (hour, minute) = word(at).split_once(['.', ':'])?;
                let minute = number(minute, 2..=2)?;
                (number(hour, 1..=2)?, minute, at + 1, false)
            }
        };
    let mut hour = hour;
    let mut certain = plain_colon;
    if matches!(word(next), "am" | "pm" | "a.m" | "p.m") {
        let noon = word(next).starts_with('p');
        hour = hour % 12 + if noon { 12 } else { 0 };
        (next, certain) = (next + 1, true);
    }
    if word(next) == "uhr" {
        (next, certain) = (next + 1, true);
    }
    let zone = match word(next) {
        "utc" | "gmt" | "z" | "wet" => Some(0),
        "cet" | "mez" | "bst" => Some(60),
        "cest" | "mesz" | "eet" => Some(120),
        _ => None,
    };
    if zone.is_some() {
        (next, certain) = (next + 1, true);
    }
    let real = hour < 24 && minute < 60 && certain;
    real.then(|| Clock {
        words: at..next,
        utc_min: zone.map(|zone| (hour * 60 + minute - zone).rem_euclid(DAY_MIN)),
    })
}

fn number(word: &str, letters: std::ops::RangeInclusive<usize>) -> Option<i64> {
    let digits = letters.contains(&word.len()) && word.bytes().all(|it| it.is_ascii_digit());
    digits.then(|| word.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::super::face::{Locale, Part};
    use super::super::lists::Lists;
    use super::{Text, clocks};

    fn check(text: &str, expected: &[(&str, Option<i64>)]) {
        let text = Text::new(Part::Body, text, Lists::of(Locale::De));
        let found: Vec<_> = clocks(&text, 0..text.words.len())
            .into_iter()
            .map(|it| {
                let span = text.span(it.words).expect("words");
                (&text.source[span.start..span.end], it.utc_min)
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn times_of_day_are_read_as_people_write_them() {
        check(
            "by 14:30 UTC, or 15:00",
            &[("14:30 UTC", Some(870)), ("15:00", None)],
        );
        check("um 14.30 Uhr MEZ", &[("14.30 Uhr MEZ", Some(810))]);
        check("at 2:30 pm GMT", &[("2:30 pm GMT", Some(870))]);
        check("um 9 Uhr", &[("9 Uhr", None)]);
        check("12 am UTC", &[("12 am UTC", Some(0))]);
        check("00:30 CET", &[("00:30 CET", Some(23 * 60 + 30))]);
        check("8.40 of 25:61 and 3 people", &[]);
    }
}
