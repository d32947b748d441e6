//! Dates and numbers as a language writes them. Must not know a sentence.

use crate::lint::Locale;
use crate::time::Time;

/// Every language that there are texts for.
pub(crate) const ALL: [Locale; 2] = [Locale::En, Locale::De];

/// Key of a language on the wire.
pub(crate) fn key(locale: Locale) -> &'static str {
    match locale {
        Locale::En => "en",
        Locale::De => "de",
    }
}

const EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const DE: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

fn months(locale: Locale) -> &'static [&'static str; 12] {
    match locale {
        Locale::En => &EN,
        Locale::De => &DE,
    }
}

/// "18:30 UTC on 24 November 2026", "24. November 2026, 18:30 Uhr UTC". The day always stands
/// there: a notice is read for longer than it is new.
pub(crate) fn moment(locale: Locale, time: Time) -> String {
    let text = time.to_string();
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    let month: usize = part(5, 7).parse().unwrap_or(1);
    let month = months(locale)
        .get(month.wrapping_sub(1))
        .copied()
        .unwrap_or_default();
    let day = part(8, 10).trim_start_matches('0');
    let (year, clock) = (part(0, 4), part(11, 16));
    match locale {
        Locale::En => format!("{clock} UTC on {day} {month} {year}"),
        Locale::De => format!("{day}. {month} {year}, {clock} Uhr UTC"),
    }
}

/// Whether a text is a moment as [`moment`] writes it in some language.
pub(crate) fn is_moment(text: &str) -> bool {
    let words: Vec<&str> = text.split(' ').collect();
    let number = |word: &str, letters: std::ops::RangeInclusive<usize>| {
        letters.contains(&word.len()) && word.bytes().all(|it| it.is_ascii_digit())
    };
    let clock = |word: &str| {
        word.len() == 5
            && word
                .split_once(':')
                .is_some_and(|(hour, minute)| number(hour, 2..=2) && number(minute, 2..=2))
    };
    match words.as_slice() {
        [time, "UTC", "on", day, month, year] => {
            clock(time) && number(day, 1..=2) && EN.contains(month) && number(year, 4..=4)
        }
        [day, month, year, time, "Uhr", "UTC"] => {
            let (day, year) = (day.strip_suffix('.'), year.strip_suffix(','));
            day.is_some_and(|day| number(day, 1..=2))
                && DE.contains(month)
                && year.is_some_and(|year| number(year, 4..=4))
                && clock(time)
        }
        _ => false,
    }
}

/// "98.21 %", "98,21 %": hundredths of a per cent.
pub(crate) fn percent(locale: Locale, bps: u32) -> String {
    let point = match locale {
        Locale::En => '.',
        Locale::De => ',',
    };
    format!("{}{point}{:02} %", bps / 100, bps % 100)
}
