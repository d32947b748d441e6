//! Civil times as the interface writes them: UTC for hours, Los Angeles for days. Must not know what
//! is counted.

use chrono::{Datelike, NaiveDate, TimeDelta, Timelike};
use serde_json::{Value, json};

use crate::health::{DAY_MS, HOUR_MS};

const LOS_ANGELES: &str = "America/Los_Angeles";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Period {
    Hourly,
    Daily,
}

impl Period {
    pub(super) fn key(self) -> &'static str {
        match self {
            Period::Hourly => "HOURLY",
            Period::Daily => "DAILY",
        }
    }

    /// The start of the period after the one that starts at `at_ms`.
    pub(super) fn next(self, at_ms: i64) -> i64 {
        match self {
            Period::Hourly => at_ms + HOUR_MS,
            // Midday of the next date, whatever clocks do, and back to its midnight.
            Period::Daily => midnight(date_of(at_ms) + TimeDelta::days(1)),
        }
    }

    pub(super) fn floor(self, at_ms: i64) -> i64 {
        match self {
            Period::Hourly => at_ms.div_euclid(HOUR_MS) * HOUR_MS,
            Period::Daily => midnight(date_of(at_ms)),
        }
    }
}

/// A moment as this period writes it.
pub(super) fn civil(at_ms: i64, period: Period) -> Value {
    match period {
        Period::Hourly => {
            let at = chrono::DateTime::from_timestamp_millis(at_ms).unwrap_or_default();
            let mut civil = json!({
                "year": at.year(), "month": at.month(), "day": at.day(), "timeZone": {"id": "UTC"},
            });
            // What is 0 is left out.
            if at.hour() > 0 {
                civil["hours"] = json!(at.hour());
            }
            civil
        }
        Period::Daily => {
            let date = date_of(at_ms);
            json!({
                "year": date.year(), "month": date.month(), "day": date.day(),
                "timeZone": {"id": LOS_ANGELES},
            })
        }
    }
}

/// The moment that a civil time of a request means.
///
/// # Errors
/// What is refused about it.
pub(super) fn moment(at: &Value, period: Period, name: &str) -> Result<i64, String> {
    let part = |key: &str| at[key].as_i64().unwrap_or(0);
    let unset: &[&str] = match period {
        Period::Hourly => &["minutes", "seconds", "nanos"],
        Period::Daily => &["hours", "minutes", "seconds", "nanos"],
    };
    if let Some(key) = unset.iter().find(|key| !at[**key].is_null()) {
        return Err(format!(
            "timeline_spec.{name}: '{key}' must be unset for aggregation period {}",
            period.key()
        ));
    }
    let zone = at["timeZone"]["id"].as_str();
    let own = match period {
        Period::Hourly => "UTC",
        Period::Daily => LOS_ANGELES,
    };
    if zone.is_some_and(|zone| zone != own) || !at["utcOffset"].is_null() {
        return Err(format!(
            "timeline_spec.{name}: only the time zone {own} is supported for aggregation period {}",
            period.key()
        ));
    }
    let date = u32::try_from(part("month"))
        .ok()
        .zip(u32::try_from(part("day")).ok())
        .zip(i32::try_from(part("year")).ok())
        .and_then(|((month, day), year)| NaiveDate::from_ymd_opt(year, month, day))
        .ok_or_else(|| format!("timeline_spec.{name}: not a date"))?;
    Ok(match period {
        Period::Hourly => utc_ms(date) + part("hours") * HOUR_MS,
        Period::Daily => midnight(date),
    })
}

fn utc_ms(date: NaiveDate) -> i64 {
    date.signed_duration_since(NaiveDate::default()).num_days() * DAY_MS
}

/// Midnight in Los Angeles.
fn midnight(date: NaiveDate) -> i64 {
    let hours = if is_summer_at_midnight(date) { 7 } else { 8 };
    utc_ms(date) + hours * HOUR_MS
}

/// The date in Los Angeles.
fn date_of(at_ms: i64) -> NaiveDate {
    let of = |ms: i64| NaiveDate::default() + TimeDelta::days(ms.div_euclid(DAY_MS));
    // Never later than the true date, and at most one day before it.
    let mut date = of(at_ms - 8 * HOUR_MS);
    while midnight(date + TimeDelta::days(1)) <= at_ms {
        date += TimeDelta::days(1);
    }
    date
}

/// Clocks go forward in the night of the second Sunday of March and back in that of the first of
/// November, after midnight.
fn is_summer_at_midnight(date: NaiveDate) -> bool {
    let sunday = |month: u32, nth: u8| {
        NaiveDate::from_weekday_of_month_opt(date.year(), month, chrono::Weekday::Sun, nth)
    };
    match (sunday(3, 2), sunday(11, 1)) {
        (Some(begins), Some(ends)) => begins < date && date <= ends,
        _ => false,
    }
}
