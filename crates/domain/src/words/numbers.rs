//! Shares, counts, spans, days and times of day as people read them, in the language of the
//! process. Must not know what they are of.

use cockpit_say::{marks, say};

use crate::time::Time;

/// "20 %", "0.5 %": hundredths of a per cent as people read them.
pub fn percent(bps: u32) -> String {
    let number = match bps % 100 {
        0 => (bps / 100).to_string(),
        rest if rest % 10 == 0 => decimal(bps / 100, &(rest / 10).to_string()),
        _ => hundredths(bps),
    };
    say!("{number} %")
}

/// "98.21 %": always two decimals, for health figures.
pub fn percent_2(bps: u32) -> String {
    let number = hundredths(bps);
    say!("{number} %")
}

/// "4.27": hundredths, always with two decimals.
pub fn hundredths(number: u32) -> String {
    decimal(number / 100, &format!("{:02}", number % 100))
}

fn decimal(whole: u32, rest: &str) -> String {
    format!("{whole}{}{rest}", marks().decimal)
}

/// "61 204": digits in groups of three with a space between.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(marks().group);
        }
        text.push(digit);
    }
    text
}

/// "212 ms", "1.31 s", "11 min", "3 h", "2 days".
pub fn span(ms: u64) -> String {
    const SECOND: u64 = 1_000;
    const MINUTE: u64 = 60 * SECOND;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    match ms {
        ms if ms < SECOND => say!("{ms} ms"),
        ms if ms < 10 * SECOND => {
            let seconds = hundredths(u32::try_from(ms / 10).unwrap_or(u32::MAX));
            say!("{seconds} s")
        }
        ms if ms < MINUTE => say!("{seconds} s", seconds = ms / SECOND),
        ms if ms < HOUR => say!("{minutes} min", minutes = ms / MINUTE),
        ms if ms < 2 * DAY => say!("{hours} h", hours = ms / HOUR),
        ms => say!("{days} days", days = ms / DAY),
    }
}

/// The period of a limit, after "in the last" or "in": "minute", "10 s".
pub fn period(per_s: u32) -> String {
    match per_s {
        60 => say!("minute").to_owned(),
        3_600 => say!("hour").to_owned(),
        86_400 => say!("day").to_owned(),
        other => span(u64::from(other) * 1_000),
    }
}

/// "14:02:41Z": the time of day in UTC.
pub fn clock(time: Time) -> String {
    let text = time.to_string();
    match text.get(11..19) {
        Some(clock) => say!("{clock}Z"),
        None => text,
    }
}

/// "2026-11-23": the day in UTC.
pub fn day(time: Time) -> String {
    let text = time.to_string();
    match (text.get(..4), text.get(5..7), text.get(8..10)) {
        (Some(year), Some(month), Some(day)) => say!("{year}-{month}-{day}"),
        (Some(_) | None, Some(_) | None, Some(_) | None) => text,
    }
}

/// "2026-11-23T14:02:41.000Z": the moment in UTC, for what is looked up in the log afterwards.
pub fn moment(time: Time) -> String {
    let text = time.to_string();
    match text.get(11..23) {
        Some(clock) => say!("{day}T{clock}Z", day = day(time)),
        None => text,
    }
}
