//! Google's civil times: hours in UTC, and days that begin at midnight in Los Angeles. Must not know
//! what happened in them.

use cockpit_domain::Time;
use serde_json::{Value, json};

use super::wire::DateTime;

pub(super) const HOUR_MS: u64 = 3_600_000;
pub(super) const DAY_MS: u64 = 24 * HOUR_MS;
const LOS_ANGELES: &str = "America/Los_Angeles";

/// What one figure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Period {
    /// An hour in UTC.
    Hour,
    /// A calendar day in Los Angeles.
    Day,
}

impl Period {
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Hour => "HOURLY",
            Self::Day => "DAILY",
        }
    }

    /// How long it is; the two days of a year on which clocks change are an hour off.
    pub(super) fn ms(self) -> u64 {
        match self {
            Self::Hour => HOUR_MS,
            Self::Day => DAY_MS,
        }
    }
}

/// The moment that a civil time means; nothing when it is none of this period.
pub(super) fn moment(at: &DateTime, period: Period) -> Option<Time> {
    let hours = match period {
        Period::Hour => at.hours,
        Period::Day => 0,
    };
    let utc = date(at.year, at.month, at.day, hours)?;
    let zone = at.time_zone.as_ref().map(|it| it.id.as_str());
    match (period, zone) {
        (Period::Hour, None | Some("UTC")) => Some(utc),
        (Period::Day, None | Some(LOS_ANGELES)) => {
            Some(utc + midnight_behind_utc(at.year, utc) * HOUR_MS)
        }
        (Period::Hour | Period::Day, Some(_)) => None,
    }
}

/// So many periods before a civil time, as the interface takes it.
pub(super) fn before(at: &DateTime, period: Period, count: u64) -> Option<Value> {
    let hours = match period {
        Period::Hour => at.hours,
        Period::Day => 0,
    };
    // Civil days are counted as days of any zone.
    let civil = date(at.year, at.month, at.day, hours)? - count * period.ms();
    let text = civil.to_string();
    let part = |from: usize, to: usize| text.get(from..to)?.parse::<u32>().ok();
    let (year, month, day) = (part(0, 4)?, part(5, 7)?, part(8, 10)?);
    // Minutes and seconds, and for days hours too, must not be set.
    Some(match period {
        Period::Hour => json!({
            "year": year, "month": month, "day": day, "hours": part(11, 13)?, "timeZone": {"id": "UTC"},
        }),
        Period::Day => json!({
            "year": year, "month": month, "day": day, "timeZone": {"id": LOS_ANGELES},
        }),
    })
}

fn date(year: u32, month: u32, day: u32, hours: u32) -> Option<Time> {
    let text = format!("{year:04}-{month:02}-{day:02}T{hours:02}:00:00Z");
    text.parse().ok()
}

/// How many hours midnight in Los Angeles is behind midnight UTC of the same date. Summer time begins
/// in the night of the second Sunday of March and ends in that of the first Sunday of November, each
/// after midnight.
fn midnight_behind_utc(year: u32, date_utc: Time) -> u64 {
    const SUMMER: u64 = 7;
    const WINTER: u64 = 8;
    let (Some(begins), Some(ends)) = (sunday(year, 3, 2), sunday(year, 11, 1)) else {
        return WINTER;
    };
    if begins < date_utc && date_utc <= ends {
        SUMMER
    } else {
        WINTER
    }
}

/// The n-th Sunday of a month.
fn sunday(year: u32, month: u32, nth: u64) -> Option<Time> {
    let first = date(year, month, 1, 0)?;
    // 1970-01-01 was a Thursday, four days after a Sunday.
    let days = first.as_ms().div_euclid(DAY_MS as i64) + 4;
    let after_sunday = u64::try_from(days.rem_euclid(7)).unwrap_or(0);
    let to_first = (7 - after_sunday) % 7;
    Some(first + (to_first + 7 * (nth - 1)) * DAY_MS)
}

#[cfg(test)]
mod tests {
    use super::super::wire::TimeZone;
    use super::*;

    fn civil(year: u32, month: u32, day: u32, hours: u32, zone: &str) -> DateTime {
        DateTime {
            year,
            month,
            day,
            hours,
            time_zone: Some(TimeZone {
                id: zone.to_owned(),
            }),
        }
    }

    #[test]
    fn a_day_begins_at_midnight_in_los_angeles_in_summer_and_winter() {
        for (month, day, begins) in [
            (11, 23, "2026-11-23T08:00:00.000Z"),
            (7, 1, "2026-07-01T07:00:00.000Z"),
            // Clocks change after midnight of these days.
            (3, 8, "2026-03-08T08:00:00.000Z"),
            (3, 9, "2026-03-09T07:00:00.000Z"),
            (11, 1, "2026-11-01T07:00:00.000Z"),
            (11, 2, "2026-11-02T08:00:00.000Z"),
        ] {
            let at = civil(2026, month, day, 0, LOS_ANGELES);
            let found = moment(&at, Period::Day).map(|it| it.to_string());
            assert_eq!(found.as_deref(), Some(begins));
        }
    }

    #[test]
    fn an_hour_is_of_utc_and_of_no_other_zone() {
        let at = civil(2026, 11, 23, 18, "UTC");
        let found = moment(&at, Period::Hour).map(|it| it.to_string());
        assert_eq!(found.as_deref(), Some("2026-11-23T18:00:00.000Z"));
        assert_eq!(
            moment(&civil(2026, 11, 23, 18, "Asia/Tokyo"), Period::Hour),
            None
        );
    }

    #[test]
    fn what_is_asked_for_has_no_minutes_and_a_day_no_hours() {
        let hour = before(&civil(2026, 3, 1, 2, "UTC"), Period::Hour, 5);
        let awaited =
            json!({"year": 2026, "month": 2, "day": 28, "hours": 21, "timeZone": {"id": "UTC"}});
        assert_eq!(hour, Some(awaited));
        let day = before(&civil(2026, 3, 1, 0, LOS_ANGELES), Period::Day, 1);
        let awaited = json!({"year": 2026, "month": 2, "day": 28, "timeZone": {"id": LOS_ANGELES}});
        assert_eq!(day, Some(awaited));
    }
}
