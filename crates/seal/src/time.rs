//! One spelling of a moment: `2026-11-23T18:30:05.123Z`. Knows no clock.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A moment in milliseconds since 1970-01-01 UTC, written as RFC 3339 with
/// exactly three decimals and `Z`. Years 1970 to 9999; no leap seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

/// A text is not a moment in the one spelling that entries use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a UTC time such as 2026-11-23T18:30:05.123Z, years 1970 to 9999")]
pub struct TimeError;

const MS_A_DAY: u64 = 86_400_000;
const MS_MAX: u64 = 253_402_300_799_999; // 9999-12-31T23:59:59.999Z

impl Timestamp {
    /// # Errors
    /// The moment is before 1970 or after 9999.
    pub fn from_ms(ms: i64) -> Result<Self, TimeError> {
        match u64::try_from(ms) {
            Ok(ms) if ms <= MS_MAX => Ok(Self(ms)),
            Ok(_) | Err(_) => Err(TimeError),
        }
    }

    /// Milliseconds since 1970-01-01 UTC.
    pub fn ms(self) -> i64 {
        i64::try_from(self.0).expect("at most year 9999, far below i64::MAX")
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil(self.0 / MS_A_DAY);
        let ms = self.0 % MS_A_DAY;
        let (hour, minute) = (ms / 3_600_000, ms / 60_000 % 60);
        let (second, milli) = (ms / 1000 % 60, ms % 1000);
        // A time is written for each entry many times.
        let mut text = *b"0000-00-00T00:00:00.000Z";
        for (digits, mut number) in [
            (0..4, year),
            (5..7, month),
            (8..10, day),
            (11..13, hour),
            (14..16, minute),
            (17..19, second),
            (20..23, milli),
        ] {
            for digit in text[digits].iter_mut().rev() {
                *digit += (number % 10) as u8;
                number /= 10;
            }
        }
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        const SHAPE: &[u8; 24] = b"dddd-dd-ddTdd:dd:dd.dddZ";
        let bytes = text.as_bytes();
        let shaped = bytes.len() == SHAPE.len()
            && bytes.iter().zip(SHAPE).all(|(byte, shape)| match shape {
                b'd' => byte.is_ascii_digit(),
                literal => byte == literal,
            });
        if !shaped {
            return Err(TimeError);
        }
        let number = |from: usize, to: usize| {
            bytes[from..to]
                .iter()
                .fold(0u64, |sum, digit| sum * 10 + u64::from(digit - b'0'))
        };
        let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
        let (hour, minute, second) = (number(11, 13), number(14, 16), number(17, 19));
        let in_range = year >= 1970
            && (1..=12).contains(&month)
            && (1..=days_in_month(year, month)).contains(&day)
            && hour < 24
            && minute < 60
            && second < 60;
        if !in_range {
            return Err(TimeError);
        }
        let ms = ((hour * 60 + minute) * 60 + second) * 1000 + number(20, 23);
        Ok(Self(day_number(year, month, day) * MS_A_DAY + ms))
    }
}

fn is_leap(year: u64) -> bool {
    (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400)
}

fn days_in_month(year: u64, month: u64) -> u64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days before 1 January of `year`, counted from year 0 of the proleptic calendar.
fn days_before_year(year: u64) -> u64 {
    let before = year - 1;
    year * 365 + before / 4 - before / 100 + before / 400
}

const YEAR_ZERO_OFFSET: u64 = 719_527; // days_before_year(1970)

fn day_number(year: u64, month: u64, day: u64) -> u64 {
    let months: u64 = (1..month).map(|m| days_in_month(year, m)).sum();
    days_before_year(year) + months + day - 1 - YEAR_ZERO_OFFSET
}

fn civil(day_number: u64) -> (u64, u64, u64) {
    let days = day_number + YEAR_ZERO_OFFSET;
    let mut year = days / 366;
    while days_before_year(year + 1) <= days {
        year += 1;
    }
    let mut rest = days - days_before_year(year);
    let mut month = 1;
    while rest >= days_in_month(year, month) {
        rest -= days_in_month(year, month);
        month += 1;
    }
    (year, month, rest + 1)
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_moments() {
        for (ms, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_795_458_605_123, "2026-11-23T18:30:05.123Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(Timestamp::from_ms(ms).unwrap().to_string(), text);
            assert_eq!(text.parse::<Timestamp>().unwrap().ms(), ms);
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        for bad in [
            "2026-11-23T18:30:05Z",
            "2026-11-23T18:30:05.123+00:00",
            "2026-11-23t18:30:05.123z",
            "2026-02-29T00:00:00.000Z",
            "2026-13-01T00:00:00.000Z",
            "2026-00-01T00:00:00.000Z",
            "2026-01-00T00:00:00.000Z",
            "2026-01-01T24:00:00.000Z",
            "2026-01-01T23:59:60.000Z",
            "1969-12-31T23:59:59.999Z",
            "2026-01-01T23:59:5\u{665}.00Z",
            "",
        ] {
            assert_eq!(bad.parse::<Timestamp>(), Err(TimeError), "{bad}");
        }
        assert!(Timestamp::from_ms(-1).is_err());
        assert!(Timestamp::from_ms(i64::MAX).is_err());
    }

    proptest! {
        #[test]
        fn every_moment_reads_back(ms in 0..=MS_MAX) {
            let moment = Timestamp(ms);
            prop_assert_eq!(moment.to_string().parse::<Timestamp>().unwrap(), moment);
        }
    }
}
