//! Shares, counts, spans and times of day as people read them. Must not know what they are of.

use crate::time::Time;

/// "20 %", "0.5 %": hundredths of a per cent as people read them.
pub fn percent(bps: u32) -> String {
    let (whole, rest) = (bps / 100, bps % 100);
    if rest == 0 {
        format!("{whole} %")
    } else if rest % 10 == 0 {
        format!("{whole}.{} %", rest / 10)
    } else {
        format!("{whole}.{rest:02} %")
    }
}

/// "98.21 %": always two decimals, for health figures.
pub fn percent_2(bps: u32) -> String {
    format!("{}.{:02} %", bps / 100, bps % 100)
}

/// "61 204": digits in groups of three with a space between.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
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
        ms if ms < SECOND => format!("{ms} ms"),
        ms if ms < 10 * SECOND => format!("{}.{:02} s", ms / SECOND, ms % SECOND / 10),
        ms if ms < MINUTE => format!("{} s", ms / SECOND),
        ms if ms < HOUR => format!("{} min", ms / MINUTE),
        ms if ms < 2 * DAY => format!("{} h", ms / HOUR),
        ms => format!("{} days", ms / DAY),
    }
}

/// The period of a limit, after "in the last" or "in": "minute", "10 s".
pub fn period(per_s: u32) -> String {
    match per_s {
        60 => "minute".to_owned(),
        3_600 => "hour".to_owned(),
        86_400 => "day".to_owned(),
        other => span(u64::from(other) * 1_000),
    }
}

/// "14:02:41Z": the time of day in UTC.
pub fn clock(time: Time) -> String {
    let text = time.to_string();
    text.get(11..19)
        .map_or(text.clone(), |clock| format!("{clock}Z"))
}
