//! Whether people are told when they hear again, and whether that can be kept. Must not know how
//! a time is written.

use cockpit_say::say;

use super::clock::{Clock, DAY_MIN, clocks};
use super::face::{ChannelKind, Draft, Finding, Locale, Rule, Weight};
use super::lists::Lists;
use super::text::Text;
use crate::target::Phase;
use crate::time::Time;

const MINUTE_MS: u64 = 60_000;
/// Sooner than this nobody has anything new to say.
const SOONEST_MS: u64 = 10 * MINUTE_MS;
/// A promise is rounded up to full five minutes.
const ROUNDING_MS: u64 = 5 * MINUTE_MS;

/// Everything that is wrong with the promise of the next notice.
pub(super) fn check(draft: &Draft, texts: &[&Text<'_>], lists: &Lists, out: &mut Vec<Finding>) {
    match draft.phase {
        Phase::Resolved => return,
        Phase::Investigating | Phase::Identified | Phase::Monitoring => {}
    }
    let Some(at) = draft.next_update_at else {
        out.push(Finding {
            rule: Rule::MissingNextUpdate,
            weight: Weight::Blocking,
            span: None,
            reason: say!("No time is set for the next update, and it is not over yet.").to_owned(),
            fix: say!(
                "Set one, at the latest {} minutes from now.",
                draft.severity.cadence_ms() / MINUTE_MS
            ),
            instead: None,
        });
        return;
    };
    out.extend(unkept(draft, at));
    said(draft, at, texts, lists, out);
}

/// A time that is set and cannot be kept.
fn unkept(draft: &Draft, at: Time) -> Option<Finding> {
    let cadence_ms = draft.severity.cadence_ms();
    let minutes = cadence_ms / MINUTE_MS;
    let (reason, fix) = if at <= draft.now {
        (
            say!("The time of the next update has passed.").to_owned(),
            say!("Set a later one.").to_owned(),
        )
    } else if at < draft.now + SOONEST_MS {
        (
            say!("The next update is promised in less than ten minutes.").to_owned(),
            say!("Promise one that leaves time to learn something.").to_owned(),
        )
    } else if at > draft.now + cadence_ms + ROUNDING_MS {
        (
            say!(
                "The next update is later than the {minutes} minutes that this severity promises."
            ),
            say!("Promise one within {minutes} minutes."),
        )
    } else {
        return None;
    };
    Some(Finding {
        rule: Rule::UnkeptNextUpdate,
        weight: Weight::Blocking,
        span: None,
        reason,
        fix,
        instead: None,
    })
}

/// What the text says of it.
fn said(draft: &Draft, at: Time, texts: &[&Text<'_>], lists: &Lists, out: &mut Vec<Finding>) {
    let promised = minute_of_day(at);
    let mut other: Option<Finding> = None;
    let mut unclear: Option<Finding> = None;
    let mut told = false;
    for text in texts {
        for sentence in &text.sentences {
            let words = text.words.get(sentence.clone()).unwrap_or_default();
            let tells = lists.section("tells_next").find(words).is_some();
            let clocks = clocks(text, sentence.clone());
            if tells && clocks.iter().any(|it| it.utc_min == Some(promised)) {
                return;
            }
            told |= lists.section("tells_next_roughly").find(words).is_some();
            let ahead = clocks.iter().filter(|it| tells && is_ahead(it, draft.now));
            for clock in ahead {
                told = true;
                let finding = |weight, reason: String, fix: &str| Finding {
                    rule: Rule::UnkeptNextUpdate,
                    weight,
                    span: text.span(clock.words.clone()),
                    reason,
                    fix: fix.to_owned(),
                    instead: Some(moment(at)),
                };
                match clock.utc_min {
                    Some(_) => other.get_or_insert_with(|| {
                        finding(
                            Weight::Blocking,
                            say!(
                                "The text names another time than the {} that is promised.",
                                moment(at)
                            ),
                            say!("Say the same time in both places."),
                        )
                    }),
                    None => unclear.get_or_insert_with(|| {
                        finding(
                            Weight::Advising,
                            say!("This time has no time zone; people elsewhere read another one.")
                                .to_owned(),
                            say!("Say it with its zone."),
                        )
                    }),
                };
            }
        }
    }
    out.extend(other.or(unclear));
    if !told && says_when(draft.channel) {
        let at = moment(at);
        out.push(Finding {
            rule: Rule::MissingNextUpdate,
            weight: Weight::Blocking,
            span: None,
            reason: say!("The text does not say when people hear from you again.").to_owned(),
            fix: say!("Say that the next update comes by {at}."),
            instead: Some(match draft.locale {
                Locale::En => format!("Next update by {at}."),
                Locale::De => format!("Nächste Meldung bis {at}."),
            }),
        });
    }
}

/// Whether a channel has room for it; a push and a banner lead to where it stands.
fn says_when(channel: ChannelKind) -> bool {
    match channel {
        ChannelKind::StatusPage
        | ChannelKind::Email
        | ChannelKind::Slack
        | ChannelKind::Teams
        | ChannelKind::Matrix
        | ChannelKind::Mastodon
        | ChannelKind::Bluesky => true,
        ChannelKind::Push | ChannelKind::Banner => false,
    }
}

/// Whether a time of day is rather the next one than the last one.
fn is_ahead(clock: &Clock, now: Time) -> bool {
    clock.utc_min.is_none_or(|min| {
        let ahead = (min - minute_of_day(now)).rem_euclid(DAY_MIN);
        (1..=DAY_MIN / 2).contains(&ahead)
    })
}

fn minute_of_day(at: Time) -> i64 {
    at.as_ms().div_euclid(60_000).rem_euclid(DAY_MIN)
}

/// "14:30 UTC".
fn moment(at: Time) -> String {
    let min = minute_of_day(at);
    format!("{:02}:{:02} UTC", min / 60, min % 60)
}
